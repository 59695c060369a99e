"""Bring one switch to its intended configuration: the engine behind the CLI and Ansible.

Observe, lock, observe again, choose, checkpoint, apply, check, save; undo when a check fails.
Nothing is saved before the checks pass, so a reboot always leads back to a good configuration.
Interrupted anywhere, the next run finds what is pending and goes on.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from railwright.device.clock import Clock, wait_until
from railwright.device.errors import CommandError, DeviceError, JobLostError
from railwright.device.observe import Observation, observe
from railwright.device.preview import Preview, preview
from railwright.device.push_box import Box, Owner
from railwright.device.session import Result, Session, answers, checked
from railwright.plan.model import Device, Plan
from railwright.sonic.apply import COMMANDS, Method
from railwright.sonic.changes import Change, diff, text_of
from railwright.sonic.classes import ChangeClass
from railwright.sonic.configdb import ConfigDb, dumps
from railwright.sonic.masking import secrets_in
from railwright.sonic.ownership import RUNTIME_FIELDS
from railwright.sonic.patch import clean

CHECKPOINT = "railwright"
BEFORE = "before.json"
CHANGE = "change.json"
DRAINED = "drained"
DRAIN_S = 10.0
"""Wait after TSA for peers to move their traffic; route withdrawal takes about a second (assumed
with margin)."""
APPLY_MARGIN_S = 600.0
"""Added to the estimate before a job on the switch counts as stuck; SONiC's sorter is slow."""
SHORT_COMMAND_S = 180.0
"""Limit of checkpoint, save, TSA and TSB: they read or write the whole configuration once."""
CHECK_STEP_S = 1.0
ASK_PEERS_AFTER_S = 20.0
"""When a session is still missing, ask whether its peer lives; sessions come up within seconds."""
_SHOWN_CHANGES = 5


@dataclass(frozen=True, slots=True)
class PushOptions:
    """How far a push may go.

    `accept` is the worst class allowed on a switch that is already in service. `drain` shifts
    traffic away first (TSA). `configured` names the peers known to have their configuration, so
    sessions with them must come up on a first configuration. `settle_s` limits the checks; None
    means the intent's `rollout.settle_s`. `answers` says whether a management address takes
    connections: a session with a peer that is gone is no fault of this switch.
    """

    accept: ChangeClass = ChangeClass.HITLESS
    dry_run: bool = False
    drain: bool = False
    configured: frozenset[str] = frozenset()
    settle_s: float | None = None
    answers: Callable[[str], bool] = answers
    owner: Owner = field(default_factory=Owner)


@dataclass(frozen=True, slots=True)
class PushResult:
    """What a push did, or with `dry_run` would do, to one switch; no secret is in it.

    `changes` counts the differences; `diff` lists them, except for a first configuration, where
    everything is one. `failed` is empty on success, else why. `undone` says that a failed change
    was taken back, `pending` that an earlier push was interrupted before it saved.
    """

    device: str
    changed: bool
    method: Method
    harm: ChangeClass
    initial: bool = False
    changes: int = 0
    diff: tuple[Change, ...] = ()
    impacts: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    estimated_s: float = 0.0
    messages: tuple[str, ...] = ()
    failed: str = ""
    undone: bool = False
    pending: bool = False


def push_switch(
    session: Session,
    plan: Plan,
    device: Device,
    secrets: Mapping[str, str],
    options: PushOptions,
    clock: Clock,
) -> PushResult:
    """Bring one switch to its intended configuration and return what happened.

    A second run changes nothing and saves nothing. A change that was refused, failed or did not
    pass its checks is in `failed`; the lock is given back in every case, also when the user stops
    the run.

    Raises: DeviceError when the switch cannot be used at all (unreachable, another box, locked),
    SecretError for a secret without a usable value, InterruptError, KeyboardInterrupt.
    """
    before = preview(session, plan, device, secrets)
    result = _result(device, before)
    if before.apply.method == "none" and not before.pending:
        return result
    if options.dry_run:
        return replace(result, changed=before.apply.method != "none")
    if refusal := refusal_of(result, options.accept):
        return replace(result, failed=refusal)
    box = Box(session, options.owner, clock)
    box.lock()
    try:
        return _Push(session, plan, device, options, clock, box, secrets).run()
    finally:
        # A lock that cannot be given back now is taken over later: its process will be gone.
        with suppress(DeviceError):
            box.unlock()


