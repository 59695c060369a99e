"""Colours of wave sheets that follow what people fill in: how far a cable is, what is missing."""

from collections.abc import Iterable, Mapping

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from railwright.emitters.cabling.workbook.style import (
    ENTRY_LOOK,
    MISSING,
    OLDER,
    STATUS_COLOURS,
    Style,
)


def paint(
    sheet: Worksheet,
    style: Style,
    places: Mapping[str, int],
    rows: tuple[int, int],
    unwritten: Iterable[str],
) -> None:
    """Add the rules. Of two that paint the same cell the one added first wins.

    `unwritten` are the columns to fill in whose empty cells are not written one by one.
    """
    first = rows[0] + 1

    def cell(key: str) -> str:
        return f"${xl_col_to_name(places[key])}{first}"

    def rule(columns: tuple[int, int], criteria: str, **look: object) -> None:
        shown = style.book.add_format(look)
        options = {"type": "formula", "criteria": f"={criteria}", "format": shown}
        sheet.conditional_format(rows[0], columns[0], rows[1], columns[1], options)

    def one(key: str) -> tuple[int, int]:
        return places[key], places[key]

    words, status = style.words, cell("status")
    started = f'{status}<>"{words["planned"]}"'
    tested = f'{status}="{words["tested"]}"'
    moved = f'OR({cell("as_built_port")}<>"",{cell("as_built_length_m")}<>"")'
    for key, due in (
        ("by", f"OR({started},{moved})"),
        ("at", f"OR({started},{moved})"),
        ("tested_by", tested),
        ("tested_at", tested),
        ("reason", moved),
    ):
        rule(one(key), f'AND({cell(key)}="",{due})', bg_color=MISSING)
    for step, colour in STATUS_COLOURS.items():
        for key in ("status", "cable"):
            rule(one(key), f'{status}="{words[step]}"', bg_color=colour)
    bundle = xl_col_to_name(places["bundle"])
    change = f"${bundle}{first}<>${bundle}{first - 1}"
    rule((0, places["status"] - 1), change, top=1, top_color="#000000")
    if "older" in places:
        rule(one("older"), f'{cell("older")}<>""', bg_color=OLDER)
    for key in unwritten:
        rule(one(key), "TRUE", **ENTRY_LOOK)
