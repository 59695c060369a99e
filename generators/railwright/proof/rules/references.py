"""Which of two rows is to blame: one that is wrong, or a reference that leads to a correct one."""

from collections.abc import Mapping
from dataclasses import dataclass

from railwright.proof.rows import place, text
from railwright.proof.scene import Scene, shown
from railwright.proof.switches import MAPS, Classes, Switch
from railwright.sonic.configdb import FieldValue
from railwright.sonic.normalise import RANGE_TABLES

DSCP, QUEUE, GROUP = "dscp_to_tc_map", "tc_to_queue_map", "tc_to_pg_map"


@dataclass(frozen=True, slots=True)
class Blamed:
    """The place to mend, and what stands there. `expected` is None for a row that is missing."""

    where: str
    found: str
    expected: str | None


def as_planned(scene: Scene, switch: Switch) -> Switch:
    """Return a switch as the plan's own emitter writes it."""
    return Switch(switch.name, scene.emitted.config(scene.plan.device[switch.name]))


def blamed(
    scene: Scene, switch: Switch, row: tuple[str, str], field: str, target: str
) -> Blamed | None:
    """Return the reference, or the missing row, that is to blame for what a reference leads to.

    `row` (table, key) refers by `field` to a row of the table `target`; a key ends with one queue
    or group, also where a range is written. None where the row that it leads to is the one to
    mend: the reference is as planned, or that row is not.
    """
    planned = as_planned(scene, switch)
    table, key = row[0], _written(switch, row)
    name, wanted = text(switch.row(table, key), field), planned_name(scene, switch, row, field)
    there = switch.table(target).get(name)
    if name == wanted:
        is_missing = bool(name) and there is None and name in planned.table(target)
        return Blamed(place(switch.name, target, name), "(absent)", None) if is_missing else None
    if there is not None and not _is_same(there, planned.row(target, name)):
        return None
    is_row = key in switch.table(table)
    where = place(switch.name, table, key, field if is_row else None)
    return Blamed(where, shown(name), shown(wanted))


def planned_name(scene: Scene, switch: Switch, row: tuple[str, str], field: str) -> str:
    """Return what a reference is in the plan."""
    planned = as_planned(scene, switch)
    return text(planned.row(row[0], _written(planned, row)), field)


def _written(switch: Switch, row: tuple[str, str]) -> str:
    """Return a key as it is written, where it may be that of a range."""
    table, key = row
    port, _, last = key.rpartition("|")
    return switch.range_key(table, port, int(last)) if table in RANGE_TABLES else key


def _is_same(one: Mapping[str, FieldValue], planned: Mapping[str, FieldValue]) -> bool:
    return bool(planned) and all(text(one, field) == text(planned, field) for field in planned)


def leaving(
    scene: Scene, switch: Switch, port: str, dscp: int, last: str = QUEUE
) -> tuple[str, str] | None:
    """Return which map of a DSCP's way to its queue leaves the plan first, and the place of it.

    The way to its group is meant where `last` is that map. None where both are as planned.
    """
    have, planned = switch.classes(port), as_planned(scene, switch).classes(port)
    if have is None or planned is None:
        return None
    tc = have.tc(dscp)
    for field, key in ((DSCP, dscp), (last, tc)):
        if key is not None and have.maps[field].get(key) != planned.maps[field].get(key):
            reference = blamed(scene, switch, ("PORT_QOS_MAP", port), field, MAPS[field])
            where = reference.where if reference else map_place(switch, have, dscp, field)
            return field, where
    return None


def map_place(switch: Switch, classes: Classes, dscp: int, field: str = DSCP) -> str:
    """Return the place of a DSCP, or of its traffic class, in one of a port's maps.

    That of the whole map for a DSCP that is none (below 0) or has no traffic class.
    """
    key = dscp if field == DSCP else classes.tc(dscp)
    name = classes.names[field]
    is_row = key is None or key < 0
    return place(switch.name, MAPS[field], name, None if is_row else str(key))


def ranges(numbers: list[int]) -> str:
    """Return sorted numbers in short: `0-25,27`."""
    found: list[list[int]] = []
    for one in numbers:
        if found and found[-1][1] == one - 1:
            found[-1][1] = one
        else:
            found.append([one, one])
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in found)


def paused_place(scene: Scene, switch: Switch, port: str, classes: Classes, dscp: int) -> str:
    """Return what leaves the plan first: a map of a DSCP, or which priorities are paused."""
    for last in (QUEUE, GROUP):
        if left := leaving(scene, switch, port, dscp, last):
            return left[1]
    planned = as_planned(scene, switch).classes(port)
    if planned is not None and planned.paused != classes.paused:
        return place(switch.name, "PORT_QOS_MAP", port, "pfc_enable")
    return map_place(switch, classes, dscp)
