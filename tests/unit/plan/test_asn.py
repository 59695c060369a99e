"""ASNs tell network, pod, SU and leaf in their decimal digits."""

from dataclasses import replace
from typing import Any

import pytest

from railwright.catalog.loader import switch
from railwright.errors import IntentError
from railwright.plan.asn import (
    LARGEST,
    check_base,
    check_digits,
    leaf_asn,
    spine_asn,
    superspine_asn,
)
from railwright.plan.build import build
from railwright.plan.identity import CoreId, LeafId, SpineId
from tests.unit.plan.made import ALL_NETWORKS, made, planned, shaped

BASE = 4_200_000_000


def test_digits() -> None:
    assert leaf_asn(BASE, "compute", LeafId(1, 2, 3)) == 4_200_100_203
    assert spine_asn(BASE, "compute", SpineId(25, 0, 7)) == 4_202_500_000
    assert spine_asn(BASE, "compute", SpineId(25, 3, 7)) == 4_202_500_003
    assert leaf_asn(BASE, "storage", LeafId(1, 6, 0)) == 4_210_100_600
    assert leaf_asn(BASE, "oob", LeafId(1, 6, 0)) == 4_230_100_600


def test_superspines_share_one_asn_per_plane() -> None:
    shape = shaped(
        1024, design="three-tier", superspine=switch("cx864e-n"), sus_per_pod=4, planes=2
    )
    assert shape.core is not None
    numbers = [superspine_asn(BASE, shape, CoreId(place, 1)) for place in range(shape.core.sets)]
    assert numbers == [BASE] * shape.spines + [BASE + 1] * shape.spines


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ({"pods": 100}, "100 pods, but an ASN has digits for 99"),
        ({"sus": 1000}, "1000 SUs in a pod, but an ASN has digits for 999"),
        ({"leaves_per_su": 101}, "101 leaves in an SU, but an ASN has digits for 100"),
    ],
)
def test_numbers_beyond_the_digits_are_errors(numbers: dict[str, Any], text: str) -> None:
    shape = shaped(128)
    assert list(check_digits([shape])) == []
    (problem,) = check_digits([shape, replace(shape, **numbers)])
    assert problem.severity == "error"
    assert problem.what.startswith(text)


@pytest.mark.parametrize("numbers", [{"pods": 99}, {"sus": 999}, {"leaves_per_su": 100}])
def test_the_largest_numbers_still_fit(numbers: dict[str, Any]) -> None:
    assert list(check_digits([replace(shaped(128), **numbers)])) == []


@pytest.mark.parametrize(
    ("base", "severity", "text"),
    [
        (LARGEST - 100_207, None, ""),
        (LARGEST - 100_206, "error", f"give at most {LARGEST - 100_207}"),
        (4_200_000_000 - 100_001, "warning", "belong to the public Internet"),
        (1, "warning", "this capacity takes the ASNs 100001 to 100208"),
    ],
)
def test_the_base_is_checked_against_the_whole_capacity(
    base: int, severity: str | None, text: str
) -> None:
    intent = made({"nodes": {"gpu": {"count": 1, "capacity": 128}}, "pools": {"asn_base": base}})
    shape = planned({"nodes": {"gpu": {"count": 1, "capacity": 128}}}).shape
    found = list(check_base(base, [shape]))
    assert [one.severity for one in found] == ([severity] if severity else [])
    assert all(text in one.what for one in found)
    if severity == "error":
        with pytest.raises(IntentError, match="give at most"):
            build(intent)
    else:
        assert build(intent).warnings == tuple(found)


def test_the_base_is_checked_against_every_network() -> None:
    shapes = planned(ALL_NETWORKS).fabrics
    (problem,) = check_base(LARGEST, shapes.values())
    last_oob_leaf = LARGEST + 30_100_000 + 100 * shapes["oob"].sus
    assert f"to {last_oob_leaf}, but the largest is {LARGEST}" in problem.what


def test_every_switch_has_the_asn_of_its_place() -> None:
    plan = planned(ALL_NETWORKS)
    leaves = [device.asn for device in plan.switches if device.role == "leaf"]
    assert len(set(leaves)) == len(leaves)
    for network in ("compute", "storage", "inband", "oob"):
        spines = {
            device.asn
            for device in plan.switches
            if (device.role, device.network) == ("spine", network)
        }
        assert len(spines) == 1
        assert not spines & set(leaves)
