"""railwright_files: what the roles lay down on a node, and what happens when that fails."""

import base64
import importlib.util
import json
import os
import sys
from collections.abc import Iterable, Mapping
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

    def __init__(self, module: ModuleType, root: Path, owner: str = "role") -> None:
        self.module, self.root = module, root
        self.memory = root / "memory" / f"{owner}.json"

    def converge(
        self, files: Files, leave: Iterable[str] = (), *, check: bool = False
    ) -> dict[str, Any]:
        wanted = self.module.wanted(
            {
                "path": str(self.root / name),
                "content": base64.b64encode(text.encode()).decode(),
                "mode": f"{mode:04o}",
            }
            for name, (text, mode) in files.items()
        )
        left = [str(self.root / name) for name in leave]
        result: dict[str, Any] = self.module.converge(self.memory, wanted, left, check=check)
        return result

    def confirm(self) -> None:
        self.module.confirm(self.memory, check=False)

    def begin(self, *words: str, check: bool = False) -> dict[str, Any]:
        result: dict[str, Any] = self.module.begin(self.memory, words, check=check)
        return result

    def lay(self, name: str, text: str, mode: int = 0o644) -> Path:
        """Put a file there that is somebody else's."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def below(self, folder: Path) -> dict[str, tuple[str, int]]:
        return {
            str(path.relative_to(folder)): (path.read_text(), path.stat().st_mode & 0o7777)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    @property
    def files(self) -> dict[str, tuple[str, int]]:
        """What is on the node, apart from the memory."""
        found = self.below(self.root).items()
        return {name: one for name, one in found if not name.startswith("memory/")}

    @property
    def kept(self) -> dict[str, tuple[str, int]]:
        """What is kept of somebody else's, by its name on the node."""
        return self.below(self.root / "memory" / "kept" / str(self.root).lstrip("/"))


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


A = "etc/a.conf"
FOREIGN = ("theirs\n", 0o600)


def test_what_lay_at_a_path_before_is_kept_and_put_back(node: Node) -> None:
    path = str(node.lay(A, *FOREIGN))
    node.converge(TREE)
    node.confirm()
    assert node.files == dict(TREE)
    assert node.kept == {A: FOREIGN}
    rest = {name: one for name, one in TREE.items() if name != A}
    shown = node.converge(rest, check=True)
    assert node.files == dict(TREE)
    assert shown["paths"] == [path]
    assert shown["diff"] == [
        {"before": "one\n", "after": "theirs\n", "before_header": path, "after_header": path}
    ]
    assert node.converge(rest) == shown
    assert node.files == {**rest, A: FOREIGN}
    assert node.kept == {}
    node.confirm()
    assert node.converge({}, check=True)["paths"] == [str(node.root / "etc/d/b")]


def test_its_owner_is_kept_too(node: Node) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root gives files away")
    path = node.lay(A, *FOREIGN)
    os.chown(path, 12, 34)
    node.converge(TREE)
    assert path.stat().st_uid == 0
    node.converge({})
    assert (path.stat().st_uid, path.stat().st_gid) == (12, 34)
    assert node.files == {A: FOREIGN}


def test_a_file_of_our_own_is_nobody_else_s_whatever_became_of_it(node: Node) -> None:
    node.converge(TREE)
    node.lay(A, "by hand\n")
    node.converge({**TREE, A: ("new\n", 0o644)})
    assert node.kept == {}
    node.converge({})
    assert node.files == {}


def test_a_file_that_is_as_wanted_already_is_not_kept(node: Node) -> None:
    node.lay(A, *TREE[A])
    node.converge(TREE)
    assert node.kept == {}


def test_a_link_of_somebody_else_is_put_back_as_a_link(node: Node) -> None:
    target = node.lay("target", "elsewhere\n")
    (node.root / "etc").mkdir()
    (node.root / A).symlink_to(target)
    node.converge(TREE)
    assert node.files[A] == TREE[A]
    (shown,) = (one for one in node.converge({}, check=True)["diff"] if one["before"] == "one\n")
    assert shown["after"] == f"link to {target}\n"
    node.converge({})
    assert (node.root / A).readlink() == target
    assert target.read_text() == "elsewhere\n"


@pytest.mark.parametrize("after", ["link", "folder", "nothing"])
def test_what_lies_where_our_file_was_is_left_alone(node: Node, after: str) -> None:
    path = node.lay(A, *FOREIGN)
    node.converge(TREE)
    path.unlink()
    if after == "link":
        path.symlink_to("/nowhere")
    elif after == "folder":
        path.mkdir()
    assert [one["before_header"] for one in node.converge({})["diff"]] == [f"{node.root}/etc/d/b"]
    assert (path.is_symlink(), path.is_dir(), path.exists()) == (
        after == "link",
        after == "folder",
        after == "folder",
    )
    assert node.kept == {}


def test_what_was_kept_once_is_forgotten_where_nothing_lies_by_then(node: Node) -> None:
    node.lay(f"memory/kept/{str(node.root).lstrip('/')}/{A}", *FOREIGN)
    node.converge(TREE)
    assert node.kept == {}
    node.converge({})
    assert node.files == {}


