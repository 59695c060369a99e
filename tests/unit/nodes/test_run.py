"""What a run does to a node, from one without anything to one in sync, and back and forth."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from railwright import api_nodes
from railwright.emitters.node_config import ROLES
from railwright.errors import RailwrightError
from railwright.nodes import restart
from railwright.nodes.model import Wanted
from tests.unit.nodes.machine import Machine, bare, converged, file_state, looked_at


class Run:
    """One run of the play against a machine; facts are kept as Ansible keeps them."""

    def __init__(self, machine: Machine, *, check: bool = False, name: str = "1") -> None:
        self.machine, self.check, self.name = machine, check, name
        self.facts: dict[str, Any] = {}
        self.results: dict[str, dict[str, Any]] = {}

    @property
    def node(self) -> api_nodes.Node:
        self.machine.check = self.check
        variables = {"ansible_facts": self.facts}
        return api_nodes.Node(
            Path("unused"), "gpu0001", variables, self.name, self.machine.execute, self.check
        )

    def keep(self, result: dict[str, Any]) -> dict[str, Any]:
        self.facts.update(result.get("ansible_facts", {}))
        return result

    def converge(self) -> None:
        """Look, run every role and its handlers' last one; stop at the first failure."""
        result = self.keep(api_nodes.survey(self.node))
        self.results["survey"] = result
        if result.get("failed"):
            return
        for role in ROLES:
            result = self.results[role] = self.keep(api_nodes.converge(self.node, role))
            if result.get("failed"):
                return
        for role in ROLES:
            if self.results[role]["changed"] and not self.check:
                api_nodes.confirm(self.node, role)
        self.results["restart"] = self.keep(api_nodes.reasons(self.node))

    @property
    def changed(self) -> list[str]:
        return [name for name, one in self.results.items() if one["changed"]]

    @property
    def failed(self) -> list[str]:
        return [name for name, one in self.results.items() if one.get("failed")]


@pytest.fixture(autouse=True)
def _plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """A node wants what its machine says, so that tests need no file for it."""
    monkeypatch.setattr(
        api_nodes.Node, "wanted", property(lambda node: node.execute.__self__.wanted)
    )


def ran(machine: Machine, *, check: bool = False, name: str = "1") -> Run:
    run = Run(machine, check=check, name=name)
    run.converge()
    return run


def test_a_bare_node_is_converged_restarted_once_and_then_left_alone(wanted: Wanted) -> None:
    machine = Machine(wanted, bare(wanted))
    first = ran(machine)
    assert first.failed == []
    assert set(first.changed) == set(wanted.roles)
    reasons = first.results["restart"]["reasons"]
    assert any(one.startswith("kernel: ") for one in reasons)
    machine.restart()
    after = api_nodes.restarted(first.node, first.results["restart"]["boot_id"])
    assert (after.get("failed"), after.get("msg")) == (None, None)
    machine.log.clear()
    second = ran(machine, name="2")
    assert (second.changed, second.results["restart"]["reasons"]) == ([], [])
    assert machine.log == ["railwright_observe"]


def test_the_prediction_is_what_is_found_after_the_change(wanted: Wanted) -> None:
    machine = Machine(wanted, bare(wanted))
    predicted = restart.predicted(wanted, looked_at(wanted, machine.seen))
    run = ran(machine)
    found = restart.reasons(wanted, looked_at(wanted, machine.seen))
    firmware = {one for one in found if one.what.startswith("nic_firmware")}
    assert set(found) - firmware == {one for one in predicted if one.sure}
    assert firmware  # which nobody could read before
    assert [one for one in predicted if not one.sure] == [restart.UNSURE]
    assert run.results["survey"]["restart"] == [str(one) for one in predicted]


@pytest.mark.parametrize("backwards", [False, True], ids=["upgrade", "downgrade"])
def test_another_release_restarts_for_what_was_predicted(
    releases: list[Wanted], *, backwards: bool
) -> None:
    old, new = reversed(releases) if backwards else releases
    machine = Machine(new, converged(old))
    machine.seen["checks"] |= converged(new)["checks"]
    predicted = restart.predicted(new, looked_at(new, machine.seen))
    assert predicted
    run = ran(machine)
    assert run.failed == []
    assert restart.reasons(new, looked_at(new, machine.seen)) == predicted
    machine.restart()
    assert not api_nodes.restarted(run.node, "boot").get("failed")
    assert ran(machine, name="2").changed == []


