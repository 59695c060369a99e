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
        (),
        ("second", "dscp"),
        ("second", "ecn"),
        ("lossy", 0, "name"),
        ("lossy", 1, "priority"),
        ("trimming", "priority"),
        ("headroom",),
        ("ecn",),
        ("watchdog",),
    }
    at_top = [error["msg"].split()[0] for error in caught.value.errors() if not error["loc"]]
    assert sorted(at_top) == ["data_dscp", "pfc_priorities"]
