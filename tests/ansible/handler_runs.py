"""What handlers ask of a node: by their conditions alone, and in the play with everything else.

Tasks, handlers, conditions and their order are the playbooks' own, and ansible is the judge. What
would act on a node is only noted.
"""

import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ansible.parsing.dataloader import DataLoader  # type: ignore[import-untyped]
from ansible.template import Templar  # type: ignore[import-untyped]

from tests.ansible.conftest import Ansible, Ran

BUILTIN = re.compile(r"\bansible\.builtin\.(command|systemd_service|reboot|slurp)\b")
"""Ansible's modules that are stood in for. Its own cannot be replaced under their own name, those
of `ansible.legacy` can: that prefix is all that is changed in the playbooks, and pauses."""
STAND_IN = """\
import json
from pathlib import Path

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    _supports_check_mode = True

    def run(self, tmp=None, task_vars=None):
        role = self._task._role
        asked = {
            "role": role.get_name() if role else "",
            "module": self._task.action.rpartition(".")[2],
            "args": self._task.args,
        }
        log = Path(task_vars["log"]) / task_vars["inventory_hostname"]
        before = log.read_text().splitlines() if log.exists() else []
        line = json.dumps(asked)
        with log.open("a") as stream:
            stream.write(line + "\\n")
        for wanted, answers in task_vars["answers"]:
            if wanted.items() <= {**asked["args"], "module": asked["module"]}.items():
                return answers[min(before.count(line), len(answers) - 1)]
        return {"changed": False, "rc": 0, "start": "now"}
"""
SITE = """\
- name: Come before the nodes, whose play reads variables of hosts at its beginning
  hosts: all
  gather_facts: false
  tasks: []
- ansible.builtin.import_playbook: playbooks/nodes.yml
"""
BOOT_ID = "first-boot"
Answers = tuple[dict[str, Any], list[dict[str, Any]]]
"""Arguments of a module (and `module`, its name), and a result for each time it is asked that."""


@dataclass(frozen=True)
class Asked:
    """One thing that a host was asked, by a role ("" for the play itself)."""

    role: str
    what: str


@dataclass(frozen=True)
class Case:
    """A host of the play: which paths each role changed there, and what else it answers."""

    changed: Mapping[str, Sequence[str]]
    packaging: str = "apt"
    answers: Sequence[Answers] = ()


@dataclass(frozen=True)
class Outcome:
    """What ansible said, and what each host was asked."""

    ran: Ran
    asked: Mapping[str, tuple[Asked, ...]]


@lru_cache
def handlers(root: Path, role: str) -> list[dict[str, Any]]:
    """Return the handlers of a role, as ansible reads them; none for a role without."""
    path = root / "playbooks/roles" / role / "handlers/main.yml"
    if not path.exists():
        return []
    found: list[dict[str, Any]] = DataLoader().load_from_file(str(path), trusted_as_template=True)
    return found


def run_by(
    root: Path, role: str, packaging: str, paths: Sequence[str], **registered: Any
) -> Iterator[tuple[str, str]]:
    """Yield name and doing of the handlers that run after a role changed these paths."""
    result = {"changed": True, "paths": list(paths), "packaging": packaging}
    known = {f"{role}_result": result, "railwright_intent": "intent.yml", **registered}
    for handler in handlers(root, role):
        if not Templar(variables=known).evaluate_conditional(handler.get("when", True)):
            continue
        module = next(key for key in handler if "." in key or key.startswith("railwright_"))
        for item in Templar(variables=known).template(handler.get("loop", [None])):
            arguments = Templar(variables={**known, "item": item}).template(handler[module])
            yield handler["name"], _spelled(module.rpartition(".")[2], arguments)


def run_play(
    ansible: Ansible, root: Path, folder: Path, cases: Mapping[str, Case], *words: str
) -> Outcome:
    """Run the play in `folder`, which is not there yet, on one host for each case at a time."""
    log = folder / "log"
    log.mkdir(parents=True)
    _copy(root, folder)
    inventory = folder / "hosts.yml"
    inventory.write_text(json.dumps(_inventory(log, cases)))
    ran = ansible(
        "ansible-playbook",
        *("-i", str(inventory), "site.yml", *words),
        env={"ANSIBLE_INVENTORY_ENABLED": "yaml"},
        cwd=folder,
    )
    return Outcome(ran, {path.name: _asked(path) for path in log.iterdir()})


def _copy(root: Path, folder: Path) -> None:
    """Copy the playbooks and stand in for every module that they use."""
    playbooks = folder / "playbooks"
    shutil.copytree(root / "playbooks", playbooks, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "ansible.cfg", folder)
    (folder / "site.yml").write_text(SITE)
    names = {path.stem for path in (playbooks / "library").glob("railwright_*.py")}
    names |= {path.stem for path in (playbooks / "action_plugins").glob("*.py")}
    for name in (*names, "command", "systemd_service", "reboot", "slurp"):
        (playbooks / "action_plugins" / f"{name}.py").write_text(STAND_IN)
    for path in (playbooks / "nodes.yml", *playbooks.glob("roles/*/handlers/*.yml")):
        text = BUILTIN.sub(r"ansible.legacy.\1", path.read_text())
        path.write_text(re.sub(r"\bdelay: \d+", "delay: 0", text))


def _inventory(log: Path, cases: Mapping[str, Case]) -> dict[str, Any]:
    hosts = {name: {"answers": [*one.answers, *_answers(one)]} for name, one in cases.items()}
    everywhere = {
        "ansible_connection": "local",
        "log": str(log),
        "railwright_intent": "intent.yml",
        "railwright_max_fail_percentage": 100,
        "railwright_parallel_nodes": len(cases),
        "railwright_upstream_url": "http://192.0.2.1",
    }
    groups = {"host": {"hosts": hosts}, "gpu_node": {"hosts": {name: {} for name in hosts}}}
    return {"all": {"vars": everywhere, "children": groups}}


def _answers(case: Case) -> list[Answers]:
    """Return what a node answers if a case says nothing else."""
    no_reason = {"changed": False, "reasons": [], "resets": [], "boot_id": BOOT_ID}
    changes: list[Answers] = [
        (
            {"module": "railwright_role", "role": role},
            [{"changed": True, "paths": list(paths), "packaging": case.packaging}],
        )
        for role, paths in case.changed.items()
    ]
    return [
        ({"module": "railwright_role", "confirm": True}, [{"changed": False}]),
        *changes,
        ({"module": "railwright_node", "look": "restart"}, [no_reason]),
    ]


def _asked(path: Path) -> tuple[Asked, ...]:
    return tuple(
        Asked(one["role"], _spelled(one["module"], one["args"]))
        for one in map(json.loads, path.read_text().splitlines())
    )


def _spelled(module: str, values: Mapping[str, Any]) -> str:
    """Return what was asked in a line: a command's own words, others as `module value ...`."""
    if module == "command":
        words = values["argv"] if "argv" in values else values["cmd"].split()
        only = f" if {values['removes']}" if "removes" in values else ""
        return " ".join(words) + only
    if module == "railwright_role" and values.get("confirm"):
        return "confirm"
    if module == "railwright_node":
        words = ("look", values.get("look", "before"), *map(values.get, ("boot_id", "reset")))
        return " ".join(word for word in words if word)
    if module == "railwright_units":
        return "; ".join(f"{verb} {' '.join(units)}" for verb, units in values.items())
    return " ".join((module, *sorted(values))) if module == "systemd_service" else module
