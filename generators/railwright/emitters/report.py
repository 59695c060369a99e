"""The report of a build: the summary and every table of the plan, for people and scripts."""

import csv
import io
from collections.abc import Iterator

from railwright.files import OutputFile
from railwright.plan import summary
from railwright.plan.model import Plan
from railwright.plan.tables import TABLES


def emit(plan: Plan) -> Iterator[OutputFile]:
    """Yield `report/summary.txt` and `report/<table>.csv`."""
    text = "".join(f"{line}\n" for line in summary.lines(plan))
    yield OutputFile("report/summary.txt", text.encode())
    for name, table in TABLES.items():
        stream = io.StringIO()
        writer = None
        for row in table(plan):
            if writer is None:
                writer = csv.DictWriter(stream, list(row), lineterminator="\n")
                writer.writeheader()
            writer.writerow(row)
        yield OutputFile(f"report/{name}.csv", stream.getvalue().encode())
