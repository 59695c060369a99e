"""Ports are set in order, once, and whatever differs is told; with the tools of OFED."""

import json
from pathlib import Path

import pytest

from railwright.programs import roce_port
from tests.unit.programs.made_node import Bench, lose_nic

EVERYTHING = (
    *("MTU", "global pause", "DCBX owner", "trust", "PFC", "priorities of DSCPs", "cable length"),
    *("RDMA-CM version", "RDMA-CM ToS", "traffic class", "ECN", "CNP DSCP", "CNP priority"),
    *("read request", "lossy accelerators"),
)


def run(node: Bench, *arguments: str) -> int:
    return roce_port.main(arguments, node.machine)


def differing(node: Bench, capsys: pytest.CaptureFixture[str]) -> dict[str, tuple[str, str]]:
    capsys.readouterr()
    code = run(node, "--check", "--json")
    found = json.loads(capsys.readouterr().out)
    assert code == (2 if found["differences"] else 0)
    assert found["pending"] == []
    return {one["name"]: (one["running"], one["wanted"]) for one in found["differences"]}


def test_after_boot_everything_differs_and_a_check_changes_nothing(
    node: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    before = node.state
    found = differing(node, capsys)
    assert set(found) == {f"rail{rail} {name}" for rail in (0, 1) for name in EVERYTHING}
    assert found["rail0 read request"] == ("512 bytes", "4096 bytes")
    assert found["rail0 trust"] == ("pcp", "dscp")
    assert found["rail0 priorities of DSCPs"] == ("none while it trusts pcp", "24:0,25:0")
    assert found["rail0 lossy accelerators"] == ("on: roce_adp_retrans_en", "off")
    assert {**node.state, "log": []} == {**before, "log": []}


def test_apply_sets_everything_in_order_and_a_second_one_sets_nothing(
    node: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(node, "apply", "--all") == 0
    lines = capsys.readouterr().out.splitlines()
    # The version and ToS of RDMA-CM and the register are one for both NICs in the fake.
    assert [one.split(":")[0] for one in lines[: len(EVERYTHING)]] == [
        f"rail0 {name}" for name in EVERYTHING
    ]
    assert differing(node, capsys) == {}
    assert node.read("sys/class/net/rail1/mtu") == "9000"
    assert node.read("sys/class/infiniband/mlx5_1/tc/1/traffic_class") == "106"
    assert node.read("sys/class/net/rail1/ecn/roce_np/cnp_dscp") == "48"
    assert node.state["ports"]["rail1"]["map"][24:27] == [0, 0, 3]
    state = {**node.state, "log": []}
    assert run(node, "apply", "rail0", "rail1") == 0
    assert capsys.readouterr().out == ""
    assert {**node.state, "log": []} == state


def test_the_mtu_is_set_before_pfc_and_pause_is_off_before_it(node: Bench) -> None:
    run(node, "apply", "rail0")
    calls = [" ".join(one) for one in node.calls("ip", "ethtool", "mlnx_qos")]
    mtu, pause, trust, pfc, cable = (
        next(number for number, one in enumerate(calls) if word in one)
        for word in ("mtu 9000", "-A rail0", "--trust", "--pfc", "--cable_len")
    )
    assert mtu < pause < trust < pfc < cable


@pytest.mark.parametrize(
    ("change", "name", "running"),
    [
        ({"trust": "pcp"}, "trust", "pcp"),
        ({"pfc": ["0"] * 8}, "PFC", "0,0,0,0,0,0,0,0"),
        ({"cable": "40"}, "cable length", "40"),
        ({"pause": "on"}, "global pause", "rx and tx on"),
        ({"fec": "Off"}, "FEC", "off"),
        ({"dcbx": "Firmware"}, "DCBX owner", "firmware"),
    ],
)
def test_one_drift_is_named_and_mended_alone(
    node: Bench,
    capsys: pytest.CaptureFixture[str],
    change: dict[str, object],
    name: str,
    running: str,
) -> None:
    run(node, "apply", "--all")
    node.port("rail1", **change)
    found = differing(node, capsys)
    assert found.pop(f"rail1 {name}")[0] == running
    assert set(found) <= {"rail1 priorities of DSCPs"}  # which go with trust
    assert run(node, "apply", "--all") == 0
    assert differing(node, capsys) == {}


def test_dscps_in_another_priority_are_found_and_put_back(
    node: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    run(node, "apply", "--all")
    priorities = node.state["ports"]["rail0"]["map"]
    priorities[26] = 0
    node.port("rail0", map=priorities)
    assert differing(node, capsys) == {"rail0 priorities of DSCPs": ("24:0,25:0,26:0", "24:0,25:0")}
    node.forget()
    run(node, "apply", "rail0")
    sets = [one for one in node.calls("mlnx_qos") if "--dscp2prio" in one]
    assert sets == [["mlnx_qos", "-i", "rail0", "--dscp2prio", "set,26,3"]]


def test_marks_are_answered_by_any_of_eight_files_and_slowing_is_by_priority(
    node: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    run(node, "apply", "--all")
    for priority in range(7):
        node.write(f"sys/class/net/rail0/ecn/roce_np/enable/{priority}", "0\n")
    assert differing(node, capsys) == {}
    node.write("sys/class/net/rail0/ecn/roce_rp/enable/3", "0\n")
    found = differing(node, capsys)
    assert found["rail0 ECN"][0] == "slows down 1,1,1,0,1,1,1,1, answers marks 1"


def test_without_rows_of_buffers_pfc_is_still_read(
    node: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    run(node, "apply", "--all")
    node.port("rail0", buffers=False)
    assert differing(node, capsys) == {}


def test_a_value_that_is_left_open_stays(node: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    path = "etc/railwright/roce/rail0.env"
    text = node.read(path)
    for line in ("CABLE_LENGTH_M=5", "TRAFFIC_CLASS=106", "FEC=rs"):
        key = line.partition("=")[0]
        text = text.replace(line, f"{key}=")
    node.write(path, text)
    node.port("rail0", cable="12", fec="Off")
    run(node, "apply", "rail0")
    assert node.state["ports"]["rail0"]["cable"] == "12"
    assert node.state["ports"]["rail0"]["fec"] == "Off"
    assert node.read("sys/class/infiniband/mlx5_0/tc/1/traffic_class") == ""


def test_without_a_link_the_speed_is_not_compared(
    node: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    run(node, "apply", "--all")
    node.write("sys/class/net/rail0/speed", "-1\n")
    capsys.readouterr()
    assert run(node, "--check") == 0
    said = "warning: rail0 speed: the link is down, so its speed cannot be compared"
    assert said in capsys.readouterr().out
    node.write("sys/class/net/rail0/speed", "200000\n")
    assert differing(node, capsys) == {"rail0 speed": ("200G", "400G")}
    assert run(node, "apply", "rail0") == 0
    assert ["ethtool", "-s", "rail0", "speed", "400000", "autoneg", "off"] in node.calls()


def test_a_missing_nic_is_an_error_with_a_remedy_and_the_others_are_set(
    node: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    lose_nic(node, 0)
    assert run(node, "apply", "--all") == 1
    said = capsys.readouterr()
    assert "rail0: there is no interface rail0; look with `lspci -d 15b3:`" in said.err
    assert "rail1 PFC" in said.out
    assert run(node, "--check", "--json") == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["differences"] == []
    assert said.err.startswith("rail0: there is no interface rail0;")


def test_a_setting_that_does_not_take_is_an_error(
    node: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    node.change(deaf=True)
    assert run(node, "apply", "rail0") == 1
    assert "rail0 trust is still pcp after it was set to dscp" in capsys.readouterr().err


def test_a_missing_tool_is_named_once_a_port(
    node: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    node.without("mlnx_qos")
    assert run(node, "--check") == 1
    said = capsys.readouterr().err
    assert said.count("mlnx_qos is not installed; install mlnx-tools") == 2


def test_lldpad_stops_an_apply_and_is_told_by_a_check(
    node: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    node.write("proc/77/comm", "lldpad\n")
    assert run(node, "apply", "--all") == 1
    assert "systemctl mask --now lldpad.service" in capsys.readouterr().err
    assert node.calls() == []
    run(node, "--check")
    assert "warning: lldpad runs (process 77)" in capsys.readouterr().out


def test_a_register_that_firmware_lacks_is_a_warning(
    node: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    node.change(registers={})
    assert run(node, "apply", "--all") == 0
    assert differing(node, capsys) == {}
    run(node, "--check")
    assert "mlxreg does not tell ROCE_ACCL" in capsys.readouterr().out


def test_metrics_are_whole_and_count_by_port(
    node: Bench, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(node, "apply", "--all")
    node.port("rail1", cable="40", pause="on")
    lose_nic(node, 0)
    path = tmp_path / "textfile/roce.prom"
    assert run(node, "--check", "--metrics", str(path)) == 1
    assert path.read_text().splitlines() == [
        "# HELP railwright_roce_drift Settings of a port that are not as planned.",
        "# TYPE railwright_roce_drift gauge",
        'railwright_roce_drift{interface="rail0"} 0',
        'railwright_roce_drift{interface="rail1"} 2',
        "# HELP railwright_roce_check_errors What could not be compared on a port.",
        "# TYPE railwright_roce_check_errors gauge",
        'railwright_roce_check_errors{interface="rail0"} 1',
        'railwright_roce_check_errors{interface="rail1"} 0',
    ]
    assert [one.name for one in path.parent.iterdir()] == ["roce.prom"]
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("etc/railwright/roce.conf", "BACKEND=magic\n", "BACKEND=magic, which is none of mlnx_qos"),
        ("etc/railwright/roce/rail0.env", "PFC=1,2\n", "PFC=1,2, which are not eight flags"),
        ("etc/railwright/roce/rail0.env", "MTU_BYTES=big\n", "MTU_BYTES=big, which is no number"),
        ("etc/railwright/roce/rail0.env", "DSCP_PRIORITY=64:1\n", "64:1 is no DSCP:priority"),
    ],
)
def test_a_file_that_says_nonsense_is_an_error(
    node: Bench, capsys: pytest.CaptureFixture[str], path: str, text: str, said: str
) -> None:
    node.write(path, text)
    assert run(node, "--check", "rail0") == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [(), ("apply",), ("apply", "--check", "--all"), ("apply", "../x")]
)
def test_a_command_that_says_nothing_clear_is_refused(
    node: Bench, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert run(node, *arguments) == 1
    assert capsys.readouterr().err
    assert node.calls() == []
