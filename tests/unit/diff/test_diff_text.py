"""The text of a difference, line by line, and the shape of its JSON document.

`pytest tests/unit/diff --update-golden` rewrites the expected texts; review the difference.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from railwright.diff import document, text
from railwright.diff.compare import compare
from railwright.diff.model import Difference
from tests.unit.diff.samples import (
    Row,
    address,
    cable,
    device,
    link,
    module,
    order,
    place,
    rack,
    snapshot,
)

GOLDEN = Path(__file__).parent / "golden"
UP, DOWN = {"admin_status": "up", "mtu": "9216"}, {"admin_status": "down", "mtu": "9216"}


def nodes(count: int) -> list[Row]:
    return [device(f"gpu{number:04}", "gpu_node") for number in range(1, count + 1)]


def host_links(deployed: int, total: int = 16, **more: Any) -> list[Row]:
    return [
        link(
            f"gpu{number:04} rail0",
            f"leaf1 Ethernet{4 * number}",
            deployed=number <= deployed,
            **more,
        )
        for number in range(1, total + 1)
    ]


def ports(deployed: int, total: int = 16) -> dict[str, dict[str, dict[str, str | list[str]]]]:
    return {
        "PORT": {
            f"Ethernet{4 * number}": dict(UP if number <= deployed else DOWN)
            for number in range(1, total + 1)
        }
    }


def growth() -> Difference:
    return compare(
        snapshot(
            "old.yml",
            configs={"leaf1": ports(4)},
            devices=[device("leaf1"), *nodes(4)],
            links=host_links(4),
            **floor(4),
        ),
        snapshot(
            "new.yml",
            configs={"leaf1": ports(16), "spine1": {}},
            files={"nodes/gpu0005/etc/a": "1"},
            devices=[device("leaf1"), *nodes(16)],
            links=host_links(16),
            addresses=[address(f"gpu{number:04} rail0", f"10.0.0.{number}") for number in (5, 6)],
            asns=[{"name": "spine1", "asn": 65000}],
            **floor(16),
        ),
    )


def floor(deployed: int, total: int = 16) -> dict[str, Any]:
    """Return 16 nodes, four per rack, each with a cable and a module."""
    numbers = range(total)
    names = [f"gpu{number + 1:04}" for number in numbers]
    here = [number < deployed for number in numbers]
    return {
        "places": [
            place(name, f"A{1 + number // 4:02}", 1 + number % 4 * 8, deployed=here[number])
            for number, name in enumerate(names)
        ],
        "racks": [rack(f"A{1 + number // 4:02}", deployed=here[number]) for number in numbers[::4]],
        "cables": [
            cable(f"{name}:rail0", deployed=here[number]) for number, name in enumerate(names)
        ],
        "modules": [
            module(f"{name}:OSFP4", deployed=here[number]) for number, name in enumerate(names)
        ],
        "bom": [order("A", deployed + 1)],
    }


def moved_floor() -> dict[str, Any]:
    """Return that floor with one node and one pulled cable elsewhere, and what follows."""
    found = floor(4, 5)
    found["places"][1] = place("gpu0002", "B01", 1)
    found["places"][4] = place("gpu0005", "B01", 9, deployed=False)
    found["racks"] = [found["racks"][0], rack("B01")]
    found["cables"][0] |= {"trays": "A X2 B"}
    found["cables"][1] |= {"part": "B", "length_m": 30.0, "trays": "A X2 B"}
    found["cables"][2] |= {"z_label": "A05-38:17/1 / A01-16:OSFP4P1"}
    found["cables"][3] |= {"a_socket": "OSFP4P2"}
    found["modules"][1] |= {"part": "MMS4X00-NM"}
    found["bom"] = [order("A", 4, unit_price="100"), order("B", 2)]
    return found


def migration() -> Difference:
    before, after = ports(16), ports(16)
    before["BGP_NEIGHBOR"] = {"10.0.0.1": {"asn": "1"}, "10.0.0.2": {"asn": "1"}}
    after["BGP_NEIGHBOR"] = {"10.0.0.1": {"asn": "2"}, "10.0.0.3": {"asn": "1"}}
    return compare(
        snapshot(
            "HEAD~1:intent/cluster.yml",
            configs={"leaf1": before, "leaf2": before, "leaf9": {}},
            files={"nodes/gpu0001/etc/a": "1", "nodes/gpu0001/etc/b": "1"},
            devices=[device("leaf1", hwsku=None), device("leaf9"), device("spine1", "spine")],
            links=[
                *host_links(3, 3),
                link("gpu0007 rail0", "leaf2 Ethernet0"),
                link("gpu0008 rail0", "leaf2 Ethernet4", deployed=False),
            ],
            addresses=[address(f"leaf{number} lo", f"10.0.0.{number}") for number in range(12)],
            asns=[{"name": "leaf1", "asn": 65001}, {"name": "leaf9", "asn": 65009}],
            subnets=[{"prefix": "10.1.0.0/16", "kind": "rail", "owner": "rail0", "gateway": ""}],
            **floor(4, 5),
        ),
        snapshot(
            "intent/cluster.yml",
            configs={"leaf1": after, "leaf2": after},
            files={"nodes/gpu0001/etc/a": "2", "nodes/gpu0001/etc/c": "1"},
            devices=[device("leaf1", hwsku="B"), device("spine1", "leaf")],
            links=[
                link("gpu0001 rail0", "leaf1 Ethernet4", length_m=5.0),
                link("gpu0002 rail0", "leaf2 Ethernet8", length_m=5.0),
                link("gpu0003 rail1", "leaf1 Ethernet16", name="gpu0003:rail0"),
                link("gpu0008 rail0", "leaf2 Ethernet64", deployed=False),
            ],
            addresses=[address(f"leaf{number} lo", f"10.9.0.{number}") for number in range(11)],
            asns=[{"name": "leaf1", "asn": 65002}],
            subnets=[{"prefix": "10.2.0.0/16", "kind": "rail", "owner": "rail0", "gateway": ""}],
            **moved_floor(),
        ),
    )


CASES: dict[str, Callable[[], Difference]] = {"growth": growth, "migration": migration}


@pytest.mark.parametrize("everything", [False, True], ids=["short", "all"])
@pytest.mark.parametrize("case", sorted(CASES))
def test_text_is_as_reviewed(case: str, everything: bool, update_golden: bool) -> None:
    shown = text.render(CASES[case](), everything=everything)
    path = GOLDEN / f"{case}-{'all' if everything else 'short'}.txt"
    if update_golden:
        path.write_text(shown)
    assert shown == path.read_text()


def test_identical_sides_are_one_line() -> None:
    sides = [snapshot(name, devices=nodes(3), links=host_links(2)) for name in ("a.yml", "b")]
    found = compare(*sides)
    assert text.render(found) == (
        "a.yml and b are identical: 3 devices, 2 links, 0 configurations\n"
    )


def test_the_json_document_is_as_reviewed(update_golden: bool) -> None:
    shown = document.render(migration())
    path = GOLDEN / "migration.json"
    if update_golden:
        path.write_text(shown)
    assert shown == path.read_text()


@pytest.mark.parametrize("case", sorted(CASES))
def test_the_json_document_fits_its_documented_schema(case: str, root: Path) -> None:
    page = (root / "docs/diff.md").read_text()
    schema = json.loads(page.partition("```json\n")[2].partition("```")[0])
    jsonschema.validate(json.loads(document.render(CASES[case]())), schema)


def test_every_golden_text_belongs_to_a_test() -> None:
    cases = {f"{one}-{how}.txt" for one in CASES for how in ("short", "all")}
    assert {path.name for path in GOLDEN.iterdir()} == cases | {"migration.json"}
