"""The push of one switch: on a fake switch, through the real shell scripts."""

import json
import os
import shutil
from pathlib import Path

import pytest

from railwright.device.errors import (
    CommandError,
    InterruptError,
    LockedError,
    UnreachableError,
    WrongBoxError,
)
from railwright.device.push import PushOptions, PushResult, push_switch
from railwright.device.push_box import Box, Owner
from railwright.device.session import Result
from railwright.emitters.sonic_config.secrets import SecretError
from railwright.plan.model import Device, Plan
from railwright.sonic.classes import ChangeClass
from tests.unit.device.fakes import SECRETS, FakeClock, FakeSwitch

FIRST = ["checkpoint", "reload", "save", "delete-checkpoint"]
THRESHOLD = ("WRED_PROFILE", "AZURE_LOSSLESS")
DEAD = Owner(host=Owner().host, pid=2**22 + 1, token="dead")  # noqa: S106 - no secret


def push(
    switch: FakeSwitch,
    clock: FakeClock | None = None,
    secrets: dict[str, str] | None = None,
    options: PushOptions | None = None,
) -> PushResult:
    return push_switch(
        switch,
        switch.plan,
        switch.device,
        SECRETS if secrets is None else secrets,
        options or PushOptions(settle_s=5),
        clock or FakeClock(),
    )


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, plan: Plan, leaf: Device) -> FakeSwitch:
    switch = FakeSwitch(tmp_path_factory.mktemp("template") / leaf.name, plan, leaf)
    assert not push(switch).failed
    assert switch.log == FIRST
    return switch


@pytest.fixture
def configured(tmp_path: Path, template: FakeSwitch) -> FakeSwitch:
    """A switch after its first push, with an empty log."""
    root = tmp_path / template.name
    shutil.copytree(template.root, root)
    return FakeSwitch(root, template.plan, template.device)


def test_the_first_push_reloads_checks_and_saves(switch: FakeSwitch) -> None:
    result = push(switch)
    assert (result.changed, result.method, result.initial, result.failed) == (
        True,
        "reload",
        True,
        "",
    )
    assert switch.log == FIRST
    assert switch.saved["DEVICE_METADATA"]["localhost"]["hostname"] == switch.name
    assert switch.saved["SNMP_COMMUNITY"] == {SECRETS["snmp_ro"]: {"TYPE": "RO"}}
    assert not switch.work.exists()


def test_the_second_push_changes_and_saves_nothing(configured: FakeSwitch) -> None:
    result = push(configured)
    assert (result.changed, result.method, result.failed) == (False, "none", "")
    assert configured.log == []


def test_a_hitless_change_is_patched(configured: FakeSwitch) -> None:
    configured.edit(*THRESHOLD, green_max_threshold="999")
    result = push(configured)
    assert (result.changed, result.method, result.failed) == (True, "apply-patch", "")
    assert configured.log == ["checkpoint", "apply-patch", "save", "delete-checkpoint"]
    assert [str(change) for change in result.diff] == [
        "~ WRED_PROFILE|AZURE_LOSSLESS green_max_threshold: 999 -> "
        + configured.running["WRED_PROFILE"]["AZURE_LOSSLESS"]["green_max_threshold"]
    ]


def test_a_dry_run_touches_nothing(configured: FakeSwitch) -> None:
    configured.edit(*THRESHOLD, green_max_threshold="999")
    result = push(configured, options=PushOptions(dry_run=True))
    assert (result.changed, result.method) == (True, "apply-patch")
    assert configured.log == []
    assert not configured.work.exists()


def test_a_disruptive_change_needs_acceptance(configured: FakeSwitch) -> None:
    configured.edit("BUFFER_POOL", "ingress_lossless_pool", size="1")
    result = push(configured)
    assert configured.log == []
    assert not result.changed
    assert "config reload" in result.failed
    assert "rail 0 is lost for gpu0001 to gpu0004 (4 GPUs)" in result.failed
    assert "config-reload explicitly" in result.failed
    accepted = PushOptions(accept=ChangeClass.CONFIG_RELOAD, settle_s=5)
    assert push(configured, options=accepted).failed == ""
    assert configured.log == FIRST


