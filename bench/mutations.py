"""What the agreement check finds of mutations written into a fabric's artefacts.

    .venv/bin/python -m bench.mutations [--seed N ...] [--count K] [INTENT]

Every file of switches and nodes that follows from the intent is written into a folder, with a
list of what lies on the floor. Then, by a seed, K mutations and K harmless edits are written into
it one at a time, and the checker reads the whole folder back from disk. It sees the plan and the
files; what was done is known to this program alone. A seed begins with one mutation of each kind
in FIRST that the plan has something for, as far as K goes; the others are drawn from all kinds.
A mutation is found when a finding names the device and the table or file (or the link) that was
changed, of two devices either one; every finding about a harmless edit, or about the folder as it
was built, is a false alarm. Per seed lines say how many were injected, found and missed, of
which kinds, what each missed one was, and which tables and fields of the lossless chain only the
comparison with the emitted files caught: there no rule said what the change means. Exit code 1 on
a miss or a false alarm.

Mutations of the plan itself (an AS number given twice, or to the wrong tier) are emitted like any
plan, so that everything agrees: only the proof of the configured routes can find them.
"""

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path

from bench.mutation import floor, harmless, lossless, node, pairs, planned, switch
from bench.mutation.model import Edit, Floor, Mutator, World

from railwright.api import artefacts, load_plan
from railwright.errors import RailwrightError
from railwright.plan.model import Plan
from railwright.proof.agreement import Emitted, agree
from railwright.proof.model import End, Finding, FloorLink
from railwright.proof.sheet import REST
from railwright.sonic.configdb import ConfigDb, loads

