"""What a lab could leave on a host, as values to compare before and after."""

from dataclasses import dataclass
from pathlib import Path

from railwright.lab.host import NEEDED, PROC_SYS, netns_is_mount
from railwright.lab.requirements import here
from railwright.lab.state import NETNS_FOLDER

HOST_RECORD = "host.json"


@dataclass(frozen=True)
class Remains:
    """Namespaces, mounts, processes, control groups and files of one lab."""

    namespaces: frozenset[str]
    mounts: frozenset[str]
    processes: frozenset[str]
    groups: frozenset[str]
    files: frozenset[str]


@dataclass(frozen=True)
class Host:
    """What all labs of a host share: to be compared only while no other lab runs."""

    limits: tuple[int, ...]
    netns_is_mount: bool
    record: bool


def look(cluster: str, base: Path) -> Remains:
    """Return what there is of a lab now; `base` is where it is recorded."""
    return Remains(
        namespaces=frozenset(
            path.name for path in NETNS_FOLDER.glob(f"rw-{cluster}-*") if path.exists()
        ),
        mounts=frozenset(_mounts(str(base))),
        processes=frozenset(_processes(str(base))),
        groups=frozenset(path.name for path in (here() or base).glob(f"rw-{cluster}*")),
        files=frozenset(path.name for path in base.glob("*")) - {HOST_RECORD},
    )


def look_at_host(base: Path) -> Host:
    """Return what labs change on the host itself, as it is now."""
    return Host(
        limits=tuple(
            int((PROC_SYS / name).read_text()) for name in NEEDED if (PROC_SYS / name).exists()
        ),
        netns_is_mount=netns_is_mount(),
        record=(base / HOST_RECORD).exists(),
    )


def _mounts(text: str) -> set[str]:
    """Return the mounts that mention `text` in the mount namespace of any process."""
    found = set()
    for table in Path("/proc").glob("[0-9]*/mounts"):
        try:
            found |= {line for line in table.read_text().splitlines() if text in line}
        except OSError:
            continue
    return found


def _processes(text: str) -> set[str]:
    """Return the command lines that mention `text`, apart from this process's own."""
    own = Path("/proc/self").resolve()
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if text in words and folder != own:
            found.add(words)
    return found
