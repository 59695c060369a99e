"""The real models of an image, against what real SONiC accepted and refused."""

import copy
import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from railwright.sonic.configdb import ConfigDb
from railwright.sonic.yang import ModelSet, YangFinding

ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("RAILWRIGHT_SHARED", ROOT.parent / "shared"))
MODELS = SHARED / "sonic-yang"
UPDATER = sorted((SHARED / "sonic-corpus" / "updater").glob("*.json"))
BGP = sorted((SHARED / "sonic-corpus" / "bgp").glob("*.json"))

pytestmark = [
    pytest.mark.skipif(not MODELS.is_dir(), reason="no YANG models of an image here"),
    pytest.mark.skipif(not (UPDATER and BGP), reason="no recorded SONiC runs here"),
    pytest.mark.skipif(
        shutil.which("yanglint") is None, reason="yanglint (apt: libyang-tools) is not installed"
    ),
]

FIELD_RULE = "the updater refuses this change by rules of its own; the result is valid YANG"
RUNNING = "refused because of what was running before; the result is valid YANG"
LANES = "the updater checks lanes itself; YANG sees only text"
UNMODELLED = "a table without a model is tolerated where it was running before or by load"
LOAD = "config load checks nothing"
STRICTER = "accepted on the way in, but unsafe afterwards; refused here on purpose"

DIFFERENT: Mapping[str, str] = {
    "033-buffer-pool-size": FIELD_RULE,
    "034-buffer-pool-add-row": FIELD_RULE,
    "035-buffer-profile-size": FIELD_RULE,
    "037-buffer-profile-dynamic-th-unlisted": FIELD_RULE,
    "039-buffer-profile-dynamic-th-broadcom-unlisted": FIELD_RULE,
    "042-buffer-profile-xoff-unlisted": FIELD_RULE,
    "043-buffer-profile-create-table": FIELD_RULE,
    "048-pfcwd-detection-time-unlisted": FIELD_RULE,
    "052-pfcwd-add-row-unlisted": FIELD_RULE,
    "055-pfcwd-create-table": FIELD_RULE,
    "056-pfcwd-remove-global": FIELD_RULE,
    "104-port-lanes-duplicate": LANES,
    "130-replace-buffer-pool": FIELD_RULE,
    "131-replace-drop-buffers": FIELD_RULE,
    "137-replace-unmodelled-in-running": UNMODELLED,
    "138-patch-unmodelled-in-running": UNMODELLED,
    "140-patch-fixes-invalid-running": RUNNING,
    "143-rollback-buffer-pool": FIELD_RULE,
    "150-reload-empty-table": STRICTER,
    "151-reload-int-values": STRICTER,
    "154-load-unknown-table": UNMODELLED,
    "155-load-invalid": LOAD,
    "156-load-unknown-field": LOAD,
    "157-load-dangling": LOAD,
    "162-mixed-good-and-refused": FIELD_RULE,
    "166-buffer-profile-dynamic-th-remove": FIELD_RULE,
    "167-buffer-profile-xon": FIELD_RULE,
    "170-buffer-profile-replace-row": FIELD_RULE,
    "171-pfcwd-old-build": FIELD_RULE,
    "176-replace-repairs-invalid-running": RUNNING,
    "177-replace-unlisted-hwsku": FIELD_RULE,
}
"""Cases in which validity of the resulting configuration is not the switch's verdict, and why."""

NO_RESULT = frozenset(
    {
        "075-interface-unescaped-slash",
        "096-remove-missing-path",
        "097-remove-missing-field",
        "098-replace-missing-path",
        "099-add-row-missing-table",
        "144-rollback-missing",
    }
)
"""Cases without a resulting configuration: the patch does not apply, the checkpoint is missing."""


