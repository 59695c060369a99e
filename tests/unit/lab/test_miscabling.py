"""What bench.miscabling takes for the truth: it must see a verify that misses, or says too much."""

import copy
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bench.miscabled.faults import (
    FAULTS,
    Ground,
    Maker,
    crossed_twins,
    missing,
    rail_swap,
    wrong_spine,
)
from bench.miscabled.look import Look
from bench.miscabled.model import (
    ImpossibleMoveError,
    SiteError,
    World,
    is_mended,
    moved,
    socket,
)
from bench.miscabled.paper import Paper
from bench.miscabling import PER_BATCH, batches, chance, placeable, run

from railwright.lab.recable import Socket, exchanged

KINDS = len(FAULTS)


class Fooled:
    """A cluster on paper whose verify is tampered with on the first look after a fault."""

    def __init__(self, paper: Paper, **changes: Any) -> None:
        self._paper, self._changes, self._looks = paper, changes, 0
        self.plan, self.booted = paper.plan, paper.booted

    def as_made(self) -> World:
        return self._paper.as_made()

    def make(self, old: World, new: World) -> None:
        self._paper.make(old, new)

    def look(self, world: World) -> Look:
        self._looks += 1
        look = self._paper.look(world)
        if self._looks > 1:
            return look
        return replace(look, report={**look.report, **self._changes})

    def rest(self) -> str:
        return ""


@pytest.fixture(scope="module")
def paper(root: Path) -> Paper:
    return Paper(root / "bench/miscabled/lab.yml")


@pytest.fixture(scope="module")
def ground(paper: Paper) -> Ground:
    return Ground(paper.plan, paper.booted)


@pytest.fixture(scope="module")
def clean(paper: Paper) -> Mapping[str, Any]:
    report = paper.look(paper.as_made()).report
    assert not report["findings"]
    return report


@pytest.mark.parametrize("seed", range(5))
def test_faults_of_a_batch_do_not_touch_and_every_kind_is_planted(
    ground: Ground, paper: Paper, seed: int
) -> None:
    start = paper.as_made()
    kinds = set()
    for batch in batches(ground, start, seed, KINDS):
        claims = [claim for one in batch.planted for claim in one.claims]
        assert len(claims) == len(set(claims))
        assert 0 < len(batch.faults) <= PER_BATCH
        assert batch.world != start
        kinds |= {one.kind for one in batch.faults}
    assert len(kinds) == KINDS


def test_the_same_seed_plants_the_same(ground: Ground, paper: Paper) -> None:
    first, second = (
        [str(one) for batch in batches(ground, paper.as_made(), 7, 20) for one in batch.planted]
        for _ in range(2)
    )
    assert first == second


def test_kinds_without_a_place_are_left_out(paper: Paper) -> None:
    hosts = Ground(paper.plan, paper.booted - {"spine1", "spine2"})
    kinds = placeable(hosts, paper.as_made())
    assert rail_swap in kinds
    assert wrong_spine not in kinds
    assert crossed_twins not in kinds


def test_a_plan_without_any_place_is_refused(paper: Paper) -> None:
    with pytest.raises(SiteError, match="no cable of this plan joins two devices that run"):
        placeable(Ground(paper.plan, frozenset({"gpu0001"})), paper.as_made())


def test_verify_finds_every_kind_on_paper(paper: Paper, clean: Mapping[str, Any]) -> None:
    tally = run(paper, clean, 1, KINDS)
    assert tally.wrong == []
    assert len(tally.found) == len(tally.planted) == KINDS


def test_a_verify_that_finds_nothing_is_seen(paper: Paper, clean: Mapping[str, Any]) -> None:
    tally = run(Fooled(paper, findings=[], moves=[], notes=[]), clean, 1, PER_BATCH)
    assert not tally.found
    assert sum("missed" in line for line in tally.wrong) == PER_BATCH
    assert any("not as planned after all moves" in line for line in tally.wrong)
    assert any("no note of parallel reorder" in line for line in tally.wrong)
    assert any("from saved files findings, moves, notes differ" in line for line in tally.wrong)


def test_a_false_alarm_is_seen(paper: Paper, clean: Mapping[str, Any], ground: Ground) -> None:
    report = _first(ground, paper)
    quiet = next(link.id for link in ground.links if link.id not in str(report["findings"]))
    alarm = {"id": "x", "kind": "missing", "text": "missing", "links": [quiet], "ports": []}
    findings = [*report["findings"], alarm]
    tally = run(Fooled(paper, findings=findings), clean, 1, PER_BATCH)
    assert "false alarm: missing: missing" in tally.wrong


def test_another_kind_is_a_miss(paper: Paper, clean: Mapping[str, Any], ground: Ground) -> None:
    findings = [{**one, "kind": "conflict"} for one in _first(ground, paper)["findings"]]
    tally = run(Fooled(paper, findings=findings), clean, 1, PER_BATCH)
    assert not tally.found


def test_a_move_too_many_and_an_impossible_one_are_seen(
    paper: Paper, clean: Mapping[str, Any], ground: Ground
) -> None:
    moves = _first(ground, paper)["moves"]
    twice = [moves[0], *moves]
    tally = run(Fooled(paper, moves=twice), clean, 1, PER_BATCH)
    assert any("moves instead of" in line for line in tally.wrong)
    assert any("impossible move" in line for line in tally.wrong)


def test_a_far_end_that_is_not_there_makes_a_move_impossible(paper: Paper, ground: Ground) -> None:
    world = _planted(ground, paper, rail_swap)
    (move,) = paper.look(world).report["moves"]
    assert is_mended(paper.plan, moved(paper.plan, world, move))
    wrong = copy.deepcopy(move)
    wrong["far"].reverse()
    with pytest.raises(ImpossibleMoveError, match="is no plug of a cable to"):
        moved(paper.plan, world, wrong)


def test_a_cable_cannot_be_laid_where_one_is(paper: Paper, ground: Ground) -> None:
    world = _planted(ground, paper, missing)
    (move,) = paper.look(world).report["moves"]
    assert is_mended(paper.plan, moved(paper.plan, world, move))
    with pytest.raises(ImpossibleMoveError, match="not possible with the plugs"):
        moved(paper.plan, paper.as_made(), move)


def test_parallel_cables_may_be_in_any_order_and_others_may_not(
    paper: Paper, ground: Ground
) -> None:
    start = paper.as_made()
    assert is_mended(paper.plan, start)
    first = ground.fabric[0]
    twin = next(
        one
        for one in ground.fabric[1:]
        if (one.a.device, one.z.device) == (first.a.device, first.z.device)
    )
    other = next(one for one in ground.fabric if one.z.device != first.z.device)
    assert is_mended(paper.plan, _exchanged(start, socket(first.a), socket(twin.a)))
    assert not is_mended(paper.plan, _exchanged(start, socket(first.a), socket(other.a)))


def _exchanged(world: World, a: Socket, z: Socket) -> World:
    return world.with_mates(exchanged(world.mates, a, z))


def _planted(ground: Ground, paper: Paper, make: Maker) -> World:
    rng = chance(1)
    draws = (make(ground, paper.as_made(), rng) for _ in range(50))
    return next(found[0] for found in draws if found is not None)


def _first(ground: Ground, paper: Paper) -> Mapping[str, Any]:
    """Return what verify says of the first batch of seed 1."""
    batch = next(batches(ground, paper.as_made(), 1, PER_BATCH))
    return paper.look(batch.world).report
