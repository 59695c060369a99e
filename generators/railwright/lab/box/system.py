"""What the applier does to the switch it runs in: ip, vtysh, lldpcli and files under /proc/sys."""

import logging
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from .frr8 import removals, translate
from .interfaces import Kernel

LOG = logging.getLogger("applier")

DAEMONS = ("zebra", "staticd", "bgpd")
COMMAND_TIMEOUT_S = 30
VTY_TIMEOUT_S = 5

# -L '': without lldpd's own start-up lldpcli, which would race with ours and can leave lldpd
# paused for good
LLDPD = ["lldpd", "-L", "", "-I", "Ethernet*,eth0", "-C", "eth0"]
LLDPD_PID_FILE = Path("/run/lldpd.pid")
LLDPD_SOCKET = Path("/run/lldpd.socket")
LLDPD_WAIT_S = 5

HOLDERS = ("dummy", "ifb")
"""Kinds of devices that are always up and swallow what they are given; SONiC's is the first."""
PROBE = "probe0"

SYSCTLS = (
    # a switch forwards, spreads flows by ports, and takes replies on another link than it asked on
    ("net/ipv4/ip_forward", "1"),
    ("net/ipv6/conf/all/forwarding", "1"),
    ("net/ipv4/fib_multipath_hash_policy", "1"),
    ("net/ipv6/fib_multipath_hash_policy", "1"),
    ("net/ipv4/conf/all/rp_filter", "2"),
    ("net/ipv4/conf/default/rp_filter", "2"),
    ("net/ipv6/conf/all/keep_addr_on_down", "1"),
)


