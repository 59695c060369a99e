"""Starting devices and telling whether they run."""

import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from railwright.lab.errors import LabError
from railwright.lab.process import PROC, Process, by_network, first_child
from railwright.lab.resources import script
from railwright.lab.shell import ENVIRONMENT, last_lines
from railwright.lab.state import NETNS_FOLDER, Kind, LabFolder

DAEMONS: Mapping[Kind, tuple[str, ...]] = {
    "switch": ("applier", "bgpd", "lldpd", "redis-server", "sshd", "staticd", "zebra"),
    "node": ("lldpd", "sshd", "systemd"),
    "bare": (),
}
"""What runs on a device that is up."""

_SSH_PORT = 22
_LISTENING = "0A"  # include/net/tcp_states.h TCP_LISTEN, as /proc/net/tcp prints it
_POLL_S = 0.1
_MARKER = "run/railwright/applied"


@dataclass(frozen=True, slots=True)
class Start:
    """What it takes to start one device; `cgroup` is None for a switch."""

    name: str
    kind: Kind
    namespace: str
    layers: str
    cgroup: Path | None

    def command(self, folder: LabFolder) -> list[str]:
        """Return the command line of the device's outermost process."""
        argv = ["nsenter", f"--net={NETNS_FOLDER / self.namespace}"]
        argv += ["unshare", "--mount", "--propagation", "private"]
        argv += ["sh", str(script("device-run.sh")), self.kind]
        argv += [str(folder.device(self.name)), self.layers]
        return argv if self.cgroup is None else [*argv, str(self.cgroup)]


def launch(start: Start, folder: LabFolder) -> "subprocess.Popen[bytes]":
    """Start a device and return at once; it outlives this process and records itself."""
    folder.pid(start.name).unlink(missing_ok=True)
    with folder.log(start.name).open("wb") as log:
        return subprocess.Popen(  # noqa: S603 (a list of words, no shell)
            start.command(folder),
            env=ENVIRONMENT,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def boot(start: Start, folder: LabFolder, timeout_s: float) -> None:
    """Start a device and wait until it is ready.

    Raises: LabError with the end of the device's boot log when it ends or takes too long.
    """
    outermost = launch(start, folder)
    deadline = time.monotonic() + timeout_s
    while not is_ready(start.name, start.kind, folder):
        if outermost.poll() is not None:
            raise LabError(f"{start.name}: ended while it booted\n{_log(start, folder)}")
        if time.monotonic() > deadline:
            raise LabError(f"{start.name}: not up after {timeout_s:.0f} s\n{_log(start, folder)}")
        time.sleep(_POLL_S)


def is_ready(name: str, kind: Kind, folder: LabFolder) -> bool:
    """Return whether a booted device accepts log-ins (and a switch has applied something)."""
    first = first_process(name, folder)
    if first is None or not listens(first, _SSH_PORT):
        return False
    return kind != "switch" or applied(name, folder) is not None


def first_process(name: str, folder: LabFolder) -> int | None:
    """Return the host's number of a device's process 1, None while it has none."""
    outermost = folder.started(name)
    inner = None if outermost is None else first_child(outermost.pid)
    return None if inner is None else first_child(inner)


def applied(name: str, folder: LabFolder) -> str | None:
    """Return what a switch's applier has recorded of its work, None before its first."""
    first = first_process(name, folder)
    if first is None:
        return None
    try:
        return (PROC / f"{first}/root" / _MARKER).read_text().strip()
    except OSError:
        return None


def network_inodes(namespaces: Iterable[str]) -> dict[str, int]:
    """Return the inode of each network namespace that exists, by name."""
    found = {}
    for name in namespaces:
        try:
            found[name] = (NETNS_FOLDER / name).stat().st_ino
        except FileNotFoundError:
            continue
    return found


def processes(namespaces: Iterable[str]) -> dict[str, list[Process]]:
    """Return the running processes of each network namespace that exists, by its name."""
    inodes = network_inodes(namespaces)
    running = by_network(inodes.values())
    return {name: running[inode] for name, inode in inodes.items()}


def daemons(running: Iterable[Process]) -> set[str]:
    """Return the names of what runs; the applier is a Python process with its module's name."""
    found = set()
    for process in running:
        is_applier = "box.applier" in process.arguments
        found.add("applier" if is_applier else process.command)
    return found


def listens(pid: int, port: int) -> bool:
    """Return whether anything accepts connections to a port where a process is."""
    wanted = f":{port:04X}"
    try:
        rows = (PROC / f"{pid}/net/tcp").read_text().splitlines()[1:]
    except OSError:
        return False
    return any(
        fields[1].endswith(wanted) and fields[3] == _LISTENING for fields in map(str.split, rows)
    )


def _log(start: Start, folder: LabFolder) -> str:
    try:
        return last_lines(folder.log(start.name).read_text(errors="replace"))
    except OSError:
        return ""
