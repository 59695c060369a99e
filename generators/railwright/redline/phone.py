"""What phones export: marks as JSON, every field checked before anything is believed."""

import re
from collections.abc import Iterator
from typing import Any

import orjson

from railwright.cells import unescaped
from railwright.emitters.cabling.phone.rules import FORMAT, REASONED, VERSION
from railwright.errors import Problem
from railwright.intent import as_built
from railwright.intent.as_built import (
    CABLE,
    CHECK,
    MARK_ID,
    MOST_AFTER,
    PORT,
    STEPS,
    WHATS,
    Mark,
    Value,
    What,
)
from railwright.intent.written import shown
from railwright.redline.model import MAX_MARKS, Contents, Handed, Place

MAX_UNSOUND = 1000
_TOP = ("format", "version", "cluster", "revision", "marks")
_FIELDS = ("id", "cable", "check", "what", "value", "by", "at", "note", "after")
_REVISION = re.compile(r"[0-9a-f]{1,64}")


class _WrongError(Exception):
    """What is wrong with a field of a mark."""

    def __init__(self, field: str, what: str) -> None:
        super().__init__(what)
        self.field = field


def read(data: bytes, file: str, cluster: str) -> tuple[Contents, list[Problem]]:
    """Return the marks of an export and what is wrong with the whole of it.

    A mark that is unsound is told and left out: a phone keeps what it has, and one slip of it must
    not shut out all that is right.
    """
    try:
        found = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except ValueError:
        what = "is not JSON; hand in the file that the page exported, unchanged"
        return Contents(), [Problem("", what, file=file)]
    if problems := [Problem(path, what, file=file) for path, what in _envelope(found, cluster)]:
        return Contents(), problems
    marks: list[Handed] = []
    unsound: list[Problem] = []
    for number, raw in enumerate(found["marks"]):
        path = f"marks[{number}]"
        try:
            marks.append(_handed(raw, Place(file, path)))
        except _WrongError as err:
            where = f"{path}.{err.field}" if err.field else path
            unsound.append(Problem(where, str(err), file=file))
            if len(unsound) > MAX_UNSOUND:
                what = f"has more than {MAX_UNSOUND} marks that are wrong; hand it in as exported"
                return Contents(), [*unsound, Problem("", what, file=file)]
    return Contents(marks=tuple(marks), unsound=tuple(unsound)), []


def _envelope(found: Any, cluster: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong around the marks."""
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        yield "format", f"must be {FORMAT}: this is no export of the page for phones"
        return
    if found.get("version") != VERSION or isinstance(found["version"], bool):
        given = shown(found.get("version"))
        yield "version", f"must be {VERSION}, got {given}; use the railwright that made the page"
        return
    for name in found:
        if name not in _TOP:
            yield "", f"unknown key {shown(name)}; allowed: {', '.join(_TOP)}"
    if found.get("cluster") != cluster:
        given = shown(found.get("cluster"))
        yield "cluster", f"must be {cluster}, got {given}; hand it in with that cluster's intent"
    revision = found.get("revision")
    if not isinstance(revision, str) or not _REVISION.fullmatch(revision):
        yield "revision", f"must be the revision of the page, got {shown(revision)}"
    marks = found.get("marks")
    if not isinstance(marks, list):
        yield "marks", f"must be a list, got {shown(marks)}"
    elif len(marks) > MAX_MARKS:
        yield "marks", f"must be at most {MAX_MARKS}, got {len(marks)}; hand in fewer at once"


def _handed(raw: Any, place: Place) -> Handed:
    """Return one mark. Raises: _WrongError."""
    if not isinstance(raw, dict):
        raise _WrongError("", f"must be a mark, got {shown(raw)}")
    for name in raw:
        if name not in _FIELDS:
            raise _WrongError("", f"unknown key {shown(name)}; allowed: {', '.join(_FIELDS)}")
    own = _matching(raw, "id", MARK_ID, "the id of a mark")
    cable = _matching(raw, "cable", CABLE, "the id of a cable")
    check = _matching(raw, "check", CHECK, "the check of a cable, eight hexadecimal digits")
    what = next((one for one in WHATS if one == raw.get("what")), None)
    if what is None:
        given = shown(raw.get("what"))
        raise _WrongError("what", f"must be one of {', '.join(WHATS)}, got {given}")
    value = _value(what, raw.get("value"))
    by = _checked("by", as_built.named, _text(raw, "by"))
    at = _checked("at", as_built.timed, _text(raw, "at"))
    note = _checked("note", as_built.noted, _text(raw, "note"))
    if what in REASONED and value is not None and not note:
        raise _WrongError("note", "is missing; say why it is built otherwise")
    mark = Mark(cable, what, value, by, at, note, own, _after(raw, own))
    return Handed(mark, check, place)


def _matching(raw: dict[str, Any], field: str, pattern: re.Pattern[str], noun: str) -> str:
    text = raw.get(field)
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise _WrongError(field, f"must be {noun}, got {shown(text)}")
    return text


def _text(raw: dict[str, Any], field: str) -> str:
    """Return a text as the as-built record gives it back: without blanks around it."""
    text = raw.get(field)
    if not isinstance(text, str):
        raise _WrongError(field, f"must be text, got {shown(text)}")
    return unescaped(text.strip())


def _checked(field: str, check: Any, text: str) -> str:
    try:
        return str(check(text))
    except ValueError as err:
        raise _WrongError(field, str(err)) from None


def _value(what: What, value: Any) -> Value:
    """Return the value of a mark of a kind. Raises: _WrongError."""
    if what in STEPS:
        if not isinstance(value, bool):
            raise _WrongError("value", f"must be true or false, got {shown(value)}")
        return value
    if value is None:
        return None
    if what == "length_m":
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _WrongError("value", f"must be metres, got {shown(value)}")
        try:
            return as_built.metres(float(value))
        except (ValueError, OverflowError) as err:
            raise _WrongError("value", str(err)) from None
    if what == "port":
        if not isinstance(value, str) or not PORT.fullmatch(value):
            raise _WrongError("value", f"must be a port such as Ethernet8, got {shown(value)}")
        return value
    return _checked("value", as_built.noted, _text({"value": value}, "value")) or None


def _after(raw: dict[str, Any], own: str) -> tuple[str, ...]:
    after = raw.get("after")
    if not isinstance(after, list) or len(after) > MOST_AFTER:
        raise _WrongError(
            "after", f"must be a list of at most {MOST_AFTER} ids, got {shown(after)}"
        )
    for one in after:
        if not isinstance(one, str) or not MARK_ID.fullmatch(one) or one == own:
            raise _WrongError("after", f"must hold ids of other marks, got {shown(one)}")
    return tuple(sorted(set(after)))
