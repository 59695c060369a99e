"""Why a port has its address, its peer, its cable length and its lanes."""

from collections.abc import Callable, Mapping
from ipaddress import IPv4Address
from types import MappingProxyType

from railwright.plan.addressing import POOLS
from railwright.plan.bits import Layout
from railwright.plan.explain.derivation import (
    Derivation,
    ExplainError,
    Input,
    PortPlace,
    capacity,
    extra_link,
    fields,
    is_above_spines,
    twin,
)
from railwright.plan.explain.lengths import length
from railwright.plan.management import FIRST_MEMBER, GATEWAY
from railwright.plan.model import Link

LEAF_RULE = (
    "uplink u of a leaf goes to spine u div k + 1 of its group; on the spine, leaf l of the group "
    "takes ports l*k to l*k+k-1 (k links per pair)"
)
CORE_RULE = (
    "uplink v of a spine goes to super-spine v div k + 1 of the set of its position; there, pod p "
    "takes ports (p-1)*k to (p-1)*k+k-1 (k links per pair)"
)
RAIL_RULE = "NIC r of node n goes to leaf (SU of n, rail r), port (n - 1) mod nodes per SU"
SHARED_RULE = (
    "NIC r of node n goes to the leaf of its SU, port ((n - 1) mod nodes per SU) x rails + r"
)
STORAGE_RULE = (
    "host number h (storage servers, management servers, GPU nodes, from 0) goes to both leaves of "
    "pair h div hosts per pair + 1, port h mod hosts per pair"
)
ACCESS_RULE = "members of a subnet take the next free ports of its switch, one VLAN per subnet"
BORDER_RULE = "the router outside the plan that the intent names; its port is not known"


def _address(where: PortPlace) -> Derivation:
    link, device = where.link, where.device
    address = link.end(device.name).address
    length = link.prefix.rpartition("/")[2]
    if extra := extra_link(where):
        return Derivation(
            f"{where.subject} address",
            f"{address}/{length}",
            f"an extra link: {extra.override.reason}; last bit 0 is the upper end",
            (
                Input("prefix", str(extra.override.prefix), f"{extra.path}.prefix"),
                Input("end", "upper (even)" if where.is_upper else "lower (odd)"),
                *twin(where.plan, address),
            ),
        )
    layout, pool = _layout(where)
    if link.kind == "access":
        upper, how = "gateway", f"the gateway is .{GATEWAY}, members start at .{FIRST_MEMBER}"
    elif link.vlan is not None:
        upper, how = "gateway", "the gateway is the first even address after the hosts'"
    else:
        upper, how = "upper (even)", "last bit 0 is the upper end"
    return Derivation(
        f"{where.subject} address",
        f"{address}/{length}",
        f"{layout.describe()}; {how}",
        (
            Input("pool", str(layout.pool), f"pools.{pool}"),
            Input("place", fields(layout, int(IPv4Address(address)))),
            Input("end", upper if where.is_upper else "lower (odd)" if not link.vlan else "member"),
            *twin(where.plan, address),
            *(capacity(where.plan, link.network) if _is_routed(link) else ()),
        ),
    )


def _is_routed(link: Link) -> bool:
    return link.network in {"compute", "storage"}


def _layout(where: PortPlace) -> tuple[Layout, str]:
    """Return the layout a link's addresses come from, and its pool's key."""
    link = where.link
    if link.kind == "access":
        return where.plan.management.layouts[link.network], link.network
    addressing, pools = where.plan.built[link.network].addressing, POOLS[link.network]
    if link.kind == "host":
        assert addressing.hosts is not None  # noqa: S101 (a network with host links has them)
        return addressing.hosts, str(pools.hosts)
    layout = addressing.spine_links if is_above_spines(where) else addressing.leaf_links
    return layout, str(pools.links)


def _peer(where: PortPlace) -> Derivation:
    link = where.link
    peer = link.peer(where.device.name)
    rule, inputs = _extra_rule(where) or _peer_rule(where)
    found = [Input("link", link.id), *inputs]
    for number, override in enumerate(where.plan.intent.overrides.ports):
        if override.link == link.id:
            path = f"overrides.ports[{number}].port"
            rule = f"{rule}; the upper port is overridden: {override.reason}"
            found.append(Input("port", override.port, path))
    return Derivation(
        f"{where.subject} peer",
        f"{peer.device} {peer.port}".rstrip() + ("" if link.deployed else " (reserved)"),
        rule,
        tuple(found),
    )


def _extra_rule(where: PortPlace) -> tuple[str, tuple[Input, ...]] | None:
    """Return why an extra link is there, None for a link of the design."""
    if (extra := extra_link(where)) is None:
        return None
    ends = f"{extra.override.a} to {extra.override.z}"
    return f"an extra link: {extra.override.reason}", (Input("ends", ends, extra.path),)


def _peer_rule(where: PortPlace) -> tuple[str, tuple[Input, ...]]:
    link = where.link
    at = f"networks.{link.network}"
    if link.kind == "access":
        return ACCESS_RULE, (Input("VLAN", str(link.vlan)), Input("subnet", link.prefix))
    if link.kind == "border":
        return BORDER_RULE, (Input("router", link.z.device, f"{at}.border.router"),)
    shape = where.plan.fabrics[link.network]
    per_su = str(shape.nodes_per_su)
    if link.kind == "host" and link.network == "storage":
        return STORAGE_RULE, (Input("hosts per pair", per_su, f"{at}.hosts_per_pair"),)
    if link.kind == "host":
        rule = SHARED_RULE if shape.shared_leaf else RAIL_RULE
        return rule, (Input("nodes per SU", per_su, f"{at}.nodes_per_su"),)
    if is_above_spines(where) and shape.core:
        return CORE_RULE, (Input("k", str(shape.core.links_per_pair)),)
    return LEAF_RULE, (Input("k", str(shape.links_per_pair)),)


def _lanes(where: PortPlace) -> Derivation:
    device, port = where.device, where.port
    if not device.is_switch or port is None:
        raise ExplainError(f"{where.subject} has no planned lanes; only data ports of switches do")
    platform = where.plan.platforms[device.platform]
    place = (
        f"port {port.name} of the faceplate, not splittable"
        if port.fixed
        else f"cage {port.cage} ({port.parent}), subport {port.subport}"
    )
    return Derivation(
        f"{where.subject} lanes",
        port.lanes,
        f"{place}, {where.link.speed_gbps}G",
        (
            Input(
                "platform",
                platform.name,
                f"networks.{device.network}.{device.role}",
                platform.source,
            ),
        ),
    )


SUBJECTS: Mapping[str, Callable[[PortPlace], Derivation]] = MappingProxyType(
    {"address": _address, "peer": _peer, "length": length, "lanes": _lanes}
)
