"""A first-principles bound on what arrives after a pause was decided.

The addends are those of the PFC buffer annex of IEEE 802.1Q, in bytes on the wire: two cable
delays, the peer's response, the frame in front of the PFC frame, the PFC frame itself and the
frame that the peer has begun. Constants and their sources: catalog/data/standards/ethernet.yml.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from railwright.catalog.loader import ethernet
from railwright.catalog.model import SwitchPlatform
from railwright.plan.model import Term

KIB = 1024
BITS = 8
SMALLEST_FRAME = 64  # IEEE 802.3 minFrameSize, in bytes


@dataclass(frozen=True, slots=True)
class Bound:
    """Bytes that a priority group must hold beyond its pause threshold, and their addends."""

    xoff_bytes: int
    terms: tuple[Term, ...]
    source: str


def cell_bytes_of(platform: SwitchPlatform) -> int | None:
    """Return the unit in which a chip's buffer is handed out, None where nobody published it."""
    return platform.dynamic.cell_bytes if platform.dynamic else platform.asic.cell_bytes


def bound(
    platform: SwitchPlatform,
    speed_gbps: int,
    length_m: float,
    mtu_bytes: int,
    *,
    smallest: bool = False,
) -> Bound | None:
    """Return the bound on xoff of a port, None for a speed without a published response time.

    `mtu_bytes` is that of the IP packet; the frame around it is added here. What arrives is taken
    to be full frames, or, with `smallest`, packets of 64 bytes, which waste the most of a cell.
    """
    response = ethernet().response(speed_gbps)
    if response is None:
        return None
    arriving = tuple(_arriving(platform, speed_gbps, length_m, mtu_bytes, response.quanta))
    total = sum(one.bytes for one in arriving)
    frame = SMALLEST_FRAME if smallest else mtu_bytes + ethernet().frame_overhead_bytes
    rounding = total * (_growth(platform, frame) - 1)
    terms = (*arriving, Term("rounding to cells", rounding)) if rounding else arriving
    return Bound(ceil(total + rounding), terms, response.source)


def _arriving(
    platform: SwitchPlatform, speed_gbps: int, length_m: float, mtu_bytes: int, quanta: int
) -> Iterator[Term]:
    facts = ethernet()
    frame = mtu_bytes + facts.frame_overhead_bytes + facts.wire_overhead_bytes
    delay_ns = 2 * length_m * facts.propagation_ns_per_m
    yield Term("cable, both ways", delay_ns * speed_gbps / BITS)
    yield Term("response of the peer", quanta * facts.pause_quantum_bits / BITS)
    if platform.dynamic:
        yield Term("own MAC and PHY", platform.dynamic.mac_phy_delay_kib * KIB)
    yield Term("frame in front of the PFC frame", frame)
    yield Term("PFC frame", facts.pfc_frame_bytes + facts.wire_overhead_bytes)
    yield Term("frame the peer has begun", frame)


def _growth(platform: SwitchPlatform, frame: int) -> float:
    """Return how much more buffer than its own size a frame of so many bytes takes."""
    cell = cell_bytes_of(platform)
    return ceil(frame / cell) * cell / frame if cell else 1.0
