"""The front plates of switches: what belongs into every socket, and which ones stay empty."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlsxwriter.worksheet import Worksheet

from railwright.emitters.cabling.job import Plug
from railwright.emitters.cabling.sockets import Socket
from railwright.emitters.cabling.workbook.cells import Value, across, put
from railwright.emitters.cabling.workbook.columns import far_sockets, named, plugged, several
from railwright.emitters.cabling.workbook.style import A4, Style, broken
from railwright.emitters.cabling.workbook.table import Column, Look, Table, changes
from railwright.plan.cables.model import Cable, CableEnd
from railwright.plan.model import Device, Plan

_End = Plug | CableEnd
TITLE, COUNT, HEADINGS, FIRST = 0, 1, 2, 3
_ROW_POINTS, _HEAD_POINTS = 27.0, 42.0


@dataclass(frozen=True, slots=True)
class FaceSheet:
    """Writes front plates, which all have the same columns."""

    style: Style
    table: Table[Socket]

    def write(self, sheet: Worksheet, title: str, found: Sequence[Socket]) -> None:
        """Write the front plate of one switch."""
        last, last_column = FIRST + len(found) - 1, len(self.table.columns) - 1
        style = self.style
        style.page(sheet, A4, landscape=False)
        sheet.set_default_row(_ROW_POINTS)
        sheet.set_row(HEADINGS, _HEAD_POINTS)
        sheet.freeze_panes(FIRST, 0)
        sheet.autofilter(HEADINGS, 0, last, last_column)
        sheet.repeat_rows(HEADINGS)
        sheet.print_area(TITLE, 0, last, last_column)
        put(sheet, TITLE, 0, title, style.title)
        uses = Counter({"used": 0, "reserved": 0, "spare": 0})
        uses.update(one.use for one in found)
        across(
            sheet,
            COUNT,
            (0, last_column),
            style.words["face_count"].format_map(uses),
            style.format(text_wrap=True, italic=True),
        )
        starts = changes(found, lambda one: one.cage)
        self.table.write(sheet, FIRST, found, lambda one: _shade(style, one), starts)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})


def title(style: Style, plan: Plan, device: Device) -> str:
    """Return the name of a switch, its model, and where it stands."""
    platform = plan.platforms[device.platform]
    model = f"{platform.vendor} {platform.model}"
    text = style.words["face_title"].format(device=device.name, model=model)
    place = plan.floor.places.get(device.name) if plan.floor else None
    if place is None:
        return text
    where = style.words["face_place"].format(rack=place.rack, unit=place.top_u)
    return f"{text} ({where})"


def columns(style: Style, *, floor: bool) -> Iterator[Column[Socket]]:
    """Yield the columns: socket, label, far end, with a `floor` also where that is, and cable."""
    words = style.words
    yield Column("socket", words["socket"], 9, "strong_centred", lambda one: one.socket)
    yield Column("port", words["port"], 12, "text", lambda one: one.ports)
    yield Column("label", words["label"], 26, "shade", _label(words))
    yield Column(
        "colour",
        words["colour"],
        5.5,
        "shade_centred",
        _of_cable(lambda cable: style.swatch(cable).letters),
    )
    far: list[tuple[str, float, Look, Callable[[Socket], Value]]] = [
        ("device", 13.5, "text", _far(lambda end: named(end, words))),
        ("socket", 10, "strong_centred", _far_socket),
    ]
    if floor:
        far.insert(0, ("rack", 7, "strong_centred", _far(lambda end: end.rack)))
        far.insert(1, ("unit", 6, "strong_centred", _far(lambda end: end.top_u)))
    for name, width, look, value in far:
        yield Column(f"far_{name}", f"{words['far_end']}: {words[name]}", width, look, value)
    yield Column("module", words["module"], 12, "text", lambda one: one.plug and plugged(one.plug))
    yield Column("cable", words["cable"], 17, "text", _of_cable(lambda cable: cable.id))


def _far(value: Callable[[_End], Value]) -> Callable[[Socket], Value]:
    return lambda one: several(one.far, value) if one.far else None


def _far_socket(one: Socket) -> Value:
    """Return the far socket as the label says it; what is reserved has no label yet."""
    there = [end for end in one.far if isinstance(end, Plug)]
    if one.plug and there:
        return "\n".join(far_sockets(one.plug, there))
    return _far(lambda end: end.socket)(one)


def _of_cable(value: Callable[[Cable], Value]) -> Callable[[Socket], Value]:
    return lambda one: value(one.cable) if one.cable else None


def _label(words: Mapping[str, str]) -> Callable[[Socket], Value]:
    """Return what says the label of a used socket, and of another that it stays empty."""

    def label(one: Socket) -> str:
        return broken(one.plug.label) if one.plug else words[one.use]

    return label


def _shade(style: Style, one: Socket) -> str:
    return style.shade(one.cable) if one.cable and one.use == "used" else ""
