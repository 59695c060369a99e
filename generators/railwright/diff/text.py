"""A difference for people: totals first, then short lists, what disturbs before what is new."""

from collections.abc import Iterable, Iterator, Sequence

from railwright.diff import floor_lines, length_lines, lines
from railwright.diff.lines import SHORT, amounts, counts
from railwright.diff.model import (
    RECORDED,
    Difference,
    Entry,
    Installed,
    LengthChange,
    TableDiff,
    Touched,
)
from railwright.sonic.masking import printable

_TITLE_WIDTH = 18
_VERDICTS = {
    "additions": "additions only, nothing that exists changes",
    "changes": "something that exists changes",
}
_VERBS = {RECORDED: "recorded as built"}
Section = tuple[str, Sequence[str]]


def render(found: Difference, *, everything: bool = False) -> str:
    """Return the text of a difference; `everything` spells out every row, cable and file."""
    if found.result == "identical":
        sizes = ", ".join(f"{count} {what}" for what, count in found.sizes.items())
        return f"{found.old} and {found.new} are identical: {sizes}\n{_unknown(found)}"
    told = [f"{found.old} -> {found.new}: {_VERDICTS[found.result]}", ""]
    told += [f"{name:<{_TITLE_WIDTH}}{text}" for name, text in _totals(found) if text]
    shortened = False
    for title, body in _sections(found, everything=everything):
        if not body:
            continue
        shown = body if everything else body[:SHORT]
        told += ["", title, *(f"  {printable(line)}" for line in shown)]
        if len(shown) < len(body):
            shortened = True
            told.append(f"  ... and {len(body) - len(shown)} more")
    if shortened:
        told += ["", "--all prints every line"]
    return "\n".join(told) + "\n" + _unknown(found)


def _unknown(found: Difference) -> str:
    if not found.unknown:
        return ""
    return (
        f"not compared: {', '.join(found.unknown)}; a side was built by a version without them, "
        "build it again\n"
    )


def _totals(found: Difference) -> Iterator[tuple[str, str]]:
    yield "devices", _table_total(found.devices, "changed")
    yield from _installed_totals("places", found.places)
    yield from _installed_totals("racks", found.racks)
    yield "addresses", _table_total(found.addresses, "renumbered")
    yield "ASNs", _table_total(found.asns, "renumbered")
    yield "subnets", _table_total(found.subnets, "changed")
    yield from _installed_totals("links", found.links)
    yield from _installed_totals("cables", found.cables)
    yield from _installed_totals("modules", found.modules)
    yield "lengths", _lengths_total(found)
    yield "configurations", _configurations_total(found)
    more, fewer, prices = floor_lines.ordered(found.bom)
    yield (
        "order",
        amounts(
            (more, "part", "more"), (fewer, "part", "fewer"), (prices, "part", "at another price")
        ),
    )


def _table_total(table: TableDiff, changed: str) -> str:
    return counts(
        (len(table.removed), "removed"), (len(table.changed), changed), (len(table.added), "new")
    )


def _installed_totals(name: str, things: Installed) -> Iterator[tuple[str, str]]:
    verbs = ((len(edits), _VERBS.get(verb, verb)) for verb, edits in things.changed.items())
    yield name, counts((len(things.removed), "removed"), *verbs, (len(things.added), "new"))
    yield f"reserved {name}", _table_total(things.reserved, "changed")


def _lengths_total(found: Difference) -> str:
    lengths = found.lengths
    return amounts(
        (_ports(lengths.moved), "port", f"in another headroom row{_worst(lengths.moved)}"),
        (_ports(lengths.kept), "port", "in the same row"),
        (_ports(lengths.nics), "NIC port", ""),
    )


def _ports(changes: Iterable[LengthChange]) -> int:
    return sum(len(one.ports) for one in changes)


def _configurations_total(found: Difference) -> str:
    configurations = found.configurations
    disturbed = [one for one in configurations.touched if one.disturbs]
    grown = [one for one in configurations.touched if not one.disturbs]
    return counts(
        (len(configurations.removed), "removed"),
        (len(disturbed), f"changed{_worst(disturbed)}"),
        (len(grown), f"touched by growth{_worst(grown)}"),
        (len(configurations.added), "new"),
    )


def _worst(found: Iterable[Touched | LengthChange]) -> str:
    harms = [one.harm for one in found if one.harm is not None]
    return f" (worst: {max(harms).text})" if harms else ""


def _sections(found: Difference, *, everything: bool) -> Iterator[Section]:
    yield from _what_disturbs(found, everything=everything)
    yield from _what_is_new(found, everything=everything)
    yield "what to order", floor_lines.orders(found.bom)


def _what_disturbs(found: Difference, *, everything: bool) -> Iterator[Section]:
    device_lines = lines.devices if everything else lines.devices_by_role
    address_lines = lines.addresses if everything else lines.addresses_by_kind
    yield "devices removed", device_lines(found.devices.removed)
    yield "devices changed", lines.edits(found.devices.changed)
    yield from _floor_disturbed(found, everything=everything)
    yield "addresses renumbered", lines.edits(found.addresses.changed)
    yield "addresses removed", address_lines(found.addresses.removed)
    yield "ASNs renumbered", lines.edits(found.asns.changed)
    yield "ASNs removed", lines.entries(found.asns.removed)
    yield "subnets changed", lines.edits(found.subnets.changed, slice(-1))
    yield "subnets removed", lines.entries(found.subnets.removed)
    yield from _cables_disturbed(found, everything=everything)
    yield from _lengths(found, everything=everything)
    yield from _configurations(found, everything=everything)


