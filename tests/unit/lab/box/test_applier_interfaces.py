"""CONFIG_DB as `ip -batch` lines."""

import json
from dataclasses import replace
from typing import Any

import pytest

from railwright.lab.box.interfaces import (
    Kernel,
    Link,
    Plan,
    affected,
    parse_links,
    plan,
    plan_management,
)

Config = dict[str, Any]
LEAF: Config = {
    "PORT": {
        "Ethernet0": {"admin_status": "up", "mtu": "9216"},
        "Ethernet8": {"admin_status": "down"},
        "Ethernet16": {"admin_status": "up"},
        "Ethernet64": {"admin_status": "up"},
    },
    "INTERFACE": {
        "Ethernet0": {},
        "Ethernet0|10.1.0.0/31": {},
        "Ethernet0|2001:db8:0:0::1/64": {},
        "Ethernet8|10.1.0.2/31": {},
        "Ethernet64": {},
        "Ethernet64|10.1.0.4/31": {},
    },
    "LOOPBACK_INTERFACE": {"Loopback0": {}, "Loopback0|10.255.0.1/32": {}},
    "VLAN": {"Vlan100": {"vlanid": "100"}},
    "VLAN_MEMBER": {"Vlan100|Ethernet16": {"tagging_mode": "untagged"}},
    "VLAN_INTERFACE": {"Vlan100": {}, "Vlan100|10.2.0.1/24": {}},
}
BARE = {
    name: Link(name, index=at, up=name == "lo")
    for at, name in enumerate(("lo", "eth0", "Ethernet0", "Ethernet8", "Ethernet16"), start=1)
}


def run(links: dict[str, Link], done: Plan) -> dict[str, Link]:
    """Return the devices after `ip -batch`; fails on what the kernel would refuse."""
    links = dict(links)
    for line in done.lines:
        words = line.split()
        if words[:2] == ["link", "add"]:
            name = words[words.index("name") + 1]
            assert name not in links
            assert len(name) <= 15
            assert words[2] != "link" or words[3] in links
            links[name] = Link(name, index=len(links) + 100)
        elif words[:2] == ["link", "del"]:
            links = {
                name: replace(link, master="" if link.master == words[3] else link.master)
                for name, link in links.items()
                if name != words[3]
            }
        elif words[:2] == ["link", "set"]:
            name, word, value = words[3], words[4], words[-1]
            changes: dict[str, dict[str, Any]] = {
                "up": {"up": True},
                "down": {"up": False},
                "mtu": {"mtu_bytes": int(value) if value.isdecimal() else 0},
                "address": {"mac": value},
                "master": {"master": value},
                "nomaster": {"master": ""},
            }
            assert word != "master" or value in links
            links[name] = replace(links[name], **changes[word])
        else:
            name, address = words[-1], words[2]
            have = links[name].addresses
            assert (address in have) == (words[1] == "del"), line
            links[name] = replace(links[name], addresses=have ^ {address})
    return links


def test_a_bare_switch_becomes_what_config_db_says_in_one_pass() -> None:
    after = run(BARE, plan(LEAF, BARE))
    assert after["Ethernet0"] == Link(
        "Ethernet0",
        index=3,
        up=True,
        mtu_bytes=9216,
        addresses=frozenset({"10.1.0.0/31", "2001:db8::1/64"}),
    )
    assert after["Ethernet8"] == Link("Ethernet8", index=4, mtu_bytes=9100)
    assert after["Ethernet16"].master == "Vlan100"
    assert after["Vlan100"].addresses == {"10.2.0.1/24"}
    assert after["lo"].addresses == {"10.255.0.1/32"}
    assert after["eth0"] == BARE["eth0"]
    assert "Ethernet64" not in after
    assert plan(LEAF, after).lines == ()


def test_removed_rows_are_taken_back_and_the_second_pass_has_nothing_to_do() -> None:
    before = run(BARE, plan(LEAF, BARE))
    rest: Config = {"PORT": {"Ethernet0": {"admin_status": "up"}}}
    after = run(before, plan(rest, before))
    assert "Vlan100" not in after
    assert after["Ethernet0"] == Link("Ethernet0", index=3, up=True, mtu_bytes=9100)
    assert not after["Ethernet16"].up
    assert not after["lo"].addresses
    assert plan(rest, after).lines == ()


ACCESS: Config = {
    "DEVICE_METADATA": {"localhost": {"mac": "02:00:00:00:00:AA"}},
    "PORT": {f"Ethernet{at}": {"admin_status": "up", "mtu": "9100"} for at in (0, 8, 16)},
    "VLAN": {
        "Vlan20": {"vlanid": "20", "mtu": "1500"},
        "Vlan100": {"vlanid": "100", "dhcp_servers": ["192.0.2.5"]},
    },
    "VLAN_MEMBER": {
        "Vlan20|Ethernet8": {"tagging_mode": "priority_tagged"},
        "Vlan20|Ethernet0": {"tagging_mode": "tagged"},
        "Vlan100|Ethernet0": {"tagging_mode": "untagged"},
        "Vlan200|Ethernet16": {"tagging_mode": "untagged"},
    },
    "VLAN_INTERFACE": {
        "Vlan100": {},
        "Vlan100|10.2.0.1/24": {},
        "Vlan100|2001:DB8::1/64": {},
    },
    "PORT_STORM_CONTROL": {"Ethernet0|broadcast": {"kbps": "10000"}},
}
ABLE = Kernel("ifb", tags=True)


