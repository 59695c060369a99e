"""Links that end on another port of their switch than the planned one.

All of them leave their planned ports before any arrives, so that links may swap ports or go round
in a circle, whatever the order of the list. Addresses, sessions and ids stay with the links.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from railwright.intent.overrides import Overrides
from railwright.plan.fabric import Fabric
from railwright.plan.model import Link, LinkEnd
from railwright.plan.overrides.model import (
    AT,
    Named,
    Overridden,
    listed,
    slots_of,
    taken_by,
)
from railwright.plan.ports import Slot
from railwright.plan.shape import Network

_Ports = Mapping[tuple[str, str], str]
"""What is at the ports of switches, in words."""


@dataclass(frozen=True, slots=True)
class _Move:
    """A link that leaves its planned port; `slots` are the ports of its switch by name."""

    path: str
    link: Link
    port: str
    slots: Mapping[str, Slot]

    @property
    def left(self) -> tuple[str, str]:
        """Return the port it leaves."""
        return self.link.z.device, self.link.z.port

    @property
    def taken(self) -> tuple[str, str]:
        """Return the port it takes."""
        return self.link.z.device, self.port


def apply(overrides: Overrides, found: Overridden, fabrics: Mapping[Network, Fabric]) -> None:
    """Move the upper ends of links to the ports that were chosen."""
    moves = list(_moves(overrides, found, fabrics))
    left = {one.left for one in moves}
    stay = {port: owner for port, owner in taken_by(found.links).items() if port not in left}
    arrived: dict[tuple[str, str], str] = {}
    new: dict[str, LinkEnd] = {}
    unfit: list[tuple[_Move, str]] = []
    for move in moves:
        if what := _unfit(move, stay, arrived):
            unfit.append((move, what))
            continue
        arrived[move.taken] = f"{move.link.id}, which {move.path} puts there"
        new[move.link.id] = LinkEnd(move.link.z.device, move.port, move.link.z.address)
    used = {*stay, *arrived, *(one.left for one, _ in unfit)}
    for move, what in unfit:
        found.refuse(f"{move.path}.port", f"{what}; {_choice(move, used)}")
    found.links = [
        replace(link, z=end) if (end := new.get(link.id)) else link for link in found.links
    ]


def _moves(
    overrides: Overrides, found: Overridden, fabrics: Mapping[Network, Fabric]
) -> Iterator[_Move]:
    """Yield the overrides that move a link of a switch; of the others say what is wrong."""
    by_name = {device.name: device for device in found.devices}
    named = Named("ports", found.links, overrides.links, "choose its ports there")
    for number, override in enumerate(overrides.ports):
        path = f"{AT}.ports[{number}]"
        link, what = named.link(number, override.link)
        if link is None:
            found.refuse(f"{path}.link", what)
            continue
        switch = link.z.device
        device = by_name.get(switch)
        if link.kind == "border":
            found.refuse(
                f"{path}.link", f"{switch} is a router outside this plan; choose its port there"
            )
        elif device is None or device.network is None:
            found.refuse(
                f"{path}.link",
                f"{switch} is not deployed, so its ports cannot be chosen yet",
            )
        elif override.port == link.z.port:
            found.refuse(
                f"{path}.port",
                f"{switch} {override.port} is what the plan gives {link.id} anyway; remove the "
                "override",
            )
        else:
            slots = slots_of(fabrics[device.network], device.role)
            yield _Move(path, link, override.port, slots)


def _unfit(move: _Move, stay: _Ports, arrived: _Ports) -> str:
    """Return why a link cannot end on a port, nothing when it can."""
    switch, port = move.taken
    slot, speed_gbps = move.slots.get(port), move.slots[move.link.z.port].speed_gbps
    if slot is None:
        return f"{switch} has no port {port!r}"
    if slot.speed_gbps != speed_gbps:
        return f"{switch} {port} is {slot.speed_gbps}G, not {speed_gbps}G"
    if owner := stay.get(move.taken):
        return (
            f"{switch} {port} is the port of {owner}, which stays there; an override that moves "
            f"{owner} would free it"
        )
    if owner := arrived.get(move.taken):
        return f"{switch} {port} is the port of {owner}"
    return ""


def _choice(move: _Move, used: Collection[tuple[str, str]]) -> str:
    """Return which ports a link could end on instead."""
    switch, planned = move.left
    speed_gbps = move.slots[planned].speed_gbps
    spare = [
        name
        for name, one in move.slots.items()
        if one.speed_gbps == speed_gbps and (switch, name) not in used
    ]
    if not spare:
        return f"no port of {speed_gbps}G is spare there: remove the override"
    return f"choose a spare one of {speed_gbps}G: {listed(spare)}"
