"""Management addresses: a subnet per kind and block, whatever is deployed."""

from collections import Counter
from ipaddress import IPv4Address, IPv4Network

import pytest

from railwright.errors import IntentError
from railwright.plan import management as mgmt
from railwright.plan.management import FIRST_MEMBER, KIND_NAMES, Population
from railwright.plan.model import Management, Plan
from tests.unit.plan.made import ALL_NETWORKS, made, planned

SWITCHES = {mgmt.COMPUTE_SWITCH: 24, mgmt.STORAGE_SWITCH: 0}


def places(plan: Plan) -> list[tuple[str, Management]]:
    """Every management address of a deployed device, with what it is."""
    return [
        (f"{device.name} {what}", place)
        for device in plan.devices
        for what, place in (
            ("management", device.management),
            ("bmc", device.bmc),
            ("oob", device.oob),
        )
        if place is not None
    ]


def test_blocks_count_from_one_and_members_from_ten() -> None:
    population = Population("oob", mgmt.GPU_NODE, reserved=65, per_subnet=32)
    assert population.blocks == 3
    assert [population.place(number) for number in (0, 31, 32, 64)] == [
        (1, 0),
        (1, 31),
        (2, 0),
        (3, 0),
    ]
    where = mgmt.assign(made(), (population,))
    assert [where.member("oob", mgmt.GPU_NODE, number).address for number in (0, 31, 32, 64)] == [
        "10.64.1.10",
        "10.64.1.41",
        "10.64.2.10",
        "10.64.3.10",
    ]
    assert where.member("oob", mgmt.GPU_NODE, 32).gateway == "10.64.2.1"
    assert where.member("oob", mgmt.GPU_NODE, 32).subnet == "10.64.2.0/24"


def test_kinds_have_ranges_of_their_own() -> None:
    members = tuple(Population("oob", kind, 300, 40) for kind in KIND_NAMES)
    where = mgmt.assign(made(), members)
    found = [
        where.member("oob", one.kind, number).address for one in members for number in range(300)
    ]
    assert len(set(found)) == len(found)
    for one in members:
        numbers = {
            where.layouts["oob"].numbers(
                int(IPv4Address(where.member("oob", one.kind, number).address))
            )["kind"]
            for number in range(300)
        }
        assert numbers == {one.kind}


def test_who_is_on_which_network() -> None:
    intent = made(ALL_NETWORKS)
    found = {(one.network, KIND_NAMES[one.kind]): one for one in mgmt.populations(intent, SWITCHES)}
    assert {key: one.reserved for key, one in found.items()} == {
        ("inband", "gpu_nodes"): 40,
        ("inband", "management_nodes"): 3,
        ("inband", "storage_nodes"): 5,
        ("oob", "gpu_nodes"): 40,
        ("oob", "pdus"): 40,
        ("oob", "compute_switches"): 24,
        ("oob", "management_nodes"): 6,
        ("oob", "storage_nodes"): 5,
    }
    assert found["oob", "pdus"].per_subnet == 16
    assert found["oob", "compute_switches"].per_subnet == 40
    assert found["inband", "gpu_nodes"].per_subnet == 32


def test_nobody_has_the_address_of_another() -> None:
    found = places(planned(ALL_NETWORKS))
    times = Counter(place.address for _, place in found)
    assert not [address for address, count in times.items() if count > 1]
    for _, place in found:
        subnet = IPv4Network(place.subnet)
        assert IPv4Address(place.address) in subnet
        assert str(subnet.network_address + 1) == place.gateway
        assert int(place.address.rpartition(".")[2]) >= FIRST_MEMBER


def test_growth_moves_no_management_address() -> None:
    small = dict(places(planned(ALL_NETWORKS)))
    whole = {"gpu": {"count": 40}, "storage": {"count": 5}, "pdus": {"count": 40}}
    large = dict(places(planned(ALL_NETWORKS, {"nodes": whole})))
    assert len(large) > len(small)
    assert small.items() <= large.items()


def test_access_switches_move_no_address_of_others() -> None:
    """A network that is not planned still has its addresses, and planning it keeps them."""
    alone = dict(places(planned({"nodes": ALL_NETWORKS["nodes"]})))
    none = {"networks": {"inband": None, "oob": None, "compute": {"nodes_per_su": 8}}}
    networks = dict(places(planned(ALL_NETWORKS)))
    bare = dict(places(planned(ALL_NETWORKS, none)))
    assert bare.items() <= networks.items()
    hosts = {
        name: place for name, place in alone.items() if "leaf" not in name and "spine" not in name
    }
    assert hosts.items() <= networks.items()


def test_reference_management_addresses_never_change() -> None:
    plan = planned()
    leaf, spine, node = (plan.device[name] for name in ("su2-rail3-leaf", "spine5", "gpu0070"))
    assert (leaf.management.address, spine.management.address) == ("10.65.1.21", "10.65.1.30")
    assert node.bmc is not None
    assert (node.management.address, node.bmc.address) == ("10.48.3.15", "10.64.3.15")


def test_pools_too_small_are_all_named() -> None:
    small = {"inband": "10.48.0.0/22", "oob": "10.64.0.0/22"}
    with pytest.raises(IntentError) as caught:
        planned({"pools": small})
    assert [problem.path for problem in caught.value.problems] == ["pools.inband", "pools.oob"]
