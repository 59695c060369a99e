"""One look at the cabling with the product's command line, live and from files."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from bench.miscabled.model import SiteError, World

from railwright.plan.model import Plan

COMMAND_S = 300.0
RAILWRIGHT = (sys.executable, "-m", "railwright")

Report = Mapping[str, Any]
"""What `verify cabling --format json` prints."""


@dataclass(frozen=True, slots=True)
class Look:
    """What verify printed, what it printed of saved LLDP outputs, and how long the first took."""

    report: Report
    of_files: Report
    wall_s: float


class Place(Protocol):
    """Where faults are planted: a lab, or paper."""

    @property
    def plan(self) -> Plan:
        """The plan of the cluster."""

    @property
    def booted(self) -> frozenset[str]:
        """Return the names of the devices that speak and hear."""

    def as_made(self) -> World:
        """Return the world without any fault."""

    def make(self, old: World, new: World) -> None:
        """Bring the place from one world into another, until LLDP shows it."""

    def look(self, world: World) -> Look:
        """Return what verify says of the world the place is in."""

    def rest(self) -> str:
        """Return what is wrong besides cables, empty if nothing is."""


def words(intent: Path) -> tuple[str, ...]:
    """Return the words of the verb."""
    return ("verify", str(intent), "cabling", "--format", "json")


def railwright(*argv: str) -> "subprocess.CompletedProcess[str]":
    """Run a verb to its end."""
    return subprocess.run(
        [*RAILWRIGHT, *argv], check=False, capture_output=True, text=True, timeout=COMMAND_S
    )


def report_of(done: "subprocess.CompletedProcess[str]") -> Report:
    """Return the report a verb printed. Raises: SiteError when it is none, or devices failed."""
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except json.JSONDecodeError:
        raise SiteError(f"verify printed no JSON: {done.stdout}{done.stderr}") from None
    if found["exit_code"] != done.returncode or found["errors"]:
        raise SiteError(f"verify: exit status {done.returncode}, errors {found['errors']}")
    return found


@contextmanager
def saved(texts: Mapping[str, str]) -> Iterator[Path]:
    """Give a folder with an LLDP output per device, as verify reads them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for device, text in texts.items():
            (folder / f"{device}.json").write_text(text)
        yield folder
