"""Faceplates of leaves, spines, super-spines and access switches."""

from typing import Any

import pytest

from railwright.catalog.loader import switch
from railwright.plan import ports, topology
from railwright.plan.ports import Faceplate, Slot
from tests.unit.plan.made import demanded, shaped

DESIGNS: dict[str, tuple[int, dict[str, Any]]] = {
    "rail-optimized": (100, {}),
    "rail-only": (90, {"design": "rail-only", "spine": None}),
    "rail-isolated": (256, {"design": "rail-isolated", "isolated_rails": True}),
    "leaf-spine": (30, {"design": "leaf-spine", "shared_leaf": True}),
    "three-tier": (640, {"design": "three-tier", "superspine": switch("cx864e-n")}),
    "split uplinks": (768, {}),
}
PLATFORM = switch("cx864e-n")


def plates(design: str, borders: int = 0) -> dict[str, Faceplate]:
    """Every role's faceplate; spines with room for their border uplinks."""
    hosts, changes = DESIGNS[design]
    changes = changes | {"spare_spine_cages": borders}
    demand, shape = demanded(hosts, **changes), shaped(hosts, **changes)
    splits = topology.splits_of(demand, shape)
    found = {"leaf": ports.leaf_faceplate(PLATFORM, shape, splits)}
    if demand.spine:
        core = topology.core_mode(demand) if shape.core else None
        found["spine"] = ports.spine_faceplate(PLATFORM, shape, splits, core, borders)
    if shape.core:
        found["superspine"] = ports.superspine_faceplate(PLATFORM, shape)
    return found


def slots(plate: Faceplate) -> tuple[Slot, ...]:
    return (*plate.down, *plate.up, *plate.border, *plate.spares)


def cages(found: tuple[Slot, ...]) -> list[int]:
    return sorted({slot.cage for slot in found})


@pytest.mark.parametrize("design", DESIGNS)
def test_a_faceplate_is_every_port_of_the_box_once(design: str) -> None:
    for plate in plates(design).values():
        found = slots(plate)
        assert len({slot.name for slot in found}) == len(found)
        lanes = [lane for slot in found for lane in slot.lanes.split(",")]
        assert len(lanes) == len(set(lanes))
        assert cages(found) == [cage.cage for cage in PLATFORM.cages]


@pytest.mark.parametrize("design", DESIGNS)
def test_ports_are_as_many_as_the_shape_asks_for(design: str) -> None:
    hosts, changes = DESIGNS[design]
    shape, found = shaped(hosts, **changes), plates(design)
    leaf = found["leaf"]
    assert (len(leaf.down), len(leaf.up)) == (shape.hosts_per_leaf, shape.uplinks_per_leaf)
    assert {slot.speed_gbps for slot in leaf.down} == {shape.nic_speed_gbps}
    assert {slot.use for slot in leaf.down} == {"host"}
    if shape.spines:
        spine, lowers = found["spine"], shape.sus * shape.leaves_per_su // shape.groups
        assert len(spine.down) == lowers * shape.links_per_pair
        assert {slot.speed_gbps for slot in (*leaf.up, *spine.down)} == {shape.uplink_speed_gbps}
        assert {slot.use for slot in (*leaf.up, *spine.down)} == {"fabric"}
        unused = set(cages(slots(spine))) - set(cages((*spine.down, *spine.up)))
        assert len(unused) == shape.spare_cages_spine
    if shape.core:
        assert len(found["spine"].up) == shape.core.uplinks_per_spine
        superspine = found["superspine"]
        assert len(superspine.down) == shape.pods * shape.core.links_per_pair
        assert superspine.up == ()
        assert {slot.subport for slot in (*found["spine"].up, *superspine.down)} == {0}


@pytest.mark.parametrize("design", DESIGNS)
def test_down_counts_from_the_front_and_up_from_the_second_half(design: str) -> None:
    half = len(PLATFORM.cages) // 2
    for plate in plates(design).values():
        assert cages(plate.down)[0] == 1
        if plate.up:
            assert cages(plate.up)[0] > half
        names = [int(slot.name.removeprefix("Ethernet")) for slot in (*plate.down, *plate.up)]
        assert names == sorted(names)


