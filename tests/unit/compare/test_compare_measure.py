"""Every part counted where it is deployed, and what is not known said so."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from railwright import api
from railwright.catalog import loader as catalog
from railwright.compare.measure import measure
from railwright.compare.model import Measures
from railwright.plan.model import Plan
from tests.unit.plan.made import ALL_NETWORKS, compute_plan, planned

OPTICAL: dict[str, Any] = {
    "lengths": {"host_m": 30, "fabric_m": 40},
    "cabling": {"prefer": ["MMF", "SMF"]},
}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(ALL_NETWORKS)


@pytest.fixture(scope="module")
def found(plan: Plan) -> Measures:
    return measure("all", plan)


def test_reference_counts_are_those_of_the_published_arithmetic() -> None:
    """1024 GPUs on 64 x 800G at 1:1: 24 switches, 512 uplinks, 1536 modules, 2048 jumpers."""
    one = measure("x", planned(OPTICAL)).compute
    assert one.switches == {"leaf": 16, "spine": 8}
    assert one.links == {("host", 400): 1024, ("fabric", 800): 512}
    assert one.modules_at("switch") == 1536
    assert sum(one.cables.values()) == 2048
    assert one.port_ends_400g == 4 * 1024


def test_only_what_is_deployed_counts(plan: Plan, found: Measures) -> None:
    """Sixteen of forty nodes: two of five SUs."""
    assert (found.nodes, found.nodes_reserved, found.gpus) == (16, 40, 128)
    assert found.compute.switches["leaf"] == 2 * 8
    assert found.compute.links["host", 400] == 16 * 8
    for network, parts in found.parts.items():
        devices = [one for one in plan.switches if one.network == network]
        assert parts.all_switches == len(devices)
        links = Counter(
            (one.kind, one.speed_gbps)
            for one in plan.links
            if one.network == network and one.deployed
        )
        assert parts.links == links


def test_every_deployed_cable_and_module_counts_once(plan: Plan, found: Measures) -> None:
    cables = sum(sum(one.cables.values()) for one in found.parts.values())
    assert cables == sum(one.deployed for one in plan.cabled.cables)
    plugged = sum(sum(one.modules.values()) + one.adapters for one in found.parts.values())
    assert plugged == sum(one.deployed for one in plan.cabled.modules)
    assert plugged < len(plan.cabled.modules)


def test_power_is_the_most_that_the_catalog_knows(plan: Plan, found: Measures) -> None:
    def chassis_w(platforms: list[str], of: Any) -> int:
        return sum(of(name).chassis.max_power_w for name in platforms)

    switches = [one.platform for one in plan.switches]
    assert found.power.switches_w == chassis_w(switches, catalog.switch)
    assert found.power.gpu_nodes_w == 16 * 10_200
    servers = [one.platform for one in plan.nodes if one.role != "gpu_node"]
    assert found.power.servers_w == chassis_w(servers, catalog.node)
    parts = (found.power.gpu_nodes_w, found.power.servers_w, found.power.switches_w)
    assert found.power.total_w == sum(one for one in parts if one)


def test_a_floor_says_what_nodes_draw_and_how_many_racks_there_are() -> None:
    floor = {"rows": 2, "node_power_w": 8000, "nodes_per_rack": 2}
    plan = planned({"nodes": {"gpu": {"count": 16}}, "floor": floor})
    assert plan.floor is not None
    found = measure("x", plan)
    assert found.power.gpu_nodes_w == 16 * 8000
    assert found.racks == sum(one.deployed for one in plan.floor.racks)
    assert found.racks is not None
    assert found.racks >= 8
    assert not found.gaps


def test_without_a_floor_lengths_are_assumed_and_racks_unknown(found: Measures) -> None:
    assert found.racks is None
    assert "no floor: cable lengths are assumed, and racks are not known" in found.gaps


def test_a_box_of_unknown_size_has_no_power() -> None:
    plan = compute_plan(4)
    platforms = {
        name: one.model_copy(update={"chassis": None}) for name, one in plan.platforms.items()
    }
    found = measure("x", replace(plan, platforms=platforms))
    assert found.power.switches_w is None
    assert found.compute.switches_w is None
    assert found.power.total_w is None
    assert found.power.gpu_nodes_w == 4 * 10_200
    assert "power: the catalog does not know that of cx864e-n" in found.gaps


def test_cost_is_what_is_ordered_at_the_prices_there_are(root: Path, tmp_path: Path) -> None:
    text = (root / "intent/examples/rail-256.yml").read_text()
    (tmp_path / "prices.csv").write_text(
        "part,price,currency,source\ncx864e-n,1000.50,EUR,offer\ndgx-h100,2,EUR,offer\n"
    )
    intent = tmp_path / "priced.yml"
    intent.write_text(f"{text}\nprices: prices.csv\n")
    plan = api.load_plan(intent).plan
    found = measure("x", plan)
    assert found.cost is not None
    assert found.cost.currency == "EUR"
    switches = len(plan.switches)
    assert found.cost.network == Decimal("1000.50") * switches
    assert found.cost.total == found.cost.network + 2 * 32
    assert found.cost.network_missing
    assert set(found.cost.network_missing) <= set(found.cost.missing)
    assert "cx864e-n" not in found.cost.missing
    said = [gap for gap in found.gaps if gap.startswith("cost: no price of ")]
    assert len(said) == 1
    assert found.cost.missing[0] in said[0]


def test_without_a_price_book_there_is_no_cost(found: Measures) -> None:
    assert found.cost is None
