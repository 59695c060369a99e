"""`cabling.html`: one page for phones that needs no network, no server and nothing but itself."""

from collections.abc import Iterator

from railwright.emitters.cabling.job import Job
from railwright.emitters.cabling.phone import data, page
from railwright.emitters.cabling.volume import Volume
from railwright.files import OutputFile

FILE = "cabling.html"


def emit(job: Job, volume: Volume) -> Iterator[OutputFile]:
    """Yield the page of a volume: its cables, and all others at its racks and switches."""
    content = page.page(job.cluster, job.revision, job.language, data.of(job, volume))
    yield OutputFile(volume.path(FILE), content)
