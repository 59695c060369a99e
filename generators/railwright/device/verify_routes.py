"""Routes in the kernel as the plan's graph demands, and where packets really go.

Every network is a routing domain of its own. What a leaf advertises in it (its block of host
addresses, or the subnets of its VLANs) must be known on every switch of the network that can reach
the leaf, over all shortest ways, and on no other: rails and planes may be joined nowhere. The
kernel is asked, not FRR: FRR 8.4 shows next hops as installed that its kernel group has lost.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from railwright.device.fib import NOT_READ, Fib, walk
from railwright.device.verify_model import Checked, VerifyFinding
from railwright.naming import natural_key
from railwright.plan.model import Device, Plan
from railwright.plan.shape import Network

_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Graph:
    """Switches that exist here, joined by their planned sessions.

    `neighbours` maps a device to (peer device, own port, peer address) of every session.
    """

    neighbours: Mapping[str, tuple[tuple[str, str, str], ...]]

    def distances(self, goal: str) -> dict[str, int]:
        """Return how many links away from `goal` every switch is that can reach it."""
        found = {goal: 0}
        queue = deque([goal])
        while queue:
            here = queue.popleft()
            for peer, _port, _address in self.neighbours.get(here, ()):
                if peer not in found:
                    found[peer] = found[here] + 1
                    queue.append(peer)
        return found


def graph(plan: Plan, present: Collection[str]) -> Graph:
    """Return the graph of the deployed sessions between switches that are `present`."""
    table: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for session in plan.sessions:
        for here in (session.link.a.device, session.link.z.device):
            peer = session.link.peer(here)
            if here in present and peer.device in present:
                table[here].append((peer.device, session.link.end(here).port, peer.address))
    return Graph({name: tuple(rows) for name, rows in table.items()})


def check_routes(plan: Plan, fibs: Mapping[str, Fib], present: Collection[str]) -> Checked:
    """Return what is wrong with the routes to what every present leaf advertises.

    Looks at every read switch of the leaf's network.
    """
    shape = graph(plan, present)
    read = _by_network(plan.device[name] for name in fibs)
    count = 0
    findings: list[VerifyFinding] = []
    for prefix, owner in advertised(plan):
        if owner not in present:
            continue
        away = shape.distances(owner)
        for device in read[plan.device[owner].network]:
            if device.name == owner:
                continue
            count += 1
            planned = {
                address: f"{port} to {peer}"
                for peer, port, address in shape.neighbours.get(device.name, ())
                if away.get(peer, -1) == away.get(device.name, -1) - 1
            }
            route = fibs[device.name].exact(prefix)
            actual = frozenset() if route is None else route.gateways
            if fault := _fault(planned, actual):
                text = f"route to {prefix} ({owner}): {fault}"
                findings.append(VerifyFinding("routes", device.name, prefix, text))
    return Checked(count, tuple(sorted(findings, key=lambda one: natural_key(one.id))))


def advertised(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield (prefix, leaf) of all that deployed leaves advertise: blocks, and subnets of VLANs."""
    blocks = {(one.prefix, one.owner) for one in plan.subnets if one.kind == "leaf_block"}
    yield from ((one.prefix, one.owner) for one in plan.subnets if one.kind == "leaf_block")
    for svi in plan.svis:
        if (svi.prefix, svi.device) not in blocks:
            yield svi.prefix, svi.device


def _by_network(devices: Iterable[Device]) -> Mapping[Network | None, list[Device]]:
    found: dict[Network | None, list[Device]] = defaultdict(list)
    for device in devices:
        found[device.network].append(device)
    return found


def _fault(planned: Mapping[str, str], actual: Collection[str]) -> str:
    missing = [planned[address] for address in sorted(planned) if address not in actual]
    extra = sorted(set(actual) - planned.keys())
    if planned and not actual:
        return f"missing in the kernel; planned are {len(planned)} next hops"
    faults = []
    if missing:
        shown = ", ".join(missing[:_SHOWN]) + (" ..." if len(missing) > _SHOWN else "")
        faults.append(
            f"{len(planned) - len(missing)} of {len(planned)} next hops in the kernel; "
            f"missing {shown}"
        )
    if extra:
        faults.append(f"{len(extra)} unplanned next hops: {', '.join(extra[:_SHOWN])}")
    return "; ".join(faults)


