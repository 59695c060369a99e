"""Lossless headroom from the platform's own table: the next longer length, never a shorter one."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from railwright.catalog.model import Buffers, SwitchPlatform
from railwright.errors import Problem
from railwright.plan.model import Device, Headroom, Link
from railwright.plan.shape import Network

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
    networks: Collection[Network],
    core_key: str = "fabric_m",
) -> tuple[dict[Key, Headroom], list[Problem]]:
    """Return the headroom of every (platform, HWSKU, speed, length) in use, and what is missing.

    Only links of `networks`, those that carry RDMA, need any. `core_key` says which length of the
    intent links above spines have.
    """
    found: dict[Key, Headroom] = {}
    problems: dict[tuple[str, Key], Problem] = {}
    for link in links:
        if link.network not in networks:
            continue
        for end in (link.a, link.z):
            device = devices.get(end.device)
            if device is None or device.hwsku is None:
                continue
            key = (device.platform, device.hwsku, link.speed_gbps, link.length.length_m)
            if key in found:
                continue
            headroom = _of_platform(platforms[device.platform], *key[1:])
            if isinstance(headroom, Headroom):
                found[key] = headroom
                continue
            path = f"networks.{device.network}.{device.role}"
            if headroom.is_too_long:
                path = f"lengths.{_length_key(link, devices, core_key)}"
            problems.setdefault((path, key), Problem(path, headroom.what))
    return found, list(problems.values())


@dataclass(frozen=True, slots=True)
class _Missing:
    """Why there is no headroom, and whether a shorter cable would mend it."""

    what: str
    is_too_long: bool = False


def _length_key(link: Link, devices: Mapping[str, Device], core_key: str) -> str:
    if link.kind == "host":
        return "host_m"
    upper = devices.get(link.z.device)
    is_core = link.kind == "border" or (upper is not None and upper.role == "superspine")
    return core_key if is_core else "fabric_m"


def buffers_of(platform: SwitchPlatform, hwsku: str) -> Buffers | None:
    """Return the buffer model an HWSKU ships, if it ships one."""
    sku = next(sku for sku in platform.skus if sku.name == hwsku)
    return platform.buffers[sku.buffers] if sku.buffers else None


def _of_platform(
    platform: SwitchPlatform, hwsku: str, speed_gbps: int, length_m: float
) -> Headroom | _Missing:
    buffers = buffers_of(platform, hwsku)
    if buffers is None:
        return _Missing(
            f"{platform.name} ({hwsku}) ships no lossless buffer table, so it cannot carry RDMA; "
            "choose another platform"
        )
    if headroom := look_up(buffers, speed_gbps, length_m):
        return headroom
    lengths = sorted(
        {row.length_m for row in buffers.lossless_rows if row.speed_gbps == speed_gbps}
    )
    if not lengths:
        return _Missing(
            f"the lossless table of {platform.name} ({hwsku}) has no row for {speed_gbps}G, so "
            "its headroom is unknown; choose another platform"
        )
    known = ", ".join(f"{length} m" for length in lengths)
    return _Missing(
        f"a {length_m:g} m cable at {speed_gbps}G is beyond the lossless table of "
        f"{platform.name} ({hwsku}), which has {known}; shorten the cable or choose another "
        "platform",
        is_too_long=True,
    )
