"""The map of ASNs: which groups of devices a path may cross, and what a loop check cuts off.

A BGP path is a chain of devices with pairwise different ASNs (where nobody allows its own ASN).
So it visits a group, some devices of one ASN, at most once: it is a simple path on the map whose
nodes are groups. What remains of the map without one group, and which neighbours then still hang
together, is what its blocks (biconnected components) say.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from railwright.plan.deadlock.graph import SessionGraph

INSIDE = -1
"""The side of a session within one group: iBGP, which appends no ASN."""


@dataclass(frozen=True, slots=True)
class AsMap:
    """Groups of devices, and the sides of each group.

    `group` has every device's group. `side` says for two neighbouring groups in which block the
    edge between them lies: without a group, its neighbours still reach each other exactly when
    they are on the same side of it. `fallback_sides` are the (group, side) behind which somebody
    advertises a default route, or another prefix of `SessionGraph.fallbacks`, as its own.
    """

    group: Mapping[str, int]
    side: Mapping[tuple[int, int], int]
    fallback_sides: frozenset[tuple[int, int]]

    def side_of(self, device: str, neighbour: str) -> int:
        """Return the side of a device's group on which a neighbour is."""
        ours, theirs = self.group[device], self.group[neighbour]
        return INSIDE if ours == theirs else self.side[ours, theirs]


def asmap(graph: SessionGraph) -> AsMap:
    """Return the map of a network.

    Devices of one ASN are one group where they have neighbours in the same group. That leaves
    those of one ASN that never meet apart, which only allows more paths: a proof stays a proof.
    """
    group = _groups(graph)
    neighbours: dict[int, set[int]] = {one: set() for one in group.values()}
    for a, z in graph.pairs:
        ours, theirs = group[a], group[z]
        if ours != theirs:
            neighbours[ours].add(theirs)
            neighbours[theirs].add(ours)
    around = {one: sorted(others) for one, others in neighbours.items()}
    side = _blocks(around)
    origins = {group[name] for name in graph.fallback_origins}
    return AsMap(
        group, side, frozenset(_sides_with(origins, around, side)) if origins else frozenset()
    )


def _groups(graph: SessionGraph) -> dict[str, int]:
    """Return a group number for every device, merged until nothing more meets."""
    names = list(graph.devices)
    asns = [graph.devices[name].asn for name in names]
    place = {name: number for number, name in enumerate(names)}
    parent = list(range(len(names)))

    def find(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    around = {
        place[name]: {place[peer] for peer in peers} for name, peers in graph.neighbours.items()
    }
    while _merge(around, asns, parent):
        joined: dict[int, set[int]] = {}
        for one, peers in around.items():
            joined.setdefault(find(one), set()).update(map(find, peers))
        around = joined
    return {name: find(number) for number, name in enumerate(names)}


def _merge(around: Mapping[int, set[int]], asns: Sequence[int], parent: list[int]) -> bool:
    """Merge the neighbours of each group that share an ASN; return whether there were any."""
    merged = False
    for peers in around.values():
        first: dict[int, int] = {}
        for peer in peers:
            root = peer
            while parent[root] != root:
                root = parent[root]
            other = first.setdefault(asns[root], root)
            while parent[other] != other:
                other = parent[other]
            if other != root:
                low, high = sorted((root, other))
                parent[high] = low
                merged = True
    return merged


def _blocks(around: Mapping[int, Sequence[int]]) -> dict[tuple[int, int], int]:
    """Return the block of every edge, in both directions (Tarjan's algorithm, no recursion)."""
    found: dict[tuple[int, int], int] = {}
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    number = 0
    for root in around:
        if root in order:
            continue
        order[root] = low[root] = len(order)
        edges: list[tuple[int, int]] = []
        stack: list[tuple[int, int, Iterator[int]]] = [(root, root, iter(around[root]))]
        while stack:
            node, parent, rest = stack[-1]
            for peer in rest:
                if peer not in order:
                    edges.append((node, peer))
                    order[peer] = low[peer] = len(order)
                    stack.append((peer, node, iter(around[peer])))
                    break
                if peer != parent and order[peer] < order[node]:
                    edges.append((node, peer))
                    low[node] = min(low[node], order[peer])
            else:
                stack.pop()
                if node == parent:
                    continue
                low[parent] = min(low[parent], low[node])
                if low[node] >= order[parent]:
                    _close(found, edges, (parent, node), number)
                    number += 1
    return found


def _close(
    found: dict[tuple[int, int], int],
    edges: list[tuple[int, int]],
    last: tuple[int, int],
    number: int,
) -> None:
    """Give the edges from the top of the stack down to `last` a block of their own."""
    while True:
        a, z = edges.pop()
        found[a, z] = found[z, a] = number
        if (a, z) == last:
            return


def _sides_with(
    marked: Iterable[int],
    around: Mapping[int, Sequence[int]],
    side: Mapping[tuple[int, int], int],
) -> Iterator[tuple[int, int]]:
    """Yield the (group, side) behind which a marked group lies.

    Groups and blocks form a tree: what lies behind a side is a subtree or everything but one.
    """
    members: dict[int, set[int]] = {}
    for (group, _), block in side.items():
        members.setdefault(block, set()).add(group)
    wanted = set(marked)
    seen: set[int] = set()
    for root in around:
        if root in seen:
            continue
        seen.add(root)
        reached = [(root, INSIDE)]  # (group, the block it was reached through)
        for group, through in reached:
            for block in sorted({side[group, peer] for peer in around[group]} - {through}):
                fresh = sorted(members[block] - seen)
                seen.update(fresh)
                reached += [(one, block) for one in fresh]
        yield from _behind(reached, around, side, wanted)


def _behind(
    reached: Sequence[tuple[int, int]],
    around: Mapping[int, Sequence[int]],
    side: Mapping[tuple[int, int], int],
    wanted: set[int],
) -> Iterator[tuple[int, int]]:
    """Yield the sides of one tree; `reached` is its groups, each after the ones above it."""
    total = sum(group in wanted for group, _ in reached)
    within = {group: int(group in wanted) for group, _ in reached}
    below: dict[int, int] = {}
    for group, through in reversed(reached):
        for block in {side[group, peer] for peer in around[group]} - {through}:
            within[group] += below[block]
            if below[block]:
                yield group, block
        below[through] = below.get(through, 0) + within[group]
        if through != INSIDE and total - within[group]:
            yield group, through
