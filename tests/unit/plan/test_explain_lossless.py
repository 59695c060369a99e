"""Explanations of headroom, of a DSCP's way, of ECMP, of deadlock and of overridden values."""

from typing import Any

import pytest

from railwright.intent import schema
from railwright.plan.explain import Derivation, ExplainError, explain
from railwright.plan.lossless.ecmp import expected_max
from railwright.plan.model import Plan
from tests.unit.plan.lossless.proofs import SECOND, reference
from tests.unit.plan.made import ALL_NETWORKS, planned

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
        ("gpu0001 ecmp", "is a host; switches spread flows"),
        ("oob1-leaf ecmp", "the oob network spreads no RDMA flows"),
        ("oob ecmp", "the oob network spreads no RDMA flows"),
        ("oob deadlock", "oob carries no lossless class"),
        ("su1-rail0-leaf Ethernet0 x", "lanes, xoff, xon, size, headroom, dscp"),
        ("su1-rail0-leaf x", "block, ecmp, PORT address"),
        ("fabric x", "bisection, ecmp, deadlock"),
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


@pytest.mark.parametrize("network", ["fabric", "storage"])
def test_a_sound_fabric_has_no_circle(plan: Plan, network: str) -> None:
    found = of(plan, f"{network} deadlock")
    assert found.value == "no buffers can wait for each other in a circle"
    assert int(inputs(found)["hops between switches"]) > 0


def test_every_path_is_a_key_of_the_intent() -> None:
    every: dict[str, Any] = {"headroom": {"model": "dynamic"}, **SECOND}
    small = {"nodes": {"gpu": {"count": 16}}, "networks": {"compute": {"leaf": "sn5600"}}}
    plan = planned(small, {"roce": every})
    subjects = ("headroom", "xoff", "dscp")
    words = [*(f"{LEAF_PORT} {one}" for one in subjects), "fabric ecmp", "fabric deadlock"]
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


def test_the_length_of_an_extra_link_is_its_own(overridden: Plan) -> None:
    found = of(overridden, "spine1 Ethernet256 length")
    assert found.value == "100 m"
    assert {one.path for one in found.inputs} == {"overrides.links[0].length_m"}
