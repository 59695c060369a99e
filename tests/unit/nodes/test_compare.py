"""What differs between a node and the plan: nothing on a node in sync, every drift on another."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from railwright.nodes import steps
from railwright.nodes.model import RoleWork, Wanted
from railwright.nodes.request import request
from tests.unit.nodes.machine import converged, differing, looked_at

Seen = dict[str, Any]
Drift = Callable[[Wanted, Seen, int], tuple[str, str]]
"""Changes what is seen (the number picks where) and returns role and name of the difference."""


def works(wanted: Wanted, seen: Seen) -> dict[str, RoleWork]:
    observed = looked_at(wanted, seen)
    return {role: steps.work(wanted, role, observed) for role in wanted.roles}


def pick(wanted: Wanted, kind: str, number: int) -> tuple[str, Any]:
    """Return a role and one of the things of a kind that it wants."""
    every = [(role, one) for role, state in wanted.roles.items() for one in getattr(state, kind)]
    return every[number % len(every)]


def edited_file(wanted: Wanted, seen: Seen, number: int) -> tuple[str, str]:
    role, file = pick(wanted, "files", number)
    seen["files"][f"/{file.path}"]["sha256"] = "0" * 64
    return role, f"/{file.path}"


def opened_file(wanted: Wanted, seen: Seen, number: int) -> tuple[str, str]:
    role, file = pick(wanted, "files", number)
    seen["files"][f"/{file.path}"]["mode"] = "0666"
    return role, f"/{file.path}"


def removed_file(wanted: Wanted, seen: Seen, number: int) -> tuple[str, str]:
    role, file = pick(wanted, "files", number)
    del seen["files"][f"/{file.path}"]
    return role, f"/{file.path}"


def stale_file(wanted: Wanted, seen: Seen, number: int) -> tuple[str, str]:
    role, _ = pick(wanted, "files", number)
    path = f"/etc/old-{number}"
    seen["memory"][role]["paths"].append(path)
    seen["files"][path] = {"sha256": "0" * 64, "mode": "0644", "owner": [0, 0]}
    return role, path


def removed_package(wanted: Wanted, seen: Seen, number: int) -> tuple[str, str]:
    role, package = pick(wanted, "packages", number)
    del seen["packages"][package.name]
    return role, package.name


def other_version(wanted: Wanted, seen: Seen, number: int) -> tuple[str, str]:
    pinned = [
        (role, one)
        for role, state in wanted.roles.items()
        for one in state.packages
        if one.version is not None
    ]
    role, package = pinned[number % len(pinned)]
    seen["packages"][package.name]["version"] = "0.1"
    return role, package.name


def foreign_package(wanted: Wanted, seen: Seen, number: int) -> tuple[str, str]:
    role, name = pick(wanted, "absent", number)
    seen["packages"][name] = {"version": "1", "status": "installed"}
    return role, name


def broken_package(wanted: Wanted, seen: Seen, number: int) -> tuple[str, str]:
    role, package = pick(wanted, "packages", number)
    seen["packages"][package.name]["status"] = "broken"
    return role, package.name


def moved_link(wanted: Wanted, seen: Seen, number: int) -> tuple[str, str]:
    role, link = pick(wanted, "links", number)
    seen["links"][link.path] = "/elsewhere"
    return role, link.path


def half_archive(wanted: Wanted, seen: Seen, number: int) -> tuple[str, str]:
    role, archive = pick(wanted, "archives", number)
    del seen["files"][f"{archive.folder}/.railwright"]
    return role, archive.folder


def stopped_unit(wanted: Wanted, seen: Seen, number: int) -> tuple[str, str]:
    running = [
        (role, one)
        for role, state in wanted.roles.items()
        for one in state.units
        if one.running and not one.masked
    ]
    role, unit = running[number % len(running)]
    seen["units"][unit.name]["active"] = ("inactive", "failed", "deactivating")[number % 3]
    return role, unit.name


def looping_unit(wanted: Wanted, seen: Seen, number: int) -> tuple[str, str]:
    role, name = stopped_unit(wanted, seen, number)
    seen["units"][name].update(active="activating", sub="auto-restart")
    return role, name


def disabled_unit(wanted: Wanted, seen: Seen, number: int) -> tuple[str, str]:
    role, unit = pick(wanted, "units", number)
    seen["units"][unit.name]["enabled"] = "enabled" if unit.masked else "disabled"
    return role, unit.name


def other_setting(wanted: Wanted, seen: Seen, number: int) -> tuple[str, str]:
    role, check = pick(wanted, "checks", number)
    seen["checks"][check.name] = differing(check.name)
    return role, f"{check.name} setting"


DRIFTS: tuple[Drift, ...] = (
    edited_file,
    opened_file,
    removed_file,
    stale_file,
    removed_package,
    other_version,
    foreign_package,
    broken_package,
    moved_link,
    half_archive,
    stopped_unit,
    looping_unit,
    disabled_unit,
    other_setting,
)


def test_a_node_as_wanted_has_no_difference_and_no_step(releases: list[Wanted]) -> None:
    for wanted in releases:
        found = works(wanted, converged(wanted))
        assert found == {role: RoleWork((), (), (), ()) for role in wanted.roles}


@pytest.mark.parametrize("drift", DRIFTS, ids=lambda one: one.__name__)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(0, 10_000))
def test_every_drift_is_found_in_its_role_alone_and_has_a_step(
    wanted: Wanted, drift: Drift, number: int
) -> None:
    seen = copy.deepcopy(converged(wanted))
    role, name = drift(wanted, seen, number)
    found = works(wanted, seen)
    # A path or package may be of several roles; each of them then finds it.
    assert name in {one.name for one in found[role].differences}
    for work in found.values():
        assert {one.name for one in work.differences} <= {name}
        assert bool(work.steps) == bool(work.differences) or name.startswith("nic_names")


ORDERS = (["", "absent"], ["", "fixed"], ["", "absent", "fixed"])
"""Of what apt is told: to read its source's index before anything goes, and to remove first."""


