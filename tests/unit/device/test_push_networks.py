"""The push of switches of every network, and what a router outside the plan means to it."""

from pathlib import Path

import pytest

from railwright import api
from railwright.device.push import PushOptions
from railwright.plan.model import Plan
from tests.unit.device.fakes import FakeClock, FakeSwitch
from tests.unit.device.test_push import push

GROWN = "count: 5, capacity: 6"


@pytest.fixture(scope="module")
def networks(root: Path) -> Plan:
    return api.load_plan(root / "intent/examples/lab-networks.yml").plan


@pytest.fixture(scope="module")
def grown(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    path = tmp_path_factory.mktemp("grown") / "lab-networks.yml"
    text = (root / "intent/examples/lab-networks.yml").read_text()
    assert "count: 3, capacity: 6" in text
    path.write_text(text.replace("count: 3, capacity: 6", GROWN))
    return api.load_plan(path).plan


def configured(folder: Path, plan: Plan, name: str) -> FakeSwitch:
    switch = FakeSwitch(folder / name, plan, plan.device[name])
    first = push(switch)
    assert (first.failed, first.initial, first.method) == ("", True, "reload")
    assert switch.log
    return switch


@pytest.mark.parametrize(
    "name",
    [
        "su1-rail0-leaf",
        "storage1-leaf",
        "storage-spine1",
        "inband1-leaf",
        "inband-spine1",
        "oob2-leaf",
        "oob-spine2",
    ],
)
def test_every_kind_of_switch_is_configured_once(tmp_path: Path, networks: Plan, name: str) -> None:
    switch = configured(tmp_path, networks, name)
    again = push(switch)
    assert (again.method, again.failed, switch.log) == ("none", "", [])
    assert switch.saved == switch.running


@pytest.mark.parametrize(
    "name",
    ["spine1", "su2-rail0-leaf", "storage1-leaf", "inband1-leaf", "oob1-leaf"],
)
def test_growth_is_a_hitless_patch_on_what_runs(
    tmp_path: Path, networks: Plan, grown: Plan, name: str
) -> None:
    switch = configured(tmp_path, networks, name)
    switch.plan, switch.device = grown, grown.device[name]
    result = push(switch)
    assert (result.method, result.harm.text, result.failed) == ("apply-patch", "hitless", "")
    assert result.changes > 0
    assert result.impacts == ()
    assert switch.log == ["checkpoint", "apply-patch", "save", "delete-checkpoint"]


@pytest.mark.parametrize("name", ["su1-rail1-leaf", "storage-spine2", "inband2-leaf", "oob2-leaf"])
def test_growth_elsewhere_changes_nothing_here(
    tmp_path: Path, networks: Plan, grown: Plan, name: str
) -> None:
    switch = configured(tmp_path, networks, name)
    switch.plan, switch.device = grown, grown.device[name]
    assert push(switch).method == "none"


def test_a_session_lost_with_a_router_outside_undoes_the_change(
    tmp_path: Path, networks: Plan
) -> None:
    """Nobody can be asked whether that router lives, so the change is to blame."""
    switch = configured(tmp_path, networks, "storage-spine1")
    (outer,) = (
        session.link.z.address
        for session in networks.sessions_of[switch.name]
        if session.link.kind == "border"
    )
    switch.drop("NTP_SERVER", next(iter(switch.running["NTP_SERVER"])))
    program = switch.root / "bin" / "config"
    lose = f"""[ "$1" = apply-patch ] && sed -i 's/"{outer}"/"lost"/' "$FAKE_SWITCH/bgp.json"\n"""
    program.write_text(program.read_text().replace("exec ", lose + "exec ", 1))
    asked: list[str] = []

    def answers(address: str) -> bool:
        asked.append(address)
        return False

    result = push(switch, FakeClock(), options=PushOptions(settle_s=60, answers=answers))
    assert f"BGP sessions not up: {outer} (absent)" in result.failed
    assert result.undone
    assert asked == []
