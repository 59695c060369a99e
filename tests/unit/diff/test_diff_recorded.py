"""What the as-built record says is there already: told apart, and never to do or order again."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from railwright import api
from railwright.cli import main
from railwright.diff import document, text
from railwright.diff.compare import compare
from railwright.diff.folder import BuildFolderError, of_folder
from railwright.diff.model import Built, Difference, Edit
from tests.unit.diff.samples import cable, link, module, order, snapshot

LEAF = "su1-rail0-leaf"
PLANNED = {"gpu0001:rail0": 1, "gpu0002:rail0": 2, "gpu0003:rail0": 3}
"""Cages of the leaf by cable, the port `Ethernet<cage>` in each."""
SWAPPED = PLANNED | {"gpu0001:rail0": 2, "gpu0002:rail0": 1}
LENGTHS = {"gpu0003:rail0": 50.0}


def side(name: str, cages: Mapping[str, int], lengths_m: Mapping[str, float], **more: Any) -> Any:
    """Return tables of three cables in some cages, of 15 m unless said otherwise."""
    tables: dict[str, Any] = {"links": [], "cables": []}
    for one, cage in cages.items():
        length_m = lengths_m.get(one, 15.0)
        tables["links"].append(
            link(one.replace(":", " "), f"{LEAF} Ethernet{cage}", name=one, length_m=length_m)
        )
        tables["cables"].append(
            cable(
                one,
                z_socket=str(cage),
                length_m=length_m,
                part=f"P{length_m:g}",
                a_label=f"{one} / {cage}",
                z_label=f"{cage} / {one}",
            )
        )
    tables["modules"] = [module(f"{LEAF}:{cage}") for cage in sorted(cages.values())]
    tables["bom"] = [order("P15", 3 - len(lengths_m)), order("MMA4Z00-NS", 4, kind="module")]
    if lengths_m:
        tables["bom"].append(order("P50", 2, unit_price="9"))
    return tables | {"name": name} | more


def said(one: str, port: int | str = "", length_m: str = "", cage: int = 0) -> dict[str, Built]:
    port = f"Ethernet{port}" if port else ""
    return {one: Built((one.partition(".")[0],), LEAF, str(cage), port, length_m)}


SAID = said("gpu0001:rail0", 2) | said("gpu0002:rail0", 1) | said("gpu0003:rail0", "", "50")


def of(built: dict[str, Built], cages: Mapping[str, int], lengths_m: Any = None) -> Difference:
    old = snapshot(**side("old", PLANNED, {}))
    return compare(old, snapshot(**side("new", cages, lengths_m or {}), built=built))


def ids(found: Difference, verb: str) -> list[str]:
    return [one.key[0] for one in found.cables.changed[verb]]


def test_a_swap_and_a_length_that_are_recorded() -> None:
    assert text.render(of(SAID, SWAPPED, LENGTHS)) == (
        "old -> new: something that exists changes\n"
        "\n"
        "links             2 moved\n"
        "cables            2 relabelled, 3 recorded as built\n"
        "order             1 part more\n"
        "\n"
        "links moved\n"
        "  gpu0001:rail0: su1-rail0-leaf Ethernet1 -> su1-rail0-leaf Ethernet2\n"
        "  gpu0002:rail0: su1-rail0-leaf Ethernet2 -> su1-rail0-leaf Ethernet1\n"
        "\n"
        "cables to label again\n"
        "  2 x another a_label, z_label: gpu0001:rail0, gpu0002:rail0\n"
        "\n"
        "cables recorded as built, nothing to pull or plug\n"
        "  gpu0001:rail0: z_socket 1 -> 2\n"
        "  gpu0002:rail0: z_socket 2 -> 1\n"
        "  gpu0003:rail0: part P15 -> P50, length_m 15.0 -> 50.0\n"
        "\n"
        "what to order\n"
        "  cable P50: 1 -> 2 (+1)\n"
    )


def test_all_spells_out_the_labels_to_print() -> None:
    lines = text.render(of(SAID, SWAPPED, LENGTHS), everything=True).splitlines()
    assert (
        "  gpu0001:rail0: a_label gpu0001:rail0 / 1 -> gpu0001:rail0 / 2, "
        "z_label 1 / gpu0001:rail0 -> 2 / gpu0001:rail0"
    ) in lines


def test_without_a_record_it_is_all_to_do() -> None:
    found = of({}, SWAPPED, LENGTHS)
    assert ids(found, "moved") == ["gpu0001:rail0", "gpu0002:rail0"]
    assert ids(found, "replaced") == ["gpu0003:rail0"]
    assert ids(found, "recorded") == []
    lines = text.render(found).splitlines()
    assert "  cable P50: 0 -> 2 (+2)" in lines
    assert "  cable P15: 3 -> 2 (-1)" in lines


@pytest.mark.parametrize(
    "built",
    [
        pytest.param(said("gpu0001:rail0", 1), id="the old port"),
        pytest.param(said("gpu0001:rail0", 7), id="a third port"),
        pytest.param(said("gpu0001:rail0", "", "50"), id="only a length"),
        pytest.param(said("gpu0003:rail0", 2), id="another cable"),
        pytest.param({"gpu0001:rail0": Built((), LEAF, "2", "Ethernet2", "")}, id="no link"),
    ],
)
def test_what_the_record_does_not_confirm_is_to_do(built: dict[str, Built]) -> None:
    found = of(built, SWAPPED)
    assert ids(found, "moved") == ["gpu0001:rail0", "gpu0002:rail0"]
    assert ids(found, "recorded") == []


@pytest.mark.parametrize(("length_m", "verb"), [("50", "recorded"), ("40", "replaced")])
def test_a_length_counts_if_it_is_the_planned_one(length_m: str, verb: str) -> None:
    assert ids(of(said("gpu0003:rail0", "", length_m), PLANNED, LENGTHS), verb) == ["gpu0003:rail0"]


def test_another_medium_or_switch_is_to_do() -> None:
    old = snapshot(**side("old", PLANNED, {}))
    tables = side("new", SWAPPED, LENGTHS)
    tables["cables"][2] |= {"medium": "SMF"}
    tables["cables"][0] |= {"z_device": "su1-rail1-leaf"}
    tables["links"][0] |= {"z_device": "su1-rail1-leaf"}
    found = compare(old, snapshot(**tables, built=SAID))
    assert ids(found, "replaced") == ["gpu0003:rail0"]
    assert ids(found, "moved") == ["gpu0001:rail0"]
    assert ids(found, "recorded") == ["gpu0002:rail0"]


def test_a_recorded_cable_that_lies_elsewhere_is_to_route_anew() -> None:
    tables = side("new", PLANNED, LENGTHS)
    tables["cables"][2] |= {"trays": "A X2 B"}
    found = compare(
        snapshot(**side("old", PLANNED, {})), snapshot(**tables, built=SAID)
    ).cables.changed
    key = ("gpu0003:rail0",)
    assert found["rerouted"] == (Edit(key, {"trays": "A"}, {"trays": "A X2 B"}),)
    assert [one.key for one in found["recorded"]] == [key]


def test_the_mark_of_one_jumper_is_enough() -> None:
    one = "gpu0001:rail0"
    old, new = (side(name, {one: cage}, {}) for name, cage in (("old", 1), ("new", 2)))
    for tables in (old, new):
        row = tables["cables"][0]
        tables["cables"] = [row | {"id": f"{one}.{strand}"} for strand in (1, 2)]
    built = said(f"{one}.1", 2) | {f"{one}.2": Built((one,), LEAF, "2", "", "")}
    found = compare(snapshot(**old), snapshot(**new, built=built))
    assert ids(found, "recorded") == [f"{one}.1", f"{one}.2"]
    assert ids(found, "moved") == []


@pytest.mark.parametrize(
    ("left", "orders"), [(False, []), (True, ["  module MMA4Z00-NS: 5 -> 6 (+1)"])]
)
def test_a_module_where_a_recorded_cable_ends_is_there(left: bool, orders: list[str]) -> None:
    """One whose old cage is in use still came from somewhere; the other went along."""
    old, new = side("old", PLANNED, {}), side("new", PLANNED | {"gpu0001:rail0": 9}, {})
    new["modules"].append(module(f"{LEAF}:8"))
    if left:
        new["modules"].append(module(f"{LEAF}:1"))
        new["bom"][1] |= {"order": 6}
    found = compare(snapshot(**old), snapshot(**new, built=said("gpu0001:rail0", 9, cage=9)))
    assert [one.key[0] for one in found.modules.added] == [f"{LEAF}:8"]
    assert [one.key[0] for one in found.modules.changed["recorded"]] == [f"{LEAF}:9"]
    assert [one.key[0] for one in found.modules.removed] == ([] if left else [f"{LEAF}:1"])
    lines = text.render(found).splitlines()
    assert "modules recorded as built, nothing to plug in" in lines
    assert f"  {LEAF}:9: MMA4Z00-NS" in lines
    assert [line for line in lines if line.startswith("  module ")] == orders


def test_sides_without_orders_are_compared_in_the_rest() -> None:
    old, new = side("old", PLANNED, {}), side("new", SWAPPED, LENGTHS)
    del old["bom"], new["bom"]
    found = compare(snapshot(**old), snapshot(**new, built=SAID))
    assert len(ids(found, "recorded")) == 3
    assert not found.bom


def test_the_json_document_tells_what_is_recorded(root: Path) -> None:
    found = json.loads(document.render(of(SAID, SWAPPED, LENGTHS)))
    assert found["cables"]["recorded"][2] == {
        "id": "gpu0003:rail0",
        "old": {"part": "P15", "length_m": "15.0"},
        "new": {"part": "P50", "length_m": "50.0"},
    }
    assert found["cables"]["moved"] == found["cables"]["replaced"] == []
    page = (root / "docs/diff.md").read_text()
    jsonschema.validate(found, json.loads(page.partition("```json\n")[2].partition("```")[0]))


RECORD = """\
cable,what,value,by,at
gpu0001:rail0,port,{first},Li,2026-03-01T10:00:00Z
gpu0002:rail0,port,{second},Li,2026-03-01T10:01:00Z
gpu0003:rail0,length_m,50,Li,2026-03-01T10:02:00Z
"""
OVERRIDES = """
as_built: as-built.csv
overrides:
  ports:
    - { link: gpu0001:rail0, port: Ethernet8, reason: "as built, Li" }
    - { link: gpu0002:rail0, port: Ethernet0, reason: "as built, Li" }
  lengths:
    - { link: gpu0003:rail0, length_m: 50, reason: "as built, Li" }
