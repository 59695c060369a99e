"""What NICs are set to: the same classes as the switches', per network, port and cable."""

from dataclasses import replace
from typing import Any

import pytest

from railwright.catalog import loader as catalog
from railwright.plan.model import Plan
from railwright.plan.nodes_roce import (
    NicSettings,
    classes,
    firmware,
    flags,
    jobs,
    longest_cables,
    nccl,
    settings,
)
from railwright.plan.shape import Network
from tests.unit.plan.made import ALL_NETWORKS, compute_plan, planned

ROCE_NETWORKS: tuple[Network, ...] = ("compute", "storage")
SECOND = {"dscp": 34, "priority": 4}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(ALL_NETWORKS)


def of(plan: Plan, node: str) -> dict[str, NicSettings]:
    return {one.port.interface: one for one in settings(plan, plan.device[node])}


def roce(**changes: Any) -> Plan:
    return planned({"roce": changes})


def test_the_ports_of_every_server_on_networks_with_rdma(plan: Plan) -> None:
    rails = [f"rail{rail}" for rail in range(8)]
    assert list(of(plan, "gpu0001")) == [*rails, "storage0", "storage1"]
    for server in ("storage01", "mgmt01"):
        assert list(of(plan, server)) == ["storage0", "storage1"]


def test_a_port_has_the_values_of_its_own_network(plan: Plan) -> None:
    ports = of(plan, "gpu0001")
    assert (ports["rail0"].classes.tos, ports["rail0"].classes.pfc) == (26 << 2 | 2, (3,))
    assert (ports["storage0"].classes.tos, ports["storage0"].classes.pfc) == (18 << 2 | 2, (2,))


@pytest.mark.parametrize(
    ("dscp", "ecn", "expected"), [(26, 2, 106), (26, 1, 105), (10, 1, 41), (46, 2, 186)]
)
def test_the_tos_byte_is_dscp_and_ecn(dscp: int, ecn: int, expected: int) -> None:
    own = classes(roce(data_dscp=dscp, ecn_codepoint=ecn), "compute")
    assert own.tos == own.traffic_class == expected


def test_nics_pause_what_switches_pause_and_never_cnps(plan: Plan) -> None:
    for network in ROCE_NETWORKS:
        own = classes(plan, network)
        assert own.pfc == tuple(one.priority for one in plan.qos[network] if one.lossless)
        assert own.cnp_priority not in own.pfc


def test_a_map_that_nics_have_by_themselves_needs_none_of_its_classes_dscps() -> None:
    own = classes(compute_plan(8, leaf="cx864e-n"), "compute")
    assert {26, 48}.isdisjoint(dict(own.dscp_priority))


def test_a_dscp_of_a_class_elsewhere_is_mapped_to_it() -> None:
    own = classes(roce(data_dscp=10, cnp_dscp=46), "compute")
    assert own.priority_of(10) == 3
    assert own.priority_of(46) == 6
    assert own.dscp_priority[0] == (10, 3)


def test_nothing_but_its_own_class_rides_a_paused_priority(plan: Plan) -> None:
    both = roce(second=SECOND, lossy=[{"name": "bulk", "dscps": [27, 35], "priority": 1}])
    for design in (plan, both, roce(data_dscp=10, priority=5)):
        for network, switch_classes in design.qos.items():
            own = classes(design, network)
            for one in switch_classes:
                inside = {dscp for dscp in range(64) if own.priority_of(dscp) == one.priority}
                if one.lossless:
                    assert inside == set(one.dscps)
                elif one.strict:
                    assert set(one.dscps) <= inside


def test_lossy_classes_with_dscps_of_their_own_are_mapped() -> None:
    bulk = {"name": "bulk", "dscps": [8, 40], "priority": 1}
    own = classes(roce(lossy=[bulk]), "compute")
    assert own.priority_of(8) == own.priority_of(40) == 1
    assert (40, 1) in own.dscp_priority
    assert 8 not in dict(own.dscp_priority)


def test_a_lossy_class_may_have_more_dscps_than_the_default() -> None:
    bulk, many = [*range(32, 48), *range(49, 64)], list(range(8, 25))
    lossy = [
        {"name": "bulk", "dscps": bulk, "priority": 1},
        {"name": "many", "dscps": many, "priority": 2},
    ]
    own = classes(roce(lossy=lossy), "compute")
    assert {own.priority_of(dscp) for dscp in bulk} == {1}
    assert {own.priority_of(dscp) for dscp in many} == {2}


def test_a_second_lossless_class_is_paused_and_leaves_the_class_to_applications() -> None:
    own = classes(roce(second=SECOND), "compute")
    assert own.pfc == (3, 4)
    assert own.traffic_class is None
    assert own.tos == 106


def test_without_dcqcn_no_priority_slows_down_and_pauses_stay() -> None:
    design = roce(dcqcn=False)
    own = classes(design, "compute")
    assert own.ecn_priorities == ()
    assert own.pfc == (3,)
    (mask,) = {
        value
        for one in settings(design, design.device["gpu0001"])
        for name, value in firmware(one).items()
        if name.startswith("ROCE_CC_PRIO_MASK")
    }
    assert mask == 0


def test_slowing_down_is_alike_for_all_priorities_now_and_at_boot(plan: Plan) -> None:
    one = of(plan, "gpu0001")["rail0"]
    assert flags(one.classes.ecn_priorities) == "1,1,1,1,1,1,1,1"
    assert firmware(one)["ROCE_CC_PRIO_MASK_P1"] == 0b1111_1111


