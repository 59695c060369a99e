"""Selecting devices, running on many at once, and reading several things in one command."""

import subprocess
import threading
from collections.abc import Sequence

import pytest

from railwright.device.clock import RealClock, wait_until
from railwright.device.errors import InterruptError, UnreachableError
from railwright.device.fleet import Fleet
from railwright.device.inventory import SelectionError, nornir, select
from railwright.device.observe import bgp_states
from railwright.device.parts import read_parts
from railwright.device.session import Result, Session, Target
from railwright.plan.model import Device, Plan
from tests.unit.device.fakes import FakeClock


class Shell:
    """A session with this host's shell."""

    name = "here"

    def run(self, command: Sequence[str], stdin: bytes = b"", timeout_s: float = 60) -> Result:
        done = subprocess.run(
            list(command), input=stdin, capture_output=True, timeout=timeout_s, check=False
        )
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


class Nobody:
    """A connector whose devices are names only."""

    def session(self, target: Target) -> Session:
        shell = Shell()
        shell.name = f"{target.user}@{target.address}"
        return shell


def names(devices: Sequence[Device]) -> list[str]:
    return [device.name for device in devices]


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("leaf", ["su1-rail0-leaf", "su1-rail1-leaf", "su2-rail0-leaf", "su2-rail1-leaf"]),
        ("su1,!gpu_node", ["su1-rail0-leaf", "su1-rail1-leaf"]),
        ("rail0", ["su1-rail0-leaf", "su2-rail0-leaf"]),
        ("spine1, su2-rail1-leaf", ["su2-rail1-leaf", "spine1"]),
        ("su*-rail1-*", ["su1-rail1-leaf", "su2-rail1-leaf"]),
        ("switch,!spine,!su1", ["su2-rail0-leaf", "su2-rail1-leaf"]),
    ],
)
def test_a_limit_names_devices_groups_and_globs(
    plan: Plan, limit: str, expected: list[str]
) -> None:
    assert names(select(plan, limit)[0]) == expected


def test_without_a_limit_it_is_everything(plan: Plan) -> None:
    devices, skipped = select(plan)
    assert devices == plan.devices
    assert skipped == ()


def test_devices_that_are_not_here_are_skipped(plan: Plan) -> None:
    devices, skipped = select(plan, "spine", only=["spine2", "gpu0001"])
    assert names(devices) == ["spine2"]
    assert skipped == ("spine1",)


@pytest.mark.parametrize(
    ("limit", "text"), [("spine9", "no device or group is called 'spine9'"), ("spine,!spine", "no")]
)
def test_a_limit_that_fits_nothing_is_an_error(plan: Plan, limit: str, text: str) -> None:
    with pytest.raises(SelectionError, match=text):
        select(plan, limit)


def test_the_inventory_has_the_plans_addresses_and_groups(plan: Plan) -> None:
    leaf = plan.device["su1-rail0-leaf"]
    host = nornir(plan, plan.devices).inventory.hosts[leaf.name]
    assert host.hostname == leaf.management.address
    assert host.username == "admin"
    assert {group.name for group in host.groups} >= {"leaf", "su1", "rail0", "switch"}


def test_results_and_errors_come_back_by_device(plan: Plan) -> None:
    def work(session: Session, device: Device) -> str:
        if device.name == "spine1":
            raise UnreachableError("gone")
        return session.name

    done: list[str] = []
    fleet = Fleet(plan, Nobody(), RealClock(), workers=4)
    found = fleet.run(plan.switches, work, done.append)
    leaf = plan.device["su1-rail0-leaf"]
    assert found[leaf.name] == f"admin@{leaf.management.address}"
    assert isinstance(found["spine1"], UnreachableError)
    assert list(found) == names(plan.switches)
    assert sorted(done) == sorted(found)


def test_a_mistake_in_the_program_is_not_swallowed(
    plan: Plan, caplog: pytest.LogCaptureFixture
) -> None:
    def work(_session: Session, _device: Device) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Fleet(plan, Nobody(), RealClock(), workers=1).run(plan.switches[:1], work)
    assert "ZeroDivisionError" in caplog.text


def test_ctrl_c_stops_every_device_at_its_next_step(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = RealClock()
    released: list[str] = []
    started = threading.Event()

    def work(_session: Session, device: Device) -> None:
        started.set()
        try:
            clock.sleep(60)
        finally:
            released.append(device.name)

    def interrupt(*_args: object, **_options: object) -> None:
        started.wait()
        raise KeyboardInterrupt

    monkeypatch.setattr("railwright.device.runner.wait", interrupt)
    with pytest.raises(KeyboardInterrupt):
        Fleet(plan, Nobody(), clock, workers=2).run(plan.switches, work)
    assert 1 <= len(released) <= 2


def test_a_stopped_clock_interrupts() -> None:
    clock = RealClock()
    clock.check()
    clock.stop()
    with pytest.raises(InterruptError, match="run the command again"):
        clock.sleep(60)


def test_waiting_asks_at_least_once_and_gives_up() -> None:
    clock = FakeClock()
    asked: list[float] = []

    def never() -> bool:
        asked.append(clock.now())
        return False

    assert not wait_until(clock, never, 0)
    assert asked == [0]
    assert not wait_until(clock, never, 2.5)
    assert asked == [0, 0, 1, 2, 2.5]
    assert wait_until(clock, lambda: clock.now() > 4, 10)


def test_parts_hold_what_succeeded() -> None:
    script = 'part one echo "$1"\npart two quiet false\npart three printf "a\\n\\nb"'
    parts, result = read_parts(Shell(), script, ("a 'word'; exit 9",))
    assert parts == {"one": "a 'word'; exit 9\n", "three": "a\n\nb"}
    assert result.status == 0


@pytest.mark.parametrize(
    ("text", "states"),
    [
        (
            '{"ipv4Unicast":{"routerId":"1.1.1.1","peers":{"10.0.0.1":{"state":"Established"}}}}',
            {"10.0.0.1": "Established"},
        ),
        ('{"peers":{"10.0.0.1":{"state":"Active"}}}', {"10.0.0.1": "Active"}),
        ("{}", {}),
        ("[]", {}),
        ("", {}),
        ("% BGP instance not found", {}),
    ],
)
def test_bgp_summaries(text: str, states: dict[str, str]) -> None:
    assert bgp_states(text) == states
