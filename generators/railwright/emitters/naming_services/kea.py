"""DHCP: one Kea DHCPv4 configuration with a fixed address for every management port.

A host is known by the switch port it is on: SONiC's relay says which in option 82. A MAC address
from the assets file is stronger: it is asked first, so that swapped cables swap no BMCs, and it is
the only identity on subnets without a relay. There are no pools: what is not planned gets nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Network
from typing import Any

import orjson

from railwright.files import OutputFile, Part
from railwright.intent.model import Services
from railwright.naming import OOB_LEG
from railwright.plan import host_names
from railwright.plan.model import Device, Management, Plan, Subnet, Svi

# SONiC starts the relay with `-a %h:%p`: its host name and the alias of the port the client is on.
# Source: sonic-buildimage dockers/docker-dhcp-relay/dhcpv4-relay.agents.j2 (202305 to 202511) and
# src/isc-dhcp/patch/0002 to 0004, whose buffers have IFNAMSIZ bytes: a longer alias is sent with
# whatever follows it in memory.
LONGEST_ALIAS = 15
# A lease outlives both servers by half of this at least, and blocks a replaced part's address for
# all of it at most.
LEASE_S = 14_400


@dataclass(frozen=True, slots=True)
class Client:
    """One port that asks for an address: its name, its place, what it is known by."""

    name: str
    address: str
    mac: str | None
    circuit: str | None
    serial: str | None


def parts(plan: Plan) -> Iterator[Part]:
    """Yield the configuration as one part."""
    yield partial(_file, plan)


def _file(plan: Plan) -> Iterator[OutputFile]:
    text = orjson.dumps({"Dhcp4": config(plan)}, option=orjson.OPT_INDENT_2)
    yield OutputFile("dhcp/kea-dhcp4.conf", text + b"\n")


def config(plan: Plan) -> dict[str, Any]:
    """Return the server's configuration."""
    clients = _clients(plan)
    both = any(one.mac and one.circuit for group in clients.values() for one in group)
    subnets = sorted(
        (one for one in plan.subnets if one.kind == "access"),
        key=lambda one: IPv4Network(one.prefix),
    )
    svis = {svi.prefix: svi for svi in plan.svis}
    return {
        "comment": f"{plan.intent.cluster}: for every DHCP server alike; needs Kea 2.6 or later",
        "interfaces-config": {"interfaces": _interfaces(plan)},
        "lease-database": {"type": "memfile", "lfc-interval": 3600},
        "valid-lifetime": LEASE_S,
        # A host identifies itself one way when it boots from the network, another way later.
        "match-client-id": False,
        "host-reservation-identifiers": ["hw-address", "circuit-id"],
        "reservations-in-subnet": True,
        "reservations-out-of-pool": True,
        "ip-reservations-unique": not both,
        # A renewal goes straight to the server, past the relay: Kea has to remember the port, or
        # it would refuse to renew what it gave.
        "store-extended-info": True,
        "stash-agent-options": True,
        "subnet4": [
            _subnet(plan, one, svis.get(one.prefix), clients[one.prefix]) for one in subnets
        ],
    }


def _interfaces(plan: Plan) -> list[str]:
    """Return where the management servers listen; everywhere on servers that are not planned."""
    servers = [device for device in plan.devices if device.role == "management_node"]
    if not servers:
        return ["*"]
    return ["eth0", OOB_LEG] if any(server.oob for server in servers) else ["eth0"]


def _clients(plan: Plan) -> dict[str, list[Client]]:
    """Return who asks for an address, by subnet, in natural order."""
    relaying = {(svi.device, svi.vlan) for svi in plan.svis if svi.relay}
    aliases: dict[str, Mapping[str, str]] = {}
    found: dict[str, list[Client]] = {}
    for device in host_names.in_order(plan):
        for port, name, place in _ports(device):
            circuit = _circuit(plan, device.name, port, relaying, aliases)
            asset = plan.intent.assets.of.get(device.name) if plan.intent.assets else None
            client = Client(
                name=name,
                address=place.address,
                mac=asset.macs.get(port) if asset else None,
                circuit=circuit,
                serial=asset.serial if asset else None,
            )
            found.setdefault(place.subnet, []).append(client)
    return found


def _ports(device: Device) -> Iterator[tuple[str, str, Management]]:
    """Yield the management ports of a device: port, name and address."""
    yield "eth0", device.name, device.management
    if device.bmc:
        yield "bmc", host_names.bmc_name(device), device.bmc
    if device.oob:
        yield OOB_LEG, host_names.leg_name(device), device.oob


def _circuit(
    plan: Plan,
    device: str,
    port: str,
    relaying: set[tuple[str, int]],
    aliases: dict[str, Mapping[str, str]],
) -> str | None:
    """Return what the relay sends for a client, None where no relay does."""
    link = plan.links_of.get(device, {}).get(port)
    if link is None or link.vlan is None or (link.z.device, link.vlan) not in relaying:
        return None
    switch = link.z.device
    if switch not in aliases:
        aliases[switch] = {one.name: one.alias for one in plan.ports[switch]}
    alias = aliases[switch][link.z.port]
    return f"{switch}:{alias}" if len(alias) <= LONGEST_ALIAS else None


def _subnet(plan: Plan, subnet: Subnet, svi: Svi | None, clients: list[Client]) -> dict[str, Any]:
    services = plan.switch_services if subnet.network == "oob" else plan.intent.services
    relay = {"relay": {"ip-addresses": [svi.gateway]}} if svi and svi.relay else {}
    reservations = [row for client in clients for row in _reservations(client)]
    unknown = sum(not (client.mac or client.circuit) for client in clients)
    return {
        # Leases refer to it, so it must never change: the subnet itself as a number.
        "id": int(IPv4Network(subnet.prefix).network_address),
        "subnet": subnet.prefix,
        "comment": f"{subnet.owner}, {_hearing(svi)}" + (_unknown(unknown) if unknown else ""),
        **relay,
        "option-data": list(_options(subnet, services)),
        "reservations": reservations,
    }


def _hearing(svi: Svi | None) -> str:
    """Return how requests of a subnet reach the servers."""
    if svi is None:
        return "behind switches that are not planned"
    place = f"on {svi.device} Vlan{svi.vlan}"
    return f"{place}, relayed" if svi.relay else f"{place}, not relayed"


def _unknown(clients: int) -> str:
    return f"; {clients} without an identity: add their MAC addresses to the assets file"


def _options(subnet: Subnet, services: Services) -> Iterator[dict[str, str]]:
    yield {"name": "routers", "data": subnet.gateway}
    if services.domain:
        yield {"name": "domain-name", "data": services.domain}
    if services.dns_servers:
        yield {"name": "domain-name-servers", "data": ", ".join(services.dns_servers)}
    if services.ntp_servers:
        yield {"name": "ntp-servers", "data": ", ".join(services.ntp_servers)}


def _reservations(client: Client) -> Iterator[dict[str, Any]]:
    identities = {"hw-address": client.mac, "circuit-id": client.circuit and f"'{client.circuit}'"}
    context = {"user-context": {"serial": client.serial}} if client.serial else {}
    for kind, value in identities.items():
        if value:
            row = {kind: value, "ip-address": client.address, "hostname": client.name}
            yield {**row, **context}
