"""Outputs of devices saved in a folder: `<host>.json` of lldpctl, `<host>.mac` of `show mac`."""

import stat
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from railwright.errors import RailwrightError
from railwright.sonic.masking import printable

MAX_FILE_BYTES = 16 * 1024 * 1024
NEIGHBOURS, MACS = ".json", ".mac"


@dataclass(frozen=True, slots=True)
class Saved:
    """What was saved, by host: `texts` of lldpctl, `tables` of `show mac`.

    `others` are the names of files of hosts that were not asked for; they were not read.
    """

    texts: dict[str, str]
    tables: dict[str, str]
    others: tuple[str, ...]


def load(folder: Path, hosts: Container[str]) -> Saved:
    """Read the files of these hosts; hidden files are left out.

    Raises: RailwrightError for a folder that is none or holds no such file, and for a file of these
    hosts that cannot be read.
    """
    if not folder.is_dir():
        what = "is not a directory" if folder.exists() else "does not exist"
        raise RailwrightError(
            f"{printable(str(folder))}: {what}; name the directory of the saved outputs"
        )
    found = Saved({}, {}, tuple(path.name for path in _files(folder) if path.stem not in hosts))
    for path in _files(folder):
        if path.stem in hosts:
            kind = found.texts if path.suffix == NEIGHBOURS else found.tables
            kind[path.stem] = text_of(path)
    if not (found.texts or found.tables or found.others):
        raise RailwrightError(
            f"{printable(str(folder))}: holds no <host>.json and no <host>.mac; save `lldpctl -f "
            "json` of hosts and `show mac` of access switches"
        )
    return found


def text_of(path: Path) -> str:
    """Return what a regular file of up to MAX_FILE_BYTES says.

    Raises: RailwrightError.
    """
    name = printable(str(path))
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise RailwrightError(f"{name}: is not a regular file")
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as err:
        raise RailwrightError(f"{name}: cannot be read: {err.strerror}") from err
    if len(data) > MAX_FILE_BYTES:
        raise RailwrightError(f"{name}: is larger than {MAX_FILE_BYTES // 1024 // 1024} MiB")
    try:
        return data.decode()
    except UnicodeDecodeError as err:
        raise RailwrightError(f"{name}: is not UTF-8 text: byte {err.start}") from err


def _files(folder: Path) -> list[Path]:
    try:
        every = sorted(folder.iterdir())
    except OSError as err:
        raise RailwrightError(f"{printable(str(folder))}: cannot be read: {err.strerror}") from err
    return [
        path
        for path in every
        if path.suffix in {NEIGHBOURS, MACS} and not path.name.startswith(".")
    ]
