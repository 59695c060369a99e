"""Switch and plan: ports, addresses and BGP sessions."""

from collections.abc import Iterator

from railwright.plan.ipv6 import DUAL_NETWORKS
from railwright.plan.model import Device, Link, LinkEnd, Port
from railwright.proof.model import Finding
from railwright.proof.rows import place
from railwright.proof.scene import Scene, shown
from railwright.proof.sheet import ADDRESSES, PLAN, PORTS, SESSIONS
from railwright.proof.switches import Lane, Neighbour, Switch
from railwright.sonic.tables import up_down
from railwright.units import mbps

LOOPBACK = "Loopback0"
SPEED = "the link stays down, or is as slow at both ends: nothing is proven for this speed"
NO_SESSION = "the session does not come up, and traffic goes without this link"


def check(scene: Scene) -> None:
    """Compare ports, addresses and sessions of every switch with the plan."""
    for device, switch in scene.read():
        for port in scene.plan.ports[device.name]:
            scene.sheet.count(PLAN, PORTS, 5)
            scene.sheet.differ(*_port(device, port, switch.lane(port.name)))
        for interface, wanted in _interfaces(scene, device):
            have = switch.addresses(interface)
            scene.sheet.count(PLAN, ADDRESSES, len(wanted))
            if have != wanted:
                scene.sheet.differ(*_addresses(device, interface, have, wanted))
        scene.sheet.differ(*_sessions(scene, device, switch))


def _port(device: Device, port: Port, lane: Lane | None) -> Iterator[Finding]:
    other = f"plan: port {device.name} {port.name}"
    if lane is None:
        where = place(device.name, "PORT", port.name)
        yield Finding(PLAN, PORTS, where, "(absent)", other, "a port", "the port does not exist")
        return
    for field, have, want, effect in (
        ("admin_status", up_down(up=lane.up), up_down(up=port.enabled), _shut(port)),
        ("speed", lane.speed_mbps, mbps(port.speed_gbps), SPEED),
        ("lanes", lane.lanes, port.lanes, "the port is another part of the chip"),
        ("mtu", lane.mtu_bytes, port.mtu_bytes, "packets the other end sends are dropped"),
    ):
        if have != want:
            where = place(device.name, "PORT", port.name, field)
            yield Finding(PLAN, PORTS, where, shown(have), other, shown(want), effect)


def _shut(port: Port) -> str:
    """Return what follows from a port that is not up, or not down, as planned."""
    return "the link is down" if port.enabled else "a port that nobody planned to use is up"


def _interfaces(scene: Scene, device: Device) -> Iterator[tuple[str, frozenset[str]]]:
    dual = scene.plan.dual if device.network in DUAL_NETWORKS else None

    def both(address: str, prefix: str) -> frozenset[str]:
        found = {f"{address}/{_length(prefix)}"}
        if dual:
            found.add(f"{dual.address(address)}/{_length(dual.prefix(prefix) or '')}")
        return frozenset(found)

    if device.loopback:
        yield LOOPBACK, both(device.loopback, f"{device.loopback}/32")
    for svi in scene.plan.svis_of.get(device.name, ()):
        yield f"Vlan{svi.vlan}", both(svi.gateway, svi.prefix)
    for port, link in scene.cabled(device):
        if link.vlan is None:
            yield port.name, both(own_end(device, link).address, link.prefix)
        else:
            yield port.name, frozenset()


def own_end(device: Device, link: Link) -> LinkEnd:
    """Return a switch's own end of a link."""
    return link.a if link.a.device == device.name else link.z


def _length(prefix: str) -> str:
    return prefix.rpartition("/")[2]


def _addresses(
    device: Device, interface: str, have: frozenset[str], wanted: frozenset[str]
) -> Iterator[Finding]:
    kind = {"Loop": "LOOPBACK_INTERFACE", "Vlan": "VLAN_INTERFACE"}.get(interface[:4], "INTERFACE")
    other = f"plan: addresses of {device.name} {interface}"
    for address in sorted(wanted - have):
        where = place(device.name, kind, f"{interface}|{address}")
        effect = "the other end has no peer or gateway there"
        yield Finding(PLAN, ADDRESSES, where, "(absent)", other, address, effect)
    for address in sorted(have - wanted):
        where = place(device.name, kind, f"{interface}|{address}")
        effect = "an address that belongs to nobody, or to somebody else, is in use"
        yield Finding(PLAN, ADDRESSES, where, address, other, "(absent)", effect)


def _sessions(scene: Scene, device: Device, switch: Switch) -> Iterator[Finding]:
    wanted = dict(_neighbours(scene, device))
    scene.sheet.count(PLAN, SESSIONS, 1 + 4 * len(wanted))
    other = f"plan: asn of {device.name}"
    if device.asn is not None and switch.asn != device.asn:
        where = place(device.name, "DEVICE_METADATA", "localhost", "bgp_asn")
        effect = "every session of the switch stays down: its peers expect another AS number"
        yield Finding(PLAN, SESSIONS, where, shown(switch.asn), other, str(device.asn), effect)
    for address, expected in wanted.items():
        have = switch.neighbour(address)
        if have != expected:
            yield from _neighbour(device, address, have, expected)
    for address in switch.table("BGP_NEIGHBOR"):
        if address not in wanted:
            where = place(device.name, "BGP_NEIGHBOR", address)
            effect = "a session that nobody planned, over which routes may enter"
            found = switch.neighbour(address)
            yield Finding(
                PLAN,
                SESSIONS,
                where,
                f"AS {shown(found and found.asn)}",
                f"plan: sessions of {device.name}",
                "(absent)",
                effect,
            )


def _neighbours(scene: Scene, device: Device) -> Iterator[tuple[str, Neighbour]]:
    dual = scene.plan.dual if device.network in DUAL_NETWORKS else None
    for session in scene.plan.sessions_of.get(device.name, ()):
        link = session.link
        near, far, asn = link.a, link.z, session.asn_z
        if link.a.device != device.name:
            near, far, asn = link.z, link.a, session.asn_a
        yield far.address, Neighbour(asn, near.address, far.device, up=True)
        if dual:
            twin = dual.address(near.address) or ""
            yield dual.address(far.address) or "", Neighbour(asn, twin, far.device, up=True)


def _neighbour(
    device: Device, address: str, have: Neighbour | None, expected: Neighbour
) -> Iterator[Finding]:
    other = f"plan: session {device.name} - {expected.name}"
    if have is None:
        where = place(device.name, "BGP_NEIGHBOR", address)
        found = f"AS {expected.asn}"
        yield Finding(PLAN, SESSIONS, where, "(absent)", other, found, NO_SESSION)
        return
    for field, one, want in (
        ("asn", have.asn, expected.asn),
        ("local_addr", have.local, expected.local),
        ("name", have.name, expected.name),
        ("admin_status", up_down(up=have.up), up_down(up=expected.up)),
    ):
        if one != want:
            where = place(device.name, "BGP_NEIGHBOR", address, field)
            yield Finding(PLAN, SESSIONS, where, shown(one), other, shown(want), NO_SESSION)
