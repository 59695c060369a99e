"""Jobs on a node are named where a run would end them, and nowhere else."""

from dataclasses import replace
from typing import Any

import pytest

from railwright.nodes.busy import DISRUPTIVE, RESTART, troubles
from railwright.nodes.model import Wanted
from tests.unit.nodes.machine import OLD_KERNEL, bare, converged, looked_at

JOB = {"pid": 4242, "name": "python3", "user": "alice", "device": "/dev/nvidia0"}
USES = "GPUs or RDMA devices are in use by "


def drift(wanted: Wanted, seen: dict[str, Any], role: str) -> None:
    """Make all files and packages of a role others than it wants."""
    for path in seen["memory"][role]["paths"]:
        seen["files"][path]["sha256"] = "0" * 64
    for package in wanted.roles[role].packages:
        seen["packages"][package.name]["version"] = "0"


def said(wanted: Wanted, seen: dict[str, Any], *jobs: dict[str, Any]) -> list[str]:
    found = troubles(wanted, looked_at(wanted, seen | {"busy": list(jobs)}))
    return [str(one) for one in found]


def test_a_node_in_sync_and_one_without_jobs_have_no_trouble(wanted: Wanted) -> None:
    assert said(wanted, converged(wanted), JOB) == []
    assert said(wanted, bare(wanted)) == []


def test_a_job_is_named_with_what_the_run_would_do_and_the_way_out(wanted: Wanted) -> None:
    (text,) = said(wanted, converged(wanted) | {"kernel": OLD_KERNEL}, JOB)
    assert wanted.stack is not None
    assert text == (
        f"{USES}python3 (process 4242 of alice, /dev/nvidia0), and this run would restart it "
        f"(kernel: {OLD_KERNEL} runs, {wanted.stack.system.kernel.release} is to); drain the node "
        "in its scheduler and wait for them to end, or disturb them with "
        "-e railwright_disturb_jobs=true"
    )


@pytest.mark.parametrize("role", DISRUPTIVE)
def test_what_takes_devices_away_disturbs(wanted: Wanted, role: str) -> None:
    seen = converged(wanted)
    drift(wanted, seen, role)
    (text,) = said(wanted, seen, JOB)
    assert f"and this run would change {role};" in text or f" change {role} and" in text


def test_what_an_interrupted_run_still_has_to_put_into_effect_disturbs(wanted: Wanted) -> None:
    seen = converged(wanted)
    seen["memory"]["ofed"]["pending"] = ["/etc/modprobe.d/x.conf"]
    (text,) = said(wanted, seen, JOB)
    assert "this run would change ofed; " in text


def test_other_roles_leave_jobs_alone(wanted: Wanted) -> None:
    seen = converged(wanted)
    others = [role for role in wanted.roles if role not in DISRUPTIVE]
    assert {"lldp", "exporters", "nccl"} <= set(others)
    for role in others:
        drift(wanted, seen, role)
    assert said(wanted, seen, JOB) == []


def test_of_many_processes_the_first_are_named(wanted: Wanted) -> None:
    jobs = [JOB | {"pid": number, "device": f"/dev/nvidia{number}"} for number in range(8)]
    (text,) = said(wanted, bare(wanted), *jobs)
    named = ", ".join(f"python3 (process {one} of alice, /dev/nvidia{one})" for one in range(3))
    assert text.startswith(f"{USES}{named}, 5 more, and this run would change ofed, ")
    assert " and restart it (kernel: " in text


def test_what_the_run_is_not_asked_for_disturbs_nobody(wanted: Wanted) -> None:
    seen = converged(wanted) | {"kernel": OLD_KERNEL, "busy": [JOB]}
    drift(wanted, seen, "host_network")
    seen = looked_at(wanted, seen)
    for parts, would in (
        (["exporters"], ""),
        (["host_network"], "would change host_network; "),
        ([RESTART], "would restart it (kernel: "),
    ):
        found = " ".join(map(str, troubles(wanted, seen, parts)))
        assert would in found
        assert bool(found) == bool(would)


def test_a_restart_that_is_forbidden_disturbs_nobody(wanted: Wanted) -> None:
    assert wanted.stack is not None
    choices = wanted.stack.choices.model_copy(update={"reboot": "never"})
    never = replace(wanted, stack=replace(wanted.stack, choices=choices))
    assert said(wanted, converged(wanted) | {"kernel": OLD_KERNEL}, JOB)
    assert said(never, converged(never) | {"kernel": OLD_KERNEL}, JOB) == []
