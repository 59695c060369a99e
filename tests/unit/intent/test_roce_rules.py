"""Traffic classes that go together are accepted, and every rule that is broken is reported."""

from typing import Any

import pytest
from pydantic import ValidationError

from railwright.intent.roce import Roce, StorageRoce
from railwright.intent.roce_rules import broken

SECOND = {"dscp": 34, "priority": 4}
BULK = {"name": "bulk", "dscps": [8, 10], "priority": 1}


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, id="defaults"),
        pytest.param({"second": SECOND}, id="second"),
        pytest.param({"lossy": [BULK]}, id="lossy"),
        pytest.param({"second": SECOND, "pfc_priorities": [4, 3]}, id="paused, in any order"),
        pytest.param({"pfc_priorities": [3]}, id="paused"),
        pytest.param(
            {"lossy": [BULK], "trimming": {"dscp": 50, "priority": 1}}, id="trimmed, DSCP added"
        ),
        pytest.param(
            {"lossy": [BULK], "trimming": {"dscp": 8, "priority": 1}}, id="trimmed, DSCP of class"
        ),
        pytest.param({"headroom": {"model": "traditional"}}, id="table"),
        pytest.param({"headroom": {"pattern_mtu_bytes": 4096}}, id="pattern"),
        pytest.param({"cnp_dscp": 49, "lossy": [BULK | {"dscps": [48]}]}, id="routing, lossy"),
        pytest.param({"ecn": {"kmin_bytes": 5, "kmax_bytes": 5}}, id="step"),
        pytest.param({"ecn": {"max_probability_percent": 20}}, id="probability alone"),
        pytest.param(
            {
                "lossy": [
                    {"name": f"class{number}", "dscps": [number], "priority": number}
                    for number in (0, 1, 2, 4, 5)
                ]
            },
            id="one priority left",
        ),
    ],
)
def test_classes_that_go_together_are_accepted(settings: dict[str, Any]) -> None:
    assert not list(broken(Roce.model_validate(settings)))


def test_storage_has_a_lossless_class_of_its_own() -> None:
    assert (StorageRoce().data_dscp, StorageRoce().priority) == (18, 2)
    assert StorageRoce.model_validate({"pfc_priorities": [2]}).pfc_priorities == (2,)
    with pytest.raises(ValidationError):
        StorageRoce.model_validate({"pfc_priorities": [3]})


def test_every_broken_rule_is_reported_at_once() -> None:
    settings = {
        "cnp_dscp": 26,
        "second": SECOND | {"dscp": 26, "ecn": {"kmin_bytes": 1}},
        "lossy": [BULK | {"name": "rdma"}, BULK | {"dscps": [12]}],
        "pfc_priorities": [3],
        "trimming": {"dscp": 50, "priority": 7},
        "headroom": {"model": "traditional", "small_packet_percent": 10},
        "ecn": {"kmin_bytes": 2, "kmax_bytes": 1},
        "watchdog": {"detection_ms": 100, "poll_ms": 200},
    }
    with pytest.raises(ValidationError) as caught:
        Roce.model_validate(settings)
    assert {error["loc"] for error in caught.value.errors()} == {
        ("cnp_dscp",),
        ("second", "dscp"),
        ("second", "ecn", "kmin_bytes"),
        ("lossy", 0, "name"),
        ("lossy", 1, "priority"),
        ("pfc_priorities",),
        ("trimming", "priority"),
        ("headroom", "small_packet_percent"),
        ("ecn", "kmax_bytes"),
        ("watchdog", "detection_ms"),
    }


def refused(settings: dict[str, Any]) -> dict[tuple[int | str, ...], str]:
    with pytest.raises(ValidationError) as caught:
        Roce.model_validate(settings)
    found = {error["loc"]: error["msg"] for error in caught.value.errors()}
    assert len(found) == len(caught.value.errors())
    return found


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ({"data_dscp": 48}, ("data_dscp",)),
        ({"data_dscp": 48, "cnp_dscp": 48}, ("data_dscp",)),
        ({"data_dscp": 48, "cnp_dscp": 50}, ("data_dscp",)),
        ({"second": SECOND | {"dscp": 48}}, ("second", "dscp")),
        ({"second": SECOND | {"dscp": 48}, "cnp_dscp": 50}, ("second", "dscp")),
    ],
)
def test_routing_is_never_paused_and_that_is_told_once(
    settings: dict[str, Any], path: tuple[str, ...]
) -> None:
    found = refused(settings)
    assert set(found) == {path}
    assert "that of routing protocols" in found[path]


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ({"cnp_priority": 3}, ("cnp_priority",)),
        ({"priority": 6}, ("priority",)),
        ({"priority": 6, "cnp_priority": 6}, ("cnp_priority",)),
        ({"second": SECOND | {"priority": 6}}, ("second", "priority")),
    ],
)
def test_paused_cnps_are_told_at_a_key_that_is_written(
    settings: dict[str, Any], path: tuple[str, ...]
) -> None:
    found = refused(settings)
    assert set(found) == {path}
    assert "CNPs must ride a priority without PFC" in found[path]


def test_a_clash_of_dscps_is_told_at_a_key_that_is_written() -> None:
    assert set(refused({"cnp_dscp": 26})) == {("cnp_dscp",)}
    with pytest.raises(ValidationError) as caught:
        Roce.model_validate({"data_dscp": 50, "cnp_dscp": 50})
    assert [error["loc"] for error in caught.value.errors()] == [("cnp_dscp",)]


@pytest.mark.parametrize(
    ("ecn", "keys"),
    [
        ({"kmin_bytes": 1, "kmax_bytes": 2, "kmin_percent": 1}, {"kmin_percent"}),
        ({"kmin_bytes": 1, "kmax_percent": 1}, {"kmax_percent"}),
        (
            {"kmin_bytes": 1, "kmax_bytes": 2, "kmin_percent": 1, "kmax_percent": 2},
            {"kmin_percent"},
        ),
        (
            {"kmin_bytes": 2, "kmax_bytes": 1, "kmin_percent": 1},
            {"kmin_percent", "kmax_bytes"},
        ),
        ({"kmax_bytes": 1}, {"kmax_bytes"}),
    ],
)
def test_a_slope_has_one_finding_per_cause(ecn: dict[str, Any], keys: set[str]) -> None:
    assert set(refused({"ecn": ecn})) == {("ecn", key) for key in keys}
