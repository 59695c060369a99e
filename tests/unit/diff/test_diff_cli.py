"""The verb on real intents: growth within capacity adds, everything else says what it changes."""

import json
import subprocess
import time
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest

from railwright import api
from railwright.cli import main

Say = pytest.CaptureFixture[str]
Write = Callable[..., str]


@pytest.fixture(autouse=True)
def _in_checkout(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)


@pytest.fixture
def write(root: Path, tmp_path: Path) -> Write:
    """Write a variant of lab-small: `write("name", old=new, ...)` as pairs of texts."""
    text = (root / "intent/examples/lab-small.yml").read_text()

    def variant(name: str, *pairs: tuple[str, str]) -> str:
        varied = text
        for old, new in pairs:
            assert varied.count(old) == 1, old
            varied = varied.replace(old, new)
        path = tmp_path / f"{name}.yml"
        path.write_text(varied)
        return str(path)

    return variant


def count(nodes: int, capacity: int = 8) -> tuple[str, str]:
    return "    count: 8\n", f"    count: {nodes}\n    capacity: {capacity}\n"


MTU = ("    nodes_per_su: 4\n", "    nodes_per_su: 4\n    mtu_bytes: 9000\n")
POOL = ("compute_hosts: 10.144.0.0/12", "compute_hosts: 10.96.0.0/12")


def found(old: str, new: str, say: Say, code: int) -> dict[str, Any]:
    say.readouterr()
    assert main(["diff", old, new, "--format", "json"]) == code
    document: dict[str, Any] = json.loads(say.readouterr().out)
    return document


def test_the_same_intent_twice(write: Write, capsys: Say) -> None:
    old, new = write("old"), write("new")
    assert main(["diff", old, new]) == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"{old} and {new} are identical: ")
    assert said.out.count("\n") == 1
    assert not said.err
    assert found(old, new, capsys, 0)["result"] == "identical"


def test_growth_within_capacity_only_adds(write: Write, capsys: Say) -> None:
    four, six = write("four", count(4)), write("six", count(6))
    document = found(four, six, capsys, 0)
    assert document["result"] == "additions"
    names = {one["name"] for one in document["devices"]["added"]}
    assert {"gpu0005", "gpu0006", "su2-rail0-leaf", "su2-rail1-leaf"} <= names
    links = {one["id"] for one in document["links"]["added"]}
    assert {"gpu0005:rail0", "gpu0006:rail1"} <= links
    touched = {one["device"]: one for one in document["configurations"]["touched"]}
    spine = touched["spine1"]
    assert spine["growth"]
    assert spine["class"] == "hitless"
    tables = {one["table"]: one for one in spine["tables"]}
    assert len(tables["BGP_NEIGHBOR"]["added"]) == 2
    assert len(tables["PORT"]["claimed"]) == 2
    assert main(["diff", four, six]) == 0
    assert "additions only, nothing that exists changes" in capsys.readouterr().out


@pytest.mark.parametrize("start", [1, 3, 4, 7])
def test_growth_never_disturbs(start: int, write: Write) -> None:
    assert api.diff(write("old", count(start)), write("new", count(8))).result == "additions"


def test_shrinking_removes(write: Write, capsys: Say) -> None:
    document = found(write("six", count(6)), write("four", count(4)), capsys, 2)
    assert "gpu0006" in {one["name"] for one in document["devices"]["removed"]}
    assert "gpu0005:rail0" in {one["id"] for one in document["links"]["removed"]}
    touched = {one["device"]: one for one in document["configurations"]["touched"]}
    assert (touched["spine1"]["growth"], touched["spine1"]["class"]) == (False, "BGP reset")


def test_another_mtu_changes_configurations_and_nothing_else(write: Write, capsys: Say) -> None:
    document = found(write("old"), write("new", MTU), capsys, 2)
    touched = {one["device"]: one for one in document["configurations"]["touched"]}
    ports = next(one for one in touched["su1-rail0-leaf"]["tables"] if one["table"] == "PORT")
    assert ports["fields"] == ["mtu"]
    assert "Ethernet0" in ports["changed"]
    assert not any(document[name]["changed"] for name in ("devices", "addresses", "asns"))
    assert not document["links"]["changed"]


def test_another_pool_renumbers(write: Write, capsys: Say) -> None:
    old, new = write("old"), write("new", POOL)
    document = found(old, new, capsys, 2)
    renumbered = {
        (one["device"], one["port"]): (one["old"]["address"], one["new"]["address"])
        for one in document["addresses"]["changed"]
    }
    assert renumbered["gpu0001", "rail0"] == ("10.144.1.1", "10.96.1.1")
    pool = ip_network("10.144.0.0/12")
    assert all(ip_address(before) in pool for before, _ in renumbered.values())
    assert main(["diff", old, new]) == 2
    short = capsys.readouterr().out
    assert "--all prints every line" in short
    assert main(["diff", old, new, "--all"]) == 2
    assert len(capsys.readouterr().out) > len(short)


def test_another_capacity_says_what_it_changes(write: Write, capsys: Say) -> None:
    document = found(write("old"), write("new", count(8, 16)), capsys, 2)
    assert document["result"] == "changes"
    assert document["links"]["reserved"]["added"]