def test_no_cage_is_shared_by_two_uses() -> None:
    for design in DESIGNS:
        for plate in plates(design).values():
            uses = [set(cages(part)) for part in (plate.down, plate.up, plate.border)]
            assert len(set().union(*uses)) == sum(map(len, uses))


def test_border_uplinks_come_from_the_second_half() -> None:
    spine = plates("leaf-spine", borders=2)["spine"]
    assert cages(spine.border) == [33, 34]
    assert {slot.use for slot in spine.border} == {"border"}
    assert {slot.subport for slot in spine.border} == {0}
    assert plates("rail-optimized")["spine"].border == ()


def test_border_uplinks_stand_beside_the_way_up() -> None:
    both = plates("three-tier", borders=1)["spine"]
    assert cages(both.border)[0] > cages(both.up)[-1]
    assert not set(cages(both.border)) & set(cages((*both.up, *both.down)))


def test_border_uplinks_of_split_links_are_whole_cages() -> None:
    spine = plates("split uplinks", borders=1)["spine"]
    assert {slot.speed_gbps for slot in spine.down} == {400}
    assert [(slot.speed_gbps, slot.subport) for slot in spine.border] == [(800, 0)]


def test_cages_of_the_hwskus_own_split_come_first() -> None:
    platform = switch("7060x6-64pe")
    demand = demanded(40, leaf=platform, spine=platform, nodes_per_su=40)
    shape = topology.shape_of(demand)
    plate = ports.leaf_faceplate(platform, shape, topology.splits_of(demand, shape))
    assert plate.unusual == ()


def test_what_is_left_of_a_split_cage_is_spare() -> None:
    demand = demanded(3, nodes_per_su=3)
    shape = topology.shape_of(demand)
    plate = ports.leaf_faceplate(PLATFORM, shape, topology.splits_of(demand, shape))
    assert [slot.name for slot in plate.down] == ["Ethernet0", "Ethernet4", "Ethernet8"]
    (rest,) = [slot for slot in plate.spares if slot.cage == 2]
    assert (rest.name, rest.use, rest.speed_gbps) == ("Ethernet12", "spare", 400)


@pytest.mark.parametrize(
    ("name", "host_gbps", "uplink_gbps", "hosts"),
    [("as4630-54pe", 1, 100, 48), ("sn3420", 25, 100, 48)],
)
def test_access_switches_take_slow_ports_for_hosts_and_fast_ones_up(
    name: str, host_gbps: int, uplink_gbps: int, hosts: int
) -> None:
    platform = switch(name)
    plate = ports.access_faceplate(platform, hosts, 2)
    assert {slot.speed_gbps for slot in plate.down} == {host_gbps}
    assert {slot.speed_gbps for slot in plate.up} == {uplink_gbps}
    assert (len(plate.down), len(plate.up)) == (hosts, 2)
    assert {slot.use for slot in plate.down} == {"access"}
    assert all(slot.fixed for slot in slots(plate))
    assert sorted(slot.name for slot in slots(plate)) == sorted(
        port.name for port in platform.aux_ports
    )
    order = [port.name for port in platform.aux_ports]
    taken = [order.index(slot.name) for slot in plate.down]
    assert taken == sorted(taken)


def test_fixed_ports_keep_what_their_platform_says_of_them() -> None:
    platform = switch("as4630-54pe")
    for port in platform.aux_ports:
        slot = ports.fixed_slot(port, "spare")
        assert (slot.name, slot.alias, slot.speed_gbps) == (port.name, port.alias, port.speed_gbps)
        assert (slot.autoneg, slot.subport, slot.parent) == (port.autoneg, 0, port.name)


def test_fixed_ports_of_a_fabric_switch_are_spare() -> None:
    platform = switch("sn5600")
    demand = demanded(8, leaf=platform, spine=platform)
    shape = topology.shape_of(demand)
    plate = ports.leaf_faceplate(platform, shape, topology.splits_of(demand, shape))
    fixed = [slot.name for slot in plate.spares if slot.fixed]
    assert fixed == [port.name for port in platform.aux_ports]
