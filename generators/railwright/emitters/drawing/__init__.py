"""The fabric as drawings: each network with its switches, all of them together, and Graphviz."""

from collections.abc import Iterator
from functools import partial

from railwright.emitters.drawing import cards, dot, facts, legend, overview, style, tiered
from railwright.emitters.drawing.gather import view_of
from railwright.emitters.drawing.labels import Labels
from railwright.emitters.drawing.page import page
from railwright.emitters.drawing.phrases import TAGS, Phrases
from railwright.files import OutputFile, Part
from railwright.plan.model import Plan
from railwright.plan.shape import Network
from railwright.svg import document


def parts(plan: Plan) -> Iterator[Part]:
    """Yield `cabling/fabric-<network>.svg`, `cabling/fabric.svg` and `cabling/fabric.dot`."""
    for network in plan.fabrics:
        yield partial(_network, plan, network)
    yield partial(_overview, plan)
    yield partial(_graphviz, plan)


def _network(plan: Plan, network: Network) -> Iterator[OutputFile]:
    say = Phrases(plan.intent.language)
    view = view_of(plan, network)
    labels = Labels(plan, view, say)
    body = (cards if view.level.card else tiered).draw(view, labels, say)
    title = say("title", cluster=view.cluster, network=say(network))
    drawing = page(
        title,
        tuple(facts.lines(view, labels, say)),
        body,
        lambda width: legend.of_fabric(view, say, width),
    )
    language = TAGS[plan.intent.language]
    content = document(drawing, title, say("about"), style.sheet(), language)
    yield OutputFile(f"cabling/fabric-{network}.svg", content)


def _overview(plan: Plan) -> Iterator[OutputFile]:
    say = Phrases(plan.intent.language)
    title = say("title_all", cluster=plan.intent.cluster)
    drawing = page(
        title,
        (),
        overview.draw(plan, say),
        lambda width: legend.of_overview(plan.fabrics, say, width),
    )
    language = TAGS[plan.intent.language]
    content = document(drawing, title, say("about_all"), style.sheet(), language)
    yield OutputFile("cabling/fabric.svg", content)


def _graphviz(plan: Plan) -> Iterator[OutputFile]:
    say = Phrases(plan.intent.language)
    views = [view_of(plan, network) for network in plan.fabrics]
    drawn = [(view, Labels(plan, view, say)) for view in views]
    title = say("title_all", cluster=plan.intent.cluster)
    source = dot.graph(plan.intent.cluster, drawn, title, say)
    yield OutputFile("cabling/fabric.dot", source.encode())