def test_vlans_are_bridges_that_stay_up_with_the_mac_of_the_switch() -> None:
    after = run(BARE, plan(ACCESS, BARE, kernel=ABLE))
    assert after["Vlan100"] == Link(
        "Vlan100",
        index=after["Vlan100"].index,
        up=True,
        mtu_bytes=9100,
        mac="02:00:00:00:00:aa",
        addresses=frozenset({"10.2.0.1/24", "2001:db8::1/64"}),
    )
    assert after["Vlan20"].mtu_bytes == 1500
    for vlan in ("Vlan20", "Vlan100"):
        assert (after[f"{vlan}-up"].master, after[f"{vlan}-up"].up) == (vlan, True)
    masters = {name: after[name].master for name in ("Ethernet0", "Ethernet8", "Ethernet16")}
    assert masters == {"Ethernet0": "Vlan100", "Ethernet8": "Vlan20", "Ethernet16": ""}
    assert (after["E0.20"].master, after["E0.20"].up) == ("Vlan20", True)
    assert plan(ACCESS, after, kernel=ABLE).lines == ()


def test_a_vlan_that_is_down_still_switches_and_no_longer_routes() -> None:
    before = run(BARE, plan(ACCESS, BARE, kernel=ABLE))
    config = {**ACCESS, "VLAN": {**ACCESS["VLAN"], "Vlan100": {"admin_status": "down"}}}
    lines = plan(config, before, affected(["VLAN|Vlan100"]), ABLE).lines
    assert lines == (
        "address del 10.2.0.1/24 dev Vlan100",
        "address del 2001:db8::1/64 dev Vlan100",
    )


def test_members_join_a_vlan_that_comes_after_them() -> None:
    config = {**ACCESS, "VLAN": {}}
    before = run(BARE, plan(config, BARE, kernel=ABLE))
    assert not [name for name in before if "Vlan" in name or name.startswith("E0.")]
    assert before["Ethernet0"].master == ""
    after = run(before, plan(ACCESS, before, affected(["VLAN|Vlan100"]), ABLE))
    assert after["Ethernet0"].master == after["Vlan100-up"].master == "Vlan100"
    assert "Vlan20" not in after


def test_a_removed_vlan_leaves_nothing_behind() -> None:
    before = run(BARE, plan(ACCESS, BARE, kernel=ABLE))
    gone = ["VLAN|Vlan20", "VLAN_MEMBER|Vlan20|Ethernet0", "VLAN_MEMBER|Vlan20|Ethernet8"]
    config = {**ACCESS, "VLAN": {"Vlan100": {}}}
    after = run(before, plan(config, before, affected(gone), ABLE))
    assert sorted(before.keys() - after.keys()) == ["E0.20", "Vlan20", "Vlan20-up"]
    assert after["Ethernet8"].master == ""
    assert after["Ethernet0"].master == "Vlan100"


def test_a_port_plugged_in_again_gets_its_tagged_legs_back() -> None:
    before = run(BARE, plan(ACCESS, BARE, kernel=ABLE))
    links = {name: link for name, link in before.items() if name != "E0.20"}
    links["Ethernet0"] = Link("Ethernet0", index=99)
    after = run(links, plan(ACCESS, links, {"Ethernet0"}, ABLE))
    assert (after["Ethernet0"].master, after["E0.20"].master) == ("Vlan100", "Vlan20")


def test_a_mac_that_is_none_is_no_word_for_ip() -> None:
    config = {**ACCESS, "DEVICE_METADATA": {"localhost": {"mac": "02:00 up master lo"}}}
    assert not [line for line in plan(config, BARE, kernel=ABLE).lines if " address 02" in line]


def test_without_a_port_row_nothing_is_touched() -> None:
    assert plan({"LOOPBACK_INTERFACE": LEAF["LOOPBACK_INTERFACE"]}, BARE) == Plan()


def test_only_the_devices_asked_for_are_looked_at() -> None:
    assert plan(LEAF, BARE, {"lo"}).lines == ("address add 10.255.0.1/32 dev lo",)
    assert plan(LEAF, BARE, {"Ethernet64"}).lines == ()


def test_a_port_leaves_its_vlan() -> None:
    before = run(BARE, plan(LEAF, BARE))
    config = {**LEAF, "VLAN_MEMBER": {}}
    lines = plan(config, before, affected(["VLAN_MEMBER|Vlan100|Ethernet16"])).lines
    assert lines == ("link set dev Ethernet16 nomaster",)


