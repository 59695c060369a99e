"""railwright_files: what the roles lay down on a node, and what happens when that fails."""

import base64
import importlib.util
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.ansible.conftest import Ansible

Files = Mapping[str, tuple[str, int]]
"""Content and mode by name."""


@pytest.fixture(scope="module")
def module(root: Path) -> ModuleType:
    path = root / "playbooks" / "library" / "railwright_files.py"
    spec = importlib.util.spec_from_file_location("railwright_files", path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


class Node:
    """A node whose root is a folder; the module's functions converge it."""

    def __init__(self, module: ModuleType, root: Path) -> None:
        self.module, self.root = module, root
        self.memory = root / "memory" / "role.json"

    def converge(self, files: Files, *, check: bool = False) -> dict[str, Any]:
        wanted = self.module.wanted(
            {
                "path": str(self.root / name),
                "content": base64.b64encode(text.encode()).decode(),
                "mode": f"{mode:04o}",
            }
            for name, (text, mode) in files.items()
        )
        result: dict[str, Any] = self.module.converge(self.memory, wanted, check=check)
        return result

    def confirm(self) -> None:
        self.module.confirm(self.memory, check=False)

    @property
    def files(self) -> dict[str, tuple[str, int]]:
        """What is on the node, apart from the memory."""
        return {
            str(path.relative_to(self.root)): (path.read_text(), path.stat().st_mode & 0o7777)
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and path != self.memory
        }


@pytest.fixture
def node(module: ModuleType, tmp_path: Path) -> Node:
    return Node(module, tmp_path)


TREE: Files = {"etc/a.conf": ("one\n", 0o644), "etc/d/b": ("two\n", 0o600)}


def test_files_are_written_once_with_their_mode_and_nothing_else_is_touched(node: Node) -> None:
    (node.root / "etc").mkdir()
    (node.root / "etc/foreign").write_text("mine\n")
    (node.root / "etc/foreign").chmod(0o640)
    first = node.converge(TREE)
    assert first["changed"]
    assert first["paths"] == [str(node.root / name) for name in TREE]
    assert node.files == {**TREE, "etc/foreign": ("mine\n", 0o640)}
    node.confirm()
    assert node.converge(TREE) == {"changed": False, "paths": [], "diff": []}


def test_content_mode_and_removal_are_shown_and_then_done(node: Node) -> None:
    node.converge(TREE)
    node.confirm()
    after: Files = {"etc/a.conf": ("ONE\n", 0o644), "etc/c": ("", 0o755)}
    before = node.files
    shown = node.converge(after, check=True)
    assert node.files == before
    assert shown["changed"]
    a, b, c = (str(node.root / name) for name in ("etc/a.conf", "etc/d/b", "etc/c"))
    assert sorted(shown["diff"], key=lambda one: str(one["before"])) == [
        {"before": "", "after": "", "before_header": "/dev/null", "after_header": c},
        {"before": "one\n", "after": "ONE\n", "before_header": a, "after_header": a},
        {"before": "two\n", "after": "", "before_header": b, "after_header": "/dev/null"},
    ]
    assert node.converge(after) == shown
    assert node.files == dict(after)


def test_a_mode_changed_by_hand_is_put_back(node: Node) -> None:
    node.converge(TREE)
    node.confirm()
    (node.root / "etc/a.conf").chmod(0o666)
    result = node.converge(TREE)
    (shown,) = result["diff"]
    owner = f"owner {os.geteuid()}:{os.getegid()}"
    assert shown["before"] == f"mode 0666, {owner}\n"
    assert shown["after"] == f"mode 0644, {owner}\n"
    assert shown["after_header"] == f"{node.root}/etc/a.conf"
    assert node.files == dict(TREE)


def test_a_link_is_replaced_and_its_target_left_alone(node: Node) -> None:
    (node.root / "target").write_text("one\n")
    (node.root / "target").chmod(0o644)
    (node.root / "etc").mkdir()
    (node.root / "etc/a.conf").symlink_to(node.root / "target")
    assert node.converge(TREE)["changed"]
    assert not (node.root / "etc/a.conf").is_symlink()
    assert (node.root / "target").read_text() == "one\n"


def test_a_change_counts_until_it_is_confirmed(node: Node) -> None:
    node.converge(TREE)
    again = node.converge(TREE)
    assert (again["changed"], len(again["paths"]), again["diff"]) == (True, 2, [])
    assert node.converge(TREE, check=True)["changed"]
    node.confirm()
    assert not node.converge(TREE)["changed"]


def test_a_failure_leaves_no_half_file_and_the_next_run_ends_right(node: Node) -> None:
    node.converge(TREE)
    node.confirm()
    after: Files = {"etc/a.conf": ("ONE\n", 0o644), "etc/z/y": ("last\n", 0o644)}
    (node.root / "etc/z").write_text("in the way\n")
    with pytest.raises(OSError, match="Not a directory"):
        node.converge(after)
    assert node.files == {**TREE, "etc/z": ("in the way\n", 0o644)}
    (node.root / "etc/z").unlink()
    assert node.converge(after)["changed"]
    assert node.files == dict(after)


@pytest.mark.parametrize("survivors", [0, 1])
def test_a_run_killed_between_two_files_is_finished_by_the_next(
    node: Node, monkeypatch: pytest.MonkeyPatch, survivors: int
) -> None:
    node.converge({**TREE, "etc/old": ("old\n", 0o644)})
    node.confirm()
    after: Files = {name: (text.upper(), mode) for name, (text, mode) in TREE.items()}
    replace, left = node.module.replace, survivors

    def dies(path: Path, content: bytes, mode: int) -> None:
        nonlocal left
        if path != node.memory:
            if left == 0:
                path.with_name(f".{path.name}.railwright").write_bytes(content[:1])
                raise KeyboardInterrupt
            left -= 1
        replace(path, content, mode)

    monkeypatch.setattr(node.module, "replace", dies)
    with pytest.raises(KeyboardInterrupt):
        node.converge(after)
    monkeypatch.undo()
    result = node.converge(after)
    assert result["changed"]
    assert set(result["paths"]) == {str(node.root / name) for name in (*TREE, "etc/old")}
    assert node.files == dict(after)


def test_a_full_disk_keeps_the_old_file(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    node.converge(TREE)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(node.module.os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device") as caught:
        node.converge({"etc/a.conf": ("ONE\n", 0o644)})
    assert caught.value.filename is not None
    assert node.files == dict(TREE)


@pytest.mark.parametrize(
    ("text", "message"), [("[]", "damaged"), ("{", "damaged"), ('{"paths": 1}', "damaged")]
)
def test_a_damaged_memory_is_named(node: Node, text: str, message: str) -> None:
    node.memory.parent.mkdir()
    node.memory.write_text(text)
    with pytest.raises(ValueError, match=message):
        node.converge(TREE)


def test_relative_paths_are_refused(node: Node) -> None:
    with pytest.raises(ValueError, match="no absolute path"):
        node.module.wanted([{"path": "etc/a", "content": "", "mode": "0644"}])


def test_the_module_keeps_its_promises_under_ansible(ansible: Ansible, tmp_path: Path) -> None:
    target = tmp_path / "etc" / "a.conf"

    def run(text: str, *words: str, **more: Any) -> tuple[str, dict[str, Any]]:
        content = base64.b64encode(text.encode()).decode()
        file = {"path": str(target), "content": content, "mode": "0640"}
        values = {"owner": "role", "files": [file], "state_dir": f"{tmp_path}/memory", **more}
        ran = ansible(
            "ansible",
            *("localhost", "-i", "localhost,", "-c", "local", "-m", "railwright_files"),
            *("-a", json.dumps(values), *words),
            *("-e", f"ansible_python_interpreter={sys.executable}"),
            env={"ANSIBLE_CALLBACK_RESULT_FORMAT": "json"},
        )
        shown, _, result = ran.stdout.partition("localhost | ")
        return shown, json.loads(result.partition(" => ")[2])

    shown, checked = run("one\n", "--check", "--diff")
    assert shown == f"--- before: /dev/null\n+++ after: {target}\n@@ -0,0 +1 @@\n+one\n\n"
    assert checked == {"changed": True, "paths": [str(target)]}
    assert not target.exists()
    assert run("one\n")[1] == checked
    assert (target.read_text(), target.stat().st_mode & 0o7777) == ("one\n", 0o640)
    assert run("one\n", confirm=True)[1] == {"changed": False, "paths": [str(target)]}
    assert run("one\n")[1] == {"changed": False, "paths": []}
    target.unlink()
    target.mkdir()
    assert run("one\n")[1]["msg"] == f"{target}: a folder is in the way; move it"
