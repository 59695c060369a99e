"""The arithmetic of a Clos fabric: cage modes, ratios, and the rule that spreads links evenly.

Pure functions of numbers and catalog entries; what an intent asks for comes from topology.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from railwright.catalog.model import Breakout, SwitchPlatform
from railwright.errors import refuse

FEWEST_SPINES = 2
ROUNDING = 1e-9  # ratios such as 3.2 are not exact in binary


@dataclass(frozen=True, slots=True)
class Splits:
    """How cages are used: towards hosts, and towards the upper tier (the same at both ends)."""

    host: Breakout
    uplink: Breakout


@dataclass(frozen=True, slots=True)
class Spread:
    """One candidate: so many uplinks per lower switch, spread evenly over so many upper ones."""

    uplinks: int
    uppers: int

    @property
    def links_per_pair(self) -> int:
        """Return the parallel links between a lower and an upper switch."""
        return self.uplinks // self.uppers


def host_mode(leaf: SwitchPlatform, nic_gbps: int, at: str) -> Breakout:
    """Return the cage mode that gives the most ports of host speed.

    Raises: IntentError when the platform has none.
    """
    host = max(
        (mode for mode in leaf.breakouts if mode.speed_gbps == nic_gbps),
        key=lambda mode: mode.ports,
        default=None,
    )
    if host is None:
        speeds = ", ".join(f"{mode.ports}x{mode.speed_gbps}G" for mode in leaf.breakouts) or "none"
        raise refuse(
            f"{at}.leaf",
            f"{leaf.name} has no cage mode for {nic_gbps}G NICs; its cages offer {speeds}; "
            "choose another platform or node model",
        )
    return host


def uplink_modes(
    lower: SwitchPlatform, upper: SwitchPlatform, host_gbps: int, lower_at: str, upper_at: str
) -> tuple[Breakout, ...]:
    """Return the cage modes both tiers offer, the fastest and least split first.

    Split modes count only while a link is not slower than a host's. `lower_at` and `upper_at`
    say which keys name the platforms. Raises: IntentError when they share no unsplit speed.
    """
    speeds_of = [
        {mode.speed_gbps for mode in platform.breakouts if mode.ports == 1}
        for platform in (lower, upper)
    ]
    if not speeds_of[0] & speeds_of[1]:
        below, above = (key.rpartition(".")[2] for key in (lower_at, upper_at))
        raise refuse(
            upper_at,
            f"{upper.name} and {below} {lower.name} share no unsplit cage speed ({below}: "
            f"{_gbps(speeds_of[0])}, {above}: {_gbps(speeds_of[1])}); choose platforms that do",
        )
    offered = {(mode.ports, mode.speed_gbps) for mode in upper.breakouts}
    common: dict[tuple[int, int], Breakout] = {}
    for mode in lower.breakouts:
        if (mode.ports, mode.speed_gbps) in offered:
            common.setdefault((mode.ports, mode.speed_gbps), mode)
    unsplit = max(speeds_of[0] & speeds_of[1])
    usable = [
        mode
        for mode in common.values()
        if (mode.ports == 1 and mode.speed_gbps == unsplit)
        or (mode.ports > 1 and host_gbps <= mode.speed_gbps < unsplit)
    ]
    return tuple(sorted(usable, key=lambda mode: (-mode.speed_gbps, mode.ports)))


def _gbps(speeds: set[int]) -> str:
    return ", ".join(f"{speed}G" for speed in sorted(speeds)) or "none"


def cages_for(ports: int, mode: Breakout) -> int:
    """Return the cages that so many ports of a mode need."""
    return -(-ports // mode.ports)


def uplinks_needed(hosts: int, splits: Splits, ratio: float) -> int:
    """Return the fewest uplinks that keep the ratio for this many host ports."""
    return links_needed(hosts * splits.host.speed_gbps, splits.uplink.speed_gbps, ratio)


def links_needed(lower_gbps: int, link_gbps: int, ratio: float) -> int:
    """Return the fewest links of `link_gbps` that keep the ratio to `lower_gbps`."""
    return ceil(lower_gbps / (ratio * link_gbps) - ROUNDING)


def most_hosts_per_leaf(cages: int, splits: Splits, ratio: float) -> int:
    """Return how many host ports a leaf can offer while its other cages keep the ratio."""
    best = 0
    for host_cages in range(1, cages + 1):
        ports = host_cages * splits.host.ports
        uplinks = max(uplinks_needed(ports, splits, ratio), FEWEST_SPINES)
        if host_cages + cages_for(uplinks, splits.uplink) <= cages:
            best = ports
    return best


def most_downlinks(cages: int, down: Breakout, up: Breakout, ratio: float) -> int:
    """Return how many ports a spine can offer downwards while the rest keeps the ratio upwards."""
    best = 0
    for down_cages in range(1, cages + 1):
        ports = down_cages * down.ports
        uplinks = links_needed(ports * down.speed_gbps, up.speed_gbps, ratio)
        if down_cages + cages_for(uplinks, up) <= cages:
            best = ports
    return best


def spreads(
    lowers: int, fewest: int, most: int, upper_ports: int, fewest_uppers: int = FEWEST_SPINES
) -> Iterator[Spread]:
    """Yield, for every number of uplinks per lower switch, the smallest even spread.

    The number of upper switches is the smallest divisor of the uplinks that is at least
    `fewest_uppers` and at least what port capacity needs, so that every pair has the same number
    of parallel links.
    """
    for uplinks in range(fewest, most + 1):
        needed = max(fewest_uppers, ceil(lowers * uplinks / upper_ports)) if upper_ports else 0
        uppers = next((n for n in range(needed, uplinks + 1) if n and uplinks % n == 0), None)
        if uppers is not None and upper_ports:
            yield Spread(uplinks, uppers)


def best(candidates: tuple[Spread, ...]) -> Spread | None:
    """Return the candidate with the fewest upper switches, then the fewest uplinks."""
    return min(candidates, key=lambda one: (one.uppers, one.uplinks), default=None)
