"""Live devices for the CLI and the Ansible plugins: log in, survey, push, compare, verify.

Environment, vault and limits come in as values; nothing here reads them. This module imports all
that knows the network: whoever needs it imports it late, so that paper-only verbs start fast.
"""

import signal
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from railwright.api import load_plan
from railwright.device import rollout
from railwright.device.clock import RealClock, wait_until
from railwright.device.drift import DriftReport
from railwright.device.drift import drift as compare
from railwright.device.fleet import Fleet
from railwright.device.inventory import select as select_devices
from railwright.device.push import PushOptions, PushResult, push_switch, refusal_of
from railwright.device.rollout import Progress, Survey
from railwright.device.session import Session
from railwright.device.ssh import Login, Transport
from railwright.device.verify import CHECKS
from railwright.device.verify import verify as look
from railwright.device.verify_model import Check, VerifyReport
from railwright.emitters.sonic_config import SecretSlot, required_secrets
from railwright.errors import RailwrightError
from railwright.plan.model import Device, Plan
from railwright.sonic.changes import Change, text_of
from railwright.sonic.classes import ChangeClass
from railwright.sonic.waves import Wave

SSH_KEY = "RAILWRIGHT_SSH_KEY"
KNOWN_HOSTS = "RAILWRIGHT_KNOWN_HOSTS"
SECRET_PREFIX = "RAILWRIGHT_SECRET_"  # noqa: S105 - a name, not a value
VAULT = "playbooks/group_vars/{cluster}/vault.yml"
VAULT_VARIABLE = "railwright_secrets"
VERIFY_CHECKS: Mapping[str, tuple[Check, ...]] = {**CHECKS, "sessions": ("bgp",)}
"""What each name checks: those of the verb, and the BGP sessions alone."""
VERIFY_STEP_S = 5.0
"""Pause between two looks while a check waits for the fabric to settle."""


class NotReadyError(RailwrightError):
    """Something has to be given or accepted before a push; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The devices a run is about, in plan order, and the names skipped as not here."""

    devices: tuple[Device, ...]
    skipped: tuple[str, ...]

    @property
    def switches(self) -> tuple[Device, ...]:
        """Return the switches among the devices."""
        return tuple(device for device in self.devices if device.is_switch)


@dataclass(frozen=True, slots=True)
class Surveyed:
    """Every switch before a push.

    `survey` holds those that answered, as a dry run reports them, and the waves; `unreachable` the
    others, with the reason. `stop` is empty if the push may begin, else why nothing may change.
    """

    survey: Survey
    unreachable: Mapping[str, str]
    stop: str

    @property
    def configured(self) -> frozenset[str]:
        """Return the switches that need no change, so sessions with them can come up."""
        return self.survey.configured


def login(env: Mapping[str, str]) -> Login:
    """Return how to log in, from the variables RAILWRIGHT_SSH_KEY and RAILWRIGHT_KNOWN_HOSTS."""
    key, known_hosts = env.get(SSH_KEY), env.get(KNOWN_HOSTS)
    return Login(
        key_file=Path(key).expanduser() if key else None,
        known_hosts=Path(known_hosts).expanduser() if known_hosts else None,
    )


def accepted(text: str) -> ChangeClass:
    """Return the change class a user named, such as `port-bounce`.

    Raises: RailwrightError naming the classes.
    """
    classes = {_spelled(one): one for one in ChangeClass}
    if text not in classes:
        raise RailwrightError(
            f"{text!r} is no class of change to accept; use one of {', '.join(classes)}"
        )
    return classes[text]


def secrets(plan: Plan, env: Mapping[str, str], vault: Any = None) -> dict[str, str]:
    """Return the value of every secret of this plan that has one.

    `vault` maps names to values; RAILWRIGHT_SECRET_<NAME> in `env` wins over it.
    Raises: RailwrightError for a vault of another shape; the text holds no value.
    """
    given = {} if vault is None else vault
    if not isinstance(given, Mapping):
        raise RailwrightError(f"{VAULT_VARIABLE} is no mapping; write `name: value` below it")
    found = {}
    for name in sorted({slot.secret for slot in _slots(plan, plan.switches)}):
        value = env.get(f"{SECRET_PREFIX}{name.upper()}") or given.get(name)
        if value is not None and not isinstance(value, str):
            raise RailwrightError(f"secret {name!r} in {VAULT_VARIABLE} is no text; quote it")
        if value:
            found[name] = str(value)
    return found


@contextmanager
def fleet(intent: Path, how: Login) -> Iterator[Fleet]:
    """Open the way to the devices of an intent; connections last as long as the context.

    Raises: IntentError.
    """
    plan = load_plan(intent).plan
    with Transport(how) as transport:
        yield Fleet(plan, transport, RealClock())


def select(plan: Plan, limit: str | None = None, only: Iterable[str] | None = None) -> Selection:
    """Return the devices of a limit (names, groups, globs, `!` excludes) that are here.

    `only` holds the names that are here; None means all. Raises: RailwrightError for a part of the
    limit that matches nothing.
    """
    return Selection(*select_devices(plan, limit, only))


