"""Cables: one per link, as one interface of NetBox holds one cable only.

Where several jumpers serve one port they are one cable here and its label has all their ids; a
splitter is one cable here per link, each with the splitter's id.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from railwright.catalog import loader as catalog
from railwright.emitters.interop import table
from railwright.emitters.interop.reasons import held
from railwright.emitters.interop.table import Cell
from railwright.emitters.interop.wires import Wire, Wires
from railwright.files import OutputFile
from railwright.plan.cables.labels import AND
from railwright.units import Medium

NAME: Final = "netbox-cables.csv"
COLUMNS = (
    *("side_a_device", "side_a_type", "side_a_name"),
    *("side_b_device", "side_b_type", "side_b_name"),
    *("type", "status", "label", "color", "length", "length_unit", "description"),
)
LABEL_CHARS = 100
"""The longest label of a cable that NetBox takes."""
_INTERFACE = "dcim.interface"
TYPES: Mapping[Medium, str] = {
    "MMF": "mmf",
    "SMF": "smf",
    "CAT6A": "cat6a",
    "DAC": "dac-passive",
    "ACC": "dac-active",
    "AEC": "dac-active",
    "AOC": "aoc",
}
"""NetBox's types of cables. Source: CableTypeChoices of NetBox 3.6 to 4.6."""


def table_of(wires: Wires) -> OutputFile:
    """Return `netbox-cables.csv`."""
    return table.file(NAME, COLUMNS, _rows(wires))


def label_of(ids: Sequence[str]) -> str:
    """Return the label of a cable: all ids, or first and last where they would be too long."""
    whole = AND.join(ids)
    return whole if len(whole) <= LABEL_CHARS else f"{ids[0]} .. {ids[-1]}"


def _rows(wires: Wires) -> Iterator[tuple[Cell, ...]]:
    palette = catalog.palette()
    colours = {one.name: one.hex.removeprefix("#") for one in palette.rails}
    colours |= {one.name: one.hex.removeprefix("#") for one in palette.networks.values()}
    for wire in held(wires, NAME):
        a, z = wire.link.a, wire.link.z
        yield (
            *(a.device, _INTERFACE, a.port, z.device, _INTERFACE, z.port),
            *_attributes(wire, colours),
        )


def _attributes(wire: Wire, colours: Mapping[str, str]) -> tuple[Cell, ...]:
    first = wire.cables[0]
    said = (first.part, f"wave {first.wave}", f"bundle {first.bundle}")
    return (
        TYPES[first.medium] if first.medium else None,
        "connected" if wire.done else "planned",
        label_of(wire.ids),
        colours[first.colour],
        first.length_m,
        "m",
        ", ".join(one for one in said if one),
    )