def check_paths(plan: Plan, fibs: Mapping[str, Fib], present: Collection[str]) -> Checked:
    """Return the leaf pairs between which packets do not take exactly the planned paths.

    Follows the kernel tables from every read leaf to one deployed host behind every leaf of its
    network: same leaf, same rail across SUs and across rails. Nothing is said of ways through a
    switch that is here but could not be read; pairs with no other way are not counted.
    """
    owners = address_owners(plan)
    shape = graph(plan, present)
    leaves = _by_network(device for device in plan.switches if device.role == "leaf")
    targets = dict(_targets(plan))
    count = 0
    findings = []
    for goal in (leaf for network in leaves.values() for leaf in network):
        if goal.name not in present or goal.name not in targets:
            continue
        away = shape.distances(goal.name)
        for start in leaves[goal.network]:
            if start.name not in fibs:
                continue
            ways = frozenset(_planned_paths(shape, away, start.name))
            planned = frozenset(way for way in ways if fibs.keys() >= set(way))
            if ways and not planned:
                continue
            count += 1
            taken = walk(fibs, owners, start.name, targets[goal.name])
            actual = frozenset(way for way in taken if not _is_unread(way, present))
            if fault := _path_fault(planned, actual):
                text = f"to {targets[goal.name]} behind {goal.name}: {fault}"
                findings.append(VerifyFinding("paths", start.name, goal.name, text))
    return Checked(count, tuple(findings))


def _is_unread(way: tuple[str, ...], present: Collection[str]) -> bool:
    return way[-1] == NOT_READ and way[-2] in present


def address_owners(plan: Plan) -> dict[str, str]:
    """Return which device has which data address: both ends of every link, and loopbacks."""
    owners = {device.loopback: device.name for device in plan.devices if device.loopback}
    for link in plan.links:
        owners[link.a.address] = link.a.device
        owners[link.z.address] = link.z.device
    return owners


def planned_paths(shape: Graph, start: str, goal: str) -> frozenset[tuple[str, ...]]:
    """Return every planned way from one leaf to another; empty if the design joins them nowhere."""
    return frozenset(_planned_paths(shape, shape.distances(goal), start))


def _planned_paths(shape: Graph, away: Mapping[str, int], start: str) -> Iterator[tuple[str, ...]]:
    if start not in away:
        return
    if away[start] == 0:
        yield (start,)
        return
    nearer = {
        peer
        for peer, _port, _address in shape.neighbours.get(start, ())
        if away.get(peer, -1) == away[start] - 1
    }
    for peer in sorted(nearer):
        yield from ((start, *rest) for rest in _planned_paths(shape, away, peer))


def _targets(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield (leaf, a deployed host's address behind it)."""
    for link in plan.links:
        if link.kind in {"host", "access"} and link.deployed:
            yield link.z.device, link.a.address


def _path_fault(planned: Collection[tuple[str, ...]], actual: Collection[tuple[str, ...]]) -> str:
    ended = sorted(path for path in actual if path[-1].startswith("("))
    if not planned:
        through = sorted(path for path in actual if path not in ended)
        return f"not planned to be reachable, but goes {_shown(through)}" if through else ""
    wrong = sorted(path for path in actual if path not in planned)
    missing = sorted(path for path in planned if path not in actual)
    faults = [f"goes {_shown(wrong)}"] if wrong else []
    if missing:
        faults.append(f"does not go {_shown(missing)}, which is planned")
    return "; ".join(faults)


def _shown(paths: list[tuple[str, ...]]) -> str:
    shown = ", ".join(" > ".join(path) for path in paths[:_SHOWN])
    return shown + (f" and {len(paths) - _SHOWN} more ways" if len(paths) > _SHOWN else "")
