"""The bill of materials of a plan: what is deployed, what the capacity adds, spares, prices."""

from collections import Counter
from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal

from railwright.intent.cabling import Spares
from railwright.naming import natural_key
from railwright.plan.bom.describe import describe
from railwright.plan.bom.model import Bom, BomLine, Kind
from railwright.plan.bom.parts import Counts, Item, count
from railwright.plan.grown import at_capacity, grown
from railwright.plan.model import Plan

_KINDS: tuple[Kind, ...] = ("switch", "node", "nic", "module", "adapter", "cable", "rack", "pdu")
_PERCENT = 100
_Totals = Counter[Item]


def bom(plan: Plan) -> Bom:
    """Return what is deployed, and how much more the capacity needs of every part.

    A price is that of the intent's price book or none at all.
    """
    counts = count(plan)
    return _bom(plan, _deployed(counts), _at_capacity(plan, counts))


def deployed(plan: Plan) -> Bom:
    """Return the bill of materials without what the capacity adds, which may be long to find."""
    return _bom(plan, _deployed(count(plan)), None)


def _bom(plan: Plan, now: _Totals, later: _Totals | None) -> Bom:
    prices, spares = plan.intent.prices, plan.intent.cabling.spares
    items = sorted(
        {*now, *(later or ())},
        key=lambda item: (_KINDS.index(item.kind), natural_key(item.part)),
    )
    lines = []
    for item in items:
        text, assumed = describe(item)
        included = item.kind == "nic"
        price = prices.of.get(item.part) if prices and not included else None
        lines.append(
            BomLine(
                kind=item.kind,
                part=item.part,
                description=text,
                quantity=now[item],
                reserved=None if later is None else later[item] - now[item],
                spares=spare(now[item], _spare_percent(item.kind, spares)),
                assumed=assumed,
                included=included,
                price=price,
            )
        )
    return Bom(tuple(lines), prices.currency if prices else "")


def spare(quantity: int, percent: float) -> int:
    """Return how many spares so many parts need: rounded up, and one at least of any."""
    share = Decimal(quantity) * Decimal(str(percent)) / _PERCENT
    return int(share.to_integral_value(ROUND_CEILING))


def _spare_percent(kind: Kind, spares: Spares) -> float:
    of_kind: Mapping[Kind, float] = {
        "switch": spares.switches_percent,
        "module": spares.modules_percent,
        "adapter": spares.modules_percent,
        "cable": spares.cables_percent,
    }
    return of_kind.get(kind, 0.0)


def _deployed(counts: Counts) -> _Totals:
    return Counter({item: many for (item, there), many in counts.items() if there})


def _at_capacity(plan: Plan, counts: Counts) -> _Totals | None:
    """Return how many of every part the full capacity has, None where it cannot be planned."""
    if grown(plan.intent) == plan.intent:
        return _deployed(counts)
    full = at_capacity(plan)
    if full is plan:
        return Counter({item: counts[item, True] + counts[item, False] for item, _ in counts})
    return _deployed(count(full)) if full else None
