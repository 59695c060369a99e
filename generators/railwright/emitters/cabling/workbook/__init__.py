"""`cabling.xlsx`: what technicians work from and fill in, one sheet per wave, rack and switch."""

from collections.abc import Iterator

from railwright.emitters.cabling.job import Job
from railwright.emitters.cabling.volume import Volume
from railwright.files import OutputFile

FILE = "cabling.xlsx"


def emit(job: Job, volume: Volume) -> Iterator[OutputFile]:
    """Yield the workbook of a volume."""
    from railwright.emitters.cabling.workbook import book  # noqa: PLC0415 (a heavy library)

    yield OutputFile(volume.path(FILE), book.content(job, volume))
