"""Every floor: all devices stand, once, within every limit, and growth moves none of them."""

import re
from collections import Counter, defaultdict
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from railwright.catalog.model import Chassis
from railwright.intent.model import Intent
from railwright.intent.overrides import PlaceOverride
from railwright.plan.members import Member, members
from railwright.plan.model import SWITCH_ROLES, Plan
from railwright.plan.placement.boxes import chassis_of
from railwright.plan.placement.model import FloorPlan
from tests.invariants.floors import (
    clusters,
    pins,
    placing,
    served,
    stood,
    with_all_deployed,
    with_pins,
    without_floor,
)
from tests.invariants.plans import DRAWN, doubles, plan_of
from tests.invariants.strategies import growths

_SLACK_W = 0.01  # of sums of fractions


def both(intent: Intent) -> tuple[Plan, FloorPlan]:
    """Return the cluster's plan without the floor, and the floor."""
    plan = plan_of(without_floor(intent))
    return plan, stood(intent, plan)


def sized(plan: Plan) -> dict[str, tuple[Member, Chassis]]:
    """Return the members that have a size, with their chassis."""
    chassis = chassis_of(plan.node_models, plan.built)
    found = {}
    for member in members(plan.intent, plan.built):
        if (body := chassis.get(member.platform)) is not None:
            found[member.name] = member, body
    return found


@DRAWN
@given(clusters())
def test_every_device_with_a_size_stands_exactly_once(intent: Intent) -> None:
    plan, floor = both(intent)
    wanted = sized(plan)
    assert list(floor.places) == list(wanted)
    assert all(name == place.device for name, place in floor.places.items())
    for name, (member, body) in wanted.items():
        place = floor.places[name]
        assert (place.height_u, place.weight_kg) == (body.rack_units, body.weight_kg)
        assert place.supplies == body.power_supplies.count
        assert place.deployed == member.deployed
        assert not place.pinned
    for rack in floor.racks:
        assert rack.deployed == any(one.deployed for one in floor.in_rack[rack.name])


@DRAWN
@given(clusters())
def test_no_two_devices_share_a_unit_and_all_are_in_the_rack(intent: Intent) -> None:
    _, floor = both(intent)
    asked = intent.floor
    assert asked is not None
    for rack in floor.racks:
        places = floor.in_rack[rack.name]
        assert places, "a rack without devices"
        assert places[0].bottom_u >= asked.first_u
        assert places[-1].top_u <= floor.profile_of(rack.name).rack_units
        for below, above in pairwise(places):
            assert below.top_u < above.bottom_u


@DRAWN
@given(clusters())
def test_switches_have_the_gap_above_them(intent: Intent) -> None:
    plan, floor = both(intent)
    asked = intent.floor
    assert asked is not None
    switches = {name for name, (member, _) in sized(plan).items() if member.role in SWITCH_ROLES}
    for rack in floor.racks:
        top = floor.profile_of(rack.name).rack_units + 1
        for place in reversed(floor.in_rack[rack.name]):
            if place.device in switches:
                assert top - place.top_u > asked.gap_u
            top = place.bottom_u


@DRAWN
@given(clusters())
def test_no_rack_is_beyond_its_limits_with_any_feed_lost(intent: Intent) -> None:
    _, floor = both(intent)
    assert_within_limits(floor)


def assert_within_limits(floor: FloorPlan) -> None:
    """Count every rack anew, supply by supply, as an electrician would."""
    for rack in floor.racks:
        profile = floor.profile_of(rack.name)
        places = floor.in_rack[rack.name]
        assert sum(one.weight_kg for one in places) <= profile.max_load_kg + _SLACK_W
        plugs = [
            (place, (place.first_feed + supply) % profile.feeds, outlet)
            for place in places
            for supply, outlet in enumerate(place.outlets)
        ]
        assert not doubles((feed, outlet) for _, feed, outlet in plugs)
        assert all(1 <= outlet <= profile.pdu.outlets for _, _, outlet in plugs)
        for lost in (None, *range(profile.feeds)):
            alive = [(place, feed) for place, feed, _ in plugs if feed != lost]
            left = Counter(place.device for place, _ in alive)
            carried: defaultdict[int, float] = defaultdict(float)
            for place, feed in alive:
                carried[feed] += place.power_w / left[place.device]
            assert all(one <= profile.pdu.usable_w + _SLACK_W for one in carried.values())


