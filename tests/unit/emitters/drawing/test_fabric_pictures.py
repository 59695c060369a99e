"""Drawings of fabrics: nothing is missing, nothing counted twice, nothing lies on anything else."""

from itertools import combinations, pairwise
from typing import Any

import pytest

from railwright.emitters.drawing import boxes, levels
from railwright.emitters.drawing.boxes import Spot
from railwright.emitters.drawing.gather import view_of
from railwright.emitters.drawing.labels import Label
from railwright.plan.model import Plan
from railwright.plan.shape import Network
from tests.unit.emitters.drawing.fabric_pictures import (
    INTENTS,
    Area,
    Line,
    Picture,
    files,
    files_of,
    pictures_of,
    plan_of,
)
from tests.unit.plan.made import ALL_NETWORKS, planned

_FRAMES = {"pod", "su"}
_LEAST_PX = 7.0  # letters, in a drawing seen at its own size
_MOST_BYTES = 300_000
_MOST_SHAPES = 400  # 128 lines of 24 switches with their boxes are fewer
_EACH = sorted(INTENTS)
_ENGLISH = [one for one in _EACH if one != "chinese"]


def network_of(plan: Plan, network: str) -> Any:
    """Return what belongs to a network, or to all of them."""
    links = [one for one in plan.links if one.deployed and network in {one.network, "all"}]
    switches = [one for one in plan.switches if network in {one.network, "all"}]
    return links, switches


@pytest.mark.parametrize("name", _EACH)
def test_there_is_a_drawing_per_network_one_of_all_and_a_graph(name: str) -> None:
    networks = [f"cabling/fabric-{one}.svg" for one in plan_of(name).fabrics]
    assert list(files_of(name)) == [*networks, "cabling/fabric.svg", "cabling/fabric.dot"]


@pytest.mark.parametrize("name", _EACH)
def test_every_switch_is_in_one_box_and_every_link_in_one_bundle(name: str) -> None:
    plan = plan_of(name)
    for network, picture in pictures_of(name).items():
        links, switches = network_of(plan, network)
        assert sum(picture.switches.values()) == len(switches), network
        assert picture.links == len(links), network
        assert picture.links > 0


@pytest.mark.parametrize("name", _EACH)
def test_boxes_hold_the_right_switches_and_bundles_join_the_right_boxes(name: str) -> None:
    plan = plan_of(name)
    for network in plan.fabrics:
        view = view_of(plan, network)
        seat = {one.name: box.id for box in view.box.values() for one in box.switches}
        assert sorted(seat) == sorted(one.name for one in network_of(plan, network)[1])
        drawn = {(one.lower, one.upper): one for one in view.bundles}
        assert len(drawn) == len(view.bundles)
        counted: dict[tuple[str, str], int] = {}
        for link in network_of(plan, network)[0]:
            upper = seat.get(link.z.device, link.z.device)
            lower = seat.get(link.a.device, "") if link.kind in {"fabric", "border"} else None
            if lower is None:
                lower = _hosts_box(view, upper, link.a.device)
            counted[lower, upper] = counted.get((lower, upper), 0) + 1
        assert {ends: one.links for ends, one in drawn.items() if one.links} == counted


def _hosts_box(view: Any, leaf: str, host: str) -> str:
    """Return the box a host behind a box of leaves is in: the only one that has it."""
    below = [one.lower for one in view.bundles if one.upper == leaf]
    (found,) = (
        lower
        for lower in below
        if view.box[lower].hosts is not None and host in view.box[lower].hosts.names
    )
    return str(found)


@pytest.mark.parametrize("name", ["two-tier", "every-network", "planes", "rail-only"])
def test_at_a_few_switches_each_has_its_name_platform_asn_and_loopback(name: str) -> None:
    plan = plan_of(name)
    few = [one for one, shape in plan.fabrics.items() if shape.total_leaves <= levels.MOST_BOXES]
    assert len(few) == (3 if name == "every-network" else 1)
    for network in few:
        picture = pictures_of(name)[network]
        for switch in network_of(plan, network)[1]:
            frame = picture.box(switch.name)
            inside = [one.said for one in picture.words if frame.holds(one)]
            assert inside.count(switch.name) == 1
            assert plan.platforms[switch.platform].model in inside
            assert f"AS {switch.asn}" in inside
            assert switch.loopback in inside
            if plan.floor:
                place = plan.floor.places[switch.name]
                assert f"{place.rack} U{place.top_u}" in inside


