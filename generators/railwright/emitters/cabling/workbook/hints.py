"""What Excel says beside the cells people fill in, and what it lets them write there."""

from collections.abc import Mapping

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from railwright.emitters.cabling.workbook.entries import STATUSES
from railwright.emitters.cabling.workbook.style import Style
from railwright.intent.as_built import LONGEST_M, NAME_CHARS, NOTE_CHARS

_LONGEST_TITLE = 32
_PORT_CHARS = 32
_DATE, _MINUTES = 10, 16
"""How long `2026-03-01` is, and `2026-03-01 09:30`."""
_TEXTS = {"by": NAME_CHARS, "tested_by": NAME_CHARS, "result": NOTE_CHARS, "reason": NOTE_CHARS}
_TEXTS |= {"remark": NOTE_CHARS, "as_built_port": _PORT_CHARS}
_HINTS = {"as_built_port": "port", "as_built_length_m": "length"}
_HINTS |= {"tested_by": "by", "tested_at": "at"}


def hints(sheet: Worksheet, style: Style, places: Mapping[str, int], rows: tuple[int, int]) -> None:
    """Add a rule with a hint to every column that people fill in, over the given rows."""
    words = style.words

    def rule(key: str, error: str, **properties: object) -> None:
        column = places[key]
        title = words["as_built_length"] if key == "as_built_length_m" else words[key]
        said = {
            "input_title": title[:_LONGEST_TITLE],
            "input_message": words[f"hint_{_HINTS.get(key, key)}"],
            "error_title": title[:_LONGEST_TITLE],
            "error_message": words[error],
        }
        sheet.data_validation(rows[0], column, rows[1], column, {**said, **properties})

    steps = [words[one] for one in STATUSES]
    rule("status", "error_status", validate="list", source=steps)
    for key in ("at", "tested_at"):
        cell = xl_rowcol_to_cell(rows[0], places[key])
        rule(key, "error_at", validate="custom", value=_moment(cell))
    rule(
        *("as_built_length_m", "error_length"),
        validate="decimal",
        criteria="between",
        minimum=0.01,
        maximum=LONGEST_M,
    )
    for key, most in _TEXTS.items():
        rule(key, "error_text", validate="length", criteria="<=", value=most)


def _moment(cell: str) -> str:
    """Return what is true of a date with a time, and of text that says one."""
    said = f"ISNUMBER(DATEVALUE(LEFT({cell},{_DATE})))"
    return f"=OR(ISNUMBER({cell}),AND(LEN({cell})>={_MINUTES},{said}))"
