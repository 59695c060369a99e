"""The configuration commands against recorded runs of the real ones."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from railwright.lab.box import patch, updater
from railwright.lab.box.configdb import Config, RowName
from railwright.lab.box.errors import BoxError, NotInLabError
from railwright.lab.box.fieldrules import BoxFacts
from railwright.lab.box.validate import check_config

ROOT = Path(__file__).resolve().parents[4]
SHARED = Path(os.environ.get("RAILWRIGHT_SHARED", ROOT.parent / "shared"))
CASES = {path.stem[4:]: path for path in sorted((SHARED / "sonic-corpus/updater").glob("*.json"))}
DEFAULT_BUILD = "SONiC-OS-master.20260823.1"

REFUSED: Mapping[str, str] = {
    "port-lanes-change": "the real search takes 101 changes for it; lanes are changed by reload",
}
"""Cases that the stand-ins refuse as not implemented, with the reason. The list is exact."""
OTHER_ORDER: Mapping[str, str] = {
    "vlan-remove-all": "two rows that do not depend on each other leave in another order",
}
"""Cases whose changes are as many and touch the same rows, in another order. Exact, too."""
RECORDING_ONLY = "{%"
"""What marks a recorded value that no running switch has: templates the feature manager renders."""
IMAGE_TEXT = ("BANNER_MESSAGE", "global", "motd")
"""A field that each image words for itself."""

Case = dict[str, Any]
REASON = re.compile(
    r"failed to parse data tree: (.*?)(?: - no target| - no matching|\" does not conform|: Data p)"
)
STABLE = (
    *("illegal", "empty tables", "without YANG models", "not updated", "missing yang models"),
    *("fails YANG validation", "All Keys are not parsed", "lane is used multiple times"),
    *("non-existent object", "not found in", "does not exist", "invalid literal", "Aborted!"),
)


@dataclass(frozen=True, slots=True)
class Result:
    """What a command did."""

    error: str | None
    after: Config
    changes: list[list[patch.Operation]]


def load(name: str) -> Case:
    case: Case = json.loads(CASES[name].read_text())
    return case


def change_of(case: Case) -> updater.Change:
    facts = BoxFacts(case["asic_type"], case.get("build_version", DEFAULT_BUILD))
    if case["command"] == "apply-patch":
        return updater.patch_change(case["before"], case["input"], facts)
    if case["input"] is None:
        raise BoxError("Checkpoint 'nosuch' does not exist")
    return updater.replace_change(case["before"], case["input"], facts)


def run(case: Case) -> Result:
    """Run the case's command on its configuration; NotInLabError passes through."""
    before: Config = case["before"]
    changes: list[list[patch.Operation]] = []
    after = before
    try:
        if case["command"] == "load":
            after = updater.merged(before, case["input"])
        elif case["command"] == "reload":
            updater.check_file(case["input"], "FILE")
            after = updater.reloaded(case["input"], None, case["asic_type"])
        else:
            change = change_of(case)
            changes = [list(step.operations) for step in change.steps]
            after = updater.simulate(before, change)
            change.check_result(after)
    except NotInLabError:
        raise
    except BoxError as error:
        return Result(" ".join(str(error).split()), after, changes)
    return Result(None, after, changes)


def comparable(config: Config, recorded: Config) -> dict[tuple[str, str, str], Any]:
    """Return the fields of `config`, without the values a recording says nothing about."""
    fields: dict[tuple[str, str, str], Any] = {}
    for table, rows in config.items():
        for key, row in rows.items():
            fields[table, key, ""] = {}
            for field, value in row.items():
                told = recorded.get(table, {}).get(key, {}).get(field)
                silent = RECORDING_ONLY in str(told) or (table, key, field) == IMAGE_TEXT
                fields[table, key, field] = None if silent else value
    return fields


def touched_rows(before: Config, changes: list[list[patch.Operation]]) -> list[set[RowName]]:
    """Return for each change the rows that differ after it."""
    touched = []
    for operations in changes:
        after = patch.apply(before, operations)
        touched.append(
            {
                (table, key)
                for table in {*before, *after}
                for key in {*before.get(table, {}), *after.get(table, {})}
                if before.get(table, {}).get(key) != after.get(table, {}).get(key)
            }
        )
        before = after
    return touched


def stable_parts(error: str) -> set[str]:
    """Return what of an error text does not depend on which of several faults is found first."""
    reasons = {match[1] for match in [REASON.search(error)] if match}
    # of a missing row, which kind of reference is met first is chance
    reasons = {reason.replace("Invalid union", "Invalid leafref") for reason in reasons}
    return reasons | {part for part in STABLE if part in error}


@pytest.mark.skipif(not CASES, reason=f"no recorded cases under {SHARED}")
def test_the_lists_of_differences_name_recorded_cases() -> None:
    assert {*REFUSED, *OTHER_ORDER} <= set(CASES)


@pytest.mark.parametrize("name", [name for name in CASES if name not in REFUSED])
def test_a_command_does_what_was_recorded(name: str) -> None:
    case = load(name)
    result = run(case)
    recorded: Config = case["after"] or case["before"]
    assert (result.error is None) == case["accepted"], result.error
    assert comparable(result.after, recorded) == comparable(recorded, recorded)
    if result.error is not None:
        assert stable_parts(result.error) == stable_parts(case["error"])


@pytest.mark.parametrize("name", [name for name in CASES if name not in REFUSED])
def test_changes_are_the_recorded_ones(name: str) -> None:
    case = load(name)
    result = run(case)
    if name not in OTHER_ORDER:
        assert result.changes == case["changes"]
        return
    ours, theirs = (
        sorted(map(sorted, touched_rows(case["before"], changes)))
        for changes in (result.changes, case["changes"])
    )
    assert ours == theirs
    assert result.changes != case["changes"]


@pytest.mark.parametrize("name", [name for name in CASES if name not in REFUSED])
def test_every_step_leaves_a_valid_configuration(name: str) -> None:
    case = load(name)
    if case["command"] in ("load", "reload") or not case["accepted"]:
        return
    state = case["before"]
    for operations in run(case).changes:
        state = patch.apply(state, operations)
        check_config(state)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_implemented_is_refused_and_says_so(name: str) -> None:
    if name not in CASES:
        pytest.skip(f"no recorded cases under {SHARED}")
    with pytest.raises(NotInLabError, match=r"^not implemented in the lab: "):
        run(load(name))
