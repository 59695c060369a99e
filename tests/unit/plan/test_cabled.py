"""Cables and modules of whole plans: what a link is made of, and what is where."""

from collections import Counter
from typing import Any

import pytest

from railwright.catalog import loader as catalog
from railwright.plan.cables.model import Cable, Cabled
from railwright.plan.model import Plan
from tests.unit.plan.made import ALL_NETWORKS, planned

FLOOR: dict[str, Any] = {"floor": {"rows": 2}}
TWINS: dict[str, Any] = {"cabling": {"prefer": ["MMF"]}}


def by_id(plan: Plan) -> dict[str, Cable]:
    return {one.id: one for one in plan.cabled.cables}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(ALL_NETWORKS, FLOOR)


def test_one_strand_keeps_the_id_of_its_link(plan: Plan) -> None:
    cable = by_id(plan)["gpu0001:rail0"]
    assert (cable.links, cable.network, cable.rail) == (("gpu0001:rail0",), "compute", 0)
    assert [(end.device, end.socket) for end in cable.ends] == [
        ("gpu0001", "OSFP4P2"),
        ("su1-rail0-leaf", "1/1"),
    ]
    assert [end.ports for end in cable.ends] == [("rail0",), ("Ethernet0",)]


def test_a_twin_link_is_two_jumpers_of_one_length() -> None:
    plan = planned({"nodes": {"gpu": {"count": 16}}}, FLOOR, TWINS)
    cables = by_id(plan)
    link = next(one for one in plan.links if one.kind == "fabric")
    twins = [cables[f"{link.id}.{number}"] for number in (1, 2)]
    assert {one.links for one in twins} == {(link.id,)}
    assert {(one.part, one.length_m, one.wave) for one in twins} == {
        (twins[0].part, link.length.length_m, "2-fabric")
    }
    cages = [end.cage for end in twins[0].ends]
    assert [[end.socket for end in one.ends] for one in twins] == [
        [f"{cage}/1" for cage in cages],
        [f"{cage}/2" for cage in cages],
    ]
    assert link.id not in cables


def test_labels_are_mirrored_and_say_where_both_ends_are(plan: Plan) -> None:
    assert plan.floor is not None
    for cable in plan.cabled.cables:
        near, far = cable.ends[0].label.split(" / ")
        assert cable.ends[1].label == f"{far} / {near}"
        for end in cable.ends:
            place = plan.floor.places.get(end.device)
            assert end.top_u == (place.top_u if place else None)
            if place:
                head = f"{place.rack}-{place.top_u:02d}:{end.socket} / "
                assert end.label.startswith(head)


def test_a_border_router_is_known_by_name_only(plan: Plan) -> None:
    cable = next(one for one in plan.cabled.cables if one.ends[1].device == "edge")
    assert (cable.ends[1].ports, cable.ends[1].cage, cable.ends[1].rack) == ((), "", None)
    assert cable.ends[1].label.startswith("edge / ")
    assert cable.computed_m is None
    assert not any(one.device == "edge" for one in plan.cabled.modules)


def test_a_pdu_is_in_a_rack(plan: Plan) -> None:
    assert plan.floor is not None
    cable = by_id(plan)["pdu01:eth0"]
    assert (cable.medium, cable.ends[0].rack) == ("CAT6A", plan.floor.rack_of_pdu["pdu01"])
    assert cable.ends[0].label.startswith(f"{cable.ends[0].rack}-pdu01:eth0 / ")


def test_lengths_are_those_ordered_for_the_links(plan: Plan) -> None:
    links = {link.id: link for link in plan.links}
    for cable in plan.cabled.cables:
        link = links[cable.links[0]]
        assert cable.length_m >= (cable.computed_m or 0)
        assert (cable.computed_m is None) == link.length.assumed
        if cable.computed_m is not None:
            assert cable.length_m == link.length.length_m


def test_without_a_floor_lengths_are_assumed_and_labels_are_names() -> None:
    plan = planned(ALL_NETWORKS)
    assert plan.cabled.unfit == ()
    for cable in plan.cabled.cables:
        assert (cable.computed_m, cable.trays) == (None, ())
        assert all(end.rack is None and end.top_u is None for end in cable.ends)
        assert cable.part is not None
    label = by_id(plan)["gpu0001:rail3"].ends[0].label
    assert label == "gpu0001:OSFP4P1 / su1-rail3-leaf:1/1"


def test_trays_are_those_of_the_rows(plan: Plan) -> None:
    for cable in plan.cabled.cables:
        racks = [end.rack for end in cable.ends]
        rows = {rack[0] for rack in racks if rack}
        if None in racks or racks[0] == racks[1]:
            assert cable.trays == ()
        else:
            assert {one for one in cable.trays if not one.startswith("X")} == rows


