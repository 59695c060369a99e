"""Other ASNs: where they are used, what is not asked of them, and every way to be refused."""

from typing import Any

import pytest

from railwright.diff import compare, snapshot
from railwright.emitters.sonic_config import intended
from railwright.plan.model import Plan
from railwright.plan.summary import lines
from railwright.plan.tables import asns as asn_rows
from tests.unit.plan.made import ALL_NETWORKS, planned
from tests.unit.plan.made import refusal as refused

LEAF, SPINE = "su1-rail0-leaf", "spine1"
SPINES = {"spine1", "spine2", "spine3", "spine4"}
OTHER = 4_200_900_001


def with_asn(*asns: dict[str, Any]) -> Plan:
    rows = [{"reason": "as it was taken over"} | one for one in asns]
    return planned(ALL_NETWORKS, {"overrides": {"asns": rows}})


def refusal(*asns: dict[str, Any]) -> dict[str, str]:
    rows = [{"reason": "why not"} | one for one in asns]
    return refused(ALL_NETWORKS, {"overrides": {"asns": rows}})


def test_a_switch_and_its_sessions_have_the_asn_that_was_chosen() -> None:
    before, after = planned(ALL_NETWORKS), with_asn({"device": LEAF, "asn": OTHER})
    assert after.device[LEAF].asn == OTHER
    assert [one.name for one in before.devices if one not in after.devices] == [LEAF]
    changed = [one for one in after.sessions if one not in before.sessions]
    assert {one.link.id for one in changed} == {
        link.id for link in before.links if link.kind == "fabric" and link.a.device == LEAF
    }
    assert {one.asn_a for one in changed} == {OTHER}
    assert (after.links, after.subnets, after.headroom) == (
        before.links,
        before.subnets,
        before.headroom,
    )


def test_both_ends_are_configured_with_it() -> None:
    plan = with_asn({"device": LEAF, "asn": OTHER}, {"device": SPINE, "asn": 64_600})
    leaf, spine = (intended(plan, plan.device[name]) for name in (LEAF, SPINE))
    assert leaf["DEVICE_METADATA"]["localhost"]["bgp_asn"] == str(OTHER)
    assert spine["DEVICE_METADATA"]["localhost"]["bgp_asn"] == "64600"
    seen = {row["name"]: row["asn"] for row in leaf["BGP_NEIGHBOR"].values()}
    assert seen == dict.fromkeys(SPINES, str(plan.device["spine2"].asn)) | {SPINE: "64600"}
    assert {row["asn"] for row in spine["BGP_NEIGHBOR"].values() if row["name"] == LEAF} == {
        str(OTHER)
    }
    told = {row["name"]: row["asn"] for row in asn_rows(plan)}
    assert (told[LEAF], told[SPINE]) == (OTHER, 64_600)


def test_switches_of_every_network_may_have_one() -> None:
    names = ("storage1-leaf", "storage-spine2", "inband-spine1", "oob1-leaf")
    rows = [{"device": name, "asn": OTHER + number} for number, name in enumerate(names)]
    plan = with_asn(*rows)
    assert [plan.device[name].asn for name in names] == [row["asn"] for row in rows]
    border = [one for one in plan.sessions if one.link.a.device == "storage-spine2"]
    assert {one.link.kind for one in border} == {"border"}
    assert {(one.asn_a, one.asn_z) for one in border} == {(OTHER + 1, 64_512)}


def test_an_asn_that_another_switch_has_is_left_to_the_proof() -> None:
    """Leaves that share an ASN have sessions; whether they reach each other is said elsewhere."""
    before = planned(ALL_NETWORKS)
    twin = before.device["su2-rail0-leaf"].asn
    after = with_asn({"device": LEAF, "asn": twin})
    assert after.device[LEAF].asn == after.device["su2-rail0-leaf"].asn == twin


def test_a_switch_that_is_not_there_yet_has_it_when_it_comes() -> None:
    rows = {"overrides": {"asns": [{"device": "su5-rail0-leaf", "asn": OTHER, "reason": "r"}]}}
    now = planned(ALL_NETWORKS, rows)
    later = planned(ALL_NETWORKS, {"nodes": {"gpu": {"count": 40}}}, rows)
    assert "su5-rail0-leaf" not in now.device
    assert now.devices == planned(ALL_NETWORKS).devices
    assert later.device["su5-rail0-leaf"].asn == OTHER


