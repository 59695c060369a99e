"""What a node remembers of its last restart: what it was for, and which boot asked for it.

A reason that a restart did not settle is not settled by the next one either. So a run writes its
reasons down before it restarts a node, one file for each, and the next refuses to restart for them
again. Files are compared by their digests: nothing of them has to be read.
"""

import hashlib
from collections.abc import Iterable

from railwright.files import OutputFile
from railwright.nodes.model import Observed, RestartReason

OWNER = "restart"
"""Whose files these are to `railwright_files`, which remembers them."""
FOLDER = "/var/lib/railwright/restart"
BOOT = f"{FOLDER}/boot-id"
NAME_LENGTH = 16


def note(found: Iterable[RestartReason], boot_id: str) -> tuple[OutputFile, ...]:
    """Return the files that say what the boot `boot_id` is ended for."""
    files = {_path(one): f"{one}\n" for one in found} | {BOOT: f"{boot_id}\n"}
    return tuple(OutputFile(path.lstrip("/"), text.encode()) for path, text in files.items())


def is_noted(observed: Observed) -> bool:
    """Return whether reasons are written down."""
    return bool(observed["memory"].get(OWNER, {}).get("paths"))


def in_vain(found: Iterable[RestartReason], observed: Observed) -> bool:
    """Return whether the node restarted for each of these reasons already.

    It did not where they were written down in the boot that still runs: that restart never came.
    What packages ask for is new in any case, as a boot ends that.
    """
    found = tuple(found)
    if any(one.about == "packages" for one in found):
        return False
    paths = observed["memory"].get(OWNER, {}).get("paths", ())
    there = {path for path in paths if observed["files"].get(path) is not None}
    wanted = {_path(one) for one in found}
    if not wanted or not wanted | {BOOT} <= there:
        return False
    boot = hashlib.sha256(f"{observed['boot_id']}\n".encode()).hexdigest()
    return bool(observed["files"][BOOT].get("sha256") != boot)


def _path(reason: RestartReason) -> str:
    """Return the file of a reason: what runs may be another thing after a restart in vain."""
    aim = f"{reason.what}\n{reason.installed}"
    return f"{FOLDER}/{hashlib.sha256(aim.encode()).hexdigest()[:NAME_LENGTH]}"
