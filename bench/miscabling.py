"""What `verify cabling` finds in a lab whose cables are really exchanged, and whether it mends it.

    sudo .venv/bin/python -m bench.miscabling [--seed N ...] [--count K] [--keep] [INTENT]

A lab comes up with every GPU node booted. By a seed, K faults are planted in it, several at a time
in places that do not touch: plugs exchanged, pulled, pushed one further or into spare ports, fibres
dark in one direction, crossed twin jumpers, devices of no plan, devices that announce another one's
name. In each batch are also things that are no fault: parallel cables in another order, a visitor
in a port that is switched off, a server that announces its ports by hardware address. Once LLDP
shows the cables, `railwright verify INTENT cabling --format json` runs inside the lab, and again on
LLDP outputs saved to files, which must give the same; with --paper there is no lab, and LLDP
outputs are written as the cables say. What was planted is known to this program alone. The printed
moves are made one by one, where a plug or a far end that is not where the move says counts as
wrong; afterwards the cables must be as planned, and verify must find nothing. At the end of each
seed BGP is verified as well: what the moves made anew must work again.

Per seed and kind a line says how many were planted and found, how many moves were printed, and the
fewest there are. Exit code 1 on a miss, a false alarm, a wrong name or a move too many.
"""

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.miscabled.faults import FAULTS, HARMLESS, Ground, Maker
from bench.miscabled.look import Place, Report
from bench.miscabled.model import (
    ImpossibleMoveError,
    Planted,
    SiteError,
    World,
    is_mended,
    moved,
    socket,
)
from bench.miscabled.paper import Paper
from bench.miscabled.site import raised

from railwright.api import load_plan
from railwright.errors import RailwrightError
from railwright.lab import lifecycle, requirements, state
from railwright.lab.recable import joined
from railwright.lab.state import LabFolder
from railwright.plan.model import Plan

INTENT = Path("bench/miscabled/lab.yml")
SEEDS = (1, 2, 3)
COUNT = 30
PER_BATCH = 6
MOST_DRAWS = 60
"""Draws of a kind before it waits for the next batch, or is left out: not every plan has all."""

Found = Mapping[str, Any]
"""A finding, a move or a note as verify prints it."""


@dataclass
class Tally:
    """What became of the faults of one seed."""

    planted: list[Planted] = field(default_factory=list)
    found: list[Planted] = field(default_factory=list)
    moves: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    looks_s: list[float] = field(default_factory=list)


def batches(ground: Ground, world: World, seed: int, count: int) -> Iterator["Batch"]:
    """Yield batches of faults that do not touch, one of each kind first, then by chance."""
    rng = chance(seed)
    kinds = placeable(ground, world)
    waiting = rng.sample(kinds, len(kinds))
    while len(waiting) < count:
        waiting.append(rng.choice(kinds))
    waiting = waiting[:count]
    while waiting:
        batch = Batch(world)
        left = []
        for make in waiting:
            full = len(batch.faults) == PER_BATCH
            if full or not batch.plant(ground, make, rng):
                left.append(make)
        waiting = left
        if batch.faults:
            for make in HARMLESS:
                batch.plant(ground, make, rng)
            yield batch


def placeable(ground: Ground, world: World) -> tuple[Maker, ...]:
    """Return the kinds of faults that a plan has a place for. Raises: SiteError without any."""
    kinds = tuple(make for make in FAULTS if Batch(world).plant(ground, make, chance(0)))
    if not kinds:
        raise SiteError("no cable of this plan joins two devices that run, so none can be moved")
    return kinds


def chance(seed: int) -> random.Random:
    """Return chance that can be repeated."""
    return random.Random(seed)  # noqa: S311 (no secret depends on it)