def test_a_refused_patch_leaves_the_switch_as_it_was(configured: FakeSwitch) -> None:
    configured.edit(*THRESHOLD, green_max_threshold="999")
    before = configured.running
    configured.faults(apply_patch="refuse")
    result = push(configured)
    assert configured.running == before
    assert configured.log == ["checkpoint", "apply-patch"]
    assert "failed with status 1: Failed to apply" in result.failed
    assert (result.changed, result.undone) == (False, True)
    assert SECRETS["snmp_ro"] not in result.failed
    assert "<secret>" in result.failed
    assert not configured.work.exists()


def test_a_change_that_cannot_be_saved_is_saved_by_the_next_push(configured: FakeSwitch) -> None:
    configured.edit(*THRESHOLD, green_max_threshold="999")
    configured.faults(save="refuse")
    result = push(configured)
    assert result.changed
    assert "the change is in effect and well, but not saved" in result.failed
    configured.faults()
    assert configured.log == ["checkpoint", "apply-patch", "save"]
    assert push(configured).failed == ""
    assert configured.log == ["save", "delete-checkpoint"]


def test_a_secret_is_hidden_before_a_text_is_cut() -> None:
    shown = Result(1, "", f"{'y' * 90} hush/hush {'x' * 395}").error_text(["hush/hush", ""])
    assert "hush" not in shown
    assert "hush" not in Result(1, "", "/SNMP_COMMUNITY/hush~1hush").error_text(["hush/hush"])


def test_a_replaced_secret_is_hidden_too(configured: FakeSwitch) -> None:
    configured.faults(apply_patch="refuse")
    result = push(configured, secrets={"snmp_ro": "brand-new"})
    assert "Failed to apply" in result.failed
    assert "brand-new" not in result.failed
    assert SECRETS["snmp_ro"] not in result.failed


def test_a_lock_that_another_push_took_over_stays(configured: FakeSwitch) -> None:
    box = Box(configured, Owner(), FakeClock())
    box.lock()
    (configured.work / "lock" / "owner").write_text("elsewhere 1 other\n")
    box.unlock()
    assert (configured.work / "lock" / "owner").read_text() == "elsewhere 1 other\n"


def test_a_full_disk_leaves_no_lock(configured: FakeSwitch) -> None:
    configured.edit(*THRESHOLD, green_max_threshold="999")
    configured.full = True
    with pytest.raises(CommandError, match="make room on the switch and push again"):
        push(configured)
    assert not (configured.work / "lock").exists()
    assert configured.log == []
    configured.full = False
    assert push(configured).failed == ""


def test_a_change_that_does_not_pass_its_checks_is_undone(configured: FakeSwitch) -> None:
    configured.edit(*THRESHOLD, green_max_threshold="999")
    before = configured.running
    configured.faults(apply_patch="half")
    result = push(configured)
    assert configured.log == ["checkpoint", "apply-patch", "rollback"]
    assert "after 5 s the switch is not as intended: PORT|Ethernet0 mtu is 1500" in result.failed
    assert "the earlier configuration was restored, nothing was saved" in result.failed
    assert configured.running == before
    assert (result.changed, result.undone) == (False, True)


def test_a_failed_first_push_goes_back_to_the_factory(switch: FakeSwitch) -> None:
    before = switch.running
    switch.faults(reload="half")
    result = push(switch)
    assert switch.log == ["checkpoint", "reload", "reload"]
    assert result.failed
    switch.faults()
    assert switch.saved == before
    assert push(switch).failed == ""


def test_a_failed_undo_is_reported(configured: FakeSwitch) -> None:
    configured.edit(*THRESHOLD, green_max_threshold="999")
    configured.faults(apply_patch="half", rollback="refuse")
    result = push(configured)
    assert "and the undo failed" in result.failed
    assert "unsaved mixture" in result.failed
    assert (result.changed, result.undone) == (True, False)
    assert configured.log == ["checkpoint", "apply-patch", "rollback"]
    configured.faults()
    again = push(configured)
    assert again.failed == ""
    assert configured.saved == configured.running


def lose_first_peer(switch: FakeSwitch) -> str:
    """Let the next patch cost the session with the first peer; return its address."""
    first, *others = switch.peers
    config_program = switch.root / "bin" / "config"
    down = json.dumps({"ipv4Unicast": {"peers": {ip: {"state": "Established"} for ip in others}}})
    text = config_program.read_text()
    line = f"""[ "$1" = apply-patch ] && echo '{down}' > "$FAKE_SWITCH/bgp.json"\n"""
    config_program.write_text(text.replace("exec ", line + "exec ", 1))
    return first


