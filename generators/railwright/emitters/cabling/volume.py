"""Volumes: what goes into one workbook and one phone page. Most clusters have one."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from railwright.emitters.cabling.job import Job, Pull
from railwright.naming import natural_key
from railwright.plan.cables.many import MOST_CABLES
from railwright.plan.cables.model import Cable
from railwright.plan.model import Device

FOLDER = "cabling"


@dataclass(frozen=True, slots=True)
class Volume:
    """A share of the work: cables that are pulled from it, and racks and switches it shows.

    Every cable is in `pulls` of one volume alone, every rack and every switch in one; what is shown
    of these are all cables at them. `name` is empty for the only volume.
    """

    name: str
    pulls: tuple[Pull, ...]
    racks: tuple[str, ...]
    switches: tuple[str, ...]

    def path(self, file: str) -> str:
        """Return where a file of this volume is written."""
        return f"{FOLDER}/{self.name}/{file}" if self.name else f"{FOLDER}/{file}"


def volumes(job: Job) -> tuple[Volume, ...]:
    """Return the volumes: one, of more than `MOST_CABLES` cables one per row of racks.

    Without a floor there is one per pod or SU, and one per network beside compute.
    """
    if len(job.pulls) <= MOST_CABLES:
        return (Volume("", job.pulls, _racks(job), _switches(job, job.by_device)),)
    return tuple(_of_rows(job) if job.plan.floor else _of_parts(job))


def _racks(job: Job) -> tuple[str, ...]:
    """Return the racks that a cable ends in, in the order of the floor."""
    floor = job.plan.floor
    return tuple(rack.name for rack in floor.racks if rack.name in job.by_rack) if floor else ()


def _of_rows(job: Job) -> Iterator[Volume]:
    """Yield one volume per row of racks; a cable is pulled from the row of its lower end."""
    racks: dict[str, list[str]] = {}
    devices: dict[str, list[str]] = {}
    for device, plugs in job.by_device.items():
        if row := plugs[0][0].row:
            devices.setdefault(row, []).append(device)
    row_of = {rack.name: rack.row for rack in job.plan.floor.racks} if job.plan.floor else {}
    for rack in _racks(job):
        racks.setdefault(row_of[rack], []).append(rack)
    pulls = _shared(job, lambda pull: pull.home.row or "")
    for row in sorted(racks, key=natural_key):
        switches = _switches(job, devices.get(row, ()))
        yield Volume(row, pulls.get(row, ()), tuple(racks[row]), switches)


def _of_parts(job: Job) -> Iterator[Volume]:
    """Yield one volume per pod or SU of the compute network, and one per wave of the rest."""
    pulls = _shared(job, lambda pull: _part(job.plan.device.get(pull.home.device), pull.cable))
    switches: dict[str, list[str]] = {}
    for switch in job.plan.switches:
        cables = [pull.cable for _, pull in job.by_device.get(switch.name, ())]
        if cables:
            own = next((one for one in cables if one.network == switch.network), cables[0])
            switches.setdefault(_part(switch, own), []).append(switch.name)
    for name in sorted({*pulls, *switches}, key=natural_key):
        yield Volume(name, pulls.get(name, ()), (), tuple(switches.get(name, ())))


def _part(device: Device | None, cable: Cable) -> str:
    """Return the volume of a cable at a device: `pod3`, `su7`, `2-fabric`, `1-oob`."""
    if device is None or cable.network != "compute":
        return cable.wave
    if device.pod is not None:
        return f"pod{device.pod}"
    return cable.wave if device.su is None else f"su{device.su}"


def _shared(job: Job, volume_of: Callable[[Pull], str]) -> dict[str, tuple[Pull, ...]]:
    found: dict[str, list[Pull]] = {}
    for pull in job.pulls:
        found.setdefault(volume_of(pull), []).append(pull)
    return {name: tuple(pulls) for name, pulls in found.items()}


def _switches(job: Job, devices: Iterable[str]) -> tuple[str, ...]:
    """Return the switches among devices, in the order of the plan."""
    wanted = set(devices)
    return tuple(one.name for one in job.plan.switches if one.name in wanted)