def test_firmware_that_can_be_read_is_predicted(wanted: Wanted) -> None:
    machine = Machine(wanted, converged(wanted))
    machine.seen["checks"]["nic_firmware"] = {
        "rc": 2,
        "out": {"differences": [{"name": "rail0 A", "running": "0", "wanted": "1"}]},
        "error": "",
    }
    predicted = restart.predicted(wanted, looked_at(wanted, machine.seen))
    assert [one.what for one in predicted] == ["rail0 A"]
    run = ran(machine)
    assert run.changed == ["nic_firmware"]
    assert run.results["restart"]["reasons"] == [str(one) for one in predicted]


def test_check_mode_runs_nothing_but_looks_and_previews(wanted: Wanted) -> None:
    machine = Machine(wanted, bare(wanted))
    before = looked_at(wanted, machine.seen)
    run = ran(machine, check=True)
    assert set(run.changed) == set(wanted.roles)
    assert set(machine.log) == {"railwright_observe", "railwright_files"}
    assert machine.log.count("railwright_observe") == 1
    assert looked_at(wanted, machine.seen) == before
    shown = run.results["nvidia_driver"]["diff"]
    assert any("package nvidia-open: absent\n" in one.get("before", "") for one in shown)
    sure = [one for one in run.results["survey"]["restart"] if one != str(restart.UNSURE)]
    assert run.results["restart"]["reasons"] == sure


def test_a_converged_node_is_looked_at_once_in_check_mode_too(wanted: Wanted) -> None:
    machine = Machine(wanted, converged(wanted))
    assert ran(machine, check=True).changed == []
    assert machine.log == ["railwright_observe"]


def test_facts_of_another_run_are_not_believed(wanted: Wanted) -> None:
    machine = Machine(wanted, converged(wanted))
    run = ran(machine)
    machine.log.clear()
    later = Run(machine, name="another")
    later.facts = run.facts
    assert not api_nodes.converge(later.node, "lldp")["changed"]
    assert machine.log == ["railwright_observe"]


def test_an_interrupted_run_is_finished_by_the_next(wanted: Wanted) -> None:
    machine = Machine(wanted, converged(wanted))
    path = "/etc/lldpd.d/railwright.conf"
    machine.seen["memory"]["lldp"]["pending"] = [path]
    run = ran(machine)
    assert run.changed == ["lldp"]
    assert run.results["lldp"]["paths"] == [path]
    assert ran(machine, name="2").changed == []


def test_packages_whose_handlers_did_not_run_are_put_into_effect_by_the_next(
    wanted: Wanted,
) -> None:
    machine = Machine(
        wanted, converged(wanted), failing={"railwright_units": {"msg": "openibd did not start"}}
    )
    del machine.seen["packages"]["rdma-core"]
    machine.seen["units"]["openibd.service"]["active"] = "inactive"
    assert ran(machine).failed == ["ofed"]
    assert "rdma-core" in machine.seen["packages"]
    machine.failing.clear()
    second = ran(machine, name="2")
    assert (second.failed, second.changed) == ([], ["ofed"])
    assert second.results["ofed"]["paths"] == ["packages"]
    assert ran(machine, name="3").changed == []


def test_an_installation_of_ours_that_was_cut_short_is_finished_by_the_next(
    wanted: Wanted,
) -> None:
    machine = Machine(wanted, converged(wanted))
    machine.seen["packages"]["rdma-core"]["status"] = "broken"
    machine.seen["packaging"] |= {"interrupted": True, "broken": ["rdma-core"]}
    assert ran(machine).failed == ["survey"]
    machine.seen["memory"]["ofed"]["pending"] = ["packages"]
    run = ran(machine, name="2")
    assert (run.failed, run.changed) == ([], ["ofed"])
    assert run.results["ofed"]["paths"] == ["packages"]
    assert machine.seen["packaging"]["interrupted"] is False
    assert ran(machine, name="3").changed == []


