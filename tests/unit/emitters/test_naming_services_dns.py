"""DNS zones, read back with an independent parser."""

from ipaddress import ip_address
from pathlib import Path

import dns.name
import dns.rdatatype
import dns.reversename
import dns.zone
import pytest
from netaddr import IPNetwork

from railwright.emitters.naming_services.zones import Place, Zones, place6
from railwright.errors import IntentError
from railwright.plan.build import build
from railwright.plan.model import Plan
from railwright.plan.tables import addresses
from tests.invariants.strategies import POOLS
from tests.unit.emitters.naming_files import Variant, rendered

DOMAIN = "h100-1024.example.net"
Records = set[tuple[str, str]]


@pytest.fixture(scope="module")
def plan(variant: Variant) -> Plan:
    return variant()


def files(plan: Plan) -> dict[str, str]:
    """Return the DNS files by name, as they lie in a server's folder."""
    return {
        path.removeprefix("dns/"): text
        for path, text in rendered(plan).items()
        if path.startswith("dns/")
    }


def load(plan: Plan, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, dns.zone.Zone]:
    """Return every zone as a server reads it: from files, includes followed."""
    for name, text in files(plan).items():
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(folder)
    return {
        path.stem: dns.zone.from_file(
            path.name, origin=f"{path.stem}.", relativize=False, allow_include=True
        )
        for path in sorted(folder.glob("*.zone"))
    }


def records(zones: dict[str, dns.zone.Zone], kind: str) -> Records:
    """Return (owner, value) of every record of a type, in all zones."""
    return {
        (name.to_text(omit_final_dot=True), str(rdata).rstrip("."))
        for zone in zones.values()
        for name, _, rdata in zone.iterate_rdatas(kind)
    }


def forward(plan: Plan, key: str = "address") -> set[str]:
    return {str(row[key]) for row in addresses(plan) if row[key]}


def backwards(found: Records) -> Records:
    """Return the pointer records that belong to address records."""
    return {
        (dns.reversename.from_address(value).to_text(omit_final_dot=True), name)
        for name, value in found
    }


