"""The shape of SONiC's YANG models: which lists, keys and leaves a CONFIG_DB table has.

Only the shape is read here (containers, lists, keys, leaves, groupings, choices), because that is
what turning rows into instance data needs. Types, ranges, `must`, `when` and references stay with
libyang, which reads the same files. Not followed, since no configuration model of SONiC uses them:
submodules and `augment` (a node added that way is reported as unknown).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from railwright.errors import RailwrightError

_TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*.*?\*/)
      | "(?P<double>(?:[^"\\]|\\.)*)"
      | '(?P<single>[^']*)'
      | (?P<mark>[{};])
      | (?!/\*)(?P<word>[^\s"';{}]+)""",
    re.DOTALL | re.VERBOSE,
)
_ESCAPE = re.compile(r'\\([nt"\\])')
_ESCAPED = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}
_TRANSPARENT = frozenset({"choice", "case"})


@dataclass(frozen=True, slots=True)
class Statement:
    """One YANG statement: `keyword argument { children }`; the argument is `""` when absent."""

    keyword: str
    argument: str
    children: tuple["Statement", ...] = ()

    def all(self, keyword: str) -> Iterator["Statement"]:
        """Yield the direct sub-statements with this keyword."""
        return (child for child in self.children if child.keyword == keyword)

    def text(self, keyword: str) -> str:
        """Return the argument of the first sub-statement with this keyword, `""` if none."""
        return next((child.argument for child in self.all(keyword)), "")


@dataclass(frozen=True, slots=True)
class ListNode:
    """A YANG list: its key leaves in order, all its leaves, and its inner list if it has one.

    `leaves` maps a leaf's name to True for a leaf-list, False for a single leaf.
    """

    name: str
    keys: tuple[str, ...]
    leaves: Mapping[str, bool]
    inner: "ListNode | None" = None

    @property
    def inner_name(self) -> str:
        """Return the name of the inner list, `""` without one."""
        return self.inner.name if self.inner else ""

    @property
    def map_value(self) -> str | None:
        """Return the value leaf of a map table's entries (`tc` of DSCP_TO_TC_MAP), else None.

        A map table's list holds nothing but keys and one inner list of one key and one value;
        CONFIG_DB then stores the entries as the fields of the row.
        """
        inner = self.inner
        if inner is None or len(inner.keys) != 1 or set(self.leaves) != set(self.keys):
            return None
        values = [name for name in inner.leaves if name not in inner.keys]
        return values[0] if len(values) == 1 else None


@dataclass(frozen=True, slots=True)
class Table:
    """One CONFIG_DB table: the module that defines it, its keyed lists, its rows of fixed name.

    `fixed_rows` maps a row's name (`localhost`, `GLOBAL`) to its leaves, in the form of
    `ListNode.leaves`.
    """

    name: str
    module: str
    namespace: str
    lists: tuple[ListNode, ...]
    fixed_rows: Mapping[str, Mapping[str, bool]]


