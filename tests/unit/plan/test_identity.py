"""Identities and names: every device of a shape once, whatever the design."""

from typing import Any

import pytest

from railwright.catalog.loader import switch
from railwright.plan import identity
from railwright.plan.identity import CoreId, LeafId, SpineId
from tests.unit.plan.made import ALL_NETWORKS, planned, shaped

PLATFORM = switch("cx864e-n")
THREE = {"design": "three-tier", "superspine": PLATFORM, "sus_per_pod": 2}
DESIGNS: dict[str, tuple[int, dict[str, Any], dict[str, str]]] = {
    "rail-optimized": (128, {}, {"first leaf": "su1-rail0-leaf", "last spine": "spine8"}),
    "rail-only": (
        64,
        {"design": "rail-only", "spine": None},
        {"first leaf": "su1-rail0-leaf", "last leaf": "su1-rail7-leaf"},
    ),
    "planes": (
        64,
        {"planes": 2, "nodes_per_su": 32},
        {"first leaf": "su1-rail0-plane0-leaf", "last leaf": "su2-rail7-plane1-leaf"},
    ),
    "rail-isolated": (
        128,
        {"isolated_rails": True},
        {"first spine": "rail0-spine1", "last leaf": "su2-rail7-leaf"},
    ),
    "leaf-spine": (16, {"shared_leaf": True}, {"first leaf": "su1-leaf", "last leaf": "su2-leaf"}),
    "three-tier": (
        256,
        THREE,
        {"first leaf": "pod1-su1-rail0-leaf", "first spine": "pod1-spine1"},
    ),
    "three-tier planes": (
        256,
        THREE | {"planes": 2},
        {"first spine": "pod1-plane0-spine1", "first superspine": "plane0-superspine1"},
    ),
}


@pytest.mark.parametrize("design", DESIGNS)
def test_every_device_has_one_identity_and_one_name(design: str) -> None:
    hosts, changes, expected = DESIGNS[design]
    shape = shaped(hosts, **changes)
    leaves, spines = list(identity.leaves(shape)), list(identity.spines(shape))
    cores = list(identity.superspines(shape))
    assert len(leaves) == len(set(leaves)) == shape.total_leaves
    assert len(spines) == len(set(spines)) == shape.total_spines
    assert len(cores) == len(set(cores)) == shape.total_superspines
    named = {
        "leaf": [identity.name_of_leaf(shape, one) for one in leaves],
        "spine": [identity.name_of_spine(shape, one) for one in spines],
        "superspine": [identity.name_of_superspine(shape, one) for one in cores],
    }
    names = [name for each in named.values() for name in each]
    assert len(names) == len(set(names))
    for what, name in expected.items():
        place, _, role = what.partition(" ")
        assert named[role][0 if place == "first" else -1] == name


@pytest.mark.parametrize("design", DESIGNS)
def test_numbers_count_every_device_in_order(design: str) -> None:
    hosts, changes, _ = DESIGNS[design]
    shape = shaped(hosts, **changes)
    leaves = [shape.leaf_number(one.pod, one.su, one.leaf) for one in identity.leaves(shape)]
    spines = [identity.spine_number(shape, one) for one in identity.spines(shape)]
    cores = [identity.superspine_number(shape, one) for one in identity.superspines(shape)]
    assert leaves == list(range(shape.total_leaves))
    assert spines == list(range(shape.total_spines))
    assert cores == list(range(shape.total_superspines))


def test_only_pods_and_sus_with_hosts_are_deployed() -> None:
    shape = shaped(512, **THREE, deployed=200)
    assert (shape.pods, shape.sus, shape.sus_deployed, shape.pods_deployed) == (4, 2, 4, 2)
    leaves = set(identity.leaves(shape, deployed=True))
    assert LeafId(2, 2, 7) in leaves
    assert not [leaf for leaf in leaves if leaf.pod > 2]
    assert {spine.pod for spine in identity.spines(shape, deployed=True)} == {1, 2}
    fewer = shaped(512, **THREE, deployed=150)
    assert LeafId(2, 2, 0) not in set(identity.leaves(fewer, deployed=True))
    assert SpineId(2, 0, 1) in set(identity.spines(fewer, deployed=True))


def test_superspines_of_a_set_are_those_of_one_spine_position() -> None:
    shape = shaped(256, **THREE)
    assert shape.core is not None
    assert {core.set for core in identity.superspines(shape)} == set(range(shape.spines))
    assert identity.superspine_number(shape, CoreId(1, 1)) == shape.core.superspines


def test_other_networks_are_named_after_themselves() -> None:
    names = set(planned(ALL_NETWORKS).device)
    assert names >= {
        *("storage1-leaf", "storage2-leaf", "storage-spine1", "inband1-leaf", "inband-spine1"),
        *("oob1-leaf", "oob-spine2", "gpu0016", "storage03", "mgmt02", "pdu10"),
    }
