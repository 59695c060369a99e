"""Snapshots: the tables and files of a plan in the form that comparisons read."""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from math import isfinite
from typing import Any

from railwright.diff.model import Built, Key, Snapshot, Table
from railwright.diff.shapes import SHAPES, Number, Shape
from railwright.emitters import OF_A_DEVICE, sonic_config
from railwright.errors import RailwrightError
from railwright.intent.as_built import written
from railwright.plan.bom.of_plan import deployed
from railwright.plan.model import Plan
from railwright.plan.tables import TABLES, Row

CONFIG = "config_db.json"
SWITCHES = "switches/"
NODES = "nodes/"


class MissingColumnError(RailwrightError):
    """A table lacks a column that comparisons need."""

    def __init__(self, column: str) -> None:
        self.column = column
        super().__init__(f"has no column {column!r}")


class NotANumberError(RailwrightError):
    """A cell of a table is no number where one belongs."""

    def __init__(self, column: str, cell: str) -> None:
        super().__init__(f"has {cell!r} in column {column!r}, where a number belongs")


def of_plan(name: str, plan: Plan) -> Snapshot:
    """Return the snapshot of a plan; its files are rendered one by one and only digests kept."""
    return Snapshot(
        name=name,
        table=lambda table: table_of(table, _TABLES[table](plan)),
        files=dict(_digests(plan)),
        config=lambda host: sonic_config.intended(plan, plan.device[host]),
        built=lambda: dict(_built(plan)),
    )


def _built(plan: Plan) -> Iterator[tuple[str, Built]]:
    record = plan.intent.as_built
    for cable in plan.cabled.cables if record else ():
        if record and cable.deployed:
            end, marks = cable.ends[-1], record.of.get(cable.id, {})
            said = (marks.get(what) for what in ("port", "length_m"))
            port, length_m = (written(mark.value) if mark else "" for mark in said)
            yield cable.id, Built(cable.links, end.device, end.cage, port, length_m)


def _orders(plan: Plan) -> Iterator[Row]:
    """Yield what the table `bom` says of orders, without planning the whole capacity for it."""
    for line in deployed(plan).lines:
        price = str(line.price.price) if line.price else None
        yield {"kind": line.kind, "part": line.part, "order": line.order, "unit_price": price}


_TABLES = {**TABLES, "bom": _orders}


def table_of(name: str, rows: Iterable[Mapping[str, Any]]) -> Table:
    """Return a table in comparable form; cells may be values or the text a CSV holds.

    Rows of one identity become one: their cells are joined. Raises: MissingColumnError,
    NotANumberError.
    """
    shape = SHAPES[name]
    columns: tuple[str, ...] = shape.values
    found: dict[Key, tuple[str, ...]] = {}
    for number, row in enumerate(rows):
        if not number:
            columns = _columns(shape, row)
        for column, kind in shape.numbers:
            check_number(kind, column, row[column])
        key = tuple(_text(row[column]) for column in shape.key)
        cells = tuple(_text(row[column]) for column in columns)
        found[key] = _joined(found[key], cells) if key in found else cells
    return Table(shape.key, columns, found)


def of_a_device(path: str) -> bool:
    """Return whether a file of a build goes to a switch or a node."""
    return path.startswith((SWITCHES, NODES)) and path.count("/") > 1


def digest(content: bytes) -> str:
    """Return the digest of a file."""
    return sha256(content).hexdigest()


def _columns(shape: Shape, row: Mapping[str, Any]) -> tuple[str, ...]:
    for column in (*shape.key, *shape.values, *shape.needed):
        if column not in row:
            raise MissingColumnError(column)
    return shape.values or tuple(
        column
        for column in row
        if column not in shape.key
        and column not in shape.elsewhere
        and not column.endswith(shape.endings or ("\0",))
    )


def check_number(kind: Number, column: str, cell: Any) -> None:
    """Raise NotANumberError for text that is no number of a kind."""
    if not isinstance(cell, str):
        return
    try:
        sound = isfinite(kind(cell))
    except ValueError:
        sound = False
    if not sound:
        raise NotANumberError(column, cell)


def _text(cell: Any) -> str:
    """Return a cell as the CSV writer puts it."""
    return "" if cell is None else str(cell)


def _joined(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{before} {after}" for before, after in zip(one, other, strict=True))


def _digests(plan: Plan) -> Iterator[tuple[str, str]]:
    for device in plan.devices:
        for emit in OF_A_DEVICE.values():
            for file in emit(plan, device):
                if of_a_device(file.path):
                    yield file.path, digest(file.content)
