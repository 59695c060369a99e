"""In which order switches change: a pure function of the plan and of what each change does.

Waves follow failure domains. Nodes are attached once per rail, so a disruptive change takes all
leaves of one SU together, after the SU's jobs are drained; a job in another SU never notices.
Spines go one at a time, drained first, so that the others carry the traffic. So do the leaves of
storage and management, whose hosts have another way or wait; out-of-band goes last, since all
switches are reached through it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from railwright.plan.model import Device, Plan
from railwright.plan.shape import Network
from railwright.sonic.classes import ChangeClass

WaveKind = Literal["initial", "canary", "hitless", "leaves", "single"]

HITLESS_BATCH = 32
"""Switches of one hitless wave after the canary; a choice that keeps a mistake small."""


_NETWORK_ORDER: tuple[Network | None, ...] = ("compute", "storage", "inband", "oob", None)


@dataclass(frozen=True, slots=True)
class DeviceChange:
    """What happens to one switch: the worst class, and whether it is its first configuration."""

    harm: ChangeClass
    initial: bool = False


@dataclass(frozen=True, slots=True)
class Wave:
    """Switches that change at the same time. `drain` means: TSA before, TSB after."""

    devices: tuple[str, ...]
    kind: WaveKind
    reason: str
    drain: bool = False


def waves(plan: Plan, changes: Mapping[str, DeviceChange]) -> tuple[Wave, ...]:
    """Return the waves in order; every switch of `changes` is in exactly one.

    `changes` holds only switches that change, by name. Raises KeyError for a name that is not a
    deployed device of the plan.
    """
    order = {device.name: number for number, device in enumerate(plan.devices)}
    devices = [plan.device[name] for name in sorted(changes, key=order.__getitem__)]
    initial = [device for device in devices if changes[device.name].initial]
    rest = [device for device in devices if not changes[device.name].initial]
    calm = [device for device in rest if changes[device.name].harm is ChangeClass.HITLESS]
    rough = [device for device in rest if changes[device.name].harm > ChangeClass.HITLESS]
    return (*_initial(initial), *_hitless(calm), *_leaves(rough), *_singles(rough))


def _initial(devices: list[Device]) -> Iterator[Wave]:
    if devices:
        yield Wave(
            _names(devices), "initial", "first configuration: no traffic runs yet, all at once"
        )


def _hitless(devices: list[Device]) -> Iterator[Wave]:
    if not devices:
        return
    canary, *rest = devices
    yield Wave((canary.name,), "canary", "hitless: one switch first")
    for start in range(0, len(rest), HITLESS_BATCH):
        batch = rest[start : start + HITLESS_BATCH]
        yield Wave(_names(batch), "hitless", "hitless: the canary is well")


def _leaves(devices: list[Device]) -> Iterator[Wave]:
    leaves = sorted(
        (device for device in devices if _shares_a_window(device)),
        key=lambda device: (device.pod or 0, device.su or 0),
    )
    for (_pod, su), group in groupby(leaves, key=lambda leaf: (leaf.pod, leaf.su)):
        where = "" if su is None else f" of SU {su}"
        yield Wave(
            _names(list(group)),
            "leaves",
            f"disruptive: the leaves{where} share one window; drain its jobs first",
        )


def _shares_a_window(device: Device) -> bool:
    return device.role == "leaf" and device.network == "compute"


def _singles(devices: list[Device]) -> Iterator[Wave]:
    for device in sorted(devices, key=lambda device: _NETWORK_ORDER.index(device.network)):
        if not _shares_a_window(device):
            drain = device.role in {"spine", "superspine"}
            how = "traffic is shifted away first" if drain else "one at a time"
            yield Wave((device.name,), "single", f"disruptive: {how}", drain)


def _names(devices: list[Device]) -> tuple[str, ...]:
    return tuple(device.name for device in devices)
