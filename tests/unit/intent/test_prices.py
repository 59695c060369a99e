"""The price book: rows that are understood, where it may lie, one currency."""

from decimal import Decimal
from pathlib import Path

import pytest

from railwright.errors import IntentError
from railwright.intent import prices
from railwright.intent.loader import load

ROOT = Path(__file__).parents[3]
HEAD = "part,price,currency,source\n"


def intent(folder: Path, named: str = "prices.csv") -> Path:
    """Write an intent that names a price book, and return its path."""
    text = (ROOT / "intent/examples/lab-small.yml").read_text(encoding="utf-8")
    path = folder / "cluster.yml"
    path.write_text(f"{text}\nprices: {named}\n", encoding="utf-8")
    return path


def test_rows_are_read_with_their_lines() -> None:
    text = (
        "Source, PRICE ,part,currency\r\nquote 1,1250.50,MMA4Z00-NS,EUR\r\n\r\nlist,0,A B,EUR\r\n"
    )
    found, problems = prices.parse(text, "p.csv")
    assert problems == ()
    assert found.currency == "EUR"
    assert found.rows == (
        prices.Price("MMA4Z00-NS", Decimal("1250.50"), "quote 1", 2),
        prices.Price("A B", Decimal(0), "list", 4),
    )
    assert found.of["A B"].line == 4


@pytest.mark.parametrize("text", ["1,5", "1.", ".5", "-1", "+1", "1e3", "NaN", "$1", "1 000", ""])
def test_what_is_no_price_is_refused(text: str) -> None:
    found, problems = prices.parse(f'{HEAD}x,"{text}",USD,quote\n', "p.csv")
    assert found.rows == ()
    assert [(one.line, one.path) for one in problems] == [(2, "price")]


def test_a_price_needs_a_source() -> None:
    found, problems = prices.parse(f"{HEAD}x,1,USD,\n", "p.csv")
    assert found.rows == ()
    assert [(one.line, one.path) for one in problems] == [(2, "source")]


def test_a_second_currency_is_refused_at_every_row_that_has_it() -> None:
    text = f"{HEAD}a,1,USD,q\nb,2,EUR,q\nc,3,USD,q\nd,4,EUR,q\n"
    found, problems = prices.parse(text, "p.csv")
    assert [row.part for row in found.rows] == ["a", "c"]
    assert [(one.line, one.path) for one in problems] == [(3, "currency"), (5, "currency")]
    assert found.currency == "USD"


def test_a_rejected_row_does_not_hide_later_ones() -> None:
    found, problems = prices.parse(f"{HEAD}a,zz,USD,q\na,1,USD,q\nb,1,USD,q\n", "p.csv")
    assert [row.part for row in found.rows] == ["b"]
    assert [one.line for one in problems] == [2, 3]


def test_the_book_is_part_of_the_intent_and_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text(f"{HEAD}cx864e-n,1,USD,quote\n")
    loaded = load(intent(tmp_path))
    assert loaded.intent.prices is not None
    assert loaded.intent.prices.of["cx864e-n"].source == "quote"
    assert str(tmp_path / "prices.csv") in loaded.sources.files


def test_a_book_beyond_the_limit_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prices, "MAX_FILE_BYTES", 16)
    (tmp_path / "prices.csv").write_text(f"{HEAD}cx864e-n,1,USD,quote\n")
    with pytest.raises(IntentError, match="larger than 16 bytes; give every part one row"):
        load(intent(tmp_path))


def test_an_intent_without_a_book_has_none(tmp_path: Path) -> None:
    assert load(intent(tmp_path, "")).intent.prices is None
