"""Intent in, plan out: the table of contents of everything that is computed."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeVar

from railwright.catalog.model import NodeModel, SwitchPlatform
from railwright.errors import IntentError, Problem
from railwright.intent.model import Intent
from railwright.plan import asn, assumptions, overrides, parts, qos, topology
from railwright.plan import devices as devices_of
from railwright.plan import management as mgmt
from railwright.plan.border import border_of
from railwright.plan.cables.fit import lay, measured
from railwright.plan.cables.model import Fitting
from railwright.plan.checks.hosts import check_hosts
from railwright.plan.checks.pools import check_pools
from railwright.plan.fabric import Contribution, Fabric
from railwright.plan.headroom import of_plan as headroom
from railwright.plan.management import ManagementAddressing
from railwright.plan.model import (
    BgpSession,
    Device,
    Headroom,
    HeadroomKey,
    Link,
    Management,
    Plan,
    Subnet,
)
from railwright.plan.networks import compute, management, storage
from railwright.plan.networks.access import Name
from railwright.plan.networks.management import ManagementNetworks
from railwright.plan.overrides import Overridden
from railwright.plan.parts import Parts
from railwright.plan.placement import place as floors
from railwright.plan.placement.model import FloorPlan
from railwright.plan.port_table import PortTable
from railwright.plan.shape import FabricShape, Network
from railwright.plan.topology import Demand

_T = TypeVar("_T")
_Ask = Callable[[Intent, Mapping[str, SwitchPlatform], Mapping[str, NodeModel]], Demand]
_Rooms = tuple[dict[HeadroomKey, Headroom], list[Problem]]
_Make = Callable[[Intent, Demand], Fabric]
_LENGTHS = ("lengths.", "floor")  # what says how long the links of the design are
_ROUTED: Mapping[Network, tuple[_Ask, _Make]] = {
    "compute": (compute.demand, compute.fabric),
    "storage": (storage.demand, storage.fabric),
}


def build(intent: Intent) -> Plan:
    """Return the plan of an intent.

    Raises: IntentError with every problem found (paths only; the loader knows the lines).
    """
    problems = list(check_pools(intent))
    plan = _tried(problems, lambda: _plan(intent))
    if plan is None or problems:
        raise IntentError(problems)
    return plan


def _tried(problems: list[Problem], act: Callable[[], _T]) -> _T | None:
    """Return what `act` returns; on an intent error add its problems and return None."""
    try:
        return act()
    except IntentError as err:
        problems.extend(err.problems)
        return None


def _plan(intent: Intent) -> Plan:
    """Return the plan as if no two pools overlapped. Raises: IntentError."""
    used = parts.load(intent)
    fabrics, networks, addresses = _fabrics(intent, used)
    devices = tuple(_devices(intent, fabrics, networks, addresses))
    contributions = tuple(_contributions(intent, used, fabrics, networks, addresses))
    subnets = (
        *(subnet for one in contributions for subnet in one.subnets),
        *_management_subnets(devices),
    )
    links = [link for one in contributions for link in one.links]
    changed = overrides.apply(intent, devices, links, fabrics, addresses)
    served = management.served(intent, networks, fabrics["compute"], fabrics.get("storage"))
    floor, misplaced = floors.place(intent, used.models, fabrics, served)
    fitted = _lay(intent, used, fabrics, changed, floor)
    devices, links = changed.devices, [*changed.links, *changed.extra.values()]
    by_name = {device.name: device for device in devices}
    classes = qos.of_networks(intent)
    platforms = {one.name: one for each in used.platforms.values() for one in each.values()}
    ask = partial(
        headroom.compute,
        intent,
        by_name,
        platforms=platforms,
        fabrics=fabrics,
        networks=classes.keys(),
    )
    rooms, problems = _rooms(intent, changed, ask)
    shapes = [one.shape for one in fabrics.values()]
    numbers = tuple(asn.check_base(intent.pools.asn_base, shapes))
    problems += [one for one in numbers if one.severity == "error"]
    problems += changed.problems
    problems += misplaced
    if problems:
        raise IntentError(problems)
    links_of = _by_device(links)
    return Plan(
        intent=intent,
        platforms=platforms,
        node_models=used.models,
        fabrics={name: one.shape for name, one in fabrics.items()},
        devices=devices,
        ports=PortTable(by_name, links_of, fabrics, used.models, _host_mtus(intent)),
        links=tuple(links),
        links_of=links_of,
        sessions=tuple(_sessions(intent, by_name, links)),
        subnets=subnets,
        svis=tuple(changed.svi(svi) for one in contributions for svi in one.svis),
        qos=classes,
        headroom=rooms,
        assumptions=tuple(assumptions.of_plan(intent, platforms, used.models, fabrics, rooms)),
        built=fabrics,
        management=addresses,
        floor=floor,
        fitted=fitted,
        warnings=(*numbers, *changed.warnings),
    )


def _lay(
    intent: Intent,
    used: Parts,
    fabrics: Mapping[Network, Fabric],
    changed: Overridden,
    floor: FloorPlan | None,
) -> Mapping[str, Fitting] | None:
    """Return how every link is cabled, and give links the lengths that are ordered or built.

    None without a floor: as long as nothing was built the parts follow from the links alone.
    """
    if floor is None and (intent.floor or not changed.built):
        return None
    links = [*changed.links, *changed.extra.values()]
    laid = lay(intent, links, used.models, fabrics, floor, changed.built)
    changed.problems += laid.problems
    changed.built = dict(laid.built)
    changed.links = measured(changed.links, laid.fitted, floor, laid.built)
    extra = measured(list(changed.extra.values()), laid.fitted, floor, laid.built)
    changed.extra = dict(zip(changed.extra, extra, strict=True))
    return laid.fitted


def _rooms(intent: Intent, changed: Overridden, ask: Callable[[Iterable[Link]], _Rooms]) -> _Rooms:
    """Return the headroom of all links; what one lacks that an override is about is said there."""
    rooms, problems = ask([*changed.links, *changed.extra.values()])
    if problems:
        _, problems = ask([link for link in changed.links if link.id not in changed.built])
        for path, at_length, link in _overridden(intent, changed):
            problems += [
                replace(one, path=at_length if one.path.startswith(_LENGTHS) else path or one.path)
                for one in ask([link])[1]
            ]
    return rooms, list(dict.fromkeys(problems))


def _overridden(intent: Intent, changed: Overridden) -> Iterator[tuple[str, str, Link]]:
    """Yield the links that overrides add or give a length, with the places that speak of them.

    That is the place of the whole link, empty for one of the design, and that of its length.
    """
    for link in changed.links:
        if built := changed.built.get(link.id):
            yield "", built.path, link
    given = {one.id for one in intent.overrides.links if one.length_m is not None}
    for path, link in changed.extra.items():
        yield path, f"{path}.length_m" if link.id in given else path, link


def _fabrics(
    intent: Intent, used: Parts
) -> tuple[dict[Network, Fabric], ManagementNetworks, ManagementAddressing]:
    """Return every planned fabric, who is on the management networks, and their addresses.

    Raises: IntentError with the problems of all networks.
    """
    wanted = {name: used.platforms[name] for name in management.NAMES if name in used.platforms}
    fabrics = _routed(intent, used, wanted)
    first = fabrics["compute"], fabrics.get("storage")
    networks = management.lay_out(intent, wanted, *first)
    problems: list[Problem] = []
    addresses = _tried(problems, partial(mgmt.assign, intent, networks.populations))
    managed = _tried(problems, partial(management.fabrics, intent, wanted, networks))
    if addresses is None or managed is None:
        raise IntentError(problems)
    for name, fabric in managed.items():
        fabrics[name] = fabric
    return fabrics, networks, addresses


def _routed(
    intent: Intent, used: Parts, managed: Mapping[Name, Mapping[str, SwitchPlatform]]
) -> dict[Network, Fabric]:
    """Return the fabrics that hosts are routed to; `managed` are the platforms of the others.

    Raises: IntentError with the problems of all networks, as far as shapes are known.
    """
    problems = list(check_hosts(intent, used.models))
    names = [name for name in _ROUTED if name in used.platforms]
    demands: dict[Network, Demand] = {}
    shapes: dict[Network, FabricShape] = {}
    for name in names:
        ask = partial(_ROUTED[name][0], intent, used.platforms[name], used.models)
        demand = _tried(problems, ask)
        shape = demand and _tried(problems, partial(topology.shape_of, demand))
        if demand and shape:
            demands[name], shapes[name] = demand, shape
    beyond = tuple(asn.check_digits(shapes.values()))
    problems += beyond
    if beyond or len(shapes) < len(names):
        raise IntentError(problems)
    fabrics: dict[Network, Fabric] = {}
    for name, demand in demands.items():
        fabric = _tried(problems, partial(_ROUTED[name][1], intent, demand))
        if fabric:
            fabrics[name] = fabric
    if problems:
        problems += management.problems(intent, managed, shapes["compute"], shapes.get("storage"))
        raise IntentError(problems)
    return fabrics


def _devices(
    intent: Intent,
    fabrics: Mapping[Network, Fabric],
    networks: ManagementNetworks,
    addresses: ManagementAddressing,
) -> Iterator[Device]:
    """Yield every deployed device: switches network by network, then hosts."""

    def eth0(kind: int) -> Callable[[int], Management]:
        return lambda number: addresses.member("oob", kind, number)

    base = intent.pools.asn_base
    yield from devices_of.switches(fabrics["compute"], base, eth0(mgmt.COMPUTE_SWITCH))
    if "storage" in fabrics:
        yield from devices_of.switches(fabrics["storage"], base, eth0(mgmt.STORAGE_SWITCH))
    for name in management.NAMES:
        if name in fabrics:
            yield from management.switch_devices(intent, name, fabrics[name], networks, addresses)
    yield from devices_of.gpu_nodes(intent, fabrics["compute"].shape, addresses)
    yield from devices_of.servers(intent, addresses)


def _contributions(
    intent: Intent,
    used: Parts,
    fabrics: Mapping[Network, Fabric],
    networks: ManagementNetworks,
    addresses: ManagementAddressing,
) -> Iterator[Contribution]:
    yield compute.contribute(intent, fabrics["compute"], used.models)
    if "storage" in fabrics:
        yield storage.contribute(intent, fabrics["storage"])
    planned = {name: fabrics[name] for name in management.NAMES if name in fabrics}
    first = fabrics["compute"], fabrics.get("storage")
    yield from management.contributions(intent, planned, networks, *first, addresses)


def _management_subnets(devices: Iterable[Device]) -> Iterator[Subnet]:
    """Yield the management subnets that a deployed device is on, each once."""
    found: dict[str, Subnet] = {}
    for device in devices:
        own: Network = "inband" if device.is_node else "oob"
        places: tuple[tuple[Network, Management | None, str], ...] = (
            (own, device.management, ""),
            ("oob", device.bmc, " BMCs"),
            ("oob", device.oob, " legs"),
        )
        for network, place, what in places:
            if place is not None and place.subnet not in found:
                owner = _owner(device)
                found[place.subnet] = Subnet(
                    place.subnet, "access", network, f"{owner}{what}", place.gateway
                )
    yield from found.values()


def _owner(device: Device) -> str:
    """Return the population a device belongs to on the management networks."""
    if not device.is_switch:
        return device.role
    managed = device.network in {"inband", "oob"}
    return "management switches" if managed else f"{device.network} switches"


def _host_mtus(intent: Intent) -> dict[Network, int]:
    found: dict[Network, int] = {"compute": intent.networks.compute.host_mtu_bytes}
    if intent.networks.storage:
        found["storage"] = intent.networks.storage.host_mtu_bytes
    return found


def _by_device(links: Iterable[Link]) -> dict[str, dict[str, Link]]:
    """Return every device's links by its port, reserved ones included."""
    table: dict[str, dict[str, Link]] = {}
    for link in links:
        table.setdefault(link.a.device, {})[link.a.port] = link
        if link.kind != "border":
            table.setdefault(link.z.device, {})[link.z.port] = link
    return table


def _sessions(
    intent: Intent, devices: Mapping[str, Device], links: Iterable[Link]
) -> Iterator[BgpSession]:
    """Yield the eBGP session of every deployed link between switches or to a border router."""
    for link in links:
        if link.kind not in {"fabric", "border"} or not link.deployed:
            continue
        lower = devices[link.a.device].asn
        border = border_of(intent, link.network) if link.kind == "border" else None
        upper = border.peer_asn if border else devices[link.z.device].asn
        if lower is not None and upper is not None:
            yield BgpSession(link, lower, upper)
