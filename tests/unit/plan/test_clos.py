"""The spine rule and the port arithmetic around it."""

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railwright.catalog.loader import switch
from railwright.catalog.model import Breakout
from railwright.errors import IntentError
from railwright.plan import clos
from railwright.plan.clos import Splits, Spread

LEAF_AT, SPINE_AT = "networks.compute.leaf", "networks.compute.spine"


def mode(ports: int, speed_gbps: int) -> Breakout:
    text = f"{ports}x{speed_gbps}G"
    return Breakout(mode=text, ports=ports, speed_gbps=speed_gbps, alias_suffixes=(), source="test")


NICS = Splits(mode(2, 400), mode(1, 800))


@given(
    lowers=st.integers(1, 500),
    fewest=st.integers(1, 64),
    more=st.integers(0, 64),
    upper_ports=st.integers(0, 128),
    fewest_uppers=st.integers(1, 4),
)
def test_spreads_are_even_fit_and_are_the_smallest(
    lowers: int, fewest: int, more: int, upper_ports: int, fewest_uppers: int
) -> None:
    found = tuple(clos.spreads(lowers, fewest, fewest + more, upper_ports, fewest_uppers))

    def fits(uplinks: int, uppers: int) -> bool:
        even = uplinks % uppers == 0
        return even and uppers >= fewest_uppers and lowers * uplinks <= uppers * upper_ports

    for one in found:
        assert fewest <= one.uplinks <= fewest + more
        assert fits(one.uplinks, one.uppers)
        assert lowers * one.links_per_pair <= upper_ports
        assert not [n for n in range(1, one.uppers) if fits(one.uplinks, n)]
    without = set(range(fewest, fewest + more + 1)) - {one.uplinks for one in found}
    for uplinks in without:
        assert not [n for n in range(1, uplinks + 1) if fits(uplinks, n)]
    chosen = clos.best(found)
    assert (chosen is None) == (not found)
    if chosen:
        assert all((chosen.uppers, chosen.uplinks) <= (one.uppers, one.uplinks) for one in found)


def test_fewest_uppers_first_then_fewest_uplinks() -> None:
    candidates = (Spread(32, 8), Spread(33, 11), Spread(36, 6), Spread(42, 6))
    assert clos.best(candidates) == Spread(36, 6)
    assert clos.best(()) is None


@pytest.mark.parametrize(
    ("hosts", "ratio", "uplinks"),
    [(64, 1.0, 32), (63, 1.0, 32), (64, 2.0, 16), (64, 3.2, 10), (64, 7.0, 5), (1, 1.0, 1)],
)
def test_uplinks_needed(hosts: int, ratio: float, uplinks: int) -> None:
    assert clos.uplinks_needed(hosts, NICS, ratio) == uplinks


@given(
    cages=st.integers(0, 128),
    down=st.sampled_from([mode(1, 400), mode(2, 400), mode(4, 100)]),
    up=st.sampled_from([mode(1, 800), mode(1, 400), mode(2, 400)]),
    ratio=st.sampled_from([0.5, 1.0, 1.5, 3.0, 7.0]),
)
def test_a_leaf_holds_as_many_hosts_as_the_ratio_leaves_cages(
    cages: int, down: Breakout, up: Breakout, ratio: float
) -> None:
    def fits(hosts: int) -> bool:
        uplinks = max(
            ceil(hosts * down.speed_gbps / (ratio * up.speed_gbps) - 1e-9), clos.FEWEST_SPINES
        )
        return clos.cages_for(hosts, down) + clos.cages_for(uplinks, up) <= cages

    most = clos.most_hosts_per_leaf(cages, Splits(down, up), ratio)
    assert most % down.ports == 0
    assert most == 0 or fits(most)
    assert not fits(most + down.ports)


@given(
    cages=st.integers(0, 128),
    down=st.sampled_from([mode(1, 800), mode(2, 400)]),
    ratio=st.sampled_from([0.5, 1.0, 2.0, 3.0]),
)
def test_a_spine_holds_as_many_links_down_as_the_ratio_leaves_cages_for_up(
    cages: int, down: Breakout, ratio: float
) -> None:
    up = mode(1, 800)

    def fits(ports: int) -> bool:
        uplinks = clos.links_needed(ports * down.speed_gbps, up.speed_gbps, ratio)
        return clos.cages_for(ports, down) + uplinks <= cages

    most = clos.most_downlinks(cages, down, up, ratio)
    assert most == 0 or fits(most)
    assert not fits(most + down.ports)


def test_cages_for_rounds_up() -> None:
    assert [clos.cages_for(ports, mode(4, 200)) for ports in (0, 1, 4, 5)] == [0, 1, 1, 2]


def test_host_ports_are_split_as_finely_as_their_speed_allows() -> None:
    assert clos.host_mode(switch("7060x6-64pe"), 400, "networks.compute").ports == 2
    with pytest.raises(IntentError, match="sn4600 has no cage mode for 400G NICs") as caught:
        clos.host_mode(switch("sn4600"), 400, "networks.compute")
    assert caught.value.problems[0].path == LEAF_AT


def test_uplinks_are_unsplit_first_and_never_slower_than_a_host() -> None:
    one = switch("cx864e-n")
    found = clos.uplink_modes(one, one, 200, LEAF_AT, SPINE_AT)
    assert [(each.ports, each.speed_gbps) for each in found] == [(1, 800), (2, 400), (4, 200)]
    found = clos.uplink_modes(one, one, 400, LEAF_AT, SPINE_AT)
    assert [(each.ports, each.speed_gbps) for each in found] == [(1, 800), (2, 400)]


def test_uplinks_are_what_both_tiers_offer() -> None:
    lower, upper = switch("sn5600"), switch("7060x6-64pe")
    found = clos.uplink_modes(lower, upper, 200, LEAF_AT, SPINE_AT)
    offered = {(each.ports, each.speed_gbps) for each in upper.breakouts}
    assert {(each.ports, each.speed_gbps) for each in found} <= offered
    assert (found[0].ports, found[0].speed_gbps) == (1, 800)


def test_platforms_without_a_common_speed_are_refused() -> None:
    with pytest.raises(IntentError, match="share no unsplit cage speed") as caught:
        clos.uplink_modes(switch("sn4600"), switch("sn5600"), 200, LEAF_AT, SPINE_AT)
    (problem,) = caught.value.problems
    assert problem.path == SPINE_AT
    assert "(leaf: 200G, spine: 800G)" in problem.what
