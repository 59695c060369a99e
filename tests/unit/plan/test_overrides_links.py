"""Extra links: links as all others between switches, next to which nothing moves."""

import re
from dataclasses import replace
from typing import Any

import pytest
from netaddr import IPNetwork

from railwright.device.cabling.check import check
from railwright.device.cabling.model import Seen
from railwright.device.lldp import Neighbour
from railwright.diff import compare, snapshot
from railwright.emitters.sonic_config import intended
from railwright.lab import network as lab_network
from railwright.plan import host_names
from railwright.plan.model import LinkEnd, Plan
from railwright.plan.overrides import prefixes
from railwright.plan.summary import lines
from railwright.plan.tables import addresses as address_rows
from railwright.plan.tables import links as link_rows
from railwright.sonic import impact
from railwright.sonic.changes import Change
from railwright.sonic.classes import ChangeClass, Verdict
from tests.unit.plan.made import ALL_NETWORKS, merged, planned
from tests.unit.plan.made import refusal as refused

ROOMY = merged(ALL_NETWORKS, {"networks": {"compute": {"nodes_per_su": 5, "rails": 3}}})
"""Five nodes leave one port of the third cage unused, which is split for nodes."""
LEAF, OTHER, SPINE = "su1-rail0-leaf", "su1-rail1-leaf", "spine1"
SPLIT, WHOLE = "Ethernet20", "Ethernet504"
INSIDE, OUTSIDE = "10.240.0.0/31", "192.168.7.0/31"
KEY = {"secret": "tacacs_key"}


def extra(a: str, z: str, prefix: str = INSIDE, **more: Any) -> dict[str, Any]:
    """Return the override of a link between two `DEVICE PORT`."""
    ends = {
        key: dict(zip(("device", "port"), text.split(), strict=True))
        for key, text in (("a", a), ("z", z))
    }
    return {**ends, "prefix": prefix, "reason": "a trunk that was there", **more}


def with_links(*rows: dict[str, Any], **more: Any) -> Plan:
    return planned(ROOMY, more, {"overrides": {"links": list(rows)}})


def refusal(*rows: dict[str, Any], **more: Any) -> dict[str, str]:
    return refused(ROOMY, more, {"overrides": {"links": list(rows)}})


UP = extra(f"{LEAF} {WHOLE}", f"{SPINE} {WHOLE}")
LATERAL = extra(f"{LEAF} {SPLIT}", f"{OTHER} {SPLIT}")


def test_it_is_a_fabric_link_and_nothing_else_moves() -> None:
    before, after = planned(ROOMY), with_links(UP)
    (link,) = [one for one in after.links if one.id not in {link.id for link in before.links}]
    uplink = next(one for one in before.links if (one.kind, one.a.device) == ("fabric", LEAF))
    assert link == replace(
        uplink,
        id=f"{LEAF}:{WHOLE}",
        a=LinkEnd(LEAF, WHOLE, "10.240.0.1"),
        z=LinkEnd(SPINE, WHOLE, "10.240.0.0"),
        prefix=INSIDE,
    )
    assert after.links[:-1] == before.links
    assert after.devices == before.devices
    assert after.subnets == before.subnets
    assert after.headroom == before.headroom
    assert after.sessions[:-1] == before.sessions
    session = after.sessions[-1]
    assert (session.link, session.asn_a, session.asn_z) == (
        link,
        after.device[LEAF].asn,
        after.device[SPINE].asn,
    )


def test_both_switches_are_configured_as_for_any_other_link() -> None:
    """Every table that knows an uplink's port knows the extra link's, with alike rows."""
    plan = with_links(UP)
    uplink = next(one for one in plan.links if (one.kind, one.a.device) == ("fabric", LEAF))
    for device, far in ((LEAF, SPINE), (SPINE, LEAF)):
        config = intended(plan, plan.device[device])
        port = uplink.end(device).port
        for table, rows in config.items():
            own, planned_rows = (
                {
                    key.replace(name, "PORT"): row
                    for key, row in rows.items()
                    if name in key.split("|")
                }
                for name in (WHOLE, port)
            )
            if table == "INTERFACE":
                assert len(own) == len(planned_rows) == 2
            elif table not in {"PORT", "DEVICE_NEIGHBOR"}:
                assert own == planned_rows, table
        row, like = config["PORT"][WHOLE], config["PORT"][port]
        keys = ("admin_status", "mtu", "fec", "speed", "autoneg", "pfc_asym", "tpid")
        assert [row[key] for key in keys] == [like[key] for key in keys]
        assert row["description"] == f"{far} {WHOLE}".replace(" ", ":")
        assert config["DEVICE_NEIGHBOR"][WHOLE] == {"name": far, "port": WHOLE}
        for table in ("PORT_QOS_MAP", "PFC_WD", "CABLE_LENGTH"):
            text = str(config[table])
            assert f"'{WHOLE}'" in text, table
    leaf = intended(plan, plan.device[LEAF])
    assert f"{WHOLE}|10.240.0.1/31" in leaf["INTERFACE"]
    session = leaf["BGP_NEIGHBOR"]["10.240.0.0"]
    assert (session["local_addr"], session["name"]) == ("10.240.0.1", SPINE)
    assert session["asn"] == str(plan.device[SPINE].asn)


