"""Overrides: what they change, what they leave alone, and every way to be refused."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from railwright.emitters.sonic_config import intended
from railwright.errors import IntentError
from railwright.plan.model import Link, Plan
from railwright.plan.summary import lines
from railwright.plan.tables import links as link_rows
from tests.unit.plan.made import ALL_NETWORKS, merged, planned

LINK = "gpu0003:rail2"
LEAF = "su1-rail2-leaf"
DEAD, SPARE = "Ethernet8", "Ethernet20"
ROOMY = merged(ALL_NETWORKS, {"networks": {"compute": {"nodes_per_su": 5, "rails": 3}}})
"""Five nodes leave one port of the third cage unused, which is split for nodes."""


def with_port(*ports: dict[str, str]) -> Plan:
    rows = [{"reason": "dead port"} | one for one in ports]
    return planned(ROOMY, {"overrides": {"ports": rows}})


def with_address(*addresses: dict[str, str]) -> Plan:
    rows = [{"reason": "as it was installed"} | one for one in addresses]
    return planned(ROOMY, {"overrides": {"addresses": rows}})


def refusal(key: str, *rows: dict[str, str], **more: Any) -> dict[str, str]:
    given = [{"reason": "why not"} | one for one in rows]
    with pytest.raises(IntentError) as caught:
        planned(ROOMY, more, {"overrides": {key: given}})
    return {problem.path: problem.what for problem in caught.value.problems}


def test_a_link_ends_on_the_port_that_was_chosen() -> None:
    before, after = planned(ROOMY), with_port({"link": LINK, "port": SPARE})
    assert before.links_of["gpu0003"]["rail2"].z.port == DEAD
    link = after.links_of["gpu0003"]["rail2"]
    assert (link.z.device, link.z.port) == (LEAF, SPARE)
    assert after.links_of[LEAF][SPARE] is link
    assert DEAD not in after.links_of[LEAF]
    assert (link.a, link.z.address, link.prefix) == (
        before.links_of["gpu0003"]["rail2"].a,
        before.links_of["gpu0003"]["rail2"].z.address,
        before.links_of["gpu0003"]["rail2"].prefix,
    )
    others = [one for one in before.links if one.id != LINK]
    assert others == [one for one in after.links if one.id != LINK]
    assert before.devices == after.devices


def test_the_new_port_is_used_and_the_old_one_spare() -> None:
    plan = with_port({"link": LINK, "port": SPARE})
    ports = {port.name: port for port in plan.ports[LEAF]}
    assert (ports[SPARE].use, ports[SPARE].enabled) == ("host", True)
    assert (ports[DEAD].use, ports[DEAD].enabled) == ("spare", False)
    config = intended(plan, plan.device[LEAF])
    assert (config["PORT"][SPARE]["admin_status"], config["PORT"][DEAD]["admin_status"]) == (
        "up",
        "down",
    )
    assert config["PORT"][SPARE]["description"] == "gpu0003:rail2"
    assert {key for key in config["INTERFACE"] if key.startswith((f"{SPARE}|", f"{DEAD}|"))} == {
        f"{SPARE}|{plan.links_of['gpu0003']['rail2'].z.address}/31"
    }
    assert SPARE in config["PFC_WD"]
    assert DEAD not in config["PFC_WD"]


def spare_port(plan: Plan, kind: str, network: str) -> tuple[Link, str]:
    """Return a link and a spare port of its upper switch that it could end on."""
    return next(
        (link, port.name)
        for link in plan.links
        if (link.kind, link.network) == (kind, network)
        for port in plan.ports[link.z.device]
        if (port.use, port.speed_gbps) == ("spare", link.speed_gbps)
    )


def test_a_fabric_link_and_an_access_link_move_too() -> None:
    before = planned(ROOMY)
    uplink, above = spare_port(before, "fabric", "compute")
    access, free = spare_port(before, "access", "oob")
    plan = with_port({"link": uplink.id, "port": above}, {"link": access.id, "port": free})
    assert plan.links_of[uplink.a.device][uplink.a.port].z.port == above
    (session,) = [one for one in plan.sessions if one.link.id == uplink.id]
    assert session.link.z.port == above
    assert plan.links_of[access.z.device][free].a == access.a
    config = intended(plan, plan.device[access.z.device])
    assert config["VLAN_MEMBER"][f"Vlan{access.vlan}|{free}"] == {"tagging_mode": "untagged"}
    assert f"Vlan{access.vlan}|{access.z.port}" not in config["VLAN_MEMBER"]


def test_two_links_may_not_meet_but_may_take_each_others_old_port() -> None:
    one, other = "gpu0003:rail2", "gpu0004:rail2"
    found = refusal("ports", {"link": one, "port": SPARE}, {"link": other, "port": SPARE})
    assert (
        f"is the port of {one}, which overrides.ports[0] puts" in found["overrides.ports[1].port"]
    )
    for rows in permutations([{"link": one, "port": SPARE}, {"link": other, "port": DEAD}]):
        assert with_port(*rows).links_of[LEAF][DEAD].id == other


RING = {"gpu0001:rail2": "Ethernet4", "gpu0002:rail2": DEAD, LINK: "Ethernet0"}


def test_links_go_round_in_a_circle_in_any_order() -> None:
    before = planned(ROOMY)
    rows = [{"link": link, "port": port} for link, port in RING.items()]
    plans = [with_port(*one) for one in permutations(rows)]
    assert len({plan.links for plan in plans}) == 1
    moved = {link.id: link for link in plans[0].links}
    for link in before.links:
        port = RING.get(link.id, link.z.port)
        assert moved[link.id] == replace(link, z=replace(link.z, port=port))
    config = intended(plans[0], plans[0].device[LEAF])
    for name, port in RING.items():
        assert f"{port}|{moved[name].z.address}/31" in config["INTERFACE"]
        assert config["PORT"][port]["description"] == name


def test_swapped_cables_keep_their_ids_and_change_sockets() -> None:
    before = {one.id: one for one in planned(ROOMY).cabled.cables}
    swap = [{"link": "gpu0001:rail2", "port": DEAD}, {"link": LINK, "port": "Ethernet0"}]
    after = {one.id: one for one in with_port(*swap).cabled.cables}
    assert before.keys() == after.keys()
    changed = {name for name, one in after.items() if one != before[name]}
    assert changed == {"gpu0001:rail2", LINK}
    one, other = before["gpu0001:rail2"], before[LINK]
    assert after[one.id].ends[-1].socket == other.ends[-1].socket
    assert after[other.id].ends[-1].socket == one.ends[-1].socket
    assert after[one.id].ends[0].label.endswith(f":{other.ends[-1].socket}")
    assert [replace(after[name], ends=()) for name in sorted(changed)] == [
        replace(before[name], ends=()) for name in sorted(changed)
    ]


COPPER = {"nodes": {"gpu": {"model": "hgx-h100", "count": 8}}, "lengths": {"host_m": 2}}
"""Nodes whose rails two by two share one cage of the leaf, and one copper splitter."""


def splitters(*ports: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the links of every splitter of the first leaf, and the ports of its single end."""
    rows = [{"reason": "as built"} | one for one in ports]
    plan = planned(COPPER, {"overrides": {"ports": rows}})
    cables = [one for one in plan.cabled.cables if one.ends[-1].device == "su1-rail0-leaf"]
    served = {one.id.partition(":")[2]: one.links + one.ends[-1].ports for one in cables}
    return {name: served[name] for name in ("Ethernet0", "Ethernet8")}


