"""What a rack carries: every limit refuses by itself, and says so with its numbers."""

import pytest

from railwright.catalog import loader as catalog
from railwright.catalog.physical_model import RackProfile
from railwright.plan.placement.load import Box, Load, draws_w, excess_of, on_feeds

RACK = catalog.rack("rack-48u-3x32a")


def box(**changes: float) -> Box:
    """Return a DGX H100 with changes."""
    given = {"height_u": 8, "power_w": 10_200, "weight_kg": 130.45, "supplies": 6, "needed": 4}
    return Box(name="box", role="gpu_node", platform="p", deployed=True, **(given | changes))  # type: ignore[arg-type]


def rack(**changes: int) -> RackProfile:
    """Return the default rack with changes of it or of its PDUs."""
    names = {"usable_w", "outlets"}
    pdu = {key: changes.pop(key) for key in tuple(changes) if key in names}
    return RACK.model_copy(update={**changes, "pdu": RACK.pdu.model_copy(update=pdu)})


@pytest.mark.parametrize(
    ("rack_w", "nodes"), [(20_000, 1), (30_000, 2), (40_000, 3), (40_800, 4), (50_000, 4)]
)
def test_nodes_per_rack_by_power(rack_w: int, nodes: int) -> None:
    """Two feeds that each carry the rack alone: as many DGX H100 as its power has room for."""
    profile = rack(feeds=2, usable_w=rack_w)
    assert excess_of(profile, [box()] * nodes) is None
    assert excess_of(profile, [box()] * (nodes + 1)) is not None


def test_the_default_rack_carries_four_with_one_feed_lost() -> None:
    assert excess_of(RACK, [box()] * 4) is None
    assert excess_of(RACK, [box(power_w=11_000)] * 4) == (
        "with one of 3 feeds lost feed B carries 22.0 kW of 21.9 kW"
    )


def test_every_limit_is_named_with_its_numbers() -> None:
    assert excess_of(RACK, [box()] * 4, first_u=18) == (
        "they would fill units 18 to 49, the rack has 48"
    )
    assert excess_of(rack(max_load_kg=500), [box()] * 4) == (
        "together they weigh 522 kg, the rack bears 500 kg"
    )
    assert excess_of(rack(outlets=7), [box()] * 4) == "feed A needs 8 outlets, its PDU has 7"
    assert excess_of(rack(feeds=1, usable_w=10_000), [box()]) == (
        "with all feeds feed A carries 10.2 kW of 10.0 kW"
    )


def test_a_box_fits_exactly_while_no_limit_is_passed() -> None:
    for profile in (rack(max_load_kg=500), rack(outlets=7), rack(usable_w=16_000)):
        load = Load(profile)
        for _ in range(3):
            assert load.fits(box())
            load.add(box())
        assert not load.fits(box())
        assert load.excess() is None
        load.add(box())
        assert load.excess() is not None


def test_supplies_take_the_feeds_in_turn() -> None:
    assert on_feeds(6, 3, 0) == (2, 2, 2)
    assert on_feeds(2, 3, 2) == (1, 0, 1)
    assert on_feeds(1, 2, 1) == (0, 1)


def test_what_is_left_of_the_supplies_shares_the_load() -> None:
    assert draws_w(900, 2, 3, 0) == (
        (0, 900, 0),
        (900, 0, 0),
        (450, 450, 0),
        (450, 450, 0),
    )
    assert draws_w(900, 1, 2, 0) == ((0, 0), (900, 0), (900, 0)), "dark with its only feed"


def test_the_next_box_begins_at_the_feed_after_the_last_and_takes_free_outlets() -> None:
    load = Load(RACK)
    small = box(supplies=2)
    assert load.add(small) == (0, (1, 1))
    assert load.add(small) == (2, (1, 2))
    assert load.add(small) == (1, (2, 2))
    assert load.add(small) == (0, (3, 3))
