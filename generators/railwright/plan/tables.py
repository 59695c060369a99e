"""The plan as flat rows, one function per table: what `show` prints and scripts read.

Every row of a table has the same keys in the same order; a value that does not apply is None.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from railwright.intent.roce_rules import DEFAULT_CLASS
from railwright.naming import OOB_LEG
from railwright.plan import tables_floor
from railwright.plan.model import Plan
from railwright.plan.qos import roce_of, tos

Cell = str | int | float | bool | None
Row = dict[str, Cell]


def devices(plan: Plan) -> Iterator[Row]:
    """Yield one row per deployed device."""
    for device in plan.devices:
        yield {
            "name": device.name,
            "role": device.role,
            "network": device.network,
            "platform": device.platform,
            "hwsku": device.hwsku,
            "pod": device.pod,
            "su": device.su,
            "rail": device.rail,
            "plane": device.plane,
            "loopback": device.loopback,
            "asn": device.asn,
            "mgmt_address": device.management.address,
            "mgmt_prefix_length": device.management.prefix_length,
            "mgmt_gateway": device.management.gateway,
            "bmc_address": device.bmc.address if device.bmc else None,
        }


def links(plan: Plan) -> Iterator[Row]:
    """Yield one row per link, reserved ones included (`deployed` false)."""
    for link in plan.links:
        yield {
            "id": link.id,
            "kind": link.kind,
            "network": link.network,
            "pod": link.pod,
            "su": link.su,
            "rail": link.rail,
            "plane": link.plane,
            "vlan": link.vlan,
            "a_device": link.a.device,
            "a_port": link.a.port,
            "a_address": link.a.address,
            "z_device": link.z.device,
            "z_port": link.z.port,
            "z_address": link.z.address,
            "prefix": link.prefix,
            "speed_gbps": link.speed_gbps,
            "length_m": link.length.length_m,
            "length_from": link.length.provenance,
            "length_assumed": link.length.assumed,
            "deployed": link.deployed,
        }


def addresses(plan: Plan) -> Iterator[Row]:
    """Yield one row per address of a deployed device; `ipv6` is its twin in a dual-stack plan."""
    for row in _addresses(plan):
        twin = plan.dual.address(str(row["address"])) if plan.dual else None
        yield {**row, "ipv6": twin}


def _addresses(plan: Plan) -> Iterator[Row]:
    for device in plan.devices:
        if device.loopback:
            yield _address(device.name, "Loopback0", device.loopback, 32, "loopback")
        place = device.management
        port = "eth0"
        yield _address(device.name, port, place.address, place.prefix_length, "management")
        if device.bmc:
            bmc = device.bmc
            yield _address(device.name, "bmc", bmc.address, bmc.prefix_length, "bmc")
        if device.oob:
            leg = device.oob
            yield _address(device.name, OOB_LEG, leg.address, leg.prefix_length, "management")
        for svi in plan.svis_of.get(device.name, ()):
            length = int(svi.prefix.rpartition("/")[2])
            yield _address(device.name, f"Vlan{svi.vlan}", svi.gateway, length, "gateway")
        for name, link in plan.links_of.get(device.name, {}).items():
            if link.kind == "access" or (link.vlan is not None and device.is_switch):
                continue  # said above: a management address, or that of the VLAN
            length = int(link.prefix.rpartition("/")[2])
            yield _address(device.name, name, link.end(device.name).address, length, link.kind)


def _address(device: str, port: str, address: str, prefix_length: int, kind: str) -> Row:
    return {
        "device": device,
        "port": port,
        "address": address,
        "prefix_length": prefix_length,
        "kind": kind,
    }


def subnets(plan: Plan) -> Iterator[Row]:
    """Yield one row per block or subnet."""
    for subnet in plan.subnets:
        yield {
            "prefix": subnet.prefix,
            "network": subnet.network,
            "kind": subnet.kind,
            "owner": subnet.owner,
            "gateway": subnet.gateway or None,
        }


def asns(plan: Plan) -> Iterator[Row]:
    """Yield one row per switch that speaks BGP."""
    for device in plan.switches:
        sessions = len(plan.sessions_of.get(device.name, ()))
        yield {
            "asn": device.asn,
            "name": device.name,
            "role": device.role,
            "network": device.network,
            "sessions": sessions,
        }


def rails(plan: Plan) -> Iterator[Row]:
    """Yield one row per compute leaf: which rail of which SU it serves, with how many ports."""
    for device in plan.switches:
        if device.role != "leaf" or device.network != "compute":
            continue
        table = plan.links_of.get(device.name, {}).values()
        hosts = [link for link in table if link.kind == "host"]
        yield {
            "pod": device.pod,
            "su": device.su,
            "rail": device.rail,
            "plane": device.plane,
            "leaf": device.name,
            "nodes": len({link.a.device for link in hosts if link.deployed}),
            "reserved": len({link.a.device for link in hosts}),
            "block": plan.block_of[device.name].prefix,
        }


def qos(plan: Plan) -> Iterator[Row]:
    """Yield one row per traffic class; `tos` is the byte nodes must send lossless data with."""
    for network, classes in plan.qos.items():
        roce = roce_of(plan.intent, network)
        for one in classes:
            is_rest = one.name == DEFAULT_CLASS
            yield {
                "network": network,
                "name": one.name,
                "priority": one.priority,
                "dscp": "all others" if is_rest else ",".join(map(str, one.dscps)),
                "tos": tos(roce, one.dscps[0]) if roce and one.lossless else None,
                "lossless": one.lossless,
                "scheduling": "strict" if one.strict else "dwrr",
                "weight": one.weight,
            }


def headroom(plan: Plan) -> Iterator[Row]:
    """Yield one row per kind of lossless port: platform, speed and cable length."""
    for key, room in plan.headroom.items():
        yield {
            "network": key.network,
            "platform": key.platform,
            "hwsku": key.hwsku,
            "speed_gbps": key.speed_gbps,
            "lanes": key.lanes,
            "length_m": key.length_m,
            "cable_m": room.cable_m,
            "method": room.method,
            "xon_bytes": room.xon_bytes,
            "xoff_bytes": room.xoff_bytes,
            "size_bytes": room.size_bytes,
            "assumed": room.assumed,
        }


TABLES: Mapping[str, Callable[[Plan], Iterator[Row]]] = MappingProxyType(
    {
        "devices": devices,
        "links": links,
        "addresses": addresses,
        "subnets": subnets,
        "asns": asns,
        "rails": rails,
        "qos": qos,
        "headroom": headroom,
        "racks": tables_floor.racks,
        "places": tables_floor.places,
        "power": tables_floor.power,
        "trays": tables_floor.trays,
        "cables": tables_floor.cables,
        "modules": tables_floor.modules,
        "bom": tables_floor.bom,
    }
)
