"""What the catalog knows about the physical side: boxes, racks, modules, cables, colours."""

from collections import Counter
from typing import Annotated, Literal

from pydantic import Field

from railwright.catalog.model import CatalogModel
from railwright.units import Medium

FormFactor = str
"""Name of a cage or of what is plugged into one: `OSFP-IHS` (finned), `OSFP-RHS` (flat), `RJ45`."""
Fibre = Literal["MMF", "SMF"]
Wire = Literal["MMF", "SMF", "CAT6A"]
"""What leads away from a module: fibre, or copper pairs."""


class Pdu(CatalogModel):
    """A power distribution unit of a rack, on one feed of the building.

    `usable_w` is what it may carry for hours, `outlets` how many power supplies it takes.
    """

    model: str
    usable_w: Annotated[int, Field(ge=1)]
    outlets: Annotated[int, Field(ge=1)]
    source: str


class RackProfile(CatalogModel):
    """One kind of rack with its power distribution.

    `feeds` PDUs hang in it, each on a feed of its own; with any one of them lost the others carry
    everything. `max_load_kg` is what may stand in it, `plinth_m` how high unit 1 begins.
    """

    name: str
    vendor: str
    model: str
    rack_units: Annotated[int, Field(ge=1)]
    width_m: Annotated[float, Field(gt=0)]
    depth_m: Annotated[float, Field(gt=0)]
    plinth_m: Annotated[float, Field(ge=0)]
    max_load_kg: Annotated[int, Field(ge=1)]
    weight_kg: Annotated[int, Field(ge=1)]
    feeds: Annotated[int, Field(ge=1, le=4)]
    pdu: Pdu
    assumptions: tuple[str, ...] = ()
    source: str


class Geometry(CatalogModel):
    """Distances every floor has unless the intent says otherwise, in metres."""

    rack_unit_m: float
    tray_height_m: float
    lateral_m: float
    service_loop_m: float
    slack_percent: float
    cold_aisle_m: float
    hot_aisle_m: float
    assumptions: tuple[str, ...] = ()
    source: str


class Air(CatalogModel):
    """What turns electrical power into air flow: density, specific heat, assumed warming."""

    density_kg_per_m3: float
    heat_capacity_j_per_kg_k: float
    warming_k: float
    source: str


class CableSize(CatalogModel):
    """How thick and heavy the cables of some media are."""

    name: str
    media: tuple[Medium, ...]
    diameter_mm: Annotated[float, Field(gt=0)]
    kg_per_m: Annotated[float, Field(gt=0)]
    assumed: bool = False
    source: str


class TrayFill(CatalogModel):
    """What fills cable trays, and which part of their cross-section cables may fill."""

    fill_percent: Annotated[float, Field(gt=0, le=100)]
    cables: tuple[CableSize, ...]
    source: str


class Colour(CatalogModel):
    """A colour that people with any colour vision tell apart from its neighbours in the list."""

    name: str
    hex: Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]


class Palette(CatalogModel):
    """Colours of cables: one per rail in order (more rails begin again), one per other network.

    `servers` are the colours of boxes that are no switches, by role.
    """

    rails: tuple[Colour, ...]
    networks: dict[Literal["fabric", "storage", "inband", "oob"], Colour]
    servers: dict[str, Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]]
    source: str


class Transceiver(CatalogModel):
    """A pluggable optical module, or a copper one.

    It goes into cages that accept its `form_factor`, and has `ports` independent ports of
    `port_speed_gbps`, each a socket `connector`. Two ports talk when their `interface` (`400G-SR4`)
    is equal. `splits` says into how many links one port may be divided by a splitter jumper.
    """

    sku: str
    vendor: str
    description: str
    form_factor: FormFactor
    ports: Annotated[int, Field(ge=1)] = 1
    port_speed_gbps: Annotated[int, Field(ge=1)]
    interface: str
    fibre: Wire
    connector: str
    reach_m: Annotated[float, Field(gt=0)]
    max_power_w: Annotated[float, Field(gt=0)]
    splits: Annotated[int, Field(ge=1)] = 1
    assumed: bool = False
    source: str


class StockLength(CatalogModel):
    """A length that can be ordered, and its part number."""

    length_m: Annotated[float, Field(gt=0)]
    sku: str


class Jumper(CatalogModel):
    """A fibre patch cable between two modules; with `tails` 2 it splits one port into two."""

    name: str
    vendor: str
    description: str
    fibre: Fibre
    connectors: tuple[str, str]
    tails: Annotated[int, Field(ge=1)] = 1
    lengths: tuple[StockLength, ...]
    assumed: bool = False
    source: str


class Assembly(CatalogModel):
    """A cable with fixed ends: DAC, ACC, AEC, AOC, or a copper patch cable.

    `near` is the form factor of its one end, `far` of each of its `tails` ends, which run at
    `speed_gbps` each; the near end carries all of them together.
    """

    name: str
    vendor: str
    description: str
    medium: Medium
    near: FormFactor
    far: FormFactor
    tails: Annotated[int, Field(ge=1)] = 1
    speed_gbps: Annotated[int, Field(ge=1)]
    near_power_w: Annotated[float, Field(ge=0)]
    far_power_w: Annotated[float, Field(ge=0)]
    lengths: tuple[StockLength, ...]
    assumed: bool = False
    source: str


class Adapter(CatalogModel):
    """A part that lets a module or cable of one form factor into a cage of another."""

    sku: str
    vendor: str
    description: str
    cage: FormFactor
    takes: FormFactor
    source: str


class FormFactors(CatalogModel):
    """Which form factors every kind of cage accepts, and why others do not go in."""

    accepts: dict[FormFactor, tuple[FormFactor, ...]]
    refusals: dict[str, str] = Field(default_factory=dict)
    source: str


class OpticsFile(CatalogModel):
    """One file of parts, those of one speed or family."""

    transceivers: tuple[Transceiver, ...] = ()
    jumpers: tuple[Jumper, ...] = ()
    assemblies: tuple[Assembly, ...] = ()
    adapters: tuple[Adapter, ...] = ()


class Optics(OpticsFile):
    """Everything that can be ordered between two cages, from all files."""

    form_factors: FormFactors

    def repeated(self) -> list[str]:
        """Return the part numbers that more than one part has."""
        skus = [one.sku for one in self.transceivers] + [one.sku for one in self.adapters]
        stocked = [one.lengths for one in self.jumpers] + [one.lengths for one in self.assemblies]
        skus += [one.sku for lengths in stocked for one in lengths]
        return sorted(sku for sku, count in Counter(skus).items() if count > 1)


class Phrase(CatalogModel):
    """A heading or a sentence of the sheets, in every language they can be printed in."""

    en: Annotated[str, Field(min_length=1)]
    zh: Annotated[str, Field(min_length=1)]


class Words(CatalogModel):
    """The phrases of one kind of sheet by key; `{}` and `{name}` are filled in."""

    phrases: dict[str, Phrase]


class Font(CatalogModel):
    """A TrueType font that is embedded; `number` is its place in a collection (.ttc)."""

    path: str
    number: Annotated[int, Field(ge=0)] = 0
    package: str


class FontFamily(CatalogModel):
    """What one language is printed with."""

    regular: Font
    bold: Font


class Fonts(CatalogModel):
    """The fonts of PDF files by language, and the Debian packages that have them."""

    languages: dict[Literal["en", "zh"], FontFamily]
    source: str
