"""Cables and modules of any plan: one per port, ids and labels unique, growth only adds."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from hypothesis import given, reject
from hypothesis import strategies as st

from railwright.catalog import loader as catalog
from railwright.catalog.model import NodeModel
from railwright.errors import IntentError
from railwright.intent.model import Intent
from railwright.plan.bom.of_plan import bom
from railwright.plan.build import build
from railwright.plan.cables.cages import Cages
from railwright.plan.cables.fit import fit
from railwright.plan.cables.model import Cable, Fitting
from railwright.plan.grown import at_capacity, hindrances
from railwright.plan.model import Plan
from railwright.plan.tables import TABLES
from tests.invariants.cablings import cabled
from tests.invariants.plans import DRAWN, doubles, plan_of
from tests.invariants.strategies import growths


@st.composite
def grown(draw: st.DrawFn) -> tuple[Intent, Intent]:
    """Draw a cluster and the same with more deployed of any population."""
    intent = draw(cabled())
    return intent, draw(growths(intent))


def growth(small: Plan, later: Intent) -> Plan:
    """Return the grown plan, or draw again where the small one says that it cannot grow so far."""
    try:
        return build(later)
    except IntentError:
        assert hindrances(small)
        reject()


def bare(cable: Cable) -> Cable:
    return replace(cable, deployed=False)


@DRAWN
@given(cabled())
def test_every_port_has_the_cables_of_its_link_and_no_other(intent: Intent) -> None:
    """A link is served by one cable, or by several of which each has a socket of its own."""
    plan = plan_of(intent)
    cables = plan.cabled.cables
    assert {link for one in cables for link in one.links} == {link.id for link in plan.links}
    assert doubles((end.device, end.socket) for one in cables for end in one.ends if end.cage) == []
    links = {link.id: link for link in plan.links}
    for cable in cables:
        own = [links[name] for name in cable.links]
        lower = [(end.device, end.ports) for end in cable.ends[:-1]]
        assert lower == [(link.a.device, (link.a.port,)) for link in own]
        upper = cable.ends[-1]
        assert {link.z.device for link in own} == {upper.device}
        assert upper.ports == tuple(link.z.port for link in own if link.z.port)


@DRAWN
@given(cabled())
def test_ids_and_labels_are_unique(intent: Intent) -> None:
    found = plan_of(intent).cabled
    assert doubles([*(one.id for one in found.cables), *(one.id for one in found.modules)]) == []
    ends = [end for one in found.cables for end in one.ends]
    assert doubles(end.label for end in ends) == []
    assert all(end.label.count(" / ") == 1 and end.label.isprintable() for end in ends)


@DRAWN
@given(cabled())
def test_labels_are_mirrored(intent: Intent) -> None:
    """The far end's label has the halves swapped; a splitter's single end names all the others."""
    plan = plan_of(intent)
    split = {name for name, one in fittings(plan).items() if one.shared}
    for cable in plan.cabled.cables:
        *lower, upper = [end.label.split(" / ") for end in cable.ends]
        assert upper[1] == " + ".join(near for near, _ in lower)
        if cable.links[0] in split:  # which may have one tail in use
            assert len({far for _, far in lower}) == len(lower)
            assert all(far.startswith(upper[0]) and far != upper[0] for _, far in lower)
        else:
            (only,) = lower
            assert only == upper[::-1]
        for (near, _), end in zip((*lower, upper), cable.ends, strict=True):
            assert near.startswith((end.device, f"{end.rack}-"))


@DRAWN
@given(cabled())
def test_no_bundle_is_too_thick_or_of_both_kinds(intent: Intent) -> None:
    plan = plan_of(intent)
    copper = {"DAC", "ACC", "AEC", "CAT6A"}
    held = Counter((one.bundle, one.medium in copper) for one in plan.cabled.cables)
    assert doubles(bundle for bundle, _ in held) == []
    cabling = plan.intent.cabling
    for (_, is_copper), many in held.items():
        assert many <= (cabling.coppers_per_bundle if is_copper else cabling.fibres_per_bundle)


@DRAWN
@given(grown())
def test_growth_adds_cables_and_touches_none(pair: tuple[Intent, Intent]) -> None:
    """A cable keeps id, part, length, both labels, bundle, trays, colour and wave."""
    plan = plan_of(pair[0])
    small, large = plan.cabled, growth(plan, pair[1]).cabled
    later = {one.id: one for one in large.cables}
    for cable in small.cables:
        assert bare(later[cable.id]) == bare(cable)
        assert later[cable.id].deployed or not cable.deployed
    plugged = {one.id: one for one in large.modules}
    for module in small.modules:
        assert replace(plugged[module.id], deployed=False) == replace(module, deployed=False)
        assert plugged[module.id].deployed or not module.deployed


def fittings(plan: Plan) -> Mapping[str, Fitting]:
    """Return how every link is cabled that something fits."""
    if plan.floor:
        return plan.fitted or {}
    return fit(plan.intent, plan.links, plan.node_models, plan.built, None)[0]


def parts(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield every deployed cable, module and adapter, from how the links are cabled."""
    fitted, cages = fittings(plan), Cages(plan.intent, plan.node_models, plan.built)
    splitters: dict[tuple[str, str], str] = {}
    plugged: dict[tuple[str, str, str], str] = {}
    for link in plan.links:
        if not link.deployed:
            continue
        one = fitted.get(link.id)
        if one is None:
            yield "cable", "unknown"
            continue
        if one.shared:
            splitters[link.z.device, one.shared] = one.part
        else:
            yield from [("cable", one.part)] * one.strands
        for end, module, adapter in (
            (link.a, one.a_module, one.a_adapter),
            (link.z, one.z_module, one.z_adapter),
        ):
            if cage := cages.of(end.device, end.port):
                plugged["module", end.device, cage.parent] = module or ""
                plugged["adapter", end.device, cage.parent] = adapter or ""
    yield from (("cable", part) for part in splitters.values())
    yield from ((kind, part) for (kind, _, _), part in plugged.items() if part)


