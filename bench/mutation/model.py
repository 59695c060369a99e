"""What a mutation is: a change of artefacts, and apart from it the truth about that change."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from railwright.plan.model import Plan
from railwright.proof.model import Finding, FloorLink
from railwright.sonic.configdb import ConfigDb

Floor = dict[str, FloorLink]


@dataclass(frozen=True, slots=True)
class Truth:
    """What was done where; the checker never sees it.

    A finding names it when one of its places holds all texts of one of `names` (device, then table
    or file, then field). A text that ends with a blank is a whole word. `chain` is the table and
    field of the lossless chain that was changed, empty for another place.
    """

    kind: str
    what: str
    names: tuple[tuple[str, ...], ...]
    chain: str = ""

    def is_named_by(self, finding: Finding) -> bool:
        """Return whether a finding is about what was done."""
        return any(
            all(text in place for text in texts)
            for texts in self.names
            for place in map(_words, (finding.place, finding.other_place))
        )

    def __str__(self) -> str:
        """Return it for people."""
        return f"{self.kind}: {self.what}"


def _words(place: str) -> str:
    """Return a place, or several, with a blank behind every word."""
    return f"{place.replace(', ', ' ')} "


@dataclass(frozen=True, slots=True)
class Edit:
    """New artefacts: `files` by path (None: deleted), a floor, or a plan that all follow from."""

    truth: Truth
    files: Mapping[str, bytes | None] = field(default_factory=dict)
    floor: Floor | None = None
    plan: Plan | None = None


@dataclass(frozen=True, slots=True)
class World:
    """What mutations are drawn from: the plan, its artefacts as they are written, the floor."""

    plan: Plan
    configs: Mapping[str, ConfigDb]
    nodes: Mapping[str, Mapping[str, bytes]]
    floor: Floor


Mutator = Callable[[World, random.Random], Edit | None]
"""Returns None where the draw found nothing to change; another draw follows."""


def switch_path(device: str) -> str:
    """Return the path of a switch's configuration."""
    return f"switches/{device}/config_db.json"


def node_path(device: str, path: str) -> str:
    """Return the path of a node's file."""
    return f"nodes/{device}/{path}"
