"""`cabling.csv`: every cable that is to be pulled, with both ends and what was done already."""

import csv
import io
from collections.abc import Iterable, Iterator

from railwright.cells import escaped
from railwright.emitters.cabling.job import Plug, Pull
from railwright.emitters.cabling.volume import FOLDER
from railwright.files import OutputFile
from railwright.intent.as_built import STEPS, written
from railwright.plan.cables.labels import AND

END = Plug._fields[:-1]
"""Columns of one end; of the lower ends of a splitter the values have ` + ` between them."""
COLUMNS = (
    *("cable", "check", "links", "network", "rail", "plane", "wave", "bundle", "colour", "medium"),
    *("part", "description", "computed_m", "length_m", "trays", "waits"),
    *(f"a_{name}" for name in END),
    *(f"z_{name}" for name in END),
    *(f"{step}{column}" for step in STEPS for column in ("", "_by", "_at")),
    *("result", "port", "length_as_built_m", "remark"),
)
_NOTHING_DONE = ("",) * (3 * len(STEPS) + 4)


def emit(pulls: Iterable[Pull]) -> Iterator[OutputFile]:
    """Yield `cabling/cabling.csv`."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(_row, pulls))
    yield OutputFile(f"{FOLDER}/cabling.csv", stream.getvalue().encode())


def _row(pull: Pull) -> tuple[object, ...]:
    cable = pull.cable
    return (
        cable.id,
        pull.check,
        " ".join(cable.links),
        cable.network,
        cable.rail,
        cable.plane,
        cable.wave,
        cable.bundle,
        cable.colour,
        cable.medium,
        cable.part,
        escaped(pull.description),
        cable.computed_m,
        cable.length_m,
        " ".join(cable.trays),
        " ".join([plug.device for plug in pull.lower if plug.waits]),
        *_lower(pull.lower),
        *pull.upper[:-1],
        *(_done(pull) if pull.marks else _NOTHING_DONE),
    )


def _lower(plugs: tuple[Plug, ...]) -> tuple[object, ...]:
    """Return the cells of the lower end."""
    return plugs[0][:-1] if len(plugs) == 1 else tuple(map(_joined, zip(*plugs, strict=True)))[:-1]


def _joined(values: tuple[object, ...]) -> str | None:
    """Return the values of several ends as one cell, None where none of them has one."""
    if all(value is None for value in values):
        return None
    return AND.join(["" if value is None else str(value) for value in values])


def _done(pull: Pull) -> Iterator[str]:
    marks = pull.marks
    for step in STEPS:
        mark = marks.get(step)
        yield from (written(mark.value), escaped(mark.by), mark.at) if mark else ("", "", "")
    tested = marks.get("tested")
    yield escaped(tested.note) if tested else ""
    for what in ("port", "length_m", "remark"):
        mark = marks.get(what)
        yield escaped(written(mark.value)) if mark else ""
