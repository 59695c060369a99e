"""Whatever the file holds, the loader answers with an intent or with an IntentError."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from railwright.errors import IntentError
from railwright.intent.loader import LoadedIntent, load
from railwright.intent.yaml_lines import parse

REFERENCE = Path(__file__).parents[3] / "intent" / "cluster.yml"
TEXT = REFERENCE.read_text(encoding="utf-8")
LINES = TEXT.splitlines(keepends=True)
SECRET = "S3cr3t-V4lue"  # noqa: S105 (what no message may hold)
ODD = st.sampled_from(
    [
        *("\t", ":", ": ", "- ", "{", "}", "[", "]", "|", ">", "'", '"', "#", "? ", "~", "  "),
        *("&a ", "*a", "!!str ", "<<: ", "---\n", "...\n", "%YAML 9.9\n", "\n\n", "\r", "\0"),
        *("\\U99999999", '"\\ud800"', "\x85", "\ufeff", "0x", "1e999", ".nan", "9" * 5000),
        "include: [cluster.yml]\n",
    ]
)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "cluster.yml"


def check(target: Path, content: bytes) -> LoadedIntent | None:
    """Return what is loaded, None if it is refused as every refusal should be."""
    target.write_bytes(content)
    try:
        return load(target)
    except IntentError as err:
        refusal = err
    text = str(refusal)
    for leaked in (SECRET, "pydantic", "Input should", "ruamel", "<class", "Error("):
        assert leaked not in text
    for problem in refusal.problems:
        assert problem.what.isprintable()
        assert len(problem.what) < 600
        assert problem.path.isprintable()
    assert refusal.problems[0].file == str(target)
    return None


def test_the_check_tells_good_from_bad(target: Path) -> None:
    assert check(target, TEXT.encode()) is not None
    assert check(target, b"cluster: 5") is None


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_mutated_lines(target: Path, data: st.DataObject) -> None:
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["drop", "repeat", "insert", "indent", "move"])):
            case "drop":
                lines.pop(place)
            case "repeat":
                lines.insert(place, lines[place])
            case "indent":
                lines[place] = "  " + lines[place]
            case "move":
                lines.append(lines.pop(place))
            case _:
                at = data.draw(st.integers(0, len(lines[place])))
                odd = data.draw(ODD | st.text(max_size=8))
                lines[place] = lines[place][:at] + odd + lines[place][at:]
    check(target, "".join(lines).encode("utf-8", "surrogatepass"))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(TEXT)), st.binary(max_size=8))
def test_mutated_bytes(target: Path, at: int, noise: bytes) -> None:
    content = TEXT.encode()
    check(target, content[:at] + noise + content[at:])


@settings(max_examples=150, deadline=None)
@given(st.lists(ODD | st.text(max_size=6), max_size=30))
def test_arbitrary_text(target: Path, parts: list[str]) -> None:
    check(target, "".join(parts).encode("utf-8", "surrogatepass"))


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(max_size=80)
    | st.sampled_from(["10.0.0.0/8", "10.0.0.1/8", "cx864e-n", "rail_only", "\ud800", "9" * 5000]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(value: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the path of every key."""
    if not isinstance(value, dict):
        return []
    below = [place for key, item in value.items() for place in places(item, (*path, key))]
    return [(*path, key) for key in value] + below


def reference() -> Any:
    return parse(TEXT, "cluster.yml")[0].plain()


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_mutated_values(target: Path, data: st.DataObject) -> None:
    tree = reference()
    for _ in range(data.draw(st.integers(1, 3))):
        *above, key = data.draw(st.sampled_from(places(tree)))
        node = tree
        for step in above:
            node = node[step]
        name = data.draw(st.just(key) | st.text(min_size=1, max_size=8))
        node[name] = data.draw(VALUES)
    check(target, json.dumps(tree).encode())


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["community", "passkey", "secret", "password", "snmp_community"]),
    st.sampled_from([(), ("services",), ("services", "snmp"), ("services", "snmp", "community")]),
    st.sampled_from([SECRET, [SECRET], {"value": SECRET}, {SECRET: 1}, {"secret": SECRET}]),
)
def test_secret_values_are_never_echoed(
    target: Path, key: str, above: tuple[str, ...], value: Any
) -> None:
    tree = reference()
    node = tree
    for step in above:
        node = node[step]
    node[key] = value
    assert check(target, json.dumps(tree).encode()) is None
