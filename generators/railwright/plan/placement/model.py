"""The floor as values: rows, racks, and the place of every device, reserved ones included."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from railwright.catalog.physical_model import Geometry, RackProfile

RackKind = Literal["compute", "network", "storage"]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of racks. `y_m` is where its racks' middle line lies, across the rows of its room.

    `front` is the side of the row the cold aisle is on: `low` towards the row before it.
    `positions` is how many rack positions it has.
    """

    name: str
    room: str
    y_m: float
    front: Literal["low", "high"]
    positions: int


@dataclass(frozen=True, slots=True)
class Rack:
    """A rack that the capacity needs: `x_m` along its row, `position` counted from 1.

    `pdus` are the names of its PDUs in the order of the feeds A, B, C, empty where the intent has
    none for it. `deployed` says whether a deployed device stands in it.
    """

    name: str
    row: str
    room: str
    position: int
    x_m: float
    kind: RackKind
    profile: str
    pdus: tuple[str, ...]
    deployed: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a device stands: its lowest rack unit (from 1, the lowest of the rack) and height.

    `power_w` is what is planned for it. Its power supplies take the feeds of the rack in turn from
    `first_feed` (from 0) on; `outlets` are the outlets of their PDUs, counted from 1. `pinned` says
    that an override put it there.
    """

    device: str
    rack: str
    bottom_u: int
    height_u: int
    power_w: int
    weight_kg: float
    first_feed: int
    outlets: tuple[int, ...]
    deployed: bool
    pinned: bool = False

    @property
    def supplies(self) -> int:
        """Return how many power supplies it has."""
        return len(self.outlets)

    @property
    def top_u(self) -> int:
        """Return the highest unit it fills, which labels name (TIA-606)."""
        return self.bottom_u + self.height_u - 1


@dataclass(frozen=True, slots=True)
class Vacated:
    """A place that was planned for a device which an override put elsewhere; nothing is there."""

    rack: str
    bottom_u: int
    height_u: int
    device: str


@dataclass(frozen=True)
class FloorPlan:
    """Rows, racks and places; `places` has every device that has a size, PDUs not among them.

    `geometry` has the intent's own distances where it gives some; racks stand `pitch_m` apart.
    `cross_m` are the x of the trays across rows, `room_gap_m` the tray between the first row of a
    room and the last one of the room before. `blocked` says why a position has no rack,
    `vacated` which places overrides left empty. Names and places are functions of the capacity.
    """

    rows: tuple[Row, ...]
    racks: tuple[Rack, ...]
    places: Mapping[str, Place]
    profiles: Mapping[str, RackProfile]
    geometry: Geometry
    pitch_m: float
    cross_m: tuple[float, ...]
    room_gap_m: Mapping[str, float]
    blocked: Mapping[str, str]
    vacated: tuple[Vacated, ...] = ()

    @cached_property
    def rack(self) -> Mapping[str, Rack]:
        """Return the racks by name."""
        return {one.name: one for one in self.racks}

    @cached_property
    def row(self) -> Mapping[str, Row]:
        """Return the rows by name."""
        return {one.name: one for one in self.rows}

    @cached_property
    def in_rack(self) -> Mapping[str, tuple[Place, ...]]:
        """Return what stands in every rack, from the lowest unit up."""
        found: dict[str, list[Place]] = {one.name: [] for one in self.racks}
        for place in self.places.values():
            found[place.rack].append(place)
        return {
            name: tuple(sorted(places, key=lambda one: one.bottom_u))
            for name, places in found.items()
        }

    @cached_property
    def rack_of_pdu(self) -> Mapping[str, str]:
        """Return the rack that every PDU hangs in."""
        return {pdu: rack.name for rack in self.racks for pdu in rack.pdus}

    def profile_of(self, rack: str) -> RackProfile:
        """Return the profile of a rack. Raises: KeyError for an unknown one."""
        return self.profiles[self.rack[rack].profile]
