"""Explanations of headroom, of a DSCP's way, of ECMP, of deadlock and of overridden values."""

from typing import Any

import pytest

from railwright.emitters.sonic_config import intended
from railwright.intent import schema
from railwright.plan.explain import Derivation, ExplainError, explain
from railwright.plan.lossless.ecmp import expected_max
from railwright.plan.model import Plan
from tests.unit.plan.lossless.proofs import SECOND, reference
from tests.unit.plan.made import ALL_NETWORKS, compute_plan, planned

WAITING = "fabric deadlock"
LEAF_PORT = "su1-rail0-leaf Ethernet0"


def of(plan: Plan, words: str) -> Derivation:
    host, *subject = words.split()
    return explain(plan, host, tuple(subject))


def inputs(derivation: Derivation) -> dict[str, str]:
    return {one.name: one.value for one in derivation.inputs}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(ALL_NETWORKS)


def addends(found: Derivation) -> float:
    """Return the sum of the addends: rows in bytes before the table's or formula's own."""
    rows = [one for one in found.inputs if one.value.endswith(" bytes") and one.name != "MTU"]
    own = [one for one in rows if not one.name.startswith(("of the bound", "first-principles"))]
    return sum(float(one.value.split()[0]) for one in own)


def test_the_formula_shows_every_addend() -> None:
    found = of(reference("sn5600"), f"{LEAF_PORT} headroom")
    assert found.value == "xoff 98304, xon 19456, size 117760 bytes, dynamic threshold 0"
    assert "the switch computes it" in found.how
    assert addends(found) == pytest.approx(98_304, abs=1e-3)
    assert inputs(found)["packets"] == "1024 bytes, 50 % small"
    assert inputs(found)["buffer model"] == "dynamic"


def test_the_table_shows_its_row_and_the_bound_beside_it() -> None:
    plan = reference("sn5600", headroom={"model": "traditional"})
    found = of(plan, f"{LEAF_PORT} xoff")
    assert found.value == "231424 bytes (xon 19456, size 250880)"
    assert "row 400G 5 m of the platform's table" in found.how
    room = plan.port_headroom(plan.device["su1-rail0-leaf"], plan.ports["su1-rail0-leaf"][0])
    assert inputs(found)["first-principles bound on xoff"] == f"{room.bound_bytes} bytes"
    bound = [one for one in found.inputs if one.name.startswith("of the bound")]
    total = sum(float(one.value.split()[0]) for one in bound)
    assert total == pytest.approx(room.bound_bytes, abs=1)


def test_xon_says_how_far_below_the_threshold_it_is() -> None:
    assert of(reference("7060x6-64pe"), f"{LEAF_PORT} xon").value == (
        "0 bytes, and 3556 bytes below the pause threshold"
    )
    assert of(reference("sn5600"), f"{LEAF_PORT} xon").value == "19456 bytes"


def test_the_way_of_a_dscp_leads_over_every_hop() -> None:
    found = of(reference("cx864e-n", data_dscp=24, ecn_codepoint=1, **SECOND), f"{LEAF_PORT} dscp")
    assert found.value.startswith("24 -> traffic class 3, priority group 3, queue 3")
    rows = inputs(found)
    assert rows["NIC, class rdma"] == "ToS byte 97: DSCP 24, ECN 1; priority 3"
    assert rows["NIC, class rdma2"].startswith("ToS byte 137: DSCP 34")
    hops = [name for name in rows if name.endswith("class rdma") and name.startswith("hop")]
    assert hops == [
        f"hop {n}, {role}, class rdma" for n, role in enumerate(("leaf", "spine", "leaf"), start=1)
    ]
    assert "400G, group 3 with xoff 129920" in rows["hop 1, leaf, class rdma"]
    assert "800G, group 4 with xoff 285312" in rows["hop 3, leaf, class rdma2"]
    assert "marked from 1048576 to 2097152 bytes" in rows["hop 2, spine, class rdma"]
    assert rows["class cnp"].startswith("48 -> traffic class 6, priority group 0, queue 6, strict")


