"""The colour of a cable or a device, with the letters that say it without the colour.

The letters are the phrases `chip_...` of `words/common.yml`.
"""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from railwright.catalog import loader as catalog
from railwright.plan.cables.model import Cable
from railwright.plan.cables.waves import rail_of
from railwright.plan.members import Member


class Swatch(NamedTuple):
    """Letters on a colour written `#rrggbb`; `meaning` is the key of a phrase, `rail` its number.

    `rail` is None for what is no rail's: a cable between switches has none, though its switch may.
    """

    letters: str
    colour: str
    meaning: str
    rail: int | None


def of_cable(cable: Cable, words: Mapping[str, str]) -> Swatch:
    """Return the swatch of a cable: its rail's number and plane, else its network in letters.

    A splitter of several rails has the number of the one it is pulled with, and a `+`.
    """
    colour = _rails().get(cable.colour)
    rail = rail_of(cable.wave) if colour else None
    if rail is not None and colour:
        more, meaning = ("", "means_rail") if cable.rail is not None else ("+", "means_rails")
        plane = "" if cable.plane is None else f"·P{cable.plane}"
        return Swatch(f"R{rail}{more}{plane}", colour, meaning, rail)
    return _of_network(cable.network, words)


def of_device(member: Member, words: Mapping[str, str]) -> Swatch:
    """Return the swatch of a device in its rack: the rail of a leaf, the network, or the role."""
    if member.network is None:
        key = member.role
        return Swatch(words[f"chip_{key}"], catalog.palette().servers[key], f"role_{key}", None)
    if member.role == "leaf" and member.rail is not None:
        colours = catalog.palette().rails
        colour = colours[member.rail % len(colours)].hex
        return Swatch(f"R{member.rail}", colour, "means_rail_leaf", member.rail)
    return _of_network(member.network, words)


def _of_network(network: str, words: Mapping[str, str]) -> Swatch:
    if network == "compute":
        return Swatch(words["chip_fabric"], _networks()["fabric"], "means_fabric", None)
    return Swatch(words[f"chip_{network}"], _networks()[network], network, None)


@cache
def _rails() -> Mapping[str, str]:
    """Return the colours of rails by their names."""
    return {one.name: one.hex for one in catalog.palette().rails}


@cache
def _networks() -> Mapping[str, str]:
    return {name: one.hex for name, one in catalog.palette().networks.items()}
