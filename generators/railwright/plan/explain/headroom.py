"""Why a lossless port has its headroom: the formula's, the table's or the bound's addends.

And what its buffers are told of the cable: the planned length as the emitted files have it.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from railwright.plan.explain.derivation import (
    Derivation,
    ExplainError,
    Input,
    PortPlace,
    length_input,
)
from railwright.plan.headroom.engine import buffer_model
from railwright.plan.model import Headroom, Port, Term
from railwright.plan.nodes_roce import settings
from railwright.plan.qos import roce_of, roce_path


def _room(where: PortPlace) -> Headroom:
    """Return the headroom of a port. Raises: ExplainError for a port without."""
    device, link = where.device, where.link
    if not device.is_switch:
        raise ExplainError(f"{device.name} is a host; headroom is planned on switch ports")
    port = _lossless(where)
    if link.kind == "border":
        raise ExplainError(
            f"{where.subject} leads outside and is not lossless: {link.z.device} may not pause it"
        )
    return where.plan.port_headroom(device, port)


def _lossless(where: PortPlace) -> Port:
    """Return a data port of a network with a lossless class. Raises: ExplainError for others."""
    if where.port is None or where.link.network not in where.plan.qos:
        network = where.link.network
        raise ExplainError(f"{where.subject}: the {network} network carries no lossless class")
    return where.port


def _xoff(where: PortPlace) -> Derivation:
    room = _room(where)
    value = f"{room.xoff_bytes} bytes (xon {room.xon_bytes}, size {room.size_bytes})"
    return _derived(where, "xoff", value, room)


def _xon(where: PortPlace) -> Derivation:
    room = _room(where)
    below = room.xon_offset_bytes
    value = f"{room.xon_bytes} bytes"
    if below is not None:
        value = f"{value}, and {below} bytes below the pause threshold"
    return _derived(where, "xon", value, room)


def _size(where: PortPlace) -> Derivation:
    room = _room(where)
    return _derived(where, "size", f"{room.size_bytes} bytes", room)


def _headroom(where: PortPlace) -> Derivation:
    room = _room(where)
    value = (
        f"xoff {room.xoff_bytes}, xon {room.xon_bytes}, size {room.size_bytes} bytes, "
        f"dynamic threshold {room.threshold}"
    )
    return _derived(where, "headroom", value, room)


def _cable_length(where: PortPlace) -> Derivation:
    """Return what CABLE_LENGTH says of a port, or the NIC's driver is told, and why."""
    port = _lossless(where)
    if where.device.is_node:
        return _nic_cable_length(where)
    room = where.plan.port_headroom(where.device, port)
    how = (
        "CABLE_LENGTH is the length of the row used, so that the buffer manager finds the same row"
        if room.method == "table"
        else "CABLE_LENGTH is the planned length in whole metres, rounded up"
    )
    if where.link.kind == "border":
        how = f"{how}; the port leads outside, is not lossless and needs no headroom"
    taken = "row used" if room.method == "table" else "whole metres"
    return Derivation(
        f"{where.subject} cable_length",
        f"{room.length_m:g} m planned -> {room.cable_m}m, {taken}",
        how,
        tuple(_basis(where, room)),
    )


def _nic_cable_length(where: PortPlace) -> Derivation:
    found = {one.port.interface: one for one in settings(where.plan, where.device)}
    nic = found.get(where.name)
    if nic is None or nic.cable_m is None:
        raise ExplainError(
            f"{where.subject} has no cable length to set: as far as the catalog knows, this NIC "
            "does not size its headroom by it"
        )
    return Derivation(
        f"{where.subject} cable_length",
        f"{where.link.length.length_m:g} m planned -> {nic.cable_m} m, whole metres",
        "the NIC's driver sizes the headroom of its port by whole metres, rounded up",
        (length_input(where), Input("NIC", nic.port.model)),
    )


def _derived(where: PortPlace, subject: str, value: str, room: Headroom) -> Derivation:
    inputs = (*_basis(where, room), *_terms(room))
    return Derivation(f"{where.subject} {subject}", value, _how(room), inputs)


def _how(room: Headroom) -> str:
    if room.method == "formula":
        return (
            "the switch computes it (dynamic buffer model); xoff is the sum of the addends, "
            "rounded up to KiB, size adds xon unless ports share a headroom pool"
        )
    assumed = "; table ASSUMED" if room.assumed else ""
    if room.method == "table":
        return (
            f"row {room.speed_gbps}G {room.cable_m} m of the platform's table: the next length "
            f"not below {room.length_m:g} m{assumed}"
        )
    return (
        "ASSUMED: the platform ships neither a formula nor a row for this speed, so xoff is the "
        "first-principles bound"
    )


def _basis(where: PortPlace, room: Headroom) -> Iterator[Input]:
    """Yield what the headroom was asked for, and where its figures come from."""
    plan, link = where.plan, where.link
    roce = roce_of(plan.intent, link.network)
    yield Input("speed", f"{link.speed_gbps}G, {room.lanes} lanes")
    yield length_input(where)
    if roce is not None and room.method == "formula":
        at = f"{roce_path(link.network)}.headroom"
        yield Input("MTU", f"{room.mtu_bytes} bytes", f"networks.{link.network}.mtu_bytes")
        pattern = roce.headroom
        packets = f"{pattern.pattern_mtu_bytes} bytes, {pattern.small_packet_percent} % small"
        yield Input("packets", packets, f"{at}.pattern_mtu_bytes")
    if roce is not None:
        model = buffer_model(plan.platforms[where.device.platform], roce)
        key = f"{roce_path(link.network)}.headroom.model" if roce.headroom.model else ""
        yield Input("buffer model", model, key)
    yield Input(room.method, where.device.hwsku or "", source=room.source)


def _terms(room: Headroom) -> Iterator[Input]:
    yield from _addends("", room.terms)
    if room.method != "bound" and room.bound_bytes:
        yield Input("first-principles bound on xoff", f"{room.bound_bytes} bytes")
        yield from _addends("of the bound: ", room.bound_terms)


def _addends(prefix: str, terms: tuple[Term, ...]) -> Iterator[Input]:
    for term in terms:
        yield Input(f"{prefix}{term.name}", f"{term.bytes:.10g} bytes")


SUBJECTS: Mapping[str, Callable[[PortPlace], Derivation]] = MappingProxyType(
    {
        "xoff": _xoff,
        "xon": _xon,
        "size": _size,
        "headroom": _headroom,
        "cable_length": _cable_length,
    }
)
