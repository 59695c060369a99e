"""Devices: the deployed switches of a fabric and the hosts, with their numbers and addresses."""

from collections.abc import Callable, Iterator

from railwright.intent.model import Intent
from railwright.naming import gpu_node_name, management_node_name, pdu_name, storage_node_name
from railwright.plan import asn, identity
from railwright.plan import management as mgmt
from railwright.plan.fabric import Fabric
from railwright.plan.management import ManagementAddressing
from railwright.plan.model import Device, Management, Role
from railwright.plan.shape import FabricShape

Numbered = Callable[[int], Management]


def switches(fabric: Fabric, asn_base: int, eth0: Numbered) -> Iterator[Device]:
    """Yield the deployed switches of a fabric: leaves, spines, super-spines.

    `eth0` gives the management address of a switch by its number in the network, which counts
    reserved switches too: all leaves, then all spines, then all super-spines.
    """
    yield from _leaves(fabric, asn_base, eth0)
    yield from _spines(fabric, asn_base, eth0)
    yield from _superspines(fabric, asn_base, eth0)


def switch_total(shape: FabricShape) -> int:
    """Return how many switches a fabric has, reserved ones included."""
    return shape.total_leaves + shape.total_spines + shape.total_superspines


def _switch(fabric: Fabric, role: Role, **own: object) -> Device:
    return Device(
        role=role,
        network=fabric.shape.network,
        platform=fabric.platforms[role].name,
        hwsku=fabric.faceplates[role].hwsku,
        **own,  # type: ignore[arg-type]  # the rest of the same dataclass's fields
    )


def _leaves(fabric: Fabric, asn_base: int, eth0: Numbered) -> Iterator[Device]:
    """Yield the deployed leaves."""
    shape = fabric.shape
    compute = shape.network == "compute"
    for leaf in identity.leaves(shape):
        if not fabric.has_leaf(leaf):
            continue
        number = shape.leaf_number(leaf.pod, leaf.su, leaf.leaf)
        yield _switch(
            fabric,
            "leaf",
            name=identity.name_of_leaf(shape, leaf),
            pod=shape.pod_name(leaf.pod),
            su=leaf.su if compute else None,
            rail=shape.rail_of(leaf.leaf) if compute else None,
            plane=identity.plane_name(shape, shape.plane_of(leaf.leaf)),
            index=number,
            loopback=fabric.addressing.leaf_loopback(leaf),
            asn=asn.leaf_asn(asn_base, shape.network, leaf),
            management=eth0(number),
        )


def _spines(fabric: Fabric, asn_base: int, eth0: Numbered) -> Iterator[Device]:
    """Yield the spines of deployed pods, all of them, so that growth moves no cable."""
    shape = fabric.shape
    for spine in identity.spines(shape, deployed=True):
        plane, rail = identity.group_place(shape, spine.group)
        yield _switch(
            fabric,
            "spine",
            name=identity.name_of_spine(shape, spine),
            pod=shape.pod_name(spine.pod),
            su=None,
            rail=rail,
            plane=plane,
            index=spine.index,
            loopback=fabric.addressing.spine_loopback(spine),
            asn=asn.spine_asn(asn_base, shape.network, spine),
            management=eth0(shape.total_leaves + identity.spine_number(shape, spine)),
        )


def _superspines(fabric: Fabric, asn_base: int, eth0: Numbered) -> Iterator[Device]:
    """Yield all super-spines; they exist from the first pod on."""
    shape = fabric.shape
    before = shape.total_leaves + shape.total_spines
    for core in identity.superspines(shape):
        number = identity.superspine_number(shape, core)
        yield _switch(
            fabric,
            "superspine",
            name=identity.name_of_superspine(shape, core),
            pod=None,
            su=None,
            rail=None,
            plane=identity.plane_name(shape, core.set // shape.spines),
            index=number + 1,
            loopback=fabric.addressing.superspine_loopback(core),
            asn=asn.superspine_asn(asn_base, shape, core),
            management=eth0(before + number),
        )


def gpu_nodes(
    intent: Intent, shape: FabricShape, addresses: ManagementAddressing
) -> Iterator[Device]:
    """Yield the deployed GPU nodes."""
    for number in range(1, intent.nodes.gpu.count + 1):
        place = (number - 1) // shape.nodes_per_su
        yield Device(
            name=gpu_node_name(number),
            role="gpu_node",
            network=None,
            platform=intent.nodes.gpu.model_of(number),
            hwsku=None,
            pod=shape.pod_name(place // shape.sus + 1),
            su=place % shape.sus + 1,
            rail=None,
            index=number,
            loopback=None,
            asn=None,
            management=addresses.member("inband", mgmt.GPU_NODE, number - 1),
            bmc=addresses.member("oob", mgmt.GPU_NODE, number - 1),
        )


def servers(intent: Intent, addresses: ManagementAddressing) -> Iterator[Device]:
    """Yield the deployed storage servers, management servers and PDUs."""
    nodes = intent.nodes
    if nodes.storage:
        for number in range(1, nodes.storage.count + 1):
            yield _host(
                storage_node_name(number),
                "storage_node",
                nodes.storage.model,
                number,
                addresses.member("inband", mgmt.STORAGE_NODE, number - 1),
                bmc=addresses.member("oob", mgmt.STORAGE_NODE, number - 1),
            )
    if nodes.management:
        for number in range(1, nodes.management.count + 1):
            yield _host(
                management_node_name(number),
                "management_node",
                nodes.management.model,
                number,
                addresses.member("inband", mgmt.MANAGEMENT_NODE, number - 1),
                bmc=addresses.member("oob", mgmt.MANAGEMENT_NODE, mgmt.bmc_number(number)),
                oob=addresses.member("oob", mgmt.MANAGEMENT_NODE, mgmt.leg_number(number))
                if intent.networks.oob.leaf
                else None,
            )
    if nodes.pdus:
        for number in range(1, nodes.pdus.count + 1):
            where = addresses.member("oob", mgmt.PDU, number - 1)
            yield _host(pdu_name(number), "pdu", "pdu", number, where)


def _host(
    name: str,
    role: Role,
    platform: str,
    index: int,
    management: Management,
    *,
    bmc: Management | None = None,
    oob: Management | None = None,
) -> Device:
    return Device(
        name=name,
        role=role,
        network=None,
        platform=platform,
        hwsku=None,
        pod=None,
        su=None,
        rail=None,
        index=index,
        loopback=None,
        asn=None,
        management=management,
        bmc=bmc,
        oob=oob,
    )
