"""The lab's network as values and `ip -batch` text: every cable as a veth pair, and management.

Nothing here touches the kernel. Both ends of a veth pair carry the planned port names, because
each is created straight inside its device's namespace. Management goes over the controller's
bridges: cables to access switches are not wired, and routers outside the plan do not exist.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface

from railwright.lab.state import PREFIX, Kind
from railwright.plan.model import Device, Link, LinkKind, Management, Plan, Port

MANAGEMENT_PORT = "eth0"
UNCONFIGURED_MTU_BYTES = 1500
"""What a booted node's ports have until its own configuration raises it."""

_WIRED: frozenset[LinkKind] = frozenset({"host", "fabric"})
_MANAGEMENT_MTU_BYTES = 1500
_FIRST_TABLE = 100
_FIRST_RULE = 1000
_NAME_DIGITS = 12  # of a hash, in names of the lab's own: with a letter in front, 13 of 15 allowed


@dataclass(frozen=True, slots=True)
class End:
    """One end of a veth pair: its namespace, its name there, and what it starts with.

    An `mtu_bytes` of 0 and an empty `mac` are the kernel's own choice.
    """

    namespace: str
    name: str
    mtu_bytes: int = 0
    mac: str = ""

    @property
    def words(self) -> str:
        """Return what comes after the name in an `ip link` line that makes or moves this end."""
        own = f" mtu {self.mtu_bytes} address {self.mac}" if self.mtu_bytes else ""
        return f"netns {self.namespace}{own}"


@dataclass(frozen=True, slots=True)
class Pair:
    """A veth pair; `a` is a port of a device, `z` another one's, or in the void or controller."""

    a: End
    z: End

    @property
    def line(self) -> str:
        """Return the line that makes the pair, run on the host."""
        a, z = self.a, self.z
        return f"link add {a.name} {a.words} type veth peer name {z.name} {z.words}"


@dataclass(frozen=True, slots=True)
class Wiring:
    """What a lab's network is made of.

    `namespaces` is by device name, with `controller` and `void` besides; `inside` holds the lines
    to run inside a namespace, by its name. The void holds the far ends of ports without a cable,
    so that they are down.
    """

    controller: str
    void: str
    namespaces: Mapping[str, str]
    pairs: tuple[Pair, ...]
    inside: Mapping[str, tuple[str, ...]]

    @property
    def all_namespaces(self) -> tuple[str, ...]:
        """Return every namespace of the lab."""
        return (self.controller, self.void, *self.namespaces.values())

    @property
    def create(self) -> tuple[str, ...]:
        """Return the lines that make the namespaces."""
        return tuple(f"netns add {name}" for name in self.all_namespaces)

    @property
    def links(self) -> tuple[str, ...]:
        """Return the lines that make the veth pairs."""
        return tuple(pair.line for pair in self.pairs)


def devices_of(plan: Plan) -> tuple[Device, ...]:
    """Return the devices a lab has: all but PDUs, in plan order."""
    return tuple(device for device in plan.devices if device.is_switch or device.is_node)


def namespace(cluster: str, device: str) -> str:
    """Return the name of a device's network namespace."""
    return f"{PREFIX}{cluster}-{device}"


def controller_namespace(cluster: str) -> str:
    """Return the name of the namespace the devices are managed from; it has no uplink."""
    return namespace(cluster, "ctl")


def mac(device: str, port: str = "") -> str:
    """Return the locally administered MAC address of a device, or of one port of a node.

    All ports of a switch share its base address, as on a box; a node's NICs have their own.
    """
    digest = hashlib.sha256(f"{device}/{port}".encode()).digest()
    return ":".join(f"{byte:02x}" for byte in (0x02, *digest[:5]))


def loose_end(void: str, device: str, port: str) -> End:
    """Return where a port without a cable leads to."""
    return End(void, _own_name("v", device, port))


