from pathlib import Path

import pytest

from railwright.lab import execute
from railwright.lab.errors import LabError, LabUnavailableError
from railwright.lab.state import LabFolder


def test_a_command_is_told_where_the_lab_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = LabFolder(Path("/run/x"), "c1")
    inherited = {"HOME": "/home/me", "RAILWRIGHT_ONLY": "another", "NO_COLOR": "1"}
    assert execute.environment(folder, Path("my.yml"), inherited) == {
        "HOME": "/home/me",
        "NO_COLOR": "1",
        "ANSIBLE_INVENTORY": str(tmp_path / "my.yml"),
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(folder.root / "ssh"),
        "RAILWRIGHT_KNOWN_HOSTS": "/run/x/c1/keys/known_hosts",
        "RAILWRIGHT_ONLY": "/run/x/c1/hosts",
        "RAILWRIGHT_SSH_KEY": "/run/x/c1/keys/id_ed25519",
    }


def test_without_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(LabUnavailableError, match="needs root; run as root"):
        execute.run("c1", ["true"], Path("my.yml"), {}, tmp_path)


def test_without_a_lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    with pytest.raises(LabError) as caught:
        execute.run("c1", ["true"], Path("my.yml"), {}, tmp_path)
    assert str(caught.value) == "no lab of c1 runs; start it: railwright lab up"
