"""An oracle for deadlock proofs: BGP as it runs, message by message, while links come and go.

Written apart from what it judges: speakers with tables of what each neighbour said, messages that
arrive in any order between different pairs, links that fail and return at any time, and of
equally long paths the oldest told on, as FRR does. It notes every packet's way that any table
ever gave, and joins ways of one destination over all of time.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from railwright.plan.deadlock.graph import BORDER, DEFAULT_ROUTE, SessionGraph

Path = tuple[int, ...]
Told = Path | None


@dataclass
class Table:
    """What one speaker knows of one prefix: paths by neighbour in order of age, and its choice."""

    heard: dict[str, Path] = field(default_factory=dict)
    best: Told = None
    inside: bool = False


class Flapping:
    """A network that is run; `ways` collects (device, next device) by destination, for ever."""

    def __init__(self, graph: SessionGraph, seed: int, *, smallest: bool = False) -> None:
        """Take the network; `smallest` tells on the smallest of equal paths, not the oldest."""
        self.graph, self.smallest = graph, smallest
        self.random = Random(seed)  # noqa: S311 (a test that can be repeated)
        self.up: set[frozenset[str]] = set()
        self.alive = set(graph.devices)
        self.queues: dict[tuple[str, str], deque[tuple[str, Told]]] = {}
        self.prefixes = sorted({one for own in graph.origins.values() for one in own})
        self.tables = {(name, one): Table() for name in graph.devices for one in self.prefixes}
        self.ways: dict[str, set[tuple[str, str]]] = {one: set() for one in self.prefixes}

    def asn(self, name: str) -> int:
        return self.graph.devices[name].asn

    def is_local(self, name: str, prefix: str) -> bool:
        if name not in self.alive or prefix not in self.graph.origins.get(name, ()):
            return False
        return prefix != DEFAULT_ROUTE or self.is_outside(name) or bool(self.ways_out(name))

    def is_outside(self, name: str) -> bool:
        return self.graph.devices[name].role == BORDER

    def ways_out(self, name: str) -> list[str]:
        peers = self.graph.neighbours[name]
        return [one for one in peers if self.is_outside(one) and frozenset((name, one)) in self.up]

    def connect(self, a: str, z: str) -> None:
        self.up.add(frozenset((a, z)))
        for one, other in ((a, z), (z, a)):
            self.queues[one, other] = deque()
            for prefix in self.prefixes:
                self.decide(one, prefix)
                self.say(one, other, prefix)

    def disconnect(self, a: str, z: str) -> None:
        self.up.discard(frozenset((a, z)))
        for one, other in ((a, z), (z, a)):
            self.queues.pop((one, other), None)
            for prefix in self.prefixes:
                self.tables[one, prefix].heard.pop(other, None)
                self.decide(one, prefix)

    def decide(self, name: str, prefix: str) -> None:
        """Choose again; tell everybody where the choice changed."""
        table = self.tables[name, prefix]
        before = table.best, table.inside
        if self.is_local(name, prefix):
            table.best, table.inside = (), False
        elif table.heard:
            peers = sorted(table.heard, key=lambda one: self.rank(name, one, table.heard[one]))
            table.best = table.heard[peers[0]]
            table.inside = self.asn(peers[0]) == self.asn(name)
        else:
            table.best, table.inside = None, False
        self.note()
        if (table.best, table.inside) != before:
            for peer in self.graph.neighbours[name]:
                self.say(name, peer, prefix)

    def rank(self, name: str, peer: str, path: Path) -> tuple[object, ...]:
        inside = self.asn(peer) == self.asn(name)
        return (len(path), inside, path) if self.smallest else (len(path), inside)

    def say(self, name: str, peer: str, prefix: str) -> None:
        if frozenset((name, peer)) not in self.up:
            return
        table = self.tables[name, prefix]
        within = self.asn(name) == self.asn(peer)
        told = table.best
        if told is not None and not within:
            told = (self.asn(name), *told)
        if within and table.inside:
            told = None  # what is heard within an ASN is not told on within it
        self.queues[name, peer].append((prefix, told))

    def deliver(self, name: str, peer: str) -> None:
        prefix, told = self.queues[name, peer].popleft()
        table = self.tables[peer, prefix]
        speaker = self.graph.devices[peer]
        if told is None or told.count(speaker.asn) > speaker.allowas_in:
            table.heard.pop(name, None)
        elif table.heard.get(name) != told:
            table.heard.pop(name, None)
            table.heard[name] = told
        self.decide(peer, prefix)

    def next_hops(self, name: str, prefix: str) -> list[str]:
        """Return where a device sends packets that match a prefix; its own it does not send."""
        if self.is_local(name, prefix):
            return self.ways_out(name) if prefix == DEFAULT_ROUTE else []
        table = self.tables[name, prefix]
        return [
            peer
            for peer, path in table.heard.items()
            if table.best is not None
            and len(path) == len(table.best)
            and (self.asn(peer) == self.asn(name)) == table.inside
        ]

    def onward(self, name: str, prefix: str) -> list[str]:
        """Return where a packet for a prefix goes, by longest match."""
        if self.is_local(name, prefix):
            if prefix == DEFAULT_ROUTE or name in self.graph.blackhole:
                return self.next_hops(name, prefix)
            return self.next_hops(name, DEFAULT_ROUTE) if DEFAULT_ROUTE in self.prefixes else []
        found = self.next_hops(name, prefix)
        if not found and prefix != DEFAULT_ROUTE and DEFAULT_ROUTE in self.prefixes:
            return self.next_hops(name, DEFAULT_ROUTE)
        return found

    def note(self) -> None:
        for prefix in self.prefixes:
            self.ways[prefix].update(self.installed(prefix))

    def installed(self, prefix: str) -> Iterator[tuple[str, str]]:
        for name in sorted(self.alive):
            for peer in self.onward(name, prefix):
                yield name, peer

    def settle(self) -> None:
        """Deliver everything, in any order."""
        while busy := [one for one, queue in self.queues.items() if queue]:
            self.deliver(*self.random.choice(busy))

    def run(self, steps: int) -> None:
        """Let links come and go and messages arrive, in any order."""
        pairs = sorted(self.graph.pairs)
        for _ in range(steps):
            busy = [one for one, queue in self.queues.items() if queue]
            if pairs and (not busy or self.random.random() < 0.15):
                a, z = self.random.choice(pairs)
                if frozenset((a, z)) in self.up:
                    self.disconnect(a, z)
                else:
                    self.connect(a, z)
            elif busy:
                self.deliver(*self.random.choice(busy))

    def turns(self) -> set[tuple[str, str, str]]:
        """Return every (sender, device, receiver) that packets of one destination ever took."""
        return {
            (tx, at, rx)
            for ways in self.ways.values()
            for tx, at in ways
            for other, rx in ways
            if other == at and not any(map(self.is_outside, (tx, at, rx)))
        }
