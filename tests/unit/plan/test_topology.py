"""Shapes of every design, from numbers alone."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from railwright.catalog.loader import switch
from railwright.errors import IntentError
from railwright.plan.shape import FabricShape
from railwright.plan.topology import core_mode, splits_of
from tests.unit.plan.made import demanded, shaped

PLATFORMS = ("cx864e-n", "sn5600", "7060x6-64pe", "sn5400")
PLATFORM = switch("cx864e-n")
SMALL = switch("sn4700")
THREE = {"design": "three-tier", "superspine": PLATFORM}


def refusal(hosts: int, **changes: Any) -> tuple[str, str]:
    with pytest.raises(IntentError) as caught:
        shaped(hosts, **changes)
    (problem,) = caught.value.problems
    return problem.path, problem.what


def test_rail_optimized_is_one_leaf_per_su_and_rail() -> None:
    shape = shaped(128)
    assert (shape.sus, shape.nodes_per_su, shape.leaves_per_su) == (2, 64, 8)
    assert (shape.spines, shape.uplinks_per_leaf, shape.links_per_pair) == (8, 32, 4)
    assert (shape.total_leaves, shape.total_spines, shape.total_superspines) == (16, 8, 0)
    assert (shape.spare_cages_leaf, shape.spare_cages_spine) == (0, 0)
    assert shape.core is None
    assert shape.pod_name(1) is None
    assert [shape.rail_of(leaf) for leaf in range(8)] == list(range(8))


def test_rail_only_has_one_su_and_no_spines() -> None:
    shape = shaped(100, design="rail-only", spine=None)
    assert (shape.sus, shape.nodes_per_su, shape.spines, shape.uplinks_per_leaf) == (1, 100, 0, 0)
    assert shape.total_spines == 0
    assert shape.effective_oversubscription == 0


def test_rail_only_reaches_what_one_leaf_holds() -> None:
    rail_only = {"design": "rail-only", "spine": None}
    assert shaped(128, **rail_only).spare_cages_leaf == 0
    path, what = refusal(129, **rail_only)
    assert path == "nodes.gpu.capacity"
    assert "lower nodes.gpu.capacity to 128" in what
    path, what = refusal(100, **rail_only, nodes_per_su=64)
    assert path == "networks.compute.nodes_per_su"
    assert "raise networks.compute.nodes_per_su" in what
    path, what = refusal(100, **rail_only, spare_leaf_cages=20)
    assert "with 20 cages kept free" in what
    assert "lower nodes.gpu.capacity to 88" in what


def test_rail_isolated_has_spines_per_rail_that_only_see_their_leaves() -> None:
    shape = shaped(512, design="rail-isolated", isolated_rails=True)
    assert (shape.groups, shape.sus, shape.total_leaves) == (8, 8, 64)
    assert shape.total_spines == 8 * shape.spines
    assert shape.sus * shape.links_per_pair <= 64
    assert [shape.group_of(leaf) for leaf in range(8)] == list(range(8))
    joined = shaped(512)
    assert joined.groups == 1
    assert joined.total_spines >= shape.total_spines


def test_a_shared_leaf_takes_every_nic_of_its_nodes() -> None:
    shape = shaped(32, design="leaf-spine", shared_leaf=True)
    assert (shape.leaves_per_su, shape.nodes_per_su, shape.hosts_per_leaf) == (1, 8, 64)
    assert (shape.sus, shape.total_leaves) == (4, 4)
    assert shape.rail_of(0) is None
    assert (shape.plane_of(0), shape.group_of(0)) == (0, 0)


def test_planes_are_fabrics_of_their_own() -> None:
    shape = shaped(128, planes=2)
    assert (shape.leaves_per_su, shape.groups, shape.total_leaves) == (16, 2, 32)
    alone = shaped(128)
    assert shape.spines == alone.spines
    assert shape.total_spines == 2 * alone.total_spines
    assert [shape.plane_of(leaf) for leaf in range(16)] == [0] * 8 + [1] * 8
    assert [shape.rail_of(leaf) for leaf in range(16)] == [*range(8), *range(8)]
    assert [shape.group_of(leaf) for leaf in (0, 7, 8, 15)] == [0, 0, 1, 1]


def test_planes_of_isolated_rails_have_a_group_per_rail_and_plane() -> None:
    shape = shaped(128, planes=2, design="rail-isolated", isolated_rails=True)
    assert shape.groups == shape.leaves_per_su == 16
    assert [shape.group_of(leaf) for leaf in range(16)] == list(range(16))


def test_three_tiers_join_pods() -> None:
    shape = shaped(1024, **THREE)
    core = shape.core
    assert core is not None
    assert (shape.sus, shape.pods, shape.total_sus) == (4, 4, 16)
    assert (shape.spines, shape.total_spines, core.sets) == (32, 128, 32)
    assert (core.uplinks_per_spine, core.superspines, core.links_per_pair) == (32, 2, 16)
    assert (core.effective_oversubscription, core.speed_gbps) == (1.0, 800)
    assert shape.total_superspines == core.sets * core.superspines == core.fewest_by_ports
    assert shape.pod_name(3) == 3
    assert shape.leaf_number(2, 1, 0) == shape.sus * shape.leaves_per_su


def test_pods_of_a_given_size() -> None:
    shape = shaped(1024, **THREE, sus_per_pod=2)
    assert (shape.sus, shape.pods, shape.uplink_speed_gbps) == (2, 8, 800)
    split = shaped(1024, **THREE, sus_per_pod=8)
    assert (split.sus, split.pods, split.uplink_speed_gbps) == (8, 2, 400)
    path, what = refusal(1024, **THREE, sus_per_pod=9)
    assert path == "networks.compute.sus_per_pod"
    assert "lower networks.compute.sus_per_pod" in what


def test_a_larger_ratio_at_the_spines_makes_larger_pods() -> None:
    even, over = shaped(4096, **THREE), shaped(4096, **THREE, pod_ratio=3.0)
    assert over.sus > even.sus
    assert over.core is not None
    assert over.core.effective_oversubscription <= 3.0
    assert over.total_superspines < even.total_superspines


def test_one_pod_needs_no_third_tier() -> None:
    path, what = refusal(128, **THREE)
    assert path == "networks.compute.design"
    assert "128 nodes fit one pod of 2 SUs" in what


def test_superspines_have_an_end() -> None:
    switches = {"leaf": switch("sn5400"), "spine": switch("sn5400"), "superspine": SMALL}
    shape = shaped(4096, **THREE | switches)
    assert shape.core is not None
    assert (shape.pods, shape.core.spare_cages) == (32, 0)
    path, what = refusal(4097, **THREE | switches)
    assert path == "nodes.gpu.capacity"
    assert "more than super-spines of sn4700 (32 cages) can join" in what


@pytest.mark.parametrize(
    ("changes", "path", "text"),
    [
        ({"nodes_per_su": 65}, "networks.compute.nodes_per_su", "give at most 64"),
        ({"leaf": switch("sn4600")}, "networks.compute.leaf", "no cage mode for 400G"),
        ({"spine": switch("sn4600")}, "networks.compute.spine", "share no unsplit cage speed"),
        ({"spare_leaf_cages": 64}, "networks.compute.spare_leaf_cages", "leaves no room"),
        ({"spare_leaf_cages": 62}, "networks.compute.spare_leaf_cages", "leaves no room"),
        ({"spare_spine_cages": 64}, "nodes.gpu.capacity", "keep fewer spine cages free"),
    ],
)
def test_what_cannot_be_built_names_its_key(changes: Any, path: str, text: str) -> None:
    where, what = refusal(128, **changes)
    assert (where, text in what) == (path, True), what


def test_two_tiers_have_an_end() -> None:
    path, what = refusal(100_000)
    assert path == "nodes.gpu.capacity"
    assert "or design three-tier" in what
    _, what = refusal(2048, nodes_per_su=1)
    assert "raise networks.compute.nodes_per_su (one leaf holds 64)" in what


def test_split_uplinks_where_unsplit_ones_cannot_reach() -> None:
    shape = shaped(1024)
    assert (shape.uplink_speed_gbps, shape.nic_speed_gbps) == (400, 400)
    assert shape.total_leaves * shape.links_per_pair <= 128
    assert splits_of(demanded(1024), shape).uplink.ports == 2


def test_spare_cages_are_kept_free() -> None:
    shape = shaped(100, spare_leaf_cages=4, spare_spine_cages=3)
    assert shape.spare_cages_leaf >= 4
    assert shape.spare_cages_spine >= 3


def test_the_core_is_unsplit_at_the_fastest_common_speed() -> None:
    assert (core_mode(demanded(1024, **THREE)).ports, shaped(1024, **THREE).pods) == (1, 4)


DEMANDS = st.fixed_dictionaries(
    {
        "leaf": st.sampled_from(PLATFORMS),
        "rails": st.integers(1, 8),
        "planes": st.sampled_from([1, 1, 2]),
        "kind": st.sampled_from(["optimized", "isolated", "shared", "three"]),
        "nodes_per_su": st.sampled_from([None, None, 1, 3, 8, 16]),
        "ratio": st.sampled_from([1.0, 1.5, 2.0, 3.0, 7.0]),
        "pod_ratio": st.sampled_from([1.0, 2.0]),
        "spare_leaf_cages": st.integers(0, 8),
        "spare_spine_cages": st.integers(0, 8),
    }
)


def drawn(hosts: int, drawn_from: dict[str, Any]) -> FabricShape | None:
    """Return the shape of what was drawn; None for what is refused with a place."""
    kind = drawn_from.pop("kind")
    platform = switch(drawn_from.pop("leaf"))
    changes: dict[str, Any] = {"leaf": platform, "spine": platform, **drawn_from}
    changes |= {"isolated_rails": kind == "isolated", "shared_leaf": kind == "shared"}
    if kind == "three":
        changes["superspine"] = platform
    try:
        return shaped(hosts, **changes)
    except IntentError as err:
        if not err.problems or not all(one.path and one.what for one in err.problems):
            pytest.fail(f"a refusal without a place: {err!r}")
        return None


@settings(deadline=None)
@given(hosts=st.integers(1, 3000), asked=DEMANDS)
def test_every_shape_holds_together(hosts: int, asked: dict[str, Any]) -> None:
    platform = switch(asked["leaf"])
    spare = asked["spare_leaf_cages"], asked["spare_spine_cages"]
    shape = drawn(hosts, dict(asked))
    if shape is None:
        return
    assert shape.total_sus * shape.nodes_per_su >= hosts
    assert (shape.total_sus - shape.sus) * shape.nodes_per_su < hosts
    assert shape.uplinks_per_leaf == shape.spines * shape.links_per_pair
    assert shape.effective_oversubscription <= shape.asked_oversubscription + 1e-9
    assert shape.spines >= 2
    assert shape.spare_cages_leaf >= spare[0]
    assert shape.spare_cages_spine >= spare[1]
    per_cage = max(
        one.ports for one in platform.breakouts if one.speed_gbps == shape.uplink_speed_gbps
    )
    down = shape.sus * shape.leaves_per_su // shape.groups * shape.links_per_pair
    taken = -(-down // per_cage)
    if core := shape.core:
        assert shape.pods > 1
        taken += core.uplinks_per_spine
        assert core.uplinks_per_spine == core.superspines * core.links_per_pair
        assert core.effective_oversubscription <= core.asked_oversubscription + 1e-9
        assert shape.pods * core.links_per_pair + core.spare_cages == len(platform.cages)
        assert shape.total_superspines >= core.fewest_by_ports
    assert taken + shape.spare_cages_spine == len(platform.cages)


@settings(deadline=None)
@given(hosts=st.integers(1, 500), deployed=st.integers(1, 500), asked=DEMANDS)
def test_what_is_deployed_changes_nothing_else(
    hosts: int, deployed: int, asked: dict[str, Any]
) -> None:
    few = drawn(hosts, {**asked, "deployed": min(deployed, hosts)})
    whole = drawn(hosts, {**asked, "deployed": hosts})
    assert (few is None) == (whole is None)
    if few is None or whole is None:
        return
    assert few.sus_deployed <= whole.sus_deployed == -(-hosts // few.nodes_per_su)
    assert replace(few, sus_deployed=whole.sus_deployed) == whole
