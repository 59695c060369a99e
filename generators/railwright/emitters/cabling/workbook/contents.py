"""The contents: a link to every sheet, kind by kind."""

from collections.abc import Mapping, Sequence

from xlsxwriter.worksheet import Worksheet

from railwright.emitters.cabling.workbook.cells import lead, put
from railwright.emitters.cabling.workbook.style import A4, Style

MANY = 20
"""Above how many sheets their tabs alone are no way to find one."""
_WIDTH = 33


def write(sheet: Worksheet, style: Style, kinds: Mapping[str, Sequence[str]]) -> None:
    """Write one column per kind of sheets; `kinds` names the word that heads it."""
    style.page(sheet, A4, landscape=False)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    shown = {word: names for word, names in kinds.items() if names}
    for column, (word, names) in enumerate(shown.items()):
        sheet.set_column(column, column, _WIDTH)
        put(sheet, 0, column, style.words[word], style.head)
        for row, name in enumerate(names, start=1):
            lead(sheet, row, column, name, style.cell_link)
