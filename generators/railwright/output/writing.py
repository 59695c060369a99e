"""Making a folder hold exactly what parts render, or only saying what that would change."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from railwright.files import OutputFile, Part
from railwright.output import manifest, workers
from railwright.output.folder import Folder, Kind, is_temporary, locked
from railwright.output.journal import JOURNAL, Journal, read_journal
from railwright.output.manifest import MANIFEST, Inputs, OutputError, read_manifest, sha256

_BATCH_FILES = 256
_BATCH_BYTES = 1 << 22
_WORTH_PARTS = 16
"""Parts for which another process is worth its start."""
_WORTH_FILES = 1024
"""Files to hash for which another process is worth its start."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Paths a build adds, rewrites or removes, relative to the cluster's folder, sorted."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    total: int

    def __bool__(self) -> bool:
        """Return whether anything differs."""
        return bool(self.added or self.changed or self.removed)


def unchanged(folder: Path, recorded: Mapping[str, Any], processes: int | None = None) -> bool:
    """Return whether every file of a manifest is on disk with its hash and no write was cut off."""
    if (folder / JOURNAL).exists():
        return False
    files = list(recorded["files"].items())
    many = processes or workers.count_for(len(files), _WORTH_FILES)
    return all(workers.share(files, partial(_all_match, f"{folder}/"), many))


def _all_match(folder: str, files: Iterator[tuple[str, str]]) -> bool:
    try:
        for path, digest in files:
            with open(folder + path, "rb", buffering=0) as stream:  # noqa: PTH123 - a Path costs
                if sha256(stream.read()) != digest:
                    return False
    except OSError:
        return False
    return True


def compare(
    folder: Path, parts: Sequence[Part], inputs: Inputs, processes: int | None = None
) -> Changes:
    """Return what writing the files of `parts` would change; touch nothing.

    Raises: OutputError for a foreign folder or one that cannot be read.
    """
    with _explained(folder, "read"):
        owned, _ = _owned(folder, inputs)
        here = Folder(folder)
        digests, added, changed = _each(here, None, parts, processes)
        removed = sorted(path for path in owned if path not in digests and here.has(path))
    return Changes(added, changed, tuple(removed), len(digests))


def write(
    folder: Path, parts: Sequence[Part], inputs: Inputs, processes: int | None = None
) -> Changes:
    """Make the folder hold exactly the files of `parts`; touch only what differs.

    Waits for another write of the same folder. The result does not depend on the number of
    processes; by default that follows from the number of parts and of processors.
    Raises: OutputError when the folder belongs to another intent or cannot be written.
    """
    with _explained(folder, "written"):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as err:
            raise OutputError(f"{folder}: is not a folder; choose another --out") from err
        with locked(folder):
            return _write(folder, parts, inputs, processes)


def _write(folder: Path, parts: Sequence[Part], inputs: Inputs, processes: int | None) -> Changes:
    owned, cut_off = _owned(folder, inputs)
    here, journal = Folder(folder), Journal(folder, inputs.intent)
    if cut_off:
        here.sweep()
    try:
        digests, added, changed = _each(here, journal, parts, processes)
        removed = sorted(path for path in owned if path not in digests and here.remove(path))
        final = OutputFile(MANIFEST, manifest.dumps(digests, inputs))
        if here.look(final) != "same":
            journal.claim(())  # even a temporary of the manifest is found again
            here.put(final)
        journal.remove()
    finally:
        journal.close()
    return Changes(added, changed, tuple(removed), len(digests))


def _owned(folder: Path, inputs: Inputs) -> tuple[Iterable[str], bool]:
    """Return the paths that are ours to remove, and whether a write here was cut off.

    Raises: OutputError for a folder that is not this intent's.
    """
    recorded, claims = read_manifest(folder), read_journal(folder)
    if recorded is None and (claims is None or claims.intent is None):
        rest = folder.iterdir() if folder.is_dir() else ()
        if not all(path.name == JOURNAL or is_temporary(path.name) for path in rest):
            raise OutputError(
                f"{folder}: is not empty and has no {MANIFEST}; this folder was not "
                "built by railwright; choose another --out or remove it"
            )
    origin = recorded["intent"] if recorded else claims.intent if claims else None
    if origin not in (None, inputs.intent):
        raise OutputError(
            f"{folder}: was built from {origin}, not {inputs.intent}; "
            "give the clusters different names or choose another --out"
        )
    files: Iterable[str] = recorded["files"] if recorded else ()
    return (files if claims is None else {*files, *claims.paths}), claims is not None


def _each(
    here: Folder, journal: Journal | None, parts: Sequence[Part], processes: int | None
) -> tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]:
    """Look at every file, with a journal also put it; return digests, added and changed paths."""
    many = processes or workers.count_for(len(parts), _WORTH_PARTS)
    results = workers.share(parts, partial(_work, here, journal), many)
    digests: dict[str, str] = {}
    for result in results:
        for path in digests.keys() & result["digests"].keys():
            raise _made_twice(path)
        digests |= result["digests"]
    added = sorted(path for result in results for path in result["added"])
    changed = sorted(path for result in results for path in result["changed"])
    return digests, tuple(added), tuple(changed)


def _work(here: Folder, journal: Journal | None, parts: Iterator[Part]) -> dict[str, Any]:
    digests: dict[str, str] = {}
    found: dict[Kind, list[str]] = {"added": [], "changed": [], "same": []}
    for files in _batches(parts):
        news = []
        with _explained(here.root, "read"):
            for file in files:
                if file.path in digests:
                    raise _made_twice(file.path)
                digests[file.path] = sha256(file.content)
                kind = here.look(file)
                found[kind].append(file.path)
                if kind != "same":
                    news.append(file)
        if journal and news:
            with _explained(here.root, "written"):
                journal.claim(file.path for file in news)
                for file in news:
                    here.put(file)
    return {"digests": digests, "added": found["added"], "changed": found["changed"]}


def _batches(parts: Iterator[Part]) -> Iterator[list[OutputFile]]:
    batch: list[OutputFile] = []
    size_bytes = 0
    for part in parts:
        for file in part():
            batch.append(file)
            size_bytes += len(file.content)
            if len(batch) >= _BATCH_FILES or size_bytes >= _BATCH_BYTES:
                yield batch
                batch, size_bytes = [], 0
    yield batch


def _made_twice(path: str) -> RuntimeError:
    return RuntimeError(f"{path}: is made by two emitters")


@contextmanager
def _explained(folder: Path, done: str) -> Iterator[None]:
    try:
        yield
    except OSError as err:
        raise OutputError(f"{err.filename or folder}: cannot be {done}: {err.strerror}") from err
