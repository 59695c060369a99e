"""What every role and plugin has to have."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from railwright.emitters import node_config

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
ROLES = sorted(path for path in (PLAYBOOKS / "roles").iterdir() if path.is_dir())
SHELLS = {"ansible.builtin.shell", "ansible.builtin.raw", "ansible.builtin.script"}
PLUGIN_LINES = 45
PLUGINS = ("action_plugins", "library")
NOT_OF_NODES = {"mirror"}
"""Roles with a play of their own."""
INTENT = "{{ railwright_intent }}"
OF_NODES = [role for role in ROLES if role.name not in NOT_OF_NODES]


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text()) if path.exists() else None


def tasks(role: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(role.glob("tasks/*.yml")) + sorted(role.glob("handlers/*.yml")):
        yield from read(path)


@pytest.fixture(params=ROLES, ids=lambda role: role.name)
def role(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def options(role: Path) -> dict[str, Any]:
    specs = read(role / "meta" / "argument_specs.yml")["argument_specs"]
    found: dict[str, Any] = specs["main"]["options"]
    return found


def used(role: Path) -> set[str]:
    """The variables of the role itself that its tasks use, apart from those it registers."""
    text = "".join(path.read_text() for path in role.rglob("*.yml") if path.parent.name != "meta")
    registered = {task["register"] for task in tasks(role) if "register" in task}
    names = re.findall(rf"\b({role.name}_\w+|railwright_\w+)\b", text)
    plugins = {path.stem for folder in PLUGINS for path in (PLAYBOOKS / folder).glob("*.py")}
    return set(names) - registered - plugins


def test_argument_specs_name_every_variable_with_its_default(role: Path) -> None:
    specs = options(role)
    assert used(role) == set(specs)
    defaults = read(role / "defaults" / "main.yml") or {}
    assert defaults == {name: one["default"] for name, one in specs.items() if "default" in one}
    for name, one in specs.items():
        assert one["description"], name
        by_inventory = name.startswith("railwright_")
        assert one.get("required") or "default" in one or by_inventory, name


def test_the_readme_lists_every_variable_and_the_tags(role: Path) -> None:
    text = (role / "README.md").read_text()
    for name, one in options(role).items():
        row = next((line for line in text.splitlines() if line.startswith(f"| `{name}` |")), "")
        assert f"`{json.dumps(one['default'])}`" in row if "default" in one else row, name
    parts = [role.name] if role.name in NOT_OF_NODES else ["nodes", role.name]
    assert f"Tags: {', '.join(f'`{tag}`' for tag in parts)}." in text


def test_commands_say_when_they_change_something(role: Path) -> None:
    for task in tasks(role):
        assert not SHELLS & task.keys(), task["name"]
        if "ansible.builtin.command" in task:
            assert "changed_when" in task, task["name"]


def test_no_task_knows_about_a_lab() -> None:
    for path in sorted(PLAYBOOKS.rglob("*")):
        if path.suffix in {".yml", ".py"}:
            assert not re.search(r"\blab\b", path.read_text()), path


def test_every_role_that_wants_something_has_one_task_for_it() -> None:
    assert sorted(role.name for role in OF_NODES) == sorted(node_config.ROLES)
    for role in OF_NODES:
        (task,) = read(role / "tasks" / "main.yml")
        assert task["railwright_role"] == {"intent": INTENT, "role": role.name}
        assert task["register"] == f"{role.name}_result"


def test_what_a_role_changes_is_noted_as_in_effect_by_its_last_handler() -> None:
    """Also where it lays no file down: what nobody confirms would count as changed for ever."""
    for role in OF_NODES:
        (task,) = read(role / "tasks" / "main.yml")
        handlers = read(role / "handlers" / "main.yml")
        assert {one["listen"] for one in handlers} == {task["notify"]}
        confirm = {"intent": INTENT, "role": role.name, "confirm": True}
        assert handlers[-1]["railwright_role"] == confirm
        assert "when" not in handlers[-1]


def steps(tasks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for task in tasks:
        if "block" in task:
            yield from steps(task["block"])
        else:
            yield task


def test_the_play_of_the_nodes_runs_the_roles_in_the_order_of_the_plan() -> None:
    (play,) = read(PLAYBOOKS / "nodes.yml")
    imported = [one for one in steps(play["tasks"]) if "ansible.builtin.import_role" in one]
    names = [one["ansible.builtin.import_role"]["name"] for one in imported]
    assert names == list(node_config.ROLES)
    for one in imported:
        name = one["ansible.builtin.import_role"]["name"]
        assert one["ansible.builtin.import_role"] == {"name": name, "rolespec_validate": False}
        assert one["tags"] == [name]
    first = next(one for one in steps(play["tasks"]) if "railwright_node" in one)
    assert first["tags"] == [*names, "restart"]


def test_action_plugins_hold_no_logic() -> None:
    for path in sorted((PLAYBOOKS / "action_plugins").glob("*.py")):
        assert len(path.read_text().splitlines()) <= PLUGIN_LINES, path.name
