"""The lab's network as `ip -batch` text: namespaces, every cable as a veth pair, management.

Nothing here touches the kernel. Both ends of a veth pair carry the planned port names, because
each is created straight inside its device's namespace.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Interface

from railwright.lab.state import Kind
from railwright.plan.model import Device, Link, Management, Plan, Port

MANAGEMENT_PORT = "eth0"
UNCONFIGURED_MTU_BYTES = 1500
"""What a booted node's rails have until its own configuration raises it."""

_MANAGEMENT_MTU_BYTES = 1500
_FIRST_RAIL_TABLE = 100
_FIRST_RAIL_RULE = 1000


@dataclass(frozen=True, slots=True)
class Wiring:
    """What to run, in order: `create` and `links` on the host, the rest inside namespaces.

    `namespaces` is by device name, with `controller` and `void` besides; `inside` is by
    namespace. The void holds the far ends of ports without a cable, so that they are down.
    """

    controller: str
    void: str
    namespaces: Mapping[str, str]
    create: tuple[str, ...]
    links: tuple[str, ...]
    inside: Mapping[str, tuple[str, ...]]

    @property
    def all_namespaces(self) -> tuple[str, ...]:
        """Return every namespace of the lab."""
        return (self.controller, self.void, *self.namespaces.values())


def namespace(cluster: str, device: str) -> str:
    """Return the name of a device's network namespace."""
    return f"rw-{cluster}-{device}"


def controller_namespace(cluster: str) -> str:
    """Return the name of the namespace the devices are managed from; it has no uplink."""
    return namespace(cluster, "ctl")


def mac(device: str, port: str = "") -> str:
    """Return the locally administered MAC address of a device, or of one port of a node.

    All ports of a switch share its base address, as on a box; a node's NICs have their own.
    """
    digest = hashlib.sha256(f"{device}/{port}".encode()).digest()
    return ":".join(f"{byte:02x}" for byte in (0x02, *digest[:5]))


def wire(plan: Plan, kinds: Mapping[str, Kind]) -> Wiring:
    """Return the wiring of the whole plan; `kinds` says what every device is in this lab."""
    cluster = plan.intent.cluster
    names = {device.name: namespace(cluster, device.name) for device in plan.devices}
    controller, void = controller_namespace(cluster), namespace(cluster, "void")
    bare = (device for device in plan.devices if kinds[device.name] == "bare")
    inside = {names[device.name]: tuple(_bare_lines(plan, device)) for device in bare}
    inside[controller] = tuple(_controller_lines(plan))
    return Wiring(
        controller=controller,
        void=void,
        namespaces=names,
        create=tuple(f"netns add {name}" for name in (controller, void, *names.values())),
        links=(
            *_cable_lines(plan, kinds, names),
            *_uncabled_lines(plan, names, void),
            *_management_links(plan, names, controller),
        ),
        inside=inside,
    )


def fingerprint(wiring: Wiring, kinds: Mapping[str, Kind]) -> str:
    """Return a hash of the wiring and of what boots: equal means the same lab."""
    parts = (*wiring.create, *wiring.links, *map(repr, sorted(wiring.inside.items())))
    text = "\n".join((*parts, *map(repr, sorted(kinds.items()))))
    return hashlib.sha256(text.encode()).hexdigest()


def boot_lines(plan: Plan, device: Device) -> Iterator[str]:
    """Yield what a device runs in its namespace when it boots: back to new, then management.

    A device that boots again finds what its former life left in the kernel.
    """
    yield "link set dev lo up"
    for port in plan.ports[device.name]:
        yield f"link set dev {port.name} down mtu {_mtu(port, device)}"
        yield f"address flush dev {port.name}"
    yield "address flush dev lo scope global"
    yield "route flush table all type blackhole"
    yield "route flush table all type unreachable"
    yield "rule flush"  # also takes what the kernel itself starts with, apart from `local`
    yield "rule add from all lookup main priority 32766"
    yield "rule add from all lookup default priority 32767"
    yield from _management_lines(device.management)
    gateway = f"default via {device.management.gateway} dev {MANAGEMENT_PORT}"
    if not device.is_switch:
        yield f"route replace {gateway}"
        return
    # as SONiC does, so that the data plane never follows the management network's default route
    yield f"route replace {gateway} table default metric 201"
    yield f"rule add from {device.management.address} lookup default priority 32765"


