"""What separates a running configuration from the intended one, as a sorted list of changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from railwright.naming import natural_key
from railwright.sonic.configdb import ConfigDb, FieldValue, Row
from railwright.sonic.masking import printable, shown_key, shown_row, shown_value
from railwright.sonic.normalise import normalise
from railwright.sonic.ownership import by_field, owned

Kind = Literal["add", "remove", "change"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: a whole row (`field` None) or one field of a row that both sides have.

    `kind` says what a push would do to the switch. `running` and `intended` are None where that
    side has nothing. A change never holds a secret: those are replaced when it is made, so it can
    be printed, logged and compared freely.
    """

    table: str
    key: str
    field: str | None
    kind: Kind
    running: FieldValue | Row | None
    intended: FieldValue | Row | None

    @property
    def place(self) -> str:
        """Return `TABLE|key field`, the way `sonic-db-cli CONFIG_DB hget` addresses it."""
        return place_of(self.table, self.key, self.field)

    def __str__(self) -> str:
        """Return one line: `+` to add, `-` to remove, `~` to change, with both values."""
        mark = {"add": "+", "remove": "-", "change": "~"}[self.kind]
        if self.kind == "change":
            return f"{mark} {self.place}: {text_of(self.running)} -> {text_of(self.intended)}"
        value = self.intended if self.kind == "add" else self.running
        return f"{mark} {self.place}: {text_of(value)}"


def place_of(table: str, key: str, field: str | None) -> str:
    """Return `TABLE|key field`, safe to print."""
    return printable(f"{table}|{key}" + (f" {field}" if field is not None else ""))


def text_of(value: FieldValue | Row | None) -> str:
    """Return a value on one line, safe to print; a row as `field=value` pairs."""
    if value is None:
        return "(absent)"
    if isinstance(value, dict):
        pairs = (f"{printable(field)}={text_of(value[field])}" for field in sorted(value))
        return ", ".join(pairs) or "(empty)"
    return printable(value if isinstance(value, str) else ",".join(value))


def diff(running: ConfigDb, intended: ConfigDb) -> tuple[Change, ...]:
    """Return every owned difference between two configurations, naturally sorted.

    Both are normalised here, so spelling, YANG defaults and what daemons write do not count; a
    value at its default is shown as it is stored. Equal owned content gives an empty tuple.
    """
    want = normalise(intended)
    emitted = want | {name: rows for name, rows in intended.items() if by_field(name)}
    have = owned(normalise(running), emitted)
    want = owned(want, emitted)
    return tuple(
        change
        for table in sorted(have.keys() | want.keys())
        if have.get(table, {}) != want.get(table, {})
        for change in _table_changes(
            table,
            _Side(have.get(table, {}), running.get(table, {})),
            _Side(want.get(table, {}), intended.get(table, {})),
        )
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a table: its owned normal form, and its rows as stored."""

    rows: dict[str, Row]
    stored: dict[str, Row]

    def value(self, key: str, field: str) -> FieldValue | None:
        """Return a field's normal value, or what is stored where the normal form leaves it out."""
        normal = self.rows[key].get(field)
        return self.stored.get(key, {}).get(field) if normal is None else normal


def _table_changes(table: str, have: _Side, want: _Side) -> Iterator[Change]:
    for key in sorted(have.rows.keys() | want.rows.keys(), key=natural_key):
        shown = shown_key(table, key)
        if key not in have.rows:
            yield Change(table, shown, None, "add", None, shown_row(table, want.rows[key]))
        elif key not in want.rows:
            yield Change(table, shown, None, "remove", shown_row(table, have.rows[key]), None)
        else:
            yield from _row_changes(table, key, have, want)


def _row_changes(table: str, key: str, have: _Side, want: _Side) -> Iterator[Change]:
    old_row, new_row = have.rows[key], want.rows[key]
    for field in sorted(old_row.keys() | new_row.keys(), key=natural_key):
        if old_row.get(field) == new_row.get(field):
            continue
        old, new = have.value(key, field), want.value(key, field)
        kind: Kind = "add" if old is None else "remove" if new is None else "change"
        shown = (shown_value(table, field, old), shown_value(table, field, new))
        yield Change(table, shown_key(table, key), field, kind, *shown)