def test_a_leaf_has_the_number_and_the_colour_of_its_rail() -> None:
    plan, picture = plan_of("two-tier"), pictures_of("two-tier")["compute"]
    leaves = [one for one in plan.switches if one.role == "leaf"]
    assert {one.rail for one in leaves} == set(range(8))
    for leaf in leaves:
        strips = [one for one in picture.areas if one.box == leaf.name][1:]
        assert [one.cls for one in strips] == [{f"rail{leaf.rail}"}]
        assert f"R{leaf.rail}" in {one.said for one in picture.words if strips[0].holds(one)}
        (line,) = (
            one
            for one in picture.lines
            if one.title == f"pod1-su{leaf.su}-hosts to {leaf.name}: 8 x 400G"
        )
        assert f"s-rail{leaf.rail}" in line.cls


def test_uplinks_have_the_colour_of_their_cables_and_say_what_each_line_is() -> None:
    picture = pictures_of("two-tier")["compute"]
    mesh = [one for one in picture.lines if one.title.startswith("su1-rail0-leaf to ")]
    assert [(one.title, one.links) for one in mesh] == [
        ("su1-rail0-leaf to spine1: 2 x 800G", 2),
        ("su1-rail0-leaf to spine2: 2 x 800G", 2),
    ]
    assert all("s-net-fabric" in one.cls for one in mesh)
    assert {"64 x 800G", "each line 2 x 800G"} <= set(picture.said())


def test_what_is_only_reserved_is_dashed_and_counts_nothing() -> None:
    plan, picture = plan_of("every-network"), pictures_of("every-network")["storage"]
    assert not any(one.name == "storage5-leaf" for one in plan.switches)
    assert picture.box("storage5-leaf").cls == {"later"}
    assert picture.switches["storage5-leaf"] == 0
    uplinks = [one for one in picture.lines if one.title.startswith("storage5-leaf to storage-sp")]
    assert len(uplinks) == 2
    assert all("reserved" in one.cls and one.links == 0 for one in uplinks)
    assert "reserved by the capacity, not deployed" in picture.said()


def test_a_border_router_is_outside_the_plan() -> None:
    picture = pictures_of("every-network")["storage"]
    assert picture.box("edge").cls == {"router"}
    assert {"edge", "outside the plan", "down 4 x 200G"} <= set(picture.said())


def test_vlans_say_what_is_behind_them() -> None:
    said = pictures_of("every-network")["oob"].said()
    assert "VLAN 101: 16 GPU node BMCs, 16 reserved" in said


@pytest.mark.parametrize("name", _ENGLISH)
def test_the_numbers_of_the_summary_are_on_the_drawing(name: str) -> None:
    for network, shape in plan_of(name).fabrics.items():
        said = " ".join(pictures_of(name)[network].said())
        if shape.spines:
            assert f"effective {shape.effective_oversubscription:.2f}:1" in said
        if shape.asked_oversubscription and shape.spines:
            assert f"asked {shape.asked_oversubscription:g}:1" in said
            assert "bisection " in said


@pytest.mark.parametrize("name", _EACH)
def test_everything_lies_on_the_paper(name: str) -> None:
    for network, picture in pictures_of(name).items():
        for one in (*picture.areas, *picture.words):
            assert picture.paper.holds(one), (network, one)
        for line in picture.lines:
            for x, y in line.points:
                assert picture.paper.holds(Area(x, y, x, y)), (network, line)


@pytest.mark.parametrize("name", _EACH)
def test_boxes_and_frames_lie_beside_each_other(name: str) -> None:
    for network, picture in pictures_of(name).items():
        for a, b in combinations(_solid(picture), 2):
            assert not a.meets(b), (network, a, b)
        frames = [one for one in picture.areas if one.cls & _FRAMES]
        for frame in frames:
            for box in _solid(picture):
                assert frame.holds(box) or box.holds(frame) or not frame.meets(box), (frame, box)


def _solid(picture: Picture) -> list[Area]:
    """Return the boxes, the frames of cards among them."""
    kinds = {"box", "hosts", "router", "later"}
    samples = picture.paper.bottom - 120
    return [one for one in picture.areas if one.cls & kinds and one.top < samples]


@pytest.mark.parametrize("name", _EACH)
def test_words_lie_in_their_boxes_and_on_nothing_else(name: str) -> None:
    for network, picture in pictures_of(name).items():
        for word in picture.words:
            for area in picture.areas:
                assert area.holds(word) or not area.meets(word), (network, word, area)
        for a, b in combinations(picture.words, 2):
            assert not a.meets(b), (network, a, b)


