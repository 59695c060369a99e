"""A change to an intent that gives it splitter cables, two planes, and tails that wait."""

from typing import Any

SPLITTERS: dict[str, Any] = {
    "nodes": {"gpu": {"model": "hgx-h100-2x200g", "count": 3, "capacity": 8}},
    "networks": {"compute": {"nodes_per_su": 8}},
}
