"""What the agreement check says: one finding per value on which two places differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

Pair = Literal["switch - plan", "switch - node", "leaf - spine", "node - plan", "cable - plan"]

NodeFiles = Mapping[str, bytes]
"""The files of one node: path below / on it, and content."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A mismatch, with both sources: where each value stands, what it is and what it leads to."""

    pair: Pair
    subject: str
    place: str
    found: str
    other_place: str
    expected: str
    effect: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the agreement matrix: a subject, how many places were compared, what differs."""

    pair: Pair
    subject: str
    compared: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """The whole matrix.

    `compared_devices` of the plan's `devices` (switches and servers) were compared.
    """

    rows: tuple[Row, ...]
    compared_devices: int = 0
    devices: int = 0

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return every mismatch, in the order of the rows."""
        return tuple(finding for row in self.rows for finding in row.findings)


class End(NamedTuple):
    """One end of a cable as it is plugged in."""

    device: str
    port: str


@dataclass(frozen=True, slots=True)
class FloorLink:
    """What is really between two ports of a planned link: where the cable ends and its length."""

    a: End
    z: End
    length_m: float