"""


@pytest.fixture
def intents(root: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Return a small intent before and after a redline."""
    plain = (root / "intent/examples/lab-small.yml").read_text()
    old, new = tmp_path / "old.yml", tmp_path / "new.yml"
    old.write_text(plain)
    ports = {one.id: one.z.port for one in api.load_plan(old).plan.links}
    first, second = ports["gpu0001:rail0"], ports["gpu0002:rail0"]
    text_after = OVERRIDES.replace("Ethernet8", second).replace("Ethernet0", first)
    new.write_text(plain + text_after)
    (tmp_path / "as-built.csv").write_text(RECORD.format(first=second, second=first))
    return old, new


def test_intents_and_folders_say_the_same(
    intents: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = intents
    folders = []
    for intent in intents:
        assert main(["build", str(intent), "--out", str(tmp_path / intent.stem)]) == 0
        folders += [one for one in (tmp_path / intent.stem).iterdir() if one.is_dir()]
    found = api.diff(str(old), str(new))
    assert ids(found, "recorded") == [f"gpu000{number}:rail0" for number in (1, 2, 3)]
    assert ids(found, "moved") == ids(found, "replaced") == []
    assert ids(found, "relabelled") == ["gpu0001:rail0", "gpu0002:rail0"]
    assert found.configurations.disturbs
    built = api.diff(str(folders[0]), str(folders[1]))
    assert (built.cables, built.bom) == (found.cables, found.bom)
    capsys.readouterr()
    manifest = folders[1] / "manifest.json"
    listed = json.loads(manifest.read_text())
    cabling = folders[1] / "cabling/cabling.csv"
    rows = cabling.read_text()
    for bad, why in (
        (rows.replace(",length_as_built_m,", ",other,"), "has no column 'length_as_built_m'"),
        (rows.replace(",50,", ",far,"), "has 'far' in column 'length_as_built_m'"),
    ):
        cabling.write_text(bad)
        with pytest.raises(BuildFolderError, match=why):
            compare(of_folder(folders[0]), of_folder(folders[1]))
    del listed["files"]["cabling/cabling.csv"]
    manifest.write_text(json.dumps(listed))
    older = compare(of_folder(folders[0]), of_folder(folders[1]))
    assert ids(older, "recorded") == []
    assert ids(older, "moved") == ["gpu0001:rail0", "gpu0002:rail0"]
    assert older.unknown == ()
