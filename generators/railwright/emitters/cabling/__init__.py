"""What technicians work from: sheets, labels, a page for phones, PDF files when asked for."""

from collections.abc import Iterator
from functools import partial

from railwright.emitters.cabling import labels, phone, table, workbook
from railwright.emitters.cabling.job import job_of, pulls_of
from railwright.emitters.cabling.volume import volumes
from railwright.files import Extra, OutputFile, Part
from railwright.plan.cables.many import MOST_CABLES
from railwright.plan.model import Plan


def parts(plan: Plan, extras: frozenset[Extra]) -> Iterator[Part]:
    """Yield the files of `cabling/` as parts, the longest first.

    A plan of more than `MOST_CABLES` cables has only the table unless `sheets` is among `extras`,
    and no PDF file without them either.
    """
    many = sum(cable.deployed for cable in plan.cabled.cables)
    if many > MOST_CABLES and "sheets" not in extras:
        yield partial(_table, plan)
        return
    job = job_of(plan)
    if "pdf" in extras:
        from railwright.emitters.cabling import pdf  # noqa: PLC0415 (a heavy library)

        yield from pdf.parts(job)
    for volume in volumes(job):
        yield partial(workbook.emit, job, volume)
        yield partial(phone.emit, job, volume)
    yield partial(labels.emit, job)
    yield partial(table.emit, job.pulls)


def _table(plan: Plan) -> Iterator[OutputFile]:
    """Yield the table alone; no process but the one that writes it makes the pulls."""
    yield from table.emit(pulls_of(plan))
