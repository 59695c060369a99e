"""Overrides of lengths: cables as they were built, what follows from them, and what is refused."""

from dataclasses import replace
from typing import Any

import pytest

from railwright.emitters.sonic_config import intended
from railwright.plan.bom.of_plan import deployed
from railwright.plan.checks import check
from railwright.plan.checks.nics import check_nics
from railwright.plan.explain import Derivation, explain
from railwright.plan.model import Plan
from railwright.plan.nodes_roce import settings
from railwright.plan.summary import lines
from railwright.plan.tables import links as link_rows
from tests.unit.plan.made import ALL_NETWORKS, made, merged, planned, refusal

LINK = "gpu0003:rail1"
LEAF = "su1-rail1-leaf"
FLOOR: dict[str, Any] = {"floor": {"rows": 2}}
PLACED = merged(ALL_NETWORKS, FLOOR)
BOTH = [pytest.param(ALL_NETWORKS, id="assumed"), pytest.param(PLACED, id="placed")]
COPPER: dict[str, Any] = {
    "nodes": {"gpu": {"model": "hgx-h100", "count": 8}},
    "lengths": {"host_m": 1.5},
}
"""Nodes whose rails two by two share one cage of the leaf, and one copper splitter."""


def lengths(*rows: tuple[str, float]) -> dict[str, Any]:
    """Return overrides that say how long the cables of links are."""
    given = [{"link": link, "length_m": metres, "reason": "as built"} for link, metres in rows]
    return {"overrides": {"lengths": given}}


def parts(plan: Plan) -> dict[str, int]:
    """Return how many of every part are needed."""
    return {line.part: line.quantity for line in deployed(plan).lines}


@pytest.mark.parametrize("base", BOTH)
def test_a_link_is_as_long_as_it_was_built_and_nothing_else_changes(base: dict[str, Any]) -> None:
    before, after = planned(base), planned(base, lengths((LINK, 17.5)))
    link = after.links_of["gpu0003"]["rail1"]
    assert (link.length.length_m, link.length.assumed) == (17.5, False)
    assert link.length.provenance == "as built (intent overrides.lengths[0].length_m)"
    others = [one for one in before.links if one.id != LINK]
    assert [one for one in after.links if one.id != LINK] == others
    assert replace(link, length=before.links_of["gpu0003"]["rail1"].length) in before.links
    row = next(one for one in link_rows(after) if one["id"] == LINK)
    assert (row["length_m"], row["length_assumed"]) == (17.5, False)
    assert f"override     {LINK} is 17.5 m long as built: as built" in list(lines(after))


@pytest.mark.parametrize("base", BOTH)
def test_the_next_length_in_stock_of_the_planned_medium_is_ordered(base: dict[str, Any]) -> None:
    before, after = planned(base), planned(base, lengths((LINK, 17.5)))
    was, now = ({one.id: one for one in plan.cabled.cables} for plan in (before, after))
    assert was.keys() == now.keys()
    assert [name for name, one in now.items() if one != was[name]] == [LINK]
    assert now[LINK] == replace(was[LINK], part="MFP7E10-N020", length_m=20.0, computed_m=17.5)
    assert before.cabled.modules == after.cabled.modules
    old, new = parts(before), parts(after)
    old_part = was[LINK].part or ""
    changed = {part: new.get(part, 0) - old.get(part, 0) for part in old | new}
    assert changed[old_part] == -1
    assert changed["MFP7E10-N020"] == 1
    assert sum(map(abs, changed.values())) == 2


@pytest.mark.parametrize("base", BOTH)
def test_a_shorter_cable_than_planned_is_taken_as_well(base: dict[str, Any]) -> None:
    plan = planned(base, lengths((LINK, 2)))
    (cable,) = [one for one in plan.cabled.cables if one.id == LINK]
    assert (cable.part, cable.length_m, cable.computed_m) == ("MFP7E10-N003", 3, 2)


@pytest.mark.parametrize("base", BOTH)
def test_buffers_and_nics_reckon_with_the_cable_that_is_there(base: dict[str, Any]) -> None:
    before, after = planned(base), planned(base, lengths((LINK, 41)))
    port = after.links_of["gpu0003"]["rail1"].z.port
    rooms = []
    for plan in (before, after):
        device = plan.device[LEAF]
        planned_port = next(one for one in plan.ports[LEAF] if one.name == port)
        rooms.append(plan.port_headroom(device, planned_port))
    assert rooms[1].xoff_bytes > rooms[0].xoff_bytes
    assert (rooms[1].length_m, rooms[1].cable_m) == (41, 100)
    told = intended(after, after.device[LEAF])["CABLE_LENGTH"]["AZURE"]
    assert told[port] == "100m"
    assert (
        told["Ethernet0"]
        == intended(before, before.device[LEAF])["CABLE_LENGTH"]["AZURE"]["Ethernet0"]
    )
    nics = {one.port.interface: one.cable_m for one in settings(after, after.device["gpu0003"])}
    assert nics["rail1"] == 41
    assert {problem.severity for problem in check(after)} <= {"warning"}


