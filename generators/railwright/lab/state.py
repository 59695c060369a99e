"""What is known about a lab outside this process: its folder, its record and its lock.

Everything is recorded before it is made, so that `down` can remove a lab whose `up` was killed.
"""

import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from railwright.lab.errors import LabError, LabUnavailableError
from railwright.lab.process import Identity, identify, parse_stat
from railwright.lab.shell import sharing

RUN_FOLDER = Path("/run/railwright/lab")
NETNS_FOLDER = Path("/run/netns")
"""Where `ip netns` keeps its namespaces, for all of the host."""
PREFIX = "rw-"
"""What the names of every lab's namespaces and control groups begin with."""

FORMAT = 1
_TEMPORARY = ".new-"
_LOCK_WAIT_S, _LOCK_QUIET_S = 600.0, 1.0
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

Kind = Literal["switch", "node", "bare"]
"""switch: a booted box; node: a booted host; bare: a network namespace that answers pings."""

Phase = Literal["building", "built", "stopping"]
"""building: the network is not complete; built: it is, devices are booted into it."""


@dataclass(frozen=True, slots=True)
class Member:
    """One device of the lab: its `role` in the plan and its management `address`."""

    name: str
    kind: Kind
    role: str
    namespace: str
    address: str


@dataclass(frozen=True, slots=True)
class LabState:
    """The record of one lab.

    `fingerprint` identifies the network and the boots it was made from; `cgroup` is the folder of
    its control groups.
    """

    cluster: str
    boot_id: str
    phase: Phase
    fingerprint: str
    namespaces: tuple[str, ...]
    members: tuple[Member, ...]
    cgroup: str

    def to(self, phase: Phase) -> "LabState":
        """Return the record in another phase."""
        return replace(self, phase=phase)


@dataclass(frozen=True, slots=True)
class LabFolder:
    """Where one lab keeps its files."""

    base: Path
    cluster: str

    @property
    def root(self) -> Path:
        """Return the folder that `down` removes."""
        return self.base / self.cluster

    @property
    def record(self) -> Path:
        """Return the file of the record."""
        return self.root / "state.json"

    @property
    def wiring(self) -> Path:
        """Return the file of the network's own record."""
        return self.root / "wiring.json"

    @property
    def keys(self) -> Path:
        """Return the folder of the lab's SSH keys."""
        return self.root / "keys"

    @property
    def only(self) -> Path:
        """Return the file that lists the hosts that can be logged in to."""
        return self.root / "hosts"

    def layer(self, kind: Kind) -> Path:
        """Return the file tree that all devices of a kind share."""
        return self.root / "layers" / kind

    def device(self, name: str) -> Path:
        """Return the folder of one booted device."""
        return self.root / "devices" / name

    def pid(self, name: str) -> Path:
        """Return the file with the identity of a device's outermost process."""
        return self.device(name) / "process"

    def log(self, name: str) -> Path:
        """Return the file with what a device printed while it started."""
        return self.device(name) / "boot.log"

    @property
    def upstream(self) -> Path:
        """Return the file that says where the lab's package servers are."""
        return self.root / "upstream.yml"

    @property
    def upstream_pid(self) -> Path:
        """Return the file with the identity of the package servers' process."""
        return self.root / "upstream.process"

    def started(self, name: str) -> Identity | None:
        """Return the identity of a device's outermost process if it runs."""
        return _running(self.pid(name))

    def served(self) -> Identity | None:
        """Return the identity of the package servers' process if it runs."""
        return _running(self.upstream_pid)


def _running(record: Path) -> Identity | None:
    try:
        identity = parse_stat(record.read_text())
    except (OSError, ValueError):
        return None
    return identity if identify(identity.pid) == identity else None


def boot_id() -> str:
    """Return the kernel's identity of this boot: a record of another one is history."""
    return _BOOT_ID.read_text().strip()


