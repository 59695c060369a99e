"""Firmware parameters: read from tables of any shape, set in one go, never reset unasked."""

import json
from typing import Any

import pytest

from railwright.programs import nic_firmware
from railwright.programs.nic_firmware import number_of, remedy_of, rows
from tests.unit.programs.made_node import PCI, Bench, lose_nic

RECORDED = """
Device #1:
----------

Device type:        ConnectX7
Name:               MCX75310AAS-NEA_Ax
Description:        NVIDIA ConnectX-7 HHHL Adapter card; 400GbE / NDR IB; PCIe 5.0 x16
Device:             0000:18:00.0

Configurations:                                      Default         Current     Next Boot
    MEMIC_BAR_SIZE                          0                0                0
    MEMIC_SIZE_LIMIT                        _256KB(1)        _256KB(1)        _256KB(1)
RO      PF_BAR2_SIZE                            0                0                0
*    LINK_TYPE_P1                            IB(1)            IB(1)            ETH(2)
    PF_LOG_BAR_SIZE_LIST                    Array[0..7]      Array[0..7]      Array[0..7]
    ROCE_CC_PRIO_MASK_P1                    255              255              255
*    ADVANCED_PCI_SETTINGS                   False(0)         False(0)         True(1)
The '*' shows parameters with next value different from default/current value.
"""
RESET = """\
Reset-levels:
0: Driver, PCI link, network link will remain up ("live-Patch")  -Not Supported
1: Only ARM side will not remain up ("Immediate reset").         -Not Supported
3: Driver restart and PCI reset                                  -{}Supported     (default)
4: Warm Reboot                                                   -{}Supported

Reset-types (relevant only for reset-levels 1,3,4):
0: Full chip reset  -Supported     (default)
"""
DEFAULTS = {
    "ADVANCED_PCI_SETTINGS": "False(0)",
    "ATS_ENABLED": "False(0)",
    "CNP_DSCP_P1": "48",
    "LINK_TYPE_P1": "IB(1)",
    "DCBX_WILLING_P1": "True(1)",
    "PCI_WR_ORDERING": "per_mkey(0)",
}
WANTED = {
    "ADVANCED_PCI_SETTINGS": 1,
    "ATS_ENABLED": 0,
    "CNP_DSCP_P1": 46,
    "DCBX_WILLING_P1": 0,
    "MAX_ACC_OUT_READ": 0,
    "PCI_WR_ORDERING": 0,
}


def three(value: str) -> list[str]:
    return [value, value, value]


def card(**more: str) -> dict[str, list[str]]:
    return {name: three(value) for name, value in {**DEFAULTS, **more}.items()}


@pytest.fixture
def nics(node: Bench) -> Bench:
    hidden = {pci: {"MAX_ACC_OUT_READ": three("44")} for pci in PCI}
    node.change(cards={pci: card() for pci in PCI}, hidden=hidden)
    desire(node)
    return node


def desire(node: Bench, tool: str = "mlxconfig", **more: int) -> None:
    ports = [
        {
            "interface": f"rail{number}",
            "model": "ConnectX-7",
            "pci": pci if number else None,
            "parameters": {**WANTED, **more},
        }
        for number, pci in enumerate(PCI)
    ]
    node.write("etc/railwright/nic-firmware.json", json.dumps({"tool": tool, "ports": ports}))


def run(node: Bench, *arguments: str) -> int:
    return nic_firmware.main(arguments, node.machine)


def report(node: Bench, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = run(node, "--check", "--json")
    return code, json.loads(capsys.readouterr().out)


def test_a_recorded_table() -> None:
    found = rows(RECORDED)
    assert list(found) == [
        "MEMIC_BAR_SIZE",
        "MEMIC_SIZE_LIMIT",
        "PF_BAR2_SIZE",
        "LINK_TYPE_P1",
        "PF_LOG_BAR_SIZE_LIST",
        "ROCE_CC_PRIO_MASK_P1",
        "ADVANCED_PCI_SETTINGS",
    ]
    assert (found["LINK_TYPE_P1"].current, found["LINK_TYPE_P1"].next) == ("IB(1)", "ETH(2)")
    assert found["PF_LOG_BAR_SIZE_LIST"].next == "Array[0..7]"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("255", 255),
        ("True(1)", 1),
        ("_256KB(1)", 1),
        ("per_mkey(0)", 0),
        ("0xff", 255),
        ("Array[0..7]", None),
        ("N/A", None),
    ],
)
def test_values(text: str, number: int | None) -> None:
    assert number_of(text) == number


