"""The mirror's server: that it runs, and that what it sends is what lies there."""

from __future__ import annotations

import time
from pathlib import Path

from ansible.module_utils.railwright_mirror_store import MirrorError, read_url, run

ANSWER_S = 10.0
"""How long a server that was just started may take to answer."""
PAUSE_S = 0.5


def serve(unit: str, url: str, path: Path, *, restart: bool, check: bool) -> bool:
    """Have the mirror served, which is seen at one file; return whether its unit had to be started.

    Raises: MirrorError when it cannot be started, or when something else is at `url` than `path`.
    """
    asked = ["systemctl", "show", "--property=ActiveState", "--property=UnitFileState", unit]
    state = set(run(asked).stdout.decode().split())
    stopped = restart or state != {"ActiveState=active", "UnitFileState=enabled"}
    remedy = f"see `journalctl -u {unit}` on this server"
    if check:
        return stopped
    for words in (["daemon-reload"], ["enable", unit], ["restart", unit]) if stopped else ():
        done = run(["systemctl", *words])
        if done.returncode:
            said = " ".join(done.stderr.decode(errors="replace").split())
            raise MirrorError(f"{unit}: systemctl {words[0]}: {said}", remedy)
    until = time.monotonic() + ANSWER_S
    while True:
        reason = "other bytes come from there"
        try:
            # It is this server itself: a proxy, which is for the makers, knows no way to it.
            if read_url(url, name=unit, direct=True) == path.read_bytes():
                return stopped
        except MirrorError as err:
            reason = err.what
        if time.monotonic() > until:
            raise MirrorError(f"{path} is not served: {reason}", remedy)
        time.sleep(PAUSE_S)
