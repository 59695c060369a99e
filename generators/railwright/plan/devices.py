"""Devices: the deployed leaves, spines and nodes with their numbers and addresses."""

from collections.abc import Iterator

from railwright.intent.model import Intent
from railwright.naming import gpu_node_name, leaf_name, spine_name
from railwright.plan import asn
from railwright.plan.addressing import Addressing
from railwright.plan.model import Device, FabricShape
from railwright.plan.ports import Faceplate

POD = 1  # a fabric of one pod is pod 1 in its ASNs and unnamed in its device names


def leaves(
    intent: Intent, shape: FabricShape, layouts: Addressing, faceplate: Faceplate
) -> Iterator[Device]:
    """Yield the leaves of the deployed SUs."""
    for su in range(1, shape.sus_deployed + 1):
        for rail in range(shape.rails):
            number = (su - 1) * shape.leaves_per_su + rail
            yield Device(
                name=leaf_name(None, su, rail),
                role="leaf",
                network="compute",
                platform=intent.networks.compute.leaf,
                hwsku=faceplate.hwsku,
                pod=None,
                su=su,
                rail=rail,
                index=number,
                loopback=layouts.leaf_loopback(su, rail),
                asn=asn.leaf_asn(intent.pools.asn_base, "compute", POD, su, rail),
                management=layouts.switch_oob(number),
            )


def spine_number(shape: FabricShape, index: int) -> int:
    """Return a spine's number among the pod's switches: after all leaves, reserved ones too."""
    return shape.sus * shape.leaves_per_su + index - 1


def spines(
    intent: Intent, shape: FabricShape, layouts: Addressing, faceplate: Faceplate | None
) -> Iterator[Device]:
    """Yield all spines; they exist from the first SU on, so that growth moves no cable."""
    if faceplate is None:
        return
    for index in range(1, shape.spines + 1):
        yield Device(
            name=spine_name(None, index),
            role="spine",
            network="compute",
            platform=intent.networks.compute.spine or intent.networks.compute.leaf,
            hwsku=faceplate.hwsku,
            pod=None,
            su=None,
            rail=None,
            index=index,
            loopback=layouts.spine_loopback(index),
            asn=asn.spine_asn(intent.pools.asn_base, "compute", POD),
            management=layouts.switch_oob(spine_number(shape, index)),
        )


def nodes(intent: Intent, shape: FabricShape, layouts: Addressing) -> Iterator[Device]:
    """Yield the deployed GPU nodes."""
    for number in range(1, intent.nodes.gpu.count + 1):
        yield Device(
            name=gpu_node_name(number),
            role="gpu_node",
            network=None,
            platform=intent.nodes.gpu.model,
            hwsku=None,
            pod=None,
            su=(number - 1) // shape.nodes_per_su + 1,
            rail=None,
            index=number,
            loopback=None,
            asn=None,
            management=layouts.node_inband(number),
            bmc=layouts.node_bmc(number),
        )
