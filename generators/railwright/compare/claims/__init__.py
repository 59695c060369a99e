"""Claims that circulate about GPU clusters, recomputed by arithmetic with the baseline named."""

from railwright.compare.claims import fabrics, money, nodes, ratios
from railwright.compare.claims.model import Claim
from railwright.compare.claims.money import Book


def claims(book: Book) -> tuple[Claim, ...]:
    """Return every claim with its verdict; those about money look prices up in `book`."""
    return (
        fabrics.boxes(),
        fabrics.scalable_unit(),
        fabrics.one_tier(),
        fabrics.rail_only(),
        ratios.seven_to_one(),
        nodes.four_nics(),
        money.memory(book),
        money.no_dpu(book),
        money.ten_percent(),
        nodes.storage(),
        nodes.hundred_thousand(),
    )
