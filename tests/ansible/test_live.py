"""What the playbooks and the verbs say and decide about live switches."""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from railwright import api, api_live
from railwright.api_live import NotReadyError
from railwright.device.clock import RealClock
from railwright.device.errors import UnreachableError
from railwright.device.fleet import Fleet
from railwright.device.push import PushResult
from railwright.device.session import Result, Session, Target
from railwright.device.verify_model import VerifyFinding, VerifyReport
from railwright.errors import RailwrightError
from railwright.plan.model import Plan
from railwright.sonic.changes import Change
from railwright.sonic.classes import ChangeClass
from tests.unit.device.fakes import SECRETS, FakeSwitch

HITLESS = ChangeClass.HITLESS


class Dead:
    """A switch that does not answer."""

    def __init__(self, name: str) -> None:
        self.name = name

    def run(self, *_: object, **__: object) -> Result:
        raise UnreachableError(f"{self.name} cannot be reached")


class Network:
    """The switches of a plan; those in `dead` do not answer."""

    def __init__(self, root: Path, plan: Plan) -> None:
        self.dead: set[str] = set()
        self.switches = {
            device.name: FakeSwitch(root / device.name, plan, device) for device in plan.switches
        }

    def session(self, target: Target) -> Session:
        return Dead(target.name) if target.name in self.dead else self.switches[target.name]

    def configure(self, fleet: Fleet) -> None:
        """Bring every switch to its configuration and forget how."""
        for device in fleet.plan.switches:
            done = api_live.push_one(fleet, device, SECRETS, HITLESS)
            assert not done.failed
        assert all(switch.log for switch in self.switches.values())


@pytest.fixture(scope="module")
def plan(lab_small: Path) -> Plan:
    return api.load_plan(lab_small).plan


@pytest.fixture
def network(tmp_path: Path, plan: Plan) -> Network:
    return Network(tmp_path, plan)


@pytest.fixture
def fleet(plan: Plan, network: Network) -> Fleet:
    return Fleet(plan, network, RealClock(), workers=4)


def survey(fleet: Fleet, accept: ChangeClass = HITLESS) -> dict[str, Any]:
    switches = fleet.plan.switches
    found = api_live.survey(fleet, switches, SECRETS, accept, "-e railwright_accept=")
    return api_live.surveyed_values(found)


def allow_failures(fleet: Fleet, percentage: int) -> None:
    rollout = fleet.plan.intent.rollout.model_copy(update={"max_fail_percentage": percentage})
    intent = fleet.plan.intent.model_copy(update={"rollout": rollout})
    fleet.plan = replace(fleet.plan, intent=intent)


def test_a_new_fabric_is_one_wave_that_needs_no_acceptance(fleet: Fleet) -> None:
    found = survey(fleet)
    names = [device.name for device in fleet.plan.switches]
    assert (found["stop"], found["order"], found["serial"]) == ("", names, [6])
    assert (found["initial"], found["configured"], found["drain"]) == (names, [], [])
    spine = found["switches"]["spine1"]
    assert spine["changed"]
    assert spine["impacts"] == []
    assert spine["diff"] == [{"prepared": "spine1: first configuration, by reload\n"}]


def test_a_fabric_in_sync_has_no_wave(fleet: Fleet, network: Network) -> None:
    network.configure(fleet)
    found = survey(fleet)
    assert (found["order"], found["serial"], found["initial"]) == ([], [], [])
    assert found["configured"] == sorted(network.switches)
    assert {one["changed"] for one in found["switches"].values()} == {False}
    assert {len(one["diff"]) for one in found["switches"].values()} == {0}


def test_a_disturbing_change_stops_everything_and_says_what_it_costs(
    fleet: Fleet, network: Network
) -> None:
    network.configure(fleet)
    for name in ("su1-rail0-leaf", "spine2"):
        network.switches[name].edit("DEVICE_METADATA", "localhost", bgp_asn="65000")
    found = survey(fleet)
    head, first, second, last = found["stop"].splitlines()
    assert head == "2 of 6 switches would be disturbed, so nothing was changed:"
    assert first.startswith("su1-rail0-leaf: ")
    assert "gpu0001 to gpu0004" in first
    assert second.startswith("spine2: ")
    harm = found["switches"]["spine2"]["harm"]
    assert last == f"drain the jobs, then accept it: -e railwright_accept={harm}"
    accepted = survey(fleet, api_live.accepted(harm))
    assert accepted["stop"] == ""
    assert (accepted["order"], accepted["serial"]) == (["su1-rail0-leaf", "spine2"], [1, 1])
    assert accepted["drain"] == ["spine2"]
    assert network.switches["spine2"].log == []