def test_every_address_has_a_name_and_its_pointer(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zones = load(plan, tmp_path, monkeypatch)
    glue = {(f"ns1.{DOMAIN}", "10.50.1.10"), (f"ns2.{DOMAIN}", "10.50.2.10")}
    found = records(zones, "A")
    assert glue < found
    assert {value for _, value in found} == forward(plan)
    assert records(zones, "PTR") == backwards(found - glue)
    assert len(found) == len(list(addresses(plan))) + len(glue)
    assert records(zones, "AAAA") == set()


def test_dual_stack_adds_the_twins_both_ways(
    variant: Variant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = variant(("\npools:\n", "\npools:\n  ipv6: fd00:1024::/48\n"))
    zones = load(plan, tmp_path, monkeypatch)
    found = records(zones, "AAAA")
    assert (f"gpu0001-rail3.{DOMAIN}", "fd00:1024:0:1::3:101") in found
    assert {ip_address(value) for _, value in found} == {
        ip_address(value) for value in forward(plan, "ipv6")
    }
    pointers = {pair for pair in records(zones, "PTR") if pair[0].endswith(".ip6.arpa")}
    assert pointers == backwards(found)
    assert sum(name.endswith(".ip6.arpa") for name in zones) == 5
    assert "1.0.0.0.0.0.0.0.4.2.0.1.0.0.d.f.ip6.arpa" in zones


def test_a_zone_has_servers_of_the_domain_and_a_serial_that_stays(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, zone in load(plan, tmp_path, monkeypatch).items():
        apex = dns.name.from_text(name)
        soa = zone.get_rdataset(apex, dns.rdatatype.SOA)
        servers = zone.get_rdataset(apex, dns.rdatatype.NS)
        assert soa is not None
        assert servers is not None
        assert soa[0].serial == 1
        assert {str(one) for one in servers} == {f"ns1.{DOMAIN}.", f"ns2.{DOMAIN}."}


def test_reverse_zones_take_nothing_from_the_rest_of_the_site(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zones = set(load(plan, tmp_path, monkeypatch)) - {DOMAIN}
    assert {"16.10.in-addr.arpa", "23.10.in-addr.arpa", "71.10.in-addr.arpa"} < zones
    assert all(name.count(".") == 3 for name in zones)
    assert "10.in-addr.arpa" not in zones
    assert "24.10.in-addr.arpa" not in zones  # of the pool, but without an address


def test_servers_are_told_of_every_zone(plan: Plan) -> None:
    found = files(plan)
    zones = [name.removesuffix(".zone") for name in found if name.endswith(".zone")]
    bind, knot = found["named.conf"].splitlines(), found["knot.conf"]
    assert bind[0] == f'zone "{DOMAIN}" {{ type primary; file "{DOMAIN}.zone"; }};'
    assert len(bind) == len(zones) == knot.count("- domain: ")
    for zone in zones:
        assert f'"{zone}.zone"' in "".join(bind)
        assert f"    file: {zone}.zone\n" in knot
    assert f"{DOMAIN}.records" in found
    assert not any(f"$INCLUDE {zone}.records" not in found[f"{zone}.zone"] for zone in zones)


def test_records_alone_fit_into_a_zone_of_the_site(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"{DOMAIN}.records"
    (tmp_path / name).write_text(files(plan)[name], encoding="utf-8")
    (tmp_path / "site").write_text(
        "$TTL 60\n@ IN SOA ns hostmaster 2026010100 1 1 1 1\n@ IN NS ns\nns IN A 192.0.2.1\n"
        f"$INCLUDE {name}\nwww IN A 192.0.2.2\n"
    )
    monkeypatch.chdir(tmp_path)
    zone = dns.zone.from_file("site", origin="example.net.", relativize=False, allow_include=True)
    found = records({"example.net": zone}, "A")
    assert ("www.example.net", "192.0.2.2") in found
    assert (f"gpu0001-bmc.{DOMAIN}", "10.64.1.10") in found


def test_without_dns_servers_there_are_records_but_no_zones(plan: Plan) -> None:
    services = plan.intent.services.model_copy(update={"dns_servers": ()})
    found = files(build(plan.intent.model_copy(update={"services": services})))
    assert f"{DOMAIN}.records" in found
    assert all(name.endswith(".records") for name in found)


def test_lines_are_sorted_by_device_and_by_address(plan: Plan) -> None:
    found = files(plan)
    names = [line.split()[0] for line in found[f"{DOMAIN}.records"].splitlines()[2:]]
    assert names.index("gpu0002") < names.index("gpu0010") < names.index("spine2-lo")
    assert names.index("spine1-ethernet8") < names.index("spine1-ethernet16")
    owners = [line.split()[0] for line in found["16.10.in-addr.arpa.records"].splitlines()[2:]]
    octets = [tuple(map(int, reversed(owner.split(".")))) for owner in owners]
    assert octets == sorted(octets)


@pytest.mark.parametrize(
    ("pool", "address", "zone", "owner"),
    [
        ("10.16.0.0/12", "10.17.2.3", "17.10.in-addr.arpa", "3.2"),
        ("10.0.0.0/8", "10.17.2.3", "10.in-addr.arpa", "3.2.17"),
        ("172.16.0.0/16", "172.16.2.3", "16.172.in-addr.arpa", "3.2"),
        ("10.16.0.0/17", "10.16.2.3", "2.16.10.in-addr.arpa", "3"),
        ("10.16.2.0/24", "10.16.2.3", "2.16.10.in-addr.arpa", "3"),
        ("10.16.2.0/28", "10.16.2.3", "2.16.10.in-addr.arpa", "3"),
    ],
)
def test_a_zone_ends_at_the_first_octet_within_its_pool(
    pool: str, address: str, zone: str, owner: str
) -> None:
    pools = POOLS.model_copy(update={"compute_hosts": IPNetwork(pool), "inband": POOLS.loopbacks})
    assert Zones(pools).place(address) == Place(zone, owner)


def test_the_place_of_an_ipv6_address() -> None:
    place = place6("fd00:1024:0:1::101")
    assert place.zone == "1.0.0.0.0.0.0.0.4.2.0.1.0.0.d.f.ip6.arpa"
    assert place.owner == "1.0.1.0.0.0.0.0.0.0.0.0.0.0.0.0"


def test_a_domain_that_leaves_no_room_is_refused(variant: Variant) -> None:
    long = ".".join(["a" * 60] * 4)[:230]
    with pytest.raises(IntentError, match=r"leave room for 2\d\d; choose a shorter domain"):
        variant((DOMAIN, long))
    assert variant((DOMAIN, long[:200])).intent.services.domain == long[:200]
