"""What the page of a volume knows, as plain values for JSON; the page's `data.js` reads it back.

Texts that repeat are written once, in `texts`, and named by their number; number 0 is the empty
text, for what is not known. Rows are lists whose columns are those of the `_row` functions here.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from railwright.catalog import loader as catalog
from railwright.catalog.physical_model import Colour
from railwright.emitters.cabling.job import Job, Pull
from railwright.emitters.cabling.phone import rules
from railwright.emitters.cabling.phone.plates import Plates
from railwright.emitters.cabling.swatch import Swatch, of_cable
from railwright.emitters.cabling.volume import Volume
from railwright.intent.as_built import Mark, mark_id
from railwright.naming import natural_key
from railwright.plan.cables.labels import BETWEEN
from railwright.plan.cables.plugs import Plug

NONE = -1
"""Where a number would stand: a rail, a rack, a plate that there is not."""


def of(job: Job, volume: Volume) -> dict[str, Any]:
    """Return the data of the page of a volume."""
    pulls = shown(job, volume)
    texts = _Texts()
    places = _Places(job, pulls, volume, texts)
    words = catalog.words("common", job.language)
    chips = Chips(words)
    own = {pull.id for pull in volume.pulls}
    return {
        "cluster": job.cluster,
        "revision": job.revision,
        "volume": volume.name,
        "language": job.language,
        "racks": places.racks,
        "devices": places.devices,
        "plates": places.plates.rows,
        "cables": [
            _cable_row(pull, texts.number, places.number, chips.number, own=pull.id in own)
            for pull in pulls
        ],
        "chips": chips.rows,
        "redlined": [
            row for number, pull in enumerate(pulls) if (row := _redlined_row(number, pull))
        ],
        "marks": [
            _mark_row(number, mark, check)
            for number, pull in enumerate(pulls)
            for mark, check in _marks(pull)
        ],
        "texts": texts.all,
        "rules": rules.of(),
        "words": {
            **words,
            **catalog.words("phone", job.language),
        },
    }


def shown(job: Job, volume: Volume) -> tuple[Pull, ...]:
    """Return the cables of a volume and those others that end at its racks or switches."""
    if not volume.name:
        return volume.pulls
    own = {pull.id for pull in volume.pulls}
    others = {
        pull.id: pull
        for pulls in (
            *(job.by_rack[rack] for rack in volume.racks),
            *([pull for _, pull in job.by_device[name]] for name in volume.switches),
        )
        for pull in pulls
        if pull.id not in own
    }
    return (*volume.pulls, *others.values())


class _Texts:
    """Texts by number, in the order they were first used."""

    def __init__(self) -> None:
        self._number = {"": 0}

    @property
    def all(self) -> list[str]:
        return list(self._number)

    def number(self, text: str | None) -> int:
        return self._number.setdefault(text or "", len(self._number))


class Chips:
    """The swatches of cables by number, in the order they were first used."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = words
        self._number: dict[Swatch, int] = {}
        self._colour = {colour.hex: number for number, colour in enumerate(colours())}

    @property
    def rows(self) -> list[list[Any]]:
        """Return the letters of each, the key of what they mean, and the number of the colour."""
        return [[one.letters, one.meaning, self._colour[one.colour]] for one in self._number]

    def number(self, pull: Pull) -> int:
        """Return the number of a cable's swatch."""
        swatch = of_cable(pull.cable, self._words)
        return self._number.setdefault(swatch, len(self._number))