def test_pushing_what_was_refused_changes_nothing(fleet: Fleet, network: Network) -> None:
    network.configure(fleet)
    network.switches["spine2"].edit("DEVICE_METADATA", "localhost", bgp_asn="65000")
    found = api_live.survey(fleet, fleet.plan.switches, SECRETS, HITLESS, "--accept ")
    with pytest.raises(NotReadyError, match="1 of 6 switches would be disturbed"):
        list(api_live.push(fleet, found, SECRETS, HITLESS))
    assert network.switches["spine2"].log == []


def test_unreachable_switches_are_named_and_the_others_go_on_within_the_limit(
    fleet: Fleet, network: Network
) -> None:
    network.dead = {"spine1"}
    allow_failures(fleet, 20)
    found = survey(fleet)
    assert found["switches"]["spine1"] == {
        "device": "spine1",
        "unreachable": True,
        "msg": "spine1 cannot be reached",
    }
    assert found["stop"] == ""
    assert len(found["order"]) == 5
    allow_failures(fleet, 16)
    assert survey(fleet)["stop"].startswith(
        "1 of 6 switches cannot be used, more than 16 % (rollout.max_fail_percentage); nothing was "
    )


def test_a_missing_secret_stops_before_any_switch_is_called(fleet: Fleet, network: Network) -> None:
    network.dead = set(network.switches)
    with pytest.raises(NotReadyError, match=r"secret 'snmp_ro' .* RAILWRIGHT_SECRET_SNMP_RO"):
        api_live.survey(fleet, fleet.plan.switches, {}, HITLESS, "--accept ")


def test_secrets_come_from_the_vault_and_the_environment_wins(plan: Plan) -> None:
    env = {"RAILWRIGHT_SECRET_SNMP_RO": "from-env", "RAILWRIGHT_SECRET_OTHER": "unused"}
    assert api_live.secrets(plan, {}, {"snmp_ro": "vault", "more": "unused"}) == {
        "snmp_ro": "vault"
    }
    assert api_live.secrets(plan, env, {"snmp_ro": "vault"}) == {"snmp_ro": "from-env"}
    assert api_live.secrets(plan, {"RAILWRIGHT_SECRET_SNMP_RO": ""}) == {}


@pytest.mark.parametrize("vault", [["hidden-1234"], "hidden-1234", {"snmp_ro": 12345678}])
def test_a_vault_of_another_shape_is_refused_without_its_content(plan: Plan, vault: object) -> None:
    with pytest.raises(RailwrightError, match="railwright_secrets") as caught:
        api_live.secrets(plan, {}, vault)
    assert "1234" not in str(caught.value)


def test_keys_come_from_the_environment_given() -> None:
    env = {"RAILWRIGHT_SSH_KEY": "/keys/id", "RAILWRIGHT_KNOWN_HOSTS": "/keys/known"}
    login = api_live.login(env)
    assert (login.key_file, login.known_hosts) == (Path("/keys/id"), Path("/keys/known"))
    assert api_live.login({}).key_file is None


def test_every_class_can_be_named_and_others_are_refused_with_the_list() -> None:
    names = ["hitless", "port-bounce", "bgp-reset", "service-restart", "config-reload", "reboot"]
    assert [api_live.accepted(name) for name in names] == list(ChangeClass)
    with pytest.raises(RailwrightError, match=f"use one of {', '.join(names)}"):
        api_live.accepted("all")