@dataclass(frozen=True, slots=True)
class _Module:
    """A parsed module: its name, its imports (prefix to module name) and its statements."""

    name: str
    prefixes: Mapping[str, str]
    root: Statement


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where a statement stands: its module and the enclosing statements, innermost first."""

    module: _Module
    enclosing: tuple[Statement, ...]
    uses: tuple[str, ...] = ()

    def inside(self, statement: Statement) -> "_Scope":
        return _Scope(self.module, (statement, *self.enclosing), self.uses)


def read_tables(files: Iterable[Path]) -> dict[str, Table]:
    """Return every CONFIG_DB table that the given `.yang` files define, by table name.

    SONiC's convention: a module has one top-level container of its own name, and each container
    directly below it is a table (source: SONiC_YANG_Model_Guidelines.md and sonic_yang_ext.py).

    Raises: RailwrightError naming the file if one cannot be read or is not YANG.
    """
    modules = {module.name: module for module in map(_read_module, files)}
    return {table.name: table for module in modules.values() for table in _tables(module, modules)}


def parse_yang(text: str) -> Statement:
    """Return the one top-level statement (`module` or `submodule`) of a YANG source text.

    Raises: ValueError with a 1-based line number when the text is not well-formed.
    """
    stack: list[tuple[str, str, list[Statement]]] = []
    words: list[str] = []
    roots: list[Statement] = []
    for kind, lexeme, position in _tokens(text):
        if kind != "mark":
            _add_word(words, kind, lexeme)
        elif lexeme == "}" and not words and stack:
            keyword, argument, children = stack.pop()
            (stack[-1][2] if stack else roots).append(Statement(keyword, argument, tuple(children)))
        elif lexeme != "}" and words:
            keyword, argument = words[0], words[1] if len(words) > 1 else ""
            words = []
            if lexeme == "{":
                stack.append((keyword, argument, []))
            else:
                (stack[-1][2] if stack else roots).append(Statement(keyword, argument))
        elif lexeme != ";":
            raise ValueError(f"line {_line(text, position)}: unexpected {lexeme!r}")
    if stack or words or len(roots) != 1:
        raise ValueError(f"line {_line(text, len(text))}: the text ends inside a statement")
    return roots[0]


def _read_module(path: Path) -> _Module:
    try:
        root = parse_yang(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RailwrightError(f"{path}: cannot read this YANG model: {error.strerror}") from error
    except ValueError as error:
        raise RailwrightError(f"{path}: not a YANG model: {error}") from error
    prefixes = {imported.text("prefix"): imported.argument for imported in root.all("import")}
    return _Module(root.argument, prefixes | {root.text("prefix"): root.argument}, root)


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ValueError(f"line {_line(text, position)}: a quote or comment never ends")
        position = match.end()
        kind = match.lastgroup or ""
        if kind == "double":
            yield kind, _ESCAPE.sub(_unescaped, match[kind]), match.start()
        elif kind != "skip":
            yield kind, match[kind], match.start()


def _unescaped(match: re.Match[str]) -> str:
    return _ESCAPED[match[1]]


def _add_word(words: list[str], kind: str, lexeme: str) -> None:
    """Collect a statement's words, joining strings that `+` concatenates."""
    if kind in {"double", "single"} and len(words) > 2 and words[-1] == "+":
        words.pop()
        words[-1] += lexeme
    else:
        words.append(lexeme)


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _nodes(
    parent: Statement, scope: _Scope, modules: Mapping[str, _Module]
) -> Iterator[tuple[Statement, _Scope]]:
    """Yield the data nodes below a statement, groupings inlined and choices made transparent."""
    for child in parent.children:
        if child.keyword == "uses":
            grouping, inside = _grouping(child.argument, scope, modules)
            yield from _nodes(grouping, inside, modules)
        elif child.keyword in _TRANSPARENT:
            yield from _nodes(child, scope.inside(child), modules)
        elif child.keyword in {"container", "list", "leaf", "leaf-list"}:
            yield child, scope


def _grouping(name: str, scope: _Scope, modules: Mapping[str, _Module]) -> tuple[Statement, _Scope]:
    """Return the grouping that `uses name` means, and the scope its own names resolve in."""
    prefix, _, local = name.rpartition(":")
    module = modules.get(scope.module.prefixes.get(prefix, "")) if prefix else scope.module
    if module is None:
        raise _no_grouping(name, scope)
    enclosing = scope.enclosing if module is scope.module else (module.root,)
    for depth, place in enumerate(enclosing):
        found = next((item for item in place.all("grouping") if item.argument == local), None)
        if found is not None:
            identity = f"{module.name}:{local}"
            if identity in scope.uses:
                raise RailwrightError(f"YANG module {module.name}: grouping {local} uses itself")
            inside = _Scope(module, (found, *enclosing[depth:]), (*scope.uses, identity))
            return found, inside
    raise _no_grouping(name, scope)


def _no_grouping(name: str, scope: _Scope) -> RailwrightError:
    return RailwrightError(
        f"YANG module {scope.module.name}: `uses {name}` names no grouping in the model directory; "
        f"give the complete model directory of one image"
    )


def _tables(module: _Module, modules: Mapping[str, _Module]) -> Iterator[Table]:
    scope = _Scope(module, (module.root,))
    for top in module.root.all("container"):
        if top.argument == module.name:
            for statement, at in _nodes(top, scope.inside(top), modules):
                # Event models look alike, but their names are in lower case, and sonic-cfggen
                # drops such tables from a file.
                if statement.keyword == "container" and statement.argument[:1].isupper():
                    yield _table(module, statement, at.inside(statement), modules)


def _table(
    module: _Module, statement: Statement, scope: _Scope, modules: Mapping[str, _Module]
) -> Table:
    nodes = list(_nodes(statement, scope, modules))
    return Table(
        statement.argument,
        module.name,
        module.root.text("namespace"),
        tuple(
            _list(node, at.inside(node), modules) for node, at in nodes if node.keyword == "list"
        ),
        {
            node.argument: _leaves(_nodes(node, at.inside(node), modules))
            for node, at in nodes
            if node.keyword == "container"
        },
    )


def _list(statement: Statement, scope: _Scope, modules: Mapping[str, _Module]) -> ListNode:
    nodes = list(_nodes(statement, scope, modules))
    inner = next(((node, at) for node, at in nodes if node.keyword == "list"), None)
    return ListNode(
        statement.argument,
        tuple(statement.text("key").split()),
        _leaves(nodes),
        _list(inner[0], inner[1].inside(inner[0]), modules) if inner else None,
    )


def _leaves(nodes: Iterable[tuple[Statement, _Scope]]) -> dict[str, bool]:
    return {
        node.argument: node.keyword == "leaf-list"
        for node, _ in nodes
        if node.keyword in {"leaf", "leaf-list"}
    }