def test_a_lateral_link_has_the_headroom_of_its_own_speed_and_lanes() -> None:
    before, after = planned(ROOMY), with_links(LATERAL | {"length_m": 3})
    port = next(one for one in after.ports[LEAF] if one.name == SPLIT)
    assert (port.use, port.enabled, port.speed_gbps) == ("fabric", True, 400)
    room = after.port_headroom(after.device[LEAF], port)
    assert (room.speed_gbps, room.lanes, room.length_m) == (400, 4, 3.0)
    (key,) = after.headroom.keys() - before.headroom.keys()
    assert (key.speed_gbps, key.lanes, key.length_m) == (400, 4, 3.0)
    assert list(after.headroom)[:-1] == list(before.headroom)
    config = intended(after, after.device[LEAF])
    metadata = intended(after, after.device[OTHER])["DEVICE_METADATA"]["localhost"]
    assert config["DEVICE_NEIGHBOR_METADATA"][OTHER]["type"] == metadata["type"]
    assert config["BGP_NEIGHBOR"]["10.240.0.0"]["asn"] == str(after.device[OTHER].asn)


def test_lengths_are_given_or_those_of_its_kind() -> None:
    given = with_links(UP | {"length_m": 12.5}).links[-1].length
    assert (given.length_m, given.assumed) == (12.5, False)
    assert "overrides.links[0].length_m" in given.provenance
    assumed = with_links(UP, lengths={"fabric_m": 30, "core_m": 90}).links[-1].length
    assert (assumed.length_m, assumed.assumed) == (30, True)
    three = {"design": "three-tier", "nodes_per_su": 5, "sus_per_pod": 2, "rails": 3}
    core = planned(
        ROOMY,
        {"networks": {"compute": three}, "lengths": {"core_m": 90}},
        {"overrides": {"links": [extra(f"pod1-{SPINE} {WHOLE}", f"superspine1 {WHOLE}")]}},
    )
    assert core.links[-1].length.length_m == 90
    assert (core.links[-1].pod, core.links[-1].su) == (1, None)


@pytest.mark.parametrize(
    ("a", "z", "prefix"),
    [
        ("storage1-leaf Ethernet252", "storage-spine1 Ethernet252", "10.226.0.0/31"),
        ("storage1-leaf Ethernet252", "storage3-leaf Ethernet252", OUTSIDE),
        ("inband1-leaf Ethernet236", "inband-spine2 Ethernet124", "10.227.0.0/31"),
        ("oob1-leaf Ethernet51", "oob2-leaf Ethernet51", OUTSIDE),
        ("oob2-leaf Ethernet46", "oob3-leaf Ethernet45", OUTSIDE),
    ],
)
def test_every_network_may_have_one(a: str, z: str, prefix: str) -> None:
    before, after = planned(ROOMY), with_links(extra(a, z, prefix))
    link = after.links[-1]
    assert (link.network, link.prefix, link.su, link.vlan) == (
        before.device[link.a.device].network,
        prefix,
        None,
        None,
    )
    for end in (link.a, link.z):
        config = intended(after, after.device[end.device])
        assert f"{end.port}|{end.address}/31" in config["INTERFACE"]
        assert config["PORT"][end.port]["admin_status"] == "up"
        assert link.peer(end.device).address in config["BGP_NEIGHBOR"]
        members = config.get("VLAN_MEMBER", {})
        assert not [key for key in members if key.endswith(f"|{end.port}")]


