"""Turns CONFIG_DB rows into XML instance data of the YANG models, one line for each element.

Every line remembers the table, row and field it came from, so that a complaint about line n of the
document is a complaint about that place. The rules of the translation are those of SONiC's own
sonic_yang_ext.py; where SONiC guesses (a string for a list, a number for a string) it is a problem.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import NamedTuple

from railwright.sonic.configdb import (
    LISTS_STORED_AS_TEXT,
    NULL_ROW,
    ConfigDb,
    FieldValue,
    Row,
    is_field_value,
    key_parts,
    not_text,
)
from railwright.sonic.yang_schema import ListNode, Table

_SIMILAR = 0.75  # the default of 0.6 suggests tables that merely end in _TABLE
_MARKUP = re.compile(r"[&<>\t\n\r]")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Place(NamedTuple):
    """A spot in a configuration; `field` is `""` for a whole row, `key` too for a whole table."""

    table: str
    key: str = ""
    field: str = ""

    def __str__(self) -> str:
        """Return `TABLE|key field`, leaving out the parts that are empty."""
        row = f"{self.table}|{self.key}" if self.key else self.table
        return f"{row} {self.field}" if self.field else row

    @property
    def row(self) -> "Place":
        """The whole row this place is in."""
        return Place(self.table, self.key)


Problem = tuple[Place, str]
Line = tuple[str, Place]


@dataclass(frozen=True, slots=True)
class Document:
    """Instance data of one configuration: its XML lines, and the YANG node of every row."""

    lines: tuple[Line, ...]
    nodes: Mapping[Place, str] = field(repr=False)

    def xml(self) -> str:
        """Return the XML text; line n of it is `lines[n - 1]`."""
        return "\n".join(text for text, _ in self.lines)

    def without(self, places: Collection[Place]) -> "Document":
        """Return the document without these fields and whole rows."""
        kept = tuple(
            (text, at) for text, at in self.lines if at not in places and at.row not in places
        )
        return Document(kept, {at: node for at, node in self.nodes.items() if at not in places})

    def rows_lacking(self, table: str, node: str, leaf: str) -> list[Place]:
        """Return the rows of a table that are instances of `node` and have no field `leaf`."""
        present = {at.row for _, at in self.lines if at.table == table and at.field == leaf}
        return [
            at
            for at, name in self.nodes.items()
            if at.table == table and name == node and at not in present
        ]


def convert(config: ConfigDb, tables: Mapping[str, Table]) -> tuple[Document, list[Problem]]:
    """Return the instance data of a configuration, and what could not be part of it.

    Whatever is a problem here is left out of the document, so that libyang can judge the rest.
    """
    lines: list[Line] = []
    problems: list[Problem] = []
    nodes: dict[Place, str] = {}
    by_module: dict[str, list[Table]] = {}
    for name in sorted(config):
        if name not in tables:
            what = "no YANG model knows this table, and config reload aborts on it"
            problems.append((Place(name), what + _did_you_mean(name, tables)))
        elif not config[name]:
            what = "the table is empty, which config apply-patch and replace refuse; leave it out"
            problems.append((Place(name), what))
        else:
            by_module.setdefault(tables[name].module, []).append(tables[name])
    outside = Place("")
    for module, members in by_module.items():
        lines.append((f'<{module} xmlns="{members[0].namespace}">', outside))
        for table in members:
            lines.append((f"<{table.name}>", Place(table.name)))
            for key in sorted(config[table.name]):
                _convert_row(table, key, config[table.name][key], (lines, problems, nodes))
            lines.append((f"</{table.name}>", Place(table.name)))
        lines.append((f"</{module}>", outside))
    return Document(tuple(lines), nodes), problems


def _convert_row(
    table: Table,
    key: str,
    row: Row,
    into: tuple[list[Line], list[Problem], dict[Place, str]],
) -> None:
    lines, problems, nodes = into
    at = Place(table.name, key)
    if row == NULL_ROW:
        problems.append((at, 'a file cannot hold {"NULL": "NULL"}; write {} for an empty row'))
        row = {}
    node = _pick_list(table, key, row)
    if node is None and key not in table.fixed_rows:
        problems.append((at, _no_such_row(table, key)))
        return
    if found := _NOT_XML.search(key):
        problems.append((at, f"the key holds the control character {found[0]!r}"))
        return
    name = node.name if node else key
    nodes[at] = name
    lines.append((f"<{name}>", at))
    if node is None:
        lines += _field_lines(at, row, table.fixed_rows[key], problems)
    else:
        parts = dict(zip(node.keys, key_parts(key), strict=True))
        lines += [(f"<{leaf}>{_escaped(part)}</{leaf}>", at) for leaf, part in parts.items()]
        if node.map_value is None:
            rest = {name: value for name, value in row.items() if name not in parts}
            problems += _key_conflicts(at, row, parts)
            lines += _field_lines(at, rest, node.leaves, problems)
        else:
            lines += _entry_lines(at, row, node, problems)
    lines.append((f"</{name}>", at))


def _pick_list(table: Table, key: str, row: Row) -> ListNode | None:
    """Return the list a row is an instance of: as many keys as the row key has parts.

    When several fit, the first whose leaves cover all fields; when none covers them, a row of this
    fixed name, and else the one that covers most, so that the unknown fields get named.
    """
    fitting = [node for node in table.lists if len(node.keys) == len(key_parts(key))]
    for node in fitting:
        if node.map_value is not None or row.keys() <= node.leaves.keys():
            return node
    if key in table.fixed_rows:
        return None
    return max(fitting, key=lambda node: len(row.keys() & node.leaves.keys()), default=None)


def _field_lines(
    at: Place, row: Row, leaves: Mapping[str, bool], problems: list[Problem]
) -> Iterator[Line]:
    for name, value in row.items():
        place = at._replace(field=name)
        if name not in leaves:
            problems.append((place, "no such field" + _did_you_mean(name, leaves)))
        elif problem := _value_problem(place, value, is_list=leaves[name]):
            problems.append((place, problem))
        else:
            for item in _items(place, value, is_list=leaves[name]):
                yield f"<{name}>{_escaped(item)}</{name}>", place


def _entry_lines(at: Place, row: Row, node: ListNode, problems: list[Problem]) -> Iterator[Line]:
    """Yield the inner list entries of a map table's row (`"3": "0"` of DSCP_TO_TC_MAP)."""
    inner = node.inner
    if inner is None:
        return
    for index, value in row.items():
        place = at._replace(field=index)
        if problem := _value_problem(place, value, is_list=False) or _text_problem(index):
            problems.append((place, problem))
            continue
        yield f"<{inner.name}>", place
        yield f"<{inner.keys[0]}>{_escaped(index)}</{inner.keys[0]}>", place
        yield f"<{node.map_value}>{_escaped(str(value))}</{node.map_value}>", place
        yield f"</{inner.name}>", place