@pytest.mark.parametrize(
    ("pci", "warm", "expected"),
    [
        ("", "", "reboot"),
        ("", "Not ", "reset"),
        ("Not ", "", "reboot"),
        ("Not ", "Not ", "cold"),
    ],
)
def test_what_loads_parameters(pci: str, warm: str, expected: str) -> None:
    assert remedy_of(RESET.format(pci, warm)) == expected


def test_a_check_says_what_differs_and_changes_nothing(
    nics: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    before = nics.state["cards"]
    code, found = report(nics, capsys)
    assert code == 2
    names = [(one["name"], one["running"], one["wanted"]) for one in found["differences"]]
    assert names == [
        (f"rail{rail} {name}", running, wanted)
        for rail in range(2)
        for name, running, wanted in (
            ("ADVANCED_PCI_SETTINGS", "False(0)", "1"),
            ("CNP_DSCP_P1", "48", "46"),
            ("DCBX_WILLING_P1", "True(1)", "0"),
        )
    ]
    assert found["pending"] == []
    assert found["warnings"] == [
        f"rail{rail}: its firmware has no MAX_ACC_OUT_READ while ADVANCED_PCI_SETTINGS is 0"
        for rail in range(2)
    ]
    assert nics.state["cards"] == before


def test_apply_sets_in_two_goes_and_all_waits_for_a_reset(
    nics: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(nics, "apply") == 0
    sets = [one for one in nics.calls("mlxconfig") if "set" in one and one[2] == PCI[0]]
    assert [one[5:] for one in sets] == [
        ["ADVANCED_PCI_SETTINGS=1"],
        ["CNP_DSCP_P1=46", "DCBX_WILLING_P1=0", "MAX_ACC_OUT_READ=0"],
    ]
    code, found = report(nics, capsys)
    assert (code, found["differences"]) == (0, [])
    assert [one["name"] for one in found["pending"]][:4] == [
        "rail0 ADVANCED_PCI_SETTINGS",
        "rail0 CNP_DSCP_P1",
        "rail0 DCBX_WILLING_P1",
        "rail0 MAX_ACC_OUT_READ",
    ]
    assert found["pending"][1]["running"] == "48"
    assert found["pending"][1]["next"] == "46"
    assert {one["remedy"] for one in found["pending"]} == {"reset"}
    assert ["mlxfwreset", "-d", PCI[0], "-y", "reset"] not in nics.calls()
    nics.forget()
    assert run(nics, "apply") == 0
    assert [one for one in nics.calls("mlxconfig") if "set" in one] == []


def test_a_reset_is_done_when_asked_and_then_nothing_waits(
    nics: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    run(nics, "apply")
    assert run(nics, "reset") == 0
    code, found = report(nics, capsys)
    assert (code, found["pending"]) == (0, [])
    nics.forget()
    assert run(nics, "reset") == 0
    assert [one for one in nics.calls("mlxfwreset") if "reset" in one] == []


def test_a_restart_of_the_node_loads_what_it_can_and_a_reset_only_the_rest(
    nics: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    nics.change(reset_levels={PCI[0]: [3, 4], PCI[1]: [3]})
    run(nics, "apply")
    _, found = report(nics, capsys)
    remedies = {one["name"].split()[0]: one["remedy"] for one in found["pending"]}
    assert remedies == {"rail0": "reboot", "rail1": "reset"}
    assert run(nics, "reset") == 0
    done = [one for one in nics.calls("mlxfwreset") if "reset" in one]
    assert done == [["mlxfwreset", "-d", PCI[1], "-y", "reset"]]
    assert capsys.readouterr().out == (
        "rail0: left to the restart of the node, which loads it\nrail1: firmware restarted\n"
    )


def test_a_reset_that_fails_keeps_no_other_nic_from_its_own(
    nics: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    nics.change(in_use=[PCI[0]])
    run(nics, "apply")
    capsys.readouterr()
    assert run(nics, "reset") == 1
    said = capsys.readouterr()
    assert said.out == "rail1: firmware restarted\n"
    assert "Failed to stop driver!" in said.err
    assert "stop what uses the NIC, or restart the node" in said.err


def test_only_a_cut_of_the_power_is_an_error_of_a_reset(
    nics: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    nics.change(reset_levels={PCI[0]: [], PCI[1]: [4]})
    run(nics, "apply")
    _, found = report(nics, capsys)
    assert [one["remedy"] for one in found["pending"]] == ["cold"] * 4 + ["reboot"] * 4
    assert run(nics, "reset") == 1
    assert capsys.readouterr().err == (
        "rail0: a reset does not load these parameters; cut the node's power and start it\n"
    )


def test_a_value_that_firmware_refuses_is_a_warning_from_then_on(
    nics: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    nics.change(refuses=[["MAX_ACC_OUT_READ", "0"]])
    assert run(nics, "apply") == 0
    code, found = report(nics, capsys)
    assert (code, found["differences"]) == (0, [])
    said = "rail0 MAX_ACC_OUT_READ: firmware does not take 0, it stays 44"
    assert said in found["warnings"]
    assert nics.state["cards"][PCI[0]]["CNP_DSCP_P1"][2] == "46"


def test_another_value_that_is_refused_is_an_error(
    nics: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    nics.change(refuses=[["CNP_DSCP_P1", "46"]])
    assert run(nics, "apply") == 1
    assert "mlxconfig set: -E- The Device doesn't support CNP_DSCP_P1" in capsys.readouterr().err


def test_a_card_of_one_type_has_no_type_to_set(
    nics: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    cards = nics.state["cards"]
    for one in cards.values():
        del one["LINK_TYPE_P1"]
    nics.change(cards=cards)
    desire(nics, LINK_TYPE_P1=2)
    _, found = report(nics, capsys)
    assert not [one for one in found["warnings"] if "LINK_TYPE" in one]


def test_elements_of_an_array_are_read_and_set(
    nics: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    elements = {f"LIST[{number}]": str(number) for number in range(4)}
    cards = {pci: card(LIST="Array[0..3]", **elements) for pci in PCI}
    nics.change(cards=cards)
    desire(nics, LIST=2)
    _, found = report(nics, capsys)
    names = [one["name"] for one in found["differences"]]
    assert [one for one in names if "rail0 LIST" in one] == [
        f"rail0 LIST[{number}]" for number in (0, 1, 3)
    ]
    assert run(nics, "apply") == 0
    assert nics.state["cards"][PCI[0]]["LIST[3]"][2] == "2"


def test_a_missing_nic_is_an_error_with_a_remedy(
    nics: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    lose_nic(nics, 1)
    assert run(nics, "--check") == 1
    assert "rail1: there is no NIC at 0000:40:00.0; reseat it" in capsys.readouterr().err


def test_a_nic_that_does_not_answer_keeps_no_other_from_being_read(
    nics: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    cards = nics.state["cards"]
    del cards[PCI[1]]
    nics.change(cards=cards)
    assert run(nics, "--check") == 1
    said = capsys.readouterr()
    assert "rail0 CNP_DSCP_P1: 48 -> 46" in said.out
    assert said.err.startswith("rail1: `mlxconfig -d 0000:40:00.0 -e q`: -E- Failed to open")


def test_the_kernels_driver_has_another_tool(nics: Bench) -> None:
    desire(nics, "mstconfig")
    assert run(nics, "apply") == 0
    assert nics.calls("mlxconfig") == []
    assert nics.calls("mstconfig")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"ports": [{}]}', '{"tool": "rm", "ports": []}'])
def test_a_file_that_is_none_of_ours_is_an_error(
    nics: Bench, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    nics.write("etc/railwright/nic-firmware.json", text)
    assert run(nics, "--check") == 1
    assert "nic-firmware.json" in capsys.readouterr().err
