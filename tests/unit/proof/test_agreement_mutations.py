"""The mutation generator: it finds all it writes, mends what it wrote, and counts honestly."""

import json
from pathlib import Path

import pytest
from bench import mutations
from bench.mutation import harmless, lossless, pairs, switch
from bench.mutation.model import Edit, Mutator, Truth
from bench.mutations import FIRST, Folder, chance, harmless_edits, run

from railwright.proof.model import Finding
from railwright.proof.sheet import REST
from tests.unit.proof import fabric

COUNT = 20


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path, fabric.plan())


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_every_mutation_is_found_and_nothing_else(folder: Folder, seed: int) -> None:
    outcome = run(folder, folder.world(), seed, COUNT)

    assert [str(one.edit.truth) for one in outcome.missed] == []
    assert [str(one.edit.truth) for one in outcome.alarms] == []
    assert (outcome.injected, outcome.found, outcome.harmless) == (COUNT, COUNT, COUNT)


def test_the_folder_as_built_has_no_finding(folder: Folder) -> None:
    assert folder.findings(None) == ()


def test_an_edit_is_undone(folder: Folder, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    run(folder, folder.world(), 5, COUNT)

    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_seed_gives_the_same_edits_again(folder: Folder) -> None:
    world = folder.world()

    def drawn(seed: int) -> list[str]:
        rng = chance(seed)
        edits = [*mutations.mutations(world, rng, 30), *harmless_edits(world, rng, 30)]
        return [str(one.truth) for one in edits]

    assert drawn(7) == drawn(7)
    assert drawn(7) != drawn(8)


NAMED = [
    "wrong map entry",
    "swapped DSCPs",
    "missing lossless profile",
    "longer cable",
    "AS number twice",
    "wrong ECN threshold",
    "wrong PFC set",
    "node value changed",
]


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_every_seed_begins_with_one_of_each_named_kind(folder: Folder, seed: int) -> None:
    first = [
        one.truth.kind for one in mutations.mutations(folder.world(), chance(seed), len(FIRST))
    ]

    rule = first.pop(5)
    assert first == NAMED
    assert rule in {"AS rule broken", "AS number of the other tier"}


@pytest.mark.parametrize(("_share", "mutate"), [*pairs.MUTATORS, *lossless.MUTATORS])
def test_every_kind_of_two_devices_and_of_the_chain_is_found(
    folder: Folder, _share: int, mutate: Mutator
) -> None:
    world, rng = folder.world(), chance(1)
    edits = [edit for _ in range(60) if (edit := mutate(world, rng)) is not None][:5]

    assert edits
    for edit in edits:
        named = [one for one in folder.findings(edit) if edit.truth.is_named_by(one)]
        assert named, str(edit.truth)


@pytest.mark.parametrize("change", [switch.dangle, switch.capital])
def test_references_to_nothing_and_capitals_are_found(
    folder: Folder, change: switch.Change
) -> None:
    mutate = switch.of_tables("x", change, sorted)
    world, rng = folder.world(), chance(1)
    edits = [edit for _ in range(200) if (edit := mutate(world, rng)) is not None][:5]

    assert edits
    for edit in edits:
        named = [one for one in folder.findings(edit) if edit.truth.is_named_by(one)]
        assert named, str(edit.truth)


@pytest.mark.parametrize(("_share", "mutate"), harmless.MUTATORS)
def test_no_harmless_edit_is_found(folder: Folder, _share: int, mutate: Mutator) -> None:
    world, rng = folder.world(), chance(1)
    edits = [edit for _ in range(60) if (edit := mutate(world, rng)) is not None][:3]

    assert edits
    assert [(str(one.truth), folder.findings(one)) for one in edits if folder.findings(one)] == []


def test_a_write_that_fails_leaves_the_folder_as_it_was(folder: Folder, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    first, second = sorted(folder.world().configs)[:2]
    files = {
        f"switches/{first}/config_db.json": b"{}",
        f"switches/{second}/config_db.json": "no bytes",
    }
    edit = Edit(Truth("x", "x", ()), files)  # type: ignore[arg-type]

    with pytest.raises(TypeError):
        folder.findings(edit)

    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("count", ["0", "-1", "x"])
def test_a_count_is_at_least_one(count: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        mutations.main([str(fabric.SMALL), f"--count={count}"])

    assert "is not a number of 1 or more" in capsys.readouterr().err


def test_what_only_the_comparison_found_is_said(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit = Edit(Truth("x", "x", (("switches/a/",),), "BUFFER_PG profile"))
    said = Finding("switch - plan", REST, "switches/a/x", "", "", "", "")
    world = folder.world()
    monkeypatch.setattr(mutations, "mutations", lambda *_: iter([edit]))
    monkeypatch.setattr(mutations, "harmless_edits", lambda *_: iter(()))
    monkeypatch.setattr(mutations, "check", lambda *_: (said,))

    outcome = run(folder, world, 1, 1)

    assert (outcome.compared_only, outcome.by_meaning) == (("BUFFER_PG profile",), 0)
    assert outcome.is_perfect


def test_mutations_are_of_every_family(folder: Folder) -> None:
    edits = list(mutations.mutations(folder.world(), chance(1), 200))

    changed = {name.partition("/")[0] for one in edits for name in one.files}
    assert changed == {"switches", "nodes"}
    assert any(one.floor for one in edits)
    assert any(one.plan for one in edits)


def test_a_checker_that_sees_nothing_finds_nothing(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = folder.world()
    monkeypatch.setattr(mutations, "check", lambda *_: ())

    outcome = run(folder, world, 1, COUNT)

    assert (outcome.found, len(outcome.missed), outcome.is_perfect) == (0, COUNT, False)


def test_a_checker_that_always_finds_something_is_no_help(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = Finding("switch - plan", "ports", "switches/x/config_db.json A|b", "", "", "", "")
    world = folder.world()
    monkeypatch.setattr(mutations, "check", lambda *_: (said,))

    outcome = run(folder, world, 1, COUNT)

    assert (outcome.found, len(outcome.alarms), outcome.is_perfect) == (0, COUNT, False)


def _finding(place: str, other: str = "plan: x") -> Finding:
    return Finding("switch - plan", "ports", place, "", other, "", "")


@pytest.mark.parametrize(
    ("finding", "expected"),
    [
        (_finding("switches/a/config_db.json PORT|Ethernet0 mtu"), True),
        (_finding("x", "switches/a/config_db.json PORT|Ethernet4 mtu"), True),
        (_finding("switches/b/config_db.json PORT|Ethernet0 mtu"), False),
        (_finding("switches/a/config_db.json PORT|Ethernet0 fec"), False),
        (_finding("switches/a/config_db.json PORT_QOS_MAP|Ethernet0 mtu"), False),
        (_finding("switches/a/config_db.json", " PORT| mtu"), False),
        (_finding("switches/a/config_db.json PORT|Ethernet0 mtus"), False),
        (_finding("switches/a/config_db.json PORT|Ethernet0 mtu, PORT|Ethernet4 mtu"), True),
    ],
)
def test_a_finding_names_device_table_and_field(finding: Finding, expected: bool) -> None:
    truth = Truth("value changed", "", (("switches/a/", " PORT|", " mtu "),))

    assert truth.is_named_by(finding) is expected


def test_what_was_missed_is_printed_and_is_a_failure(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    edits = [Edit(Truth("value changed", "spine1 PORT|Ethernet0 mtu: 1 -> 2", (("no",),)))]
    monkeypatch.setattr(mutations, "mutations", lambda *_: iter(edits))
    monkeypatch.setattr(mutations, "load_plan", lambda _: type("L", (), {"plan": fabric.plan()}))

    code = mutations.main([str(fabric.SMALL), "--seed", "1", "--count", "1"])

    assert code == 1
    printed = capsys.readouterr().out
    assert "seed 1: 1 injected, 0 found" in printed
    assert "  missed: value changed: spine1 PORT|Ethernet0 mtu: 1 -> 2" in printed


def test_a_perfect_run_is_a_success(capsys: pytest.CaptureFixture[str]) -> None:
    code = mutations.main([str(fabric.SMALL), "--seed", "9", "--count", "2"])

    assert code == 0
    assert "as built: 0 findings" in capsys.readouterr().out


def test_a_fabric_without_spines_has_mutations_too(capsys: pytest.CaptureFixture[str]) -> None:
    intent = fabric.ROOT / "intent/examples/rail-only-32.yml"

    assert mutations.main([str(intent), "--seed", "1", "--count", "10"]) == 0
    assert "10 found" in capsys.readouterr().out


def test_an_intent_that_cannot_be_read_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mutations.main([str(tmp_path / "none.yml")]) == 1
    assert "none.yml" in capsys.readouterr().err


def test_the_floor_is_written_as_planned(folder: Folder, tmp_path: Path) -> None:
    rows = json.loads((tmp_path / mutations.FLOOR_FILE).read_bytes())

    assert {row["link"] for row in rows} == {
        link.id for link in fabric.plan().links if link.deployed
    }
    assert folder.world().floor == fabric.cables(fabric.plan())
