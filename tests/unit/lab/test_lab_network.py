import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from railwright import api
from railwright.intent.networks import ComputeNetwork
from railwright.lab.errors import LabError
from railwright.lab.lifecycle import kinds_of
from railwright.lab.network import (
    boot_lines,
    controller_namespace,
    devices_of,
    fingerprint,
    mac,
    wire,
)
from railwright.plan.build import build
from railwright.plan.model import Plan, Port
from tests.invariants.strategies import make

VETH = re.compile(
    r"link add (?P<a>\S+) netns (?P<a_ns>\S+)(?: mtu (?P<a_mtu>\d+) address (?P<a_mac>\S+))? "
    r"type veth peer name (?P<z>\S+) netns (?P<z_ns>\S+)(?: mtu (?P<z_mtu>\d+) address \S+)?"
)


def veths(plan: Plan, nodes: int) -> list[dict[str, str]]:
    found = [VETH.fullmatch(line) for line in wire(plan, kinds_of(plan, nodes)).links]
    return [match.groupdict() for match in found if match is not None]


def test_every_line_makes_a_pair_straight_inside_both_namespaces(tiny: Plan) -> None:
    assert len(veths(tiny, 1)) == len(wire(tiny, kinds_of(tiny, 1)).links)


def test_each_deployed_link_is_one_pair_with_the_planned_names(tiny: Plan) -> None:
    prefix = f"rw-{tiny.intent.cluster}-"
    expected = Counter(
        (f"{prefix}{link.a.device}", link.a.port, f"{prefix}{link.z.device}", link.z.port)
        for link in tiny.links
        if link.deployed and link.kind in {"host", "fabric"}
    )
    pairs = Counter((one["a_ns"], one["a"], one["z_ns"], one["z"]) for one in veths(tiny, 1))
    assert expected
    assert expected <= pairs
    rest = pairs - expected
    assert all(z_ns in (f"{prefix}void", f"{prefix}ctl") for _, _, z_ns, _ in rest)


def test_the_reference_size_has_every_cable() -> None:
    plan = build(make(ComputeNetwork(leaf="sn5600"), 128, 128))
    wiring = wire(plan, kinds_of(plan, 8))
    assert len(wiring.namespaces) == 152
    assert len(wiring.links) == 1024 + 512 + 152 + 24  # and one small port of every switch
    assert len(set(wiring.all_namespaces)) == 154


def test_reserved_links_are_not_cabled() -> None:
    plan = build(make(ComputeNetwork(leaf="sn5600", nodes_per_su=4, rails=2), 4, 8))
    spaces = set(wire(plan, kinds_of(plan, 0)).namespaces)
    assert spaces == {device.name for device in plan.devices}
    assert not [one for one in veths(plan, 0) if "su2" in one["a_ns"] or "gpu0005" in one["a_ns"]]


def test_every_switch_port_exists_and_names_fit_the_kernel(tiny: Plan) -> None:
    rows = veths(tiny, 0)
    names = {(one["a_ns"], one["a"]) for one in rows} | {(one["z_ns"], one["z"]) for one in rows}
    for device in tiny.switches:
        wanted = {port.name for port in tiny.ports[device.name]} | {"eth0"}
        assert {name for space, name in names if space.endswith(f"-{device.name}")} == wanted
    assert max(len(name) for _, name in names) <= 15
    assert len(names) == 2 * len(rows)


def test_mtus_are_planned_but_a_booted_node_starts_unconfigured(tiny: Plan) -> None:
    rails = {one["a_ns"]: one["a_mtu"] for one in veths(tiny, 1) if one["a"] == "rail0"}
    assert rails == {"rw-rw-test-gpu0001": "1500", "rw-rw-test-gpu0002": "9000"}
    peers = {one["z_mtu"] for one in veths(tiny, 1) if one["a"].startswith("rail")}
    assert peers == {"9100"}


def test_a_switch_has_one_address_and_a_node_one_per_nic() -> None:
    assert mac("spine1") == mac("spine1", "")
    assert mac("gpu0001", "rail0") != mac("gpu0001", "rail1")
    assert re.fullmatch(r"02(:[0-9a-f]{2}){5}", mac("spine1"))


def test_a_bare_node_has_its_addresses_and_a_route_back_per_rail(tiny: Plan) -> None:
    inside = wire(tiny, kinds_of(tiny, 1)).inside
    lines = inside["rw-rw-test-gpu0002"]
    assert "rw-rw-test-gpu0001" not in inside
    for table, rail in enumerate(("rail0", "rail1"), start=100):
        link = tiny.links_of["gpu0002"][rail]
        own, leaf = link.end("gpu0002").address, link.peer("gpu0002").address
        assert f"address add {own}/31 dev {rail}" in lines
        assert f"route add default via {leaf} dev {rail} table {table}" in lines
        assert f"rule add from {own} lookup {table} priority {table + 900}" in lines


def test_the_controller_has_every_gateway_and_every_device(tiny: Plan) -> None:
    lines = wire(tiny, kinds_of(tiny, 0)).inside[controller_namespace("rw-test")]
    for device in devices_of(tiny):
        assert any(f"address add {device.management.gateway}/24" in line for line in lines)
    joined = [line for line in lines if " master " in line]
    assert len(joined) == len(tiny.devices)


