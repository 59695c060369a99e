"""In which steps the updater takes a configuration from here to there.

The real updater searches; this finds the steps that search ends in for the changes a fabric needs:
rows that depend on others leave first and come last, single fields are edited in place, fields
that exist only from creation take their row away and back, and rows that a port may only change
while it is down put that port down before and up after. Facts: sonic-utilities 691b1bbc4
generic_config_updater/patch_sorter.py. One step is one write; the real one sleeps 1 s after each.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .configdb import Config, Row, RowName
from .errors import NotInLabError
from .patch import Operation, join
from .schema import schema

DOWN_TABLES = (
    "BUFFER_PG",
    "BUFFER_PORT_EGRESS_PROFILE_LIST",
    "BUFFER_PORT_INGRESS_PROFILE_LIST",
    "BUFFER_QUEUE",
    "PORT_QOS_MAP",
    "QUEUE",
)
"""Tables whose rows of a port change only while that port is admin down."""
_NEIGHBOR_FIELDS = ("holdtime", "keepalive", "name", "asn", "local_addr", "nhopself", "rrclient")
CREATE_ONLY = {
    "PORT": ("lanes",),
    "LOOPBACK_INTERFACE": ("vrf_name",),
    "BGP_NEIGHBOR": _NEIGHBOR_FIELDS,
}
"""Fields that cannot be edited in a row that stays."""


@dataclass(frozen=True, slots=True)
class Step:
    """One write: its operations, and the whole rows as they are afterwards (None: gone)."""

    operations: tuple[Operation, ...]
    rows: Mapping[RowName, Row | None]


def steps(current: Config, target: Config) -> list[Step]:
    """Return the steps from `current` to `target`, both valid and without empty tables.

    Raises NotInLabError for changes whose steps depend on the search of the real updater.
    """
    return _Walk(current, target).run()


class _Walk:
    """The state of one run: what is there now, and the steps taken so far."""

    def __init__(self, current: Config, target: Config) -> None:
        self.now = {table: dict(rows) for table, rows in current.items()}
        self.target = target
        self.taken: list[Step] = []
        changed = set(_changed_rows(current, target))
        self.recreated = sorted(row for row in changed if self._is_recreated(row))
        self.bounces: dict[str, list[RowName]] = {}
        for row in sorted(changed):
            if port := self._port_to_bounce(row):
                self.bounces.setdefault(port, []).append(row)
        special = {*self.recreated, *(row for rows in self.bounces.values() for row in rows)}
        self.plain = changed - special
        self.order = _dependency_order({table for table, _ in changed})

    def run(self) -> list[Step]:
        """Take all steps."""
        gone = {row for row in self.plain if self._goal(row) is None}
        new = {row for row in self.plain if self._row(row) is None}
        edited = self.plain - gone - new
        changing = {table for table, _ in edited} | {
            table for rows in self.bounces.values() for table, _ in rows
        }
        held = frozenset().union(*(schema().references.get(table, ()) for table in changing))
        later = {row for row in gone if row[0] in held}
        self._remove(gone - later)
        for row in self.recreated:
            self._write([(row, None)])
            self._write([(row, self._goal(row))])
        self._add(new)
        self._edit(edited)
        for port in sorted(self.bounces):
            self._bounce(port)
        self._remove(later)
        if self.now != self.target:
            raise NotInLabError("the order of these changes")
        return self.taken

    def _row(self, row: RowName) -> Row | None:
        return self.now.get(row[0], {}).get(row[1])

    def _goal(self, row: RowName) -> Row | None:
        return self.target.get(row[0], {}).get(row[1])

    def _is_recreated(self, row: RowName) -> bool:
        before, after = self._row(row), self._goal(row)
        if before is None or after is None:
            return False
        fields = CREATE_ONLY.get(row[0], ())
        if all(before.get(field) == after.get(field) for field in fields):
            return False
        if row[0] != "BGP_NEIGHBOR":
            names = ", ".join(fields)
            raise NotInLabError(f"a change of {names} in {'|'.join(row)} (use config reload)")
        return True

    def _port_to_bounce(self, row: RowName) -> str | None:
        """Return the port that a changed row needs down, None when it changes as it is."""
        table, key = row
        port = key.partition("|")[0]
        if table not in DOWN_TABLES or (table, key) == ("PORT_QOS_MAP", "global"):
            return None
        states = (self._admin_status(self.now, port), self._admin_status(self.target, port))
        return port if "up" in states else None

    @staticmethod
    def _admin_status(config: Config, port: str) -> str | None:
        row = config.get("PORT", {}).get(port)
        return None if row is None else str(row.get("admin_status", "down"))

    def _groups(self, rows: Iterable[RowName], first_last: bool) -> Iterator[list[RowName]]:
        """Group rows by table and number of key parts; parents first, or last."""

        def rank(row: RowName) -> tuple[int, int]:
            return (self.order[row[0]], row[1].count("|"))

        grouped: dict[tuple[int, int], list[RowName]] = {}
        for row in sorted(rows):
            grouped.setdefault(rank(row), []).append(row)
        for key in sorted(grouped, reverse=first_last):
            yield grouped[key]

    def _remove(self, rows: Iterable[RowName]) -> None:
        for group in self._groups(rows, first_last=True):
            self._write([(row, None) for row in group])

    def _add(self, rows: Iterable[RowName]) -> None:
        for group in self._groups(rows, first_last=False):
            first = 0
            if group[0][0] not in self.now:  # a new table starts with one row
                self._write([(group[0], self._new_row(group[0]))])
                first = 1
            self._write([(row, self._new_row(row)) for row in group[first:]])

    def _new_row(self, row: RowName) -> Row | None:
        """Return the row to add; a port whose rows are still to come starts down."""
        goal = self._goal(row)
        if goal and row[0] == "PORT" and row[1] in self.bounces:
            return {**goal, "admin_status": "down"}
        return goal

    def _edit(self, rows: Iterable[RowName]) -> None:
        """Edit rows in place: per table all removals, then replacements, then additions."""
        groups = list(self._groups(rows, first_last=False))
        for kind in ("remove", "replace", "add"):
            for status in (False, True):
                for group in groups:
                    self._write([(row, self._edited(row, kind, status)) for row in group])

    def _edited(self, row: RowName, kind: str, status: bool) -> Row:
        """Return the row with one kind of edit done; `status`: only a port's admin_status."""
        before, goal = self._row(row) or {}, self._goal(row) or {}
        result = dict(before)
        for field in sorted({*before, *goal}):
            if (row[0] == "PORT" and field == "admin_status") != status:
                continue
            if row[0] == "PORT" and status and row[1] in self.bounces:
                continue
            if kind == "remove" and field not in goal:
                del result[field]
            elif (kind == "replace" and field in before and field in goal) or (
                kind == "add" and field not in before
            ):
                result[field] = goal[field]
        return result

    def _bounce(self, port: str) -> None:
        self._set_admin_status(port, "down")
        rows = self.bounces[port]
        self._remove(row for row in rows if self._goal(row) is None)
        self._edit([row for row in rows if self._row(row) is not None])
        self._add([row for row in rows if self._row(row) is None and self._goal(row) is not None])
        if goal := (self._goal(("PORT", port)) or {}).get("admin_status"):
            self._set_admin_status(port, goal)

    def _set_admin_status(self, port: str, status: str) -> None:
        row = self._row(("PORT", port))
        if row is not None and row.get("admin_status", "down") != status:
            self._write([(("PORT", port), {**row, "admin_status": status})])

    def _write(self, rows: Iterable[tuple[RowName, Row | None]]) -> None:
        """Take one step, if it changes anything."""
        changed = {row: data for row, data in rows if data != self._row(row)}
        if not changed:
            return
        operations: list[Operation] = []
        for row, data in changed.items():
            operations.extend(self._operations(row, data))
        self.taken.append(Step(tuple(operations), changed))

    def _operations(self, row: RowName, data: Row | None) -> Iterator[Operation]:
        """Write one row into the present state; yield the operations that say so."""
        table, key = row
        before = self._row(row)
        if data is None:
            del self.now[table][key]
            yield {"op": "remove", "path": join(table, key)}
            if not self.now[table]:
                del self.now[table]
                yield {"op": "remove", "path": join(table)}
            return
        if table not in self.now:
            self.now[table] = {key: data}
            yield {"op": "add", "path": join(table), "value": {key: data}}
            return
        self.now[table][key] = data
        if before is None:
            yield {"op": "add", "path": join(table, key), "value": data}
            return
        for field in sorted({*before, *data}):
            path = join(table, key, field)
            if field not in data:
                yield {"op": "remove", "path": path}
            elif field not in before:
                yield {"op": "add", "path": path, "value": data[field]}
            elif before[field] != data[field]:
                yield {"op": "replace", "path": path, "value": data[field]}


def _changed_rows(current: Config, target: Config) -> Iterator[RowName]:
    for table in current.keys() | target.keys():
        before: Mapping[str, Any] = current.get(table, {})
        after: Mapping[str, Any] = target.get(table, {})
        for key in before.keys() | after.keys():
            if before.get(key) != after.get(key) or (key in before) != (key in after):
                yield table, key


def _dependency_order(tables: set[str]) -> dict[str, int]:
    """Number the tables: those that others refer to first, otherwise by name."""
    references = schema().references
    order: dict[str, int] = {}
    waiting = sorted(tables)
    while waiting:
        free = next(
            (
                table
                for table in waiting
                if not (references.get(table, frozenset()) & (set(waiting) - {table}))
            ),
            waiting[0],
        )
        order[free] = len(order)
        waiting.remove(free)
    return order
