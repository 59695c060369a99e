"""Handing in and merging: nothing is lost, doubt stays out, the intent plans before it changes."""

import difflib
import json
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest

from railwright.api_redline import Redlined
from railwright.errors import IntentError, RailwrightError
from tests.unit.redline.samples import ROOT, Said, Site, site

RAIL0, RAIL1, RAIL2 = "gpu0001:rail0", "gpu0001:rail1", "gpu0001:rail2"
OTHER = "gpu0002:rail0"  # its port is beside that of RAIL0
SPARE = "Ethernet504"


def cables(one: Site) -> list[str]:
    return [cable.id for cable in one.job().plan.cabled.cables]


def diff(before: bytes, after: bytes) -> list[str]:
    lines = difflib.ndiff(before.decode().splitlines(), after.decode().splitlines())
    return [line for line in lines if line[0] in "+-"]


def refusals(found: Redlined) -> list[str]:
    return [f"{one.key[0]} {one.key[1]}: {one.why}" for one in found.outcome.refused]


def exits(found: Redlined, *, write: bool = True) -> int:
    """Return what the verb exits with."""
    return 2 if found.outcome.left_out or (found.files and not write) else 0


def test_two_phones_are_merged_without_loss(tiny: Site) -> None:
    first: list[Said] = [
        (RAIL0, "pulled", True),
        (RAIL0, "connected", True),
        (RAIL1, "pulled", True),
    ]
    second: list[Said] = [(RAIL1, "pulled", True), (RAIL2, "pulled", True), (OTHER, "remark", "弯")]
    files = tiny.phone("Li Wei", first), tiny.phone("Anna", second)
    before, ids = tiny.texts(), cables(tiny)
    dry = tiny.redline(*files)
    assert (dry.outcome.accepted, dry.outcome.merged.marks, exits(dry, write=False)) == (6, 6, 2)
    assert tiny.texts() == before

    done = tiny.redline(*files, write=True)
    assert exits(done) == 0
    assert done.files == dry.files
    record = tiny.record()
    assert {(*key, mark.value, mark.by) for key, mark in record.items()} == {
        (RAIL0, "pulled", True, "Li Wei"),
        (RAIL0, "connected", True, "Li Wei"),
        (RAIL1, "pulled", True, "Li Wei"),
        (RAIL2, "pulled", True, "Anna"),
        (OTHER, "remark", "弯", "Anna"),
    }
    assert record[RAIL1, "pulled"].after == ("annaxxxx-1",)
    after = tiny.texts()
    assert diff(before[tiny.name], after[tiny.name]) == ["+ ", "+ as_built: as-built.csv"]
    assert cables(tiny) == ids

    again = tiny.redline(*files, write=True)
    assert (again.files, again.outcome.accepted, exits(again)) == ((), 0, 0)
    assert tiny.texts() == after


def test_the_order_of_files_does_not_matter(tmp_path: Path) -> None:
    results = set()
    for number, order in enumerate(permutations(range(3))):
        one = site(tmp_path / str(number))
        files = [
            one.phone("Li", [(RAIL0, "pulled", True), (RAIL1, "remark", "a")]),
            one.phone("Anna", [(RAIL0, "pulled", True), (RAIL2, "tested", True, "-1 dBm")]),
            one.phone("Bob", [(RAIL0, "pulled", True), (RAIL1, "remark", "b")]),
        ]
        one.redline(*(files[place] for place in order), write=True)
        results.add((one.folder / "as-built.csv").read_bytes())
    assert len(results) == 1


def test_one_after_the_other_comes_to_the_same(tmp_path: Path) -> None:
    """A redline of one phone changes the check of a cable; what another says of it still counts."""
    said: dict[str, list[Said]] = {
        "Li": [(RAIL0, "pulled", True), (RAIL0, "port", SPARE, "dead cage")],
        "Anna": [(RAIL0, "tested", True), (RAIL1, "pulled", True)],
    }
    results = set()
    for number, names in enumerate((("Li", "Anna"), ("Anna", "Li"), ())):
        one = site(tmp_path / str(number))
        files = {name: one.phone(name, marks) for name, marks in said.items()}
        for name in names:
            assert exits(one.redline(files[name], write=True)) == 0
        if not names:
            one.redline(*files.values(), write=True)
        results.add(tuple(sorted((key, mark.value) for key, mark in one.record().items())))
    assert len(results) == 1


