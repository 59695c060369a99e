"""`topology.dot`: the cabling that the prescriptive topology manager (ptmd) compares with LLDP.

Syntax: ptmd(8) of Cumulus PTM 3.0 and the DOT language: an undirected graph, an edge per link
between physical ports, which ptmd compares with the announced system name and port id.
"""

import json
from collections.abc import Iterator
from typing import Final

from railwright.emitters.interop.reasons import held, left_out
from railwright.emitters.interop.table import FOLDER
from railwright.emitters.interop.wires import Wires
from railwright.files import OutputFile
from railwright.plan.model import LinkEnd

NAME: Final = "topology.dot"


def emit(wires: Wires) -> Iterator[OutputFile]:
    """Yield `topology.dot`."""
    lines = [
        f"// {wires.plan.intent.cluster}: one edge per link.",
        f"// Links that are not here: {left_out(wires, NAME)}; left-out.csv says why.",
        "graph G {",
        *(f"  {_end(wire.link.a)} -- {_end(wire.link.z)};" for wire in held(wires, NAME)),
        "}",
    ]
    yield OutputFile(f"{FOLDER}/{NAME}", ("\n".join(lines) + "\n").encode())


def _end(end: LinkEnd) -> str:
    return f"{_quoted(end.device)}:{_quoted(end.port)}"


def _quoted(name: str) -> str:
    """Return a DOT string. A quote is the only character that has to be escaped in one."""
    return json.dumps(name, ensure_ascii=False)
