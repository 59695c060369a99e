"""Templates for NVIDIA's NIC configuration operator that say what the switches say.

Its `roceOptimized` sets CNP_DSCP to 4 whatever the fabric uses, and pauses priority 3
(pkg/configuration/configvalidation.go of Mellanox/nic-configuration-operator, 8bfbeb3). What a
template gives under `qos` replaces the one; `rawNvConfig`, which is merged last, replaces the
other. A NIC that two templates match gets neither (its README), so templates are per server model
and network, and none is made where a selector cannot tell the networks' NICs apart.
"""

from collections.abc import Iterator

from railwright.catalog.model import NodeModel
from railwright.emitters.kubernetes.manifests import Manifest, Value
from railwright.plan.model import Plan
from railwright.plan.nodes_roce import (
    NicSettings,
    firmware,
    first_of_each_model,
    flags,
    longest_cables,
    settings,
)
from railwright.plan.shape import Network

NODE_LABEL = "railwright-node-model"
"""The label that a node needs for its templates: its server model."""
HEAD = (
    "Templates for NVIDIA's NIC configuration operator; apply them in its namespace.",
    f"A node needs the label {NODE_LABEL} with its server model. See docs/nodes-roce.md.",
)
NIC_TYPES = {"ConnectX-7": "1021", "ConnectX-8": "1023", "BlueField-3": "a2dc"}
"""What the operator calls a NIC: its PCI device id (vendor 15b3)."""
OVERRIDDEN = ("CNP_802P_PRIO", "CNP_DSCP", "ROCE_CC_PRIO_MASK")
"""Parameters that the operator would set to values of its own, on every port of a NIC."""
MOST_PORTS = 2
"""Ports of a NIC; the operator drops parameters of ports that a NIC does not have."""


def templates(plan: Plan) -> tuple[list[Manifest], list[str]]:
    """Return a template per model of GPU node and network, and what they do not cover."""
    found: list[Manifest] = []
    uncovered: list[str] = []
    cables = longest_cables(plan)
    for name, node in first_of_each_model(plan.gpu_nodes).items():
        by_network: dict[Network, list[NicSettings]] = {}
        for one in settings(plan, node):
            by_network.setdefault(one.network, []).append(one)
        for network, ports in by_network.items():
            if why := _untellable(plan.node_models[name], ports):
                uncovered.append(f"None for the {network} network on {name}: {why}.")
                continue
            uncovered += _unmapped(name, ports[0])
            found.append(_template(plan, name, ports, cables[name, network]))
    return found, uncovered


def _unmapped(name: str, one: NicSettings) -> Iterator[str]:
    """Yield the DSCPs of RDMA that a NIC would serve elsewhere: the operator cannot map them."""
    own = one.classes
    for dscp, priority in own.dscp_priority:
        if priority in (*own.pfc, own.cnp_priority):
            yield (
                f"Map DSCP {dscp} to priority {priority} on the {one.network} ports of {name} "
                "yourself: the operator has no key for it."
            )


def _untellable(model: NodeModel, ports: list[NicSettings]) -> str | None:
    """Return why no selector picks exactly these ports, None where one does."""
    nic = ports[0].port.model
    if nic not in NIC_TYPES:
        return f"the operator's name of {nic} is not known"
    both = [one.model for one in (model.rail_nic, model.frontend_nic) if one]
    if both.count(nic) > 1 and any(one.port.pci is None for one in ports):
        return f"rails and front-end are both {nic}, at PCI addresses that are not known"
    return None


def _template(plan: Plan, name: str, ports: list[NicSettings], cable_m: int) -> Manifest:
    title = f"{plan.intent.cluster}-{name}-{ports[0].network}"
    return {
        "apiVersion": "configuration.net.nvidia.com/v1alpha1",
        "kind": "NicConfigurationTemplate",
        "metadata": {"name": title.lower()},
        "spec": {
            "nodeSelector": {NODE_LABEL: name},
            "nicSelector": _selector(ports),
            "template": {
                "numVfs": 0,
                "linkType": "Ethernet",
                "roceOptimized": {"enabled": True, "qos": _qos(ports[0], cable_m)},
                "rawNvConfig": list(_overrides(ports[0])),
            },
        },
    }


def _selector(ports: list[NicSettings]) -> dict[str, Value]:
    addresses = sorted({one.port.pci for one in ports if one.port.pci is not None})
    kind: dict[str, Value] = {"nicType": NIC_TYPES[ports[0].port.model]}
    return kind | {"pciAddresses": addresses} if addresses else kind


def _qos(one: NicSettings, cable_m: int) -> dict[str, Value]:
    """Return the runtime settings; one length holds for all ports, so it is the longest.

    The operator knows one priority for ECN: the first lossless one. The others have what
    ROCE_CC_PRIO_MASK gives all of them at boot.
    """
    own = one.classes
    cable: dict[str, Value] = {} if one.cable_m is None else {"cableLen": cable_m}
    return {
        "trust": "dscp",
        "pfc": flags(own.pfc),
        "tos": own.tos,
        **cable,
        "ecn": {"enabled": own.dcqcn, "priority": own.pfc[0]},
        "pauseFrames": {"enabled": False},
    }


def _overrides(one: NicSettings) -> Iterator[Value]:
    """Yield the parameters of all ports: the operator sets its own on each of them."""
    values = firmware(one)
    for name in OVERRIDDEN:
        value = values[f"{name}_P{one.port.number}"]
        for port in range(1, MOST_PORTS + 1):
            yield {"name": f"{name}_P{port}", "value": str(value)}
