"""File trees of devices: what is in them, who owns it, and that nothing is left of older ones."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from railwright.lab import layers
from railwright.lab.keys import LabKeys
from railwright.lab.layers import Owned
from railwright.lab.resources import script
from railwright.plan.model import Plan

ROOT = os.geteuid() == 0


@pytest.fixture
def rootfs(tmp_path: Path) -> Path:
    etc = tmp_path / "rootfs" / "etc"
    etc.mkdir(parents=True)
    (etc / "passwd").write_text("root:x:0:0:root:/root:/bin/bash\n")
    (etc / "group").write_text("root:x:0:\n")
    (etc / "shadow").write_text("root:*:19000:0:99999:7:::\n")
    return tmp_path / "rootfs"


@pytest.fixture
def keys(tmp_path: Path, tiny: Plan) -> LabKeys:
    hosts = {device.name: tmp_path / device.name for device in tiny.devices}
    for name, path in hosts.items():
        path.write_text(f"private {name}\n")
        path.with_name(f"{path.name}.pub").write_text(f"public {name}\n")
    return LabKeys(tmp_path / "id", "ssh-ed25519 AAAA", tmp_path / "known_hosts", hosts)


def by_path(entries: object) -> dict[str, Owned]:
    assert hasattr(entries, "__iter__")
    return {entry.path: entry for entry in entries}


def test_the_switch_user_can_log_in_and_become_root(rootfs: Path) -> None:
    entries = by_path(layers._account(rootfs, "admin", "ssh-ed25519 AAAA"))
    assert entries["etc/passwd"].content.endswith(b"admin:x:1000:1000::/home/admin:/bin/bash\n")
    assert entries["etc/passwd"].content.startswith(b"root:x:0:0")
    assert entries["etc/sudoers.d/railwright-lab"].mode == 0o440
    assert entries["etc/shadow"].mode == 0o640
    key = entries["home/admin/.ssh/authorized_keys"]
    assert (key.content, key.mode, key.owner) == (b"ssh-ed25519 AAAA railwright-lab\n", 0o600, 1000)


def test_root_needs_no_account(rootfs: Path) -> None:
    entries = by_path(layers._account(rootfs, "root", "ssh-ed25519 AAAA"))
    assert set(entries) == {
        "etc/ssh/sshd_config.d/railwright-lab.conf",
        "root/.ssh/authorized_keys",
    }


def test_every_command_of_a_switch_leads_to_the_launcher() -> None:
    entries = by_path(layers._switch_files())
    for name in ("TSA", "TSB", "config", "show", "sonic-cfggen", "sonic-db-cli"):
        target = entries[f"usr/local/bin/{name}"].link.lstrip("/")
        assert entries[target].mode == 0o755
        assert entries[target].content.startswith(b"#!/usr/bin/python3")
    assert "usr/local/lib/railwright-box/box/applier.py" in entries
    assert not [path for path in entries if "__pycache__" in path]


def test_a_device_has_its_own_identity(tiny: Plan, keys: LabKeys) -> None:
    switch = by_path(layers._device_files(tiny, tiny.device["spine1"], keys))
    node = by_path(layers._device_files(tiny, tiny.device["gpu0001"], keys))
    assert switch["etc/hosts"].content.splitlines()[1] == b"127.0.1.1 spine1 sonic"
    assert node["etc/hostname"].content == b"gpu0001\n"
    assert switch["etc/ssh/ssh_host_ed25519_key"].content == b"private spine1\n"
    assert switch["etc/ssh/ssh_host_ed25519_key"].mode == 0o600
    assert "etc/sonic/config_db.json" in switch
    assert not [path for path in node if "sonic" in path]
    assert len(node["etc/machine-id"].content) == 33


@pytest.mark.skipif(not ROOT, reason="giving files to another user needs root")
def test_a_home_belongs_to_its_user(tmp_path: Path) -> None:
    root = tmp_path / "tree"
    layers._write(root, [Owned("home/admin/.ssh/authorized_keys", b"k", 0o600, 1000)])
    owners = {
        path.relative_to(root).as_posix(): (path.stat().st_uid, path.stat().st_mode & 0o777)
        for path in root.rglob("*")
    }
    assert owners == {
        "home": (0, 0o755),
        "home/admin": (1000, 0o755),
        "home/admin/.ssh": (1000, 0o700),
        "home/admin/.ssh/authorized_keys": (1000, 0o600),
    }


def test_a_tree_is_written_anew(tmp_path: Path) -> None:
    me = os.geteuid()
    root = tmp_path / "tree"
    layers._write(root, [Owned("etc/a", b"1", owner=me), Owned("bin/b", link="/etc/a")])
    layers._write(root, [Owned("etc/c", b"2", 0o600, me)])
    assert sorted(path.name for path in root.rglob("*")) == ["c", "etc"]
    assert (root / "etc/c").stat().st_mode & 0o777 == 0o600
    layers._write(root, [Owned("bin/b", link="/etc/a")])
    assert (root / "bin/b").readlink() == Path("/etc/a")


@pytest.mark.skipif(shutil.which("dash") is None, reason="needs dash, the sh of Debian")
@pytest.mark.parametrize("name", ["device-run.sh", "device-init.sh", "switch-init.sh"])
def test_scripts_parse(name: str) -> None:
    subprocess.run(["dash", "-n", str(script(name))], check=True)
