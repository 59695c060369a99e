"""Predictions about SONiC's updater against what the real one did in every recorded run."""

import json
import os
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from railwright.catalog.loader import updater
from railwright.sonic.changes import diff
from railwright.sonic.classes import classify, updater_bounces
from railwright.sonic.refusals import Updater, refusals, writes

ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("RAILWRIGHT_SHARED", ROOT.parent / "shared"))
CASES = {
    path.stem: path
    for path in sorted((SHARED / "sonic-corpus" / "updater").glob("*.json"))
    if json.loads(path.read_bytes())["command"] in {"apply-patch", "replace", "rollback"}
}
pytestmark = pytest.mark.skipif(not CASES, reason="no recorded SONiC runs here")

DEFAULT_BUILD = "SONiC-OS-master.20260823.1"
ASICS = {
    "ACS-SN5600": "spc4",
    "ACS-SN5640": "spc5",
    "Acme-X1": "unknown",
    "Arista-7060X6-64PE": "th5",
    "Force10-S6000": "td2",
}

VALUE = "the YANG models refuse the result; emitted files are checked against them when built"
RUNNING = "the running configuration is invalid, which refuses every patch"
FORM = "no such operation is ever generated"
NOT_PREDICTED = {
    "003-wred-max-below-min": VALUE,
    "008-wred-remove-referenced": VALUE,
    "010-scheduler-weight-101": VALUE,
    "012-scheduler-remove-referenced": VALUE,
    "016-dscp-entry-64": VALUE,
    "025-port-qos-map-dangling": VALUE,
    "050-pfcwd-detection-below-poll": VALUE,
    "065-bgp-asn-0": VALUE,
    "066-bgp-unknown-field": VALUE,
    "070-interface-add-without-parent": VALUE,
    "071-interface-remove-bare": VALUE,
    "075-interface-unescaped-slash": FORM,
    "081-vlan-member-on-routed-port": VALUE,
    "082-vlan-member-without-vlan": VALUE,
    "083-vlan-remove-in-use": VALUE,
    "085-vlan-id-mismatch": VALUE,
    "090-unknown-field": VALUE,
    "091-unknown-table": VALUE,
    "092-wrong-type": VALUE,
    "093-int-value": FORM,
    "094-bool-value": FORM,
    "095-bool-capital": VALUE,
    "097-remove-missing-field": FORM,
    "098-replace-missing-path": FORM,
    "104-port-lanes-duplicate": VALUE,
    "107-port-mtu-range": VALUE,
    "111-port-fec-upper": VALUE,
    "115-port-remove-in-use": VALUE,
    "117-cable-length-no-unit": VALUE,
    "126-metadata-type": VALUE,
    "132-replace-int-values": FORM,
    "134-replace-unknown-table": VALUE,
    "135-replace-invalid": VALUE,
    "139-patch-invalid-running": RUNNING,
    "140-patch-fixes-invalid-running": RUNNING,
    "144-rollback-missing": FORM,
    "163-mixed-good-and-invalid": VALUE,
    "169-buffer-profile-remove-in-use": VALUE,
    "176-replace-repairs-invalid-running": RUNNING,
}
"""Refused runs that the updater's own rules do not explain."""

ANOTHER_BOUNCE = {
    "105-port-lanes-change": "the port is deleted and added; classed as config reload",
}
FEWER_WRITES = {
    "057-pfcwd-remove-table": "a table that goes is one write",
    "080-vlan-member-svi-add": "a table that appears is one write",
    "084-vlan-remove-all": "a table that goes is one write",
    "105-port-lanes-change": "rebuilding a port takes everything that refers to it along",
}


def load(name: str) -> dict[str, Any]:
    case: dict[str, Any] = json.loads(CASES[name].read_bytes())
    return case


def after(case: dict[str, Any]) -> dict[str, Any]:
    """Return what the input asks for, as the updater simulates it."""
    if case["command"] != "apply-patch":
        target: dict[str, Any] = case["input"]
        return target
    config: dict[str, Any] = deepcopy(case["before"])
    for operation in case["input"]:
        *folders, last = tokens(operation["path"])
        node = config
        for name in folders:
            node = node.setdefault(name, {})
        match operation["op"]:
            case "add" | "replace":
                node[last] = operation["value"]
            case "remove":
                node.pop(last, None)
            case "move":
                *folders, source = tokens(operation["from"])
                moved = config
                for name in folders:
                    moved = moved[name]
                node[last] = moved.pop(source)
            case "test":
                assert node[last] == operation["value"]
    return config


def tokens(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def toggled(case: dict[str, Any]) -> set[str]:
    """Return the ports that the recorded writes shut."""
    return {
        tokens(operation["path"])[1]
        for change in case["changes"]
        for operation in change
        if tokens(operation["path"])[0::2] == ["PORT", "admin_status"]
        and operation["value"] == "down"
    }


@pytest.mark.parametrize("name", [name for name in CASES if name not in NOT_PREDICTED])
def test_refusals_are_those_of_the_real_updater(name: str) -> None:
    case = load(name)
    switch = Updater(ASICS[case["hwsku"]], case.get("build_version") or DEFAULT_BUILD, updater())
    predicted = refusals(case["before"], after(case), switch)
    assert (not predicted) == case["accepted"], predicted or case["error"]


@pytest.mark.parametrize("name", sorted(NOT_PREDICTED))
def test_exceptions_are_refused_for_another_reason(name: str) -> None:
    case = load(name)
    assert not case["accepted"]
    assert "illegal" not in case["error"].lower()
    assert "empty tables" not in case["error"]


@pytest.mark.parametrize("name", [name for name in CASES if load(name)["accepted"]])
def test_bounced_ports_and_writes_are_those_of_the_real_updater(name: str) -> None:
    case = load(name)
    target = after(case)
    bounced = updater_bounces(classify(diff(case["before"], target), case["before"]))
    if name not in ANOTHER_BOUNCE:
        opened = {
            port
            for port in toggled(case)
            if target["PORT"].get(port, {}).get("admin_status") == "up"
        }
        assert bounced == opened
    if name not in FEWER_WRITES:
        assert writes(case["before"], target, len(bounced)) == len(case["changes"])
