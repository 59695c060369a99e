"""An intent as a git revision has it: the file and what it includes, laid into a folder."""

import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from posixpath import dirname, isabs, join, normpath
from tempfile import TemporaryDirectory

from railwright.errors import IntentError, RailwrightError
from railwright.intent import yaml_lines
from railwright.intent.as_built import MAX_FILE_BYTES as LARGEST_BYTES
from railwright.intent.loader import MAX_FILE_BYTES, MAX_FILES

DEFAULT_PATH = "./intent/cluster.yml"
_TABLES = ("assets", "prices", "as_built")  # keys that name a CSV file
_BLOB = re.compile(r"(?P<id>[0-9a-f]{40,64}) blob (?P<size>[0-9]+)")


class RevisionError(RailwrightError):
    """A git revision or a file of it cannot be read."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A file of a git revision.

    `path` counts from the repository's root; from the current folder if it begins with `./` or
    `../`.
    """

    revision: str
    path: str

    def __str__(self) -> str:
        """Return `HEAD~1:intent/cluster.yml`."""
        return f"{self.revision}:{self.path}"


def parse(text: str) -> Revision:
    """Return what a text means: `REV:path`, or `REV` for the default intent of a revision.

    Raises: RevisionError for a text that git would not take as a name.
    """
    revision, _, path = text.partition(":")
    if not revision or revision.startswith("-") or not text.isprintable():
        raise RevisionError(f"{text!r} is no file, folder or git revision; {_ADVICE}")
    return Revision(revision, path or DEFAULT_PATH)


@contextmanager
def laid_out(wanted: Revision) -> Iterator[Path]:
    """Lay the intent and its includes into a folder, give the intent's path, then remove all.

    An IntentError raised inside comes out with its files named as in the revision.
    Raises: RevisionError when git, the revision or the file is not there.
    """
    commit = _commit(wanted)
    path = _from_root(wanted)
    with TemporaryDirectory(prefix="railwright-") as name:
        folder = Path(name)
        _export(wanted, commit, path, folder)
        try:
            yield folder / path
        except IntentError as err:
            raise _renamed(err, f"{name}/", f"{wanted.revision}:") from None


_ADVICE = (
    "name an intent file, a build folder, or a git revision with the path of an intent, such as "
    "HEAD~1:intent/cluster.yml"
)


def _commit(wanted: Revision) -> str:
    words = ["rev-parse", "--verify", "--quiet", f"{wanted.revision}^{{commit}}"]
    done = _git(words)
    if done.returncode == 0:
        return done.stdout.decode().strip()
    why = _first_line(done.stderr)
    where = f" (git: {why})" if why else ""
    raise RevisionError(
        f"{wanted.revision}: is no file or folder, and no revision of a git repository "
        f"here{where}; {_ADVICE}"
    )


def _from_root(wanted: Revision) -> str:
    """Return the file's path from the root of the repository."""
    path = wanted.path
    if path.startswith(("./", "../")):
        prefix = _git(["rev-parse", "--show-prefix"]).stdout.decode().removesuffix("\n")
        path = join(prefix, path)
    path = normpath(path)
    if _escapes(path):
        raise RevisionError(f"{wanted}: leaves the repository; paths count from its root")
    return path


def _export(wanted: Revision, commit: str, path: str, folder: Path) -> None:
    """Write the file and all it includes below `folder`; what an include lacks is left out.

    The loader then finds and reports the same problems as in a working tree.
    """
    waiting, seen = [path], {path}
    while waiting and len(seen) - len(waiting) <= MAX_FILES:
        name = waiting.pop()  # depth first, as the loader reads, so that both stop at the same file
        content = _content(commit, name)
        if content is None and name == path:
            raise RevisionError(
                f"{wanted}: does not exist in that revision; paths count from the repository's "
                "root, or from the current folder if they begin with ./"
            )
        if content is None:
            continue
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        new = [one for one in dict.fromkeys(_named(content, name)) if one not in seen]
        seen.update(new)
        waiting += reversed(new)


def _content(commit: str, path: str) -> bytes | None:
    """Return a file's bytes, None if the revision has no such file.

    Symbolic links are followed within the revision, never outside. Raises: RevisionError for a
    file that no intent may have.
    """
    asked = _git(["cat-file", "--batch-check", "--follow-symlinks"], f"{commit}:{path}\n".encode())
    found = _BLOB.fullmatch(asked.stdout.decode(errors="replace").strip())
    if found is None:
        return None
    if int(found["size"]) > LARGEST_BYTES:
        raise RevisionError(f"{path}: is larger than {LARGEST_BYTES} bytes")
    done = _git(["cat-file", "blob", found["id"]])
    return done.stdout if done.returncode == 0 else None


def _named(content: bytes, name: str) -> Iterator[str]:
    """Yield the paths from the root that a file names: what it includes, and its tables.

    Nothing if it is no sound YAML of a size that the loader takes.
    """
    if len(content) > MAX_FILE_BYTES:
        return
    try:
        written, _ = yaml_lines.parse(content.decode("utf-8-sig"), name)
    except (IntentError, UnicodeDecodeError):
        return
    listed = written.child("include")
    items = listed.content if listed is not None else ()
    tables = filter(None, map(written.child, _TABLES))
    for item in (*(items if isinstance(items, tuple) else ()), *tables):
        if isinstance(item.content, str) and item.content.isprintable():
            path = normpath(join(dirname(name), item.content))
            if not _escapes(path):
                yield path


def _escapes(path: str) -> bool:
    return isabs(path) or path.partition("/")[0] in {"..", "."}


def _renamed(err: IntentError, before: str, after: str) -> IntentError:
    return IntentError(
        replace(one, file=one.file.replace(before, after), what=one.what.replace(before, after))
        for one in err.problems
    )


def _git(words: Sequence[str], given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(  # noqa: S603 (a list of words, no shell)
            ["git", *words],  # noqa: S607 (git is where the user's PATH says)
            input=given,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise RevisionError(
            "git is not installed, so revisions cannot be read; name an intent file or a build "
            "folder"
        ) from None


def _first_line(stderr: bytes) -> str:
    lines: Iterable[str] = stderr.decode(errors="replace").splitlines()
    return next(iter(lines), "").removeprefix("fatal: ")