def test_a_longer_cable_is_another_cable_and_another_headroom_row(
    write: Write, capsys: Say
) -> None:
    old, new = write("old"), write("new", ("host_m: 3", "host_m: 30"))
    document = found(old, new, capsys, 2)
    replaced = {one["id"]: one for one in document["cables"]["replaced"]}
    cable = replaced["gpu0001:rail0"]
    assert (cable["old"]["length_m"], cable["new"]["length_m"]) == ("3.0", "30.0")
    assert cable["old"]["part"] != cable["new"]["part"]
    assert not document["links"]["changed"]
    rows = {one["device"]: one for one in document["lengths"]["moved"]}
    leaf = rows["su1-rail0-leaf"]
    assert (leaf["class"], leaf["rails"]) == ("port bounce", ["0"])
    assert leaf["nodes"] == ["gpu0001", "gpu0002", "gpu0003", "gpu0004"]
    planned = {
        str(one.length_m): (str(one.cable_m), str(one.xoff_bytes))
        for path in (old, new)
        for one in api.load_plan(Path(path)).plan.headroom.values()
    }
    assert (leaf["old"]["row_m"], leaf["old"]["xoff_bytes"]) == planned["3.0"]
    assert (leaf["new"]["row_m"], leaf["new"]["xoff_bytes"]) == planned["30.0"]
    orders = {one["part"]: int(one["order"]) for one in document["bom"]["added"]}
    assert orders[cable["new"]["part"]] >= len(replaced)


FLOOR = ("lengths:\n", "floor: { rows: 2 }\nlengths:\n")
MOVED = (
    "lengths:\n",
    "floor: { rows: 2 }\noverrides:\n  places:\n"
    "    - { device: gpu0001, rack: B01, bottom_u: 1, reason: nearer }\nlengths:\n",
)


def test_growth_on_a_floor_only_adds(write: Write, capsys: Say) -> None:
    four, six = write("four", count(4), FLOOR), write("six", count(6), FLOOR)
    document = found(four, six, capsys, 0)
    assert {"gpu0005", "gpu0006"} <= {one["device"] for one in document["places"]["added"]}
    assert {"gpu0005:rail0", "gpu0006:rail1"} <= {one["id"] for one in document["cables"]["added"]}
    assert document["modules"]["added"]
    assert document["lengths"] == {"moved": [], "kept": [], "nics": []}


def test_a_node_in_another_rack(write: Write, tmp_path: Path, capsys: Say) -> None:
    old, new = write("old", FLOOR), write("new", MOVED)
    document = found(old, new, capsys, 2)
    (moved,) = document["places"]["moved"]
    assert (moved["device"], moved["old"]["rack"], moved["new"]["rack"]) == (
        "gpu0001",
        "A02",
        "B01",
    )
    cables = document["cables"]
    touched = {one["id"] for verb in ("replaced", "rerouted", "relabelled") for one in cables[verb]}
    assert touched == {"gpu0001:rail0", "gpu0001:rail1"}
    assert not document["addresses"]["changed"]
    assert main(["build", old, "--out", str(tmp_path / "build")]) == 0
    from_folder = found(str(tmp_path / "build/lab-small"), new, capsys, 2)
    assert from_folder | {"old": old} == document


def git(folder: Path, *words: str) -> None:
    name = ("-c", "user.name=A", "-c", "user.email=a@example.net", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *name, *words], cwd=folder, check=True)


def test_revisions_with_includes(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Say
) -> None:
    base = Path(write("base"))
    folder = tmp_path / "site"
    (folder / "intent/parts").mkdir(parents=True)
    base.rename(folder / "intent/parts/base.yml")
    intent = folder / "intent/cluster.yml"
    monkeypatch.chdir(folder)
    git(folder, "init", "--quiet", "--initial-branch=main")
    for nodes in (4, 6):
        intent.write_text(
            f"include: [parts/base.yml]\nnodes: {{gpu: {{count: {nodes}, capacity: 8}}}}\n"
        )
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--message=x")
    assert found("HEAD~1", "HEAD", capsys, 0)["result"] == "additions"
    assert found("main", "intent/cluster.yml", capsys, 0)["result"] == "identical"
    assert found("HEAD:intent/cluster.yml", "HEAD~1", capsys, 2)["result"] == "changes"
    intent.write_text("cluster: {}\n")
    git(folder, "commit", "--quiet", "--all", "--message=x")
    assert main(["diff", "HEAD~1", "HEAD"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("HEAD:intent/cluster.yml:1: ")
    assert "railwright-" not in error


@pytest.mark.parametrize("bad", ["absent.yml", "nonsense:x.yml", "tests", "pyproject.toml"])
@pytest.mark.parametrize("first", [True, False])
def test_a_side_that_is_nothing_exits_with_1(bad: str, first: bool, capsys: Say) -> None:
    good = "intent/examples/lab-small.yml"
    assert main(["diff", bad, good] if first else ["diff", good, bad]) == 1
    said = capsys.readouterr()
    assert said.err.startswith(bad.partition(":")[0])
    assert not said.out


def test_the_reference_compares_quickly(root: Path, tmp_path: Path) -> None:
    text = (root / "intent/cluster.yml").read_text()
    other = tmp_path / "cluster.yml"
    other.write_text(
        text.replace("networks:\n  compute:\n", "networks:\n  compute:\n    mtu_bytes: 9000\n")
    )
    began = time.process_time()
    assert api.diff("intent/cluster.yml", str(other)).result == "changes"
    assert time.process_time() - began < 5, "about 1 s of a quiet core"
