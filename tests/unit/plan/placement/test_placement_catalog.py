"""Racks and boxes of the catalog: arithmetic, sources, and assumptions that are said."""

import math
import re

import pytest

from railwright.catalog import loader as catalog
from railwright.catalog.model import NodeModel, SwitchPlatform

BOXLESS = {"vs"}
_CIRCUIT = re.compile(r"(?P<volts>\d+) V, (?P<amperes>\d+) A, three-phase")


@pytest.mark.parametrize("name", catalog.rack_names())
def test_a_feed_carries_what_its_circuit_does(name: str) -> None:
    rack = catalog.rack(name)
    circuit = _CIRCUIT.match(rack.pdu.model)
    assert circuit is not None
    by_hand = math.sqrt(3) * int(circuit["volts"]) * int(circuit["amperes"]) * 0.95
    assert rack.pdu.usable_w == int(by_hand)
    assert f"= {rack.pdu.usable_w} W" in rack.pdu.source
    assert rack.name == name
    assert name.startswith(f"rack-{rack.rack_units}u-{rack.feeds}x{circuit['amperes']}a")
    assert any(line.startswith(f"{name}: {rack.pdu.outlets} outlets") for line in rack.assumptions)


def test_every_box_has_a_size_and_says_what_is_assumed() -> None:
    entries: list[SwitchPlatform | NodeModel] = [
        *(catalog.switch(name) for name in catalog.switch_names()),
        *(catalog.node(name) for name in catalog.node_names()),
    ]
    assert {one.name for one in entries if one.chassis is None} == BOXLESS
    for entry in entries:
        body = entry.chassis
        if body is None:
            continue
        supplies = body.power_supplies
        assert supplies.needed <= supplies.count
        if body.assumed:
            assert "ASSUMED" in body.source
            assert any(f"{body.max_power_w} W" in line for line in entry.assumptions)
        else:
            assert "ASSUMED" not in body.source


def test_the_reference_node_is_what_its_user_guide_says() -> None:
    body = catalog.node("dgx-h100").chassis
    assert body is not None
    assert (body.rack_units, body.max_power_w, body.weight_kg) == (8, 10_200, 130.45)
    assert (body.power_supplies.count, body.power_supplies.needed) == (6, 4)
    assert not body.assumed