@pytest.mark.parametrize("name", _EACH)
def test_letters_are_large_enough(name: str) -> None:
    for network, picture in pictures_of(name).items():
        assert min(one.size for one in picture.words) >= _LEAST_PX, network


@pytest.mark.parametrize("name", _EACH)
def test_no_line_goes_through_a_box(name: str) -> None:
    for network, picture in pictures_of(name).items():
        if network == "all":
            continue  # its drops cross the bars of other networks, where there are no boxes
        cards = [one for one in picture.areas if not one.box and "later" in one.cls]
        for line in picture.lines:
            for box in picture.boxes:
                if box.cls & {"box", "hosts", "router", "later"} and box not in cards:
                    assert not _through(line, box), (network, line, box)


@pytest.mark.parametrize("name", _ENGLISH)
def test_lines_begin_and_end_at_the_edges_of_their_boxes(name: str) -> None:
    plan = plan_of(name)
    for network in plan.fabrics:
        view = view_of(plan, network)
        if view.level.card:  # there, lines end at trunks
            continue
        picture = pictures_of(name)[network]
        titled = [one for one in picture.lines if one.title]
        assert len(titled) == len(view.bundles)
        for line in titled:
            lower, _, rest = line.title.partition(" to ")
            a, z = (picture.box(end) for end in (lower, rest.partition(":")[0]))
            (x1, y1), (x2, y2) = line.points
            assert y1 == pytest.approx(a.top, abs=0.1)
            assert y2 == pytest.approx(z.bottom, abs=0.1)
            assert a.left < x1 < a.right, line
            assert z.left < x2 < z.right, line


@pytest.mark.parametrize("name", ["every-network", "two-tier", "sus-many"])
def test_drops_go_from_the_bar_of_their_network_to_who_is_attached(name: str) -> None:
    picture = pictures_of(name)["all"]
    drops = [one for one in picture.lines if "drop" in one.cls and one.links is not None]
    attached = {
        (one.network, _population(plan_of(name), one.a.device))
        for one in plan_of(name).links
        if one.deployed and one.kind in {"host", "access"}
    }
    assert len(drops) == len(attached)
    boxes_ = [one for one in picture.boxes if "hosts" in one.cls]
    found = set()
    for drop in drops:
        (x, top), (_, bottom) = drop.points
        (bar,) = (one for one in picture.boxes if one.top < top < one.bottom and "box" in one.cls)
        (box,) = (one for one in boxes_ if one.left < x < one.right)
        assert bottom == pytest.approx(box.top, abs=0.1)
        found.add((bar.box, box.box.removeprefix("all-")))
    assert found == attached


def _population(plan: Plan, device: str) -> str:
    found = plan.device[device]
    return "switch" if found.is_switch else found.role


def _through(line: Line, box: Area) -> bool:
    """Return whether a line passes the inside of a box."""
    inside = Area(box.left + 1, box.top + 1, box.right - 1, box.bottom - 1)
    for (x1, y1), (x2, y2) in pairwise(line.points):
        for at in range(1, 200):
            x, y = x1 + (x2 - x1) * at / 200, y1 + (y2 - y1) * at / 200
            if inside.left < x < inside.right and inside.top < y < inside.bottom:
                return True
    return False


@pytest.mark.parametrize("name", ["pods-many", "sus-many", "rails-apart-many", "planes-many"])
def test_drawings_of_very_many_switches_stay_small(name: str) -> None:
    for network, text in files_of(name).items():
        assert len(text) < _MOST_BYTES, network
    for network, picture in pictures_of(name).items():
        shapes = [one for one in picture.areas if one.cls & ({"box", "hosts", "later"} | _FRAMES)]
        lines = [one for one in picture.lines if one.links is not None]
        assert len(shapes) + len(lines) < _MOST_SHAPES, network


def test_pods_share_cards_beyond_a_number_of_them() -> None:
    view = view_of(plan_of("pods-many"), "compute")
    assert view.shape.pods > levels.MOST_CARDS
    cards = {box.seat.card for box in view.box.values() if box.seat.card}
    assert len(cards) <= levels.MOST_CARDS
    said = pictures_of("pods-many")["compute"].said()
    assert {"pods 1-2", "up 8 x 800G"} <= set(said)


