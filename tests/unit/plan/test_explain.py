"""Derivations: every planned number says how it follows and from which key of the intent."""

from typing import Any

import pytest

from railwright.intent import schema
from railwright.plan.explain import Derivation, ExplainError, explain
from railwright.plan.model import Plan
from railwright.plan.summary import bisection_gbps
from tests.unit.plan.made import ALL_NETWORKS, compute_plan, planned

THREE: dict[str, Any] = {"design": "three-tier", "nodes_per_su": 8, "sus_per_pod": 2}
DESIGNS: dict[str, dict[str, Any]] = {
    "rail-optimized": {},
    "rail-only": {"design": "rail-only"},
    "rail-isolated": {"design": "rail-isolated", "nodes_per_su": 16},
    "leaf-spine": {"design": "leaf-spine"},
    "three-tier": THREE,
    "svi": {"attachment": "svi", "nodes_per_su": 16},
}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(ALL_NETWORKS)


def of(plan: Plan, words: str) -> Derivation:
    host, *subject = words.split()
    return explain(plan, host, tuple(subject))


def inputs(derivation: Derivation) -> dict[str, str]:
    return {one.name: one.value for one in derivation.inputs}


def paths(derivation: Derivation) -> set[str]:
    return {one.path for one in derivation.inputs if one.path}


def test_a_rejected_candidate_of_the_spine_rule_is_shown() -> None:
    plan = compute_plan(96, oversubscription=1.5, nodes_per_su=48)
    for words in ("fabric spines", "compute uplinks"):
        found = of(plan, words)
        assert plan.shape.rejected
        assert all(candidate in found.how for candidate in plan.shape.rejected)
    assert of(plan, "fabric spines").value == str(plan.shape.spines)


def test_nothing_rejected_is_said() -> None:
    assert "Rejected: none" in of(compute_plan(128), "fabric spines").how


@pytest.mark.parametrize("network", ["fabric", "compute", "storage", "inband", "oob"])
@pytest.mark.parametrize("subject", ["spines", "uplinks", "sus", "bisection"])
def test_every_network_is_explained(plan: Plan, network: str, subject: str) -> None:
    found = of(plan, f"{network} {subject}")
    assert found.subject == f"{network} {subject}"
    shape = plan.fabrics["compute" if network == "fabric" else network]  # type: ignore[index]
    numbers = {
        "spines": f"{shape.spines}",
        "uplinks": f"{shape.uplinks_per_leaf} per leaf",
        "sus": f"{shape.total_sus} ",
        "bisection": f"{bisection_gbps(shape) / 1000:g} Tb/s",
    }
    assert found.value.startswith(numbers[subject])
    assert found.inputs


def test_the_bisection_is_half_the_narrowest_tier() -> None:
    even = of(compute_plan(128), "fabric bisection")
    assert even.value == "204.8 Tb/s at full capacity"
    over = of(compute_plan(128, oversubscription=2.0, nodes_per_su=64), "fabric bisection")
    assert over.value == "102.4 Tb/s at full capacity"
    assert inputs(over)["leaf to spine"] == "16 switches x 16 x 800G = 204.8 Tb/s"
    assert inputs(over)["towards hosts"] == "16 switches x 64 x 400G = 409.6 Tb/s"


def test_storage_is_sized_for_every_host(plan: Plan) -> None:
    found = of(plan, "storage sus")
    assert inputs(found)["storage servers"] == "5"
    assert inputs(found)["management servers"] == "3"
    assert inputs(found)["capacity"] == "40 nodes"
    assert "nodes.storage.capacity" in paths(found)


def test_access_switches_list_what_is_packed_on_them(plan: Plan) -> None:
    found = inputs(of(plan, "oob sus"))
    for svi in plan.svis:
        if svi.network == "oob":
            assert found[f"{svi.device} Vlan{svi.vlan}"] == svi.prefix


def test_superspines_show_sets_candidates_and_what_port_counts_would_need() -> None:
    plan = compute_plan(64, **THREE)
    core = plan.shape.core
    assert core is not None
    found = of(plan, "fabric superspines")
    assert found.value.startswith(f"{plan.shape.total_superspines} in {core.sets} sets")
    assert inputs(found)["fewest by port counts alone"] == str(core.fewest_by_ports)
    assert all(candidate in found.how for candidate in core.rejected)
    assert "networks.compute.pod_oversubscription" in paths(found)
    assert "in all" in of(plan, "fabric spines").value
    assert "spine to super-spine" in inputs(of(plan, "fabric bisection"))


