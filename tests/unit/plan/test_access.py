"""Access switches: how subnets are packed onto them, and what hangs on which."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from railwright.catalog.loader import switch
from railwright.errors import IntentError
from railwright.plan import management as mgmt
from railwright.plan.management import KIND_NAMES, Population
from railwright.plan.model import Link, Plan
from railwright.plan.networks.access import FIRST_VLAN, Occupant, host_ports, live_switches, pack
from railwright.plan.networks.occupants import (
    Switches,
    inband,
    management_number,
    oob,
    switch_counts,
)
from tests.unit.plan.made import ALL_NETWORKS, INBAND, OOB, planned, refusal

PORTS = 48
ODD, EVEN = mgmt.OOB_ODD_LEAF, mgmt.MANAGEMENT_SWITCH


@st.composite
def populations(draw: st.DrawFn) -> tuple[Population, ...]:
    kinds = draw(st.lists(st.sampled_from(sorted(KIND_NAMES)), min_size=1, unique=True))
    return tuple(
        Population("oob", kind, draw(st.integers(1, 400)), draw(st.integers(1, PORTS)))
        for kind in kinds
    )


@given(populations())
def test_subnets_are_packed_whole_and_beside_each_other(members: tuple[Population, ...]) -> None:
    packed = pack(members, "oob", PORTS)
    for one in members:
        mine = [row for row in packed if row.kind == one.kind]
        assert [row.block for row in mine] == list(range(1, one.blocks + 1))
        assert sum(row.members for row in mine) == one.reserved
        assert [row.first_member for row in mine] == [
            block * one.per_subnet for block in range(one.blocks)
        ]
    used: dict[int, list[int]] = defaultdict(list)
    vlans: dict[int, list[int]] = defaultdict(list)
    for row in packed:
        used[row.switch] += range(row.first_port, row.first_port + row.members)
        vlans[row.switch].append(row.vlan)
    for taken in used.values():
        assert sorted(taken) == list(range(len(taken)))
        assert len(taken) <= PORTS
    for numbers in vlans.values():
        assert numbers == list(range(FIRST_VLAN, FIRST_VLAN + len(numbers)))


@given(populations())
def test_management_ports_of_oob_switches_hang_on_the_other_parity(
    members: tuple[Population, ...],
) -> None:
    for row in pack(members, "oob", PORTS):
        if row.kind in {ODD, EVEN}:
            assert row.switch % 2 == (1 if row.kind == EVEN else 0)


def test_the_first_switch_with_room_is_taken() -> None:
    members = (
        Population("oob", mgmt.GPU_NODE, 70, 40),
        Population("oob", mgmt.PDU, 20, 10),
        Population("inband", mgmt.GPU_NODE, 70, 40),
    )
    found = [
        (row.kind, row.block, row.switch, row.first_port) for row in pack(members, "oob", PORTS)
    ]
    assert found == [
        (mgmt.GPU_NODE, 1, 1, 0),
        (mgmt.GPU_NODE, 2, 2, 0),
        (mgmt.PDU, 1, 2, 30),
        (mgmt.PDU, 2, 3, 0),
    ]


def test_a_subnet_larger_than_a_switch_is_refused() -> None:
    with pytest.raises(IntentError, match="a subnet of 49 gpu nodes needs as many ports"):
        pack((Population("oob", mgmt.GPU_NODE, 49, 100),), "oob", PORTS)
    assert pack((Population("oob", mgmt.GPU_NODE, 48, 100),), "oob", PORTS)[0].members == 48


def test_host_ports_are_those_of_the_slowest_speed() -> None:
    assert [host_ports(switch(name)) for name in ("as4630-54pe", "sn3420", "cx864e-n")] == [
        48,
        48,
        0,
    ]


def test_a_switch_is_live_when_somebody_on_it_is() -> None:
    packed = pack((Population("oob", mgmt.PDU, 60, 30),), "oob", PORTS)
    occupants = {mgmt.PDU: [Occupant(f"pdu{number}", "eth0", number < 5) for number in range(60)]}
    assert live_switches(packed, occupants) == {1}
    occupants[mgmt.PDU][30] = Occupant("pdu30", "eth0", deployed=True)
    assert live_switches(packed, occupants) == {1, 2}


@given(
    inband_leaves=st.integers(0, 20),
    spines=st.integers(0, 4),
    leaves=st.integers(1, 40),
    oob_spines=st.integers(1, 4),
)
def test_every_management_switch_has_a_number_of_its_own(
    inband_leaves: int, spines: int, leaves: int, oob_spines: int
) -> None:
    both = Switches(inband_leaves, spines), Switches(leaves, oob_spines)
    counts = switch_counts((24, 12), *both)
    total = inband_leaves + spines + leaves + oob_spines
    found = [management_number(number, *both) for number in range(total)]
    assert len(set(found)) == total
    for kind in (ODD, EVEN):
        numbers = sorted(number for one, number in found if one == kind)
        assert numbers == list(range(counts[kind]))
    assert (counts[mgmt.COMPUTE_SWITCH], counts[mgmt.STORAGE_SWITCH]) == (24, 12)
    before = inband_leaves + spines
    for leaf in range(1, leaves + 1):
        assert (found[before + leaf - 1][0] == ODD) == (leaf % 2 == 1)


CLUSTERS = st.fixed_dictionaries(
    {
        "gpu": st.integers(1, 300),
        "storage": st.integers(0, 60),
        "management": st.integers(0, 8),
        "pdus": st.integers(0, 200),
        "per_switch": st.integers(1, 48),
    }
)


def drawn_plan(numbers: Mapping[str, int]) -> Plan:
    nodes = {key: {"count": numbers[key]} for key in ("gpu", "storage", "management", "pdus")}
    return planned(
        {
            "nodes": {key: value for key, value in nodes.items() if value["count"]},
            "networks": {
                "compute": {"nodes_per_su": 16, "rails": 2},
                "oob": OOB | {"switches_per_subnet": numbers["per_switch"]},
                "inband": INBAND,
            },
        }
    )


@settings(deadline=None, max_examples=25)
@given(CLUSTERS)
def test_no_subnet_is_on_two_switches_and_no_switch_manages_itself(
    numbers: Mapping[str, int],
) -> None:
    plan = drawn_plan(numbers)
    on: dict[str, set[str]] = defaultdict(set)
    for svi in plan.svis:
        on[svi.prefix].add(svi.device)
    assert all(len(switches) == 1 for switches in on.values())
    for device in plan.switches:
        assert device.name not in on[device.management.subnet]
        assert on[device.management.subnet]


@settings(deadline=None, max_examples=25)
@given(CLUSTERS)
def test_everything_with_an_address_is_cabled_to_its_subnet(numbers: Mapping[str, int]) -> None:
    plan = drawn_plan(numbers)
    cabled = {(link.a.device, link.a.port): link for link in plan.links if link.kind == "access"}
    expected = {(device.name, "eth0"): device.management for device in plan.devices}
    expected |= {(one.name, "bmc"): one.bmc for one in plan.devices if one.bmc}
    expected |= {(one.name, "oob0"): one.oob for one in plan.devices if one.oob}
    for end, place in expected.items():
        link = cabled[end]
        assert link.deployed
        assert (link.a.address, link.prefix, link.z.address) == (
            place.address,
            place.subnet,
            place.gateway,
        )
    ends = Counter((link.z.device, link.z.port) for link in cabled.values())
    assert set(ends.values()) == {1}


def test_a_port_is_a_member_of_the_vlan_of_its_subnet() -> None:
    plan = planned(ALL_NETWORKS)
    svis = {(svi.device, svi.vlan): svi for svi in plan.svis}
    assert len(svis) == len(plan.svis)
    for link in access(plan):
        assert link.vlan is not None
        svi = svis[link.z.device, link.vlan]
        assert (svi.prefix, svi.gateway) == (link.prefix, link.z.address)
        assert IPv4Address(link.a.address) in IPv4Network(svi.prefix)


def access(plan: Plan) -> list[Link]:
    return [link for link in plan.links if link.kind == "access"]


def test_access_uplinks_are_routed_one_to_each_spine() -> None:
    plan = planned(ALL_NETWORKS)
    for name in ("inband", "oob"):
        shape = plan.fabrics[name]
        pairs = Counter(
            (link.a.device, link.z.device)
            for link in plan.links
            if link.kind == "fabric" and link.network == name
        )
        assert set(pairs.values()) == {1}
        assert len(pairs) == shape.total_leaves * shape.spines
        leaf = plan.device[f"{name}1-leaf"]
        assert (leaf.role, leaf.network, leaf.su, leaf.rail) == ("leaf", name, None, None)


def test_bmcs_are_at_one_gigabit_and_operating_systems_at_the_inband_speed() -> None:
    plan = planned(ALL_NETWORKS)
    speeds = {(link.network, link.speed_gbps) for link in access(plan)}
    assert speeds == {("inband", 25), ("oob", 1)}
    ports = {link.a.port for link in access(plan) if link.network == "inband"}
    assert ports == {"eth0"}


def test_dhcp_is_relayed_where_no_server_listens() -> None:
    plan = planned(ALL_NETWORKS)
    servers = [plan.device[name] for name in ("mgmt01", "mgmt02")]
    inside = tuple(server.management.address for server in servers)
    outside = tuple(server.oob.address for server in servers if server.oob)
    for svi in plan.svis:
        relay = inside if svi.network == "inband" else outside
        own = any(IPv4Address(address) in IPv4Network(svi.prefix) for address in relay)
        assert svi.relay == (() if own else relay)
    assert {svi.relay for svi in plan.svis if svi.network == "oob"} == {(), outside}


def test_no_management_servers_no_relay() -> None:
    plan = planned(ALL_NETWORKS, {"nodes": {"management": None}})
    assert plan.svis
    assert not any(svi.relay for svi in plan.svis)


def test_switches_without_deployed_members_are_only_reserved() -> None:
    wide = {"networks": {"compute": {"nodes_per_su": 64}, "storage": None}}
    few = {"nodes": {"gpu": {"count": 8, "capacity": 400}, "pdus": None, "storage": None}}
    plan = planned(ALL_NETWORKS, wide, few)
    shape = plan.fabrics["oob"]
    live = {device.name for device in plan.switches if device.network == "oob"}
    leaves = {name for name in live if "leaf" in name}
    assert len(leaves) < shape.total_leaves
    served = {link.z.device for link in access(plan) if link.deployed and link.network == "oob"}
    assert leaves == served
    whole = planned(ALL_NETWORKS, wide, few, {"nodes": {"gpu": {"count": 400}}})
    assert live < set(whole.device)
    assert whole.fabrics["oob"].total_leaves == shape.total_leaves


def test_occupants_are_in_the_order_of_their_addresses() -> None:
    plan = planned(ALL_NETWORKS)
    intent = plan.intent
    inband_network = Switches(plan.fabrics["inband"].sus, plan.fabrics["inband"].spines)
    oob_network = Switches(plan.fabrics["oob"].sus, plan.fabrics["oob"].spines)
    storage = plan.built["storage"]
    tables = {
        "inband": inband(intent),
        "oob": oob(intent, plan.built["compute"], storage, inband_network, oob_network),
    }
    for network, table in tables.items():
        for kind, occupants in table.items():
            population = plan.management.populations.get((network, kind))
            assert len(occupants) == (population.reserved if population else 0)
            for number, occupant in enumerate(occupants):
                device = plan.device.get(occupant.device)
                if device is None:
                    continue
                own = {"eth0": device.management, "bmc": device.bmc, "oob0": device.oob}
                where = plan.management.member(network, kind, number)  # type: ignore[arg-type]
                assert own[occupant.port] == where


@pytest.mark.parametrize(
    ("changes", "path", "text"),
    [
        ({"oob": {"spine": "sn5600"}}, "networks.oob.spine", "choose platforms that share a speed"),
        ({"oob": {"spines": 3}}, "networks.oob.spines", "give at most 2"),
        ({"inband": {"speed_gbps": 50}}, "networks.inband.leaf", "not 50G"),
        ({"oob": {"leaf": "cx864e-n"}}, "networks.oob.leaf", "cannot be an access switch"),
    ],
)
def test_what_cannot_be_joined_names_its_key(changes: Any, path: str, text: str) -> None:
    found = refusal(ALL_NETWORKS, {"networks": changes})
    assert path in found, found
    assert text in found[path]


def test_a_subnet_of_more_nodes_than_ports_names_the_number() -> None:
    nodes = {"gpu": {"capacity": 80}}
    found = refusal(ALL_NETWORKS, {"networks": {"oob": {"nodes_per_subnet": 60}}, "nodes": nodes})
    what = found["networks.oob.nodes_per_subnet"]
    assert what.startswith("a subnet of 60 gpu nodes needs as many ports")


def test_more_access_switches_than_cages_of_a_spine_are_refused() -> None:
    compute = {"nodes_per_su": 64, "rails": 1}
    nodes = {"gpu": {"count": 2000, "capacity": 2000}}
    found = refusal(
        ALL_NETWORKS, {"nodes": nodes, "networks": {"compute": compute, "storage": None}}
    )
    for network in ("inband", "oob"):
        what = found[f"networks.{network}.spine"]
        assert "access switches and 0 border uplinks need as many cages" in what


def test_the_first_node_is_on_the_first_vlan_of_the_first_switch() -> None:
    link = planned(ALL_NETWORKS).links_of["gpu0001"]["bmc"]
    assert (link.z.device, link.vlan, link.network) == ("oob1-leaf", FIRST_VLAN, "oob")
