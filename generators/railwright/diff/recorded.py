"""What the new plan only writes down: cables that the as-built record says are there already.

A cable that was plugged elsewhere, or is longer than planned, reaches the plan after the floor.
Where the new plan and its record agree, nobody has to do it again: OLD is taken as if it had
planned the cable so, and the rest is compared.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain

from railwright.diff.model import Built, Edit, Key, Table
from railwright.diff.tables import deployed, table
from railwright.naming import natural_key
from railwright.plan.bom.parts import UNKNOWN

Pair = tuple[Table, Table]
_OF_PORT = ("z_socket",)
_OF_LENGTH = ("part", "length_m")
_KINDS = ("module", "adapter")


@dataclass(frozen=True, slots=True)
class Settled:
    """OLD's tables with what is built already, and what that changes in them.

    `plugged` are modules in cages that recorded cables lead to: without a module none would.
    """

    cables: Table
    modules: Table
    bom: Table
    recorded: tuple[Edit, ...] = ()
    plugged: tuple[Edit, ...] = ()


def settle(
    built: Callable[[], Mapping[str, Built]], links: Pair, cables: Pair, modules: Pair, bom: Pair
) -> Settled:
    """Return OLD as it is built; `built` is what the record of NEW says of its cables."""
    confirmed = dict(_confirmed(built, links, cables))
    before = cables[0]
    after = _with(before, {key: _row(cables, key, confirmed[key].columns) for key in confirmed})
    recorded = table(before, after).changed
    if not recorded:
        return Settled(before, modules[0], bom[0])
    cages = {one.cage for one in confirmed.values() if _OF_PORT[0] in one.columns}
    plugged = _plugged(modules, cages)
    return Settled(
        after,
        _with(modules[0], {one.key: modules[1].rows[one.key] for one in plugged}),
        _ordered(bom, chain(_more_cables(recorded), _more_modules(modules, plugged, bom[1].rows))),
        recorded,
        plugged,
    )


@dataclass(frozen=True, slots=True)
class _Confirmed:
    """The columns of a cable that are so already, and the device and cage of its upper end."""

    columns: tuple[str, ...]
    cage: tuple[str, str]


def _confirmed(
    built: Callable[[], Mapping[str, Built]], links: Pair, cables: Pair
) -> Iterator[tuple[Key, _Confirmed]]:
    """Yield the cables in service of which the record confirms what is new."""
    old, new = cables
    both = deployed(old) & deployed(new)
    differing = [key for key in both if old.rows[key] != new.rows[key]]
    said = built() if differing else {}
    beside: dict[tuple[str, ...], list[Built]] = defaultdict(list)
    for one in said.values():
        beside[one.links].append(one)
    medium = old.column("medium") if differing else 0
    for key in differing:
        if (own := said.get(key[0])) is None:
            continue
        columns = [*_port(own, beside[own.links], links)]
        if old.rows[key][medium] == new.rows[key][medium]:
            columns += _length(own, beside[own.links], links)
        if columns:
            yield key, _Confirmed(tuple(columns), (own.device, own.cage))


def _port(one: Built, beside: Iterable[Built], links: Pair) -> Sequence[str]:
    """Return what follows from a new port if the record has it; jumpers side by side share it."""
    was, will = (_cells(side, one, ("z_device", "z_port")) for side in links)
    moved = was and will and was[0] == will[0] and was != will and len(one.links) == 1
    said = {other.port for other in beside if other.port}
    return _OF_PORT if moved and said == {will[1]} else ()


def _length(one: Built, beside: Iterable[Built], links: Pair) -> Sequence[str]:
    """Return what follows from a new length if the record has it: that of the longest cable."""
    was, will = (_cells(side, one, ("length_m",)) for side in links)
    said = [float(other.length_m) for other in beside if other.length_m]
    longer = was and will and was != will
    return _OF_LENGTH if longer and said and max(said) == float(will[0]) else ()


def _cells(links: Table, one: Built, columns: Sequence[str]) -> tuple[str, ...]:
    """Return cells of the first link of a cable, none where the side lacks the link."""
    cells = links.rows.get(one.links[:1])
    return tuple(cells[links.column(column)] for column in columns) if cells else ()


def _row(pair: Pair, key: Key, columns: Sequence[str]) -> tuple[str, ...]:
    """Return a row of OLD with some cells of NEW."""
    old, new = pair
    cells = zip(old.columns, old.rows[key], new.rows[key], strict=True)
    return tuple(will if column in columns else was for column, was, will in cells)


def _with(one: Table, rows: Mapping[Key, tuple[str, ...]]) -> Table:
    return Table(one.key_columns, one.columns, {**one.rows, **rows}) if rows else one


def _plugged(modules: Pair, cages: Set[tuple[str, str]]) -> tuple[Edit, ...]:
    """Return the modules that are new in cages."""
    new = modules[1]
    keys = sorted(deployed(new) - deployed(modules[0]), key=lambda key: natural_key(key[0]))
    come = ((key, _module(new, key)) for key in keys)
    return tuple(
        Edit(key, {"part": ""}, {"part": part})
        for key, (device, cage, part) in come
        if (device, cage) in cages
    )


def _module(modules: Table, key: Key) -> tuple[str, ...]:
    cells = modules.rows[key]
    return tuple(cells[modules.column(one)] for one in ("device", "cage", "part"))


def _more_cables(recorded: Iterable[Edit]) -> Iterator[tuple[Key, int]]:
    """Yield the parts of recorded cables, and how many more or fewer lie there than OLD says."""
    for one in recorded:
        if "part" in one.new:
            yield ("cable", one.new["part"] or UNKNOWN), 1
            yield ("cable", one.old["part"] or UNKNOWN), -1


def _more_modules(
    modules: Pair, plugged: Sequence[Edit], ordered: Container[Key]
) -> Iterator[tuple[Key, int]]:
    """Yield the parts of modules that came to recorded cables.

    None came where the device gives another of that part up: it went along with the cable.
    """
    old, new = modules
    gone = deployed(old) - deployed(new) if plugged else ()
    free = Counter((device, part) for device, _, part in (_module(old, key) for key in gone))
    for one in plugged:
        device, _, part = _module(new, one.key)
        if free[device, part]:
            free[device, part] -= 1
        else:
            yield from (((kind, part), 1) for kind in _KINDS if (kind, part) in ordered)


def _ordered(bom: Pair, more: Iterable[tuple[Key, int]]) -> Table:
    """Return OLD's orders with what came to the floor since; a new part has the price of NEW."""
    old, new = bom
    counts: Counter[Key] = Counter()
    for key, count in more:
        counts[key] += count
    rows = dict(old.rows)
    for key, count in counts.items():
        # Neither side has the part where one was built by a version without orders.
        if cells := rows.get(key) or new.rows.get(key):
            place = old.column("order")
            order = count + (int(cells[place]) if key in rows else 0)
            rows[key] = (*cells[:place], str(order), *cells[place + 1 :])
            if order <= 0:
                del rows[key]
    return Table(old.key_columns, old.columns, rows)
