"""Running the real ansible commands against this checkout."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

TIMEOUT_S = 120


@dataclass(frozen=True)
class Ran:
    """What a command left; `text` is both outputs together."""

    rc: int
    stdout: str
    stderr: str

    @property
    def text(self) -> str:
        return self.stdout + self.stderr


Ansible = Callable[..., Ran]
"""(program, *words, env={}, cwd=checkout) -> Ran."""


@pytest.fixture(scope="session")
def lab_small(root: Path) -> Path:
    return root / "intent" / "examples" / "lab-small.yml"


@pytest.fixture(scope="session")
def ansible(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Ansible:
    """Run an ansible program of this environment; the caller's settings do not reach it."""
    home = tmp_path_factory.mktemp("home")
    tools = Path(sys.executable).parent
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ANSIBLE_", "RAILWRIGHT_"))
    }

    def run(program: str, *words: str, env: Mapping[str, str] = {}, cwd: Path = root) -> Ran:
        done = subprocess.run(
            [str(tools / program), *words],
            cwd=cwd,
            env={**clean, "HOME": str(home), "ANSIBLE_NOCOLOR": "1", **env},
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_S,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def checkout(root: Path, tmp_path: Path) -> Path:
    """A copy of what a user runs, so that a test can put a vault beside the playbooks."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in ("site.yml", "ansible.cfg"):
        (folder / name).write_bytes((root / name).read_bytes())
    for path in sorted((root / "playbooks").rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            copy = folder / path.relative_to(root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    return folder
