"""Restarts: said before they come, refused where they would do harm, and not repeated in vain."""

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from railwright import api_nodes
from railwright.emitters.node_config import nic_names, roce
from railwright.emitters.node_config.state import RoleState
from railwright.errors import RailwrightError
from railwright.files import OutputFile
from railwright.nodes import answer, attempt, doubts, restart
from railwright.nodes.model import RestartReason, Wanted
from railwright.nodes.wanted import Site, of_device
from railwright.plan.model import Plan
from tests.unit.nodes.machine import OLD_KERNEL, Machine, bare, converged, in_sync, looked_at
from tests.unit.nodes.test_run import Run, ran

MAY_CHANGE = "NIC firmware: parameters may change"
JOB = {"pid": 4242, "name": "python3", "user": "alice", "device": "/dev/nvidia0"}
PENDING = {"name": "rail0 ATS_ENABLED", "running": "0", "next": "1", "remedy": "reboot"}
DIFFERS = {"name": "rail0 PFC", "running": "none", "wanted": "3"}


@pytest.fixture(autouse=True)
def _plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """A node wants what its machine says, so that tests need no file for it."""
    monkeypatch.setattr(
        api_nodes.Node, "wanted", property(lambda node: node.execute.__self__.wanted)
    )


def predicted(wanted: Wanted, seen: dict[str, Any]) -> list[str]:
    return [str(one) for one in restart.predicted(wanted, looked_at(wanted, seen))]


def found(wanted: Wanted, seen: dict[str, Any]) -> list[str]:
    return [str(one) for one in restart.reasons(wanted, looked_at(wanted, seen))]


def of_role(wanted: Wanted, role: str, path: str) -> OutputFile:
    return next(one for one in wanted.roles[role].files if one.path == path)


def pending(machine: Machine, **more: str) -> None:
    """Have a NIC wait for something."""
    machine.seen["checks"]["nic_firmware"] = in_sync([{**PENDING, **more}])


def other_firmware(wanted: Wanted) -> Wanted:
    """Return the same node with another firmware parameter in its plan."""
    role = wanted.roles["nic_firmware"]
    values = json.loads(of_role(wanted, "nic_firmware", roce.FIRMWARE).content)
    values["ports"][0]["parameters"]["CNP_DSCP_P1"] += 1
    file = OutputFile(roce.FIRMWARE, json.dumps(values).encode())
    files = (*(one for one in role.files if one.path != roce.FIRMWARE), file)
    return replace(wanted, roles={**wanted.roles, "nic_firmware": replace(role, files=files)})


def test_another_firmware_parameter_of_the_plan_is_said_before_it_is_set(wanted: Wanted) -> None:
    new = other_firmware(wanted)
    machine = Machine(new, converged(wanted))
    run = ran(machine, check=True)
    assert run.results["survey"]["restart"] == [MAY_CHANGE]
    assert run.results["restart"]["reasons"] == []  # else the restart would show as a change
    assert run.results["survey"]["msg"] == f"may restart: {MAY_CHANGE}"
    assert predicted(wanted, converged(wanted)) == []


def test_what_a_check_says_of_an_older_file_is_not_predicted(wanted: Wanted) -> None:
    seen = converged(wanted)
    difference = {"name": "rail0 CNP_DSCP_P1", "running": "48", "wanted": "46"}
    report = {"differences": [difference], "pending": [], "warnings": []}
    seen["checks"]["nic_firmware"] = {"rc": 2, "out": report, "error": ""}
    assert predicted(wanted, seen) == ["rail0 CNP_DSCP_P1: 48 runs, 46 is to"]
    assert predicted(other_firmware(wanted), seen) == [MAY_CHANGE]


