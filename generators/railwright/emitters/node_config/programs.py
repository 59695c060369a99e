"""Programs of ours as files of a node: each one file that needs nothing but Python 3.9.

A program is a module of `railwright.programs`. What it imports from there goes into its file
before it, so that programs share code and a node has one readable file for each of them.
"""

import ast
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from railwright.files import OutputFile

PACKAGE = "railwright.programs"
FOLDER = "usr/local/lib/railwright"
_FUTURE = "from __future__ import annotations"


def path_of(name: str) -> str:
    """Return the absolute path of a program on a node."""
    return f"/{FOLDER}/{name}.py"


@lru_cache(maxsize=16)
def program(name: str) -> OutputFile:
    """Return a program as the file a role lays down. Raises: FileNotFoundError for no program."""
    order: list[str] = []
    _collect(name, order)
    imports = sorted({one for module in order for one in _outside(module)}, key=_import_order)
    docstring = ast.get_docstring(_tree(name), clean=False) or ""
    head = ["#!/usr/bin/env python3", f'"""{docstring}"""', "", _FUTURE, "", *imports]
    text = "\n".join(head) + "\n\n\n" + "\n\n\n".join(map(_body, order)) + "\n"
    return OutputFile(f"{FOLDER}/{name}.py", text.encode(), 0o755)


def _collect(name: str, order: list[str]) -> None:
    """Append a module after those that it needs, each once."""
    for node in _tree(name).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{PACKAGE}."):
            needed = (node.module or "").rpartition(".")[2]
            if needed not in order:
                _collect(needed, order)
    order.append(name)


def _outside(name: str) -> Iterator[str]:
    """Yield the imports of a module from the standard library, one name each."""
    for node in _tree(name).body:
        if isinstance(node, ast.Import):
            yield from (ast.unparse(ast.Import([one])) for one in node.names)
        elif isinstance(node, ast.ImportFrom) and not _is_ours(node):
            yield from (ast.unparse(ast.ImportFrom(node.module, [one], 0)) for one in node.names)


def _is_ours(node: ast.ImportFrom) -> bool:
    return node.module == "__future__" or (node.module or "").startswith(f"{PACKAGE}.")


def _import_order(line: str) -> tuple[bool, str]:
    return line.startswith("from"), line


def _body(name: str) -> str:
    """Return a module's text without its docstring and imports."""
    lines, tree = _text(name).splitlines(), _tree(name)
    for node in tree.body:
        is_docstring = node is tree.body[0] and ast.get_docstring(tree) is not None
        if is_docstring or isinstance(node, ast.Import | ast.ImportFrom):
            lines[node.lineno - 1 : node.end_lineno] = [""] * (
                (node.end_lineno or node.lineno) - node.lineno + 1
            )
    return "\n".join(lines).strip()


@lru_cache(maxsize=16)
def _text(name: str) -> str:
    return (files(PACKAGE) / f"{name}.py").read_text(encoding="utf-8")


@lru_cache(maxsize=16)
def _tree(name: str) -> ast.Module:
    return ast.parse(_text(name))