def load(folder: LabFolder) -> LabState | None:
    """Return the record of a lab, None without one.

    Raises: LabError when it cannot be read, LabUnavailableError without permission.
    """
    try:
        raw = json.loads(folder.record.read_bytes())
    except FileNotFoundError:
        return None
    except PermissionError as err:
        raise LabUnavailableError(
            f"{folder.record}: no permission; a lab belongs to root, run as root (sudo)"
        ) from err
    except (OSError, ValueError) as err:
        raise LabError(f"{folder.record}: cannot be read: {err}") from err
    try:
        if raw.pop("format") != FORMAT:
            raise KeyError("format")
        members = tuple(Member(**member) for member in raw.pop("members"))
        return LabState(**{**raw, "namespaces": tuple(raw["namespaces"]), "members": members})
    except (AttributeError, KeyError, TypeError) as err:
        raise LabError(
            f"{folder.record}: was written by another version of railwright; "
            "take the lab down with that version"
        ) from err


def save(folder: LabFolder, state: LabState) -> None:
    """Write the record atomically."""
    folder.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_json(folder.record, {"format": FORMAT, **asdict(state)})


def load_wiring(folder: LabFolder) -> dict[str, Any]:
    """Return the record of a lab's network. Raises: LabError when it cannot be read."""
    try:
        raw: dict[str, Any] = json.loads(folder.wiring.read_bytes())
    except (OSError, ValueError) as err:
        raise LabError(f"{folder.wiring}: cannot be read: {err}") from err
    return raw


def save_wiring(folder: LabFolder, raw: Mapping[str, object]) -> None:
    """Write the record of a lab's network atomically."""
    write_json(folder.wiring, raw)


def write_json(path: Path, value: Mapping[str, object]) -> None:
    """Write a JSON file atomically, readable by its owner only."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=_TEMPORARY)
    with os.fdopen(handle, "w") as stream:
        stream.write(json.dumps(value))
        stream.write("\n")
        stream.flush()
        os.fsync(stream.fileno())
    Path(name).replace(path)


def forget(folder: LabFolder) -> None:
    """Remove a lab's folder; the record goes last, so that an interrupted removal is resumed."""
    if not folder.root.is_dir():
        return
    for path in folder.root.iterdir():
        if path == folder.record:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    folder.record.unlink(missing_ok=True)
    folder.root.rmdir()


def recorded(base: Path) -> tuple[str, ...]:
    """Return the clusters with a lab on this host, sorted."""
    return tuple(sorted(path.parent.name for path in base.glob("*/state.json")))


@contextmanager
def locked(base: Path, say: Callable[[str], None] = lambda _: None) -> Iterator[None]:
    """Hold the host's lab lock; the kernel drops it if this process is killed.

    What another command holds is waited for, for `_LOCK_WAIT_S`, and `say` is told so.
    Raises: LabError when another lab command holds it, LabUnavailableError without permission.
    """
    handle = _open_folder(base)
    try:
        _lock(handle, say)
        for interrupted in base.glob(f"{_TEMPORARY}*"):
            interrupted.unlink()
        with sharing(handle):
            yield
    finally:
        os.close(handle)


def _open_folder(base: Path) -> int:
    try:
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(base, os.O_RDONLY | os.O_DIRECTORY)
    except PermissionError as err:
        raise LabUnavailableError(
            f"{err.filename}: no permission; the lab makes namespaces and needs root"
        ) from err


def _lock(handle: int, say: Callable[[str], None]) -> None:
    """Take the lock; a tool of a command that was killed may hold it a moment longer."""
    begun, told = time.monotonic(), False
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waited_s = time.monotonic() - begun
            if waited_s > _LOCK_WAIT_S:
                raise LabError(
                    "another railwright lab command is at work on this host; wait for it to end"
                ) from None
            if waited_s > _LOCK_QUIET_S and not told:
                say("waiting for another railwright lab command on this host to end")
                told = True
            time.sleep(0.02)
        else:
            return
