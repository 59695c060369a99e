"""Why a device stands where it stands, and what it draws there."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from railwright.plan.explain.derivation import Derivation, ExplainError, Input, capacity
from railwright.plan.model import SWITCH_ROLES, Device, Plan
from railwright.plan.placement import power
from railwright.plan.placement.load import kilowatts
from railwright.plan.placement.model import FloorPlan, Place, Rack


def _place(plan: Plan, device: Device) -> Derivation:
    if device.role == "pdu":
        return _of_pdu(_floor(plan), device)
    floor, place = _standing(plan, device)
    rack = floor.rack[place.rack]
    units = (
        f"unit {place.bottom_u}"
        if place.height_u == 1
        else f"units {place.bottom_u} to {place.top_u}"
    )
    return Derivation(
        f"{device.name} place",
        f"{place.rack} {units}",
        _reason(plan, device) or _how(device),
        (
            Input("height", f"{place.height_u}U", source=_chassis_source(plan, device)),
            *_why(plan, floor, device, rack),
            *_fills(plan, floor, rack),
        ),
    )


def _power(plan: Plan, device: Device) -> Derivation:
    if device.role == "pdu":
        raise ExplainError(f"{device.name} is a PDU: what it carries is its rack's power")
    floor, place = _standing(plan, device)
    rack = floor.rack[place.rack]
    profile = floor.profiles[rack.profile]
    whole = next(one for one in power.of_racks(floor) if one.name == rack.name)
    plugs = [one for one in power.cords(floor, rack.name) if one.device == device.name]
    asked = plan.intent.floor.node_power_w if plan.intent.floor else None
    own = device.role == "gpu_node" and asked is not None
    return Derivation(
        f"{device.name} power",
        kilowatts(place.power_w),
        (
            "planned per GPU node by the intent"
            if own
            else "the most it draws with every module in place"
        )
        + "; its supplies take the feeds of the rack in turn and share the load",
        (
            Input(
                "planned",
                f"{place.power_w} W",
                "floor.node_power_w" if own else "",
                "" if own else _chassis_source(plan, device),
            ),
            Input(
                "cords",
                ", ".join(f"{one.supply} to feed {one.feed} outlet {one.outlet}" for one in plugs),
            ),
            Input(
                f"rack {rack.name}",
                f"{kilowatts(whole.capacity_w)}; with one of {profile.feeds} feeds lost another "
                f"one carries {kilowatts(whole.worst_w)} of {kilowatts(profile.pdu.usable_w)}",
                source=profile.pdu.source,
            ),
        ),
    )


def _floor(plan: Plan) -> FloorPlan:
    if plan.floor is None:
        raise ExplainError("nothing stands anywhere: the intent has no `floor`")
    return plan.floor


def _standing(plan: Plan, device: Device) -> tuple[FloorPlan, Place]:
    """Return the floor and the place of a device on it. Raises: ExplainError where it has none."""
    floor = _floor(plan)
    place = floor.places.get(device.name)
    if place is None:
        raise ExplainError(
            f"{device.name} stands nowhere: the catalog has no chassis of {device.platform}"
        )
    return floor, place


def _of_pdu(floor: FloorPlan, device: Device) -> Derivation:
    rack = floor.rack_of_pdu.get(device.name)
    if rack is None:
        raise ExplainError(f"{device.name} hangs in no rack: there are more PDUs than racks need")
    feed = floor.rack[rack].pdus.index(device.name)
    return Derivation(
        f"{device.name} place",
        f"{rack} feed {'ABCD'[feed]}",
        "PDUs are numbered rack by rack: first racks of switches, then of storage, then of nodes",
        (Input("feeds per rack", str(floor.profile_of(rack).feeds), "floor.rack"),),
    )


def _reason(plan: Plan, device: Device) -> str:
    """Return why somebody put a device where it is, nothing where nobody did."""
    for one in plan.intent.overrides.places:
        if one.device == device.name:
            return f"overridden: {one.reason}"
    return ""


def _how(device: Device) -> str:
    """Return the rule that places devices of a role."""
    if device.role == "gpu_node":
        return (
            "nodes fill racks in the order of their numbers from the lowest unit up; a rack holds "
            "nodes of one SU only; racks fill rows in order, equally many each"
        )
    if device.role == "storage_node":
        return "storage servers stand in racks at the ends of rows, dealt out one by one"
    if device.role == "management_node":
        return "management servers stand at the bottom of network racks, spread over all rows"
    if device.role == "leaf" and device.network in {"inband", "oob"}:
        return (
            "access switches stand in the row that most of their cables come from; one that "
            "serves nothing but other access switches stands as if all were spread evenly"
        )
    if device.role == "leaf" and device.network == "storage":
        return (
            "storage leaves stand at the top of the network racks in the middle of rows, the first "
            "of every pair, then every second one, evenly over all rows: a pair stands in two "
            "rows, or in two racks of the only row where it has two"
        )
    return (
        "switches stand at the top of the network racks in the middle of rows; those that serve "
        "the same hosts spread evenly over the rows of these, those that serve all over all rows"
    )


def _why(plan: Plan, floor: FloorPlan, device: Device, rack: Rack) -> Iterator[Input]:
    """Yield what the rule went by."""
    asked = plan.intent.floor
    if asked is None:
        return
    for number, one in enumerate(plan.intent.overrides.places):
        if one.device == device.name:
            path = f"overrides.places[{number}]"
            yield Input("rack", one.rack, f"{path}.rack")
            yield Input("lowest unit", str(one.bottom_u), f"{path}.bottom_u")
            return
    if device.role == "gpu_node":
        beside = [one for one in floor.in_rack[rack.name] if not one.pinned]
        yield Input("nodes in this rack", str(len(beside)), "floor.nodes_per_rack")
        yield Input("lowest unit", str(asked.first_u), "floor.first_u")
    if device.role in SWITCH_ROLES:
        yield Input("units free above", str(asked.gap_u), "floor.gap_u")
    yield Input("rows", str(asked.row_count), "floor.rows" if asked.rows else "floor.rooms")
    yield from capacity(plan, "storage" if device.role == "storage_node" else "compute")


def _fills(plan: Plan, floor: FloorPlan, rack: Rack) -> Iterator[Input]:
    """Yield how full the rack is."""
    profile = floor.profiles[rack.profile]
    own = plan.intent.floor
    used = sum(one.height_u for one in floor.in_rack[rack.name])
    key = "network_rack" if rack.kind == "network" and own and own.network_rack else "rack"
    yield Input("rack", f"{rack.profile}, {rack.kind}", f"floor.{key}")
    yield Input("units filled", f"{used} of {profile.rack_units}", source=profile.source)


def _chassis_source(plan: Plan, device: Device) -> str:
    """Return where a device's size and power are from."""
    if device.is_switch:
        body = plan.platforms[device.platform].chassis
    else:
        body = plan.node_model(device).chassis
    return body.source if body else ""


SUBJECTS: Mapping[str, Callable[[Plan, Device], Derivation]] = MappingProxyType(
    {"place": _place, "power": _power}
)
