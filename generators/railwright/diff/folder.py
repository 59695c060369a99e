"""Snapshots of build folders: what `railwright build` wrote, read back from disk."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from railwright.diff.model import Built, Snapshot, Table
from railwright.diff.shapes import SHAPES
from railwright.diff.snapshot import (
    CONFIG,
    SWITCHES,
    MissingColumnError,
    NotANumberError,
    check_number,
    digest,
    of_a_device,
    table_of,
)
from railwright.errors import RailwrightError
from railwright.output import JOURNAL, MANIFEST, read_manifest
from railwright.sonic.configdb import ConfigDb, loads

MAX_SHOWN = 5
_CABLING = "cabling/cabling.csv"
_BUILT = ("links", "z_device", "z_cage", "port", "length_as_built_m")


class BuildFolderError(RailwrightError):
    """A folder is no complete build of this version."""


def of_folder(folder: Path) -> Snapshot:
    """Return the snapshot of a build folder; files count as they are on disk now.

    Raises: BuildFolderError for a folder without manifest or with a file missing, OutputError
    for a manifest that cannot be read.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        raise BuildFolderError(f"{folder}: is a folder without {MANIFEST}; {_advice(folder)}")
    if (folder / JOURNAL).exists():
        raise BuildFolderError(f"{folder}: its last build was interrupted; build it again")
    paths = tuple(_listed(folder, manifest["files"]))
    missing = frozenset(name for name in SHAPES if _report(name) not in paths)
    for name in SHAPES:
        if name in missing and not SHAPES[name].optional:
            raise _incomplete(folder / _report(name), "is not part of this build")
    return Snapshot(
        name=str(folder),
        table=lambda name: _table(folder / _report(name), name),
        files={path: digest(_content(folder / path)) for path in paths if of_a_device(path)},
        config=lambda host: _config(folder / SWITCHES / host / CONFIG),
        missing=missing,
        # A folder without this table says nothing of what was done; large ones leave it out.
        built=lambda: _built(folder / _CABLING) if _CABLING in paths else {},
    )


def _listed(folder: Path, files: Iterable[str]) -> Iterator[str]:
    """Yield the paths of a manifest. Raises: BuildFolderError for one that leaves the folder."""
    for path in files:
        parts = PurePosixPath(path)
        if parts.is_absolute() or ".." in parts.parts:
            raise BuildFolderError(f"{folder / MANIFEST}: {path!r} leaves the build folder")
        yield path


def _advice(folder: Path) -> str:
    clusters = sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))
    if clusters:
        return f"name a cluster in it: {', '.join(map(str, clusters[:MAX_SHOWN]))}"
    return "name a build folder (build/<cluster>), an intent file or a git revision"


def _report(table: str) -> str:
    return f"report/{table}.csv"


def _table(path: Path, name: str) -> Table:
    with _read(path):
        return table_of(name, _rows(path))


def _built(path: Path) -> Mapping[str, Built]:
    with _read(path):
        return dict(map(_cable, _rows(path)))


def _cable(row: Mapping[str, str]) -> tuple[str, Built]:
    for column in ("cable", *_BUILT):
        if column not in row:
            raise MissingColumnError(column)
    links, *cells, length_m = (row[column] for column in _BUILT)
    if length_m:
        check_number(float, _BUILT[-1], length_m)
    device, cage, port = cells
    return row["cable"], Built(tuple(links.split()), device, cage, port, length_m)


@contextmanager
def _read(path: Path) -> Iterator[None]:
    """Say which table is none. Raises: BuildFolderError."""
    try:
        yield
    except (MissingColumnError, NotANumberError) as err:
        raise _incomplete(path, str(err)) from None
    except csv.Error as err:
        raise _incomplete(path, f"is not a table ({err})") from None


def _rows(path: Path) -> Iterator[dict[str, str]]:
    rows = csv.reader(_text(path), strict=True)
    columns = next(rows, [])
    for cells in rows:
        if len(cells) != len(columns):
            raise _incomplete(path, "has a row that is no row of this table")
        yield dict(zip(columns, cells, strict=True))


def _text(path: Path) -> list[str]:
    try:
        return _content(path).decode().splitlines(keepends=True)
    except UnicodeDecodeError:
        raise _incomplete(path, "is not UTF-8 text") from None


def _config(path: Path) -> ConfigDb:
    return loads(_content(path), str(path))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise _incomplete(path, "does not exist") from None
    except OSError as err:
        raise BuildFolderError(f"{path}: cannot be read: {err.strerror}") from None


def _incomplete(path: Path, what: str) -> BuildFolderError:
    return BuildFolderError(f"{path}: {what}; build the folder again with this version")
