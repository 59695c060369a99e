"""Physical units: conversions whose factors are definitions, not choices."""

GBPS_PER_TBPS = 1000
MBPS_PER_GBPS = 1000


def mbps(speed_gbps: int) -> int:
    """Return a speed in Mb/s, the unit of SONiC's PORT.speed."""
    return speed_gbps * MBPS_PER_GBPS


def speed_text(speed_gbps: int) -> str:
    """Return the field's usual text for a port speed: `400G`."""
    return f"{speed_gbps}G"
