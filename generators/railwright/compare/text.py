"""A comparison and claims for people: aligned columns, changes against the first design."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from railwright.compare.claims.model import Claim, Evidence
from railwright.compare.model import Comparison, Row, Value
from railwright.compare.rows import NETWORKS
from railwright.compare.side_by_side import Compared

GAP = "  "
UNKNOWN = "-"
RATIO = ":1"
BESIDE = frozenset(NETWORKS) - {"compute"}
"""Networks that are only mentioned where designs do not differ in them."""


def render(found: Compared) -> str:
    """Return the text: the table of the designs, if there are some, then the claims."""
    parts = [_table(found.comparison)] if found.comparison else []
    return "\n".join(
        [*parts, *("".join(f"{line}\n" for line in _claim(one)) for one in found.claims)]
    )


def _table(found: Comparison) -> str:
    heads = ["", *(one.name for one in found.designs)]
    lines: list[list[str]] = [heads]
    for section, group in groupby(found.rows, key=lambda row: row.section):
        rows = list(group)
        if section in BESIDE and all(_is_equal(row) for row in rows):
            lines.append([f"{section}: the same in all"])
            continue
        lines.append([section])
        lines += [[f"  {_name(row)}", *_cells(row)] for row in rows]
    text = "\n".join(_aligned(lines)) + "\n"
    text += "\nin brackets: the change against the first design; -50.0 % is half of it saved\n"
    return text + "".join(f"note: {note}\n" for note in found.notes)


def _is_equal(row: Row) -> bool:
    return len(row.values) > 1 and len(set(row.values)) == 1


def _name(row: Row) -> str:
    return f"{row.name}, {row.unit}" if row.unit and row.unit != RATIO else row.name


def _cells(row: Row) -> Iterator[str]:
    for value, change in zip(row.values, row.changes_percent, strict=True):
        changed = f" ({change:+.1f} %)" if change else ""
        yield f"{_with_unit(value, row.unit) if row.unit == RATIO else shown(value)}{changed}"


def shown(value: Value) -> str:
    """Return a value as people write it: whole where it is, else with up to two digits."""
    if value is None:
        return UNKNOWN
    if isinstance(value, str):
        return value
    return f"{value:,.2f}".removesuffix("0").removesuffix(".0")


def _aligned(lines: Sequence[Sequence[str]]) -> Iterator[str]:
    columns = max(len(line) for line in lines)
    widths = [
        max(len(line[column]) for line in lines if len(line) > max(column, 1) or column == 0)
        for column in range(columns)
    ]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=False))
        yield GAP.join(cells).rstrip()


def _claim(claim: Claim) -> Iterator[str]:
    yield f"{claim.id}: {claim.text}"
    yield f"  verdict   {claim.verdict_text}"
    yield f"  claimed   {claim.source}"
    for one in claim.evidence:
        yield f"  {_mark(one):<9} {_evidence(one)}"
    for note in claim.notes:
        yield f"  note      {note}"


def _mark(one: Evidence) -> str:
    if one.holds is None:
        return "" if one.basis == "computed" else one.basis
    return "holds" if one.holds else "fails"


def _evidence(one: Evidence) -> str:
    value = "not known" if one.value is None else _with_unit(one.value, one.unit)
    origin = f" [{one.source}]" if one.source else ""
    return f"{one.name}: {f'{one.formula} = ' if one.formula else ''}{value}{origin}"


def _with_unit(value: Value, unit: str) -> str:
    if value is None or not unit:
        return shown(value)
    return f"{shown(value)}{unit}" if unit == RATIO else f"{shown(value)} {unit}"
