"""Spot checks of single facts, written down from sonic-buildimage 086b03bd70 (device/)."""

from collections import Counter

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
        ("sn4600", "t1", 200, 5, (55296, 19456, 35840, 0, None)),
        ("sn4600", "t1", 200, 40, (74752, 19456, 55296, 0, None)),
        ("sn4700", "t1", 400, 5, (86016, 37888, 38912, 0, None)),
        ("sn4700", "t1", 400, 40, (124928, 37888, 77824, 0, None)),
        ("sn5400", "t1", 400, 40, (303104, 19456, 283648, 0, None)),
        ("sn3700c", "t1", 100, 40, (63488, 19456, 44032, 0, None)),
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
        ("sn4600", "t1", "ingress_lossless_pool", 20627456, None),
        ("sn4700", "t1", "egress_lossless_pool", 60817392, None),
        ("sn3700c", "t1", "egress_lossless_pool", 34287552, None),
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
        ("sn4600", "Ethernet4", 2, "8-11", 2, "etp2"),
        ("sn4600", "Ethernet252", 64, "504-507", 64, "etp64"),
        ("sn4700", "Ethernet248", 32, "248-255", 32, "etp32"),
        ("sn5400", "Ethernet504", 64, "504-511", 64, "etp64"),
        ("sn3700c", "Ethernet124", 32, "124-127", 32, "etp32"),
    ],
)
def test_cage(name: str, port: str, cage: int, lanes: str, panel_index: int, alias: str) -> None:
    assert (cage, port, lanes, panel_index, alias) in loader.switch(name).cages


def test_the_1g_access_switch_swaps_neighbouring_lanes() -> None:
    ports = {port.name: port for port in loader.switch("as4630-54pe").aux_ports}
    assert [ports[f"Ethernet{number}"].lanes for number in range(4)] == ["26", "25", "28", "27"]
    assert ports["Ethernet52"].lanes == "73,74,75,76"
    assert ports["Ethernet52"].speed_gbps == 100
    assert ports["Ethernet0"].autoneg == "on"


@pytest.mark.parametrize(
    ("name", "speeds"),
    [
        ("as4630-54pe", {1: 48, 25: 4, 100: 2}),
        ("as7326-56x", {25: 48, 100: 8}),
        ("sn3420", {25: 48, 100: 12}),
        ("sn5400", {25: 2}),
    ],
)
def test_fixed_ports(name: str, speeds: dict[int, int]) -> None:
    assert Counter(port.speed_gbps for port in loader.switch(name).aux_ports) == speeds


@pytest.mark.parametrize(
    ("name", "port", "expected"),
    [
        ("as7326-56x", "Ethernet0", ("3", 1, "twentyfiveGigE1", 25, None, ())),
        ("as7326-56x", "Ethernet19", ("36", 20, "twentyfiveGigE20", 25, None, ())),
        ("as7326-56x", "Ethernet52", ("85,86,87,88", 50, "hundredGigE50", 100, None, ())),
        ("sn3420", "Ethernet0", ("0", 1, "etp1", 25, None, (10, 1))),
        ("sn3420", "Ethernet188", ("188", 48, "etp48", 25, None, (10, 1))),
    ],
)
def test_fixed_port(name: str, port: str, expected: tuple[object, ...]) -> None:
    (found,) = [one for one in loader.switch(name).aux_ports if one.name == port]
    assert found[1:] == expected


def test_the_broadcom_access_switch_says_that_four_ports_change_speed_together() -> None:
    assumptions = loader.switch("as7326-56x").assumptions
    assert any("group of four lanes" in text for text in assumptions)


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


@pytest.mark.parametrize(
    ("name", "cages", "splits"),
    [
        ("sn4600", 64, [(1, 200), (2, 100)]),
        ("sn4700", 32, [(1, 400), (2, 200), (4, 100)]),
        ("sn5400", 64, [(1, 400), (2, 200), (4, 100)]),
        ("sn3700c", 32, [(1, 100), (2, 50), (4, 25)]),
    ],
)
def test_breakouts(name: str, cages: int, splits: list[tuple[int, int]]) -> None:
    platform = loader.switch(name)
    assert len(platform.cages) == cages
    assert [(one.ports, one.speed_gbps) for one in platform.breakouts] == splits
    assert _leaf_mix(platform) == {splits[0][1]: cages}
    assert platform.roles["spine"].hwsku == platform.roles["leaf"].hwsku


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


