import os
import subprocess
import sys
from pathlib import Path

import pytest

from railwright.errors import IntentError, Problem
from railwright.intent import loader
from railwright.intent.loader import load

ROOT = Path(__file__).parents[3]
REFERENCE = ROOT / "intent" / "cluster.yml"
WHOLE = """\
cluster: c1
nodes:
  gpu:
    model: dgx-h100
    count: 4
networks:
  compute:
    leaf: cx864e-n
pools:
  compute_hosts: 10.16.0.0/12
  compute_links: 10.240.0.0/12
  loopbacks: 10.224.0.0/16
  inband: 10.48.0.0/13
  oob: 10.64.0.0/13
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def refusal(name: str) -> str:
    with pytest.raises(IntentError) as caught:
        load(name)
    return str(caught.value)


def test_intent_and_places(folder: Path) -> None:
    text = f"{WHOLE}services:\n  dns_servers:\n    - 10.50.1.10\n    - 10.50.1.11\n"
    write(folder / "a.yml", text)
    loaded = load("a.yml")
    assert loaded.intent.nodes.gpu.count == 4
    assert loaded.intent.services.dns_servers == ("10.50.1.10", "10.50.1.11")
    place = loaded.sources.place
    assert place("nodes.gpu.count") == ("a.yml", 5)
    assert place("services.dns_servers[1]") == ("a.yml", 18)
    assert place("services.dns_servers[7]") == ("a.yml", 16)
    assert place("networks.compute.rails") == ("a.yml", 7)
    assert place("roce.data_dscp") == ("a.yml", 1)
    assert place("") == ("a.yml", 1)


def test_locate_fills_a_place_once(folder: Path) -> None:
    write(folder / "a.yml", WHOLE)
    sources = load("a.yml").sources
    located = sources.locate(Problem("pools.oob", "is too small", "warning"))
    assert str(located) == "warning: a.yml:14: pools.oob: is too small"
    assert sources.locate(Problem("pools.oob", "x", file="b.yml", line=3)).line == 3


@pytest.mark.parametrize("name", ["a.yml", "sub/a.yml", "sub/../sub/a.yml"])
def test_file_is_named_as_the_user_named_it(folder: Path, name: str) -> None:
    write(folder / "a.yml", "cluster: 5\n")
    write(folder / "sub" / "a.yml", "cluster: 5\n")
    assert refusal(name).startswith(f"{name}:1: cluster: must be text")


def test_absolute_name(folder: Path) -> None:
    path = write(folder / "a.yml", "cluster: 5\n")
    with pytest.raises(IntentError, match="cluster: must be text") as caught:
        load(path)
    assert {problem.file for problem in caught.value.problems} == {str(path)}


def test_byte_order_mark_and_windows_lines(folder: Path) -> None:
    text = "\ufeff" + WHOLE.replace("\n", "\r\n") + "colour: red\r\n"
    (folder / "a.yml").write_bytes(text.encode())
    assert refusal("a.yml").startswith("a.yml:15: unknown key 'colour'")


def test_missing_file_and_folder(folder: Path) -> None:
    assert refusal("none.yml") == "none.yml: does not exist"
    (folder / "sub").mkdir()
    assert refusal("sub") == "sub: is a folder; name the intent file in it"
    assert refusal("a\0b") == "a\0b: is not a file name"
    write(folder / "a.yml", WHOLE)
    assert refusal("a.yml/b.yml") == "a.yml/b.yml: cannot be read: not a directory"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_unreadable_file(folder: Path) -> None:
    write(folder / "a.yml", WHOLE).chmod(0)
    assert refusal("a.yml") == "a.yml: cannot be read: permission denied"


def test_size_limit(folder: Path) -> None:
    comment = "#" * 1023 + "\n"
    room = loader.MAX_FILE_BYTES - len(WHOLE)
    padding = comment * (room // len(comment)) + "#" * (room % len(comment))
    write(folder / "a.yml", WHOLE + padding)
    assert load("a.yml").intent.cluster == "c1"
    write(folder / "a.yml", WHOLE + padding + "#")
    assert refusal("a.yml") == "a.yml: is larger than 1048576 bytes; split it with include"


def test_includes_merge_in_order_and_the_including_file_wins(folder: Path) -> None:
    write(folder / "in" / "a.yml", "include: [one.yml, sub/two.yml]\nroce:\n  data_dscp: 10\n")
    write(
        folder / "in" / "one.yml",
        "roce:\n  data_dscp: 11\n  cnp_dscp: 12\n  priority: 2\nservices:\n"
        "  dns_servers: [10.50.1.10, 10.50.1.11]\n",
    )
    write(
        folder / "in" / "sub" / "two.yml",
        "include: [whole.yml]\nroce:\n  data_dscp: 13\n  cnp_dscp: 14\n"
        "services:\n  dns_servers: [10.50.1.12]\n",
    )
    write(folder / "in" / "sub" / "whole.yml", WHOLE)
    loaded = load("in/a.yml")
    roce = loaded.intent.roce
    assert (roce.data_dscp, roce.cnp_dscp, roce.priority) == (10, 14, 2)
    assert loaded.intent.services.dns_servers == ("10.50.1.12",)
    place = loaded.sources.place
    assert place("roce.data_dscp") == ("in/a.yml", 3)
    assert place("roce.cnp_dscp") == ("in/sub/two.yml", 4)
    assert place("roce.priority") == ("in/one.yml", 4)
    assert place("cluster") == ("in/sub/whole.yml", 1)
    assert place("services.dns_servers[0]") == ("in/sub/two.yml", 6)
    assert loaded.sources.files == (
        "in/a.yml",
        "in/one.yml",
        "in/sub/two.yml",
        "in/sub/whole.yml",
    )


def test_symbolic_link_cannot_lead_an_include_outside(folder: Path) -> None:
    write(folder / "outside" / "secret.yml", "description: stolen\n")
    write(folder / "in" / "a.yml", f"include: [link.yml, linked/secret.yml]\n{WHOLE}")
    (folder / "in" / "link.yml").symlink_to("../outside/secret.yml")
    (folder / "in" / "linked").symlink_to("../outside")
    what = "must be a relative path that stays below this file's folder"
    assert refusal("in/a.yml") == (
        f"in/a.yml:1: include[0]: 'link.yml' {what}\n"
        f"in/a.yml:1: include[1]: 'linked/secret.yml' {what}"
    )


def test_symbolic_link_inside_and_loops(folder: Path) -> None:
    write(folder / "real.yml", WHOLE)
    (folder / "link.yml").symlink_to("real.yml")
    write(folder / "a.yml", "include: [link.yml]\n")
    assert load("a.yml").intent.cluster == "c1"
    (folder / "loop.yml").symlink_to("loop.yml")
    write(folder / "b.yml", "include: [loop.yml]\n")
    assert refusal("b.yml") == "b.yml:1: include[0]: 'loop.yml' is a loop of symbolic links"


def test_include_of_a_pipe_does_not_wait(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    write(folder / "a.yml", "include: [pipe]\n")
    assert refusal("a.yml") == "a.yml:1: include[0]: 'pipe' must be a regular file"


def test_include_depth(folder: Path) -> None:
    for level in range(loader.MAX_INCLUDE_DEPTH):
        write(folder / f"{level}.yml", f"include: [{level + 1}.yml]\n")
    write(folder / f"{loader.MAX_INCLUDE_DEPTH}.yml", WHOLE)
    assert refusal("0.yml") == "7.yml:1: include[0]: '8.yml' is nested deeper than 8 files"
    assert load("1.yml").intent.cluster == "c1"


def test_includes_of_includes_cannot_multiply(folder: Path) -> None:
    for level in range(6):
        again = ", ".join([f"{level + 1}.yml"] * 8)
        write(folder / f"{level}.yml", f"include: [{again}]\n")
    write(folder / "6.yml", WHOLE)
    assert "would be more than 64 files; merge some" in refusal("0.yml")


def test_first_problems_of_very_many(folder: Path) -> None:
    write(folder / "a.yml", WHOLE + "".join(f"zzz{number}: 1\n" for number in range(150)))
    lines = refusal("a.yml").splitlines()
    assert len(lines) == loader.MAX_PROBLEMS + 1
    assert lines[-1] == "50 more problems; mend these first"


def test_a_program_that_loads_nothing_pays_for_nothing() -> None:
    code = (
        "import sys, railwright.intent.loader\n"
        "print({'pydantic', 'ruamel.yaml', 'netaddr'} & set(sys.modules))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "generators")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
