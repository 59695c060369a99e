"""The assets file: what only the boxes themselves know, one CSV row per device.

The first line names the columns: `device`, and any of `serial`, `eth0_mac`, `bmc_mac`, `oob0_mac`
in any order. Whether a device exists is the plan's to say; everything else is checked here.
"""

import csv
import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from railwright.errors import Problem
from railwright.intent.written import shown
from railwright.naming import HOSTNAME, OOB_LEG

MAX_FILE_BYTES = 16 * 1024 * 1024
DEVICE = "device"
SERIAL = "serial"
PORTS = ("eth0", "bmc", OOB_LEG)
COLUMNS = (DEVICE, SERIAL, *(f"{port}_mac" for port in PORTS))
_MAC = re.compile(
    r"[0-9a-f]{2}(:[0-9a-f]{2}){5}|[0-9a-f]{2}(-[0-9a-f]{2}){5}"
    r"|[0-9a-f]{4}(\.[0-9a-f]{4}){2}|[0-9a-f]{12}"
)
_SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/+-]{0,63}")
_MULTICAST = 0x01  # of the first octet; source: IEEE 802, the individual/group bit
_WRONG_COMMAS = (";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Asset:
    """One device: its `serial` (None if not given) and MAC addresses by port, `aa:bb:...`."""

    device: str
    serial: str | None
    macs: dict[str, str]
    line: int


@dataclass(frozen=True)
class Assets:
    """The rows of one file, `file` as messages name it."""

    file: str
    rows: tuple[Asset, ...] = ()

    @cached_property
    def of(self) -> dict[str, Asset]:
        """Return the rows by device."""
        return {row.device: row for row in self.rows}


@dataclass(slots=True)
class _Reading:
    """What has been read so far; `seen` is the line of every value that must be unique."""

    file: str
    columns: tuple[str, ...] = ()
    rows: list[Asset] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seen: dict[tuple[str, str], int] = field(default_factory=dict)

    def problem(self, line: int, column: str, what: str) -> None:
        self.problems.append(Problem(column, what, file=self.file, line=line))

    def unique(self, line: int, column: str, noun: str, value: str) -> bool:
        """Note a value of which there may be one; return False with a problem for a second."""
        first = self.seen.get((noun, value))
        self.seen.setdefault((noun, value), line)
        if first is not None:
            self.problem(line, column, f"{shown(value)} is already in line {first}")
        return first is None


def parse(text: str, file: str) -> tuple[Assets, tuple[Problem, ...]]:
    """Return the assets written in `text` and every problem in it; `file` only names it."""
    reading = _Reading(file)
    for line, cells in _lines(reading, text):
        if not reading.columns:
            reading.columns = _header(reading, line, cells)
            if not reading.columns:
                break
        elif len(cells) != len(reading.columns):
            what = f"has {len(cells)} cells, the first line names {len(reading.columns)} columns"
            reading.problem(line, "", what)
        elif any(cells):
            _row(reading, line, dict(zip(reading.columns, cells, strict=True)))
    if not reading.columns and not reading.problems:
        reading.problem(1, "", f"is empty; the first line names the columns: {', '.join(COLUMNS)}")
    return Assets(file, tuple(reading.rows)), tuple(reading.problems)


def _lines(reading: _Reading, text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield every line that is not blank: its number and its cells."""
    rows = csv.reader(text.splitlines(keepends=True), strict=True)
    line = 1
    try:
        for cells in rows:
            if cells:
                yield line, [cell.strip() for cell in cells]
            line = rows.line_num + 1
    except csv.Error:
        reading.problem(line, "", "is not CSV; look for a stray quote or one that is not closed")


def _header(reading: _Reading, line: int, cells: list[str]) -> tuple[str, ...]:
    """Return the columns, nothing with a problem if they are not sound."""
    names = tuple(cell.lower() for cell in cells)
    if len(names) == 1 and any(sign in names[0] for sign in _WRONG_COMMAS):
        reading.problem(line, "", "columns must be separated by commas")
        return ()
    before = len(reading.problems)
    for place, name in enumerate(names):
        if name not in COLUMNS:
            close = difflib.get_close_matches(name[:64].replace("-", "_"), COLUMNS, n=1)
            hint = "".join(f"did you mean '{one}'? " for one in close)
            what = f"unknown column {shown(cells[place])}; {hint}allowed: {', '.join(COLUMNS)}"
            reading.problem(line, "", what)
        elif name in names[:place]:
            reading.problem(line, "", f"column {shown(name)} is named twice")
    if DEVICE not in names:
        what = f"the first line must name the column '{DEVICE}'; allowed: {', '.join(COLUMNS)}"
        reading.problem(line, "", what)
    return names if len(reading.problems) == before else ()


def _row(reading: _Reading, line: int, cells: dict[str, str]) -> None:
    before = len(reading.problems)
    device = cells[DEVICE]
    if not HOSTNAME.fullmatch(device):
        given = shown(device) if device else "nothing"
        reading.problem(line, DEVICE, f"must be the name of a device of the plan, got {given}")
    else:
        reading.unique(line, DEVICE, "device", device)
    serial = cells.get(SERIAL) or None
    if serial is not None and not _SERIAL.fullmatch(serial):
        what = "must be letters, digits and any of ' ._/+-', at most 64 characters, got"
        reading.problem(line, SERIAL, f"{what} {shown(serial)}")
    elif serial is not None:
        reading.unique(line, SERIAL, "serial", serial)
    macs = dict(_macs(reading, line, cells))
    if len(reading.problems) == before:
        reading.rows.append(Asset(device, serial, macs, line))


def _macs(reading: _Reading, line: int, cells: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the sound MAC addresses of a row by port."""
    for port in PORTS:
        column = f"{port}_mac"
        if not (given := cells.get(column)):
            continue
        mac = _mac(given)
        if mac is None:
            what = "must be the MAC address of a port, such as 02:00:5e:10:00:01, got"
            reading.problem(line, column, f"{what} {shown(given)}")
        elif reading.unique(line, column, "mac", mac):
            yield port, mac


def _mac(text: str) -> str | None:
    """Return a MAC address as `aa:bb:cc:dd:ee:ff`; None for anything that no port can have."""
    if not _MAC.fullmatch(text.lower()):
        return None
    digits = re.sub(r"[^0-9a-f]", "", text.lower())
    if int(digits, 16) == 0 or int(digits[:2], 16) & _MULTICAST:
        return None
    return ":".join(digits[place : place + 2] for place in range(0, len(digits), 2))