def test_a_source_that_does_not_answer_is_noticed_before_anything_goes(wanted: Wanted) -> None:
    said = "Failed to update apt cache after 2 retries: Could not connect to 10.0.0.9:8080"
    machine = Machine(wanted, converged(wanted), failing={"apt": {"msg": said}})
    old = wanted.roles["base"].absent[0]
    machine.seen["packages"][old] = {"version": "1", "status": "installed"}
    run = ran(machine)
    assert run.failed == ["base"]
    assert old in machine.seen["packages"]
    assert machine.seen["memory"]["base"]["pending"] == []
    machine.failing.clear()
    assert ran(machine, name="2").failed == []
    assert old not in machine.seen["packages"]


def test_a_role_that_leaves_the_plan_is_undone_and_then_left_alone(wanted: Wanted) -> None:
    machine = Machine(wanted, converged(wanted))
    unit = "railwright-test.service"
    path = f"/etc/systemd/system/{unit}"
    machine.seen["memory"]["exporters"]["paths"].append(path)
    machine.seen["files"][path] = file_state(b"[Service]\n")
    machine.seen["units"][unit] = {"load": "loaded", "active": "active", "enabled": "enabled"}
    paths = set(machine.seen["memory"]["exporters"]["paths"])
    roles = {name: one for name, one in wanted.roles.items() if name != "exporters"}
    machine.wanted = replace(wanted, roles=roles)
    shown = ran(machine, check=True)
    assert shown.changed == ["exporters"]
    assert machine.seen["files"][path] is not None
    run = ran(machine, name="2")
    assert (run.failed, run.changed) == ([], ["exporters"])
    assert set(run.results["exporters"]["paths"]) == paths
    assert not [one for one in paths if machine.seen["files"].get(one)]
    assert machine.seen["units"][unit]["active"] == "inactive"
    assert machine.seen["units"][unit]["enabled"] == "disabled"
    machine.log.clear()
    assert ran(machine, name="3").changed == []
    assert machine.log == ["railwright_observe"]


def test_a_step_that_fails_ends_the_role_with_what_to_do(wanted: Wanted) -> None:
    said = "Failed to update apt cache: E:Failed to fetch http://mirror/Packages Hash Sum mismatch"
    machine = Machine(wanted, bare(wanted), failing={"apt": {"msg": said}})
    run = ran(machine)
    assert run.failed == ["base"]
    message = run.results["base"]["msg"]
    assert message.startswith(
        "base on gpu0001:\n- what was downloaded is not what the release pins"
    )
    assert "playbooks/mirror.yml" in message
    assert machine.log[-1] == "apt"
    machine.failing.clear()
    assert ran(machine, name="2").failed == []


def test_what_stays_different_is_named_with_the_program_s_advice(wanted: Wanted) -> None:
    machine = Machine(wanted, converged(wanted))
    report = {
        "differences": [{"name": "rail0 PFC", "running": "none", "wanted": "3"}],
        "warnings": ["rail0: see dmesg"],
    }
    machine.seen["checks"]["nic_names"] = {"rc": 2, "out": report, "error": ""}
    run = ran(machine)
    assert run.failed == ["nic_names"]
    assert run.results["nic_names"]["msg"] == (
        "nic_names on gpu0001: still not as planned after it was set:\n"
        "- rail0 PFC: none -> 3\n- rail0: see dmesg"
    )


def test_checks_wait_for_the_kernel_that_is_meant_to_run(wanted: Wanted) -> None:
    machine = Machine(wanted, converged(wanted))
    report = {"differences": [{"name": "rail0", "running": "no interface", "wanted": "one"}]}
    machine.seen["checks"]["nic_names"] = {"rc": 2, "out": report, "error": ""}
    machine.seen["kernel"] = "6.1.0-1-amd64"
    run = ran(machine)
    assert run.failed == []
    machine.seen["kernel"] = wanted.stack.system.kernel.release if wanted.stack else ""
    assert api_nodes.restarted(run.node, "another")["msg"].splitlines()[1:] == [
        "- rail0: no interface -> one"
    ]