def test_a_conflict_stays_out_until_a_person_decides(tiny: Site) -> None:
    li = tiny.phone("Li", [(RAIL0, "pulled", True), (RAIL1, "pulled", True)])
    anna = tiny.phone("Anna", [(RAIL0, "pulled", False)])
    done = tiny.redline(li, anna, write=True)
    assert exits(done) == 2
    (conflict,) = done.outcome.merged.conflicts
    assert [(str(one.place), one.mark.value) for one in conflict.voices] == [
        (f"{anna} marks[0]", False),
        (f"{li} marks[0]", True),
    ]
    assert set(tiny.record()) == {(RAIL1, "pulled")}
    assert exits(tiny.redline(li, anna, write=True)) == 2

    heads = ["lixxxxxx-1", "annaxxxx-1"]
    bob = tiny.phone("Bob", [(RAIL0, "pulled", True, "", heads)])
    assert exits(tiny.redline(li, anna, bob, write=True)) == 0
    assert tiny.record()[RAIL0, "pulled"].by == "Bob"
    assert exits(tiny.redline(li, anna, write=True)) == 0


def test_a_mark_that_contradicts_the_record_stays_out(tiny: Site) -> None:
    tiny.redline(tiny.phone("Li", [(RAIL0, "pulled", True)]), write=True)
    before = tiny.texts()
    done = tiny.redline(tiny.phone("Anna", [(RAIL0, "pulled", False)]), write=True)
    assert (exits(done), tiny.texts()) == (2, before)
    (conflict,) = done.outcome.merged.conflicts
    assert str(conflict.voices[1].place) == f"{tiny.folder}/as-built.csv:2"


def test_a_cable_that_was_planned_anew_needs_a_new_sheet(tiny: Site) -> None:
    file = tiny.phone("Li", [(RAIL0, "pulled", True), (RAIL1, "pulled", True)])
    override = f"  ports: [{{ link: {RAIL0}, port: {SPARE}, reason: dead }}]\noverrides:\n"
    head, tail = tiny.intent.read_text().split("overrides:\n")
    tiny.intent.write_text(f"{head}overrides:\n{override.splitlines()[0]}\n{tail}")
    done = tiny.redline(file, write=True)
    assert exits(done) == 2
    assert [one.mark.cable for one in done.outcome.merged.stale] == [RAIL0]
    assert set(tiny.record()) == {(RAIL1, "pulled")}
    anew = tiny.phone("Anna", [(RAIL0, "pulled", True, "", ["lixxxxxx-1"])])
    assert exits(tiny.redline(file, anew, write=True)) == 0


def test_marks_of_unknown_cables_are_listed(tiny: Site) -> None:
    found = tiny.redline(tiny.phone("Li", [("gpu0099:rail0", "pulled", True)]))
    assert [one.mark.cable for one in found.outcome.merged.unknown] == ["gpu0099:rail0"]
    assert (exits(found), found.files) == (2, ())


def test_a_port_becomes_an_override_and_no_id_changes(tiny: Site) -> None:
    before, ids = tiny.texts(), cables(tiny)
    said: list[Said] = [(RAIL0, "port", SPARE, "dead cage"), (RAIL0, "connected", True)]
    done = tiny.redline(tiny.phone("Li Wei", said), write=True)
    assert [(one.action, one.link) for one in done.outcome.redlines] == [("add", RAIL0)]
    assert diff(before[tiny.name], tiny.texts()[tiny.name]) == [
        "+   ports:",
        f"+     - {{ link: {RAIL0}, port: {SPARE}, "
        'reason: "as built, Li Wei 2026-03-01: dead cage" }',
        "+ ",
        "+ as_built: as-built.csv",
    ]
    assert tiny.pull(RAIL0).upper.ports == SPARE
    assert tiny.pull(RAIL0).marks["connected"].value is True
    assert cables(tiny) == ids


