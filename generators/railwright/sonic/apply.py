"""How to bring one switch from its running to its intended configuration.

Three ways exist: a patch through SONiC's updater (checked, ordered, slow), an additive load (fast,
unchecked by the switch) and a reload of the whole file (always possible, stops everything). The
choice weighs what the updater would refuse, what it would cost and what traffic would lose.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import orjson

from railwright.sonic.changes import Change, diff
from railwright.sonic.classes import ChangeClass, Verdict, classify, updater_bounces, worst
from railwright.sonic.configdb import ConfigDb, dumps
from railwright.sonic.patch import additions, full_file, make_patch, target
from railwright.sonic.references import misfits
from railwright.sonic.refusals import Updater, patch_seconds, refusals, writes

Method = Literal["none", "apply-patch", "load", "reload"]

FACTORY_HOSTNAME = "sonic"
"""Host name of a switch nobody configured (SONiC's init_cfg.json.j2)."""

PATCH_LIMIT_S = 300.0
"""Longest patch preferred to another way; a full leaf's QoS did not finish in 420 s when tried."""
LOAD_SECONDS = 5.0
RELOAD_SECONDS = 300.0
"""Planning estimates: a load only writes; a reload restarts every service (assumed)."""

COMMANDS: Mapping[Method, tuple[str, ...]] = {
    "none": (),
    "apply-patch": ("config", "apply-patch"),
    "load": ("config", "load", "-y"),
    "reload": ("config", "reload", "-y", "-f"),
}
"""The switch's own command for each way; the file name follows."""


@dataclass(frozen=True, slots=True)
class ApplyPlan:
    """What would be done to one switch, and why that way.

    `harm` is what it costs (the way included), `initial` marks a first configuration, which needs
    no acceptance. `payload` is the file for the command; it may hold secrets, so it is never shown.
    `refused` holds what the updater would refuse of a patch.
    """

    method: Method
    harm: ChangeClass
    initial: bool
    verdicts: tuple[Verdict, ...]
    payload: bytes
    refused: tuple[str, ...]
    estimated_s: float
    reason: str

    @property
    def changes(self) -> tuple[Change, ...]:
        """Return the changes without their classes."""
        return tuple(verdict.change for verdict in self.verdicts)

    @property
    def commands(self) -> tuple[str, ...]:
        """Return the commands as they would be typed on the switch."""
        if self.method == "none":
            return ()
        apply = " ".join(("sudo", *COMMANDS[self.method], "FILE"))
        return ("sudo config checkpoint railwright", apply, "sudo config save -y")

    def __repr__(self) -> str:
        """Return a text without the payload, which may hold secrets."""
        return f"ApplyPlan({self.method}, {self.harm.name}, {len(self.verdicts)} changes)"


def is_factory(running: ConfigDb) -> bool:
    """Return whether nobody configured this switch yet: it has no name of its own."""
    hostname = running.get("DEVICE_METADATA", {}).get("localhost", {}).get("hostname", "")
    return hostname in {"", FACTORY_HOSTNAME}


def plan_apply(running: ConfigDb, intended: ConfigDb, updater: Updater) -> ApplyPlan:
    """Return how one switch gets from `running` to `intended` (both as stored, secrets merged)."""
    changes = diff(running, intended)
    if not changes:
        return ApplyPlan("none", ChangeClass.HITLESS, False, (), b"", (), 0.0, "in sync")
    verdicts = classify(changes, running)
    if is_factory(running):
        why = "first configuration of this switch"
        return _reload(intended, intended, verdicts, (), why, initial=True)
    after = target(running, intended, changes)
    refused = refusals(running, after, updater)
    seconds = patch_seconds(writes(running, after, len(updater_bounces(verdicts))))
    if refused or seconds > PATCH_LIMIT_S:
        rows = additions(running, after) if worst(verdicts) is ChangeClass.HITLESS else None
        if rows is not None and not misfits(after, rows):
            return _load(rows, verdicts, refused, seconds)
    if why_not := _not_by_patch(verdicts, refused, seconds):
        return _reload(after, intended, verdicts, refused, why_not)
    return _patch(running, after, verdicts, seconds)


def _not_by_patch(
    verdicts: tuple[Verdict, ...], refused: tuple[str, ...], seconds: float
) -> str | None:
    """Return why a patch will not do, None if it will.

    A slow patch of hitless changes still beats an outage.
    """
    harm = worst(verdicts)
    if harm >= ChangeClass.SERVICE_RESTART:
        first = next(verdict for verdict in verdicts if verdict.harm is harm)
        return f"{first.change.place} takes effect only at start: {first.reason}"
    if refused:
        return f"the updater would refuse {refused[0]}"
    if seconds > PATCH_LIMIT_S and harm > ChangeClass.HITLESS:
        return f"a patch would take {seconds:.0f} s and bounce ports all the while"
    return None


def _patch(
    running: ConfigDb, after: ConfigDb, verdicts: tuple[Verdict, ...], seconds: float
) -> ApplyPlan:
    payload = orjson.dumps(make_patch(running, after), option=orjson.OPT_INDENT_2)
    reason = "the updater needs no reload for this"
    return ApplyPlan("apply-patch", worst(verdicts), False, verdicts, payload, (), seconds, reason)


def _load(
    rows: ConfigDb, verdicts: tuple[Verdict, ...], refused: tuple[str, ...], seconds: float
) -> ApplyPlan:
    other = f"would refuse {refused[0]}" if refused else f"would take {seconds:.0f} s"
    reason = f"only new rows, and the updater {other}"
    harm = worst(verdicts)
    return ApplyPlan("load", harm, False, verdicts, dumps(rows), refused, LOAD_SECONDS, reason)


def _reload(
    after: ConfigDb,
    intended: ConfigDb,
    verdicts: tuple[Verdict, ...],
    refused: tuple[str, ...],
    reason: str,
    *,
    initial: bool = False,
) -> ApplyPlan:
    harm = max(ChangeClass.CONFIG_RELOAD, worst(verdicts))
    payload = dumps(full_file(after, intended))
    return ApplyPlan("reload", harm, initial, verdicts, payload, refused, RELOAD_SECONDS, reason)
