"""The graph for Graphviz: read back by Graphviz itself, nothing missing, tiers above each other."""

import json
import shutil
import subprocess
from collections import Counter
from typing import Any

import pytest

from railwright.emitters.drawing.dot import quoted
from railwright.emitters.drawing.gather import view_of
from tests.unit.emitters.drawing.fabric_pictures import files_of, plan_of

_DOT = "cabling/fabric.dot"
_NAMES = ["two-tier", "every-network", "chinese", "planes", "pods", "pods-many", "sus-many"]
_LETTERS = r'a "b" \c' + "\n<d> {e}; // f"


def laid_out(source: str) -> dict[str, Any]:
    """Return what `dot` makes of a graph. Skips where it is not installed."""
    program = shutil.which("dot")
    if program is None:
        pytest.skip("Graphviz is not installed (apt install graphviz)")
    done = subprocess.run(
        [program, "-Tjson"], input=source.encode(), capture_output=True, check=True, timeout=120
    )
    assert done.stderr == b""
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", _NAMES)
def test_every_switch_and_every_link_is_in_the_graph(name: str) -> None:
    plan = plan_of(name)
    graph = laid_out(files_of(name)[_DOT])
    names = {one["_gvid"]: one["name"] for one in graph["objects"] if "nodes" not in one}
    bundles = [one for one in graph["edges"] if "links" in one]
    counted: Counter[str] = Counter()
    for network in plan.fabrics:
        view = view_of(plan, network)
        for one in view.box.values():
            own = one.name if one.name and one.switches else f"{network}:{one.id}"
            assert own in names.values()
        counted[network] = sum(one.links for one in view.bundles)
    assert sum(int(one["links"]) for one in bundles) == counted.total()
    assert counted == Counter(one.network for one in plan.links if one.deployed)
    assert len({(one["tail"], one["head"]) for one in bundles}) == len(bundles)


@pytest.mark.parametrize("name", ["two-tier", "every-network", "pods", "pods-many"])
def test_tiers_lie_above_each_other_and_switches_in_order(name: str) -> None:
    graph = laid_out(files_of(name)[_DOT])
    where = {
        one["name"]: [float(part) for part in one["pos"].split(",")]
        for one in graph["objects"]
        if "nodes" not in one
    }
    names = {one["_gvid"]: one["name"] for one in graph["objects"]}
    for one in graph["edges"]:
        if "links" in one:
            assert where[names[one["tail"]]][1] > where[names[one["head"]]][1]
    if name == "two-tier":
        leaves = [f"su{su}-rail{rail}-leaf" for su in (1, 2) for rail in range(8)]
        assert sorted(leaves, key=lambda leaf: where[leaf]) == leaves


def test_edges_say_how_many_links_of_which_speed_they_are() -> None:
    source = files_of("two-tier")[_DOT]
    assert '"spine2" -- "su1-rail0-leaf" [links="2", label="2 x 800G"' in source
    assert '"su1-rail7-leaf" -- "compute:pod1-su1-hosts" [links="8", label="8 x 400G"' in source
    crowded = files_of("sus-many")[_DOT]
    assert 'tooltip="48 x 400G"' in crowded
    assert 'label="48 x 400G"' not in crowded


def test_networks_are_clusters() -> None:
    graph = laid_out(files_of("every-network")[_DOT])
    clusters = [one["name"] for one in graph["objects"] if one["name"].startswith("cluster_")]
    assert clusters == [f"cluster_{one}" for one in plan_of("every-network").fabrics]


def test_any_text_is_one_label() -> None:
    graph = laid_out(f"graph g {{ {quoted('n')} [label={quoted(_LETTERS)}]; }}")
    (node,) = graph["objects"]
    assert node["label"].replace("\\n", "\n").replace("\\\\", "\\") == _LETTERS