def test_a_path_that_moves_to_another_owner_stays_and_is_not_taken_for_foreign(
    node: Node, module: ModuleType
) -> None:
    other = Node(module, node.root, "other")
    node.lay("memory/nic-firmware-refused.json", "[]")
    node.lay(A, *FOREIGN)
    node.converge(TREE)
    other.converge({A: ("other\n", 0o644)})
    node.converge({})
    assert node.files == {A: ("other\n", 0o644)}
    assert node.kept == {A: FOREIGN}
    other.converge({})
    assert node.files == {A: FOREIGN}


@pytest.mark.parametrize("survivors", range(4))
def test_a_run_killed_while_it_takes_over_loses_no_original(
    node: Node, monkeypatch: pytest.MonkeyPatch, survivors: int
) -> None:
    node.lay(A, *FOREIGN)
    replace, left = node.module.replace, survivors

    def dies(path: Path, file: Any) -> None:
        nonlocal left
        if left == 0:
            raise KeyboardInterrupt
        left -= 1
        replace(path, file)

    monkeypatch.setattr(node.module, "replace", dies)
    with pytest.raises(KeyboardInterrupt):
        node.converge(TREE)
    monkeypatch.undo()
    node.converge(TREE)
    assert node.files == dict(TREE)
    node.converge({})
    assert node.files == {A: FOREIGN}


@pytest.mark.parametrize("survivors", range(3))
def test_a_run_killed_while_it_puts_back_ends_with_the_original(
    node: Node, monkeypatch: pytest.MonkeyPatch, survivors: int
) -> None:
    node.lay(A, *FOREIGN)
    node.converge({A: TREE[A]})
    node.confirm()
    replace, left = node.module.replace, survivors

    def dies(path: Path, file: Any) -> None:
        nonlocal left
        if left == 0:
            raise KeyboardInterrupt
        left -= 1
        replace(path, file)

    monkeypatch.setattr(node.module, "replace", dies)
    with pytest.raises(KeyboardInterrupt):
        node.converge({})
    monkeypatch.undo()
    assert node.converge({})["paths"] == [str(node.root / A)]
    assert node.files == {A: FOREIGN}
    assert node.kept == {}


def test_folders_can_be_read_by_all_whatever_the_umask_is(node: Node) -> None:
    (node.root / "opt").mkdir(mode=0o700)
    node.lay("etc/theirs/c", "theirs\n").parent.chmod(0o711)
    before = os.umask(0o077)
    try:
        files = {f"{folder}/c": ("x", 0o644) for folder in ("etc/new/deep", "etc/theirs", "opt")}
        node.converge(files)
    finally:
        os.umask(before)
    modes = {
        name: (node.root / name).stat().st_mode & 0o777
        for name in ("etc/new", "etc/new/deep", "etc/theirs", "opt", "memory", "memory/kept")
    }
    assert modes == {
        "etc/new": 0o755,
        "etc/new/deep": 0o755,
        "etc/theirs": 0o711,
        "opt": 0o700,
        "memory": 0o755,
        "memory/kept": 0o700,  # who could not read an original cannot read its copy
    }


def test_a_mark_stays_with_paths_until_it_is_confirmed(node: Node) -> None:
    assert node.begin("packages", check=True) == {"changed": True, "paths": ["packages"]}
    assert not node.memory.exists()
    assert node.begin("packages") == {"changed": True, "paths": ["packages"]}
    assert node.begin("packages")["changed"] is False
    paths = [str(node.root / name) for name in TREE]
    assert node.converge(TREE)["paths"] == [*paths, "packages"]
    assert node.begin("firmware")["paths"] == [*paths, "firmware", "packages"]
    assert node.files == dict(TREE)
    node.confirm()
    assert node.converge(TREE) == {"changed": False, "paths": [], "diff": []}


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

    def dies(path: Path, file: Any) -> None:
        nonlocal left
        if path != node.memory:
            if left == 0:
                path.with_name(f".{path.name}.railwright").write_bytes(file.content[:1])
                raise KeyboardInterrupt
            left -= 1
        replace(path, file)

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


@pytest.mark.parametrize("path", ["etc/a", "/etc/../a", "/etc/./a"])
def test_paths_that_may_lead_elsewhere_are_refused(node: Node, path: str) -> None:
    with pytest.raises(ValueError, match="no absolute path"):
        node.module.wanted([{"path": path, "content": "", "mode": "0644"}])


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
    marked = {"changed": True, "paths": ["packages"]}
    assert run("one\n", begin=["packages"])[1] == marked
    assert run("one\n")[1] == marked
    assert "of a-z" in run("one\n", begin=["/etc/a.conf"])[1]["msg"]
    assert run("one\n", confirm=True)[1]["paths"] == ["packages"]
    target.unlink()
    target.mkdir()
    assert run("one\n")[1]["msg"] == f"{target}: a folder is in the way; move it"


def test_what_a_system_needs_stays_where_no_original_was_kept(node: Node) -> None:
    node.converge({A: ("ours", 0o644)})
    node.confirm()
    assert node.converge({}, [A], check=True)["paths"] == []
    left = node.converge({}, [A])
    assert (left["changed"], left["diff"]) == (False, [])
    assert (node.root / A).read_text() == "ours"
    # It is nobody's of ours from then on: the next one to take it over keeps it.
    node.converge({A: ("again", 0o644)}, [A])
    assert node.kept[A][0] == "ours"
    assert node.converge({}, [A])["changed"]
    assert (node.root / A).read_text() == "ours"
