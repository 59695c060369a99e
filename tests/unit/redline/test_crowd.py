"""Plugs that are said to be in one port: whoever cannot be there is refused, the rest goes on."""

from itertools import pairwise, permutations
from pathlib import Path

import pytest

from railwright.errors import Problem
from railwright.plan.checks import check
from railwright.plan.model import Plan
from railwright.redline import outcome
from tests.unit.redline.samples import ROOT, Said, Site, site
from tests.unit.redline.test_redline import OTHER, RAIL0, RAIL1, SPARE, exits, refusals

RAIL = [f"gpu{number:04d}:rail0" for number in range(1, 17)]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site(tmp_path_factory.mktemp("reference"), ROOT / "intent" / "cluster.yml")


def test_a_shift_by_one_port_is_refused_and_the_rest_goes_on(reference: Site) -> None:
    """The last one has nowhere to go, so that none before it has."""
    ports = {pull.id: pull.upper.ports for pull in reference.job().pulls}
    said: list[Said] = [
        (link, "port", ports[after], "all off by one") for link, after in pairwise(RAIL)
    ]
    found = reference.redline(reference.phone("Li", [*said, (RAIL[0], "pulled", True)]))
    assert len(refusals(found)) == len(said)
    assert f"is the port of {RAIL[-1]}, which stays there" in refusals(found)[-1]
    assert set(found.outcome.changes) == {(RAIL[0], "pulled")}
    last = (RAIL[-1], "port", ports[RAIL[0]], "round in a circle")
    found = reference.redline(reference.phone("Li", [*said, last]))
    assert refusals(found) == []
    assert len(found.outcome.redlines) == len(RAIL)


@pytest.mark.parametrize("value", ["Ethernet0", None])
def test_half_of_a_recorded_swap_is_refused(tiny: Site, value: str | None) -> None:
    swap: list[Said] = [
        (RAIL0, "port", "Ethernet8", "swapped"),
        (OTHER, "port", "Ethernet0", "swapped"),
    ]
    tiny.redline(tiny.phone("Li", swap), write=True)
    said: list[Said] = [(RAIL0, "port", value, "no", ["lixxxxxx-1"]), (RAIL1, "pulled", True)]
    done = tiny.redline(tiny.phone("Anna", said), write=True)
    assert exits(done) == 2
    assert len(refusals(done)) == 1
    assert f"Ethernet0 is the port of {OTHER}, which stays there" in refusals(done)[0]
    assert tiny.record()[RAIL1, "pulled"].value is True
    assert tiny.pull(RAIL0).upper.ports == "Ethernet8"


def test_two_plugs_in_one_port_are_refused_whoever_comes_first(tmp_path: Path) -> None:
    third = "gpu0003:rail0"
    results = set()
    for number, order in enumerate(permutations(range(3))):
        one = site(tmp_path / str(number))
        ports = {pull.id: pull.upper.ports for pull in one.job().pulls}
        files = [
            one.phone("Li", [(RAIL0, "port", ports[third], "x"), (RAIL1, "pulled", True)]),
            one.phone("Anna", [(OTHER, "port", ports[third], "x")]),
            one.phone("Bob", [(third, "port", ports[RAIL0], "x")]),
        ]
        done = one.redline(*(files[place] for place in order), write=True)
        assert len(refusals(done)) == 3
        assert f"is also said to be the port of {OTHER}" in refusals(done)[0]
        results.add((tuple(refusals(done)), (one.folder / "as-built.csv").read_bytes()))
    assert len(results) == 1


def test_a_length_is_refused_in_words_about_lengths(tiny: Site) -> None:
    (why,) = refusals(tiny.redline(tiny.phone("Li", [(RAIL1, "length_m", 9000, "long way")])))
    assert "swapped" not in why
    assert "override" not in why
    assert why.endswith("use a cable of a length that fits, or correct the mark if it is not that "
                        "long")  # fmt: skip


def test_a_port_is_refused_without_a_word_about_overrides(tiny: Site) -> None:
    ports = [(RAIL0, "port", "Ethernet8", "x"), (RAIL1, "port", "Ethernet999", "x")]
    for why in refusals(tiny.redline(tiny.phone("Li", ports))):
        assert "override" not in why


def test_what_no_problem_names_is_found_by_halves(
    tiny: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of three redlines breaks the plan, and the plan does not say which."""

    def broken(plan: Plan) -> list[Problem]:
        bad = any(one.link == OTHER for one in plan.intent.overrides.lengths)
        return [*check(plan), *([Problem("networks", "is too slow")] if bad else [])]

    monkeypatch.setattr(outcome, "check", broken)
    said: list[Said] = [
        (RAIL0, "port", SPARE, "dead"),
        (OTHER, "length_m", 10, "x"),
        (RAIL1, "length_m", 10, "x"),
    ]
    done = tiny.redline(tiny.phone("Li", said), write=True)
    assert [one.key for one in done.outcome.refused] == [(OTHER, "length_m")]
    assert set(tiny.record()) == {(RAIL0, "port"), (RAIL1, "length_m")}
