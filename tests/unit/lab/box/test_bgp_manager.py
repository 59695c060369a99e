"""The BGP manager on small configurations of our own."""

import copy
from typing import Any, cast

import pytest

from railwright.lab.box.bgp import BgpManager
from railwright.lab.box.frr8 import removals, translate
from tests.unit.lab.box.frr_model import FrrModel

Config = dict[str, Any]
PEER = "10.1.0.1"
NEIGHBOR = {"asn": "65000", "name": "spine1", "local_addr": "10.1.0.0", "admin_status": "up"}
LEAF: Config = {
    "DEVICE_METADATA": {
        "localhost": {"hostname": "leaf1", "bgp_asn": "65101", "type": "LeafRouter"}
    },
    "LOOPBACK_INTERFACE": {"Loopback0": {}, "Loopback0|10.255.0.1/32": {}},
    "INTERFACE": {"Ethernet0": {}, "Ethernet0|10.1.0.0/31": {}},
    "BGP_NEIGHBOR": {PEER: NEIGHBOR},
}


def leaf(**tables: Config) -> Config:
    """Return the leaf with tables replaced."""
    return copy.deepcopy({**LEAF, **tables})


class Container:
    """A manager and the FRR it feeds."""

    def __init__(self, config: Config) -> None:
        self.manager, self.frr = BgpManager(config), FrrModel()
        self.frr.apply(self.manager.startup)
        self.frr.apply(self.manager.initial)

    def update(self, deleted: tuple[str, ...] = (), **written: Config) -> None:
        """Change CONFIG_DB."""
        self.frr.apply(self.manager.update(deleted, written))

    def peers(self) -> list[object]:
        """Return the addresses FRR peers with."""
        return [peer["address"] for peer in self.frr.neighbors()]

    def lines(self) -> list[str]:
        """Return the running configuration without indentation."""
        return [line.strip() for line in self.frr.running()]


def test_a_complete_leaf_peers_and_originates_its_loopback() -> None:
    container = Container(leaf())
    assert container.peers() == [PEER]
    assert container.frr.networks() == ["[ipv4 unicast] network 10.255.0.1/32"]
    assert container.manager.warnings == []
    assert container.frr.refused == []


@pytest.mark.parametrize(
    "tables",
    [
        {"DEVICE_METADATA": {"localhost": {"type": "LeafRouter"}}},
        {"DEVICE_METADATA": {"localhost": {"bgp_asn": "65101"}}},
        {"DEVICE_METADATA": {"localhost": {"bgp_asn": "65101", "type": "SpineRouter"}}},
        {"DEVICE_METADATA": {}},
        {"LOOPBACK_INTERFACE": {"Loopback0": {}}},
        {"LOOPBACK_INTERFACE": {"Loopback0|10.255.0.1/32": {}}},
        {"INTERFACE": {"Ethernet0": {}}},
        {"INTERFACE": {"Ethernet0|10.1.0.0/31": {}}},
        {"INTERFACE": {"Ethernet0": {"vrf_name": "Vrf1"}, "Ethernet0|10.1.0.0/31": {}}},
    ],
    ids=[
        "no asn",
        "no type",
        "type of a chassis",
        "no metadata",
        "loopback without address",
        "loopback without bare row",
        "local_addr nowhere",
        "local_addr without bare row",
        "local_addr in a vrf",
    ],
)
def test_a_neighbour_waits_for_what_it_depends_on(tables: Config) -> None:
    assert Container(leaf(**tables)).peers() == []


def test_a_router_id_in_the_metadata_stands_in_for_the_loopback_address() -> None:
    metadata = {**LEAF["DEVICE_METADATA"]["localhost"], "bgp_router_id": "192.0.2.1"}
    container = Container(
        leaf(DEVICE_METADATA={"localhost": metadata}, LOOPBACK_INTERFACE={"Loopback0": {}})
    )
    assert container.peers() == [PEER]
    assert "bgp router-id 192.0.2.1" in container.lines()