@pytest.mark.parametrize("lost", ["file", "program", "answer"])
def test_firmware_that_nobody_could_compare_may_change(wanted: Wanted, lost: str) -> None:
    seen = converged(wanted)
    if lost == "file":
        seen["files"][f"/{roce.FIRMWARE}"] = None
    elif lost == "program":
        del seen["checks"]["nic_firmware"]
    else:
        seen["checks"]["nic_firmware"] = {"rc": 1, "out": None, "error": "no mlxconfig"}
    assert predicted(wanted, seen) == [MAY_CHANGE]
    roles = {role: state for role, state in wanted.roles.items() if role != "nic_firmware"}
    assert predicted(replace(wanted, roles=roles), seen) == []


def test_a_bare_node_may_have_firmware_to_change_besides_the_rest(wanted: Wanted) -> None:
    reasons = restart.predicted(wanted, looked_at(wanted, bare(wanted)))
    assert [str(one) for one in reasons if not one.sure] == [MAY_CHANGE]
    assert answer.prediction(reasons, looked_at(wanted, bare(wanted))).startswith("will restart: ")


def test_names_are_predicted_in_the_words_of_the_check(wanted: Wanted) -> None:
    seen = converged(wanted)
    port = json.loads(of_role(wanted, "nic_names", nic_names.PLACES).content)["ports"][0]
    address, interface, rdma = port["pci"], port["interface"], port["rdma"]
    device = next(one for one in seen["pci"] if one["address"] == address)
    device |= {"net": ["eth4"], "infiniband": ["mlx5_0"]}
    del seen["checks"]["nic_names"]
    said = predicted(wanted, seen)
    assert said == [
        f"interface at {address}: eth4 runs, {interface} is to",
        f"RDMA device at {address}: mlx5_0 runs, {rdma} is to",
    ]
    seen["checks"]["nic_names"] = in_sync(
        [
            {"name": f"interface at {address}", "running": "eth4", "next": interface},
            {"name": f"RDMA device at {address}", "running": "mlx5_0", "next": rdma},
        ]
    )
    for one in seen["checks"]["nic_names"]["out"]["pending"]:
        one["remedy"] = "reboot"
    assert found(wanted, seen) == said == predicted(wanted, seen)


def test_names_of_an_older_plan_are_not_predicted(wanted: Wanted) -> None:
    seen = converged(wanted)
    seen["checks"]["nic_names"] = in_sync(
        [{"name": "interface at X", "running": "eth4", "next": "rail9", "remedy": "reboot"}]
    )
    assert predicted(wanted, seen) == []


@pytest.mark.parametrize("lost", ["package", "version", "module", "old module"])
def test_nothing_restarts_into_what_is_not_installed(wanted: Wanted, lost: str) -> None:
    assert wanted.stack is not None
    machine = Machine(wanted, converged(wanted) | {"kernel": OLD_KERNEL})
    kernel, version = min(wanted.stack.system.kernel.packages.items())
    release, driver = wanted.stack.system.kernel.release, wanted.modules["nvidia"]
    if lost == "package":
        del machine.seen["packages"][kernel]
        what = f"{kernel} {version} is not installed"
    elif lost == "version":
        machine.seen["packages"][kernel]["version"] = "1"
        what = f"{kernel} is installed as 1, not {version}"
    elif lost == "module":
        machine.seen["modules"]["nvidia"]["disk"] = None
        what = f"kernel module nvidia {driver} is not there for kernel {release}"
    else:
        machine.seen["modules"]["nvidia"]["disk"] = "1.2"
        what = f"kernel module nvidia is 1.2 for kernel {release}, not {driver}"
    result = api_nodes.reasons(Run(machine).node)
    assert result["failed"]
    assert result["msg"] == (
        "gpu0001 is not restarted, as what it would start is not there:\n"
        f"- {what}; run the whole play first, without --tags"
    )
    assert "railwright_files" not in machine.log


def test_a_node_of_network_alone_has_no_kernel_to_miss(wanted: Wanted) -> None:
    seen = looked_at(wanted, bare(wanted))
    assert doubts.missing(wanted, seen)
    assert doubts.missing(replace(wanted, stack=None), seen) == ()


