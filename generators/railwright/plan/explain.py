"""Why a value is what it is: the derivation of any planned number, with its inputs.

Layouts are computed again from the same functions the plan used, so an explanation cannot drift
from the value it explains.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from railwright.errors import RailwrightError
from railwright.plan import addressing
from railwright.plan.addressing import FIRST_MEMBER
from railwright.plan.asn import NETWORK_DIGIT, PRIVATE
from railwright.plan.devices import POD, spine_number
from railwright.plan.model import Device, Link, Plan, Port

FABRIC = "fabric"
_T = TypeVar("_T")


class ExplainError(RailwrightError):
    """Nothing by that name can be explained; the text lists what can."""


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a derivation: an intent field (`path`), a catalog fact or a plan value."""

    name: str
    value: str
    path: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Derivation:
    """A value, how it follows, and from what."""

    subject: str
    value: str
    how: str
    inputs: tuple[Input, ...]


def explain(plan: Plan, host: str, subject: tuple[str, ...]) -> Derivation:
    """Return the derivation of `subject` on `host` (a device, or `fabric`).

    Subjects: a device's `asn`, `loopback`, `mgmt_address`, `bmc_address`, `block`; `PORT address`,
    `PORT peer`, `PORT length`, `PORT lanes`, `PORT xoff`; of the fabric `spines`, `uplinks`,
    `sus`. Raises: ExplainError naming what exists.
    """
    if host == FABRIC:
        return _choose(_FABRIC, subject, host)(plan)
    device = plan.device.get(host)
    if device is None:
        raise ExplainError(f"no device {host!r} in this plan; `railwright show devices` lists them")
    port = next((one for one in plan.ports[host] if subject and one.name == subject[0]), None)
    if port is None and len(subject) > 1:
        raise ExplainError(f"{host} has no port {subject[0]!r}")
    if port is None:
        return _choose(_DEVICE, subject, host, f"PORT {'|'.join(_PORT)}")(plan, device)
    link = plan.links_of.get(host, {}).get(port.name)
    if link is None:
        raise ExplainError(f"{host} {port.name} is a spare port: nothing is planned on it")
    return _choose(_PORT, subject[1:], f"{host} {port.name}")(plan, device, port, link)


def _choose(table: Mapping[str, _T], subject: tuple[str, ...], what: str, more: str = "") -> _T:
    if len(subject) == 1 and subject[0] in table:
        return table[subject[0]]
    options = ", ".join((*table, *([more] if more else ())))
    given = " ".join(subject) or "nothing"
    raise ExplainError(f"{what}: cannot explain {given!r}; choose one of {options}")


def _capacity(plan: Plan) -> Input:
    return Input("capacity", f"{plan.intent.nodes.gpu.reserved} nodes", "nodes.gpu.capacity")


def _spines(plan: Plan) -> Derivation:
    shape = plan.shape
    if not shape.spines:
        raise ExplainError(f"a {shape.design} fabric has no spines")
    return Derivation(
        "fabric spines",
        str(shape.spines),
        "for every number of uplinks that keeps the asked ratio and fits the leaf: the smallest "
        "divisor of it that is at least 2 and at least leaves x uplinks / spine cages; then the "
        "fewest spines, then the fewest uplinks. Rejected: "
        + ("; ".join(shape.rejected) or "none"),
        (
            Input("leaves", str(shape.sus * shape.leaves_per_su)),
            Input("uplinks per leaf", str(shape.uplinks_per_leaf)),
            Input("spine cages", str(_cages(plan, "spine")), "networks.compute.spine"),
            Input(
                "asked ratio",
                f"{shape.asked_oversubscription:g}:1",
                "networks.compute.oversubscription",
            ),
            Input("effective ratio", f"{shape.effective_oversubscription:.2f}:1"),
        ),
    )


def _uplinks(plan: Plan) -> Derivation:
    shape = plan.shape
    return Derivation(
        "fabric uplinks",
        f"{shape.uplinks_per_leaf} per leaf, {shape.links_per_pair} to each spine",
        "nodes per SU x NIC speed / (ratio x uplink speed), rounded up to what spreads evenly "
        "over the spines",
        (
            Input("nodes per SU", str(shape.nodes_per_su), "networks.compute.nodes_per_su"),
            Input("NIC speed", f"{shape.nic_speed_gbps}G", "nodes.gpu.model"),
            Input("uplink speed", f"{shape.uplink_speed_gbps}G", "networks.compute.leaf"),
        ),
    )


