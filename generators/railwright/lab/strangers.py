"""What else stands about in a data centre, and what goes wrong with LLDP besides cables.

A stranger is a device of no plan that speaks LLDP, made from the lab's own Debian: its namespace,
process and mounts go with the lab. `mute` loses what a port announces, as a fibre does that is
broken in one direction; `rename` lets a device announce another name.
"""

import subprocess
import time
from pathlib import Path

from railwright.lab import boot, network, recable
from railwright.lab.errors import LabError
from railwright.lab.process import kill
from railwright.lab.recable import Socket
from railwright.lab.resources import script
from railwright.lab.shell import ENVIRONMENT, last_lines, run
from railwright.lab.state import NETNS_FOLDER, LabFolder

STRANGER_PORT = "port0"
"""The one port of a stranger."""

_LLDP_DROP = "4,40 0 0 12,21 0 1 35020,6 0 0 2,6 0 0 4294967295"
"""A socket filter: if the halfword at byte 12 is ETH_P_LLDP (linux/if_ether.h), TC_ACT_SHOT, else
TC_ACT_UNSPEC (linux/pkt_cls.h)."""

_START_S = 20.0
_POLL_S = 0.1


def settle(folder: LabFolder, name: str, announces: str, rootfs: Path) -> Socket:
    """Start a stranger that announces a system name; return its socket, which is empty yet.

    Raises: LabError when no lab runs, the name is a device of the lab, or it does not start.
    """
    space = recable.declare(folder, name)
    socket = Socket(name, STRANGER_PORT)
    if boot.processes([space])[space]:
        raise LabError(f"{name} is there already; send it away first")
    work = folder.device(name)
    work.mkdir(parents=True, exist_ok=True)
    with folder.log(name).open("wb") as log:
        outermost = subprocess.Popen(  # noqa: S603 (a list of words, no shell)
            [
                *("nsenter", f"--net={NETNS_FOLDER / space}"),
                *("unshare", "--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child"),
                *("--propagation", "private"),
                *("sh", str(script("stranger.sh")), str(rootfs), announces),
            ],
            env=ENVIRONMENT,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    deadline = time.monotonic() + _START_S
    while "lldpd" not in boot.daemons(boot.processes([space])[space]):
        if outermost.poll() is not None or time.monotonic() > deadline:
            said = last_lines(folder.log(name).read_text(errors="replace"))
            raise LabError(f"{name}: does not speak LLDP\n{said}")
        time.sleep(_POLL_S)
    return socket


def send_away(folder: LabFolder, name: str) -> None:
    """End a stranger; its namespace stays until the lab goes. Raises: LabError when it stays."""
    space = network.namespace(folder.cluster, name)
    running = boot.processes([space]).get(space, [])
    if kill(one.identity for one in running):
        raise LabError(f"{name}: does not end")


def rename(folder: LabFolder, device: str, announces: str) -> None:
    """Let a booted device announce a system name by LLDP until its lldpd starts again.

    Raises: LabError when it does not run.
    """
    inside(folder, device, "lldpcli", "configure", "system", "hostname", announces)


def mute(folder: LabFolder, socket: Socket) -> None:
    """Lose the LLDP frames that a port of a device sends, until the port is made anew.

    Raises: LabError when there is no such port, or it is mute already.
    """
    tc = ["tc", "-n", network.namespace(folder.cluster, socket.device)]
    run([*tc, "qdisc", "add", "dev", socket.port, "clsact"])
    drop = ["bpf", "direct-action", "bytecode", _LLDP_DROP]
    run([*tc, "filter", "add", "dev", socket.port, "egress", "protocol", "all", *drop])


def unmute(folder: LabFolder, socket: Socket) -> None:
    """Let a port be heard again. Raises: LabError when it is not mute."""
    space = network.namespace(folder.cluster, socket.device)
    run(["tc", "-n", space, "qdisc", "del", "dev", socket.port, "clsact"])


def inside(folder: LabFolder, device: str, *argv: str) -> str:
    """Run a command on a booted device as its root and return what it printed.

    Raises: LabError when the device does not run or the command fails.
    """
    first = boot.first_process(device, folder)
    if first is None:
        raise LabError(f"{device} does not run; boot it: railwright lab up")
    spaces = ["--mount", "--net", "--uts", "--ipc", "--pid", "--root", "--wd"]
    return run(["nsenter", "--target", str(first), *spaces, "--", *argv])
