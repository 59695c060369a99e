"""Buffer pools, profiles and their use by ports, in whichever buffer model the switch runs.

Traditional: the lossless profiles carry the names the switch's buffer manager would generate,
with the cable lengths of the platform's table, so that it reuses them untouched instead of
writing its own (source: sonic-swss cfgmgr/buffermgr.cpp, doSpeedUpdateTask). Dynamic: lossless
groups name no profile and CABLE_LENGTH is the real one; the switch computes profiles and pool
sizes from it into APPL_DB, and CONFIG_DB stays as written (cfgmgr/buffermgrdyn.cpp).
"""

from collections.abc import Iterator, Mapping

from railwright.catalog.model import BufferPool, BufferProfile, Buffers, DynamicBuffers
from railwright.emitters.sonic_config.qos import lossless_priorities, lossy_priority_group
from railwright.emitters.sonic_config.view import CabledPort, SwitchView
from railwright.plan.headroom.engine import buffer_model
from railwright.plan.headroom.table import buffers_of
from railwright.plan.model import Headroom
from railwright.sonic.configdb import ConfigDb, Row, row_key
from railwright.sonic.tables import SHARED, Rows, comma_list, key_ranges
from railwright.units import mbps

COMPUTED = "NULL"
"""BUFFER_PG.profile of a lossless group whose profile the switch computes."""

_Rooms = list[tuple[CabledPort, Headroom]]


def tables(view: SwitchView) -> ConfigDb:
    """Return every buffer table and CABLE_LENGTH; nothing for a switch without cabled ports."""
    if not view.cabled or not view.classes:
        return {}
    rooms = [(one, view.plan.port_headroom(view.device, one.port)) for one in view.cabled]
    dynamic = view.platform.dynamic
    if dynamic and buffer_model(view.platform, view.roce) == "dynamic":
        return _dynamic(view, dynamic, rooms)
    buffers = buffers_of(view.platform, view.device.hwsku or "")
    return _traditional(view, buffers, rooms) if buffers else {}


def profile_name(room: Headroom) -> str:
    """Return the name buffermgrd looks for: speed in Mb/s and the length as the table has it."""
    return f"pg_lossless_{mbps(room.speed_gbps)}_{_length(room)}_profile"


def _traditional(view: SwitchView, buffers: Buffers, rooms: _Rooms) -> ConfigDb:
    reclaims = view.platform.features.reclaims_when_down
    lossless = {
        one.name: profile_name(room)
        for one, room in rooms
        if one.is_trusted and (one.port.enabled or not reclaims)
    }
    found = _shared(view, buffers, rooms, lossless)
    found["BUFFER_PROFILE"] |= {
        profile_name(room): _lossless_profile(room, buffers) for _, room in rooms
    }
    return found


def _dynamic(view: SwitchView, facts: DynamicBuffers, rooms: _Rooms) -> ConfigDb:
    headroom = view.roce.headroom
    lossless = {one.name: COMPUTED for one, _ in rooms if one.is_trusted}
    parameter: Row = {"default_dynamic_th": str(facts.default_threshold)}
    if headroom.shared_pool_ratio is not None:
        parameter["over_subscribe_ratio"] = str(headroom.shared_pool_ratio)
    return _shared(view, facts, rooms, lossless) | {
        "DEFAULT_LOSSLESS_BUFFER_PARAMETER": {SHARED: parameter},
        "LOSSLESS_TRAFFIC_PATTERN": {
            SHARED: {
                "mtu": str(headroom.pattern_mtu_bytes),
                "small_packet_percentage": str(headroom.small_packet_percent),
            }
        },
    }


