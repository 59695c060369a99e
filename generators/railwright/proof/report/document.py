"""What the report says, as values: the one document that JSON, Markdown and HTML are made from.

Field names are the keys of `lossless.json` (docs/lossless.md); a change of their meaning takes a
new `VERSION`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from railwright.plan.deadlock.model import DeadlockProof
from railwright.plan.lossless.ecmp import Spread
from railwright.plan.lossless.model import KindProof, Verdict
from railwright.plan.model import PortUse, Term
from railwright.plan.shape import Network
from railwright.proof.model import Agreement

SCHEMA = "railwright/lossless"
VERSION = 2

_RANKS: tuple[Verdict, ...] = ("failed", "unproven", "accepted", "proven")


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict that decides over all: proven only if each one is."""
    return min(verdicts, key=_RANKS.index, default="proven")


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that is proven or not: of a network, or of all (None); `says` is the figure.

    `anchor` is the section with the details.
    """

    network: Network | None
    title: str
    verdict: Verdict
    says: str
    anchor: str


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A traffic class on the switches, and beside it what servers do with its packets.

    `priority` is also traffic class, queue and priority group. `dscps` is empty where
    `takes_the_rest`. `nic_priorities` are the priorities servers serve its DSCPs in, `nic_pauses`
    whether one of them is paused there; `tos` is the byte servers send RDMA data with, or CNPs.
    """

    network: Network
    name: str
    priority: int
    dscps: tuple[int, ...]
    takes_the_rest: bool
    lossless: bool
    strict: bool
    weight: int | None
    nic_priorities: tuple[int, ...]
    nic_pauses: bool
    tos: int | None


@dataclass(frozen=True, slots=True)
class TrimmingRow:
    """What is left of a packet that finds its lossy queue full, and how that goes on."""

    network: Network
    size_bytes: int
    dscp: int
    priority: int


@dataclass(frozen=True, slots=True)
class NicRow:
    """Ports of servers with equal settings; `example` is one, as `node interface`.

    What a NIC is told of its cable is between `shortest_cable_m` and `longest_cable_m`; None where
    it is told nothing.
    """

    network: Network
    node: str
    nic: str
    ports: int
    example: str
    speed_gbps: int
    rs_fec: bool
    mtu_bytes: int
    switch_mtu_bytes: int
    shortest_cable_m: int | None
    longest_cable_m: int | None
    pfc: tuple[int, ...]
    dscp_priority: tuple[tuple[int, int], ...]
    traffic_class: int | None
    cnp_dscp: int
    cnp_priority: int
    dcqcn: bool
    firmware: dict[str, int]


@dataclass(frozen=True, slots=True)
class PortRow:
    """Lossless ports with equal headroom, on switches of one role, platform and HWSKU.

    `kind` names the switches. `ports` are those of all `switches` that have some, from
    `fewest_each` to `most_each`; `names` are those of one of them, `example`.
    `lengths_m` are all lengths of their cables, the shortest first. The longest decides:
    `bound_bytes`, the first-principles bound on `xoff_bytes`, and all addends are of that.
    `length_from` says where the length of the longest on `example` comes from.
    """

    network: Network
    kind: str
    use: PortUse
    platform: str
    hwsku: str
    switches: int
    ports: int
    fewest_each: int
    most_each: int
    example: str
    names: tuple[str, ...]
    speed_gbps: int
    lanes: int
    lengths_m: tuple[float, ...]
    length_from: tuple[str, ...]
    length_assumed: bool
    mtu_bytes: int
    method: Literal["formula", "table", "bound"]
    cable_m: int
    xon_bytes: int
    xoff_bytes: int
    size_bytes: int
    xon_offset_bytes: int | None
    threshold: int
    bound_bytes: int
    assumed: bool
    source: str
    terms: tuple[Term, ...]
    bound_terms: tuple[Term, ...]

    @property
    def below_bound(self) -> bool:
        """Return whether the bound asks for more than the switch keeps: ask the vendor why."""
        return self.xoff_bytes < self.bound_bytes


@dataclass(frozen=True, slots=True)
class WatchdogRow:
    """The PFC watchdog of alike switches; `given` says which times the intent gives."""

    network: Network
    kind: str
    platform: str
    switches: int
    action: str
    detection_ms: int
    restoration_ms: int
    poll_ms: int
    given: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """The whole report.

    `railwright` is the version that made it, `intent_sha256` the fingerprint of the intent: the two
    decide every configuration. `jobs` are the variables that jobs on GPU nodes need; `granted` is
    what every proof takes for granted.
    """

    schema: str
    version: int
    railwright: str
    intent_sha256: str
    cluster: str
    description: str
    verdict: Verdict
    statement: str
    claims: tuple[Claim, ...]
    classes: tuple[ClassRow, ...]
    trimming: tuple[TrimmingRow, ...]
    nics: tuple[NicRow, ...]
    jobs: dict[str, int]
    ports: tuple[PortRow, ...]
    switches: tuple[KindProof, ...]
    watchdogs: tuple[WatchdogRow, ...]
    deadlock: tuple[DeadlockProof, ...]
    ecmp: tuple[Spread, ...]
    agreement: Agreement
    granted: tuple[str, ...]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