@pytest.mark.parametrize(
    ("design", "hops"), [({"design": "rail-only"}, 1), ({"design": "three-tier"}, 5)]
)
def test_the_way_is_as_long_as_the_design(design: dict[str, Any], hops: int) -> None:
    small = {"nodes_per_su": 8, "sus_per_pod": 2} if hops > 1 else {}
    changes = {"nodes": {"gpu": {"count": 64}}, "networks": {"compute": design | small}}
    rows = inputs(of(planned(changes), "gpu0001 rail0 dscp"))
    assert len([name for name in rows if name.startswith("hop")]) == hops


def test_nothing_from_outside_is_lossless(plan: Plan) -> None:
    link = next(one for one in plan.links if one.kind == "border")
    words = f"{link.a.device} {link.a.port}"
    assert of(plan, f"{words} dscp").value == "every lossless DSCP becomes traffic class 0"
    with pytest.raises(ExplainError, match="leads outside and is not lossless: edge may not"):
        of(plan, f"{words} headroom")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("oob1-leaf Ethernet0 dscp", "the oob network has one class for all traffic"),
        ("gpu0001 eth0 dscp", "the inband network has one class"),
        ("gpu0001 rail0 headroom", "headroom is planned on switch ports"),
        ("gpu0001 ecmp", "`gpu0001 PORT ecmp`"),
        ("gpu0001 eth0 ecmp", "the inband network spreads no RDMA flows"),
        ("su1-rail0-leaf Ethernet0 ecmp", "explain `su1-rail0-leaf ecmp`"),
        ("oob1-leaf Ethernet0 cable_length", "the oob network carries no lossless class"),
        ("gpu0001 eth0 cable_length", "the inband network carries no lossless class"),
        ("oob1-leaf ecmp", "the oob network spreads no RDMA flows"),
        ("oob ecmp", "the oob network spreads no RDMA flows"),
        ("oob deadlock", "oob carries no lossless class"),
        ("su1-rail0-leaf Ethernet0 x", "headroom, cable_length, dscp, ecmp, or explain"),
        ("su1-rail0-leaf Ethernet0 x", "|bmc_address|oob_address|block|place|power|ecmp|kernel|"),
        ("su1-rail0-leaf Ethernet0 x", "|dcgm|hpcx|container_toolkit`"),
        ("su1-rail0-leaf Ethernet0 x", "|bisection|ecmp|deadlock`"),
        ("su1-rail0-leaf x", "block, place, power, ecmp, kernel, driver, fabric_manager, cuda, "),
        ("su1-rail0-leaf x", "hpcx, container_toolkit, or explain `HOST PORT address|peer|"),
        ("su1-rail0-leaf x", "|bisection|ecmp|deadlock`"),
        ("fabric x", "bisection, ecmp, deadlock, or explain `HOST asn|"),
        ("nobody ecmp", "Networks are fabric, compute, storage"),
    ],
)
def test_what_cannot_be_explained(plan: Plan, words: str, text: str) -> None:
    with pytest.raises(ExplainError) as caught:
        of(plan, words)
    assert text in str(caught.value)


def test_ecmp_says_what_the_fullest_link_carries() -> None:
    plan = reference("cx864e-n", qps_per_connection=2)
    worst = expected_max(128, 32)
    for words in ("fabric ecmp", "su2-rail0-leaf ecmp"):
        found = of(plan, words)
        assert found.value == (
            f"128 flows over 32 links of a leaf: 4.0 on average, {worst:.1f} on the fullest, "
            f"{worst / 4:.0%} of 800G"
        )
        assert inputs(found)["queue pairs per connection"] == "2"
    assert "spine towards one leaf" in inputs(of(plan, "spine1 ecmp"))
    assert "leaf towards spines" not in inputs(of(plan, "spine1 ecmp"))