def refusal_of(result: PushResult, accept: ChangeClass) -> str:
    """Return why a change is not made without acceptance; empty if it may be made."""
    if result.initial or result.harm <= accept:
        return ""
    costs = "; ".join(result.impacts) or "no cabled port is affected"
    name = result.harm.name.lower().replace("_", "-")
    return (
        f"the change needs a {result.harm.text} ({'; '.join(result.messages)}): {costs}. Nothing "
        f"was changed; drain the jobs, then accept the class {name} explicitly"
    )


def _result(device: Device, before: Preview) -> PushResult:
    return PushResult(
        device=device.name,
        changed=False,
        method=before.apply.method,
        harm=before.apply.harm,
        initial=before.apply.initial,
        changes=len(before.apply.verdicts),
        diff=() if before.apply.initial else before.apply.changes,
        impacts=tuple(impact.text for impact in before.impacts),
        commands=before.apply.commands,
        estimated_s=before.apply.estimated_s,
        messages=(before.apply.reason,),
        pending=before.pending,
    )


@dataclass(frozen=True, slots=True)
class _Push:
    """One push of one switch, with the lock held."""

    session: Session
    plan: Plan
    device: Device
    options: PushOptions
    clock: Clock
    box: Box
    secrets: Mapping[str, str] = field(repr=False)

    def run(self) -> PushResult:
        """Finish what an earlier push left, look again now that nobody else writes, and go on."""
        before = preview(self.session, self.plan, self.device, self.secrets)
        if before.pending:
            self._finish_earlier()
            before = preview(self.session, self.plan, self.device, self.secrets)
        result = _result(self.device, before)
        if before.apply.method == "none":
            return self._adopt(before, result) if before.pending else result
        if refusal := refusal_of(result, self.options.accept):
            return replace(result, failed=refusal)
        drained = self._drain(before)
        try:
            needed = self._needed_peers(before)
            failure = self._apply(before, needed) or self._settle(before, needed)
            if failure:
                undone, how = self._undo(before)
                return replace(
                    result, changed=not undone, failed=f"{failure}; {how}", undone=undone
                )
        finally:
            if drained:
                self._undrain()
        return self._save(replace(result, changed=True))

    def _finish_earlier(self) -> None:
        """Wait for the job of an interrupted push; what it did shows in the next comparison."""
        with suppress(JobLostError):
            self.box.wait_job(APPLY_MARGIN_S)

    def _adopt(self, before: Preview, result: PushResult) -> PushResult:
        """Check and save what an interrupted push had applied.

        Its note on the switch names the sessions that were up before it.
        """
        needed = frozenset(before.seen.phase.split()) & self._peers().keys()
        if failure := self._settle(before, needed):
            return replace(result, failed=f"an earlier push was interrupted; {failure}")
        if DRAINED in before.seen.phase:
            self._undrain()
        note = "an earlier push was interrupted before it saved; checked and saved now"
        return self._save(replace(result, changed=True, messages=(*result.messages, note)))

    def _drain(self, before: Preview) -> bool:
        """Shift traffic away if asked to; return whether to shift it back, as nobody else will."""
        if DRAINED in before.seen.phase:
            return True
        if not self.options.drain or _shifted(before.seen.running):
            return False
        self.box.put(DRAINED, f"{DRAINED}\n".encode())
        self._switch_command("TSA")
        self.clock.sleep(DRAIN_S)
        return True

    def _undrain(self) -> None:
        self._switch_command("TSB")
        self.box.forget(DRAINED)

    def _apply(self, before: Preview, needed: frozenset[str]) -> str:
        """Checkpoint and apply; return what went wrong, empty if nothing did."""
        apply = before.apply
        self._switch_command("config", "checkpoint", CHECKPOINT)
        self.box.put(BEFORE, dumps(clean(before.seen.running)))
        path = self.box.put(CHANGE, apply.payload)
        command = ("sudo", *COMMANDS[apply.method], path)
        note = " ".join(("applying", *sorted(needed)))
        done = self.box.run_job(note, command, apply.estimated_s + APPLY_MARGIN_S)
        return self._job_failure(before, command, done)

    def _job_failure(self, before: Preview, command: tuple[str, ...], done: Result) -> str:
        if done.status == 0:
            return ""
        hidden = secrets_in(before.seen.running) | set(self.secrets.values())
        text = done.error_text(hidden)
        return f"`{' '.join(command)}` failed with status {done.status}: {text}"

    def _settle(self, before: Preview, needed: frozenset[str]) -> str:
        """Wait until the switch runs what it should; return what is still wrong at the end."""
        left: list[str] = []
        gone: set[str] = set()
        ask_at = self.clock.now() + ASK_PEERS_AFTER_S

        def settled() -> bool:
            try:
                seen = self._look()
            except DeviceError as err:
                left[:] = [str(err)]
                return False
            if self.clock.now() >= ask_at:
                gone.update(self._gone(needed - seen.established - gone))
            left[:] = _left(seen, before.target, needed - gone)
            return not left

        limit_s = self.options.settle_s
        if limit_s is None:
            limit_s = self.plan.intent.rollout.settle_s
        if wait_until(self.clock, settled, limit_s, CHECK_STEP_S):
            return ""
        return f"after {limit_s:.0f} s the switch is not as intended: {'; '.join(left)}"

    def _gone(self, missing: frozenset[str]) -> set[str]:
        """Return the missing BGP peers whose switch does not answer on management either."""
        peers = self._peers()
        devices = self.plan.device
        names = {peers[ip] for ip in missing if peers[ip] in devices}  # not a router outside
        dead = {
            name for name in names if not self.options.answers(devices[name].management.address)
        }
        return {ip for ip in missing if peers[ip] in dead}

    def _peers(self) -> dict[str, str]:
        """Return the planned BGP peers: name by address."""
        sessions = self.plan.sessions_of.get(self.device.name, ())
        ends = [session.link.peer(self.device.name) for session in sessions]
        return {end.address: end.device for end in ends}

    def _needed_peers(self, before: Preview) -> frozenset[str]:
        """Return the BGP peers that must be up: those that were, or those that can be."""
        peers = self._peers()
        if before.apply.initial:
            return frozenset(ip for ip, name in peers.items() if name in self.options.configured)
        return before.seen.established & peers.keys()

    def _look(self) -> Observation:
        platform = self.plan.platforms[self.device.platform].sonic_platform
        return observe(self.session, platform, self.device.hwsku or "", files=False)

    def _undo(self, before: Preview) -> tuple[bool, str]:
        """Go back to what ran before; return whether that worked, and how it went."""
        was = before.seen.running
        if not diff(self._look().running, was):
            self.box.forget()
            return True, "the switch still runs its earlier configuration, nothing was saved"
        if before.apply.method == "reload":
            command: tuple[str, ...] = ("sudo", *COMMANDS["reload"], self.box.path(BEFORE))
        else:
            command = ("sudo", "config", "rollback", CHECKPOINT)
        done = self.box.run_job("undoing", command, before.apply.estimated_s + APPLY_MARGIN_S)
        failure = self._job_failure(before, command, done)
        left = diff(self._look().running, was)
        if failure or left:
            why = failure or _first(left)
            return False, (
                f"and the undo failed ({why}): the switch runs an unsaved mixture; push again, or "
                "return to the saved configuration with `sudo config reload -y`"
            )
        self.box.forget()
        return True, "the earlier configuration was restored, nothing was saved"

    def _save(self, result: PushResult) -> PushResult:
        """Make what runs outlive a reboot; return the result, failed if that did not work."""
        try:
            self._switch_command("config", "save", "-y")
        except CommandError as err:
            text = f"the change is in effect and well, but not saved: {err}; push again to save it"
            return replace(result, failed=text)
        # The checkpoint holds the secrets of before, readable by every user of the switch.
        with suppress(CommandError):
            self._switch_command("config", "delete-checkpoint", CHECKPOINT)
        self.box.forget()
        return result

    def _switch_command(self, *words: str) -> None:
        checked(self.session, ("sudo", *words), timeout_s=SHORT_COMMAND_S)


def _shifted(running: ConfigDb) -> bool:
    """Return whether an operator already shifted traffic away."""
    return any(
        running.get(table, {}).get(key, {}).get(field) == "true"
        for table, key, field in RUNTIME_FIELDS
    )


def _left(seen: Observation, target: ConfigDb, needed: frozenset[str]) -> list[str]:
    left = []
    if changes := diff(seen.running, target):
        left.append(_first(changes))
    if down := sorted(needed - seen.established):
        states = ", ".join(f"{ip} ({seen.sessions.get(ip, 'absent')})" for ip in down)
        left.append(f"BGP sessions not up: {states}")
    return left


def _first(changes: tuple[Change, ...]) -> str:
    shown = ", ".join(
        f"{change.place} is {text_of(change.running)}, intended {text_of(change.intended)}"
        for change in changes[:_SHOWN_CHANGES]
    )
    more = len(changes) - _SHOWN_CHANGES
    return shown + (f" and {more} more" if more > 0 else "")
