"""What is printed on cables, which sockets they are in, when they are pulled."""

import pytest

from railwright.intent.cabling import LabelFormat
from railwright.plan.cables import labels, sockets
from railwright.plan.cables.cages import CageKind, PortCage
from railwright.plan.cables.waves import wave
from tests.unit.plan.made import ALL_NETWORKS, planned


def cage(place: int, ports: int, label: str = "17", *, server: bool = False) -> PortCage:
    kind = CageKind("gpu" if server else "leaf", "made", "OSFP-IHS", ports)
    return PortCage(label, label, place, kind)


@pytest.mark.parametrize(
    ("form", "expected"),
    [("tia-606", "A07-32:17/1"), ("grid", "A07-32-17-1"), ("names", "su1-rail0-leaf:17/1")],
)
def test_an_end_in_every_format(form: LabelFormat, expected: str) -> None:
    before = labels.prefix(form, "su1-rail0-leaf", "A07", 32)
    assert labels.end(form, before, "17/1") == expected


@pytest.mark.parametrize("form", ["tia-606", "grid", "names"])
def test_what_stands_nowhere_goes_by_its_name(form: LabelFormat) -> None:
    before = labels.prefix(form, "spine1", None, None)
    assert labels.end(form, before, "5") == "spine1:5"
    assert labels.end(form, labels.prefix(form, "border", None, None), "") == "border"


def test_a_pdu_has_a_rack_but_no_unit_and_low_units_have_two_digits() -> None:
    assert labels.prefix("tia-606", "pdu07", "B02", None) == "B02-pdu07:"
    assert labels.prefix("grid", "pdu07", "B02", None) == "B02-pdu07-"
    assert labels.prefix("tia-606", "mgmt01", "B02", 3) == "B02-03:"


def test_the_near_end_comes_first_and_a_splitter_names_every_far_one() -> None:
    assert labels.label("A07-32:17", ["C03-12:P1", "C03-20:P1"]) == (
        "A07-32:17 / C03-12:P1 + C03-20:P1"
    )


def test_sockets_of_cages_with_one_cable_and_with_several() -> None:
    assert sockets.own(cage(1, 1)) == "17"
    assert [sockets.own(cage(place, 2)) for place in (1, 2)] == ["17/1", "17/2"]
    assert sockets.own(cage(2, 2, "OSFP4", server=True)) == "OSFP4P2"
    assert [sockets.whole(cage(1, 1), strand) for strand in (1, 2)] == ["17/1", "17/2"]


def test_sockets_of_splitters() -> None:
    """Four links of a cage: one part with four tails, or two sockets with two tails each."""
    four = [cage(place, 4) for place in (1, 2, 3, 4)]
    assert {sockets.split(one, 1) for one in four} == {"17"}
    assert [sockets.tail(one, 1) for one in four] == ["17/1", "17/2", "17/3", "17/4"]
    assert [sockets.split(one, 2) for one in four] == ["17/1", "17/1", "17/2", "17/2"]
    assert [sockets.tail(one, 2) for one in four] == ["17/1a", "17/1b", "17/2a", "17/2b"]


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("gpu0001:bmc", "1-oob"),
        ("su1-rail3-leaf:Ethernet256", "2-fabric"),
        ("gpu0001:storage0", "3-storage"),
        ("storage1-leaf:Ethernet128", "3-storage"),
        ("inband1-leaf:Ethernet192", "4-inband"),
        ("gpu0009:rail7", "5-su2-rail7"),
    ],
)
def test_waves(link: str, expected: str) -> None:
    links = {one.id: one for one in planned(ALL_NETWORKS).links}
    assert wave(links[link]) == expected


def test_waves_of_pods_name_the_pod() -> None:
    plan = planned(
        {
            "nodes": {"gpu": {"count": 16}},
            "networks": {"compute": {"design": "three-tier", "nodes_per_su": 4, "sus_per_pod": 2}},
        }
    )
    waves = {one.id: wave(one) for one in plan.links}
    assert waves["gpu0009:rail1"] == "5-pod2-su1-rail1"
    assert {waves[one.id] for one in plan.links if one.kind == "fabric"} == {"2-fabric"}
