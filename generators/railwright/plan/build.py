"""Intent in, plan out: the table of contents of everything that is computed."""

from collections.abc import Iterable, Iterator, Mapping

from railwright.catalog import loader as catalog
from railwright.catalog.loader import UnknownModelError
from railwright.catalog.model import NodeModel, SwitchPlatform
from railwright.errors import IntentError, Problem
from railwright.intent.model import Intent
from railwright.plan import addressing, asn, assumptions, cabling, headroom, ports, qos, topology
from railwright.plan import devices as devices_of
from railwright.plan.checks.pools import check_pools
from railwright.plan.model import BgpSession, Device, Link, Plan


def build(intent: Intent) -> Plan:
    """Return the plan of an intent.

    Raises: IntentError with every problem found (paths only; the loader knows the lines).
    """
    problems = tuple(check_pools(intent))
    try:
        plan = _plan(intent)
    except IntentError as err:
        raise IntentError((*problems, *err.problems)) from None
    if problems:
        raise IntentError(problems)
    return plan


def _plan(intent: Intent) -> Plan:
    """Return the plan as if no two pools overlapped. Raises: IntentError."""
    leaf_platform, spine_platform, node_model = _models(intent)
    shape = topology.shape(intent, leaf_platform, spine_platform, node_model)
    splits = topology.choose_splits(leaf_platform, spine_platform, shape.nic_speed_gbps)
    faceplates = {"leaf": ports.leaf_faceplate(leaf_platform, shape, splits)}
    if spine_platform is not None:
        faceplates["spine"] = ports.spine_faceplate(spine_platform, shape, splits)
    layouts = addressing.assign(intent, shape)
    devices = (
        *devices_of.leaves(intent, shape, layouts, faceplates["leaf"]),
        *devices_of.spines(intent, shape, layouts, faceplates.get("spine")),
        *devices_of.nodes(intent, shape, layouts),
    )
    links = tuple(cabling.connect(intent, shape, layouts, faceplates))
    by_name = {device.name: device for device in devices}
    platforms = {one.name: one for one in (leaf_platform, spine_platform) if one is not None}
    rooms, problems = headroom.compute(by_name, links, platforms)
    numbers = tuple(asn.check_base(intent.pools.asn_base, shape, devices_of.POD))
    problems += [one for one in numbers if one.severity == "error"]
    if problems:
        raise IntentError(problems)
    return Plan(
        intent=intent,
        platforms=platforms,
        node_model=node_model,
        shape=shape,
        devices=devices,
        ports=dict(ports.of_devices(intent, devices, links, node_model.nics, faceplates)),
        links=links,
        sessions=tuple(_sessions(by_name, links)),
        subnets=tuple(addressing.subnets(devices, layouts, shape)),
        qos=qos.classes(intent.roce),
        headroom=rooms,
        assumptions=tuple(assumptions.of_plan(intent, platforms, node_model, faceplates)),
        warnings=numbers,
    )


def _sessions(devices: Mapping[str, Device], links: Iterable[Link]) -> Iterator[BgpSession]:
    for link in links:
        if link.kind == "fabric" and link.deployed:
            lower, upper = devices[link.a.device].asn, devices[link.z.device].asn
            if lower is not None and upper is not None:
                yield BgpSession(link, lower, upper)


def _models(intent: Intent) -> tuple[SwitchPlatform, SwitchPlatform | None, NodeModel]:
    """Return the catalog entries the intent names, or all wrong names at once."""
    compute, problems = intent.networks.compute, []
    found: dict[str, SwitchPlatform | NodeModel] = {}
    for path, name, load in (
        ("networks.compute.leaf", compute.leaf, catalog.switch),
        ("networks.compute.spine", compute.spine, catalog.switch),
        ("nodes.gpu.model", intent.nodes.gpu.model, catalog.node),
    ):
        if name is None:
            continue
        try:
            found[path] = load(name)
        except UnknownModelError as err:
            problems.append(Problem(path, str(err)))
    for role in ("leaf", "spine"):
        platform = found.get(f"networks.compute.{role}")
        if isinstance(platform, SwitchPlatform) and role not in platform.roles:
            able = ", ".join(sorted(platform.roles))
            problems.append(
                Problem(
                    f"networks.compute.{role}",
                    f"{platform.name} cannot be a {role}, only {able}; choose another platform",
                )
            )
    if problems:
        raise IntentError(problems)
    leaf, node = found["networks.compute.leaf"], found["nodes.gpu.model"]
    spine = found.get("networks.compute.spine")
    if spine is None and compute.design != "rail-only":
        spine = leaf
    assert isinstance(leaf, SwitchPlatform)  # noqa: S101 (narrows what the loaders return)
    assert isinstance(node, NodeModel)  # noqa: S101
    assert not isinstance(spine, NodeModel)  # noqa: S101
    return leaf, spine, node