def test_a_length_that_is_planned_anyway_is_known_from_then_on() -> None:
    plan = planned(lengths(("gpu0001:rail0", 5)))
    length = plan.links_of["gpu0001"]["rail0"].length
    assert (length.length_m, length.assumed) == (5, False)


@pytest.mark.parametrize("base", BOTH)
def test_links_that_share_cages_keep_medium_and_part(base: dict[str, Any]) -> None:
    """30 m would be another medium, were it planned; the two modules are there already."""
    media = {"cabling": {"media": {"MMF": 20}}}
    found = refusal(base, media, lengths((LINK, 30)))
    assert found == {
        "overrides.lengths[0].length_m": f"{LINK} is planned with MMF (MMA4Z00-NS-FLT and "
        "MMA4Z00-NS), which may be 20 m long, got 30 m; measure it again, or plan another medium "
        "(section cabling)"
    }
    plan = planned(base, media, lengths((LINK, 20)))
    assert {one.medium for one in plan.cabled.cables if LINK in one.links} == {"MMF"}


def test_an_uplink_of_two_cables_side_by_side_has_both_of_its_length() -> None:
    uplink = "su1-rail0-leaf:Ethernet256"
    plan = planned(PLACED, lengths((uplink, 33)))
    cables = [one for one in plan.cabled.cables if one.links == (uplink,)]
    assert [(one.id, one.length_m) for one in cables] == [(f"{uplink}.1", 50), (f"{uplink}.2", 50)]


def test_links_to_routers_outside_and_of_nodes_to_come_have_lengths_too() -> None:
    border = next(one for one in planned(PLACED).links if one.kind == "border")
    few = {"nodes": {"gpu": {"count": 12}}}
    plan = planned(PLACED, few, lengths((border.id, 12), ("gpu0016:rail0", 12)))
    found = {one.id: one for one in plan.links}
    assert found[border.id].length.length_m == 12
    assert not found["gpu0016:rail0"].deployed
    assert found["gpu0016:rail0"].length.length_m == 12
    assert {one.id: one.computed_m for one in plan.cabled.cables}[border.id] == 12


@pytest.mark.parametrize("link", ["gpu0001:rail0", "gpu0002:rail0"])
def test_any_link_of_a_splitter_speaks_for_all_of_it(link: str) -> None:
    plan = planned(COPPER, lengths((link, 2)))
    (cable,) = [one for one in plan.cabled.cables if link in one.links]
    assert cable.links == ("gpu0001:rail0", "gpu0002:rail0")
    assert (cable.length_m, cable.part) == (2, "MCP7Y00-N002")
    assert [
        plan.links_of[one.partition(":")[0]]["rail0"].length.length_m for one in cable.links
    ] == [
        2,
        2,
    ]
    assert {
        one.length_m
        for one in plan.cabled.cables
        if one.network == "compute" and one.wave[0] == "5"
    } == {1.5, 2}
    for node in ("gpu0001", "gpu0002"):
        found = explained(plan, node, "rail0")
        assert found["length"] == ("2 m", "overrides.lengths[0].length_m")
        assert ("on one splitter cable with" in found) == (f"{node}:rail0" != link)


def explained(plan: Plan, host: str, port: str) -> dict[str, tuple[str, str]]:
    """Return the inputs of the explanation of a length by name, each with its place."""
    return {one.name: (one.value, one.path) for one in of(plan, host, port).inputs}


def of(plan: Plan, host: str, port: str, what: str = "length") -> Derivation:
    return explain(plan, host, (port, what))


def test_the_explanation_has_what_was_built_and_what_was_planned() -> None:
    plan = planned(PLACED, lengths((LINK, 17.5)))
    assert of(plan, "gpu0003", "rail1").value == "17.5 m"
    assert of(plan, "gpu0003", "rail1").how.startswith("as built: as built; ")
    found = explained(plan, "gpu0003", "rail1")
    assert found["length"] == ("17.5 m", "overrides.lengths[0].length_m")
    assert found["ordered"] == ("MFP7E10-N020, 20 m", "")
    way = explained(planned(PLACED), "gpu0003", "rail1")
    assert found["needed as planned"][0] == way["needed"][0]
    assert found["from"] == way["from"]
    assert explained(plan, "gpu0004", "rail1") == explained(planned(PLACED), "gpu0004", "rail1")
    bare = explained(planned(ALL_NETWORKS, lengths((LINK, 17.5))), "gpu0003", "rail1")
    assert list(bare) == ["length", "medium", "ordered", "modules"]
    for subject in ("xoff", "cable_length"):
        inputs = of(plan, LEAF, "Ethernet8", subject).inputs
        assert "overrides.lengths[0].length_m" in {one.path for one in inputs}


