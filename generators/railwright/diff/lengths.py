"""What other cable lengths do to devices: headroom rows of switch ports, settings of NICs.

A switch sets aside buffer for what is still on its way when it pauses a link, by the row of its
headroom table that the cable's length falls into. Only a length that comes to another row, or is
itself part of the configuration, changes anything on a switch.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from railwright.diff.configs import PortHarm
from railwright.diff.model import Key, LengthChange, Lengths, Room, Snapshot, Table
from railwright.diff.shapes import DEPLOYED
from railwright.diff.snapshot import NODES
from railwright.emitters.node_config.roce import FOLDER as SETTINGS
from railwright.naming import natural_key
from railwright.sonic.classes import ChangeClass
from railwright.sonic.configdb import ConfigDb

_SWITCH_LINKS = "fabric"
_HOST_LINKS = "host"


class PortLink(NamedTuple):
    """What the link at a port says, as text; `node` is its lower end where that is a host."""

    network: str
    kind: str
    speed_gbps: str
    length_m: str
    node: str
    rail: str
    plane: str
    deployed: bool


class _Change(NamedTuple):
    port: str
    old: PortLink
    new: PortLink
    old_room: Room | None
    new_room: Room | None
    harm: ChangeClass | None


@dataclass(frozen=True, slots=True)
class _Side:
    """One side: links at ports by device, devices, and rooms by kind of port and lanes."""

    ports: Mapping[str, Mapping[str, PortLink]]
    devices: Table
    rooms: Mapping[Key, Mapping[str, Room]]
    fabric: Mapping[str, int]
    config: Callable[[str], ConfigDb]

    def room(self, device: str, port: str) -> Room | None:
        """Return the headroom of a port, None where it needs none."""
        cells = self.devices.rows[device,]
        platform, hwsku = (cells[self.devices.column(one)] for one in ("platform", "hwsku"))
        link = self.ports[device][port]
        found = self.rooms.get((link.network, platform, hwsku, link.speed_gbps, link.length_m), {})
        if len(found) > 1:
            lanes = self.config(device).get("PORT", {}).get(port, {}).get("lanes", "")
            return found.get(str(len(lanes.split(",")) if isinstance(lanes, str) else len(lanes)))
        return next(iter(found.values()), None)


def compare(
    snapshots: tuple[Snapshot, Snapshot],
    links: tuple[Table, Table],
    devices: tuple[Table, Table],
    headroom: tuple[Table, Table],
    harm: Mapping[str, PortHarm],
) -> Lengths:
    """Return what happens at the ports of both sides whose cables differ in length.

    `harm` is what the switches' new buffer rows do to their ports.
    """
    differing = _differing(*links)
    if not differing:
        return Lengths()
    old, new = (
        _Side(
            _by_port(rows, differing),
            of_devices,
            _rooms(of_rooms),
            _fabric_links(rows),
            side.config,
        )
        for rows, of_devices, of_rooms, side in zip(
            links, devices, headroom, snapshots, strict=True
        )
    )
    moved: list[LengthChange] = []
    kept: list[LengthChange] = []
    nics: list[LengthChange] = []
    for device in sorted(old.ports.keys() & new.ports.keys(), key=natural_key):
        if (device,) not in old.devices.rows or (device,) not in new.devices.rows:
            continue
        if old.devices.rows[device,][old.devices.column("hwsku")]:
            for one in _of_switch(device, old, new, harm.get(device, {})):
                (kept if one.harm is None else moved).append(one)
        else:
            nics += _of_node(device, old, new, snapshots)
    return Lengths(tuple(moved), tuple(kept), tuple(nics))


def _differing(old: Table, new: Table) -> frozenset[Key]:
    """Return the links that are not the same on both sides."""
    keys = old.rows.keys() | new.rows.keys()
    return frozenset(key for key in keys if old.rows.get(key) != new.rows.get(key))


def _by_port(links: Table, keys: Iterable[Key]) -> dict[str, dict[str, PortLink]]:
    found: dict[str, dict[str, PortLink]] = defaultdict(dict)
    if not links.rows:
        return found
    for key in keys:
        if (cells := links.rows.get(key)) is None:
            continue
        row = dict(zip(links.columns, cells, strict=True))
        link = PortLink(
            network=row["network"],
            kind=row["kind"],
            speed_gbps=row["speed_gbps"],
            length_m=row["length_m"],
            node=row["a_device"] if row["kind"] == _HOST_LINKS else "",
            rail=row["rail"],
            plane=row["plane"],
            deployed=row[DEPLOYED] == str(True),
        )
        found[row["a_device"]][row["a_port"]] = link
        found[row["z_device"]][row["z_port"]] = link
    return found


def _rooms(headroom: Table) -> dict[Key, dict[str, Room]]:
    """Return the rooms by network, platform, HWSKU, speed and length, and by number of lanes."""
    found: dict[Key, dict[str, Room]] = defaultdict(dict)
    for (network, platform, hwsku, speed, lanes, length), cells in headroom.rows.items():
        room = Room(cells[headroom.column("cable_m")], cells[headroom.column("xoff_bytes")])
        found[network, platform, hwsku, speed, length][lanes] = room
    return found


def _fabric_links(links: Table) -> Mapping[str, int]:
    """Return how many links between switches every switch has in service."""
    if not links.rows:
        return {}
    kind, deployed = links.column("kind"), links.column(DEPLOYED)
    a, z = links.column("a_device"), links.column("z_device")
    return Counter(
        device
        for cells in links.rows.values()
        if cells[kind] == _SWITCH_LINKS and cells[deployed] == str(True)
        for device in (cells[a], cells[z])
    )


def _of_switch(device: str, old: _Side, new: _Side, harm: PortHarm) -> Iterator[LengthChange]:
    """Yield the lossless ports of a switch, grouped by what happens to them."""
    groups: dict[tuple[object, ...], list[_Change]] = defaultdict(list)
    for port in sorted(_longer_or_shorter(device, old, new), key=natural_key):
        rooms = old.room(device, port), new.room(device, port)
        if rooms != (None, None):
            hit = None if rooms[0] == rooms[1] else harm.get(port, ChangeClass.HITLESS)
            ends = old.ports[device][port], new.ports[device][port]
            groups[ends[0].network, *rooms, hit].append(_Change(port, *ends, *rooms, hit))
    for changes in groups.values():
        yield _grouped(device, changes, old.fabric.get(device, 0))


def _of_node(
    device: str, old: _Side, new: _Side, sides: tuple[Snapshot, Snapshot]
) -> Iterator[LengthChange]:
    """Yield the ports of a node whose file of settings differs, network by network."""
    networks: dict[str, list[_Change]] = defaultdict(list)
    for port in sorted(_longer_or_shorter(device, old, new), key=natural_key):
        path = f"{NODES}{device}/{SETTINGS}/{port}.env"
        if sides[0].files.get(path) != sides[1].files.get(path):
            ends = old.ports[device][port], new.ports[device][port]
            networks[ends[0].network].append(_Change(port, *ends, None, None, None))
    for changes in networks.values():
        yield _grouped(device, changes, 0)


def _longer_or_shorter(device: str, old: _Side, new: _Side) -> Iterator[str]:
    before, after = old.ports[device], new.ports[device]
    for port, link in before.items():
        if port in after and link.length_m != after[port].length_m:
            yield port


def _grouped(device: str, changes: list[_Change], all_fabric: int) -> LengthChange:
    first = changes[0]
    served = [one.old for one in changes if one.old.deployed and one.new.deployed]
    fabric = sum(one.kind == _SWITCH_LINKS for one in served)
    behind = [one for one in served if one.node]
    return LengthChange(
        device,
        first.old.network,
        ports=tuple(one.port for one in changes),
        old_m=_in_order(one.old.length_m for one in changes),
        new_m=_in_order(one.new.length_m for one in changes),
        old_room=first.old_room,
        new_room=first.new_room,
        harm=first.harm,
        nodes=_names(one.node for one in behind),
        rails=_names(one.rail for one in behind),
        planes=_names(one.plane for one in behind),
        fabric=fabric,
        all_fabric=all_fabric if fabric else 0,
    )


def _names(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(found) - {""}, key=natural_key))


def _in_order(lengths_m: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(lengths_m), key=float))
