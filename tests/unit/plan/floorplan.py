"""Floors by hand for tests: two rooms of short rows, every position with a rack."""

from railwright.catalog import loader as catalog
from railwright.plan.placement.model import FloorPlan, Place, Rack, Row

PITCH_M = 0.7
RACK = "rack-48u-3x32a"
ROWS = (("A", "hall1", 0.0), ("B", "hall1", 2.4), ("C", "hall1", 4.6), ("D", "hall2", 0.0))
GAP_M = 20.0


def placed(device: str, rack: str, bottom_u: int, height_u: int = 1) -> Place:
    """Return a place of a device that weighs and draws little."""
    return Place(
        device=device,
        rack=rack,
        bottom_u=bottom_u,
        height_u=height_u,
        power_w=100,
        weight_kg=10.0,
        first_feed=0,
        outlets=(1, 2),
        deployed=True,
    )


def floor_plan(*places: Place, positions: int = 20, cross: tuple[int, ...] = (10,)) -> FloorPlan:
    """Return rows A to C in one room and D in another, 0.7 m from rack to rack."""
    return FloorPlan(
        rows=tuple(Row(name, room, y_m, "low", positions) for name, room, y_m in ROWS),
        racks=tuple(
            Rack(
                name=f"{row}{number:02d}",
                row=row,
                room=room,
                position=number,
                x_m=number * PITCH_M,
                kind="compute",
                profile=RACK,
                pdus=(f"pdu-{row}{number:02d}",),
                deployed=True,
            )
            for row, room, _ in ROWS
            for number in range(1, positions + 1)
        ),
        places={one.device: one for one in places},
        profiles={RACK: catalog.rack(RACK)},
        geometry=catalog.geometry(),
        pitch_m=PITCH_M,
        cross_m=tuple(number * PITCH_M for number in cross),
        room_gap_m={"hall2": GAP_M},
        blocked={},
    )
