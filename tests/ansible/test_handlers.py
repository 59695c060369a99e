"""Which handlers run after which change, and what a restart is made of.

The play, its roles and their handlers are run by ansible; what they would do on a node is noted.
"""

from pathlib import Path
from typing import Any

import pytest

from railwright.emitters import node_config
from tests.ansible.conftest import Ansible, Ran
from tests.ansible.handler_rows import APT, DNF, PACKAGES, ROWS, Row
from tests.ansible.handler_runs import (
    BOOT_ID,
    Asked,
    Case,
    Outcome,
    handlers,
    run_by,
    run_play,
)
from tests.unit.emitters.node_stacks import stacked

REASONS = {"changed": False, "reasons": ["kernel: 1 runs, 2 is to"], "boot_id": BOOT_ID}
RESTART = {"module": "railwright_node", "look": "restart"}
AFTER = {"module": "railwright_node", "look": "after", "boot_id": BOOT_ID}
NOT_YET = {"failed": True, "msg": "is starting"}
RESET = {"module": "command", "argv": ["/usr/local/lib/railwright/nic_firmware.py", "reset"]}
SSHD_TEST = {"module": "command", "argv": ["/usr/sbin/sshd", "-t"]}
REFUSAL = "/etc/ssh/sshd_config line 3: Bad configuration option: Prot"
SSHD = "/etc/ssh/sshd_config.d/50-railwright.conf"
SSHD_AGREES = {"base_sshd": {"rc": 0}}


def everything(packaging: str) -> Case:
    """A host on which every role changed all that some row has for these packages."""
    changed: dict[str, list[str]] = {}
    for role, kind, paths, _ in ROWS:
        if kind == packaging:
            changed[role] = sorted({*changed.get(role, ()), *paths})
    return Case(changed, packaging)


HOSTS = {
    APT: everything(APT),
    DNF: everything(DNF),
    "still": Case({}),
    "restarts": Case({}, answers=[(RESTART, [{**REASONS, "resets": []}])]),
    "resets": Case(
        {"base": ["/etc/hosts"], "exporters": ["/etc/dcgm-exporter/railwright-counters.csv"]},
        answers=[
            (RESTART, [{**REASONS, "resets": ["rail0 ATS_ENABLED"]}]),
            (RESET, [{"rc": 1, "stderr": "rail0 is in use"}]),
            (AFTER, [NOT_YET, {"changed": False}]),
        ],
    ),
    "never-back": Case(
        {}, answers=[(RESTART, [{**REASONS, "resets": []}]), (AFTER, [NOT_YET] * 99)]
    ),
    "refused": Case(
        {"base": [SSHD, "/etc/tuned/active_profile"]},
        answers=[(SSHD_TEST, [{"rc": 255, "stderr": REFUSAL, "msg": "non-zero return code"}])],
    ),
}


@pytest.fixture(scope="module")
def outcome(ansible: Ansible, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return run_play(ansible, root, tmp_path_factory.mktemp("play") / "checkout", HOSTS)


def of(asked: tuple[Asked, ...], role: str) -> list[str]:
    """What the handlers of a role did (of the play: its tasks), in order."""
    return [one.what for one in asked if one.role == role and one.what != "railwright_role"]


def ended(ran: Ran, host: str) -> dict[str, int]:
    """How many tasks of a host ended how."""
    line = next(
        one for one in ran.stdout.splitlines() if one.split(" ")[0] == host and "ok=" in one
    )
    return {name: int(count) for name, count in (w.split("=") for w in line.split()[2:])}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1]}-{row[2][-1]}")
def test_exactly_these_handlers_run_and_the_last_notes_that(root: Path, row: Row) -> None:
    role, packaging, paths, wanted = row
    found = [what for _, what in run_by(root, role, packaging, paths, **SSHD_AGREES)]
    assert found == [*wanted, "confirm"]


def test_every_handler_has_a_row_in_which_it_runs(root: Path) -> None:
    ran = {
        (role, name)
        for role, packaging, paths, _ in ROWS
        for name, _ in run_by(root, role, packaging, paths, **SSHD_AGREES)
    }
    written = {
        (role, one["name"])
        for role in node_config.ROLES
        for one in handlers(root, role)
        if "ansible.builtin.fail" not in one
    }
    assert ran == written