@pytest.mark.parametrize("lives", [True, False])
def test_a_session_with_a_dead_peer_is_no_fault_of_this_switch(
    configured: FakeSwitch, lives: bool
) -> None:
    configured.edit(*THRESHOLD, green_max_threshold="999")
    first = lose_first_peer(configured)
    asked: list[str] = []

    def answers(address: str) -> bool:
        asked.append(address)
        return lives

    result = push(configured, options=PushOptions(settle_s=60, answers=answers))
    session = next(
        one
        for one in configured.plan.sessions_of[configured.device.name]
        if one.link.peer(configured.device.name).address == first
    )
    peer = configured.plan.device[session.link.peer(configured.device.name).device]
    assert set(asked) == {peer.management.address}
    assert bool(result.failed) == lives
    assert ("save" in configured.log) == (not lives)


def test_a_session_that_stays_down_undoes_the_change(configured: FakeSwitch) -> None:
    configured.edit(*THRESHOLD, green_max_threshold="999")
    first = lose_first_peer(configured)
    result = push(configured)
    assert f"BGP sessions not up: {first} (absent)" in result.failed
    assert result.undone


def test_a_session_that_was_down_before_is_no_condition(configured: FakeSwitch) -> None:
    configured.bgp({})
    configured.edit(*THRESHOLD, green_max_threshold="999")
    assert push(configured).failed == ""


def test_a_first_push_waits_for_configured_peers_only(switch: FakeSwitch) -> None:
    switch.bgp({switch.peers[0]: "Established"})
    options = PushOptions(configured=frozenset({"spine1"}), settle_s=5)
    assert push(switch, options=options).failed == ""


def test_a_first_push_fails_when_a_configured_peer_stays_away(switch: FakeSwitch) -> None:
    switch.bgp({})
    options = PushOptions(configured=frozenset({"spine1"}), settle_s=5)
    assert "BGP sessions not up" in push(switch, options=options).failed


def test_a_connection_lost_while_the_switch_works_is_called_again(switch: FakeSwitch) -> None:
    switch.break_at("tries=", times=2)
    assert push(switch).failed == ""
    assert switch.log == FIRST


def test_an_unsaved_change_is_checked_and_saved_by_the_next_push(configured: FakeSwitch) -> None:
    configured.edit(*THRESHOLD, green_max_threshold="999")
    shutil.copy(configured.state / "running.json", configured.state / "saved.json")
    configured.break_at("save", times=1)
    configured.break_at("rm -rf", times=1)
    with pytest.raises(UnreachableError):
        push(configured, options=PushOptions(owner=DEAD, settle_s=5))
    assert configured.saved != configured.running
    configured.bgp({})
    assert "BGP sessions not up" in push(configured).failed
    configured.bgp(dict.fromkeys(configured.peers, "Established"))
    result = push(configured)
    assert (result.changed, result.failed) == (True, "")
    assert "interrupted before it saved" in result.messages[-1]
    assert configured.saved == configured.running
    assert not configured.work.exists()
    assert not push(configured).changed


def test_a_stopped_run_gives_the_lock_back_and_the_next_goes_on(switch: FakeSwitch) -> None:
    with pytest.raises(InterruptError):
        push(switch, FakeClock(stop_at=0))
    assert not (switch.work / "lock").exists()
    assert (switch.work / "phase").read_text() == "applying\n"
    assert "save" not in switch.log
    assert push(switch).failed == ""
    assert switch.saved == switch.running


def test_a_lock_of_a_running_push_is_respected(configured: FakeSwitch) -> None:
    configured.edit(*THRESHOLD, green_max_threshold="999")
    lock = configured.work / "lock"
    lock.mkdir(parents=True)
    (lock / "owner").write_text(f"{Owner().host} {os.getpid()} other\n")
    with pytest.raises(LockedError, match=f"another push holds the switch: process {os.getpid()}"):
        push(configured)
    assert lock.exists()
    assert configured.log == []


@pytest.mark.parametrize(
    "text", [DEAD.text, f"{Owner().host} {os.getpid()} other", ""], ids=["dead", "own", "empty"]
)
def test_a_forgotten_lock_is_taken_over(configured: FakeSwitch, text: str) -> None:
    configured.edit(*THRESHOLD, green_max_threshold="999")
    lock = configured.work / "lock"
    lock.mkdir(parents=True)
    (lock / "owner").write_text(f"{text}\n")
    if text != DEAD.text:
        os.utime(lock, (0, 0))
    assert push(configured).failed == ""
    assert not configured.work.exists()


