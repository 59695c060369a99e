"""Pushing many switches: survey, waves, and when to stop."""

import shutil
from pathlib import Path

import pytest

from railwright.device.clock import RealClock
from railwright.device.fleet import Fleet
from railwright.device.push import PushOptions, PushResult
from railwright.device.rollout import Survey, push, survey
from railwright.device.session import Session, Target
from railwright.plan.model import Plan
from railwright.sonic.classes import ChangeClass
from tests.unit.device.fakes import SECRETS, FakeSwitch


class FakeNetwork:
    """All switches of the plan, as a connector."""

    def __init__(self, root: Path, plan: Plan) -> None:
        self.switches = {
            device.name: FakeSwitch(root / device.name, plan, device) for device in plan.switches
        }

    def session(self, target: Target) -> Session:
        return self.switches[target.name]

    @property
    def logs(self) -> dict[str, list[str]]:
        return {name: log for name, switch in self.switches.items() if (log := switch.log)}


@pytest.fixture
def network(tmp_path: Path, plan: Plan) -> FakeNetwork:
    return FakeNetwork(tmp_path, plan)


@pytest.fixture
def fleet(plan: Plan, network: FakeNetwork) -> Fleet:
    return Fleet(plan, network, RealClock(), workers=4)


def look(fleet: Fleet, accept: ChangeClass = ChangeClass.HITLESS) -> Survey:
    return survey(fleet, fleet.plan.switches, SECRETS, accept)


def run(fleet: Fleet, accept: ChangeClass = ChangeClass.HITLESS) -> dict[str, PushResult]:
    options = PushOptions(settle_s=0, accept=accept)
    found = push(fleet, look(fleet, accept), SECRETS, options)
    return {result.device: result for result in found}


def su2_end(plan: Plan, spine: str) -> str:
    """The address by which a spine knows the first leaf of SU 2."""
    ends = [session.link.peer(spine) for session in plan.sessions_of[spine]]
    return next(end.address for end in ends if end.device == "su2-rail0-leaf")


def test_a_whole_fabric_comes_up_at_once_and_stays(fleet: Fleet, network: FakeNetwork) -> None:
    found = look(fleet)
    assert [wave.kind for wave in found.waves] == ["initial"]
    assert network.logs == {}
    first = run(fleet)
    assert {result.failed for result in first.values()} == {""}
    assert all(result.changed for result in first.values())
    assert set(network.logs) == set(network.switches)
    second = run(fleet)
    assert not any(result.changed for result in second.values())
    assert network.logs == {}


def test_sessions_between_new_switches_are_checked_afterwards(
    fleet: Fleet, network: FakeNetwork
) -> None:
    network.switches["spine1"].bgp({})
    result = run(fleet)["spine1"]
    assert result.changed
    assert "configured and saved, but BGP is not up with su1-rail0-leaf" in result.failed


def test_a_new_su_does_not_wait_for_spines_that_do_not_know_it_yet(
    fleet: Fleet, network: FakeNetwork
) -> None:
    run(fleet)
    new = [name for name in network.switches if name.startswith("su2-")]
    for name in new:
        shutil.rmtree(network.switches[name].root)
        root = network.switches[name].root
        network.switches[name] = FakeSwitch(root, fleet.plan, fleet.plan.device[name])
        network.switches[name].bgp({})
    for name in ("spine1", "spine2"):
        network.switches[name].drop("BGP_NEIGHBOR", su2_end(fleet.plan, name))
    fresh = Fleet(fleet.plan, network, RealClock(), workers=4)
    found = look(fresh)
    assert [wave.kind for wave in found.waves] == ["initial", "canary", "hitless"]
    assert found.configured == {"su1-rail0-leaf", "su1-rail1-leaf"}
    results = run(fresh)
    assert {result.failed for result in results.values()} == {""}
    assert {name for name, result in results.items() if result.changed} == {
        *new,
        "spine1",
        "spine2",
    }


def test_no_devices_are_no_work(fleet: Fleet, capfd: pytest.CaptureFixture[str]) -> None:
    assert survey(fleet, (), SECRETS, ChangeClass.HITLESS) == Survey({}, ())
    assert "".join(capfd.readouterr()) == ""


def test_a_failed_canary_ends_the_run(fleet: Fleet, network: FakeNetwork) -> None:
    run(fleet)
    for switch in network.switches.values():
        switch.edit("WRED_PROFILE", "AZURE_LOSSLESS", green_max_threshold="999")
    canary = look(fleet).waves[0].devices[0]
    network.switches[canary].faults(apply_patch="refuse")
    assert network.logs
    results = run(fleet)
    assert "failed with status 1" in results[canary].failed
    others = [result for name, result in results.items() if name != canary]
    assert {result.failed for result in others} == {
        "not attempted: 1 of 1 switches of wave 1 failed, more than 10 % "
        "(rollout.max_fail_percentage)"
    }
    assert set(network.logs) == {canary}
    network.switches[canary].faults()
    assert {result.failed for result in run(fleet).values()} == {""}


def test_a_change_above_the_accepted_class_is_in_no_wave(
    fleet: Fleet, network: FakeNetwork
) -> None:
    run(fleet)
    network.switches["spine1"].edit("DEVICE_METADATA", "localhost", bgp_asn="1")
    network.switches["spine2"].edit("WRED_PROFILE", "AZURE_LOSSLESS", green_max_threshold="999")
    assert network.logs
    results = run(fleet)
    assert "needs a config reload" in results["spine1"].failed
    assert results["spine2"].changed
    assert set(network.logs) == {"spine2"}
    accepted = run(fleet, ChangeClass.CONFIG_RELOAD)
    assert accepted["spine1"].failed == ""
    assert network.logs["spine1"] == [
        "TSA",
        "checkpoint",
        "reload",
        "TSB",
        "save",
        "delete-checkpoint",
    ]


def test_an_unusable_switch_fails_alone(fleet: Fleet, network: FakeNetwork) -> None:
    network.switches["spine1"].break_at("--", times=99)
    results = run(fleet)
    assert results["spine1"].failed == "spine1: the connection broke"
    assert [name for name, result in results.items() if result.failed] == ["spine1"]
