import os
import subprocess
import time
from pathlib import Path

import pytest

from railwright.lab.process import (
    Identity,
    by_network,
    first_child,
    identify,
    is_alive,
    kill,
    parse_stat,
)


def test_a_command_with_spaces_and_brackets_does_not_shift_the_fields() -> None:
    tail = " ".join(["S", *map(str, range(4, 22)), "987654", "0"])
    assert parse_stat(f"42 (a) b (c)) {tail}\n") == Identity(42, 987654)


@pytest.mark.parametrize("text", ["", "42 (sh) S 1 2", "garbage"])
def test_half_a_status_line_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a process status line"):
        parse_stat(text)


def test_kill_ends_exactly_the_process_that_is_meant() -> None:
    with subprocess.Popen(["sleep", "60"]) as child:
        identity = identify(child.pid)
        assert identity is not None
        stranger = Identity(identity.pid, identity.start_ticks - 1)
        assert kill([stranger]) == ()
        assert is_alive(identity)
        assert kill([identity]) == ()
        assert not is_alive(identity)
        assert child.wait() == -9


def test_a_zombie_is_not_alive() -> None:
    with subprocess.Popen(["true"]) as child:
        deadline = time.monotonic() + 5
        while identify(child.pid) is not None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert identify(child.pid) is None  # still a zombie: nobody has waited for it


def test_nothing_is_known_of_a_number_without_a_process() -> None:
    with subprocess.Popen(["true"]) as child:
        child.wait()
    assert identify(child.pid) is None
    assert kill([Identity(child.pid, 1)]) == ()


def test_processes_are_found_by_their_network_namespace() -> None:
    own = Path("/proc/self/ns/net").stat().st_ino
    found = by_network([own, 1])
    me = next(one for one in found[own] if one.identity.pid == os.getpid())
    assert me.identity == identify(os.getpid())
    assert found[1] == []


def test_the_first_child_of_a_process() -> None:
    with subprocess.Popen(["sh", "-c", "sleep 60; true"]) as shell:
        deadline = time.monotonic() + 5
        while (child := first_child(shell.pid)) is None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert child is not None
        assert Path(f"/proc/{child}/stat").read_text().split()[3] == str(shell.pid)
        kill(one for pid in (shell.pid, child) if (one := identify(pid)) is not None)
    assert first_child(shell.pid) is None