def _items(place: Place, value: FieldValue, *, is_list: bool) -> list[str]:
    """Return the elements to write for a value that `_value_problem` found nothing wrong with."""
    if isinstance(value, list):
        return value
    if not is_list:
        return [value]
    separator = LISTS_STORED_AS_TEXT[place.table, place.field]
    return [item for part in value.split(separator) if (item := part.strip())]


def _value_problem(place: Place, value: FieldValue, *, is_list: bool) -> str:
    """Return why CONFIG_DB cannot hold this value in this field, `""` if it can."""
    if not is_field_value(value):
        return not_text(value)
    separator = LISTS_STORED_AS_TEXT.get((place.table, place.field)) if is_list else None
    wants_list = is_list and separator is None
    if isinstance(value, str):
        return (
            "a plain string where SONiC reads a JSON list" if wants_list else _text_problem(value)
        )
    if not wants_list:
        how = f", its elements joined by {separator!r}" if separator else ""
        return f"a JSON list where SONiC reads one string{how}"
    if not any(value):
        return "an empty list cannot be stored; leave the field out"
    return next((problem for item in value if (problem := _text_problem(item))), "")


def _text_problem(text: str) -> str:
    found = _NOT_XML.search(text)
    return f"the text holds the control character {found[0]!r}" if found else ""


def _key_conflicts(at: Place, row: Row, parts: Mapping[str, str]) -> Iterable[Problem]:
    """Yield the fields that have a key leaf's name but not the value the row key has for it."""
    for name, part in parts.items():
        if name in row and row[name] != part:
            yield at._replace(field=name), f"is {row[name]!r}, but the row's key says {part!r}"


def _no_such_row(table: Table, key: str) -> str:
    shapes = [f"`{'|'.join(node.keys)}`" for node in table.lists]
    shapes += [f"`{name}`" for name in sorted(table.fixed_rows)]
    parts = len(key_parts(key))
    return (
        f"a key of {parts} part{'s' if parts > 1 else ''} fits no row of this table; "
        f"keys are {' or '.join(shapes) or 'none at all'}"
    )


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, known, n=1, cutoff=_SIMILAR)
    return f'; did you mean "{close[0]}"?' if close else ""


def _escaped(text: str) -> str:
    return _MARKUP.sub(_reference, text) if _MARKUP.search(text) else text


def _reference(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"
