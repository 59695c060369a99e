"""How the workbook looks: formats, made once each, and what every printed page has."""

from collections.abc import Mapping
from functools import cached_property
from unicodedata import east_asian_width

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from railwright.catalog import loader as catalog
from railwright.emitters.cabling import swatch
from railwright.emitters.cabling.job import Job, Pull
from railwright.emitters.cabling.swatch import Swatch
from railwright.ink import ink_on
from railwright.plan.cables.labels import AND, BETWEEN
from railwright.plan.cables.model import Cable

A3, A4 = 8, 9
"""Paper sizes as Office Open XML numbers them. Source: ECMA-376, part 1, 18.3.1.63."""
HEAD = "#1f3864"
ENTRY_HEAD = "#7f6000"
ENTRY = "#fffbe6"
EMPTY = "#d9d9d9"
MISSING = "#ff9999"
OLDER = "#f8cbad"
GRID = "#a6a6a6"
QUIET = "#595959"
STATUS_COLOURS: Mapping[str, str] = {
    "pulled": "#fce4d6",
    "connected": "#ddebf7",
    "tested": "#c6efce",
}
TEXT = "@"
"""The number format of cells where what is typed stays text. Source: ECMA-376, 18.8.30."""
_THIN, _MEDIUM = 1, 2
ENTRY_LOOK: Mapping[str, object] = {"bg_color": ENTRY, "border": _THIN, "border_color": GRID}
_LINE_POINTS = 13.5
_MARGIN_INCHES = 0.4
_HEADER_INCHES = 0.65
_WIDE = frozenset("WF")
_NARROW = 1.1
"""How many characters of running text go where one digit of the default font would."""


