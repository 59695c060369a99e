"""The cover: what this is, how far the work is, how to fill in, what colours and words mean."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from xlsxwriter.worksheet import Worksheet

from railwright.catalog import loader as catalog
from railwright.emitters.cabling.job import Job, Pull
from railwright.emitters.cabling.volume import Volume
from railwright.emitters.cabling.workbook import progress
from railwright.emitters.cabling.workbook.cells import across, put
from railwright.emitters.cabling.workbook.entries import older
from railwright.emitters.cabling.workbook.progress import Progress
from railwright.emitters.cabling.workbook.style import A4, HEAD, Style, row_points
from railwright.plan.cables.waves import kind

_WIDTHS = (19, 42, 9, 9, 10, 9, 10)
_LAST = len(_WIDTHS) - 1
_ONE_PAGE_ROWS = 65
"""So many rows are still read with ease when they are made to fit one page."""
_TERMS = ("cable", "check", "socket", "bundle", "trays")
_STEPS = ("pulled", "connected", "tested")


def wave_words(style: Style, wave: str, pulls: Sequence[Pull]) -> str:
    """Return what the cables of a wave are for."""
    return style.words[f"wave_{kind(wave)}"].format(rail=pulls[0].cable.rail)


@dataclass
class Cover:
    """Writes the cover from its top down."""

    sheet: Worksheet
    style: Style
    job: Job
    volume: Volume
    _row: int = field(default=0, init=False)

    def write(self, waves: Sequence[Progress]) -> None:
        """Write all of it."""
        for column, width in enumerate(_WIDTHS):
            self.sheet.set_column(column, column, width)
        self.style.page(self.sheet, A4, landscape=False)
        self._title()
        if waves:
            self._section("progress")
            self._row = progress.write(self.sheet, self.style, self._row, waves) + 1
        self._fill_in()
        self._colours()
        self._label()
        self._terms()
        if self.volume.pulls:
            self._lengths()
        self._deviations()
        self.sheet.print_area(0, 0, self._row - 1, _LAST)
        if self._row <= _ONE_PAGE_ROWS:
            self.sheet.fit_to_pages(1, 1)

    def _title(self) -> None:
        sheet, style, intent = self.sheet, self.style, self.job.plan.intent
        large = style.format(bold=True, font_size=24, font_color=HEAD)
        name = f"{intent.cluster} {self.volume.name}".strip()
        sheet.set_row(self._row, 34)
        across(sheet, self._row, (0, _LAST), name, large)
        self._row += 1
        across(sheet, self._row, (0, _LAST), style.words["title"], style.title)
        self._row += 1
        if intent.description:
            self._prose(intent.description)
        sheet.set_row(self._row, 34)
        put(sheet, self._row, 0, style.words["revision"], style.title)
        number = style.format(bold=True, font_size=24, font_name="Courier New")
        across(sheet, self._row, (1, _LAST), self.job.revision, number)
        self._row += 1
        self._prose(style.words["revision_is"])
        self._row += 1

    def _section(self, word: str) -> None:
        self.sheet.set_row(self._row, 20)
        across(self.sheet, self._row, (0, _LAST), self.style.words[word], self.style.section)
        self._row += 1

    def _prose(self, text: str) -> None:
        self.sheet.set_row(self._row, row_points(text, sum(_WIDTHS)))
        across(self.sheet, self._row, (0, _LAST), text, self.style.prose)
        self._row += 1

    def _said(self, name: str, text: str) -> None:
        """Write a word and what is to be said of it."""
        height = row_points(text, sum(_WIDTHS[1:]))
        self.sheet.set_row(self._row, max(height, row_points(name, _WIDTHS[0])))
        put(self.sheet, self._row, 0, name, self.style.strong)
        across(self.sheet, self._row, (1, _LAST), text, self.style.prose)
        self._row += 1

    def _fill_in(self) -> None:
        words = self.style.words
        self._section("fill_in")
        steps = {one: words[one] for one in _STEPS}
        for number in range(1, 5):
            self._prose(f"{number}. {words[f'fill_{number}'].format_map(steps)}")
        self._prose(words["not_printed"].format(remark=words["remark"]))
        if marked := sum(bool(pull.marks) for pull in self.volume.pulls):
            self._prose(words["marked"].format(count=marked))
        if any(plug.waits for pull in self.volume.pulls for plug in pull.plugs):
            self._prose(words["waits"].format(later=words["later"]))
        if changed := sum(bool(older(pull, words)) for pull in self.volume.pulls):
            self._prose(words["older_hint"].format(count=changed, older=words["older"]))
        self._row += 1

    def _colours(self) -> None:
        sheet, style = self.sheet, self.style
        self._section("colours")
        shown = tuple(_legend(style, self._shown()))
        half = -(-len(shown) // 2)
        for number, one in enumerate(shown):
            row, shade = self._row + number % half, style.cell("shade", one.shade)
            if number < half:
                put(sheet, row, 0, one.text, shade)
                put(sheet, row, 1, one.meaning, style.cell("text"))
            else:
                across(sheet, row, (2, 3), one.text, shade)
                across(sheet, row, (4, _LAST), one.meaning, style.cell("text"))
        self._row += half
        self._prose(style.words["colours_hint"])
        if any(pull.cable.plane is not None for pull in self.volume.pulls):
            self._prose(style.words["planes_hint"])
        self._row += 1

    def _shown(self) -> Iterator[Pull]:
        """Yield the cables that some sheet shows, those of other volumes too."""
        yield from self.volume.pulls
        if self.volume.name:
            for rack in self.volume.racks:
                yield from self.job.by_rack[rack]
            for switch in self.volume.switches:
                yield from (pull for _, pull in self.job.by_device.get(switch, ()))

    def _label(self) -> None:
        words, form = self.style.words, self.job.plan.intent.cabling.labels
        self._section("label_title")
        self._prose(words[f"label_{form}"])
        if form != "names":
            self._prose(words["label_no_place"])
        for pull in self.volume.pulls[:1]:
            self._prose(words["label_example"].format(cable=pull.id))
            for plug in pull.plugs:
                self._said(words["near"].format(device=plug.device), plug.label)
        self._row += 1

    def _terms(self) -> None:
        words = self.style.words
        self._section("terms")
        for term in _TERMS:
            self._said(words[term], words[f"term_{term}"])
        self._row += 1

    def _lengths(self) -> None:
        words, plan = self.style.words, self.job.plan
        self._section("lengths")
        everything = len(self.volume.pulls)
        assumed = sum(pull.cable.computed_m is None for pull in self.volume.pulls)
        if plan.floor and assumed < everything:
            geometry = plan.floor.geometry
            self._prose(
                words["lengths_computed"].format(
                    count=everything - assumed,
                    all=everything,
                    tray_m=f"{geometry.tray_height_m:g}",
                    slack=f"{geometry.slack_percent:g}",
                )
            )
        if assumed:
            self._prose(words["lengths_assumed"].format(count=assumed, all=everything))
        if unfit := len(plan.cabled.unfit):
            self._prose(words["unfit"].format(count=unfit))
        self._row += 1

    def _deviations(self) -> None:
        found = tuple(self.job.plan.intent.overrides.describe())
        if found:
            self._section("deviations")
            for one in found:
                self._prose(one)


class _Meaning(NamedTuple):
    """A line of the legend: letters and name of a colour, `#rrggbb`, what it stands for."""

    text: str
    shade: str
    meaning: str


def _legend(style: Style, pulls: Iterable[Pull]) -> Iterator[_Meaning]:
    """Yield what every colour stands for: rails by number, then networks."""
    palette = catalog.palette()
    names = [one.name for one in (*palette.rails, *palette.networks.values())]
    used = {(style.swatch(pull.cable), pull.cable.colour) for pull in pulls}
    lines: dict[tuple[int, int], _Meaning] = {}
    for one, name in used:
        meaning = style.words[one.meaning].format(rail=one.rail)
        letters = one.letters if one.rail is None else f"R{one.rail}"
        order = (len(names) if one.rail is None else one.rail), names.index(name)
        lines[order] = _Meaning(f"{letters} {style.colour(name)}", one.colour, meaning)
    for order in sorted(lines):
        yield lines[order]