def _shared(
    view: SwitchView,
    buffers: Buffers | DynamicBuffers,
    rooms: _Rooms,
    lossless: Mapping[str, str],
) -> ConfigDb:
    """Return the tables that both models have; `lossless` is the profile of each port's groups."""
    profiles: Rows = {name: _profile(one) for name, one in buffers.profiles.items()}
    if view.roce.trimming:
        lossy = profiles[buffers.egress_lossy_profile]
        profiles[_trimming_profile(buffers)] = {**lossy, "packet_discard_action": "trim"}
    names = [one.name for one in view.cabled]
    return {
        "BUFFER_PG": dict(_groups(view, buffers, lossless)),
        "BUFFER_POOL": {name: _pool(pool) for name, pool in buffers.pools.items()},
        "BUFFER_PORT_EGRESS_PROFILE_LIST": _lists(names, buffers.egress_profile_list),
        "BUFFER_PORT_INGRESS_PROFILE_LIST": _lists(names, buffers.ingress_profile_list),
        "BUFFER_PROFILE": profiles,
        "BUFFER_QUEUE": dict(_queues(view, buffers)),
        "CABLE_LENGTH": {SHARED: {one.name: _length(room) for one, room in rooms}},
    }


def _length(room: Headroom) -> str:
    return f"{room.cable_m}m"


def _pool(pool: BufferPool) -> Row:
    row: Row = {"mode": pool.mode, "type": pool.type}
    if pool.size_bytes is not None:
        row["size"] = str(pool.size_bytes)
    if pool.xoff_bytes is not None:
        row["xoff"] = str(pool.xoff_bytes)
    return row


def _profile(profile: BufferProfile) -> Row:
    row: Row = {"pool": profile.pool, "size": str(profile.size_bytes)}
    if profile.dynamic_th is not None:
        row["dynamic_th"] = str(profile.dynamic_th)
    if profile.static_th_bytes is not None:
        row["static_th"] = str(profile.static_th_bytes)
    return row


def _lossless_profile(room: Headroom, buffers: Buffers) -> Row:
    """Return the row exactly as buffermgrd would write it from the same table line."""
    row: Row = {
        "pool": buffers.lossless_pool,
        "size": str(room.size_bytes),
        "xoff": str(room.xoff_bytes),
        "xon": str(room.xon_bytes),
        f"{buffers.pools[buffers.lossless_pool].mode}_th": str(room.threshold),
    }
    if room.xon_offset_bytes is not None:
        row["xon_offset"] = str(room.xon_offset_bytes)
    return row


def _groups(
    view: SwitchView, buffers: Buffers | DynamicBuffers, lossless: Mapping[str, str]
) -> Iterator[tuple[str, Row]]:
    """Yield the lossy and lossless priority groups of every port that may have them."""
    groups = key_ranges(lossless_priorities(view.classes))
    lossy = str(lossy_priority_group(view.classes))
    lossy_row: Row = {"profile": buffers.ingress_lossy_profile}
    rows: dict[str, Row] = {name: {"profile": name} for name in set(lossless.values())}
    for one in view.cabled:
        yield row_key(one.name, lossy), lossy_row
        if one.name in lossless:
            for group in groups:
                yield row_key(one.name, group), rows[lossless[one.name]]


def _queues(view: SwitchView, buffers: Buffers | DynamicBuffers) -> Iterator[tuple[str, Row]]:
    classes = view.classes
    lossless = set(lossless_priorities(classes))
    stock = range(view.platform.features.stock_queues)
    lossy = {*stock, *(one.priority for one in classes)} - lossless
    profiles = [
        (lossless, buffers.egress_lossless_profile),
        (lossy, buffers.egress_lossy_profile),
    ]
    if trimming := view.roce.trimming:
        kept = {view.roce.cnp_priority, trimming.priority}
        profiles[1:] = [
            (lossy & kept, buffers.egress_lossy_profile),
            (lossy - kept, _trimming_profile(buffers)),
        ]
    rows: list[tuple[str, Row]] = [
        (queues, {"profile": profile})
        for numbers, profile in profiles
        for queues in key_ranges(numbers)
    ]
    for port in view.cabled:
        for queues, row in rows:
            yield row_key(port.name, queues), row


def _trimming_profile(buffers: Buffers | DynamicBuffers) -> str:
    """Return the profile of queues whose packets are trimmed: not CNPs, not what was trimmed."""
    return f"{buffers.egress_lossy_profile}_trim"


def _lists(names: list[str], profiles: tuple[str, ...]) -> Rows:
    if not profiles:
        return {}
    row: Row = {"profile_list": comma_list(profiles)}
    return dict.fromkeys(names, row)
