"""Ports with the kernel's own driver: dcb, debugfs and configfs, and no tool of OFED."""

import json

import pytest

from railwright.programs import roce_port
from railwright.programs.roce_dcb import dscp_of, is_on, priorities_of
from tests.unit.programs.made_node import PCI, Bench


def run(node: Bench, *arguments: str) -> int:
    return roce_port.main(arguments, node.machine)


def test_apply_sets_everything_and_a_check_agrees(
    inbox: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(inbox, "apply", "--all") == 0
    capsys.readouterr()
    assert run(inbox, "--check", "--json") == 0
    assert json.loads(capsys.readouterr().out)["differences"] == []
    folder = f"sys/kernel/debug/mlx5/{PCI[0]}/cc_params"
    names = ("np_cnp_dscp", "np_cnp_prio_mode", "np_cnp_prio")
    assert [inbox.read(f"{folder}/{name}") for name in names] == ["48", "1", "6"]
    ports = "sys/kernel/config/rdma_cm/mlx5_1/ports/1"
    assert inbox.read(f"{ports}/default_roce_mode") == "RoCE v2"
    assert inbox.read(f"{ports}/default_roce_tos") == "106"
    held = inbox.state["dcb"]
    assert held["pfc"] == [one == 3 for one in range(8)]
    assert held["delay"] == 5
    assert dict(map(tuple, held["app"]))[24] == 0
    assert dict(map(tuple, held["app"]))[26] == 3


def test_all_that_differs_is_told(inbox: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(inbox, "--check", "rail0") == 2
    lines = dict(one.split(": ", 1) for one in capsys.readouterr().out.splitlines())
    assert lines["rail0 trust and priorities of DSCPs"] == "trusts PCP -> 24:0,25:0"
    assert lines["rail0 DCBX owner"] == "firmware -> os"
    assert lines["rail0 CNP priority mode"] == "0 -> 1"
    assert lines["rail0 RDMA-CM version"] == "IB/RoCE v1 -> RoCE v2"
    assert "rail0 traffic class" not in lines


def test_dscps_without_a_priority_of_their_own_are_counted(
    inbox: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    run(inbox, "apply", "--all")
    inbox.change(dcb={**inbox.state["dcb"], "app": [[26, 3], [48, 6]]})
    capsys.readouterr()
    run(inbox, "--check", "rail0")
    assert "62 DSCPs have no priority -> 24:0,25:0" in capsys.readouterr().out


def test_without_configfs_the_remedy_is_named(
    inbox: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    (inbox.root / "sys/kernel/config").rename(inbox.root / "away")
    assert run(inbox, "--check", "rail0") == 1
    assert "modprobe rdma_cm; mount -t configfs" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "dscp"), [("26", 26), ("AF31", 26), ("CS6", 48), ("EF", 46), ("AF51", None)]
)
def test_names_of_dscps(text: str, dscp: int | None) -> None:
    assert dscp_of(text) == dscp


def test_flags_and_maps_as_versions_of_dcb_write_them() -> None:
    assert [is_on(one) for one in (True, 1, "on", False, 0, "off", None)] == [True] * 3 + [
        False
    ] * 4
    assert priorities_of([["AF31", 3], [48, 6], "x", [1]]) == {26: 3, 48: 6}
    assert priorities_of(None) == {}
