"""Which rack the PDUs of the intent hang in, as far as it has some."""

from collections.abc import Iterable
from typing import TypeVar

from railwright.naming import pdu_name
from railwright.plan.placement.model import RackKind

_ORDER: tuple[RackKind, ...] = ("network", "storage", "compute")
_Rack = TypeVar("_Rack")


def hung(count: int, racks: Iterable[tuple[_Rack, RackKind, int]]) -> dict[_Rack, tuple[str, ...]]:
    """Return the names of the PDUs of every rack; of racks come what names them, kind and feeds.

    Racks of switches and storage come first: they are there from the beginning, so that the first
    PDUs hang in them and racks of nodes add theirs in order.
    """
    found: dict[_Rack, tuple[str, ...]] = {}
    in_order = sorted(racks, key=lambda one: _ORDER.index(one[1]))
    number = 1
    for rack, _, feeds in in_order:
        after = number + feeds
        found[rack] = tuple(pdu_name(one) for one in range(number, min(after, count + 1)))
        number = after
    return found