def test_a_neighbour_deleted_while_it_waits_still_appears_with_its_old_row() -> None:
    container = Container(leaf(INTERFACE={"Ethernet0": {}}))
    container.update((f"BGP_NEIGHBOR|{PEER}",))
    assert container.manager.warnings[-1] == f"Peer '{PEER}' has not been found"
    container.update(INTERFACE={"Ethernet0|10.1.0.0/31": {}})
    assert container.peers() == [PEER]


def test_removed_and_made_again_takes_the_new_asn_an_edit_does_not() -> None:
    container = Container(leaf())
    edited = {PEER: {**NEIGHBOR, "asn": "65009"}}
    container.update(BGP_NEIGHBOR=edited)
    assert f"neighbor {PEER} remote-as 65000" in container.lines()
    container.update((f"BGP_NEIGHBOR|{PEER}",), BGP_NEIGHBOR=edited)
    assert f"neighbor {PEER} remote-as 65009" in container.lines()


def test_no_field_can_add_a_line_of_its_own() -> None:
    name = "spine1\nrouter bgp 1\n no neighbor 10.1.0.1"
    container = Container(leaf(BGP_NEIGHBOR={PEER: {**NEIGHBOR, "name": name}}))
    wanted = f"neighbor {PEER} description spine1 router bgp 1 no neighbor 10.1.0.1"
    assert wanted in container.lines()
    assert container.frr.refused == []


@pytest.mark.parametrize(
    ("key", "what"),
    [
        ("Ethernet0", "is not an address"),
        ("VrfBlue|10.1.0.1", "VRFs do not exist in the lab"),
    ],
)
def test_neighbours_the_lab_cannot_have_are_named(key: str, what: str) -> None:
    container = Container(leaf(BGP_NEIGHBOR={key: NEIGHBOR}))
    assert container.peers() == []
    assert len(container.manager.warnings) == 1
    assert container.manager.warnings[0].startswith(f"BGP_NEIGHBOR|{key}: ")
    assert container.manager.warnings[0].endswith(what)


def test_tables_that_are_not_acted_on_are_named() -> None:
    container = Container(leaf(BGP_MONITORS={"10.0.0.9": {"asn": "1"}}))
    assert container.manager.warnings == ["BGP_MONITORS: rows are not acted on in the lab"]


@pytest.mark.parametrize("written", ["2001:db8::", "2001:DB8:0::0", "2001:db8::/127"])
def test_an_ipv6_neighbour_is_a_member_of_its_own_peer_group(written: str) -> None:
    peer = "2001:db8::1"
    container = Container(
        leaf(
            INTERFACE={"Ethernet0": {}, "Ethernet0|2001:DB8::/127": {}},
            BGP_NEIGHBOR={peer: {**NEIGHBOR, "local_addr": written}},
        )
    )
    (neighbor,) = container.frr.neighbors()
    assert neighbor["address"] == peer
    for line in ("peer-group PEER_V6", "[ipv6 unicast] activate"):
        assert line in cast(list[str], neighbor["lines"])
    assert container.frr.refused == []


def test_an_ipv6_neighbour_waits_for_its_local_address() -> None:
    rows = {"2001:db8::1": {**NEIGHBOR, "local_addr": "2001:db8::"}}
    container = Container(leaf(BGP_NEIGHBOR=rows))
    assert container.peers() == []
    container.update(INTERFACE={"Ethernet0|2001:db8::/127": {}})
    assert container.peers() == ["2001:db8::1"]


@pytest.mark.parametrize("written", ["", "Ethernet0", "10.1.0.0 "])
def test_a_local_address_that_is_none_is_nobodys(written: str) -> None:
    rows = {PEER: {**NEIGHBOR, "local_addr": written}}
    peers = [PEER] if written.strip() == "10.1.0.0" else []
    assert Container(leaf(BGP_NEIGHBOR=rows)).peers() == peers