class System:
    """The switch as the applier sees it; every failure is logged and survived."""

    def __init__(
        self, vty_dir: Path, lldp_interval_s: int = 0, sets_hostname: bool = False
    ) -> None:
        """Work on the namespaces of this process.

        Args:
            vty_dir: where FRR's daemons have their sockets.
            lldp_interval_s: seconds between two LLDP announcements, 0 for lldpd's own.
            sets_hostname: whether the UTS namespace belongs to the switch alone.
        """
        self._vty_dir = vty_dir
        self._sets_hostname = sets_hostname
        self._kernel: Kernel | None = None
        self.lldp_interval_s = lldp_interval_s

    def links_json(self) -> str:
        """Return `ip -json address`."""
        return _run(["ip", "-json", "address"])[0]

    def ip_batch(self, lines: Sequence[str]) -> None:
        """Run `ip -batch` lines, going on after a refused one."""
        if lines:
            LOG.info("ip: %s", "; ".join(lines))
            _log_errors("ip", _run(["ip", "-force", "-batch", "-"], "\n".join(lines) + "\n")[1])

    def kernel(self) -> Kernel:
        """Return which devices can be made here; found out once, with devices that go at once."""
        if self._kernel is None:
            holder = next((kind for kind in HOLDERS if _makes(PROBE, "type", kind)), "")
            tags = bool(holder) and _makes(f"{PROBE}.2", "link", PROBE, "type", "vlan", "id", "2")
            _run(["ip", "link", "del", PROBE])  # and what was made of it
            self._kernel = Kernel(holder, tags)
            LOG.info("%s", self._kernel)
        return self._kernel

    def lldp(self, lines: Sequence[str]) -> None:
        """Give lldpd its configuration; it answers once its control socket is there."""
        if lines:
            _log_errors("lldpcli", _run(["lldpcli"], "\n".join(lines) + "\n")[1])

    def lldp_restart(self) -> None:
        """Start lldpd anew, as a reload does with its container.

        It also mends what link changes during its start or in great number made it miss: a new
        lldpd reads all links afresh.
        """
        if not _end(LLDPD_PID_FILE):
            return
        _log_errors("lldpd", _run(LLDPD)[1])
        deadline = time.monotonic() + LLDPD_WAIT_S
        while not LLDPD_SOCKET.exists() and time.monotonic() < deadline:
            time.sleep(0.05)

    def lldp_statistics(self) -> str:
        """Return what lldpd counted on the ports it knows, as JSON; empty if it does not answer."""
        return _run(["lldpcli", "-f", "json0", "show", "statistics"], limit_s=LLDPD_WAIT_S)[0]

    def hostname(self, name: str) -> None:
        """Name the switch, if it has a UTS namespace of its own."""
        if self._sets_hostname and name != socket.gethostname():
            try:
                socket.sethostname(name)
            except OSError as error:
                LOG.warning("hostname %s: %s", name, error.strerror)

    def sysctls(self) -> None:
        """Set the kernel's forwarding options for this network namespace."""
        for name, value in SYSCTLS:
            try:
                Path("/proc/sys", name).write_text(value)
            except OSError as error:
                LOG.warning("sysctl %s: %s", name, error.strerror)

    def frr_wait(self, limit_s: float) -> bool:
        """Wait until all daemons answer; return whether they do."""
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            if all(self.show(daemon, "show version") for daemon in DAEMONS):
                return True
            time.sleep(0.1)
        LOG.error("FRR does not answer in %s after %s s", self._vty_dir, limit_s)
        return False

    def frr_identity(self) -> tuple[int, ...]:
        """Return numbers that change when a daemon was started anew; 0 for one that is gone."""
        found = []
        for daemon in DAEMONS:
            try:
                found.append((self._vty_dir / f"{daemon}.vty").stat().st_ino)
            except OSError:
                found.append(0)
        return tuple(found)

    def frr_reset(self) -> None:
        """Take FRR's configuration away, as if its daemons had just started."""
        self._feed(removals(self.running()))

    def running(self) -> str:
        """Return FRR's running configuration."""
        return _run(self._vtysh("-c", "show running-config no-header"))[0]

    def frr_configure(self, lines: Iterable[str]) -> None:
        """Run SONiC's lines in configuration mode; a refused line does not stop the others."""
        self._feed(list(translate(lines)))

    def show(self, daemon: str, command: str) -> str:
        """Return a daemon's answer to a show command, empty if it does not answer.

        Speaks to the daemon's own socket: a process per question would be felt with many switches.
        """
        answer = bytearray()
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(VTY_TIMEOUT_S)
                connection.connect(str(self._vty_dir / f"{daemon}.vty"))
                connection.sendall(command.encode() + b"\0")
                # an answer ends with three zero bytes and one status byte
                while answer[-4:-1] != b"\0\0\0" and (data := connection.recv(1 << 16)):
                    answer += data
        except OSError:
            return ""
        return answer[:-4].decode(errors="replace")

    def _vtysh(self, *arguments: str) -> list[str]:
        return ["vtysh", "--vty_socket", str(self._vty_dir), *arguments]

    def _feed(self, lines: Sequence[str]) -> None:
        if not lines:
            return
        LOG.info("vtysh: %d lines", len(lines))
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            _log_errors("vtysh", "".join(_run(self._vtysh("-f", file.name))))


def _run(
    command: Sequence[str], given: str = "", limit_s: float = COMMAND_TIMEOUT_S
) -> tuple[str, str]:
    """Run a command with text on its standard input; return its output and its errors."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed programs, arguments are no shell text
            command,
            input=given,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=limit_s,
            check=False,
            env={"PATH": os.environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return "", f"{command[0]}: {error}\n"
    return done.stdout, done.stderr


def _makes(name: str, *words: str) -> bool:
    """Return whether the kernel makes this device."""
    return not _run(["ip", "link", "add", "name", name, *words])[1]


def _log_errors(program: str, text: str) -> None:
    for line in text.splitlines():
        if line.strip():
            LOG.warning("%s: %s", program, line.strip())


def _end(pid_file: Path) -> bool:
    """End a daemon and wait until it is gone; return whether there was one."""
    try:
        pid = int(pid_file.read_text())
        os.kill(pid, signal.SIGTERM)
    except (OSError, ValueError):
        return False
    deadline = time.monotonic() + LLDPD_WAIT_S
    while Path("/proc", str(pid)).exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    return True
