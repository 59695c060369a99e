"""Templates for NVIDIA's NIC configuration operator that say what the switches say.

Its `roceOptimized` sets CNP_DSCP to 4 whatever the fabric uses, and pauses priority 3
(pkg/configuration/configvalidation.go of Mellanox/nic-configuration-operator, 8bfbeb3). What a
template gives under `qos` replaces the one; `rawNvConfig`, which is merged last, replaces the
other. A NIC that two templates match gets neither (its README), so templates are per server model
and network, and none is made where a selector cannot tell the networks' NICs apart.
"""

from collections.abc import Iterator

from railwright.catalog.model import NicModel, NodeModel
from railwright.emitters.kubernetes.manifests import Manifest, Value
from railwright.plan.model import Plan
from railwright.plan.nodes_roce import (
    NicSettings,
    firmware,
    first_of_each_model,
    flags,
    longest_cables,
    nic_of,
    settings,
)

NODE_LABEL = "railwright-node-model"
"""The label that a node needs for its templates: its server model."""
HEAD = (
    "Templates for NVIDIA's NIC configuration operator; apply them in its namespace.",
    f"A node needs the label {NODE_LABEL} with its server model. See docs/nodes-roce.md.",
)
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
        model, every = plan.node_models[name], settings(plan, node)
        for network in plan.qos:
            nic = nic_of(model, network)
            ports = [one for one in every if one.network == network]
            if nic is None or not ports:
                continue
            if why := _untellable(model, ports):
                uncovered.append(f"None for the {network} network on {name}: {why}.")
                continue
            uncovered += _unmapped(name, ports[0])
            title = f"{plan.intent.cluster}-{name}-{network}".lower()
            spec = _spec(name, nic, ports, cables[name, network])
            found.append(_template(title, spec))
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
    both = [one.model for one in (model.rail_nic, model.frontend_nic) if one]
    if both.count(nic) > 1 and any(one.port.pci is None for one in ports):
        return f"rails and front-end are both {nic}, at PCI addresses that are not known"
    return None


def _template(title: str, spec: dict[str, Value]) -> Manifest:
    return {
        "apiVersion": "configuration.net.nvidia.com/v1alpha1",
        "kind": "NicConfigurationTemplate",
        "metadata": {"name": title},
        "spec": spec,
    }


def _spec(name: str, nic: NicModel, ports: list[NicSettings], cable_m: int) -> dict[str, Value]:
    return {
        "nodeSelector": {NODE_LABEL: name},
        "nicSelector": _selector(nic, ports),
        "template": {
            "numVfs": 0,
            "linkType": "Ethernet",
            "roceOptimized": {"enabled": True, "qos": _qos(ports[0], cable_m)},
            "rawNvConfig": list(_overrides(ports[0])),
        },
    }


def _selector(nic: NicModel, ports: list[NicSettings]) -> dict[str, Value]:
    """Return what picks the ports; the operator calls a NIC by its PCI device id."""
    addresses = sorted({one.port.pci for one in ports if one.port.pci is not None})
    kind: dict[str, Value] = {"nicType": nic.pci_device_id}
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
