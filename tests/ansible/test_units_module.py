"""railwright_units: everything that is asked of systemd, with one execution."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.ansible.conftest import Ansible

SYSTEMCTL = """\
#!/bin/sh
echo "$@" >> "{log}"
case "$*" in
*LoadState*gone.service) echo not-found; exit 0 ;;
*LoadState*masked.service) echo masked; exit 0 ;;
*LoadState*) echo loaded; exit 0 ;;
*show*) echo exit-code; exit 0 ;;
*gone.service*) echo "Unit gone.service not found." >&2; exit 5 ;;
*masked.service*) echo "Unit masked.service is masked." >&2; exit 1 ;;
*bad.service*) echo "Job for bad.service failed." >&2; exit 1 ;;
esac
"""


@pytest.fixture
def run(ansible: Ansible, tmp_path: Path) -> Any:
    log = tmp_path / "log"
    program = tmp_path / "systemctl"
    program.write_text(SYSTEMCTL.format(log=log))
    program.chmod(0o755)

    def call(values: dict[str, list[str]], *words: str) -> tuple[dict[str, Any], list[str]]:
        log.write_text("")
        ran = ansible(
            "ansible",
            *("localhost", "-i", "localhost,", "-c", "local", "-m", "railwright_units"),
            *("-a", json.dumps(values), "-e", f"ansible_python_interpreter={sys.executable}"),
            *words,
            env={
                "ANSIBLE_CALLBACK_RESULT_FORMAT": "json",
                "PATH": f"{tmp_path}:/usr/bin:/bin",
            },
        )
        result: dict[str, Any] = json.loads(ran.stdout.partition(" => ")[2])
        return result, log.read_text().splitlines()

    return call


def test_units_are_told_together_and_restarted_one_by_one(run: Any) -> None:
    values = {
        "start": ["a.service", "b.service"],
        "unmask": ["a.service"],
        "mask": ["c.service"],
        "enable": ["a.service"],
        "try_restart": ["d.service", "e.service"],
    }
    result, log = run(values)
    assert log == [
        "daemon-reload",
        "unmask -- a.service",
        "mask --now -- c.service",
        "enable -- a.service",
        "start -- a.service b.service",
        "try-restart -- d.service",
        "try-restart -- e.service",
    ]
    assert result["changed"]
    assert result["commands"][0] == "systemctl unmask a.service"


def test_units_whose_files_will_go_are_disabled_first_and_end_as_they_are(run: Any) -> None:
    names = ["data.automount", "data.mount"]
    assert run({"stop": [*names, "old@*.service"], "disable": [*names, "old@.service"]})[1] == [
        "daemon-reload",
        "disable -- data.automount data.mount old@.service",
        "stop -- data.automount data.mount old@*.service",
    ]


def test_a_unit_that_fails_is_named_with_systemd_s_reason_and_the_others_go_on(run: Any) -> None:
    result, log = run({"start": ["a.service", "bad.service", "c.service"]})
    assert log[1:] == [
        "start -- a.service bad.service c.service",
        "start -- a.service",
        "start -- bad.service",
        "show -p Result --value -- bad.service",
        "start -- c.service",
    ]
    assert result["msg"] == (
        "bad.service did not start: Job for bad.service failed. (result: exit-code)"
    )
    assert result["units"] == ["bad.service"]


def test_check_mode_only_says_what_it_would_do(run: Any) -> None:
    result, log = run({"restart": ["a.service"]}, "--check")
    assert (result["changed"], log) == (True, [])
    assert result["commands"] == ["systemctl restart a.service"]


def test_nothing_asked_for_reads_unit_files_again(run: Any) -> None:
    assert run({"start": []})[1] == ["daemon-reload"]


@pytest.mark.parametrize("unit", ["gone.service", "masked.service"])
def test_a_unit_that_cannot_run_has_nothing_to_restart(run: Any, unit: str) -> None:
    result, log = run({"try_restart": [unit]})
    assert log[1:] == [f"try-restart -- {unit}", f"show -p LoadState --value -- {unit}"]
    assert "failed" not in result
    assert f"{unit} did not start" in run({"start": [unit]})[0]["msg"]


def test_a_unit_that_fails_when_restarted_is_a_failure(run: Any) -> None:
    result, _ = run({"try_restart": ["bad.service"]})
    assert result["msg"].startswith("bad.service did not try-restart: Job for bad.service failed.")