def test_tails_of_one_splitter_swap_within_its_cage() -> None:
    found = splitters(
        {"link": "gpu0001:rail0", "port": "Ethernet4"},
        {"link": "gpu0002:rail0", "port": "Ethernet0"},
    )
    assert found["Ethernet0"] == ("gpu0001:rail0", "gpu0002:rail0", "Ethernet4", "Ethernet0")
    assert found["Ethernet8"] == splitters()["Ethernet8"]


def test_whole_splitters_swap_and_are_named_after_their_new_cage() -> None:
    places = (("0001", "8"), ("0002", "12"), ("0003", "0"), ("0004", "4"))
    found = splitters(
        *({"link": f"gpu{node}:rail0", "port": f"Ethernet{port}"} for node, port in places)
    )
    assert found["Ethernet0"][:2] == ("gpu0003:rail0", "gpu0004:rail0")
    assert found["Ethernet8"][:2] == ("gpu0001:rail0", "gpu0002:rail0")


def test_the_link_that_stays_is_named_with_what_would_free_its_port() -> None:
    found = refusal("ports", {"link": LINK, "port": "Ethernet4"})["overrides.ports[0].port"]
    assert found == (
        f"{LEAF} Ethernet4 is the port of gpu0002:rail2, which stays there; an override that moves "
        f"gpu0002:rail2 would free it; choose a spare one of 400G: {SPARE}"
    )


