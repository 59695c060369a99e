"""Whether this host and user can run a lab: root, tools, and what the kernel must have."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from railwright.lab.errors import LabError, LabUnavailableError
from railwright.lab.shell import TOOL_PATH, run

TOOLS = {
    "ip": "iproute2",
    "mount": "mount",
    "nsenter": "util-linux",
    "pivot_root": "util-linux",
    "setpriv": "util-linux",
    "ssh-keygen": "openssh-client",
    "unshare": "util-linux",
}
"""What `lab up` runs on the host, and the Debian packages they come from."""

BUILD_TOOLS = {"apt-get": "apt", "mmdebstrap": "mmdebstrap", "setpriv": "util-linux"}
"""What building the root file system runs besides."""

SIGNING_TOOLS = {"gpg": "gpg", "gpg-agent": "gpg-agent", "gpgconf": "gpgconf"}
"""What building the stand-in packages runs besides, where an intent has a `stack`."""

_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_MOUNT_TABLE = Path("/proc/self/mounts")

_PROBE = """
set -e
ip link add probe0 type veth peer name probe1
ip link add probe2 type bridge
mount -t tmpfs tmpfs "$1"
mkdir "$1/lower" "$1/upper" "$1/work" "$1/merged"
mount -t overlay -o "lowerdir=$1/lower,upperdir=$1/upper,workdir=$1/work" overlay "$1/merged"
"""


@dataclass(frozen=True, slots=True)
class Host:
    """What a check asks of the host; tests replace it."""

    is_root: Callable[[], bool] = lambda: os.geteuid() == 0
    has_tool: Callable[[str], bool] = lambda name: shutil.which(name, path=TOOL_PATH) is not None
    has_keyring: Callable[[], bool] = _KEYRING.exists
    mounts: Callable[[], str] = _MOUNT_TABLE.read_text


def check(scratch: Path, host: Host | None = None, *, probe: bool = True) -> None:
    """Check everything that running a lab needs; `scratch` is an existing folder to mount on.

    Raises: LabUnavailableError with the reason and the remedy.
    """
    host = host or Host()
    if not host.is_root():
        raise LabUnavailableError(
            "the lab makes network, mount and process namespaces, which needs root; "
            "run this command as root (sudo)"
        )
    _check_tools(TOOLS, host)
    if cgroup_mount(host.mounts()) is None:
        raise LabUnavailableError(
            "no cgroup2 file system is mounted, and booted nodes run systemd in one; "
            "mount it: mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified"
        )
    if probe:
        _probe_kernel(scratch)


def check_build(host: Host | None = None) -> None:
    """Check what building the root file system needs. Raises: LabUnavailableError."""
    host = host or Host()
    _check_tools(BUILD_TOOLS, host)
    if not host.has_keyring():
        raise LabUnavailableError(
            "the root file system is Debian and its archive keys are missing; "
            "apt-get install debian-archive-keyring"
        )


def check_signing(host: Host | None = None) -> None:
    """Check what signing stand-in packages needs. Raises: LabUnavailableError."""
    _check_tools(SIGNING_TOOLS, host or Host())


def cgroup_mount(mounts: str) -> Path | None:
    """Return where cgroup2 is mounted according to the text of /proc/self/mounts."""
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) > 2 and fields[2] == "cgroup2":
            return Path(fields[1])
    return None


def here() -> Path | None:
    """Return where cgroup2 is mounted on this host."""
    return cgroup_mount(_MOUNT_TABLE.read_text())


def _check_tools(tools: dict[str, str], host: Host) -> None:
    missing = [name for name in tools if not host.has_tool(name)]
    if missing:
        packages = " ".join(_unique(tools[name] for name in missing))
        raise LabUnavailableError(
            f"not found on this host: {', '.join(missing)}; apt-get install {packages}"
        )


def _unique(names: Iterable[str]) -> Iterator[str]:
    yield from sorted(set(names))


def _probe_kernel(scratch: Path) -> None:
    """Make one of each kind of thing inside namespaces of their own, which leave nothing."""
    argv = ["unshare", "--mount", "--net", "--uts", "--ipc", "--pid", "--cgroup", "--fork"]
    argv += ["--propagation", "private", "sh", "-c", _PROBE, "probe", str(scratch)]
    try:
        run(argv, timeout_s=20)
    except LabError as err:
        raise LabUnavailableError(
            "this kernel or container refuses what the lab is made of (namespaces, veth, bridge, "
            f"overlay and tmpfs mounts); run on a host or in a privileged container\n{err}"
        ) from err
