"""Spot checks of single facts, written down from sonic-buildimage 086b03bd70 (device/)."""

import pytest

from railwright.catalog import loader
from railwright.catalog.model import LosslessRow, SwitchPlatform
from railwright.catalog.ports import default_mode, find_mode, split


def _row(name: str, key: str, speed_gbps: int, length_m: int) -> LosslessRow:
    rows = loader.switch(name).buffers[key].lossless_rows
    return next(row for row in rows if row[:2] == (speed_gbps, length_m))


@pytest.mark.parametrize(
    ("name", "key", "speed_gbps", "length_m", "expected"),
    [
        ("sn5600", "t1", 400, 5, (250880, 19456, 231424, 0, None)),
        ("sn5600", "t1", 400, 40, (303104, 19456, 283648, 0, None)),
        ("sn5600", "t1", 800, 5, (304128, 38912, 257024, 0, None)),
        ("sn5600", "t1", 800, 40, (410624, 38912, 362496, 0, None)),
        ("7060x6-64pe", "p32o64", 400, 30, (8636, 0, 425958, 0, 3556)),
        ("7060x6-64pe", "p32o64", 800, 5, (8636, 0, 724662, 0, 3556)),
        ("7060x6-64pe", "p32o64", 800, 40, (8636, 0, 833536, 0, 3556)),
        ("7060x6-64pe", "o128", 400, 40, (18796, 0, 445770, 0, 3556)),
        ("dbmvtx9180", "t1", 400, 1, (1518, 0, 127360, 1, 13824)),
        ("dbmvtx9180", "t1", 400, 5, (1518, 0, 129920, 1, 13824)),
        ("dbmvtx9180", "t1", 400, 40, (1518, 0, 147072, 1, 13824)),
        ("dbmvtx9180", "t1", 800, 40, (1518, 0, 285312, 1, 13824)),
        ("dbmvtx9180", "t1", 800, 100, (1518, 0, 345984, 1, 13824)),
    ],
)
def test_headroom_row(
    name: str,
    key: str,
    speed_gbps: int,
    length_m: int,
    expected: tuple[int, int, int, int, int | None],
) -> None:
    assert _row(name, key, speed_gbps, length_m)[2:] == expected


@pytest.mark.parametrize(
    ("name", "key", "pool", "size_bytes", "xoff_bytes"),
    [
        ("sn5600", "t1", "ingress_lossless_pool", 52161690, None),
        ("sn5600", "t1", "egress_lossless_pool", 158229504, None),
        ("7060x6-64pe", "p32o64", "ingress_lossless_pool", 147226020, 38843712),
        ("7060x6-64pe", "p64", "ingress_lossless_pool", 164733224, 17962880),
        ("7060x6-64pe", "o128", "ingress_lossless_pool", 164505640, 22010624),
        ("dbmvtx9180", "t1", "ingress_lossless_pool", 159633822, 72581120),
        ("dbmvtx9180", "t1", "lossy_pool", 56012386, 0),
        ("dbmvtx9180", "t1", "egress_lossless_pool", 215646208, None),
    ],
)
def test_pool(name: str, key: str, pool: str, size_bytes: int, xoff_bytes: int | None) -> None:
    found = loader.switch(name).buffers[key].pools[pool]
    assert (found.size_bytes, found.xoff_bytes) == (size_bytes, xoff_bytes)


@pytest.mark.parametrize(
    ("name", "port", "cage", "lanes", "panel_index", "alias"),
    [
        ("sn5600", "Ethernet8", 2, "8-15", 2, "etp2"),
        ("7060x6-64pe", "Ethernet0", 1, "17-24", 1, "etp1"),
        ("7060x6-64pe", "Ethernet8", 2, "1-8", 2, "etp2"),
        ("7060x6-64pe", "Ethernet504", 64, "497-504", 64, "etp64"),
        ("dbmvtx9180", "Ethernet0", 1, "137-144", 0, "etp1"),
        ("dbmvtx9180", "Ethernet8", 2, "153-160", 1, "etp2"),
        ("dbmvtx9180", "Ethernet472", 60, "1-8", 59, "etp60"),
    ],
)
def test_cage(name: str, port: str, cage: int, lanes: str, panel_index: int, alias: str) -> None:
    assert (cage, port, lanes, panel_index, alias) in loader.switch(name).cages


