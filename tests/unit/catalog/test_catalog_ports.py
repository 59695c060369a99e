"""Lanes, splits and default breakouts; expected values from the platforms' own files."""

import pytest

from railwright.catalog import loader
from railwright.catalog.loader import CatalogDataError
from railwright.catalog.model import Cage, Sku, SwitchPlatform
from railwright.catalog.ports import (
    SplitPort,
    UnknownBreakoutError,
    cage_lanes,
    default_mode,
    find_mode,
    lane_counts,
    numbers,
    speeds,
    split,
)


def _cage(platform: SwitchPlatform, number: int) -> Cage:
    return platform.cages[number - 1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3", (3,)), ("1-4,7", (1, 2, 3, 4, 7)), ("73,74, 75", (73, 74, 75)), ("0-1", (0, 1))],
)
def test_numbers(text: str, expected: tuple[int, ...]) -> None:
    assert numbers(text) == expected


@pytest.mark.parametrize("text", ["", "4-1", "a", "1-", "-1", "1,,2", "1-2-3"])
def test_numbers_refuses_what_is_no_list(text: str) -> None:
    with pytest.raises(CatalogDataError, match="is not a list of numbers"):
        numbers(text)


def test_cage_lanes_come_from_the_data_not_from_the_cage_number() -> None:
    assert cage_lanes(_cage(loader.switch("7060x6-64pe"), 1)) == tuple(range(17, 25))
    assert cage_lanes(_cage(loader.switch("sn5600"), 1)) == tuple(range(8))


def test_an_unsplit_cage_is_one_port_without_subport() -> None:
    platform = loader.switch("dbmvtx9180")
    assert split(platform, _cage(platform, 2), "1x800G[400G,200G]") == (
        SplitPort("Ethernet8", "etp2", tuple(range(153, 161)), 0, 800),
    )


def test_two_ports_share_the_lanes_in_order() -> None:
    # Arista-7060X6-64PE-B-P32O64/port_config.ini, last cage
    platform = loader.switch("7060x6-64pe")
    assert split(platform, _cage(platform, 64), "2x400G") == (
        SplitPort("Ethernet504", "etp64a", (497, 498, 499, 500), 1, 400),
        SplitPort("Ethernet508", "etp64b", (501, 502, 503, 504), 2, 400),
    )


def test_four_ports_are_two_lanes_apart() -> None:
    platform = loader.switch("sn5600")
    ports = split(platform, _cage(platform, 2), "4x200G[100G,50G,25G,10G]")
    assert [port.name for port in ports] == ["Ethernet8", "Ethernet10", "Ethernet12", "Ethernet14"]
    assert [port.alias for port in ports] == ["etp2a", "etp2b", "etp2c", "etp2d"]
    assert [port.lanes for port in ports] == [(8, 9), (10, 11), (12, 13), (14, 15)]
    assert [port.subport for port in ports] == [1, 2, 3, 4]


def test_one_port_of_lower_speed_still_takes_all_lanes() -> None:
    platform = loader.switch("7060x6-64pe")
    (port,) = split(platform, _cage(platform, 1), "1x400G")
    assert port == SplitPort("Ethernet0", "etp1", tuple(range(17, 25)), 0, 400)


def test_find_mode_goes_by_ports_and_default_speed() -> None:
    assert find_mode(loader.switch("dbmvtx9180"), 2, 400).mode == "2x400G[200G,100G]"
    assert find_mode(loader.switch("7060x6-64pe"), 1, 400).mode == "1x400G"
    assert find_mode(loader.switch("7060x6-64pe"), 1, 800).mode == "1x800G[400G]"


def test_an_impossible_breakout_lists_the_possible_ones() -> None:
    platform = loader.switch("7060x6-64pe")
    with pytest.raises(UnknownBreakoutError) as caught:
        find_mode(platform, 16, 50)
    assert str(caught.value) == (
        "7060x6-64pe cannot split a cage as '16x50G'; its breakouts are "
        "1x800G[400G], 1x400G, 2x400G, 4x200G, 8x100G"
    )
    with pytest.raises(UnknownBreakoutError, match="cannot split a cage as '2x400G\\[200G\\]'"):
        split(platform, _cage(platform, 1), "2x400G[200G]")


def test_a_platform_without_cages_has_no_breakouts() -> None:
    with pytest.raises(UnknownBreakoutError, match="its breakouts are none"):
        find_mode(loader.switch("as4630-54pe"), 1, 1)


def test_default_mode_follows_the_ranges_of_the_hwsku() -> None:
    platform = loader.switch("7060x6-64pe")
    sku = next(one for one in platform.skus if one.name.endswith("P32O64"))
    modes = [default_mode(sku, _cage(platform, number)) for number in (1, 32, 33, 64)]
    assert modes == ["1x800G[400G]", "1x800G[400G]", "2x400G", "2x400G"]


def test_a_cage_the_hwsku_forgets_is_an_error() -> None:
    sku = Sku(name="Half", cages={"1-32": "2x400G"}, source="test")
    with pytest.raises(CatalogDataError, match="HWSKU Half has no default breakout for cage 33"):
        default_mode(sku, _cage(loader.switch("sn5600"), 33))


@pytest.mark.parametrize(
    ("name", "speed_gbps", "usual", "possible"),
    [
        ("sn5600", 800, (8,), (8,)),
        ("sn5600", 400, (4,), (4, 8)),
        ("sn5600", 100, (), (2, 4, 8)),
        ("7060x6-64pe", 400, (4, 8), (4, 8)),
        ("as4630-54pe", 1, (1,), (1,)),
        ("sn5600", 123, (), ()),
        ("vs", 100, (), ()),
    ],
)
def test_lanes_by_speed(
    name: str, speed_gbps: int, usual: tuple[int, ...], possible: tuple[int, ...]
) -> None:
    platform = loader.switch(name)
    assert lane_counts(platform, speed_gbps) == usual
    assert lane_counts(platform, speed_gbps, lowered=True) == possible


@pytest.mark.parametrize("name", [name for name in loader.switch_names() if name != "vs"])
def test_every_speed_of_a_platform_has_lanes(name: str) -> None:
    platform = loader.switch(name)
    found = speeds(platform)
    assert found == tuple(sorted(set(found)))
    assert {one.speed_gbps for one in platform.breakouts} <= set(found)
    assert all(lane_counts(platform, one, lowered=True) for one in found)
