"""The interop files of one plan, and how tests read them."""

import csv
import io
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import yaml

from railwright import api
from railwright.emitters import interop
from railwright.files import Extra
from railwright.plan.model import Link, Plan
from tests.conftest import ROOT

FOLDER = "cabling/interop"
CASES = (
    "tests/golden/intents/networks-tiny.yml",
    "tests/golden/intents/floor-tiny.yml",
    "tests/golden/intents/rail-only-tiny.yml",
    "intent/examples/lab-networks.yml",
    "intent/examples/tor-64.yml",
    "intent/cluster.yml",
)


@dataclass(frozen=True)
class Written:
    """A plan and its files by name."""

    plan: Plan
    files: dict[str, bytes]

    @cached_property
    def links(self) -> dict[str, Link]:
        return {link.id: link for link in self.plan.links if link.deployed}

    def rows(self, name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.files[name].decode())))

    def left_out(self, name: str) -> list[dict[str, str]]:
        return [row for row in self.rows("left-out.csv") if row["file"] == name]

    @cached_property
    def lab(self) -> dict[str, Any]:
        loaded: dict[str, Any] = yaml.safe_load(self.files["containerlab.clab.yml"])
        return loaded

    def ends(self, name: str) -> set[frozenset[tuple[str, str]]]:
        """Return both ends of every link that a file should hold."""
        out = {row["link"] for row in self.left_out(name)}
        return {both(link) for link in self.links.values() if link.id not in out}


def both(link: Link) -> frozenset[tuple[str, str]]:
    return frozenset({(link.a.device, link.a.port), (link.z.device, link.z.port)})


def files_of(plan: Plan, extras: frozenset[Extra] = frozenset()) -> dict[str, bytes]:
    files = [file for part in interop.parts(plan, extras) for file in part()]
    assert all(file.path.startswith(f"{FOLDER}/") for file in files)
    return {file.path.removeprefix(f"{FOLDER}/"): file.content for file in files}


@cache
def written(intent: str) -> Written:
    plan = api.load_plan(ROOT / intent).plan
    return Written(plan, files_of(plan))
