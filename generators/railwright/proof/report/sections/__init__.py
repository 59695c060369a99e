"""The sections of the report, in reading order; each is made from the document alone."""

from collections.abc import Callable

from railwright.proof.report.blocks import Section
from railwright.proof.report.document import Document
from railwright.proof.report.sections import (
    agreement,
    assumptions,
    buffers,
    classes,
    deadlock,
    ecmp,
    headroom,
    marking,
    overview,
    watchdog,
)

SECTIONS: tuple[Callable[[Document], Section], ...] = (
    overview.section,
    classes.section,
    headroom.section,
    buffers.fit,
    buffers.egress,
    marking.section,
    marking.control,
    deadlock.section,
    watchdog.section,
    ecmp.section,
    agreement.section,
    assumptions.section,
    overview.signature,
)
