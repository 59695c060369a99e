"""PDF files: label sheets per wave; per rack its elevation, face plates and pull sheet."""

from collections.abc import Iterable, Iterator
from functools import partial

from railwright.emitters.cabling.job import Job
from railwright.emitters.cabling.pdf import device, labels, rack
from railwright.emitters.cabling.pdf.press import Press, press_of
from railwright.files import Part


def parts(job: Job) -> Iterable[Part]:
    """Return the PDF files as parts, long ones first.

    Raises, before anything is drawn: FontError for a missing or unfit font.
    """
    return _parts(press_of(job))


def _parts(press: Press) -> Iterator[Part]:
    waves = press.job.waves
    for wave in sorted(waves, key=lambda one: -len(waves[one])):
        yield partial(labels.emit, press, wave)
    floor = rack.floor_of(press)
    if floor:
        for one in rack.racks(press, floor):
            yield partial(rack.emit, press, floor, one)
    else:
        for name in device.devices(press):
            yield partial(device.emit, press, name)