@pytest.mark.parametrize("asn", [1, 64_511, 65_536, 4_199_999_999])
def test_an_asn_of_the_internet_is_a_warning(asn: int) -> None:
    (found,) = with_asn({"device": LEAF, "asn": asn}).warnings
    assert (found.path, found.severity) == ("overrides.asns[0].asn", "warning")
    assert f"{asn} belongs to the public Internet" in found.what


@pytest.mark.parametrize("asn", [64_512, 65_534, 4_200_900_001, 4_294_967_294])
def test_a_private_asn_is_no_warning(asn: int) -> None:
    assert with_asn({"device": LEAF, "asn": asn}).warnings == ()


@pytest.mark.parametrize(
    ("row", "key", "text"),
    [
        ({"device": "su1-rail8-leaf", "asn": OTHER}, "device", "did you mean 'su1-rail7-leaf'?"),
        ({"device": "gpu0001", "asn": OTHER}, "device", "'gpu0001' is no switch of this plan"),
        ({"device": "pdu01", "asn": OTHER}, "device", "'pdu01' is no switch of this plan"),
        ({"device": "edge", "asn": OTHER}, "device", "'edge' is no switch of this plan"),
        ({"device": LEAF, "asn": 4_200_100_100}, "asn", "remove the override"),
        ({"device": "su5-rail1-leaf", "asn": 4_200_100_501}, "asn", "remove the override"),
        ({"device": LEAF, "asn": 23_456}, "asn", "AS_TRANS"),
        ({"device": LEAF, "asn": 4_200_100_000}, "asn", "also the ASN of spine1, the neighbour of"),
        ({"device": SPINE, "asn": 4_200_100_203}, "asn", "also the ASN of su2-rail3-leaf"),
        ({"device": SPINE, "asn": 4_200_100_500}, "asn", "also the ASN of su5-rail0-leaf"),
        ({"device": "storage-spine1", "asn": 64_512}, "asn", "is the ASN of edge"),
        ({"device": "storage1-leaf", "asn": 64_512}, "asn", "is the ASN of edge"),
    ],
)
def test_an_asn_that_cannot_be_used_is_refused(row: dict[str, Any], key: str, text: str) -> None:
    found = refusal(row)
    assert list(found) == [f"overrides.asns[0].{key}"]
    assert text in found[f"overrides.asns[0].{key}"]


def test_neighbours_that_get_one_asn_are_both_told() -> None:
    found = refusal({"device": LEAF, "asn": OTHER}, {"device": SPINE, "asn": OTHER})
    assert set(found) == {"overrides.asns[0].asn", "overrides.asns[1].asn"}


def test_a_neighbour_that_moved_away_is_none() -> None:
    """The old ASN of a spine is free once all spines have others."""
    rows = [{"device": f"spine{n}", "asn": OTHER + n} for n in range(1, 5)]
    plan = with_asn(*rows, {"device": LEAF, "asn": 4_200_100_000})
    assert plan.device[LEAF].asn == 4_200_100_000


def test_an_asn_is_overridden_once() -> None:
    found = refusal({"device": LEAF, "asn": OTHER}, {"device": LEAF, "asn": OTHER + 1})
    assert "overridden twice, first in overrides.asns[0]" in found["overrides.asns[1].device"]


def test_the_difference_shows_who_was_renumbered() -> None:
    old, new = planned(ALL_NETWORKS), with_asn({"device": LEAF, "asn": OTHER})
    found = compare.compare(snapshot.of_plan("old", old), snapshot.of_plan("new", new))
    assert [(one.key, one.new["asn"]) for one in found.asns.changed] == [((LEAF,), str(OTHER))]
    assert {one.device for one in found.configurations.touched} == {LEAF, *SPINES}
    assert not found.cables


def test_an_asn_is_in_the_summary_with_its_reason() -> None:
    text = "\n".join(lines(with_asn({"device": LEAF, "asn": OTHER, "reason": "site rule 7"})))
    assert f"override     {LEAF} has ASN {OTHER}: site rule 7" in text
