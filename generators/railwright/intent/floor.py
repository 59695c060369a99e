"""The floor: rooms, rows, racks, trays and who is placed by hand."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from railwright.intent.types import CatalogName, Hostname, IntentModel, Said
from railwright.intent.written import shown

MOST_ROWS = 500
MOST_RACKS = 200  # of one row
_RACK = re.compile(r"[A-Z]{1,2}[0-9]{2,3}")


def _rack(value: str) -> str:
    if not _RACK.fullmatch(value):
        raise ValueError(f"must be a rack position such as A07, got {shown(value)}")
    return value


RackName = Annotated[
    str,
    AfterValidator(_rack),
    Field(json_schema_extra={"pattern": f"^{_RACK.pattern}$"}),
]
Metres = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]


class Room(IntentModel):
    """A room with some of the rows."""

    name: Annotated[Hostname, Field(description="Its name.", examples=["hall2"])]
    rows: Annotated[int, Field(ge=1, le=MOST_ROWS, description="Rows in it.")]
    tray_m: Annotated[
        Metres | None,
        Field(
            description="Tray between its first row and the last row of the room before, at the "
            "first cross tray; needed for every room but the first."
        ),
    ] = None


class Blocked(IntentModel):
    """A position where no rack can stand: a pillar, a cooling unit, a doorway."""

    rack: Annotated[RackName, Field(description="The position.", examples=["A07"])]
    reason: Annotated[Said, Field(description="Why; shown on the floor plan.")]


class Floor(IntentModel):
    """Where the racks stand. Rows are named A, B, ... and positions in a row counted from 1.

    Racks follow from the capacity: those of nodes in order, the racks of switches in the middle of
    each row, those of storage servers at the ends.
    """

    rows: Annotated[
        int | None,
        Field(ge=1, le=MOST_ROWS, description="Rows, if all are in one room.", examples=[4]),
    ] = None
    rooms: Annotated[
        tuple[Room, ...],
        Field(max_length=50, strict=False, description="Rooms in order, in place of `rows`."),
    ] = ()
    racks_per_row: Annotated[
        int | None,
        Field(
            ge=1,
            le=MOST_RACKS,
            description="Positions in each row. Default: as many as the capacity needs.",
        ),
    ] = None
    rack: Annotated[
        CatalogName, Field(description="Rack profile of nodes and storage, a catalog name.")
    ] = "rack-48u-3x32a"
    network_rack: Annotated[
        CatalogName | None,
        Field(description="Rack profile of switches, a catalog name. Default: as `rack`."),
    ] = None
    nodes_per_rack: Annotated[
        int | None,
        Field(
            ge=1,
            le=48,
            description="GPU nodes of one rack at most. Default: as many as units, power, weight "
            "and outlets allow.",
        ),
    ] = None
    node_power_w: Annotated[
        int | None,
        Field(
            ge=1,
            le=200_000,
            description="Power that is planned per GPU node. Default: the most it can draw.",
        ),
    ] = None
    gap_u: Annotated[
        int,
        Field(ge=0, le=4, description="Rack units left free above each switch, for its cables."),
    ] = 1
    first_u: Annotated[
        int, Field(ge=1, le=20, description="Lowest rack unit that is used; 1 is the lowest.")
    ] = 1
    rack_pitch_m: Annotated[
        Annotated[float, Field(gt=0, le=5)] | None,
        Field(description="Distance between two positions. Default: the width of a rack."),
    ] = None
    cold_aisle_m: Annotated[
        Annotated[float, Field(gt=0, le=20)] | None,
        Field(description="Width of cold aisles. Default: the catalog's."),
    ] = None
    hot_aisle_m: Annotated[
        Annotated[float, Field(gt=0, le=20)] | None,
        Field(description="Width of hot aisles. Default: the catalog's."),
    ] = None
    first_aisle: Annotated[
        Literal["cold", "hot"],
        Field(description="The aisle between the first two rows of a room; they alternate."),
    ] = "cold"
    tray_height_m: Annotated[
        Annotated[float, Field(gt=0, le=20)] | None,
        Field(description="Height of the cable trays. Default: the catalog's."),
    ] = None
    cross_trays: Annotated[
        tuple[Annotated[int, Field(ge=1, le=MOST_RACKS)], ...],
        Field(
            max_length=50,
            strict=False,
            description="Positions above which trays cross all rows of a room. Default: above the "
            "middle of the rows.",
        ),
    ] = ()
    blocked: Annotated[
        tuple[Blocked, ...],
        Field(max_length=1000, strict=False, description="Positions without a rack."),
    ] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.rows is None) == (not self.rooms):
            given = "neither is" if self.rows is None else "both are"
            raise ValueError(f"rows or rooms must be given, {given}; `rows: 4` is enough")
        return self

    @model_validator(mode="after")
    def _joined(self) -> Self:
        for number, room in enumerate(self.rooms):
            if number and room.tray_m is None:
                raise ValueError(
                    f"rooms[{number}] ({room.name}) has no tray_m: the metres of tray from the "
                    f"last row of {self.rooms[number - 1].name} to its first row"
                )
        names = [room.name for room in self.rooms]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"two rooms are called {shown(twice)}; give them different names")
        return self

    @property
    def all_rooms(self) -> tuple[Room, ...]:
        """Return the rooms; one called `room1` where only a number of rows is given."""
        return self.rooms or (Room(name="room1", rows=self.rows or 1),)

    @property
    def row_count(self) -> int:
        """Return the rows of all rooms."""
        return sum(room.rows for room in self.all_rooms)
