"""Address bit fields: an address is a pool plus numbers packed into fields sized from capacity."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from netaddr import IPNetwork

from railwright.errors import Problem
from railwright.intent.messages import missing

OCTET = 8


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an address, most significant first.

    `octet` asks for 8 bits where they fit; a `fill` field takes the bits that are left then, so
    that the fields above it have the same place in every layout of a pool.
    """

    name: str
    largest: int
    octet: bool = False
    fill: bool = False

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
    first: int = field(init=False)
    fields: tuple[tuple[str, int], ...] = field(init=False)

    def __post_init__(self) -> None:
        """Keep what every address needs: the pool's first address, names with widths."""
        object.__setattr__(self, "first", int(self.pool.first))
        object.__setattr__(self, "fields", tuple(zip(self.names, self.widths, strict=True)))

    def value(self, **numbers: int) -> int:
        """Return the 32-bit address with these field values. Raises ValueError on overflow."""
        offset = 0
        for name, width in self.fields:
            number = numbers[name]
            if number >> width:
                raise ValueError(f"{name} {number} does not fit {width} bits of {self.pool}")
            offset = offset << width | number
        return self.first | offset

    def numbers(self, address: int) -> dict[str, int]:
        """Return the fields' values in an address of the pool: the inverse of `value`."""
        offset = address - self.first
        found: dict[str, int] = {}
        for name, width in zip(reversed(self.names), reversed(self.widths), strict=True):
            found[name] = offset & (1 << width) - 1
            offset >>= width
        return {name: found[name] for name in self.names}

    def prefix_length(self, *below: str) -> int:
        """Return the length of the prefix that leaves the fields named `below` free."""
        return 32 - sum(self.widths[self.names.index(name)] for name in below)

    def describe(self) -> str:
        """Return the layout for people: `10.16.0.0/12: rail 3 bits, su 8, port 8`."""
        fields = zip(self.names, self.widths, strict=True)
        used = [f"{name} {_bits(width)}" for name, width in fields if width]
        return f"{self.pool}: {', '.join(used)}"


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
    left = room - sum(widths)
    for position, one in enumerate(fields):
        if one.fill:
            widths[position] += left
            left = 0
    return Layout(pool, tuple(field.name for field in fields), tuple(widths))


def lay_out_all(
    wanted: Mapping[str, tuple[str, tuple[Field, ...]]], pools: Mapping[str, IPNetwork | None]
) -> tuple[dict[str, Layout], list[Problem]]:
    """Lay out every (pool's key, fields); `pools` are the intent's by key.

    Returns the layouts and one problem per pool that is missing or too small.
    """
    layouts: dict[str, Layout] = {}
    problems: dict[str, tuple[int, Problem]] = {}
    for name, (key, fields) in wanted.items():
        pool = pools[key]
        if pool is None:
            problems[key] = (0, Problem(f"pools.{key}", missing(("pools", key))))
            continue
        result = lay_out(pool, fields)
        if isinstance(result, Layout):
            layouts[name] = result
        elif result > problems.get(key, (0, None))[0]:
            problems[key] = (result, _too_small(key, pool, fields, result))
    return layouts, [problem for _, problem in problems.values()]


def _too_small(key: str, pool: IPNetwork, fields: tuple[Field, ...], missing: int) -> Problem:
    need = ", ".join(f"{field.name} {_bits(field.bits)}" for field in fields if field.bits)
    enough = pool.prefixlen - missing
    mend = f"give a prefix of /{enough} or shorter" if enough > 0 else "lower the capacity"
    return Problem(
        f"pools.{key}",
        f"{pool} is too small by {_bits(missing)}: this capacity needs {need}; {mend}",
    )