@pytest.mark.parametrize(
    ("key", "row", "line"),
    [
        (
            "default|2001:db8:7::/48",
            {"blackhole": "true", "advertise": "true"},
            "ipv6 route 2001:db8:7::/48 blackhole tag 1",
        ),
        ("default|::/0", {"nexthop": "2001:db8::1"}, "ipv6 route ::/0 2001:db8::1 tag 1"),
        ("default|0.0.0.0/0", {"nexthop": "10.1.0.1"}, "ip route 0.0.0.0/0 10.1.0.1 tag 1"),
        (
            "0.0.0.0/0",
            {"nexthop": "10.1.0.1,10.1.0.3", "advertise": "false,false"},
            "ip route 0.0.0.0/0 10.1.0.3 tag 1",
        ),
        (
            "default|0.0.0.0/0",
            {"blackhole": "true", "advertise": "true", "distance": "250"},
            "ip route 0.0.0.0/0 blackhole 250 tag 1",
        ),
    ],
)
def test_default_routes_and_ipv6_blocks_are_static_routes(key: str, row: Config, line: str) -> None:
    container = Container(leaf(STATIC_ROUTE={key: row}))
    assert line in container.lines()
    assert container.frr.refused == []


@pytest.mark.parametrize(
    ("row", "route"),
    [
        ({"blackhole": "true"}, "ip route 10.9.0.0/16 blackhole tag 1"),
        ({"blackhole": "true", "advertise": "false"}, "ip route 10.9.0.0/16 blackhole tag 2"),
        ({"blackhole": "true", "advertise": "False"}, "ip route 10.9.0.0/16 blackhole tag 1"),
        ({"nexthop": "10.1.0.1", "distance": "5"}, "ip route 10.9.0.0/16 10.1.0.1 5 tag 1"),
        ({"ifname": "Ethernet0"}, "ip route 10.9.0.0/16 Ethernet0 tag 1"),
        (
            {"nexthop": "0.0.0.0", "ifname": "Ethernet0"},  # noqa: S104
            "ip route 10.9.0.0/16 Ethernet0 tag 1",
        ),
    ],
)
def test_a_static_route_row_gives_one_route(row: Config, route: str) -> None:
    container = Container(leaf(STATIC_ROUTE={"default|10.9.0.0/16": row}))
    assert [line for line in container.lines() if "ip route" in line] == [route]


def test_next_hops_come_and_go_one_by_one_and_redistribution_with_the_last_route() -> None:
    container = Container(leaf(STATIC_ROUTE={"10.9.0.0/16": {"nexthop": "10.1.0.1,10.1.0.3"}}))
    container.update(STATIC_ROUTE={"10.9.0.0/16": {"nexthop": "10.1.0.3,10.1.0.5"}})
    routes = [line for line in container.lines() if line.startswith("ip route")]
    assert routes == ["ip route 10.9.0.0/16 10.1.0.3 tag 1", "ip route 10.9.0.0/16 10.1.0.5 tag 1"]
    container.update(("STATIC_ROUTE|10.9.0.0/16",))
    assert not [
        line for line in container.lines() if "static" in line.lower() or "ip route" in line
    ]


@pytest.mark.parametrize(
    ("row", "warning"),
    [
        ({"nexthop": "10.1.0.1", "distance": "1,2"}, "lists of different lengths"),
        ({"nexthop": "10.1.0.1", "bfd": "true"}, "not installed in the lab (bfd)"),
    ],
)
def test_static_routes_without_a_command_are_named(row: Config, warning: str) -> None:
    container = Container(leaf(STATIC_ROUTE={"10.9.0.0/16": row}))
    assert not [line for line in container.lines() if "10.9.0.0" in line]
    assert warning in container.manager.warnings[0]


def test_redistribution_waits_for_the_asn() -> None:
    container = Container(
        leaf(
            DEVICE_METADATA={"localhost": {"type": "LeafRouter"}},
            STATIC_ROUTE={"10.9.0.0/16": {"blackhole": "true"}},
        )
    )
    assert container.frr.networks() == []
    container.update(DEVICE_METADATA=LEAF["DEVICE_METADATA"])
    filtered = "redistribute static route-map STATIC_ROUTE_FILTER"
    assert container.frr.networks() == [f"[{af} unicast] {filtered}" for af in ("ipv4", "ipv6")]


