"""What a design costs, as far as its price book says."""

from collections.abc import Iterable
from decimal import Decimal

from railwright.compare.model import Cost
from railwright.plan.bom.model import BomLine, Kind
from railwright.plan.bom.of_plan import deployed
from railwright.plan.model import Plan

NETWORK: frozenset[Kind] = frozenset({"switch", "module", "adapter", "cable"})


def of_plan(plan: Plan) -> Cost | None:
    """Return the cost of everything that is ordered, None without a price book."""
    if plan.intent.prices is None:
        return None
    found = deployed(plan)
    network = [line for line in found.lines if line.kind in NETWORK]
    return Cost(
        currency=found.currency,
        network=_sum(network),
        total=found.total,
        network_missing=_missing(network),
        missing=_missing(found.lines),
    )


def _sum(lines: Iterable[BomLine]) -> Decimal:
    return sum((line.cost or Decimal(0) for line in lines), Decimal(0))


def _missing(lines: Iterable[BomLine]) -> tuple[str, ...]:
    return tuple(line.part for line in lines if line.is_missing)
