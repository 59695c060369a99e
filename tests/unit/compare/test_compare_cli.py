"""The verb: text, JSON, refusals; the reference beside its variants."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from railwright.cli import main

Say = pytest.CaptureFixture[str]
REFERENCE = ["intent/cluster.yml", "intent/reference-rail-only.yml", "intent/reference-2to1.yml"]
SMALL = ["intent/examples/rail-256.yml", "intent/examples/rail-only-32.yml"]


@pytest.fixture(autouse=True)
def _in_checkout(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)


def document(say: Say, *words: str) -> dict[str, Any]:
    say.readouterr()
    assert main(["compare", *words, "--format", "json"]) == 0
    found: dict[str, Any] = json.loads(say.readouterr().out)
    return found


def rows(found: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["section"], row["name"]): row for row in found["rows"]}


def test_the_reference_beside_rail_only_and_2_to_1(capsys: Say) -> None:
    found = document(capsys, *REFERENCE)
    assert [one["name"] for one in found["designs"]] == [Path(name).stem for name in REFERENCE]
    table = rows(found)
    switches = table["compute", "switches"]
    assert switches["values"] == [24, 8, 20]
    assert [round(one, 1) for one in switches["changes_percent"]] == [0, -66.7, -16.7]
    assert table["compute", "bisection"]["values"] == [204.8, 204.8, 102.4]
    assert table["compute", "bisection between rails"]["values"] == [204.8, 0, 102.4]
    assert table["compute", "oversubscription of leaves"]["values"] == [1, None, 2]
    assert table["compute", "links: 800G fabric"]["values"] == [512, 0, 256]
    for network, switches_of in (("storage", 8), ("inband", 6), ("oob", 9)):
        assert table[network, "switches"]["values"] == [switches_of] * 3
    assert table["everything", "switches"]["values"] == [47, 31, 43]
    assert table["everything", "racks"]["values"] == [37] * 3
    management = table["oob", "links: 1G access"]["values"]
    assert [management[0] - one for one in management] == [0, 24 - 8, 24 - 20]
    assert found["claims"] == []
    assert not any("floor" in note for note in found["notes"])


def test_the_reference_beside_itself_without_a_floor(tmp_path: Path, capsys: Say) -> None:
    bare = tmp_path / "bare.yml"
    intent = yaml.safe_load(Path(REFERENCE[0]).read_text())
    assert intent.pop("floor")
    bare.write_text(yaml.safe_dump(intent))
    found = document(capsys, REFERENCE[0], str(bare))
    table = rows(found)
    for name in ("cables", "modules", "racks", "power", "power per GPU"):
        assert table["everything", name]["changes_percent"] == [None, None]
    assert table["everything", "switches"]["changes_percent"] == [0, 0]
    assert table["everything", "racks"]["values"] == [37, None]
    assert [note for note in found["notes"] if note.startswith("cluster has a floor and bare ")]


def test_the_text_has_every_design(capsys: Say) -> None:
    assert main(["compare", *REFERENCE]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == [Path(name).stem for name in REFERENCE]
    switches = next(line for line in lines if line.startswith("  switches  "))
    assert switches.split() == ["switches", "24", "8", "(-66.7", "%)", "20", "(-16.7", "%)"]
    assert not any(line != line.rstrip() for line in lines)


def test_claims_alone_need_no_design(capsys: Say) -> None:
    assert main(["compare", "--claims"]) == 0
    said = capsys.readouterr().out
    assert "verdict   holds only for switches against three tiers at 1:1\n" in said
    assert "verdict   undecided: prices are missing\n" in said
    assert "fails     switches against two tiers at 1:1: (24 - 8) / 24 = 66.67 % saved\n" in said
    found = document(capsys, "--claims")
    assert found["designs"] == found["rows"] == []
    assert {one["verdict"] for one in found["claims"]} == {"holds", "holds in part", "undecided"}
    assert {one["basis"] for claim in found["claims"] for one in claim["evidence"]} == {
        "computed",
        "cited",
        "assumed",
    }


def test_claims_take_prices_from_the_first_design(tmp_path: Path, capsys: Say) -> None:
    (tmp_path / "prices.csv").write_text(
        "part,price,currency,source\n"
        "dpu,16000,USD,offer\ndpu-replacement,500,USD,offer\ndgx-h100,310000,USD,public\n"
    )
    priced = tmp_path / "priced.yml"
    priced.write_text(f"{Path(SMALL[0]).read_text()}\nprices: prices.csv\n")
    found = document(capsys, str(priced), "--claims")
    claim = next(one for one in found["claims"] if one["id"] == "no-dpu-5")
    assert claim["verdict"] == "holds"
    assert claim["evidence"][0]["formula"] == "(16,000 - 500) / 310,000"
    assert claim["evidence"][0]["source"].endswith("prices.csv, USD")
    assert found["designs"][0]["missing_prices"]
    assert ("everything", "cost, as far as priced") in rows(found)


@pytest.mark.parametrize("words", [[], SMALL[:1]])
def test_too_few_designs_are_refused(words: list[str], capsys: Say) -> None:
    assert main(["compare", *words]) == 1
    said = capsys.readouterr()
    assert said.err == (
        f"compare needs two or more intents, got {len(words)}; "
        "name the one to measure against first, or ask for --claims\n"
    )
    assert not said.out


def test_an_intent_that_cannot_be_read_is_named(capsys: Say) -> None:
    assert main(["compare", SMALL[0], "intent/none.yml"]) == 1
    assert capsys.readouterr().err == "intent/none.yml: does not exist\n"


def test_files_of_one_name_are_called_by_their_paths(tmp_path: Path, capsys: Say) -> None:
    twin = tmp_path / Path(SMALL[0]).name
    twin.write_text(Path(SMALL[0]).read_text())
    found = document(capsys, SMALL[0], str(twin))
    assert [one["name"] for one in found["designs"]] == [SMALL[0], str(twin)]
    changes = {change for row in found["rows"] for change in row["changes_percent"]}
    assert changes <= {0, None}


def test_the_page_names_every_row_key_and_claim(root: Path, capsys: Say) -> None:
    page = (root / "docs/compare.md").read_text()
    found = document(capsys, *REFERENCE, "--claims")
    kinds = {re.sub(r": .*", "", row["name"]) for row in found["rows"]}
    assert [name for name in sorted(kinds) if name not in page] == []
    assert [one["id"] for one in found["claims"] if f"`{one['id']}`" not in page] == []
    keys = {
        key for one in (found, *found["designs"], *found["rows"], *found["claims"]) for key in one
    }
    keys |= {key for claim in found["claims"] for one in claim["evidence"] for key in one}
    assert [key for key in sorted(keys) if f"`{key}`" not in page] == []
    assert f"`format` is {found['format']}" in page
