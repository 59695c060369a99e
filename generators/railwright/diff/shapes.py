"""How the tables of a plan are compared: what names a row, what counts, what is done to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

Number = type[int] | type[float]
DEPLOYED = "deployed"
UNITS = ("rack", "bottom_u", "height_u")
ENDS = ("a_device", "a_port", "z_device", "z_port")


@dataclass(frozen=True, slots=True)
class Verb:
    """What somebody does about a row where one of these columns differs; none means any.

    Columns `told` are told on both sides even if they are equal.
    """

    name: str
    columns: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """How a table is compared: the columns that identify a row and those that say something.

    `values` empty means every column, except those in `elsewhere` (another table answers for
    them, or they only say where a value came from) and those whose name ends as in `endings`.
    Cells of `numbers` must be of that type. Builds of other versions may lack a table that is
    `optional`. Rows of a table with `verbs` are things that stand or lie somewhere, deployed or
    reserved.
    """

    key: tuple[str, ...]
    values: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    elsewhere: frozenset[str] = frozenset()
    endings: tuple[str, ...] = ()
    numbers: tuple[tuple[str, Number], ...] = ()
    verbs: tuple[Verb, ...] = ()
    optional: bool = False


SHAPES: Mapping[str, Shape] = MappingProxyType(
    {
        "devices": Shape(
            ("name",),
            needed=("role", "network", "platform", "hwsku"),
            elsewhere=frozenset({"asn", "loopback"}),
            endings=("_address", "_prefix_length", "_gateway"),
        ),
        "addresses": Shape(("device", "port", "kind"), values=("address", "prefix_length")),
        "asns": Shape(("name",), values=("asn",)),
        "subnets": Shape(("kind", "owner", "prefix"), values=("gateway",)),
        "links": Shape(
            ("id",),
            needed=("kind", "network", "rail", "plane", *ENDS, "speed_gbps", "length_m", DEPLOYED),
            elsewhere=frozenset(
                {"a_address", "z_address", "prefix", "length_from", "length_assumed"}
            ),
            numbers=(("length_m", float),),
            verbs=(Verb("moved", ENDS, ENDS), Verb("changed")),
        ),
        "headroom": Shape(
            ("network", "platform", "hwsku", "speed_gbps", "lanes", "length_m"),
            values=("cable_m", "xoff_bytes"),
            optional=True,
        ),
        "places": Shape(
            ("device",),
            values=(*UNITS, "cords", DEPLOYED),
            numbers=(("bottom_u", int), ("height_u", int)),
            verbs=(Verb("moved", UNITS, told=UNITS), Verb("changed")),
            optional=True,
        ),
        "racks": Shape(
            ("name",),
            values=("row", "room", "position", "kind", "profile", "pdus", DEPLOYED),
            verbs=(Verb("changed"),),
            optional=True,
        ),
        "cables": Shape(
            ("id",),
            values=(
                *("part", "medium", "length_m", "a_device", "a_socket", "z_device", "z_socket"),
                *("a_rack", "z_rack", "trays", "a_label", "z_label", "colour", "bundle", "wave"),
                DEPLOYED,
            ),
            numbers=(("length_m", float),),
            verbs=(
                Verb(
                    "replaced",
                    ("part", "medium", "length_m"),
                    told=("part", "medium", "length_m", "a_device", "z_device"),
                ),
                Verb("moved", ("a_device", "a_socket", "z_device", "z_socket")),
                Verb("rerouted", ("a_rack", "z_rack", "trays")),
                Verb("relabelled", ("a_label", "z_label", "colour")),
                Verb("regrouped"),
            ),
            optional=True,
        ),
        "modules": Shape(
            ("id",),
            values=("device", "cage", "part", DEPLOYED),
            verbs=(Verb("exchanged", told=("device", "part")),),
            optional=True,
        ),
        "bom": Shape(
            ("kind", "part"),
            values=("order", "unit_price"),
            numbers=(("order", int),),
            optional=True,
        ),
    }
)
