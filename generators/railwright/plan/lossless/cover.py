"""Whether headroom covers what is in flight.

The switch's formula or the vendor's table says how much a port keeps. The first-principles bound
(plan/headroom/bound.py) says how much may arrive at worst: the peer takes all the time that the
standard allows it and has just begun a frame of the port's MTU. xoff at or above the bound is
proven to cover; below it a vendor may still be right, as the peer may be known to be faster, but
nothing here shows it.
"""

from railwright.plan.lossless.model import Cover, Kind, Mix

SHOWN = 3
"""Kinds of port that are named, the worst first; the rest is counted."""


def cover_of(kind: Kind) -> Cover:
    """Return whether every port of a kind of switch keeps what its bound asks for."""
    short = sorted(
        (one for one in kind.mix if one.short_bytes),
        key=lambda one: (-one.short_bytes, one.key),
    )
    if not short:
        return Cover("proven", 0, "xoff of every port is at or above its first-principles bound")
    named = [_short(one) for one in short[:SHOWN]]
    more = [f"{len(short) - SHOWN} more kinds of port"] if len(short) > SHOWN else []
    why = (
        f"below the first-principles bound are {', '.join([*named, *more])}: what is missing is "
        "lost when the peer takes all the time that IEEE 802.3 allows to fall silent and has just "
        "begun a frame of the port's MTU"
    )
    return Cover("unproven", short[0].short_bytes, why)


def _short(one: Mix) -> str:
    shortest, longest = one.lengths_m[0], one.key.length_m
    reach = f"{longest:g} m" if shortest == longest else f"{shortest:g} to {longest:g} m"
    return (
        f"{one.key.speed_gbps}G {one.use} ports at {reach} (xoff {one.xoff_bytes} "
        f"bytes, bound {one.bound_bytes}, {one.short_bytes} missing)"
    )
