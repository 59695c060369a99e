"""Kinds of switches: counted from links, border ports apart, different mixes told apart."""

import pytest

from railwright.plan.lossless import kinds
from railwright.plan.model import Plan
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


def test_one_switch_is_of_the_kind_that_all_like_it_are() -> None:
    plan = reference("cx864e-n")
    one = kinds.of_device(plan, plan.device["su2-rail7-leaf"])
    assert one is not None
    assert one.mix == kind_of(plan).mix


def test_switches_without_rdma_are_of_no_kind(plan: Plan) -> None:
    oob = next(one for one in plan.switches if one.network == "oob")
    assert kinds.of_device(plan, oob) is None
