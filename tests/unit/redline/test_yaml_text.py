"""Changes to YAML text: what is asked for changes, every other line stays as it was."""

import difflib
from collections.abc import Callable
from typing import Any

import pytest
from ruamel.yaml import YAML

from railwright.redline.yaml_text import YamlText

BLOCK = """\
# The cluster.
cluster: tiny   # its name

overrides:
  # dead cages
  ports:
    - { link: gpu0001:rail0, port: Ethernet504, reason: dead }  # a comment
    - link: gpu0002:rail0
      port: Ethernet496
      reason: >
        a long
        story

  # people move racks
  places: []

pools: { inband: 10.0.0.0/13 }
# the end
"""
NEW = {"link": "gpu0003:rail0", "port": "Ethernet8", "reason": 'as built, 李 2026: x: "y"'}


def loaded(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def changed(text: str, act: Callable[[YamlText], None]) -> tuple[str, list[str]]:
    file = YamlText(text)
    act(file)
    lines = difflib.ndiff(text.splitlines(), file.text.splitlines())
    return file.text, [line for line in lines if line[0] in "+-"]


def test_an_item_is_added_below_the_last_one() -> None:
    text, lines = changed(BLOCK, lambda file: file.append(("overrides", "ports"), [NEW]))
    assert lines == [
        '+     - { link: gpu0003:rail0, port: Ethernet8, reason: "as built, 李 2026: x: \\"y\\"" }'
    ]
    assert loaded(text)["overrides"]["ports"][2] == NEW
    assert text.index("story") < text.index("gpu0003") < text.index("# people")


def test_a_key_is_added_at_the_end_of_its_mapping() -> None:
    text, lines = changed(BLOCK, lambda file: file.insert(("overrides",), ("lengths",), [{"a": 1}]))
    assert lines == ["+   lengths:", "+     - { a: 1 }"]
    assert loaded(text)["overrides"]["lengths"] == [{"a": 1}]


def test_a_key_is_added_at_the_end_of_the_file() -> None:
    text, lines = changed(BLOCK, lambda file: file.insert((), ("as_built",), "as-built.csv"))
    assert lines == ["+ ", "+ as_built: as-built.csv"]
    assert text.endswith("as_built: as-built.csv\n# the end\n")


@pytest.mark.parametrize("place", [0, 1])
def test_a_value_is_replaced_alone(place: int) -> None:
    path = ("overrides", "ports", place, "port")
    text, lines = changed(BLOCK, lambda file: file.set(path, "Ethernet16"))
    assert [line[0] for line in lines] == ["-", "+"]
    assert loaded(text)["overrides"]["ports"][place]["port"] == "Ethernet16"


def test_a_folded_text_is_replaced() -> None:
    text, lines = changed(BLOCK, lambda file: file.set(("overrides", "ports", 1, "reason"), "b: c"))
    assert lines == [
        "-       reason: >",
        '+       reason: "b: c"',
        "-         a long",
        "-         story",
    ]
    assert loaded(text)["overrides"]["ports"][1]["reason"] == "b: c"


def test_an_item_goes_with_its_lines() -> None:
    text, lines = changed(BLOCK, lambda file: file.remove(("overrides", "ports", 1)))
    assert all(line[0] == "-" for line in lines)
    assert len(lines) == 5
    assert len(loaded(text)["overrides"]["ports"]) == 1


def test_the_last_item_takes_its_key_along() -> None:
    def act(file: YamlText) -> None:
        file.remove(("overrides", "ports", 1))
        file.remove(("overrides", "ports", 0))

    text, _ = changed(BLOCK, act)
    assert loaded(text) == {
        "cluster": "tiny",
        "overrides": {"places": []},
        "pools": {"inband": "10.0.0.0/13"},
    }
    assert "# dead cages" in text


FLOW = "{ cluster: tiny, overrides: { ports: [{ link: a, port: b }, { link: c, port: d }] } }"
CASES: list[tuple[str, Callable[[YamlText], None], Any]] = [
    (
        FLOW,
        lambda file: file.append(("overrides", "ports"), [{"link": "e", "port": "f"}]),
        {"overrides": {"ports": [["a", "b"], ["c", "d"], ["e", "f"]]}},
    ),
    (
        FLOW,
        lambda file: file.remove(("overrides", "ports", 0)),
        {"overrides": {"ports": [["c", "d"]]}},
    ),
    (
        FLOW,
        lambda file: file.remove(("overrides", "ports", 1)),
        {"overrides": {"ports": [["a", "b"]]}},
    ),
    (FLOW, lambda file: file.remove(("overrides", "ports")), {}),
    (
        "cluster: tiny\noverrides: {}\n",
        lambda file: file.insert(("overrides",), ("ports",), [{"link": "a", "port": "b"}]),
        {"overrides": {"ports": [["a", "b"]]}},
    ),
    (
        "{cluster: tiny}",
        lambda file: file.insert((), ("overrides", "ports"), [{"link": "a", "port": "b"}]),
        {"overrides": {"ports": [["a", "b"]]}},
    ),
    (
        "cluster: tiny",
        lambda file: file.insert((), ("overrides", "ports"), [{"link": "a", "port": "b"}]),
        {"overrides": {"ports": [["a", "b"]]}},
    ),
    (
        "cluster: tiny\noverrides:\n  ports: []\n",
        lambda file: file.append(("overrides", "ports"), [{"link": "a", "port": "b"}]),
        {"overrides": {"ports": [["a", "b"]]}},
    ),
    (
        "overrides:\n  ports:\n  - {link: a, port: b}\ncluster: tiny\n",
        lambda file: file.append(("overrides", "ports"), [{"link": "c", "port": "d"}]),
        {"overrides": {"ports": [["a", "b"], ["c", "d"]]}},
    ),
]


@pytest.mark.parametrize(("text", "act", "wanted"), CASES)
def test_every_way_of_writing_a_list(
    text: str, act: Callable[[YamlText], None], wanted: Any
) -> None:
    file = YamlText(text)
    act(file)
    found = loaded(file.text)
    assert found.pop("cluster") == "tiny"
    if "overrides" in found:
        found = {
            "overrides": {"ports": [list(one.values()) for one in found["overrides"]["ports"]]}
        }
    assert found == wanted


def test_line_ends_stay_what_they_are() -> None:
    file = YamlText(BLOCK.replace("\n", "\r\n"))
    file.append(("overrides", "ports"), [NEW])
    file.insert((), ("as_built",), "as-built.csv")
    file.remove(("overrides", "ports", 0))
    assert file.text.count("\n") == file.text.count("\r\n")
    assert loaded(file.text)["as_built"] == "as-built.csv"
    assert len(loaded(file.text)["overrides"]["ports"]) == 2
