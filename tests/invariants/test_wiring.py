"""Links: both ends agree, hosts are where the design says, upper tiers are evenly loaded."""

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given

from railwright.intent.model import Intent
from railwright.intent.networks import ComputeNetwork
from railwright.naming import rail_interface
from railwright.plan.build import build
from railwright.plan.fec import FEC_FROM_GBPS_PER_LANE
from railwright.plan.model import Device, Link, Plan, Port
from railwright.plan.shape import FabricShape
from tests.invariants.plans import DRAWN, host_links, plan_of, switches
from tests.invariants.strategies import intents, make

PortKey = tuple[str, str]
ROUNDING = 1e-9


def port_table(plan: Plan) -> dict[PortKey, Port]:
    return {(port.device, port.name): port for rows in plan.ports.values() for port in rows}


def fec(port: Port) -> str | None:
    """Return what SONiC sets on a port; fixed ports are those of 25G lanes or less."""
    lanes = port.lanes.count(",") + 1
    return "rs" if port.speed_gbps >= FEC_FROM_GBPS_PER_LANE * lanes else None


@DRAWN
@given(intents())
def test_both_ends_of_a_link_agree(intent: Intent) -> None:
    plan = plan_of(intent)
    ports = port_table(plan)
    splits = Counter((port.device, port.parent) for port in ports.values() if port.lanes)
    for link in plan.links:
        found = [ports.get((end.device, end.port)) for end in (link.a, link.z)]
        for end, port in zip((link.a, link.z), found, strict=True):
            if port is None:
                assert end.port in {"eth0", "bmc", "oob0", ""} or end.device not in plan.device
                continue
            assert (port.speed_gbps, port.enabled) == (link.speed_gbps, link.deployed)
            assert port.use == link.kind
        lower, upper = found
        if link.kind == "fabric" and lower and upper:
            sides = [splits[port.device, port.parent] for port in (lower, upper)]
            assert sides[0] == sides[1], link
            assert fec(lower) == fec(upper), link
            if plan.device[lower.device].platform == plan.device[upper.device].platform:
                assert lower.lanes.count(",") == upper.lanes.count(",")


@DRAWN
@given(intents())
def test_live_links_join_live_devices(intent: Intent) -> None:
    """And a link between two live devices is live, unless it waits for a host to come."""
    plan = plan_of(intent)
    for link in plan.links:
        ends = [link.a.device in plan.device, link.z.device in plan.device or link.kind == "border"]
        assert link.deployed == all(ends)
        assert any(ends), "a link between two devices that do not exist yet"
        assert link.a.device != link.z.device


@DRAWN
@given(intents())
def test_ports_are_spare_or_cabled(intent: Intent) -> None:
    plan = plan_of(intent)
    for device in plan.devices:
        cabled = plan.links_of.get(device.name, {})
        for port in plan.ports[device.name]:
            link = cabled.get(port.name)
            assert (port.use == "spare") == (link is None)
            assert port.enabled == bool(link and link.deployed)


def rails_of(plan: Plan, node: str) -> list[int]:
    model = plan.node_model(plan.device[node])
    return [nic.rail for nic in model.nics if nic.rail < plan.shape.rails]