def test_firmware_says_what_the_switches_say(plan: Plan) -> None:
    one = of(planned(ALL_NETWORKS, {"roce": {"cnp_dscp": 46, "cnp_priority": 5}}), "gpu0001")
    values = firmware(one["rail3"])
    assert (values["CNP_DSCP_P1"], values["CNP_802P_PRIO_P1"]) == (46, 5)
    assert (values["DCBX_WILLING_P1"], values["LLDP_NB_DCBX_P1"]) == (0, 0)
    assert values["LINK_TYPE_P1"] == 2


def test_a_second_port_of_a_card_has_the_parameters_of_that_port(plan: Plan) -> None:
    one = of(plan, "gpu0001")["storage1"]
    assert (one.port.pci, one.port.number) == ("0000:aa:00.1", 2)
    assert {name.rpartition("_")[2] for name in firmware(one)} == {"P2"}


def test_planes_are_the_ports_of_one_nic(monkeypatch: pytest.MonkeyPatch) -> None:
    model = catalog.node("hgx-h100-2x200g")
    known = model.nics[0]._replace(pci="0000:18:00.0")
    changed = model.model_copy(update={"nics": (known, *model.nics[1:])})
    monkeypatch.setattr(catalog, "node", lambda _: changed)
    design = planned({"nodes": {"gpu": {"model": "hgx-h100-2x200g", "count": 8}}})
    ports = {name: one.port for name, one in of(design, "gpu0001").items()}
    assert [(ports[name].pci, ports[name].number) for name in ("rail0p0", "rail0p1")] == [
        ("0000:18:00.0", 1),
        ("0000:18:00.1", 2),
    ]
    assert [(ports[name].pci, ports[name].number) for name in ("rail5p0", "rail5p1")] == [
        (None, 1),
        (None, 2),
    ]


@pytest.mark.parametrize(("host_m", "metres"), [(5, 5), (5.01, 6), (0.5, 1)])
def test_a_cable_is_never_told_shorter(host_m: float, metres: int) -> None:
    design = planned(ALL_NETWORKS, {"lengths": {"host_m": host_m}})
    assert {one.cable_m for one in of(design, "gpu0001").values()} == {metres}
    assert set(longest_cables(design).values()) == {metres}


def test_each_port_has_the_length_of_its_own_cable(plan: Plan) -> None:
    link = plan.links_of["gpu0002"]["rail1"]
    longer = replace(link, length=replace(link.length, length_m=12.2))
    ends = {**plan.links_of, "gpu0002": {**plan.links_of["gpu0002"], "rail1": longer}}
    design = replace(plan, links_of=ends)
    assert of(design, "gpu0002")["rail1"].cable_m == 13
    assert of(design, "gpu0002")["rail2"].cable_m == of(design, "gpu0001")["rail1"].cable_m == 5
    cables = longest_cables(design)
    assert (cables["dgx-h100", "compute"], cables["dgx-h100", "storage"]) == (13, 5)


def test_a_nic_that_does_not_size_headroom_by_the_cable_is_not_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = catalog.node("dgx-h100")
    assert model.rail_nic
    nic = model.rail_nic.model_copy(update={"cable_length": False})
    monkeypatch.setattr(catalog, "node", lambda _: model.model_copy(update={"rail_nic": nic}))
    assert of(compute_plan(8, leaf="cx864e-n"), "gpu0001")["rail0"].cable_m is None


def test_speed_mtu_and_fec_are_those_of_the_switch_port(plan: Plan) -> None:
    for node in plan.nodes:
        for one in settings(plan, node):
            link = plan.links_of[node.name][one.port.interface]
            there = next(port for port in plan.ports[link.z.device] if port.name == link.z.port)
            assert one.speed_gbps == there.speed_gbps
            assert one.mtu_bytes <= there.mtu_bytes
            lane_gbps = there.speed_gbps / (there.lanes.count(",") + 1)
            assert one.rs_fec == (there.speed_gbps == 100 or lane_gbps >= 50)


@pytest.mark.parametrize(("speed_gbps", "rs_fec"), [(100, True), (50, False), (25, False)])
def test_slow_ports_have_the_fec_of_their_lanes(speed_gbps: int, *, rs_fec: bool) -> None:
    storage = {"leaf": "sn3700c", "speed_gbps": speed_gbps, "hosts_per_pair": 16}
    design = planned({"nodes": {"gpu": {"count": 16}}, "networks": {"storage": storage}})
    port = of(design, "gpu0001")["storage0"]
    assert (port.speed_gbps, port.rs_fec) == (speed_gbps, rs_fec)


def test_unknown_nics_have_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    known = catalog.node
    monkeypatch.setattr(
        catalog, "node", lambda name: known(name).model_copy(update={"frontend_nic": None})
    )
    design = planned(ALL_NETWORKS)
    assert set(of(design, "gpu0001")) == {f"rail{rail}" for rail in range(8)}
    assert settings(design, design.device["storage01"]) == ()


def test_jobs_send_with_the_tos_of_compute(plan: Plan) -> None:
    tos = classes(plan, "compute").tos
    assert nccl(plan) == {
        "NCCL_GIN_IB_TC": tos,
        "NCCL_IB_QPS_PER_CONNECTION": plan.intent.roce.qps_per_connection,
        "NCCL_IB_TC": tos,
    }
    assert set(jobs(plan).values()) == {tos}


def test_queue_pairs_per_connection_are_the_intents() -> None:
    assert nccl(roce(qps_per_connection=8))["NCCL_IB_QPS_PER_CONNECTION"] == 8


def test_flags_are_by_priority() -> None:
    assert flags(()) == "0,0,0,0,0,0,0,0"
    assert flags((3, 0)) == "1,0,0,1,0,0,0,0"
    assert flags((7,)) == "0,0,0,0,0,0,0,1"
