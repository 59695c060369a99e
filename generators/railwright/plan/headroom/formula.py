"""SONiC's own headroom arithmetic, as its buffer daemon runs it on NVIDIA and virtual switches.

Source of every step and constant below: sonic-net/sonic-swss cfgmgr/buffer_headroom_mellanox.lua
(the file for virtual switches is the same). All arithmetic is in floating point, as it is there,
so that the result is the switch's to the byte.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from railwright.catalog.model import DynamicBuffers
from railwright.plan.model import Term
from railwright.units import mbps

KIB = 1024
SIGNAL_M_PER_S = 198_000_000.0
MINIMUM_PACKET_BYTES = 64.0
PAUSE_QUANTUM_BYTES = 512 / 8
LANES_OF_A_DOUBLE_PORT = 8
TILE_BITS_PER_GBPS = 120
COMPENSATION_BYTES = 2 * KIB
PAUSE_QUANTA = {
    800: 905,
    400: 905,
    200: 453,
    100: 394,
    50: 147,
    40: 118,
    25: 80,
    10: 67,
    1: 2,
}
"""Response time of the peer by speed in Gb/s; other speeds take the chip's default.

These are the script's own numbers, apart from the standard's in the catalog, which the bound uses
(catalog/data/standards/ethernet.yml): the switch goes on computing with these whatever the standard
says, so a correction there must not change what is said of the switch.
"""

TILED_ASICS = ("4", "5")
"""Last characters of the ASIC keys whose ports buffer on a tile before the shared buffer."""

ACCOUNTING_BYTES = {"6": 18 * KIB}
"""What a chip adds for its packet buffer's own accounting, by the last character of its key."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """What the switch computes for one port: bytes, and the addends of xoff in order."""

    xon_bytes: int
    xoff_bytes: int
    size_bytes: int
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """LOSSLESS_TRAFFIC_PATTERN: size of lossless packets and the share of 64-byte ones."""

    mtu_bytes: int
    small_packet_percent: int


@dataclass(frozen=True, slots=True)
class LosslessPort:
    """What the switch knows of a port.

    `length_m` is CABLE_LENGTH in whole metres, `mtu_bytes` PORT.mtu, `gearbox_ns` the delay of a
    gearbox in front of it.
    """

    speed_gbps: int
    lanes: int
    length_m: int
    mtu_bytes: int
    gearbox_ns: int = 0


def headroom(
    facts: DynamicBuffers, port: LosslessPort, pattern: Pattern, *, shared_pool: bool
) -> Sizes:
    """Return xon, xoff and size of a lossless priority group.

    `shared_pool` says whether ports share one headroom pool; a group then reserves xon only.
    """
    delays = tuple(_delays(facts, port))
    in_flight = _sum(delays)
    cells = _cells_per_small_packet(facts.cell_bytes)
    occupancy = _occupancy(pattern, cells)
    xoff = float(_whole(pattern.mtu_bytes + in_flight * occupancy))
    extra = [
        Term("lossless packet", pattern.mtu_bytes),
        *(Term(one.name, one.bytes) for one in delays),
        Term("cells of small packets", in_flight * occupancy - in_flight),
        Term("rounded up to 1024", xoff - (pattern.mtu_bytes + in_flight * occupancy)),
    ]
    if accounting := ACCOUNTING_BYTES.get(facts.asic_key[-1:], 0):
        xoff += accounting
        extra.append(Term("packet buffer accounting", accounting))
    if not shared_pool and pattern.small_packet_percent != 100:
        worst = _whole(pattern.mtu_bytes + in_flight * cells)
        if xoff + COMPENSATION_BYTES < worst:
            xoff += COMPENSATION_BYTES
            extra.append(Term("small packets beyond the pattern", COMPENSATION_BYTES))
    is_double = port.lanes == LANES_OF_A_DOUBLE_PORT
    xon = _whole(facts.pipeline_latency_kib * KIB * (2 if is_double else 1))
    size = xon if shared_pool else _whole(xoff + xon + (port.mtu_bytes if is_double else 0))
    return Sizes(xon, int(xoff), size, tuple(one for one in extra if one.bytes))


def _delays(facts: DynamicBuffers, port: LosslessPort) -> Iterator[Term]:
    """Yield what arrives while a pause takes effect, in the order the switch adds it up."""
    speed_mbps = float(mbps(port.speed_gbps))
    yield Term("frame at the port's MTU", float(port.mtu_bytes))
    yield Term(
        "cable, both ways",
        2.0 * port.length_m * speed_mbps * 1000000000.0 / SIGNAL_M_PER_S / (8 * 1000),
    )
    yield Term("gearbox, both ways", 2 * (speed_mbps * port.gearbox_ns / (8 * 1024)))
    yield Term("MAC and PHY", facts.mac_phy_delay_kib * KIB)
    quanta = PAUSE_QUANTA.get(port.speed_gbps)
    yield Term(
        "response of the peer",
        facts.peer_response_time_kib * KIB if quanta is None else quanta * PAUSE_QUANTUM_BYTES,
    )
    is_tiled = facts.asic_key.endswith(TILED_ASICS)
    yield Term("on the tile", speed_mbps / 1000 * TILE_BITS_PER_GBPS / 8 if is_tiled else 0.0)


def _sum(terms: tuple[Term, ...]) -> float:
    total = 0.0
    for one in terms:  # one by one: math.fsum would round otherwise than the switch
        total += one.bytes
    return total


def _cells_per_small_packet(cell_bytes: int) -> int:
    if cell_bytes > 2 * MINIMUM_PACKET_BYTES:
        return ceil(cell_bytes / MINIMUM_PACKET_BYTES)
    return ceil(2 * cell_bytes / (1 + cell_bytes))


def _occupancy(pattern: Pattern, cells: int) -> float:
    """Return how many bytes of buffer one byte on the wire takes."""
    small, rest = pattern.small_packet_percent, 100 - pattern.small_packet_percent
    average = (small * MINIMUM_PACKET_BYTES + rest * pattern.mtu_bytes) / 100
    share = 100 * MINIMUM_PACKET_BYTES / average
    return (100 - share + share * cells) / 100


def _whole(size_bytes: float) -> int:
    """Return a size rounded up to the next 1024 bytes."""
    return ceil(size_bytes / KIB) * KIB
