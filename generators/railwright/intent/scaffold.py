"""A new intent as text: the few facts that were given, every default beside them as a comment."""

import difflib
import textwrap
from collections.abc import Collection, Iterator
from typing import Any

from pydantic import ValidationError

from railwright.errors import IntentError, Problem
from railwright.intent import schema
from railwright.intent.messages import translate
from railwright.intent.model import Intent
from railwright.intent.written import KeyPath, Written, shown
from railwright.intent.yaml_lines import flow

_COLUMNS = 100
_HEAD = """\
# yaml-language-server: $schema=schema.json
---
## {gpus} GPUs in {count} nodes. Lines with '##' explain; a line with one '#' holds a default
## or an example: remove its '# ' (and that of the section above it) to write another value.
"""


def scaffold(  # noqa: PLR0913 (each is one option of `railwright init`)
    *,
    gpus: int,
    switch: str,
    node: str,
    gpus_per_node: int,
    design: str = "rail-optimized",
    cluster: str | None = None,
    known_switches: Collection[str] = (),
    known_nodes: Collection[str] = (),
) -> str:
    """Return a commented intent for `gpus` GPUs in nodes of `node` on switches of `switch`.

    `known_switches` and `known_nodes` are the catalog's names, empty to accept any.
    Raises: IntentError naming every argument that no intent can hold, with the nearest that can.
    """
    problems = [
        *_unknown("switch", switch, known_switches),
        *_unknown("node", node, known_nodes),
        *_uneven(gpus, gpus_per_node, node),
    ]
    if problems:
        raise IntentError(problems)
    count = gpus // gpus_per_node
    values = {
        "cluster": f"gpu-{gpus}" if cluster is None else cluster,
        "nodes": {"gpu": {"model": node, "count": count}},
        "networks": {"compute": {"design": design, "leaf": switch}},
        "pools": {
            key: schema.at(("pools", key))["examples"][0]
            for key in schema.at(("pools",))["required"]
        },
    }
    try:
        Intent.model_validate(values)
    except ValidationError as err:
        raise IntentError(translate(err, _unplaced(values))) from None
    lines = (_HEAD.format(gpus=gpus, count=count), *_lines((), values))
    return "\n".join(lines).rstrip() + "\n"


def _uneven(gpus: int, gpus_per_node: int, node: str) -> Iterator[Problem]:
    below = gpus - gpus % gpus_per_node
    if gpus < 1 or below != gpus:
        near = [str(number) for number in (below, below + gpus_per_node) if number > 0]
        what = (
            f"must be a multiple of the {gpus_per_node} GPUs of a {node}, got {gpus}; "
            f"nearest: {' or '.join(near) if gpus > 0 else gpus_per_node}"
        )
        yield Problem("gpus", what)


def _unknown(option: str, name: str, known: Collection[str]) -> Iterator[Problem]:
    if known and name not in known:
        close = difflib.get_close_matches(name[:64].lower(), known, n=1)
        hint = "".join(f" did you mean {match!r}?" for match in close)
        yield Problem(option, f"unknown name {shown(name)};{hint} allowed: {', '.join(known)}")


def _unplaced(value: Any) -> Written:
    """Return plain values as if they were written, in no file."""
    if isinstance(value, dict):
        return Written({key: _unplaced(item) for key, item in value.items()}, "", 0)
    return Written(value, "", 0)


def _lines(path: KeyPath, values: dict[str, Any] | None) -> Iterator[str]:
    """Yield the lines of a mapping; `values` are its given keys, None if it is not given."""
    indent = "  " * len(path)
    required = schema.at(path).get("required", ())
    for key, here in schema.at(path)["properties"].items():
        here_path, here_schema = (*path, key), schema.resolve(here)
        given = None if values is None else values.get(key)
        mark = "# " if given is None else ""
        yield from _comment(indent, here_schema["description"])
        if here_schema["type"] == "object" and not schema.is_secret(here_schema):
            yield f"{indent}{mark}{key}:"
            yield from _lines(here_path, given)
        else:
            value = _value(here_schema, required=key in required) if given is None else given
            yield f"{indent}{mark}{key}:" + ("" if value is None else f" {flow(value)}")
        if not path:
            yield ""


def _comment(indent: str, text: str) -> Iterator[str]:
    for line in textwrap.wrap(text, _COLUMNS - len(indent) - 3):
        yield f"{indent}## {line}"


def _value(here: schema.Schema, *, required: bool) -> Any:
    """Return what stands beside a key that is not given: its default, else an example of it.

    A required number without an example is the smallest.
    """
    examples = here.get("examples", ())
    example = here.get("minimum") if required else None
    return here.get("default", examples[0] if examples else example)
