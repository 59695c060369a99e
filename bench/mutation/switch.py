"""Mutations of switch configurations: every table, every row, every field."""

import copy
import random
from collections.abc import Callable, Iterator

from bench.mutation import foreign
from bench.mutation.model import Edit, Mutator, Truth, World, switch_path
from bench.mutation.values import (
    CAPITALS_MATTER,
    FOR_PEOPLE,
    REFERENCES,
    is_meaningless,
    other_value,
)

from railwright.sonic.configdb import ConfigDb, Row, dumps

Change = Callable[[ConfigDb, str, random.Random], tuple[str, str, str] | None]
"""Changes a configuration in place, in a table; returns row, field (or "") and what was done."""


def of_tables(kind: str, change: Change, tables: Callable[[ConfigDb], list[str]]) -> Mutator:
    """Return a mutator that makes a change in one of some tables of a switch."""

    def mutate(world: World, rng: random.Random) -> Edit | None:
        device = rng.choice(sorted(world.configs))
        config = copy.deepcopy(world.configs[device])
        choices = tables(config)
        if not choices:
            return None
        table = rng.choice(choices)
        done = change(config, table, rng)
        if done is None:
            return None
        key, field, what = done
        place = " ".join(filter(None, (f"{device} {table}|{key}", field)))
        names = (f"switches/{device}/", f" {table}|", *([f" {field} "] if field else []))
        # Where a whole row is missing for a rule, it says so of the row.
        row = (f"switches/{device}/", f" {table}|{key} ")
        truth = Truth(kind, f"{place}: {what}", (names, row), chain_place(table, field))
        return Edit(truth, {switch_path(device): dumps(config)})

    return mutate


CHAIN = (
    *("BUFFER", "CABLE", "DEFAULT_LOSSLESS", "DSCP", "LOSSLESS", "MAP_", "PFC", "PORT_QOS_MAP"),
    *("QUEUE", "SCHED", "TC_", "WRED"),
)
"""How the names of the lossless chain's tables begin."""


def chain_place(table: str, field: str) -> str:
    """Return a place of the lossless chain as table and field, empty for another table."""
    return f"{table} {field}".rstrip() if table.startswith(CHAIN) else ""


def _tables(config: ConfigDb) -> list[str]:
    return sorted(config)


def _chain(config: ConfigDb) -> list[str]:
    """Return the tables of the lossless chain, drawn apart so that they get their share."""
    found = [table for table in config if table.startswith((*CHAIN, "BGP", "PORT"))]
    return sorted(found) or _tables(config)


def _fields(config: ConfigDb, table: str) -> Iterator[tuple[str, str]]:
    for key, row in config[table].items():
        for field in row:
            if (table, field) not in FOR_PEOPLE:
                yield key, field


def _draw(config: ConfigDb, table: str, rng: random.Random) -> tuple[str, str] | None:
    """Draw a field: first which, so that rare ones are drawn as well, then of which row."""
    found = sorted(_fields(config, table))
    if not found:
        return None
    field = rng.choice(sorted({field for _, field in found}))
    return rng.choice([key for key, one in found if one == field]), field


def change_value(config: ConfigDb, table: str, rng: random.Random) -> tuple[str, str, str] | None:
    """Give a field another legal value."""
    if (drawn := _draw(config, table, rng)) is None:
        return None
    key, field = drawn
    value = config[table][key][field]
    if isinstance(value, list):
        new_list = value[1:] or ["10.255.255.254"]
        config[table][key][field] = new_list
        return key, field, f"{value} -> {new_list}"
    new = other_value(rng, config, table, field, value)
    if new is None or new == value:
        return None
    if is_meaningless(table, field, value) and new == "":
        return None
    config[table][key][field] = new
    return key, field, f"{value} -> {new}"


def repoint(config: ConfigDb, table: str, rng: random.Random) -> tuple[str, str, str] | None:
    """Point a reference to another row that exists."""
    found = sorted((key, field) for key, field in _fields(config, table) if field in REFERENCES)
    if not found:
        return None
    key, field = rng.choice(found)
    value = config[table][key][field]
    names = sorted({*config.get(REFERENCES[field], {})} - {str(value)})
    if not names:
        return None
    new = rng.choice(names)
    config[table][key][field] = new
    return key, field, f"{value} -> {new}"


def dangle(config: ConfigDb, table: str, rng: random.Random) -> tuple[str, str, str] | None:
    """Point a reference to a row that does not exist."""
    found = sorted((key, field) for key, field in _fields(config, table) if field in REFERENCES)
    if not found:
        return None
    key, field = rng.choice(found)
    value = config[table][key][field]
    config[table][key][field] = f"{value}_x"
    return key, field, f"{value} -> {value}_x, which is missing"


