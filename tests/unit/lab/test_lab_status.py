import json

import pytest

from railwright.lab.status import DeviceStatus, LabStatus

SPINE = DeviceStatus("spine1", "spine", "switch", "booted", (), 3, "10.0.0.2")
LEAF = DeviceStatus(
    "su1-rail0-leaf", "leaf", "switch", "degraded", ("bgpd", "zebra"), 1, "10.0.0.3"
)
NODE = DeviceStatus("gpu0001", "gpu_node", "node", "booted", (), None, "10.0.1.2")
BARE = DeviceStatus("gpu0002", "gpu_node", "bare", "bare", (), None, "10.0.1.3")


def test_text_of_a_whole_lab() -> None:
    lab = LabStatus("c1", "built", (SPINE, NODE, BARE))
    assert lab.is_whole
    assert lab.text() == (
        "c1: up, 2 of 2 devices booted, 1 more only answer pings\n"
        "spine1   booted, configuration 3\n"
        "gpu0001  booted\n"
    )


def test_text_of_a_lab_with_a_fault() -> None:
    lab = LabStatus("c1", "built", (LEAF, SPINE))
    assert not lab.is_whole
    assert lab.text() == (
        "c1: not whole, 1 of 2 devices booted\n"
        "su1-rail0-leaf  degraded, without bgpd, zebra, configuration 1\n"
        "spine1          booted, configuration 3\n"
    )


def test_no_lab() -> None:
    lab = LabStatus("c1", "down", ())
    assert not lab.is_whole
    assert lab.text() == "c1: down\n"


@pytest.mark.parametrize("phase", ["building", "stopping"])
def test_half_a_lab_is_not_whole(phase: str) -> None:
    assert not LabStatus("c1", phase, (SPINE,)).is_whole


def test_json_is_flat_rows() -> None:
    document = json.loads(LabStatus("c1", "built", (LEAF,)).json())
    assert document == {
        "format": 1,
        "cluster": "c1",
        "phase": "built",
        "devices": [
            {
                "name": "su1-rail0-leaf",
                "role": "leaf",
                "kind": "switch",
                "condition": "degraded",
                "missing": ["bgpd", "zebra"],
                "generation": 1,
                "address": "10.0.0.3",
            }
        ],
    }