def boxes(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield every deployed switch, server, NIC, rack and PDU."""
    yield from (("switch", one.platform) for one in plan.switches)
    for node in plan.nodes:
        yield "node", node.platform
        yield from (("nic", name) for name in cards(plan.node_model(node)))
    if plan.floor is None:
        pdus = plan.intent.nodes.pdus
        yield from [("pdu", "unknown")] * (pdus.count if pdus else 0)
        return
    for rack in plan.floor.racks:
        if rack.deployed:
            yield "rack", rack.profile
            yield from [("pdu", f"{rack.profile}-pdu")] * catalog.rack(rack.profile).feeds


def cards(model: NodeModel) -> Iterator[str]:
    """Yield the name of every card: ports on one PCI device are one card."""
    for name, ports in (
        (model.rail_nic, [one.pci for one in model.nics]),
        (model.frontend_nic, [one.pci for one in model.frontend]),
    ):
        slots = {one.split(".")[0] if one else number for number, one in enumerate(ports)}
        if name:
            yield from [name.model] * len(slots)


@DRAWN
@given(cabled())
def test_the_bill_is_the_sum_of_the_plan(intent: Intent) -> None:
    """What is ordered is what is deployed, part number by part number, plus the spares."""
    plan = plan_of(intent)
    lines = bom(plan).lines
    assert doubles((line.kind, line.part) for line in lines) == []
    found = {(line.kind, line.part): line.quantity for line in lines if line.quantity}
    assert found == Counter([*boxes(plan), *parts(plan)])
    for line in lines:
        assert line.order == (0 if line.included else line.quantity + line.spares)
        assert line.reserved is None or line.reserved >= 0


@DRAWN
@given(grown())
def test_growth_orders_what_was_reserved(pair: tuple[Intent, Intent]) -> None:
    """The full capacity needs the same of every part however much of it is deployed."""
    plan = plan_of(pair[0])
    if at_capacity(plan) is None:
        reject()
    sums = [
        {
            (line.kind, line.part): line.quantity + (line.reserved or 0)
            for line in bom(one).lines
            if line.quantity or line.reserved
        }
        for one in (plan, build(pair[1]))
    ]
    assert sums[0] == sums[1]


def the_cages(plan: Plan) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for cable in plan.cabled.cables:
        for end in cable.ends:
            if end.cage:
                found.setdefault((end.device, end.cage), set()).add(cable.medium or "")
    return found


@DRAWN
@given(cabled())
def test_modules_are_where_optical_cables_end(intent: Intent) -> None:
    plan = plan_of(intent)
    kinds = {str(row["id"]): row["kind"] for row in TABLES["modules"](plan)}
    plugged = {(one.device, one.cage) for one in plan.cabled.modules if kinds[one.id] == "module"}
    optical = {cage for cage, media in the_cages(plan).items() if media & {"MMF", "SMF"}}
    assert plugged == optical