def survey(
    way: Fleet,
    switches: Iterable[Device],
    values: Mapping[str, str],
    accept: ChangeClass,
    option: str,
    done: Progress | None = None,
) -> Surveyed:
    """Look at all switches at once and order what a push would change; nothing is changed.

    `values` are the secrets; `option` is what a user writes before an accepted class (`--accept `),
    for the message. Raises: NotReadyError when a secret has no value.
    """
    wanted = tuple(switches)
    if missing := _missing_secrets(way.plan, wanted, values):
        raise NotReadyError(missing)
    unreachable = _unreachable(way, wanted)
    here = [device for device in wanted if device.name not in unreachable]
    found = rollout.survey(way, here, values, ChangeClass.REBOOT, done)
    stop = _refusal(found, accept, option) or _too_many(way.plan, wanted, unreachable, found)
    return Surveyed(found, unreachable, stop)


def push(
    way: Fleet,
    found: Surveyed,
    values: Mapping[str, str],
    accept: ChangeClass,
    started: Callable[[Wave], None] | None = None,
) -> Iterator[PushResult]:
    """Push wave after wave, yielding every switch's result; unreachable ones are not among them.

    Raises: NotReadyError, before anything is changed, when the survey says stop.
    """
    if found.stop:
        raise NotReadyError(found.stop)
    yield from rollout.push(way, found.survey, values, PushOptions(accept=accept), started)


