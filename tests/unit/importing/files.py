"""Saved outputs of two servers, and what is wrong with them once somebody changed them."""

import re
from pathlib import Path

from railwright import api_catalog
from railwright.catalog.loader import node
from railwright.catalog.model import NodeModel
from railwright.importing.node import imported
from railwright.importing.profile import Known
from railwright.importing.saved import saved

DATA = Path(__file__).parents[2] / "data" / "import_node"
NAMES = ("topo", "lspci", "ibdev2netdev")
Files = dict[str, str]


def files_of(server: str) -> Files:
    return {name: (DATA / server / f"{name}.txt").read_text() for name in NAMES}


def changed(files: Files, name: str, pattern: str, by: str) -> Files:
    """Return the files with every match in one of them replaced; there has to be one."""
    text, count = re.subn(pattern, by, files[name], flags=re.MULTILINE)
    assert count, pattern
    return files | {name: text}


def model_of(files: Files, like: str = "hgx-h100") -> NodeModel:
    """Return the profile of saved outputs by the names of the commands."""
    server = node(like)
    known = Known(server, api_catalog.known_nics(server))
    topo, lspci, ibdev = (saved(f"{name}.txt", files[name].encode()) for name in NAMES)
    return imported("mine", topo, lspci, ibdev, known)


def paths_of(server: str) -> tuple[Path, Path, Path]:
    folder = DATA / server
    return folder / "topo.txt", folder / "lspci.txt", folder / "ibdev2netdev.txt"
