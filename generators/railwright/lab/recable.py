"""Cables of a running lab that somebody moves: plugs exchanged, pulled, put in elsewhere.

A veth pair cannot be given another end, so a cable that changes is made anew, with both of its
ports: to the devices a port was pulled out for a moment and came back without configuration, as
after a change of its module. What makes configuration effective there (the applier, networkd)
configures it again. A port without a cable leads into the void and is down, as in a new lab.

Where the cables are is recorded beside the wiring the lab was made with, before they move.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from railwright.lab import growth, network, state
from railwright.lab.errors import LabError
from railwright.lab.network import End, Pair, Wiring
from railwright.lab.shell import run
from railwright.lab.state import LabFolder, LabState

FORMAT = 1
_FILE = "cables.json"
_REST_S = 1.5
"""After which a port may go again: lldpd 1.0.16 looks at new ones a second later, and ends with a
segmentation fault where they are gone by then."""


@dataclass(frozen=True, slots=True, order=True)
class Socket:
    """What a plug goes into: a port of a device, or of a stranger."""

    device: str
    port: str

    def __str__(self) -> str:
        """Return it for people."""
        return f"{self.device} {self.port}"


Mates = Mapping[Socket, Socket]
"""Every cable by both of its ends."""


def exchanged(mates: Mates, a: Socket, z: Socket) -> dict[Socket, Socket]:
    """Return the cables after the plugs in two sockets change places; either may be empty."""
    behind_a, behind_z = mates.get(a), mates.get(z)
    if behind_a == z:
        return dict(mates)  # both plugs are those of one cable
    left = pulled(pulled(mates, a), z)
    for socket, behind in ((a, behind_z), (z, behind_a)):
        if behind is not None:
            left |= {socket: behind, behind: socket}
    return left


def pulled(mates: Mates, socket: Socket) -> dict[Socket, Socket]:
    """Return the cables without the one in a socket, if there is one."""
    gone = {socket, mates.get(socket)}
    return {one: other for one, other in mates.items() if one not in gone}


def joined(mates: Mates, a: Socket, z: Socket) -> dict[Socket, Socket]:
    """Return the cables with one between two sockets; what was in them is pulled."""
    return pulled(pulled(mates, a), z) | {a: z, z: a}


def cables(folder: LabFolder) -> dict[Socket, Socket]:
    """Return where the cables of a lab are. Raises: LabError when no lab runs."""
    _, wiring = _standing(folder)
    return _recorded(folder, wiring).mates


def as_made(folder: LabFolder) -> dict[Socket, Socket]:
    """Return where the cables were when the lab was made. Raises: LabError when no lab runs."""
    _, wiring = _standing(folder)
    return _made(wiring)


def is_moved(folder: LabFolder) -> bool:
    """Return whether a lab has cables that are not where they were when it was made."""
    return (folder.root / _FILE).exists()


def recable(folder: LabFolder, wanted: Mates) -> tuple[Socket, ...]:
    """Move cables until they are as wanted; return the sockets whose ports were made anew.

    What a killed run left unfinished is finished. Raises: LabError when no lab runs, or a socket
    is none of this lab.
    """
    with state.locked(folder.base):
        known, wiring = _standing(folder)
        before = _recorded(folder, wiring)
        ends = _ends(wiring) | _strangers(known, wiring, {*wanted, *before.mates})
        if foreign := sorted({*wanted, *wanted.values()} - ends.keys()):
            raise LabError(f"{foreign[0]}: the lab has no such port to plug a cable into")
        changed = _changed(before.mates, wanted) | before.unsure
        if changed:
            _record(folder, wiring, _Record(dict(wanted), changed))
            _remake(wiring, wanted, ends, changed)
            time.sleep(_REST_S)
        _record(folder, wiring, _Record(dict(wanted), frozenset()))
    return tuple(sorted(changed))


def declare(folder: LabFolder, device: str) -> str:
    """Make the namespace of a device that is in no plan, if it is missing; return its name.

    `down` removes it with the lab. Raises: LabError when no lab runs, or the name is taken.
    """
    with state.locked(folder.base):
        known, wiring = _standing(folder)
        space = network.namespace(folder.cluster, device)
        if space in wiring.all_namespaces:
            raise LabError(f"{device} is in this lab already; give the stranger another name")
        if space not in known.namespaces:
            state.save(folder, replace(known, namespaces=(*known.namespaces, space)))
        if not (state.NETNS_FOLDER / space).exists():
            run(["ip", "netns", "add", space])
    return space


@dataclass(frozen=True, slots=True)
class _Record:
    """Where the cables are; `unsure` are the sockets that were being worked on."""

    mates: dict[Socket, Socket]
    unsure: frozenset[Socket]


def _standing(folder: LabFolder) -> tuple[LabState, Wiring]:
    known = state.load(folder)
    wiring = None
    if known is not None and known.phase == "built" and known.boot_id == state.boot_id():
        wiring = growth.recorded(state.load_wiring(folder))
    if known is None or wiring is None:
        raise LabError(f"no lab of {folder.cluster} runs; start it: railwright lab up")
    return known, wiring


def _ends(wiring: Wiring) -> dict[Socket, End]:
    """Return every port of a device that a cable may go into."""
    device_of = {space: name for name, space in wiring.namespaces.items()}
    ends = (end for pair in wiring.pairs for end in (pair.a, pair.z))
    return {
        Socket(device_of[end.namespace], end.name): end
        for end in ends
        if end.namespace in device_of and end.name != network.MANAGEMENT_PORT
    }


def _strangers(known: LabState, wiring: Wiring, sockets: Iterable[Socket]) -> dict[Socket, End]:
    """Return the ends of those sockets that are of devices without a place in the plan."""
    others = set(known.namespaces) - set(wiring.all_namespaces)
    ends = {}
    for socket in sockets:
        space = network.namespace(known.cluster, socket.device)
        if space in others:
            own = network.mac(socket.device, socket.port)
            ends[socket] = End(space, socket.port, network.UNCONFIGURED_MTU_BYTES, own)
    return ends


def _made(wiring: Wiring) -> dict[Socket, Socket]:
    socket_of = {end: socket for socket, end in _ends(wiring).items()}
    mates: dict[Socket, Socket] = {}
    for pair in wiring.pairs:
        if pair.a in socket_of and pair.z in socket_of:
            a, z = socket_of[pair.a], socket_of[pair.z]
            mates |= {a: z, z: a}
    return mates


def _changed(old: Mates, new: Mates) -> frozenset[Socket]:
    return frozenset(one for one in {*old, *new} if old.get(one) != new.get(one))


def _remake(
    wiring: Wiring, wanted: Mates, ends: Mapping[Socket, End], changed: Iterable[Socket]
) -> None:
    """Make the ports of these sockets anew, each with the cable that is wanted in it."""
    sockets = sorted(changed)
    by_space: dict[str, list[str]] = {}
    for socket in sockets:
        by_space.setdefault(ends[socket].namespace, []).append(socket.port)
    for space, names in by_space.items():
        for name in names:
            if name in _devices(space):  # it may have gone with the other end of its pair
                run(["ip", "-n", space, "link", "del", "dev", name])
    run(["ip", "-batch", "-"], lines=_lines(wiring, wanted, ends, sockets))
    known = set(wiring.namespaces.values())
    for space, names in by_space.items():
        lines = [line for line in wiring.inside.get(space, ()) if _is_about(line, names)]
        if space not in known:  # a stranger's, where nothing else takes care of ports
            lines += [f"link set dev {name} up" for name in names]
        if lines:
            run(["ip", "-n", space, "-batch", "-"], lines=lines)


def _lines(
    wiring: Wiring, wanted: Mates, ends: Mapping[Socket, End], sockets: Iterable[Socket]
) -> Iterator[str]:
    for socket in sockets:
        other = wanted.get(socket)
        if other is None:
            loose = network.loose_end(wiring.void, socket.device, socket.port)
            yield Pair(ends[socket], loose).line
        elif socket < other:
            yield Pair(ends[socket], ends[other]).line


def _devices(space: str) -> set[str]:
    return {one["ifname"] for one in json.loads(run(["ip", "-n", space, "-json", "link"]))}


def _is_about(line: str, names: Iterable[str]) -> bool:
    """Return whether a line gives something to one of these ports of a bare device."""
    return not {("dev", name) for name in names}.isdisjoint(pairwise(line.split()))


def _recorded(folder: LabFolder, wiring: Wiring) -> _Record:
    try:
        raw: dict[str, Any] = json.loads((folder.root / _FILE).read_bytes())
    except FileNotFoundError:
        return _Record(_made(wiring), frozenset())
    except (OSError, ValueError) as err:
        raise LabError(f"{folder.root / _FILE}: cannot be read: {err}") from err
    if raw.get("format") != FORMAT:
        raise LabError(
            f"{folder.root / _FILE}: was written by another version of railwright; take the lab "
            "down and up again"
        )
    pairs = [(Socket(*a), Socket(*z)) for a, z in raw["cables"]]
    mates = {a: z for a, z in pairs} | {z: a for a, z in pairs}
    return _Record(mates, frozenset(Socket(*one) for one in raw["unsure"]))


def _record(folder: LabFolder, wiring: Wiring, found: _Record) -> None:
    """Write where the cables are, or nothing where they are as the lab was made."""
    if not found.unsure and found.mates == _made(wiring):
        (folder.root / _FILE).unlink(missing_ok=True)
        return
    cables = sorted((a, z) for a, z in found.mates.items() if a < z)
    state.write_json(
        folder.root / _FILE,
        {
            "format": FORMAT,
            "cables": [[_words(a), _words(z)] for a, z in cables],
            "unsure": [_words(one) for one in sorted(found.unsure)],
        },
    )


def _words(socket: Socket) -> list[str]:
    return [socket.device, socket.port]