def test_the_oob_switch_swaps_neighbouring_lanes() -> None:
    ports = {port.name: port for port in loader.switch("as4630-54pe").aux_ports}
    assert [ports[f"Ethernet{number}"].lanes for number in range(4)] == ["26", "25", "28", "27"]
    assert ports["Ethernet52"].lanes == "73,74,75,76"
    assert ports["Ethernet52"].speed_gbps == 100
    assert ports["Ethernet0"].autoneg == "on"


def _leaf_mix(platform: SwitchPlatform) -> dict[int, int]:
    sku = next(sku for sku in platform.skus if sku.name == platform.roles["leaf"].hwsku)
    mix: dict[int, int] = {}
    for cage in platform.cages:
        for port in split(platform, cage, default_mode(sku, cage)):
            mix[port.speed_gbps] = mix.get(port.speed_gbps, 0) + 1
    return mix


def test_only_arista_ships_the_leaf_mix_as_a_hwsku() -> None:
    assert _leaf_mix(loader.switch("7060x6-64pe")) == {800: 32, 400: 64}
    assert _leaf_mix(loader.switch("sn5600")) == {800: 64}
    assert _leaf_mix(loader.switch("dbmvtx9180")) == {800: 64}


@pytest.mark.parametrize("name", ["sn5600", "7060x6-64pe", "dbmvtx9180", "cx864e-n"])
def test_every_fabric_switch_splits_a_cage_for_two_400g_nics(name: str) -> None:
    platform = loader.switch(name)
    assert find_mode(platform, 2, 400).mode.startswith("2x400G")
    assert find_mode(platform, 1, 800).mode.startswith("1x800G")


def test_the_cx864e_n_is_the_development_board_in_all_but_name_and_says_so() -> None:
    box, board = loader.switch("cx864e-n"), loader.switch("dbmvtx9180")
    assert box.cages == board.cages
    assert [one.mode for one in box.breakouts] == [one.mode for one in board.breakouts]
    assert [sku.name for sku in box.skus] == [sku.name for sku in board.skus]
    assert box.sonic_platform == board.sonic_platform
    assert box.buffers["t1"].lossless_rows == board.buffers["t1"].lossless_rows
    assert box.buffers["t1"].pools == board.buffers["t1"].pools
    assert box.buffers["t1"].profiles == board.buffers["t1"].profiles
    assert box.buffers["t1"].assumed
    assert not board.buffers["t1"].assumed


@pytest.mark.parametrize(
    "subject", ["platform and HWSKU names", "port map", "breakout modes", "buffer pools", "image"]
)
def test_the_cx864e_n_tells_the_user_what_to_confirm(subject: str) -> None:
    texts = [text for text in loader.switch("cx864e-n").assumptions if subject in text]
    assert len(texts) == 1
    assert "confirm on hardware with '" in texts[0]


def test_headroom_borrowed_by_the_arista_spine_is_marked() -> None:
    platform = loader.switch("7060x6-64pe")
    own, lender = platform.buffers["p64"], platform.buffers["p32o64"]
    assert own.assumed
    assert set(own.lossless_rows) < set(lender.lossless_rows)
    assert any("P64" in text for text in platform.assumptions)


def test_dgx_cages_are_not_in_rail_order() -> None:
    node = loader.node("dgx-h100")
    assert node.nics[0].cage == "OSFP4P2"
    assert node.nics[0].pci == "0000:18:00.0"
    assert [nic.rdma for nic in node.nics] == [f"mlx5_{n}" for n in (0, 3, 4, 5, 6, 9, 10, 11)]
    assert [nic.numa for nic in node.nics] == [0, 0, 0, 0, 1, 1, 1, 1]
