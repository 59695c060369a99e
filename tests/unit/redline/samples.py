"""A small cluster in a folder of its own, and what technicians would hand in for it."""

import io
import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook

from railwright import api, api_redline
from railwright.api_redline import Redlined
from railwright.emitters.cabling.job import Job, Pull, job_of
from railwright.intent.as_built import Mark
from railwright.redline.workbook import KEYS

ROOT = Path(__file__).parents[3]
INTENTS = ROOT / "tests" / "golden" / "intents"
Said = tuple[Any, ...]
"""Cable, what, value, then a note and ids that the mark replaces, as far as there are any."""
HEADINGS = tuple(key.upper() for key in KEYS)


@dataclass(frozen=True)
class Site:
    """An intent in a folder where files may be written."""

    folder: Path
    name: str

    @property
    def intent(self) -> Path:
        return self.folder / self.name

    def job(self) -> Job:
        api.load_plan.cache_clear()
        return job_of(api.load_plan(self.intent).plan)

    def pull(self, cable: str) -> Pull:
        return next(pull for pull in self.job().pulls if pull.id == cable)

    def redline(self, *files: Path, write: bool = False) -> Redlined:
        api.load_plan.cache_clear()
        return api_redline.redline(self.intent, files, write=write)

    def phone(self, name: str, said: Iterable[Said], device: str = "") -> Path:
        """Write what the page of somebody exports."""
        path = self.folder / f"{name.split(maxsplit=1)[0].lower()}.json"
        path.write_text(json.dumps(export(self.job(), name, said, device)))
        return path

    def record(self) -> dict[tuple[str, str], Mark]:
        api.load_plan.cache_clear()
        built = api.load_plan(self.intent).plan.intent.as_built
        return {(mark.cable, mark.what): mark for mark in built.marks} if built else {}

    def texts(self) -> dict[str, bytes]:
        """Return every file of the folder that is not handed in."""
        kinds = {".yml", ".csv"}
        found = (path for path in self.folder.rglob("*") if path.suffix in kinds)
        return {path.name: path.read_bytes() for path in found}


def site(folder: Path, intent: Path = INTENTS / "floor-tiny.yml") -> Site:
    folder.mkdir(exist_ok=True)
    for path in intent.parent.glob(f"{intent.stem}.*"):
        shutil.copy(path, folder)
    return Site(folder, intent.name)


def export(job: Job, name: str, said: Iterable[Said], device: str = "") -> dict[str, Any]:
    checks = {pull.id: pull.check for pull in job.pulls}
    prefix = device or f"{name.split(maxsplit=1)[0].lower():x<8}"[:8]
    marks = []
    for number, (cable, what, value, *rest) in enumerate(said, 1):
        note = rest[0] if rest else ""
        after = rest[1] if len(rest) > 1 else []
        marks.append(
            {
                "id": f"{prefix}-{number}",
                "cable": cable,
                "check": checks.get(cable, "00000000"),
                "what": what,
                "value": value,
                "by": name,
                "at": f"2026-03-01T{9 + number // 60 % 12:02d}:{number % 60:02d}:30Z",
                "note": note,
                "after": after,
            }
        )
    return {
        "format": "railwright-marks",
        "version": 1,
        "cluster": job.cluster,
        "revision": job.revision,
        "marks": marks,
    }


def workbook(sheets: dict[str, Sequence[dict[str, Any]]]) -> bytes:
    """Return a workbook whose wave sheets have these rows by key."""
    book = Workbook()
    cover = book.active
    assert cover is not None
    cover.append(["h100", "cover"])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.append(KEYS)
        sheet.append(HEADINGS)
        for row in rows:
            sheet.append([row.get(key) for key in KEYS])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def fill(path: Path, cable: str, **cells: Any) -> None:
    """Fill in the row of a cable in a workbook that was built."""
    book = load_workbook(path)
    for sheet in book.worksheets:
        keys = [cell.value for cell in sheet[1]]
        if keys[:1] != ["cable"]:
            continue
        for row in sheet.iter_rows(min_row=3):
            if row[0].value == cable:
                for key, value in cells.items():
                    row[keys.index(key)].value = value
                book.save(path)
                return
    raise AssertionError(cable)
