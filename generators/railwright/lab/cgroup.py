"""Control groups of a lab's nodes: systemd needs one of its own, and leaves groups behind."""

import os
import time
from pathlib import Path

from railwright.lab.errors import LabError
from railwright.lab.state import PREFIX

_WAIT_S = 5.0


def folder_of(mount: Path, cluster: str) -> Path:
    """Return the control group that holds all of a lab."""
    return mount / f"{PREFIX}{cluster}"


def remove(folder: Path) -> None:
    """Remove a control group and all below it; its processes have ended.

    The kernel lets go of a dead process's group a moment later, so removal is tried for a while.
    Raises: LabError when processes are still inside.
    """
    deadline = time.monotonic() + _WAIT_S
    while folder.is_dir():
        try:
            for path, _, _ in os.walk(folder, topdown=False):
                Path(path).rmdir()
        except FileNotFoundError:
            continue
        except OSError as err:
            if time.monotonic() > deadline:
                raise LabError(f"{folder}: the control group cannot be removed: {err}") from err
            time.sleep(0.05)
