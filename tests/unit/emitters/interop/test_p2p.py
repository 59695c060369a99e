import datetime
import io
from dataclasses import replace

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from railwright.emitters.interop import p2p
from railwright.emitters.interop.wires import Wire, Wires, wires_of
from railwright.plan.model import LinkEnd
from tests.unit.emitters.interop.written import Written

NAME = "p2p.xlsx"
PLAIN = ("A-Node Name", "A-Type", "A-Port", "Z-Node Name", "Z-Type", "Z-Port")
PLACED = (
    *("A-Rack", "A-U", "A-Node Name", "A-Type", "A-Port"),
    *("Z-Rack", "Z-RU", "Z-Node Name", "Z-Type", "Z-Port"),
)
"""As NVIDIA documents them for Ethernet."""


def test_sheets_are_the_networks_with_the_documented_headings(case: Written) -> None:
    book = _book(case)
    used = dict.fromkeys(link.network for link in case.links.values())
    assert book.sheetnames == list(used)
    for sheet in book.worksheets:
        headings = next(sheet.iter_rows(max_row=1, values_only=True))
        assert headings == (PLACED if case.plan.floor else PLAIN)


def test_rows_are_the_links_of_their_network(case: Written) -> None:
    joined = set()
    count = 0
    for sheet in _book(case).worksheets:
        for row in _rows(sheet):
            ends = [(row[f"{side}-Node Name"], row[f"{side}-Port"]) for side in "AZ"]
            joined.add(frozenset(ends))
            count += 1
            for side in "AZ":
                switch = case.plan.device[str(row[f"{side}-Node Name"])].is_switch
                assert row[f"{side}-Type"] == ("Switch" if switch else "Host")
    assert joined == case.ends(NAME)
    assert count == len(joined)


def test_racks_and_units_are_those_of_labels(floor: Written) -> None:
    places = floor.plan.floor.places if floor.plan.floor else {}
    for sheet in _book(floor).worksheets:
        for row in _rows(sheet):
            for side, unit in (("A", "A-U"), ("Z", "Z-RU")):
                place = places[str(row[f"{side}-Node Name"])]
                assert (row[f"{side}-Rack"], row[unit]) == (place.rack, place.top_u)


def test_every_cell_is_typed(case: Written) -> None:
    for sheet in _book(case).worksheets:
        for line in sheet.iter_rows():
            for cell in line:
                if cell.value is not None:
                    wanted = "n" if isinstance(cell.value, int) else "s"
                    assert cell.data_type == wanted, cell.coordinate


def test_no_text_is_a_formula_or_a_link(networks: Written) -> None:
    wires = wires_of(networks.plan)
    first = wires.all[0]
    for text in ("=1+1", "https://example.net"):
        port = LinkEnd(first.link.a.device, text, first.link.a.address)
        odd = Wire(replace(first.link, a=port), first.cables, first.done)
        (file,) = p2p.emit(Wires(wires.plan, (odd,)))
        sheet = openpyxl.load_workbook(io.BytesIO(file.content)).worksheets[0]
        cell = sheet.cell(2, 3)
        assert cell.data_type == "s"
        assert cell.value == ("'=1+1" if text == "=1+1" else text)
        assert cell.hyperlink is None


def test_the_date_is_no_date_of_a_build(networks: Written) -> None:
    assert _book(networks).properties.created == datetime.datetime(2000, 1, 1)


def test_pdus_bmcs_and_the_border_are_left_out(networks: Written) -> None:
    out = {(row["a_device"], row["a_port"]) for row in networks.left_out(NAME)}
    assert out == {
        *(("gpu0001", "bmc"), ("gpu0002", "bmc"), ("mgmt01", "bmc"), ("storage01", "bmc")),
        ("pdu01", "eth0"),
        *(("storage-spine1", "Ethernet64"), ("storage-spine2", "Ethernet64")),
    }


def _book(case: Written) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(case.files[NAME]))


def _rows(sheet: Worksheet) -> list[dict[str, object]]:
    lines = list(sheet.iter_rows(values_only=True))
    headings = [str(cell) for cell in lines[0]]
    return [dict(zip(headings, line, strict=True)) for line in lines[1:]]
