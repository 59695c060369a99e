"""The servers' NICs against what the intent asks of them: MTU, paused classes, cable, DCQCN."""

from collections.abc import Iterator
from math import ceil

from railwright.catalog.model import NicModel
from railwright.errors import Problem
from railwright.plan.model import Device, Plan
from railwright.plan.nodes_roce import classes, first_of_each_model, longest_cables, nic_of
from railwright.plan.qos import roce_path
from railwright.plan.shape import Network

_PORTS: dict[Network, str] = {"compute": "rail", "storage": "storage and front-end"}


def check_nics(plan: Plan) -> Iterator[Problem]:
    """Yield what the NICs of a server model cannot do, and warnings about unknown NICs."""
    cables = longest_cables(plan)
    for node in first_of_each_model(plan.nodes).values():
        networks = {link.network for link in plan.links_of.get(node.name, {}).values()}
        for network in (one for one in plan.qos if one in networks):
            nic = nic_of(plan.node_model(node), network)
            if nic is None:
                yield _unknown(plan, node, network)
            else:
                yield from _beyond(plan, node, network, nic)
                yield from _too_far(plan, node, network, nic, cables[node.platform, network])


def _unknown(plan: Plan, node: Device, network: Network) -> Problem:
    return Problem(
        _model_path(plan, node),
        f"the catalog does not say which NICs the {_PORTS[network]} ports of {node.platform} are, "
        "so no settings are rendered for them and nothing shows that they agree with the "
        "switches; set them by report/qos.csv, or choose a model whose NICs are known",
        "warning",
    )


def _beyond(plan: Plan, node: Device, network: Network, nic: NicModel) -> Iterator[Problem]:
    own = classes(plan, network)
    ports = f"the {_PORTS[network]} ports of {node.platform} ({nic.model})"
    mtu_bytes = next(
        port.mtu_bytes
        for port in plan.ports[node.name]
        if plan.links_of[node.name][port.name].network == network
    )
    if mtu_bytes > nic.max_mtu_bytes:
        yield Problem(
            f"networks.{network}.host_mtu_bytes",
            f"{mtu_bytes} bytes are more than {ports} take, {nic.max_mtu_bytes}; lower "
            "host_mtu_bytes or choose another model",
        )
    if len(own.pfc) > nic.lossless_priorities:
        yield Problem(
            f"{roce_path(network)}.second",
            f"{len(own.pfc)} lossless classes are more than {ports} can pause apart, "
            f"{nic.lossless_priorities}; leave out the second class or choose another model",
        )
    if own.dcqcn and not nic.dcqcn:
        yield Problem(
            f"{roce_path(network)}.dcqcn",
            f"{ports} do not have DCQCN; set dcqcn to false, so that only PFC holds them back, or "
            "choose another model",
        )


def _too_far(
    plan: Plan, node: Device, network: Network, nic: NicModel, cable_m: int
) -> Iterator[Problem]:
    if nic.cable_length and cable_m > nic.longest_cable_m:
        yield Problem(
            _length_path(plan, node.platform, network, cable_m),
            f"{cable_m} m are more than the {nic.driver} driver of the {_PORTS[network]} ports of "
            f"{node.platform} takes as a cable's length, {nic.longest_cable_m} m; shorten the "
            "cable",
        )


def _length_path(plan: Plan, platform: str, network: Network, cable_m: int) -> str:
    """Return the intent's key that makes the longest cable of a server model so long."""
    for number, one in enumerate(plan.intent.overrides.lengths):
        name, _, port = one.link.partition(":")
        device, link = plan.device.get(name), plan.links_of.get(name, {}).get(port)
        if device is None or link is None or ceil(one.length_m) != cable_m:
            continue
        if (device.platform, link.network) == (platform, network):
            return f"overrides.lengths[{number}].length_m"
    return "floor" if plan.floor else "lengths.host_m"


def _model_path(plan: Plan, node: Device) -> str:
    """Return the intent's key that names a server's model."""
    if node.role == "gpu_node":
        return plan.intent.nodes.gpu.model_paths[node.platform]
    return f"nodes.{node.role.removesuffix('_node')}.model"
