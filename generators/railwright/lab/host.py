"""What labs change on the host itself: before the first one, and put back after the last one.

Kernel limits that all namespaces share: hundreds of neighbours and of systemd instances overflow
the defaults (1024 neighbours, 128 inotify instances), and neither exists per namespace. And
/run/netns, which the first `ip netns add` after boot makes a mount.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from railwright.lab.errors import LabError
from railwright.lab.shell import run
from railwright.lab.state import NETNS_FOLDER, PREFIX, recorded, write_json

PROC_SYS = Path("/proc/sys")
NEEDED = {
    "net/ipv4/neigh/default/gc_thresh1": 16384,
    "net/ipv4/neigh/default/gc_thresh2": 32768,
    "net/ipv4/neigh/default/gc_thresh3": 65536,
    "net/ipv6/neigh/default/gc_thresh1": 16384,
    "net/ipv6/neigh/default/gc_thresh2": 32768,
    "net/ipv6/neigh/default/gc_thresh3": 65536,
    "fs/inotify/max_user_instances": 65536,
}
_MOUNTS = Path("/proc/self/mounts")


@dataclass(frozen=True, slots=True)
class Before:
    """The host before the first lab: limits that were too low, and whether /run/netns is ours."""

    limits: dict[str, int]
    netns_mount_is_ours: bool


def prepare(base: Path, proc_sys: Path = PROC_SYS) -> None:
    """Raise limits that are below need; remember in `base` what was found, before it changes."""
    saved = _saved(base)
    present = {name: proc_sys / name for name in NEEDED if (proc_sys / name).exists()}
    found = {name: int(path.read_text()) for name, path in present.items()}
    low = {name: value for name, value in found.items() if value < NEEDED[name]}
    limits = {**low, **(saved.limits if saved else {})}
    ours = saved.netns_mount_is_ours if saved else not netns_is_mount()
    write_json(_file(base), {"limits": limits, "netns_mount_is_ours": ours})
    for name in low:
        present[name].write_text(f"{NEEDED[name]}\n")


def restore(base: Path, proc_sys: Path = PROC_SYS) -> None:
    """Put everything back once no lab is left; what others changed or use since stays.

    Labs recorded elsewhere than in `base` need the limits too: any namespace of a lab counts.
    """
    saved = _saved(base)
    if saved is None or recorded(base) or any(NETNS_FOLDER.glob(f"{PREFIX}*")):
        return
    for name, value in saved.limits.items():
        path = proc_sys / name
        if int(path.read_text()) == NEEDED[name]:
            path.write_text(f"{value}\n")
    if saved.netns_mount_is_ours:
        _unmount_netns()
    _file(base).unlink()


def netns_is_mount() -> bool:
    """Return whether /run/netns is a mount (of itself, so its device number does not tell)."""
    rows = (line.split() for line in _MOUNTS.read_text().splitlines())
    return any(row[1] == str(NETNS_FOLDER) for row in rows)


def _unmount_netns() -> None:
    """Undo the mount, unless somebody has a namespace in it."""
    if not netns_is_mount() or any(NETNS_FOLDER.iterdir()):
        return
    try:
        run(["umount", str(NETNS_FOLDER)])
        NETNS_FOLDER.rmdir()
    except (LabError, OSError):  # somebody made a namespace just now: it is theirs from here on
        return


def _file(base: Path) -> Path:
    return base / "host.json"


def _saved(base: Path) -> Before | None:
    try:
        raw = json.loads(_file(base).read_bytes())
    except FileNotFoundError:
        return None
    limits = {name: int(value) for name, value in raw["limits"].items() if name in NEEDED}
    return Before(limits, bool(raw["netns_mount_is_ours"]))
