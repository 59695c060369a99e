"""Access switches: who is cut off by a change of VLANs, in which order the switches change."""

from types import SimpleNamespace
from typing import cast

import pytest

from railwright.plan.model import (
    Device,
    Length,
    Link,
    LinkEnd,
    LinkKind,
    Management,
    Plan,
    Role,
)
from railwright.plan.shape import Network
from railwright.sonic.changes import diff
from railwright.sonic.classes import ChangeClass, classify
from railwright.sonic.configdb import ConfigDb
from railwright.sonic.impact import Impact, impacts
from railwright.sonic.references import misfits
from railwright.sonic.waves import DeviceChange, waves

RUNNING: ConfigDb = {
    "PORT": {f"Ethernet{at}": {"admin_status": "up"} for at in range(4)},
    "VLAN": {f"Vlan{at}": {"vlanid": str(at)} for at in (10, 20)},
    "VLAN_INTERFACE": {"Vlan10": {}, "Vlan10|10.2.0.1/24": {}},
    "VLAN_MEMBER": {
        "Vlan10|Ethernet0": {"tagging_mode": "untagged"},
        "Vlan10|Ethernet1": {"tagging_mode": "untagged"},
        "Vlan20|Ethernet2": {"tagging_mode": "untagged"},
    },
}


def device(name: str, role: Role = "leaf", network: Network | None = "oob") -> Device:
    management = Management("10.21.0.2", 24, "10.21.0.1")
    return Device(name, role, network, "x", None, 1, 1, None, 0, None, None, management)


def link(port: int, kind: LinkKind, peer: str, vlan: int | None = None) -> Link:
    own, other = LinkEnd("oob1-leaf", f"Ethernet{port}", ""), LinkEnd(peer, "bmc", "")
    ends = (other, own) if kind == "access" else (own, other)
    length = Length(5, "given", assumed=False)
    prefix = "10.2.0.0/24"
    return Link(
        f"o{port}",
        kind,
        "oob",
        *ends,
        1,
        prefix,
        length,
        None,
        None,
        None,
        deployed=True,
        vlan=vlan,
    )


LEAF = device("oob1-leaf")
LINKS = (
    link(0, "access", "gpu0001", 10),
    link(1, "access", "gpu0002", 10),
    link(2, "access", "pdu01", 20),
    link(3, "border", "router1"),
)
PLAN = cast(
    Plan,
    SimpleNamespace(
        device={"gpu0001": device("gpu0001", "gpu_node", None)},
        links_of={LEAF.name: {f"Ethernet{at}": one for at, one in enumerate(LINKS)}},
    ),
)


def cost(**tables: dict[str, dict[str, str]]) -> tuple[Impact, ...]:
    """Return what it costs to go from RUNNING to the same with rows laid over it, {} removes."""
    intended: ConfigDb = {table: dict(rows) for table, rows in RUNNING.items()}
    for table, rows in tables.items():
        for key, row in rows.items():
            intended[table][key] = dict(row)
            if not row:
                del intended[table][key]
    return impacts(PLAN, LEAF, classify(diff(RUNNING, intended), RUNNING), ChangeClass.HITLESS)


def test_a_port_that_joins_a_vlan_costs_nobody_anything() -> None:
    assert cost(VLAN_MEMBER={"Vlan20|Ethernet3": {"tagging_mode": "untagged"}}) == ()


def test_a_port_that_leaves_its_vlan_cuts_off_one_host() -> None:
    (impact,) = cost(VLAN_MEMBER={"Vlan10|Ethernet1": {}})
    assert (impact.ports, impact.nodes, impact.rails, impact.gpus) == (
        ("Ethernet1",),
        ("gpu0002",),
        (),
        0,
    )
    assert impact.text == (
        "oob1-leaf: port bounce, 1 cabled port, 60 s; out-of-band management is cut off for gpu0002"
    )


def test_a_vlan_that_goes_down_takes_the_gateway_from_its_own_hosts_only() -> None:
    (impact,) = cost(VLAN={"Vlan10": {"vlanid": "10", "admin_status": "down"}})
    assert (impact.harm, impact.ports) == (ChangeClass.BGP_RESET, ("Ethernet0", "Ethernet1"))
    assert impact.nodes == ("gpu0001", "gpu0002")


def test_another_gateway_address_needs_a_restart_and_takes_everything() -> None:
    (impact,) = cost(
        VLAN_INTERFACE={"Vlan10|10.2.0.1/24": {}, "Vlan10|10.2.0.2/24": {"scope": "x"}}
    )
    assert impact.harm is ChangeClass.SERVICE_RESTART
    assert impact.text == (
        "oob1-leaf: service restart, 4 cabled ports, 120 s; "
        "out-of-band management is cut off for 3 devices, gpu0001 to pdu01; "
        "1 link to outside routers is down"
    )


@pytest.mark.parametrize(
    ("table", "key", "missing"),
    [
        ("VLAN_MEMBER", "Vlan30|Ethernet3", "VLAN|Vlan30"),
        ("VLAN_MEMBER", "Vlan20|Ethernet9", "PORT|Ethernet9"),
        ("VLAN_INTERFACE", "Vlan30", "VLAN|Vlan30"),
        ("VLAN_INTERFACE", "Vlan20|10.3.0.1/24", "VLAN_INTERFACE|Vlan20"),
        ("PORT_STORM_CONTROL", "Ethernet9|broadcast", "PORT|Ethernet9"),
    ],
)
def test_new_rows_must_fit_what_is_there(table: str, key: str, missing: str) -> None:
    rows: ConfigDb = {table: {key: {}}}
    (text,) = misfits({**RUNNING, table: {**RUNNING.get(table, {}), key: {}}}, rows)
    assert text.startswith(f"{table}|{key} ")
    assert missing in text


def test_management_switches_change_one_at_a_time_and_out_of_band_last() -> None:
    devices = (
        device("oob1-leaf"),
        device("oob2-leaf"),
        device("inband1-leaf", network="inband"),
        device("su1-rail0-leaf", network="compute"),
        device("su1-rail1-leaf", network="compute"),
        device("spine1", "spine", "compute"),
        device("storage1-leaf", network="storage"),
    )
    plan = SimpleNamespace(devices=devices, device={one.name: one for one in devices})
    harm = DeviceChange(ChangeClass.CONFIG_RELOAD)
    found = waves(cast(Plan, plan), {one.name: harm for one in devices})
    assert [wave.devices for wave in found] == [
        ("su1-rail0-leaf", "su1-rail1-leaf"),
        ("spine1",),
        ("storage1-leaf",),
        ("inband1-leaf",),
        ("oob1-leaf",),
        ("oob2-leaf",),
    ]
    assert [wave.devices for wave in found if wave.drain] == [("spine1",)]