def test_a_link_that_stays_where_it_is_frees_nothing() -> None:
    found = refusal("ports", {"link": LINK, "port": DEAD}, {"link": "gpu0001:rail2", "port": DEAD})
    assert found["overrides.ports[0].port"] == (
        f"{LEAF} {DEAD} is what the plan gives {LINK} anyway; remove the override"
    )
    assert f"is the port of {LINK}, which stays there" in found["overrides.ports[1].port"]


@pytest.mark.parametrize(
    ("row", "key", "text"),
    [
        ({"link": "gpu0003:rail9", "port": SPARE}, "link", "no link 'gpu0003:rail9' in this plan"),
        ({"link": LINK, "port": "Ethernet1"}, "port", f"{LEAF} has no port 'Ethernet1'"),
        ({"link": LINK, "port": "Ethernet12"}, "port", "is the port of gpu0004:rail2"),
        ({"link": LINK, "port": "Ethernet504"}, "port", f"{LEAF} Ethernet504 is 800G, not 400G"),
    ],
)
def test_a_port_that_cannot_be_used_is_refused(row: dict[str, str], key: str, text: str) -> None:
    found = refusal("ports", row)
    assert list(found) == [f"overrides.ports[0].{key}"]
    assert text in found[f"overrides.ports[0].{key}"]


def test_ports_of_a_router_outside_cannot_be_chosen() -> None:
    plan = planned(ROOMY)
    border = next(link for link in plan.links if link.kind == "border")
    found = refusal("ports", {"link": border.id, "port": "Ethernet0"})
    assert "edge" in found["overrides.ports[0].link"]


def test_ports_of_a_switch_that_is_not_there_yet_cannot_be_chosen() -> None:
    three = {"design": "three-tier", "nodes_per_su": 64, "sus_per_pod": 1}
    nodes = {"gpu": {"count": 64, "capacity": 256}, "storage": None, "pdus": None}
    found = refusal(
        "ports",
        {"link": "gpu0100:rail0", "port": SPARE},
        networks={"compute": three, "storage": None, "inband": None, "oob": None},
        nodes=nodes,
    )
    assert "no link 'gpu0100:rail0'" in found["overrides.ports[0].link"]


def test_a_link_is_moved_once() -> None:
    found = refusal("ports", {"link": LINK, "port": SPARE}, {"link": LINK, "port": "Ethernet64"})
    assert "overridden twice, first in overrides.ports[0]" in found["overrides.ports[1].link"]


