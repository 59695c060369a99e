"""How changed profiles come into effect: with a stand-in of nmcli, by the role's own handlers."""

import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ansible.conftest import Ansible, Ran

NMCLI = """\
#!/bin/sh
echo "$@" >> {log}
case "$*" in *" up "*) exit {status} ;; esac
"""
ACTION = """\
from pathlib import Path

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        with Path({log!r}).open("a") as stream:
            stream.write("confirm\\n")
        return {{"changed": False}}
"""
FOLDER = "/etc/NetworkManager/system-connections"
HERE, NOT_YET = "lo", "rail0-later"
RELOAD = "connection reload"
UP = f"--wait 30 connection up railwright-{HERE}"

Handle = Callable[..., tuple[Ran, list[str]]]
"""(exit status of `nmcli connection up`, *words) -> (Ran, what nmcli was asked)."""


@pytest.fixture
def handle(ansible: Ansible, root: Path, tmp_path: Path) -> Handle:
    """Run the handlers after a change of two profiles, of which one has its interface."""
    log = tmp_path / "log"
    paths = [f"{FOLDER}/railwright-{name}.nmconnection" for name in (HERE, NOT_YET)]
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"host_network_result": {"paths": paths}, "railwright_intent": "intent.yml"},
        "tasks": [
            {
                "ansible.builtin.debug": {"msg": "changed"},
                "changed_when": True,
                "notify": "Put the interfaces into effect",
            }
        ],
        "handlers": [
            {
                "ansible.builtin.import_tasks": str(
                    root / "playbooks/roles/host_network/handlers/main.yml"
                )
            }
        ],
    }
    (tmp_path / "play.yml").write_text(json.dumps([play]))
    actions = tmp_path / "actions"
    actions.mkdir()
    (actions / "railwright_role.py").write_text(ACTION.format(log=str(log)))

    def run(status: int, *words: str) -> tuple[Ran, list[str]]:
        log.write_text("")
        program = tmp_path / "nmcli"
        program.write_text(NMCLI.format(log=shlex.quote(str(log)), status=status))
        program.chmod(0o755)
        ran = ansible(
            "ansible-playbook",
            *("-i", "localhost,", "-c", "local", str(tmp_path / "play.yml"), *words),
            *("-e", f"ansible_python_interpreter={sys.executable}"),
            env={"ANSIBLE_ACTION_PLUGINS": str(actions), "PATH": f"{tmp_path}:/usr/bin:/bin"},
        )
        return ran, log.read_text().splitlines()

    return run


@pytest.mark.parametrize("status", [0, 10], ids=["up", "removed"])
def test_profiles_of_ports_that_are_there_come_up_and_the_others_with_the_boot(
    handle: Handle, status: int
) -> None:
    ran, asked = handle(status)
    assert ran.rc == 0, ran.text
    assert asked == [RELOAD, UP, "confirm"]
    assert f"changed: [localhost] => (item={HERE})" in ran.stdout
    assert f"ok: [localhost] => (item={NOT_YET})" in ran.stdout


def test_a_port_that_is_there_and_does_not_come_up_fails_and_is_not_noted_as_in_effect(
    handle: Handle,
) -> None:
    ran, asked = handle(4)
    assert ran.rc == 2, ran.text
    assert asked == [RELOAD, UP]


def test_check_mode_asks_networkmanager_nothing(handle: Handle) -> None:
    ran, asked = handle(4, "--check")
    assert ran.rc == 0, ran.text
    assert [one for one in asked if one != "confirm"] == []
