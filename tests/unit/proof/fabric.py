"""A small cluster with every network, and what its artefacts say; to be changed by copies."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from railwright.api import load_plan
from railwright.emitters.sonic_config import intended
from railwright.plan.model import Device, Plan
from railwright.proof.agreement import Emitted, agree
from railwright.proof.model import Agreement, End, Finding, FloorLink
from railwright.sonic.configdb import ConfigDb, dumps, loads

ROOT = Path(__file__).parents[3]
SMALL = ROOT / "intent/examples/lab-networks.yml"

Configs = dict[str, ConfigDb]
Files = dict[str, dict[str, bytes]]
Cables = dict[str, FloorLink]


@cache
def plan() -> Plan:
    return load_plan(SMALL).plan


@cache
def _emitted() -> Emitted:
    return Emitted(plan())


@cache
def _texts() -> dict[str, bytes]:
    return {one.name: dumps(_emitted().config(one)) for one in plan().switches}


def configs() -> Configs:
    """Return the configurations as read from a file: no two rows are the same object."""
    return {name: loads(text) for name, text in _texts().items()}


def files() -> Files:
    return {one.name: dict(_emitted().files(one)) for one in plan().nodes}


def cables(of: Plan) -> Cables:
    return {
        link.id: FloorLink(
            End(link.a.device, link.a.port),
            End(link.z.device, link.z.port),
            link.length.length_m,
        )
        for link in of.links
        if link.deployed
    }


def after(
    switches: Callable[[Configs], object] = len,
    nodes: Callable[[Files], object] = len,
    floor: Callable[[Cables], object] = len,
) -> Agreement:
    """Return the agreement after changing some of what is compared."""
    found, trees, lengths = configs(), files(), cables(plan())
    switches(found)
    nodes(trees)
    floor(lengths)
    return agree(plan(), found, trees, lengths, _emitted())


def of(agreement: Agreement, pair: str, subject: str) -> list[Finding]:
    return [one for one in agreement.findings if (one.pair, one.subject) == (pair, subject)]


def replaced(tree: Files, node: str, path: str, old: str, new: str) -> None:
    """Change a text in a node's file; it must be there."""
    text = tree[node][path].decode()
    assert old in text
    tree[node][path] = text.replace(old, new).encode()


def read_back(plan: Plan, device: Device) -> ConfigDb:
    """Return a switch's configuration as it is read from its file."""
    return loads(dumps(intended(plan, device)))