def test_a_redline_follows_another(tiny: Site) -> None:
    """Another port changes the override in its place, the planned port takes it away again."""
    before = tiny.intent.read_bytes()
    tiny.redline(tiny.phone("Li", [(RAIL0, "port", SPARE, "dead")]), write=True)
    named = tiny.texts()[tiny.name]
    second: list[Said] = [(RAIL0, "port", "Ethernet496", "dead too", ["lixxxxxx-1"])]
    tiny.redline(tiny.phone("Anna", second), write=True)
    assert [line[0] for line in diff(named, tiny.texts()[tiny.name])].count("+") == 1
    assert tiny.pull(RAIL0).upper.ports == "Ethernet496"
    third: list[Said] = [(RAIL0, "port", "Ethernet0", "mended", ["lixxxxxx-1", "annaxxxx-1"])]
    done = tiny.redline(tiny.phone("Bob", third), write=True)
    assert [one.action for one in done.outcome.redlines] == ["remove"]
    assert tiny.pull(RAIL0).upper.ports == "Ethernet0"
    assert diff(before, tiny.texts()[tiny.name]) == ["+ ", "+ as_built: as-built.csv"]
    assert tiny.record()[RAIL0, "port"].value == "Ethernet0"


def test_taking_a_redline_back_takes_only_our_override(tiny: Site) -> None:
    head, tail = tiny.intent.read_text().split("overrides:\n")
    own = f"overrides:\n  ports:\n    - {{ link: {RAIL1}, port: {SPARE}, reason: dead cage }}\n"
    tiny.intent.write_text(head + own + tail)
    said: list[Said] = [(RAIL0, "port", SPARE, "x"), (RAIL1, "port", None)]
    found = tiny.redline(tiny.phone("Li", said), write=True)
    assert [one.action for one in found.outcome.redlines] == ["add", "none"]
    back: list[Said] = [(RAIL0, "port", None, "", ["lixxxxxx-1"])]
    found = tiny.redline(tiny.phone("Anna", back), write=True)
    assert [one.action for one in found.outcome.redlines] == ["remove"]
    assert (tiny.pull(RAIL0).upper.ports, tiny.pull(RAIL1).upper.ports) == ("Ethernet0", SPARE)


def test_swapped_plugs_are_handed_in_together(tiny: Site) -> None:
    li = tiny.phone("Li", [(RAIL0, "port", "Ethernet8", "swapped")])
    alone = tiny.redline(li, write=True)
    assert exits(alone) == 2
    assert refusals(alone)[0].startswith(
        f"{RAIL0} port: su1-rail0-leaf Ethernet8 is the port of {OTHER}, which stays there;"
    )
    assert "if two plugs are swapped hand in both" in refusals(alone)[0]
    assert tiny.record() == {}
    anna = tiny.phone("Anna", [(OTHER, "port", "Ethernet0", "swapped")])
    assert exits(tiny.redline(li, anna, write=True)) == 0
    assert (tiny.pull(RAIL0).upper.ports, tiny.pull(OTHER).upper.ports) == (
        "Ethernet8",
        "Ethernet0",
    )


def test_what_is_refused_leaves_the_rest_alone(tiny: Site) -> None:
    said: list[Said] = [
        (RAIL0, "port", "Ethernet999", "x"),
        (RAIL0, "pulled", True),
        (RAIL1, "length_m", 9000, "long way"),
        (RAIL2, "length_m", 15, "only these in stock"),
    ]
    done = tiny.redline(tiny.phone("Li", said), write=True)
    assert exits(done) == 2
    assert refusals(done)[0].startswith(f"{RAIL0} port: su1-rail0-leaf has no port 'Ethernet999';")
    assert refusals(done)[1].startswith(f"{RAIL1} length_m: ")
    assert set(tiny.record()) == {(RAIL0, "pulled"), (RAIL2, "length_m")}
    assert tiny.job().plan.intent.overrides.ports == ()
    (length,) = tiny.job().plan.intent.overrides.lengths
    assert (length.link, length.length_m) == (RAIL2, 15.0)


