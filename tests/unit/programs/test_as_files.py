"""Programs as they lie on a node: one file each, which runs by itself with real processes."""

import ast
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from railwright.emitters.node_config.programs import path_of, program
from railwright.programs.node import Machine, TroubleError
from tests.unit.programs.made_node import Bench

PROGRAMS = ("roce_port", "nic_firmware", "acs", "nic_names")
OLDEST_PYTHON = (3, 9)


def start(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-I", "-S", str(path), *arguments]
    return subprocess.run(argv, capture_output=True, text=True, check=False)


@pytest.fixture(params=PROGRAMS)
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    found = program(request.param)
    assert path_of(request.param) == f"/{found.path}"
    assert found.mode == 0o755
    path = tmp_path / Path(found.path).name
    path.write_bytes(found.content)
    return path


def test_a_program_needs_nothing_but_the_standard_library(file: Path) -> None:
    done = start(file, "--help")
    assert done.returncode == 0, done.stderr
    assert "--json" in done.stdout
    assert "railwright.programs" not in file.read_text()


def test_a_program_is_written_for_the_oldest_python(file: Path) -> None:
    ast.parse(file.read_text(), feature_version=OLDEST_PYTHON)


def test_no_name_is_given_twice_in_a_program(file: Path) -> None:
    tree = ast.parse(file.read_text())
    given: Counter[str] = Counter()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            given[node.name] += 1
        elif isinstance(node, ast.Assign):
            names = (one for target in node.targets for one in ast.walk(target))
            given.update(one.id for one in names if isinstance(one, ast.Name))
    assert [name for name, count in given.items() if count > 1] == []


def test_a_program_begins_with_its_docstring_and_ends_by_running(file: Path) -> None:
    text = file.read_text()
    assert text.startswith('#!/usr/bin/env python3\n"""')
    assert text.count('if __name__ == "__main__":') == 1
    assert text.count("from __future__ import annotations") == 1


def test_a_program_without_its_settings_says_what_to_do(file: Path) -> None:
    done = start(file, "--check", "--json")
    assert "Traceback" not in done.stderr
    if file.stem != "acs":
        assert done.returncode == 1
        assert "/etc/railwright/" in done.stderr


def test_tools_are_started_with_nothing_to_read_and_the_c_locale(node: Bench) -> None:
    machine = Machine(node.root)
    done = machine.run(["mlnx_qos", "-i", "rail0"], "install it")
    assert done.code == 0
    assert "Priority trust state: pcp" in done.out
    tool = node.tools / "asks"
    tool.write_text('#!/bin/sh\nread line && exit 9\necho "$LC_ALL"\n')
    tool.chmod(0o755)
    assert machine.run(["asks"], "install it").out == "C\n"


def test_a_tool_that_fails_or_is_missing_is_told_with_a_remedy(node: Bench) -> None:
    machine = Machine(node.root)
    with pytest.raises(TroubleError, match=r"not supported on your system; install it"):
        machine.succeed(["mlnx_qos", "-i", "mlx5_0"], "install it")
    with pytest.raises(TroubleError, match=r"^nothing_like_it is not installed; install it$"):
        machine.run(["nothing_like_it"], "install it")


def test_tools_of_root_are_found_without_them_in_path(
    node: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert Machine(node.root).tool("ip", "install iproute2").endswith("/ip")
    assert os.environ["PATH"] == "/nowhere"
