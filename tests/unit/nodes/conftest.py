"""Wanted nodes of a small cluster with a stack, one per release of the catalog."""

from pathlib import Path

import pytest

from railwright import api
from railwright.catalog import loader
from railwright.nodes.model import Wanted
from railwright.nodes.wanted import Site, of_device
from railwright.plan.model import Plan

STACK = """
stack:
  release: "{release}"
  os: debian-12
  users:
  - name: alice
    uid: 2000
    ssh_keys:
    - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB
"""
SHA256 = "ab" * 32


@pytest.fixture(scope="session")
def small(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The intent of a small cluster with every release, by name."""
    folder = tmp_path_factory.mktemp("nodes")
    base = (root / "intent/examples/lab-small.yml").read_text().partition("\nstack:")[0]
    found = {}
    for name in loader.stack_names():
        found[name] = folder / f"{name}.yml"
        found[name].write_text(base + STACK.format(release=name))
    return found


@pytest.fixture(scope="session")
def plans(small: dict[str, Path]) -> dict[str, Plan]:
    return {name: api.load_plan(path).plan for name, path in small.items()}


@pytest.fixture(scope="session")
def releases(plans: dict[str, Plan]) -> list[Wanted]:
    """What gpu0001 is to be in the oldest and in the newest release."""
    found = []
    for name in (min(plans), max(plans)):
        device = plans[name].device["gpu0001"]
        state = of_device(plans[name], device, Site())
        archives = [one.name for role in state.roles.values() for one in role.archives]
        site = Site(key="KEY\n", checksums=dict.fromkeys(archives, SHA256))
        found.append(of_device(plans[name], device, site))
    return found


@pytest.fixture
def wanted(releases: list[Wanted]) -> Wanted:
    return releases[-1]