def test_what_the_lab_has_no_device_for_is_named() -> None:
    config: Config = {
        "PORT": LEAF["PORT"],
        "PORTCHANNEL": {"PortChannel1": {"admin_status": "up"}},
        "VRF": {"VrfBlue": {}},
        "VLAN": {"Vlan100": {}},
        "VLAN_MEMBER": {"Vlan100|Ethernet16": {"tagging_mode": "tagged"}},
    }
    missing = plan(config, BARE).notes
    assert missing == (
        "PORTCHANNEL: the lab has no port channels, the rows are not acted on",
        "VRF: the lab has no VRFs, the rows are not acted on",
        "VLAN: nothing here can hold a VLAN without a live port up; its subnet goes with them",
        "VLAN_MEMBER: this kernel has no tagged members: Vlan100|Ethernet16",
    )
    assert plan(config, BARE, kernel=ABLE).notes == missing[:2]


@pytest.mark.parametrize(
    ("key", "devices"),
    [
        ("PORT|Ethernet0", {"Ethernet0"}),
        ("INTERFACE|Ethernet0|10.1.0.0/31", {"Ethernet0"}),
        ("LOOPBACK_INTERFACE|Loopback0|10.255.0.1/32", {"lo"}),
        ("VLAN|Vlan100", {"Vlan100", "Vlan100-up"}),
        ("VLAN_MEMBER|Vlan100|Ethernet16", {"Vlan100", "Ethernet16", "E16.100"}),
        ("VLAN_INTERFACE|Vlan100|10.2.0.1/24", {"Vlan100"}),
        ("QUEUE|Ethernet0|3", set()),
    ],
)
def test_a_row_is_about_these_devices(key: str, devices: set[str]) -> None:
    assert affected([key]) == devices


def management(*own: str) -> Config:
    return {"MGMT_INTERFACE": {f"eth0|{address}": {"gwaddr": "192.0.2.1"} for address in own}}


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        (("192.0.2.11/24",), ("192.0.2.11/24",), ()),
        (("192.0.2.11/24",), (), ()),
        ((), ("192.0.2.11/24",), ()),
        (
            ("192.0.2.11/24",),
            ("192.0.2.12/24",),
            ("address add 192.0.2.12/24 dev eth0", "address del 192.0.2.11/24 dev eth0"),
        ),
    ],
    ids=["same", "gone", "first", "changed"],
)
def test_eth0_changes_only_with_its_rows(
    old: tuple[str, ...], new: tuple[str, ...], lines: tuple[str, ...]
) -> None:
    links = {"eth0": Link("eth0", up=True, addresses=frozenset({"192.0.2.11/24"}))}
    assert plan_management(management(*old), management(*new), links).lines == lines


def test_in_a_management_vrf_the_subnet_is_in_a_table_of_its_own() -> None:
    links = {"eth0": Link("eth0", up=True, addresses=frozenset({"192.0.2.11/24"}))}
    vrf = {"MGMT_VRF_CONFIG": {"vrf_global": {"mgmtVrfEnabled": "true"}}}
    own = management("192.0.2.11/24")
    lines = (
        "address add 192.0.2.11/32 dev eth0",
        "route replace 192.0.2.0/24 dev eth0 src 192.0.2.11 table default",
        "address del 192.0.2.11/24 dev eth0",
    )
    assert plan_management({}, own | vrf, links).lines == lines
    assert plan_management(own, own | vrf, links).lines == lines
    moved = {"eth0": Link("eth0", up=True, addresses=frozenset({"192.0.2.11/32"}))}
    assert plan_management(own | vrf, own | vrf, moved).lines == ()
    assert plan_management(own | vrf, own, moved).lines == (
        "address add 192.0.2.11/24 dev eth0",
        "address del 192.0.2.11/32 dev eth0",
    )


def test_the_output_of_ip_is_read() -> None:
    text = json.dumps(
        [
            {
                "ifindex": 1,
                "ifname": "lo",
                "flags": ["LOOPBACK", "UP", "LOWER_UP"],
                "mtu": 65536,
                "operstate": "UNKNOWN",
                "addr_info": [
                    {"local": "127.0.0.1", "prefixlen": 8, "scope": "host"},
                    {"local": "10.255.0.1", "prefixlen": 32, "scope": "global"},
                    {"local": "::1", "prefixlen": 128, "scope": "host"},
                ],
            },
            {
                "ifindex": 7,
                "link_index": 3,
                "ifname": "Ethernet0",
                "flags": ["BROADCAST", "UP", "LOWER_UP"],
                "mtu": 9100,
                "address": "02:00:00:00:00:aa",
                "master": "Vlan100",
                "operstate": "UP",
                "addr_info": [{"local": "fe80::1", "prefixlen": 64, "scope": "link"}],
            },
            {},
        ]
    )
    assert parse_links(text) == {
        "lo": Link("lo", 1, up=True, mtu_bytes=65536, addresses=frozenset({"10.255.0.1/32"})),
        "Ethernet0": Link(
            "Ethernet0",
            7,
            up=True,
            oper_up=True,
            mtu_bytes=9100,
            master="Vlan100",
            mac="02:00:00:00:00:aa",
        ),
    }
    assert parse_links("") == {}
