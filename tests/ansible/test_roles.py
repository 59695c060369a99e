"""What every role and plugin has to have."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from railwright.emitters.node_config import TREES

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
ROLES = sorted(path for path in (PLAYBOOKS / "roles").iterdir() if path.is_dir())
SHELLS = {"ansible.builtin.shell", "ansible.builtin.raw", "ansible.builtin.script"}
PLUGIN_LINES = 45


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
    actions = {path.stem for path in (PLAYBOOKS / "action_plugins").glob("*.py")}
    return set(names) - registered - actions


def test_argument_specs_name_every_variable_with_its_default(role: Path) -> None:
    specs = options(role)
    assert used(role) == set(specs)
    defaults = read(role / "defaults" / "main.yml") or {}
    assert defaults == {name: one["default"] for name, one in specs.items() if "default" in one}
    for name, one in specs.items():
        assert one["description"], name
        assert one.get("required") or "default" in one, name


def test_the_readme_lists_every_variable_and_the_tags(role: Path) -> None:
    text = (role / "README.md").read_text()
    for name, one in options(role).items():
        row = next((line for line in text.splitlines() if line.startswith(f"| `{name}` |")), "")
        assert f"`{one['default']}`" in row if "default" in one else row, name
    assert f"`nodes`, `{role.name}`" in text


def test_commands_say_when_they_change_something(role: Path) -> None:
    for task in tasks(role):
        assert not SHELLS & task.keys(), task["name"]
        if "ansible.builtin.command" in task:
            assert "changed_when" in task, task["name"]


def test_no_task_knows_about_a_lab() -> None:
    for path in sorted(PLAYBOOKS.rglob("*")):
        if path.suffix in {".yml", ".py"}:
            assert not re.search(r"\blab\b", path.read_text()), path


def test_every_tree_has_its_role_and_a_task_that_lays_it_down() -> None:
    laid = {
        task["railwright_tree"]["role"]: role.name
        for role in ROLES
        for task in tasks(role)
        if "railwright_tree" in task
    }
    assert laid == {name: name for name in TREES}


def test_every_play_of_the_nodes_runs_the_roles_that_exist() -> None:
    included = [
        task["ansible.builtin.include_role"]["name"]
        for play in read(PLAYBOOKS / "nodes.yml")
        for task in play["tasks"]
    ]
    assert sorted(included) == [role.name for role in ROLES]


def test_action_plugins_hold_no_logic() -> None:
    for path in sorted((PLAYBOOKS / "action_plugins").glob("*.py")):
        assert len(path.read_text().splitlines()) <= PLUGIN_LINES, path.name
