"""`railwright verify INTENT cabling --lldp DIR`: exit codes, formats, messages."""

import json
import os
from pathlib import Path

import pytest

from railwright import api
from railwright.cli import main
from railwright.plan.model import Plan
from tests.unit.device.cabling_world import World

INTENT = "intent/examples/lab-small.yml"


@pytest.fixture(autouse=True)
def _in_checkout(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    monkeypatch.delenv("RAILWRIGHT_ONLY", raising=False)


def save(world: World, folder: Path) -> None:
    """Write what everybody hears as `lldpctl -f json` prints it."""
    for device, ports in world.heard().items():
        interfaces = [
            {
                port: {
                    "chassis": {one.system: {"id": {"type": "mac", "value": one.chassis}}},
                    "port": {"id": {"type": "local", "value": one.port}},
                }
            }
            for port, (one,) in ports.items()
        ]
        text = json.dumps({"lldp": {"interface": interfaces}})
        (folder / f"{device}.json").write_text(text)


def run(folder: Path, *words: str) -> int:
    return main(["verify", INTENT, "cabling", "--lldp", str(folder), *words])


def test_right_and_wrong(plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = World.of(plan)
    save(world, tmp_path)
    assert run(tmp_path) == 0
    sums = "lab-small cabling: 24 links: {} right, {} wrong, 0 not verified"
    assert capsys.readouterr().out == sums.format(24, 0) + "\n"
    world.swap(("gpu0003", "rail0"), ("gpu0003", "rail1"))
    save(world, tmp_path)
    assert run(tmp_path) == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("cabling:rail-swap:gpu0003:rail0+gpu0003:rail1: ports of gpu0003 ")
    assert lines[1:] == [
        "move: at gpu0003 swap the plugs in rail0 (OSFP4P2) and rail1 (OSFP3P2)",
        sums.format(22, 2) + "; 1 move mends it",
    ]
    assert run(tmp_path, "--format", "json") == 2
    value = json.loads(capsys.readouterr().out)
    assert (value["version"], value["exit_code"]) == (2, 2)
    assert [one["action"] for one in value["moves"]] == ["swap"]


def test_what_is_not_here_is_left_out(
    plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    save(World.of(plan), tmp_path)
    (tmp_path / "gpu0001.json").unlink()
    leaf = tmp_path / "su1-rail0-leaf.json"
    value = json.loads(leaf.read_text())
    value["lldp"]["interface"] = [
        one for one in value["lldp"]["interface"] if "Ethernet0" not in one
    ]
    leaf.write_text(json.dumps(value))
    assert run(tmp_path) == 2
    here = tmp_path / "here.txt"
    here.write_text("\n".join(sorted(plan.device.keys() - {"gpu0001"})))
    monkeypatch.setenv("RAILWRIGHT_ONLY", str(here))
    capsys.readouterr()
    assert run(tmp_path) == 0
    assert capsys.readouterr().out == (
        "not verified: 1 link, an end is not here: gpu0001:rail0\n"
        "skipped, not here: gpu0001\n"
        "lab-small cabling: 24 links: 23 right, 0 wrong, 1 not verified\n"
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("notes.txt", b"", "holds no <host>.json and no <host>.mac; save `lldpctl -f json`"),
        ("spine1.json", b"{}", "spine1: not the output of `lldpctl -f json`"),
        ("spine1.mac", b"", "spine1: not the output of `show mac`"),
        ("spine9.mac", b"", "no device of this plan has the name of spine9.mac: name every file"),
        ("spine1.json", b"\xff\xfe", "spine1.json: is not UTF-8 text: byte 0"),
        ("spine1.json", b" " * (16 * 1024 * 1024 + 1), "spine1.json: is larger than 16 MiB"),
        (".spine1.json", b"", "holds no <host>.json and no <host>.mac"),
    ],
)
def test_what_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert run(tmp_path) == 1
    assert message in capsys.readouterr().err


def test_only_regular_files_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = tmp_path / "spine1.json"
    os.mkfifo(saved)
    assert run(tmp_path) == 1
    assert f"{saved}: is not a regular file" in capsys.readouterr().err
    saved.unlink()
    saved.symlink_to("/dev/zero")
    assert run(tmp_path) == 1
    assert f"{saved}: is not a regular file" in capsys.readouterr().err
    assert run(tmp_path / "nowhere") == 1
    assert "nowhere: does not exist; name the directory" in capsys.readouterr().err
    assert run(saved) == 1
    assert f"{saved}: is not a directory" in capsys.readouterr().err


def test_a_file_of_no_device_is_told_and_not_read(
    plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(World.of(plan), tmp_path)
    (tmp_path / "a\x1b[31m.json").symlink_to("/dev/zero")
    assert run(tmp_path) == 0
    assert capsys.readouterr().out.startswith(
        "note: no device of this plan has the name of a\\x1b[31m.json: name every file after its "
    )


def test_a_file_of_a_reserved_device_is_told(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    intent = "intent/examples/lab-networks.yml"
    world = World.of(api.load_plan(root / intent).plan)
    save(world, tmp_path)
    (tmp_path / "gpu0004.json").write_text("{}")
    assert main(["verify", intent, "cabling", "--lldp", str(tmp_path)]) == 0
    assert "note: gpu0004.json: of a device that is reserved only\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nonsense"], "no check is called 'nonsense'; use cabling"),
        (["bgp"], "--lldp DIR checks cabling alone, and bgp needs the devices"),
        (["cabling", "roce"], "--lldp DIR checks cabling alone, and roce needs the devices"),
        (["--limit", "gpu*"], "--limit is for devices that are asked"),
        (["--wait", "0"], "--wait is for devices that are asked"),
    ],
)
def test_what_saved_outputs_cannot_answer(
    plan: Plan,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    message: str,
) -> None:
    save(World.of(plan), tmp_path)
    assert main(["verify", INTENT, *words, "--lldp", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert message in err
    assert out == ""
