"""Names and /etc/hosts: every address has one name, and the file says who to log in to."""

from ipaddress import IPv4Address
from pathlib import Path

import pytest

from railwright import api
from railwright.emitters import OF_THE_PLAN, naming_services
from railwright.intent.types import _hostname
from railwright.naming import natural_key
from railwright.plan import host_names
from railwright.plan.build import build
from railwright.plan.model import Plan
from railwright.plan.tables import addresses
from tests.unit.emitters.naming_files import rendered

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return api.load_plan(ROOT / "intent/cluster.yml").plan


def hosts(plan: Plan, name: str) -> list[list[str]]:
    """Return the words of every line that is no comment."""
    lines = rendered(plan)[f"hosts/{name}"].splitlines()
    return [line.split() for line in lines if not line.startswith("#")]


def without_domain(plan: Plan) -> Plan:
    services = plan.intent.services.model_copy(update={"domain": None})
    return build(plan.intent.model_copy(update={"services": services}))


def test_every_address_has_exactly_one_name(plan: Plan) -> None:
    names = list(host_names.of_plan(plan))
    assert sorted(one.address for one in names) == sorted(
        str(row["address"]) for row in addresses(plan)
    )
    assert len({one.name for one in names}) == len(names)
    for one in names:
        assert _hostname(one.name) == one.name


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("gpu0001", "10.48.1.10"),
        ("gpu0001-bmc", "10.64.1.10"),
        ("gpu0001-rail3", "10.19.1.1"),
        ("gpu0001-storage0", "10.32.1.33"),
        ("mgmt02", "10.50.2.10"),
        ("mgmt02-bmc", "10.66.2.10"),
        ("mgmt01-oob0", "10.66.1.11"),
        ("mgmt02-oob0", "10.66.2.11"),
        ("pdu64", "10.69.4.25"),
        ("spine1", "10.65.1.26"),
        ("spine1-lo", "10.224.16.1"),
        ("su1-rail3-leaf-ethernet0", "10.19.1.0"),
        ("oob1-leaf-vlan101", "10.64.1.1"),
    ],
)
def test_names_lead_to_planned_addresses(plan: Plan, name: str, address: str) -> None:
    assert {one.name: one.address for one in host_names.of_plan(plan)}[name] == address


def test_devices_are_in_natural_order(plan: Plan) -> None:
    own = [one.name for one in host_names.of_plan(plan) if one.kind == "management"]
    assert own == sorted(own, key=natural_key)
    assert len(own) == len(plan.devices)


def test_growth_renames_nothing(plan: Plan) -> None:
    gpu = plan.intent.nodes.gpu.model_copy(update={"count": 65, "capacity": 128})
    nodes = plan.intent.nodes.model_copy(update={"gpu": gpu})
    small = build(plan.intent.model_copy(update={"nodes": nodes}))
    assert set(host_names.of_plan(small)) < set(host_names.of_plan(plan))


def test_hosts_has_every_login_with_its_domain_first(plan: Plan) -> None:
    lines = hosts(plan, "hosts")
    assert lines[0] == ["127.0.0.1", "localhost"]
    assert ["10.64.1.10", "gpu0001-bmc.h100-1024.example.net", "gpu0001-bmc"] in lines
    assert {words[-1] for words in lines[2:]} == {
        one.name
        for one in host_names.of_plan(plan)
        if one.kind not in {"loopback", "gateway", "interface"}
    }


def test_rails_and_storage_ports_are_in_a_file_of_their_own(plan: Plan) -> None:
    lines = hosts(plan, "hosts.interfaces")
    links = [link for link in plan.links if link.kind == "host" and link.deployed]
    assert sorted(words[0] for words in lines) == sorted(link.a.address for link in links)
    assert not {words[-1] for words in lines} & {words[-1] for words in hosts(plan, "hosts")}


def test_without_a_domain_names_are_bare_and_there_is_no_dns(plan: Plan) -> None:
    bare = without_domain(plan)
    assert ["10.48.1.10", "gpu0001"] in hosts(bare, "hosts")
    assert not [path for path in rendered(bare) if path.startswith("dns/")]


def test_twins_are_in_hosts_too(plan: Plan, tmp_path: Path) -> None:
    text = (ROOT / "intent/cluster.yml").read_text(encoding="utf-8")
    path = tmp_path / "dual.yml"
    path.write_text(text.replace("\npools:\n", "\npools:\n  ipv6: fd00:1024::/48\n"))
    lines = hosts(api.load_plan(path).plan, "hosts.interfaces")
    assert len(lines) == 2 * len(hosts(plan, "hosts.interfaces"))
    assert ["fd00:1024:0:1::101", *lines[0][1:]] in lines


def test_the_build_has_every_file_once_and_two_builds_are_the_same(plan: Plan) -> None:
    assert rendered(plan) == rendered(plan)
    paths = [file.path for part in naming_services.parts(plan) for file in part()]
    assert len(set(paths)) == len(paths)
    assert naming_services.parts in OF_THE_PLAN.values()


def test_addresses_in_hosts_are_addresses(plan: Plan) -> None:
    for words in hosts(plan, "hosts")[2:]:
        assert IPv4Address(words[0])
