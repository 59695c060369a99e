"""The reference's numbers: they are on labels and in routers, so a change is a migration.

Each follows from its pool and from what the device is: 10.16 + rail, the SU, twice the place of
the node; 10.224 with network and tier in the upper half of the third octet; NPPSSSLL in ASNs.
"""

from pathlib import Path

import pytest

from railwright import api
from railwright.intent.networks import ComputeNetwork
from railwright.plan.build import build
from railwright.plan.model import Plan
from tests.invariants.strategies import make


@pytest.fixture(scope="module")
def plan(root: Path) -> Plan:
    return api.load_plan(root / "intent/cluster.yml").plan


def test_reference_addresses_never_change() -> None:
    """The compute network by itself; other networks beside it must not move it."""
    plan = build(make(ComputeNetwork(leaf="cx864e-n"), 128, 128))
    leaf, spine, node = (plan.device[name] for name in ("su2-rail3-leaf", "spine5", "gpu0070"))
    assert (leaf.loopback, leaf.asn, leaf.management.address) == (
        "10.224.3.2",
        4200100203,
        "10.65.1.21",
    )
    assert (spine.loopback, spine.asn, spine.management.address) == (
        "10.224.16.5",
        4200100000,
        "10.65.1.30",
    )
    assert node.bmc is not None
    assert (node.management.address, node.bmc.address) == ("10.48.3.15", "10.64.3.15")
    host = plan.links_of["gpu0070"]["rail3"]
    assert (host.z.device, host.z.address, host.a.address) == (
        "su2-rail3-leaf",
        "10.19.2.10",
        "10.19.2.11",
    )
    uplink = plan.links_of["spine5"][next(iter(plan.links_of["spine5"]))]
    assert (uplink.a.device, uplink.z.address) == ("su1-rail0-leaf", "10.240.1.32")
    assert plan.rail_prefixes["rail3"] == "10.19.0.0/16"


@pytest.mark.parametrize(
    ("name", "loopback", "asn", "eth0"),
    [
        ("su2-rail3-leaf", "10.224.3.2", 4200100203, "10.65.1.21"),
        ("spine5", "10.224.16.5", 4200100000, "10.65.1.30"),
        ("storage1-leaf", "10.224.64.1", 4210100100, "10.67.1.10"),
        ("storage6-leaf", "10.224.65.3", 4210100301, "10.67.1.15"),
        ("storage-spine2", "10.224.80.2", 4210100000, "10.67.1.17"),
        ("inband1-leaf", "10.224.128.1", 4220100100, "10.68.1.10"),
        ("inband-spine2", "10.224.144.2", 4220100000, "10.68.1.15"),
        ("oob1-leaf", "10.224.192.1", 4230100100, "10.71.1.10"),
        ("oob2-leaf", "10.224.192.2", 4230100200, "10.68.1.18"),
        ("oob-spine1", "10.224.208.1", 4230100000, "10.68.1.16"),
    ],
)
def test_switches(plan: Plan, name: str, loopback: str, asn: int, eth0: str) -> None:
    device = plan.device[name]
    assert (device.loopback, device.asn, device.management.address) == (loopback, asn, eth0)


@pytest.mark.parametrize(
    ("name", "eth0", "bmc", "leg"),
    [
        ("gpu0001", "10.48.1.10", "10.64.1.10", None),
        ("gpu0070", "10.48.3.15", "10.64.3.15", None),
        ("gpu0128", "10.48.4.41", "10.64.4.41", None),
        ("storage08", "10.54.1.17", "10.70.1.17", None),
        ("mgmt02", "10.50.2.10", "10.66.2.10", "10.66.2.11"),
        ("pdu33", "10.69.3.10", None, None),
    ],
)
def test_hosts(plan: Plan, name: str, eth0: str, bmc: str | None, leg: str | None) -> None:
    device = plan.device[name]
    places = (device.management, device.bmc, device.oob)
    assert tuple(place.address if place else None for place in places) == (eth0, bmc, leg)
    assert {place.prefix_length for place in places if place} == {24}


@pytest.mark.parametrize(
    ("link", "lower", "upper", "far"),
    [
        ("gpu0070:rail3", "10.19.2.11", "10.19.2.10", "su2-rail3-leaf Ethernet20"),
        ("su1-rail0-leaf:Ethernet256", "10.240.1.1", "10.240.1.0", "spine1 Ethernet0"),
        ("gpu0001:storage0", "10.32.1.33", "10.32.1.32", "storage1-leaf Ethernet64"),
        ("gpu0001:storage1", "10.33.1.33", "10.33.1.32", "storage2-leaf Ethernet64"),
        ("gpu0128:storage1", "10.33.3.95", "10.33.3.94", "storage6-leaf Ethernet188"),
        ("storage01:storage0", "10.32.1.1", "10.32.1.0", "storage1-leaf Ethernet0"),
        ("mgmt02:storage1", "10.33.1.27", "10.33.1.26", "storage2-leaf Ethernet52"),
        ("storage1-leaf:Ethernet220", "10.226.1.15", "10.226.1.14", "storage-spine1 Ethernet28"),
        ("storage-spine2:Ethernet192", "10.226.130.1", "10.226.130.0", "border "),
        ("gpu0070:eth0", "10.48.3.15", "10.48.3.1", "inband3-leaf Ethernet20"),
        ("storage01:eth0", "10.54.1.10", "10.54.1.1", "inband1-leaf Ethernet132"),
        ("mgmt02:eth0", "10.50.2.10", "10.50.2.1", "inband2-leaf Ethernet128"),
        ("inband1-leaf:Ethernet192", "10.227.1.1", "10.227.1.0", "inband-spine1 Ethernet0"),
        ("gpu0128:bmc", "10.64.4.41", "10.64.4.1", "oob4-leaf Ethernet31"),
        ("mgmt02:oob0", "10.66.2.11", "10.66.2.1", "oob7-leaf Ethernet12"),
        ("pdu33:eth0", "10.69.3.10", "10.69.3.1", "oob3-leaf Ethernet32"),
        ("oob1-leaf:eth0", "10.71.1.10", "10.71.1.1", "oob6-leaf Ethernet32"),
        ("oob1-leaf:Ethernet56", "10.227.129.3", "10.227.129.2", "oob-spine2 Ethernet0"),
    ],
)
def test_cables(plan: Plan, link: str, lower: str, upper: str, far: str) -> None:
    device, port = link.split(":")
    found = plan.links_of[device][port]
    assert (found.id, found.a.address, found.z.address) == (link, lower, upper)
    assert f"{found.z.device} {found.z.port}" == far


@pytest.mark.parametrize(
    ("owner", "prefix"),
    [
        ("rail3", "10.19.0.0/16"),
        ("su2-rail3-leaf", "10.19.2.0/24"),
        ("storage1-leaf", "10.32.1.0/24"),
        ("storage6-leaf", "10.33.3.0/24"),
    ],
)
def test_blocks(plan: Plan, owner: str, prefix: str) -> None:
    assert [one.prefix for one in plan.subnets if one.owner == owner] == [prefix]
