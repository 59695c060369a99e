"""Drawings of fabrics read back: boxes, bundles, words and lines, and where they lie."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

from railwright.emitters import drawing
from railwright.plan.model import Plan
from railwright.svg import wide
from tests.unit.plan.made import ALL_NETWORKS, INBAND, OOB, planned

SVG = "{http://www.w3.org/2000/svg}"
_MOVED = re.compile(r"translate\(([-\d.]+) ([-\d.]+)\)")
_SCALED = re.compile(r"scale\(([\d.]+)\)")
_STEP = re.compile(r"([MLQHVa])([^MLQHVa]*)")
_HEIGHT = 0.75  # of letters above the base line, in units of the font size
_BELOW = 0.22

Point = tuple[float, float]

INTENTS: dict[str, tuple[dict[str, Any], ...]] = {
    "two-tier": ({"nodes": {"gpu": {"count": 16}}, "networks": {"compute": {"nodes_per_su": 8}}},),
    "every-network": (ALL_NETWORKS, {"floor": {"rows": 2}}),
    "chinese": (ALL_NETWORKS, {"language": "zh"}),
    "rail-only": (
        {
            "nodes": {"gpu": {"count": 20, "capacity": 32}},
            "networks": {"compute": {"design": "rail-only"}},
        },
    ),
    "rails-apart": (
        {
            "nodes": {"gpu": {"count": 16}},
            "networks": {"compute": {"design": "rail-isolated", "nodes_per_su": 8}},
        },
    ),
    "rails-apart-many": (
        {
            "nodes": {"gpu": {"count": 150, "capacity": 240}},
            "networks": {"compute": {"design": "rail-isolated", "nodes_per_su": 8}},
        },
    ),
    "one-leaf-per-rack": (
        {
            "nodes": {"gpu": {"count": 40}},
            "networks": {"compute": {"design": "leaf-spine", "nodes_per_su": 8}},
        },
    ),
    "planes": (
        {
            "nodes": {"gpu": {"model": "hgx-b300", "count": 6, "capacity": 8}},
            "networks": {"compute": {"nodes_per_su": 4, "rails": 2}},
        },
    ),
    "planes-many": (
        {
            "nodes": {"gpu": {"model": "hgx-b300", "count": 48}},
            "networks": {"compute": {"nodes_per_su": 8}},
        },
    ),
    "sus": (
        {
            "nodes": {"gpu": {"count": 48, "capacity": 64}},
            "networks": {"compute": {"nodes_per_su": 8}},
        },
    ),
    "pods": (
        {
            "nodes": {"gpu": {"count": 20, "capacity": 24}},
            "networks": {
                "compute": {"design": "three-tier", "nodes_per_su": 4, "sus_per_pod": 2, "rails": 2}
            },
        },
    ),
    "pods-many": (
        {
            "nodes": {"gpu": {"count": 110, "capacity": 126}},
            "networks": {
                "compute": {"design": "three-tier", "nodes_per_su": 2, "sus_per_pod": 1, "rails": 2}
            },
        },
    ),
    "sus-many": (
        {
            "nodes": {
                "gpu": {"count": 750, "capacity": 850},
                "storage": {"model": "storage-server", "count": 100, "capacity": 130},
                "management": {"model": "management-server", "count": 6},
                "pdus": {"count": 90, "capacity": 100},
            },
            "networks": {
                "compute": {"rails": 2, "nodes_per_su": 24, "oversubscription": 4},
                "storage": {
                    "leaf": "sn4600",
                    "hosts_per_pair": 45,
                    "oversubscription": 7.0,
                    "border": {"router": "w" * 60, "peer_asn": 64512},
                },
                "oob": OOB | {"nodes_per_subnet": 40},
                "inband": INBAND | {"nodes_per_subnet": 48},
            },
        },
    ),
}
"""Clusters of every design, from a few switches to many hundred."""


@cache
def plan_of(name: str) -> Plan:
    """Return the plan of one of the clusters."""
    return planned(*INTENTS[name])


def files(plan: Plan) -> dict[str, str]:
    """Return what is drawn, by path."""
    return {file.path: file.content.decode() for part in drawing.parts(plan) for file in part()}


@cache
def files_of(name: str) -> dict[str, str]:
    """Return what is drawn of one of the clusters, by path."""
    return files(plan_of(name))


def pictures_of(name: str) -> dict[str, "Picture"]:
    """Return the pictures of one of the clusters, by network; `all` is the overview."""
    return {
        path.removeprefix("cabling/fabric").removesuffix(".svg").removeprefix("-")
        or "all": Picture(text)
        for path, text in files_of(name).items()
        if path.endswith(".svg")
    }


@dataclass(frozen=True)
class Area:
    """A rectangle on the paper; `box` is the id of the box it belongs to."""

    left: float
    top: float
    right: float
    bottom: float
    cls: frozenset[str] = frozenset()
    said: str = ""
    box: str = ""
    size: float = 0

    def holds(self, other: "Area", by: float = 0.6) -> bool:
        """Return whether another one lies inside."""
        return (
            self.left - by <= other.left
            and self.top - by <= other.top
            and other.right <= self.right + by
            and other.bottom <= self.bottom + by
        )

    def meets(self, other: "Area", by: float = 0.6) -> bool:
        """Return whether the two have more than an edge in common."""
        return (
            self.left < other.right - by
            and other.left < self.right - by
            and self.top < other.bottom - by
            and other.top < self.bottom - by
        )


@dataclass(frozen=True)
class Line:
    """A line on the paper through some points; `links` is None for one that stands for none."""

    points: tuple[Point, ...]
    cls: frozenset[str]
    links: int | None
    title: str


class Picture:
    """One drawing."""

    def __init__(self, text: str) -> None:
        self.root = ET.fromstring(text)  # noqa: S314 (drawn by this very process)
        self.areas: list[Area] = []
        self.words: list[Area] = []
        self.lines: list[Line] = []
        self.switches: dict[str, int] = {}
        self.links = 0
        self._read(self.root, (0.0, 0.0), 1.0, "")
        self.paper = self.areas[0]

    def said(self) -> list[str]:
        """Return all words."""
        return [one.said for one in self.words]

    def box(self, name: str) -> Area:
        """Return the frame of a box."""
        return next(one for one in self.areas if one.box == name)

    @property
    def boxes(self) -> list[Area]:
        """Return the frames of all boxes."""
        found = {one.box: one for one in reversed(self.areas) if one.box}
        return list(found.values())

    def _read(self, node: ET.Element, origin: Point, scale: float, box: str) -> None:
        for child in node:
            name = child.tag.removeprefix(SVG)
            at, inner, key = origin, scale, box
            if transform := child.get("transform"):
                if move := _MOVED.fullmatch(transform):
                    at = (at[0] + scale * float(move[1]), at[1] + scale * float(move[2]))
                else:
                    found = _SCALED.fullmatch(transform)
                    assert found, transform
                    inner *= float(found[1])
            if (count := child.get("data-switches")) is not None:
                key = child.get("id", "")
                assert key not in self.switches, key
                self.switches[key] = int(count)
            self.links += int(child.get("data-links", 0))
            self._take(name, child, at, inner, key)
            if name not in {"style", "title", "desc"}:
                self._read(child, at, inner, key)

    def _take(self, name: str, node: ET.Element, at: Point, scale: float, box: str) -> None:
        cls = frozenset(node.get("class", "").split())
        x, y = (at[n] + scale * float(node.get(key, 0)) for n, key in enumerate("xy"))
        if name == "rect":
            width, height = (scale * float(node.get(key, 0)) for key in ("width", "height"))
            self.areas.append(Area(x, y, x + width, y + height, cls, box=box))
        elif name == "text":
            size, said = scale * float(node.get("font-size", 0)), node.text or ""
            width = wide(said, size)
            left = x - width / 2 if "m" in cls else x
            top, bottom = y - _HEIGHT * size, y + _BELOW * size
            self.words.append(Area(left, top, left + width, bottom, cls, said, box, size))
        elif name == "path":
            title = node.find(f"{SVG}title")
            links = node.get("data-links")
            for points in _ways(node.get("d", "")):
                moved = tuple((at[0] + scale * px, at[1] + scale * py) for px, py in points)
                said = "" if title is None else title.text or ""
                self.lines.append(Line(moved, cls, None if links is None else int(links), said))


def _ways(way: str) -> Iterator[list[Point]]:
    """Yield the points of every part of a path; a curve is the straight way to its end."""
    points: list[Point] = []
    for step, rest in _STEP.findall(way):
        numbers = [float(one) for one in re.findall(r"-?[\d.]+", rest)]
        if step == "M":
            if points:
                yield points
            points = [(numbers[0], numbers[1])]
        elif step in {"L", "Q"}:
            points.append((numbers[-2], numbers[-1]))
        elif step == "a":
            points.append((points[-1][0] + numbers[-2], points[-1][1] + numbers[-1]))
        else:
            x, y = points[-1]
            points.append((numbers[0], y) if step == "H" else (x, numbers[0]))
    yield points