def test_fixed_ports_of_one_speed_may_be_joined_with_unsplit_cages() -> None:
    """Port Ethernet52 of an out-of-band switch is no cage, but its cable ends on one of a spine."""
    plan = planned(ROOMY)
    (uplink,) = [one for one in plan.links if one.id == "oob1-leaf:Ethernet52"]
    assert uplink.z.device == "oob-spine1"
    rows = [extra("oob-spine1 Ethernet124", "oob-spine2 Ethernet124", OUTSIDE)]
    asns = [{"device": "oob-spine2", "asn": 4_200_900_001, "reason": "r"}]
    both = planned(ROOMY, {"overrides": {"links": rows, "asns": asns}})
    assert both.sessions[-1].asn_z == 4_200_900_001


def test_it_waits_for_the_switch_that_is_not_there_yet() -> None:
    row = extra(f"su8-rail0-leaf {WHOLE}", f"{SPINE} {WHOLE}")
    now, later = with_links(row), with_links(row, nodes={"gpu": {"count": 40}})
    link = now.links[-1]
    assert (link.id, link.deployed, link.su, link.rail) == (f"su8-rail0-leaf:{WHOLE}", False, 8, 0)
    assert replace(link, deployed=True) == later.links[-1]
    assert link.id not in {one.link.id for one in now.sessions}
    config = intended(now, now.device[SPINE])
    assert config["PORT"][WHOLE]["admin_status"] == "down"
    assert f"{WHOLE}|10.240.0.0/31" in config["INTERFACE"]
    assert WHOLE not in config["DEVICE_NEIGHBOR"]
    found = compare.compare(snapshot.of_plan("now", now), snapshot.of_plan("later", later))
    assert found.result == "additions"


def test_it_does_not_exist_before_any_of_its_switches_does() -> None:
    row = extra(f"su7-rail0-leaf {WHOLE}", f"su8-rail0-leaf {WHOLE}")
    assert with_links(row).links == planned(ROOMY).links
    assert with_links(row, nodes={"gpu": {"count": 40}}).links[-1].deployed
    found = refusal(extra(f"su7-rail0-leaf {WHOLE}", "su8-rail0-leaf Ethernet0"))
    assert "kept for a link that su8-rail0-leaf has" in found["overrides.links[0].z.port"]


def test_it_may_use_a_port_that_another_override_freed_or_never_one_it_took() -> None:
    moved = {"link": "gpu0003:rail0", "port": SPLIT, "reason": "dead port"}
    row = extra(f"{LEAF} Ethernet8", f"{OTHER} {SPLIT}")
    plan = planned(ROOMY, {"overrides": {"ports": [moved], "links": [row]}})
    assert plan.links_of[LEAF]["Ethernet8"].id == f"{LEAF}:Ethernet8"
    found = refused(ROOMY, {"overrides": {"ports": [moved], "links": [LATERAL]}})
    assert "is the port of gpu0003:rail0" in found["overrides.links[0].a.port"]


def test_its_ports_are_chosen_where_it_is_given() -> None:
    moved = {"link": f"{LEAF}:{WHOLE}", "port": "Ethernet496", "reason": "dead port"}
    found = refused(ROOMY, {"overrides": {"ports": [moved], "links": [UP]}})
    assert list(found) == ["overrides.ports[0].link"]
    assert "is the extra link of overrides.links[0]" in found["overrides.ports[0].link"]


def test_dual_stack_follows_the_pool() -> None:
    """Addresses of the pool have IPv6 twins; others have none, and no broken rows either."""
    ipv6 = {"pools": {"ipv6": "fd00:1024::/48"}}
    inside, outside = with_links(UP, **ipv6), with_links(UP | {"prefix": OUTSIDE}, **ipv6)
    config = intended(inside, inside.device[LEAF])
    assert f"{WHOLE}|fd00:1024:0:2::1/127" in config["INTERFACE"]
    assert config["BGP_NEIGHBOR"]["fd00:1024:0:2::"]["local_addr"] == "fd00:1024:0:2::1"
    for device in (LEAF, SPINE):
        config = intended(outside, outside.device[device])
        rows = [key for key in config["INTERFACE"] if key.startswith(WHOLE)]
        assert len(rows) == 2
        assert not [key for key in config["BGP_NEIGHBOR"] if not key.strip(":")]
        assert "None" not in str(config["INTERFACE"])
    twins = {row["ipv6"] for row in address_rows(outside) if row["port"] == WHOLE}
    assert twins == {None}


