"""What the report says of a plan: classes, ports, headroom, watchdogs, assumptions."""

from dataclasses import replace
from typing import Any

import pytest

from railwright.errors import Problem
from railwright.plan.model import Plan
from railwright.proof.report import traffic
from railwright.proof.report.blocks import Items
from railwright.proof.report.collect import document, fingerprint
from railwright.proof.report.document import Document
from railwright.proof.report.sections import classes
from railwright.proof.report.sections.classes import _told
from tests.unit.plan.made import ALL_NETWORKS, compute_plan, planned
from tests.unit.proof import report_made as made


@pytest.fixture(scope="module")
def plan() -> Plan:
    return compute_plan(16)


@pytest.fixture(scope="module")
def found(plan: Plan) -> Document:
    return document(plan, made.proofs(plan))


def roce(**settings: Any) -> Plan:
    """Return a small plan with other classes."""
    return planned({"nodes": {"gpu": {"count": 16}}, "roce": settings})


def test_every_class_has_both_sides(found: Document) -> None:
    rows = {one.name: one for one in found.classes}
    assert list(rows) == ["default", "rdma", "cnp"]
    rdma, cnp, rest = rows["rdma"], rows["cnp"], rows["default"]
    assert (rdma.dscps, rdma.priority, rdma.nic_priorities) == ((26,), 3, (3,))
    assert (rdma.lossless, rdma.nic_pauses, rdma.tos) == (True, True, 106)
    assert (cnp.dscps, cnp.nic_priorities, cnp.nic_pauses, cnp.tos) == ((48,), (6,), False, 192)
    assert (rest.takes_the_rest, rest.dscps, rest.nic_pauses, rest.tos) == (True, (), False, None)


def test_a_class_that_servers_would_put_elsewhere_shows_where_they_do() -> None:
    rows = {one.name: one for one in traffic.classes(roce(data_dscp=10, cnp_dscp=46))}
    assert (rows["rdma"].nic_priorities, rows["rdma"].tos) == ((3,), 42)
    assert (rows["cnp"].nic_priorities, rows["cnp"].tos) == ((6,), 184)
    assert not rows["default"].nic_pauses


def test_every_lossless_class_has_its_own_byte() -> None:
    plan = roce(second={"dscp": 34, "priority": 4}, ecn_codepoint=1)
    rows = {one.name: one for one in traffic.classes(plan)}
    assert (rows["rdma"].tos, rows["rdma2"].tos) == (26 * 4 + 1, 34 * 4 + 1)
    assert (rows["rdma2"].nic_priorities, rows["rdma2"].nic_pauses) == ((4,), True)


def test_trimming_is_shown_where_it_is_asked_for(found: Document) -> None:
    assert found.trimming == ()
    wanted = {"dscp": 50, "priority": 1, "size_bytes": 512}
    plan = roce(trimming=wanted, lossy=[{"name": "bulk", "dscps": [8], "priority": 1}])
    told = document(plan, made.proofs(plan))
    (row,) = told.trimming
    assert (row.network, row.size_bytes, row.dscp, row.priority) == ("compute", 512, 50, 1)
    said = [block for block in classes.section(told).blocks if isinstance(block, Items)]
    assert "trimmed to 512 bytes and goes on with DSCP 50 in queue 1" in said[0].texts[0]


def test_alike_server_ports_are_one_row(plan: Plan, found: Document) -> None:
    (row,) = found.nics
    assert (row.ports, row.example, row.speed_gbps) == (128, "gpu0001 rail0", 400)
    assert (row.pfc, row.mtu_bytes, row.switch_mtu_bytes) == ((3,), 9000, 9100)
    assert row.firmware["CNP_DSCP_P1"] == plan.intent.roce.cnp_dscp


def test_server_ports_with_other_cables_are_still_one_row(plan: Plan) -> None:
    first = next(one for one in plan.links if one.kind == "host" and one.network == "compute")
    longer = replace(first, length=replace(first.length, length_m=27.0))
    links = tuple(longer if one is first else one for one in plan.links)
    own = {**plan.links_of, first.a.device: {**plan.links_of[first.a.device], first.a.port: longer}}
    (row,) = traffic.nics(replace(plan, links=links, links_of=own))
    length_m = plan.intent.lengths.host_m
    assert (row.ports, row.shortest_cable_m, row.longest_cable_m) == (128, length_m, 27)
    assert _told(row) == f"{length_m:g} to 27 m"


