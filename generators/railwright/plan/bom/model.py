"""The bill of materials as values."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from railwright.intent.prices import Price

Kind = Literal["switch", "node", "nic", "module", "adapter", "cable", "rack", "pdu"]


@dataclass(frozen=True, slots=True)
class BomLine:
    """One part number.

    `quantity` is what is deployed, `reserved` what the full capacity needs beyond that (None where
    the capacity cannot be planned), `spares` what the policy adds to what is deployed. An
    `included` part comes inside another one and is not ordered. `assumed` says that the catalog
    marks the part as a guess.
    """

    kind: Kind
    part: str
    description: str
    quantity: int
    reserved: int | None
    spares: int
    assumed: bool
    included: bool = False
    price: Price | None = None

    @property
    def order(self) -> int:
        """Return how many to order."""
        return 0 if self.included else self.quantity + self.spares

    @property
    def cost(self) -> Decimal | None:
        """Return what the order costs, None where the price is not known."""
        return None if self.price is None else self.price.price * self.order

    @property
    def is_missing(self) -> bool:
        """Return whether something is ordered at a price that is not known."""
        return self.price is None and self.order > 0


@dataclass(frozen=True, slots=True)
class Bom:
    """Every line, kind by kind, and the currency of the prices, empty without any."""

    lines: tuple[BomLine, ...]
    currency: str = ""

    @property
    def total(self) -> Decimal:
        """Return what the lines with a price cost."""
        return sum((line.cost or Decimal(0) for line in self.lines), Decimal(0))

    @property
    def missing(self) -> tuple[BomLine, ...]:
        """Return the lines without a price: what `total` leaves out."""
        return tuple(line for line in self.lines if line.is_missing)