def test_tables_names_and_summary_know_it() -> None:
    plan = with_links(UP | {"reason": "was there before us"})
    (row,) = [one for one in link_rows(plan) if one["id"] == f"{LEAF}:{WHOLE}"]
    assert (row["kind"], row["z_device"], row["z_port"], row["deployed"]) == (
        "fabric",
        SPINE,
        WHOLE,
        True,
    )
    named = {one.name: one.address for one in host_names.of_plan(plan)}
    assert named[f"{SPINE}-ethernet504"] == "10.240.0.0"
    text = "\n".join(lines(plan))
    assert (
        f"override     {LEAF} {WHOLE} to {SPINE} {WHOLE} is an extra link, {INSIDE}: was there"
        in text
    )


def test_the_difference_is_one_new_cable() -> None:
    old, new = planned(ROOMY), with_links(LATERAL)
    found = compare.compare(snapshot.of_plan("old", old), snapshot.of_plan("new", new))
    assert found.result == "additions"
    assert [one.key for one in found.cables.added] == [(f"{LEAF}:{SPLIT}",)]
    assert {one.device for one in found.configurations.touched} == {LEAF, OTHER}
    gone = compare.compare(snapshot.of_plan("new", new), snapshot.of_plan("old", old))
    assert [one.key for one in gone.cables.removed] == [(f"{LEAF}:{SPLIT}",)]


def test_its_cable_is_verified() -> None:
    plan = with_links(LATERAL)
    alias = {port.name: port.alias for port in plan.ports[OTHER]}
    heard = {LEAF: {SPLIT: (Neighbour(OTHER, alias[SPLIT]),)}}
    here = {LEAF, OTHER}
    assert check(plan, Seen(heard, {}), here).links.ok == 1
    wrong = {LEAF: {SPLIT: (Neighbour(SPINE, alias[SPLIT]),)}}
    (fault,) = [
        one for one in check(plan, Seen(wrong, {}), here).findings if (LEAF, SPLIT) in one.ports
    ]
    assert f"planned is {OTHER} {SPLIT}" in fault.text
    (without,) = check(planned(ROOMY), Seen(heard, {}), here).findings
    assert without.kind == "unplanned"
    assert "nothing is planned there" in without.text


def test_the_lab_wires_it() -> None:
    plan = with_links(LATERAL)
    kinds = {one.name: "switch" if one.is_switch else "bare" for one in plan.devices}
    wiring = lab_network.wire(plan, kinds)  # type: ignore[arg-type]
    names = wiring.namespaces
    ends = {(pair.a.namespace, pair.a.name, pair.z.namespace, pair.z.name) for pair in wiring.pairs}
    assert (names[LEAF], SPLIT, names[OTHER], SPLIT) in ends


def test_a_bounce_of_its_port_costs_a_link_and_no_node() -> None:
    plan = with_links(LATERAL)
    change = Change("PORT", SPLIT, "fec", "change", "rs", "none")
    verdict = Verdict(change, ChangeClass.PORT_BOUNCE, "port", SPLIT, "reason", "source")
    (found,) = impact.impacts(plan, plan.device[LEAF], [verdict], ChangeClass.HITLESS)
    assert (found.links, found.nodes, found.gpus) == ((f"{LEAF}:{SPLIT}",), (), 0)


