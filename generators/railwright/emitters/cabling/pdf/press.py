"""What all files are printed from: the cables, the words and the fonts of one language."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from railwright.catalog import loader as catalog
from railwright.emitters.cabling.job import Job, Pull
from railwright.emitters.cabling.pdf.fonts import Typeface, typeface
from railwright.emitters.cabling.pdf.pen import (
    HEIGHT_MM,
    INK,
    QUIET,
    WIDTH_MM,
    Area,
    Pen,
    Stroke,
    Style,
    wide,
)
from railwright.emitters.cabling.sockets import Socket, sockets
from railwright.emitters.cabling.swatch import Swatch
from railwright.emitters.cabling.volume import FOLDER
from railwright.files import OutputFile
from railwright.ink import ink_on

MARGIN_MM = 10.0
INNER_MM = WIDTH_MM - 2 * MARGIN_MM
TOP_MM = 25.0
"""Where the content of a page begins, below its heading."""
BOTTOM_MM = HEIGHT_MM - 14.0


@dataclass(frozen=True)
class Press:
    """The cables of a job with the phrases and the fonts they are printed with."""

    job: Job
    words: Mapping[str, str]
    face: Typeface

    def pen(self, title: str) -> Pen:
        """Return a pen for a new file."""
        said = f"{self.words['revision']} {self.job.revision}"
        return Pen(f"{self.job.cluster}: {title}", said, self.face, self.job.language)

    def say(self, phrase: str, **values: object) -> str:
        """Return a phrase with its values filled in."""
        return self.words[phrase].format_map(values)

    @cached_property
    def sockets(self) -> Mapping[str, tuple[Socket, ...]]:
        """Return the sockets of every switch that a cable ends at."""
        switches = (one.name for one in self.job.plan.switches)
        return dict(sockets(self.job, (one for one in switches if one in self.job.by_device)))

    def wide(self, said: str, style: Style) -> float:
        """Return how wide a line of text is, in millimetres."""
        return wide(self.face, said, style)

    def length(self, pull: Pull) -> str:
        """Return the length of a cable, marked where it is assumed."""
        phrase = "assumed_metres" if pull.cable.computed_m is None else "metres"
        return self.say(phrase, length=f"{pull.cable.length_m:g}")

    def count(self, cables: int) -> str:
        """Return so many cables in words."""
        return self.words["one_cable"] if cables == 1 else self.say("cables", count=cables)

    def file(self, name: str, pen: Pen) -> OutputFile:
        """Return the finished file."""
        return OutputFile(f"{FOLDER}/pdf/{name}.pdf", pen.finish())


def press_of(job: Job) -> Press:
    """Return what a job is printed with. Raises: FontError."""
    words = {**catalog.words("common", job.language), **catalog.words("pdf", job.language)}
    return Press(job, words, typeface(job.language))


Page = Callable[[Pen], None]


@dataclass(frozen=True, slots=True)
class Section:
    """Pages under one heading; `below` is said under it, `level` is that in the outline."""

    heading: str
    below: str
    pages: Sequence[Page]
    level: int = 0


def book(press: Press, name: str, title: str, sections: Sequence[Section]) -> OutputFile:
    """Return the file of some sections, its pages numbered throughout."""
    pen, last = press.pen(title), sum(len(section.pages) for section in sections)
    number = 0
    for section in sections:
        for at, page in enumerate(section.pages):
            number += 1
            heading = press.say("continued", what=section.heading) if at else section.heading
            if not at:
                pen.bookmark(section.heading, section.level)
            _frame(pen, press, heading, section.below, press.say("page", page=number, pages=last))
            page(pen)
            pen.next_page()
    return press.file(name, pen)


def chip(pen: Pen, mark: Swatch, area: Area) -> None:
    """Draw a colour with its letters in the middle."""
    pen.box(area, mark.colour, Stroke(INK, 0.15))
    size = min(10.0, area.height * 1.9)
    style = Style(size, bold=True, ink=ink_on(mark.colour))
    x, y = area.x + area.width / 2, area.y + area.height / 2 + size * 0.13
    pen.fitted(x, y, area.width - 1, mark.letters, style, "middle")


def _frame(pen: Pen, press: Press, heading: str, below: str, number: str) -> None:
    """Write what stands above and below the content of a page.

    The foot names the cluster and the revision: a sheet of another one is out of date.
    """
    job = press.job
    pen.fitted(MARGIN_MM, 16, INNER_MM * 0.68, heading, Style(17, bold=True))
    right = WIDTH_MM - MARGIN_MM
    pen.fitted(right, 16, INNER_MM * 0.3, job.cluster, Style(11, bold=True), "right")
    pen.fitted(MARGIN_MM, 21.5, INNER_MM, below, Style(8.5, ink=QUIET))
    foot = f"{press.words['cluster']} {job.cluster} · {press.words['revision']} {job.revision}"
    pen.fitted(MARGIN_MM, HEIGHT_MM - 7.5, INNER_MM * 0.75, foot, Style(7.5, ink=QUIET))
    pen.text(right, HEIGHT_MM - 7.5, number, Style(8.5, bold=True), "right")
