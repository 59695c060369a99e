"""What designs are measured by, and the rows they are compared in.

Everything is counted as it stands: deployed devices, links, cables and modules.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from railwright.plan.model import LinkKind, Role
from railwright.plan.shape import Network
from railwright.units import Medium

Value = int | float | str | None
"""A cell: None where nothing can be said of a design, which a note explains."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What one network consists of.

    `switches` are by role, `links` by kind and speed in Gb/s. `cables` are the parts that are
    pulled, by medium, with None for links that no part of the catalog fits. `modules` are by place
    (`node`, `switch`) and by the speed in Gb/s of all their ports together. `switches_w` is None
    where the catalog does not know a switch's power; `plugged_w` is what modules and active cables
    draw at most, on either side.
    """

    switches: Mapping[Role, int]
    links: Mapping[tuple[LinkKind, int], int]
    cables: Mapping[Medium | None, int]
    modules: Mapping[tuple[str, int], int]
    adapters: int
    switches_w: int | None
    plugged_w: float

    @property
    def all_switches(self) -> int:
        """Return the switches of all roles."""
        return sum(self.switches.values())

    @property
    def port_ends_400g(self) -> float:
        """Return the ends of all links, in ports of 400G."""
        return sum(2 * speed * count for (_, speed), count in self.links.items()) / 400

    def modules_at(self, place: str) -> int:
        """Return the modules in nodes (`node`) or switches (`switch`)."""
        return sum(count for (where, _), count in self.modules.items() if where == place)


@dataclass(frozen=True, slots=True)
class Ways:
    """How many switches a packet crosses between two GPUs, None where no way leads there.

    `near` is within one SU, `far` the farthest two deployed SUs.
    """

    same_rail_near: int
    same_rail_far: int
    other_rail_near: int | None
    other_rail_far: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What the compute fabric achieves.

    `bisection_gbps` is half the narrowest tier, `between_rails_gbps` what of it can change rails.
    `oversubscription` is that of leaves and `core_oversubscription` that of spines, None without
    uplinks. `nic_gbps` is the bandwidth of all rails of one node.
    """

    design: str
    tiers: int
    nodes_per_su: int
    nic_gbps: int
    bisection_gbps: int
    between_rails_gbps: int
    oversubscription: float | None
    core_oversubscription: float | None
    ways: Ways
    spare_cages_leaf: int
    spare_cages_spine: int | None


@dataclass(frozen=True, slots=True)
class Power:
    """Planned power of all devices in watts; None where the catalog does not know one's.

    What is plugged into a device is powered by it and a part of what it draws.
    """

    gpu_nodes_w: int | None
    servers_w: int | None
    switches_w: int | None

    @property
    def total_w(self) -> int | None:
        """Return the power of all devices."""
        parts = (self.gpu_nodes_w, self.servers_w, self.switches_w)
        known = [one for one in parts if one is not None]
        return sum(known) if len(known) == len(parts) else None


@dataclass(frozen=True, slots=True)
class Cost:
    """What the order costs, spares included: the parts with a price.

    `network` is everything but nodes, racks and PDUs. `missing` are the ordered parts without a
    price, `network_missing` those of them that belong to the network.
    """

    currency: str
    network: Decimal
    total: Decimal
    network_missing: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measures:
    """One design in numbers; `racks` is None without a floor, `cost` without prices."""

    name: str
    cluster: str
    gpus: int
    nodes: int
    nodes_reserved: int
    figures: Figures
    parts: Mapping[Network, Parts]
    racks: int | None
    power: Power
    cost: Cost | None
    gaps: tuple[str, ...] = ()

    @property
    def has_floor(self) -> bool:
        """Return whether racks, PDUs and the ways of cables are planned."""
        return self.racks is not None

    @property
    def compute(self) -> Parts:
        """Return what the compute fabric consists of."""
        return self.parts["compute"]


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of every design; `unit` is empty for counts and words.

    `comparable` is False where a share of the first would mislead: ranks, ratios, and totals that
    leave out different things.
    """

    section: str
    name: str
    unit: str
    values: tuple[Value, ...]
    comparable: bool = True

    @property
    def changes_percent(self) -> tuple[float | None, ...]:
        """Return how far each design is from the first: -66.7 is two thirds saved.

        None for words, unknown values, a first value of nothing, and what is not comparable.
        """
        if not self.comparable:
            return (None,) * len(self.values)
        return tuple(_change_percent(self.values[0], one) for one in self.values)


def _change_percent(first: Value, other: Value) -> float | None:
    if not isinstance(first, int | float) or not isinstance(other, int | float) or not first:
        return None
    return 100 * (other - first) / first


@dataclass(frozen=True, slots=True)
class Comparison:
    """Designs side by side; `notes` say what makes them unlike or is unknown."""

    designs: tuple[Measures, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    def row(self, section: str, name: str) -> Row:
        """Return a row by its names. Raises: KeyError."""
        for one in self.rows:
            if (one.section, one.name) == (section, name):
                return one
        raise KeyError((section, name))
