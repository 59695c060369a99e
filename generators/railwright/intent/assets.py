"""The assets file: what only the boxes themselves know, one CSV row per device.

The first line names the columns: `device`, and any of `serial`, `eth0_mac`, `bmc_mac`, `oob0_mac`
in any order. Whether a device exists is the plan's to say; everything else is checked here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from railwright.errors import Problem
from railwright.intent.csv_table import CsvTable
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


def parse(text: str, file: str) -> tuple[Assets, tuple[Problem, ...]]:
    """Return the assets written in `text` and every problem in it; `file` only names it."""
    table = CsvTable(file, COLUMNS, (DEVICE,))
    rows = [_row(table, line, cells) for line, cells in table.rows(text)]
    return Assets(file, tuple(row for row in rows if row)), tuple(table.problems)


def _row(table: CsvTable, line: int, cells: dict[str, str]) -> Asset | None:
    """Return a sound row, None with its problems for another."""
    before = len(table.problems)
    device = cells[DEVICE]
    if not HOSTNAME.fullmatch(device):
        given = shown(device) if device else "nothing"
        table.problem(line, DEVICE, f"must be the name of a device of the plan, got {given}")
    else:
        table.unique(line, DEVICE, "device", device)
    serial = cells.get(SERIAL) or None
    if serial is not None and not _SERIAL.fullmatch(serial):
        what = "must be letters, digits and any of ' ._/+-', at most 64 characters, got"
        table.problem(line, SERIAL, f"{what} {shown(serial)}")
    elif serial is not None:
        table.unique(line, SERIAL, "serial", serial)
    macs = dict(_macs(table, line, cells))
    return Asset(device, serial, macs, line) if len(table.problems) == before else None


def _macs(table: CsvTable, line: int, cells: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the sound MAC addresses of a row by port."""
    for port in PORTS:
        column = f"{port}_mac"
        if not (given := cells.get(column)):
            continue
        mac = _mac(given)
        if mac is None:
            what = "must be the MAC address of a port, such as 02:00:5e:10:00:01, got"
            table.problem(line, column, f"{what} {shown(given)}")
        elif table.unique(line, column, "mac", mac):
            yield port, mac


def _mac(text: str) -> str | None:
    """Return a MAC address as `aa:bb:cc:dd:ee:ff`; None for anything that no port can have."""
    if not _MAC.fullmatch(text.lower()):
        return None
    digits = re.sub(r"[^0-9a-f]", "", text.lower())
    if int(digits, 16) == 0 or int(digits[:2], 16) & _MULTICAST:
        return None
    return ":".join(digits[place : place + 2] for place in range(0, len(digits), 2))
