"""Changes to the text of a YAML file that leave every other character as it is.

A change is found by the places of values in the text, never by writing the file anew. Texts that
say a thing in an unusual way (aliases, merge keys) may come out wrong: whoever changes one reads
it again and compares.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from railwright.intent.yaml_lines import flow

Path = tuple[str | int, ...]
Value = str | Sequence[dict[str, Any]]
_LINK = re.compile(r"[a-z0-9-]+:[A-Za-z][A-Za-z0-9_.-]*")
"""Text with a colon that is no key: nothing but a blank behind it would make it one."""
_STEP = 2  # columns that what is added is indented by


class YamlText:
    """The text of a file while it is changed.

    Methods raise LookupError for a path that is not written, and after a change came out wrong.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._end = "\r\n" if "\r\n" in text else "\n"

    def has(self, path: Path) -> bool:
        """Return whether something is written at a path."""
        return self._find(path) is not None

    def set(self, path: Path, value: Any) -> None:
        """Write another plain value where one is written."""
        node = self._node(path)
        start, end = node.start_mark.index, _end(self.text, node)
        if start == end:  # nothing is written behind the key
            start = end = self._colon(path)
            self._splice(start, end, f" {scalar(value)}")
        else:
            self._splice(start, end, scalar(value))

    def append(self, path: Path, items: Iterable[dict[str, Any]]) -> None:
        """Add items at the end of a list."""
        node = self._node(path)
        rows = [mapping(item) for item in items]
        if node.flow_style:
            self._into(node, ", ".join(rows))
            return
        indent = " " * self._column(node)
        self._lines(self._line_end(node), [f"{indent}- {row}" for row in rows])

    def insert(self, path: Path, keys: Sequence[str], value: Value) -> None:
        """Add a value at the end of a mapping, `()` being the whole file, under keys in keys."""
        node = self._node(path)
        if node.flow_style:
            self._into(node, _inline(keys, value))
            return
        lines = []
        for depth, key in enumerate(keys):
            lines.append(" " * (self._column(node) + depth * _STEP) + f"{key}:")
        if isinstance(value, str):
            lines[-1] += f" {scalar(value)}"
        else:
            indent = " " * (self._column(node) + len(keys) * _STEP)
            lines += [f"{indent}- {mapping(item)}" for item in value]
        self._lines(self._line_end(node), lines if path else ["", *lines])

    def remove(self, path: Path) -> None:
        """Take an item or a key away, and what holds it where it would be left empty."""
        *above, last = path
        node = self._node(tuple(above))
        parts = _parts(node)
        if len(parts) == 1:
            self.remove(tuple(above))
            return
        number = last if isinstance(last, int) else _number(node, last)
        first, inner = parts[number]
        if not node.flow_style:
            start = self.text.rfind("\n", 0, first.start_mark.index) + 1
            stop = self.text.find("\n", _end(self.text, inner))
            self._splice(start, len(self.text) if stop < 0 else stop + 1, "")
        elif number + 1 < len(parts):
            self._splice(first.start_mark.index, parts[number + 1][0].start_mark.index, "")
        else:
            self._splice(_end(self.text, parts[number - 1][1]), _end(self.text, inner), "")

    def _node(self, path: Path) -> Any:
        node = self._find(path)
        if node is None:
            raise LookupError(path)
        return node

    def _find(self, path: Path) -> Any:
        try:
            node = YAML(typ="safe", pure=True).compose(self.text)
        except YAMLError as err:
            raise LookupError(path) from err
        for key in path:
            if isinstance(node, SequenceNode) and isinstance(key, int):
                node = node.value[key] if key < len(node.value) else None
            elif isinstance(node, MappingNode):
                node = next((value for name, value in node.value if name.value == key), None)
            else:
                node = None
        return node

    def _colon(self, path: Path) -> int:
        """Return where the colon behind a key ends."""
        *above, last = path
        parts = _parts(self._node(tuple(above)))
        key = next(name for name, _ in parts if name.value == last)
        return self.text.index(":", int(key.end_mark.index)) + 1

    def _into(self, node: Any, text: str) -> None:
        """Add text at the end of a list or mapping that is in brackets."""
        parts = _parts(node)
        if parts:
            at = _end(self.text, parts[-1][1])
            self._splice(at, at, f", {text}")
        else:
            self._splice(node.end_mark.index - 1, node.end_mark.index - 1, f" {text} ")

    def _column(self, node: Any) -> int:
        """Return where the items of a list or the keys of a mapping begin in their lines."""
        first = _parts(node)[0][0]
        if isinstance(node, MappingNode):
            return int(first.start_mark.column)
        start = first.start_mark.index
        return self.text.rindex("-", 0, start) - (self.text.rfind("\n", 0, start) + 1)

    def _line_end(self, node: Any) -> int:
        """Return where the last line of a value ends, with the comment behind it."""
        stop = self.text.find("\n", _end(self.text, node))
        stop = len(self.text) if stop < 0 else stop
        return stop - 1 if self.text[stop - 1 : stop] == "\r" else stop

    def _lines(self, at: int, lines: Iterable[str]) -> None:
        """Add lines below the one that ends at a place."""
        self._splice(at, at, "".join(self._end + line for line in lines))

    def _splice(self, start: int, end: int, text: str) -> None:
        self.text = self.text[:start] + text + self.text[end:]


def _inline(keys: Sequence[str], value: Value) -> str:
    """Return a key with a value on one line, keys in keys in brackets."""
    key, *rest = keys
    if rest:
        return f"{key}: {{ {_inline(rest, value)} }}"
    if isinstance(value, str):
        return f"{key}: {scalar(value)}"
    return f"{key}: [{', '.join(map(mapping, value))}]"


def scalar(value: Any) -> str:
    """Return a plain value on one line, text in quotes where it needs them."""
    if not isinstance(value, str):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return (
        value
        if flow(value) == value or _LINK.fullmatch(value)
        else json.dumps(value, ensure_ascii=False)
    )


def mapping(items: dict[str, Any]) -> str:
    """Return a mapping on one line."""
    return f"{{ {', '.join(f'{key}: {scalar(value)}' for key, value in items.items())} }}"


def _parts(node: Any) -> list[tuple[Any, Any]]:
    """Return the first and the last node of every item of a list or key of a mapping."""
    if isinstance(node, MappingNode):
        return list(node.value)
    return [(item, item) for item in node.value]


def _number(node: Any, key: str) -> int:
    return next(n for n, (name, _) in enumerate(node.value) if name.value == key)


def _end(text: str, node: Any) -> int:
    """Return where the text of a value ends, without blanks and comments below it."""
    if isinstance(node, ScalarNode):
        start, end = node.start_mark.index, node.end_mark.index
        return int(start + len(text[start:end].rstrip())) if node.style else int(end)
    if node.flow_style or not node.value:
        return int(node.end_mark.index)
    return _end(text, _parts(node)[-1][1])