@pytest.mark.parametrize(
    ("compute", "words", "text"),
    [
        ({"design": "rail-only"}, "fabric spines", "a rail-only fabric has no spines"),
        ({"design": "rail-only"}, "fabric uplinks", "has no spines"),
        ({"design": "rail-only"}, "fabric bisection", "has no spines"),
        ({}, "fabric superspines", "has no super-spines"),
        ({}, "storage spines", "planned networks: compute"),
        ({}, "oob sus", "planned networks: compute"),
        ({}, "fabric colour", "choose one of spines, uplinks, sus, superspines, bisection"),
        ({}, "fabric", "cannot explain 'nothing'"),
        ({}, "leaf9 asn", "no device 'leaf9'"),
        ({}, "gpu0001 asn", "is a host and has no ASN"),
        ({}, "gpu0001 loopback", "is a host and has no loopback"),
        ({}, "spine1 bmc_address", "has no BMC"),
        ({}, "spine1 oob_address", "only management servers do"),
        ({}, "spine1 block", "originates no block"),
        ({}, "spine1 colour", "choose one of asn, loopback"),
        ({}, "spine1 Ethernet0 colour", "choose one of address, peer"),
        ({}, "spine1 Ethernet3 peer", "has no port 'Ethernet3'"),
        ({}, "gpu0001 rail0 lanes", "only data ports of switches"),
        ({}, "gpu0001 rail0 xoff", "headroom is planned on switch ports"),
        ({"nodes_per_su": 3}, "su1-rail0-leaf Ethernet504 peer", "is a spare port"),
    ],
)
def test_what_cannot_be_explained_says_what_can(
    compute: dict[str, Any], words: str, text: str
) -> None:
    plan = compute_plan(8, **compute)
    with pytest.raises(ExplainError) as caught:
        of(plan, words)
    assert text in str(caught.value)


def test_no_headroom_where_nothing_is_lossless(plan: Plan) -> None:
    with pytest.raises(ExplainError, match="the oob network carries no lossless class"):
        of(plan, "oob1-leaf Ethernet0 xoff")


@pytest.mark.parametrize(
    ("device", "digits"),
    [
        ("su1-rail3-leaf", {"network": "compute = 0", "pod": "1", "SU": "1", "leaf": "3"}),
        ("spine1", {"network": "compute = 0", "pod": "1", "SU": "0", "leaf": "0"}),
        ("storage4-leaf", {"network": "storage = 1", "pod": "1", "SU": "2", "leaf": "1"}),
        ("oob2-leaf", {"network": "oob = 3", "pod": "1", "SU": "2", "leaf": "0"}),
    ],
)
def test_the_digits_of_an_asn(plan: Plan, device: str, digits: dict[str, str]) -> None:
    found = of(plan, f"{device} asn")
    assert found.value == str(plan.device[device].asn)
    assert {key: inputs(found)[key] for key in digits} == digits


def test_every_address_of_every_device_is_explained(plan: Plan) -> None:
    """What is shown is what is planned, and its place is the device's own."""
    for device in plan.devices:
        place = device.management
        found = of(plan, f"{device.name} mgmt_address")
        assert found.value == f"{place.address}/{place.prefix_length} via {place.gateway}"
        number = int(found.inputs[-1].value)
        assert number == (device.index if not device.is_switch else number)
        if device.bmc:
            assert of(plan, f"{device.name} bmc_address").value.startswith(device.bmc.address)
        if device.oob:
            assert of(plan, f"{device.name} oob_address").value.startswith(device.oob.address)
        if device.loopback:
            assert of(plan, f"{device.name} loopback").value == f"{device.loopback}/32"
        if device.name in plan.block_of:
            block = of(plan, f"{device.name} block")
            assert block.value == plan.block_of[device.name].prefix


@pytest.mark.parametrize("design", DESIGNS)
def test_every_port_of_every_design_is_explained(design: str) -> None:
    plan = compute_plan(32, **DESIGNS[design])
    explain_all_ports(plan)


def test_every_port_of_every_network_is_explained(plan: Plan) -> None:
    explain_all_ports(plan)


def explain_all_ports(plan: Plan) -> None:
    for device in plan.devices:
        for name, link in plan.links_of[device.name].items():
            words = f"{device.name} {name}"
            end, peer = link.end(device.name), link.peer(device.name)
            address = of(plan, f"{words} address")
            assert address.value.partition("/")[0] == end.address
            assert address.value.partition("/")[2] == link.prefix.partition("/")[2]
            assert of(plan, f"{words} peer").value.startswith(f"{peer.device} {peer.port}".strip())
            assert of(plan, f"{words} length").value == f"{link.length.length_m:g} m"
            if device.is_switch and name != "eth0":
                port = next(one for one in plan.ports[device.name] if one.name == name)
                assert of(plan, f"{words} lanes").value == port.lanes
                if link.network in plan.qos:
                    assert of(plan, f"{words} dscp").inputs
                if link.network in plan.qos and link.kind != "border":
                    room = plan.port_headroom(device, port)
                    assert of(plan, f"{words} xoff").value.startswith(f"{room.xoff_bytes} bytes")
                    assert of(plan, f"{words} xon").value.startswith(f"{room.xon_bytes} bytes")
                    assert of(plan, f"{words} size").value == f"{room.size_bytes} bytes"