@pytest.mark.parametrize(
    ("row", "key", "text"),
    [
        (extra("su1-rail3-leaf Ethernet0", f"{SPINE} {WHOLE}"), "a.device", "did you mean"),
        (extra(f"{LEAF} {WHOLE}", "gpu0001 rail0"), "z.device", "is no switch of this plan"),
        (extra(f"{LEAF} {WHOLE}", f"{LEAF} Ethernet496"), "z.device", "linked to itself"),
        (extra(f"{LEAF} {WHOLE}", "storage1-leaf Ethernet252"), "z.device", "of one network"),
        (extra(f"{SPINE} {WHOLE}", f"{LEAF} {WHOLE}"), "z.device", "swap a and z"),
        (extra(f"{SPINE} {WHOLE}", f"spine2 {WHOLE}"), "z.device", "eBGP needs two"),
        (extra(f"{LEAF} Ethernet1", f"{SPINE} {WHOLE}"), "a.port", "has no port 'Ethernet1'"),
        (extra(f"{LEAF} Ethernet0", f"{OTHER} {SPLIT}"), "a.port", "is the port of gpu0001:rail0"),
        (extra(f"{LEAF} {WHOLE}", f"{SPINE} Ethernet0"), "z.port", "is the port of"),
        (
            extra(f"{LEAF} {SPLIT}", f"{SPINE} {WHOLE}"),
            "z.port",
            f"{SPINE} {WHOLE} is 800G, {LEAF} {SPLIT} is 400G, 1 of 2 in a cage; no spare port",
        ),
        (
            extra(f"{LEAF} {WHOLE}", f"{OTHER} {SPLIT}"),
            "z.port",
            "choose a spare one of su1-rail1-leaf that is alike: Ethernet24, Ethernet32",
        ),
        (UP | {"prefix": "10.240.1.0/31"}, "prefix", "is the prefix of a link of su1-rail0-leaf"),
        (UP | {"prefix": "10.240.8.6/31"}, "prefix", "is the prefix of a link of su8-rail0-leaf"),
        (UP | {"prefix": "10.16.1.0/31"}, "prefix", "is in pools.compute_hosts"),
        (UP | {"prefix": "10.226.0.0/31"}, "prefix", "is in pools.storage_links"),
        (UP | {"prefix": "10.64.1.200/31"}, "prefix", "choose a free /31 of pools.compute_links"),
        (UP | {"length_m": 5000}, "length_m", "a 5000 m cable at 800G is beyond"),
    ],
)
def test_a_link_that_cannot_be_is_refused(row: dict[str, Any], key: str, text: str) -> None:
    found = refusal(row)
    path = f"overrides.links[0].{key}"
    assert list(found) == [path]
    assert text in found[path]


def test_a_length_that_is_not_given_is_told_at_the_link() -> None:
    found = refusal(UP, lengths={"fabric_m": 5000})
    assert set(found) == {"lengths.fabric_m", "overrides.links[0]"}


def test_two_links_may_not_meet() -> None:
    other = extra(f"{OTHER} {WHOLE}", f"{SPINE} {WHOLE}")
    found = refusal(UP, other)
    assert "is the prefix of overrides.links[0]" in found["overrides.links[1].prefix"]
    assert "is the port of overrides.links[0]" in found["overrides.links[1].z.port"]
    assert len(found) == 2
    assert len(with_links(UP, extra(f"{OTHER} {WHOLE}", f"{SPINE} Ethernet496", OUTSIDE)).links)


@pytest.mark.parametrize("pods", [{}, {"design": "three-tier", "sus_per_pod": 2}])
def test_no_prefix_of_the_capacity_is_free(pods: dict[str, Any]) -> None:
    """Every link between switches is found by its prefix, also those that only growth adds."""
    now = planned(ROOMY, {"networks": {"compute": pods}})
    full = planned(ROOMY, {"networks": {"compute": pods}, "nodes": {"gpu": {"count": 40}}})
    between = [one for one in full.links if one.kind in {"fabric", "border"}]
    assert {one.network for one in between} == set(full.fabrics)
    for link in between:
        prefix = IPNetwork(link.prefix)
        found = prefixes.refusal(now.intent, now.built, link.network, prefix, {})
        assert f"is the prefix of a link of {link.a.device}, deployed or reserved" in found


def test_the_prefix_that_a_refusal_names_is_free() -> None:
    used = extra(f"{OTHER} {WHOLE}", f"{SPINE} Ethernet496")
    found = refusal(used, UP)["overrides.links[1].prefix"]
    named = re.search(r"such as (\S+/31)", found)
    assert named is not None
    assert with_links(used, UP | {"prefix": named[1]}).links[-1].prefix == named[1]


def test_other_addresses_that_are_in_use_are_refused() -> None:
    excluded = {"pools": {"excluded": [{"prefix": "192.168.0.0/16", "reason": "old hall"}]}}
    found = refusal(UP | {"prefix": OUTSIDE}, **excluded)
    assert "is in pools.excluded[0] (old hall)" in found["overrides.links[0].prefix"]
    for key, given in (
        ("ntp_servers", {"ntp_servers": ["192.0.2.9", "192.168.7.1"]}),
        ("tacacs.servers", {"tacacs": {"servers": ["192.0.2.9", "192.168.7.0"], "passkey": KEY}}),
    ):
        found = refusal(UP | {"prefix": OUTSIDE}, services=given)
        assert f"has the address of services.{key}[1]" in found["overrides.links[0].prefix"]
