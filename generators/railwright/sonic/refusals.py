"""What SONiC's configuration updater would refuse, and what its work would cost, before asking it.

Which ASIC and build may change what is catalog data; how the updater looks at a change is here
(source: sonic-utilities generic_config_updater/field_operation_validators.py, gu_common.py). It
compares the whole configuration before and after, so its verdict depends on what changes, not on
how the patch is written.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from railwright.catalog.sonic_model import UpdaterTable
from railwright.sonic.configdb import ConfigDb, Row

Rule = Literal["pfc_wd", "dynamic_th", "xoff", "packet_discard_action"]
"""The rules of the updater, as the catalog names them."""

_PROFILE_RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "dynamic_th": "dynamic_th",
        "xoff": "xoff",
        "packet_discard_action": "packet_discard_action",
    }
)
_WATCHDOG_FIELDS = frozenset({"restoration_time", "detection_time", "action", "pfc_stat_history"})
_NEVER_REMOVED = frozenset(
    {
        ("PFC_WD", "GLOBAL"),
        ("PFC_WD", "GLOBAL", "POLL_INTERVAL"),
        ("LOOPBACK_INTERFACE", "Loopback0"),
    }
)
_DATE_DIGITS = 8

SECONDS_PER_WRITE = 1.67
"""One write: a second of sleep (change_applier.py) and 0.67 s of sorting, from 96 watchdog rows
that took 70 s of one core on a full leaf."""
SECONDS_BASE = 6.0
"""Reading, simulating and validating a full leaf before the first write (one field: 6 s)."""


@dataclass(frozen=True, slots=True)
class Updater:
    """The updater on one switch.

    `asic` is what it resolves the HWSKU to (`SwitchPlatform.asic.updater_name`), `build_version`
    the image's, `rules` which edits it takes on which ASIC.
    """

    asic: str
    build_version: str
    rules: UpdaterTable

    @property
    def branch(self) -> str | None:
        """Return the build's eight-digit date, which the updater compares; None if it has none."""
        dates = [
            part
            for part in self.build_version.split(".")
            if part.isdigit() and len(part) == _DATE_DIGITS
        ]
        return dates[-1] if dates else None

    def takes(self, rule: Rule, operation: str) -> bool:
        """Return whether a rule allows this operation on this ASIC and build."""
        since: str | None = getattr(self.rules.asic(self.asic), rule)
        if since is None or operation not in self.rules.operations[rule]:
            return False
        return self.branch is None or self.branch >= since


@dataclass(frozen=True, slots=True)
class Edit:
    """One operation of the comparison: `add`, `remove`, `replace` or `move` at a path.

    A `move` is how the comparison states that a removed value appears again elsewhere; `path` is
    then the destination.
    """

    op: str
    path: tuple[str, ...]
    value: object = None


def refusals(before: ConfigDb, after: ConfigDb, updater: Updater) -> tuple[str, ...]:
    """Return why the updater would refuse to go from `before` to `after`; empty if it would not.

    Both are whole configurations as stored (not normalised). Values that the YANG models reject
    are not looked for here.
    """
    edits = tuple(_with_moves(list(_edits((), before, after))))
    reasons = [reason for edit in edits if (reason := _refusal(edit, updater)) is not None]
    empty = [f"{table} would be left empty" for table in sorted(after) if not after[table]]
    return tuple(dict.fromkeys(reasons + empty))


def writes(before: ConfigDb, after: ConfigDb, bounced: int) -> int:
    """Return about how many writes the updater makes to get from `before` to `after`.

    One a row however many of its fields change, two for a BGP neighbour that it deletes and adds,
    two more for each port that it shuts and opens (`bounced`).
    """
    total = 2 * bounced
    for table in before.keys() | after.keys():
        old, new = before.get(table, {}), after.get(table, {})
        for key in old.keys() | new.keys():
            if old.get(key) != new.get(key):
                total += 2 if _is_replaced(table, old.get(key), new.get(key)) else 1
    return total


def _is_replaced(table: str, old: Row | None, new: Row | None) -> bool:
    """Return whether a row is deleted and added: all fields of a neighbour but one demand it."""
    if table != "BGP_NEIGHBOR" or old is None or new is None:
        return False
    return any(
        old.get(field) != new.get(field) for field in (old.keys() | new.keys()) - {"admin_status"}
    )


def patch_seconds(number_of_writes: int) -> float:
    """Return about how long the updater takes for this many writes."""
    return SECONDS_BASE + SECONDS_PER_WRITE * number_of_writes if number_of_writes else 0.0


def _edits(path: tuple[str, ...], before: object, after: object) -> Iterator[Edit]:
    if not isinstance(before, dict) or not isinstance(after, dict):
        if before != after:
            yield Edit("replace", path, after)
        return
    for name in before.keys() - after.keys():
        yield Edit("remove", (*path, name), before[name])
    for name in after.keys() - before.keys():
        yield Edit("add", (*path, name), after[name])
    for name in before.keys() & after.keys():
        yield from _edits((*path, name), before[name], after[name])


def _with_moves(edits: list[Edit]) -> Iterator[Edit]:
    """Yield the edits, with an addition of a value that was removed elsewhere stated as a move."""
    removed = [edit.value for edit in edits if edit.op == "remove"]
    for edit in edits:
        moved = edit.op == "add" and edit.path[0] in _GUARDED and edit.value in removed
        yield Edit("move", edit.path, edit.value) if moved else edit


def _refusal(edit: Edit, updater: Updater) -> str | None:
    table = edit.path[0]
    place = "/".join(edit.path)
    if edit.op == "remove" and edit.path in _NEVER_REMOVED:
        return f"{place}: it may never be removed"
    if table in updater.rules.refused_tables:
        return f"{place}: {table} may never be changed"
    if table not in _GUARDED or _GUARDED[table](edit, updater):
        return None
    build = updater.build_version or "unknown"
    return f"{place}: {edit.op} is not allowed (ASIC {updater.asic}, build {build})"


def _watchdog_allowed(edit: Edit, updater: Updater) -> bool:
    if not updater.takes("pfc_wd", edit.op):
        return False
    depth = len(edit.path)
    if depth < 3:
        whole_row = depth == 2 and edit.path[1] != "GLOBAL" and isinstance(edit.value, dict)
        return edit.op == "remove" or (whole_row and _names(edit.value) <= _WATCHDOG_FIELDS)
    return edit.path[1:] == ("GLOBAL", "POLL_INTERVAL") or edit.path[2] in _WATCHDOG_FIELDS


def _profile_allowed(edit: Edit, updater: Updater) -> bool:
    depth = len(edit.path)
    if depth == 2:
        return edit.op != "move"
    rule = _PROFILE_RULES.get(edit.path[-1])
    return depth > 2 and rule is not None and updater.takes(rule, edit.op)


def _names(row: object) -> frozenset[str]:
    return frozenset(row) if isinstance(row, dict) else frozenset()


_GUARDED: Mapping[str, Callable[[Edit, Updater], bool]] = MappingProxyType(
    {"BUFFER_PROFILE": _profile_allowed, "PFC_WD": _watchdog_allowed}
)
