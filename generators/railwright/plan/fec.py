"""Which links have RS-FEC: one rule for both ends."""

FEC_FROM_GBPS_PER_LANE = 50
"""Lane speed from which SONiC itself sets RS-FEC (sonic-config-engine portconfig.py)."""
FEC_PORT_GBPS = 100
"""Port speed that SONiC gives RS-FEC on slower lanes too (sonic-config-engine minigraph.py). Left
out, each chip has its own default, and a link whose ends differ stays down."""


def has_rs_fec(speed_gbps: int, lanes: int) -> bool:
    """Return whether a port of this speed and number of lanes has RS-FEC."""
    return speed_gbps == FEC_PORT_GBPS or speed_gbps >= FEC_FROM_GBPS_PER_LANE * lanes
