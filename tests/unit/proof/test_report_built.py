"""The report of real plans, through the api: what is proven of each platform, by which figure."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from railwright import api
from railwright.proof import parts
from railwright.proof.report import webpage
from railwright.proof.report.blocks import Table
from railwright.proof.report.collect import document
from railwright.proof.report.files import prove
from railwright.proof.report.page import page

LAB = Path("intent/examples/lab-small.yml")
NAMES = [f"report/lossless.{kind}" for kind in ("html", "md", "json")]


def report(root: Path, intent: str) -> dict[str, Any]:
    """Return the JSON report of an intent."""
    plan = api.load_plan(root / intent).plan
    (part,) = parts(plan)
    files = {file.path: file.content for file in part()}
    assert list(files) == NAMES
    value: dict[str, Any] = json.loads(files[NAMES[-1]])
    return value


def claims(found: dict[str, Any], network: str) -> dict[str, tuple[str, str]]:
    return {
        one["anchor"]: (one["verdict"], one["says"])
        for one in found["claims"]
        if one["network"] in (network, None)
    }


@pytest.mark.parametrize(
    ("intent", "verdict", "says"),
    [
        ("intent/cluster.yml", "proven", "compute leaf, fullest su1-rail3-leaf: 25% of its pool"),
        (
            "intent/examples/reference-sn5600.yml",
            "proven",
            "the fullest is compute leaf with 9% of its pool",
        ),
        ("intent/examples/reference-7060x6.yml", "accepted", "60 of 96 ports may pause at once"),
    ],
)
def test_the_reference_on_three_platforms(root: Path, intent: str, verdict: str, says: str) -> None:
    found = report(root, intent)
    assert found["verdict"] == verdict
    made = claims(found, "compute")
    assert made["buffers"][0] == verdict
    assert says in made["buffers"][1]
    assert {made[name][0] for name in made if name != "buffers"} == {"proven"}
    assert made["deadlock"][1] == "any failure: 256 hops, 1,920 dependencies, no cycle"
    assert not any(row["findings"] for row in found["agreement"]["rows"])


def test_the_storage_network_has_the_same_proofs(root: Path) -> None:
    found = report(root, "intent/cluster.yml")
    assert set(claims(found, "storage")) == set(claims(found, "compute"))
    assert {one["kind"] for one in found["watchdogs"]} == {
        "compute leaf",
        "compute spine",
        "storage leaf",
        "storage spine",
    }
    (data,) = [one for one in found["classes"] if one["name"] == "rdma" and one["priority"] == 2]
    assert (data["network"], data["dscps"], data["tos"]) == ("storage", [18], 74)


def test_every_port_of_the_report_is_one_of_the_plan(root: Path) -> None:
    plan = api.load_plan(root / "intent/cluster.yml").plan
    rows = report(root, "intent/cluster.yml")["ports"]
    ends = [
        (end.device, link)
        for link in plan.links
        if link.network in plan.qos and link.kind != "border"
        for end in (link.a, link.z)
    ]
    switches = {one.name: one for one in plan.switches}
    wanted: Counter[tuple[object, ...]] = Counter()
    lengths: dict[tuple[object, ...], set[float]] = {}
    for name, link in ends:
        if name in switches:
            device = switches[name]
            port = next(one for one in plan.ports[name] if one.name == link.end(name).port)
            xoff = plan.port_headroom(device, port).xoff_bytes
            key = link.network, f"{link.network} {device.role}", link.kind, link.speed_gbps, xoff
            wanted[key] += 1
            lengths.setdefault(key, set()).add(link.length.length_m)
    keys = ("network", "kind", "use", "speed_gbps", "xoff_bytes")
    assert {tuple(row[key] for key in keys): row["ports"] for row in rows} == wanted
    for row in rows:
        assert row["lengths_m"] == sorted(lengths[tuple(row[key] for key in keys)])
        assert row["fewest_each"] <= len(row["names"]) <= row["most_each"]
        cabled = plan.links_of[row["example"]]
        own = {cabled[name].length.length_m for name in row["names"]}
        assert max(own) == row["lengths_m"][-1]
        longest = [
            room.bound_bytes
            for key, room in plan.headroom.items()
            if (key.network, key.speed_gbps) == (row["network"], row["speed_gbps"])
            and key.length_m == row["lengths_m"][-1]
        ]
        assert [row["bound_bytes"]] == longest


def test_a_floor_does_not_make_the_report_longer(root: Path) -> None:
    """A person reads it, however many mixes of cable lengths there are."""
    plan = api.load_plan(root / "intent/cluster.yml").plan
    found = document(plan, prove(plan))
    assert len(found.switches) > 4
    seen = page(found)
    for anchor, tables in (("buffers", 4), ("egress", 4), ("watchdog", 4), ("classes", 4)):
        (section,) = [one for one in seen.sections if one.anchor == anchor]
        assert len([one for one in section.blocks if isinstance(one, Table)][-1].rows) == tables
    assert len(found.ports) == 15
    assert webpage.text(seen).count("\n") < 2500


def test_a_build_writes_the_report(tmp_path: Path) -> None:
    folder = api.build(LAB, tmp_path).folder
    page = (folder / NAMES[0]).read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert json.loads((folder / NAMES[2]).read_text())["cluster"] == folder.name
    assert folder.name in page


def test_help_and_plans_load_no_template_library() -> None:
    code = (
        "import sys; from pathlib import Path; from railwright import api, cli\n"
        "cli.parser()\n"
        "assert 'railwright.proof' not in sys.modules\n"
        f"api._parts(api.load_plan(Path({str(LAB)!r})).plan)\n"
        "print('jinja2' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "False\n"
