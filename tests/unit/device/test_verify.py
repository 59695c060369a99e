"""Live checks on made-up states of a small cluster: right as planned, and with one fault each."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from railwright.device import traces, verify_bgp, verify_lldp, verify_qos, verify_routes
from railwright.device.clock import RealClock
from railwright.device.fib import Fib, RouteError, walk
from railwright.device.fib import parse as parse_routes
from railwright.device.fleet import Fleet
from railwright.device.lldp import LldpError, Neighbour, Neighbours, parse
from railwright.device.observe import Facts, Observation
from railwright.device.verify import FabricState, checks, verify, verify_files
from railwright.device.verify_lldp import moves
from railwright.device.verify_model import Check, VerifyFinding, VerifyReport
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


def swap(heard: dict[str, Any], ends: tuple[tuple[str, str], tuple[str, str]], plan: Plan) -> None:
    """Plug the cables of two ports into each other's place."""
    (one, port), (two, other) = ends
    far_one, far_two = plan.links_of[one][port].peer(one), plan.links_of[two][other].peer(two)
    heard[one][port], heard[two][other] = heard[two][other], heard[one][port]
    far = heard[far_one.device][far_one.port]
    heard[far_one.device][far_one.port] = heard[far_two.device][far_two.port]
    heard[far_two.device][far_two.port] = far


def texts(found: tuple[VerifyFinding, ...]) -> list[str]:
    return [f"{finding.id}: {finding.text}" for finding in found]


def label(plan: Plan, device: str, port: str) -> str:
    return next(one.alias for one in plan.ports[device] if one.name == port)


# --- cabling


def test_right_cabling(plan: Plan) -> None:
    heard = heard_as_planned(plan)
    found = verify_lldp.check(plan, heard, everybody(plan))
    assert found.findings == ()
    assert found.count == 2 * len(plan.links)
    assert moves(plan, heard) == ()


def test_cables_swapped_on_one_switch_are_named_from_all_ends_and_mended_once(plan: Plan) -> None:
    heard = heard_as_planned(plan)
    swap(heard, ((LEAF, "Ethernet0"), (LEAF, "Ethernet4")), plan)
    found = verify_lldp.check(plan, heard, everybody(plan)).findings
    assert texts(found) == [
        f"cabling:{LEAF}:Ethernet0: {LEAF} Ethernet0 (etp1a) sees gpu0002 rail0 (OSFP4P2); "
        "planned is gpu0001 rail0 (OSFP4P2)",
        f"cabling:{LEAF}:Ethernet4: {LEAF} Ethernet4 (etp1b) sees gpu0001 rail0 (OSFP4P2); "
        "planned is gpu0002 rail0 (OSFP4P2)",
        f"cabling:gpu0001:rail0: gpu0001 rail0 (OSFP4P2) sees {LEAF} Ethernet4 (etp1b); "
        f"planned is {LEAF} Ethernet0 (etp1a)",
        f"cabling:gpu0002:rail0: gpu0002 rail0 (OSFP4P2) sees {LEAF} Ethernet0 (etp1a); "
        f"planned is {LEAF} Ethernet4 (etp1b)",
    ]
    assert {finding.device for finding in found} == {LEAF, "gpu0001", "gpu0002"}
    assert moves(plan, heard) == (f"on {LEAF}, swap the cables in Ethernet0 and Ethernet4",)


def test_far_ends_swapped_on_a_spine_are_mended_there(plan: Plan) -> None:
    heard = heard_as_planned(plan)
    ends = [
        (SPINE, plan.links_of[leaf][fabric_port(plan, leaf, SPINE)].peer(leaf).port)
        for leaf in (LEAF, OTHER)
    ]
    swap(heard, (ends[0], ends[1]), plan)
    ports = " and ".join(port for _, port in ends)
    assert moves(plan, heard) == (f"on {SPINE}, swap the cables in {ports}",)


def test_a_cable_in_a_spare_port_is_moved(plan: Plan) -> None:
    heard = heard_as_planned(plan)
    port = fabric_port(plan, LEAF, SPINE)
    planned = plan.links_of[LEAF][port].peer(LEAF)
    spare = next(one for one in plan.ports[SPINE] if one.use == "spare")
    heard[SPINE][spare.name] = heard[SPINE].pop(planned.port)
    heard[LEAF][port] = (Neighbour(SPINE, spare.alias),)
    found = verify_lldp.check(plan, heard, everybody(plan)).findings
    assert {finding.place for finding in found} == {port, planned.port, spare.name}
    assert any("sees nobody; planned is" in finding.text for finding in found)
    assert any("nothing is planned there" in finding.text for finding in found)
    (move,) = moves(plan, heard)
    assert move == (
        f"move the far end of the cable in {LEAF} {port} ({label(plan, LEAF, port)}) "
        f"from {SPINE} {spare.name} ({spare.alias}) "
        f"to {SPINE} {planned.port} ({label(plan, SPINE, planned.port)})"
    )


