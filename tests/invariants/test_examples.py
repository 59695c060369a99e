"""The intents that ship: their numbers are what they say, up to the largest."""

from collections import Counter
from pathlib import Path

import orjson
import pytest

from railwright import api
from railwright.cli import main
from railwright.emitters.sonic_config import intended
from tests.invariants import bgp
from tests.invariants.plans import doubles

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "intent/examples"
LARGEST = EXAMPLES / "three-tier-102400.yml"


# GPU nodes, then leaves, spines and super-spines of the compute network, deployed now.
COUNTS = {
    "cluster": (128, 16, 8, 0),
    "classes-256": (32, 8, 2, 0),
    "multi-plane-512": (512, 64, 32, 0),
    "odd-30": (30, 16, 4, 0),
    "oversub-2to1": (128, 16, 4, 0),
    "oversub-7to1": (128, 16, 2, 0),
    "rail-256": (32, 8, 2, 0),
    "rail-512": (64, 8, 4, 0),
    "rail-2048": (256, 32, 16, 0),
    "rail-isolated-512": (512, 64, 32, 0),
    "rail-only-32": (32, 8, 0, 0),
    "rail-only-128": (128, 8, 0, 0),
    "three-tier-102400": (12_800, 1600, 1600, 1024),
    "tor-64": (64, 8, 4, 0),
}


@pytest.mark.parametrize("name", COUNTS)
def test_show_lists_the_devices(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = ROOT / "intent/cluster.yml" if name == "cluster" else EXAMPLES / f"{name}.yml"
    assert main(["show", str(path), "devices", "--format", "json"]) == 0
    rows = orjson.loads(capsys.readouterr().out)
    roles = Counter(row["role"] for row in rows if row["network"] in {"compute", None})
    found = (roles["gpu_node"], roles["leaf"], roles["spine"], roles["superspine"])
    assert found == COUNTS[name]


def test_the_largest_plan_hangs_together() -> None:
    """102,400 GPUs: every count, nothing twice, a configuration for one switch of each tier."""
    plan = api.load_plan(LARGEST).plan
    core = plan.shape.core
    assert core is not None
    assert (plan.shape.pods, plan.shape.sus, plan.shape.nodes_per_su) == (50, 4, 64)
    assert (core.fewest_by_ports, core.effective_oversubscription) == (800, 1.0)
    kinds = Counter((link.kind, link.speed_gbps) for link in plan.links)
    assert kinds == {("host", 400): 102_400, ("fabric", 800): 2 * 51_200}
    assert doubles(end for link in plan.links for end in (link.a, link.z)) == []
    assert doubles(device.loopback for device in plan.switches) == []
    assert doubles(device.management.address for device in plan.devices) == []
    assert len({device.asn for device in plan.switches}) == 1600 + 50 + 1
    routes = bgp.reached(bgp.speakers(plan.sessions), "pod1-su1-rail0-leaf")
    assert {device.name for device in plan.switches if device.role == "leaf"} <= routes.keys()
    for name, sessions in (
        ("pod50-su4-rail7-leaf", 32),
        ("pod50-spine32", 64),
        ("superspine1024", 50),
    ):
        config = intended(plan, plan.device[name])
        assert len(config["BGP_NEIGHBOR"]) == sessions


def test_odd_nodes_use_the_rails_they_have() -> None:
    """Nodes with four NICs stand on rails 0 to 3, on the same leaves as their neighbours."""
    plan = api.load_plan(EXAMPLES / "odd-30.yml").plan
    for node in plan.gpu_nodes:
        ports = [name for name in plan.links_of[node.name] if name.startswith("rail")]
        assert ports == [f"rail{rail}" for rail in range(8 if node.index < 25 else 4)]
    old, new = plan.links_of["gpu0025"]["rail3"], plan.links_of["gpu0024"]["rail3"]
    assert old.z.device == new.z.device == "su2-rail3-leaf"
