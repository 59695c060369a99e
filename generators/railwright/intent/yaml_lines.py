"""YAML text to written values: YAML 1.2 core schema, safe by construction, every line kept.

Only events are taken from the YAML library; scalars become text, numbers, true/false or nothing
and never anything else. Nesting, the number of values (aliases counted in full) and explicit
tags are limited here, so that no text can make the loader slow, deep or clever.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from ruamel.yaml.reader import ReaderError

from railwright.errors import IntentError, Problem
from railwright.intent.written import (
    Content,
    KeyPath,
    Scalar,
    Written,
    dotted,
    is_secret,
    kind,
    shown,
    shown_key,
)

MAX_DEPTH = 32
MAX_VALUES = 100_000
# Far above any number of an intent; Python refuses to convert texts of thousands of digits.
MAX_NUMBER_CHARS = 64

_CONSTANTS: dict[str, Scalar] = {
    "": None,
    **dict.fromkeys(("~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_YAML_TAGS = "tag:yaml.org,2002:"
# Narrower than YAML's own rule: what surely reads as itself, also within brackets.
_PLAIN = re.compile(r"[A-Za-z0-9/][A-Za-z0-9 ._/+@-]*(?<! )")
# Source: YAML 1.2.2, section 10.3.2 (tag resolution of the core schema).
_NUMBERS: tuple[tuple[re.Pattern[str], Callable[[str], int | float]], ...] = (
    (re.compile(r"[-+]?[0-9]+"), int),
    (re.compile(r"0o[0-7]+"), lambda text: int(text[2:], 8)),
    (re.compile(r"0x[0-9a-fA-F]+"), lambda text: int(text[2:], 16)),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
    (
        re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"),
        lambda text: float(text.replace(".", "")),
    ),
)
# What the library says, whether the place is where the construct was opened, what it means.
_COMPLAINTS: tuple[tuple[str, bool, str], ...] = (
    ("character '\\t'", False, "a tab stands where YAML wants spaces; indent with spaces"),
    (
        "cannot start any token",
        False,
        "a value begins with a character that YAML reserves; put it in quotes",
    ),
    (
        "mapping values are not allowed",
        False,
        "unexpected ':'; put a value that contains ': ' in quotes, indent like the lines around "
        "it, and look for a missing ': ' in the line above",
    ),
    ("expected ':'", True, "expected ': ' and a value after this text"),
    ("escape", False, "unknown escape in double quotes; use single quotes"),
    ("quoted scalar", True, "the quote opened here is not closed"),
    ("flow sequence", False, "the '[' opened in line {opened} is not closed before this"),
    ("flow mapping", False, "the '{{' opened in line {opened} is not closed before this"),
    (
        "parsing a block",
        False,
        "is indented unlike the lines around it; keys of one mapping line up",
    ),
)


def parse(text: str, file: str) -> tuple[Written, tuple[Problem, ...]]:
    """Return the mapping written in `text`, and the problems that do not hide others.

    Those are duplicate keys (the first stands), merge keys and tags. `file` only names the text.
    Raises: IntentError if the text is not YAML, breaks a limit or is not a mapping of keys.
    """
    composer = _Composer(text, file)
    root = composer.document()
    return root, tuple(composer.problems)


def scalar(text: str) -> Scalar:
    """Return what a plain (unquoted) scalar means in the core schema."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if len(text) <= MAX_NUMBER_CHARS:
        for pattern, convert in _NUMBERS:
            if pattern.fullmatch(text):
                return convert(text)
    return text


def flow(value: Any) -> str:
    """Return a plain value as YAML on one line, text in quotes only where it needs them.

    Text of characters beyond U+FFFF has no such form here and is not read back as itself.
    """
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case dict():
            return f"{{ {', '.join(f'{key}: {flow(item)}' for key, item in value.items())} }}"
        case list() | tuple():
            return f"[{', '.join(map(flow, value))}]"
    text = str(value)
    is_plain = not isinstance(value, str) or (scalar(text) == text and _PLAIN.fullmatch(text))
    return text if is_plain else json.dumps(text)


@dataclass(frozen=True, slots=True)
class _Subtree:
    """A composed value with the number of values in it and the levels below it."""

    written: Written
    values: int
    height: int