@DRAWN
@given(clusters())
def test_a_rack_of_nodes_holds_one_su_in_order(intent: Intent) -> None:
    plan, floor = both(intent)
    asked = intent.floor
    assert asked is not None
    wanted = sized(plan)
    order: list[int] = []
    for rack in floor.racks:
        own = [wanted[one.device][0] for one in floor.in_rack[rack.name]]
        if rack.kind == "compute":
            assert {one.role for one in own} == {"gpu_node"}
            assert len({(one.pod, one.su) for one in own}) == 1
            assert len(own) <= (asked.nodes_per_rack or len(own))
            order += [one.number for one in own]
        elif rack.kind == "storage":
            assert {one.role for one in own} == {"storage_node"}
        else:
            assert {one.role for one in own} <= SWITCH_ROLES | {"management_node"}
    assert order == sorted(order)


@DRAWN
@given(clusters())
def test_switches_that_serve_the_same_are_spread_evenly_over_its_rows(intent: Intent) -> None:
    plan, floor = both(intent)
    row_of = {name: floor.rack[place.rack].row for name, place in floor.places.items()}
    wanted = [one for one, _ in sized(plan).values()]
    used = {row_of[one.name] for one in wanted if one.role == "gpu_node"}
    families: defaultdict[tuple[object, ...], list[str]] = defaultdict(list)
    rows: dict[tuple[object, ...], set[str]] = {}
    for one in wanted:
        if one.role == "leaf" and one.network in ACCESS:
            continue
        if one.role not in SWITCH_ROLES | {"management_node"}:
            continue
        key: tuple[object, ...] = (one.network, one.role)
        rows[key] = used
        if one.network == "compute" and one.role != "superspine":
            su = one.su if one.role == "leaf" else None
            mine = {
                row_of[node.name]
                for node in wanted
                if node.role == "gpu_node" and node.pod == one.pod and su in (None, node.su)
            }
            if not mine:
                continue
            key = (*key, one.pod, su)
            rows[key] = mine
        families[key].append(row_of[one.name])
    for key, own in families.items():
        counts = Counter(own)
        assert set(counts) <= rows[key]
        each = [counts[row] for row in rows[key]]
        assert max(each) - min(each) <= 1


@DRAWN
@given(clusters())
def test_a_storage_pair_shares_no_rack_where_there_are_two(intent: Intent) -> None:
    plan, floor = both(intent)
    leaves = [one for one, _ in sized(plan).values() if (one.network, one.role) == PAIRED]
    racks = [one for one in floor.racks if one.kind == "network"]
    rows = {floor.rack[one.rack].row for one in floor.places.values() if is_node(one.device)}
    for left, right in zip(leaves[::2], leaves[1::2], strict=True):
        assert int(right.name.removesuffix("-leaf").removeprefix("storage")) % 2 == 0
        first, second = (floor.rack[floor.places[one.name].rack] for one in (left, right))
        assert (first == second) == (len(racks) == 1)
        assert (first.row == second.row) == (len(rows) == 1)


def is_node(device: str) -> bool:
    """Return whether a device is called like a GPU node."""
    return device.startswith("gpu")


@DRAWN
@given(clusters())
def test_no_rack_has_all_spines_of_a_pod_or_all_management_servers(intent: Intent) -> None:
    """Where the rows they are spread over have one network rack, nothing else is possible."""
    plan, floor = both(intent)
    wanted = [one for one, _ in sized(plan).values()]
    network = [one for one in floor.racks if one.kind == "network"]
    together: defaultdict[tuple[object, ...], list[str]] = defaultdict(list)
    for one in wanted:
        if one.role in {"spine", "superspine", "management_node"}:
            pod = one.pod if one.network == "compute" else None
            together[one.network, one.role, pod].append(floor.places[one.name].rack)
    for racks in together.values():
        rows = {floor.rack[one].row for one in racks}
        if len(racks) > 1 and sum(one.row in rows for one in network) > 1:
            assert len(set(racks)) > 1


@DRAWN
@given(clusters())
def test_access_switches_stand_where_most_of_their_cables_come_from(intent: Intent) -> None:
    """Counted from the finished floor, PDUs apart: where they hang depends on these switches."""
    bare = intent.model_copy(update={"nodes": intent.nodes.model_copy(update={"pdus": None})})
    plan, floor = both(bare)
    room_of = {row.name: row.room for row in floor.rows}
    rows, rooms = [row.name for row in floor.rows], list(dict.fromkeys(room_of.values()))
    waiting = dict(served(plan))
    for access, devices in served(plan).items():
        counted = [one for one in devices if one not in waiting]
        del waiting[access]
        if not counted:
            continue
        came = Counter(floor.rack[floor.places[one].rack].row for one in counted)
        of_room = Counter(room_of[row] for row in came.elements())
        room = max(rooms, key=lambda one: (of_room[one], -rooms.index(one)))
        row = max(
            (one for one in rows if room_of[one] == room),
            key=lambda one: (came[one], -rows.index(one)),
        )
        assert floor.rack[floor.places[access].rack].row == row


