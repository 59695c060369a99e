"""Names and their natural order."""

from hypothesis import given
from hypothesis import strategies as st

from railwright.naming import (
    gpu_node_name,
    leaf_name,
    management_node_name,
    natural_key,
    network_leaf_name,
    network_spine_name,
    pdu_name,
    rail_interface,
    spans,
    spine_name,
    storage_interface,
    storage_node_name,
    superspine_name,
)


def test_names() -> None:
    assert leaf_name(None, 1, 3) == "su1-rail3-leaf"
    assert leaf_name(2, 1, 3) == "pod2-su1-rail3-leaf"
    assert spine_name(None, 12) == "spine12"
    assert spine_name(2, 1) == "pod2-spine1"
    assert [gpu_node_name(n) for n in (1, 128, 12800)] == ["gpu0001", "gpu0128", "gpu12800"]


def test_names_of_planes_isolated_rails_and_racks() -> None:
    assert leaf_name(None, 1, 3, 1) == "su1-rail3-plane1-leaf"
    assert leaf_name(None, 4, None) == "su4-leaf"
    assert spine_name(None, 3, plane=1) == "plane1-spine3"
    assert spine_name(None, 1, rail=3) == "rail3-spine1"
    assert [superspine_name(1), superspine_name(2, 1)] == ["superspine1", "plane1-superspine2"]


def test_names_of_other_networks_and_hosts() -> None:
    assert network_leaf_name("storage", 1) == "storage1-leaf"
    assert network_spine_name("oob", 2) == "oob-spine2"
    assert [storage_node_name(n) for n in (1, 100)] == ["storage01", "storage100"]
    assert [management_node_name(1), pdu_name(64)] == ["mgmt01", "pdu64"]


def test_interfaces_of_hosts() -> None:
    assert [rail_interface(3), rail_interface(3, 1)] == ["rail3", "rail3p1"]
    assert storage_interface(1) == "storage1"


def test_natural_order() -> None:
    names = ["spine10", "spine2", "su1-rail10-leaf", "su1-rail9-leaf", "Ethernet8", "Ethernet16"]
    assert sorted(names, key=natural_key) == [
        "Ethernet8",
        "Ethernet16",
        "spine2",
        "spine10",
        "su1-rail9-leaf",
        "su1-rail10-leaf",
    ]


@given(st.lists(st.integers(0, 10**30)))
def test_digit_runs_sort_by_value(numbers: list[int]) -> None:
    texts = [f"Ethernet{number}" for number in numbers]
    assert sorted(texts, key=natural_key) == [f"Ethernet{number}" for number in sorted(numbers)]


@given(st.text(), st.text())
def test_any_text_has_a_key(one: str, other: str) -> None:
    assert (natural_key(one) < natural_key(other)) in {True, False}


def test_spans_join_runs_of_numbers() -> None:
    names = ["gpu0010", "gpu0009", "gpu0011", "spine1", "spine3", "su1-rail0-leaf"]
    assert spans(names) == "gpu0009-gpu0011, spine1, spine3, su1-rail0-leaf"
    assert spans([]) == ""