def test_the_arista_spine_has_the_hwsku_whose_table_goes_beyond_5_m() -> None:
    platform = loader.switch("7060x6-64pe")
    by_sku = {sku.name: platform.buffers[sku.buffers or ""] for sku in platform.skus}
    lengths = {
        name.rpartition("-")[2]: [row.length_m for row in one.lossless_rows if row[0] == 800]
        for name, one in by_sku.items()
    }
    assert lengths == {"P32O64": [5, 40, 300], "P64": [5], "O128": []}
    assert platform.roles["spine"].hwsku.endswith("-P32O64")
    assert not any(one.assumed for one in by_sku.values())
    assert any("spines run HWSKU P32O64" in text for text in platform.assumptions)


@pytest.mark.parametrize("name", loader.switch_names())
def test_what_chips_do_with_queues_and_with_ports_that_are_down(name: str) -> None:
    platform = loader.switch(name)
    features, vendor = platform.features, platform.asic.vendor
    assert features.reclaims_when_down == (vendor == "mellanox")
    assert features.stock_queues == (8 if vendor == "marvell-teralynx" else 7)
    assert not (platform.dynamic and platform.dynamic.keeps_descriptors)


def test_dgx_cages_are_not_in_rail_order() -> None:
    node = loader.node("dgx-h100")
    assert node.nics[0].cage == "OSFP4P2"
    assert node.nics[0].pci == "0000:18:00.0"
    assert [nic.rdma for nic in node.nics] == [f"mlx5_{n}" for n in (0, 3, 4, 5, 6, 9, 10, 11)]
    assert [nic.numa for nic in node.nics] == [0, 0, 0, 0, 1, 1, 1, 1]


def test_dgx_front_end_is_the_second_port_of_slots_2_and_1() -> None:
    node = loader.node("dgx-h100")
    assert [(port.pci, port.rdma, port.cage) for port in node.frontend] == [
        ("0000:29:00.1", "mlx5_2", "SLOT2P2"),
        ("0000:aa:00.1", "mlx5_8", "SLOT1P2"),
    ]
    assert all(200 in port.speeds_gbps for port in node.frontend)
    assert node.inband
    assert (node.inband.cage, node.inband.speeds_gbps[0]) == ("SLOT3P1", 100)
    assert node.bmc_speed_gbps == 1


@pytest.mark.parametrize(
    ("name", "gpus", "rails", "planes", "speed_gbps"),
    [
        ("dgx-h100", 8, 8, 1, 400),
        ("hgx-h100", 8, 8, 1, 400),
        ("hgx-h100-4nic", 8, 4, 1, 400),
        ("hgx-h100-2x200g", 8, 8, 2, 200),
        ("hgx-b300", 8, 8, 2, 400),
        ("oci-h100", 8, 8, 2, 200),
    ],
)
def test_gpu_nodes(name: str, gpus: int, rails: int, planes: int, speed_gbps: int) -> None:
    node = loader.node(name)
    assert (node.gpus, len(node.nics), node.planes) == (gpus, rails, planes)
    assert {nic.speed_gbps for nic in node.nics} == {speed_gbps}


def test_two_gpus_share_each_of_four_nics() -> None:
    assert [nic.gpu for nic in loader.node("hgx-h100-4nic").nics] == [0, 2, 4, 6]


@pytest.mark.parametrize("name", ["storage-server", "management-server"])
def test_servers_have_2x200g_and_25g_in_band(name: str) -> None:
    node = loader.node(name)
    assert [port.speeds_gbps[0] for port in node.frontend] == [200, 200]
    assert node.inband
    assert node.inband.speeds_gbps == (25, 10)
