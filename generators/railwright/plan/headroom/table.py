"""Lossless headroom from the platform's own table: the next longer length, never a shorter one."""

from railwright.catalog.model import Buffers, LosslessRow, SwitchPlatform


def row_of(buffers: Buffers, speed_gbps: int, length_m: float) -> LosslessRow | None:
    """Return the row for a port, or None when the table ends before this length."""
    rows = [row for row in buffers.lossless_rows if row.speed_gbps == speed_gbps]
    return min(
        (row for row in rows if row.length_m >= length_m),
        key=lambda row: row.length_m,
        default=None,
    )


def lengths_of(buffers: Buffers, speed_gbps: int) -> list[int]:
    """Return the lengths in metres that the table has for a speed, shortest first."""
    return sorted({row.length_m for row in buffers.lossless_rows if row.speed_gbps == speed_gbps})


def alike(buffers: Buffers, speed_gbps: int, length_m: float) -> LosslessRow | None:
    """Return the row most like a port whose speed the table lacks; None for an empty table.

    It is of the next higher speed, else of the highest there is, and of the next longer length,
    else of the longest.
    """
    speeds = sorted({row.speed_gbps for row in buffers.lossless_rows})
    if not speeds:
        return None
    speed = next((one for one in speeds if one >= speed_gbps), speeds[-1])
    longest = lengths_of(buffers, speed)[-1]
    return row_of(buffers, speed, min(length_m, longest))


def buffers_of(platform: SwitchPlatform, hwsku: str) -> Buffers | None:
    """Return the traditional buffer model an HWSKU ships, if it ships one."""
    sku = next(sku for sku in platform.skus if sku.name == hwsku)
    return platform.buffers[sku.buffers] if sku.buffers else None