def test_a_silent_port_counts_only_if_its_peer_is_here(plan: Plan) -> None:
    heard = heard_as_planned(plan)
    heard[LEAF].pop("Ethernet0")
    assert verify_lldp.check(plan, heard, everybody(plan) - {"gpu0001"}).findings == ()
    assert len(verify_lldp.check(plan, heard, everybody(plan)).findings) == 1


def test_a_foreign_device_on_a_spare_port_is_not_our_matter(plan: Plan) -> None:
    heard = heard_as_planned(plan)
    spare = next(one for one in plan.ports[LEAF] if one.use == "spare")
    heard[LEAF][spare.name] = (Neighbour("somebodys-laptop", "en0"),)
    assert verify_lldp.check(plan, heard, everybody(plan)).findings == ()


def test_one_of_several_neighbours_is_enough(plan: Plan) -> None:
    heard = heard_as_planned(plan)
    heard[LEAF]["Ethernet0"] = (Neighbour("", "00:11:22:33:44:55"), *heard[LEAF]["Ethernet0"])
    assert verify_lldp.check(plan, heard, everybody(plan)).findings == ()


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
        (ONE, {"Ethernet0": (Neighbour("gpu0001", "rail0", "rail0"),)}),
        (FLAT, {"Ethernet0": (Neighbour("gpu0001", "rail0", "rail0"),)}),
        (
            TWO,
            {
                "Ethernet0": (Neighbour("gpu0001", "rail0", "rail0"), Neighbour("other", "7")),
                "Ethernet4": (Neighbour("", "02:00:00:00:00:02"),),
            },
        ),
        ({"lldp": {}}, {}),
        ({"lldp": [{"interface": []}]}, {}),
    ],
)
def test_both_shapes_of_lldpctl(value: object, neighbours: Neighbours) -> None:
    assert parse(json.dumps(value), "leaf") == neighbours


@pytest.mark.parametrize("text", ["", "[]", "{}", "not json"])
def test_other_texts_are_no_neighbours(text: str) -> None:
    with pytest.raises(LldpError, match="leaf: not the output of `lldpctl -f json`"):
        parse(text, "leaf")


def test_saved_outputs_are_checked_without_devices(plan: Plan) -> None:
    report = verify_files(plan, {LEAF: json.dumps(ONE)})
    assert report.counts == {"cabling": sum(link.deployed for link in plan.links_of[LEAF].values())}
    assert f"cabling:{LEAF}:Ethernet0" not in {finding.id for finding in report.findings}
    assert report.exit_code == 2
    with pytest.raises(RailwrightError, match="no device of this plan is called nobody"):
        verify_files(plan, {"nobody": json.dumps(ONE)})


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
    finding = VerifyFinding("cabling", "leaf", "Ethernet0", "sees nobody")
    report = VerifyReport("c", (finding,), {"cabling": 4, "bgp": 2}, ("swap",), None, ("gpu0001",))
    assert report.exit_code == 2
    assert report.text() == (
        "cabling:leaf:Ethernet0: sees nobody\n"
        "move: swap\n"
        "skipped, not here: gpu0001\n"
        "c cabling: 4 checked, 1 wrong\n"
        "c bgp: 2 checked, 0 wrong\n"
    )
    value = json.loads(report.json())
    assert (value["schema"], value["version"]) == ("railwright/verify", 1)
    assert value["findings"][0]["id"] == "cabling:leaf:Ethernet0"
    assert VerifyReport("c", (), {}, errors={"leaf": "gone"}).exit_code == 1
    assert VerifyReport("c", (), {}).exit_code == 0


def test_nothing_read_is_nothing_checked(plan: Plan) -> None:

    found = checks(plan, FabricState({}, {}, {}), ("cabling", "bgp", "routes"), everybody(plan))
    assert {name: result.count for name, result in found.items()} == {
        "cabling": 0,
        "bgp": 0,
        "routes": 0,
    }
