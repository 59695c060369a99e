"""The intent as it is written: every value with the file and line it came from."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Union

from railwright.errors import Problem

KeyPath = tuple[str | int, ...]
Scalar = str | int | float | bool | None
Content = Union[Scalar, tuple["Written", ...], dict[str, "Written"]]  # noqa: UP007 (forward name)

_SECRET_WORDS = re.compile(
    r"pass(word|wd|key|phrase)|community|secret|token|private", re.IGNORECASE
)
_INDEX = re.compile(r"\[(\d+)\]")
ECHO_CHARS = 60


@dataclass(frozen=True, slots=True)
class Written:
    """One value, with the `file` and 1-based `line` of the key or list item that holds it."""

    content: Content
    file: str
    line: int

    def child(self, key: str | int) -> "Written | None":
        """Return what is written below `key` (an index in a list), None if nothing is."""
        if isinstance(self.content, dict):
            return self.content.get(str(key))
        if isinstance(self.content, tuple) and isinstance(key, int) and key < len(self.content):
            return self.content[key]
        return None

    def plain(self) -> Any:
        """Return the value as dicts, lists and scalars, without places."""
        if isinstance(self.content, dict):
            return {key: value.plain() for key, value in self.content.items()}
        if isinstance(self.content, tuple):
            return [value.plain() for value in self.content]
        return self.content

    def deepest(self, path: KeyPath) -> "Written":
        """Return the deepest part of `path` that is written."""
        node = self
        for key in path:
            below = node.child(key)
            if below is None:
                break
            node = below
        return node

    def at(self, path: KeyPath, what: str) -> Problem:
        """Return a problem with the value at `path`, placed at its deepest written part."""
        place = self.deepest(path)
        return Problem(dotted(path), what, file=place.file, line=place.line)


class Sources:
    """Where every key of a loaded intent is written; `files` are all files, in reading order."""

    def __init__(self, root: Written, files: Iterable[str]) -> None:
        self._root = root
        self.files = tuple(files)

    def place(self, path: str) -> tuple[str, int]:
        """Return file and line of the deepest written part of `a.b.c` (lists: `a.b[0]`).

        A key left to its default has the place of the mapping it would stand in.
        """
        part = self._root.deepest(undotted(path))
        return part.file, part.line

    def locate(self, problem: Problem) -> Problem:
        """Return the problem with its place filled in, unchanged if it has one."""
        return problem if problem.line else problem.at(*self.place(problem.path))


def dotted(path: KeyPath) -> str:
    """Return a path as messages show it: `services.dns_servers[1]`, odd keys escaped."""
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            text += f".{shown_key(key)}" if text else shown_key(key)
    return text


def undotted(path: str) -> KeyPath:
    """Return the keys of a dotted path; an index is written `[1]`."""
    parts = _INDEX.sub(r".[\1", path).split(".") if path else []
    return tuple(int(part[1:]) if part.startswith("[") else part for part in parts)


def shown_key(key: str) -> str:
    """Return a key as messages show it: bare if short and printable, else escaped and cut."""
    safe = key if key.isprintable() else repr(key)[1:-1]
    return safe if len(safe) <= ECHO_CHARS else f"{safe[:ECHO_CHARS]}..."


def shown(value: Any) -> str:
    """Return a value of the intent as a message shows it: short, printable, in YAML's words."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str() if len(value) > ECHO_CHARS:
            return f"{value[:ECHO_CHARS]!r}... ({len(value)} characters)"
        case dict():
            return "a mapping of keys"
        case list() | tuple():
            return f"a list of {len(value)}"
    text = repr(value)
    return text if len(text) <= ECHO_CHARS else f"{text[:ECHO_CHARS]}..."


def is_secret(path: KeyPath) -> bool:
    """Tell whether what is written at `path` may be a secret and must never be echoed."""
    return any(isinstance(key, str) and _SECRET_WORDS.search(key) for key in path)


def kind(content: Content) -> str:
    """Return what a written value is, in words."""
    match content:
        case None:
            return "empty"
        case dict():
            return "a mapping of keys"
        case tuple():
            return "a list"
        case str():
            return "text"
        case bool():
            return "true or false"
    return "a number"


def merge(base: Written, over: Written, path: KeyPath = ()) -> tuple[Written, tuple[Problem, ...]]:
    """Return `over` laid on `base`: mappings are joined key by key, anything else is replaced.

    A mapping on one side and something else on the other is a problem; the mapping stands.
    """
    if isinstance(base.content, dict) and isinstance(over.content, dict):
        joined = dict(base.content)
        problems: list[Problem] = []
        for key, value in over.content.items():
            if key in joined:
                value, found = merge(joined[key], value, (*path, key))  # noqa: PLW2901
                problems += found
            joined[key] = value
        return replace(over, content=joined), tuple(problems)
    if isinstance(base.content, dict) or isinstance(over.content, dict):
        what = (
            f"is {kind(over.content)} here but {kind(base.content)} in {base.file}:{base.line}; "
            "write the same kind in both files or remove one"
        )
        stands = over if isinstance(over.content, dict) else base
        return stands, (Problem(dotted(path), what, file=over.file, line=over.line),)
    return over, ()
