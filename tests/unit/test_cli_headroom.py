"""`railwright headroom`: its table, its JSON and what it refuses."""

import json
from typing import Any

import pytest

from railwright.catalog import loader
from railwright.cli import main

KEYS = [
    "platform",
    "hwsku",
    "model",
    "method",
    "speed_gbps",
    "lanes",
    "length_m",
    "mtu",
    "pattern_mtu",
    "small_packets",
    "shared_pool",
    "cable_m",
    "xon",
    "xoff",
    "size",
    "xon_offset",
    "threshold",
    "bound",
    "source",
    "assumed",
    "terms",
]
TABLE = ("--model", "traditional")
PORT = ("--speed-gbps", "400", "--length-m", "40")


def asked(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(["headroom", *words, "--format", "json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["headroom", *words]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    return err.rstrip("\n")


def test_the_formula_of_a_computing_platform(capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, "sn5600", "--speed-gbps", "800", "--length-m", "40")
    assert list(found) == KEYS
    terms = found.pop("terms")
    source = loader.switch("sn5600").dynamic
    assert source
    assert found == {
        "platform": "sn5600",
        "hwsku": "ACS-SN5600",
        "model": "dynamic",
        "method": "formula",
        "speed_gbps": 800,
        "lanes": 8,
        "length_m": 40.0,
        "mtu": 9100,
        "pattern_mtu": 1024,
        "small_packets": 50,
        "shared_pool": False,
        "cable_m": 40,
        "xon": 38912,
        "xoff": 152576,
        "size": 200704,
        "xon_offset": None,
        "threshold": 0,
        "bound": 118358,
        "source": source.source,
        "assumed": False,
    }
    by_kind = {
        kind: sum(one["bytes"] for one in terms if one["of"] == kind) for kind in ("xoff", "bound")
    }
    assert by_kind["xoff"] == pytest.approx(152576, abs=0.1)
    assert by_kind["bound"] == pytest.approx(118358, abs=1)


def test_the_pattern_and_a_shared_pool(capsys: pytest.CaptureFixture[str]) -> None:
    flags = ("--pattern-mtu", "4096", "--small-packets", "50", "--shared-pool")
    found = asked(capsys, "sn5600", *PORT, *flags)
    assert (found["xon"], found["xoff"], found["size"]) == (19456, 104448, 19456)
    assert (found["pattern_mtu"], found["small_packets"], found["shared_pool"]) == (4096, 50, True)


def test_no_small_packets_at_all(capsys: pytest.CaptureFixture[str]) -> None:
    none = asked(capsys, "sn5600", *PORT, "--small-packets", "0")
    half = asked(capsys, "sn5600", *PORT)
    assert none["small_packets"] == 0
    assert none["xoff"] < half["xoff"]


def test_the_table_of_a_platform_that_has_both(capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, "sn5600", *PORT, "--model", "traditional")
    assert (found["method"], found["cable_m"]) == ("table", 40)
    assert (found["xon"], found["xoff"], found["size"]) == (19456, 283648, 303104)
    assert (found["pattern_mtu"], found["small_packets"]) == (None, None)
    assert found["shared_pool"] is None
    assert main(["headroom", "sn5600", *PORT, "--model", "traditional"]) == 0
    assert ["shared_pool", "-"] in [one.split() for one in capsys.readouterr().out.splitlines()]


def test_the_next_longer_row_and_its_offset(capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, "cx864e-n", "--speed-gbps", "800", "--length-m", "40.5", "--lanes", "8")
    assert (found["cable_m"], found["xoff"], found["xon_offset"]) == (100, 345984, 13824)
    assert (found["length_m"], found["assumed"], found["threshold"]) == (40.5, True, 1)


def test_another_hwsku_has_another_table(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("7060x6-64pe", *PORT, "--lanes", "4")
    leaf = asked(capsys, *words)
    other = asked(capsys, *words, "--hwsku", "Arista-7060X6-64PE-B-O128")
    assert (leaf["hwsku"], leaf["xoff"]) == ("Arista-7060X6-64PE-B-P32O64", 839216)
    assert (other["cable_m"], other["xoff"]) == (40, 445770)


def test_sonics_names_of_a_platform_are_known(capsys: pytest.CaptureFixture[str]) -> None:
    by_model = asked(capsys, "sn5600", *PORT)
    assert asked(capsys, "x86_64-nvidia_sn5600-r0", *PORT) == by_model
    other = asked(capsys, "Mellanox-SN5600-O128", *PORT)
    assert (other["platform"], other["hwsku"]) == ("sn5600", "Mellanox-SN5600-O128")
    assert asked(capsys, "ACS-SN5600", *PORT, "--hwsku", "ACS-SN5600") == by_model


def test_a_port_may_run_below_the_speed_of_its_cage(capsys: pytest.CaptureFixture[str]) -> None:
    half = asked(capsys, "sn5600", *PORT)
    whole = asked(capsys, "sn5600", *PORT, "--lanes", "8")
    assert (half["lanes"], whole["lanes"]) == (4, 8)
    assert whole["xon"] == 2 * half["xon"]


def test_a_speed_without_a_row_is_an_assumed_bound(capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, "7060x6-64pe", "--speed-gbps", "200", "--length-m", "40")
    assert (found["method"], found["assumed"]) == ("bound", True)
    assert found["xoff"] >= found["bound"] > 0
    assert {one["of"] for one in found["terms"]} == {"xoff", "bound"}


def test_the_table_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["headroom", "sn5600", *PORT, "--mtu", "4200"]) == 0
    out = capsys.readouterr().out
    fields = dict(line.split(maxsplit=1) for line in out.split("\n\n")[0].splitlines())
    assert fields["mtu"] == "4200"
    assert fields["shared_pool"] == "no"
    assert fields["xon_offset"] == "-"
    assert "\nxoff, in bytes\n" in out
    assert "\nbound, in bytes\n" in out
    assert "response of the peer" in out
    assert out.splitlines()[-1].startswith("source: x86_64-nvidia_sn5600-r0/")


def test_a_table_has_no_terms_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["headroom", "dbmvtx9180", *PORT, "--lanes", "4"]) == 0
    out = capsys.readouterr().out
    assert "xoff, in bytes" not in out
    assert "bound, in bytes" in out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("sn5601", *PORT), "no switch model 'sn5601' in the catalog; did you mean 'sn5600'? "),
        (
            ("sn5600", "--speed-gbps", "123", "--length-m", "5"),
            "no port of sn5600 runs at 123G; it has 10G, 25G, 40G, 50G, 100G, 200G, 400G, 800G",
        ),
        (
            ("sn5600", "--speed-gbps", "800", "--length-m", "5", "--lanes", "4"),
            "ports of sn5600 run at 800G over 8 lanes, not over 4; give --lanes 8",
        ),
        (
            ("sn5600", *PORT, "--lanes", "2"),
            "ports of sn5600 run at 400G over 4 or 8 lanes, not over 2; give --lanes 4 or 8",
        ),
        (
            ("as4630-54pe", "--speed-gbps", "1", "--length-m", "5", "--lanes", "2"),
            "ports of as4630-54pe run at 1G over 1 lane, not over 2; give --lanes 1",
        ),
        (("vs", *PORT), "vs has no ports of its own; give --lanes"),
        (
            ("vs", *PORT, "--lanes", "4", "--mtu", "1000"),
            "lossless packets of 1024 bytes are above the MTU of the port, 1000 bytes; give "
            "--pattern-mtu 1000 or less",
        ),
        (
            ("sn5600", *PORT, "--mtu", "4096", "--pattern-mtu", "4097"),
            "lossless packets of 4097 bytes are above the MTU of the port, 4096 bytes; give ",
        ),
        (
            ("x86_64-marvell_dbmvtx9180-r0", *PORT),
            "'x86_64-marvell_dbmvtx9180-r0' is the SONiC platform of cx864e-n and dbmvtx9180; give "
            "one of these names",
        ),
        (
            ("dbmvtx9180_64osfp_64x800G", *PORT),
            "'dbmvtx9180_64osfp_64x800G' is the HWSKU of cx864e-n and dbmvtx9180; give one of",
        ),
        (
            ("ACS-SN5600", *PORT, "--hwsku", "Mellanox-SN5600-O128"),
            "ACS-SN5600 is an HWSKU itself; leave out --hwsku or give sn5600 --hwsku "
            "Mellanox-SN5600-O128",
        ),
        (
            ("Arista-7060X6-64PE-B-P64", "--speed-gbps", "800", "--length-m", "40"),
            "a 40 m cable at 800G is beyond the lossless table of 7060x6-64pe "
            "(Arista-7060X6-64PE-B-P64), which has 5 m; shorten the cable",
        ),
        (
            ("7060x6-64pe", *PORT),
            "ports of 7060x6-64pe run at 400G over 4 or 8 lanes; give --lanes",
        ),
        (
            ("cx864e-n", "--speed-gbps", "400", "--length-m", "301"),
            "a 301 m cable at 400G is beyond the lossless table of cx864e-n "
            "(dbmvtx9180_64osfp_64x800G), which has 1 m, 2 m, 5 m, 40 m, 100 m, 300 m; shorten the "
            "cable or choose another platform",
        ),
        (
            ("cx864e-n", *PORT, "--model", "dynamic"),
            "cx864e-n has no dynamic buffer model: its switches do not compute headroom; choose "
            "the model traditional",
        ),
        (
            ("sn5600", *PORT, "--hwsku", "ACS"),
            "sn5600 has no HWSKU 'ACS'; it has ACS-SN5600, Mellanox-SN5600-O128",
        ),
        (("vs", *PORT, "--hwsku", "ACS"), "vs has no HWSKU 'ACS'; it has none"),
        (("as4630-54pe", "--speed-gbps", "25", "--length-m", "5"), "choose another platform"),
        (("sn5600", *PORT, "--mtu", "10000"), "--mtu 10000 is not possible; give 68 to 9216"),
        (("sn5600", *PORT, "--lanes", "0"), "--lanes 0 is not possible; give 1 to 8"),
        (
            ("sn5600", *PORT, "--small-packets", "101"),
            "--small-packets 101 is not possible; give 0 to 100",
        ),
        (("sn5600", *PORT, "--pattern-mtu", "63"), "--pattern-mtu 63 is not possible; give 64"),
        (
            ("sn5600", "--speed-gbps", "400", "--length-m", "0"),
            "--length-m 0 is not possible; give above 0 and at most 100000",
        ),
        (("sn5600", "--speed-gbps", "400", "--length-m", "-3"), "--length-m -3 is not possible"),
        (("sn5600", "--speed-gbps", "400", "--length-m", "nan"), "--length-m nan is not possible"),
        (("sn5600", "--speed-gbps", "400", "--length-m", "inf"), "--length-m inf is not possible"),
        (("sn5600", "--speed-gbps", "0", "--length-m", "5"), "--speed-gbps 0 is not possible"),
    ],
)
def test_refusals(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], expected: str
) -> None:
    assert expected in refused(capsys, *words)


@pytest.mark.parametrize(
    "words",
    [
        ("sn5600",),
        ("sn5600", "--speed-gbps", "fast", "--length-m", "5"),
        ("sn5600", *PORT, "--model", "magic"),
        (),
    ],
)
def test_usage_errors_exit_with_1(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["headroom", *words])
    assert caught.value.code == 1
    assert "usage: railwright headroom" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ("cx864e-n", *PORT, "--shared-pool"),
            "warning: --shared-pool changes nothing in the model traditional, the model of "
            "cx864e-n: a table has one row per speed and length\n",
        ),
        (
            ("sn5600", *PORT, *TABLE, "--pattern-mtu", "64", "--small-packets", "1"),
            "warning: --pattern-mtu, --small-packets changes nothing in the model traditional: a "
            "table has one row per speed and length; give --model dynamic\n",
        ),
    ],
)
def test_what_a_table_does_not_know_is_said_and_the_rest_answered(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    assert main(["headroom", *words, "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert err == says
    found = json.loads(out)
    assert found["method"] == "table"
    assert (found["pattern_mtu"], found["small_packets"], found["shared_pool"]) == (None,) * 3
