"""The command line: exit codes, formats, messages; never a traceback."""

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from railwright import api_catalog
from railwright.cli import DESIGNS, main
from railwright.intent.networks import Design

LAB = "intent/examples/lab-small.yml"


@pytest.fixture(autouse=True)
def _in_checkout(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)


def test_help_is_lean() -> None:
    script = (
        "import sys; from railwright.cli import parser; parser().format_help();"
        "print(sorted({'pydantic', 'nornir', 'ruamel', 'asyncssh'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert done.stdout == "[]\n"


def test_usage_errors_exit_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["show", LAB, "nonsense"])
    assert caught.value.code == 1
    assert "devices" in capsys.readouterr().err


def test_show_json_is_a_list_of_flat_rows(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", LAB, "devices", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    leaf = next(row for row in rows if row["name"] == "su2-rail1-leaf")
    assert {
        "name",
        "role",
        "network",
        "platform",
        "su",
        "rail",
        "loopback",
        "asn",
        "mgmt_address",
    } <= leaf.keys()
    assert (leaf["role"], leaf["network"], leaf["su"], leaf["rail"]) == ("leaf", "compute", 2, 1)
    node = next(row for row in rows if row["name"] == "gpu0001")
    assert node["network"] is None
    assert node["bmc_address"]


@pytest.mark.parametrize(
    "what", ["devices", "links", "addresses", "subnets", "asns", "rails", "qos", "headroom"]
)
def test_every_table_prints_in_every_format(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", LAB, what, "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert main(["show", LAB, what, "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [list(row) for row in rows] == [list(row) for row in listed]
    assert main(["show", LAB, what]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(rows) + 1


def test_bad_intent_exits_1_with_its_place_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text(Path(LAB).read_text().replace("leaf: cx864e-n", "leaf: cx864"))
    line = next(
        number
        for number, text in enumerate(bad.read_text().splitlines(), 1)
        if "leaf: cx864" in text
    )
    assert main(["build", str(bad), "--out", str(tmp_path / "build")]) == 1
    assert f"{bad}:{line}: networks.compute.leaf: " in capsys.readouterr().err
    assert not (tmp_path / "build").exists()


def test_build_then_check_then_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    intent, out = tmp_path / "lab.yml", tmp_path / "build"
    intent.write_text(Path(LAB).read_text())
    assert main(["build", str(intent), "--out", str(out), "--check"]) == 2
    assert not out.exists()
    assert main(["build", str(intent), "--out", str(out)]) == 0
    assert main(["build", str(intent), "--out", str(out), "--check"]) == 0
    first = capsys.readouterr().out
    assert main(["build", str(intent), "--out", str(out)]) == 0
    assert "0 added, 0 changed, 0 removed" in capsys.readouterr().out
    assert "8 nodes" in first
    intent.write_text(intent.read_text() + "\nrollout: {settle_s: 60}\n")
    assert main(["build", str(intent), "--out", str(out), "--check"]) == 0
    config = next(out.rglob("config_db.json"))
    config.write_text("{}")
    assert main(["build", str(intent), "--out", str(out), "--check"]) == 2
    assert f"~ {config}" in capsys.readouterr().out
    assert main(["build", str(intent), "--out", str(out)]) == 0
    assert config.read_text() != "{}"


def test_two_builds_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert main(["build", LAB, "--out", str(tmp_path / name)]) == 0
    one, two = (
        {path.relative_to(base): path.read_bytes() for path in base.rglob("*") if path.is_file()}
        for base in (tmp_path / "one", tmp_path / "two")
    )
    assert one == two


def test_explain_prints_value_formula_and_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", LAB, "su1-rail1-leaf", "asn"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("su1-rail1-leaf asn = 4200100101\n")
    assert main(["explain", LAB, "su1-rail1-leaf", "Ethernet0", "xoff", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert any(one["from"].startswith(f"{LAB}:") for one in found["inputs"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["leaf9", "asn"], "no device 'leaf9'"),
        (["su1-rail0-leaf", "colour"], "choose one of asn, loopback"),
        (["su1-rail0-leaf", "Ethernet0", "colour"], "choose one of address, peer"),
        (["gpu0001", "asn"], "is a host and has no ASN"),
        (["su1-rail0-leaf", "Ethernet1", "xoff"], "has no port 'Ethernet1'"),
        (["fabric", "x"], "choose one of spines, uplinks, sus"),
    ],
)
def test_explain_says_what_can_be_explained(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", LAB, *words]) == 1
    assert message in capsys.readouterr().err


def test_init_writes_an_intent_that_builds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--gpus", "256", "--switch", "sn5600"]) == 0
    intent = tmp_path / "my.yml"
    intent.write_text(capsys.readouterr().out)
    assert main(["validate", str(intent)]) == 0


def test_catalog_lists(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["kind", "name", "title"]
    assert ["switch", "sn5600", "NVIDIA", "SN5600"] in [line.split() for line in lines]
    assert {line.split()[0] for line in lines[1:]} == {"switch", "node", "rack", "stack"}
    assert main(["catalog", "list", "node"]) == 0
    assert {line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]} == {"node"}


def test_catalog_shows_an_entry_with_its_sources_and_assumptions(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["catalog", "show", "dgx-h100"]) == 0
    text = capsys.readouterr().out
    assert "node dgx-h100\n  vendor: NVIDIA\n" in text
    assert "    4     0000:9a:00.0  mlx5_6   4    0000:9d:00.0  1     OSFP1P2  400\n" in text
    assert "source: NVIDIA DGX H100 User Guide (dual-port ConnectX-7 cards, QSFP112)" in text
    assert "assumptions, to be confirmed:\n  - GPU PCI addresses are not in the public" in text
    assert max(map(len, text.splitlines())) <= 100


def test_catalog_shows_every_entry_as_json_and_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    for one in api_catalog.entries():
        assert main(["catalog", "show", one.name, "--format", "json"]) == 0
        assert json.loads(capsys.readouterr().out)["name"] == one.name
        assert main(["catalog", "show", one.name]) == 0
        assert capsys.readouterr().out.startswith(f"{one.kind} {one.name}\n")


def test_catalog_names_what_it_has(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", "show", "sn5601"]) == 1
    assert "sn5600" in capsys.readouterr().err
    assert main(["catalog", "show", "dgx-h10"]) == 1
    assert "did you mean 'dgx-h100'?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "number"), [("su1-rail1-leaf", 1), ("spine1", 4), ("spine2", 5), ("gpu0001", 1)]
)
def test_explain_counts_switches_as_their_addresses_do(
    host: str, number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", LAB, host, "mgmt_address", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["inputs"][-1]["value"] == str(number)
    member = int(found["value"].partition("/")[0].rpartition(".")[2])
    assert member - 10 == (number - 1 if host.startswith("gpu") else number)


def test_a_rail_only_fabric_has_no_spines_to_explain(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "intent/examples/rail-only-32.yml", "fabric", "spines"]) == 1
    assert "a rail-only fabric has no spines" in capsys.readouterr().err


def test_a_broken_folder_beside_does_not_stop_a_build(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "manifest.json").write_text("{")
    assert main(["build", LAB, "--out", str(tmp_path)]) == 0


@pytest.mark.parametrize("what", ["devices", "links"])
def test_output_that_cannot_be_written_is_a_message(what: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "railwright", "show", LAB, what],
            check=False,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 1
    assert re.fullmatch(r"[a-z ]+: No space left on device\n", done.stderr)


def test_a_reader_that_left_ends_it_quietly() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "railwright", "show", LAB, "links"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == ""
    assert running.returncode == 1


def test_an_interrupt_is_a_message(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("railwright.cli.paper.show", interrupted)
    assert main(["show", LAB, "devices"]) == 1
    assert "interrupted" in capsys.readouterr().err


def test_lab_check_without_root_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("railwright.lab.state.RUN_FOLDER", tmp_path / "run")
    assert main(["lab", "check"]) == 1
    assert "needs root" in capsys.readouterr().err


def test_a_lab_that_does_not_run_is_a_difference(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("railwright.lab.status.state.RUN_FOLDER", tmp_path)
    other = tmp_path / "other.yml"
    other.write_text(Path(LAB).read_text().replace("cluster: lab-small", "cluster: not-running"))
    assert main(["lab", "status", str(other)]) == 2
    assert capsys.readouterr().out == "not-running: down\n"
    assert main(["lab", "exec", str(other), "--", "true"]) == 1


def test_every_design_can_be_begun_with() -> None:
    assert get_args(Design) == DESIGNS
