"""The round: sheets are built, filled in, handed in, and built again with what is known."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from railwright import api
from railwright.cli import main
from railwright.emitters.cabling import table, workbook
from railwright.emitters.cabling.volume import volumes
from tests.unit.redline.samples import ROOT, Site, fill, site
from tests.unit.redline.samples import workbook as made

RAIL0, RAIL1, OTHER = "gpu0001:rail0", "gpu0001:rail1", "gpu0002:rail0"
LI = {"by": "Li Wei", "at": "2026-03-01 09:30"}
ANNA = {"tested_by": "Anna", "tested_at": "2026-03-01 11:00", "result": "-1.2 dBm"}


def built(one: Site, name: str = "cabling.xlsx") -> Path:
    """Build the workbook, as it is at this moment."""
    job = one.job()
    (file,) = workbook.emit(job, volumes(job)[0])
    path = one.folder / name
    path.write_bytes(file.content)
    return path


def table_of(one: Site) -> Path:
    (file,) = table.emit(one.job().pulls)
    path = one.folder / "handed" / "cabling.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(file.content)
    return path


def run(one: Site, *words: object) -> int:
    api.load_plan.cache_clear()
    return main(["redline", str(one.intent), *map(str, words)])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_round_with_a_workbook(tmp_path: Path, language: str) -> None:
    one = site(tmp_path / "site")
    one.intent.write_text(f"{one.intent.read_text()}language: {language}\n")
    ids = [cable.id for cable in one.job().plan.cabled.cables]
    path = built(one)
    assert run(one, path) == 0
    done = {"en": ("connected", "tested"), "zh": ("已连接", "已测试")}[language]
    fill(path, RAIL0, status=done[0], **LI, remark="'=bent")
    fill(path, RAIL1, status=done[1], **LI, **ANNA)
    redline = {"as_built_port": "Ethernet504", "as_built_length_m": 10, "reason": "dead cage"}
    fill(path, OTHER, **LI, **redline)
    assert run(one, path) == 2
    assert run(one, path, "--write") == 0
    texts = one.texts()
    assert run(one, path, "--write") == 0
    assert one.texts() == texts
    record = {key: (mark.value, mark.by, mark.note) for key, mark in one.record().items()}
    assert record == {
        (RAIL0, "pulled"): (True, "Li Wei", ""),
        (RAIL0, "connected"): (True, "Li Wei", ""),
        (RAIL0, "remark"): ("=bent", "Li Wei", ""),
        (RAIL1, "pulled"): (True, "Li Wei", ""),
        (RAIL1, "connected"): (True, "Li Wei", ""),
        (RAIL1, "tested"): (True, "Anna", "-1.2 dBm"),
        (OTHER, "port"): ("Ethernet504", "Li Wei", "dead cage"),
        (OTHER, "length_m"): (10.0, "Li Wei", "dead cage"),
    }
    pull = one.pull(OTHER)
    assert (pull.upper.ports, pull.cable.length_m) == ("Ethernet504", 10.0)
    assert [cable.id for cable in one.job().plan.cabled.cables] == ids

    anew = built(one, "anew.xlsx")
    assert anew.read_bytes() != path.read_bytes()
    assert run(one, anew) == 0
    fill(anew, OTHER, as_built_port="Ethernet496", by="Bob", at="2026-03-02 08:00")
    assert run(one, anew, "--write") == 0
    assert one.pull(OTHER).upper.ports == "Ethernet496"
    assert run(one, path, anew) == 0
    assert one.texts()["as-built.csv"].count(b"\n") == 9


def test_the_table_is_handed_in_like_a_workbook(tiny: Site) -> None:
    path = table_of(tiny)
    assert run(tiny, path) == 0
    rows = list(csv.DictReader(path.open()))
    row = next(row for row in rows if row["cable"] == RAIL0)
    row |= {"pulled": "yes", "pulled_by": "Li", "pulled_at": "2026-03-01 09:30"}
    row["length_as_built_m"], row["reason"] = "10", "stock"
    with path.open("w") as stream:
        writer = csv.DictWriter(stream, list(row), restval="")
        writer.writeheader()
        writer.writerows(rows)
    assert run(tiny, path, "--write") == 0
    assert {key: mark.value for key, mark in tiny.record().items()} == {
        (RAIL0, "pulled"): True,
        (RAIL0, "length_m"): 10.0,
    }
    assert run(tiny, path) == 0
    assert run(tiny, table_of(tiny)) == 0


def test_what_a_row_lacks_is_told_for_all_rows(
    tiny: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: list[dict[str, Any]] = [
        {"cable": RAIL0, "check": tiny.pull(RAIL0).check, "status": "tested", "by": "Li"},
        {"cable": OTHER, "check": tiny.pull(OTHER).check, "as_built_port": "Ethernet504", **LI},
        {"cable": RAIL1, "check": tiny.pull(RAIL1).check, "result": "-1 dBm", **LI},
    ]
    path = tiny.folder / "w.xlsx"
    path.write_bytes(made({"2-fabric": rows}))
    assert run(tiny, path, "--write") == 1
    assert capsys.readouterr().err.splitlines() == [
        f"{path}: 2-fabric!F3: tested_by: is missing; write who did it",
        f"{path}: 2-fabric!G3: tested_at: is missing; write when it was done, in UTC, such as "
        "2026-03-01 09:30",
        f"{path}: 2-fabric!E3: at: is missing; write when it was done, in UTC, such as "
        "2026-03-01 09:30",
        f"{path}: 2-fabric!K4: reason: is missing; write why it is built otherwise",
        f"{path}: 2-fabric!F5: tested_by: is missing; write who did it",
        f"{path}: 2-fabric!G5: tested_at: is missing; write when it was done, in UTC, such as "
        "2026-03-01 09:30",
        f"{path}: 2-fabric!H5: result: is given for a cable that is not tested; set it to tested, "
        "or write what is wrong as remark",
    ]


def test_a_phone_and_a_workbook_that_disagree(
    tiny: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    path = built(tiny)
    fill(path, RAIL0, as_built_port="Ethernet496", reason="dead", **LI)
    fill(path, RAIL1, status="pulled", **LI)
    li = tiny.phone("Li", [(RAIL0, "port", "Ethernet504", "dead"), (RAIL1, "connected", True)])
    assert run(tiny, path, li, "--write") == 2
    out = capsys.readouterr().out
    assert f"conflict: {RAIL0} port: Ethernet504 (Li, 2026-03-01T09:01:30Z), {li} marks[0] " in out
    assert "against Ethernet496 (Li Wei, 2026-03-01T09:30:00Z), " in out
    assert f"note: {RAIL1}, {path} " in out
    assert tiny.job().plan.intent.overrides.ports == ()
    assert {key for key in tiny.record()} == {(RAIL1, "connected"), (RAIL1, "pulled")}


def test_the_report_for_people(tiny: Site, capsys: pytest.CaptureFixture[str]) -> None:
    li = tiny.phone("Li", [(RAIL0, "connected", True), (OTHER, "port", "Ethernet504", "dead cage")])
    assert run(tiny, li) == 2
    assert capsys.readouterr().out == (
        "wave         cables  pulled  connected  tested\n"
        "5-su1-rail0  3       0 -> 1  0 -> 1     0\n"
        "\n"
        f"redline: {OTHER} port Ethernet504 (Li, 2026-03-01T09:02:30Z): adds to overrides.ports: "
        "Ethernet504 (as built, Li 2026-03-01: dead cage)\n"
        "\n"
        "floor-tiny: 2 marks, 2 new; --write would write "
        f"{tiny.folder}/as-built.csv, {tiny.intent}\n"
    )
    assert run(tiny, li, "--write") == 0
    assert capsys.readouterr().out.endswith(f"wrote {tiny.folder}/as-built.csv, {tiny.intent}\n")
    assert run(tiny, li) == 0
    assert capsys.readouterr().out == "floor-tiny: 2 marks, 0 new; nothing new\n"


def test_nothing_to_hand_in_is_an_error(tiny: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tiny) == 1
    assert capsys.readouterr().err.startswith("name what was handed in: ")


def test_the_document_keeps_its_schema(tiny: Site, capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "docs" / "redline.md").read_text()
    (block,) = re.findall(r"```json\n(\{\n  \"\$schema\".*?)```", text, re.DOTALL)
    schema = json.loads(block)
    jsonschema.Draft202012Validator.check_schema(schema)
    files = [
        tiny.phone("Li", [(RAIL0, "pulled", True), (RAIL0, "port", "Ethernet504", "dead")]),
        tiny.phone(
            "Anna",
            [
                (RAIL0, "pulled", False),
                ("gpu0099:rail0", "pulled", True),
                (RAIL1, "port", "Ethernet999", "x"),
                (OTHER, "length_m", 10, "x"),
            ],
        ),
    ]
    assert run(tiny, *files, "--format", "json") == 2
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, schema)
    assert (document["exit_code"], document["written"]) == (2, False)
    assert [one["cable"] for one in document["conflicts"]] == [RAIL0]
    assert [one["action"] for one in document["redlines"]] == ["add", "add"]
    assert run(tiny, *files, "--format", "json", "--write") == 2
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, schema)
    assert document["written"]
    assert {one.name for one in map(Path, document["files"])} == {"as-built.csv", "floor-tiny.yml"}


def test_a_big_cluster_is_quick(tmp_path: Path) -> None:
    """Every cable of the reference is ticked by two people: no join is made of all with all."""
    one = site(tmp_path / "site", ROOT / "intent" / "cluster.yml")
    said = [(pull.id, "pulled", True) for pull in one.job().pulls]
    files = [one.phone(name, [(*mark, "") for mark in said]) for name in ("Li", "Anna")]
    assert run(one, *files, "--write") == 0
    assert len(one.record()) == len(said)