def test_ports_that_no_override_moves_are_refused(tmp_path: Path) -> None:
    networks = site(tmp_path / "a", ROOT / "tests/golden/intents/networks-tiny.yml")
    border = next(pull.id for pull in networks.job().pulls if not pull.upper.ports)
    found = networks.redline(networks.phone("Li", [(border, "port", "Ethernet0", "x")]))
    assert refusals(found)[0].startswith(
        f"{border} port: {border} serves several ports, ends at a "
    )
    twins = site(tmp_path / "b", ROOT / "intent/examples/lab-small.yml")
    second = next(pull.id for pull in twins.job().pulls if pull.id.endswith(".2"))
    found = twins.redline(twins.phone("Li", [(second, "port", "Ethernet0", "x")]))
    first = f"{second[:-1]}1"
    assert refusals(found) == [
        f"{second} port: the jumpers beside {first} end in its port; say it at that one"
    ]


def test_a_link_is_as_long_as_its_longest_jumper(tmp_path: Path) -> None:
    twins = site(tmp_path / "a", ROOT / "intent/examples/lab-small.yml")
    first = next(pull for pull in twins.job().pulls if pull.id.endswith(".1"))
    link, planned_m = first.cable.links[0], first.cable.length_m
    second = f"{link}.2"
    shorter = twins.redline(twins.phone("Li", [(first.id, "length_m", planned_m / 2, "x")]))
    assert [one.action for one in shorter.outcome.redlines] == ["none"]
    longer_m = planned_m + 20
    said: list[Said] = [
        (first.id, "length_m", planned_m / 2, "x"),
        (second, "length_m", longer_m, "y"),
    ]
    done = twins.redline(twins.phone("Li", said), write=True)
    assert exits(done) == 0
    (override,) = twins.job().plan.intent.overrides.lengths
    assert (override.link, override.length_m) == (link, longer_m)


def test_a_splitter_has_one_length(tmp_path: Path) -> None:
    tor = site(tmp_path / "a", ROOT / "intent/examples/tor-64.yml")
    pull = next(pull for pull in tor.job().pulls if len(pull.plugs) > 2)
    ids = cables(tor)
    longer_m = pull.cable.length_m + 1
    said: list[Said] = [(pull.id, "length_m", longer_m, "x"), (pull.id, "port", "Ethernet0", "x")]
    done = tor.redline(tor.phone("Li", said), write=True)
    assert [(one.action, one.link) for one in done.outcome.redlines] == [
        ("add", pull.cable.links[0])
    ]
    assert refusals(done)[0].startswith(f"{pull.id} port: {pull.id} serves several ports, ")
    assert tor.pull(pull.id).cable.length_m == longer_m
    assert cables(tor) == ids


def test_overrides_in_an_included_file_are_changed_there(tiny: Site) -> None:
    text = tiny.intent.read_text()
    start, end = text.index("overrides:"), text.index("pools:")
    (tiny.folder / "parts").mkdir()
    part = tiny.folder / "parts" / "deviations.yml"
    part.write_text(text[start:end])
    tiny.intent.write_text(f"include: [parts/deviations.yml]\n{text[:start]}{text[end:]}")
    root = tiny.intent.read_bytes()
    done = tiny.redline(tiny.phone("Li", [(RAIL0, "port", SPARE, "dead")]), write=True)
    assert exits(done) == 0
    assert diff(root, tiny.intent.read_bytes()) == ["+ ", "+ as_built: as-built.csv"]
    assert SPARE in part.read_text()
    assert tiny.pull(RAIL0).upper.ports == SPARE


def test_a_port_that_a_person_gave_away_is_not_given_back(tiny: Site) -> None:
    """An override of a person needs the port that a redline gives back."""
    tiny.redline(tiny.phone("Li", [(RAIL0, "port", SPARE, "dead")]), write=True)
    text = tiny.intent.read_text()
    mine = f"    - {{ link: {OTHER}, port: Ethernet0, reason: shorter }}\n"
    tiny.intent.write_text(text.replace("  ports:\n", f"  ports:\n{mine}"))
    before = tiny.texts()
    back = tiny.phone("Anna", [(RAIL0, "port", "Ethernet0", "mended", ["lixxxxxx-1"])])
    done = tiny.redline(back, write=True)
    assert exits(done) == 2
    assert refusals(done)[0].startswith(
        f"{RAIL0} port: su1-rail0-leaf Ethernet0 is the port of {OTHER}, which stays there;"
    )
    assert tiny.texts() == before


