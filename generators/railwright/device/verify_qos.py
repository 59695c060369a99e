"""RoCE settings as the switch runs them: every used port's rows and the maps they refer to."""

from railwright.device.observe import Observation
from railwright.device.verify_model import Checked, VerifyFinding
from railwright.emitters.sonic_config import intended
from railwright.plan.model import Device, Plan
from railwright.sonic.changes import Change, diff, text_of
from railwright.sonic.classes import PORT_DOWN_TABLES
from railwright.sonic.configdb import ConfigDb, key_parts
from railwright.sonic.normalise import normalise

SHARED_TABLES = frozenset(
    {
        "BUFFER_POOL",
        "BUFFER_PROFILE",
        "DEFAULT_LOSSLESS_BUFFER_PARAMETER",
        "DSCP_TO_TC_MAP",
        "LOSSLESS_TRAFFIC_PATTERN",
        "MAP_PFC_PRIORITY_TO_QUEUE",
        "PFC_PRIORITY_TO_PRIORITY_GROUP_MAP",
        "SCHEDULER",
        "SWITCH_TRIMMING",
        "TC_TO_PRIORITY_GROUP_MAP",
        "TC_TO_QUEUE_MAP",
        "WRED_PROFILE",
    }
)
PORT_TABLES = PORT_DOWN_TABLES | {"PFC_WD", "CABLE_LENGTH"}
GLOBAL = "GLOBAL"
_ROWS_FOR_ALL = frozenset({GLOBAL, "global"})


def check(plan: Plan, device: Device, seen: Observation) -> Checked:
    """Return every lossless setting of one switch that is not as intended.

    Rows of ports that carry no deployed link are left to drift.
    """
    want = _part(intended(plan, device))
    used = {
        port for port, link in plan.links_of.get(device.name, {}).items() if link.deployed
    } | _ROWS_FOR_ALL
    count = sum(
        table in SHARED_TABLES or table == "CABLE_LENGTH" or key_parts(key)[0] in used
        for table, rows in normalise(want).items()
        for key in rows
    )
    findings = tuple(
        VerifyFinding("roce", device.name, change.place, _text(change))
        for change in diff(_part(seen.running), want)
        if change.table in SHARED_TABLES or _port(change) in used
    )
    return Checked(count, findings)


def _part(config: ConfigDb) -> ConfigDb:
    tables = SHARED_TABLES | PORT_TABLES
    return {table: rows for table, rows in config.items() if table in tables}


def _port(change: Change) -> str:
    if change.table == "CABLE_LENGTH":
        return change.field or GLOBAL
    return key_parts(change.key)[0]


def _text(change: Change) -> str:
    return f"{change.place}: running {text_of(change.running)}, intended {text_of(change.intended)}"
