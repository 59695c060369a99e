"""Tables of the floor, of cables and of what is ordered: they say what the plan says."""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from railwright.intent.prices import Price, Prices
from railwright.plan import summary
from railwright.plan.build import build
from railwright.plan.model import Plan
from railwright.plan.tables import TABLES, Cell, Row
from tests.unit.plan.made import ALL_NETWORKS, made, planned

FLOOR: dict[str, Any] = {"floor": {"rows": 2}}
NAMES = ("racks", "places", "power", "trays", "cables", "modules", "bom")


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(ALL_NETWORKS, FLOOR)


def rows(plan: Plan, table: str) -> list[Row]:
    return list(TABLES[table](plan))


@pytest.mark.parametrize("table", NAMES)
def test_every_row_has_the_same_columns(plan: Plan, table: str) -> None:
    found = rows(plan, table)
    assert found
    assert {tuple(row) for row in found} == {tuple(found[0])}


@pytest.mark.parametrize("table", ["racks", "places", "power", "trays"])
def test_without_a_floor_nothing_stands_anywhere(table: str) -> None:
    assert rows(planned(), table) == []


def test_the_bill_counts_what_the_other_tables_list(plan: Plan) -> None:
    bill = {(row["kind"], row["part"]): row["quantity"] for row in rows(plan, "bom")}
    listed: Counter[tuple[Cell, Cell]] = Counter()
    listed.update(("cable", row["part"]) for row in rows(plan, "cables") if row["deployed"])
    listed.update((row["kind"], row["part"]) for row in rows(plan, "modules") if row["deployed"])
    listed.update(("rack", row["profile"]) for row in rows(plan, "racks") if row["deployed"])
    devices = rows(plan, "devices")
    listed.update(
        ("switch" if row["hwsku"] else "node", row["platform"])
        for row in devices
        if row["role"] != "pdu"
    )
    kinds = {"cable", "module", "adapter", "rack", "switch", "node"}
    assert {key: many for key, many in bill.items() if key[0] in kinds and many} == dict(listed)


def test_a_cable_row_names_both_ends(plan: Plan) -> None:
    row = next(one for one in rows(plan, "cables") if one["id"] == "gpu0001:rail0")
    assert (row["a_device"], row["a_ports"], row["a_socket"]) == ("gpu0001", "rail0", "OSFP4P2")
    assert (row["z_device"], row["z_ports"], row["z_socket"]) == (
        "su1-rail0-leaf",
        "Ethernet0",
        "1/1",
    )
    assert (
        row["a_label"]
        == f"{row['a_rack']}-{row['a_top_u']:02d}:OSFP4P2 / "
        + str(row["z_label"]).partition(" / ")[0]
    )


def test_the_lower_ends_of_a_splitter_share_a_row() -> None:
    changes: dict[str, Any] = {
        "nodes": {"gpu": {"model": "hgx-h100-2x200g", "count": 8}},
        "networks": {"compute": {"nodes_per_su": 8}},
    }
    found = {row["id"]: row for row in rows(planned(changes, FLOOR), "cables")}
    row = found["su1-rail0-plane0-leaf:Ethernet0.1"]
    assert row["links"] == "gpu0001:rail0p0 gpu0002:rail0p0"
    assert (row["a_device"], row["a_ports"]) == ("gpu0001 + gpu0002", "rail0p0 + rail0p0")
    assert (row["z_ports"], row["z_socket"]) == ("Ethernet0 Ethernet2", "1/1")
    assert str(row["a_rack"]).count(" + ") == str(row["a_top_u"]).count(" + ") == 1


def test_places_are_those_of_the_floor_with_every_power_cord(plan: Plan) -> None:
    assert plan.floor is not None
    found = {row["device"]: row for row in rows(plan, "places")}
    assert found.keys() == plan.floor.places.keys()
    for name, place in plan.floor.places.items():
        row = found[name]
        assert (row["rack"], row["bottom_u"], row["top_u"]) == (
            place.rack,
            place.bottom_u,
            place.top_u,
        )
        assert len(str(row["cords"]).split()) == place.supplies


def test_power_of_racks_adds_up_to_rows_and_rooms(plan: Plan) -> None:
    totals: Counter[str] = Counter()
    for row in rows(plan, "power"):
        watts = row["it_w"]
        assert isinstance(watts, int)
        totals[str(row["scope"])] += watts
    assert totals["rack"] == totals["row"] == totals["room"] == totals["hot aisle"] > 0


def test_a_missing_price_is_null_and_said() -> None:
    prices = Prices("p.csv", "USD", (Price("cx864e-n", Decimal("36000.50"), "quote 17", 2),))
    plan = build(made().model_copy(update={"prices": prices}))
    found = {row["part"]: row for row in rows(plan, "bom")}
    switch = found["cx864e-n"]
    assert (switch["unit_price"], switch["price"], switch["currency"], switch["source"]) == (
        "36000.50",
        "864012.00",
        "USD",
        "quote 17",
    )
    node = found["dgx-h100"]
    assert (node["unit_price"], node["price"], node["currency"], node["source"]) == (
        None,
        None,
        None,
        "missing",
    )
    assert found["ConnectX-7"]["source"] == "included"
    text = "\n".join(summary.lines(plan))
    assert "bom          864012.00 USD for 1 of 6 part numbers, 5 without a price" in text


def test_a_price_book_without_rows_is_said_to_have_none() -> None:
    plan = build(made().model_copy(update={"prices": Prices("p.csv")}))
    assert "bom          6 part numbers; the price book has no row" in summary.lines(plan)
    assert {row["source"] for row in rows(plan, "bom")} == {"missing", "included"}


def test_the_summary_counts_racks_power_cables_and_modules(plan: Plan) -> None:
    assert plan.floor is not None
    text = {line.split(maxsplit=1)[0]: line for line in summary.lines(plan)}
    racks = len(plan.floor.racks)
    used = sum(one.deployed for one in plan.floor.racks)
    assert text["racks"].startswith(f"racks        {used} of {racks} in rows A, B: ")
    watts = sum(one.power_w for one in plan.floor.places.values() if one.deployed)
    assert text["power"].startswith(f"power        {watts / 1000:.1f} kW, ")
    cables = sum(one.deployed for one in plan.cabled.cables)
    media = [line for line in summary.lines(plan) if line.startswith("cables ")]
    assert sum(int(line.split()[1]) for line in media) == cables
    assert text["bom"].endswith("part numbers; the intent names no price book")
    bare = {line.split(maxsplit=1)[0] for line in summary.lines(planned())}
    assert not bare & {"racks", "power"}
    assert bare >= {"cables", "modules", "bom"}
