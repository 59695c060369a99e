"""Factory files against the catalog's facts and the formats real boxes ship."""

import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

import pytest
import yaml

from railwright.catalog import loader
from railwright.catalog.model import Buffers, LosslessRow, Sku, SwitchPlatform
from railwright.lab import factory
from railwright.lab.network import mac
from railwright.plan.model import Plan

CASES = [
    pytest.param(name, sku.name, id=f"{name}-{sku.name}")
    for name in loader.switch_names()
    for sku in loader.switch(name).skus
]


def both(name: str, hwsku: str) -> tuple[SwitchPlatform, Sku]:
    platform = loader.switch(name)
    return platform, next(sku for sku in platform.skus if sku.name == hwsku)


@pytest.fixture(scope="module")
def leaf_files(tiny: Plan) -> Mapping[str, bytes]:
    return {file.path: file.content for file in factory.files(tiny, tiny.device["su1-rail0-leaf"])}


def test_the_files_a_push_reads_are_there(leaf_files: Mapping[str, bytes]) -> None:
    folder = "usr/share/sonic/device/x86_64-nvidia_sn5600-r0"
    assert set(leaf_files) == {
        "etc/sonic/config_db.json",
        "etc/sonic/sonic_version.yml",
        f"{folder}/ACS-SN5600/hwsku.json",
        f"{folder}/ACS-SN5600/pg_profile_lookup.ini",
        f"{folder}/ACS-SN5600/port_config.ini",
        f"{folder}/default_sku",
        f"{folder}/platform.json",
    }
    assert not [path for path in leaf_files if ".." in PurePosixPath(path).parts]


def test_the_version_file(leaf_files: Mapping[str, bytes]) -> None:
    version = yaml.safe_load(leaf_files["etc/sonic/sonic_version.yml"])
    assert version["build_version"] == "SONiC-OS-202505.lab0"
    assert version["asic_type"] == "mellanox"


def test_the_first_configuration_names_box_and_management(
    tiny: Plan, leaf_files: Mapping[str, bytes]
) -> None:
    config = json.loads(leaf_files["etc/sonic/config_db.json"])
    assert config["DEVICE_METADATA"]["localhost"] == {
        "hostname": "sonic",
        "hwsku": "ACS-SN5600",
        "mac": mac("su1-rail0-leaf"),
        "platform": "x86_64-nvidia_sn5600-r0",
    }
    management = tiny.device["su1-rail0-leaf"].management
    assert config["MGMT_INTERFACE"] == {
        f"eth0|{management.address}/24": {"gwaddr": management.gateway}
    }


@pytest.mark.parametrize(("name", "hwsku"), CASES)
def test_ports_agree_in_every_file(tiny: Plan, name: str, hwsku: str) -> None:
    platform, sku = both(name, hwsku)
    config = factory.config_db(platform, sku, tiny.switches[0])
    rows = [line.split() for line in factory.port_config_ini(platform, sku).splitlines()[1:]]
    ini = {row[0]: row[1:] for row in rows}
    assert ini == {
        port: [row["lanes"], row["alias"], row["index"], row["speed"]]
        for port, row in config["PORT"].items()
    }
    lanes = [lane for row in ini.values() for lane in row[0].split(",")]
    assert lanes
    assert len(lanes) == len(set(lanes))


@pytest.mark.parametrize(("name", "hwsku"), CASES)
def test_default_breakouts_are_ones_the_platform_offers(name: str, hwsku: str) -> None:
    platform, sku = both(name, hwsku)
    offered = factory.platform_json(platform)["interfaces"]
    chosen = factory.hwsku_json(platform, sku)["interfaces"]
    assert set(chosen) == set(offered)
    for port, row in chosen.items():
        modes: dict[str, Any] = offered[port]["breakout_modes"]
        assert row["default_brkout_mode"] in modes
        assert len(offered[port]["lanes"].split(",")) == len(offered[port]["index"].split(","))


def test_a_cage_as_the_real_platform_json_has_it() -> None:
    ours = factory.platform_json(loader.switch("sn5600"))["interfaces"]
    # sonic-buildimage device/mellanox/x86_64-nvidia_sn5600-r0/platform.json
    assert ours["Ethernet8"] == {
        "index": "2,2,2,2,2,2,2,2",
        "lanes": "8,9,10,11,12,13,14,15",
        "breakout_modes": {
            "1x800G[400G,200G,100G,50G,40G,25G,10G]": ["etp2"],
            "2x400G[200G,100G,50G,40G,25G,10G]": ["etp2a", "etp2b"],
            "4x200G[100G,50G,25G,10G]": ["etp2a", "etp2b", "etp2c", "etp2d"],
        },
    }


@pytest.mark.parametrize(
    ("offset", "header", "row"),
    [
        (None, "# speed cable size xon xoff threshold", "400000 40m 1 2 3 0"),
        (
            18432,
            "# speed cable size xon xoff threshold xon_offset",
            "400000 40m 1 2 3 0 18432",
        ),
    ],
    ids=["six columns", "with xon_offset"],
)
def test_the_headroom_table(offset: int | None, header: str, row: str) -> None:
    buffers = Buffers(
        pools={},
        profiles={},
        lossless_pool="p",
        ingress_lossy_profile="a",
        egress_lossless_profile="b",
        egress_lossy_profile="c",
        lossless_rows=(LosslessRow(400, 40, 1, 2, 3, 0, offset),),
        source="test",
    )
    assert factory.pg_profile_lookup(buffers).splitlines()[1:] == [header, row]


def test_fast_lanes_have_fec(tiny: Plan) -> None:
    ports = factory.config_db(*both("sn5600", "ACS-SN5600"), tiny.switches[0])["PORT"]
    assert ports["Ethernet0"]["fec"] == "rs"
    assert "fec" not in ports["Ethernet512"]
