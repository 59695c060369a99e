"""The build output of tiny fabrics, file by file: the exact set of paths, and every byte.

Workbooks are compared cell by cell, as text: how their bytes are packed depends on zlib. Of the
page for phones what it says of the cables is compared, not how it looks and works; of programs
for nodes that they are there.
`pytest tests/golden --update-golden` rewrites the expected files; review the difference.
"""

import io
import json
import shutil
from collections.abc import Iterator
from difflib import unified_diff
from itertools import islice
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from railwright import api

GOLDEN = Path(__file__).parent
INTENTS = {
    "floor-tiny": GOLDEN / "intents/floor-tiny.yml",
    "networks-tiny": GOLDEN / "intents/networks-tiny.yml",
    "lab-small": GOLDEN.parents[1] / "intent/examples/lab-small.yml",
    "rail-only-tiny": GOLDEN / "intents/rail-only-tiny.yml",
}
MAX_DIFF_LINES = 40
WORKBOOK = ".xlsx"
PAGE = "cabling.html"
PROGRAMS = "/usr/local/lib/railwright/"


def built(intent: Path) -> dict[str, bytes]:
    plan = api.load_plan(intent).plan
    return {file.path: file.content for file in api.artefacts(plan)}


def readable(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files; workbooks, pages for phones and programs as text, named `<name>.txt`."""
    return dict(text_of(path, content) for path, content in files.items())


def text_of(path: str, content: bytes) -> tuple[str, bytes]:
    if path.endswith(WORKBOOK):
        return f"{path}.txt", "".join(dump(content)).encode()
    if path.endswith(PAGE):
        said = content.partition(b'<script type="application/json"')[2].partition(b">")[2]
        data = json.loads(said.partition(b"</script>")[0])
        return f"{path}.txt", json.dumps(data, indent=1, ensure_ascii=False).encode() + b"\n"
    if PROGRAMS in path:
        return f"{path}.txt", content.partition(b"\n")[0] + b"\n"
    return path, content


def dump(workbook: bytes) -> Iterator[str]:
    """Every sheet with how it is printed, then its cells: type, value, fill, number format."""
    for sheet in load_workbook(io.BytesIO(workbook)).worksheets:
        yield f"[{sheet.title}] {sheet.dimensions}\n"
        yield from (f"  {line}\n" for line in layout(sheet))
        for row in sheet.iter_rows():
            yield from (f"{cell.coordinate} {shown(cell)}\n" for cell in row if is_filled(cell))


def layout(sheet: Worksheet) -> Iterator[str]:
    """What a sheet has beside its cells, as far as people rely on it."""
    yield f"frozen at {sheet.freeze_panes}, filter {sheet.auto_filter.ref}"
    page = sheet.page_setup
    yield (
        f"paper {page.paperSize} {page.orientation}, fit {page.fitToWidth} x {page.fitToHeight}, "
        f"area {sheet.print_area}, repeated rows {sheet.print_title_rows}"
    )
    hidden = [str(key) for key, row in sheet.row_dimensions.items() if row.hidden]
    hidden += [key for key, column in sheet.column_dimensions.items() if column.hidden]
    yield f"hidden {' '.join(hidden)}, protected {sheet.protection.sheet}"
    merged = sorted(str(one) for one in sheet.merged_cells.ranges)
    yield f"merged {' '.join(merged)}"
    for one in sheet.data_validations.dataValidation:
        yield f"valid {one.sqref}: {one.type} {one.formula1}"


def is_filled(cell: Cell | MergedCell) -> bool:
    return isinstance(cell, Cell) and (cell.value is not None or cell.fill.fill_type is not None)


def shown(cell: Cell | MergedCell) -> str:
    """The cell on one line; a text is written as Python writes it, so it never runs on."""
    assert isinstance(cell, Cell)
    colour = cell.fill.fgColor.rgb if cell.fill.fill_type else ""
    link = f" -> {cell.hyperlink.location or cell.hyperlink.target}" if cell.hyperlink else ""
    look = " ".join(one for one in (str(colour), cell.number_format) if one not in ("", "General"))
    return f"{cell.data_type} {cell.value!r}{link}" + (f" [{look}]" if look else "")


def expected(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rewrite(folder: Path, files: dict[str, bytes]) -> None:
    if folder.exists():
        shutil.rmtree(folder)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def difference(name: str, old: bytes, new: bytes) -> str:
    before, after = (content.decode(errors="replace").splitlines() for content in (old, new))
    lines = unified_diff(before, after, f"golden/{name}", f"built/{name}", lineterm="", n=1)
    return "\n".join(islice(lines, MAX_DIFF_LINES))


@pytest.mark.parametrize("cluster", sorted(INTENTS))
def test_the_build_is_as_reviewed(cluster: str, *, update_golden: bool) -> None:
    files = readable(built(INTENTS[cluster]))
    assert files
    folder = GOLDEN / cluster
    if update_golden:
        rewrite(folder, files)
    reviewed = expected(folder)
    assert sorted(files) == sorted(reviewed), "files were added or removed"
    changed = [
        difference(name, reviewed[name], content)
        for name, content in files.items()
        if reviewed[name] != content
    ]
    assert not changed, "\n\n".join(changed)


def test_every_golden_folder_has_an_intent() -> None:
    folders = {path.name for path in GOLDEN.iterdir() if path.is_dir()}
    assert folders - {"intents", "__pycache__"} <= set(INTENTS)


@pytest.mark.parametrize("cluster", sorted(INTENTS))
def test_two_builds_are_the_same(cluster: str) -> None:
    assert built(INTENTS[cluster]) == built(INTENTS[cluster])


def workbook_of(rows: list[list[object]], **properties: object) -> bytes:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for name, value in properties.items():
        setattr(sheet, name, value)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def test_workbooks_that_say_the_same_are_the_same_and_others_are_not() -> None:
    """Text that looks like a number, an empty cell and a number are three things."""
    first = workbook_of([["cable", 1], ["5", None]], freeze_panes="A2")
    texts = [
        "".join(dump(one))
        for one in (
            first,
            workbook_of([["cable", 1], ["5", None]], freeze_panes="A2"),
            workbook_of([["cable", 1], [5, None]], freeze_panes="A2"),
            workbook_of([["cable", 1], ["5", "="]], freeze_panes="A2"),
            workbook_of([["cable", 1], ["5", None]]),
        )
    ]
    assert texts[0] == texts[1]
    assert len(set(texts)) == len(texts) - 1
    assert "A1 s 'cable'\n" in texts[0]
    assert readable({"a.xlsx": first, "b": b"1"}) == {"a.xlsx.txt": texts[0].encode(), "b": b"1"}
