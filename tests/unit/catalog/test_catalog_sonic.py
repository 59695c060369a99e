"""Device types per tier and the updater's rules."""

import pytest

from railwright.catalog import loader
from railwright.catalog.sonic_model import UpdaterAsic

ADJACENT = [("leaf", "spine"), ("spine", "superspine")]


@pytest.mark.parametrize(("lower", "upper"), ADJACENT)
def test_adjacent_tiers_hash_differently(lower: str, upper: str) -> None:
    tiers = loader.tiers()
    assert tiers[lower].hash_seed != tiers[upper].hash_seed


def test_no_two_tiers_share_a_type_or_a_seed() -> None:
    tiers = loader.tiers()
    assert set(tiers) == {"leaf", "spine", "superspine"}
    assert len({tier.type for tier in tiers.values()}) == 3
    assert len({tier.hash_seed for tier in tiers.values()}) == 3


def test_no_tier_uses_a_type_that_breaks_bgp() -> None:
    rejected = loader.rejected_types()
    assert {"ToRRouter", "SpineRouter", "UpperSpineRouter"} <= rejected.keys()
    assert not [tier.type for tier in loader.tiers().values() if tier.type in rejected]
    assert all(rejected.values())


@pytest.mark.parametrize(
    ("tier", "part", "seed"),
    [
        ("leaf", "LeafRouter", 10),
        ("spine", "SpineRouter", 25),
        ("superspine", "FabricRegionalHub", 70),
    ],
)
def test_the_seed_is_the_one_the_image_gives_the_type(tier: str, part: str, seed: int) -> None:
    # dockers/docker-orchagent/switch.json.j2 goes by substring: ToRRouter first, then these.
    found = loader.tiers()[tier]
    assert part in found.type
    assert "ToRRouter" not in found.type
    assert found.hash_seed == seed


def test_every_tier_says_why_and_since_when() -> None:
    for tier in loader.tiers().values():
        assert tier.reason
        assert tier.source
        assert "202305" <= tier.since <= "202511"


def test_the_updater_rules_of_the_catalog_platforms() -> None:
    updater = loader.updater()
    assert updater.asic("spc4") == UpdaterAsic(
        pfc_wd="20221100", dynamic_th="20221100", xoff="20221100", packet_discard_action="20241200"
    )
    assert updater.asic("th5") == UpdaterAsic(
        pfc_wd="20240500", dynamic_th="20240500", xoff="20240500", packet_discard_action="20241200"
    )
    assert updater.asic("marvell-teralynx") == UpdaterAsic(pfc_wd="20241100", dynamic_th="20241100")


def test_the_updater_refuses_an_asic_it_does_not_know_everything() -> None:
    assert loader.updater().asic("unknown") == UpdaterAsic()


def test_pools_are_refused_everywhere_and_fields_only_replaced() -> None:
    updater = loader.updater()
    assert updater.refused_tables == ("BUFFER_POOL",)
    assert updater.operations["dynamic_th"] == ("replace",)
    assert set(updater.operations) == set(UpdaterAsic.model_fields)


def test_trimming_came_to_no_asic_before_its_watchdog() -> None:
    for asic in loader.updater().asics.values():
        if asic.packet_discard_action:
            assert asic.pfc_wd
            assert asic.packet_discard_action >= asic.pfc_wd