def test_devices_join_the_bridge_of_their_own_subnet(tiny: Plan) -> None:
    lines = wire(tiny, kinds_of(tiny, 0)).inside[controller_namespace("rw-test")]
    bridge_of = {
        match[1]: match[2]
        for line in lines
        if (match := re.fullmatch(r"address add (\S+) dev (\S+)", line))
    }
    far = {pair.a.namespace: pair.z.name for pair in wire(tiny, kinds_of(tiny, 0)).pairs}
    for device in tiny.devices:  # the pair of eth0 is the last one of its namespace
        gateway = f"{device.management.gateway}/{device.management.prefix_length}"
        port = far[f"rw-rw-test-{device.name}"]
        assert f"link set dev {port} master {bridge_of[gateway]} up" in lines


def test_a_switch_never_follows_the_management_default_route_for_data(tiny: Plan) -> None:
    lines = list(boot_lines(tiny, tiny.device["spine1"]))
    defaults = [line for line in lines if line.startswith("route replace default")]
    assert defaults == ["route replace default via 10.21.3.1 dev eth0 table default metric 201"]
    node = list(boot_lines(tiny, tiny.device["gpu0001"]))
    assert "route replace default via 10.20.1.1 dev eth0 metric 1024" in node


def test_the_fingerprint_tells_labs_apart(tiny: Plan) -> None:
    prints = set()
    for nodes in (0, 1, 1, 2):
        kinds = kinds_of(tiny, nodes)
        prints.add(fingerprint(wire(tiny, kinds), kinds))
    assert len(prints) == 3


def test_more_nodes_than_there_are(tiny: Plan) -> None:
    with pytest.raises(LabError) as caught:
        kinds_of(tiny, 3)
    assert str(caught.value) == "--nodes 3: rw-test has 2 GPU nodes; give a number from 0 to 2"


@pytest.fixture(scope="session")
def networks(root: Path) -> Plan:
    return api.load_plan(root / "intent/examples/lab-networks.yml").plan


def test_management_and_the_outside_are_not_wired(networks: Plan) -> None:
    names = {device.name for device in devices_of(networks)}
    assert names == {one.name for one in networks.devices if one.role != "pdu"}
    wiring = wire(networks, kinds_of(networks, 1))
    assert set(wiring.namespaces) == names
    void = f"rw-{networks.intent.cluster}-void"
    ends = {(pair.a.namespace, pair.a.name): pair.z.namespace for pair in wiring.pairs}
    for link in networks.links:
        if link.kind in {"access", "border"} and link.deployed:
            end = link.z if link.kind == "access" else link.a
            assert ends[f"rw-{networks.intent.cluster}-{end.device}", end.port] == void
    assert not [pair for pair in wiring.pairs if pair.a.name in {"bmc", "oob0"}]


def test_gateways_of_vlans_are_the_controllers_too(networks: Plan) -> None:
    """In namespaces of their own, so that both can be there."""
    lines = wire(networks, kinds_of(networks, 0)).inside[
        controller_namespace(networks.intent.cluster)
    ]
    shared = {svi.gateway for svi in networks.svis} & {
        line.split()[2].partition("/")[0] for line in lines if line.startswith("address add")
    }
    assert len(shared) == len({device.management.gateway for device in devices_of(networks)})


def test_the_first_server_of_every_kind_boots_with_the_nodes(networks: Plan) -> None:
    kinds = kinds_of(networks, 2)
    booted = {name for name, kind in kinds.items() if kind == "node"}
    assert booted == {"gpu0001", "gpu0002", "storage01", "mgmt01"}
    assert "node" not in kinds_of(networks, 0).values()
    assert "pdu01" not in kinds


def test_a_bare_server_answers_on_every_data_port(networks: Plan) -> None:
    kinds = kinds_of(networks, 1)
    inside = wire(networks, kinds).inside
    tables = {}
    for name in ("gpu0002", "storage02"):
        lines = inside[f"rw-{networks.intent.cluster}-{name}"]
        for port, link in networks.links_of[name].items():
            if link.kind == "host":
                assert f"address add {link.a.address}/31 dev {port}" in lines
                rule = next(
                    line for line in lines if line.startswith(f"rule add from {link.a.address} ")
                )
                tables[name, port] = rule.split()[5]
    assert tables == {
        ("gpu0002", "rail0"): "100",
        ("gpu0002", "rail1"): "101",
        ("gpu0002", "storage0"): "102",
        ("gpu0002", "storage1"): "103",
        ("storage02", "storage0"): "100",
        ("storage02", "storage1"): "101",
    }


def test_a_large_lab_computes_ports_once_a_device() -> None:
    plan = build(make(ComputeNetwork(leaf="sn5600"), 128, 128))
    asked: Counter[str] = Counter()

    class Counting(Mapping[str, tuple[Port, ...]]):
        def __getitem__(self, name: str) -> tuple[Port, ...]:
            asked[name] += 1
            return plan.ports[name]

        def __iter__(self) -> Iterator[str]:
            return iter(plan.ports)

        def __len__(self) -> int:
            return len(plan.ports)

    counting = replace(plan, ports=Counting())
    wire(counting, kinds_of(plan, 128))
    assert set(asked.values()) == {1}
