"""Emitters: one family of files each, from the plan alone; they know nothing of each other.

What follows from one device and what follows from the whole plan are rendered apart, so that the
artefacts can be shared among processes.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType

from railwright.emitters import (
    cabling,
    drawing,
    floor,
    interop,
    kubernetes,
    naming_services,
    node_config,
    report,
    sonic_config,
)
from railwright.files import Extra, OutputFile, Part
from railwright.plan.model import Device, Plan

DeviceEmitter = Callable[[Plan, Device], Iterator[OutputFile]]
PlanEmitter = Callable[[Plan], Iterator[Part]]
SheetEmitter = Callable[[Plan, frozenset[Extra]], Iterator[Part]]

OF_A_DEVICE: Mapping[str, DeviceEmitter] = MappingProxyType(
    {"sonic_config": sonic_config.emit_device, "node_config": node_config.emit_device}
)
"""Families of files per device; each yields nothing for a device it has none for."""

OF_THE_PLAN: Mapping[str, PlanEmitter] = MappingProxyType(
    {
        "report": report.parts,
        "floor": floor.parts,
        "drawing": drawing.parts,
        "naming_services": naming_services.parts,
        "kubernetes": kubernetes.parts,
    }
)
"""Families of files about the whole plan, as parts."""

SHEETS: Mapping[str, SheetEmitter] = MappingProxyType(
    {"cabling": cabling.parts, "interop": interop.parts}
)
"""Families of files about cables, of which some are written only when asked for."""


def parts(plan: Plan, extras: frozenset[Extra] = frozenset()) -> tuple[Part, ...]:
    """Return every artefact of a plan as parts, one per device; the longest come first."""
    sheets = [part for family in SHEETS.values() for part in family(plan, extras)]
    whole = [part for family in OF_THE_PLAN.values() for part in family(plan)]
    return (*sheets, *whole, *(partial(_of_device, plan, device) for device in plan.devices))


def _of_device(plan: Plan, device: Device) -> Iterator[OutputFile]:
    for emit in OF_A_DEVICE.values():
        yield from emit(plan, device)