@pytest.mark.parametrize(
    ("device", "which", "address", "port"),
    [
        ("gpu0003", "management", "10.48.1.200", "eth0"),
        ("gpu0003", "bmc", "10.64.1.200", "bmc"),
        ("su1-rail0-leaf", "management", "10.65.1.200", "eth0"),
        ("pdu01", "management", "10.69.1.200", "eth0"),
    ],
)
def test_a_device_has_the_address_it_was_given(
    device: str, which: str, address: str, port: str
) -> None:
    before = planned(ROOMY)
    after = with_address({"device": device, "which": which, "address": address})
    own = after.device[device]
    place = own.management if which == "management" else own.bmc
    assert place is not None
    assert place.address == address
    assert [one.name for one in before.devices if one not in after.devices] == [device]
    (row,) = [one for one in link_rows(after) if one["id"] == f"{device}:{port}"]
    assert row["a_address"] == address
    assert before.subnets == after.subnets


def test_switches_and_relays_follow_the_new_address() -> None:
    plan = with_address({"device": "su1-rail0-leaf", "address": "10.65.1.200"})
    config = intended(plan, plan.device["su1-rail0-leaf"])
    assert list(config["MGMT_INTERFACE"]) == ["eth0|10.65.1.200/24"]
    plan = with_address({"device": "mgmt01", "address": "10.50.1.200"})
    relays = {address for svi in plan.svis if svi.network == "inband" for address in svi.relay}
    assert relays == {"10.50.1.200", plan.device["mgmt02"].management.address}


@pytest.mark.parametrize(
    ("row", "key", "text"),
    [
        ({"device": "gpu9999", "address": "10.48.1.200"}, "device", "of 'gpu9999' in this plan"),
        ({"device": "pdu01", "which": "bmc", "address": "10.69.1.9"}, "device", "no bmc address"),
        ({"device": "gpu0003", "address": "10.48.9.200"}, "address", "not on 10.48.1.0/24"),
        ({"device": "gpu0003", "address": "10.48.1.1"}, "address", "belongs to the gateway"),
        ({"device": "gpu0003", "address": "10.48.1.0"}, "address", "belongs to the subnet itself"),
        ({"device": "gpu0003", "address": "10.48.1.255"}, "address", "the subnet itself"),
        ({"device": "gpu0003", "address": "10.48.1.10"}, "address", "belongs to gpu0001"),
        ({"device": "gpu0003", "address": "10.48.1.12"}, "address", "remove the override"),
        ({"device": "gpu0003", "address": "10.48.1.40"}, "address", "the capacity reserves"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(
    row: dict[str, str], key: str, text: str
) -> None:
    found = refusal("addresses", row)
    assert list(found) == [f"overrides.addresses[0].{key}"]
    assert text in found[f"overrides.addresses[0].{key}"]


def test_two_devices_may_not_meet_on_an_address() -> None:
    found = refusal(
        "addresses",
        {"device": "gpu0003", "address": "10.48.1.200"},
        {"device": "gpu0004", "address": "10.48.1.200"},
    )
    assert "belongs to gpu0003" in found["overrides.addresses[1].address"]


def test_an_address_is_overridden_once() -> None:
    found = refusal(
        "addresses",
        {"device": "gpu0003", "address": "10.48.1.200"},
        {"device": "gpu0003", "address": "10.48.1.201"},
    )
    assert "overridden twice" in found["overrides.addresses[1].device"]


def test_every_wrong_override_is_told_at_once() -> None:
    rows = {"overrides": {"ports": [{"link": "x:y", "port": SPARE, "reason": "r"}]}}
    found = refusal("addresses", {"device": "nobody", "address": "10.48.1.200"}, **rows)
    assert set(found) == {"overrides.ports[0].link", "overrides.addresses[0].device"}


def test_overrides_are_in_the_summary_with_their_reasons() -> None:
    text = "\n".join(lines(with_port({"link": LINK, "port": SPARE, "reason": "bent pins"})))
    assert "override     gpu0003:rail2 ends on Ethernet20: bent pins" in text
