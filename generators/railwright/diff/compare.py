"""Two snapshots compared: tables by identity, things by what a person does, configurations last."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace
from functools import partial

from railwright.diff import configurations, lengths, recorded, tables
from railwright.diff.configurations import Folders
from railwright.diff.model import (
    RECORDED,
    Configurations,
    Difference,
    Edit,
    Installed,
    Key,
    Snapshot,
    Table,
)
from railwright.diff.shapes import ENDS, SHAPES


def compare(old: Snapshot, new: Snapshot) -> Difference:
    """Return everything that separates two snapshots.

    Of a table's columns, and of the tables, only those are compared that both sides have, so that
    a folder built before one existed still compares.
    """
    unknown = old.missing | new.missing
    pair = partial(_pair, old=old, new=new)
    links, devices, bom = pair("links"), pair("devices"), pair("bom")
    cables, modules = pair("cables"), pair("modules")
    built = recorded.settle(new.built, links, cables, modules, bom)
    folders = Folders.of(old, new)
    found = list(configurations.touched(old, new, folders, _growing(*links)))
    return Difference(
        old=old.name,
        new=new.name,
        devices=tables.table(*devices),
        places=_installed("places", pair("places")),
        racks=_installed("racks", pair("racks")),
        addresses=tables.table(*pair("addresses")),
        asns=tables.table(*pair("asns")),
        subnets=tables.subnets(*pair("subnets")),
        links=_links(*links, measured="cables" not in unknown),
        cables=_with(built.recorded, _installed("cables", (built.cables, cables[1]))),
        modules=_with(built.plugged, _installed("modules", (built.modules, modules[1]))),
        lengths=lengths.compare(
            (old, new),
            links,
            devices,
            pair("headroom"),
            {one.device: harm for one, harm in found},
        ),
        configurations=Configurations(
            folders.added, folders.removed, tuple(one for one, _ in found)
        ),
        bom=tables.table(built.bom, bom[1], told=("order",)),
        sizes={
            "devices": len(devices[1].rows),
            "links": len(tables.deployed(links[1])),
            "configurations": len(folders.new),
        },
        unknown=tuple(name for name in SHAPES if name in unknown),
    )


def _pair(name: str, old: Snapshot, new: Snapshot) -> tuple[Table, Table]:
    """Return a table of both sides with the columns of both; no rows if one side lacks it."""
    if name in old.missing | new.missing:
        nothing = Table(SHAPES[name].key, (), {})
        return nothing, nothing
    return tables.aligned(old.table(name), new.table(name))


def _installed(name: str, pair: tuple[Table, Table]) -> Installed:
    return tables.installed(*pair, SHAPES[name].verbs)


def _with(done: tuple[Edit, ...], things: Installed) -> Installed:
    return replace(things, changed={**things.changed, RECORDED: done})


def _links(old: Table, new: Table, *, measured: bool) -> Installed:
    """Return what happens to links; lengths are told with the cables where those are known."""
    if measured:
        old, new = (tables.without(one, "length_m") for one in (old, new))
    return _installed("links", (old, new))


def _growing(old: Table, new: Table) -> Mapping[str, Set[str]]:
    """Return by device the ports that get a cable or a reservation and had no cable before."""
    was, will = tables.deployed(old), tables.deployed(new)
    in_service = set(_ends(old, was))
    ports: dict[str, set[str]] = defaultdict(set)
    for device, port in _ends(new, (will - was) | (new.rows.keys() - old.rows.keys())):
        if (device, port) not in in_service:
            ports[device].add(port)
    return ports


def _ends(links: Table, keys: Iterable[Key]) -> Iterator[tuple[str, str]]:
    if not links.rows:
        return
    a_device, a_port, z_device, z_port = map(links.column, ENDS)
    for key in keys:
        cells = links.rows[key]
        yield cells[a_device], cells[a_port]
        yield cells[z_device], cells[z_port]