def push_one(
    way: Fleet,
    switch: Device,
    values: Mapping[str, str],
    accept: ChangeClass,
    *,
    drain: bool = False,
    configured: Iterable[str] = (),
) -> PushResult:
    """Bring one switch to its configuration; see PushOptions. Raises: as `push_switch`."""
    options = PushOptions(accept=accept, drain=drain, configured=frozenset(configured))
    with _ended_by_sigterm():
        return push_switch(way.session(switch), way.plan, switch, values, options, way.clock)


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM, which ends an Ansible worker on Ctrl-C, stop a push as Ctrl-C does.

    The push then gives back its lock on the switch. Signals reach the main thread only; elsewhere
    nothing is changed.
    """

    def stop(signum: int, frame: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def drift(
    way: Fleet, chosen: Selection, values: Mapping[str, str], done: Progress | None = None
) -> DriftReport:
    """Compare the switches of a selection with the plan; skipped ones are listed as such."""
    skipped = tuple(name for name in chosen.skipped if way.plan.device[name].is_switch)
    return compare(way, chosen.switches, values, skipped, done)


def verify(
    way: Fleet,
    devices: Iterable[Device],
    present: Collection[str] | None = None,
    names: Collection[str] = (),
    wait_s: float | None = None,
) -> VerifyReport:
    """Check the fabric, looking again until nothing is wrong or the time is up.

    `names` are the checks wanted (see VERIFY_CHECKS; empty: those of the verb), `present` the
    devices that exist here (None: all). Paths are followed hop by hop, so they are left out unless
    every switch that is here is among `devices`. `wait_s` None means the intent's
    `rollout.settle_s`. Raises: RailwrightError for an unknown check.
    """
    some = tuple(devices)
    read = {device.name for device in some}
    here = way.plan.device.keys() if present is None else frozenset(present)
    whole = all(one.name in read for one in way.plan.switches if one.name in here)
    wanted = tuple(check for check in _checks(names) if whole or check != "paths")
    limit_s = way.plan.intent.rollout.settle_s if wait_s is None else wait_s
    reports: list[VerifyReport] = []

    def clean() -> bool:
        reports[:] = [look(way, some, wanted, present)]
        return not reports[0].findings

    wait_until(way.clock, clean, limit_s, VERIFY_STEP_S)
    return reports[0]


def surveyed_values(found: Surveyed) -> dict[str, Any]:
    """Return a survey as plain values, for Ansible and JSON.

    `order` and `serial` are the waves as a play wants them; `drain` names the switches drained
    first, `initial` those that get their first configuration.
    """
    waves = found.survey.waves
    switches = {
        name: result_values(one) | {"changed": one.changed or one.pending}
        for name, one in found.survey.results.items()
    }
    for name, text in found.unreachable.items():
        switches[name] = {"device": name, "unreachable": True, "msg": text}
    return {
        "switches": switches,
        "stop": found.stop,
        "order": [name for wave in waves for name in wave.devices],
        "serial": [len(wave.devices) for wave in waves],
        "waves": [f"{wave.reason}: {', '.join(wave.devices)}" for wave in waves],
        "drain": [name for wave in waves if wave.drain for name in wave.devices],
        "initial": [name for wave in waves if wave.kind == "initial" for name in wave.devices],
        "configured": sorted(found.configured),
    }


def result_values(result: PushResult) -> dict[str, Any]:
    """Return what a push did or would do to one switch as plain values; no secret is in them."""
    return {
        "device": result.device,
        "changed": result.changed,
        "failed": bool(result.failed),
        "msg": _failure(result) if result.failed else _summary(result),
        "method": result.method,
        "harm": _spelled(result.harm),
        "initial": result.initial,
        "changes": result.changes,
        "impacts": list(_impacts(result)),
        "commands": list(result.commands),
        "estimated_s": result.estimated_s,
        "undone": result.undone,
        "pending": result.pending,
        "diff": _diff(result),
    }


def _spelled(one: ChangeClass) -> str:
    return one.name.lower().replace("_", "-")


def _slots(plan: Plan, switches: Iterable[Device]) -> Iterator[SecretSlot]:
    for device in switches:
        yield from required_secrets(plan, device)


def _missing_secrets(plan: Plan, switches: Iterable[Device], values: Mapping[str, str]) -> str:
    tables = {slot.secret: slot.table for slot in _slots(plan, switches)}
    place = VAULT.format(cluster=plan.intent.cluster)
    return "\n".join(
        f"secret {name!r} ({table}) has no value: give it below {VAULT_VARIABLE} in {place} "
        f"(ansible-vault), or set {SECRET_PREFIX}{name.upper()}; nothing was changed"
        for name, table in sorted(tables.items())
        if name not in values
    )


def _unreachable(way: Fleet, switches: Iterable[Device]) -> dict[str, str]:
    """Return why switches do not answer, by name; the connections to the others stay open."""

    def knock(session: Session, _: Device) -> None:
        session.run(("true",))

    outcomes = way.run(switches, knock)
    return {name: str(one) for name, one in outcomes.items() if isinstance(one, RailwrightError)}


def _refusal(found: Survey, accept: ChangeClass, option: str) -> str:
    """Return what has to be accepted first, and how; empty if nothing has."""
    refused = [one for one in found.results.values() if not one.failed and refusal_of(one, accept)]
    if not refused:
        return ""
    worst = max(one.harm for one in refused)
    lines = []
    for one in refused:
        costs = "; ".join(one.impacts) or f"{one.device}: {one.harm.text}"
        lines.append(f"{costs} ({'; '.join(one.messages)})")
    return "\n".join(
        [
            f"{len(refused)} of {len(found.results)} switches would be disturbed, so nothing was "
            "changed:",
            *lines,
            f"drain the jobs, then accept it: {option}{_spelled(worst)}",
        ]
    )


def _too_many(
    plan: Plan, wanted: Sequence[Device], unreachable: Collection[str], found: Survey
) -> str:
    """Return why so many switches are unusable that none may change; empty if few are."""
    limit = plan.intent.rollout.max_fail_percentage
    unusable = len(unreachable) + sum(bool(one.failed) for one in found.results.values())
    if unusable * 100 <= limit * len(wanted):
        return ""
    return (
        f"{unusable} of {len(wanted)} switches cannot be used, more than {limit} % "
        "(rollout.max_fail_percentage); nothing was changed. Mend them, leave them out with "
        "--limit, or raise the percentage in the intent"
    )


def check_names(names: Collection[str]) -> None:
    """Refuse names that are not in VERIFY_CHECKS.

    Raises: RailwrightError.
    """
    if unknown := sorted(set(names) - VERIFY_CHECKS.keys()):
        allowed = ", ".join(VERIFY_CHECKS)
        raise RailwrightError(f"no check is called {unknown[0]!r}; use {allowed}")


def _checks(names: Collection[str]) -> tuple[Check, ...]:
    check_names(names)
    return tuple(check for name in names or CHECKS for check in VERIFY_CHECKS[name])


def _summary(result: PushResult) -> str:
    """Return one line about a push: what, how, and what it does to traffic."""
    if result.method == "none":
        return f"{result.device}: {'; '.join(result.messages)}"
    if result.initial:
        return f"{result.device}: first configuration, by {result.method}"
    changes = f"{result.changes} change{'' if result.changes == 1 else 's'}"
    reasons = "; ".join(result.messages)
    return f"{result.device}: {changes} by {result.method}, {result.harm.text} ({reasons})"


def _failure(result: PushResult) -> str:
    """Return why a push failed, with the switch's name in front."""
    named = result.failed.startswith(result.device)
    return result.failed if named else f"{result.device}: {result.failed}"


def _impacts(result: PushResult) -> tuple[str, ...]:
    """Return what the changes cost; nothing on a switch that is not in service yet."""
    return () if result.initial else result.impacts


def _diff(result: PushResult) -> list[dict[str, str]]:
    """Return the differences in the form Ansible shows with --diff."""
    if result.method == "none":
        return []
    summary = [{"prepared": _lines([_summary(result), *_impacts(result)])}]
    if not result.diff:
        return summary
    sides = {
        "before_header": f"{result.device} running",
        "after_header": f"{result.device} intended",
        "before": _lines(_side(result.diff, "running")),
        "after": _lines(_side(result.diff, "intended")),
    }
    return [*summary, sides]


def _side(changes: Iterable[Change], side: str) -> Iterator[str]:
    for change in changes:
        value = change.running if side == "running" else change.intended
        if value is not None:
            yield f"{change.place}: {text_of(value)}"


def _lines(texts: Iterable[str]) -> str:
    return "".join(f"{text}\n" for text in texts)
