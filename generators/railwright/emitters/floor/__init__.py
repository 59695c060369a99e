"""Drawings of the floor: from above, and each row with its racks as seen from the front."""

from collections.abc import Iterator
from functools import partial

from railwright.emitters.floor import overview, row
from railwright.emitters.floor.style import sheet
from railwright.emitters.floor.view import FloorView, Line, view_of
from railwright.files import OutputFile, Part
from railwright.plan.model import Plan
from railwright.svg import document


def parts(plan: Plan) -> Iterator[Part]:
    """Yield `floor/plan.svg` and `floor/row-<row>.svg` as parts; none without a floor."""
    if (view := view_of(plan)) is None:
        return
    yield partial(_plan, view)
    for line in view.lines.values():
        if line.cabinets:
            yield partial(_row, view, line)


def _plan(view: FloorView) -> Iterator[OutputFile]:
    title = f"{view.cluster}: floor plan"
    said = "Rooms, rows, racks, aisles and cable trays from above, to scale."
    content = document(overview.draw(view), title, said, sheet(view.palette))
    yield OutputFile("floor/plan.svg", content)


def _row(view: FloorView, line: Line) -> Iterator[OutputFile]:
    title = f"{view.cluster}: row {line.row.name}"
    said = "The racks of one row from the front, with what stands in every rack unit."
    content = document(row.draw(view, line), title, said, sheet(view.palette))
    yield OutputFile(f"floor/row-{line.row.name}.svg", content)
