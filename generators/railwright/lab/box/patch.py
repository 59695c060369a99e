"""JSON Patch (RFC 6902) on plain dicts, and the differences between two configurations as a patch.

The texts of errors are those of the python library that the real updater uses, because scripts
match them.
"""

import copy
import json
from collections.abc import Iterable, Iterator
from typing import Any

from .errors import BoxError

Operation = dict[str, Any]
_OPPOSITE = {"add": "remove", "remove": "add"}
_NEEDED = {"add": "value", "replace": "value", "test": "value", "move": "from", "copy": "from"}
OPERATIONS = ("add", "remove", "replace", "move", "copy", "test")


class PatchError(BoxError):
    """The patch does not fit the document."""


def split(pointer: str) -> list[str]:
    """Split a JSON pointer into its unescaped parts."""
    if pointer and not pointer.startswith("/"):
        raise PatchError("Location must start with /")
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def join(*parts: str) -> str:
    """Build a JSON pointer from unescaped parts."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def is_patch(data: Any) -> bool:
    """Return whether `data` has the form of a patch: a list of operations with a path each."""
    return isinstance(data, list) and all(
        isinstance(op, dict) and op.get("op") in OPERATIONS and isinstance(op.get("path"), str)
        for op in data
    )


def apply(document: dict[str, Any], operations: Iterable[Operation]) -> dict[str, Any]:
    """Return a changed copy of `document`. Raises PatchError when an operation does not fit."""
    result = copy.deepcopy(document)
    for op in operations:
        _apply_one(result, op)
    return result


def diff(old: dict[str, Any], new: dict[str, Any]) -> list[Operation]:
    """Return the operations that turn `old` into `new`, at the highest level possible.

    As in the real updater, a value that goes away in one place and comes back in another is one
    `move`; its field rules refuse moves where they would take the remove and the add.
    """
    operations: list[Operation] = []
    unpaired: dict[tuple[str, str], list[int]] = {}
    for op in _differences(old, new, []):
        if op["op"] == "replace":
            operations.append(op)
            continue
        value = op["value"] if op["op"] == "add" else value_at(old, op["path"])
        text = json.dumps(value, sort_keys=True)
        if others := unpaired.get((_OPPOSITE[op["op"]], text)):
            index = others.pop(0)
            removed, added = (op, operations[index])
            if op["op"] == "add":
                removed, added = added, removed
            operations[index] = {"op": "move", "from": removed["path"], "path": added["path"]}
        else:
            unpaired.setdefault((op["op"], text), []).append(len(operations))
            operations.append(op)
    return operations


def _differences(old: dict[str, Any], new: dict[str, Any], at: list[str]) -> Iterator[Operation]:
    for key in sorted(old.keys() - new.keys()):
        yield {"op": "remove", "path": join(*at, key)}
    for key in sorted(new.keys() - old.keys()):
        yield {"op": "add", "path": join(*at, key), "value": new[key]}
    for key in sorted(old.keys() & new.keys()):
        before, after = old[key], new[key]
        if isinstance(before, dict) and isinstance(after, dict):
            yield from _differences(before, after, [*at, key])
        elif before != after or type(before) is not type(after):
            yield {"op": "replace", "path": join(*at, key), "value": after}


def value_at(document: Any, pointer: str) -> Any:
    """Return the value at `pointer`. Raises PatchError when there is none."""
    for part in split(pointer):
        document = _step(document, part)
    return document


def _apply_one(document: dict[str, Any], op: Operation) -> None:
    kind, path = op["op"], op["path"]
    if kind in _NEEDED and _NEEDED[kind] not in op:
        raise PatchError(f"The operation does not contain a '{_NEEDED[kind]}' member")
    if kind == "test":
        actual = value_at(document, path)
        if actual != op["value"]:
            raise PatchError(f"{actual!r} is not equal to tested value {op['value']!r}")
        return
    if kind in ("move", "copy"):
        value = copy.deepcopy(value_at(document, op["from"]))
        if kind == "move":
            _apply_one(document, {"op": "remove", "path": op["from"]})
        _apply_one(document, {"op": "add", "path": path, "value": value})
        return
    if not path:
        raise PatchError("Wrong patch with empty path.")
    *parents, last = split(path)
    target: Any = document
    for part in parents:
        target = _step(target, part)
    if isinstance(target, list):
        _change_list(target, last, op)
    elif isinstance(target, dict):
        _change_mapping(target, last, op)
    else:
        raise PatchError(f"unable to apply {kind} to '{path}'")


def _change_mapping(target: dict[str, Any], last: str, op: Operation) -> None:
    if op["op"] != "add" and last not in target:
        raise PatchError(f"can't {op['op']} a non-existent object '{last}'")
    if op["op"] == "remove":
        del target[last]
    else:
        target[last] = copy.deepcopy(op["value"])


def _change_list(target: list[Any], last: str, op: Operation) -> None:
    index = len(target) if last == "-" else _index(last)
    if index > len(target) or (op["op"] != "add" and index == len(target)):
        raise PatchError(f"can't {op['op']} outside of list")
    if op["op"] == "remove":
        del target[index]
    elif op["op"] == "replace":
        target[index] = op["value"]
    else:
        target.insert(index, op["value"])


def _step(document: Any, part: str) -> Any:
    if isinstance(document, list):
        index = _index(part)
        if index >= len(document):
            raise PatchError(f"list index '{part}' out of bounds")
        return document[index]
    if not isinstance(document, dict) or part not in document:
        raise PatchError(f"member '{part}' not found in {document}")
    return document[part]


def _index(part: str) -> int:
    if not part.isdigit():
        raise PatchError(f"'{part}' is not a valid sequence index")
    return int(part)
