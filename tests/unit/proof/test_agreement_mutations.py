"""The mutation generator: it finds all it writes, mends what it wrote, and counts honestly."""

import json
from pathlib import Path

import pytest
from bench import mutations
from bench.mutation.model import Edit, Truth
from bench.mutations import Folder, chance, harmless_edits, run

from railwright.proof.model import Finding
from tests.unit.proof import fabric

COUNT = 12


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
