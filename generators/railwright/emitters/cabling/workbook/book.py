"""The workbook as a whole: which sheets there are, in which order, and what they are called."""

import io
from collections.abc import Iterator
from datetime import datetime

from xlsxwriter import Workbook

from railwright.emitters.cabling.ends import in_rack
from railwright.emitters.cabling.job import Job, Pull
from railwright.emitters.cabling.order import in_order
from railwright.emitters.cabling.sockets import sockets
from railwright.emitters.cabling.volume import Volume
from railwright.emitters.cabling.workbook import contents, faceplate, picklist, rack
from railwright.emitters.cabling.workbook.bundles import shares
from railwright.emitters.cabling.workbook.columns import FILLED, looked_up, planned
from railwright.emitters.cabling.workbook.cover import Cover, wave_words
from railwright.emitters.cabling.workbook.entries import entry
from railwright.emitters.cabling.workbook.faceplate import FaceSheet
from railwright.emitters.cabling.workbook.names import Names
from railwright.emitters.cabling.workbook.progress import Progress
from railwright.emitters.cabling.workbook.rack import RackSheet
from railwright.emitters.cabling.workbook.style import Style
from railwright.emitters.cabling.workbook.table import Table
from railwright.emitters.cabling.workbook.wave import WaveSheet

_CREATED = datetime(2000, 1, 1)
"""The same in every workbook, so that the same plan gives the same bytes."""
_PLAIN = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_FIXED_SHEETS = 2


def content(job: Job, volume: Volume) -> bytes:
    """Return the workbook of a volume; one that only shows switches or racks has no waves."""
    stream = io.BytesIO()
    book = Workbook(stream, _PLAIN)
    book.set_properties({"title": job.cluster, "comments": job.revision, "created": _CREATED})
    _Book(book, job, volume).write()
    book.close()
    return stream.getvalue()


class _Book:
    """Writes the sheets of one workbook. Those of waves get their names first: exactly theirs."""

    def __init__(self, book: Workbook, job: Job, volume: Volume) -> None:
        self._book, self._job, self._volume = book, job, volume
        self._style = Style(book, job)
        waves: dict[str, list[Pull]] = {wave: [] for wave in job.waves}
        for pull in volume.pulls:
            waves[pull.cable.wave].append(pull)
        self._waves = {wave: in_order(pulls) for wave, pulls in waves.items() if pulls}
        names, words = Names(), self._style.words
        self._of_wave = {wave: names.give(wave) for wave in self._waves}
        self._fixed = {one: names.give(words[one]) for one in ("cover", "contents", "picklist")}
        self._of_rack = {
            one: names.give(words["rack_sheet"].format(rack=one)) for one in volume.racks
        }
        self._of_switch = {one: names.give(one) for one in volume.switches}

    def write(self) -> None:
        """Write every sheet, the cover first."""
        cover = self._book.add_worksheet(self._fixed["cover"])
        kinds = {"waves": self._of_wave, "racks": self._of_rack, "faceplates": self._of_switch}
        if _FIXED_SHEETS + sum(map(len, kinds.values())) > contents.MANY:
            sheet = self._book.add_worksheet(self._fixed["contents"])
            listed = {word: tuple(names.values()) for word, names in kinds.items()}
            contents.write(sheet, self._style, listed)
        sheet = self._book.add_worksheet(self._fixed["picklist"])
        waves = tuple(self._waves)
        picklist.write(sheet, self._style, waves, picklist.lines(self._job, self._volume, waves))
        Cover(cover, self._style, self._job, self._volume).write(tuple(self._wave_sheets()))
        self._rack_sheets()
        self._face_sheets()

    def _wave_sheets(self) -> Iterator[Progress]:
        style, pulls_of_all = self._style, self._volume.pulls
        table = Table(style, planned(style, pulls_of_all, shares(self._job)))
        right = Table(style, looked_up(style), len(table.columns) + len(FILLED))
        writer = WaveSheet(style, table, right)
        for wave, pulls in self._waves.items():
            name = self._of_wave[wave]
            sheet = self._book.add_worksheet(name)
            if style.swatch(pulls[0].cable).rail is not None:
                sheet.set_tab_color(style.shade(pulls[0].cable))
            entries = tuple(map(entry, pulls))
            writer.write(sheet, pulls, entries)
            yield Progress(name, wave_words(style, wave, pulls), entries, writer.status_column)

    def _rack_sheets(self) -> None:
        job, style = self._job, self._style
        writer = RackSheet(style, Table(style, tuple(rack.columns(style)), rack.FIRST_COLUMN))
        for name, sheet_name in self._of_rack.items():
            found = in_rack(job, name)
            writer.write(
                self._book.add_worksheet(sheet_name), self._rack_title(name, len(found)), found
            )

    def _rack_title(self, name: str, ends: int) -> str:
        floor = self._job.plan.floor
        assert floor is not None  # noqa: S101 (a volume has racks only with a floor)
        place = floor.rack[name]
        return self._style.words["rack_title"].format(
            rack=name, row=place.row, position=place.position, ends=ends
        )

    def _face_sheets(self) -> None:
        plan, style = self._job.plan, self._style
        writer = FaceSheet(
            style, Table(style, tuple(faceplate.columns(style, floor=plan.floor is not None)))
        )
        for name, found in sockets(self._job, self._volume.switches):
            title = faceplate.title(style, plan, plan.device[name])
            writer.write(self._book.add_worksheet(self._of_switch[name]), title, found)