def _sus(plan: Plan) -> Derivation:
    shape = plan.shape
    return Derivation(
        "fabric sus",
        f"{shape.sus} of {shape.nodes_per_su} nodes, {shape.sus_deployed} deployed",
        "capacity / nodes per SU, rounded up; nodes per SU is what one leaf's NIC ports hold "
        "unless the intent says less",
        (
            _capacity(plan),
            Input("nodes per SU", str(shape.nodes_per_su), "networks.compute.nodes_per_su"),
        ),
    )


def _cages(plan: Plan, role: str) -> int:
    compute = plan.intent.networks.compute
    name = compute.spine or compute.leaf if role == "spine" else compute.leaf
    return len(plan.platforms[name].cages)


def _asn(plan: Plan, device: Device) -> Derivation:
    if device.asn is None:
        raise ExplainError(f"{device.name} is a host and has no ASN")
    return Derivation(
        f"{device.name} asn",
        str(device.asn),
        "base + digits NPPSSSLL: network, pod, SU (0 for the pod's spines), leaf within the SU; "
        + ("RFC 6996 private range, " if device.asn in PRIVATE else "")
        + "RFC 7938 one ASN per leaf and one per spine group",
        (
            Input("base", str(plan.intent.pools.asn_base), "pools.asn_base"),
            Input("network", f"compute = {NETWORK_DIGIT['compute']}"),
            Input("pod", str(device.pod or POD)),
            Input("SU", str(device.su or 0)),
            Input("leaf", str(device.rail or 0)),
        ),
    )


def _loopback(plan: Plan, device: Device) -> Derivation:
    if device.loopback is None:
        raise ExplainError(f"{device.name} is a host and has no loopback")
    layouts = addressing.assign(plan.intent, plan.shape)
    leaf = device.role == "leaf"
    place = f"rail {device.rail}, SU {device.su}" if leaf else f"spine {device.index}"
    return Derivation(
        f"{device.name} loopback",
        f"{device.loopback}/32",
        (layouts.leaf_loopbacks if leaf else layouts.spine_loopbacks).describe(),
        (
            Input("pool", str(plan.intent.pools.loopbacks), "pools.loopbacks"),
            Input("place", f"network 0 (compute), tier {0 if leaf else 1}, {place}"),
            _capacity(plan),
        ),
    )


def _management(plan: Plan, device: Device) -> Derivation:
    layouts = addressing.assign(plan.intent, plan.shape)
    pool = "oob" if device.is_switch else "inband"
    place = device.management
    number = ("node, from 1", str(device.index))
    if device.is_switch:
        spine = device.role == "spine"
        value = spine_number(plan.shape, device.index) if spine else device.index
        number = ("switch, from 0: leaves, then spines", str(value))
    return Derivation(
        f"{device.name} mgmt_address",
        f"{place.address}/{place.prefix_length} via {place.gateway}",
        f"{(layouts.oob if device.is_switch else layouts.inband).describe()}; members start at "
        f".{FIRST_MEMBER}, the gateway is .1",
        (
            Input("pool", str(getattr(plan.intent.pools, pool)), f"pools.{pool}"),
            Input(*number),
        ),
    )


def _bmc(plan: Plan, device: Device) -> Derivation:
    if device.bmc is None:
        raise ExplainError(f"{device.name} has no BMC in the plan")
    per = plan.intent.networks.oob.nodes_per_subnet
    return Derivation(
        f"{device.name} bmc_address",
        f"{device.bmc.address}/{device.bmc.prefix_length}",
        f"block (node - 1) div {per} + 1, member (node - 1) mod {per} + {FIRST_MEMBER}; "
        + addressing.assign(plan.intent, plan.shape).oob.describe(),
        (
            Input("pool", str(plan.intent.pools.oob), "pools.oob"),
            Input("node", str(device.index)),
            Input("BMCs per subnet", str(per), "networks.oob.nodes_per_subnet"),
        ),
    )


def _block(plan: Plan, device: Device) -> Derivation:
    block = next((one.prefix for one in plan.subnets if one.owner == device.name), None)
    if block is None:
        raise ExplainError(f"{device.name} originates no block; only leaves do")
    return Derivation(
        f"{device.name} block",
        block,
        addressing.assign(plan.intent, plan.shape).hosts.describe(),
        (
            Input("pool", str(plan.intent.pools.compute_hosts), "pools.compute_hosts"),
            Input("place", f"rail {device.rail}, SU {device.su}"),
            _capacity(plan),
        ),
    )


