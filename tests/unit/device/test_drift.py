"""Drift of switches, and its formats."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from railwright.device import drift_format
from railwright.device.clock import RealClock
from railwright.device.drift import DeviceDrift, DriftReport, Finding, compare, drift
from railwright.device.errors import WrongBoxError
from railwright.device.fleet import Fleet
from railwright.device.observe import Facts, Observation
from railwright.emitters import sonic_config
from railwright.plan.model import Device, Plan
from railwright.sonic.configdb import ConfigDb
from tests.unit.device.fakes import SECRETS
from tests.unit.device.test_rollout import FakeNetwork

REPORT = DriftReport(
    cluster="c",
    devices={
        "leaf": DeviceDrift(
            (
                Finding("leaf", "change", "PORT", "Ethernet0", "mtu", "9100", "1500"),
                Finding("leaf", "add", "PFC_WD", "GLOBAL", None, {"POLL_INTERVAL": "200"}, None),
                Finding("leaf", "remove", "VLAN", "Vlan5", None, None, {"description": "<\x01&>"}),
            ),
            ("secret tacacs (TACPLUS) was not compared: it has no value here",),
        ),
        "new": DeviceDrift((Finding("new", "unconfigured"),)),
        "spine": DeviceDrift(()),
    },
    errors={"gone": "gone (192.0.2.1 port 22) cannot be reached: no route"},
    skipped=("absent",),
)


def seen(plan: Plan, device: Device, running: ConfigDb, phase: str = "") -> Observation:
    hostname = str(running["DEVICE_METADATA"]["localhost"]["hostname"])
    facts = Facts(hostname, "", "", "", "", "", "", ())
    return Observation(running, facts, {}, phase, {})


@pytest.fixture
def running(plan: Plan, leaf: Device) -> ConfigDb:
    slots = sonic_config.required_secrets(plan, leaf)
    return sonic_config.merge(sonic_config.intended(plan, leaf), slots, SECRETS)


def test_in_sync(plan: Plan, leaf: Device, running: ConfigDb) -> None:
    assert compare(plan, leaf, seen(plan, leaf, running), SECRETS) == DeviceDrift(())


def test_a_difference_is_a_finding(plan: Plan, leaf: Device, running: ConfigDb) -> None:
    running["VLAN"] = {"Vlan5": {"vlanid": "5"}}
    found = compare(plan, leaf, seen(plan, leaf, running), SECRETS)
    assert found.findings == (
        Finding(leaf.name, "remove", "VLAN", "Vlan5", None, None, {"vlanid": "5"}),
    )


def test_a_secret_without_value_is_not_compared(
    plan: Plan, leaf: Device, running: ConfigDb
) -> None:
    found = compare(plan, leaf, seen(plan, leaf, running), {})
    assert found.findings == ()
    assert found.notes == (
        "secret snmp_ro (SNMP_COMMUNITY) was not compared: it has no value here",
    )


def test_a_different_secret_is_found_without_its_value(
    plan: Plan, leaf: Device, running: ConfigDb
) -> None:
    running["SNMP_COMMUNITY"] = {"public-one": {"TYPE": "RO"}}
    found = compare(plan, leaf, seen(plan, leaf, running), SECRETS)
    assert {finding.kind for finding in found.findings} == {"add", "remove"}
    assert "public-one" not in repr(found)
    assert SECRETS["snmp_ro"] not in repr(found)


def test_an_interrupted_push_is_noted(plan: Plan, leaf: Device, running: ConfigDb) -> None:
    found = compare(plan, leaf, seen(plan, leaf, running, phase="applying"), SECRETS)
    assert found.notes == ("a push was interrupted before it saved; push again to finish it",)


def test_another_planned_switch_at_the_address_is_an_error(
    plan: Plan, leaf: Device, running: ConfigDb
) -> None:
    metadata = running["DEVICE_METADATA"]["localhost"] | {"hostname": "spine1"}
    running = running | {"DEVICE_METADATA": {"localhost": metadata}}
    with pytest.raises(WrongBoxError, match="spine1 answers at"):
        compare(plan, leaf, seen(plan, leaf, running), SECRETS)


def test_a_changed_host_name_is_drift(plan: Plan, leaf: Device, running: ConfigDb) -> None:
    metadata = running["DEVICE_METADATA"]["localhost"] | {"hostname": "mine"}
    running = running | {"DEVICE_METADATA": {"localhost": metadata}}
    found = compare(plan, leaf, seen(plan, leaf, running), SECRETS)
    assert [finding.field for finding in found.findings] == ["hostname"]


def test_all_switches_are_compared(plan: Plan, tmp_path: Path) -> None:
    network = FakeNetwork(tmp_path, plan)
    network.switches["spine1"].break_at("--")
    fleet = Fleet(plan, network, RealClock(), workers=4)
    report = drift(fleet, plan.switches, SECRETS, skipped=("gpu0001",))
    assert {finding.kind for finding in report.findings} == {"unconfigured"}
    assert len(report.findings) == len(plan.switches) - 1
    assert report.errors == {"spine1": "spine1: the connection broke"}
    assert report.exit_code == 1
    assert network.logs == {}


@pytest.mark.parametrize(
    ("devices", "errors", "code"),
    [
        ({"a": DeviceDrift(())}, {}, 0),
        ({"a": DeviceDrift((Finding("a", "unconfigured"),))}, {}, 2),
        ({"a": DeviceDrift(())}, {"b": "gone"}, 1),
    ],
)
def test_exit_codes(devices: dict[str, DeviceDrift], errors: dict[str, str], code: int) -> None:
    assert DriftReport("c", devices, errors).exit_code == code


def test_text() -> None:
    assert drift_format.text(REPORT) == (
        "leaf: 3 differences\n"
        "  differs PORT|Ethernet0 mtu: intended 9100, running 1500\n"
        "  missing PFC_WD|GLOBAL: intended POLL_INTERVAL=200\n"
        "  foreign VLAN|Vlan5: running description=<\\x01&>\n"
        "  note: secret tacacs (TACPLUS) was not compared: it has no value here\n"
        "new: 1 difference\n"
        "  not configured yet; push it\n"
        "error: gone (192.0.2.1 port 22) cannot be reached: no route\n"
        "skipped, not here: absent\n"
        "c: 1 in sync, 2 different, 1 not compared\n"
    )


def test_json() -> None:
    value = json.loads(drift_format.json(REPORT))
    assert (value["schema"], value["version"], value["exit_code"]) == ("railwright/drift", 1, 1)
    assert [(row["device"], row["status"]) for row in value["devices"]] == [
        ("leaf", "different"),
        ("new", "different"),
        ("spine", "in-sync"),
        ("gone", "error"),
    ]
    assert value["findings"][0] == {
        "device": "leaf",
        "kind": "change",
        "table": "PORT",
        "key": "Ethernet0",
        "field": "mtu",
        "intended": "9100",
        "running": "1500",
    }
    assert value["skipped"] == ["absent"]


def test_junit() -> None:
    suite = ElementTree.fromstring(drift_format.junit(REPORT))  # noqa: S314 - our own text
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "5",
        "failures": "2",
        "errors": "1",
        "skipped": "1",
    }
    cases = {case.get("name"): [child.tag for child in case] for case in suite}
    assert cases == {
        "leaf": ["failure"],
        "new": ["failure"],
        "spine": [],
        "gone": ["error"],
        "absent": ["skipped"],
    }
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert "foreign VLAN|Vlan5: running description=<\\x01&>" in (failure.text or "")
