"""DNS: a name for every address, an address for every name.

Two files per zone. `<zone>.records` has the records alone, for a site that includes them in zones
of its own; `<zone>.zone` is a complete zone around them, ready to load. They lie side by side in
the server's folder, so that `$INCLUDE` finds one from the other.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from ipaddress import IPv4Address, IPv6Address

from railwright.emitters.naming_services.zones import Place, Zones, place6
from railwright.files import OutputFile, Part
from railwright.plan import host_names
from railwright.plan.host_names import HostName
from railwright.plan.model import Plan

FOLDER = "dns"
TTL_S = 3600
# Every server loads the same files as a primary, so nothing compares serials. A build knows
# neither time nor former builds, and a serial made from anything else would not only rise.
SERIAL = 1
REFRESH_S = 3600
RETRY_S = 900
EXPIRE_S = 1_209_600  # two weeks
NEGATIVE_TTL_S = 300  # for how long a host that is being added may stay unknown


def parts(plan: Plan) -> Iterator[Part]:
    """Yield the files as parts; nothing without a domain, because a bare name is no DNS name."""
    if domain := plan.intent.services.domain:
        yield partial(_forward, plan, domain)
        yield partial(_reverse, plan, domain)


def addresses(plan: Plan, name: HostName) -> tuple[tuple[str, str], ...]:
    """Return the address records of a name, (type, address): what both directions are made of."""
    twin = plan.dual.address(name.address) if plan.dual else None
    return (("A", name.address), *((("AAAA", twin),) if twin else ()))


def _forward(plan: Plan, domain: str) -> Iterator[OutputFile]:
    records = [
        f"{name.name} IN {kind} {address}"
        for name in host_names.of_plan(plan)
        for kind, address in addresses(plan, name)
    ]
    servers = plan.intent.services.dns_servers
    glue = [f"ns{number} IN A {server}" for number, server in enumerate(servers, start=1)]
    yield from _zone(plan, domain, domain, records, glue)


def _reverse(plan: Plan, domain: str) -> Iterator[OutputFile]:
    """Yield every reverse zone and what makes a server load all zones."""
    pools = Zones(plan.intent.pools)
    found: dict[str, list[tuple[int, str]]] = {}
    for name in host_names.of_plan(plan):
        for kind, address in addresses(plan, name):
            place, number = _place(pools, kind, address)
            record = f"{place.owner} IN PTR {name.name}.{domain}."
            found.setdefault(place.zone, []).append((number, record))
    # Zones in the order of their addresses, which is what their names are not in.
    ordered = sorted(found.items(), key=lambda item: (item[0].endswith("ip6.arpa"), min(item[1])))
    for zone, records in ordered:
        yield from _zone(plan, domain, zone, [record for _, record in sorted(records)], [])
    if plan.intent.services.dns_servers:
        yield from _servers([domain, *(zone for zone, _ in ordered)])


def _place(pools: Zones, kind: str, address: str) -> tuple[Place, int]:
    """Return the place of an address and its number, by which records are sorted."""
    if kind == "A":
        return pools.place(address), int(IPv4Address(address))
    return place6(address), int(IPv6Address(address))


def _zone(
    plan: Plan, domain: str, zone: str, records: Iterable[str], glue: Iterable[str]
) -> Iterator[OutputFile]:
    """Yield the records of a zone, and the zone if the intent names servers for it."""
    about = f"; {plan.intent.cluster}: records of {zone}, to be included in a zone file."
    body = "\n".join((about, f"$ORIGIN {zone}.", *records))
    yield OutputFile(f"{FOLDER}/{zone}.records", f"{body}\n".encode())
    servers = plan.intent.services.dns_servers
    if not servers:
        return
    timers = f"{SERIAL} {REFRESH_S} {RETRY_S} {EXPIRE_S} {NEGATIVE_TTL_S}"
    head = (
        f"; {plan.intent.cluster}: a complete zone. Its serial never changes: load it as a primary "
        "on every server.",
        f"$ORIGIN {zone}.",
        f"$TTL {TTL_S}",
        f"@ IN SOA ns1.{domain}. hostmaster.{domain}. {timers}",
        *(f"@ IN NS ns{number}.{domain}." for number in range(1, len(servers) + 1)),
        *glue,
        f"$INCLUDE {zone}.records",
    )
    yield OutputFile(f"{FOLDER}/{zone}.zone", "".join(f"{line}\n" for line in head).encode())


def _servers(zones: list[str]) -> Iterator[OutputFile]:
    """Yield the list of zones for BIND and for Knot DNS."""
    bind = [f'zone "{zone}" {{ type primary; file "{zone}.zone"; }};' for zone in zones]
    yield OutputFile(f"{FOLDER}/named.conf", "".join(f"{line}\n" for line in bind).encode())
    knot = ["zone:", *(f"  - domain: {zone}\n    file: {zone}.zone" for zone in zones)]
    yield OutputFile(f"{FOLDER}/knot.conf", "".join(f"{line}\n" for line in knot).encode())