def test_a_file_with_the_name_of_the_record_is_not_overwritten(tiny: Site) -> None:
    record = tiny.folder / "as-built.csv"
    record.write_text("mine\n")
    file = tiny.phone("Li", [(RAIL0, "pulled", True)])
    with pytest.raises(RailwrightError, match="is there, but the intent does not name it"):
        tiny.redline(file, write=True)
    assert record.read_text() == "mine\n"


def test_what_cannot_be_changed_line_by_line_is_left_to_a_person(tiny: Site) -> None:
    text = tiny.intent.read_text()
    tiny.intent.write_text(
        text.replace("overrides:\n", "overrides:\n  ports: &none []\n  asns: *none\n")
    )
    before = tiny.texts()
    with pytest.raises(RailwrightError, match="is written in a way that cannot be changed"):
        tiny.redline(tiny.phone("Li", [(RAIL0, "port", SPARE, "dead")]), write=True)
    assert tiny.texts() == before


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_after_a_failed_write_all_is_as_before(
    tiny: Site, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    before = tiny.texts()
    file = tiny.phone("Li", [(RAIL0, "port", SPARE, "dead"), (RAIL1, "pulled", True)])
    original, calls = Path.replace, iter(range(9))

    def cut_off(path: Path, target: Path) -> Path:
        if next(calls) == failing:
            raise OSError(28, "No space left on device")
        return original(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", cut_off)
        with pytest.raises(RailwrightError, match="cannot be written: No space left on device"):
            tiny.redline(file, write=True)
    assert list(tiny.folder.glob(".railwright-*")) == []
    assert tiny.texts() == before
    assert exits(tiny.redline(file, write=True)) == 0
    assert len(tiny.record()) == 2
    assert [one.port for one in tiny.job().plan.intent.overrides.ports] == [SPARE]


def test_modes_and_links_of_files_stay(tiny: Site) -> None:
    real = tiny.folder / "real.yml"
    tiny.intent.rename(real)
    real.chmod(0o640)
    tiny.intent.symlink_to("real.yml")
    tiny.redline(tiny.phone("Li", [(RAIL0, "pulled", True)]), write=True)
    assert tiny.intent.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert "as_built" in real.read_text()


def wrong_files(tiny: Site) -> Iterator[tuple[list[Path], list[str]]]:
    li = tiny.phone("Li", [(RAIL0, "pulled", True)])
    other = tiny.phone("Bob", [(RAIL1, "pulled", True)], device="lixxxxxx")
    yield [li, other], [f"{other}: marks[0]: the mark lixxxxxx-1 says something else in {li} "]
    value = json.loads(li.read_text())
    one = value["marks"][0]
    value["marks"] = [{**one, "after": ["x-2"]}, {**one, "id": "x-2", "after": ["lixxxxxx-1"]}]
    circle = tiny.folder / "circle.json"
    circle.write_text(json.dumps(value))
    yield [circle], [f"{circle}: marks[0]: the marks pulled of {RAIL0} replace one another"]
    value["cluster"] = "other"
    circle.write_text(json.dumps(value))
    bad = tiny.folder / "bad.xlsx"
    bad.write_text("x")
    yield [circle, bad], [f"{circle}: cluster: must be floor-tiny, got", f"{bad}: is no workbook"]


def test_wrong_files_are_told_all_at_once(tiny: Site) -> None:
    before = tiny.texts()
    for files, wanted in wrong_files(tiny):
        with pytest.raises(IntentError) as caught:
            tiny.redline(*files, write=True)
        lines = str(caught.value).splitlines()
        assert [line.startswith(start) for line, start in zip(lines, wanted, strict=True)] == [
            True
        ] * len(wanted), lines
    assert tiny.texts() == before