ACCESS = {"inband", "oob"}
PAIRED = ("storage", "leaf")


@DRAWN
@given(clusters())
def test_racks_stand_apart_in_rows_and_never_at_a_blocked_position(intent: Intent) -> None:
    _, floor = both(intent)
    asked = intent.floor
    assert asked is not None
    assert not doubles(one.name for one in floor.racks)
    assert not doubles((one.row, one.position) for one in floor.racks)
    assert not set(floor.blocked) & {one.name for one in floor.racks}
    assert len(floor.rows) == asked.row_count
    for one, other in pairwise(floor.rows):
        depth_m = max(profile.depth_m for profile in floor.profiles.values())
        assert other.y_m - one.y_m > depth_m
        if one.room == other.room:
            assert (one.front == "high") == (other.front == "low")
    for left, right in pairwise(floor.racks):
        if left.row == right.row:
            assert right.x_m - left.x_m >= floor.pitch_m - 1e-6
    for rack in floor.racks:
        digits = 2 if floor.row[rack.row].positions < 100 else 3
        assert rack.name == f"{rack.row}{rack.position:0{digits}d}"
        assert rack.position <= floor.row[rack.row].positions


@DRAWN
@given(clusters())
def test_every_pdu_hangs_at_most_once_and_in_order(intent: Intent) -> None:
    _, floor = both(intent)
    hung = [pdu for rack in floor.racks for pdu in rack.pdus]
    assert not doubles(hung)
    for rack in floor.racks:
        assert len(rack.pdus) <= floor.profile_of(rack.name).feeds
    planned = intent.nodes.pdus.reserved if intent.nodes.pdus else 0
    needed = sum(floor.profile_of(rack.name).feeds for rack in floor.racks)
    assert len(hung) == min(planned, needed)


@st.composite
def grown(draw: st.DrawFn) -> tuple[Intent, Intent]:
    """Draw a cluster with a floor, and the same with more deployed."""
    intent = draw(clusters())
    return intent, draw(growths(intent))


@DRAWN
@given(grown())
def test_growth_moves_and_renames_nothing(pair: tuple[Intent, Intent]) -> None:
    """Growth puts devices where they were planned, and hangs nothing elsewhere."""
    _, small = both(pair[0])
    _, large = both(pair[1])
    assert with_all_deployed(small) == with_all_deployed(large)
    for name, place in small.places.items():
        assert large.places[name].deployed or not place.deployed


@st.composite
def pinned(draw: st.DrawFn) -> tuple[Intent, list[PlaceOverride], list[PlaceOverride]]:
    """Draw a cluster with a floor, devices to move on it, and the same in another order."""
    intent = draw(clusters())
    _, floor = both(intent)
    asked = draw(pins(floor))
    return intent, asked, draw(st.permutations(asked))


def moved(
    intent: Intent, asked: list[PlaceOverride]
) -> tuple[FloorPlan, set[tuple[str, str, str]]]:
    """Return the floor with devices moved, and what is wrong by device and key."""
    floor, problems = placing(with_pins(intent, asked), plan_of(without_floor(intent)))
    assert floor is not None
    keys = [re.fullmatch(r"overrides\.places\[(\d+)\]\.(\w+)", one.path) for one in problems]
    said = {
        (asked[int(key[1])].device, key[2], problem.what)
        for key, problem in zip(keys, problems, strict=True)
        if key
    }
    assert len(said) == len(problems)
    return floor, said


@DRAWN
@given(pinned())
def test_overrides_in_any_order_give_the_same_floor(
    drawn: tuple[Intent, list[PlaceOverride], list[PlaceOverride]],
) -> None:
    intent, asked, other = drawn
    assert moved(intent, asked) == moved(intent, other)


@DRAWN
@given(pinned())
def test_moved_devices_keep_every_limit_and_change_nobody_else(
    drawn: tuple[Intent, list[PlaceOverride], list[PlaceOverride]],
) -> None:
    intent, asked, _ = drawn
    _, before = both(intent)
    floor, _ = moved(intent, asked)
    names = {one.device for one in asked}
    for name, place in floor.places.items():
        was = before.places[name]
        if not place.pinned:
            assert place == was
            continue
        assert name in names
        if place.rack == was.rack:
            assert (place.first_feed, place.outlets) == (was.first_feed, was.outlets)
    # A device whose override is refused stays where it was, and may be where another one went.
    if all(floor.places[name].pinned for name in names):
        assert_within_limits(floor)
        for places in floor.in_rack.values():
            assert all(below.top_u < above.bottom_u for below, above in pairwise(places))
