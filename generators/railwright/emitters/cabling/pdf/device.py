"""`cabling/pdf/device-<device>.pdf`, without a floor: a device's face plate and pull sheet."""

from collections.abc import Iterator

from railwright.emitters.cabling.ends import at_device
from railwright.emitters.cabling.pdf import faceplate, pulls
from railwright.emitters.cabling.pdf.press import Press, Section, book
from railwright.emitters.cabling.pdf.pulls import Band
from railwright.files import OutputFile


def devices(press: Press) -> list[str]:
    """Return the devices of the plan that a cable ends at, those with the most cables first."""
    by_device, ours = press.job.by_device, press.job.plan.device
    return sorted(
        (name for name in by_device if name in ours), key=lambda one: -len(by_device[one])
    )


def emit(press: Press, device: str) -> Iterator[OutputFile]:
    """Yield the file of one device."""
    words, one = press.words, press.job.plan.device[device]
    rows = at_device(press.job, device)
    count = press.count(len(rows))
    below = f"{one.platform} · {count}"
    sections = []
    if one.is_switch:
        heading = press.say("of_what", what=device, name=words["faceplate"])
        sections.append(Section(heading, below, faceplate.pages(press, device)))
    bands = {device: Band(device, device, below)}
    heading = press.say("of_what", what=device, name=words["pull_sheet"])
    sections.append(Section(heading, below, pulls.pages(press, rows, bands)))
    yield book(press, f"device-{device}", device, sections)
