"""An access switch for real: VLANs of host ports, their gateway, IPv6 and static routes."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.lab.box_fabric import Fabric, Switch, eventually, require_lab

pytestmark = pytest.mark.lab

HOSTS = ("host0", "host1", "host2", "host3")
LINKS = [("access", f"Ethernet{at}", host, "eth0") for at, host in enumerate(HOSTS)]
LINKS += [("access", "Ethernet4", "core", "Ethernet0")]
MAC = "02:00:00:00:00:aa"
MEMBER = {"tagging_mode": "untagged"}
SVI4, SVI6 = "10.2.0.0/24", "2001:db8:2::/64"
EMPTY4 = "10.3.0.0/24"
BLOCK6 = "2001:db8:7::/48"
LOOPBACK6 = {"access": "2001:db8:ff::1/128", "core": "2001:db8:ff::2/128"}
RESTART_S = 40.0
"""Duplicate address detection and one connect timer of BGP, with room for a slow machine."""


def switch_config(name: str, asn: int, ports: int, end: int) -> dict[str, Any]:
    """Return a switch with one routed link, 10.9.0.0/31 and 2001:db8:9::/127, of which it has
    address `end`, on its last port.
    """
    link, peer = f"Ethernet{ports - 1}", 1 - end
    addresses = {f"10.9.0.{end}": f"10.9.0.{peer}", f"2001:db8:9::{end}": f"2001:db8:9::{peer}"}
    return {
        "DEVICE_METADATA": {
            "localhost": {
                "hostname": name,
                "bgp_asn": str(asn),
                "bgp_adv_lo_prefix_as_128": "true",
                "mac": MAC,
                "type": "LeafRouter",
            }
        },
        "PORT": {
            f"Ethernet{at}": {
                "admin_status": "up",
                "alias": f"etp{at}",
                "lanes": str(at),
                "mtu": "9100",
                "speed": "1000",
            }
            for at in range(ports)
        },
        "INTERFACE": {link: {}, f"{link}|10.9.0.{end}/31": {}, f"{link}|2001:db8:9::{end}/127": {}},
        "LOOPBACK_INTERFACE": {
            "Loopback0": {},
            f"Loopback0|10.255.0.{end + 1}/32": {},
            f"Loopback0|{LOOPBACK6[name]}": {},
        },
        "BGP_NEIGHBOR": {
            theirs: {
                "admin_status": "up",
                "asn": str(65000 if name == "access" else 65001),
                "holdtime": "9",
                "keepalive": "3",
                "local_addr": own,
                "name": "peer",
            }
            for own, theirs in addresses.items()
        },
    }


def access_config() -> dict[str, Any]:
    """Return the access switch: a VLAN of three ports with a gateway, and one without a port."""
    return {
        **switch_config("access", 65001, ports=5, end=0),
        "VLAN": {
            "Vlan10": {"vlanid": "10", "dhcp_servers": ["10.255.0.9"]},
            "Vlan30": {"vlanid": "30", "mtu": "1500"},
        },
        "VLAN_MEMBER": {f"Vlan10|Ethernet{at}": MEMBER for at in range(3)},
        "VLAN_INTERFACE": {
            "Vlan10": {},
            "Vlan10|10.2.0.1/24": {},
            "Vlan10|2001:db8:2::1/64": {},
            "Vlan30": {},
            "Vlan30|10.3.0.1/24": {},
        },
        "PORT_STORM_CONTROL": {"Ethernet0|broadcast": {"kbps": "10000"}},
        "STATIC_ROUTE": {
            "default|0.0.0.0/0": {"nexthop": "10.9.0.1", "advertise": "false"},
            f"default|{BLOCK6}": {"blackhole": "true", "advertise": "true"},
        },
    }


@pytest.fixture(scope="module")
def fabric(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Switch]]:
    require_lab()
    with Fabric(tmp_path_factory.mktemp("vlan"), LINKS, hosts=HOSTS) as running:
        switches = running.switches
        for at, host in enumerate(HOSTS):
            for line in (
                "link set eth0 up",
                f"address add 10.2.0.{at + 10}/24 dev eth0",
                f"address add 2001:db8:2::{at + 10}/64 dev eth0 nodad",
                "route add default via 10.2.0.1",
                "-6 route add default via 2001:db8:2::1",
            ):
                switches[host].run("ip", *line.split())
        for name in ("access", "core"):
            switches[name].run(
                "sh", "-c", "until [ -e /run/railwright/applied ]; do sleep .1; done"
            )
        switches["core"].write(switch_config("core", 65000, ports=1, end=1), "reload")
        switches["access"].write(access_config(), "reload")
        yield switches


def reaches(host: Switch, address: str) -> bool:
    """Return whether a host gets an answer from an address."""
    done = host.run("sh", "-c", f"ping -c1 -W1 {address} > /dev/null && echo yes || echo no")
    return done.strip() == "yes"


def is_established(switch: Switch, peer: str) -> bool:
    return switch.state(f"NEIGH_STATE_TABLE|{peer}", "state") == "Established"


def test_hosts_of_a_vlan_reach_each_other_and_their_gateway(fabric: dict[str, Switch]) -> None:
    for address in ("10.2.0.11", "2001:db8:2::11", "10.2.0.1", "2001:db8:2::1"):
        eventually(partial(reaches, fabric["host0"], address))
    assert not reaches(fabric["host0"], "10.2.0.13")  # its port is in no VLAN
    assert MAC in fabric["access"].run("ip", "link", "show", "Vlan10")


def test_the_vlan_is_routed_and_its_subnets_are_advertised(fabric: dict[str, Switch]) -> None:
    access, core = fabric["access"], fabric["core"]
    for peer in ("10.9.0.1", "2001:db8:9::1"):
        eventually(partial(is_established, access, peer), RESTART_S)
    # a VLAN stays up without a live port, so EMPTY4 is there too
    for prefix in (SVI4, SVI6, EMPTY4, BLOCK6, LOOPBACK6["access"]):
        eventually(partial(core.hops, prefix), RESTART_S)
    assert core.hops("default") == 0
    assert access.hops("default") == 1
    for address in ("10.255.0.2", "2001:db8:ff::2"):
        eventually(partial(reaches, fabric["host1"], address))


def test_a_port_joins_and_another_leaves_while_the_others_stay(fabric: dict[str, Switch]) -> None:
    access = fabric["access"]
    access.patch({"op": "add", "path": "/VLAN_MEMBER/Vlan10|Ethernet3", "value": MEMBER})
    eventually(partial(reaches, fabric["host0"], "10.2.0.13"))
    access.patch({"op": "remove", "path": "/VLAN_MEMBER/Vlan10|Ethernet1"})
    assert not reaches(fabric["host1"], "10.2.0.1")
    assert reaches(fabric["host0"], "10.2.0.13")
    assert reaches(fabric["host2"], "10.2.0.1")


def test_a_vlan_that_is_down_switches_but_does_not_route(fabric: dict[str, Switch]) -> None:
    access, host = fabric["access"], fabric["host0"]
    row = "/VLAN/Vlan10/admin_status"
    access.patch({"op": "add", "path": row, "value": "down"})
    assert reaches(host, "10.2.0.12")
    assert not reaches(host, "10.2.0.1")
    eventually(lambda: fabric["core"].hops(SVI4) == 0)
    access.patch({"op": "replace", "path": row, "value": "up"})
    eventually(partial(reaches, host, "10.2.0.1"))
    eventually(lambda: fabric["core"].hops(SVI4) == 1)


def test_a_port_carries_a_second_vlan_tagged(fabric: dict[str, Switch]) -> None:
    access, host = fabric["access"], fabric["host0"]
    if "tags=True" not in access.log.read_text():
        pytest.skip("this kernel has no VLAN devices")
    access.write({"VLAN_MEMBER": {"Vlan30|Ethernet0": {"tagging_mode": "tagged"}}})
    for line in (
        "link add link eth0 name eth0.30 type vlan id 30",
        "link set eth0.30 up",
        "address add 10.3.0.10/24 dev eth0.30",
    ):
        host.run("ip", *line.split())
    eventually(partial(reaches, host, "10.3.0.1"))
    assert reaches(host, "10.2.0.1")
    access.write({"VLAN_MEMBER": {"Vlan30|Ethernet0": None}})
    assert not reaches(host, "10.3.0.1")


def test_nothing_was_refused_on_the_way(fabric: dict[str, Switch]) -> None:
    for name in ("access", "core"):
        lines = fabric[name].log.read_text().splitlines()
        assert [line for line in lines if " ERROR " in line or " WARNING " in line] == []


def test_a_reload_without_vlans_leaves_none_behind(fabric: dict[str, Switch]) -> None:
    access = fabric["access"]
    access.write(switch_config("access", 65001, ports=5, end=0), "reload")
    assert "Vlan" not in access.run("ip", "link", "show")
    assert not reaches(fabric["host0"], "10.2.0.12")
