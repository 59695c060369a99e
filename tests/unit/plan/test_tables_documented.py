"""docs/tables.md names every table and column, in order: what scripts may rely on."""

import re
from pathlib import Path

from railwright.intent.floor import Floor
from railwright.intent.loader import load
from railwright.plan.build import build
from railwright.plan.model import Plan
from railwright.plan.tables import TABLES

ROOT = Path(__file__).parents[3]
DOCUMENT = ROOT / "docs" / "tables.md"


def _plan() -> Plan:
    """Return the plan of the reference, placed."""
    intent = load(ROOT / "intent" / "cluster.yml").intent
    return build(intent.model_copy(update={"floor": Floor(rows=4)}))


def _documented() -> dict[str, list[str]]:
    sections = re.split(r"^## ", DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {
        section.split("\n", 1)[0]: re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE)
        for section in sections
    }


def test_every_column_is_documented_in_order() -> None:
    """A column that is added, renamed or moved must be written down."""
    plan = _plan()
    actual = {name: list(next(iter(table(plan)))) for name, table in TABLES.items()}
    assert actual == _documented()


def test_every_row_of_a_table_has_the_same_columns() -> None:
    """One row's keys stand for all."""
    plan = _plan()
    for name, table in TABLES.items():
        rows = list(table(plan))
        assert {tuple(row) for row in rows} == {tuple(rows[0])}, name
