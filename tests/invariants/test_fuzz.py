"""Whatever an intent says, it ends in a plan that can be written or in messages with a place.

Never in a traceback, never in a hang, never in unbounded memory.
"""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import HealthCheck, given, settings

from railwright import api
from railwright.errors import IntentError, Problem
from railwright.intent import loader, schema, yaml_lines
from railwright.intent.loader import LoadedIntent
from railwright.intent.written import undotted
from railwright.plan.model import Plan
from tests.invariants.mutations import changed_lines, changed_values, texts, well_formed
from tests.invariants.plans import doubles

CPU_SECONDS = 20
MEMORY_BYTES = 6 * 1024**3
MESSAGE_CHARS = 1000
WRITTEN_DEVICES = 40  # plans up to here are also written

DRAWN = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "intent.yml"


@pytest.fixture(autouse=True, scope="module")
def _bounded_memory() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@contextmanager
def watchdog(seconds: float = CPU_SECONDS) -> Iterator[None]:
    """Fail the test when the block takes so much processor time."""

    def bite(_signal: int, _frame: FrameType | None) -> None:
        pytest.fail(f"no plan and no message after {seconds} s")

    before = signal.signal(signal.SIGPROF, bite)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def outcome(target: Path, text: str) -> Plan | IntentError:
    """Return what becomes of an intent; anything but a plan or located problems fails."""
    target.write_bytes(text.encode())
    with watchdog():
        try:
            loaded = loader.load(target)
        except IntentError as err:
            for problem in err.problems:
                check_message(problem, target, text)
            return err
        try:
            plan = api.load_plan.__wrapped__(target).plan
        except IntentError as err:
            for problem in err.problems:
                check_message(problem, target, text)
                check_place(problem, loaded, text)
            return err
        check_plan(plan)
        return plan


def check_message(problem: Problem, target: Path, text: str) -> None:
    assert problem.what
    assert problem.what.isprintable()
    assert problem.path.isprintable()
    assert len(problem.what) < MESSAGE_CHARS
    for leaked in ("pydantic", "Input should", "ruamel", "<class", "Error(", "Traceback"):
        assert leaked not in problem.what
    if not problem.what.endswith("more problems; mend these first"):
        assert problem.file == str(target)
        assert 1 <= problem.line <= text.count("\n") + 1


def check_place(problem: Problem, loaded: LoadedIntent, text: str) -> None:
    """A problem of the plan names a key that exists and the line where it is written."""
    path = undotted(problem.path)
    assert problem.path
    assert schema.at(path), f"{problem.path} is no key of an intent"
    written, _ = yaml_lines.parse(text, "again")
    assert problem.line == written.deepest(path).line
    assert loaded.sources.place(problem.path) == (problem.file, problem.line)


def check_plan(plan: Plan) -> None:
    """The least a plan is good for: nothing twice, and every file can be made."""
    ends = [(end.device, end.port) for link in plan.links for end in (link.a, link.z) if end.port]
    addresses = [device.management.address for device in plan.devices]
    addresses += [device.bmc.address for device in plan.devices if device.bmc]
    addresses += [device.loopback for device in plan.devices if device.loopback]
    for things in ([device.name for device in plan.devices], ends, addresses):
        assert not doubles(things)
    if len(plan.devices) <= WRITTEN_DEVICES:
        paths = [file.path for file in api.artefacts(plan)]
        assert paths
        assert not doubles(paths)


def test_every_base_is_a_plan(target: Path) -> None:
    assert [
        name for name, text in texts().items() if not isinstance(outcome(target, text), Plan)
    ] == []


def forever() -> None:
    while True:
        pass


def test_the_watchdog_bites() -> None:
    def watched() -> None:
        with watchdog(0.1):
            forever()

    with pytest.raises(pytest.fail.Exception, match=r"no message after 0\.1 s"):
        watched()


@settings(DRAWN, max_examples=200)
@given(changed_values())
def test_changed_values(target: Path, text: str) -> None:
    outcome(target, text)


@settings(DRAWN, max_examples=150)
@given(changed_lines())
def test_changed_lines(target: Path, text: str) -> None:
    outcome(target, text)


@settings(DRAWN, max_examples=250)
@given(well_formed())
def test_well_formed_but_perhaps_impossible(target: Path, text: str) -> None:
    outcome(target, text)
