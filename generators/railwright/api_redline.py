"""What technicians hand in, merged into an intent: read, planned and checked, then written.

The CLI calls this and nothing deeper. Files are replaced only when all new ones are prepared and
the intent that they make was loaded, planned and checked.
"""

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from railwright import api
from railwright.errors import IntentError, RailwrightError
from railwright.intent.as_built import parse
from railwright.intent.loader import load, refusal
from railwright.redline import files as files_of
from railwright.redline.model import Contents, refused
from railwright.redline.outcome import RECORD, Outcome, outcome
from railwright.redline.read import read
from railwright.redline.replace import alone, replace

_TEMPORARY = ".railwright-"


@dataclass(frozen=True, slots=True)
class Redlined:
    """What files came to, and which files of the intent change by that; `written` if they did."""

    outcome: Outcome
    files: tuple[str, ...]
    written: bool


def redline(intent: Path, handed_in: Sequence[Path], *, write: bool) -> Redlined:
    """Merge files into an intent, or only say what that would change.

    Raises: IntentError with all problems of the files, or of the intent that would follow;
    RailwrightError when a file cannot be changed. Nothing is written then.
    """
    with alone(intent.parent) if write else nullcontext():
        return _redline(intent, handed_in, write=write)


def _redline(intent: Path, handed_in: Sequence[Path], *, write: bool) -> Redlined:
    if write:
        api.load_plan.cache_clear()  # another run may have written meanwhile
    loaded = api.load_plan(intent)
    before = _before(loaded) if write else {}
    contents = _read(handed_in, loaded.plan.intent.cluster)
    try:
        found = outcome(loaded.plan, contents, str(intent.parent / RECORD))
    except IntentError as err:
        if any(problem.file for problem in err.problems):
            raise  # of a file that was handed in
        raise refusal(map(loaded.sources.locate, err.problems)) from None
    try:
        texts = files_of.changed(str(intent), loaded.plan.intent, loaded.sources, found)
    except LookupError:
        raise _by_hand(intent, found) from None
    if texts:
        _check(intent, loaded.sources.files, texts, found)
    if write and texts:
        _unchanged(before)
        replace(texts, new=loaded.plan.intent.as_built is None)
        api.load_plan.cache_clear()
    return Redlined(found, tuple(sorted(texts)), write)


def _before(loaded: api.LoadedPlan) -> Mapping[str, bytes]:
    """Return the files of an intent as they are, which is as they were loaded."""
    found = {name: _content(name) for name in loaded.sources.files}
    record = loaded.plan.intent.as_built
    if record is not None:
        now, _ = parse(found[record.file].decode("utf-8-sig", "replace"), record.file)
        if now.marks != record.marks:
            raise _changed(record.file)
    return found


def _unchanged(before: Mapping[str, bytes]) -> None:
    """Raise RailwrightError for a file that is no more as it was."""
    for name, content in before.items():
        if _content(name) != content:
            raise _changed(name)


def _content(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError:
        raise _changed(name) from None


def _changed(name: str) -> RailwrightError:
    return RailwrightError(f"{name}: changed meanwhile; nothing was written, run the same again")


def _read(handed_in: Sequence[Path], cluster: str) -> list[Contents]:
    """Return what is in all files. Raises: IntentError with every problem of all of them."""
    results = [read(path, cluster) for path in dict.fromkeys(handed_in)]
    if problems := [problem for _, found in results for problem in found]:
        raise refused(problems)
    return [contents for contents, _ in results]


def _check(intent: Path, files: Sequence[str], texts: Mapping[str, str], found: Outcome) -> None:
    """Load the intent as it would be, from a copy. Raises: RailwrightError if it is another one."""
    home = intent.parent
    with tempfile.TemporaryDirectory(prefix=_TEMPORARY) as folder:
        for name in {*files, *texts}:
            target = Path(folder) / Path(name).relative_to(home)
            target.parent.mkdir(parents=True, exist_ok=True)
            text = texts.get(name)
            target.write_bytes(Path(name).read_bytes() if text is None else text.encode())
        try:
            new = load(Path(folder) / intent.name).intent
        except IntentError:
            raise _by_hand(intent, found) from None
    wanted = found.intent
    marks = [one.as_built.marks if one.as_built else () for one in (new, wanted)]
    tables = {"as_built": None, "assets": None, "prices": None}
    if marks[0] != marks[1] or new.model_copy(update=tables) != wanted.model_copy(update=tables):
        raise _by_hand(intent, found)


def _by_hand(intent: Path, found: Outcome) -> RailwrightError:
    return RailwrightError(
        f"{intent}: is written in a way that cannot be changed line by line (an alias, or it "
        f"changed meanwhile); nothing was written, change it by hand and hand in again: "
        f"{files_of.by_hand(found)}"
    )
