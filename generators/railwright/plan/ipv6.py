"""Dual stack: every IPv4 address of a routed fabric has an IPv6 twin at the same place.

Each pool has a /64 of the intent's IPv6 prefix, by a number that never changes; an address keeps
its offset in the pool. So a /31 is a /127, a leaf's /24 a /120, and both tell where they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from socket import AF_INET6, inet_aton, inet_ntop

from railwright.intent.model import Intent
from railwright.plan.shape import Network

POOL_NUMBERS: Mapping[str, int] = {
    "compute_hosts": 1,
    "compute_links": 2,
    "loopbacks": 3,
    "storage_hosts": 4,
    "storage_links": 5,
}
"""The /64 of each pool, permanent."""
DUAL_NETWORKS: frozenset[Network] = frozenset({"compute", "storage"})
INTERFACE_BITS = 64
IPV4_BITS = 32
IPV6_BITS = 128
IPV6_BYTES = 16


@dataclass(frozen=True, slots=True)
class Dual:
    """The pools with a twin: (first, last) IPv4 address as numbers, and the twin of the first."""

    pools: tuple[tuple[int, int, int], ...]

    def address(self, ipv4: str) -> str | None:
        """Return the IPv6 twin of an address, None outside the pools that have one."""
        number = int.from_bytes(inet_aton(ipv4))  # a large plan asks a million times
        for first, last, twin in self.pools:
            if first <= number <= last:
                return inet_ntop(AF_INET6, (twin + number - first).to_bytes(IPV6_BYTES))
        return None

    def prefix(self, ipv4: str) -> str | None:
        """Return the IPv6 twin of a prefix: as many host bits, at the same place."""
        first, _, length = ipv4.partition("/")
        address = self.address(first)
        return f"{address}/{IPV6_BITS - IPV4_BITS + int(length)}" if address else None


def dual_of(intent: Intent) -> Dual | None:
    """Return the twins of an intent's pools, None for IPv4 only."""
    if intent.pools.ipv6 is None:
        return None
    base = int(intent.pools.ipv6.first)
    pools = []
    for name, number in POOL_NUMBERS.items():
        pool = getattr(intent.pools, name)
        if pool is not None:
            # Networks have a quarter each of the loopbacks, the dual ones the first two
            # (plan/addressing.py, NETWORK_NUMBER): management switches are IPv4 only.
            size = pool.size // 2 if name == "loopbacks" else pool.size
            first = int(pool.first)
            pools.append((first, first + size - 1, base + (number << INTERFACE_BITS)))
    return Dual(tuple(pools))
