from collections.abc import Iterator
from dataclasses import replace

import pytest

from railwright import api
from railwright.cells import escaped
from railwright.emitters import interop
from railwright.emitters.interop import left_out, table
from railwright.emitters.interop.reasons import FILES
from railwright.emitters.interop.wires import Wire, Wires, wires_of
from railwright.plan.model import LinkEnd
from tests.conftest import ROOT
from tests.unit.emitters.interop.written import Written, files_of

OF_ALL = {
    *("netbox-sites.csv", "netbox-manufacturers.csv", "netbox-device-types.csv"),
    *("netbox-device-roles.csv", "netbox-devices.csv", "netbox-interfaces.csv"),
    *("netbox-cables.csv", "p2p.xlsx", "topology.dot", "containerlab.clab.yml", "left-out.csv"),
}
OF_A_FLOOR = {"netbox-locations.csv", "netbox-racks.csv"}


def test_every_file_is_there(networks: Written, floor: Written) -> None:
    assert set(networks.files) == OF_ALL
    assert set(floor.files) == OF_ALL | OF_A_FLOOR


def test_every_link_is_held_or_left_out_with_a_reason(case: Written) -> None:
    held = {"netbox-cables.csv": len(case.rows("netbox-cables.csv"))}
    held["topology.dot"] = case.files["topology.dot"].count(b" -- ")
    held["containerlab.clab.yml"] = len(case.lab["topology"]["links"])
    for name in FILES:
        out = case.left_out(name)
        assert len({row["link"] for row in out}) == len(out)
        assert {row["link"] for row in out} <= set(case.links)
        assert all(row["reason"] for row in out)
        if name in held:
            assert held[name] + len(out) == len(case.links)


def test_cables_of_a_link_left_out_are_named(twins: Written) -> None:
    border = [row for row in twins.left_out("netbox-cables.csv") if row["z_device"] == "border"]
    assert [row["link"] for row in border] == [row["cables"] for row in border]
    assert len(border) == 2
    assert {row["z_port"] for row in border} == {""}


def test_same_intent_same_bytes(floor: Written) -> None:
    again = api.load_plan(ROOT / "tests/golden/intents/floor-tiny.yml").plan
    assert files_of(again) == floor.files


def test_very_many_cables_only_when_asked_for(
    floor: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interop, "MOST_CABLES", 57)
    assert files_of(floor.plan) == {}
    assert files_of(floor.plan, frozenset({"sheets"})) == floor.files
    monkeypatch.setattr(interop, "MOST_CABLES", 58)
    assert files_of(floor.plan) == floor.files


def test_no_text_is_a_formula(networks: Written) -> None:
    wires = _with_far_end(wires_of(networks.plan), LinkEnd("=1+1", "", ""))
    (file,) = left_out.emit(wires)
    assert "'=1+1" in file.content.decode().splitlines()[1].split(",")
    (line,) = table.file("x.csv", ("a",), [("@SUM(A1)",)]).content.decode().splitlines()[1:]
    assert line == escaped("@SUM(A1)") == "'@SUM(A1)"


def test_cells_have_one_form_each() -> None:
    cells = ("text", 3, 2.50, True, False, None)
    lines = table.file("x.csv", "abcdef", [cells]).content.decode().splitlines()
    assert lines == ["a,b,c,d,e,f", "text,3,2.5,true,false,"]


def _with_far_end(wires: Wires, end: LinkEnd) -> Wires:
    def changed() -> Iterator[Wire]:
        for wire in wires.all:
            yield replace(wire, link=replace(wire.link, z=end))

    return Wires(wires.plan, tuple(changed()))
