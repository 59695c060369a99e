"""The fabric for Graphviz: the boxes and bundles that the drawings have, a cluster per network.

Bundles are the edges that have an attribute `links`; edges without only keep nodes in order. Where
two tiers have very many bundles, what each is stands in its tooltip, else in its label.
"""

from collections.abc import Iterator, Sequence

from railwright.catalog import loader as catalog
from railwright.emitters.drawing.labels import Labels
from railwright.emitters.drawing.lines import each_line, said_of
from railwright.emitters.drawing.phrases import Phrases
from railwright.emitters.drawing.style import casing
from railwright.emitters.drawing.view import MANY, TIERS, Box, Bundle, FabricView
from railwright.ink import ink_on

_GREY = "#51606f"  # of cables of several rails, and beside pale lines
_PAPER = "#ffffff"
_HOSTS = "#e3e9f1"
_ROUTER = "#fff0c9"
_LETTERS = "Helvetica,Arial,DejaVu Sans,sans-serif"
_MOST_LABELS = 32  # between two tiers


def graph(
    cluster: str, drawn: Sequence[tuple[FabricView, Labels]], title: str, say: Phrases
) -> str:
    """Return the source of an undirected graph, upper tiers first, networks below each other."""
    lines = [
        f"graph {quoted(cluster)} {{",
        f"  graph [{_attributes(label=title, labelloc='t', rankdir='TB', splines='line')}];",
        '  graph [ranksep=1.2, nodesep=0.15, newrank=true, remincross=false, charset="UTF-8"];',
        f"  graph [{_attributes(fontname=_LETTERS)}];",
        f"  node [{_attributes(shape='box', style='filled', fontname=_LETTERS, fontsize='10')}];",
        f"  edge [{_attributes(fontname=_LETTERS, fontsize='9', tailport='s', headport='n')}];",
    ]
    before = ""
    for view, labels in drawn:
        lines += _Network(view, labels, say).source()
        tiers = list(view.tiers.values())
        first, last = (_id(view, found[0].id) for found in (tiers[0], tiers[-1]))
        if before:
            lines.append(f"  {before} -- {first} [style=invis];")
        before = last
    return "\n".join((*lines, "}", ""))


def quoted(said: str) -> str:
    r"""Return a text as a quoted string of the DOT language, line breaks as `\n`."""
    escaped = said.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


class _Network:
    """Writes one network as a cluster."""

    def __init__(self, view: FabricView, labels: Labels, say: Phrases) -> None:
        self._view = view
        self._labels = labels
        self._say = say
        pairs = [(upper, lower) for upper in TIERS for lower in TIERS]
        found = {pair: list(view.between(*pair)) for pair in pairs}
        self._crowded = [pair for pair, own in found.items() if len(own) > _MOST_LABELS]

    def source(self) -> Iterator[str]:
        view, say = self._view, self._say
        title = say("title", cluster=view.cluster, network=say(view.network))
        notes = (note for pair in self._crowded for note in each_line(view, *pair, say))
        yield f"  subgraph {quoted(f'cluster_{view.network}')} {{"
        yield f"    label={quoted(say.joined((title, *notes)))};"
        for found in view.tiers.values():
            names = [_id(view, box.id) for box in found]
            yield "    {"
            yield "      rank=same;"
            for box, name in zip(found, names, strict=True):
                yield f"      {name} [{self._box(box)}];"
            if len(names) > 1:
                chain = " -- ".join(names)
                yield f"      {chain} [style=invis, tailport=e, headport=w];"
            yield "    }"
        for bundle in view.bundles:
            ends = f"{_id(view, bundle.upper)} -- {_id(view, bundle.lower)}"
            yield f"    {ends} [{self._bundle(bundle)}];"
        yield "  }"

    def _box(self, box: Box) -> str:
        label = self._labels.of(box)
        said = "\n".join(part for part in (label.title, *label.lines) if part)
        fill = _PAPER
        if box.hosts is not None:
            fill = _HOSTS
        elif box.tier == "router":
            fill = _ROUTER
        elif len(label.chips) == 1:
            fill = _hex(label.chips[0].cls)
        style = "filled" if box.deployed and box.tier != "router" else "filled,dashed"
        return _attributes(label=said, fillcolor=fill, fontcolor=ink_on(fill), style=style)

    def _bundle(self, bundle: Bundle) -> str:
        tiers = tuple(self._view.box[end].tier for end in (bundle.upper, bundle.lower))
        key = "tooltip" if tiers in self._crowded else "label"
        given = {"links": str(bundle.links)}
        if bundle.links:
            given |= {key: self._say.links(bundle.speeds), "color": _pen(bundle.colour)}
            given["penwidth"] = f"{1 + 0.4 * len(str(bundle.links)):g}"
        else:
            given |= {"tooltip": said_of(self._view, bundle, self._say)}
            given |= {"color": _GREY, "style": "dashed"}
        if not self._view.is_regular(bundle):
            given["constraint"] = "false"
        return _attributes(**given)


def _id(view: FabricView, box: str) -> str:
    """Return the name of a node: a switch's own, else one that no other network has."""
    own = view.box[box]
    return quoted(own.name if own.switches and own.name else f"{view.network}:{box}")


def _pen(colour: str) -> str:
    """Return what a line of a colour, by class, is drawn with: pale ones beside a darker line."""
    return f"{_hex(colour)}:{_GREY}" if casing(colour) == "pale" else _hex(colour)


def _hex(colour: str) -> str:
    """Return a colour by its class."""
    if colour == MANY:
        return _GREY
    palette = catalog.palette()
    if colour.startswith("rail"):
        return palette.rails[int(colour.removeprefix("rail"))].hex
    networks = {f"net-{name}": one.hex for name, one in palette.networks.items()}
    return networks[colour]


def _attributes(**given: str) -> str:
    return ", ".join(f"{key}={quoted(value)}" for key, value in given.items())
