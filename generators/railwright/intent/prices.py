"""The price book: what parts cost, one CSV row per part number, in one currency.

The first line names the columns `part`, `price`, `currency` and `source` in any order. Parts that
the bill of materials does not have are left alone: one book may serve several clusters.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from railwright.errors import Problem
from railwright.intent.csv_table import CsvTable
from railwright.intent.written import shown

MAX_FILE_BYTES = 16 * 1024 * 1024
COLUMNS = ("part", "price", "currency", "source")
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/+-]{0,63}")
_PRICE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_SOURCE_CHARS = 255


@dataclass(frozen=True, slots=True)
class Price:
    """What one of a part costs, and where that number is from."""

    part: str
    price: Decimal
    source: str
    line: int


@dataclass(frozen=True)
class Prices:
    """The rows of one file, `file` as messages name it; `currency` is empty without rows."""

    file: str
    currency: str = ""
    rows: tuple[Price, ...] = ()

    @cached_property
    def of(self) -> dict[str, Price]:
        """Return the prices by part."""
        return {row.part: row for row in self.rows}


def parse(text: str, file: str) -> tuple[Prices, tuple[Problem, ...]]:
    """Return the prices written in `text` and every problem in it; `file` only names it."""
    table = CsvTable(file, COLUMNS, COLUMNS)
    currencies: dict[str, int] = {}
    rows = [_row(table, line, cells, currencies) for line, cells in table.rows(text)]
    found = tuple(row for row in rows if row)
    return Prices(file, next(iter(currencies), ""), found), tuple(table.problems)


def _row(
    table: CsvTable, line: int, cells: dict[str, str], currencies: dict[str, int]
) -> Price | None:
    """Return a sound row, None with its problems for another."""
    before = len(table.problems)
    part, price, source = cells["part"], cells["price"], cells["source"]
    if not _PART.fullmatch(part):
        what = "must be a part number: letters, digits and any of ' ._/+-', at most 64, got"
        table.problem(line, "part", f"{what} {_given(part)}")
    else:
        table.unique(line, "part", "part", part)
    if not _PRICE.fullmatch(price):
        what = "must be digits with a point before the fraction, such as 1250.00, got"
        table.problem(line, "price", f"{what} {_given(price)}")
    _check_currency(table, line, cells["currency"], currencies)
    if not source or len(source) > _SOURCE_CHARS or not source.isprintable():
        what = f"must say where the price is from in 1 to {_SOURCE_CHARS} characters, got"
        table.problem(line, "source", f"{what} {_given(source)}")
    if len(table.problems) > before:
        return None
    return Price(part, Decimal(price), source, line)


def _check_currency(table: CsvTable, line: int, given: str, currencies: dict[str, int]) -> None:
    """Note the currency of a row, which must be that of the first."""
    if not _CURRENCY.fullmatch(given):
        what = f"must be three capital letters, such as USD, got {_given(given)}"
        table.problem(line, "currency", what)
        return
    currencies.setdefault(given, line)
    first, first_line = next(iter(currencies.items()))
    if given != first:
        what = f"{given}, but line {first_line} has {first}; a price book has one currency"
        table.problem(line, "currency", what)


def _given(text: str) -> str:
    return shown(text) if text else "nothing"
