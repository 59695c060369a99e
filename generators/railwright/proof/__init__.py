"""The proof of a built fabric: configurations read back, compared and put into a report."""

from collections.abc import Iterator
from functools import partial

from railwright.files import OutputFile, Part
from railwright.plan.model import Plan


def parts(plan: Plan) -> tuple[Part, ...]:
    """Return the files of the proof as parts; none for a plan without lossless networks."""
    return (partial(_report, plan),) if plan.qos else ()


def _report(plan: Plan) -> Iterator[OutputFile]:
    from railwright.proof.report.files import files  # noqa: PLC0415 (needs the template library)

    return files(plan)
