"""What technicians have to do: every deployed cable with both ends, and what was done already."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from types import MappingProxyType

import orjson

from railwright.intent.as_built import Mark
from railwright.intent.model import Language
from railwright.naming import natural_key
from railwright.plan.bom.describe import describe
from railwright.plan.bom.parts import Item
from railwright.plan.cables.model import Cable
from railwright.plan.cables.plugs import Plug, Plugs, check_of
from railwright.plan.cables.standing import Standing, Standings
from railwright.plan.model import Plan

__all__ = ["Job", "Plug", "Pull", "job_of", "pulls_of"]

REVISION_DIGITS = 12
_NO_MARKS: Mapping[str, Mark] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Pull:
    """One cable to pull. `plugs` begin with the lower tier; the single end of a splitter is last.

    `standing` says which sheets show it; `check`, which they print, changes with the cable, its
    length, and whatever is plugged where at either end. `marks` is what was done to it, by kind;
    `older` is what was done when it was planned otherwise, which counts no more. `port_at` is the
    id of the cable at which the port of the upper end is said if it is built otherwise, None where
    an override cannot move it: splitters serve several ports, routers outside the plan choose their
    own, extra links have theirs in the intent. Jumpers side by side end in one port and move
    together, so the first speaks for all.
    """

    cable: Cable
    standing: Standing
    plugs: tuple[Plug, ...]
    description: str
    marks: Mapping[str, Mark]
    older: Mapping[str, Mark]
    port_at: str | None

    @property
    def check(self) -> str:
        """Return the check of the cable, which sheets print."""
        return self.standing.check

    @property
    def accepted(self) -> tuple[str, ...]:
        """Return the checks of sheets whose marks count for this cable, the current one first."""
        return self.standing.accepted

    @property
    def planned_port(self) -> str | None:
        """Return the upper port without redlines, None where no redline can be said of it."""
        return self.standing.port if self.redlines else None

    @property
    def planned_length_m(self) -> float:
        """Return the length without redlines."""
        return self.standing.length_m

    @property
    def id(self) -> str:
        """Return the id of the cable."""
        return self.cable.id

    @property
    def lower(self) -> tuple[Plug, ...]:
        """Return the lower end, several of a splitter."""
        return self.plugs[:-1]

    @property
    def upper(self) -> Plug:
        """Return the upper end."""
        return self.plugs[-1]

    @property
    def home(self) -> Plug:
        """Return the first of the lower ends whose device is there: where pulling begins."""
        return next(plug for plug in self.plugs if not plug.waits)

    @property
    def redlines(self) -> bool:
        """Return whether the port of its upper end as built is said at this cable."""
        return self.port_at == self.cable.id


@dataclass(frozen=True)
class Job:
    """All cables of a plan that are to be pulled now, in the order of the plan's links.

    `revision` changes with anything a sheet says of a cable; marks do not change it.
    """

    plan: Plan
    revision: str
    pulls: tuple[Pull, ...]

    @property
    def cluster(self) -> str:
        """Return the name of the cluster."""
        return self.plan.intent.cluster

    @property
    def language(self) -> Language:
        """Return the language of the sheets."""
        return self.plan.intent.language

    @cached_property
    def waves(self) -> Mapping[str, tuple[Pull, ...]]:
        """Return the cables by install wave, in the order of the waves."""
        found: dict[str, list[Pull]] = {}
        for pull in self.pulls:
            found.setdefault(pull.cable.wave, []).append(pull)
        return {wave: tuple(found[wave]) for wave in sorted(found, key=_wave_key)}

    @cached_property
    def by_rack(self) -> Mapping[str, tuple[Pull, ...]]:
        """Return the cables to plug in in a rack, each once per rack."""
        found: dict[str, list[Pull]] = {}
        for pull in self.pulls:
            for rack in {plug.rack: None for plug in pull.plugs if plug.rack and not plug.waits}:
                found.setdefault(rack, []).append(pull)
        return {rack: tuple(pulls) for rack, pulls in found.items()}

    @cached_property
    def by_device(self) -> Mapping[str, tuple[tuple[Plug, Pull], ...]]:
        """Return the plugs of every device that is there, with their cables.

        Among them are the routers outside the plan that cables lead to.
        """
        found: dict[str, list[tuple[Plug, Pull]]] = {}
        for pull in self.pulls:
            for plug in pull.plugs:
                if not plug.waits:
                    found.setdefault(plug.device, []).append((plug, pull))
        return {device: tuple(plugs) for device, plugs in found.items()}


def job_of(plan: Plan) -> Job:
    """Return the cables of a plan that are to be pulled now."""
    pulls = tuple(pulls_of(plan))
    digest = sha256(plan.intent.cluster.encode())
    for pull in pulls:
        digest.update(orjson.dumps((pull.check, _where(pull.cable))))
    return Job(plan, digest.hexdigest()[:REVISION_DIGITS], pulls)


def pulls_of(plan: Plan) -> Iterator[Pull]:
    """Yield the cables of a plan that are to be pulled now, in the order of its links."""
    maker = _Maker(plan)
    for cable in plan.cabled.cables:
        if cable.deployed:
            yield maker.pull(cable)


def _where(cable: Cable) -> tuple[object, ...]:
    """Return what sheets say of a cable's way, which may change without the cable."""
    said = cable.network, cable.rail, cable.plane, cable.wave, cable.bundle, cable.colour
    return *said, cable.computed_m, cable.trays


class _Maker:
    """Makes pulls; remembers what parts are."""

    def __init__(self, plan: Plan) -> None:
        self._plugs = Plugs(plan)
        self._standings = Standings(plan, self._plugs)
        self._described: dict[str | None, str] = {None: ""}
        self._switches = frozenset(device.name for device in plan.switches)
        self._extra = frozenset(one.id for one in plan.intent.overrides.links)
        built = plan.intent.as_built
        self._marks: Mapping[str, Mapping[str, Mark]] = built.of if built else {}

    def pull(self, cable: Cable) -> Pull:
        """Return the pull of a deployed cable."""
        plugs = self._plugs.of(cable)
        standing = self._standings.of(cable, check_of(cable, plugs))
        port_at = self._port_at(cable)
        marks, older = _NO_MARKS, _NO_MARKS
        if recorded := self._marks.get(cable.id):
            marks = {what: mark for what, mark in recorded.items() if standing.holds(mark)}
            older = {what: mark for what, mark in recorded.items() if what not in marks}
        return Pull(
            cable,
            standing,
            plugs,
            self._description(cable.part),
            marks,
            older,
            port_at,
        )

    def _port_at(self, cable: Cable) -> str | None:
        link = cable.links[0]
        if link in self._extra or cable.ends[-1].device not in self._switches:
            return None
        if cable.id == link:
            return link
        return f"{link}.1" if cable.id.startswith(f"{link}.") else None

    def _description(self, part: str | None) -> str:
        if (text := self._described.get(part)) is None:
            text = self._described[part] = describe(Item("cable", str(part))).text
        return text


def _wave_key(wave: str) -> tuple[int, str]:
    number, _, rest = wave.partition("-")
    return int(number), natural_key(rest)
