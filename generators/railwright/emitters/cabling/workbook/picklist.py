"""The pick list: what to take from the store for every wave, by part number."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlsxwriter.worksheet import Worksheet

from railwright.emitters.cabling.job import Job, Pull
from railwright.emitters.cabling.volume import Volume
from railwright.emitters.cabling.workbook.cells import across, put
from railwright.emitters.cabling.workbook.style import A3, Style
from railwright.naming import natural_key
from railwright.plan.bom.describe import describe
from railwright.plan.bom.model import Kind
from railwright.plan.bom.of_plan import deployed
from railwright.plan.bom.parts import UNKNOWN, Item

TITLE, HEADINGS, FIRST = 0, 1, 2
_KINDS: tuple[Kind, ...] = ("cable", "module", "adapter")
_WIDTHS, _COUNT_WIDTH = (10, 24, 62), 6
_PAGE_WIDTH, _REPEATED = 230, 2
"""How many characters across are still read on A3; how many columns stand on every page."""
_ROW_POINTS = 20.0
_HEAD_POINTS = 90.0


@dataclass(frozen=True, slots=True)
class Line:
    """One part number: how many of it every wave takes, in the order of the waves.

    `spares` are those the policy adds to what is deployed, None where this is a share of the work.
    """

    item: Item
    description: str
    assumed: bool
    counts: tuple[int, ...]
    spares: int | None

    @property
    def total(self) -> int:
        """Return how many are taken in all."""
        return sum(self.counts)


def lines(job: Job, volume: Volume, waves: Sequence[str]) -> tuple[Line, ...]:
    """Return what a volume takes, kind by kind, in the order of the part numbers."""
    taken: Counter[tuple[Item, str]] = Counter()
    for item, wave in (*_cables(volume.pulls), *_plugged(job, volume)):
        taken[item, wave] += 1
    spares = {} if volume.name else _spares(job)
    items = sorted(
        {item for item, _ in taken},
        key=lambda item: (_KINDS.index(item.kind), natural_key(item.part)),
    )
    return tuple(
        Line(
            item,
            *describe(item),
            counts=tuple(taken[item, wave] for wave in waves),
            spares=spares.get(item),
        )
        for item in items
    )


def _cables(pulls: Sequence[Pull]) -> Iterator[tuple[Item, str]]:
    for pull in pulls:
        yield Item("cable", pull.cable.part or UNKNOWN), pull.cable.wave


def _plugged(job: Job, volume: Volume) -> Iterator[tuple[Item, str]]:
    """Yield every module and adapter with the wave that uses its cage first.

    Cables of one cage may be in several volumes: it belongs to that of the cable it comes with.
    """
    order = {wave: number for number, wave in enumerate(job.waves)}
    own = {pull.id for pull in volume.pulls}
    devices = {plug.device: None for pull in volume.pulls for plug in pull.plugs if not plug.waits}
    for device in devices:
        first: dict[str, Pull] = {}
        for plug, pull in job.by_device[device]:
            before = first.get(plug.cage)
            if before is None or order[pull.cable.wave] < order[before.cable.wave]:
                first[plug.cage] = pull
        for cage, pull in first.items():
            if pull.id in own:
                plug = next(one for one in pull.plugs if (one.device, one.cage) == (device, cage))
                if plug.module:
                    yield Item("module", plug.module), pull.cable.wave
                if plug.adapter:
                    yield Item("adapter", plug.adapter), pull.cable.wave


def _spares(job: Job) -> Mapping[Item, int]:
    return {Item(one.kind, one.part): one.spares for one in deployed(job.plan).lines}


def write(sheet: Worksheet, style: Style, waves: Sequence[str], found: Sequence[Line]) -> None:
    """Write the pick list: a line per part number, a column per wave."""
    words = style.words
    spares = any(one.spares is not None for one in found)
    heads = [words["kind"], words["part"], words["description"], *waves, words["total"]]
    heads += [words["spares"]] if spares else []
    last, last_column = FIRST + len(found) - 1, len(heads) - 1
    style.page(sheet, A3, landscape=True)
    sheet.set_default_row(_ROW_POINTS)
    sheet.set_row(HEADINGS, _HEAD_POINTS)
    sheet.freeze_panes(FIRST, 2)
    sheet.autofilter(HEADINGS, 0, last, last_column)
    sheet.repeat_rows(TITLE, HEADINGS)
    put(sheet, TITLE, 0, words["pick_title"], style.format(bold=True, font_size=11))
    for column, head in enumerate(heads):
        upright = column < len(_WIDTHS)
        put(sheet, HEADINGS, column, head, style.head if upright else style.tick_head)
        sheet.set_column(column, column, _WIDTHS[column] if upright else _COUNT_WIDTH)
    _pages(sheet, sum(_WIDTHS) + _COUNT_WIDTH * (len(heads) - len(_WIDTHS)))
    text, number = style.cell("text"), style.cell("centred")
    for row, line in enumerate(found, start=FIRST):
        put(sheet, row, 0, words[f"kind_{line.item.kind}"], text)
        part = words["unknown_part"] if line.item.part == UNKNOWN else line.item.part
        put(sheet, row, 1, part, style.cell("strong"))
        put(sheet, row, 2, f"{line.description}{' *' if line.assumed else ''}", text)
        for column, many in enumerate(line.counts, start=3):
            put(sheet, row, column, many or None, number)
        put(sheet, row, 3 + len(waves), line.total, style.cell("strong_centred"))
        if spares:
            put(sheet, row, 4 + len(waves), line.spares, number)
    if any(one.assumed for one in found):
        last += 1
        across(sheet, last, (0, min(last_column, 2)), words["assumed_part"], style.prose)
    sheet.print_area(TITLE, 0, last, last_column)


def _pages(sheet: Worksheet, width: int) -> None:
    """Print a list of many waves over several pages side by side, each with the part numbers."""
    repeated = sum(_WIDTHS[:_REPEATED])
    many = -(-(width - repeated) // (_PAGE_WIDTH - repeated))
    if many > 1:
        sheet.fit_to_pages(many, 0)
        sheet.repeat_columns(0, _REPEATED - 1)
