"""What the deadlock proof is about: hops between switches, routes, failures, cycles, victims."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from railwright.plan.shape import Network


class Hop(NamedTuple):
    """The buffer at the receiving end of the links from one device to another.

    Parallel links of a pair carry the same routes, so one hop stands for all of them.
    """

    tx: str
    rx: str


@dataclass(frozen=True, slots=True)
class Failure:
    """What is down: devices and whole pairs (every parallel link of them)."""

    devices: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()

    def describe(self) -> str:
        """Return it for people: `healthy`, `spine1 down`, `su1-rail0-leaf - spine1 down`."""
        parts = (*self.devices, *(f"{a} - {z}" for a, z in self.pairs))
        return " and ".join(f"{one} down" for one in parts) or "healthy"


@dataclass(frozen=True, slots=True)
class CycleHop:
    """One hop of a cycle, with a pair of ports that can carry it and why traffic takes it.

    `why` says what makes a packet that came over this hop go on over the next one.
    """

    hop: Hop
    tx_port: str
    rx_port: str
    why: str

    def describe(self) -> str:
        """Return the hop for people: `spine1 Ethernet0 > su1-rail0-leaf Ethernet256`."""
        return f"{self.hop.tx} {self.tx_port} > {self.hop.rx} {self.rx_port}"


@dataclass(frozen=True, slots=True)
class Cycle:
    """Buffers that can wait for each other in a circle, and the failure under which they do.

    `failure` is None where BGP's rules do not exclude the cycle and no simulated failure closes it.
    """

    hops: tuple[CycleHop, ...]
    failure: Failure | None

    @property
    def devices(self) -> tuple[str, ...]:
        """Return the devices of the cycle in order, each hop's sender."""
        return tuple(one.hop.tx for one in self.hops)

    def describe(self) -> str:
        """Return it on one line, with ports and with what the packets are that close it."""
        return "; ".join(f"{one.describe()} ({one.why})" for one in self.hops)


@dataclass(frozen=True, slots=True)
class Victims:
    """What stops when one host port pauses forever, and what frees it.

    `links` counts the paused links by kind of device pair (`leaf > spine`), `hosts` the host ports
    that come to a stand beside the pausing one, of `hosts_of` in the network; `freed_by` names
    the watchdog and what it does, `freed_after_ms` the latest time at which it acts, None where
    nothing frees them.
    """

    host: str
    port: str
    switch: str
    switch_port: str
    links: tuple[tuple[str, int], ...]
    hosts: int
    hosts_of: int
    freed_by: str
    freed_after_ms: int | None

    def describe(self) -> str:
        """Return what a pause of this port stops and what ends that, for people."""
        links = ", ".join(f"{count} {kind}" for kind, count in self.links)
        when = "" if self.freed_after_ms is None else f" within {self.freed_after_ms} ms"
        return (
            f"{self.host} {self.port} pausing forever stops {self.hosts} of {self.hosts_of - 1} "
            f"other host ports and {links or 'none'} of the links between switches; freed by "
            f"{self.freed_by}{when}"
        )


@dataclass(frozen=True, slots=True)
class DeadlockProof:
    """Whether buffers of one network can wait for each other in a circle.

    `verdict` is `proven` when the turns that BGP may allow under any failure hold no cycle, and
    no simulated failure contradicts that; `method` is then `any failure`. Otherwise it is
    `failed`: with method `simulation` a failure was found that closes `cycle` for certain, with
    `any failure` nothing excludes `cycle`. `hops` and `dependencies` are those of any failure.
    `singles` and `doubles` count the failures of one and of two devices or pairs that the
    simulation covers: `states` of them, healthy included, were simulated, and the others follow
    by symmetry (twins and pods). `complete_singles` and `complete_doubles` say
    whether these are all there are. `unreachable` lists what some switch has no route to in the
    healthy fabric (`10.16.2.0/24 of su1-rail1-leaf from su1-rail0-leaf`); it has no part in the
    verdict.
    """

    network: Network
    verdict: Literal["proven", "failed"]
    method: Literal["any failure", "simulation"]
    hops: int
    dependencies: int
    states: int
    singles: int
    doubles: int
    complete_singles: bool
    complete_doubles: bool
    cycle: Cycle | None
    unreachable: tuple[str, ...]
    victims: tuple[Victims, ...]
    notes: tuple[str, ...]
