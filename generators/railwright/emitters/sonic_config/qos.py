"""Traffic classes on the switch: maps, schedulers, ECN marking and what every port uses of them.

Whatever may be tuned lives in shared rows (maps, SCHEDULER, WRED_PROFILE): a change of them does
not touch a port, while any change of a port's own rows bounces it.
"""

from collections.abc import Iterator

from railwright.emitters.sonic_config.view import SwitchView
from railwright.intent.roce_rules import DATA_CLASS, DEFAULT_CLASS, PRIORITIES
from railwright.plan.marking import marking_of
from railwright.plan.model import QosClass
from railwright.sonic.configdb import ConfigDb, Row, row_key
from railwright.sonic.tables import SHARED, Rows, comma_list

WRED = f"{SHARED}_LOSSLESS"  # of RDMA data; a second lossless class adds its name
OUTSIDE = f"{SHARED}_OUTSIDE"


def tables(view: SwitchView) -> ConfigDb:
    """Return every QoS table; ports reserved for growth have their rows from the first day.

    Nothing on networks without RDMA: their traffic is one class.
    """
    classes = view.classes
    if not classes:
        return {}
    return {
        **_maps(view, classes),
        "PORT_QOS_MAP": _port_maps(view, classes),
        "QUEUE": dict(_queues(view, classes)),
        "SCHEDULER": {scheduler_name(one): _scheduler(one) for one in classes},
        "SWITCH_TRIMMING": _trimming(view),
        "WRED_PROFILE": {wred_name(one): _wred(view, one) for one in classes if one.lossless},
    }


def lossless_priorities(classes: tuple[QosClass, ...]) -> tuple[int, ...]:
    """Return the priorities that PFC protects."""
    return tuple(one.priority for one in classes if one.lossless)


def lossy_priority_group(classes: tuple[QosClass, ...]) -> int:
    """Return the priority group that all lossy traffic shares: that of the default class."""
    return next(one.priority for one in classes if one.name == DEFAULT_CLASS)


def scheduler_name(one: QosClass) -> str:
    """Return the SCHEDULER row of a class; it keeps its name when the class moves its queue."""
    return f"scheduler.{one.name}"


def wred_name(one: QosClass) -> str:
    """Return the WRED_PROFILE row of a lossless class; it keeps its name wherever the queue is."""
    return WRED if one.name == DATA_CLASS else f"{WRED}_{one.name.upper()}"


def _maps(view: SwitchView, classes: tuple[QosClass, ...]) -> ConfigDb:
    lossless = lossless_priorities(classes)
    lossy = str(lossy_priority_group(classes))
    identity: Row = {str(number): str(number) for number in PRIORITIES}
    groups: Row = {
        str(number): str(number) if number in lossless else lossy for number in PRIORITIES
    }
    maps: ConfigDb = {
        "DSCP_TO_TC_MAP": _dscp_maps(view, classes),
        "MAP_PFC_PRIORITY_TO_QUEUE": {SHARED: identity},
        "TC_TO_PRIORITY_GROUP_MAP": {SHARED: groups},
        "TC_TO_QUEUE_MAP": {SHARED: identity},
    }
    if view.platform.features.pfc_to_pg_map:
        maps["PFC_PRIORITY_TO_PRIORITY_GROUP_MAP"] = {
            SHARED: {str(number): str(number) for number in lossless}
        }
    return maps


def _dscp_map(classes: tuple[QosClass, ...]) -> Row:
    """Return all 64 DSCPs, each with its class's priority (the classes take each DSCP once)."""
    return {str(dscp): str(one.priority) for one in classes for dscp in one.dscps}


def _dscp_maps(view: SwitchView, classes: tuple[QosClass, ...]) -> Rows:
    """Return the map of our ports, and on a border switch the one of ports to the outside.

    What comes from outside never enters the lossless class, whatever it is marked with.
    """
    own = _dscp_map(classes)
    rows: Rows = {SHARED: own}
    if not all(one.is_trusted for one in view.cabled):
        lossless = {str(number) for number in lossless_priorities(classes)}
        lossy = str(lossy_priority_group(classes))
        rows[OUTSIDE] = {dscp: lossy if tc in lossless else tc for dscp, tc in own.items()}
    return rows


def _port_maps(view: SwitchView, classes: tuple[QosClass, ...]) -> Rows:
    """Return one shared row for every cabled port, and `global` where the platform needs it.

    orchagent honours only `dscp_to_tc_map` of the global row (swss qosorch.cpp).
    """
    lossless = comma_list(lossless_priorities(classes))
    row: Row = {
        "dscp_to_tc_map": SHARED,
        "pfc_enable": lossless,
        "pfc_to_queue_map": SHARED,
        "pfcwd_sw_enable": lossless,
        "tc_to_pg_map": SHARED,
        "tc_to_queue_map": SHARED,
    }
    if view.platform.features.pfc_to_pg_map:
        row["pfc_to_pg_map"] = SHARED
    outside: Row = {
        "dscp_to_tc_map": OUTSIDE,
        "tc_to_pg_map": SHARED,
        "tc_to_queue_map": SHARED,
    }
    rows: Rows = {one.name: row if one.is_trusted else outside for one in view.cabled}
    if view.platform.features.global_dscp_map:
        rows["global"] = {"dscp_to_tc_map": SHARED}
    return rows


def _queues(view: SwitchView, classes: tuple[QosClass, ...]) -> Iterator[tuple[str, Row]]:
    """Yield the queues that carry traffic; the others keep the chip's default."""
    rows = [(str(one.priority), _queue(one)) for one in classes]
    for port in view.cabled:
        for queue, row in rows:
            yield row_key(port.name, queue), row


def _queue(one: QosClass) -> Row:
    row: Row = {"scheduler": scheduler_name(one)}
    if one.lossless:
        row["wred_profile"] = wred_name(one)
    return row


def _scheduler(one: QosClass) -> Row:
    if one.strict:
        return {"type": "STRICT"}
    return {"type": "DWRR", "weight": str(one.weight)}


def _wred(view: SwitchView, one: QosClass) -> Row:
    """Return the ECN marking profile of a lossless queue.

    Marking happens only with `wred_green_enable` true; without policers all packets are green,
    the other colours carry the same numbers so that a later policer changes nothing.
    Raises: ValueError where the switch cannot mark, which a checked plan excludes.
    """
    ecn = marking_of(view.plan, view.device, one)
    if ecn is None:
        raise ValueError(f"{view.device.name} has no marking thresholds for {one.name}")
    row: Row = {"ecn": "ecn_all"}
    for colour in ("green", "red", "yellow"):
        row[f"{colour}_drop_probability"] = str(ecn.max_probability_percent)
        row[f"{colour}_max_threshold"] = str(ecn.kmax_bytes)
        row[f"{colour}_min_threshold"] = str(ecn.kmin_bytes)
        row[f"wred_{colour}_enable"] = "true"
    return row


def _trimming(view: SwitchView) -> Rows:
    """Return what becomes of packets that a lossy queue has no room for; none by default.

    The same DSCP and queue everywhere, so that every hop takes a trimmed packet for one.
    """
    trimming = view.roce.trimming
    if trimming is None:
        return {}
    return {
        "GLOBAL": {
            "dscp_value": str(trimming.dscp),
            "queue_index": str(trimming.priority),
            "size": str(trimming.size_bytes),
        }
    }