def steps(pointer: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def parent_of(config: Any, path: list[str]) -> Any:
    for step in path[:-1]:
        config = config[step]
    return config


def patched(config: Any, patch: list[dict[str, Any]]) -> Any:
    """Return the result of a JSON patch (RFC 6902, objects only).

    Raises: KeyError if the patch does not apply.
    """
    result = copy.deepcopy(config)
    for operation in patch:
        path = steps(operation["path"])
        target = parent_of(result, path)
        if operation["op"] in {"remove", "replace", "test"}:
            target[path[-1]]  # must exist
        if operation["op"] == "remove":
            del target[path[-1]]
        elif operation["op"] == "move":
            source = steps(operation["from"])
            target[path[-1]] = parent_of(result, source).pop(source[-1])
        elif operation["op"] in {"add", "replace"}:
            target[path[-1]] = copy.deepcopy(operation["value"])
    return result


def outcome(case: dict[str, Any]) -> Any:
    """Return the configuration that a recorded command was to lead to, None without one."""
    if case["command"] == "apply-patch":
        try:
            return patched(case["before"], case["input"])
        except KeyError:
            return None
    return (case["after"] or case["before"]) if case["command"] == "load" else case["input"]


@pytest.fixture(scope="module")
def models() -> ModelSet:
    return ModelSet.load(MODELS)


@pytest.fixture(scope="module")
def cases() -> dict[str, Any]:
    return {path.stem: json.loads(path.read_text()) for path in UPDATER}


@pytest.fixture(scope="module")
def findings(models: ModelSet, cases: dict[str, Any]) -> dict[str, list[YangFinding]]:
    """Findings for what every case was to lead to, by case; all validated in one go."""
    outcomes = {name: outcome(case) for name, case in cases.items()}
    configs = {name: config for name, config in outcomes.items() if config is not None}
    found: dict[str, list[YangFinding]] = {name: [] for name in configs}
    for finding in models.validate(configs):
        found[finding.device].append(finding)
    return found


def test_recorded_verdicts_are_reproduced(
    cases: dict[str, Any], findings: dict[str, list[YangFinding]]
) -> None:
    assert cases.keys() - findings.keys() == NO_RESULT
    wrong = {name for name, found in findings.items() if cases[name]["accepted"] != (not found)}
    assert wrong == DIFFERENT.keys()
    assert len(findings) - len(wrong) == 141


def test_findings_name_what_the_switch_complained_about(
    cases: dict[str, Any], findings: dict[str, list[YangFinding]]
) -> None:
    refused = {name: found for name, found in findings.items() if found}
    # These messages name no table: numbers are "not updated", tables are "without YANG models".
    unnamed = {"091-unknown-table", "093-int-value", "132-replace-int-values"}
    unnamed |= {"134-replace-unknown-table"} | DIFFERENT.keys()
    for name in refused.keys() - unnamed:
        assert any(finding.table in cases[name]["error"] for finding in refused[name]), name


def test_everything_that_ran_on_the_recorded_switches_is_valid(
    models: ModelSet, cases: dict[str, Any]
) -> None:
    invalid_on_purpose = {
        "137-replace-unmodelled-in-running",
        "138-patch-unmodelled-in-running",
        "139-patch-invalid-running",
        "140-patch-fixes-invalid-running",
        "176-replace-repairs-invalid-running",
    }
    running = {path.stem: json.loads(path.read_text())["config_db"] for path in BGP}
    running |= {name: case["before"] for name, case in cases.items()}
    found = models.validate(running)
    assert {finding.device for finding in found} == invalid_on_purpose


def full_leaf() -> Any:
    """Return a leaf with everything a fabric of this kind configures, on three ports."""
    leaf = json.loads(next(path for path in BGP if path.stem == "001-leaf").read_text())
    base = json.loads(next(path for path in UPDATER if path.stem.startswith("001-")).read_text())
    return {**base["before"], **leaf["config_db"]}


def replaced(table: str, key: str, **fields: Any) -> Callable[[Any], None]:
    def apply(config: Any) -> None:
        row = config.setdefault(table, {}).setdefault(key, {})
        row |= fields

    return apply


def without(table: str, key: str, field: str | None = None) -> Callable[[Any], None]:
    def apply(config: Any) -> None:
        if field is None:
            del config[table][key]
        else:
            del config[table][key][field]

    return apply


REFUSED = [
    (replaced("PORT", "Ethernet0", mtu="67"), "PORT|Ethernet0 mtu"),
    (replaced("PORT", "Ethernet0", speed="1600001"), "PORT|Ethernet0 speed"),
    (replaced("PORT", "Ethernet0", subport="9"), "PORT|Ethernet0 subport"),
    (replaced("PORT", "Ethernet0", autoneg="On"), "PORT|Ethernet0 autoneg"),
    (replaced("PORT", "Ethernet0", learn_mode="drop"), "PORT|Ethernet0 learn_mode"),
    (replaced("PORT", "Ethernet0", adv_speeds="400000,fast"), "PORT|Ethernet0 adv_speeds"),
    (without("PORT", "Ethernet0", "lanes"), "PORT|Ethernet0"),
    (replaced("DEVICE_METADATA", "localhost", note="x"), "DEVICE_METADATA|localhost note"),
    (replaced("DEVICE_METADATA", "localhost", bgp_asn="4294967296"), "localhost bgp_asn"),
    (replaced("DEVICE_METADATA", "localhost", mac="02:00"), "DEVICE_METADATA|localhost mac"),
    (replaced("INTERFACE", "Ethernet0|10.9.0.0/33"), "INTERFACE|Ethernet0|10.9.0.0/33"),
    (replaced("INTERFACE", "Ethernet0|10.1.0.0/31", family="IPv6"), "10.1.0.0/31 family"),
    (without("INTERFACE", "Ethernet4"), "INTERFACE|Ethernet4|10.1.0.2/31"),
    (replaced("BGP_NEIGHBOR", "10.1.0.1", local_addr="10.1.0"), "10.1.0.1 local_addr"),
    (replaced("BGP_NEIGHBOR", "10.1.0.1", rrclient="2"), "BGP_NEIGHBOR|10.1.0.1 rrclient"),
    (replaced("WRED_PROFILE", "AZURE_LOSSLESS", ecn="ecn_some"), "AZURE_LOSSLESS ecn"),
    (replaced("SCHEDULER", "scheduler.0", type="FIFO"), "SCHEDULER|scheduler.0 type"),
    (replaced("BUFFER_PROFILE", "q_lossy_profile", pool="[BUFFER_POOL|x]"), "profile pool"),
    (replaced("BUFFER_PG", "Ethernet0|8", profile="q_lossy_profile"), "BUFFER_PG|Ethernet0|8"),
    (replaced("BUFFER_PG", "Ethernet0,Ethernet4|3", profile="NULL"), "Ethernet0,Ethernet4|3"),
    (replaced("PFC_WD", "Ethernet0", action="Drop"), "PFC_WD|Ethernet0 action"),
    (replaced("PORT_QOS_MAP", "Ethernet0", pfc_enable="3,x"), "PORT_QOS_MAP|Ethernet0 pfc_enable"),
    (replaced("VLAN", "Vlan1", vlanid="1"), "VLAN|Vlan1"),
    (replaced("STATIC_ROUTE", "10.2.0.0/24", advertise="yes"), "10.2.0.0/24 advertise"),
    (replaced("ARS_PROFILE", "a", x="1"), "ARS_PROFILE"),
]


@pytest.fixture(scope="module")
def mutations(models: ModelSet) -> dict[str, list[str]]:
    configs: dict[str, ConfigDb] = {"unchanged": full_leaf()}
    for number, (mutate, _) in enumerate(REFUSED):
        config = full_leaf()
        mutate(config)
        configs[str(number)] = config
    found: dict[str, list[str]] = {name: [] for name in configs}
    for finding in models.validate(configs):
        found[finding.device].append(str(finding))
    return found


def test_a_full_leaf_is_valid(mutations: dict[str, list[str]]) -> None:
    assert mutations["unchanged"] == []


@pytest.mark.parametrize("number", range(len(REFUSED)), ids=lambda n: REFUSED[n][1])
def test_one_wrong_thing_on_a_full_leaf_is_the_one_finding(
    mutations: dict[str, list[str]], number: int
) -> None:
    found = mutations[str(number)]
    assert len(found) == 1, found
    assert f"{REFUSED[number][1]}: " in found[0]
