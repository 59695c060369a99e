"""The compute network: the rails of the GPU nodes and the fabric that joins them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from railwright.catalog.model import NodeModel, SwitchPlatform
from railwright.errors import IntentError, Problem, refuse
from railwright.intent.model import Intent
from railwright.naming import rail_interface
from railwright.plan import addressing, cabling, identity, ports, topology
from railwright.plan.fabric import Contribution, Fabric
from railwright.plan.model import Link, Role, Subnet, Svi
from railwright.plan.ports import Faceplate
from railwright.plan.topology import Demand

AT = "networks.compute"
VLAN = 100  # of a leaf whose hosts share one; VLANs are local to their switch


def demand(
    intent: Intent, platforms: Mapping[str, SwitchPlatform], models: Mapping[str, NodeModel]
) -> Demand:
    """Return what the intent asks of the fabric.

    `platforms` has `leaf` and, by design, `spine` and `superspine`. Raises: IntentError when node
    models do not go together or have no rails.
    """
    compute, gpu = intent.networks.compute, intent.nodes.gpu
    nodes = [models[name] for name in gpu.models]
    problems = list(_unfit(intent, nodes))
    if problems:
        raise IntentError(problems)
    return Demand(
        network="compute",
        design=compute.design,
        at=AT,
        hosts_at="nodes.gpu.capacity",
        per_su_key="nodes_per_su",
        hosts=gpu.reserved,
        deployed=gpu.count,
        rails=_rails(intent, nodes),
        planes=nodes[0].planes,
        nic_gbps=nodes[0].nics[0].speed_gbps,
        leaf=platforms["leaf"],
        spine=platforms.get("spine"),
        superspine=platforms.get("superspine"),
        shared_leaf=compute.design == "leaf-spine",
        isolated_rails=compute.design == "rail-isolated",
        nodes_per_su=compute.nodes_per_su,
        sus_per_pod=compute.sus_per_pod,
        ratio=compute.oversubscription,
        pod_ratio=compute.pod_oversubscription,
        spare_leaf_cages=compute.spare_leaf_cages,
        spare_spine_cages=compute.spare_spine_cages,
    )


def _unfit(intent: Intent, nodes: list[NodeModel]) -> Iterator[Problem]:
    """Yield what keeps node models from sharing one fabric."""
    first = nodes[0]
    for path, node in zip(intent.nodes.gpu.model_paths.values(), nodes, strict=True):
        if not node.nics:
            yield Problem(path, f"{node.name} has no compute NICs; choose a model with GPUs")
            continue
        if not first.nics:
            continue
        speeds = sorted({nic.speed_gbps for nic in node.nics})
        if speeds != [first.nics[0].speed_gbps]:
            yield Problem(
                path,
                f"the NIC ports of {node.name} run at {_gbps(speeds)}, those of {first.name} at "
                f"{first.nics[0].speed_gbps}G; a fabric has one speed: choose another model",
            )
        if node.planes != first.planes:
            yield Problem(
                path,
                f"{node.name} has {node.planes} ports per NIC, {first.name} has {first.planes}; "
                "a fabric has one number of planes: choose another model",
            )


def _gbps(speeds: list[int]) -> str:
    return " and ".join(f"{speed}G" for speed in speeds)


def _rails(intent: Intent, nodes: list[NodeModel]) -> int:
    most = max(len(node.nics) for node in nodes)
    rails = intent.networks.compute.rails or most
    if rails > most:
        names = " and ".join(node.name for node in nodes)
        verb = "has" if len(nodes) == 1 else "have at most"
        raise refuse(
            f"{AT}.rails",
            f"{rails} rails, but {names} {verb} {most} compute NICs; give at most {most}",
        )
    return rails


def fabric(intent: Intent, wanted: Demand) -> Fabric:
    """Return the fabric. Raises: IntentError when it cannot be built or addressed."""
    shape = topology.shape_of(wanted)
    splits = topology.splits_of(wanted, shape)
    platforms: dict[Role, SwitchPlatform] = {"leaf": wanted.leaf}
    faceplates: dict[Role, Faceplate] = {"leaf": ports.leaf_faceplate(wanted.leaf, shape, splits)}
    if wanted.spine:
        platforms["spine"] = wanted.spine
        core = topology.core_mode(wanted) if shape.core else None
        faceplates["spine"] = ports.spine_faceplate(wanted.spine, shape, splits, core)
    if wanted.superspine:
        platforms["superspine"] = wanted.superspine
        faceplates["superspine"] = ports.superspine_faceplate(wanted.superspine, shape)
    pools = {name: getattr(intent.pools, name) for name in ("compute_hosts", "compute_links")}
    shared = intent.networks.compute.attachment == "svi"
    return Fabric(
        shape=shape,
        addressing=addressing.assign(
            shape, {**pools, "loopbacks": intent.pools.loopbacks}, shared_vlan=shared
        ),
        faceplates=faceplates,
        platforms=platforms,
        mtu_bytes=intent.networks.compute.mtu_bytes,
    )


def contribute(intent: Intent, compute: Fabric, models: Mapping[str, NodeModel]) -> Contribution:
    """Return the links, blocks and VLANs of the compute network."""
    lengths = intent.lengths
    hosts: Iterator[Link] = cabling.gpu_links(intent, compute, dict(models))
    svis: tuple[Svi, ...] = ()
    if intent.networks.compute.attachment == "svi":
        svis = tuple(_svis(compute))
        hosts = _on_vlan(hosts, svis)
    return Contribution(
        links=(
            *hosts,
            *cabling.fabric_links(compute, cabling.fabric_length(lengths)),
            *cabling.core_links(compute, cabling.core_length(lengths)),
        ),
        subnets=tuple(_subnets(compute)),
        svis=svis,
    )


def _svis(compute: Fabric) -> Iterator[Svi]:
    for leaf in identity.leaves(compute.shape):
        if compute.has_leaf(leaf):
            yield Svi(
                device=identity.name_of_leaf(compute.shape, leaf),
                network="compute",
                vlan=VLAN,
                prefix=compute.addressing.leaf_block(leaf),
                gateway=compute.addressing.gateway(leaf),
            )


def _on_vlan(links: Iterator[Link], svis: tuple[Svi, ...]) -> Iterator[Link]:
    """Yield the host links as members of their leaf's VLAN; node addresses stay as they are."""
    by_leaf = {svi.device: svi for svi in svis}
    for link in links:
        svi = by_leaf[link.z.device]
        yield replace(
            link,
            prefix=svi.prefix,
            z=replace(link.z, address=svi.gateway),
            vlan=svi.vlan,
        )


def _subnets(compute: Fabric) -> Iterator[Subnet]:
    """Yield the hosts' pool, its planes and rails, then every deployed leaf's block."""
    shape, where = compute.shape, compute.addressing
    assert where.hosts is not None  # noqa: S101 (compute has hosts)
    yield Subnet(str(where.hosts.pool), "network", "compute", "gpu_nodes", "")
    if shape.planes > 1:
        for plane in range(shape.planes):
            yield Subnet(where.plane_block(plane), "plane", "compute", f"plane{plane}", "")
    if not shape.shared_leaf:
        for plane in range(shape.planes):
            for rail in range(shape.rails):
                owner = rail_interface(rail, identity.plane_name(shape, plane))
                yield Subnet(where.rail_block(plane, rail), "rail", "compute", owner, "")
    for leaf in identity.leaves(shape):
        if compute.has_leaf(leaf):
            owner = identity.name_of_leaf(shape, leaf)
            yield Subnet(where.leaf_block(leaf), "leaf_block", "compute", owner, "")