def test_a_change_is_shown_as_a_diff_with_its_cost() -> None:
    result = PushResult(
        "leaf1",
        changed=True,
        method="apply-patch",
        harm=ChangeClass.PORT_BOUNCE,
        changes=2,
        diff=(
            Change("PORT", "Ethernet0", "mtu", "change", "9100", "9216"),
            Change("NTP_SERVER", "10.0.0.1", None, "add", None, {}),
        ),
        impacts=("leaf1: port bounce, 1 cabled port, 60 s",),
        messages=("the updater needs no reload for this",),
    )
    values = api_live.result_values(result)
    assert values["msg"] == (
        "leaf1: 2 changes by apply-patch, port bounce (the updater needs no reload for this)"
    )
    assert values["diff"] == [
        {"prepared": f"{values['msg']}\nleaf1: port bounce, 1 cabled port, 60 s\n"},
        {
            "before_header": "leaf1 running",
            "after_header": "leaf1 intended",
            "before": "PORT|Ethernet0 mtu: 9100\n",
            "after": "PORT|Ethernet0 mtu: 9216\nNTP_SERVER|10.0.0.1: (empty)\n",
        },
    ]
    for text in ("it broke", "leaf1: it broke"):
        failed = api_live.result_values(replace(result, failed=text))
        assert (failed["failed"], failed["msg"]) == (True, "leaf1: it broke")


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch, plan: Plan) -> Callable[[int], list[tuple[str, ...]]]:
    """Let a check find something for a number of times; return which checks were asked for."""

    def prepare(faulty: int) -> list[tuple[str, ...]]:
        asked: list[tuple[str, ...]] = []

        def look(_: Fleet, __: object, wanted: tuple[str, ...], ___: object) -> VerifyReport:
            asked.append(wanted)
            fault = VerifyFinding("bgp", "spine1", "10.0.0.1", "down")
            findings = (fault,) if len(asked) <= faulty else ()
            return VerifyReport(plan.intent.cluster, findings, {})

        monkeypatch.setattr(api_live, "look", look)
        monkeypatch.setattr(api_live, "VERIFY_STEP_S", 0.001)
        return asked

    return prepare


def test_verify_looks_again_until_the_fabric_has_settled(
    fleet: Fleet, looks: Callable[[int], list[tuple[str, ...]]]
) -> None:
    asked = looks(3)
    assert api_live.verify(fleet, fleet.plan.devices, wait_s=60).exit_code == 0
    assert asked == [("cabling", "bgp", "routes", "paths", "roce")] * 4


def test_verify_gives_up_when_the_time_is_up(
    fleet: Fleet, looks: Callable[[int], list[tuple[str, ...]]]
) -> None:
    asked = looks(1000)
    assert api_live.verify(fleet, fleet.plan.devices, wait_s=0).exit_code == 2
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("names", "limit", "present", "checks"),
    [
        (["roce"], None, None, ("roce",)),
        (["sessions"], "su1", None, ("bgp",)),
        (["bgp"], "switch", None, ("bgp", "routes", "paths")),
        (["bgp"], "leaf", None, ("bgp", "routes")),
        (["bgp"], "su1-rail0-leaf", ["su1-rail0-leaf", "gpu0001"], ("bgp", "routes", "paths")),
    ],
)
def test_paths_are_checked_only_where_every_hop_is_read(
    fleet: Fleet,
    looks: Callable[[int], list[tuple[str, ...]]],
    names: list[str],
    limit: str | None,
    present: list[str] | None,
    checks: tuple[str, ...],
) -> None:
    asked = looks(0)
    api_live.verify(fleet, api_live.select(fleet.plan, limit).devices, present, names, 0)
    assert asked == [checks]


def test_an_unknown_check_is_refused_with_the_choices(fleet: Fleet) -> None:
    with pytest.raises(RailwrightError, match="'cables'; use cabling, bgp, roce, sessions"):
        api_live.verify(fleet, fleet.plan.devices, None, ["cables"])


def test_a_worker_that_is_ended_stops_its_push_as_ctrl_c_does(
    monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    plan = api.load_plan(root / "intent/examples/lab-small.yml").plan

    def ended(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        signal.pause()

    class Way:
        clock = None

        def __init__(self) -> None:
            self.plan = plan

        def session(self, _: object) -> None:
            return None

    monkeypatch.setattr(api_live, "push_switch", ended)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt):
        api_live.push_one(cast(Any, Way()), plan.switches[0], {}, api_live.accepted("hitless"))
    assert signal.getsignal(signal.SIGTERM) == before
