"""The stand-ins' own validation against the YANG models and libyang."""

import copy
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from railwright.lab.box.configdb import Config
from railwright.lab.box.errors import BoxError, NotInLabError
from railwright.lab.box.schema import Shape, schema
from railwright.lab.box.validate import check_config, unmodelled_tables
from railwright.sonic.yang_instance import convert
from railwright.sonic.yang_schema import ListNode, Table, read_tables
from railwright.sonic.yanglint import first_complaints
from tests.unit.lab.box.sample import leaf

SAMPLES = 40
VALUES = (
    *("", "0", "1", "-1", "15", "16", "64", "101", "99999999999999999999", "x", "True", "true"),
    *("up", "10.0.0.1", "10.0.0.1/24", "fe80::1", "fe80::1/64", "a b", "Ethernet0", "AZURE"),
    *("3,4", "5m", "mgmt", "enable", "enabled", "1.5", "GLOBAL"),
)
Mutation = tuple[str, Config]


@pytest.fixture(scope="module")
def models(shared: Path) -> list[Path]:
    files = sorted((shared / "sonic-yang").glob("*.yang"))
    if not files:
        pytest.skip(f"no YANG models under {shared}")
    return files


@pytest.fixture(scope="module")
def tables(models: list[Path]) -> dict[str, Table]:
    return read_tables(models)


def test_the_sample_is_valid_and_complete() -> None:
    check_config(leaf())
    known = {table for table, shapes in schema().shapes.items() if any(s.described for s in shapes)}
    # these hold what an image brings; reload adds them
    image_only = {"AUTO_TECHSUPPORT", "AUTO_TECHSUPPORT_FEATURE", "BANNER_MESSAGE"}
    assert set(leaf()) == known - image_only - {"PASSW_HARDENING"}


def test_every_table_with_a_model_is_known_by_name(tables: dict[str, Table]) -> None:
    assert schema().modules == {name: table.module for name, table in tables.items()}
    assert unmodelled_tables({"PORT": {}, "MY_TABLE": {}, "SFLOW": {}}) == ["MY_TABLE"]


def fields_of(shape: Shape) -> set[str]:
    return {*shape.leaves, *shape.undescribed}


def node_of(shape: Shape, table: Table) -> ListNode:
    return next(node for node in table.lists if node.name == shape.list_name)


@pytest.mark.parametrize("name", sorted(schema().shapes))
def test_a_table_has_the_rows_and_fields_of_its_model(name: str, tables: dict[str, Table]) -> None:
    table, shapes = tables[name], schema().shapes[name]
    lists = [shape for shape in shapes if not shape.row_names]
    assert {shape.list_name for shape in lists} == {node.name for node in table.lists}
    rows = {row: shape for shape in shapes for row in shape.row_names}
    assert set(rows) == set(table.fixed_rows)
    for row, shape in rows.items():
        assert fields_of(shape) == set(table.fixed_rows[row]) or not shape.described
    for shape in lists:
        node = node_of(shape, table)
        assert tuple(name for name, _ in shape.key) == node.keys
        assert (shape.entry is not None) == (node.map_value is not None)
        if shape.described and shape.entry is None:
            assert fields_of(shape) == set(node.leaves) - set(node.keys)


def mutations() -> Iterator[Mutation]:
    """Yield the sample with one thing changed: a row or field gone, another key or value."""
    for table, rows in leaf().items():
        for key, row in rows.items():
            yield f"{table}|{key} gone", without_row(table, key)
            tail = key[key.find("|") :] if "|" in key else ""
            for other in {f"{key}x", key.replace("0", "9", 1), key.upper(), f"Ethernet99{tail}"}:
                if other not in rows:
                    yield f"{table}|{key} as {other}", renamed(table, key, other)
            for field, value in row.items():
                changed = leaf()
                del changed[table][key][field]
                yield f"{table}|{key} {field} gone", changed
                for new in VALUES:
                    changed = leaf()
                    changed[table][key][field] = [new] if isinstance(value, list) else new
                    yield f"{table}|{key} {field}={new}", changed


def without_row(table: str, key: str) -> Config:
    config = leaf()
    del config[table][key]
    if not config[table]:
        del config[table]
    return config


def renamed(table: str, key: str, other: str) -> Config:
    config = leaf()
    config[table] = {other if name == key else name: row for name, row in config[table].items()}
    return config


def undecided(name: str) -> bool:
    """Return whether libyang is not asked the same: an empty text as a list of references."""
    return name.endswith("profile_list=")


@pytest.mark.skipif(shutil.which("yanglint") is None, reason="yanglint (libyang-tools) is missing")
def test_mutations_are_accepted_and_refused_as_libyang_does(
    models: list[Path], tables: dict[str, Table]
) -> None:
    chosen = [one for one in mutations() if not undecided(one[0])]
    chosen = random.Random(20260823).sample(chosen, SAMPLES)  # noqa: S311 - not a secret
    documents = {}
    for name, config in chosen:
        document, problems = convert(copy.deepcopy(config), tables)
        if not problems:
            documents[name] = document.xml()
    complaints = first_complaints(models, list(documents.values()))
    libyang = {name for name, found in zip(documents, complaints, strict=True) if found is None}
    ours = set()
    for name, config in chosen:
        try:
            check_config(config)
        except NotInLabError:
            ours |= {name} & libyang
        except BoxError:
            continue
        else:
            ours.add(name)
    assert ours == libyang
    assert 0 < len(libyang) < SAMPLES