def test_a_module_that_was_not_built_ends_the_run_before_any_restart(wanted: Wanted) -> None:
    machine = Machine(wanted, converged(wanted))
    machine.seen["modules"]["nvidia"]["disk"] = None
    machine.seen["dkms"] = [{"name": "nvidia", "version": "580", "kernel": "", "state": "added"}]
    run = ran(machine)
    assert run.failed == ["nvidia_driver"]
    assert "is not there for kernel" in run.results["nvidia_driver"]["msg"]
    assert "/var/lib/dkms/nvidia/580/build/make.log" in run.results["nvidia_driver"]["msg"]
    headers = next(name for name in machine.seen["packages"] if name.startswith("linux-headers-"))
    del machine.seen["packages"][headers]
    found = api_nodes.converge(Run(machine).node, "nvidia_driver")
    assert f"install {headers}, which DKMS needs to build it (role base)" in found["msg"]
    assert set(machine.log) == {"railwright_observe"}


def test_a_fabric_manager_of_another_version_is_named(wanted: Wanted) -> None:
    machine = Machine(wanted, converged(wanted))
    machine.seen["modules"]["nvidia"] |= {"disk": "1.2.3", "loaded": "1.2.3"}
    found = api_nodes.converge(Run(machine).node, "fabricmanager")
    version = wanted.stack.release.versions.fabric_manager if wanted.stack else ""
    assert found["failed"]
    assert f"the fabric manager is {version}, the driver 1.2.3; " in found["msg"]
    assert "error 802" in found["msg"]


def test_cold_cycles_and_forbidden_restarts_are_failures_with_their_reasons(
    wanted: Wanted,
) -> None:
    machine = Machine(wanted, converged(wanted))
    pending = {"name": "rail0 ATS_ENABLED", "running": "0", "next": "1", "remedy": "cold"}
    machine.seen["checks"]["nic_firmware"]["out"]["pending"] = [pending]
    run = ran(machine)
    result = run.results["restart"]
    assert result["failed"]
    assert result["msg"] == (
        "gpu0001 needs more than a restart, cut its power and put it back (BMC: chassis power "
        "cycle), then run this again:\n- rail0 ATS_ENABLED: 0 runs, 1 is to"
    )
    assert result["resets"] == []
    pending["remedy"] = "reset"
    run = ran(machine, name="2")
    assert not run.failed
    assert run.results["restart"]["resets"] == ["rail0 ATS_ENABLED"]
    assert run.results["restart"]["reasons"] == ["rail0 ATS_ENABLED: 0 runs, 1 is to"]
    assert wanted.stack is not None
    object.__setattr__(wanted.stack.choices, "reboot", "never")
    try:
        run = ran(machine, name="3")
    finally:
        object.__setattr__(wanted.stack.choices, "reboot", "allow")
    assert "which stack.reboot forbids" in run.results["restart"]["msg"]


def test_a_node_that_did_not_boot_is_told_from_one_that_did(wanted: Wanted) -> None:
    machine = Machine(wanted, converged(wanted))
    node = Run(machine).node
    assert "did not restart" in api_nodes.restarted(node, "boot")["msg"]
    assert not api_nodes.restarted(node, "before").get("failed")


def test_a_role_that_does_not_exist_is_refused_with_the_choices(wanted: Wanted) -> None:
    with pytest.raises(RailwrightError, match="no role 'lldpd'; choose one of base, lldp, "):
        api_nodes.converge(Run(Machine(wanted, converged(wanted))).node, "lldpd")


def test_a_node_that_cannot_be_looked_at_says_why(wanted: Wanted) -> None:
    machine = Machine(
        wanted, converged(wanted), failing={"railwright_observe": {"msg": "/x: Permission denied"}}
    )
    with pytest.raises(RailwrightError, match="gpu0001 cannot be looked at: /x: Permission denied"):
        api_nodes.survey(Run(machine).node)


@pytest.mark.parametrize(
    ("asked", "skipped", "found"),
    [
        (None, None, {*ROLES, "restart"}),
        (["nodes"], ["restart"], {*ROLES}),
        (["roce", "restart", "mirror"], [], {"roce", "restart"}),
    ],
)
def test_the_tags_of_a_run_say_which_parts_come(
    asked: list[str] | None, skipped: list[str] | None, found: set[str]
) -> None:
    tags = {"ansible_run_tags": asked, "ansible_skip_tags": skipped}
    node = api_nodes.Node(Path("unused"), "gpu0001", tags, "run", lambda _, __: {})
    assert node.parts == found
