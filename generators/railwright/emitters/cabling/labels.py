"""Lists for label printers: the cables of every wave; devices, racks, bundles and trays.

The header row names the fields that a label design has places for; it is the same in all
languages, so that a design is made once. Names are plain ASCII and all fields quoted: no program
takes one for a number or a date, or reads it in another code page. Records stand in the order in
which people work.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat

from railwright.emitters.cabling.job import Job, Pull
from railwright.emitters.cabling.order import in_order
from railwright.emitters.cabling.units import units
from railwright.emitters.cabling.volume import FOLDER
from railwright.files import OutputFile
from railwright.naming import natural_key
from railwright.plan.bom.describe import describe
from railwright.plan.bom.parts import PDU_SUFFIX, Item
from railwright.plan.cables.labels import BETWEEN
from railwright.plan.model import Device, Plan

Record = tuple[str, ...]
_FRONT_AND_REAR = "2"
_BOTH_ENDS = "2"


@dataclass(frozen=True, slots=True)
class Maker:
    """What the software of a maker of label printers can do with a list.

    `copies` says that it prints a record as often as a field says; without that the record is
    repeated. A list has at most `most_records` where the printer's memory holds no more.
    """

    name: str
    copies: bool
    most_records: int | None = None


MAKERS = (
    Maker("brady", copies=True),
    # Source: Brother, P-touch Template Manual, limitations of databases: 65,000 rows.
    Maker("brother", copies=False, most_records=65_000),
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One list: the fields of its header row and the records; the last field is `copies`."""

    name: str
    fields: Record
    records: Sequence[Record]


CABLES = (
    *("cable", "end", "line1", "line2", "network", "rail", "plane", "colour", "length", "part"),
    *("bundle", "wave", "qr", "copies"),
)
DEVICES = ("device", "role", "rack", "units", "model", "address", "bmc", "qr", "copies")
RACKS = ("rack", "row", "room", "kind", "qr", "copies")
BUNDLES = ("bundle", "from", "to", "cables", "network", "colour", "qr", "copies")
TRAYS = ("tray", "kind", "copies")


def emit(job: Job) -> Iterator[OutputFile]:
    """Yield `cabling/labels/<maker>/<list>.csv`: one list per wave, and one each of the rest."""
    for sheet in chain(map(_of_wave, job.waves.items()), _others(job)):
        for maker in MAKERS:
            yield from _files(maker, sheet)


def _of_wave(wave: tuple[str, Sequence[Pull]]) -> Sheet:
    name, pulls = wave
    records = chain.from_iterable(map(_of_cable, in_order(pulls)))
    return Sheet(name, CABLES, tuple(records))


def _of_cable(pull: Pull) -> Iterator[Record]:
    """Yield one record per end: A or A1, A2, ..., then Z."""
    cable = pull.cable
    tails = len(pull.lower)
    names = ["A"] if tails == 1 else [f"A{number}" for number in range(1, tails + 1)]
    for end, plug in zip((*names, "Z"), pull.plugs, strict=True):
        near, _, far = plug.label.partition(BETWEEN)
        yield (
            cable.id,
            end,
            near,
            far,
            cable.network,
            _text(cable.rail),
            _text(cable.plane),
            cable.colour,
            f"{cable.length_m:g} m",
            _text(cable.part),
            cable.bundle,
            cable.wave,
            cable.id,
            "1",
        )


def _others(job: Job) -> Iterator[Sheet]:
    """Yield the lists of what is no cable; those of racks and trays only with a floor."""
    yield Sheet("devices", DEVICES, tuple(_devices(job.plan)))
    bundles = tuple(_bundles(job.pulls))
    if bundles:
        yield Sheet("bundles", BUNDLES, bundles)
    if job.plan.floor:
        yield Sheet("racks", RACKS, tuple(_racks(job.plan)))
    trays = {tray for pull in job.pulls for tray in pull.cable.trays}
    if trays:
        yield Sheet("trays", TRAYS, tuple(_trays(job.plan, trays)))


def _devices(plan: Plan) -> Iterator[Record]:
    """Yield every deployed device, rack by rack from the top unit down."""
    places = plan.floor.places if plan.floor else {}
    racks = {name: place.rack for name, place in places.items()}
    if plan.floor:
        racks.update(plan.floor.rack_of_pdu)

    def order(device: Device) -> tuple[str, int]:
        place = places.get(device.name)
        return natural_key(racks.get(device.name, "")), -place.top_u if place else 0

    for device in sorted(plan.devices, key=order):
        rack, place = racks.get(device.name, ""), places.get(device.name)
        yield (
            device.name,
            device.role,
            rack,
            units(place) if place else "",
            _model(plan, device, rack),
            device.management.address,
            device.bmc.address if device.bmc else "",
            device.name,
            _FRONT_AND_REAR,
        )


def _model(plan: Plan, device: Device, rack: str) -> str:
    if device.is_switch:
        return describe(Item("switch", device.platform)).text
    if device.is_node:
        return describe(Item("node", device.platform)).text
    if plan.floor is None or not rack:
        return ""
    return describe(Item("pdu", f"{plan.floor.rack[rack].profile}{PDU_SUFFIX}")).text


def _racks(plan: Plan) -> Iterator[Record]:
    for rack in plan.floor.racks if plan.floor else ():
        if rack.deployed:
            yield rack.name, rack.row, rack.room, rack.kind, rack.name, _FRONT_AND_REAR


def _bundles(pulls: Iterable[Pull]) -> Iterator[Record]:
    """Yield the bundles of more than one cable, from rack to rack."""
    found: dict[str, list[Pull]] = {}
    for pull in in_order(pulls):
        found.setdefault(pull.cable.bundle, []).append(pull)
    for name, tied in found.items():
        if len(tied) > 1:
            yield (
                name,
                _if_one(pull.home.rack or pull.home.device for pull in tied),
                _if_one(pull.upper.rack or pull.upper.device for pull in tied),
                str(len(tied)),
                tied[0].cable.network,
                _if_one(pull.cable.colour for pull in tied),
                name,
                _BOTH_ENDS,
            )


def _if_one(values: Iterable[str]) -> str:
    """Return the value that all have in common, empty where they differ."""
    first, *others = set(values)
    return "" if others else first


def _trays(plan: Plan, names: Iterable[str]) -> Iterator[Record]:
    rows: Mapping[str, object] = plan.floor.row if plan.floor else {}
    for name in sorted(names, key=natural_key):
        yield name, "row" if name in rows else "cross", _BOTH_ENDS


def _files(maker: Maker, sheet: Sheet) -> Iterator[OutputFile]:
    """Yield the list as its files for a maker; those after the first are numbered from 2."""
    records = sheet.records if maker.copies else tuple(_repeated(sheet.records))
    most = maker.most_records or max(len(records), 1)
    for number, start in enumerate(range(0, max(len(records), 1), most), 1):
        name = sheet.name if number == 1 else f"{sheet.name}-{number}"
        content = _csv(sheet.fields, records[start : start + most])
        yield OutputFile(f"{FOLDER}/labels/{maker.name}/{name}.csv", content)


def _repeated(records: Iterable[Record]) -> Iterator[Record]:
    for record in records:
        yield from repeat((*record[:-1], "1"), int(record[-1]))


def _csv(fields: Record, records: Iterable[Record]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(fields)
    writer.writerows(records)
    return stream.getvalue().encode()


def _text(value: int | str | None) -> str:
    return "" if value is None else str(value)
