"""Why a lossless port has its headroom: the formula's, the table's or the bound's addends."""

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
from railwright.plan.model import Headroom, Term
from railwright.plan.qos import roce_of, roce_path


def _room(where: PortPlace) -> Headroom:
    """Return the headroom of a port. Raises: ExplainError for a port without."""
    device, port, link = where.device, where.port, where.link
    if not device.is_switch or port is None:
        raise ExplainError(f"{device.name} is a host; headroom is planned on switch ports")
    if link.network not in where.plan.qos:
        raise ExplainError(f"{where.subject}: the {link.network} network carries no lossless class")
    if link.kind == "border":
        raise ExplainError(
            f"{where.subject} leads outside and is not lossless: {link.z.device} may not pause it"
        )
    return where.plan.port_headroom(device, port)


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


def _derived(where: PortPlace, subject: str, value: str, room: Headroom) -> Derivation:
    return Derivation(f"{where.subject} {subject}", value, _how(room), tuple(_inputs(where, room)))


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


def _inputs(where: PortPlace, room: Headroom) -> Iterator[Input]:
    plan, link = where.plan, where.link
    roce = roce_of(plan.intent, link.network)
    yield Input("speed", f"{link.speed_gbps}G, {room.lanes} lanes")
    yield length_input(where)
    if roce is not None and room.method == "formula":
        at = f"{roce_path(link.network)}.headroom"
        yield Input("MTU", f"{room.mtu_bytes} bytes", f"networks.{link.network}.mtu_bytes")
        settings = roce.headroom
        packets = f"{settings.pattern_mtu_bytes} bytes, {settings.small_packet_percent} % small"
        yield Input("packets", packets, f"{at}.pattern_mtu_bytes")
    if roce is not None:
        model = buffer_model(plan.platforms[where.device.platform], roce)
        key = f"{roce_path(link.network)}.headroom.model" if roce.headroom.model else ""
        yield Input("buffer model", model, key)
    yield from _addends("", room.terms)
    what = {"formula": "formula", "table": "table", "bound": "bound"}[room.method]
    yield Input(what, where.device.hwsku or "", source=room.source)
    if room.method != "bound" and room.bound_bytes:
        yield Input("first-principles bound on xoff", f"{room.bound_bytes} bytes")
        yield from _addends("of the bound: ", room.bound_terms)


def _addends(prefix: str, terms: tuple[Term, ...]) -> Iterator[Input]:
    for term in terms:
        yield Input(f"{prefix}{term.name}", f"{term.bytes:.10g} bytes")


SUBJECTS: Mapping[str, Callable[[PortPlace], Derivation]] = MappingProxyType(
    {"xoff": _xoff, "xon": _xon, "size": _size, "headroom": _headroom}
)
