"""Rack units in words, as they are printed on racks."""

from railwright.plan.placement.model import Place


def units(place: Place) -> str:
    """Return the units a device fills: `U9-U16`, `U9` of one."""
    first, last = place.bottom_u, place.top_u
    return f"U{first}" if first == last else f"U{first}-U{last}"
