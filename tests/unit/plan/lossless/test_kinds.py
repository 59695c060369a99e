"""Kinds of switches: counted from links, border ports apart, different mixes told apart."""

from dataclasses import replace

import pytest

from railwright.plan.headroom.engine import answer
from railwright.plan.headroom.of_plan import question_of
from railwright.plan.lossless import kinds
from railwright.plan.model import Headroom, Plan
from railwright.plan.qos import roce_of
from tests.unit.plan.lossless.proofs import kind_of, reference
from tests.unit.plan.made import ALL_NETWORKS, planned


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(ALL_NETWORKS)


def test_every_lossless_switch_is_of_exactly_one_kind(plan: Plan) -> None:
    found = [name for kind in kinds.of_plan(plan) for name in kind.devices]
    assert sorted(found) == sorted(
        one.name for one in plan.switches if one.network in {"compute", "storage"}
    )


@pytest.mark.parametrize("name", ["compute leaf", "compute spine", "storage leaf", "storage spine"])
def test_counts_are_those_of_the_ports(plan: Plan, name: str) -> None:
    for kind in (one for one in kinds.of_plan(plan) if f"{one.network} {one.role}" == name):
        device = plan.device[kind.devices[0]]
        cabled = [one for one in plan.ports[device.name] if one.use != "spare"]
        lossless = [one for one in cabled if one.use != "border"]
        assert kind.cabled_ports == len(cabled)
        assert kind.wide_ports == sum(one.lanes.count(",") == 7 for one in cabled)
        assert kind.ports == len(lossless)
        xoff = sum(plan.port_headroom(device, port).xoff_bytes for port in lossless)
        assert sum(one.xoff_bytes * one.ports for one in kind.mix) == xoff


def test_border_ports_have_buffers_but_no_headroom(plan: Plan) -> None:
    spine = kind_of(plan, "storage spine")
    assert spine.cabled_ports == spine.ports + 2
    assert "border" not in {one.use for one in spine.mix}


def test_a_longer_cable_makes_a_kind_of_its_own() -> None:
    extra = {
        "a": {"device": "su1-rail0-leaf", "port": "Ethernet128"},
        "z": {"device": "spine1", "port": "Ethernet256"},
        "prefix": "192.0.2.0/31",
        "length_m": 100.0,
        "reason": "a spare trunk",
    }
    changes = {"nodes": {"gpu": {"count": 16}}, "overrides": {"links": [extra]}}
    found = kinds.of_plan(planned(changes))
    assert len([one for one in found if one.role == "leaf"]) == 2
    assert all(not one.alone for one in found if one.role == "leaf")
    odd = next(one for one in found if one.devices == ("su1-rail0-leaf",))
    assert odd.name == "compute leaf like su1-rail0-leaf"
    assert {one.key.length_m for one in odd.mix if one.use == "fabric"} == {40.0, 100.0}
    assert odd.speaker == "compute leaf su1-rail0-leaf"


def cabled(plan: Plan, lengths: dict[str, float]) -> Plan:
    """Return the plan where the first uplink of some leaves is of another length."""
    changed = {}
    for leaf, length_m in lengths.items():
        link = next(one for one in plan.links_of[leaf].values() if one.kind == "fabric")
        changed[link.id] = replace(link, length=replace(link.length, length_m=length_m))
    links = tuple(changed.get(one.id, one) for one in plan.links)
    links_of = {
        device: {port: changed.get(one.id, one) for port, one in own.items()}
        for device, own in plan.links_of.items()
    }
    settings = {network: roce_of(plan.intent, network) for network in plan.qos}
    rooms = {}
    for key in plan.headroom:
        for length_m in (key.length_m, *lengths.values()):
            other = key._replace(length_m=length_m)
            mtu_bytes, roce = plan.built[key.network].mtu_bytes, settings[key.network]
            assert roce is not None
            room = answer(question_of(plan.platforms[key.platform], other, mtu_bytes, roce))
            assert isinstance(room, Headroom)
            rooms[other] = room
    return replace(plan, links=links, links_of=links_of, headroom=rooms)


def test_cables_that_take_the_same_row_of_a_table_make_no_kind() -> None:
    """Rows of 5 m and 40 m: what lies between has the headroom of 40 m."""
    plan = cabled(reference("cx864e-n"), {"su1-rail0-leaf": 6.0, "su1-rail1-leaf": 33.5})
    leaves = [one for one in kinds.of_plan(plan) if one.role == "leaf"]
    assert [len(one.devices) for one in leaves] == [16]
    mix = next(one for one in leaves[0].mix if one.use == "fabric")
    assert (mix.lengths_m, mix.key.length_m) == ((6.0, 33.5, 40.0), 40.0)
    assert mix.keys == tuple(mix.key._replace(length_m=one) for one in mix.lengths_m)
    assert mix.bound_bytes == plan.headroom[mix.key].bound_bytes
    assert mix.bound_bytes == max(plan.headroom[key].bound_bytes for key in mix.keys)


def test_another_row_of_the_table_makes_a_kind_of_its_own() -> None:
    plan = cabled(reference("cx864e-n"), {"su1-rail0-leaf": 4.5, "su1-rail1-leaf": 5.0})
    leaves = [one for one in kinds.of_plan(plan) if one.role == "leaf"]
    assert [len(one.devices) for one in leaves] == [2, 14]
    assert leaves[0].mix[0].lengths_m == (4.5, 5.0)


def test_where_the_switch_computes_equal_results_are_alike() -> None:
    """Its formula rounds to whole KiB: a metre more may or may not be another result."""
    lengths = {"su1-rail0-leaf": 39.5, "su1-rail1-leaf": 1.0}
    plan = cabled(reference("sn5600"), lengths)
    leaves = [one for one in kinds.of_plan(plan) if one.role == "leaf"]
    assert [one.devices for one in leaves[1:]] == [("su1-rail1-leaf",)]
    sizes = {
        (key.speed_gbps, key.lanes, room.xon_bytes, room.xoff_bytes, room.size_bytes)
        for key, room in plan.headroom.items()
    }
    for kind in leaves:
        for mix in kind.mix:
            same = {
                (plan.headroom[key].size_bytes, plan.headroom[key].xoff_bytes) for key in mix.keys
            }
            assert same == {(mix.size_bytes, mix.xoff_bytes)}
            own = mix.key.speed_gbps, mix.key.lanes, mix.xon_bytes, mix.xoff_bytes, mix.size_bytes
            assert own in sizes


def test_one_switch_is_of_the_kind_that_all_like_it_are() -> None:
    plan = reference("cx864e-n")
    one = kinds.of_device(plan, plan.device["su2-rail7-leaf"])
    assert one is not None
    assert one.mix == kind_of(plan).mix


def test_switches_without_rdma_are_of_no_kind(plan: Plan) -> None:
    oob = next(one for one in plan.switches if one.network == "oob")
    assert kinds.of_device(plan, oob) is None