def capital(config: ConfigDb, table: str, rng: random.Random) -> tuple[str, str, str] | None:
    """Write a boolean with a capital that its reader does not take."""
    places = [
        (key, field)
        for key, field in sorted(_fields(config, table))
        if (table, field) in CAPITALS_MATTER and config[table][key][field] == "true"
    ]
    if not places:
        return None
    key, field = rng.choice(places)
    config[table][key][field] = "True"
    return key, field, "true -> True"


def _booleans(config: ConfigDb) -> list[str]:
    return sorted({table for table, _ in CAPITALS_MATTER} & config.keys())


def swap_fields(config: ConfigDb, table: str, rng: random.Random) -> tuple[str, str, str] | None:
    """Swap two values of one row."""
    key = rng.choice(sorted(config[table]))
    row = config[table][key]
    fields = [one for one in sorted(row) if (table, one) not in FOR_PEOPLE]
    pairs = [
        (one, other)
        for place, one in enumerate(fields)
        for other in fields[place + 1 :]
        if row[one] != row[other] and _kind(row[one]) == _kind(row[other])
    ]
    if not pairs:
        return None
    one, other = rng.choice(pairs)
    row[one], row[other] = row[other], row[one]
    return key, one, f"swapped with {other} ({row[other]} and {row[one]})"


def swap_rows(config: ConfigDb, table: str, rng: random.Random) -> tuple[str, str, str] | None:
    """Swap what two rows say in one field."""
    if (drawn := _draw(config, table, rng)) is None:
        return None
    key, field = drawn
    value = config[table][key][field]
    others = [
        one for one, row in sorted(config[table].items()) if field in row and row[field] != value
    ]
    if not others:
        return None
    other = rng.choice(others)
    config[table][key][field] = config[table][other][field]
    config[table][other][field] = value
    return key, field, f"{value} swapped with that of {other}"


def drop_field(config: ConfigDb, table: str, rng: random.Random) -> tuple[str, str, str] | None:
    """Delete a field."""
    if (drawn := _draw(config, table, rng)) is None:
        return None
    key, field = drawn
    value = config[table][key].pop(field)
    return None if is_meaningless(table, field, value) else (key, field, f"{value} deleted")


def drop_row(config: ConfigDb, table: str, rng: random.Random) -> tuple[str, str, str] | None:
    """Delete a row."""
    key = rng.choice(sorted(config[table]))
    row: Row = config[table].pop(key)
    return key, "", f"{row} deleted"


def drop_table(config: ConfigDb, table: str, _rng: random.Random) -> tuple[str, str, str]:
    """Delete a table."""
    rows = config.pop(table)
    return "", "", f"{len(rows)} rows deleted"


def add_row(config: ConfigDb, table: str, rng: random.Random) -> tuple[str, str, str] | None:
    """Add a row that nobody planned."""
    drawn = foreign.row(config, table, rng)
    if drawn is None or drawn[0] in config[table]:
        return None
    key, row = drawn
    config[table][key] = row
    return key, "", f"{row} added"


def add_field(config: ConfigDb, table: str, rng: random.Random) -> tuple[str, str, str] | None:
    """Add a field that nobody planned."""
    drawn = foreign.field(table, rng)
    if drawn is None:
        return None
    field, value = drawn
    keys = [key for key, row in sorted(config[table].items()) if field not in row]
    if not keys:
        return None
    key = rng.choice(keys)
    config[table][key][field] = value
    return key, field, f"{value} added"


def _kind(value: object) -> str:
    if not isinstance(value, str):
        return "list"
    return "number" if value.isdecimal() else "text"


MUTATORS: tuple[tuple[int, Mutator], ...] = (
    (5, of_tables("value changed", change_value, _tables)),
    (6, of_tables("value changed", change_value, _chain)),
    (4, of_tables("reference changed", repoint, _chain)),
    (2, of_tables("reference to a missing row", dangle, _chain)),
    (1, of_tables("boolean with a capital", capital, _booleans)),
    (3, of_tables("values of a row swapped", swap_fields, _chain)),
    (3, of_tables("values of two rows swapped", swap_rows, _chain)),
    (2, of_tables("field deleted", drop_field, _tables)),
    (3, of_tables("field deleted", drop_field, _chain)),
    (2, of_tables("row deleted", drop_row, _tables)),
    (3, of_tables("row deleted", drop_row, _chain)),
    (1, of_tables("table deleted", drop_table, _tables)),
    (3, of_tables("row added", add_row, _tables)),
    (2, of_tables("field added", add_field, _tables)),
)
"""How often each is drawn, and the mutator."""
