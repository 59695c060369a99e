"""PFC_WD: the PFC watchdog of every port that can be paused."""

from railwright.emitters.sonic_config.view import SwitchView
from railwright.plan.watchdog import times
from railwright.sonic.configdb import ConfigDb, Row
from railwright.sonic.tables import Rows


def tables(view: SwitchView) -> ConfigDb:
    """Return the global poll and one shared row for every port that can be paused."""
    if not view.cabled or not view.classes:
        return {}
    watchdog = view.roce.watchdog
    chosen = times(watchdog, len(view.ports))
    row: Row = {
        "action": watchdog.action,
        "detection_time": str(chosen.detection_ms),
        "restoration_time": str(chosen.restoration_ms),
    }
    rows: Rows = {one.name: row for one in view.cabled if one.is_trusted}
    rows["GLOBAL"] = {"POLL_INTERVAL": str(chosen.poll_ms)}
    return {"PFC_WD": rows}