def test_steps_come_in_the_order_in_which_they_need_each_other(wanted: Wanted) -> None:
    seen = converged(wanted)
    for drift in (edited_file, moved_link, stopped_unit):
        for number in range(200):
            drift(wanted, seen, number)
    half_archive(wanted, seen, 0)
    seen["packages"] = {name: {"version": "1", "status": "installed"} for name in _absent(wanted)}
    order = ["railwright_files", "apt", "get_url", "unarchive", "railwright_units"]
    for work in works(wanted, seen).values():
        run = [one for one in work.steps if "begin" not in one.arguments]
        modules = [one.module.rpartition(".")[2] for one in run]
        firsts = [modules.index(name) for name in order if name in modules]
        assert firsts == sorted(firsts)
        apt = [one.arguments for one in work.steps if one.module.endswith("apt")]
        assert [one.get("state", "") for one in apt] in ([], *ORDERS)


@pytest.mark.parametrize("source", ["vendor", "mirror"])
def test_an_archive_of_the_mirror_is_not_asked_of_a_proxy(wanted: Wanted, source: str) -> None:
    assert wanted.stack is not None
    choices = wanted.stack.choices.model_copy(update={"source": source})
    there = replace(wanted, stack=replace(wanted.stack, choices=choices))
    seen = converged(there)
    half_archive(there, seen, 0)
    all_of_them = [step for work in works(there, seen).values() for step in work.steps]
    (got,) = (one.arguments for one in all_of_them if one.module.endswith("get_url"))
    assert got["use_proxy"] == (source == "vendor")


def test_what_a_system_needs_is_given_up_and_not_removed(wanted: Wanted) -> None:
    found = {one.name: one.wanted for one in undone(wanted, converged(wanted), "base").differences}
    assert found["/etc/hosts"] == "no more ours"
    assert found["/etc/sysctl.d/60-railwright-base.conf"] == "absent"


def _absent(wanted: Wanted) -> list[str]:
    return [name for state in wanted.roles.values() for name in state.absent]


def test_a_unit_whose_driver_is_not_loaded_is_enabled_and_waits(wanted: Wanted) -> None:
    seen = converged(wanted)
    seen["modules"]["nvidia"]["loaded"] = "1.0"
    seen["units"]["nvidia-fabricmanager.service"].update(active="failed", enabled="disabled")
    work = works(wanted, seen)["fabricmanager"]
    assert [str(one) for one in work.differences] == [
        "nvidia-fabricmanager.service: disabled -> enabled"
    ]
    assert [one.wanted for one in work.waiting] == ["active (with nvidia)"]
    assert [dict(one.arguments) for one in work.steps] == [
        {"enable": ["nvidia-fabricmanager.service"]}
    ]
    seen["units"]["nvidia-fabricmanager.service"]["enabled"] = "enabled"
    assert not works(wanted, seen)["fabricmanager"]


def without(wanted: Wanted, role: str) -> Wanted:
    """Return what a node is to be where the plan no longer has a role."""
    return replace(wanted, roles={name: one for name, one in wanted.roles.items() if name != role})


def undone(wanted: Wanted, seen: Seen, role: str) -> RoleWork:
    """Return the work of a role that the plan no longer has, all of whose memory is seen."""
    observed = looked_at(wanted, seen)
    return steps.work(without(wanted, role), role, observed)