def test_growth_changes_no_cable_that_was_built() -> None:
    built = lengths((LINK, 17.5), ("gpu0016:rail2", 12))
    small = planned(PLACED, built, {"nodes": {"gpu": {"count": 12}}})
    large = {one.id: one for one in planned(PLACED, built, {"nodes": {"gpu": {"count": 40}}}).links}
    for link in small.links:
        assert large[link.id].length == link.length


def test_who_is_named_must_be_there_once() -> None:
    extra = {
        "a": {"device": "su1-rail0-leaf", "port": "Ethernet504"},
        "z": {"device": "spine1", "port": "Ethernet504"},
        "prefix": "10.240.0.0/31",
        "reason": "a detour",
    }
    rows = lengths(("gpu9999:rail0", 2), (LINK, 15), (LINK, 15), ("su1-rail0-leaf:Ethernet504", 2))
    rows["overrides"]["links"] = [extra]
    found = refusal(ALL_NETWORKS, {"networks": {"compute": {"nodes_per_su": 5, "rails": 3}}}, rows)
    assert found == {
        "overrides.lengths[0].link": "no link 'gpu9999:rail0' in this plan; `railwright show links`"
        " lists them",
        "overrides.lengths[2].link": f"{LINK} is overridden twice, first in overrides.lengths[1]",
        "overrides.lengths[3].link": "su1-rail0-leaf:Ethernet504 is the extra link of "
        "overrides.links[0]; give its length_m there",
    }


@pytest.mark.parametrize("base", BOTH)
def test_beyond_the_headroom_table_is_said_at_the_length(base: dict[str, Any]) -> None:
    far = {"network": "compute", "part": "MMS4X00-NM", "reason": "in stock"}
    modules = {"cabling": {"modules": [far | {"at": "leaf"}, far | {"at": "spine"}]}}
    found = refusal(base, modules, lengths(("su1-rail1-leaf:Ethernet256", 350)))
    assert list(found) == ["overrides.lengths[0].length_m"]
    what = found["overrides.lengths[0].length_m"]
    assert what.startswith("a 350 m cable at 800G is beyond the lossless table of cx864e-n")


def test_beyond_what_a_nic_takes_is_said_at_the_length() -> None:
    plan = planned(
        {"networks": {"compute": {"leaf": "sn5600"}}, "lengths": {"host_m": 900}},
        {"cabling": {"prefer": ["SMF"]}},
        lengths(("gpu0002:rail0", 950), ("gpu0001:rail0", 1200)),
    )
    (found,) = [one for one in check_nics(plan) if one.severity == "error"]
    assert found.path == "overrides.lengths[1].length_m"
    assert "1200 m are more than the mlx5 driver" in found.what


def test_lengths_alone_are_blamed_for_a_pool_that_is_too_small_with_them() -> None:
    table = {
        "networks": {"compute": {"leaf": "7060x6-64pe"}},
        "roce": {
            "second": {"dscp": 34, "priority": 4},
            "headroom": {"accept": {"ratio": 2.78, "reason": "lab"}},
        },
    }
    built = lengths(("gpu0002:rail0", 4), ("gpu0001:rail0", 50))
    errors = [one for one in check(planned(table, built)) if one.severity == "error"]
    assert [one.path for one in errors] == ["overrides.lengths[1].length_m"]
    assert errors[0].what.startswith("with this length, roce.headroom.accept.ratio: is 2.78, below")
    worse = merged(table, {"roce": {"headroom": {"accept": {"ratio": 2.0}}}})
    errors = [one for one in check(planned(worse, built)) if one.severity == "error"]
    assert {one.path for one in errors} == {"roce.headroom.accept.ratio"}


def test_overrides_are_described_in_the_order_of_their_kinds() -> None:
    rows = {"ports": [{"link": LINK, "port": "Ethernet12", "reason": "bent"}]}
    intent = made(ALL_NETWORKS, {"overrides": rows | lengths((LINK, 3))["overrides"]})
    assert list(intent.overrides.describe()) == [
        f"{LINK} ends on Ethernet12: bent",
        f"{LINK} is 3 m long as built: as built",
    ]
