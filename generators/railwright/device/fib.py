"""Kernel routes of switches as values: parsed from `ip -j route`, looked up, walked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import orjson

from railwright.errors import RailwrightError

NOT_READ = "(not read)"
"""Last part of a path that leads to a device whose routes are unknown (see `walk`)."""


class RouteError(RailwrightError):
    """A text is not what `ip -j route` prints."""


@dataclass(frozen=True, slots=True)
class NextHop:
    """One way out: the gateway's address (empty for a connected prefix) and the port."""

    gateway: str
    port: str


@dataclass(frozen=True, slots=True)
class Route:
    """A route; `hops` is empty for a blackhole."""

    prefix: IPv4Network
    hops: frozenset[NextHop]

    @property
    def gateways(self) -> frozenset[str]:
        """Return the addresses of the next hops."""
        return frozenset(hop.gateway for hop in self.hops if hop.gateway)


class Fib:
    """One switch's IPv4 routes; the longest prefix wins."""

    def __init__(self, routes: tuple[Route, ...]) -> None:
        self._by_length: dict[int, dict[int, Route]] = {}
        for route in routes:
            length = route.prefix.prefixlen
            by_network = self._by_length.setdefault(length, {})
            by_network[int(route.prefix.network_address)] = route
        self._lengths = sorted(self._by_length, reverse=True)

    def exact(self, prefix: str) -> Route | None:
        """Return the route to exactly this prefix, None without one."""
        network = IPv4Network(prefix)
        return self._by_length.get(network.prefixlen, {}).get(int(network.network_address))

    def lookup(self, address: str) -> Route | None:
        """Return the route a packet to this address takes, None without one."""
        number = int(IPv4Address(address))
        for length in self._lengths:
            shift = 32 - length
            if route := self._by_length[length].get(number >> shift << shift):
                return route
        return None


def parse(text: str, source: str) -> Fib:
    """Return the routes in the output of `ip -j route`; `source` names it in messages.

    iproute2 prints `gateway` and `dev` for one next hop and `nexthops` for several, with kernel
    next hop groups too; several routes to one prefix differ in `metric`, the lowest counts.
    Raises: RouteError when the text is something else.
    """
    try:
        rows: Any = orjson.loads(text or "[]")
    except orjson.JSONDecodeError as err:
        raise RouteError(f"{source}: not the output of `ip -j route` ({err.msg})") from err
    if not isinstance(rows, list):
        raise RouteError(f"{source}: not the output of `ip -j route`: it is no list")
    best: dict[IPv4Network, tuple[int, Route]] = {}
    for row in rows:
        if (route := _route(row)) is not None:
            metric = int(row.get("metric", 0))
            if route.prefix not in best or metric < best[route.prefix][0]:
                best[route.prefix] = (metric, route)
    return Fib(tuple(route for _, route in best.values()))


def walk(
    fibs: Mapping[str, Fib], owners: Mapping[str, str], start: str, address: str, limit: int = 8
) -> frozenset[tuple[str, ...]]:
    """Return every path, as device names, that a packet to `address` may take from `start`.

    `owners` maps interface addresses to devices. A path ends at the switch that has the address on
    a connected prefix. One that ends elsewhere has a last part that says why, in parentheses:
    no route, dropped, loop, unknown gateway, or a switch that was not read.
    """
    return frozenset(_walk(fibs, owners, (start,), address, limit))


def _walk(
    fibs: Mapping[str, Fib],
    owners: Mapping[str, str],
    path: tuple[str, ...],
    address: str,
    limit: int,
) -> Iterator[tuple[str, ...]]:
    here = path[-1]
    if here not in fibs:
        yield (*path, NOT_READ)
    elif len(path) > limit or here in path[:-1]:
        yield (*path, "(loop)")
    elif (route := fibs[here].lookup(address)) is None:
        yield (*path, "(no route)")
    elif not route.hops:
        yield (*path, "(dropped)")
    elif not route.gateways:
        yield path
    else:
        for device in sorted({owners.get(gateway, "") for gateway in route.gateways}):
            if device:
                yield from _walk(fibs, owners, (*path, device), address, limit)
            else:
                yield (*path, "(unknown gateway)")


def _route(row: Any) -> Route | None:
    if not isinstance(row, dict) or not isinstance(row.get("dst"), str):
        return None
    destination = "0.0.0.0/0" if row["dst"] == "default" else row["dst"]
    try:
        prefix = IPv4Network(destination)
    except ValueError:
        return None  # IPv6, or a host route of another family
    if row.get("type", "unicast") != "unicast":
        return Route(prefix, frozenset())
    hops = row["nexthops"] if isinstance(row.get("nexthops"), list) else [row]
    return Route(
        prefix,
        frozenset(
            NextHop(str(hop.get("gateway", "")), str(hop.get("dev", "")))
            for hop in hops
            if isinstance(hop, dict) and "dead" not in hop.get("flags", ())
        ),
    )
