"""Cables and modules as values: what a link is made of, every part with an id of its own."""

from dataclasses import dataclass

from railwright.plan.shape import Network
from railwright.units import Medium


@dataclass(frozen=True, slots=True)
class Route:
    """The way of a cable: its length before slack and rounding, and the trays it lies in.

    `trays` names them in order from the lower rack (`A`, `X3`, `C`), empty within one rack.
    """

    length_m: float
    trays: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fitting:
    """How one link is cabled.

    `computed_m` is the route with its slack, `length_m` what is ordered, `part` the part number of
    the cable, `strands` how many such cables lie side by side. `a_module` and `z_module` are the
    modules in the cages, None where the cable has its own ends or the far side is not ours.
    `shared` names the cage at the `z` end whose links one splitter cable serves, else it is empty.
    """

    medium: Medium
    computed_m: float
    length_m: float
    part: str
    strands: int = 1
    a_module: str | None = None
    z_module: str | None = None
    a_adapter: str | None = None
    z_adapter: str | None = None
    shared: str = ""


@dataclass(frozen=True, slots=True)
class CableEnd:
    """One end of a cable.

    `ports` are the logical ports it serves, `cage` the label on the faceplate, `socket` what the
    plug goes into (`17/1`). `rack` and `top_u` are None without a floor. `label` is what is
    printed at this end: near end first, then the far one.
    """

    device: str
    ports: tuple[str, ...]
    cage: str
    socket: str
    rack: str | None
    top_u: int | None
    label: str


@dataclass(frozen=True, slots=True)
class Cable:
    """One part that somebody pulls: a jumper, a DAC, an AOC, or a splitter with three ends.

    `id` never changes while the capacity stands. `ends` begin with the lower tier; the single end
    of a splitter is the last. `computed_m` is None where the length is assumed. `colour` is the
    name of the colour of its labels, `wave` when it is pulled.
    """

    id: str
    links: tuple[str, ...]
    network: Network
    medium: Medium | None
    part: str | None
    computed_m: float | None
    length_m: float
    ends: tuple[CableEnd, ...]
    rail: int | None
    plane: int | None
    colour: str
    bundle: str
    trays: tuple[str, ...]
    wave: str
    deployed: bool


@dataclass(frozen=True, slots=True)
class Module:
    """A transceiver or an adapter in a cage; `id` is `<device>:<cage>`."""

    id: str
    device: str
    cage: str
    part: str
    network: Network
    deployed: bool


@dataclass(frozen=True, slots=True)
class Unfit:
    """A link that no part of the catalog fits: what stood against it, in words."""

    link: str
    what: str


@dataclass(frozen=True, slots=True)
class Cabled:
    """Every cable and module of a plan, reserved ones included, and the links nothing fits."""

    cables: tuple[Cable, ...]
    modules: tuple[Module, ...]
    unfit: tuple[Unfit, ...]
