"""Everything the capacity holds that stands somewhere: switches, servers, PDUs, deployed or not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from railwright.intent.model import Intent
from railwright.naming import gpu_node_name, management_node_name, pdu_name, storage_node_name
from railwright.plan import identity
from railwright.plan.fabric import Fabric
from railwright.plan.model import Role
from railwright.plan.shape import FabricShape, Network

PDU_PLATFORM = "pdu"


@dataclass(frozen=True, slots=True)
class Member:
    """A device by identity; `network` is None for servers and PDUs, as in `Device`.

    `platform` is a catalog name, except for PDUs; `number` counts the members of one network and
    role from 1, reserved ones included.
    """

    name: str
    role: Role
    network: Network | None
    platform: str
    pod: int | None
    su: int | None
    rail: int | None
    number: int
    deployed: bool


def members(intent: Intent, fabrics: Mapping[Network, Fabric]) -> Iterator[Member]:
    """Yield every member: switches network by network (leaves, spines, super-spines), then hosts.

    The order and the numbers follow from the capacity alone.
    """
    for fabric in fabrics.values():
        yield from _switches(fabric)
    yield from _gpu_nodes(intent, fabrics["compute"].shape)
    nodes = intent.nodes
    if nodes.storage:
        for number in range(1, nodes.storage.reserved + 1):
            name, deployed = storage_node_name(number), number <= nodes.storage.count
            yield _server(name, "storage_node", nodes.storage.model, number, deployed=deployed)
    if nodes.management:
        for number in range(1, nodes.management.reserved + 1):
            name, deployed = management_node_name(number), number <= nodes.management.count
            model = nodes.management.model
            yield _server(name, "management_node", model, number, deployed=deployed)
    if nodes.pdus:
        for number in range(1, nodes.pdus.reserved + 1):
            deployed = number <= nodes.pdus.count
            yield _server(pdu_name(number), "pdu", PDU_PLATFORM, number, deployed=deployed)


def _switches(fabric: Fabric) -> Iterator[Member]:
    shape, network = fabric.shape, fabric.shape.network
    compute = network == "compute"
    for leaf in identity.leaves(shape):
        yield Member(
            name=identity.name_of_leaf(shape, leaf),
            role="leaf",
            network=network,
            platform=fabric.platforms["leaf"].name,
            pod=shape.pod_name(leaf.pod),
            su=leaf.su if compute else None,
            rail=shape.rail_of(leaf.leaf) if compute else None,
            number=shape.leaf_number(leaf.pod, leaf.su, leaf.leaf) + 1,
            deployed=fabric.has_leaf(leaf),
        )
    for spine in identity.spines(shape):
        yield Member(
            name=identity.name_of_spine(shape, spine),
            role="spine",
            network=network,
            platform=fabric.platforms["spine"].name,
            pod=shape.pod_name(spine.pod),
            su=None,
            rail=identity.group_place(shape, spine.group)[1],
            number=identity.spine_number(shape, spine) + 1,
            deployed=fabric.has_spine(spine),
        )
    for core in identity.superspines(shape):
        yield Member(
            name=identity.name_of_superspine(shape, core),
            role="superspine",
            network=network,
            platform=fabric.platforms["superspine"].name,
            pod=None,
            su=None,
            rail=None,
            number=identity.superspine_number(shape, core) + 1,
            deployed=True,
        )


def _gpu_nodes(intent: Intent, shape: FabricShape) -> Iterator[Member]:
    gpu = intent.nodes.gpu
    for number in range(1, gpu.reserved + 1):
        place = (number - 1) // shape.nodes_per_su
        yield Member(
            name=gpu_node_name(number),
            role="gpu_node",
            network=None,
            platform=gpu.model_of(number),
            pod=shape.pod_name(place // shape.sus + 1),
            su=place % shape.sus + 1,
            rail=None,
            number=number,
            deployed=number <= gpu.count,
        )


def _server(name: str, role: Role, platform: str, number: int, *, deployed: bool) -> Member:
    return Member(name, role, None, platform, None, None, None, number, deployed)