def _address(plan: Plan, device: Device, port: Port, link: Link) -> Derivation:
    layouts = addressing.assign(plan.intent, plan.shape)
    host = link.kind == "host"
    pool = "compute_hosts" if host else "compute_links"
    upper = device.name == link.z.device
    return Derivation(
        f"{device.name} {port.name} address",
        f"{link.end(device.name).address}/31",
        f"{(layouts.hosts if host else layouts.links).describe()}; last bit 0 is the upper end",
        (
            Input("pool", str(getattr(plan.intent.pools, pool)), f"pools.{pool}"),
            Input("place", f"rail {link.rail}, SU {link.su}"),
            Input("end", "upper (even)" if upper else "lower (odd)"),
            _capacity(plan),
        ),
    )


def _peer(plan: Plan, device: Device, port: Port, link: Link) -> Derivation:
    peer = link.peer(device.name)
    rule = (
        "NIC r of node n goes to leaf (SU of n, rail r), port (n - 1) mod nodes per SU"
        if link.kind == "host"
        else "uplink u of a leaf goes to spine u div k + 1; on the spine, leaf l takes ports l*k "
        "to l*k+k-1 (k links per pair)"
    )
    return Derivation(
        f"{device.name} {port.name} peer",
        f"{peer.device} {peer.port}" + ("" if link.deployed else " (reserved)"),
        rule,
        (
            Input("link", link.id),
            Input("nodes per SU", str(plan.shape.nodes_per_su), "networks.compute.nodes_per_su"),
            Input("k", str(plan.shape.links_per_pair)),
        ),
    )


def _length(plan: Plan, device: Device, port: Port, link: Link) -> Derivation:
    field = "host_m" if link.kind == "host" else "fabric_m"
    kind = "ASSUMED, " if link.length.assumed else ""
    return Derivation(
        f"{device.name} {port.name} length",
        f"{link.length.length_m:g} m",
        kind + link.length.provenance,
        (Input(field, f"{getattr(plan.intent.lengths, field):g} m", f"lengths.{field}"),),
    )


def _lanes(plan: Plan, device: Device, port: Port, link: Link) -> Derivation:
    if not device.is_switch:
        raise ExplainError(f"{device.name} is a host; its NICs have no planned lanes")
    platform = plan.platforms[device.platform]
    return Derivation(
        f"{device.name} {port.name} lanes",
        port.lanes,
        f"cage {port.cage} ({port.parent}), subport {port.subport}, {link.speed_gbps}G",
        (Input("platform", platform.name, f"networks.compute.{device.role}", platform.source),),
    )


def _xoff(plan: Plan, device: Device, port: Port, link: Link) -> Derivation:
    if not device.is_switch:
        raise ExplainError(f"{device.name} is a host; headroom is planned on switch ports")
    room = plan.port_headroom(device, port)
    return Derivation(
        f"{device.name} {port.name} xoff",
        f"{room.xoff_bytes} bytes (xon {room.xon_bytes}, size {room.size_bytes})",
        f"row {room.speed_gbps}G {room.table_length_m} m of the platform's table: the next "
        f"length not below {room.length_m:g} m" + ("; table ASSUMED" if room.assumed else ""),
        (
            Input("speed", f"{link.speed_gbps}G"),
            Input(
                "length",
                f"{link.length.length_m:g} m",
                f"lengths.{'host_m' if link.kind == 'host' else 'fabric_m'}",
            ),
            Input("table", device.hwsku or "", source=room.source),
        ),
    )


_FABRIC: Mapping[str, Callable[[Plan], Derivation]] = MappingProxyType(
    {"spines": _spines, "uplinks": _uplinks, "sus": _sus}
)
_DEVICE: Mapping[str, Callable[[Plan, Device], Derivation]] = MappingProxyType(
    {
        "asn": _asn,
        "loopback": _loopback,
        "mgmt_address": _management,
        "bmc_address": _bmc,
        "block": _block,
    }
)
_PORT: Mapping[str, Callable[[Plan, Device, Port, Link], Derivation]] = MappingProxyType(
    {"address": _address, "peer": _peer, "length": _length, "lanes": _lanes, "xoff": _xoff}
)
