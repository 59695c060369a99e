"""RoCE settings of a server as files: fixed keys, read back by a shell, equal where equal."""

import json
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from railwright import api
from railwright.emitters import node_config
from railwright.emitters.node_config import roce
from railwright.plan.model import Plan
from railwright.plan.nodes_roce import settings
from tests.unit.plan.made import ALL_NETWORKS, planned

KEYS = (
    *("INTERFACE", "NETWORK", "SPEED_GBPS", "FEC", "MTU_BYTES", "GLOBAL_PAUSE", "DCBX", "TRUST"),
    *("PFC", "DSCP_PRIORITY", "CABLE_LENGTH_M", "ROCE_VERSION", "TOS", "TRAFFIC_CLASS", "ECN"),
    *("CNP_DSCP", "CNP_PRIORITY"),
)
RAIL3 = """\
INTERFACE=rail3
NETWORK=compute
SPEED_GBPS=400
FEC=rs
MTU_BYTES=9000
GLOBAL_PAUSE=off
DCBX=os
TRUST=dscp
PFC=0,0,0,1,0,0,0,0
DSCP_PRIORITY=24:0,25:0,27:0,28:0,29:0,30:0,31:0
CABLE_LENGTH_M=5
ROCE_VERSION=2
TOS=106
TRAFFIC_CLASS=106
ECN=1,1,1,1,1,1,1,1
CNP_DSCP=48
CNP_PRIORITY=6
"""


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(ALL_NETWORKS)


def files(plan: Plan, node: str) -> dict[str, str]:
    return {one.path: one.content.decode() for one in roce.files(plan, plan.device[node])}


def values(plan: Plan, node: str, interface: str) -> dict[str, str]:
    text = files(plan, node)[f"etc/railwright/roce/{interface}.env"]
    return dict(line.split("=", 1) for line in text.splitlines())


def test_a_rail_of_the_usual_cluster(plan: Plan) -> None:
    assert files(plan, "gpu0001")["etc/railwright/roce/rail3.env"] == RAIL3


def test_a_server_has_one_file_per_port_and_only_gpu_nodes_have_jobs(plan: Plan) -> None:
    ports = {f"rail{rail}" for rail in range(8)} | {"storage0", "storage1"}
    every = {f"etc/railwright/roce/{port}.env" for port in ports}
    shared = {"etc/railwright/nic-firmware.json"}
    jobs = {"etc/nccl.conf", "etc/railwright/rdma-jobs.env"}
    assert set(files(plan, "gpu0001")) == every | shared | jobs
    storage = {f"etc/railwright/roce/storage{port}.env" for port in (0, 1)}
    assert set(files(plan, "storage01")) == set(files(plan, "mgmt01")) == storage | shared


def test_every_port_file_has_every_key_in_order(plan: Plan) -> None:
    for node in plan.nodes:
        for one in settings(plan, node):
            assert tuple(values(plan, node.name, one.port.interface)) == KEYS


def test_storage_ports_have_the_classes_of_storage(plan: Plan) -> None:
    for node in ("gpu0001", "storage01"):
        found = values(plan, node, "storage1")
        assert (found["NETWORK"], found["PFC"], found["TOS"]) == (
            "storage",
            "0,0,1,0,0,0,0,0",
            "74",
        )


def test_a_shell_reads_the_files(plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / "rail3.env"
    path.write_text(RAIL3, encoding="utf-8")
    script = '. "$1"; printf "%s %s %s" "$PFC" "$DSCP_PRIORITY" "$TRAFFIC_CLASS"'
    done = subprocess.run(
        ["sh", "-euc", script, "sh", str(path)], capture_output=True, text=True, check=True
    )
    found = values(plan, "gpu0001", "rail3")
    assert done.stdout.split() == [found["PFC"], found["DSCP_PRIORITY"], found["TRAFFIC_CLASS"]]


def test_what_is_left_as_it_is_has_no_value() -> None:
    plan = planned({"roce": {"second": {"dscp": 34, "priority": 4}}})
    found = values(plan, "gpu0001", "rail0")
    assert found["TRAFFIC_CLASS"] == ""
    assert found["PFC"] == "0,0,0,1,1,0,0,0"


def test_without_dcqcn_every_flag_is_off() -> None:
    found = values(planned({"roce": {"dcqcn": False}}), "gpu0001", "rail0")
    assert found["ECN"] == "0,0,0,0,0,0,0,0"
    assert found["PFC"] == "0,0,0,1,0,0,0,0"


def test_firmware_parameters_of_every_port(plan: Plan) -> None:
    found = json.loads(files(plan, "gpu0001")["etc/railwright/nic-firmware.json"])
    ports = {one["interface"]: one for one in found["ports"]}
    assert list(ports) == [f"rail{rail}" for rail in range(8)] + ["storage0", "storage1"]
    assert ports["rail1"]["pci"] == "0000:40:00.0"
    assert ports["rail1"]["model"] == "ConnectX-7"
    assert ports["rail1"]["parameters"] == {
        "CNP_802P_PRIO_P1": 6,
        "CNP_DSCP_P1": 48,
        "DCBX_IEEE_P1": 1,
        "DCBX_WILLING_P1": 0,
        "KEEP_ETH_LINK_UP_P1": 1,
        "LINK_TYPE_P1": 2,
        "LLDP_NB_DCBX_P1": 0,
        "ROCE_CC_PRIO_MASK_P1": 255,
    }
    assert ports["storage0"]["parameters"]["CNP_DSCP_P2"] == 48


def test_jobs_have_one_line_per_variable(plan: Plan) -> None:
    found = files(plan, "gpu0002")
    assert found["etc/nccl.conf"] == (
        "NCCL_GIN_IB_TC=106\nNCCL_IB_QPS_PER_CONNECTION=4\nNCCL_IB_TC=106\n"
    )
    assert found["etc/railwright/rdma-jobs.env"] == (
        "NVSHMEM_IB_TRAFFIC_CLASS=106\nUCX_IB_TRAFFIC_CLASS=106\n"
    )


def test_equal_files_of_equal_servers_are_one_value(plan: Plan) -> None:
    contents: dict[tuple[str, str], set[int]] = defaultdict(set)
    for node in plan.gpu_nodes:
        for one in roce.files(plan, node):
            contents[node.platform, one.path].add(id(one.content))
    assert len(plan.gpu_nodes) > 1
    assert all(len(ids) == 1 for ids in contents.values())


def test_the_files_are_in_the_build_and_in_no_roles_tree(plan: Plan) -> None:
    device = plan.device["gpu0001"]
    built = {one.path for one in node_config.emit_device(plan, device)}
    mine = {one.path for one in roce.files(plan, device)}
    assert {f"nodes/gpu0001/{path}" for path in mine} <= built
    for role in node_config.TREES:
        assert mine.isdisjoint(one.path for one in node_config.tree(plan, device, role))
    assert {f"nodes/gpu0001/{path}" for path in mine} <= {one.path for one in api.artefacts(plan)}


def test_a_switch_has_none(plan: Plan) -> None:
    assert list(node_config.emit_device(plan, plan.switches[0])) == []
