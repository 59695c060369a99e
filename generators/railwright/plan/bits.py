"""Address bit fields: an address is a pool plus numbers packed into fields sized from capacity."""

from collections.abc import Mapping
from dataclasses import dataclass

from netaddr import IPNetwork

from railwright.errors import Problem

OCTET = 8


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an address, most significant first; `octet` asks for 8 bits where they fit."""

    name: str
    largest: int
    octet: bool = False

    @property
    def bits(self) -> int:
        """Return the fewest bits that hold `largest`."""
        return self.largest.bit_length()


@dataclass(frozen=True, slots=True)
class Layout:
    """A pool cut into fields; `widths` are in bits, in the order of `names`."""

    pool: IPNetwork
    names: tuple[str, ...]
    widths: tuple[int, ...]

    def value(self, **numbers: int) -> int:
        """Return the 32-bit address with these field values. Raises ValueError on overflow."""
        offset = 0
        for name, width in zip(self.names, self.widths, strict=True):
            number = numbers[name]
            if number >> width:
                raise ValueError(f"{name} {number} does not fit {width} bits of {self.pool}")
            offset = offset << width | number
        return int(self.pool.first) | offset

    def prefix_length(self, *below: str) -> int:
        """Return the length of the prefix that leaves the fields named `below` free."""
        return 32 - sum(self.widths[self.names.index(name)] for name in below)

    def describe(self) -> str:
        """Return the layout for people: `10.16.0.0/12: rail 3 bits, su 8, port 8`."""
        fields = zip(self.names, self.widths, strict=True)
        return f"{self.pool}: " + ", ".join(f"{name} {_bits(width)}" for name, width in fields)


def _bits(number: int) -> str:
    return "1 bit" if number == 1 else f"{number} bits"


def dotted(value: int) -> str:
    """Return a 32-bit address as text."""
    return f"{value >> 24}.{value >> 16 & 255}.{value >> 8 & 255}.{value & 255}"


def lay_out(pool: IPNetwork, fields: tuple[Field, ...]) -> Layout | int:
    """Return the layout, or the bits that are missing when the pool is too small.

    Fields that ask for an octet get one, from the least significant upwards, as long as all
    fields still fit: so that an address tells where it is.
    """
    room = 32 - pool.prefixlen
    widths = [field.bits for field in fields]
    if (missing := sum(widths) - room) > 0:
        return missing
    for position in reversed(range(len(fields))):
        widened = sum(widths) - widths[position] + OCTET
        if fields[position].octet and widths[position] < OCTET and widened <= room:
            widths[position] = OCTET
    return Layout(pool, tuple(field.name for field in fields), tuple(widths))


def lay_out_all(
    wanted: Mapping[str, tuple[IPNetwork, tuple[Field, ...]]],
) -> tuple[dict[str, Layout], list[Problem]]:
    """Lay out every pool; return the layouts and one problem per pool that is too small."""
    layouts: dict[str, Layout] = {}
    problems: list[Problem] = []
    for name, (pool, fields) in wanted.items():
        result = lay_out(pool, fields)
        if isinstance(result, Layout):
            layouts[name] = result
            continue
        need = ", ".join(f"{field.name} {_bits(field.bits)}" for field in fields)
        problems.append(
            Problem(
                f"pools.{name}",
                f"{pool} is too small by {_bits(result)}: this capacity needs {need}; "
                f"give a prefix of /{pool.prefixlen - result} or shorter",
            )
        )
    return layouts, problems
