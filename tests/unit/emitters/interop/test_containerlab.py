from collections import Counter
from typing import Any

from jsonschema import Draft202012Validator

from railwright.naming import natural_key
from tests.unit.emitters.interop.written import Written

NAME = "containerlab.clab.yml"
KINDS = {"sonic-vs", "linux"}
_NODE_NAME = "^[a-zA-Z0-9][a-zA-Z0-9-._]*$"
_ENDPOINT = {
    "type": "object",
    "required": ["node", "interface"],
    "additionalProperties": False,
    "properties": {
        "node": {"type": "string", "pattern": _NODE_NAME},
        # What the kernel takes for the name of an interface; eth0 is containerlab's own.
        "interface": {"type": "string", "pattern": "^(?!eth0$)[^/\\s]{1,15}$"},
    },
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["name", "topology"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "pattern": _NODE_NAME},
        "topology": {
            "type": "object",
            "required": ["kinds", "nodes", "links"],
            "additionalProperties": False,
            "properties": {
                "kinds": {
                    "type": "object",
                    "propertyNames": {"enum": sorted(KINDS)},
                    "additionalProperties": {
                        "type": "object",
                        "required": ["image"],
                        "properties": {"image": {"type": "string", "minLength": 1}},
                        "additionalProperties": False,
                    },
                },
                "nodes": {
                    "type": "object",
                    "propertyNames": {"pattern": _NODE_NAME},
                    "additionalProperties": {
                        "type": "object",
                        "required": ["kind", "labels"],
                        "additionalProperties": False,
                        "properties": {
                            "kind": {"enum": sorted(KINDS)},
                            "labels": {"$ref": "#/$defs/labels"},
                        },
                    },
                },
                "links": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "required": ["type", "endpoints", "labels"],
                        "additionalProperties": False,
                        "properties": {
                            "type": {"const": "veth"},
                            "endpoints": {
                                "type": "array",
                                "minItems": 2,
                                "maxItems": 2,
                                "items": _ENDPOINT,
                            },
                            "labels": {"$ref": "#/$defs/labels"},
                        },
                    },
                },
            },
        },
    },
    "$defs": {
        "labels": {"type": "object", "additionalProperties": {"type": "string", "minLength": 1}}
    },
}
"""What containerlab's pages say of topology files, as far as we use them."""


def test_it_is_a_topology(case: Written) -> None:
    errors = list(Draft202012Validator(SCHEMA).iter_errors(case.lab))
    assert [error.message for error in errors] == []


def test_nodes_are_the_switches_and_servers(case: Written) -> None:
    wanted = {
        device.name: "sonic-vs" if device.is_switch else "linux"
        for device in case.plan.devices
        if device.role != "pdu"
    }
    nodes = case.lab["topology"]["nodes"]
    assert {name: node["kind"] for name, node in nodes.items()} == wanted


def test_links_are_the_planned_ones(case: Written) -> None:
    joined = set()
    for link in case.lab["topology"]["links"]:
        nodes = [end["node"] for end in link["endpoints"]]
        ports = [link["labels"]["a-port"], link["labels"]["z-port"]]
        joined.add(frozenset(zip(nodes, ports, strict=True)))
        planned = case.links[link["labels"]["link"]]
        assert link["labels"]["network"] == planned.network
        assert [planned.a.device, planned.z.device] == nodes
    assert joined == case.ends(NAME)


def test_an_interface_has_one_link(case: Written) -> None:
    ends = Counter(
        (end["node"], end["interface"])
        for link in case.lab["topology"]["links"]
        for end in link["endpoints"]
    )
    assert set(ends.values()) == {1}


def test_the_nth_port_of_a_switch_is_eth_n(case: Written) -> None:
    numbers = {
        device.name: sorted([port.name for port in case.plan.ports[device.name]], key=natural_key)
        for device in case.plan.switches
    }
    for link in case.lab["topology"]["links"]:
        ports = (link["labels"]["a-port"], link["labels"]["z-port"])
        for end, port in zip(link["endpoints"], ports, strict=True):
            if end["node"] in numbers:
                number = int(end["interface"].removeprefix("eth"))
                assert numbers[end["node"]][number - 1] == port
            else:
                assert end["interface"] == port


def test_a_leg_on_the_out_of_band_network_is_there(networks: Written) -> None:
    names = {
        (end["node"], end["interface"])
        for link in networks.lab["topology"]["links"]
        for end in link["endpoints"]
    }
    assert ("mgmt01", "oob0") in names
    out = {(row["a_device"], row["a_port"]) for row in networks.left_out(NAME)}
    assert {("gpu0001", "eth0"), ("gpu0001", "bmc"), ("oob-spine1", "eth0")} <= out
