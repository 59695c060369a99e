"""Reverse zones: which zone an address belongs to, and its name there.

A zone ends at an octet (in IPv6 at the /64 that a pool has), because that is where DNS delegates
without further arrangement. It is never larger than its pool, so it takes nothing away from the
site's other networks; only a pool smaller than a /24 shares its zone with what is around it, and
so does the address of an extra link outside all pools.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from netaddr import IPNetwork

from railwright.intent.pools import Pools

OCTET_BITS = 8
LONGEST_ZONE = 3  # octets: a /24
POOL_NIBBLES = 16  # the /64 of a pool


@dataclass(frozen=True, slots=True)
class Place:
    """A zone (without the final dot) and an owner name relative to it."""

    zone: str
    owner: str


class Zones:
    """The IPv4 zones of an intent's pools."""

    def __init__(self, pools: Pools) -> None:
        self._pools = tuple(
            (int(value.first), int(value.last), _octets(value))
            for _, value in pools
            if isinstance(value, IPNetwork) and value.version == 4
        )
        self._known: dict[str, int] = {}

    def place(self, address: str) -> Place:
        """Return the place of an IPv4 address; outside all pools its zone is its /24."""
        octets = address.split(".")
        block = address.rpartition(".")[0]
        length = self._known.get(block)
        if length is None:
            length = self._known[block] = self._length(int(IPv4Address(address)))
        zone, owner = octets[length - 1 :: -1], octets[: length - 1 : -1]
        return Place(f"{'.'.join(zone)}.in-addr.arpa", ".".join(owner))

    def _length(self, number: int) -> int:
        # A /24 that several small pools share has the same length in all of them.
        found = (octets for first, last, octets in self._pools if first <= number <= last)
        return next(found, LONGEST_ZONE)


def place6(address: str) -> Place:
    """Return the place of an IPv6 address."""
    nibbles = list(IPv6Address(address).exploded.replace(":", ""))
    zone, owner = nibbles[POOL_NIBBLES - 1 :: -1], nibbles[: POOL_NIBBLES - 1 : -1]
    return Place(f"{'.'.join(zone)}.ip6.arpa", ".".join(owner))


def _octets(pool: IPNetwork) -> int:
    """Return how many octets the zones of a pool have: up to the first boundary within it."""
    return min(LONGEST_ZONE, max(1, -(-pool.prefixlen // OCTET_BITS)))