@dataclass
class Batch:
    """Faults of one world that do not touch each other."""

    world: World
    planted: list[Planted] = field(default_factory=list)

    @property
    def faults(self) -> list[Planted]:
        """Return what must be found."""
        return [one for one in self.planted if not one.is_harmless]

    def plant(self, ground: Ground, make: Maker, rng: random.Random) -> bool:
        """Add a fault of a kind; return whether there was a place for one."""
        taken: set[Hashable] = {claim for one in self.planted for claim in one.claims}
        for _ in range(MOST_DRAWS):
            drawn = make(ground, self.world, rng)
            if drawn is not None and taken.isdisjoint(drawn[1].claims):
                self.world = drawn[0]
                self.planted.append(drawn[1])
                return True
        return False


def judge(plan: Plan, batch: Batch, report: Report, tally: Tally) -> None:
    """Compare what verify printed with what was planted."""
    findings, moves = report["findings"], report["moves"]
    about = {finding["id"]: _about(plan, finding) for finding in findings}
    explained: set[str] = set()
    for one in batch.faults:
        tally.planted.append(one)
        touching = [finding for finding in findings if one.links & about[finding["id"]]]
        naming = [finding for finding in touching if finding["kind"] in one.kinds]
        explained |= {finding["id"] for finding in touching}
        if one.links <= {link for finding in naming for link in about[finding["id"]]}:
            tally.found.append(one)
        else:
            said = [f"{finding['kind']}: {finding['text']}" for finding in touching]
            tally.wrong.append(f"missed {one}; said: {said or 'nothing'}")
        ids = {finding["id"] for finding in touching}
        used = sum(move["fault"] in ids for move in moves)
        tally.moves[one.kind] = tally.moves.get(one.kind, 0) + used
        if used > one.moves:
            tally.wrong.append(f"{used} moves instead of {one.moves} for {one}")
    for finding in findings:
        if finding["id"] not in explained:
            tally.wrong.append(f"false alarm: {finding['kind']}: {finding['text']}")
    noted = {link for note in report["notes"] for link in note.get("links", ())}
    for one in batch.planted:
        if one.is_harmless and not one.links <= noted:
            tally.wrong.append(f"no note of {one}")


def _about(plan: Plan, finding: Found) -> frozenset[str]:
    """Return the links that a finding names, by themselves or by a port of theirs."""
    ports = (plan.links_of[one["device"]].get(one["port"]) for one in finding["ports"])
    return frozenset(finding["links"]) | {link.id for link in ports if link is not None}


def mended(ground: Ground, batch: Batch, moves: Sequence[Found], tally: Tally) -> World:
    """Return the world after all moves, and after what no move mends was put right."""
    world = batch.world
    for move in moves:
        try:
            world = moved(ground.plan, world, move)
        except ImpossibleMoveError as err:
            tally.wrong.append(f"impossible move: {err}")
    mates = world.mates
    by_id = {link.id: link for link in ground.links}
    for one in batch.planted:
        for link in (by_id[name] for name in one.links if one.kind == "impostor"):
            mates = joined(mates, socket(link.a), socket(link.z))
    return replace(world, mates=mates, muted=frozenset(), names={})


def run(place: Place, clean: Report, seed: int, count: int) -> Tally:
    """Plant the faults of one seed, batch by batch, and mend them."""
    tally, ground = Tally(), Ground(place.plan, place.booted)
    start = now = place.as_made()
    try:
        for number, batch in enumerate(batches(ground, start, seed, count), 1):
            say(f"seed {seed}, batch {number}: {len(batch.faults)} faults")
            place.make(now, batch.world)
            now = batch.world
            report = _looked(place, now, tally)
            judge(place.plan, batch, report, tally)
            after = mended(ground, batch, report["moves"], tally)
            if not is_mended(ground.plan, after):
                tally.wrong.append(f"batch {number}: cables are not as planned after all moves")
            place.make(now, after)
            now = after
            left = _looked(place, now, tally)
            if left["findings"] or left["cabling"]["ok"] != clean["cabling"]["ok"]:
                tally.wrong.append(f"batch {number}: after all moves {left['cabling']}")
                tally.wrong += [f"  {one['kind']}: {one['text']}" for one in left["findings"]]
    finally:
        place.make(now, start)
    if rest := place.rest():
        tally.wrong.append(rest)
    return tally