def test_growing_into_the_capacity_changes_no_box() -> None:
    grown = {"nodes": {"gpu": {"count": 40}, "storage": {"count": 5}, "management": {"count": 3}}}
    found = []
    for more in ({}, grown):
        plan = planned(ALL_NETWORKS, more)
        views = [view_of(plan, network) for network in ("compute", "storage")]
        found.append([list(view.box) for view in views])
    assert found[0] == found[1]


def with_links(name: str, *ends: tuple[str, str]) -> Plan:
    """Return the plan of a cluster with extra links between switches."""
    plan = plan_of(name)
    links = [
        {
            "a": {"device": a, "port": _spare(plan, a)},
            "z": {"device": z, "port": _spare(plan, z)},
            "prefix": f"192.168.0.{2 * at}/31",
            "reason": "tried out",
        }
        for at, (a, z) in enumerate(ends)
    ]
    return planned(*INTENTS[name], {"overrides": {"links": links}})


def test_extra_links_of_overrides_are_drawn_and_named() -> None:
    plan = with_links(
        "two-tier", ("su1-rail0-leaf", "su2-rail0-leaf"), ("su1-rail1-leaf", "spine1")
    )
    picture = Picture(files(plan)["cabling/fabric-compute.svg"])
    assert picture.links == sum(one.deployed for one in plan.links)
    (odd,) = (one for one in picture.lines if one.title == "su1-rail1-leaf to spine1: 3 x 800G")
    assert "odd" in odd.cls
    (arc,) = (one for one in picture.lines if one.title.startswith("su1-rail0-leaf to su2"))
    assert arc.links == 1
    said = picture.said()
    assert (
        "differ from the rest: su1-rail0-leaf to su2-rail0-leaf: 1 x 800G; "
        "su1-rail1-leaf to spine1: 3 x 800G"
    ) in said
    assert {"each line 2 x 800G", "extra links of an override"} <= set(said)


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("sus", (("su1-rail0-leaf", "su1-rail1-leaf"), ("su1-rail0-leaf", "su2-rail0-leaf"))),
        (
            "pods-many",
            (
                ("pod1-su1-rail0-leaf", "pod1-su1-rail1-leaf"),
                ("pod1-su1-rail1-leaf", "pod30-su1-rail0-leaf"),
                ("pod3-su1-rail0-leaf", "superspine1"),
            ),
        ),
    ],
)
def test_extra_links_inside_and_between_shared_boxes_are_drawn(
    name: str, ends: tuple[tuple[str, str], ...]
) -> None:
    before = [one for one in pictures_of(name)["compute"].lines if one.links is not None]
    for pair in ends:
        own = with_links(name, pair)
        picture = Picture(files(own)["cabling/fabric-compute.svg"])
        assert picture.links == sum(one.deployed for one in own.links)
        assert len([one for one in picture.lines if one.links is not None]) == len(before) + 1
        assert "extra links of an override" in picture.said()


def _spare(plan: Plan, device: str) -> str:
    return next(port.name for port in plan.ports[device] if port.use == "spare")


def test_drawings_are_the_same_every_time() -> None:
    again = planned(*INTENTS["every-network"])
    assert files(again) == files_of("every-network")


@pytest.mark.parametrize("network", ["compute", "storage", "oob"])
def test_a_drawing_is_described_for_who_does_not_see_it(network: Network) -> None:
    root = pictures_of("every-network")[network].root
    titles = {one.tag.rpartition("}")[2]: one.text for one in root[:2]}
    assert root.get("role") == "img"
    assert root.get("lang") == "en"
    assert titles["title"] == f"made: {'out-of-band' if network == 'oob' else network} network"
    assert titles["desc"]


def test_words_are_text_and_never_markup() -> None:
    said = "<b> & 'beam' \"7\""
    drawn = boxes.draw(Spot(0, 0, 300, 60), Label((), said, (said,)), "box", "key", 1)
    picture = Picture(f'<svg xmlns="http://www.w3.org/2000/svg">{drawn}</svg>')
    assert picture.said() == [said, said]


def test_what_is_too_long_is_cut_off_and_whole_in_its_tooltip() -> None:
    router = "w" * 60
    named = {"networks": {"storage": {"border": {"router": router}}}}
    picture = Picture(files(planned(ALL_NETWORKS, named))["cabling/fabric-storage.svg"])
    frame = picture.box(router)
    (name,) = (one for one in picture.words if one.box == router and one.said.startswith("ww"))
    assert name.said.endswith("…")
    assert frame.holds(name)
    assert any(one.text == router for one in picture.root.iter() if one.tag.endswith("title"))
