"""The BGP manager against recorded runs of the real one."""

import difflib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from railwright.lab.box.bgp import BgpManager
from tests.unit.lab.box.frr_model import FrrModel

ROOT = Path(__file__).resolve().parents[4]
SHARED = Path(os.environ.get("RAILWRIGHT_SHARED", ROOT.parent / "shared"))
CASES = sorted((SHARED / "sonic-corpus" / "bgp").glob("*.json"))

CHASSIS = "has a reachable chassis database; a fixed switch and the lab have none"
DIFFERENT: Mapping[str, str] = {
    "041-spine-chassis-db": CHASSIS,
    "043-type-spinerouter-chassis-db-tsa-live": CHASSIS,
}
"""Cases the lab does not reproduce, with the reason."""

Case = dict[str, Any]


def after_live(config: Case, live: Case) -> Case:
    """Return the rows named in `written`, merged over what they held before."""
    deleted = set(live["deleted_keys"])
    rows: Case = {}
    for table, entries in live["written"].items():
        for key, fields in entries.items():
            old = {} if f"{table}|{key}" in deleted else config.get(table, {}).get(key, {})
            rows.setdefault(table, {})[key] = {**old, **fields}
    return rows


def differences(case: Case) -> list[str]:
    """Return the names of recorded results that the manager does not reproduce."""
    manager, frr = BgpManager(case["config_db"]), FrrModel()
    frr.apply(manager.startup)
    frr.apply(manager.initial)
    before = frr.running()
    results = {
        "running": before,
        "frr_neighbors": frr.neighbors(),
        "frr_networks": frr.networks(),
    }
    wrong = [name for name, value in results.items() if value != case[name]]
    if live := case.get("live"):
        frr.apply(manager.update(live["deleted_keys"], after_live(case["config_db"], live)))
        diff = [
            line
            for line in difflib.unified_diff(before, frr.running(), lineterm="", n=0)
            if not line.startswith(("---", "+++", "@@"))
        ]
        after = {
            "running_diff": diff,
            "frr_neighbors_after": frr.neighbors(),
            "frr_networks_after": frr.networks(),
        }
        wrong += [name for name, value in after.items() if value != live.get(name, [])]
    return wrong


@pytest.mark.skipif(not CASES, reason=f"no recorded cases below {SHARED.name}/sonic-corpus")
def test_the_recorded_cases_are_complete_and_the_exceptions_exist() -> None:
    names = {path.stem for path in CASES}
    assert len(names) >= 52
    assert DIFFERENT.keys() <= names


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_manager_does_what_was_recorded(path: Path) -> None:
    case = json.loads(path.read_text())
    wrong = differences(case)
    if path.stem in DIFFERENT:
        assert wrong, f"now agrees: take it off the list ({DIFFERENT[path.stem]})"
    else:
        assert wrong == []
