"""STATIC_ROUTE rows as FRR commands, the way SONiC's static route manager reads them.

Facts: sonic-buildimage 086b03bd70, src/sonic-bgpcfgd/bgpcfgd/managers_static_rt.py.
"""

import ipaddress
from dataclasses import dataclass

from .bgp_lines import Fields, text

ADVERTISED_TAG = 1
HIDDEN_TAG = 2


class RouteError(ValueError):
    """A row that no command can be made of; the manager keeps it and tries again later."""


@dataclass(frozen=True, slots=True)
class StaticRoute:
    """One static route as FRR has it: the text after the prefix for each next hop, and the tag."""

    next_hops: tuple[str, ...] = ()
    tag: int = ADVERTISED_TAG


def split_key(key: str) -> tuple[str, str]:
    """Return VRF and prefix of a key; `10.0.0.0/8` alone means the VRF `default`."""
    vrf, bar, prefix = key.partition("|")
    return (vrf, prefix) if bar else ("default", key)


def handled_by_bfd(row: Fields) -> bool:
    """Return whether another daemon (staticroutebfd) installs this route."""
    return text(row, "bfd").split(",")[0].lower() == "true"


def parse(prefix: str, row: Fields) -> StaticRoute:
    """Return the route of one row; `nexthop`, `ifname`, `blackhole` ... are parallel comma lists.

    A *missing* `advertise` means advertised (tag 1); only the exact text `false` hides a route.

    Raises:
        RouteError: the prefix is none, or the lists differ in length.
    """
    try:
        version = ipaddress.ip_network(prefix, strict=False).version
    except ValueError as error:
        raise RouteError(f"static route {prefix}: not a prefix") from error
    tag = HIDDEN_TAG if text(row, "advertise") == "false" else ADVERTISED_TAG
    columns = {
        field: text(row, field).split(",")
        for field in ("blackhole", "nexthop", "ifname", "distance", "nexthop-vrf")
        if text(row, field)
    }
    if not columns.keys() & {"blackhole", "nexthop", "ifname"}:
        return StaticRoute((), tag)
    lengths = {field: len(values) for field, values in columns.items()}
    if len(set(lengths.values())) != 1:
        raise RouteError(f"static route {prefix}: lists of different lengths: {lengths}")
    count = next(iter(lengths.values()))
    entries = [{field: values[at] for field, values in columns.items()} for at in range(count)]
    hops = [hop for entry in entries if (hop := _next_hop(version, entry)) is not None]
    return StaticRoute(tuple(dict.fromkeys(hops)), tag)


def _next_hop(version: int, entry: dict[str, str]) -> str | None:
    """Return the words after the prefix, or None for an entry that FRR could not use."""
    distance = entry.get("distance", "0")
    if not distance.isdecimal():
        return None
    suffix = f" {int(distance)}" if int(distance) else ""
    if entry.get("blackhole") == "true":
        return f" blackhole{suffix}"
    address, interface = entry.get("nexthop", ""), entry.get("ifname", "")
    if address:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return None
        if parsed.version != version:
            return None
        address = "" if parsed.is_unspecified else address
    if not address and not interface:
        return None
    words = [word for word in (address, interface) if word]
    vrf = f" nexthop-vrf {entry['nexthop-vrf']}" if entry.get("nexthop-vrf") else ""
    return f" {' '.join(words)}{suffix}{vrf}"


def commands(prefix: str, old: StaticRoute, new: StaticRoute) -> list[str]:
    """Return the vtysh lines that lead from one state of a route to another, removals first."""
    word = "ipv6" if ":" in prefix else "ip"
    if old.tag != new.tag:
        gone, added = old.next_hops, new.next_hops
    else:
        gone = tuple(hop for hop in old.next_hops if hop not in new.next_hops)
        added = tuple(hop for hop in new.next_hops if hop not in old.next_hops)
    removals = [f"no {word} route {prefix}{hop} tag {old.tag}" for hop in gone]
    return removals + [f"{word} route {prefix}{hop} tag {new.tag}" for hop in added]
