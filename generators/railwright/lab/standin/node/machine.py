"""The machine a stand-in runs on: its hardware, its faults and the files that keep its state."""

import fcntl
import json
import os
import sys
from pathlib import Path
from typing import Any

HARDWARE = "etc/railwright-standin/hardware.json"
FAULTS = "etc/railwright-standin/faults"
_KEPT = "var/lib/railwright-standin"
_VOLATILE = "run/railwright-standin"
LIVE = f"{_VOLATILE}/hw"
"""Where /sys is written: /sys itself is read-only but for devices, as in every container."""


class ToolError(Exception):
    """What a stand-in ends with, as the real tool does: a message and an exit status."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


def say(line: str = "") -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")


class Machine:
    """A node by its root folder; tests have one elsewhere."""

    def __init__(self, root: Path = Path("/")) -> None:
        self.root = root

    def path(self, place: str) -> Path:
        """Return an absolute path of the node as a path here."""
        return self.root / place.lstrip("/")

    def text(self, place: str) -> str:
        """Return a file's text without white space around it, empty when it is not there."""
        try:
            return self.path(place).read_text(errors="replace").strip()
        except OSError:
            return ""

    def write(self, place: str, text: str) -> None:
        """Write a file, folders included."""
        target = self.path(place)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def faults(self) -> set[str]:
        """Return the faults that are asked for: names of files, `:` in them as it is."""
        folder = self.path(FAULTS)
        return {one.name for one in folder.iterdir()} if folder.is_dir() else set()

    def has(self, fault: str) -> bool:
        """Return whether a fault is asked for."""
        return fault in self.faults()

    @property
    def kernel(self) -> str:
        """Return the kernel that runs (`uname` knows the lab host's only)."""
        return self.text(f"{_VOLATILE}/osrelease")

    def hardware(self) -> dict[str, Any]:
        """Return the hardware that answers: without what is missing, with rails as cabled."""
        raw: dict[str, Any] = json.loads(self.path(HARDWARE).read_text())
        faults = self.faults()
        for kind in ("nic", "gpu"):
            gone = {name.split(":", 1)[1] for name in faults if name.startswith(f"{kind}-missing:")}
            raw[f"{kind}s"] = [one for one in raw[f"{kind}s"] if one["address"] not in gone]
        rails = [one for one in raw["nics"] if one["port"].startswith("rail")]
        if "rails-swapped" in faults and len(rails) > 1:
            rails[0]["port"], rails[1]["port"] = rails[1]["port"], rails[0]["port"]
        names = self.load("names", volatile=True)
        for one in raw["nics"]:
            one["rdma"] = names.get(one["address"], one["rdma"])
        return raw

    def nics(self) -> list[dict[str, Any]]:
        """Return the ports of NICs."""
        found: list[dict[str, Any]] = self.hardware()["nics"]
        return found

    def gpus(self) -> list[dict[str, Any]]:
        """Return the GPUs that are on the bus."""
        found: list[dict[str, Any]] = self.hardware()["gpus"]
        return found

    def nic(self, name: str) -> dict[str, Any] | None:
        """Return a port by its interface, RDMA device, or PCI address with or without domain."""
        for one in self.nics():
            if name in (one["port"], one["rdma"], one["address"], one["address"][5:]):
                return one
        return None

    def load(self, name: str, *, volatile: bool = False) -> dict[str, Any]:
        """Return a stand-in's state, empty at first; volatile state is lost at a restart."""
        text = self.text(f"{_VOLATILE if volatile else _KEPT}/{name}.json")
        found: dict[str, Any] = json.loads(text) if text else {}
        return found

    def save(self, name: str, value: dict[str, Any], *, volatile: bool = False) -> None:
        """Keep a stand-in's state; who reads it meanwhile gets the old one or the new."""
        target = self.path(f"{_VOLATILE if volatile else _KEPT}/{name}.json")
        target.parent.mkdir(parents=True, exist_ok=True)
        written = target.with_name(f".{target.name}.{os.getpid()}")
        written.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")
        written.replace(target)

    def put(self, name: str, key: str, value: Any, *, volatile: bool = False) -> None:
        """Keep one part of a state; tools that set ports at the same time lose nothing."""
        lock = self.path(f"{_VOLATILE}/{name}.lock")
        lock.parent.mkdir(parents=True, exist_ok=True)
        with lock.open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.save(name, {**self.load(name, volatile=volatile), key: value}, volatile=volatile)

    def forget(self, name: str) -> None:
        """Drop volatile state."""
        self.path(f"{_VOLATILE}/{name}.json").unlink(missing_ok=True)
