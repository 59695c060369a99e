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
from railwright.programs import roce_port, roce_settings
from railwright.programs.node import Machine
from tests.unit.emitters.node_stacks import role, stacked, texts
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


def test_a_server_has_one_file_per_port(plan: Plan) -> None:
    ports = {f"rail{rail}" for rail in range(8)} | {"storage0", "storage1"}
    every = {f"etc/railwright/roce/{port}.env" for port in ports}
    shared = {"etc/railwright/nic-firmware.json"}
    assert set(files(plan, "gpu0001")) == every | shared
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
    for name in node_config.ROLES:
        assert mine.isdisjoint(one.path for one in node_config.files(plan, device, name))
    assert {f"nodes/gpu0001/{path}" for path in mine} <= {one.path for one in api.artefacts(plan)}


def test_a_switch_has_none(plan: Plan) -> None:
    assert list(node_config.emit_device(plan, plan.switches[0])) == []


@pytest.fixture(scope="module")
def stack() -> Plan:
    return stacked()


def test_without_a_stack_or_without_rdma_ports_the_role_has_nothing(plan: Plan) -> None:
    assert roce.state(plan, plan.device["gpu0001"]) is None
    bare = stacked({"networks": {"storage": None}, "pools": {"storage_hosts": None}})
    assert roce.state(bare, bare.device["mgmt01"]) is None


def test_the_role_lays_down_ports_program_and_units(stack: Plan) -> None:
    found = set(texts(stack, "roce", "storage01"))
    units = "etc/systemd/system/railwright-roce"
    assert found == {
        "etc/railwright/roce/storage0.env",
        "etc/railwright/roce/storage1.env",
        "etc/railwright/roce.conf",
        "usr/local/lib/railwright/roce_port.py",
        f"{units}.service",
        f"{units}-port@.service",
        f"{units}-check.service",
        f"{units}-check.timer",
    }


def test_every_port_is_set_when_it_appears_and_all_of_them_at_boot(stack: Plan) -> None:
    state = role(stack, "roce")
    units = {one.name: one for one in state.units}
    assert units["railwright-roce.service"].needs == ("mlx5_core", "mlx5_ib")
    assert units["railwright-roce.service"].running is True
    ports = [name for name in units if name.startswith("railwright-roce-port@")]
    assert len(ports) == 10
    assert {units[name].running for name in ports} == {None}
    assert units["railwright-roce-check.timer"].running is True
    assert units["lldpad.service"].masked
    assert units["lldpad.socket"].masked
    (check,) = state.checks
    assert check.argv == ("/usr/local/lib/railwright/roce_port.py", "--check", "--json")


def test_a_port_tries_again_while_its_rdma_device_is_not_there_yet(stack: Plan) -> None:
    text = texts(stack, "roce")["etc/systemd/system/railwright-roce-port@.service"]
    assert "BindsTo=sys-subsystem-net-devices-%i.device\n" in text
    assert "Restart=on-failure\n" in text
    # Five starts ten seconds apart fit into the interval that counts them: it ends then.
    assert "StartLimitIntervalSec=300\nStartLimitBurst=5\n" in text
    assert "systemd-modules-load.service" in text


def test_units_run_the_program_that_is_laid_down(stack: Plan) -> None:
    found = texts(stack, "roce")
    commands = [
        line.partition("=")[2].split()
        for path, text in found.items()
        if path.endswith(".service")
        for line in text.splitlines()
        if line.startswith("ExecStart=")
    ]
    assert len(commands) == 3
    for python, program, *_ in commands:
        assert python == "/usr/bin/python3"
        assert program.lstrip("/") in found


@pytest.mark.parametrize(("ofed", "backend"), [("doca", "mlnx_qos"), ("inbox", "dcb")])
def test_the_program_reads_what_is_rendered(tmp_path: Path, ofed: str, backend: str) -> None:
    plan = stacked(ofed=ofed)
    for path, text in texts(plan, "roce").items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    machine = Machine(tmp_path)
    site, port = roce_settings.site_of(machine), roce_settings.port_of(machine, "rail3")
    assert (site.backend, site.read_request_bytes, site.lossy_accelerators) == (
        backend,
        4096,
        "off",
    )
    assert roce_settings.interfaces(machine) == [
        *(f"rail{rail}" for rail in range(8)),
        "storage0",
        "storage1",
    ]
    own = next(
        one for one in settings(plan, plan.device["gpu0001"]) if one.port.interface == "rail3"
    )
    assert port.tos == own.classes.tos
    assert port.cable_m == own.cable_m
    assert port.pfc == (0, 0, 0, 1, 0, 0, 0, 0)
    assert [port.priority(dscp) for dscp in range(64)] == [
        own.classes.priority_of(dscp) for dscp in range(64)
    ]
    report = roce_port.check_port(machine, "rail3")
    assert [one.split(";")[0] for one in report.troubles] == ["rail3: there is no interface rail3"]


@pytest.mark.parametrize(
    ("host", "translation", "has_functions"),
    [("bare-metal", 0, True), ("vm-host", 1, False), ("vm", 1, False)],
)
def test_firmware_of_the_whole_nic_follows_from_what_the_node_is(
    host: str, translation: int, has_functions: bool
) -> None:
    plan = stacked(host=host, ofed="inbox")
    file = roce.firmware_file(plan, plan.device["gpu0001"])
    assert file is not None
    found = json.loads(file.content)
    assert found["tool"] == "mstconfig"
    parameters = found["ports"][0]["parameters"]
    assert parameters["ATS_ENABLED"] == translation
    assert parameters["ADVANCED_PCI_SETTINGS"] == 1
    assert parameters["MAX_ACC_OUT_READ"] == parameters["PCI_WR_ORDERING"] == 0
    assert ("SRIOV_EN" in parameters) == has_functions
    assert list(parameters) == sorted(parameters)
