"""Ports, addresses and VLANs of CONFIG_DB as `ip -batch` lines, compared with what the kernel has.

Stands in for SONiC's portmgrd, intfmgrd and vlanmgrd. A port is the veth of the same name; a port
without one is not cabled in the lab and is left out. What the lab's kernel may lack is replaced or
reported: loopback addresses sit on `lo` (no dummy device), a VLAN is a bridge of its own (no VLAN
filtering), port channels, sub-interfaces and VRFs do not exist.

Facts on VLANs: sonic-swss e6b0c5b5d, cfgmgr/vlanmgr.cpp and orchagent/portsorch.cpp. The VLAN's
device carries the switch's MAC address and has a member that is always up, so that its address
stays while no host is there; `admin_status` stops routing, not switching; `mtu` is that of routing.
"""

import ipaddress
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from .bgp_lines import Fields, Tables, addresses, localhost, natural, text

DEFAULT_MTU_BYTES = 9100
"""What portmgrd and vlanmgrd take when a PORT or VLAN row has no mtu."""

MANAGEMENT_PORT = "eth0"
_PORT_NAME = re.compile(r"Ethernet\d+")
_VLAN_NAME = re.compile(r"Vlan\d+")
_MADE_NAME = re.compile(r"Vlan\d+(-up)?|E\d+\.\d+")
"""Devices that exist only for CONFIG_DB: VLANs, what holds them up, ports' tagged legs."""
_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")