class Style:
    """The formats of one workbook, its words, and what stands on every page of it."""

    def __init__(self, book: Workbook, job: Job) -> None:
        self.book = book
        language = job.language
        self.words: Mapping[str, str] = {
            **catalog.words("common", language),
            **catalog.words("workbook", language),
        }
        self._swatches: dict[tuple[object, ...], Swatch] = {}
        self._job = job
        self._made: dict[tuple[tuple[str, object], ...], Format] = {}

    def format(self, **properties: object) -> Format:
        """Return the format with these properties, which are those of XlsxWriter."""
        key = tuple(sorted(properties.items()))
        if (found := self._made.get(key)) is None:
            whole = {"font_size": 10, "valign": "vcenter", **properties}
            found = self._made[key] = self.book.add_format(whole)
        return found

    def cell(self, look: str, shade: str = "", *, starts: bool = False) -> Format:
        """Return a cell of a table; `starts` draws a line above it.

        `shade` is the colour of the cable as `#rrggbb`, for the looks that show it.
        """
        properties: dict[str, object] = {"border": _THIN, "border_color": GRID, "text_wrap": True}
        if starts:
            properties |= {"top": _MEDIUM, "top_color": HEAD}
        if look.startswith("strong"):
            properties |= {"bold": True, "font_size": 12}
        if look.endswith("centred") or look == "tick":
            properties["align"] = "center"
        if look == "tick":
            properties["font_size"] = 14
        if look == "bold":
            properties["bold"] = True
        if look.startswith("shade") and shade:
            properties |= {"bg_color": shade, "font_color": ink_on(shade), "bold": True}
        return self.format(**properties)

    def entry(self, key: str, *, closed: bool = False) -> Format:
        """Return a cell that people fill in, with its fill and lines."""
        fill = {"bg_color": EMPTY} if closed else {}
        return self.format(**{**_typed(key), **ENTRY_LOOK, **fill})

    def elsewhere(self, column: int, columns: int, *, starts: bool) -> Format:
        """Return one of several cells side by side over which a text runs on."""
        properties: dict[str, object] = {"font_color": QUIET}
        for side, drawn in (("left", column == 0), ("right", column == columns - 1)):
            if drawn:
                properties |= {side: _THIN, f"{side}_color": GRID}
        top = {"top": _MEDIUM, "top_color": HEAD} if starts else {"top": _THIN, "top_color": GRID}
        return self.format(bottom=_THIN, bottom_color=GRID, **top, **properties)

    def filled(self, key: str) -> Format:
        """Return what is typed into a column that people fill in: text, but for metres.

        Fill and lines are painted where there are cables, as empty cells need not be written then.
        """
        return self.format(**_typed(key))

    def colour(self, name: str) -> str:
        """Return the name of a colour in the language of the sheets."""
        return self.words.get(f"colour_{name.replace(' ', '_')}", name)

    def swatch(self, cable: Cable) -> Swatch:
        """Return the colour of a cable, and the letters that say it in black and white."""
        key = cable.network, cable.rail, cable.plane, cable.colour
        if (found := self._swatches.get(key)) is None:
            found = self._swatches[key] = swatch.of_cable(cable, self.words)
        return found

    def shade(self, cable: Cable) -> str:
        """Return the colour of a cable as `#rrggbb`."""
        return self.swatch(cable).colour

    def letters(self, pull: Pull) -> str:
        """Return the letters of a cable's colour."""
        return self.swatch(pull.cable).letters

    @cached_property
    def head(self) -> Format:
        """Return a heading of a column."""
        return self._head(HEAD)

    @cached_property
    def entry_head(self) -> Format:
        """Return a heading of a column that people fill in."""
        return self._head(ENTRY_HEAD)

    @cached_property
    def tick_head(self) -> Format:
        """Return the heading of a narrow column."""
        return self._head(HEAD, rotation=90)

    def _head(self, colour: str, **properties: object) -> Format:
        whole = {"bold": True, "bg_color": colour, "font_color": ink_on(colour), **properties}
        return self.format(text_wrap=True, align="center", border=_THIN, **whole)

    @cached_property
    def title(self) -> Format:
        """Return the title of a sheet."""
        return self.format(bold=True, font_size=14)

    @cached_property
    def section(self) -> Format:
        """Return the title of a part of a sheet."""
        return self.format(
            bold=True, font_size=13, font_color=HEAD, bottom=_MEDIUM, bottom_color=HEAD
        )

    @cached_property
    def prose(self) -> Format:
        """Return sentences."""
        return self.format(text_wrap=True, valign="top")

    @cached_property
    def strong(self) -> Format:
        """Return words that sentences are about."""
        return self.format(bold=True, text_wrap=True, valign="top")

    @cached_property
    def cell_link(self) -> Format:
        """Return a cell of a table that leads to another sheet."""
        return self.format(font_color="#0563c1", underline=1, border=_THIN, border_color=GRID)

    def page(self, sheet: Worksheet, paper: int, *, landscape: bool) -> None:
        """Set the paper, one page wide, and what stands above and below on each page."""
        sheet.set_paper(paper)
        if landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(_MARGIN_INCHES, _MARGIN_INCHES, _HEADER_INCHES, _HEADER_INCHES)
        cluster = self._job.cluster.replace("&", "&&")
        revision = f"{self.words['revision']} {self._job.revision}"
        page = self.words["page"].format(page="&P", pages="&N")
        sheet.set_header(f"&L&11 {cluster}&C&14 &A&R&11 {revision}")
        sheet.set_footer(f"&L{cluster} · {revision}&C&A&R{page}")


def _typed(key: str) -> dict[str, object]:
    centred = key in ("status", "as_built_length_m")
    number = {} if key == "as_built_length_m" else {"num_format": TEXT}
    return {"text_wrap": True, "align": "center" if centred else "left", **number}


def row_points(text: str, width: float) -> float:
    """Return how high a row must be to show a text in a column so many characters wide."""
    return lines(text, width) * _LINE_POINTS + 3


def lines(text: str, width: float) -> int:
    """Return over how many lines a text goes in a column so many characters wide."""
    return sum(
        max(1, -(-cells_across(part) // max(int(width * _NARROW), 1))) for part in text.split("\n")
    )


def cells_across(text: str) -> int:
    """Return how wide a text is: a Chinese character is as wide as two others."""
    return (
        len(text)
        if text.isascii()
        else sum(2 if east_asian_width(one) in _WIDE else 1 for one in text)
    )


def broken(label: str) -> str:
    """Return a label with its far end on a line of its own, each end of a splitter too."""
    return label.replace(BETWEEN, f"{BETWEEN.rstrip()}\n").replace(AND, f"{AND.rstrip()}\n")
