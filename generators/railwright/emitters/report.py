"""The report of a build: the summary and every table of the plan, for people and scripts."""

import csv
import io
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain

from railwright.files import OutputFile, Part
from railwright.plan import summary
from railwright.plan.model import Plan
from railwright.plan.tables import TABLES, Row


def parts(plan: Plan) -> Iterator[Part]:
    """Yield `report/summary.txt` and `report/<table>.csv` as parts, one per file.

    What several of them need is computed here, once, and not in every process that writes one.
    """
    _ = plan.cabled
    yield partial(_summary, plan)
    for name, table in TABLES.items():
        yield partial(_table, plan, name, table)


def text(plan: Plan) -> str:
    """Return the summary."""
    return "".join(f"{line}\n" for line in summary.lines(plan))


def _summary(plan: Plan) -> Iterator[OutputFile]:
    yield OutputFile("report/summary.txt", text(plan).encode())


def _table(plan: Plan, name: str, table: Callable[[Plan], Iterator[Row]]) -> Iterator[OutputFile]:
    rows = table(plan)
    stream = io.StringIO()
    if first := next(rows, None):
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(first)
        writer.writerows(row.values() for row in chain((first,), rows))
    yield OutputFile(f"report/{name}.csv", stream.getvalue().encode())