REFERENCE = Path("intent/cluster.yml")
SEEDS = (1, 2, 3)
COUNT = 40
FLOOR_FILE = "floor.json"
MOST_KINDS, MOST_DRAWS = 100, 30
"""Draws of a kind, and of kinds, before a plan is given up: not every plan has every table."""
Family = Sequence[tuple[int, Mutator]]
SHARES: tuple[tuple[int, Family], ...] = (
    (6, switch.MUTATORS),
    (2, lossless.MUTATORS),
    (1, pairs.MUTATORS),
    (2, node.MUTATORS),
    (1, floor.MUTATORS),
    (1, planned.MUTATORS),
)
"""How often each family of mutations is drawn."""
FIRST: tuple[Mutator, ...] = (
    lossless.WRONG_MAP,
    lossless.SWAPPED_DSCPS,
    lossless.MISSING_PROFILE,
    floor.longer,
    planned.duplicated,
    planned.broken_rule,
    lossless.WRONG_THRESHOLD,
    lossless.WRONG_PFC,
    node.VALUE_CHANGED,
)
"""What every seed begins with."""
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Miss:
    """A mutation nobody named, or a harmless edit somebody did; `findings` are what was said."""

    edit: Edit
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the mutations and harmless edits of one seed.

    `by_meaning` are the mutations that a rule about meaning found, not only the comparison;
    `compared_only` the tables and fields of the lossless chain where only the comparison did.
    """

    seed: int
    injected: int
    kinds: Counter[str]
    by_meaning: int
    compared_only: tuple[str, ...]
    missed: tuple[Miss, ...]
    harmless: int
    alarms: tuple[Miss, ...]

    @property
    def found(self) -> int:
        """Return how many mutations were found."""
        return self.injected - len(self.missed)

    @property
    def is_perfect(self) -> bool:
        """Return whether nothing was missed and nothing harmless was found."""
        return not self.missed and not self.alarms


class Folder:
    """The artefacts of a plan on disk, changed by one edit at a time and mended after it."""

    def __init__(self, path: Path, plan: Plan) -> None:
        """Write everything that follows from the plan, and a floor as planned."""
        self._path, self._plan, self._emitted = path, plan, Emitted(plan)
        self._write_plan(plan)
        self._floor = planned_floor(plan)
        self._write_floor(self._floor)

    def world(self) -> World:
        """Return what mutations are drawn from, read back from the files."""
        return World(self._plan, read_configs(self._path), read_nodes(self._path), self._floor)

    def findings(self, edit: Edit | None) -> tuple[Finding, ...]:
        """Return what the checker says of the folder with one edit in it, which is then undone."""
        if edit is None:
            return check(self._plan, self._path, self._emitted)
        kept = {name: self._read(name) for name in edit.files}
        try:
            self._apply(edit)
            if edit.plan is not None:
                return check(edit.plan, self._path, Emitted(edit.plan))
            return check(self._plan, self._path, self._emitted)
        finally:
            if edit.plan is not None:
                self._write_plan(self._plan)
            if edit.floor is not None:
                self._write_floor(self._floor)
            for name, content in kept.items():
                self._put(name, content)

    def _apply(self, edit: Edit) -> None:
        if edit.plan is not None:
            self._write_plan(edit.plan)
        if edit.floor is not None:
            self._write_floor(edit.floor)
        for name, content in edit.files.items():
            self._put(name, content)

    def _write_plan(self, plan: Plan) -> None:
        for file in artefacts(plan):
            if file.path.startswith("nodes/") or file.path.endswith("/config_db.json"):
                self._put(file.path, file.content)

    def _write_floor(self, cables: Floor) -> None:
        rows = [
            {"link": link, "a": one.a, "z": one.z, "length_m": one.length_m}
            for link, one in cables.items()
        ]
        self._put(FLOOR_FILE, json.dumps(rows).encode())

    def _read(self, name: str) -> bytes | None:
        path = self._path / name
        return path.read_bytes() if path.exists() else None

    def _put(self, name: str, content: bytes | None) -> None:
        path = self._path / name
        if content is None:
            path.unlink(missing_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def planned_floor(plan: Plan) -> Floor:
    """Return the floor on which every deployed cable lies as planned."""
    return {
        link.id: FloorLink(
            End(link.a.device, link.a.port),
            End(link.z.device, link.z.port),
            link.length.length_m,
        )
        for link in plan.links
        if link.deployed
    }


def check(plan: Plan, folder: Path, emitted: Emitted) -> tuple[Finding, ...]:
    """Return what the agreement check says of a folder, read back from disk."""
    rows = json.loads((folder / FLOOR_FILE).read_bytes())
    cables = {
        row["link"]: FloorLink(End(*row["a"]), End(*row["z"]), row["length_m"]) for row in rows
    }
    found = agree(plan, read_configs(folder), read_nodes(folder), cables, emitted)
    return found.findings


def read_configs(folder: Path) -> dict[str, ConfigDb]:
    """Return the switches' configurations, by name; not to be changed."""
    return {
        path.parent.name: _loaded(path.read_bytes())
        for path in sorted(folder.glob("switches/*/config_db.json"))
    }


@lru_cache(maxsize=256)  # most files of most rounds are as they were
def _loaded(text: bytes) -> ConfigDb:
    return loads(text)


def read_nodes(folder: Path) -> dict[str, dict[str, bytes]]:
    """Return the nodes' files, by name and path on the node."""
    return {
        node.name: {
            path.relative_to(node).as_posix(): path.read_bytes()
            for path in sorted(node.rglob("*"))
            if path.is_file()
        }
        for node in sorted(folder.glob("nodes/*"))
    }


def mutations(world: World, rng: random.Random, count: int) -> Iterator[Edit]:
    """Yield mutations: one of each kind in FIRST, then by chance of a family and of a kind."""
    named = (edit for mutate in FIRST if (edit := _tried(world, rng, mutate)) is not None)
    return islice(chain(named, _free(world, rng)), count)


def _free(world: World, rng: random.Random) -> Iterator[Edit]:
    families = [family for _, family in SHARES]
    weights = [share for share, _ in SHARES]
    while True:
        yield _drawn(world, rng, lambda: rng.choices(families, weights)[0])


def harmless_edits(world: World, rng: random.Random, count: int) -> Iterator[Edit]:
    """Yield harmless edits by chance."""
    for _ in range(count):
        yield _drawn(world, rng, lambda: harmless.MUTATORS)


def _drawn(world: World, rng: random.Random, draw_family: Callable[[], Family]) -> Edit:
    """Return an edit of the first kind drawn that the plan has something for."""
    for _ in range(MOST_KINDS):
        family = draw_family()
        mutate = rng.choices([one for _, one in family], [share for share, _ in family])[0]
        if (edit := _tried(world, rng, mutate)) is not None:
            return edit
    raise RuntimeError("this plan has nothing that could be mutated")


