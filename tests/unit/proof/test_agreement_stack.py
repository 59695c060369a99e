"""The files of a node's software are part of the matrix: every wrong one is named."""

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from bench.mutations import Folder, run

from railwright.plan.model import Plan
from railwright.proof.agreement import Emitted, agree, agree_built
from railwright.proof.model import Agreement, Finding
from railwright.proof.nodes import in_order, meaning
from tests.unit.plan.made import ALL_NETWORKS, planned
from tests.unit.proof.fabric import Files, read_back, replaced

GPU = "gpu0001"
NODE, HOST = "switch - node", "node - plan"
STACK = {
    "stack": {
        "release": "2026.07",
        "os": "debian-12",
        "nfs": [{"path": "/data", "server": "storage01", "export": "/export"}],
        "nvme": [
            {
                "path": "/scratch",
                "server": "storage02",
                "nqn": "nqn.2026-11.net.example:scratch",
            }
        ],
    }
}


ROCKY = {"stack": {"release": "2026.07", "os": "rocky-9"}}


@cache
def plan() -> Plan:
    return planned(ALL_NETWORKS, {"nodes": {"gpu": {"count": 2}}}, STACK)


@cache
def emitted() -> Emitted:
    return Emitted(plan())


def files() -> Files:
    return {one.name: dict(emitted().files(one)) for one in plan().nodes}


def after(change: Callable[[Files], object]) -> Agreement:
    trees = files()
    change(trees)
    configs = {one.name: read_back(plan(), one) for one in plan().switches}
    return agree(plan(), configs, trees, None, emitted())


def findings(change: Callable[[Files], object], subject: tuple[str, str]) -> list[Finding]:
    found = after(change).findings
    return [one for one in found if (one.pair, one.subject) == subject]


def test_what_is_rendered_agrees() -> None:
    assert after(len).findings == ()
    assert agree_built(plan()).findings == ()


UNITS = "etc/systemd/system"
WRONG = [
    ("etc/nccl.conf", "NCCL_IB_TC=106", "NCCL_IB_TC=0", (NODE, "classes of packets"), "NCCL_IB_TC"),
    (
        "etc/nccl.conf",
        "NCCL_GIN_IB_TC=106",
        "NCCL_GIN_IB_TC=192",
        (NODE, "classes of packets"),
        "NCCL_GIN_IB_TC",
    ),
    (
        "etc/railwright/rdma-jobs.env",
        "UCX_IB_TRAFFIC_CLASS=106",
        "UCX_IB_TRAFFIC_CLASS=105",
        (HOST, "RoCE settings"),
        "UCX_IB_TRAFFIC_CLASS",
    ),
    (
        "etc/nccl.conf",
        "mlx5_rail3:1:3",
        "mlx5_storage0:1:3",
        (HOST, "RoCE settings"),
        "NCCL_IB_HCA",
    ),
    ("etc/nccl.conf", "HCA==", "HCA=", (HOST, "RoCE settings"), "NCCL_IB_HCA"),
    (
        "etc/railwright/rdma-jobs.env",
        ",mlx5_rail7:1",
        "",
        (HOST, "RoCE settings"),
        "UCX_NET_DEVICES",
    ),
    (
        "etc/nccl.conf",
        "IFNAME==storage0",
        "IFNAME==rail0",
        (HOST, "RoCE settings"),
        "NCCL_SOCKET_IFNAME",
    ),
    (
        "etc/railwright/nic-names.json",
        "0000:18:00.0",
        "0000:19:00.0",
        (HOST, "addresses"),
        "rail0",
    ),
    (
        "etc/railwright/nic-firmware.json",
        "0000:18:00.0",
        "0000:19:00.0",
        (HOST, "addresses"),
        "rail0",
    ),
    (
        "etc/railwright/nic-firmware.json",
        '"CNP_DSCP_P1": 48',
        '"CNP_DSCP_P1": 4',
        (HOST, "RoCE settings"),
        "rail0 CNP_DSCP_P1",
    ),
    (
        "etc/systemd/network/10-railwright-rail1.link",
        "pci-0000:40:00.0",
        "pci-0000:18:00.0",
        (HOST, "addresses"),
        "Path",
    ),
    (
        "etc/udev/rules.d/70-railwright-rdma-names.rules",
        "name mlx5_rail2",
        "name mlx5_rail3",
        (HOST, "addresses"),
        "0000:4f:00.0",
    ),
    ("etc/hosts", "10.32.1.1 ", "10.32.1.3 ", (HOST, "addresses"), "storage01-storage"),
    (
        f"{UNITS}/data.mount",
        "storage01-storage:",
        "storage01:",
        (HOST, "addresses"),
        "What",
    ),
    (
        f"{UNITS}/railwright-nvme.service",
        "--traddr=10.32.1.3",
        "--traddr=10.16.0.1",
        (HOST, "addresses"),
        "10.16.0.1",
    ),
    (
        f"{UNITS}/prometheus-node-exporter.service.d/50-railwright.conf",
        "10.48.1.10",
        "192.0.2.1",
        (HOST, "addresses"),
        "ExecStart",
    ),
    (
        "etc/railwright/roce.conf",
        "LOSSY_ACCELERATORS=off",
        "LOSSY_ACCELERATORS=on",
        (HOST, "everything else owned"),
        "LOSSY_ACCELERATORS",
    ),
]


