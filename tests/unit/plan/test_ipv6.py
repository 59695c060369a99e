"""Dual stack: an IPv6 twin at the same place, for the routed fabrics and nothing else."""

from ipaddress import IPv4Network, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railwright.emitters.sonic_config import intended
from railwright.plan.explain import explain
from railwright.plan.ipv6 import POOL_NUMBERS, dual_of
from railwright.plan.model import Plan
from railwright.plan.tables import addresses
from tests.unit.plan.made import ALL_NETWORKS, made, planned

IPV6 = {"pools": {"ipv6": "fd00:1024::/48"}}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(ALL_NETWORKS, IPV6)


def test_no_prefix_no_twin() -> None:
    assert dual_of(made()) is None
    assert {row["ipv6"] for row in addresses(planned(ALL_NETWORKS))} == {None}


def test_a_twin_keeps_its_place_in_the_64_of_its_pool() -> None:
    dual = dual_of(made(IPV6))
    assert dual is not None
    assert dual.address("10.16.0.0") == "fd00:1024:0:1::"
    assert dual.address("10.19.2.11") == "fd00:1024:0:1::3:20b"
    assert dual.prefix("10.19.2.10/31") == "fd00:1024:0:1::3:20a/127"
    assert dual.prefix("10.19.2.0/24") == "fd00:1024:0:1::3:200/120"
    assert dual.address("10.48.1.10") is None
    assert dual.prefix("10.64.1.0/24") is None


def test_every_pool_has_its_own_64() -> None:
    assert len(set(POOL_NUMBERS.values())) == len(POOL_NUMBERS)
    dual = dual_of(made(IPV6))
    assert dual is not None
    nets = [IPv6Network((twin, 64)) for _, _, twin in dual.pools]
    assert len(set(nets)) == len(nets)
    assert all(net.subnet_of(IPv6Network("fd00:1024::/48")) for net in nets)


def test_twins_are_as_distinct_as_the_addresses(plan: Plan) -> None:
    twins = [row["ipv6"] for row in addresses(plan) if row["ipv6"]]
    assert len(twins) == len(set(twins))
    assert all(IPv6Address(str(twin)) in IPv6Network("fd00:1024::/48") for twin in twins)


def test_what_is_listed_is_what_is_configured(plan: Plan) -> None:
    """A twin of a switch's address is on an interface of it, management switches have none."""
    listed: dict[str, set[str]] = {device.name: set() for device in plan.switches}
    for row in addresses(plan):
        if row["ipv6"] and row["device"] in listed:
            listed[str(row["device"])].add(str(row["ipv6"]))
    for device in plan.switches:
        config = intended(plan, device)
        configured = {
            key.split("|")[1].partition("/")[0]
            for table in ("INTERFACE", "LOOPBACK_INTERFACE", "VLAN_INTERFACE")
            for key in config.get(table, {})
            if ":" in key
        }
        assert configured == listed[device.name]
        assert bool(configured) == (device.network in {"compute", "storage"})


def test_explanations_have_the_twin(plan: Plan) -> None:
    for host, subject in (
        ("gpu0001", ("rail0", "address")),
        ("spine1", ("loopback",)),
        ("storage1-leaf", ("block",)),
    ):
        found = explain(plan, host, subject)
        (twin,) = [one.value for one in found.inputs if one.path == "pools.ipv6"]
        assert twin.startswith("fd00:1024:")
    for host, subject in (("oob1-leaf", ("loopback",)), ("gpu0001", ("eth0", "address"))):
        assert not [one for one in explain(plan, host, subject).inputs if one.path == "pools.ipv6"]


@given(offset=st.integers(0, 2**20 - 1), length=st.integers(12, 32))
def test_twins_keep_their_offset_and_prefixes_their_host_bits(offset: int, length: int) -> None:
    dual = dual_of(made(IPV6))
    assert dual is not None
    pool = IPv4Network("10.16.0.0/12")
    block = IPv4Network((int(pool[offset]), length), strict=False)
    twin = IPv6Network(dual.prefix(str(block)) or "")
    first = int(IPv6Address("fd00:1024:0:1::"))
    assert int(twin[0]) - first == int(block[0]) - int(pool[0])
    assert twin.num_addresses == block.num_addresses
    address = dual.address(str(pool[offset]))
    assert address == str(IPv6Address(first + offset))
    assert IPv6Address(address) in twin
