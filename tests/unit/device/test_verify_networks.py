"""Live checks on every network and every shape of fabric, against what BGP makes of them."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from railwright import api
from railwright.device import traces, verify_bgp, verify_routes
from railwright.device.clock import RealClock
from railwright.device.fleet import Fleet
from railwright.device.inventory import SelectionError, reachable, select
from railwright.device.session import Session, Target
from railwright.device.verify import read, verify
from railwright.device.verify_model import Check, Checked
from railwright.plan.model import BgpSession, Plan
from tests.ansible.test_live import Dead
from tests.unit.device.bgp_model import converged, fibs

POOLS = """
pools:
  compute_hosts: 10.16.0.0/12
  compute_links: 10.240.0.0/12
  loopbacks: 10.224.0.0/12
  inband: 10.48.0.0/12
  oob: 10.64.0.0/12
"""
SHAPES: Mapping[str, tuple[str, str]] = {
    "rail-optimized": (
        "{model: dgx-h100, count: 7, capacity: 8}",
        "{leaf: cx864e-n, rails: 2, nodes_per_su: 4}",
    ),
    "rail-only": (
        "{model: dgx-h100, count: 4}",
        "{leaf: cx864e-n, rails: 3, design: rail-only}",
    ),
    "rail-isolated": (
        "{model: dgx-h100, count: 8}",
        "{leaf: cx864e-n, rails: 2, nodes_per_su: 4, design: rail-isolated}",
    ),
    "planes": (
        "{model: hgx-h100-2x200g, count: 8}",
        "{leaf: cx864e-n, rails: 2, nodes_per_su: 4}",
    ),
    "leaf-spine": (
        "{model: dgx-h100, count: 8}",
        "{leaf: cx864e-n, nodes_per_su: 2, design: leaf-spine}",
    ),
    "three-tier": (
        "{model: dgx-h100, count: 16}",
        "{leaf: cx864e-n, rails: 2, nodes_per_su: 4, sus_per_pod: 2, design: three-tier}",
    ),
}


def write(folder: Path, nodes: str, compute: str) -> Path:
    path = folder / "shape.yml"
    path.write_text(
        f"cluster: shape\nnodes: {{gpu: {nodes}}}\nnetworks: {{compute: {compute}}}\n{POOLS}"
    )
    return path


@pytest.fixture(scope="module", params=[*SHAPES, "networks"])
def any_plan(
    request: pytest.FixtureRequest, root: Path, tmp_path_factory: pytest.TempPathFactory
) -> Plan:
    """A small cluster of every design, and the one with all networks."""
    if request.param == "networks":
        return api.load_plan(root / "intent/examples/lab-networks.yml").plan
    return api.load_plan(write(tmp_path_factory.mktemp("shape"), *SHAPES[request.param])).plan


@pytest.fixture(scope="session")
def networks(root: Path) -> Plan:
    return api.load_plan(root / "intent/examples/lab-networks.yml").plan


def everybody(plan: Plan) -> frozenset[str]:
    return frozenset(plan.device)


# --- routes and paths


def test_what_bgp_makes_of_every_design_is_what_is_expected(any_plan: Plan) -> None:
    tables = fibs(converged(any_plan))
    routes = verify_routes.check_routes(any_plan, tables, everybody(any_plan))
    paths = verify_routes.check_paths(any_plan, tables, everybody(any_plan))
    assert (routes.findings, paths.findings) == ((), ())
    assert routes.count > 0
    assert paths.count >= sum(device.role == "leaf" for device in any_plan.switches)


def test_the_designs_differ_in_who_reaches_whom(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Else the test above would prove little: pairs of leaves with a way, among all pairs."""
    joined = {}
    for name, words in SHAPES.items():
        plan = api.load_plan(write(tmp_path_factory.mktemp("shape"), *words)).plan
        leaves = [device.name for device in plan.switches if device.role == "leaf"]
        shape = verify_routes.graph(plan, everybody(plan))
        pairs = [(a, z) for a in leaves for z in leaves]
        ways = sum(bool(verify_routes.planned_paths(shape, *pair)) for pair in pairs)
        joined[name] = (ways, len(pairs))
    assert joined == {
        "rail-optimized": (16, 16),
        "rail-only": (3, 9),
        "rail-isolated": (8, 16),
        "planes": (32, 64),
        "leaf-spine": (16, 16),
        "three-tier": (64, 64),
    }


def test_no_network_is_expected_to_know_another(networks: Plan) -> None:
    prefixes = list(verify_routes.advertised(networks))
    others = [
        (device, prefix)
        for prefix, owner in prefixes
        for device in networks.switches
        if device.network == networks.device[owner].network and device.name != owner
    ]
    found = verify_routes.check_routes(networks, fibs(converged(networks)), everybody(networks))
    assert found.count == len(others)


@pytest.mark.parametrize("network", ["inband", "oob", "storage"])
def test_a_route_lost_in_any_network_is_found(networks: Plan, network: str) -> None:
    reader, owner = f"{network}2-leaf", f"{network}1-leaf"
    tables = converged(networks) | {reader: converged(networks, absent={owner})[reader]}
    routes = verify_routes.check_routes(networks, fibs(tables), everybody(networks))
    prefixes = {prefix for prefix, leaf in verify_routes.advertised(networks) if leaf == owner}
    assert {(one.device, one.place) for one in routes.findings} == {
        (reader, prefix) for prefix in prefixes
    }
    paths = verify_routes.check_paths(networks, fibs(tables), everybody(networks))
    assert (reader, owner) in {(one.device, one.place) for one in paths.findings}