@pytest.mark.parametrize(
    ("path", "old", "new", "subject", "key"), WRONG, ids=[f"{one[0]} {one[2]}" for one in WRONG]
)
def test_a_wrong_value_is_named(
    path: str, old: str, new: str, subject: tuple[str, str], key: str
) -> None:
    def change(trees: Files) -> None:
        replaced(trees, GPU, path, old, new)

    places = [one.place for one in findings(change, subject)]

    assert any(f"nodes/{GPU}/{path} {key}" in one for one in places), places


def test_a_servers_other_address_is_found_where_it_is_mounted() -> None:
    address = next(
        one.a.address for one in plan().links_of["storage01"].values() if one.network == "storage"
    )

    def move(trees: Files) -> None:
        path = "etc/systemd/network/50-railwright-storage0.network"
        replaced(trees, "storage01", path, f"Address={address}", "Address=10.32.9.9")

    found = findings(move, (HOST, "addresses"))

    assert any(f"nodes/{GPU}/etc/hosts storage01-storage" in one.place for one in found)


NEW_FILES = sorted({path for tree in (dict(emitted().files(plan().device[GPU])),) for path in tree})


def test_a_seeded_fault_in_every_file_of_a_gpu_node_is_named() -> None:
    rng = random.Random(7)  # noqa: S311 (a test's draw)
    trees, places = files(), {}
    for path in NEW_FILES:
        lines = trees[GPU][path].decode().splitlines()
        drawn = [
            number
            for number, line in enumerate(lines)
            if line.strip(" {}[],") and not line.lstrip().startswith(("#", ";", "[", "Description"))
        ]
        number = rng.choice(drawn)
        lines[number] += "7"
        places[path] = lines[number]
        trees[GPU][path] = ("\n".join(lines) + "\n").encode()
    configs = {one.name: read_back(plan(), one) for one in plan().switches}

    named = " ".join(one.place for one in agree(plan(), configs, trees, None, emitted()).findings)

    assert {path: said for path, said in places.items() if f"{GPU}/{path}" not in named} == {}


@pytest.mark.parametrize("path", NEW_FILES)
def test_a_line_less_changes_what_a_file_says(path: str) -> None:
    content = emitted().files(plan().device[GPU])[path]
    lines = content.decode().splitlines()
    for number, line in enumerate(lines[:400]):
        is_said = line.strip(" {}[],") and not line.lstrip().startswith(("#", ";", "[", "Desc"))
        if not is_said:
            continue
        less = "\n".join(lines[:number] + lines[number + 1 :]).encode()
        assert meaning(path, less) != meaning(path, content), line


def test_the_order_of_lines_counts_where_lines_are_all_there_is() -> None:
    program = b"import os\nif x:\n    y = 1\n    z = 2\n"
    turned = b"import os\nif x:\n    z = 2\n    y = 1\n"
    assert meaning("x.py", program) == meaning("x.py", turned)
    assert in_order("x.py", program) != in_order("x.py", turned)
    assert meaning("x.py", program) != meaning("x.py", program.replace(b"    z", b"z"))
    assert in_order("etc/hosts", b"a b\n# c\n") == in_order("etc/hosts", b"\na b\n")
    assert in_order("x.env", b"A=1\nB=2\n") == in_order("x.env", b"B=2\nA=1\n")


def test_a_program_with_its_lines_turned_round_is_found() -> None:
    path = "usr/local/lib/railwright/roce_port.py"

    def turn(trees: Files) -> None:
        lines = trees[GPU][path].decode().splitlines()
        lines[-2:] = lines[:-3:-1]
        trees[GPU][path] = "\n".join(lines).encode()

    found = [one for one in after(turn).findings if one.pair == HOST]

    assert [(one.place, one.found) for one in found] == [
        (f"nodes/{GPU}/{path} order", "lines in another order")
    ]


def test_an_exporter_of_a_unit_of_ours_listens_where_the_plan_says() -> None:
    other = planned(ALL_NETWORKS, {"nodes": {"gpu": {"count": 2}}}, ROCKY)
    own = Emitted(other)
    trees = {one.name: dict(own.files(one)) for one in other.nodes}
    configs = {one.name: read_back(other, one) for one in other.switches}
    path = f"{UNITS}/railwright-node-exporter.service"
    replaced(trees, GPU, path, "10.48.1.10", "192.0.2.1")

    found = agree(other, configs, trees, None, own).findings

    assert any(
        one.subject == "addresses" and one.place == f"nodes/{GPU}/{path} ExecStart" for one in found
    ), [one.place for one in found]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("address1=10.", "address1=11.", "address1"),
        ("mtu=9000", "mtu=1500", "mtu"),
        ("src=", "source=", "[ipv4] 1"),
    ],
)
def test_a_wrong_value_of_network_manager_is_named(old: str, new: str, key: str) -> None:
    other = planned(ALL_NETWORKS, {"nodes": {"gpu": {"count": 2}}}, ROCKY)
    own = Emitted(other)
    trees = {one.name: dict(own.files(one)) for one in other.nodes}
    configs = {one.name: read_back(other, one) for one in other.switches}
    assert agree(other, configs, trees, None, own).findings == ()
    path = "etc/NetworkManager/system-connections/railwright-rail2.nmconnection"
    replaced(trees, GPU, path, old, new)

    places = [one.place for one in agree(other, configs, trees, None, own).findings]

    assert any(f"nodes/{GPU}/{path} {key}" in one for one in places), places


def test_every_mutation_is_found_and_nothing_else(tmp_path: Path) -> None:
    folder = Folder(tmp_path, plan())

    outcome = run(folder, folder.world(), 1, 15)

    assert [str(one.edit.truth) for one in outcome.missed] == []
    assert [str(one.edit.truth) for one in outcome.alarms] == []
    assert (outcome.found, outcome.harmless) == (15, 15)