def rebooted(machine: Machine) -> None:
    """Boot, and have everything as it was before."""
    machine.seen["boot_id"] += "+"


def test_a_reason_that_a_restart_did_not_settle_causes_no_other(wanted: Wanted) -> None:
    machine = Machine(wanted, converged(wanted) | {"kernel": OLD_KERNEL})
    first = ran(machine)
    assert first.failed == []
    rebooted(machine)
    after = api_nodes.restarted(first.node, first.results["restart"]["boot_id"])
    assert f"- kernel: {OLD_KERNEL} runs, " in after["msg"]
    second = ran(machine, name="2")
    assert second.failed == ["restart"]
    head, reason = second.results["restart"]["msg"].splitlines()
    assert head.startswith("gpu0001 restarted for this already, and it is as before; mend it")
    assert "or remove /var/lib/railwright/restart on the node" in head
    assert reason.startswith(f"- kernel: {OLD_KERNEL} runs, ")
    assert second.results["survey"]["msg"].startswith("restarted for this already, and it is as")
    # Another thing that runs is no other reason, and a reason less is none.
    machine.seen["kernel"] = "6.1.0-2-amd64"
    assert ran(machine, name="3").failed == ["restart"]


def test_a_new_reason_or_a_removed_note_restarts_again(wanted: Wanted) -> None:
    machine = Machine(wanted, converged(wanted) | {"kernel": OLD_KERNEL})
    ran(machine)
    rebooted(machine)
    pending(machine)
    second = ran(machine, name="2")
    assert (second.failed, len(second.results["restart"]["reasons"])) == ([], 2)
    rebooted(machine)
    machine.seen["checks"]["nic_firmware"] = in_sync([])
    assert ran(machine, name="3").failed == ["restart"]
    for path in list(machine.seen["files"]):
        if path.startswith(attempt.FOLDER):
            machine.seen["files"][path] = None
    assert ran(machine, name="4").failed == []


def test_a_restart_that_never_came_is_tried_again(wanted: Wanted) -> None:
    machine = Machine(wanted, converged(wanted) | {"kernel": OLD_KERNEL})
    assert ran(machine).failed == []
    assert ran(machine, name="2").failed == []


@pytest.mark.parametrize("by", ["the look after it", "the next run"])
def test_what_is_settled_is_forgotten(wanted: Wanted, by: str) -> None:
    machine = Machine(wanted, converged(wanted) | {"kernel": OLD_KERNEL})
    first = ran(machine)
    assert machine.seen["memory"][attempt.OWNER]["paths"]
    machine.restart()
    if by == "the look after it":
        assert not api_nodes.restarted(first.node, "boot").get("failed")
    else:
        assert ran(machine, name="2").failed == []
    assert machine.seen["memory"][attempt.OWNER]["paths"] == []
    machine.seen["kernel"] = OLD_KERNEL
    assert ran(machine, name="3").failed == []


def test_a_node_that_cannot_keep_its_reasons_does_not_restart(wanted: Wanted) -> None:
    machine = Machine(wanted, converged(wanted) | {"kernel": OLD_KERNEL})
    machine.failing["railwright_files"] = {"msg": "/var/lib/railwright: No space left on device"}
    result = api_nodes.reasons(Run(machine).node)
    assert result["failed"]
    assert result["msg"].startswith("gpu0001 cannot keep what it restarts for:\n- the disk is full")


def test_a_note_names_what_it_was_for_and_in_which_boot() -> None:
    files = attempt.note([RestartReason("kernel", "1", "2", "kernel")], "abc")
    assert [one.content for one in files] == [b"kernel: 1 runs, 2 is to\n", b"abc\n"]
    assert files[1].path == "var/lib/railwright/restart/boot-id"


