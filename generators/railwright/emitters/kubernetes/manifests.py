"""Kubernetes manifests as YAML text: block style, every string quoted, nothing left to guess."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

Value = str | int | bool | Mapping[str, "Value"] | Sequence["Value"]
Manifest = Mapping[str, Value]

_INDENT = "  "


def text(head: Iterable[str], manifests: Iterable[Manifest]) -> str:
    """Return comment lines and manifests as a stream of YAML documents."""
    lines = [f"# {line}".rstrip() for line in head]
    for manifest in manifests:
        lines += ["---", *_mapping(manifest, "")]
    return "".join(f"{line}\n" for line in lines)


def _mapping(mapping: Mapping[str, Value], indent: str) -> Iterator[str]:
    for key, value in mapping.items():
        if isinstance(value, str | int):
            yield f"{indent}{key}: {json.dumps(value)}"
            continue
        yield f"{indent}{key}:"
        if isinstance(value, Mapping):
            yield from _mapping(value, indent + _INDENT)
        else:
            yield from _sequence(value, indent + _INDENT)


def _sequence(values: Sequence[Value], indent: str) -> Iterator[str]:
    """Yield a list of scalars or of mappings, the first line of each marked."""
    for value in values:
        if isinstance(value, Mapping):
            first, *rest = _mapping(value, indent + _INDENT)
            yield f"{indent}- {first.strip()}"
            yield from rest
        else:
            yield f"{indent}- {json.dumps(value)}"
