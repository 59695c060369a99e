"""The types of CONFIG_DB fields, written as short texts in tables.json and compiled to checks.

    uint16 68..9216      a whole number of that type, in that range (several: `1|10..20`)
    string 1..255        text, optionally of that length
    /rs|fc|none/#Why     text that matches the whole pattern; `Why` replaces the standard reason
    enum up down         one of these words
    boolean, ip4, ip6, ip4-prefix, ip6-prefix, prefix, mac
    @PORT                the key of a row of that table
    a or b               a union: any of these

A prefix `[]` makes it a JSON list, `,` or `;` text that is split there. A suffix `!` makes the
field mandatory. The reasons are worded as libyang words them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

Check = Callable[[str], str | None]
"""Returns what is wrong with a value, None when nothing is."""

WIDTHS = {
    "int8": (-(1 << 7), (1 << 7) - 1),
    "int16": (-(1 << 15), (1 << 15) - 1),
    "int32": (-(1 << 31), (1 << 31) - 1),
    "uint8": (0, (1 << 8) - 1),
    "uint16": (0, (1 << 16) - 1),
    "uint32": (0, (1 << 32) - 1),
    "uint64": (0, (1 << 64) - 1),
}
_OCTET = r"([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])"
_IP4 = rf"({_OCTET}\.){{3}}{_OCTET}"
_IP6 = r"(?=[^:]*:[^:]*:)([0-9a-fA-F]{0,4}:){2,7}([0-9a-fA-F]{0,4}|" + _IP4 + r")"
PATTERNS = {
    "ip4": _IP4,
    "ip6": _IP6,
    "ip4-prefix": _IP4 + r"/([0-9]|[12][0-9]|3[0-2])",
    "ip6-prefix": _IP6 + r"/([0-9]|[1-9][0-9]|1[01][0-9]|12[0-8])",
    "mac": r"[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}",
}


class NumberTextError(Exception):
    """A number is wanted and the text is none; the converter of the real validator stumbles."""


@dataclass(frozen=True, slots=True)
class LeafType:
    """One compiled field type.

    `checks` are alternatives, of which one must pass; `tables` are those whose keys are also
    accepted; `form` is `leaf`, `list` (JSON list) or the character that separates the items.
    """

    checks: tuple[Check, ...]
    tables: tuple[str, ...]
    form: str
    mandatory: bool

    def reason(self, value: str) -> str | None:
        """Return why `value` fits none of the checks; None when it fits (tables not looked at)."""
        first = None
        for check in self.checks:
            reason = check(value)
            if reason is None:
                return None
            first = first or reason
        return first


@cache
def compile_type(text: str) -> LeafType:
    """Compile one type text."""
    mandatory = text.endswith("!")
    text = text.removesuffix("!")
    form = "leaf"
    if text.startswith("[]"):
        form, text = "list", text[2:]
    elif text[0] in ",;":
        form, text = text[0], text[1:]
    checks, tables = [], []
    for part in text.split(" or "):
        if part.startswith("@"):
            tables.append(part[1:])
        else:
            checks.append(_compile_check(part))
    return LeafType(tuple(checks), tuple(tables), form, mandatory)


def _compile_check(text: str) -> Check:
    if text.startswith("/"):
        pattern, _, why = text[1:].rpartition("/")
        return _pattern_check(pattern, why.removeprefix("#"))
    name, _, rest = text.partition(" ")
    if name in WIDTHS:
        return _number_check(name, rest)
    if name in PATTERNS:
        return _pattern_check(PATTERNS[name], "")
    if name == "enum":
        return _enum_check(frozenset(rest.split()))
    if name == "boolean":
        return lambda value: (
            None if value in ("true", "false") else f'Invalid boolean value "{value}".'
        )
    if name == "string":
        return _length_check(rest)
    raise ValueError(f"unknown field type {text!r}")


def _ranges(text: str) -> tuple[tuple[int, int], ...]:
    parts = (part.partition("..") for part in text.split("|"))
    return tuple((int(low), int(high or low)) for low, _, high in parts)


def _number_check(name: str, rest: str) -> Check:
    low, high = WIDTHS[name]
    ranges = _ranges(rest) if rest else ((low, high),)

    def check(value: str) -> str | None:
        try:
            number = int(value)
        except ValueError as error:
            raise NumberTextError(str(error)) from error
        if not low <= number <= high:
            return f'Value "{value}" is out of type {name} min/max bounds.'
        if not any(start <= number <= end for start, end in ranges):
            return f'Unsatisfied range - value "{value}" is out of the allowed range.'
        return None

    return check


def _pattern_check(pattern: str, why: str) -> Check:
    match = re.compile(pattern).fullmatch

    def check(value: str) -> str | None:
        if match(value):
            return None
        return why or f'Unsatisfied pattern - "{value}" does not conform to "{pattern}".'

    return check


def _enum_check(words: frozenset[str]) -> Check:
    return lambda value: None if value in words else f'Invalid enumeration value "{value}".'


def _length_check(rest: str) -> Check:
    if not rest:
        return lambda value: None
    ((low, high),) = _ranges(rest)

    def check(value: str) -> str | None:
        if low <= len(value) <= high:
            return None
        return f"Unsatisfied length - string length {len(value)} is not allowed."

    return check
