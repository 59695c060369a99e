"""A chain of wrong cables as exchanges of plugs: always the fewest, at one device where possible.

Exchanging the plugs in slots 2i and 2j of a chain, or in 2i + 1 and 2j + 1, splits it into the
same two shorter ones, of which one cable each is right at last. A chain of m cables so takes m - 1
exchanges, in many orders and at either side of the cables: the cheapest is looked for.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise

from railwright.device.cabling.chains import Chain
from railwright.device.cabling.model import End

Swap = tuple[End, End]
Price = Callable[[End, End], int]
"""What it costs to exchange the plugs in two ports; lower is better."""

Slots = tuple[End | None, ...]

MOST_SEARCHED = 7
"""Cables of a chain that is searched for the best order; longer ones are taken as they come."""


def exchanges(chain: Chain, price: Price) -> tuple[tuple[Swap, ...], tuple[Slots, ...]]:
    """Return the exchanges in order, and the cables that result, each with two ends.

    Among the cables may be one that does not exist yet, or one that nobody wants.
    """
    if len(chain.cables) > MOST_SEARCHED:
        swaps = tuple(_in_turn(chain.slots))
    else:
        swaps = _searcher(price)(chain.slots)[1]
    return swaps, _results(chain.slots)


def _results(slots: Slots) -> tuple[Slots, ...]:
    """Return the wanted cables of a chain: what is there when all is done."""
    return tuple(
        (slots[place], slots[(place + 1) % len(slots)]) for place in range(1, len(slots), 2)
    )


def _searcher(price: Price) -> Callable[[Slots], tuple[int, tuple[Swap, ...]]]:
    @cache
    def best(slots: Slots) -> tuple[int, tuple[Swap, ...]]:
        count = len(slots) // 2
        if count == 1:
            return 0, ()
        found: tuple[int, tuple[Swap, ...]] | None = None
        for first in range(count):
            for second in range(first + 1, count):
                swap = _cheaper(slots, first, second, price)
                if swap is None:
                    continue
                inner, outer = _split(slots, first, second)
                inside, outside = best(inner), best(outer)
                cost = price(*swap) + inside[0] + outside[0]
                if found is None or cost < found[0]:
                    found = cost, (swap, *inside[1], *outside[1])
        assert found is not None  # noqa: S101 (one side of a chain is without gaps)
        return found

    return best


def _cheaper(slots: Slots, first: int, second: int, price: Price) -> Swap | None:
    """Return the cheaper of the two exchanges that split a chain at two cables."""
    found: Swap | None = None
    for side in (0, 1):
        one, other = slots[2 * first + side], slots[2 * second + side]
        if one is None or other is None:
            continue
        if found is None or price(one, other) < price(*found):
            found = one, other
    return found


def _split(slots: Slots, first: int, second: int) -> tuple[Slots, Slots]:
    """Return the chain between two cables and the rest, after the exchange at them."""
    inner = (slots[2 * second], *slots[2 * first + 1 : 2 * second])
    outer = (slots[2 * first], *slots[2 * second + 1 :], *slots[: 2 * first])
    return inner, outer


def _in_turn(slots: Slots) -> Iterator[Swap]:
    """Yield exchanges along the side with more neighbours on one device, those first."""
    sides = [list(slots[side::2]) for side in (0, 1)]
    full = [side for side in sides if None not in side]
    side = max(full, key=_together)
    ends = [end for end in side if end is not None]
    if side is sides[1]:
        ends.reverse()  # an exchange at the far side settles the earlier of two neighbours
    rest: list[End] = []
    for end in ends:
        if rest and rest[-1].device == end.device:
            yield rest[-1], end
        else:
            rest.append(end)
    yield from ((rest[0], end) for end in rest[1:])


def _together(side: Sequence[End | None]) -> int:
    return sum(
        one is not None and other is not None and one.device == other.device
        for one, other in pairwise(side)
    )