def test_a_port_is_explained_as_the_switch_that_chooses_it() -> None:
    plan = reference("cx864e-n")
    uplink, down = "su2-rail0-leaf Ethernet256", "spine1 Ethernet0"
    for port, switch in ((uplink, "su2-rail0-leaf"), (down, "spine1")):
        found, whole = of(plan, f"{port} ecmp"), of(plan, f"{switch} ecmp")
        assert found.subject == f"{port} ecmp"
        assert (found.value, found.inputs) == (whole.value, whole.inputs)
    nic, leaf = of(plan, "gpu0070 rail0 ecmp"), of(plan, "su2-rail0-leaf ecmp")
    assert (nic.value, nic.inputs[1:]) == (leaf.value, leaf.inputs)
    assert nic.inputs[0].name == "flows of rail0, which enter at su2-rail0-leaf Ethernet20"
    assert nic.inputs[0].value == "4 of 256"


def test_ports_between_pods_are_chosen_upwards_and_downwards() -> None:
    plan = compute_plan(64, design="three-tier", nodes_per_su=8, sus_per_pod=2)
    core = next(one for one in plan.links if one.z.device.startswith("superspine"))
    up, down = (of(plan, f"{end.device} {end.port} ecmp") for end in (core.a, core.z))
    assert [name for name in inputs(up) if "towards" in name] == ["spine towards super-spines"]
    assert [name for name in inputs(down) if "towards" in name] == ["superspine towards one spine"]
    assert inputs(down)["hash of a superspine"].endswith("seed 70")
    lower = next(one for one in plan.links if one.z.device == core.a.device)
    below = of(plan, f"{lower.z.device} {lower.z.port} ecmp")
    assert [name for name in inputs(below) if "towards" in name] == ["spine towards one leaf"]


def test_the_only_link_to_a_switch_is_not_chosen(plan: Plan) -> None:
    thin = compute_plan(16, oversubscription=8.0)
    assert thin.shape.links_per_pair == 1
    link = next(one for one in thin.links if one.kind == "fabric")
    with pytest.raises(ExplainError, match=f"only link to {link.a.device}, the one way"):
        of(thin, f"{link.z.device} {link.z.port} ecmp")
    border = next(one for one in plan.links if one.kind == "border")
    with pytest.raises(ExplainError, match="is no equal-cost link of the fabric"):
        of(plan, f"{border.a.device} {border.a.port} ecmp")


@pytest.mark.parametrize("model", ["dynamic", "traditional"])
def test_the_cable_length_is_the_one_emitted(model: str) -> None:
    changes = {"lengths": {"fabric_m": 39.1}, "roce": {"headroom": {"model": model}}}
    plan = planned(ALL_NETWORKS, changes, {"networks": {"compute": {"leaf": "sn5600"}}})
    seen = set()
    for switch in plan.switches:
        emitted = intended(plan, switch).get("CABLE_LENGTH", {}).get("AZURE", {})
        for port, length in emitted.items():
            found = of(plan, f"{switch.name} {port} cable_length")
            planned_m = plan.links_of[switch.name][port].length.length_m
            assert found.value.startswith(f"{planned_m:g} m planned -> {length}, ")
            seen.add(found.value)
    row = "39.1 m planned -> 40m, "
    assert row + {"dynamic": "whole metres", "traditional": "row used"}[model] in seen
    assert len(seen) > 1


def test_a_nic_is_told_whole_metres() -> None:
    plan = planned(ALL_NETWORKS, {"lengths": {"host_m": 2.5}})
    found = of(plan, "gpu0001 rail0 cable_length")
    assert found.value == "2.5 m planned -> 3 m, whole metres"
    assert found.inputs[0].path == "lengths.host_m"


def test_a_border_port_has_a_cable_length_without_headroom(plan: Plan) -> None:
    link = next(one for one in plan.links if one.kind == "border")
    found = of(plan, f"{link.a.device} {link.a.port} cable_length")
    assert "is not lossless and needs no headroom" in found.how


@pytest.mark.parametrize(
    ("network", "hosts"),
    [("fabric", ["GPU node"]), ("storage", ["storage node", "management node", "GPU node"])],
)
def test_a_sound_fabric_has_no_circle(plan: Plan, network: str, hosts: list[str]) -> None:
    found = of(plan, f"{network} deadlock")
    assert found.value == "no buffers can wait for each other in a circle"
    rows = inputs(found)
    assert int(rows["hops between switches"]) > 0
    assert rows["failures covered by simulation"].startswith("all ")
    for host in hosts:
        assert "freed by PFC watchdog of " in rows[f"stuck port of a {host}"]


