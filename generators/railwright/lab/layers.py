"""File trees above the shared root file system: one per kind of device, one per device.

A device's root is an overlay of its own tree, its kind's tree and the shared Debian, so nothing
is copied at boot and what a device starts with can be looked at on the host.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from railwright.files import OutputFile
from railwright.lab import factory, network
from railwright.lab.box.commands import COMMANDS
from railwright.lab.distribution import of_nodes
from railwright.lab.keys import LabKeys
from railwright.lab.resources import BOX, script
from railwright.lab.standin import factory as standin_factory
from railwright.lab.standin import hardware
from railwright.lab.standin.debs import Item
from railwright.lab.state import Kind, LabFolder
from railwright.plan.model import Device, Plan

BOX_HOME = "usr/local/lib/railwright-box"
_LAUNCHER = "launcher.py"
"""What the names of a switch's commands are links to."""

_FIRST_USER_ID = 1000
_DISABLED_UNITS = (
    "apt-daily-upgrade.timer",
    "apt-daily.timer",
    "console-getty.service",
    "dpkg-db-backup.timer",
    "e2scrub_all.timer",
    "e2scrub_reap.service",
    "fstrim.timer",
    "getty@tty1.service",
    "logrotate.timer",
    "systemd-modules-load.service",
    "systemd-udev-trigger.service",
    "systemd-udevd-control.socket",
    "systemd-udevd-kernel.socket",
    "systemd-udevd.service",
)
"""Units without a purpose in a container; timers would wake every node of the lab."""

_SSHD = "PasswordAuthentication no\nUseDNS no\nPrintMotd no\n"
_JOURNAL = "[Journal]\nStorage=volatile\nRuntimeMaxUse=16M\n"


@dataclass(frozen=True, slots=True)
class Owned:
    """A file or, with `link`, a symbolic link of a device's root, with its owner."""

    path: str
    content: bytes = b""
    mode: int = 0o644
    owner: int = 0
    link: str = ""


def write_kind(folder: LabFolder, kind: Kind, rootfs: Path, plan: Plan, keys: LabKeys) -> None:
    """Write the tree that all switches, or all nodes, share."""
    access = plan.intent.access
    if kind == "switch":
        entries = (*_switch_files(), *_account(rootfs, access.switch_user, keys.public))
    else:
        entries = (*_node_files(), *_account(rootfs, access.node_user, keys.public))
        if plan.intent.stack is not None:
            system = of_nodes(plan).system
            entries += tuple(map(_placed, standin_factory.items(rootfs, system)))
    _write(folder.layer(kind), entries)


def write_device(folder: LabFolder, plan: Plan, device: Device, keys: LabKeys) -> None:
    """Write the tree of one device, beside the folder its disk is mounted on."""
    _write(folder.device(device.name) / "files", _device_files(plan, device, keys))
    (folder.device(device.name) / "disk").mkdir(exist_ok=True)


def stack(folder: LabFolder, device: Device, rootfs: Path) -> str:
    """Return the overlay's lower layers, the uppermost first."""
    kind: Kind = "switch" if device.is_switch else "node"
    return ":".join(map(str, (folder.device(device.name) / "files", folder.layer(kind), rootfs)))


def _device_files(plan: Plan, device: Device, keys: LabKeys) -> Iterator[Owned]:
    names = device.name
    if device.is_switch:
        names += f" {factory.FACTORY_HOSTNAME}"
        yield from map(_owned, factory.files(plan, device))
    else:
        machine = hashlib.sha256(device.name.encode()).hexdigest()[:32]
        yield Owned("etc/machine-id", f"{machine}\n".encode(), 0o444)
        if plan.intent.stack is not None:
            yield Owned(standin_factory.HARDWARE, hardware.document(plan, device))
    hosts = f"127.0.0.1 localhost\n127.0.1.1 {names}\n::1 localhost\n"
    yield Owned("etc/hosts", hosts.encode())
    yield Owned("etc/hostname", f"{device.name}\n".encode())
    private = keys.hosts[device.name]
    public = private.with_name(f"{private.name}.pub")
    yield Owned("etc/ssh/ssh_host_ed25519_key", private.read_bytes(), 0o600)
    yield Owned("etc/ssh/ssh_host_ed25519_key.pub", public.read_bytes())
    lines = "".join(f"{line}\n" for line in network.boot_lines(plan, device))
    yield Owned("etc/railwright-lab/boot.ip", lines.encode())


def _switch_files() -> Iterator[Owned]:
    for path in sorted(BOX.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            place = f"{BOX_HOME}/box/{path.relative_to(BOX).as_posix()}"
            yield Owned(place, path.read_bytes(), 0o755 if path.name == _LAUNCHER else 0o644)
    for name in sorted(COMMANDS):
        yield Owned(f"usr/local/bin/{name}", link=f"/{BOX_HOME}/box/{_LAUNCHER}")
    for name in ("switch-init.sh", "redis.conf"):
        yield Owned(f"etc/railwright-lab/{name}", script(name).read_bytes())


def _node_files() -> Iterator[Owned]:
    for unit in _DISABLED_UNITS:
        yield Owned(f"etc/systemd/system/{unit}", link="/dev/null")
    yield Owned("etc/systemd/journald.conf.d/railwright-lab.conf", _JOURNAL.encode())


def _account(rootfs: Path, user: str, public_key: str) -> Iterator[Owned]:
    """Yield what lets `user` log in with the lab's key and become root without a password."""
    yield Owned("etc/ssh/sshd_config.d/railwright-lab.conf", _SSHD.encode())
    key = f"{public_key} railwright-lab\n".encode()
    if user == "root":
        yield Owned("root/.ssh/authorized_keys", key, 0o600)
        return
    uid = _FIRST_USER_ID
    for name, line in (
        ("passwd", f"{user}:x:{uid}:{uid}::/home/{user}:/bin/bash\n"),
        ("group", f"{user}:x:{uid}:\n"),
        ("shadow", f"{user}:*:19000:0:99999:7:::\n"),
    ):
        path = rootfs / "etc" / name
        mode = 0o640 if name == "shadow" else 0o644
        yield Owned(f"etc/{name}", path.read_bytes() + line.encode(), mode)
    yield Owned(f"home/{user}/.ssh/authorized_keys", key, 0o600, uid)
    rule = f"{user} ALL=(ALL) NOPASSWD: ALL\n"
    yield Owned("etc/sudoers.d/railwright-lab", rule.encode(), 0o440)


def _owned(file: OutputFile) -> Owned:
    return Owned(file.path, file.content, file.mode)


def _placed(item: Item) -> Owned:
    return Owned(item.path, item.content, item.mode, link=item.link)


def _write(root: Path, entries: Iterable[Owned]) -> None:
    """Write a tree anew, below folders that everybody may enter (private ones to their owner)."""
    if root.exists():
        shutil.rmtree(root)
    root.mkdir(mode=0o755, parents=True)
    for entry in entries:
        target = root / entry.path
        _make_folders(root, target.parent, entry)
        if entry.link:
            target.symlink_to(entry.link)
            continue
        target.write_bytes(entry.content)
        target.chmod(entry.mode)
        os.chown(target, entry.owner, entry.owner)


def _make_folders(root: Path, folder: Path, entry: Owned) -> None:
    """Make the folders above a file; those of a person's home belong to the person."""
    for parent in reversed((folder, *folder.parents)):
        if parent.is_relative_to(root) and not parent.exists():
            parent.mkdir()
            parent.chmod(0o700 if parent.name in (".ssh", "root") else 0o755)
            if "home" in parent.relative_to(root).parts[:-1]:
                os.chown(parent, entry.owner, entry.owner)