def _tried(world: World, rng: random.Random, mutate: Mutator) -> Edit | None:
    """Return an edit of one kind, None where the plan has nothing for it."""
    draws = (mutate(world, rng) for _ in range(MOST_DRAWS))
    return next((edit for edit in draws if edit is not None), None)


def chance(seed: int) -> random.Random:
    """Return chance that can be repeated."""
    return random.Random(seed)  # noqa: S311 (no secret depends on it)


def run(folder: Folder, world: World, seed: int, count: int) -> Outcome:
    """Return what became of the mutations and harmless edits of one seed."""
    rng = chance(seed)
    kinds: Counter[str] = Counter()
    missed, alarms, by_meaning, compared = [], [], 0, set()
    for edit in mutations(world, rng, count):
        kinds[edit.truth.kind] += 1
        findings = folder.findings(edit)
        naming = [one for one in findings if edit.truth.is_named_by(one)]
        is_meant = any(one.subject != REST for one in naming)
        by_meaning += is_meant
        if naming and edit.truth.chain and not is_meant:
            compared.add(edit.truth.chain)
        if not naming:
            missed.append(Miss(edit, findings))
    for edit in harmless_edits(world, rng, count):
        if findings := folder.findings(edit):
            alarms.append(Miss(edit, findings))
    only = tuple(sorted(compared))
    return Outcome(seed, count, kinds, by_meaning, only, tuple(missed), count, tuple(alarms))


def main(argv: Sequence[str] | None = None) -> int:
    """Print what was found; return 1 when something was missed or was a false alarm."""
    parser = argparse.ArgumentParser(prog="python -m bench.mutations", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("intent", nargs="?", type=Path, default=REFERENCE)
    parser.add_argument("--seed", nargs="+", type=int, default=list(SEEDS), metavar="N")
    parser.add_argument("--count", type=_positive, default=COUNT, metavar="K")
    arguments = parser.parse_args(argv)
    try:
        plan = load_plan(arguments.intent).plan
    except RailwrightError as error:
        print(error, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Folder(Path(name), plan)
        clean = folder.findings(None)
        print(f"{arguments.intent}, as built: {len(clean)} findings")
        if clean:
            _print(clean)
            return 1  # every edit would be found for the wrong reason
        world = folder.world()
        outcomes = [run(folder, world, seed, arguments.count) for seed in arguments.seed]
    for outcome in outcomes:
        _report(outcome)
    _total(outcomes)
    return 0 if all(outcome.is_perfect for outcome in outcomes) else 1


def _positive(text: str) -> int:
    """Return a number of edits, at least one."""
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of 1 or more")
    return int(text)


def _report(outcome: Outcome) -> None:
    print(
        f"seed {outcome.seed}: {outcome.injected} injected, {outcome.found} found "
        f"({outcome.by_meaning} by what they mean, the others by comparison), "
        f"{len(outcome.missed)} missed; {outcome.harmless} harmless edits, "
        f"{len(outcome.alarms)} false alarms"
    )
    print("  kinds: " + _counted(outcome.kinds))
    if outcome.compared_only:
        print("  lossless chain, by comparison only: " + ", ".join(outcome.compared_only))
    for word, misses in (("missed", outcome.missed), ("false alarm", outcome.alarms)):
        for miss in misses:
            print(f"  {word}: {miss.edit.truth}")
            _print(miss.findings)


def _print(findings: Sequence[Finding]) -> None:
    for one in findings[:SHOWN]:
        print(f"    said: {one.place}: {one.found}; {one.other_place}: {one.expected}")
    if len(findings) > SHOWN:
        print(f"    and {len(findings) - SHOWN} more")


def _total(outcomes: Sequence[Outcome]) -> None:
    kinds: Counter[str] = Counter()
    for outcome in outcomes:
        kinds += outcome.kinds
    print("kinds of all seeds: " + _counted(kinds))


def _counted(kinds: Counter[str]) -> str:
    return ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))


if __name__ == "__main__":
    sys.exit(main())
