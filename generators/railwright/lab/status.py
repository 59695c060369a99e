"""What runs of a lab: every device with its daemons and how far its configuration is applied."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from railwright.lab import boot, state
from railwright.lab.process import Process
from railwright.lab.state import Kind, LabFolder, Member

FORMAT = 1

Condition = Literal["booted", "degraded", "bare", "down"]
"""booted: all daemons run; degraded: some do not; bare: only its network namespace is there."""


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """One device; `missing` are daemons that should run and do not.

    `generation` counts the configurations a switch has made effective, None where there is none.
    """

    name: str
    role: str
    kind: Kind
    condition: Condition
    missing: tuple[str, ...]
    generation: int | None
    address: str


@dataclass(frozen=True, slots=True)
class LabStatus:
    """A lab as it is; `phase` is `down` without one."""

    cluster: str
    phase: str
    devices: tuple[DeviceStatus, ...]

    @property
    def is_whole(self) -> bool:
        """Return whether every device is as it should be."""
        return self.phase == "built" and all(
            one.condition in ("booted", "bare") for one in self.devices
        )

    def json(self) -> str:
        """Return the status as a JSON document, devices as a list of flat rows."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=2) + "\n"

    def text(self) -> str:
        """Return the status for people: one line per booted device, a count of bare ones."""
        if self.phase == "down":
            return f"{self.cluster}: down\n"
        shown = [one for one in self.devices if one.condition != "bare"]
        booted = sum(one.condition == "booted" for one in shown)
        width = max((len(one.name) for one in shown), default=0)
        lines = [f"{one.name:<{width}}  {_words(one)}" for one in shown]
        counts = f"{booted} of {len(shown)} devices booted"
        if bare := len(self.devices) - len(shown):
            counts += f", {bare} more only answer pings"
        head = f"{self.cluster}: {'up' if self.is_whole else 'not whole'}, {counts}"
        return "\n".join((head, *lines)) + "\n"


def status(cluster: str, base: Path = state.RUN_FOLDER) -> LabStatus:
    """Return what runs of a lab. Raises: LabError when its record cannot be read."""
    folder = LabFolder(base, cluster)
    known = state.load(folder)
    if known is None or known.boot_id != state.boot_id():
        return LabStatus(cluster, "down", ())
    running = boot.processes(known.namespaces)
    devices = (_device(member, running.get(member.namespace), folder) for member in known.members)
    return LabStatus(cluster, known.phase, tuple(devices))


def _device(member: Member, running: Iterable[Process] | None, folder: LabFolder) -> DeviceStatus:
    """Return a device's status; `running` is None when its namespace is gone."""
    if running is None:
        condition: Condition = "down"
        missing = boot.DAEMONS[member.kind]
    elif member.kind == "bare":
        condition, missing = "bare", ()
    else:
        alive = boot.daemons(running)
        missing = tuple(name for name in boot.DAEMONS[member.kind] if name not in alive)
        if folder.started(member.name) is None:
            condition = "down"
        else:
            condition = "degraded" if missing else "booted"
    return DeviceStatus(
        name=member.name,
        role=member.role,
        kind=member.kind,
        condition=condition,
        missing=missing,
        generation=_generation(member, folder),
        address=member.address,
    )


def _generation(member: Member, folder: LabFolder) -> int | None:
    if member.kind != "switch" or (marker := boot.applied(member.name, folder)) is None:
        return None
    try:
        return int(json.loads(marker)["generation"])
    except (ValueError, KeyError, TypeError):
        return None


def _words(device: DeviceStatus) -> str:
    words: list[str] = [device.condition]
    if device.missing:
        words.append(f"without {', '.join(device.missing)}")
    if device.generation is not None:
        words.append(f"configuration {device.generation}")
    return ", ".join(words)
