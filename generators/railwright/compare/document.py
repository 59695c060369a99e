"""A comparison and claims for programs: one JSON document, described in docs/compare.md."""

import json
from typing import Any

from railwright.compare.claims.model import Claim
from railwright.compare.model import Comparison
from railwright.compare.side_by_side import Compared

FORMAT = 1
"""Version of the document; a change that breaks a reader raises it."""


def render(found: Compared) -> str:
    """Return the document; lists are empty for what was not asked for."""
    claims = [_claim(one) for one in found.claims]
    document = {"format": FORMAT, **_comparison(found.comparison), "claims": claims}
    return json.dumps(document, indent=1) + "\n"


def _comparison(found: Comparison | None) -> dict[str, Any]:
    if found is None:
        return {"designs": [], "rows": [], "notes": []}
    return {
        "designs": [
            {
                "name": one.name,
                "cluster": one.cluster,
                "missing_prices": list(one.cost.missing) if one.cost else None,
            }
            for one in found.designs
        ],
        "rows": [
            {
                "section": row.section,
                "name": row.name,
                "unit": row.unit,
                "values": list(row.values),
                "changes_percent": list(row.changes_percent),
            }
            for row in found.rows
        ],
        "notes": list(found.notes),
    }


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "id": claim.id,
        "claim": claim.text,
        "source": claim.source,
        "verdict": claim.verdict,
        "only": list(claim.only),
        "evidence": [
            {
                "what": one.what,
                "against": one.against,
                "formula": one.formula,
                "value": one.value,
                "unit": one.unit,
                "holds": one.holds,
                "source": one.source,
                "basis": one.basis,
            }
            for one in claim.evidence
        ],
        "notes": list(claim.notes),
    }