class _Composer:
    """Builds one document from events; each method consumes the events of what it returns."""

    def __init__(self, text: str, file: str) -> None:
        self.problems: list[Problem] = []
        self._text = text
        self._file = file
        self._line = 1
        self._values = 0
        self._anchors: dict[str, _Subtree] = {}
        self._events: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)

    def document(self) -> Written:
        """Return the one document of the text."""
        self._next()  # the start of the stream
        if isinstance(self._next(), StreamEndEvent):
            self._fail(1, "is empty; write the cluster's keys")
        event = self._next()
        root = self._value(event, (), 1).written
        self._next()  # the end of the document; whatever is not YAML above it is found first
        if root.content is None:
            self._fail(1, "is empty; write the cluster's keys")
        if not isinstance(root.content, dict):
            self._fail(1, f"must be a mapping of keys at the top, got {kind(root.content)}")
        if isinstance(self._next(), DocumentStartEvent):
            self._fail(self._line, "has a second YAML document; remove the '---' above it")
        return root

    def _value(self, event: Any, path: KeyPath, line: int) -> _Subtree:
        """Return the value that begins with `event`; `line` is that of its key or list item."""
        self._values += 1
        self._check_limits(line, len(path))
        if isinstance(event, AliasEvent):
            return self._alias(event, path, line)
        before = self._values
        content: Content
        if isinstance(event, MappingStartEvent):
            content, height = self._mapping(path)
        elif isinstance(event, SequenceStartEvent):
            content, height = self._sequence(path)
        else:
            content, height = scalar(event.value) if event.implicit[0] else event.value, 0
        if event.tag is not None:
            tag = shown(event.tag.replace(_YAML_TAGS, "!!"))
            what = f"has the tag {tag}; tags are not allowed, write a plain value"
            self._problem(path, line, what)
        made = _Subtree(Written(content, self._file, line), 1 + self._values - before, height)
        if event.anchor is not None:
            self._anchors[event.anchor] = made
        return made

    def _mapping(self, path: KeyPath) -> tuple[dict[str, Written], int]:
        content: dict[str, Written] = {}
        height = 0
        while not isinstance(event := self._next(), MappingEndEvent):
            key, line = self._key(event, path), self._line
            below = self._value(self._next(), (*path, key), line)
            height = max(height, below.height + 1)
            if key in content:
                name = "key" if is_secret(path) else f"key '{shown_key(key)}'"
                what = f"duplicate {name}; first written in line {content[key].line}"
                self._problem(path, line, what)
            elif key == "<<" and event.style is None:
                what = "merge key '<<' is not supported; repeat the keys or use include"
                self._problem(path, line, what)
            else:
                content[key] = below.written
        return content, height

    def _key(self, event: Any, path: KeyPath) -> str:
        if not isinstance(event, ScalarEvent):
            what = "a key must be plain text; put a value that begins with '{' or '[' in quotes"
            self._fail(self._line, what, path)
        if not event.value:
            self._fail(self._line, "a key is empty; write it before the ':'", path)
        return str(event.value)

    def _sequence(self, path: KeyPath) -> tuple[tuple[Written, ...], int]:
        content: list[Written] = []
        height = 0
        while not isinstance(event := self._next(), SequenceEndEvent):
            below = self._value(event, (*path, len(content)), self._line)
            height = max(height, below.height + 1)
            content.append(below.written)
        return tuple(content), height

    def _alias(self, event: Any, path: KeyPath, line: int) -> _Subtree:
        found = self._anchors.get(event.anchor)
        if found is None:
            name = shown(f"*{event.anchor}")
            self._fail(line, f"alias {name} has no anchor that is complete above it", path)
        self._values += found.values - 1
        self._check_limits(line, len(path) + found.height)
        return replace(found, written=replace(found.written, line=line))

    def _check_limits(self, line: int, depth: int) -> None:
        if depth > MAX_DEPTH:
            self._fail(line, f"is nested deeper than {MAX_DEPTH} levels; remove levels")
        if self._values > MAX_VALUES:
            self._fail(
                line,
                f"has more than {MAX_VALUES} values, aliases counted in full; "
                "remove values or aliases",
            )

    def _next(self) -> Any:
        try:
            event = next(self._events)
        except YAMLError as err:
            line, what = _syntax(err, self._text)
            self._fail(line or self._line, what)
        except (ArithmeticError, LookupError, ValueError):
            # The library meets impossible escapes and version numbers with bare Python errors.
            self._fail(self._line, "is not YAML from here on; check escapes in double quotes")
        self._line = event.start_mark.line + 1
        return event

    def _problem(self, path: KeyPath, line: int, what: str) -> None:
        self.problems.append(Problem(dotted(path), what, file=self._file, line=line))

    def _fail(self, line: int, what: str, path: KeyPath = ()) -> NoReturn:
        self._problem(path, line, what)
        raise IntentError(self.problems)


def _syntax(err: YAMLError, text: str) -> tuple[int, str]:
    """Return the line (0 if unknown) and the meaning of the YAML library's complaint."""
    if isinstance(err, ReaderError):
        line = text.count("\n", 0, err.position) + 1
        return line, f"has the control character U+{err.character:04X}; write plain text"
    if not isinstance(err, MarkedYAMLError) or err.problem_mark is None:
        return 0, "is not YAML"
    line = err.problem_mark.line + 1
    opened = line if err.context_mark is None else err.context_mark.line + 1
    complaint = f"{err.context}: {err.problem}"
    for part, at_opening, what in _COMPLAINTS:
        if part in complaint:
            return opened if at_opening else line, what.format(opened=opened)
    return line, f"is not YAML: {shown(err.problem)}"
