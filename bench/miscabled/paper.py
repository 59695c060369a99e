"""A cluster on paper: LLDP outputs are written as the cables say, for clusters of any size."""

import json
import time
from pathlib import Path

from bench.miscabled.hearing import Ears
from bench.miscabled.look import Look
from bench.miscabled.model import World, lies, socket

from railwright.api import load_plan
from railwright.device.verify import verify_files


class Paper:
    """A cluster whose every device speaks LLDP; see look.Place."""

    def __init__(self, intent: Path) -> None:
        """Read the intent."""
        self.plan = load_plan(intent).plan
        self.booted = frozenset(one.name for one in (*self.plan.switches, *self.plan.nodes))
        self._ears = Ears(self.plan, self.booted)

    def as_made(self) -> World:
        """Return the world without any fault."""
        cables = [link for link in self.plan.links if link.deployed and lies(link)]
        ends = [(socket(link.a), socket(link.z)) for link in cables]
        return World({one: other for a, z in ends for one, other in ((a, z), (z, a))})

    def make(self, old: World, new: World) -> None:
        """Nothing has to be done on paper."""

    def look(self, world: World) -> Look:
        """Return what verify says of LLDP outputs of the world."""
        texts = {name: json.dumps(said) for name, said in self._ears.lldpctl(world).items()}
        start = time.perf_counter()
        report = json.loads(verify_files(self.plan, texts).json())
        return Look(report, report, time.perf_counter() - start)

    def rest(self) -> str:
        """Return that nothing else can be wrong."""
        return ""