def test_colours_follow_rails_and_networks(plan: Plan) -> None:
    palette = catalog.palette()
    seen: dict[tuple[str, int | None, bool], set[str]] = {}
    for cable in plan.cabled.cables:
        host = plan.links_of[cable.ends[0].device][cable.ends[0].ports[0]].kind == "host"
        seen.setdefault((cable.network, cable.rail, host), set()).add(cable.colour)
    for rail in range(8):
        assert seen["compute", rail, True] == {palette.rails[rail].name}
        assert seen["compute", rail, False] == {palette.networks["fabric"].name}
    assert seen["oob", None, False] == {palette.networks["oob"].name}
    assert seen["storage", None, True] == {palette.networks["storage"].name}


def test_a_cage_has_one_module_however_many_links_it_serves(plan: Plan) -> None:
    modules = {one.id: one for one in plan.cabled.modules}
    assert modules["gpu0001:OSFP4"].part.startswith("MMA4Z00-NS-FLT")
    assert modules["su1-rail0-leaf:1"].part == "MMA4Z00-NS"
    adapter = modules["gpu0001:SLOT3P1:adapter"]
    assert (adapter.cage, adapter.part) == ("SLOT3P1", "MAM1Q00A-QSA28")
    assert not any(one.device.startswith("pdu") for one in modules.values())


def test_one_deployed_link_deploys_the_module_of_a_cage() -> None:
    plan = planned({"nodes": {"gpu": {"count": 3, "capacity": 8}}})
    modules = {one.id: one for one in plan.cabled.modules}
    states = [modules[f"su1-rail0-leaf:{cage}"].deployed for cage in (1, 2, 3, 4)]
    assert states == [True, True, False, False]
    assert not modules["gpu0004:OSFP1"].deployed


def splitters(cabled: Cabled) -> list[Cable]:
    return [one for one in cabled.cables if len(one.ends) > 2]


def test_a_copper_splitter_is_one_part_with_three_ends() -> None:
    """Both rails of a cage meet on one leaf, in reach of copper."""
    plan = planned(
        {
            "nodes": {"gpu": {"model": "hgx-h100", "count": 4}},
            "networks": {"compute": {"design": "leaf-spine", "nodes_per_su": 4}},
            "lengths": {"host_m": 2.0},
        }
    )
    cables = splitters(plan.cabled)
    assert len(cables) == 16
    cable = cables[0]
    assert (cable.id, cable.medium) == ("su1-leaf:Ethernet0", "DAC")
    assert cable.links == ("gpu0001:rail0", "gpu0001:rail1")
    assert [end.label for end in cable.ends] == [
        "gpu0001:NIC0 / su1-leaf:1/1",
        "gpu0001:NIC1 / su1-leaf:1/2",
        "su1-leaf:1 / gpu0001:NIC0 + gpu0001:NIC1",
    ]
    assert cable.ends[-1].ports == ("Ethernet0", "Ethernet4")
    assert (cable.rail, cable.wave) == (None, "5-su1-rail0")
    taken = {link for one in plan.cabled.cables for link in one.links}
    assert taken == {link.id for link in plan.links}
    devices = Counter(one.device for one in plan.cabled.modules)
    assert not any(name.startswith("gpu") for name in devices)


def test_a_jumper_splitter_serves_the_links_of_one_socket() -> None:
    """Four 200G links of a twin-port module: two splitters, numbered by socket."""
    plan = planned(
        {
            "nodes": {"gpu": {"model": "hgx-h100-2x200g", "count": 8}},
            "networks": {"compute": {"nodes_per_su": 8}},
        }
    )
    cables = {one.id: one for one in splitters(plan.cabled)}
    first, second = (cables[f"su1-rail0-plane0-leaf:Ethernet0.{socket}"] for socket in (1, 2))
    assert first.links == ("gpu0001:rail0p0", "gpu0002:rail0p0")
    assert second.links == ("gpu0003:rail0p0", "gpu0004:rail0p0")
    assert [end.socket for end in second.ends] == ["NIC0P1", "NIC0P1", "1/2"]
    assert second.ends[1].label == "gpu0004:NIC0P1 / su1-rail0-plane0-leaf:1/2b"
    assert (second.plane, second.rail) == (0, 0)


def test_a_link_that_nothing_fits_is_a_cable_without_a_part() -> None:
    plan = planned({"cabling": {"prefer": ["DAC"]}, "nodes": {"gpu": {"count": 4}}})
    assert {one.link for one in plan.cabled.unfit} == {link.id for link in plan.links}
    assert {(one.part, one.medium) for one in plan.cabled.cables} == {(None, None)}
    assert plan.cabled.modules == ()
