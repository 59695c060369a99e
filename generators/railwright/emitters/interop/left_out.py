"""`left-out.csv`: every link that a file beside it does not have, and why."""

from collections.abc import Iterator

from railwright.emitters.interop import table
from railwright.emitters.interop.reasons import FILES, why_not
from railwright.emitters.interop.wires import Wires
from railwright.files import OutputFile

COLUMNS = ("file", "link", "a_device", "a_port", "z_device", "z_port", "cables", "reason")


def emit(wires: Wires) -> Iterator[OutputFile]:
    """Yield `left-out.csv`."""
    yield table.file("left-out.csv", COLUMNS, _rows(wires))


def _rows(wires: Wires) -> Iterator[tuple[table.Cell, ...]]:
    devices = wires.plan.device
    for file in FILES:
        for wire in wires.all:
            if why := why_not(devices, wire.link, file):
                a, z = wire.link.a, wire.link.z
                ends = (a.device, a.port, z.device, z.port)
                yield file, wire.link.id, *ends, " ".join(wire.ids), why
