"""Buffer pools, profiles and their use by ports, from the platform's own tables.

The lossless profiles carry the names the switch's buffer manager would generate, with the cable
lengths of the platform's table, so that it reuses them untouched instead of writing its own
(source: sonic-swss cfgmgr/buffermgr.cpp, doSpeedUpdateTask).
"""

from collections.abc import Iterator

from railwright.catalog.model import BufferPool, BufferProfile, Buffers
from railwright.emitters.sonic_config.qos import lossless_priorities, lossy_priority_group
from railwright.emitters.sonic_config.view import CabledPort, SwitchView
from railwright.plan.headroom import buffers_of
from railwright.plan.model import Headroom
from railwright.sonic.configdb import ConfigDb, Row, row_key
from railwright.sonic.tables import SHARED, Rows, comma_list, key_ranges
from railwright.units import mbps

STOCK_QUEUES = range(7)
"""Queues that stock configurations give a buffer (files/build_templates/buffers_config.j2)."""

STOCK_QUEUES_OF = {"marvell-teralynx": range(8)}
"""The same where a chip's own templates differ (device/marvell/*/*/buffers_defaults_t1.j2)."""

RECLAIMS_WHEN_DOWN = frozenset({"mellanox", "barefoot"})
"""Chips on which the buffer manager removes the lossless group of an admin-down port and writes
it again, under the same name, when the port comes up (sonic-swss cfgmgr/buffermgr.cpp)."""


def tables(view: SwitchView) -> ConfigDb:
    """Return every buffer table and CABLE_LENGTH; nothing for a switch without cabled ports."""
    buffers = buffers_of(view.platform, view.device.hwsku or "")
    if buffers is None or not view.cabled or not view.classes:
        return {}
    rooms = [(one, view.plan.port_headroom(view.device, one.port)) for one in view.cabled]
    profiles: Rows = {name: _profile(one) for name, one in buffers.profiles.items()}
    profiles |= {profile_name(room): _lossless_profile(room, buffers) for _, room in rooms}
    names = [one.name for one in view.cabled]
    return {
        "BUFFER_PG": dict(_groups(view, buffers, rooms)),
        "BUFFER_POOL": {name: _pool(pool) for name, pool in buffers.pools.items()},
        "BUFFER_PORT_EGRESS_PROFILE_LIST": _lists(names, buffers.egress_profile_list),
        "BUFFER_PORT_INGRESS_PROFILE_LIST": _lists(names, buffers.ingress_profile_list),
        "BUFFER_PROFILE": profiles,
        "BUFFER_QUEUE": dict(_queues(view, buffers)),
        "CABLE_LENGTH": {SHARED: {one.name: _length(room) for one, room in rooms}},
    }


def profile_name(room: Headroom) -> str:
    """Return the name buffermgrd looks for: speed in Mb/s and the length as the table has it."""
    return f"pg_lossless_{mbps(room.speed_gbps)}_{_length(room)}_profile"


def _length(room: Headroom) -> str:
    return f"{room.table_length_m}m"


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
    view: SwitchView, buffers: Buffers, rooms: list[tuple[CabledPort, Headroom]]
) -> Iterator[tuple[str, Row]]:
    """Yield the lossy and lossless priority groups of every port that may have them."""
    classes = view.classes
    lossless = key_ranges(lossless_priorities(classes))
    lossy = str(lossy_priority_group(classes))
    lossy_row: Row = {"profile": buffers.ingress_lossy_profile}
    lossless_rows: dict[str, Row] = {
        name: {"profile": name} for name in {profile_name(room) for _, room in rooms}
    }
    reclaims = view.platform.asic.vendor in RECLAIMS_WHEN_DOWN
    for one, room in rooms:
        yield row_key(one.name, lossy), lossy_row
        if one.is_trusted and (one.port.enabled or not reclaims):
            for groups in lossless:
                yield row_key(one.name, groups), lossless_rows[profile_name(room)]


def _queues(view: SwitchView, buffers: Buffers) -> Iterator[tuple[str, Row]]:
    classes = view.classes
    lossless = set(lossless_priorities(classes))
    stock = STOCK_QUEUES_OF.get(view.platform.asic.vendor, STOCK_QUEUES)
    lossy = {*stock, *(one.priority for one in classes)} - lossless
    rows: list[tuple[str, Row]] = [
        (queues, {"profile": profile})
        for numbers, profile in (
            (lossless, buffers.egress_lossless_profile),
            (lossy, buffers.egress_lossy_profile),
        )
        for queues in key_ranges(numbers)
    ]
    for port in view.cabled:
        for queues, row in rows:
            yield row_key(port.name, queues), row


def _lists(names: list[str], profiles: tuple[str, ...]) -> Rows:
    if not profiles:
        return {}
    row: Row = {"profile_list": comma_list(profiles)}
    return dict.fromkeys(names, row)
