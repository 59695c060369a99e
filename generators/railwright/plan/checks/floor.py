"""The floor against the rest of the plan: PDUs, devices without a size, supplies on one feed."""

from collections.abc import Iterator

from railwright.catalog.model import Chassis
from railwright.errors import Problem
from railwright.naming import spans
from railwright.plan.members import PDU_PLATFORM, members
from railwright.plan.model import Plan
from railwright.plan.placement.boxes import chassis_of
from railwright.plan.placement.load import on_feeds
from railwright.plan.placement.model import FloorPlan


def check_floor(plan: Plan) -> Iterator[Problem]:
    """Yield warnings about what stands nowhere or goes down with a single feed."""
    if plan.floor is None:
        return
    chassis = chassis_of(plan.node_models, plan.built)
    platform_of = {one.name: one.platform for one in members(plan.intent, plan.built)}
    yield from _without_size(platform_of, chassis)
    yield from _supplies(plan, plan.floor, platform_of, chassis)
    yield from _pdus(plan, plan.floor)


def _without_size(
    platform_of: dict[str, str], chassis: dict[str, Chassis | None]
) -> Iterator[Problem]:
    """Yield platforms whose devices stand nowhere, because the catalog has no size of them."""
    for platform in sorted(set(platform_of.values()) - {PDU_PLATFORM}):
        if chassis[platform] is None:
            names = [name for name, own in platform_of.items() if own == platform]
            yield Problem(
                "floor",
                f"{platform} has no chassis in the catalog, so {spans(names)} "
                f"{'stand' if len(names) > 1 else 'stands'} nowhere and lengths there stay "
                "assumed; add its size to the catalog",
                "warning",
            )


def _supplies(
    plan: Plan,
    floor: FloorPlan,
    platform_of: dict[str, str],
    chassis: dict[str, Chassis | None],
) -> Iterator[Problem]:
    """Yield devices that go down with one feed, although their rack would carry them."""
    profile_of = {rack.name: rack.profile for rack in floor.racks}
    pairs = {(platform_of[one.device], profile_of[one.rack]) for one in floor.places.values()}
    network = plan.intent.floor.network_rack if plan.intent.floor else None
    for platform, profile in sorted(pairs):
        body = chassis[platform]
        if body is None:
            continue
        supplies, feeds = body.power_supplies, floor.profiles[profile].feeds
        left = supplies.count - max(on_feeds(supplies.count, feeds, 0))
        if left < supplies.needed:
            yield Problem(
                "floor.network_rack" if profile == network else "floor.rack",
                f"{platform} in {profile} has {supplies.count} power supplies on {feeds} "
                f"feed{'s' * (feeds > 1)}: losing one feed leaves {left}, {supplies.needed} are "
                "needed, so that a lost feed slows or stops it; choose a rack profile with more "
                "feeds",
                "warning",
            )


def _pdus(plan: Plan, floor: FloorPlan) -> Iterator[Problem]:
    """Yield PDUs without a name and address, and ones that hang in no rack."""
    planned = plan.intent.nodes.pdus
    if planned is None:
        return
    needed = sum(floor.profiles[rack.profile].feeds for rack in floor.racks)
    racks = f"the {len(floor.racks)} racks of the capacity have {needed} PDUs"
    key = "count" if planned.capacity is None else "capacity"
    if planned.reserved < needed:
        what = (
            f"{racks}, {planned.reserved} are planned: {needed - planned.reserved} have no name "
            f"and no address; set {key} to {needed}"
        )
        yield Problem("nodes.pdus", what, "warning")
    elif planned.reserved > needed:
        what = (
            f"{racks}, {planned.reserved} are planned: {planned.reserved - needed} hang in no "
            f"rack; set {key} to {needed}"
        )
        yield Problem("nodes.pdus", what, "warning")
    bare = [
        pdu for rack in floor.racks if rack.deployed for pdu in rack.pdus if pdu not in plan.device
    ]
    if bare:
        what = (
            f"racks with deployed devices have PDUs that are not deployed: {spans(bare)}; raise "
            "count so that they have addresses"
        )
        yield Problem("nodes.pdus", what, "warning")