@dataclass(frozen=True, slots=True)
class Kernel:
    """What this kernel can make: a device that is always up, and tagged legs of ports.

    `holder` is the kind of the former, empty if there is none.
    """

    holder: str = ""
    tags: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """One network device as the kernel reports it; `addresses` are its global ones with length."""

    name: str
    index: int = 0
    up: bool = False
    oper_up: bool = False
    mtu_bytes: int = 1500
    master: str = ""
    mac: str = ""
    addresses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What CONFIG_DB asks of one device; None for `mtu_bytes` and an empty `mac` leave it as it is.

    `made` are the words after `link add` that make it where it is missing; `lower` is the port
    that it is a part of.
    """

    up: bool
    mtu_bytes: int | None = None
    master: str = ""
    mac: str = ""
    addresses: tuple[str, ...] = ()
    made: str = ""
    lower: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """`ip -batch` lines in order, and what of CONFIG_DB the lab cannot do."""

    lines: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())


def parse_links(ip_json: str) -> dict[str, Link]:
    """Return the devices in the output of `ip -json address`, by name without `@peer`."""
    found = {}
    for entry in json.loads(ip_json or "[]"):
        if not entry.get("ifname"):
            continue
        flags = entry.get("flags", [])
        owned = (
            f"{item['local']}/{item['prefixlen']}"
            for item in entry.get("addr_info", [])
            if item.get("scope") != "link" and not ipaddress.ip_address(item["local"]).is_loopback
        )
        found[entry["ifname"]] = Link(
            name=entry["ifname"],
            index=int(entry.get("ifindex", 0)),
            up="UP" in flags,
            oper_up=entry.get("operstate") == "UP",
            mtu_bytes=int(entry.get("mtu", 0)),
            master=entry.get("master", ""),
            mac=entry.get("address", ""),
            addresses=frozenset(owned),
        )
    return found


def plan(
    config: Tables,
    links: Mapping[str, Link],
    only: Collection[str] | None = None,
    kernel: Kernel = Kernel(),
) -> Plan:
    """Return how to bring the data plane from `links` to what `config` asks for; eth0 is left out.

    Without any PORT row there is no configuration yet: links stay as the lab made them, so that
    LLDP can show the cabling before the first push.

    Args:
        config: CONFIG_DB.
        links: what the kernel has, by name.
        only: devices to look at, all if None. A switch acts on the rows that change; a port that
            somebody took down by hand stays down while others are configured.
        kernel: what it can make.
    """
    if not config.get("PORT"):
        return Plan()
    wanted = _wanted(config, links, kernel)
    considered = wanted.keys() | {name for name in links if _MADE_NAME.fullmatch(name)}
    if only is not None:
        new = set(only) - links.keys()
        along = {name for name, one in wanted.items() if one.lower in only or one.master in new}
        considered &= along | set(only)
    lines = [f"link del dev {name}" for name in _ordered(considered - wanted.keys())]
    names = _ordered(considered & wanted.keys())
    lines += [f"link add {wanted[name].made}" for name in names if name not in links]
    for step in (_link_lines, _removal_lines, _address_lines):
        for name in names:
            lines += step(name, wanted[name], links.get(name, Link(name, mtu_bytes=0)))
    return Plan(tuple(lines), tuple(_notes(config, kernel)))


def affected(keys: Iterable[str]) -> set[str]:
    """Return the devices that changed rows (`TABLE|key`) are about."""
    found: set[str] = set()
    for key in keys:
        table, _, rest = key.partition("|")
        parts = rest.split("|")
        if table in {"PORT", "INTERFACE", "VLAN", "VLAN_INTERFACE"}:
            found.add(parts[0])
        if table == "VLAN":
            found.add(_holder_name(parts[0]))
        elif table == "VLAN_MEMBER" and len(parts) == 2:
            found.update((*parts, _leg_name(*parts)))
        elif table == "LOOPBACK_INTERFACE":
            found.add("lo")
    return found


def _ordered(names: Iterable[str]) -> list[str]:
    """Return device names so that each comes after what it joins or is made of: VLANs first."""

    def rank(name: str) -> int:
        if _VLAN_NAME.fullmatch(name):
            return 0
        return 2 if _MADE_NAME.fullmatch(name) else 1

    return sorted(names, key=lambda name: (rank(name), natural(name)))


def plan_management(old: Tables, new: Tables, links: Mapping[str, Link]) -> Plan:
    """Return the eth0 lines for the rows that changed between two states of CONFIG_DB.

    Only a change touches eth0, and the last address never goes before another is there: the lab
    made it with the planned address, so that a switch can be reached before any configuration.

    In a management VRF the subnet of eth0 is in a table of its own and never beside the fabric's
    routes. Without VRFs in this kernel the same is had by an address without a subnet, and the
    subnet in the table that traffic from this address is sent to (`default`, as outside a VRF).
    """
    before, after = _management(old), _management(new)
    if before == after or not after or MANAGEMENT_PORT not in links:
        return Plan()
    present = links[MANAGEMENT_PORT].addresses
    added = [address for address in after if address not in present]
    gone = {address for address in before if address not in after}
    lines = [f"address add {address} dev {MANAGEMENT_PORT}" for address in added]
    if _in_vrf(new):
        subnets = [ipaddress.ip_interface(one) for one in _planned(new)]
        lines += [
            f"route replace {one.network} dev {MANAGEMENT_PORT} src {one.ip} table default"
            for one in subnets
        ]
        gone |= {str(one) for one in subnets}
    lines += [f"address del {one} dev {MANAGEMENT_PORT}" for one in present if one in gone]
    return Plan(tuple(lines))


def _management(config: Tables) -> list[str]:
    planned = _planned(config)
    if not _in_vrf(config):
        return planned
    alone = (ipaddress.ip_interface(one).ip for one in planned)
    return [f"{one}/{one.max_prefixlen}" for one in alone]


def _planned(config: Tables) -> list[str]:
    rows = addresses(config, "MGMT_INTERFACE")
    return [str(address) for name, address in rows if name == MANAGEMENT_PORT]


def _in_vrf(config: Tables) -> bool:
    row = config.get("MGMT_VRF_CONFIG", {}).get("vrf_global", {})
    return text(row, "mgmtVrfEnabled") == "true"


def _holder_name(vlan: str) -> str:
    """Return the device that holds a VLAN up; a name that no VLAN and no port has."""
    return f"{vlan}-up"


def _leg_name(vlan: str, port: str) -> str:
    """Return the device for the frames of `port` that carry the tag of `vlan`.

    The port's whole name would not fit into the 15 characters of a device name.
    """
    return f"E{port.removeprefix('Ethernet')}.{vlan.removeprefix('Vlan')}"


def _wanted(config: Tables, links: Mapping[str, Link], kernel: Kernel) -> dict[str, Wanted]:
    """Return what is wanted of every port with a link, every VLAN, and `lo`."""
    owned = _addresses(config)
    wanted = {"lo": Wanted(up=True, addresses=owned.get("lo", ()))}
    wanted |= _wanted_vlans(config, owned, kernel)
    wanted |= _wanted_ports(config, owned, links)
    return wanted | (_wanted_legs(config, links) if kernel.tags else {})


def _wanted_vlans(
    config: Tables, owned: Mapping[str, tuple[str, ...]], kernel: Kernel
) -> dict[str, Wanted]:
    wanted = {}
    for name, row in config.get("VLAN", {}).items():
        if not _VLAN_NAME.fullmatch(name):
            continue
        routes = text(row, "admin_status", "up") == "up"
        mac = (text(row, "mac") or text(localhost(config), "mac")).lower()
        wanted[name] = Wanted(
            up=True,
            mtu_bytes=_mtu_bytes(row),
            mac=mac if _MAC.fullmatch(mac) else "",
            addresses=owned.get(name, ()) if routes else (),
            made=f"name {name} type bridge mcast_snooping 0",
        )
        if kernel.holder:
            holder = _holder_name(name)
            made = f"name {holder} type {kernel.holder}"
            wanted[holder] = Wanted(up=True, master=name, made=made)
    return wanted


def _wanted_ports(
    config: Tables, owned: Mapping[str, tuple[str, ...]], links: Mapping[str, Link]
) -> dict[str, Wanted]:
    """Return what is wanted of every port that has a link."""
    ports = config.get("PORT", {})
    masters = {port: vlan for vlan, port, tagged in _members(config) if not tagged}
    wanted = {}
    for name in links:
        if not _PORT_NAME.fullmatch(name):
            continue
        if name not in ports:  # a port without a row does not exist on a switch
            wanted[name] = Wanted(up=False)
            continue
        wanted[name] = Wanted(
            up=text(ports[name], "admin_status") == "up",
            mtu_bytes=_mtu_bytes(ports[name]),
            master=masters.get(name, ""),
            addresses=owned.get(name, ()),
        )
    return wanted


def _wanted_legs(config: Tables, links: Mapping[str, Link]) -> dict[str, Wanted]:
    """Return a device for every VLAN that a port carries tagged."""
    return {
        _leg_name(vlan, port): Wanted(
            up=True,
            mtu_bytes=_mtu_bytes(config["PORT"][port]),
            master=vlan,
            made=f"link {port} name {_leg_name(vlan, port)} type vlan id {vlan[len('Vlan') :]}",
            lower=port,
        )
        for vlan, port, tagged in _members(config)
        if tagged and port in links
    }


def _mtu_bytes(row: Fields) -> int:
    mtu = text(row, "mtu")
    return int(mtu) if mtu.isdecimal() else DEFAULT_MTU_BYTES


def _addresses(config: Tables) -> dict[str, tuple[str, ...]]:
    """Return the addresses per device; an address row counts only next to its bare row."""
    found: dict[str, list[str]] = {}
    for table in ("INTERFACE", "VLAN_INTERFACE", "LOOPBACK_INTERFACE"):
        rows = config.get(table, {})
        for name, address in addresses(config, table):
            if name not in rows or text(rows[name], "vrf_name"):
                continue
            device = "lo" if table == "LOOPBACK_INTERFACE" else name
            found.setdefault(device, []).append(str(address))
    return {device: tuple(dict.fromkeys(owned)) for device, owned in found.items()}


def _members(config: Tables) -> Iterator[tuple[str, str, bool]]:
    """Yield VLAN, port and whether it is tagged, of every VLAN_MEMBER row that names both.

    `priority_tagged` is, to the switch's kernel, untagged.
    """
    vlans, ports, rows = (config.get(table, {}) for table in ("VLAN", "PORT", "VLAN_MEMBER"))
    for key in sorted(rows, key=natural):
        vlan, _, port = key.partition("|")
        if vlan in vlans and _VLAN_NAME.fullmatch(vlan) and port in ports:
            yield vlan, port, text(rows[key], "tagging_mode") == "tagged"


def _link_lines(name: str, wanted: Wanted, link: Link) -> Iterator[str]:
    if wanted.mtu_bytes is not None and wanted.mtu_bytes != link.mtu_bytes:
        yield f"link set dev {name} mtu {wanted.mtu_bytes}"
    if wanted.mac and wanted.mac != link.mac:
        yield f"link set dev {name} address {wanted.mac}"
    if wanted.master != link.master:
        master = f"master {wanted.master}" if wanted.master else "nomaster"
        yield f"link set dev {name} {master}"
    if wanted.up != link.up:
        yield f"link set dev {name} {'up' if wanted.up else 'down'}"


def _removal_lines(name: str, wanted: Wanted, link: Link) -> Iterator[str]:
    for address in sorted(link.addresses - set(wanted.addresses), key=natural):
        yield f"address del {address} dev {name}"


def _address_lines(name: str, wanted: Wanted, link: Link) -> Iterator[str]:
    for address in wanted.addresses:
        if address not in link.addresses:
            version, length = ipaddress.ip_interface(address).version, int(address.split("/")[1])
            broadcast = " broadcast +" if version == 4 and length < 31 else ""
            yield f"address add {address}{broadcast} dev {name}"


def _notes(config: Tables, kernel: Kernel) -> Iterator[str]:
    for table, what in (
        ("PORTCHANNEL", "port channels"),
        ("VLAN_SUB_INTERFACE", "sub-interfaces"),
        ("VRF", "VRFs"),
    ):
        if config.get(table):
            yield f"{table}: the lab has no {what}, the rows are not acted on"
    if config.get("VLAN") and not kernel.holder:
        yield "VLAN: nothing here can hold a VLAN without a live port up; its subnet goes with them"
    tagged = [f"{vlan}|{port}" for vlan, port, is_tagged in _members(config) if is_tagged]
    if tagged and not kernel.tags:
        yield f"VLAN_MEMBER: this kernel has no tagged members: {', '.join(tagged)}"