def test_the_handlers_of_all_roles_run_together(outcome: Outcome, root: Path) -> None:
    for host in (APT, DNF):
        for role, paths in HOSTS[host].changed.items():
            rows = [one[3] for one in ROWS if one[:2] == (role, host)]
            wanted = {what for one in rows for what in one} | {"confirm"}
            found = of(outcome.asked[host], role)
            assert set(found) == wanted
            assert found == [what for _, what in run_by(root, role, host, paths, **SSHD_AGREES)]
        assert ended(outcome.ran, host)["failed"] == 0


def test_without_changes_no_handler_runs(outcome: Outcome) -> None:
    assert {one.what for one in outcome.asked["still"] if one.role} == {"railwright_role"}
    assert ended(outcome.ran, "still")["changed"] == 0


def test_the_rows_have_paths_that_roles_lay_down() -> None:
    keys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"]
    choices: dict[str, Any] = {
        "containers": ["containerd", "docker", "podman"],
        "nfs": [{"path": "/data", "server": "storage01", "export": "/export"}],
        "users": [{"name": "alice", "uid": 2001, "ssh_keys": keys}],
    }
    services = {"services": {"ntp_servers": ["10.50.1.10"]}}
    laid = {
        (role, packaging, f"/{file.path}")
        for packaging, os in ((APT, "debian-12"), (DNF, "rocky-9"))
        for plan in (stacked(services, os=os, **choices),)
        for role in node_config.ROLES
        for file in node_config.files(plan, plan.device["gpu0001"], role)
    }
    rows = {(role, packaging, path) for role, packaging, paths, _ in ROWS for path in paths}
    assert {row for row in rows if row[2] != PACKAGES} - laid == set()


def test_handlers_run_after_all_roles_in_their_order_and_before_the_look_for_restarts(
    outcome: Outcome,
) -> None:
    asked = outcome.asked[APT]
    ours = [one for one in asked if one.role]
    first = next(place for place, one in enumerate(ours) if one.what != "railwright_role")
    assert [one.role for one in ours[:first]] == list(node_config.ROLES)
    after = [one.role for one in ours[first:]]
    assert after == sorted(after, key=list(node_config.ROLES).index)
    assert set(after) == set(HOSTS[APT].changed)
    play = [place for place, one in enumerate(asked) if not one.role]
    assert [asked[place].what for place in play] == ["look before", "look restart"]
    assert play == [0, len(asked) - 1]


def test_as_many_nodes_as_the_intent_says_go_at_once(outcome: Outcome) -> None:
    assert outcome.ran.stdout.count("PLAY [Converge the nodes]") == 1


def test_a_refused_configuration_leaves_the_ssh_server_and_what_follows(outcome: Outcome) -> None:
    assert of(outcome.asked["refused"], "base") == ["/usr/sbin/sshd -t"]
    assert ended(outcome.ran, "refused")["failed"] == 1
    said = " ".join(outcome.ran.text.split())
    assert f"so the one that runs stays: {REFUSAL}; mend /etc/ssh/sshd_config and" in said


def test_a_node_restarts_only_for_a_reason_after_a_reset_of_firmware_that_waits_for_one(
    outcome: Outcome,
) -> None:
    reset = " ".join(RESET["argv"])
    after = f"look after {BOOT_ID}"
    told = f"{after} rail0 is in use"
    begin = ["look before", "look restart"]
    assert of(outcome.asked["still"], "") == begin
    assert of(outcome.asked["restarts"], "") == [*begin, "reboot", after]
    assert of(outcome.asked["resets"], "") == [*begin, reset, "reboot", told, told]
    assert ended(outcome.ran, "resets")["failed"] == 0
    assert ended(outcome.ran, "never-back")["failed"] == 1
    assert of(outcome.asked["never-back"], "").count(after) > 2


def test_check_mode_looks_for_no_restart_that_it_did_not_make(
    ansible: Ansible, root: Path, tmp_path: Path
) -> None:
    found = run_play(ansible, root, tmp_path / "checkout", {"one": HOSTS["restarts"]}, "--check")
    assert of(found.asked["one"], "")[:2] == ["look before", "look restart"]
    assert "look after" not in " ".join(of(found.asked["one"], ""))
    assert ended(found.ran, "one")["failed"] == 0


def test_one_part_has_its_handlers_run_and_nothing_restarts(
    ansible: Ansible, root: Path, tmp_path: Path
) -> None:
    found = run_play(
        ansible, root, tmp_path / "checkout", {"one": HOSTS["resets"]}, "--tags", "base"
    )
    whats = [one.what for one in found.asked["one"]]
    assert whats == ["look before", "railwright_role", "confirm"]
