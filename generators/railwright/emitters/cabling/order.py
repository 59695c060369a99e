"""The order in which cables are pulled: that of labels, of wave sheets, of the piles on the floor.

Whoever lays the printed labels beside a sheet finds them in the same order.
"""

from collections.abc import Iterable
from functools import cache

from railwright.emitters.cabling.job import Pull
from railwright.naming import natural_key


def in_order(pulls: Iterable[Pull]) -> list[Pull]:
    """Return cables as they are pulled: from rack to rack, and of each bundle by bundle."""
    key = cache(natural_key)
    return sorted(pulls, key=lambda pull: (key(pull.home.rack or ""), key(pull.cable.bundle)))
