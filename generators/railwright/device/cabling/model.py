"""What the cabling check works on and yields: ends of cables, moves, notes, links not verified."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from railwright.device.fdb import Learned
from railwright.device.lldp import Neighbours

FaultKind = Literal[
    "rail-swap",
    "node-swap",
    "lane-swap",
    "leaf-swap",
    "wrong-spine",
    "wrong-port",
    "crossed-twins",
    "missing",
    "one-way",
    "unknown-neighbour",
    "duplicate-hostname",
    "conflict",
    "unplanned",
]
Action = Literal["swap", "move", "connect", "remove"]


class End(NamedTuple):
    """Where a plug is: a port of a device.

    `at` is empty for a port of the plan. For anything else it names the port that hears it, so
    that two strangers with the same words are two.
    """

    device: str
    port: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that was read: LLDP neighbours by device, learned MAC addresses by switch."""

    heard: Mapping[str, Neighbours]
    learned: Mapping[str, Learned]


@dataclass(frozen=True, slots=True)
class Place:
    """An end as people find it.

    `alias` is the label on the faceplate, None where it is not known or is the name. `rack` and
    `unit` (the top one) are None without a floor; `labels` are those of the cables that belong
    here, empty without a floor. `known` says that it is a port of the plan.
    """

    device: str
    port: str
    alias: str | None = None
    known: bool = True
    rack: str | None = None
    unit: int | None = None
    labels: tuple[str, ...] = ()

    def values(self) -> dict[str, Any]:
        """Return the place as JSON has it."""
        return {
            "device": self.device,
            "port": self.port,
            "alias": self.alias,
            "known": self.known,
            "rack": self.rack,
            "unit": self.unit,
            "labels": list(self.labels),
        }


@dataclass(frozen=True, slots=True)
class Move:
    """One thing a person does at the racks.

    `swap`: the plugs in both ends change places. `move`: the plug in the first end goes into the
    second, which is empty. `connect`: a cable joins both ends. `remove`: the cable between both is
    taken out. `far` are the other ends of the cables in `ends` at that moment, None for an empty
    port; a move has one, `connect` and `remove` have none. `device` is where it is done, None for
    two devices. With `sockets` it is the second jumpers of two twin-port cages.
    """

    id: str
    fault: str
    action: Action
    device: str | None
    ends: tuple[Place, Place]
    far: tuple[Place | None, ...]
    text: str
    sockets: bool = False

    def values(self) -> dict[str, Any]:
        """Return the move as JSON has it."""
        return {
            "id": self.id,
            "fault": self.fault,
            "action": self.action,
            "device": self.device,
            "ends": [one.values() for one in self.ends],
            "far": [one.values() if one else None for one in self.far],
            "sockets": self.sockets,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class Unverified:
    """Links that nobody can see, for one reason, by their ids."""

    reason: str
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LinkCounts:
    """All deployed links: `ok`, `wrong` and `unverified` make up `links`.

    `reordered` are those among the good ones that are plugged like a parallel one.
    """

    links: int
    ok: int
    wrong: int
    unverified: int
    reordered: int

    def values(self) -> dict[str, int]:
        """Return the counts as JSON has them."""
        return {
            "links": self.links,
            "ok": self.ok,
            "wrong": self.wrong,
            "unverified": self.unverified,
            "reordered": self.reordered,
        }