def test_a_foreign_work_folder_is_not_used(configured: FakeSwitch, tmp_path: Path) -> None:
    configured.edit(*THRESHOLD, green_max_threshold="999")
    configured.work.symlink_to(tmp_path)
    with pytest.raises(LockedError, match="belongs to somebody else"):
        push(configured)


def test_traffic_is_shifted_away_and_back_before_saving(configured: FakeSwitch) -> None:
    configured.edit(*THRESHOLD, green_max_threshold="999")
    options = PushOptions(drain=True, settle_s=5)
    assert push(configured, options=options).failed == ""
    assert configured.log == [
        "TSA",
        "checkpoint",
        "apply-patch",
        "TSB",
        "save",
        "delete-checkpoint",
    ]


def test_a_shift_left_by_an_interrupted_push_is_taken_back(configured: FakeSwitch) -> None:
    configured.edit(*THRESHOLD, green_max_threshold="999")
    configured.break_at("TSB")
    options = PushOptions(drain=True, settle_s=5, owner=DEAD)
    with pytest.raises(UnreachableError):
        push(configured, options=options)
    assert configured.log == ["TSA", "checkpoint", "apply-patch"]
    assert push(configured).failed == ""
    assert configured.log == ["TSB", "save", "delete-checkpoint"]
    assert not configured.work.exists()


def test_an_operators_shift_stays(configured: FakeSwitch) -> None:
    running = configured.running
    running["BGP_DEVICE_GLOBAL"] = {"STATE": {"tsa_enabled": "true"}}
    running["WRED_PROFILE"]["AZURE_LOSSLESS"]["green_max_threshold"] = "999"
    (configured.state / "running.json").write_text(json.dumps(running))
    assert push(configured, options=PushOptions(drain=True, settle_s=5)).failed == ""
    assert configured.log == ["checkpoint", "apply-patch", "save", "delete-checkpoint"]
    assert configured.running["BGP_DEVICE_GLOBAL"] == {"STATE": {"tsa_enabled": "true"}}


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("hostname", "su2-rail0-leaf", "its host name is su2-rail0-leaf"),
        ("platform", "x86_64-other-r0", "its platform is x86_64-other-r0"),
        ("hwsku", "Other-SKU", "its HWSKU is Other-SKU"),
    ],
)
def test_another_box_is_refused(configured: FakeSwitch, field: str, value: str, text: str) -> None:
    configured.edit("DEVICE_METADATA", "localhost", **{field: value})
    with pytest.raises(WrongBoxError, match=text):
        push(configured)
    assert configured.log == []


def test_another_management_address_is_refused(configured: FakeSwitch) -> None:
    running = configured.running
    running["MGMT_INTERFACE"] = {"eth0|192.0.2.7/24": {"gwaddr": "192.0.2.1"}}
    (configured.state / "running.json").write_text(json.dumps(running))
    with pytest.raises(WrongBoxError, match=r"its own management address is 192\.0\.2\.7"):
        push(configured)


def test_a_port_map_that_differs_is_refused_naming_the_lanes(
    switch: FakeSwitch, plan: Plan
) -> None:
    port = plan.ports[switch.name][0]
    for path in switch.root.glob("usr/share/sonic/device/*/platform.json"):
        content = json.loads(path.read_text())
        content["interfaces"][port.parent]["lanes"] = "901,902,903,904,905,906,907,908"
        path.write_text(json.dumps(content))
    with pytest.raises(WrongBoxError) as caught:
        push(switch)
    assert f"{port.parent}: lanes " in str(caught.value)
    assert "in the plan, 901,902,903,904,905,906,907,908 in platform.json" in str(caught.value)
    assert switch.log == []


def test_a_missing_secret_stops_before_anything(switch: FakeSwitch) -> None:
    with pytest.raises(SecretError, match="RAILWRIGHT_SECRET_SNMP_RO"):
        push(switch, secrets={})
    assert switch.log == []


def test_a_switch_without_database_is_an_error(switch: FakeSwitch) -> None:
    (switch.root / "bin" / "sonic-cfggen").write_text("#!/bin/sh\necho no redis >&2; exit 1\n")
    with pytest.raises(CommandError, match="no redis"):
        push(switch)


def test_no_secret_is_in_a_result(switch: FakeSwitch) -> None:
    result = push(switch, options=PushOptions(dry_run=True))
    assert SECRETS["snmp_ro"] not in repr(result)