def test_only_what_decides_a_configuration_is_signed(plan: Plan) -> None:
    made_of = {
        name: plan.intent.model_copy(update={name: value})
        for name, value in (("prices", "prices.csv"), ("assets", ()), ("cluster", "other"))
    }
    signed = {name: fingerprint(replace(plan, intent=one)) for name, one in made_of.items()}
    assert signed["prices"] == signed["assets"] == fingerprint(plan) != signed["cluster"]


def test_every_network_has_its_own_server_ports() -> None:
    rows = list(traffic.nics(planned(ALL_NETWORKS)))
    assert {(one.network, one.node) for one in rows} == {
        ("compute", "dgx-h100"),
        ("storage", "dgx-h100"),
        ("storage", "storage-server"),
        ("storage", "management-server"),
    }
    by_kind = {(one.network, one.node): one for one in rows}
    assert by_kind["storage", "dgx-h100"].pfc == (2,)
    assert by_kind["storage", "storage-server"].ports == 2 * 3
    assert by_kind["compute", "dgx-h100"].ports == 16 * 8


def test_ports_say_where_they_are_and_what_is_set_aside(plan: Plan, found: Document) -> None:
    hosts = next(one for one in found.ports if one.use == "host")
    assert (hosts.kind, hosts.example, hosts.switches) == ("compute leaf", "su1-rail0-leaf", 8)
    links = plan.links_of["su1-rail0-leaf"]
    assert hosts.names == tuple(name for name, link in links.items() if link.kind == "host")
    assert hosts.fewest_each == hosts.most_each == len(hosts.names)
    assert hosts.ports == 8 * len(hosts.names)
    assert hosts.lengths_m == (plan.intent.lengths.host_m,)
    room = next(one for key, one in plan.headroom.items() if key.speed_gbps == 400)
    assert (hosts.xoff_bytes, hosts.xon_bytes, hosts.size_bytes) == (
        room.xoff_bytes,
        room.xon_bytes,
        room.size_bytes,
    )
    assert hosts.length_assumed
    assert hosts.length_from == ("default for host links (intent lengths.host_m)",)
    spine = next(one for one in found.ports if one.kind == "compute spine")
    assert (spine.use, spine.speed_gbps, spine.length_from) == (
        "fabric",
        800,
        ("default for fabric links (intent lengths.fabric_m)",),
    )


def test_watchdog_times_are_those_of_the_switch(found: Document) -> None:
    leaf = next(one for one in found.watchdogs if one.kind == "compute leaf")
    assert (leaf.detection_ms, leaf.restoration_ms, leaf.poll_ms) == (600, 600, 600)
    assert (leaf.action, leaf.given) == ("drop", ())


def test_watchdog_times_of_the_intent_are_said_to_be_its() -> None:
    plan = roce(watchdog={"detection_ms": 300, "poll_ms": 200, "action": "alert"})
    found = document(plan, made.proofs(plan))
    leaf = found.watchdogs[0]
    assert (leaf.detection_ms, leaf.poll_ms, leaf.action) == (300, 200, "alert")
    assert leaf.given == ("detection_ms", "poll_ms")


def test_every_assumption_of_lossless_networks_is_listed() -> None:
    plan = planned(ALL_NETWORKS)
    marked = replace(plan, assumptions=("cable lengths: 5 m", "cx864e-n: a", "sn3420: b"))
    found = document(marked, made.proofs(marked))
    assert found.assumptions == ("cable lengths: 5 m", "cx864e-n: a")
    assert found.granted


def test_warnings_carry_their_key(plan: Plan) -> None:
    warned = replace(plan, warnings=(Problem("roce.cnp_dscp", "shared", "warning"),))
    assert document(warned, made.proofs(warned)).warnings == ("roce.cnp_dscp: shared",)
