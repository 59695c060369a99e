import shutil
import subprocess

import pytest

from tests.unit.emitters.interop.written import Written

NAME = "topology.dot"
_EDGES = r'E{printf("%s\t%s\t%s\t%s\n", $.tail.name, $.tailport, $.head.name, $.headport)}'
_GRAPH = 'BEG_G{printf("%s %d %d %d\n", $.name, isDirect($), nNodes($), nEdges($))}'


def test_an_edge_is_a_line_of_quoted_names_and_ports(networks: Written) -> None:
    lines = networks.files[NAME].decode().splitlines()
    assert lines[:4] == [
        "// networks-tiny: one edge per link.",
        "// Links that are not here: 12; left-out.csv says why.",
        "graph G {",
        '  "gpu0001":"rail0" -- "su1-rail0-leaf":"Ethernet0";',
    ]
    assert lines[-1] == "}"
    assert len(lines) == 4 + len(networks.links) - 12


def test_only_what_lldp_announces_is_there(networks: Written) -> None:
    out = {(row["a_device"], row["a_port"]) for row in networks.left_out(NAME)}
    said = {(link.a.device, link.a.port) for link in networks.links.values()} - out
    assert ("su1-rail0-leaf", "eth0") in said
    assert {port for device, port in said if not networks.plan.device[device].is_switch} == {
        *("rail0", "rail1", "storage0", "storage1")
    }
    assert ("pdu01", "eth0") in out


def test_graphviz_reads_the_planned_graph(case: Written) -> None:
    if shutil.which("gvpr") is None:
        pytest.skip("Graphviz (apt package graphviz) is not installed: no reader of DOT files")
    edges = [line.split("\t") for line in _gvpr(_EDGES, case)]
    ends = [frozenset({(edge[0], edge[1]), (edge[2], edge[3])}) for edge in edges]
    assert set(ends) == case.ends(NAME)
    assert len(set(ends)) == len(ends)
    devices = {device for end in ends for device, _ in end}
    assert _gvpr(_GRAPH, case) == [f"G 0 {len(devices)} {len(ends)}"]


def _gvpr(program: str, case: Written) -> list[str]:
    done = subprocess.run(
        ["gvpr", program], input=case.files[NAME], capture_output=True, check=True, timeout=60
    )
    assert done.stderr == b""
    return done.stdout.decode().splitlines()