def test_isolation_before_the_first_neighbour_comes_with_it() -> None:
    state = {"STATE": {"tsa_enabled": "true"}}
    container = Container(leaf(BGP_NEIGHBOR={}, BGP_DEVICE_GLOBAL=state))
    assert "route-map TO_BGP_PEER_V4 deny 40" not in container.lines()
    container.update(BGP_NEIGHBOR={PEER: NEIGHBOR})
    assert "route-map TO_BGP_PEER_V4 deny 40" in container.lines()
    container.update(("BGP_DEVICE_GLOBAL|STATE",))
    assert "route-map TO_BGP_PEER_V4 deny 40" not in container.lines()


def test_weighted_ecmp_and_downstream_isolation_apply_live_where_the_type_has_them() -> None:
    metadata = {**LEAF["DEVICE_METADATA"]["localhost"], "type": "LowerSpineRouter"}
    container = Container(leaf(DEVICE_METADATA={"localhost": metadata}))
    on = {"wcmp_enabled": "true", "idf_isolation_state": "isolated_withdraw_all"}
    container.update(BGP_DEVICE_GLOBAL={"STATE": on})
    assert "set extcommunity bandwidth num-multipaths" in container.lines()
    assert "route-map CHECK_IDF_ISOLATION deny 4" in container.lines()
    container.update(BGP_DEVICE_GLOBAL={"STATE": {"wcmp_enabled": "false"}})
    assert "set extcommunity bandwidth num-multipaths" not in container.lines()
    assert "route-map CHECK_IDF_ISOLATION deny 4" not in container.lines()
    plain = Container(leaf())
    plain.update(BGP_DEVICE_GLOBAL={"STATE": {"idf_isolation_state": "isolated_no_export"}})
    assert "route-map CHECK_IDF_ISOLATION permit 1" not in plain.lines()


def test_own_as_is_allowed_for_a_leaf_only_when_bbr_is_enabled() -> None:
    enabled = Container(leaf(BGP_BBR={"all": {"status": "enabled"}}))
    assert "neighbor PEER_V4 allowas-in 1" in enabled.lines()
    assert "neighbor PEER_V4 allowas-in 1" not in Container(leaf()).lines()


def test_aggregates_follow_their_row_and_wrong_prefixes_are_named() -> None:
    rows = {"10.2.0.0/16": {"summary-only": "true", "as-set": "true"}, "10.2.0.1/16": {}}
    container = Container(leaf(BGP_AGGREGATE_ADDRESS=rows))
    assert "aggregate-address 10.2.0.0/16 summary-only as-set" in container.lines()
    assert container.manager.warnings == [
        "invalid aggregate prefix 10.2.0.1/16: 10.2.0.1/16 has host bits set"
    ]
    container.update(("BGP_AGGREGATE_ADDRESS|10.2.0.0/16",))
    assert not [line for line in container.lines() if "aggregate" in line]


def test_lines_are_adapted_to_the_frr_of_the_box() -> None:
    given = [
        "zebra nexthop kernel enable",
        "  maximum-paths 514",
        "ipv6 route fd00::/64 Loopback0",
        "ip route 10.0.0.0/8 Ethernet0 tag 1",
    ]
    assert list(translate(given)) == [
        "no zebra nexthop kernel enable",
        "  maximum-paths 256",
        "ipv6 route fd00::/64 lo",
        "ip route 10.0.0.0/8 Ethernet0 tag 1",
    ]


def test_a_running_configuration_is_removed_object_by_object_bgp_first() -> None:
    running = """\
hostname leaf1
ip route 10.9.0.0/16 blackhole tag 1
router bgp 65101
 neighbor 10.1.0.1 remote-as 65000
exit
ip prefix-list A seq 5 permit 10.0.0.0/8
route-map R permit 10
 match tag 1
exit
route-map R deny 20
exit
bgp community-list standard C seq 5 permit no-export
ip nht resolve-via-default
"""
    assert removals(running) == [
        "no router bgp 65101",
        "no ip route 10.9.0.0/16 blackhole tag 1",
        "no ip prefix-list A",
        "no route-map R",
        "no bgp community-list standard C",
    ]
