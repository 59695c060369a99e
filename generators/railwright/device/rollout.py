"""A push to many switches: look at all, order them in waves, stop when a wave goes wrong."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from railwright.device.clock import wait_until
from railwright.device.fleet import Fleet
from railwright.device.observe import observe
from railwright.device.push import PushOptions, PushResult, push_switch, refusal_of
from railwright.device.session import Session
from railwright.errors import RailwrightError
from railwright.plan.model import Device, Plan
from railwright.sonic.classes import ChangeClass
from railwright.sonic.waves import DeviceChange, Wave, waves

Progress = Callable[[str], None]
_CHECK_STEP_S = 1.0


@dataclass(frozen=True, slots=True)
class Survey:
    """All switches before a push: what each needs, and in which waves the accepted ones change.

    `results` holds every switch, as a dry run reports it; those in no wave stay as they are.
    """

    results: Mapping[str, PushResult]
    waves: tuple[Wave, ...]

    @property
    def configured(self) -> frozenset[str]:
        """Return the switches whose sessions can come up before any wave: they need no change.

        One that is about to change may not know its new peers yet: a spine learns of the leaves of
        a new SU only after they were configured.
        """
        moving = {name for wave in self.waves for name in wave.devices}
        results = self.results.items()
        return frozenset(name for name, one in results if not (one.failed or name in moving))

    @property
    def untouched(self) -> tuple[PushResult, ...]:
        """Return the results of the switches that are in no wave."""
        moving = {name for wave in self.waves for name in wave.devices}
        return tuple(result for name, result in self.results.items() if name not in moving)


def survey(
    fleet: Fleet,
    devices: Iterable[Device],
    secrets: Mapping[str, str],
    accept: ChangeClass,
    done: Progress | None = None,
) -> Survey:
    """Return what a push of these switches would do; nothing is changed.

    A switch whose change is worse than `accept` is reported as failed and is in no wave.
    """
    options = PushOptions(dry_run=True)

    def look(session: Session, device: Device) -> PushResult:
        return push_switch(session, fleet.plan, device, secrets, options, fleet.clock)

    found = fleet.run(devices, look, done)
    results = {name: _as_result(name, outcome) for name, outcome in found.items()}
    results = {name: _refused_above(result, accept) for name, result in results.items()}
    moving = {
        name: DeviceChange(result.harm, result.initial)
        for name, result in results.items()
        if (result.changed or result.pending) and not result.failed
    }
    return Survey(results, waves(fleet.plan, moving))


def push(
    fleet: Fleet,
    found: Survey,
    secrets: Mapping[str, str],
    options: PushOptions,
    started: Callable[[Wave], None] | None = None,
) -> Iterator[PushResult]:
    """Push wave after wave, yielding every switch's result, those without a change first.

    More failures in a wave than `rollout.max_fail_percentage` end the run; the switches left are
    reported as not attempted. The next run goes on where this one stopped.
    """
    yield from found.untouched
    configured = set(found.configured)
    stopped = ""
    for number, wave in enumerate(found.waves, start=1):
        if stopped:
            for name in wave.devices:
                yield replace(found.results[name], changed=False, failed=stopped)
            continue
        if started is not None:
            started(wave)
        results = _wave(fleet, wave, secrets, options, frozenset(configured))
        configured |= {result.device for result in results if not result.failed}
        yield from results
        failed = sum(bool(result.failed) for result in results)
        limit = fleet.plan.intent.rollout.max_fail_percentage
        if failed * 100 > limit * len(results):
            stopped = (
                f"not attempted: {failed} of {len(results)} switches of wave {number} failed, more "
                f"than {limit} % (rollout.max_fail_percentage)"
            )


def _wave(
    fleet: Fleet,
    wave: Wave,
    secrets: Mapping[str, str],
    options: PushOptions,
    configured: frozenset[str],
) -> list[PushResult]:
    wave_options = replace(options, drain=wave.drain, configured=configured)

    def change(session: Session, device: Device) -> PushResult:
        return push_switch(session, fleet.plan, device, secrets, wave_options, fleet.clock)

    devices = [fleet.plan.device[name] for name in wave.devices]
    outcomes = fleet.run(devices, change)
    results = {name: _as_result(name, outcome) for name, outcome in outcomes.items()}
    if wave.kind == "initial":
        results |= _first_sessions(fleet, results, configured, options)
    return list(results.values())


def _first_sessions(
    fleet: Fleet,
    results: Mapping[str, PushResult],
    configured: frozenset[str],
    options: PushOptions,
) -> dict[str, PushResult]:
    """Wait for the sessions between switches configured in this wave; return what is missing.

    They could not be a condition for saving, since both ends were new at the same time.
    """
    good = [name for name, result in results.items() if not result.failed]
    known = configured | set(good)
    settle_s = options.settle_s
    limit_s = fleet.plan.intent.rollout.settle_s if settle_s is None else settle_s

    def missing(session: Session, device: Device) -> list[str]:
        left: list[str] = []

        def complete() -> bool:
            left[:] = _missing_peers(session, fleet.plan, device, known)
            return not left

        wait_until(fleet.clock, complete, limit_s, _CHECK_STEP_S)
        return left

    found = fleet.run([fleet.plan.device[name] for name in good], missing)
    late: dict[str, PushResult] = {}
    for name, outcome in found.items():
        if isinstance(outcome, RailwrightError):
            late[name] = replace(results[name], failed=str(outcome))
        elif outcome:
            text = f"configured and saved, but BGP is not up with {', '.join(outcome)}"
            late[name] = replace(results[name], failed=f"{text} after {limit_s:.0f} s")
    return late


def _missing_peers(
    session: Session, plan: Plan, device: Device, known: frozenset[str]
) -> list[str]:
    platform = plan.platforms[device.platform].sonic_platform
    up = observe(session, platform, device.hwsku or "", files=False).established
    ends = [one.link.peer(device.name) for one in plan.sessions_of.get(device.name, ())]
    return [
        f"{end.device} ({end.address})"
        for end in ends
        if end.device in known and end.address not in up
    ]


def _refused_above(result: PushResult, accept: ChangeClass) -> PushResult:
    refusal = "" if result.failed else refusal_of(result, accept)
    return replace(result, changed=False, failed=refusal) if refusal else result


def _as_result(name: str, outcome: PushResult | RailwrightError) -> PushResult:
    if isinstance(outcome, RailwrightError):
        return PushResult(name, False, "none", ChangeClass.HITLESS, failed=str(outcome))
    return outcome