def test_a_leak_between_isolated_rails_is_found(tmp_path: Path) -> None:
    plan = api.load_plan(write(tmp_path, *SHAPES["rail-isolated"])).plan
    leaf, far = "su1-rail0-leaf", plan.block_of["su2-rail1-leaf"].prefix
    tables = converged(plan)
    near = plan.block_of["su2-rail0-leaf"].prefix
    hops = next(row["nexthops"] for row in tables[leaf] if row["dst"] == near)
    tables[leaf].append({"dst": far, "nexthops": hops})
    found = verify_routes.check_routes(plan, fibs(tables), everybody(plan))
    assert [one.id for one in found.findings] == [f"routes:{leaf}:{far}"]
    assert f"{len(hops)} unplanned next hops" in found.findings[0].text


# --- sessions


def test_sessions_with_routers_outside_are_told_and_not_judged(networks: Plan) -> None:
    spine = networks.device["storage-spine1"]
    states = {
        session.link.peer(spine.name).address: "Established"
        for session in networks.sessions_of[spine.name]
    }
    (outer,) = (one.link.z.address for one in networks.sessions_of[spine.name] if _is_outer(one))
    up = verify_bgp.check(networks, spine, states, everybody(networks))
    down = verify_bgp.check(networks, spine, states | {outer: "Active"}, everybody(networks))
    assert up == down == Checked(len(states) - 1, ())
    note = "sessions with routers outside the plan are not judged: {} of 1 up"
    assert verify_bgp.outside(networks, {spine.name: states}) == note.format(1)
    assert verify_bgp.outside(networks, {spine.name: {outer: "Active"}}) == note.format(0)
    assert verify_bgp.outside(networks, {"spine1": {}}) == ""


def _is_outer(session: BgpSession) -> bool:
    return session.link.kind == "border"


# --- traceroutes


def ways(plan: Plan, node: str, port: str) -> list[tuple[str, str]]:
    chosen = traces.choose(plan, [plan.device[node]], everybody(plan))
    return [(one.first_leaf, one.last_leaf) for one in chosen if one.port == port]


def test_storage_ports_try_both_leaves_of_the_pair(networks: Plan) -> None:
    assert ways(networks, "gpu0001", "storage0") == [
        ("storage1-leaf", "storage1-leaf"),
        ("storage1-leaf", "storage2-leaf"),
    ]
    assert ways(networks, "storage01", "storage1") == [
        ("storage2-leaf", "storage2-leaf"),
        ("storage2-leaf", "storage1-leaf"),
    ]
    own = networks.links_of["gpu0001"]["storage0"]
    trace = next(
        one
        for one in traces.choose(networks, [networks.device["gpu0001"]], everybody(networks))
        if one.source == own.a.address
    )
    found = traces.check(networks, everybody(networks), {trace: (own.z.address,)})
    assert found.findings[0].id == f"paths:gpu0001:storage0>{trace.destination}"
    assert "from storage0 to " in found.findings[0].text


def test_nodes_of_a_rack_with_one_leaf_try_their_own_and_another(tmp_path: Path) -> None:
    plan = api.load_plan(write(tmp_path, *SHAPES["leaf-spine"])).plan
    assert ways(plan, "gpu0001", "rail5") == [("su1-leaf", "su1-leaf"), ("su1-leaf", "su2-leaf")]


def test_ways_that_no_plane_joins_must_not_arrive(tmp_path: Path) -> None:
    plan = api.load_plan(write(tmp_path, *SHAPES["planes"])).plan
    chosen = traces.choose(plan, [plan.device["gpu0001"]], everybody(plan))
    across = [
        one
        for one in chosen
        if plan.device[one.first_leaf].plane != plan.device[one.last_leaf].plane
    ]
    assert across
    arrived = {one: (one.destination,) for one in across}
    assert all(
        "not planned to be reachable" in one.text
        for one in traces.check(plan, everybody(plan), arrived).findings
    )
    assert len(traces.check(plan, everybody(plan), arrived).findings) == len(across)
    assert traces.check(plan, everybody(plan), dict.fromkeys(across, ())).findings == ()


# --- who is logged in to


class Refusing:
    """A way to devices that notes who is asked for and answers nothing."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def session(self, target: Target) -> Session:
        self.asked.add(target.name)
        return Dead(target.name)


def test_pdus_are_never_logged_in_to(networks: Plan) -> None:
    names = {device.name for device in reachable(networks)}
    assert names == {one.name for one in networks.devices if one.role != "pdu"}
    assert {one.name for one in select(networks)[0]} == names
    with pytest.raises(SelectionError, match="no device or group is called 'pdu01'"):
        select(networks, "pdu01")
    way = Refusing()
    fleet = Fleet(networks, way, RealClock(), workers=4)
    everything: tuple[Check, ...] = ("cabling", "bgp", "routes", "paths", "roce")
    read(fleet, networks.devices, everything, names)
    assert way.asked == names
    report = verify(fleet, [], everything, frozenset({"spine1"}))
    assert report.skipped == tuple(
        device.name for device in reachable(networks) if device.name != "spine1"
    )
