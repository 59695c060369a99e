"""How a lab ends: completely, also after its `up` was killed at any moment."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from railwright import api
from railwright.lab import boot, lifecycle, rootfs, state
from railwright.lab.lifecycle import LabOptions
from railwright.lab.process import is_alive
from railwright.lab.state import LabFolder
from railwright.lab.status import status
from railwright.plan.model import Plan
from tests.lab.lab_remains import look
from tests.lab.lab_tools import CLUSTER, CONTROLLER, ENVIRONMENT, UP, wait_until

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("lab_host")]


@pytest.fixture
def lab_base(tmp_path: Path) -> Iterator[Path]:
    """A place to record a lab, which is taken down whatever happens."""
    yield tmp_path
    lifecycle.down(CLUSTER, lambda _: None, tmp_path)


def test_down_ends_everything_and_again_does_nothing(
    lab_plan: Plan, lab_cache: Path, lab_base: Path
) -> None:
    before = look(CLUSTER, lab_base)
    options = LabOptions(cache=lab_cache, nodes=1, base=lab_base)
    lifecycle.up(lab_plan, options, lambda _: None)
    record = state.load(LabFolder(lab_base, CLUSTER))
    assert record is not None
    running = [one for inside in boot.processes(record.namespaces).values() for one in inside]
    assert len(running) > len(record.members)
    with subprocess.Popen(
        ["nsenter", f"--net={state.NETNS_FOLDER / CONTROLLER}", "sleep", "300"]
    ) as forgotten:
        wait_until(lambda: bool(boot.processes([CONTROLLER])[CONTROLLER]))
        assert lifecycle.down(CLUSTER, lambda _: None, lab_base)
        assert forgotten.wait(timeout=5) == -signal.SIGKILL
    assert not [one for one in running if is_alive(one.identity)]
    assert look(CLUSTER, lab_base) == before
    assert not lifecycle.down(CLUSTER, lambda _: None, lab_base)
    assert status(CLUSTER, lab_base).phase == "down"


KILL_AT: Mapping[str, Callable[[Path], bool]] = {
    "as soon as it is recorded": lambda base: (base / CLUSTER / "state.json").exists(),
    "while namespaces are made": lambda _: (state.NETNS_FOLDER / CONTROLLER).exists(),
    "while devices boot": lambda base: (base / CLUSTER / "devices").exists(),
    "when one device has started": lambda base: any(base.glob("*/devices/*/process")),
}


@pytest.mark.parametrize("moment", KILL_AT)
@pytest.mark.parametrize("then", ["down", "up"])
def test_a_killed_up_is_removed_or_resumed(
    moment: str, then: str, lab_plan: Plan, lab_intent: Path, lab_cache: Path, lab_base: Path
) -> None:
    before = look(CLUSTER, lab_base)
    rootfs.ensure(lab_cache, {}, lambda _: None)
    with subprocess.Popen(
        [sys.executable, "-c", UP, str(lab_intent), str(lab_cache), str(lab_base)],
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    ) as starting:
        wait_until(lambda: KILL_AT[moment](lab_base), poll_s=0.001)
        os.kill(starting.pid, signal.SIGKILL)
    if then == "up":
        options = LabOptions(cache=lab_cache, nodes=1, base=lab_base)
        lifecycle.up(lab_plan, options, lambda _: None)
        assert status(CLUSTER, lab_base).is_whole
    assert lifecycle.down(CLUSTER, lambda _: None, lab_base)
    assert look(CLUSTER, lab_base) == before


def test_a_growth_that_was_killed_is_made_anew(
    lab_intent: Path, lab_cache: Path, lab_base: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    before = look(CLUSTER, lab_base)
    folder = tmp_path_factory.mktemp("intents")
    small, large = (folder / name for name in ("small.yml", "large.yml"))
    text = lab_intent.read_text()
    small.write_text(text.replace("count: 2", "count: 1, capacity: 2"))
    large.write_text(text.replace("count: 2", "count: 2, capacity: 2"))
    options = LabOptions(cache=lab_cache, nodes=1, base=lab_base)
    lifecycle.up(api.load_plan(small).plan, options, lambda _: None)
    record = lab_base / CLUSTER / "state.json"
    with subprocess.Popen(
        [sys.executable, "-c", UP, str(large), str(lab_cache), str(lab_base)],
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    ) as growing:
        wait_until(lambda: '"building"' in record.read_text(), poll_s=0.001)
        os.kill(growing.pid, signal.SIGKILL)
    assert lifecycle.up(api.load_plan(large).plan, options, lambda _: None).network_made
    assert status(CLUSTER, lab_base).is_whole
    assert len(status(CLUSTER, lab_base).devices) == 6
    assert lifecycle.down(CLUSTER, lambda _: None, lab_base)
    assert look(CLUSTER, lab_base) == before


def test_a_killed_build_of_the_root_file_system_leaves_nothing(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from railwright.lab import rootfs;"
        "rootfs.ensure(Path(sys.argv[1]), {}, print)"
    )
    argv = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(argv, env=ENVIRONMENT) as building:
        wait_until(lambda: any(tmp_path.glob("rootfs/.building-*/*")), limit_s=60)
        building.kill()
    assert rootfs.cached(tmp_path) is None
    wait_until(lambda: not look("none", tmp_path).processes)
    assert not look("none", tmp_path).mounts
