"""The order in which switches change."""

from pathlib import Path

import pytest

from railwright import api
from railwright.plan.model import Plan
from railwright.sonic.classes import ChangeClass
from railwright.sonic.waves import HITLESS_BATCH, DeviceChange, waves

RELOAD = DeviceChange(ChangeClass.CONFIG_RELOAD)
BOUNCE = DeviceChange(ChangeClass.PORT_BOUNCE)
CALM = DeviceChange(ChangeClass.HITLESS)
FIRST = DeviceChange(ChangeClass.CONFIG_RELOAD, initial=True)


@pytest.fixture(scope="module")
def plan(root: Path) -> Plan:
    return api.load_plan(root / "intent" / "examples" / "lab-small.yml").plan


def everything(plan: Plan, change: DeviceChange) -> dict[str, DeviceChange]:
    return {device.name: change for device in plan.switches}


def test_a_first_configuration_takes_all_at_once(plan: Plan) -> None:
    (wave,) = waves(plan, everything(plan, FIRST))
    assert wave.kind == "initial"
    assert set(wave.devices) == {device.name for device in plan.switches}


def test_disruptive_changes_take_an_su_at_a_time_and_one_drained_spine(plan: Plan) -> None:
    found = waves(plan, everything(plan, RELOAD))
    assert [(wave.kind, wave.devices, wave.drain) for wave in found] == [
        ("leaves", ("su1-rail0-leaf", "su1-rail1-leaf"), False),
        ("leaves", ("su2-rail0-leaf", "su2-rail1-leaf"), False),
        ("single", ("spine1",), True),
        ("single", ("spine2",), True),
    ]


def test_hitless_changes_go_canary_first(plan: Plan) -> None:
    found = waves(plan, everything(plan, CALM))
    assert [(wave.kind, len(wave.devices)) for wave in found] == [("canary", 1), ("hitless", 5)]


def test_new_switches_come_before_the_canary_and_disruption_last(plan: Plan) -> None:
    changes = {
        "spine2": FIRST,
        "spine1": BOUNCE,
        "su2-rail0-leaf": CALM,
        "su1-rail1-leaf": CALM,
        "su1-rail0-leaf": BOUNCE,
    }
    assert [wave.devices for wave in waves(plan, changes)] == [
        ("spine2",),
        ("su1-rail1-leaf",),
        ("su2-rail0-leaf",),
        ("su1-rail0-leaf",),
        ("spine1",),
    ]


def test_every_switch_is_in_exactly_one_wave(root: Path) -> None:
    plan = api.load_plan(root / "intent" / "cluster.yml").plan
    kinds = [FIRST, CALM, BOUNCE, RELOAD]
    changes = {
        device.name: kinds[number % len(kinds)] for number, device in enumerate(plan.switches)
    }
    names = [name for wave in waves(plan, changes) for name in wave.devices]
    assert sorted(names) == sorted(changes)
    assert all(len(wave.devices) <= HITLESS_BATCH for wave in waves(plan, changes))


def test_no_change_no_wave(plan: Plan) -> None:
    assert waves(plan, {}) == ()


def test_an_unknown_switch_is_an_error(plan: Plan) -> None:
    with pytest.raises(KeyError):
        waves(plan, {"nobody": CALM})
