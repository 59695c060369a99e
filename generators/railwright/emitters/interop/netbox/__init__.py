"""Tables that NetBox's bulk import takes, from an empty NetBox up to the cables.

Columns are those that the import forms of NetBox 3.7, 4.4 and 4.6 have in common. Every table
refers to objects of the tables before it by name: sites, locations, racks, manufacturers, device
types, device roles, devices, interfaces, cables.
"""

from collections.abc import Iterator

from railwright.emitters.interop.netbox import boxes, cables, interfaces, places
from railwright.emitters.interop.wires import Wires
from railwright.files import OutputFile


def emit(wires: Wires) -> Iterator[OutputFile]:
    """Yield every table, in the order they are imported."""
    yield from places.emit(wires.plan)
    yield from boxes.emit(wires.plan)
    yield interfaces.table_of(wires)
    yield cables.table_of(wires)
