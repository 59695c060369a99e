"""What overrides make of devices and links, and what was wrong with them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from railwright.errors import Problem
from railwright.intent.overrides import LinkOverride
from railwright.plan.cables.fit import BuiltLength
from railwright.plan.fabric import Fabric
from railwright.plan.model import Device, Link, Role, Svi
from railwright.plan.ports import Slot

AT = "overrides"
SHOWN = 5  # ports that a message names


@dataclass(slots=True)
class Overridden:
    """Devices and links after all overrides, and what was wrong with them.

    `moved` has the new address of every planned one that an override replaced; `extra` the links
    that overrides add, by the place of the override in the intent; `built` the lengths that
    overrides give, by link.
    """

    devices: tuple[Device, ...]
    links: list[Link]
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Link] = field(default_factory=dict)
    built: dict[str, BuiltLength] = field(default_factory=dict)

    def refuse(self, path: str, what: str) -> None:
        """Add an error at a place of the intent."""
        self.problems.append(Problem(path, what))

    def svi(self, svi: Svi) -> Svi:
        """Return an SVI that relays to the DHCP servers where they are now."""
        return replace(svi, relay=tuple(self.moved.get(one, one) for one in svi.relay))


class Named:
    """Finds the links that the overrides of one list name, each of which may be named once.

    `kind` is the key of the list, `extra` the links that overrides add: what would be said of them
    belongs to their own override, `there` says how.
    """

    def __init__(
        self, kind: str, links: Iterable[Link], extra: Iterable[LinkOverride], there: str
    ) -> None:
        self._kind = kind
        self._there = there
        self._links = {link.id: link for link in links}
        self._extra = {one.id: number for number, one in enumerate(extra)}
        self._first: dict[str, int] = {}

    def link(self, number: int, name: str) -> tuple[Link | None, str]:
        """Return the link that override `number` names, or None and what is wrong with that."""
        link = self._links.get(name)
        if link is None and name in self._extra:
            there = f"{AT}.links[{self._extra[name]}]"
            return None, f"{name} is the extra link of {there}; {self._there}"
        if link is None:
            return None, f"no link {name!r} in this plan; `railwright show links` lists them"
        first = self._first.setdefault(name, number)
        if first != number:
            return None, f"{name} is overridden twice, first in {AT}.{self._kind}[{first}]"
        return link, ""


def slots_of(fabric: Fabric, role: Role) -> dict[str, Slot]:
    """Return the data ports of a switch role by name."""
    plate = fabric.faceplates[role]
    slots = (*plate.down, *plate.up, *plate.border, *plate.spares)
    return {slot.name: slot for slot in slots}


def taken_by(links: Iterable[Link]) -> dict[tuple[str, str], str]:
    """Return the ports that have a link, reserved ones included, with its id."""
    return {(end.device, end.port): link.id for link in links for end in (link.a, link.z)}


def listed(names: Sequence[str]) -> str:
    """Return the first few names for a message."""
    more = f" (and {len(names) - SHOWN} more)" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
