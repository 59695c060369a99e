"""Live checks on made-up states of a small cluster: right as planned, and with one fault each."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from railwright.device import traces, verify_bgp, verify_qos, verify_routes
from railwright.device.cabling.model import LinkCounts, Move, Place, Unverified
from railwright.device.clock import RealClock
from railwright.device.fib import Fib, RouteError, walk
from railwright.device.fib import parse as parse_routes
from railwright.device.fleet import Fleet
from railwright.device.lldp import LldpError, Neighbour, Neighbours, parse
from railwright.device.observe import Facts, Observation
from railwright.device.verify import FabricState, checks, verify, verify_files
from railwright.device.verify_model import Check, Note, VerifyFinding, VerifyReport
from railwright.emitters.sonic_config import intended
from railwright.errors import RailwrightError
from railwright.plan.model import Device, Plan
from tests.unit.device.test_rollout import FakeNetwork

LEAF, OTHER, SPINE = "su1-rail0-leaf", "su2-rail0-leaf", "spine1"


def everybody(plan: Plan) -> frozenset[str]:
    return frozenset(plan.device)


def fabric_port(plan: Plan, leaf: str, spine: str) -> str:
    return next(
        port for port, link in plan.links_of[leaf].items() if link.peer(leaf).device == spine
    )


def heard_as_planned(plan: Plan) -> dict[str, dict[str, tuple[Neighbour, ...]]]:
    """What every device hears when all is cabled right; switches announce aliases."""
    alias = {
        (port.device, port.name): port.alias for ports in plan.ports.values() for port in ports
    }
    heard: dict[str, dict[str, tuple[Neighbour, ...]]] = {}
    for link in plan.links:
        for end in (link.a, link.z):
            far = link.peer(end.device)
            name = alias[far.device, far.port] if far is link.z else far.port
            heard.setdefault(end.device, {})[end.port] = (Neighbour(far.device, name),)
    return heard


def texts(found: tuple[VerifyFinding, ...]) -> list[str]:
    return [f"{finding.id}: {finding.text}" for finding in found]


# --- what lldpctl prints


ONE = {
    "lldp": {
        "interface": {
            "Ethernet0": {
                "via": "LLDP",
                "chassis": {"gpu0001": {"id": {"type": "mac", "value": "02:00:00:00:00:01"}}},
                "port": {"id": {"type": "ifname", "value": "rail0"}, "descr": "rail0"},
            }
        }
    }
}
TWO = {
    "lldp": {
        "interface": [
            ONE["lldp"]["interface"],
            {
                "Ethernet4": {
                    "chassis": {
                        "id": {"type": "mac", "value": "02:00:00:00:00:02"},
                        "capability": {"type": "Bridge", "enabled": True},
                    },
                    "port": {"id": {"type": "mac", "value": "02:00:00:00:00:02"}},
                }
            },
            {
                "Ethernet0": {
                    "chassis": {"other": {"descr": "x"}},
                    "port": {"id": {"type": "local", "value": "7"}},
                }
            },
        ]
    }
}
FLAT = {
    "lldp": [
        {
            "interface": [
                {
                    "name": "Ethernet0",
                    "chassis": [{"id": [{"type": "mac"}], "name": [{"value": "gpu0001"}]}],
                    "port": [
                        {
                            "id": [{"type": "ifname", "value": "rail0"}],
                            "descr": [{"value": "rail0"}],
                        }
                    ],
                }
            ]
        }
    ]
}


@pytest.mark.parametrize(
    ("value", "neighbours"),
    [
        (
            ONE,
            {"Ethernet0": (Neighbour("gpu0001", "rail0", "rail0", "02:00:00:00:00:01", "ifname"),)},
        ),
        (
            FLAT,
            {"Ethernet0": (Neighbour("gpu0001", "rail0", "rail0", "", "ifname"),)},
        ),
        (
            TWO,
            {
                "Ethernet0": (
                    Neighbour("gpu0001", "rail0", "rail0", "02:00:00:00:00:01", "ifname"),
                    Neighbour("other", "7", subtype="local"),
                ),
                "Ethernet4": (Neighbour("", "02:00:00:00:00:02", "", "02:00:00:00:00:02", "mac"),),
            },
        ),
        ({"lldp": {}}, {}),
        ({"lldp": [{"interface": []}]}, {}),
        ({"lldp": [{}]}, {}),
        ({"lldp": {"interface": [{}]}}, {}),
        ({"lldp": {"interface": {"Ethernet0": {}}}}, {"Ethernet0": (Neighbour("", ""),)}),
        (
            {"lldp": {"interface": {"Ethernet0": {"chassis": {"id": "a"}, "port": {"id": "b"}}}}},
            {"Ethernet0": (Neighbour("", "b", "", "a"),)},
        ),
    ],
)
def test_both_shapes_of_lldpctl(value: object, neighbours: Neighbours) -> None:
    assert parse(json.dumps(value), "leaf") == neighbours


OF_PORT = '{"lldp": {"interface": {"Ethernet0": %s}}}'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "not json",
        '{"lldp": "x"}',
        '{"lldp": null}',
        '{"lldp": [1]}',
        '{"lldp": {"interface": 5}}',
        '{"lldp": {"interface": ["Ethernet0"]}}',
        '{"lldp": [{"interface": {"name": 5}}]}',
        OF_PORT % "null",
        OF_PORT % '{"chassis": "leaf"}',
        OF_PORT % '{"chassis": [1]}',
        OF_PORT % '{"chassis": {"leaf": 5}}',
        OF_PORT % '{"chassis": {"leaf": {"id": 5}}}',
        OF_PORT % '[{"chassis": {"name": 5}}]',
        OF_PORT % '{"port": 5}',
        OF_PORT % '{"port": {"id": {"value": 5}}}',
        OF_PORT % '{"port": {"id": [{"value": ["x"]}]}}',
        OF_PORT % '{"port": {"id": {"type": 5, "value": "x"}}}',
        OF_PORT % '{"port": {"descr": 5}}',
    ],
)
def test_other_texts_are_no_neighbours(text: str) -> None:
    with pytest.raises(LldpError, match="leaf: not the output of `lldpctl -f json`"):
        parse(text, "leaf")


def test_saved_outputs_are_checked_without_devices(plan: Plan) -> None:
    report = verify_files(plan, {LEAF: json.dumps(ONE)})
    own = [link for link in plan.links_of[LEAF].values() if link.deployed]
    assert report.counts == {"cabling": len(own)}
    assert report.links == LinkCounts(
        links=len(plan.links),
        ok=1,
        wrong=len(own) - 1,
        unverified=len(plan.links) - len(own),
        reordered=0,
    )
    found = {link for finding in report.findings for link in finding.links}
    assert found == {link.id for link in own} - {"gpu0001:rail0"}
    assert report.exit_code == 2
    with pytest.raises(RailwrightError, match=r"has the name of nobody\.json, nobody\.mac: name"):
        verify_files(plan, {"nobody": json.dumps(ONE)}, {"nobody": ""})


def test_saved_outputs_of_no_device_of_the_plan_are_told(plan: Plan) -> None:
    texts = {LEAF: json.dumps(ONE), "no\x1bbody": "no LLDP at all"}
    report = verify_files(plan, texts, others=("README.json",))
    assert report.links == verify_files(plan, {LEAF: json.dumps(ONE)}).links
    assert [note.text for note in report.notes] == [
        "no device of this plan has the name of README.json, no\\x1bbody.json: name every file "
        "after its device, such as su1-rail0-leaf.json"
    ]


def test_saved_outputs_of_what_is_here(plan: Plan) -> None:
    absent = frozenset(plan.device) - {"gpu0001"}
    report = verify_files(plan, {LEAF: json.dumps({"lldp": {}})}, present=absent)
    assert report.skipped == ("gpu0001",)
    assert "an end is not here" in {one.reason for one in report.unverified}


# --- sessions


def states(plan: Plan, device: str, state: str = "Established") -> dict[str, str]:
    return {
        session.link.peer(device).address: state for session in plan.sessions_of.get(device, ())
    }


def test_sessions(plan: Plan) -> None:
    leaf = plan.device[LEAF]
    up = states(plan, LEAF)
    assert verify_bgp.check(plan, leaf, up, everybody(plan)).findings == ()
    first = next(iter(up))
    link = next(one.link for one in plan.sessions_of[LEAF] if one.link.peer(LEAF).address == first)
    far = link.peer(LEAF)
    found = verify_bgp.check(
        plan, leaf, up | {first: "Active", "192.0.2.9": "Idle"}, everybody(plan)
    )
    assert texts(found.findings) == [
        f"bgp:{LEAF}:{first}: session of {link.end(LEAF).port} with {far.device} {far.port} "
        "is Active, planned is up",
        f"bgp:{LEAF}:192.0.2.9: session with 192.0.2.9 is Idle, nobody planned it",
    ]
    away = everybody(plan) - {far.device}
    assert verify_bgp.check(plan, leaf, up | {first: "Active"}, away).findings == ()


# --- routes and paths


def kernel(plan: Plan) -> dict[str, list[dict[str, Any]]]:
    """The kernel routes of every switch, as `ip -j route` prints them, when all is well."""
    blocks = {one.owner: one.prefix for one in plan.subnets if one.kind == "leaf_block"}
    tables: dict[str, list[dict[str, Any]]] = {}
    for device in plan.switches:
        links = plan.links_of[device.name]
        rows: list[dict[str, Any]] = [
            {"dst": link.prefix, "dev": port, "protocol": "kernel", "flags": []}
            for port, link in links.items()
            if link.deployed
        ]
        if device.name in blocks:
            rows.append({"type": "blackhole", "dst": blocks[device.name], "flags": []})
        for owner, prefix in blocks.items():
            to_leaf = [
                port for port, link in links.items() if link.peer(device.name).device == owner
            ]
            up = [port for port, link in links.items() if link.kind == "fabric" and link.deployed]
            ways = to_leaf or up
            hops = [
                {"gateway": links[port].peer(device.name).address, "dev": port, "flags": []}
                for port in ways
            ]
            if owner == device.name:
                continue
            if len(hops) == 1:
                rows.append({"dst": prefix, "protocol": "bgp", "metric": 20, **hops[0]})
            else:
                rows.append({"dst": prefix, "protocol": "bgp", "nhid": 7, "nexthops": hops})
        tables[device.name] = rows
    return tables


def fibs(tables: Mapping[str, list[dict[str, Any]]]) -> dict[str, Fib]:
    return {name: parse_routes(json.dumps(rows), name) for name, rows in tables.items()}


def test_right_routes_and_paths(plan: Plan) -> None:
    tables = fibs(kernel(plan))
    routes = verify_routes.check_routes(plan, tables, everybody(plan))
    paths = verify_routes.check_paths(plan, tables, everybody(plan))
    assert routes.findings == paths.findings == ()
    leaves = sum(device.role == "leaf" for device in plan.switches)
    assert routes.count == leaves * (len(plan.switches) - 1)
    assert paths.count == leaves * leaves


def block_of(plan: Plan, leaf: str) -> str:
    return next(
        one.prefix for one in plan.subnets if one.kind == "leaf_block" and one.owner == leaf
    )


def test_a_lost_next_hop_is_found_in_the_kernel(plan: Plan) -> None:
    tables = kernel(plan)
    block = block_of(plan, OTHER)
    row = next(row for row in tables[LEAF] if row["dst"] == block)
    gone = row["nexthops"].pop()
    tables_read = fibs(tables)
    found = verify_routes.check_routes(plan, tables_read, everybody(plan))
    peer = plan.links_of[LEAF][gone["dev"]].peer(LEAF).device
    count = len(row["nexthops"])
    assert texts(found.findings) == [
        f"routes:{LEAF}:{block}: route to {block} ({OTHER}): {count} of {count + 1} next hops in "
        f"the kernel; missing {gone['dev']} to {peer}"
    ]
    (fault,) = verify_routes.check_paths(plan, tables_read, everybody(plan)).findings
    assert fault.id == f"paths:{LEAF}:{OTHER}"
    assert f"does not go {LEAF} > {peer} > {OTHER}, which is planned" in fault.text


def test_a_missing_route_is_found(plan: Plan) -> None:
    tables = kernel(plan)
    block = block_of(plan, OTHER)
    tables[LEAF] = [row for row in tables[LEAF] if row["dst"] != block]
    (fault,) = verify_routes.check_routes(plan, fibs(tables), everybody(plan)).findings
    assert "missing in the kernel; planned are 2 next hops" in fault.text
    (path,) = verify_routes.check_paths(plan, fibs(tables), everybody(plan)).findings
    assert f"goes {LEAF} > (no route)" in path.text


def test_an_absent_spine_is_not_expected(plan: Plan) -> None:
    tables = kernel(plan)
    del tables["spine2"]
    for rows in tables.values():
        for row in rows:
            if "nexthops" in row:
                row["nexthops"] = [
                    hop
                    for hop in row["nexthops"]
                    if verify_routes.address_owners(plan)[hop["gateway"]] != "spine2"
                ]
    here = everybody(plan) - {"spine2"}
    assert verify_routes.check_routes(plan, fibs(tables), here).findings == ()
    assert verify_routes.check_paths(plan, fibs(tables), here).findings == ()


def test_nothing_is_said_of_ways_through_a_switch_that_was_not_read(plan: Plan) -> None:
    tables = fibs(kernel(plan))
    del tables["spine1"]
    found = verify_routes.check_paths(plan, tables, everybody(plan))
    assert (found.count, found.findings) == (16, ())
    del tables["spine2"]
    found = verify_routes.check_paths(plan, tables, everybody(plan))
    assert (found.count, found.findings) == (4, ())


def test_a_loop_ends() -> None:
    rows = [{"dst": "default", "gateway": "10.0.0.1", "dev": "a"}]
    table = parse_routes(json.dumps(rows), "one")
    paths = walk({"one": table}, {"10.0.0.1": "one"}, "one", "10.9.9.9")
    assert paths == {("one", "one", "(loop)")}


def test_the_longest_prefix_and_the_lowest_metric_win() -> None:
    rows = [
        {"dst": "10.0.0.0/8", "gateway": "1.1.1.1", "dev": "a"},
        {"dst": "10.1.0.0/16", "gateway": "2.2.2.2", "dev": "a", "metric": 20},
        {"dst": "10.1.0.0/16", "gateway": "3.3.3.3", "dev": "a", "metric": 5},
        {"dst": "10.1.1.1", "dev": "a"},
        {"dst": "fe80::/64", "dev": "a"},
    ]
    table = parse_routes(json.dumps(rows), "one")
    gateways = [
        set(route.gateways)
        for address in ("10.2.0.1", "10.1.2.3", "10.1.1.1")
        if (route := table.lookup(address))
    ]
    assert gateways == [{"1.1.1.1"}, {"3.3.3.3"}, set()]
    assert table.lookup("192.0.2.1") is None


@pytest.mark.parametrize("text", ["{}", "no json"])
def test_other_texts_are_no_routes(text: str) -> None:
    with pytest.raises(RouteError, match="leaf: not the output of `ip -j route`"):
        parse_routes(text, "leaf")


# --- traceroutes


def test_ways_reach_the_same_leaf_the_other_su_and_another_rail(plan: Plan) -> None:
    chosen = traces.choose(plan, [plan.device["gpu0001"]], everybody(plan))
    first = [trace for trace in chosen if trace.port == "rail0"]
    assert [(trace.first_leaf, trace.last_leaf) for trace in first] == [
        (LEAF, LEAF),
        (LEAF, OTHER),
        (LEAF, "su1-rail1-leaf"),
    ]
    owners = verify_routes.address_owners(plan)
    assert all(owners[trace.source] == "gpu0001" for trace in chosen)
    assert all(owners[trace.destination] != "gpu0001" for trace in chosen)


def test_absent_targets_are_not_chosen(plan: Plan) -> None:
    here = everybody(plan) - {device.name for device in plan.gpu_nodes} | {"gpu0001"}
    assert traces.choose(plan, [plan.device["gpu0001"]], here) == ()


def test_traces_are_compared_with_the_planned_switches(plan: Plan) -> None:
    chosen = traces.choose(plan, [plan.device["gpu0001"]], everybody(plan))
    near, far = chosen[0], chosen[1]
    via = {
        leaf: plan.links_of[leaf][fabric_port(plan, leaf, SPINE)].peer(leaf).address
        for leaf in (LEAF, OTHER)
    }
    gateway = plan.links_of["gpu0001"]["rail0"].z.address
    down = plan.links_of[OTHER][fabric_port(plan, OTHER, SPINE)].end(OTHER).address
    right = {
        near: (gateway, near.destination),
        far: (gateway, via[LEAF], down, far.destination),
    }
    assert traces.check(plan, everybody(plan), right).findings == ()
    silent = {far: (gateway, "*", down, far.destination)}
    assert traces.check(plan, everybody(plan), silent).findings == ()
    wrong = {near: (gateway, via[LEAF], gateway, near.destination), far: (gateway, "*", "*")}
    found = traces.check(plan, everybody(plan), wrong).findings
    assert [finding.device for finding in found] == ["gpu0001", "gpu0001"]
    assert f"went {LEAF} > {SPINE} > {LEAF} > " in found[0].text
    assert f"did not arrive: went {LEAF} > * > *; planned is {LEAF} > {SPINE} > {OTHER}" in (
        found[1].text
    )


# --- lossless settings


def observed(running: dict[str, Any]) -> Observation:
    return Observation(running, Facts("", "", "", "", "", "", "", ()), {}, "", {})


def test_roce_settings(plan: Plan, leaf: Device) -> None:
    running = intended(plan, leaf)
    assert verify_qos.check(plan, leaf, observed(running)).findings == ()
    ports = running["PORT_QOS_MAP"] | {"Ethernet0": {"pfc_enable": "4"}}
    wrong = running | {"PORT_QOS_MAP": ports, "NTP_SERVER": {}}
    found = verify_qos.check(plan, leaf, observed(wrong)).findings
    assert f"roce:{leaf.name}:PORT_QOS_MAP|Ethernet0 pfc_enable" in {one.id for one in found}
    assert {finding.place.split()[0] for finding in found} == {"PORT_QOS_MAP|Ethernet0"}


# --- all of it, read from fake switches


def announce(network: FakeNetwork, plan: Plan) -> None:
    """Give every fake switch the neighbours and routes of a fabric that is as planned."""
    tables = kernel(plan)
    for name, heard in heard_as_planned(plan).items():
        if name in network.switches:
            interfaces = [
                {
                    port: {
                        "chassis": {one.system: {"id": {}}},
                        "port": {"id": {"type": "local", "value": one.port}},
                    }
                }
                for port, (one,) in heard.items()
            ]
            state = network.switches[name].state
            (state / "lldp.json").write_text(json.dumps({"lldp": {"interface": interfaces}}))
            (state / "routes.json").write_text(json.dumps(tables[name]))


LIVE: tuple[Check, ...] = ("cabling", "bgp", "routes", "paths")
ROCE: tuple[Check, ...] = ("roce",)


@pytest.fixture
def fleet(plan: Plan, tmp_path: Path) -> Fleet:
    network = FakeNetwork(tmp_path, plan)
    announce(network, plan)
    return Fleet(plan, network, RealClock(), workers=2)


def test_a_fabric_as_planned(plan: Plan, fleet: Fleet) -> None:
    report = verify(fleet, plan.switches, LIVE)
    assert report.findings == ()
    assert report.exit_code == 0
    assert set(report.counts) == set(LIVE)
    assert all(report.counts.values())


def test_a_factory_switch_has_no_lossless_settings(plan: Plan, fleet: Fleet) -> None:
    report = verify(fleet, plan.switches[:1], ROCE)
    assert report.counts["roce"] == len(report.findings)
    assert report.exit_code == 2


def test_a_switch_without_neighbours_cannot_be_read(plan: Plan, tmp_path: Path) -> None:
    network = FakeNetwork(tmp_path, plan)
    announce(network, plan)
    (network.switches[LEAF].state / "lldp.json").unlink()
    report = verify(Fleet(plan, network, RealClock(), workers=2), plan.switches, LIVE)
    assert list(report.errors or {}) == [LEAF]
    assert "its lldp cannot be read" in (report.errors or {})[LEAF]
    assert report.exit_code == 1


# --- the report


def test_report() -> None:
    wrong = VerifyFinding("bgp", "spine1", "10.0.0.1", "is down")
    report = VerifyReport("c", (wrong,), {"bgp": 2, "routes": 5}, skipped=("gpu0001",))
    assert report.exit_code == 2
    assert report.text() == (
        "bgp:spine1:10.0.0.1: is down\n"
        "skipped, not here: gpu0001\n"
        "c bgp: 2 checked, 1 wrong\n"
        "c routes: 5 checked, 0 wrong\n"
    )
    value = json.loads(report.json())
    assert (value["schema"], value["version"]) == ("railwright/verify", 2)
    assert value["cabling"] is None
    assert value["findings"] == [
        {
            "id": "bgp:spine1:10.0.0.1",
            "check": "bgp",
            "device": "spine1",
            "place": "10.0.0.1",
            "text": "is down",
        }
    ]
    assert VerifyReport("c", (), {}, errors={"leaf": "gone"}).exit_code == 1
    assert VerifyReport("c", (), {}).exit_code == 0


def cabling_report() -> VerifyReport:
    finding = VerifyFinding(
        "cabling",
        "gpu0001",
        "rail0",
        "exchanged",
        kind="rail-swap",
        links=("gpu0001:rail0", "gpu0001:rail1"),
        ports=(("gpu0001", "rail0"), ("gpu0001", "rail1")),
        key="rail-swap:gpu0001:rail0+gpu0001:rail1",
    )
    ends = Place("gpu0001", "rail0", "OSFP4P2"), Place("gpu0001", "rail1", rack="A01", unit=8)
    unseen = tuple(f"gpu{number}:rail0" for number in range(2, 16, 2))
    far = Place("leaf", "Ethernet0", labels=("A01-40:1 / A01-08:1",)), None
    move = Move(f"{finding.id}/1", finding.id, "swap", "gpu0001", ends, far, "swap them")
    return VerifyReport(
        "c",
        (finding,),
        {"cabling": 4},
        (move,),
        notes=(Note("cabling", "parallel-reorder", "harmless", ("leaf:Ethernet1",)),),
        unverified=(Unverified("nobody read them", unseen),),
        links=LinkCounts(11, 2, 2, 7, 1),
    )


def test_report_of_the_cabling_for_people() -> None:
    assert cabling_report().text() == (
        "cabling:rail-swap:gpu0001:rail0+gpu0001:rail1: exchanged\n"
        "move: swap them\n"
        "note: harmless\n"
        "not verified: 7 links, nobody read them: gpu2:rail0, gpu4:rail0, gpu6:rail0, gpu8:rail0, "
        "gpu10:rail0, and 2 more\n"
        "c cabling: 11 links: 2 right, 2 wrong, 7 not verified; 1 move mends it\n"
    )


def test_report_of_the_cabling_as_json() -> None:
    value = json.loads(cabling_report().json())
    fault = "cabling:rail-swap:gpu0001:rail0+gpu0001:rail1"
    assert value["cabling"] == {
        "links": 11,
        "ok": 2,
        "wrong": 2,
        "unverified": 7,
        "reordered": 1,
    }
    (finding,) = value["findings"]
    assert finding == {
        "id": fault,
        "check": "cabling",
        "kind": "rail-swap",
        "device": "gpu0001",
        "place": "rail0",
        "links": ["gpu0001:rail0", "gpu0001:rail1"],
        "ports": [
            {"device": "gpu0001", "port": "rail0"},
            {"device": "gpu0001", "port": "rail1"},
        ],
        "moves": [f"{fault}/1"],
        "text": "exchanged",
    }
    (move,) = value["moves"]
    assert move["far"][1] is None
    assert move["far"][0]["labels"] == ["A01-40:1 / A01-08:1"]
    assert move["ends"][1] == {
        "device": "gpu0001",
        "port": "rail1",
        "alias": None,
        "known": True,
        "rack": "A01",
        "unit": 8,
        "labels": [],
    }
    assert {name: value for name, value in move.items() if name not in {"ends", "far"}} == {
        "id": f"{fault}/1",
        "fault": fault,
        "action": "swap",
        "device": "gpu0001",
        "sockets": False,
        "text": "swap them",
    }
    assert value["notes"] == [
        {
            "check": "cabling",
            "kind": "parallel-reorder",
            "links": ["leaf:Ethernet1"],
            "text": "harmless",
        }
    ]
    assert value["unverified"][0]["count"] == len(value["unverified"][0]["links"]) == 7


def test_nothing_read_is_nothing_checked(plan: Plan) -> None:

    found = checks(plan, FabricState({}, {}, {}), ("bgp", "routes"), everybody(plan))
    assert {name: result.count for name, result in found.items()} == {"bgp": 0, "routes": 0}
    report = verify_files(plan, {})
    assert report.counts == {"cabling": 0}
    assert (report.findings, report.exit_code) == ((), 0)
    assert [len(one.links) for one in report.unverified] == [len(plan.links)]