def test_failures_of_three_tiers_are_left_to_the_report() -> None:
    plan = compute_plan(64, design="three-tier", nodes_per_su=8, sus_per_pod=2)
    rows = inputs(of(plan, "fabric deadlock"))
    assert rows["failures covered by simulation"].startswith("none here")
    assert "stops 511 of 511 other host ports" in rows["stuck port of a GPU node"]


def test_a_circle_is_shown_with_the_failure_that_closes_it() -> None:
    own = {"device": "spine2", "asn": 65_002, "reason": "as the old one had"}
    changes = {"nodes": {"gpu": {"count": 16}}, "overrides": {"asns": [own]}}
    found = of(planned(changes), WAITING)
    rows = inputs(found)
    assert found.value.startswith("buffers can wait for each other in a circle of ")
    assert found.how.startswith("simulation: the routes that BGP takes")
    assert rows["hop 1"].count(" > ") == 1
    assert rows["closed by a failure, simulated"].endswith(" down")
    assert "failures covered by simulation" not in rows


def test_a_network_of_one_leaf_each_has_nothing_to_simulate() -> None:
    rows = inputs(of(compute_plan(16, design="rail-only"), WAITING))
    assert rows["hops between switches"] == "0"
    assert "failures covered by simulation" not in rows


def test_every_path_is_a_key_of_the_intent() -> None:
    every: dict[str, Any] = {"headroom": {"model": "dynamic"}, **SECOND}
    small = {"nodes": {"gpu": {"count": 16}}, "networks": {"compute": {"leaf": "sn5600"}}}
    plan = planned(small, {"roce": every})
    subjects = ("headroom", "xoff", "cable_length", "dscp")
    words = [*(f"{LEAF_PORT} {one}" for one in subjects), "fabric ecmp", WAITING]
    found = {one.path for each in words for one in of(plan, each).inputs if one.path}
    assert len(found) >= 6
    for path in found:
        assert schema.at(tuple(path.split("."))), path


@pytest.fixture(scope="module")
def overridden() -> Plan:
    extra = {
        "a": {"device": "su1-rail0-leaf", "port": "Ethernet128"},
        "z": {"device": "spine1", "port": "Ethernet256"},
        "prefix": "192.0.2.0/31",
        "length_m": 100.0,
        "reason": "a trunk for a test",
    }
    asn = {"device": "su1-rail1-leaf", "asn": 65_001, "reason": "as the old one had"}
    changes = {"nodes": {"gpu": {"count": 16}}, "overrides": {"links": [extra], "asns": [asn]}}
    return planned(changes)


def test_an_overridden_asn_gives_the_reason(overridden: Plan) -> None:
    found = of(overridden, "su1-rail1-leaf asn")
    assert (found.value, found.how) == ("65001", "overridden: as the old one had")
    assert found.inputs[0].path == "overrides.asns[0].asn"


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("su1-rail0-leaf Ethernet128 address", "192.0.2.1/31"),
        ("spine1 Ethernet256 address", "192.0.2.0/31"),
        ("su1-rail0-leaf Ethernet128 peer", "spine1 Ethernet256"),
    ],
)
def test_an_extra_link_gives_the_reason(overridden: Plan, words: str, value: str) -> None:
    found = of(overridden, words)
    assert found.value == value
    assert "an extra link: a trunk for a test" in found.how
    assert any(one.path.startswith("overrides.links[0]") for one in found.inputs)


def test_the_choice_of_an_extra_link_is_not_counted(overridden: Plan) -> None:
    with pytest.raises(ExplainError, match=r"is an extra link \(overrides.links\[0\]\)"):
        of(overridden, "spine1 Ethernet256 ecmp")


def test_the_length_of_an_extra_link_is_its_own(overridden: Plan) -> None:
    found = of(overridden, "spine1 Ethernet256 length")
    assert found.value == "100 m"
    assert {one.path for one in found.inputs} == {"overrides.links[0].length_m"}
