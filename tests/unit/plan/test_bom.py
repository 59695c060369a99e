"""The bill of materials: every part counted, spares by policy, prices from the book or none."""

from decimal import Decimal
from typing import Any

import pytest

from railwright.intent.prices import Price, Prices
from railwright.plan.bom.model import Bom, BomLine
from railwright.plan.bom.of_plan import bom, deployed, spare
from railwright.plan.build import build
from tests.unit.plan.made import ALL_NETWORKS, made, planned

FLOOR: dict[str, Any] = {"floor": {"rows": 2}}


def of_kind(found: Bom, kind: str) -> dict[str, BomLine]:
    return {line.part: line for line in found.lines if line.kind == kind}


def reference(**cabling: Any) -> Bom:
    return bom(planned({"nodes": {"gpu": {"count": 128}}, "cabling": cabling}))


def test_the_reference_has_the_published_counts() -> None:
    """24 switches, 1536 + 512 twin-port modules, 2048 jumpers: 1024 to nodes, two per trunk."""
    found = reference()
    switches, modules = of_kind(found, "switch"), of_kind(found, "module")
    assert switches["cx864e-n"].quantity == 24
    assert {part: line.quantity for part, line in modules.items()} == {
        "MMA4Z00-NS": 1536,
        "MMA4Z00-NS-FLT": 512,
    }
    assert sum(line.quantity for line in of_kind(found, "cable").values()) == 2048
    assert of_kind(found, "node")["dgx-h100"].quantity == 128


@pytest.mark.parametrize(
    ("quantity", "percent", "expected"),
    [(0, 2.0, 0), (1, 2.0, 1), (50, 2.0, 1), (51, 2.0, 2), (100, 7.0, 7), (100, 0.0, 0)],
)
def test_spares_are_rounded_up(quantity: int, percent: float, expected: int) -> None:
    assert spare(quantity, percent) == expected


def test_spares_follow_the_policy_of_each_kind() -> None:
    spares = {"modules_percent": 10.0, "cables_percent": 0.0, "switches_percent": 5.0}
    found = reference(spares=spares)
    assert of_kind(found, "module")["MMA4Z00-NS-FLT"].spares == 52
    assert of_kind(found, "switch")["cx864e-n"].spares == 2
    assert {line.spares for line in of_kind(found, "cable").values()} == {0}
    assert {line.spares for line in of_kind(found, "node").values()} == {0}
    assert of_kind(found, "switch")["cx864e-n"].order == 26


def test_what_comes_inside_a_server_is_not_ordered() -> None:
    """Eight rail cards and two front-end cards with a port used of each."""
    line = of_kind(reference(), "nic")["ConnectX-7"]
    assert (line.quantity, line.order, line.included, line.is_missing) == (1280, 0, True, False)


def test_racks_and_pdus_come_with_a_floor() -> None:
    without, plan = bom(planned(ALL_NETWORKS)), planned(ALL_NETWORKS, FLOOR)
    assert of_kind(without, "rack") == {}
    assert of_kind(without, "pdu")["unknown"].quantity == 10
    assert of_kind(without, "pdu")["unknown"].assumed
    assert plan.floor is not None
    used = [one for one in plan.floor.racks if one.deployed]
    found = bom(plan)
    assert of_kind(found, "rack")["rack-48u-3x32a"].quantity == len(used)
    assert of_kind(found, "pdu")["rack-48u-3x32a-pdu"].quantity == 3 * len(used)


@pytest.mark.parametrize("floor", [{}, FLOOR])
def test_reserved_is_what_the_capacity_adds(floor: dict[str, Any]) -> None:
    """As planned with all of it deployed, also for what no link of the plan tells of."""
    nodes = {
        name: {"count": one["capacity"], "capacity": one["capacity"]}
        for name, one in ALL_NETWORKS["nodes"].items()
    }
    now, full = (planned(ALL_NETWORKS, floor), planned(ALL_NETWORKS, {"nodes": nodes}, floor))
    assert now.shape.sus_deployed < now.shape.total_sus
    found = {(line.kind, line.part): line for line in bom(now).lines}
    later = {(line.kind, line.part): line for line in bom(full).lines}
    assert {
        key: line.quantity + (line.reserved or 0) for key, line in found.items() if line.quantity
    }.items() <= {key: line.quantity for key, line in later.items()}.items()
    assert {line.reserved for line in later.values()} == {0}
    assert {key for key, line in later.items() if line.quantity} <= found.keys()
    assert sum(line.reserved or 0 for line in found.values()) > 0


def test_a_capacity_without_new_switches_is_counted_from_the_plan_itself() -> None:
    nodes = {"nodes": {"gpu": {"count": 3, "capacity": 8}}}
    found = bom(planned(nodes))
    assert of_kind(found, "node")["dgx-h100"].reserved == 5
    assert of_kind(found, "module")["MMA4Z00-NS-FLT"].reserved == 20
    assert of_kind(found, "switch")["cx864e-n"].reserved == 0
    assert {line.reserved for line in deployed(planned(nodes)).lines} == {None}


def priced(*rows: tuple[str, str]) -> Bom:
    prices = Prices(
        "p.csv",
        "EUR",
        tuple(Price(part, Decimal(price), "quote", 2) for part, price in rows),
    )
    return bom(build(made().model_copy(update={"prices": prices})))


def test_a_price_is_the_books_or_none() -> None:
    found = priced(("MMA4Z00-NS", "0.10"), ("no such part", "5"), ("ConnectX-7", "900"))
    line = of_kind(found, "module")["MMA4Z00-NS"]
    assert line.order == 1536 + 31
    assert line.cost == Decimal("156.70")
    assert (found.total, found.currency) == (Decimal("156.70"), "EUR")
    assert "MMA4Z00-NS" not in {one.part for one in found.missing}
    assert {one.part for one in found.missing} >= {"cx864e-n", "dgx-h100", "MMA4Z00-NS-FLT"}
    assert of_kind(found, "nic")["ConnectX-7"].price is None


def test_without_a_book_everything_is_missing_and_costs_nothing() -> None:
    found = reference()
    assert (found.total, found.currency) == (Decimal(0), "")
    assert {one.part for one in found.missing} == {
        one.part for one in found.lines if not one.included
    }


def test_a_price_of_nothing_is_a_price() -> None:
    found = priced(("dgx-h100", "0"))
    assert "dgx-h100" not in {one.part for one in found.missing}
    assert found.total == 0


def test_cables_that_nothing_fits_are_one_line_of_unknown_parts() -> None:
    found = bom(planned({"cabling": {"prefer": ["DAC"]}, "nodes": {"gpu": {"count": 4}}}))
    line = of_kind(found, "cable")["unknown"]
    assert line.assumed
    assert "no part of the catalog fits" in line.description


def test_every_line_has_a_description_and_one_part_number() -> None:
    found = bom(planned(ALL_NETWORKS, FLOOR))
    assert all(line.description for line in found.lines)
    keys = [(line.kind, line.part) for line in found.lines]
    assert len(set(keys)) == len(keys)
