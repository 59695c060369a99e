"""Intents and plans for tests, from the few keys that differ from one small cluster."""

from typing import Any

import pytest

from railwright.catalog import loader as catalog
from railwright.errors import IntentError
from railwright.intent.model import Intent
from railwright.plan import topology
from railwright.plan.build import build
from railwright.plan.model import Plan
from railwright.plan.networks import compute
from railwright.plan.shape import FabricShape
from railwright.plan.topology import Demand

BASE: dict[str, Any] = {
    "cluster": "made",
    "nodes": {"gpu": {"model": "dgx-h100", "count": 128}},
    "networks": {"compute": {"leaf": "cx864e-n"}},
    "pools": {
        "compute_hosts": "10.16.0.0/12",
        "compute_links": "10.240.0.0/12",
        "loopbacks": "10.224.0.0/16",
        "inband": "10.48.0.0/13",
        "oob": "10.64.0.0/13",
        "storage_hosts": "10.32.0.0/15",
        "storage_links": "10.226.0.0/16",
        "management_links": "10.227.0.0/16",
    },
}
INBAND = {"leaf": "sn3420", "spine": "sn3700c"}
OOB = {"leaf": "as4630-54pe", "spine": "sn3700c"}
ALL_NETWORKS: dict[str, Any] = {
    "nodes": {
        "gpu": {"count": 16, "capacity": 40},
        "storage": {"count": 3, "capacity": 5},
        "management": {"count": 2, "capacity": 3},
        "pdus": {"count": 10, "capacity": 40},
    },
    "networks": {
        "compute": {"nodes_per_su": 8},
        "storage": {
            "leaf": "sn4600",
            "hosts_per_pair": 16,
            "border": {"router": "edge", "peer_asn": 64512, "uplinks_per_spine": 2},
        },
        "inband": INBAND,
        "oob": OOB,
    },
}
"""Changes that give a small cluster every network, with room to grow in each."""


def merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return `base` with `changes`, mapping by mapping; a None takes a key away."""
    both = {
        key: merged(base.get(key) or {}, value) if isinstance(value, dict) else value
        for key, value in changes.items()
    }
    return {key: value for key, value in (base | both).items() if value is not None}


def made(*changes: dict[str, Any]) -> Intent:
    """Return the small cluster's intent with changes on top, later ones over earlier ones."""
    text = BASE
    for one in changes:
        text = merged(text, one)
    return Intent.model_validate(text)


def planned(*changes: dict[str, Any]) -> Plan:
    """Return the plan of `made`."""
    return build(made(*changes))


def refusal(*changes: dict[str, Any]) -> dict[str, str]:
    """Return what is wrong with `made`, by the key it is said of."""
    with pytest.raises(IntentError) as caught:
        planned(*changes)
    return {problem.path: problem.what for problem in caught.value.problems}


def compute_plan(count: int, capacity: int | None = None, **compute: Any) -> Plan:
    """Return the plan of a cluster with a compute network only."""
    gpu = {"count": count, "capacity": capacity}
    return planned({"nodes": {"gpu": gpu}, "networks": {"compute": compute}})


def demanded(hosts: int, **changes: Any) -> Demand:
    """Return a demand on a fabric of 64 x 800G switches for hosts of eight 400G rails."""
    given: dict[str, Any] = {
        "network": "compute",
        "design": "rail-optimized",
        "at": compute.AT,
        "hosts_at": "nodes.gpu.capacity",
        "per_su_key": "nodes_per_su",
        "hosts": hosts,
        "deployed": hosts,
        "rails": 8,
        "planes": 1,
        "nic_gbps": 400,
        "leaf": catalog.switch("cx864e-n"),
        "spine": catalog.switch("cx864e-n"),
    }
    return Demand(**(given | changes))


def shaped(hosts: int, **changes: Any) -> FabricShape:
    """Return the shape of `demanded`."""
    return topology.shape_of(demanded(hosts, **changes))
