"""What tools print is read as it is meant, with every trap of their formats."""

import pytest

from railwright.programs.roce_kernel import (
    class_of,
    fec_of,
    pause_of,
    read_request_bytes,
)
from railwright.programs.roce_mlnx import cm_of, qos_of, register_of

RECORDED = """\
DCBX mode: OS controlled
Priority trust state: dscp
dscp2prio mapping:
\tprio:0 dscp:07,06,05,04,03,02,01,00,
\tprio:3 dscp:31,30,29,28,
\tprio:3 dscp:27,26,25,24,
\tprio:6 dscp:55,54,53,52,51,50,49,48,
Receive buffer size (bytes): 20016,156096,0,0,0,0,0,0,max_buffer_size=1027728
Cable len: 7
PFC configuration:
\tpriority    0   1   2   3   4   5   6   7
\tenabled     0   0   0   1   0   0   0   0\x20\x20\x20
\tbuffer      0   0   0   1   0   0   0   0\x20\x20\x20
tc: 3 ratelimit: unlimited, tsa: vendor
\t priority:  3
"""
WITHOUT_BUFFERS = "\n".join(
    line for line in RECORDED.splitlines() if "buffer" not in line and "Receive" not in line
)
PCP = """\
DCBX mode: Firmware controlled
Priority trust state: pcp
Cable len: 7
PFC configuration:
\tpriority    0   1   2   3   4   5   6   7
\tenabled     1   0   0   0   0   0   0   1
tc: 0 ratelimit: unlimited, tsa: vendor
"""


@pytest.mark.parametrize("text", [RECORDED, WITHOUT_BUFFERS])
def test_mlnx_qos_with_and_without_buffers(text: str) -> None:
    found = qos_of(text)
    assert (found.dcbx, found.trust, found.cable_m) == ("os", "dscp", 7)
    assert found.pfc == (0, 0, 0, 1, 0, 0, 0, 0)
    assert found.priorities[31] == found.priorities[24] == 3
    assert found.priorities[0] == 0
    assert found.priorities[48] == 6
    assert len(found.priorities) == 24


def test_mlnx_qos_that_trusts_pcp_has_no_map() -> None:
    found = qos_of(PCP)
    assert (found.dcbx, found.trust) == ("firmware", "pcp")
    assert found.pfc == (1, 0, 0, 0, 0, 0, 0, 1)
    assert found.priorities == {}


def test_mlnx_qos_that_says_nothing() -> None:
    found = qos_of("Interface is not supported on your system\n")
    assert (found.dcbx, found.trust, found.pfc, found.cable_m) == ("", "", (), None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Global tclass=106", "106"),
        ("Global tclass=106\nsrc_addr=10.0.0.1/32 tclass=74", "106"),
        ("", "not forced"),
        ("106", "106"),
    ],
)
def test_forced_class(text: str, expected: str) -> None:
    assert class_of(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("106\n", "106"), ("RoCE v2\n", "RoCE v2"), ("IB/RoCE V1", "RoCE v1")]
)
def test_connections_by_rdma_cm(text: str, expected: str) -> None:
    assert cm_of(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Autonegotiate:\ton\nRX:\t\toff\nTX:\t\toff\n", "off"),
        ("Autonegotiate:\toff\nRX:\t\ton\nTX:\t\toff\n", "rx on"),
        ("Autonegotiate:\toff\nRX:\t\ton\nTX:\t\ton\n", "rx and tx on"),
    ],
)
def test_pause(text: str, expected: str) -> None:
    assert pause_of(text) == expected


@pytest.mark.parametrize(
    ("configured", "active", "expected"),
    [
        ("Configured FEC encodings: Auto", "Active FEC encoding: RS", "rs"),
        ("Supported/Configured FEC encodings: RS", "Active FEC encoding: None", "rs"),
        ("Configured FEC encodings: Auto", "Active FEC encoding: Off", "off"),
    ],
)
def test_fec(configured: str, active: str, expected: str) -> None:
    assert fec_of(f"FEC parameters for rail0:\n{configured}\n{active}\n") == expected


def test_only_accelerators_that_can_be_set_count() -> None:
    text = """\
Sending access register...

Field Name                         | Data
==================================================
roce_adp_retrans_field_select      | 0x00000001
roce_tx_window_field_select        | 0x00000000
roce_adp_retrans_en                | 0x00000001
roce_tx_window_en                  | 0x00000001
selective_repeat_forced_en         | 0x00000001
"""
    assert register_of(text) == {"roce_adp_retrans_en": 1}


def test_read_request_is_found_behind_other_capabilities() -> None:
    config = bytearray(256)
    config[0x34] = 0x40
    config[0x40:0x42] = bytes((0x05, 0x60))
    config[0x60:0x62] = bytes((0x10, 0x00))
    config[0x68:0x6A] = (0x5936).to_bytes(2, "little")
    assert read_request_bytes(bytes(config)) == 4096
    assert read_request_bytes(bytes(config[:64])) is None
    config[0x60] = 0x11
    config[0x61] = 0x40
    assert read_request_bytes(bytes(config)) is None