def _looked(place: Place, world: World, tally: Tally) -> Report:
    """Return what verify prints of the devices; saved LLDP outputs must give the same."""
    look = place.look(world)
    tally.looks_s.append(look.wall_s)
    live, of_files = look.report, look.of_files
    if live != of_files:
        keys = sorted(key for key in {*live, *of_files} if live.get(key) != of_files.get(key))
        tally.wrong.append(f"from saved files {', '.join(keys)} differ from the live ones")
    return live


def main(argv: Sequence[str] | None = None) -> int:
    """Print what was found; return 1 when something was missed, wrong or a false alarm."""
    parser = argparse.ArgumentParser(prog="python -m bench.miscabling", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("intent", nargs="?", type=Path, default=INTENT)
    parser.add_argument("--seed", nargs="+", type=int, default=list(SEEDS), metavar="N")
    parser.add_argument("--count", type=_positive, default=COUNT, metavar="K")
    parser.add_argument("--keep", action="store_true", help="leave the lab up, for the next run")
    parser.add_argument("--paper", action="store_true", help="LLDP as the cables say, no lab")
    arguments = parser.parse_args(argv)
    try:
        if arguments.paper:
            tallies = _tallies(Paper(arguments.intent), arguments)
        else:
            with tempfile.TemporaryDirectory() as scratch:
                requirements.check(Path(scratch))
            tallies = _in_lab(arguments)
    except (RailwrightError, SiteError) as error:
        print(error, file=sys.stderr)
        return 1
    for seed, tally in tallies.items():
        _report(seed, tally)
    return 1 if any(tally.wrong for tally in tallies.values()) else 0


def _in_lab(arguments: argparse.Namespace) -> dict[int, Tally]:
    """Return what became of all seeds in a lab, which is left as it was found: up or down."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "railwright"
    cluster = load_plan(arguments.intent).plan.intent.cluster
    was_up = state.load(LabFolder(state.RUN_FOLDER, cluster)) is not None
    try:
        return _tallies(raised(arguments.intent, cache, say), arguments)
    finally:
        if not (was_up or arguments.keep):
            lifecycle.down(cluster, say)


def _tallies(place: Place, arguments: argparse.Namespace) -> dict[int, Tally]:
    start = place.as_made()
    place.make(start, start)
    clean = place.look(start).report
    print(f"{arguments.intent}, as planned: {clean['cabling']}")
    if clean["findings"]:
        raise SiteError(f"the cluster as it came up has findings: {clean['findings']}")
    kinds = placeable(Ground(place.plan, place.booted), start)
    if left_out := [make.__name__.replace("_", " ") for make in FAULTS if make not in kinds]:
        print(f"no place for: {', '.join(left_out)}")
    return {seed: run(place, clean, seed, arguments.count) for seed in arguments.seed}


def say(line: str) -> None:
    """Show progress."""
    print(line, file=sys.stderr, flush=True)


def _positive(text: str) -> int:
    """Return a number of faults, at least one."""
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of 1 or more")
    return int(text)


def _report(seed: int, tally: Tally) -> None:
    longest = max(tally.looks_s)
    print(
        f"seed {seed}: {len(tally.planted)} planted, {len(tally.found)} found, "
        f"{len(tally.wrong)} wrong; {len(tally.looks_s)} looks, the longest {longest:.1f} s"
    )
    kinds = sorted({one.kind for one in tally.planted})
    width = max(map(len, kinds))
    for kind in kinds:
        planted = [one for one in tally.planted if one.kind == kind]
        found = sum(one.kind == kind for one in tally.found)
        fewest = sum(one.moves for one in planted)
        print(
            f"  {kind:<{width}}  {len(planted):2} planted, {found:2} found, "
            f"{tally.moves.get(kind, 0):2} moves, fewest {fewest:2}"
        )
    for line in tally.wrong:
        print(f"  wrong: {line}")


if __name__ == "__main__":
    sys.exit(main())
