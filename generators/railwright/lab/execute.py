"""Running a command where the lab's devices can be reached: in the controller's namespace."""

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from railwright.lab import state
from railwright.lab.errors import LabError, LabUnavailableError
from railwright.lab.network import controller_namespace
from railwright.lab.shell import TOOL_PATH
from railwright.lab.state import NETNS_FOLDER, LabFolder


def environment(folder: LabFolder, intent: Path, inherited: Mapping[str, str]) -> dict[str, str]:
    """Return a command's environment: what it inherits, and where the lab's hosts and keys are."""
    return {
        **inherited,
        "ANSIBLE_INVENTORY": str(intent.resolve()),
        # ssh's shared connections are files named by address, which other networks have as well
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(folder.root / "ssh"),
        "RAILWRIGHT_KNOWN_HOSTS": str(folder.keys / "known_hosts"),
        "RAILWRIGHT_ONLY": str(folder.only),
        "RAILWRIGHT_SSH_KEY": str(folder.keys / "id_ed25519"),
        **({"RAILWRIGHT_UPSTREAM": str(folder.upstream)} if folder.upstream.exists() else {}),
    }


def run(
    cluster: str,
    argv: Sequence[str],
    intent: Path,
    inherited: Mapping[str, str],
    base: Path = state.RUN_FOLDER,
) -> NoReturn:
    """Become `argv` inside the lab; its signals and exit status are then this process's own.

    The file system stays the host's; only the network is the lab's, which leads nowhere else.
    Raises: LabError when no lab of this cluster runs or the command is not found.
    """
    folder = LabFolder(base, cluster)
    network = NETNS_FOLDER / controller_namespace(cluster)
    if os.geteuid() != 0:
        raise LabUnavailableError("entering the lab's network needs root; run as root (sudo)")
    known = state.load(folder)
    if known is None or known.phase != "built" or not network.exists():
        raise LabError(f"no lab of {cluster} runs; start it: railwright lab up")
    if shutil.which(argv[0], path=inherited.get("PATH", TOOL_PATH)) is None:
        raise LabError(f"{argv[0]}: command not found")
    nsenter = shutil.which("nsenter", path=TOOL_PATH)
    if nsenter is None:
        raise LabUnavailableError("nsenter: not found on this host; apt-get install util-linux")
    sys.stdout.flush()
    sys.stderr.flush()
    words = [nsenter, f"--net={network}", "--", *argv]
    os.execve(nsenter, words, environment(folder, intent, inherited))  # noqa: S606 (no shell)