@pytest.mark.parametrize(
    ("change", "waits"),
    [
        ({"kernel": OLD_KERNEL}, True),
        ({"cmdline": "quiet"}, True),
        ({"reboot_required": True}, False),
        ({}, False),
    ],
)
def test_only_what_hardware_needs_to_show_defers_its_settings(
    wanted: Wanted, change: dict[str, Any], waits: bool
) -> None:
    machine = Machine(wanted, converged(wanted) | change)
    report = {"differences": [DIFFERS]}
    machine.seen["checks"]["nic_names"] = {"rc": 2, "out": report, "error": ""}
    assert ran(machine).failed == ([] if waits else ["nic_names"])


@pytest.mark.parametrize(("name", "waits"), [("ATS_ENABLED", False), ("LINK_TYPE_P1", True)])
def test_a_port_that_is_no_ethernet_yet_defers_its_settings_and_other_firmware_does_not(
    wanted: Wanted, name: str, waits: bool
) -> None:
    machine = Machine(wanted, converged(wanted))
    pending(machine, name=f"rail0 {name}")
    report = {"differences": [DIFFERS]}
    machine.seen["checks"]["nic_names"] = {"rc": 2, "out": report, "error": ""}
    assert ran(machine).failed == ([] if waits else ["nic_names"])


def test_jobs_forbid_a_run_that_ends_them_and_a_check_names_them(wanted: Wanted) -> None:
    machine = Machine(wanted, converged(wanted) | {"kernel": OLD_KERNEL, "busy": [JOB]})
    run = ran(machine)
    assert run.failed == ["survey"]
    assert "are in use by python3 (process 4242 of alice" in run.results["survey"]["msg"]
    assert set(machine.log) == {"railwright_observe"}
    look = ran(machine, check=True, name="2")
    assert look.failed == []
    first, second = look.results["survey"]["msg"].splitlines()
    assert first.startswith("will restart: kernel: ")
    assert [second] == look.results["survey"]["busy"]
    assert "are in use by python3" in second


def test_jobs_that_began_during_a_run_forbid_its_restart(wanted: Wanted) -> None:
    machine = Machine(wanted, converged(wanted) | {"kernel": OLD_KERNEL})
    run = Run(machine)
    run.keep(api_nodes.survey(run.node))
    machine.seen["busy"] = [JOB]
    result = api_nodes.reasons(run.node)
    assert result["failed"]
    assert result["msg"].startswith("gpu0001 has to restart, and is at work:\n- GPUs or RDMA ")


