"""Tables: columns that say how a cell follows from a row, and how it looks."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from railwright.emitters.cabling.workbook.cells import Value, put
from railwright.emitters.cabling.workbook.style import Style, cells_across

_PLAIN, _STRONG, _PADDING, _BROKEN = 1.0, 1.2, 1.5, 0.65
"""What a character takes of the unit of widths, plain and large; room at the sides; how much of
a text is in the longer one of two lines, which break where it lets them."""
Row = TypeVar("Row")
Look = Literal["text", "bold", "centred", "strong_centred", "shade", "shade_centred"]


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A column. `key` is its name for machines, `width` how wide it is at most, in characters.

    The looks `shade` and `shade_centred` are in the colour of the row's cable.
    """

    key: str
    heading: str
    width: float
    look: Look
    value: Callable[[Row], Value]


@dataclass(frozen=True, slots=True)
class Table(Generic[Row]):
    """Writes rows into the columns of sheets, from column `first` on, counted from 0."""

    style: Style
    columns: tuple[Column[Row], ...]
    first: int = 0
    _looks: dict[tuple[str, bool], tuple[Format, ...]] = field(default_factory=dict)

    def write(
        self,
        sheet: Worksheet,
        first: int,
        rows: Sequence[Row],
        shade: Callable[[Row], str],
        starts: Sequence[bool] = (),
    ) -> None:
        """Write the rows from `first` on and the headings above them.

        `shade` is the colour of a row's cable, written `#rrggbb`. A line is drawn above each row
        that `starts` is true of.
        """
        cells = [[column.value(row) for column in self.columns] for row in rows]
        self._head(sheet, first - 1, list(zip(*cells, strict=True)))
        lines = starts or (False,) * len(rows)
        for number, (row, values) in enumerate(zip(rows, cells, strict=True), start=first):
            looks = self._row_looks(shade(row), starts=lines[number - first])
            for column, (value, look) in enumerate(zip(values, looks, strict=True), self.first):
                put(sheet, number, column, value, look)

    def _head(self, sheet: Worksheet, row: int, cells: Sequence[Sequence[Value]]) -> None:
        for number, (one, values) in enumerate(zip(self.columns, cells, strict=True), self.first):
            put(sheet, row, number, one.heading, self.style.head)
            sheet.set_column(number, number, _fit(one, values))

    def _row_looks(self, shade: str, *, starts: bool) -> tuple[Format, ...]:
        key = shade, starts
        if (found := self._looks.get(key)) is None:
            style = self.style
            found = tuple(style.cell(one.look, shade, starts=starts) for one in self.columns)
            self._looks[key] = found
        return found


def changes(rows: Iterable[Row], group: Callable[[Row], str]) -> tuple[bool, ...]:
    """Return of every row whether it begins another group."""
    groups = [group(row) for row in rows]
    return tuple(here != before for here, before in zip(groups, ("", *groups), strict=False))


def _fit(column: Column[Row], values: Iterable[Value]) -> float:
    """Return the width that shows the longest value in two lines and every word of the heading.

    What has lines already is not broken once more.
    """
    texts = {str(value) for value in set(values) if value is not None}
    broken = {text for text in texts if "\n" in text}
    character = _STRONG if column.look.startswith("strong") else _PLAIN
    lines = max((cells_across(line) for text in broken for line in text.split("\n")), default=0)
    whole = lines * character
    needed = max(max(map(cells_across, texts - broken), default=0) * character, whole)
    most = max(column.width, needed * _BROKEN, whole)
    word = max(map(cells_across, column.heading.split()))
    return max(min(most, needed), word) + _PADDING
