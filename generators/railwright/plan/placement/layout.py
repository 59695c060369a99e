"""Which racks every row has, in order, and what stands in them: nothing but the capacity counts.

From left to right: storage racks that found no room at the other end, half of the racks of GPU
nodes, the racks of switches, the other half, storage racks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from railwright.catalog.physical_model import RackProfile
from railwright.intent.floor import Floor
from railwright.plan.fabric import Fabric
from railwright.plan.placement.filling import Filling, in_order, in_turn
from railwright.plan.placement.homes import Served, homes
from railwright.plan.placement.load import Box
from railwright.plan.placement.model import RackKind
from railwright.plan.placement.pdus import hung
from railwright.plan.placement.rows import blocked_positions, free_positions, row_name
from railwright.plan.placement.spread import Placed, Su, spread, together
from railwright.plan.shape import Network

_HOSTS = frozenset({"gpu_node", "storage_node"})


class Profiles(NamedTuple):
    """The rack profile of nodes and storage, and that of switches."""

    nodes: RackProfile
    network: RackProfile


@dataclass(frozen=True, slots=True)
class Slot:
    """A rack of a row."""

    kind: RackKind
    profile: RackProfile
    filling: Filling


def slots(
    floor: Floor,
    profiles: Profiles,
    placed: Sequence[Placed],
    fabrics: Mapping[Network, Fabric],
    served: Served,
    pdus: int,
) -> list[list[Slot]]:
    """Return the racks of every row from position 1 on. Every box must fit a rack of its own.

    PDUs hang in racks of switches too, whose number depends on where access switches stand, which
    depends on where PDUs hang: so these are looked for on the floor that there would be without
    PDUs.
    """
    compute = _compute(floor, profiles.nodes, placed)
    per_row = max(1, -(-len(compute) // floor.row_count))
    rows_of_su: dict[Su, list[int]] = {}
    for number, (su, _) in enumerate(compute):
        in_rows = rows_of_su.setdefault(su, [])
        if number // per_row not in in_rows:
            in_rows.append(number // per_row)
    used = max(1, -(-len(compute) // per_row))
    storage = _storage(floor, profiles.nodes, placed, used)
    nodes = [
        [rack for _, rack in compute[row * per_row : (row + 1) * per_row]]
        for row in range(floor.row_count)
    ]
    others = [one for one in placed if one[0].role not in _HOSTS]
    even = spread(others, fabrics, rows_of_su)
    box_of = {box.name: box for _, box in others}
    apart = together(others, fabrics)

    def filled(row_of: Mapping[str, int]) -> list[list[Slot]]:
        dealt: dict[int, list[Box]] = {}
        for name, row in row_of.items():
            dealt.setdefault(row, []).append(box_of[name])
        found = []
        for row, own in enumerate(nodes):
            network = _network(floor, profiles.network, dealt.get(row, []), apart)
            found.append(_row(profiles, own, network, storage[row] if row < used else []))
        return found

    hosts = {**_standing(nodes), **_standing(storage)}
    rooms = [at for at, room in enumerate(floor.all_rooms) for _ in range(room.rows)]
    found = filled(homes(served, even, hosts, rooms))
    if served and pdus:
        found = filled(homes(served, even, {**hosts, **_hanging(found, pdus)}, rooms))
    return found


def _standing(racks: Sequence[Sequence[Filling]]) -> dict[str, int]:
    """Return the row of everything that stands in racks, which come row by row."""
    return {
        one.box.name: row for row, own in enumerate(racks) for rack in own for one in rack.standing
    }


def _hanging(slots_of: Sequence[Sequence[Slot]], pdus: int) -> dict[str, int]:
    """Return the row of every PDU of racks, which come row by row."""
    racks = [
        ((row, place), slot.kind, slot.profile.feeds)
        for row, own in enumerate(slots_of)
        for place, slot in enumerate(own)
    ]
    return {pdu: row for (row, _), names in hung(pdus, racks).items() for pdu in names}


def positions(floor: Floor, slots_of: Sequence[Sequence[Slot]]) -> list[list[int]]:
    """Return the position of every rack of every row; blocked ones stay free."""
    blocked = blocked_positions(floor)
    found = []
    for row, racks in enumerate(slots_of):
        free = free_positions(blocked.get(row_name(row), {}))
        found.append([next(free) for _ in racks])
    return found


def _compute(
    floor: Floor, profile: RackProfile, placed: Sequence[Placed]
) -> list[tuple[Su, Filling]]:
    """Return the racks of GPU nodes in order, each with the SU whose nodes it holds."""
    nodes = [one for one in placed if one[0].role == "gpu_node"]
    found: list[tuple[Su, Filling]] = []
    for su, own in groupby(nodes, key=lambda one: (one[0].pod, one[0].su)):
        racks = in_order((box for _, box in own), profile, floor.first_u, floor.nodes_per_rack)
        found.extend((su, rack) for rack in racks)
    return found


def _network(
    floor: Floor, profile: RackProfile, boxes: Sequence[Box], apart: Mapping[str, int]
) -> list[Filling]:
    """Return the racks of a row's switches and management servers."""
    switches = [box for box in boxes if box.role != "management_node"]
    servers = [box for box in boxes if box.role == "management_node"]
    return in_turn(switches, servers, profile, floor.first_u, floor.gap_u, apart)


def _storage(
    floor: Floor, profile: RackProfile, placed: Sequence[Placed], rows: int
) -> list[list[Filling]]:
    """Return the racks of storage servers of every row, the first row first."""
    servers = [box for member, box in placed if member.role == "storage_node"]
    racks = in_turn([], servers, profile, floor.first_u, 0, {})
    return [racks[row::rows] for row in range(rows)]


def _row(
    profiles: Profiles,
    compute: Sequence[Filling],
    network: Sequence[Filling],
    storage: Sequence[Filling],
) -> list[Slot]:
    """Return the racks of a row in order; storage racks stand at its ends in turn, right first."""
    half = len(compute) // 2

    def of(kind: RackKind, racks: Sequence[Filling]) -> list[Slot]:
        profile = profiles.network if kind == "network" else profiles.nodes
        return [Slot(kind, profile, rack) for rack in racks]

    return [
        *of("storage", storage[1::2]),
        *of("compute", compute[:half]),
        *of("network", network),
        *of("compute", compute[half:]),
        *of("storage", storage[::2]),
    ]
