"""Intended against running, for all switches at once; reads only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from railwright.device.errors import WrongBoxError
from railwright.device.fleet import Fleet
from railwright.device.observe import Observation, observe
from railwright.device.rollout import Progress
from railwright.device.session import Session
from railwright.emitters.sonic_config import SecretSlot, intended, merge, required_secrets
from railwright.errors import RailwrightError
from railwright.plan.model import Device, Plan
from railwright.sonic.apply import is_factory
from railwright.sonic.changes import Kind, diff
from railwright.sonic.configdb import ConfigDb, FieldValue, Row

EXIT_SAME, EXIT_ERROR, EXIT_DIFFERENT = 0, 1, 2
"""Exit codes of verbs that compare: in sync, error (also unreachable), difference found."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One owned place where a switch differs; secrets are masked.

    `kind` is what a push would do (`add`, `remove`, `change`), or `unconfigured` for a switch
    without any configuration of ours (then the place is empty). `field` is None for a whole row.
    """

    device: str
    kind: Kind | Literal["unconfigured"]
    table: str = ""
    key: str = ""
    field: str | None = None
    intended: FieldValue | Row | None = None
    running: FieldValue | Row | None = None


@dataclass(frozen=True, slots=True)
class DeviceDrift:
    """What was found on one switch; `notes` say what was not compared, or what else matters."""

    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DriftReport:
    """All switches: `devices` were compared, `errors` could not be, `skipped` are not here."""

    cluster: str
    devices: Mapping[str, DeviceDrift]
    errors: Mapping[str, str]
    skipped: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return every finding, by device in plan order."""
        return tuple(one for found in self.devices.values() for one in found.findings)

    @property
    def exit_code(self) -> int:
        """Return 1 if a switch could not be compared, else 2 with findings, else 0."""
        if self.errors:
            return EXIT_ERROR
        return EXIT_DIFFERENT if self.findings else EXIT_SAME


def drift(
    fleet: Fleet,
    devices: Iterable[Device],
    secrets: Mapping[str, str],
    skipped: tuple[str, ...] = (),
    done: Progress | None = None,
) -> DriftReport:
    """Compare these switches with the plan.

    A secret without a value in `secrets` is not compared, which a note says.
    """

    def look(session: Session, device: Device) -> DeviceDrift:
        platform = fleet.plan.platforms[device.platform].sonic_platform
        seen = observe(session, platform, device.hwsku or "", files=False)
        return compare(fleet.plan, device, seen, secrets)

    outcomes = fleet.run(devices, look, done)
    return DriftReport(
        cluster=fleet.plan.intent.cluster,
        devices={
            name: outcome for name, outcome in outcomes.items() if isinstance(outcome, DeviceDrift)
        },
        errors={
            name: str(outcome)
            for name, outcome in outcomes.items()
            if isinstance(outcome, RailwrightError)
        },
        skipped=skipped,
    )


def compare(
    plan: Plan, device: Device, seen: Observation, secrets: Mapping[str, str]
) -> DeviceDrift:
    """Return how one observed switch differs from the plan.

    Raises: WrongBoxError when the switch carries another planned device's name.
    """
    if is_factory(seen.running):
        return DeviceDrift((Finding(device.name, "unconfigured"),), _notes(seen, ()))
    if seen.facts.hostname != device.name and seen.facts.hostname in plan.device:
        raise WrongBoxError(
            f"{device.name}: {seen.facts.hostname} answers at {device.management.address}; check "
            "cabling and addresses of the management network"
        )
    slots = required_secrets(plan, device)
    known = tuple(slot for slot in slots if slot.secret in secrets)
    unknown = tuple(slot for slot in slots if slot.secret not in secrets)
    want = merge(intended(plan, device), known, secrets)
    findings = tuple(
        Finding(
            device.name,
            change.kind,
            change.table,
            change.key,
            change.field,
            change.intended,
            change.running,
        )
        for change in diff(_without(seen.running, unknown), _without(want, unknown))
    )
    return DeviceDrift(findings, _notes(seen, unknown))


def _without(config: ConfigDb, slots: Iterable[SecretSlot]) -> ConfigDb:
    """Return the configuration without the places of these secrets."""
    result = dict(config)
    for slot in slots:
        rows = result.get(slot.table, {})
        if slot.key is None:
            result.pop(slot.table, None)
        elif slot.key in rows:
            kept = {field: value for field, value in rows[slot.key].items() if field != slot.field}
            result[slot.table] = rows | {slot.key: kept}
    return result


def _notes(seen: Observation, unknown: Iterable[SecretSlot]) -> tuple[str, ...]:
    notes = [
        f"secret {slot.secret} ({slot.table}) was not compared: it has no value here"
        for slot in unknown
    ]
    if seen.phase:
        notes.append("a push was interrupted before it saved; push again to finish it")
    return tuple(notes)
