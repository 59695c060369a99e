"""What eBGP makes of a plan, computed apart from the product: paths of AS numbers, one by one."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from railwright.device.fib import Fib, parse
from railwright.plan.model import Plan

Rows = list[dict[str, Any]]
"""The routes of a switch as `ip -j route` prints them."""
Way = tuple[str, str, str]
"""Peer, own port and the peer's address."""


def fibs(tables: Mapping[str, Rows]) -> dict[str, Fib]:
    """Return the routes as the product reads them."""
    return {name: parse(json.dumps(rows), name) for name, rows in tables.items()}


def converged(plan: Plan, absent: Collection[str] = ()) -> dict[str, Rows]:
    """Return the kernel routes of every switch that is there when BGP has settled.

    Every switch prefers the shortest AS path, uses all equal ones, tells its peers one of them
    and refuses paths with its own number.
    """
    here = [device.name for device in plan.switches if device.name not in absent]
    ways = _ways(plan, here)
    tables = {name: _connected(plan, name) for name in here}
    for prefix, owner in _originated(plan):
        if owner in tables:
            for name, hops in _spread(plan, ways, prefix, owner).items():
                nexthops = [{"gateway": address, "dev": port} for _, port, address in sorted(hops)]
                tables[name].append({"dst": prefix, "nexthops": nexthops})
    return tables


def _ways(plan: Plan, here: Collection[str]) -> Mapping[str, list[Way]]:
    found: dict[str, list[Way]] = defaultdict(list)
    for session in plan.sessions:
        for end, far in ((session.link.a, session.link.z), (session.link.z, session.link.a)):
            if end.device in here and far.device in here:
                found[end.device].append((far.device, end.port, far.address))
    return found


def _originated(plan: Plan) -> list[tuple[str, str]]:
    blocks = [(one.prefix, one.owner) for one in plan.subnets if one.kind == "leaf_block"]
    shared = {prefix for prefix, _ in blocks}
    return blocks + [(one.prefix, one.device) for one in plan.svis if one.prefix not in shared]


def _connected(plan: Plan, name: str) -> Rows:
    rows: Rows = [
        {"dst": link.prefix, "dev": port}
        for port, link in plan.links_of[name].items()
        if link.kind != "access" and link.vlan is None and link.deployed
    ]
    rows += [{"dst": one.prefix, "dev": f"Vlan{one.vlan}"} for one in plan.svis_of.get(name, ())]
    if plan.device[name].network != "oob":  # there eth0 is in a VRF of its own
        rows.append({"dst": plan.device[name].management.subnet, "dev": "eth0"})
    shared = {row["dst"] for row in rows}
    block = plan.block_of.get(name)
    if block is not None and block.prefix not in shared:
        rows.append({"dst": block.prefix, "type": "blackhole"})
    return rows


def _spread(
    plan: Plan, ways: Mapping[str, list[Way]], prefix: str, owner: str
) -> dict[str, set[Way]]:
    """Return who learns a prefix and over which ways."""
    told: dict[str, tuple[int, ...]] = {owner: ()}
    while True:
        heard: dict[str, dict[Way, tuple[int, ...]]] = defaultdict(dict)
        for name, around in ways.items():
            device = plan.device[name]
            if name == owner:
                continue
            for way in around:
                if way[0] not in told:
                    continue
                path = (plan.device[way[0]].asn or 0, *told[way[0]])
                if device.asn not in path:
                    heard[name][way] = path
        best = {name: min(paths.values(), key=len) for name, paths in heard.items()}
        if {owner: (), **best} == told:
            return {
                name: {way for way, path in paths.items() if len(path) == len(best[name])}
                for name, paths in heard.items()
            }
        told = {owner: (), **best}
