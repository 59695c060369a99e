"""Ports, addresses and VLANs of CONFIG_DB as `ip -batch` lines, compared with what the kernel has.

Stands in for SONiC's portmgrd, intfmgrd and vlanmgrd. A port is the veth of the same name; a port
without one is not cabled in the lab and is left out. What the lab's kernel may lack is replaced or
reported: loopback addresses sit on `lo` (no dummy device), an untagged VLAN is a bridge of its own
(no VLAN filtering), tagged members, port channels, sub-interfaces and VRFs do not exist.
"""

import ipaddress
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from .bgp_lines import Tables, addresses, natural, text

DEFAULT_MTU_BYTES = 9100
"""What portmgrd sets when a PORT row has no mtu."""

MANAGEMENT_PORT = "eth0"
_PORT_NAME = re.compile(r"Ethernet\d+")
_VLAN_NAME = re.compile(r"Vlan\d+")


@dataclass(frozen=True, slots=True)
class Link:
    """One network device as the kernel reports it; `addresses` are its global ones with length."""

    name: str
    index: int = 0
    up: bool = False
    oper_up: bool = False
    mtu_bytes: int = 1500
    master: str = ""
    addresses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What CONFIG_DB asks of one device; None for `mtu_bytes` leaves it as it is."""

    up: bool
    mtu_bytes: int | None = None
    master: str = ""
    addresses: tuple[str, ...] = ()


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
            addresses=frozenset(owned),
        )
    return found


def plan(config: Tables, links: Mapping[str, Link], only: Collection[str] | None = None) -> Plan:
    """Return how to bring the data plane from `links` to what `config` asks for; eth0 is left out.

    Without any PORT row there is no configuration yet: links stay as the lab made them, so that
    LLDP can show the cabling before the first push.

    Args:
        config: CONFIG_DB.
        links: what the kernel has, by name.
        only: devices to look at, all if None. A switch acts on the rows that change; a port that
            somebody took down by hand stays down while others are configured.
    """
    if not config.get("PORT"):
        return Plan()
    wanted = _wanted(config, links)
    vlans = {name for name in links if _VLAN_NAME.fullmatch(name)}
    considered = wanted.keys() | vlans if only is None else (wanted.keys() | vlans) & set(only)
    lines = [f"link del dev {name}" for name in _ordered(considered - wanted.keys())]
    names = _ordered(considered & wanted.keys())
    for name in names:
        if _VLAN_NAME.fullmatch(name) and name not in links:
            lines.append(f"link add name {name} mtu {DEFAULT_MTU_BYTES} type bridge")
    for step in (_link_lines, _removal_lines, _address_lines):
        for name in names:
            lines += step(name, wanted[name], links.get(name, Link(name)))
    return Plan(tuple(lines), tuple(_notes(config)))


def affected(keys: Iterable[str]) -> set[str]:
    """Return the devices that changed rows (`TABLE|key`) are about."""
    found: set[str] = set()
    for key in keys:
        table, _, rest = key.partition("|")
        parts = rest.split("|")
        if table in {"PORT", "INTERFACE", "VLAN", "VLAN_INTERFACE"}:
            found.add(parts[0])
        elif table == "VLAN_MEMBER":
            found.update(parts[:2])
        elif table == "LOOPBACK_INTERFACE":
            found.add("lo")
    return found


def _ordered(names: Iterable[str]) -> list[str]:
    """Return device names with VLANs first: a port can only join a bridge that exists."""
    return sorted(names, key=lambda name: (not _VLAN_NAME.fullmatch(name), natural(name)))


def plan_management(old: Tables, new: Tables, links: Mapping[str, Link]) -> Plan:
    """Return the eth0 lines for the rows that changed between two states of CONFIG_DB.

    Only a change touches eth0, and the last address never goes before another is there: the lab
    made it with the planned address, so that a switch can be reached before any configuration.
    """
    before, after = _management(old), _management(new)
    if before == after or not after or MANAGEMENT_PORT not in links:
        return Plan()
    present = links[MANAGEMENT_PORT].addresses
    added = [address for address in after if address not in present]
    gone = [address for address in before if address not in after and address in present]
    lines = [f"address add {address} dev {MANAGEMENT_PORT}" for address in added]
    lines += [f"address del {address} dev {MANAGEMENT_PORT}" for address in gone]
    return Plan(tuple(lines))


def _management(config: Tables) -> list[str]:
    rows = addresses(config, "MGMT_INTERFACE")
    return [str(address) for name, address in rows if name == MANAGEMENT_PORT]


def _wanted(config: Tables, links: Mapping[str, Link]) -> dict[str, Wanted]:
    """Return what is wanted of every port with a link, every VLAN, and `lo`."""
    owned = _addresses(config)
    ports, vlans = config.get("PORT", {}), config.get("VLAN", {})
    masters = {
        port: vlan
        for vlan, port, tagged in _members(config)
        if not tagged and vlan in vlans and port in ports
    }
    wanted = {"lo": Wanted(up=True, addresses=owned.get("lo", ()))}
    for name, row in vlans.items():
        if _VLAN_NAME.fullmatch(name):
            up = text(row, "admin_status", "up") == "up"
            wanted[name] = Wanted(up=up, addresses=owned.get(name, ()))
    for name in links:
        if not _PORT_NAME.fullmatch(name):
            continue
        if name not in ports:  # a port without a row does not exist on a switch
            wanted[name] = Wanted(up=False)
            continue
        row = ports[name]
        mtu = text(row, "mtu")
        wanted[name] = Wanted(
            up=text(row, "admin_status") == "up",
            mtu_bytes=int(mtu) if mtu.isdecimal() else DEFAULT_MTU_BYTES,
            master=masters.get(name, ""),
            addresses=owned.get(name, ()),
        )
    return wanted


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
    """Yield VLAN, port and whether it is tagged, of every VLAN_MEMBER row."""
    rows = config.get("VLAN_MEMBER", {})
    for key in sorted(rows, key=natural):
        vlan, _, port = key.partition("|")
        yield vlan, port, text(rows[key], "tagging_mode") != "untagged"


def _link_lines(name: str, wanted: Wanted, link: Link) -> Iterator[str]:
    if wanted.mtu_bytes is not None and wanted.mtu_bytes != link.mtu_bytes:
        yield f"link set dev {name} mtu {wanted.mtu_bytes}"
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


def _notes(config: Tables) -> Iterator[str]:
    for table, what in (
        ("PORTCHANNEL", "port channels"),
        ("VLAN_SUB_INTERFACE", "sub-interfaces"),
        ("VRF", "VRFs"),
    ):
        if config.get(table):
            yield f"{table}: the lab has no {what}, the rows are not acted on"
    tagged = [f"{vlan}|{port}" for vlan, port, is_tagged in _members(config) if is_tagged]
    if tagged:
        yield f"VLAN_MEMBER: the lab has no tagged members, not acted on: {', '.join(tagged)}"
