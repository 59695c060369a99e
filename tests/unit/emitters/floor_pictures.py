"""Drawings read back: every element with its classes and where it lies on the paper."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from railwright.emitters import floor
from railwright.plan.model import Plan

SVG = "{http://www.w3.org/2000/svg}"
_MOVED = re.compile(r"translate\(([-\d.]+) ([-\d.]+)\)(?: rotate\(-90\))?")
_SCALED = re.compile(r"scale\(([\d.]+)\)")


@dataclass(frozen=True)
class Shape:
    """An element of a drawing, in pixels of the paper; `racks` are the ids of its groups."""

    tag: str
    cls: frozenset[str]
    x: float
    y: float
    width: float
    height: float
    text: str
    size: float
    racks: tuple[str, ...]

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


def drawings(plan: Plan) -> dict[str, str]:
    """Return the drawings by path."""
    return {file.path: file.content.decode() for part in floor.parts(plan) for file in part()}


def shapes(svg: str) -> list[Shape]:
    """Return what is drawn, `use` and definitions left out."""
    return list(_below(_read(svg), (0.0, 0.0), 1.0, ()))


def tags(svg: str) -> set[str]:
    """Return the names of all elements."""
    return {one.tag.removeprefix(SVG) for one in _read(svg).iter()}


def _read(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 (drawn by this very process)


def _below(
    node: ET.Element, origin: tuple[float, float], scale: float, ids: tuple[str, ...]
) -> Iterator[Shape]:
    for child in node:
        name = child.tag.removeprefix(SVG)
        if name in {"defs", "style", "title", "desc", "use"}:
            continue
        x, y = origin
        inner, transform = scale, child.get("transform", "")
        if transform.startswith("scale"):
            (factor,) = _SCALED.fullmatch(transform).groups()  # type: ignore[union-attr]
            inner *= float(factor)
        elif transform:
            move = _MOVED.fullmatch(transform)
            assert move, transform
            x, y = x + scale * float(move[1]), y + scale * float(move[2])
        found = (*ids, child.get("id")) if child.get("id") else ids
        if name in {"rect", "text"}:
            yield Shape(
                tag=name,
                cls=frozenset(child.get("class", "").split()),
                x=x + inner * float(child.get("x", 0)),
                y=y + inner * float(child.get("y", 0)),
                width=inner * float(child.get("width", 0)),
                height=inner * float(child.get("height", 0)),
                text=child.text or "",
                size=inner * float(child.get("font-size", 0)),
                racks=tuple(one for one in found if one),
            )
        yield from _below(child, (x, y), inner, tuple(one for one in found if one))
