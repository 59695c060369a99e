"""The steps that remove and install packages: in which order, and what an interrupted run left."""

import shutil
import stat
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from railwright.nodes import steps
from railwright.nodes.model import Step, Wanted
from railwright.nodes.packages import COMPLETE, MARK, UPDATE_RETRIES
from tests.unit.nodes.machine import converged, looked_at

Seen = dict[str, Any]
ROLE = "ofed"


def work_of(wanted: Wanted, seen: Seen, role: str = ROLE) -> tuple[Step, ...]:
    return steps.work(wanted, role, looked_at(wanted, seen)).steps


def modules(found: tuple[Step, ...]) -> list[str]:
    return [one.module.rpartition(".")[2] for one in found]


def drifted(wanted: Wanted, *, foreign: bool = False) -> Seen:
    """Return a node that lacks a package of the role, or has one that must go as well."""
    seen = converged(wanted)
    state = wanted.roles[ROLE]
    del seen["packages"][state.packages[0].name]
    if foreign:
        seen["packages"][state.absent[0]] = {"version": "1", "status": "installed"}
    return seen


def with_absent(wanted: Wanted) -> Wanted:
    state = replace(wanted.roles[ROLE], absent=("old-dkms",))
    return replace(wanted, roles={**wanted.roles, ROLE: state})


def test_the_source_is_asked_before_anything_is_removed(wanted: Wanted) -> None:
    wanted = with_absent(wanted)
    refresh, mark, remove, install = work_of(wanted, drifted(wanted, foreign=True))
    assert refresh.arguments["update_cache"] is True
    assert refresh.arguments["update_cache_retries"] == UPDATE_RETRIES
    assert mark.arguments == {"owner": ROLE, "begin": [MARK]}
    assert remove.arguments["name"] == ["old-dkms"]
    assert remove.arguments["state"] == "absent"
    assert install.arguments["state"] == "fixed"
    assert "update_cache" not in {*remove.arguments, *install.arguments}


def test_what_is_only_removed_asks_the_source_and_is_marked_too(wanted: Wanted) -> None:
    wanted = with_absent(wanted)
    seen = converged(wanted)
    seen["packages"]["old-dkms"] = {"version": "1", "status": "installed"}
    assert modules(work_of(wanted, seen)) == ["apt", "railwright_files", "apt"]


def test_no_mark_is_set_where_no_package_differs(wanted: Wanted) -> None:
    seen = converged(wanted)
    seen["files"][f"/{wanted.roles[ROLE].files[0].path}"]["mode"] = "0600"
    assert modules(work_of(wanted, seen)) == ["railwright_files"]


def test_nothing_is_removed_to_install_something_else(wanted: Wanted) -> None:
    (install,) = (one for one in work_of(wanted, drifted(wanted)) if "name" in one.arguments)
    assert install.arguments["fail_on_autoremove"] is True
    assert wanted.stack is not None
    choices = wanted.stack.choices.model_copy(update={"os": "rocky-9"})
    rocky = replace(wanted, stack=replace(wanted.stack, choices=choices))
    found = work_of(rocky, drifted(rocky))
    assert modules(found) == ["dnf", "railwright_files", "dnf"]
    assert found[0].arguments == {"update_cache": True, "lock_timeout": 120}
    # dnf knows neither; it never removes a package for another one on its own.
    assert not {"fail_on_autoremove", "allowerasing"} & found[2].arguments.keys()


@pytest.mark.parametrize(
    "packaging", [{"interrupted": True}, {"broken": ["libc6-dev"]}], ids=["interrupted", "broken"]
)
def test_what_an_interrupted_run_left_is_completed_first(
    wanted: Wanted, packaging: dict[str, Any]
) -> None:
    seen = drifted(wanted)
    seen["packaging"] |= packaging
    found = work_of(wanted, seen)
    assert modules(found) == ["apt", "railwright_files", "command", "apt"]
    assert found[2].arguments["argv"] == ["sh", "-c", COMPLETE]
    assert "dpkg --configure -a" in found[2].remedy


def test_a_role_that_was_interrupted_completes_what_no_difference_shows(wanted: Wanted) -> None:
    seen = converged(wanted)
    seen["packaging"]["broken"] = ["libc6-dev"]
    assert work_of(wanted, seen) == ()
    seen["memory"][ROLE]["pending"] = [MARK]
    assert modules(work_of(wanted, seen)) == ["apt", "railwright_files", "command"]
    assert work_of(wanted, seen, "lldp") == ()


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder of stand-ins for dpkg and apt-get that write down how they were called."""
    for name, exit_code in (("dpkg", "$(cat $0.rc)"), ("apt-get", "$(cat $0.rc)")):
        program = tmp_path / name
        program.write_text(
            f'#!/bin/sh\necho "{name} $* $DEBIAN_FRONTEND" >> {tmp_path}/log\nexit {exit_code}\n'
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        (tmp_path / f"{name}.rc").write_text("0")
    return tmp_path


def completed(tools: Path, *, dpkg: int, apt: int) -> tuple[int, list[str]]:
    (tools / "dpkg.rc").write_text(str(dpkg))
    (tools / "apt-get.rc").write_text(str(apt))
    shell = shutil.which("sh") or "/bin/sh"
    done = subprocess.run(
        [shell, "-c", COMPLETE], env={"PATH": f"{tools}:/usr/bin:/bin"}, check=False
    )
    return done.returncode, [line.split()[0] for line in (tools / "log").read_text().splitlines()]


def test_apt_completes_what_dpkg_cannot(tools: Path) -> None:
    assert completed(tools, dpkg=0, apt=1) == (0, ["dpkg"])
    assert completed(tools, dpkg=1, apt=0) == (0, ["dpkg", "dpkg", "apt-get"])
    assert completed(tools, dpkg=1, apt=100)[0] == 100
    last = (tools / "log").read_text().splitlines()[-1]
    assert last.endswith("--fix-broken --no-remove install noninteractive")