def test_a_role_that_the_plan_no_longer_has_takes_its_files_away(wanted: Wanted) -> None:
    seen = converged(wanted)
    work = undone(wanted, seen, "exporters")
    paths = {f"/{one.path}" for one in wanted.roles["exporters"].files}
    assert {one.name: one.wanted for one in work.differences} == dict.fromkeys(paths, "absent")
    (lay_down,) = (one for one in work.steps if one.module == "railwright_files")
    assert (lay_down.arguments["owner"], lay_down.arguments["files"]) == ("exporters", [])
    assert "/etc/hosts" in lay_down.arguments["leave"]
    seen["memory"]["exporters"] = {"paths": [], "pending": []}
    seen["files"] = {path: one for path, one in seen["files"].items() if path not in paths}
    assert undone(wanted, seen, "exporters") == RoleWork((), (), (), ())


def test_a_role_that_was_never_there_has_nothing_to_do(wanted: Wanted) -> None:
    seen = converged(wanted)
    del seen["memory"]["exporters"]
    assert undone(wanted, seen, "exporters") == RoleWork((), (), (), ())


def test_what_an_undone_role_did_not_put_into_effect_is_work(wanted: Wanted) -> None:
    seen = converged(wanted)
    seen["memory"]["exporters"] = {"paths": [], "pending": ["/etc/x", "packages"]}
    work = undone(wanted, seen, "exporters")
    assert work
    assert (work.steps, work.pending) == ((), ("/etc/x", "packages"))


MOUNTS = ("data.automount", "data.mount")
SYSTEMD = "/etc/systemd/system"


def test_units_end_before_the_files_go_that_they_are(wanted: Wanted) -> None:
    names = ("old@.service", "old.timer", *MOUNTS)
    not_units = ("docker.service.d/old.conf", "old.conf")
    seen = converged(wanted)
    for path in (f"{SYSTEMD}/{name}" for name in (*names, *not_units)):
        seen["memory"]["hpcx"]["paths"].append(path)
        seen["files"][path] = {"sha256": "0" * 64, "mode": "0644", "owner": [0, 0]}
    end, lay_down, reload = works(wanted, seen)["hpcx"].steps
    assert (end.module, lay_down.module) == ("railwright_units", "railwright_files")
    assert end.arguments == {
        "disable": ["data.automount", "data.mount", "old.timer", "old@.service"],
        "stop": ["data.automount", "data.mount", "old.timer", "old@*.service"],
    }
    assert "fuser" in end.remedy
    assert (reload.module, reload.arguments) == ("railwright_units", {})


def test_a_unit_that_a_role_still_wants_goes_on_without_our_file(wanted: Wanted) -> None:
    seen = converged(wanted)
    path = f"{SYSTEMD}/lldpd.service"
    seen["memory"]["hpcx"]["paths"].append(path)
    seen["files"][path] = {"sha256": "0" * 64, "mode": "0644", "owner": [0, 0]}
    modules = [one.module for one in works(wanted, seen)["hpcx"].steps]
    assert modules == ["railwright_files", "railwright_units"]


def test_what_lies_where_our_file_was_is_not_ours(wanted: Wanted) -> None:
    seen = converged(wanted)
    for path, kind in (("/etc/old", "link"), ("/etc/older", "folder")):
        seen["memory"]["hpcx"]["paths"].append(path)
        seen["files"][path] = {"other": kind}
    assert works(wanted, seen)["hpcx"] == RoleWork((), (), (), ())


def test_paths_that_were_never_confirmed_are_work_without_a_difference(wanted: Wanted) -> None:
    seen = converged(wanted)
    seen["memory"]["lldp"]["pending"] = ["/etc/lldpd.d/railwright.conf"]
    work = works(wanted, seen)["lldp"]
    assert work
    assert (work.differences, work.steps) == ((), ())
    assert work.pending == ("/etc/lldpd.d/railwright.conf",)


def test_a_new_unit_file_is_read_even_where_no_unit_differs(wanted: Wanted) -> None:
    seen = converged(wanted)
    path = next(f"/{file.path}" for file in wanted.roles["roce"].files if "/systemd/" in file.path)
    seen["files"][path]["sha256"] = "0" * 64
    modules = [one.module for one in works(wanted, seen)["roce"].steps]
    assert modules == ["railwright_files", "railwright_units"]


def test_a_check_that_fails_is_a_difference_with_its_error(wanted: Wanted) -> None:
    seen = converged(wanted)
    seen["checks"]["roce"] = {"rc": 1, "out": None, "error": "mlnx_qos is not installed"}
    work = works(wanted, seen)["roce"]
    assert [str(one) for one in work.differences] == ["roce: mlnx_qos is not installed -> in sync"]
    assert work.steps == ()


def test_one_role_is_looked_at_without_the_others(wanted: Wanted) -> None:
    whole, part = request(wanted), request(wanted, ["lldp"])
    assert part["owners"] == ["lldp"]
    assert part["files"] == ["/etc/lldpd.d/railwright.conf"]
    assert part["units"] == ["lldpd.service"]
    assert (part["checks"], part["links"]) == ([], [])
    assert part["modules"] == whole["modules"]
    assert set(part["files"]) < set(whole["files"])
