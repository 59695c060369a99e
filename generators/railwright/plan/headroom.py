"""Lossless headroom from the platform's own table: the next longer length, never a shorter one."""

from collections.abc import Iterable, Mapping

from railwright.catalog.model import Buffers, SwitchPlatform
from railwright.errors import Problem
from railwright.plan.model import Device, Headroom, Link

Key = tuple[str, str, int, float]


def look_up(buffers: Buffers, speed_gbps: int, length_m: float) -> Headroom | None:
    """Return the row for a port, or None when the table ends before this length."""
    rows = sorted(
        (row for row in buffers.lossless_rows if row.speed_gbps == speed_gbps),
        key=lambda row: row.length_m,
    )
    row = next((row for row in rows if row.length_m >= length_m), None)
    if row is None:
        return None
    return Headroom(
        speed_gbps=speed_gbps,
        length_m=length_m,
        table_length_m=row.length_m,
        size_bytes=row.size_bytes,
        xon_bytes=row.xon_bytes,
        xoff_bytes=row.xoff_bytes,
        threshold=row.threshold,
        xon_offset_bytes=row.xon_offset_bytes,
        source=buffers.source,
        assumed=buffers.assumed,
    )


def compute(
    devices: Mapping[str, Device],
    links: Iterable[Link],
    platforms: Mapping[str, SwitchPlatform],
) -> tuple[dict[Key, Headroom], list[Problem]]:
    """Return the headroom of every (platform, HWSKU, speed, length) in use, and what is missing."""
    found: dict[Key, Headroom] = {}
    problems: dict[Key, Problem] = {}
    for link in links:
        for end in (link.a, link.z):
            device = devices.get(end.device)
            if device is None or device.hwsku is None:
                continue
            key = (device.platform, device.hwsku, link.speed_gbps, link.length.length_m)
            if key in found or key in problems:
                continue
            headroom = _of_platform(platforms[device.platform], *key[1:])
            if isinstance(headroom, Headroom):
                found[key] = headroom
            else:
                field = "host_m" if link.kind == "host" else "fabric_m"
                problems[key] = Problem(f"lengths.{field}", headroom)
    return found, list(problems.values())


def buffers_of(platform: SwitchPlatform, hwsku: str) -> Buffers | None:
    """Return the buffer model an HWSKU ships, if it ships one."""
    sku = next(sku for sku in platform.skus if sku.name == hwsku)
    return platform.buffers[sku.buffers] if sku.buffers else None


def _of_platform(
    platform: SwitchPlatform, hwsku: str, speed_gbps: int, length_m: float
) -> Headroom | str:
    buffers = buffers_of(platform, hwsku)
    if buffers is None:
        return (
            f"{platform.name} ({hwsku}) ships no lossless buffer table, so the headroom of a "
            f"{length_m:g} m cable is unknown; choose another HWSKU or platform"
        )
    if headroom := look_up(buffers, speed_gbps, length_m):
        return headroom
    lengths = sorted(
        {row.length_m for row in buffers.lossless_rows if row.speed_gbps == speed_gbps}
    )
    known = ", ".join(f"{length} m" for length in lengths) or "no length"
    return (
        f"a {length_m:g} m cable at {speed_gbps}G is beyond the lossless table of "
        f"{platform.name} ({hwsku}), which has {known}; shorten the cable or choose another "
        "platform"
    )