class _Places:
    """The devices that cables end at and the racks they stand in, by number."""

    def __init__(self, job: Job, pulls: tuple[Pull, ...], volume: Volume, texts: _Texts) -> None:
        self._plan = job.plan
        self._texts = texts
        first: dict[str, Plug] = {}
        for pull in pulls:
            for plug in pull.plugs:
                first.setdefault(plug.device, plug)
        self.plates = Plates(job, first)
        names = sorted({plug.rack for plug in first.values() if plug.rack}, key=natural_key)
        self._rack = {name: number for number, name in enumerate(names)}
        self.number: Mapping[str, int] = {name: number for number, name in enumerate(first)}
        # A page of one row of racks has only some of the cables at what stands in other rows.
        whole = None if not volume.name else {*volume.racks}
        switches = frozenset(volume.switches)
        self.racks = [self._rack_row(name, whole) for name in names]
        self.devices = [
            self._device_row(
                plug, whole=whole is None or plug.rack in whole or plug.device in switches
            )
            for plug in first.values()
        ]

    def _rack_row(self, name: str, whole: set[str] | None) -> list[Any]:
        floor = self._plan.floor
        if floor is None:
            return [name, "", 0, 1]
        units = floor.profile_of(name).rack_units
        return [name, floor.rack[name].row, units, int(whole is None or name in whole)]

    def _device_row(self, plug: Plug, *, whole: bool) -> list[Any]:
        plan, texts = self._plan, self._texts
        device = plan.device.get(plug.device)
        place = plan.floor.places.get(plug.device) if plan.floor else None
        plate, empty = NONE, []
        if device is not None:
            plate = self.plates.number(device)
            empty = [
                [*map(texts.number, one[:3]), int(one.is_reserved)]
                for one in self.plates.empty(device)
            ]
        return [
            plug.device,
            texts.number(device.role if device else "later" if plug.waits else "outside"),
            texts.number(device.platform if device else ""),
            self._rack.get(plug.rack or "", NONE),
            plug.top_u or 0,
            place.height_u if place else 0,
            plate,
            empty,
            int(whole),
        ]


def _cable_row(
    pull: Pull,
    text: Callable[[str | None], int],
    number_of: Mapping[str, int],
    chip: Callable[[Pull], int],
    *,
    own: bool,
) -> list[Any]:
    cable = pull.cable
    return [
        *(pull.id, pull.check, text(cable.network)),
        *(_number(cable.rail), _number(cable.plane)),
        *(text(cable.wave), text(cable.bundle), text(cable.colour), text(cable.medium)),
        *(text(cable.part), text(pull.description)),
        *(cable.computed_m, cable.length_m, text(" ".join(cable.trays))),
        *(1 if pull.redlines else pull.port_at or 0, int(own), chip(pull)),
        [_plug_row(plug, label, text, number_of) for plug, label in _labelled(pull)],
    ]


def _plug_row(
    plug: Plug,
    label: str,
    text: Callable[[str | None], int],
    number_of: Mapping[str, int],
) -> list[Any]:
    return [
        number_of[plug.device],
        *(text(plug.ports), text(plug.cage), text(plug.socket), label),
        *(text(plug.connector), text(plug.module), text(plug.adapter), int(plug.waits)),
    ]


def _labelled(pull: Pull) -> Iterator[tuple[Plug, str]]:
    """Yield the plugs with their labels; of two that mirror each other, only the near halves."""
    halves = [plug.label.split(BETWEEN) for plug in pull.plugs]
    mirrored = len(halves) == 2 and halves[0] == halves[1][::-1]
    for plug, half in zip(pull.plugs, halves, strict=True):
        yield plug, half[0] if mirrored else plug.label


def _redlined_row(number: int, pull: Pull) -> list[Any] | None:
    """Return what redlines changed of a cable, None where they changed nothing.

    These are the further checks that marks count with, and the port and the length without
    redlines, None where they are as the plan has them.
    """
    others = list(pull.accepted[1:])
    port = None if pull.planned_port == pull.upper.ports else pull.planned_port
    length_m = pull.planned_length_m
    length = None if length_m == pull.cable.length_m else length_m
    return [number, others, port, length] if others or port or length else None


def _marks(pull: Pull) -> Iterator[tuple[Mark, str | None]]:
    """Yield what was recorded, each with its check, None for the cable's."""
    for mark in pull.marks.values():
        yield mark, None
    for mark in pull.older.values():
        yield mark, mark.check


def _mark_row(number: int, mark: Mark, check: str | None) -> list[Any]:
    said = mark.what, mark.value, mark.by, mark.at, mark.note
    return [number, *said, mark_id(mark), list(mark.after), check]


def colours() -> tuple[Colour, ...]:
    """Return every colour a cable can have: those of rails, then those of networks."""
    palette = catalog.palette()
    return (*palette.rails, *palette.networks.values())


def _number(value: int | None) -> int:
    return NONE if value is None else value