@pytest.mark.parametrize(("given", "fails"), [(True, []), ("true", []), ("no", ["survey"])])
def test_jobs_may_be_disturbed_on_demand(
    wanted: Wanted, given: object, fails: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(wanted, converged(wanted) | {"kernel": OLD_KERNEL, "busy": [JOB]})
    node = Run.node.fget  # type: ignore[attr-defined]
    monkeypatch.setattr(
        Run,
        "node",
        property(
            lambda run: replace(
                node(run), variables={**node(run).variables, api_nodes.DISTURB: given}
            )
        ),
    )
    assert ran(machine).failed == fails


def test_whether_jobs_may_be_disturbed_is_yes_or_no(wanted: Wanted) -> None:
    node = Run(Machine(wanted, converged(wanted))).node
    with pytest.raises(RailwrightError, match="railwright_disturb_jobs is 'perhaps'; give true"):
        api_nodes.survey(replace(node, variables={api_nodes.DISTURB: "perhaps"}))


def test_what_a_reset_said_and_what_is_left_are_told_after_the_restart(wanted: Wanted) -> None:
    machine = Machine(wanted, converged(wanted))
    pending(machine)
    run = ran(machine)
    assert run.results["restart"]["reasons"] == ["rail0 ATS_ENABLED: 0 runs, 1 is to"]
    rebooted(machine)
    after = api_nodes.restarted(run.node, "boot", "rail0: the driver is in use\n")
    assert after["msg"].splitlines() == [
        "gpu0001 restarted, and this is still not as it should be:",
        "- rail0 ATS_ENABLED: 0 runs, 1 is to",
        "- the reset before it failed: rail0: the driver is in use",
        f"- for firmware that a restart does not load, {answer.COLD}",
    ]


def without(wanted: Wanted, role: str) -> Wanted:
    return replace(wanted, roles={name: one for name, one in wanted.roles.items() if name != role})


def test_a_role_that_the_plan_no_longer_wants_is_undone_once(wanted: Wanted) -> None:
    machine = Machine(without(wanted, "exporters"), converged(wanted))
    paths = machine.seen["memory"]["exporters"]["paths"]
    assert paths
    first = ran(machine)
    assert first.changed == ["exporters"]
    assert [machine.seen["files"][path] for path in paths] == [None] * len(paths)
    machine.log.clear()
    assert ran(machine, name="2").changed == []
    assert machine.log == ["railwright_observe"]


def test_a_role_that_was_never_there_is_not_looked_at_again(wanted: Wanted) -> None:
    seen = converged(wanted)
    seen["memory"].pop("exporters")
    seen["files"]["/etc/lldpd.d/railwright.conf"] = None
    machine = Machine(without(wanted, "exporters"), seen)
    first = ran(machine)
    assert first.changed == ["lldp"]
    others = [role for role in machine.wanted.roles if list(machine.wanted.roles).index(role) > 1]
    # One look at the whole, one after lldp, one before the restart, one for each role that follows.
    assert machine.log.count("railwright_observe") == 3 + len(others)


def test_a_mirror_that_does_not_answer_is_told_from_one_that_is_not_built(
    plans: dict[str, Plan],
) -> None:
    plan = plans[max(plans)]
    device = plan.device["gpu0001"]
    never = of_device(plan, device, Site())
    silent = of_device(plan, device, Site(silent="mgmt01 did not answer (timed out)"))
    assert (bool(never.missing), never.faults) == (True, ())
    assert [str(one) for one in silent.faults] == [
        "mgmt01 did not answer (timed out); see that it runs and takes log-ins, then run this again"
    ]
    assert silent.missing == ()
    known = of_device(plan, device, Site(key="KEY\n", silent="mgmt01 did not answer"))
    assert (known.missing, known.faults) == ((), ())


def test_faults_of_the_controller_forbid_a_run(wanted: Wanted, plans: dict[str, Plan]) -> None:
    plan = plans[max(plans)]
    silent = of_device(plan, plan.device["gpu0001"], Site(silent="mgmt01 did not answer"))
    machine = Machine(replace(wanted, faults=silent.faults), converged(wanted))
    run = ran(machine)
    assert run.failed == ["survey"]
    assert run.results["survey"]["msg"].splitlines()[1].startswith("- mgmt01 did not answer; see ")


def test_a_state_of_a_role_without_the_file_predicts_nothing(wanted: Wanted) -> None:
    roles = {**wanted.roles, "nic_firmware": RoleState(), "nic_names": RoleState()}
    assert predicted(replace(wanted, roles=roles), converged(wanted)) == []


def test_what_packages_ask_for_is_new_after_every_boot(wanted: Wanted) -> None:
    """A boot ends it, so one that was written down before is not the one that is there now."""
    kernel = RestartReason("kernel", "old", "new", "kernel")
    packages = RestartReason("packages", "what was installed", "what asks", "packages")
    notes = attempt.note([packages, kernel], "old boot")
    seen = converged(wanted) | {"boot_id": "new boot"}
    seen["memory"][attempt.OWNER] = {"paths": [f"/{one.path}" for one in notes], "pending": []}
    digests = {f"/{one.path}": hashlib.sha256(one.content).hexdigest() for one in notes}
    seen["files"] |= {path: {"sha256": digest} for path, digest in digests.items()}
    assert attempt.in_vain([kernel], seen)
    assert not attempt.in_vain([packages], seen)
    assert not attempt.in_vain([packages, kernel], seen)