def _floor_disturbed(found: Difference, *, everything: bool) -> Iterator[Section]:
    places, racks = found.places, found.racks
    place_lines = floor_lines.places if everything else floor_lines.places_by_rack
    rack_lines = floor_lines.racks if everything else floor_lines.racks_by_kind
    edit_lines = lines.edits if everything else lines.edits_alike
    yield "places given up", place_lines(places.removed)
    yield "devices to move", floor_lines.place_moves(places.changed["moved"])
    yield "places changed", edit_lines(places.changed["changed"])
    yield "reserved places given up", place_lines(places.reserved.removed)
    yield "reserved places changed", edit_lines(places.reserved.changed)
    yield "racks removed", rack_lines(racks.removed)
    yield "racks changed", edit_lines(racks.changed["changed"])
    yield "reserved racks removed", rack_lines(racks.reserved.removed)
    yield "reserved racks changed", edit_lines(racks.reserved.changed)


def _cables_disturbed(found: Difference, *, everything: bool) -> Iterator[Section]:
    links, cables, modules = found.links, found.cables, found.modules
    link_lines = lines.links if everything else lines.links_by_kind
    cable_lines = floor_lines.cables if everything else floor_lines.cables_by_part
    module_lines = floor_lines.modules if everything else floor_lines.modules_by_part
    replaced = floor_lines.replacements if everything else floor_lines.replacements_by_part
    exchanged = floor_lines.exchanges if everything else floor_lines.exchanges_by_part
    edit_lines = lines.edits if everything else lines.edits_alike
    yield "links removed", link_lines(links.removed)
    yield "links moved", lines.link_moves(links.changed["moved"])
    yield "links changed", lines.edits(links.changed["changed"])
    yield "reserved links removed", link_lines(links.reserved.removed)
    yield "reserved links changed", lines.edits(links.reserved.changed)
    yield "cables to remove", cable_lines(cables.removed)
    yield "cables to pull again", replaced(cables.changed["replaced"])
    yield "cables to plug elsewhere", lines.edits(cables.changed["moved"])
    yield "cables to route anew", edit_lines(cables.changed["rerouted"])
    yield "cables to label again", edit_lines(cables.changed["relabelled"])
    yield "cables in another bundle or wave", edit_lines(cables.changed["regrouped"])
    yield "cables recorded as built, nothing to pull or plug", lines.edits(cables.changed[RECORDED])
    yield "reserved cables removed", cable_lines(cables.reserved.removed)
    yield "reserved cables changed", edit_lines(cables.reserved.changed)
    yield "modules to remove", module_lines(modules.removed)
    yield "modules to exchange", exchanged(modules.changed["exchanged"])
    plugged = (Entry(one.key, one.new) for one in modules.changed[RECORDED])
    yield "modules recorded as built, nothing to plug in", floor_lines.modules(plugged)
    yield "reserved modules removed", module_lines(modules.reserved.removed)
    yield "reserved modules changed", edit_lines(modules.reserved.changed)


def _lengths(found: Difference, *, everything: bool) -> Iterator[Section]:
    lengths = found.lengths
    moved = length_lines.moved(lengths.moved, everything=everything)
    yield "lengths that change a headroom row", moved
    yield (
        "lengths that stay in their headroom row",
        length_lines.kept(lengths.kept, everything=everything),
    )
    yield "lengths set on NICs", length_lines.nics(lengths.nics, everything=everything)


def _configurations(found: Difference, *, everything: bool) -> Iterator[Section]:
    configurations = found.configurations
    names = lines.all_names if everything else lines.some_names
    touched = lines.touched if everything else lines.touched_alike
    removed = configurations.removed
    yield "configurations removed", [names(removed)] if removed else []
    disturbed = [one for one in configurations.touched if one.disturbs]
    yield "configurations changed", touched(disturbed)
    grown = [one for one in configurations.touched if not one.disturbs]
    yield "configurations touched by growth", touched(grown)


def _what_is_new(found: Difference, *, everything: bool) -> Iterator[Section]:
    device_lines = lines.devices if everything else lines.devices_by_role
    place_lines = floor_lines.places if everything else floor_lines.places_by_rack
    rack_lines = floor_lines.racks if everything else floor_lines.racks_by_kind
    address_lines = lines.addresses if everything else lines.addresses_by_kind
    link_lines = lines.links if everything else lines.links_by_kind
    cable_lines = floor_lines.cables if everything else floor_lines.cables_by_part
    module_lines = floor_lines.modules if everything else floor_lines.modules_by_part
    yield "new devices", device_lines(found.devices.added)
    yield "new places", place_lines(found.places.added)
    yield "new reserved places", place_lines(found.places.reserved.added)
    yield "new racks", rack_lines(found.racks.added)
    yield "new reserved racks", rack_lines(found.racks.reserved.added)
    yield "new addresses", address_lines(found.addresses.added)
    yield "new ASNs", lines.entries(found.asns.added)
    yield "new subnets", lines.entries(found.subnets.added)
    yield "new links", link_lines(found.links.added)
    yield "new reserved links", link_lines(found.links.reserved.added)
    yield "cables to pull", cable_lines(found.cables.added)
    yield "new reserved cables", cable_lines(found.cables.reserved.added)
    yield "modules to plug in", module_lines(found.modules.added)
    yield "new reserved modules", module_lines(found.modules.reserved.added)