def wire(plan: Plan, kinds: Mapping[str, Kind]) -> Wiring:
    """Return the wiring of the whole plan; `kinds` says what every device is in this lab.

    Names follow from what they name alone, so the wiring of a grown plan holds that of the old.
    """
    cluster = plan.intent.cluster
    devices = devices_of(plan)
    names = {device.name: namespace(cluster, device.name) for device in devices}
    controller, void = controller_namespace(cluster), namespace(cluster, "void")
    bare = (device for device in devices if kinds[device.name] == "bare")
    inside = {names[device.name]: tuple(_bare_lines(plan, device)) for device in bare}
    inside[controller] = tuple(_controller_lines(devices))
    return Wiring(
        controller=controller,
        void=void,
        namespaces=names,
        pairs=(
            *_cables(plan, kinds, names, void),
            *(_management_pair(device, names, controller) for device in devices),
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

    A device that boots again finds what its former life left in the kernel. Routes of the kinds
    named have no port to go with; `table all` without a family is IPv4 and IPv6.
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
        # with the metric of an address that networkd gets by DHCP, behind what a network is given
        yield f"route replace {gateway} metric 1024"
        return
    # as SONiC does, so that the data plane never follows the management network's default route
    yield f"route replace {gateway} table default metric 201"
    yield f"rule add from {device.management.address} lookup default priority 32765"


def _cables(
    plan: Plan, kinds: Mapping[str, Kind], names: Mapping[str, str], void: str
) -> Iterator[Pair]:
    """Yield a pair per wired link, then one into the void per switch port without a cable."""
    cables = [link for link in plan.links if _is_wired(link, names)]
    wanted = {(end.device, end.port) for link in cables for end in (link.a, link.z)}
    ends: dict[tuple[str, str], End] = {}
    loose: list[Pair] = []
    for name, space in names.items():
        device = plan.device[name]
        for port in plan.ports[name]:  # once per device: ports are computed when asked for
            mtu_bytes = port.mtu_bytes if kinds[name] == "bare" else _mtu(port, device)
            end = End(space, port.name, mtu_bytes, _mac_of(device, port.name))
            if (name, port.name) in wanted:
                ends[name, port.name] = end
            elif device.is_switch:
                loose.append(Pair(end, loose_end(void, name, port.name)))
    for link in cables:
        yield Pair(ends[link.a.device, link.a.port], ends[link.z.device, link.z.port])
    yield from loose


def _is_wired(link: Link, names: Mapping[str, str]) -> bool:
    here = link.a.device in names and link.z.device in names
    return link.kind in _WIRED and link.deployed and here


def _mtu(port: Port, device: Device) -> int:
    return port.mtu_bytes if device.is_switch else UNCONFIGURED_MTU_BYTES


def _mac_of(device: Device, port: str) -> str:
    return mac(device.name, "" if device.is_switch else port)


def _own_name(letter: str, *parts: str) -> str:
    """Return a name that follows from these parts, for an end that has no planned one."""
    return letter + hashlib.sha256("/".join(parts).encode()).hexdigest()[:_NAME_DIGITS]


def _management_pair(device: Device, names: Mapping[str, str], controller: str) -> Pair:
    address = _mac_of(device, MANAGEMENT_PORT)
    near = End(names[device.name], MANAGEMENT_PORT, _MANAGEMENT_MTU_BYTES, address)
    return Pair(near, End(controller, _own_name("p", device.name)))


def _controller_lines(devices: Iterable[Device]) -> Iterator[str]:
    """Yield one bridge per management subnet, each with the subnet's gateway address."""
    yield "link set dev lo up"
    made: set[str] = set()
    for device in devices:
        bridge = _bridge(device.management)
        if bridge not in made:
            made.add(bridge)
            gateway = f"{device.management.gateway}/{device.management.prefix_length}"
            yield f"link add name {bridge} mtu {_MANAGEMENT_MTU_BYTES} type bridge stp_state 0"
            yield f"address add {gateway} dev {bridge}"
            yield f"link set dev {bridge} up"
        yield f"link set dev {_own_name('p', device.name)} master {bridge} up"


def _bridge(management: Management) -> str:
    """Return the name of a subnet's bridge: its gateway's address in hexadecimal digits."""
    return f"mgmt{int(IPv4Address(management.gateway)):08x}"


def _management_lines(management: Management) -> Iterator[str]:
    yield f"link set dev {MANAGEMENT_PORT} up"
    address = IPv4Interface(f"{management.address}/{management.prefix_length}")
    yield f"address replace {address} dev {MANAGEMENT_PORT}"


def _bare_lines(plan: Plan, device: Device) -> Iterator[str]:
    """Yield what makes a namespace answer pings on every data port, each by its own leaf."""
    yield "link set dev lo up"
    yield from _management_lines(device.management)
    yield f"route add default via {device.management.gateway} dev {MANAGEMENT_PORT}"
    cabled = plan.links_of.get(device.name, {})
    for number, port in enumerate(plan.ports[device.name]):
        link = cabled[port.name]
        if not link.deployed:
            continue
        own, leaf = link.end(device.name), link.peer(device.name)
        table = _FIRST_TABLE + number
        yield f"link set dev {port.name} up"
        yield f"address add {own.address}/{link.prefix.split('/')[1]} dev {port.name}"
        yield f"route add default via {leaf.address} dev {port.name} table {table}"
        yield f"rule add from {own.address} lookup {table} priority {_FIRST_RULE + number}"
