"""`p2p.xlsx`: the point-to-point file of NVIDIA's Cable Validation Tool, one sheet per network.

Columns: NVIDIA UFM Cable Validation Tool 1.4 to 1.6, P2P File, Ethernet. The tool finds columns by
their headings; those of racks and units are left away where there is no floor.
"""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from railwright.cells import escaped
from railwright.emitters.interop.reasons import held
from railwright.emitters.interop.table import FOLDER
from railwright.emitters.interop.wires import Wire, Wires
from railwright.files import OutputFile
from railwright.plan.model import LinkEnd, Plan

NAME: Final = "p2p.xlsx"
END = ("Node Name", "Type", "Port")
A_PLACE, Z_PLACE = ("A-Rack", "A-U"), ("Z-Rack", "Z-RU")
_CREATED = datetime(2000, 1, 1, tzinfo=UTC)
"""A date of its own would make every build another file."""
_NO_GUESSES = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def columns(*, placed: bool) -> tuple[str, ...]:
    """Return the headings, with those of racks where devices are `placed`."""
    a, z = (tuple(f"{side}-{name}" for name in END) for side in "AZ")
    return (*A_PLACE, *a, *Z_PLACE, *z) if placed else (*a, *z)


def emit(wires: Wires) -> Iterator[OutputFile]:
    """Yield `p2p.xlsx`."""
    sheets: dict[str, list[Wire]] = {}
    for wire in held(wires, NAME):
        sheets.setdefault(wire.link.network, []).append(wire)
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, _NO_GUESSES) as book:
        book.set_properties({"created": _CREATED.replace(tzinfo=None)})
        bold = book.add_format({"bold": True})
        headings = columns(placed=wires.plan.floor is not None)
        ends = _Ends(wires.plan)
        for network, joined in sheets.items():
            sheet = book.add_worksheet(network)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(headings) - 1, 18)
            for column, heading in enumerate(headings):
                sheet.write_string(0, column, heading, bold)
            for row, wire in enumerate(joined, 1):
                _write(sheet, row, (*ends.cells(wire.link.a), *ends.cells(wire.link.z)))
    yield OutputFile(f"{FOLDER}/{NAME}", stream.getvalue())


def _write(sheet: Worksheet, row: int, cells: tuple[str | int | None, ...]) -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, str):
            sheet.write_string(row, column, escaped(cell))
        elif cell is not None:
            sheet.write_number(row, column, cell)


class _Ends:
    """The cells of one end; a device that stands nowhere leaves those of its rack empty."""

    def __init__(self, plan: Plan) -> None:
        self._devices = plan.device
        self._floor = plan.floor
        self._before: dict[str, tuple[str | int | None, ...]] = {}

    def cells(self, end: LinkEnd) -> tuple[str | int | None, ...]:
        if (found := self._before.get(end.device)) is None:
            kind = "Switch" if self._devices[end.device].is_switch else "Host"
            found = self._before[end.device] = (*self._place(end.device), end.device, kind)
        return (*found, end.port)

    def _place(self, device: str) -> tuple[str | int | None, ...]:
        if self._floor is None:
            return ()
        place = self._floor.places.get(device)
        return (place.rack, place.top_u) if place else (None, None)
