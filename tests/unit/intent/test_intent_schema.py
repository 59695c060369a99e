import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from railwright.intent import reference, schema
from railwright.intent.loader import load
from railwright.intent.written import KeyPath, dotted
from railwright.intent.yaml_lines import parse

ROOT = Path(__file__).parents[3]
INTENTS = [ROOT / "intent" / "cluster.yml", *sorted((ROOT / "intent" / "examples").glob("*.yml"))]
ERRORS = Path(__file__).parents[2] / "errors"


def plain(path: Path) -> object:
    return parse(path.read_text(encoding="utf-8"), path.name)[0].plain()


def keys(path: KeyPath = ()) -> Iterator[KeyPath]:
    for key in schema.at(path).get("properties", ()):
        yield (*path, key)
        yield from keys((*path, key))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (reference.SCHEMA_FILE, schema.text()),
        (reference.REFERENCE_FILE, reference.text()),
    ],
    ids=str,
)
def test_generated_file_is_fresh(path: Path, text: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == text, "run `make schema`"


def test_write_makes_both_files(tmp_path: Path) -> None:
    reference.write(tmp_path)
    assert (tmp_path / "intent" / "schema.json").read_text(encoding="utf-8") == schema.text()
    assert (tmp_path / "docs" / "intent.md").read_text(encoding="utf-8") == reference.text()


def test_schema_is_a_valid_schema() -> None:
    Draft202012Validator.check_schema(json.loads(schema.text()))


def test_every_key_is_described_in_schema_and_reference() -> None:
    text = reference.text()
    for path in keys():
        assert schema.at(path).get("description", "").endswith("."), dotted(path)
        assert f"| `{path[-1]}` |" in text or schema.is_secret(schema.at(path[:-1]))


@pytest.mark.parametrize("path", INTENTS, ids=lambda path: path.stem)
def test_intent_is_valid_for_loader_and_editor(path: Path) -> None:
    assert load(path).intent.cluster
    assert list(Draft202012Validator(schema.document()).iter_errors(plain(path))) == []


@pytest.mark.parametrize("path", INTENTS, ids=lambda path: path.stem)
def test_intent_names_the_schema_for_editors(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert found is not None
    assert (path.parent / found[1]).resolve() == (ROOT / reference.SCHEMA_FILE).resolve()


def test_reference_is_short_and_clusters_are_distinct() -> None:
    assert len(INTENTS[0].read_text(encoding="utf-8").splitlines()) <= 80
    names = [load(path).intent.cluster for path in INTENTS]
    assert names[0] == "h100-1024"
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "case", ["wrong-types", "out-of-range", "bad-choice", "unknown-key-deep", "missing-keys"]
)
def test_editor_refuses_what_the_loader_refuses(case: str) -> None:
    validator = Draft202012Validator(schema.document())
    assert list(validator.iter_errors(plain(ERRORS / f"{case}.yml")))


def test_at_follows_references_lists_and_unknown_keys() -> None:
    assert schema.at(("nodes", "gpu", "capacity"))["minimum"] == 1
    assert schema.at(("services", "dns_servers", 0))["format"] == "ipv4"
    assert schema.at(("services", "snmp", "community"))["description"] == (
        "Read-only community, by name."
    )
    assert schema.at(("nodes", "cpu", "count")) == {}
