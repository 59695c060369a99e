"""The storage and front-end network: every host on both leaves of a pair, joined by spines.

A pair is an SU of two leaves, one per side; side 0 and side 1 are what rails are in the compute
network, except that both reach everything. A host has two independent routed attachments, so
neither a bond nor a VLAN has to span two switches.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from railwright.catalog.model import NodeModel, SwitchPlatform
from railwright.errors import IntentError, Problem
from railwright.intent.model import Intent
from railwright.intent.networks import StorageNetwork
from railwright.naming import (
    gpu_node_name,
    management_node_name,
    storage_interface,
    storage_node_name,
)
from railwright.plan import addressing, cabling, identity, ports, topology
from railwright.plan.fabric import Contribution, Fabric
from railwright.plan.identity import LeafId
from railwright.plan.model import Link, LinkEnd, Role, Subnet
from railwright.plan.topology import Demand

AT = "networks.storage"
SIDES = 2


@dataclass(frozen=True, slots=True)
class Attached:
    """A host on the storage network, deployed or reserved; `path` says what its model is."""

    name: str
    model: str
    path: str
    deployed: bool


def hosts(intent: Intent) -> Iterator[Attached]:
    """Yield every host in the order of its place: servers first, so that GPU nodes only append."""
    nodes = intent.nodes
    if nodes.storage:
        for number in range(1, nodes.storage.reserved + 1):
            name = storage_node_name(number)
            live = number <= nodes.storage.count
            yield Attached(name, nodes.storage.model, "nodes.storage.model", live)
    if nodes.management:
        for number in range(1, nodes.management.reserved + 1):
            name = management_node_name(number)
            live = number <= nodes.management.count
            yield Attached(name, nodes.management.model, "nodes.management.model", live)
    paths = intent.nodes.gpu.model_paths
    for number in range(1, nodes.gpu.reserved + 1):
        model = nodes.gpu.model_of(number)
        yield Attached(gpu_node_name(number), model, paths[model], number <= nodes.gpu.count)


def demand(
    intent: Intent, platforms: Mapping[str, SwitchPlatform], models: Mapping[str, NodeModel]
) -> Demand:
    """Return what the intent asks of the fabric; `platforms` has `leaf` and `spine`.

    Raises: IntentError when server models cannot be attached.
    """
    storage = _wanted(intent)
    attached = tuple(hosts(intent))
    problems = list(_unfit(storage, attached, models))
    if problems:
        raise IntentError(problems)
    return Demand(
        network="storage",
        design="leaf-spine",
        at=AT,
        hosts_at="nodes.gpu.capacity",
        per_su_key="hosts_per_pair",
        hosts=len(attached),
        deployed=1 + max(place for place, one in enumerate(attached) if one.deployed),
        rails=SIDES,
        planes=1,
        nic_gbps=storage.speed_gbps,
        leaf=platforms["leaf"],
        spine=platforms["spine"],
        nodes_per_su=storage.hosts_per_pair,
        ratio=storage.oversubscription,
        spare_leaf_cages=storage.spare_leaf_cages,
        spare_spine_cages=storage.spare_spine_cages + _borders(storage),
    )


def _borders(storage: StorageNetwork) -> int:
    return storage.border.uplinks_per_spine if storage.border else 0


def fabric(intent: Intent, wanted: Demand) -> Fabric:
    """Return the fabric. Raises: IntentError when it cannot be built or addressed."""
    storage = _wanted(intent)
    borders = _borders(storage)
    leaf, spine = wanted.leaf, wanted.spine
    assert spine is not None  # noqa: S101 (the storage network has spines)
    shape = topology.shape_of(wanted)
    shape = replace(shape, spare_cages_spine=shape.spare_cages_spine - borders)
    splits = topology.splits_of(wanted, shape)
    roles: dict[Role, SwitchPlatform] = {"leaf": leaf, "spine": spine}
    pools = {name: getattr(intent.pools, name) for name in ("storage_hosts", "storage_links")}
    return Fabric(
        shape=shape,
        addressing=addressing.assign(
            shape, {**pools, "loopbacks": intent.pools.loopbacks}, borders=borders
        ),
        faceplates={
            "leaf": ports.leaf_faceplate(leaf, shape, splits),
            "spine": ports.spine_faceplate(spine, shape, splits, borders=borders),
        },
        platforms=roles,
        mtu_bytes=storage.mtu_bytes,
    )


def _wanted(intent: Intent) -> StorageNetwork:
    assert intent.networks.storage is not None  # noqa: S101 (only asked for where it is planned)
    return intent.networks.storage


def _unfit(
    storage: StorageNetwork, attached: tuple[Attached, ...], models: Mapping[str, NodeModel]
) -> Iterator[Problem]:
    """Yield one problem per key that names a server model without two ports of the speed."""
    for path, model in {one.path: one.model for one in attached}.items():
        ports_of = models[model].frontend
        if len(ports_of) < SIDES:
            yield Problem(
                path,
                f"{model} has {len(ports_of)} storage ports, but a host is attached to both "
                "leaves of a pair; choose another model",
            )
        elif any(storage.speed_gbps not in port.speeds_gbps for port in ports_of[:SIDES]):
            able = sorted(set.intersection(*(set(port.speeds_gbps) for port in ports_of)))
            yield Problem(
                f"{AT}.speed_gbps",
                f"the storage ports of {model} run at {', '.join(map(str, able))} Gb/s, not "
                f"{storage.speed_gbps}; choose one of those or another model",
            )


def contribute(intent: Intent, storage: Fabric) -> Contribution:
    """Return the links and blocks of the storage network."""
    lengths, wanted = intent.lengths, _wanted(intent)
    return Contribution(
        links=(
            *_host_links(intent, storage),
            *cabling.fabric_links(storage, cabling.fabric_length(lengths)),
            *cabling.border_links(storage, wanted.border, cabling.core_length(lengths)),
        ),
        subnets=tuple(_subnets(storage)),
    )


def _host_links(intent: Intent, storage: Fabric) -> Iterator[Link]:
    """Yield both attachments of every host of a deployed pair; its place is its port."""
    shape = storage.shape
    length = cabling.host_length(intent.lengths)
    down = storage.faceplates["leaf"].down
    for number, host in enumerate(hosts(intent)):
        pair, place = divmod(number, shape.nodes_per_su)
        for side in range(SIDES):
            leaf = LeafId(identity.FIRST_POD, pair + 1, side)
            if not storage.has_leaf(leaf):
                return
            ends = storage.addressing.host_pair(leaf, side, place)
            interface = storage_interface(side)
            yield Link(
                id=f"{host.name}:{interface}",
                kind="host",
                network="storage",
                a=LinkEnd(host.name, interface, ends.lower),
                z=LinkEnd(identity.name_of_leaf(shape, leaf), down[place].name, ends.upper),
                speed_gbps=shape.nic_speed_gbps,
                prefix=ends.prefix,
                length=length,
                pod=None,
                su=None,
                rail=None,
                deployed=host.deployed,
            )


def _subnets(storage: Fabric) -> Iterator[Subnet]:
    shape, where = storage.shape, storage.addressing
    assert where.hosts is not None  # noqa: S101 (storage has hosts)
    yield Subnet(str(where.hosts.pool), "network", "storage", "hosts", "")
    for leaf in identity.leaves(shape):
        if storage.has_leaf(leaf):
            owner = identity.name_of_leaf(shape, leaf)
            yield Subnet(where.leaf_block(leaf), "leaf_block", "storage", owner, "")
