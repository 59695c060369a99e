"""Physical units: conversions whose factors are definitions, not choices."""

MBPS_PER_GBPS = 1000
KBPS_PER_GBPS = 1_000_000


def mbps(speed_gbps: int) -> int:
    """Return a speed in Mb/s, the unit of SONiC's PORT.speed."""
    return speed_gbps * MBPS_PER_GBPS


def kbps(speed_gbps: int) -> int:
    """Return a speed in kb/s, the unit of SONiC's PORT_STORM_CONTROL.kbps."""
    return speed_gbps * KBPS_PER_GBPS