@DRAWN
@given(intents())
def test_nics_are_on_the_leaf_of_their_rail(intent: Intent) -> None:
    """NIC r of plane p of a node in SU s is on leaf (s, r, p), or on (s, p) where rails share."""
    plan = plan_of(intent)
    shape = plan.shape
    live = {(link.a.device, link.a.port): link for link in host_links(plan) if link.deployed}
    for node in plan.gpu_nodes:
        pod, su = divmod((node.index - 1) // shape.nodes_per_su, shape.sus)
        for plane in range(shape.planes):
            place = plane if shape.planes > 1 else None
            for rail in rails_of(plan, node.name):
                link = live.pop((node.name, rail_interface(rail, place)))
                leaf = plan.device[link.z.device]
                assert (leaf.role, leaf.su, leaf.plane) == ("leaf", su + 1, place)
                assert leaf.rail == (None if shape.shared_leaf else rail)
                assert leaf.pod == (pod + 1 if shape.core else None)
                assert (link.su, link.rail, link.plane) == (leaf.su, rail, place)
                assert link.speed_gbps == plan.node_model(node).nics[0].speed_gbps
    assert not live


@DRAWN
@given(intents())
def test_storage_hosts_are_on_two_leaves(intent: Intent) -> None:
    plan = plan_of(intent)
    leaves: dict[str, list[str]] = {}
    for link in host_links(plan, "storage"):
        if link.deployed:
            leaves.setdefault(link.a.device, []).append(link.z.device)
            assert link.speed_gbps == intent.networks.storage.speed_gbps  # type: ignore[union-attr]
    for host, found in leaves.items():
        assert len(found) == len(set(found)) == 2, host
        pair = {plan.device[leaf].index // 2 for leaf in found}
        assert len(pair) == 1, "the leaves of two pairs"
    if intent.networks.storage:
        assert leaves.keys() == {node.name for node in plan.nodes}


def uplinks(plan: Plan, network: str, role: str) -> Iterator[Link]:
    """Yield the links that go up from a role, reserved ones included."""
    for link in plan.links:
        lower = plan.device.get(link.a.device)
        if link.kind == "fabric" and link.network == network and lower and lower.role == role:
            yield link


@DRAWN
@given(intents())
def test_every_leaf_has_as_many_links_to_each_of_its_spines(intent: Intent) -> None:
    plan = plan_of(intent)
    for network, shape in plan.fabrics.items():
        pairs = Counter((one.a.device, one.z.device) for one in uplinks(plan, network, "leaf"))
        spines = switches(plan, network, "spine")
        for leaf in switches(plan, network, "leaf"):
            own = [
                spine.name
                for spine in spines
                if (spine.pod, spine.plane) == (leaf.pod, leaf.plane)
                and (spine.rail == leaf.rail or not shape.isolated_rails)
            ]
            found = {spine: n for (lower, spine), n in pairs.items() if lower == leaf.name}
            assert found == dict.fromkeys(own, shape.links_per_pair)
            assert len(own) == shape.spines
        loads = Counter(link.z.device for link in uplinks(plan, network, "leaf") if link.deployed)
        by_group: dict[object, set[int]] = {}
        for spine in spines:
            group = (spine.pod, spine.plane, spine.rail)
            by_group.setdefault(group, set()).add(loads[spine.name])
        assert all(len(found) == 1 for found in by_group.values())


@DRAWN
@given(intents(designs=("three-tier",)))
def test_every_superspine_has_as_many_links_to_each_pod(intent: Intent) -> None:
    plan = plan_of(intent)
    shape = plan.shape
    assert shape.core is not None
    pods: dict[str, Counter[int | None]] = {}
    places: dict[str, set[tuple[int, int | None]]] = {}
    for link in plan.links:
        if plan.device.get(link.z.device) in switches(plan, "compute", "superspine"):
            pods.setdefault(link.z.device, Counter())[link.pod] += 1
            if spine := plan.device.get(link.a.device):
                places.setdefault(link.z.device, set()).add((spine.index, spine.plane))
    assert len(pods) == shape.total_superspines
    each = Counter(dict.fromkeys(range(1, shape.pods + 1), shape.core.links_per_pair))
    assert all(found == each for found in pods.values())
    assert all(len(found) == 1 for found in places.values()), "one spine position per super-spine"


@DRAWN
@given(intents())
def test_no_switch_is_asked_for_more_than_the_ratio(intent: Intent) -> None:
    """Host bandwidth over uplink bandwidth of every leaf and spine, as if all were deployed."""
    plan = plan_of(intent)
    for network in ("compute", "storage"):
        if network not in plan.fabrics or not plan.fabrics[network].spines:
            continue
        shape = plan.fabrics[network]
        assert shape.effective_oversubscription <= shape.asked_oversubscription + ROUNDING
        for leaf in switches(plan, network, "leaf"):
            down, up = bandwidth(plan, leaf.name)
            assert down <= shape.effective_oversubscription * up + ROUNDING
        if shape.core:
            check_core(plan, shape)


def check_core(plan: Plan, shape: FabricShape) -> None:
    assert shape.core is not None
    assert shape.core.effective_oversubscription <= shape.core.asked_oversubscription + ROUNDING
    for spine in switches(plan, "compute", "spine"):
        down, up = bandwidth(plan, spine.name)
        assert 0 < down <= shape.core.effective_oversubscription * up + ROUNDING


def bandwidth(plan: Plan, name: str) -> tuple[int, int]:
    """Return the Gb/s of a switch's links downwards and upwards, reserved ones included."""
    links = plan.links_of[name].values()
    down = sum(link.speed_gbps for link in links if link.z.device == name)
    return down, sum(link.speed_gbps for link in links if link.a.device == name)


def free_cages(plan: Plan, device: Device) -> int:
    """Return the cages of a switch without any cable, reserved ones included."""
    used: dict[str, bool] = {}
    for port in plan.ports[device.name]:
        if not port.fixed:
            used[port.parent] = used.get(port.parent, False) or port.use != "spare"
    return list(used.values()).count(False)


@DRAWN
@given(intents())
def test_spare_cages_stay_free(intent: Intent) -> None:
    plan = plan_of(intent)
    compute = intent.networks.compute
    for role, spare in (
        ("leaf", compute.spare_leaf_cages),
        ("spine", compute.spare_spine_cages),
        ("superspine", 0),
    ):
        for device in switches(plan, "compute", role):
            assert free_cages(plan, device) >= spare


@pytest.mark.parametrize("spare", [0, 1, 2, 7, 32])
def test_spare_cages_are_taken_from_nodes_and_uplinks_alike(spare: int) -> None:
    """At 1:1 two nodes cost a cage down and a cage up."""
    compute = ComputeNetwork(leaf="cx864e-n", spare_leaf_cages=spare, spare_spine_cages=spare)
    plan = build(make(compute, 64, 64))
    assert plan.shape.nodes_per_su == 2 * ((64 - spare) // 2)
    assert free_cages(plan, plan.device["su1-rail0-leaf"]) >= spare
    assert free_cages(plan, plan.device["spine1"]) >= spare


@DRAWN
@given(intents())
def test_lossless_ports_have_enough_headroom(intent: Intent) -> None:
    plan = plan_of(intent)
    for device in plan.switches:
        if device.network not in plan.qos:
            continue
        for port in plan.ports[device.name]:
            link = plan.links_of.get(device.name, {}).get(port.name)
            if link is not None:
                room = plan.port_headroom(device, port)
                assert room.cable_m >= room.length_m == link.length.length_m
                assert room.speed_gbps == port.speed_gbps == link.speed_gbps