def test_the_place_of_an_address_is_read_back_from_it() -> None:
    plan = compute_plan(128)
    assert inputs(of(plan, "gpu0070 rail3 address"))["place"] == "rail 3, su 2, port 11"
    assert inputs(of(plan, "su2-rail3-leaf loopback"))["place"] == "network 0, tier 0, leaf 3, su 2"
    assert inputs(of(plan, "su2-rail3-leaf block"))["place"] == "rail 3, su 2, port 0"
    assert inputs(of(plan, "spine5 Ethernet0 address"))["end"] == "upper (even)"


def test_peers_tell_their_rule_and_its_numbers(plan: Plan) -> None:
    assert "storage servers, management servers, GPU nodes" in of(plan, "gpu0001 storage0 peer").how
    assert inputs(of(plan, "gpu0001 bmc peer"))["VLAN"] == "101"
    border = next(link for link in plan.links if link.kind == "border")
    found = of(plan, f"{border.a.device} {border.a.port} peer")
    assert (found.value, inputs(found)["router"]) == ("edge", "edge")
    assert inputs(of(plan, "oob1-leaf Ethernet52 peer"))["k"] == "1"
    reserved = next(link for link in plan.links if not link.deployed and link.kind == "host")
    assert of(plan, f"{reserved.z.device} {reserved.z.port} peer").value.endswith(" (reserved)")
    core = compute_plan(64, **THREE)
    up = next(link for link in core.links if link.z.device.startswith("superspine"))
    assert "goes to super-spine" in of(core, f"{up.a.device} {up.a.port} peer").how
    assert "goes to super-spine" in of(core, f"{up.z.device} {up.z.port} peer").how


def test_lengths_name_the_key_they_come_from() -> None:
    plan = planned(ALL_NETWORKS, {"lengths": {"core_m": 60.0}})
    border = next(link for link in plan.links if link.kind == "border")
    found = {
        "host": of(plan, "gpu0001 rail0 length"),
        "fabric": of(plan, "spine1 Ethernet0 length"),
        "core": of(plan, f"{border.a.device} {border.a.port} length"),
        "access": of(plan, "gpu0001 bmc length"),
    }
    assert {key: paths(one) for key, one in found.items()} == {
        key: {f"lengths.{key}_m"} for key in found
    }
    assert found["core"].value == "60 m"
    bare = planned(ALL_NETWORKS)
    assert paths(of(bare, f"{border.a.device} {border.a.port} length")) == {"lengths.fabric_m"}


def test_overrides_are_part_of_the_explanation() -> None:
    rows = {
        "ports": [{"link": "gpu0003:rail2", "port": "Ethernet20", "reason": "bent pins"}],
        "addresses": [{"device": "gpu0003", "address": "10.48.1.200", "reason": "as installed"}],
    }
    five = {"networks": {"compute": {"nodes_per_su": 5, "rails": 3}}}
    plan = planned(ALL_NETWORKS, five, {"overrides": rows})
    peer = of(plan, "gpu0003 rail2 peer")
    assert peer.value == "su1-rail2-leaf Ethernet20"
    assert "bent pins" in peer.how
    assert "overrides.ports[0].port" in paths(peer)
    address = of(plan, "gpu0003 mgmt_address")
    assert address.value.startswith("10.48.1.200/24")
    assert "as installed" in address.how
    assert "overrides.addresses[0].address" in paths(address)
    assert "as installed" not in of(plan, "gpu0003 bmc_address").how
    assert "as installed" not in of(plan, "gpu0004 mgmt_address").how


def test_every_path_is_a_key_of_the_intent(plan: Plan) -> None:
    words = [
        *(
            f"{network} {subject}"
            for network in plan.fabrics
            for subject in ("spines", "uplinks", "sus", "bisection")
        ),
        *(
            f"{device} {subject}"
            for device in ("su1-rail0-leaf", "storage1-leaf", "oob1-leaf")
            for subject in ("asn", "loopback", "mgmt_address")
        ),
        *("pdu01 mgmt_address", "mgmt01 bmc_address", "mgmt01 oob_address", "gpu0001 bmc_address"),
        *(
            f"su1-rail0-leaf Ethernet0 {subject}"
            for subject in ("address", "peer", "length", "lanes", "xoff")
        ),
        *(
            f"gpu0001 {port} {subject}"
            for port in ("storage0", "bmc", "eth0")
            for subject in ("address", "peer", "length")
        ),
    ]
    found = {path for each in words for path in paths(of(plan, each))}
    assert len(found) > 20
    for path in found:
        assert schema.at(tuple(path.split("."))), path
