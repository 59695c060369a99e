"""ACS goes off above GPUs and NICs, and names are compared with where NICs are."""

import json
from typing import Any

import pytest

from railwright.programs import acs, nic_names
from tests.unit.programs.made_node import ABOVE, PCI, Bench, lose_nic

ROOT_PORT, SWITCH = "0000:15:01.0", "0000:16:00.0"


def test_acs_is_on_only_where_a_bridge_has_it(
    node: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    node.change(acs={SWITCH: "001d", "0000:99:00.0": "001d"})
    assert acs.bridges(node.machine) == [ROOT_PORT, SWITCH, "0000:37:01.0"]
    assert acs.main(["--check", "--json"], node.machine) == 2
    assert json.loads(capsys.readouterr().out)["differences"] == [
        {"name": f"{SWITCH} ACS", "running": "001d", "wanted": "0000"}
    ]


def test_acs_goes_off_and_stays_off_elsewhere_untouched(
    node: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    node.change(acs={ROOT_PORT: "001d", SWITCH: "0000", "0000:99:00.0": "001d"})
    assert acs.main(["off"], node.machine) == 0
    assert capsys.readouterr().out == f"{ROOT_PORT} ACS: 001d -> 0000\n"
    assert node.state["acs"] == {ROOT_PORT: "0000", SWITCH: "0000", "0000:99:00.0": "001d"}
    assert acs.main(["--check"], node.machine) == 0


def test_acs_that_stays_on_is_an_error(node: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    node.change(acs={SWITCH: "001d"}, stuck=[SWITCH])
    assert acs.main(["off"], node.machine) == 1
    assert f"ACS is still on at {SWITCH}; switch it off in the node's BIOS" in (
        capsys.readouterr().err
    )


def test_gpus_count_and_other_devices_do_not(node: Bench) -> None:
    for number, (vendor, kind) in enumerate((("0x10de", "0x030200"), ("0x8086", "0x020000"))):
        device = f"{ABOVE[number]}/0000:ff:0{number}.0"
        node.write(f"{device}/vendor", vendor)
        node.write(f"{device}/class", kind)
    lose_nic(node, 0)
    lose_nic(node, 1)
    for number in range(2):
        link = node.root / f"sys/bus/pci/devices/0000:ff:0{number}.0"
        link.symlink_to(node.root / ABOVE[number] / f"0000:ff:0{number}.0")
    assert acs.bridges(node.machine) == [ROOT_PORT, SWITCH]


def names(node: Bench, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    ports = [
        {"interface": f"rail{number}", "pci": pci, "rdma": f"mlx5_{number}"}
        for number, pci in enumerate(PCI)
    ]
    ports.append({"interface": "storage0", "pci": None, "rdma": "mlx5_9"})  # type: ignore[dict-item]
    node.write("etc/railwright/nic-names.json", json.dumps({"ports": ports}))
    code = nic_names.main(["--check", "--json"], node.machine)
    return code, json.loads(capsys.readouterr().out)


def rename(node: Bench, number: int, kind: str, old: str, new: str) -> None:
    folder = node.root / ABOVE[number] / PCI[number] / kind
    (folder / old).rename(folder / new)


def test_names_that_are_as_planned(node: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert names(node, capsys) == (0, {"differences": [], "pending": [], "warnings": []})


def test_a_missing_nic_is_named_with_a_remedy(
    node: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    lose_nic(node, 1)
    code, found = names(node, capsys)
    assert code == 2
    assert found["differences"] == [
        {"name": "rail1", "running": f"no NIC at {PCI[1]}", "wanted": f"a NIC at {PCI[1]}"}
    ]
    assert "reseat the NIC" in found["warnings"][0]


def test_swapped_rails_are_told_and_wait_for_a_restart(
    node: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    rename(node, 0, "net", "rail0", "rail1")
    rename(node, 1, "net", "rail1", "rail0")
    code, found = names(node, capsys)
    assert (code, found["differences"]) == (0, [])
    assert found["pending"] == [
        {"name": f"interface at {PCI[0]}", "running": "rail1", "next": "rail0", "remedy": "reboot"},
        {"name": f"interface at {PCI[1]}", "running": "rail0", "next": "rail1", "remedy": "reboot"},
    ]
    assert (
        f"{PCI[0]} is rail1, which belongs to {PCI[1]}: rails are swapped" in (found["warnings"][0])
    )


def test_a_missing_driver_is_a_difference(node: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    (node.root / ABOVE[0] / PCI[0] / "infiniband/mlx5_0").rmdir()
    code, found = names(node, capsys)
    assert code == 2
    assert found["differences"][0]["running"] == "no RDMA device"
    assert "modprobe mlx5_ib" in found["warnings"][0]


def test_another_rdma_name_waits_for_a_restart(
    node: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    rename(node, 0, "infiniband", "mlx5_0", "rocep24s0")
    _, found = names(node, capsys)
    assert [one["running"] for one in found["pending"]] == ["rocep24s0"]


@pytest.mark.parametrize("text", ["", "{", '{"ports": [3]}'])
def test_names_that_are_none_of_ours(
    node: Bench, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    node.write("etc/railwright/nic-names.json", text)
    assert nic_names.main(["--check"], node.machine) == 1
    assert "nic-names.json is none of ours" in capsys.readouterr().err