def _cable_lines(plan: Plan, kinds: Mapping[str, Kind], names: Mapping[str, str]) -> Iterator[str]:
    ports = {(port.device, port.name): port for row in plan.ports.values() for port in row}
    for link in plan.links:
        if _is_live(plan, link):
            ends = []
            for end in (link.a, link.z):
                device, port = plan.device[end.device], ports[end.device, end.port]
                bare = kinds[device.name] == "bare"
                mtu_bytes = port.mtu_bytes if bare else _mtu(port, device)
                ends.append(_end(names, device, port.name, mtu_bytes))
            yield _veth(*ends)


def _mtu(port: Port, device: Device) -> int:
    return port.mtu_bytes if device.is_switch else UNCONFIGURED_MTU_BYTES


def _is_live(plan: Plan, link: Link) -> bool:
    return link.deployed and link.a.device in plan.device and link.z.device in plan.device


def _end(names: Mapping[str, str], device: Device, port: str, mtu_bytes: int) -> str:
    address = mac(device.name, "" if device.is_switch else port)
    return f"{port} netns {names[device.name]} mtu {mtu_bytes} address {address}"


def _veth(a: str, z: str) -> str:
    return f"link add {a} type veth peer name {z}"


def _uncabled_lines(plan: Plan, names: Mapping[str, str], void: str) -> Iterator[str]:
    number = 0
    for device in plan.switches:
        cabled = plan.links_of.get(device.name, {})
        for port in plan.ports[device.name]:
            if port.name in cabled and _is_live(plan, cabled[port.name]):
                continue
            number += 1
            near = _end(names, device, port.name, port.mtu_bytes)
            yield _veth(near, f"v{number} netns {void}")


def _management_links(plan: Plan, names: Mapping[str, str], controller: str) -> Iterator[str]:
    for number, device in enumerate(plan.devices):
        near = _end(names, device, MANAGEMENT_PORT, _MANAGEMENT_MTU_BYTES)
        yield _veth(near, f"p{number} netns {controller}")


def _controller_lines(plan: Plan) -> Iterator[str]:
    """Yield one bridge per management subnet, each with the subnet's gateway address."""
    yield "link set dev lo up"
    bridges: dict[str, str] = {}
    for gateway in dict.fromkeys(_gateways(plan)):
        bridges[gateway] = name = f"mgmt{len(bridges)}"
        yield f"link add name {name} mtu {_MANAGEMENT_MTU_BYTES} type bridge stp_state 0"
        yield f"address add {gateway} dev {name}"
        yield f"link set dev {name} up"
    for number, device in enumerate(plan.devices):
        yield f"link set dev p{number} master {bridges[_gateway(device.management)]} up"


def _gateways(plan: Plan) -> Iterator[str]:
    for subnet in plan.subnets:
        if subnet.gateway:
            yield f"{subnet.gateway}/{subnet.prefix.split('/')[1]}"
    for device in plan.devices:
        yield _gateway(device.management)


def _gateway(management: Management) -> str:
    return f"{management.gateway}/{management.prefix_length}"


def _management_lines(management: Management) -> Iterator[str]:
    yield f"link set dev {MANAGEMENT_PORT} up"
    address = IPv4Interface(f"{management.address}/{management.prefix_length}")
    yield f"address replace {address} dev {MANAGEMENT_PORT}"


def _bare_lines(plan: Plan, device: Device) -> Iterator[str]:
    """Yield what makes a namespace answer pings on every rail, each by its own leaf."""
    yield "link set dev lo up"
    yield from _management_lines(device.management)
    yield f"route add default via {device.management.gateway} dev {MANAGEMENT_PORT}"
    cabled = plan.links_of.get(device.name, {})
    for number, port in enumerate(plan.ports[device.name]):
        link = cabled[port.name]
        own, leaf = link.end(device.name), link.peer(device.name)
        table = _FIRST_RAIL_TABLE + number
        yield f"link set dev {port.name} up"
        yield f"address add {own.address}/{link.prefix.split('/')[1]} dev {port.name}"
        yield f"route add default via {leaf.address} dev {port.name} table {table}"
        yield f"rule add from {own.address} lookup {table} priority {_FIRST_RAIL_RULE + number}"
