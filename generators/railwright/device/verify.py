"""Live checks of the whole fabric: one look at every switch and node, then pure comparisons."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from railwright.device import fdb, traces, verify_bgp, verify_qos, verify_routes
from railwright.device.cabling import check as cabling
from railwright.device.cabling.model import Seen
from railwright.device.errors import CommandError
from railwright.device.fib import Fib
from railwright.device.fib import parse as parse_routes
from railwright.device.fleet import Fleet
from railwright.device.inventory import reachable
from railwright.device.lldp import Neighbours, spoken
from railwright.device.lldp import parse as parse_neighbours
from railwright.device.observe import Observation, bgp_states, observe
from railwright.device.parts import read_parts
from railwright.device.rollout import Progress
from railwright.device.session import Session
from railwright.device.verify_model import Check, Checked, Note, VerifyReport, merged
from railwright.errors import RailwrightError
from railwright.plan.model import Device, Plan

CHECKS: Mapping[str, tuple[Check, ...]] = {
    "cabling": ("cabling",),
    "bgp": ("bgp", "routes", "paths"),
    "roce": ("roce",),
}
"""What each name on the command line checks."""

TRACED_NODES = 16
"""Nodes that send traceroutes; every one tries up to three ways from each of its data ports."""

_MOST_NAMED = 8  # files of no device of the plan

_SWITCH_SCRIPT = """
part bgp quiet sudo vtysh -c 'show bgp summary json'
part routes ip -j -4 route show
part lldp sudo lldpctl -f json
"""
_MAC_SCRIPT = "part mac quiet show mac\n"
_NODE_SCRIPT = "part lldp lldpctl -f json"


@dataclass(frozen=True, slots=True)
class SwitchState:
    """What was read from one switch; `seen` only when its configuration was asked for.

    `learned` is None where the switch's MAC addresses were not read.
    """

    bgp: Mapping[str, str]
    fib: Fib
    heard: Neighbours
    seen: Observation | None
    learned: fdb.Learned | None = None


@dataclass(frozen=True, slots=True)
class NodeState:
    """What was read from one node: its neighbours and its traceroutes."""

    heard: Neighbours
    traced: Mapping[traces.Trace, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class FabricState:
    """Everything read, by device, and the devices that could not be."""

    switches: Mapping[str, SwitchState]
    nodes: Mapping[str, NodeState]
    errors: Mapping[str, str]


def verify(
    fleet: Fleet,
    devices: Iterable[Device],
    wanted: Collection[Check],
    present: Collection[str] | None = None,
    done: Progress | None = None,
) -> VerifyReport:
    """Read these devices once and compare them with the plan.

    `present` names every device that exists here, whether or not it is among `devices`; None means
    all deployed ones. Faults that an absent device causes are not reported. What still converges
    (sessions, routes, neighbours that speak every 30 s) shows as a fault.
    """
    plan = fleet.plan
    here = frozenset(plan.device) if present is None else frozenset(present)
    state = read(fleet, tuple(devices), wanted, here, done)
    found = cabling.check(plan, _seen(state), here) if "cabling" in wanted else None
    results = checks(plan, state, wanted, here)
    states = {name: switch.bgp for name, switch in state.switches.items()}
    outside = verify_bgp.outside(plan, states) if "bgp" in wanted else ""
    notes = (Note("bgp", "outside", outside),) if outside else ()
    report = VerifyReport(
        cluster=plan.intent.cluster,
        findings=tuple(finding for one in results.values() for finding in one.findings),
        counts={name: one.count for name, one in results.items()},
        errors=state.errors,
        skipped=_skipped(plan, here),
        notes=notes,
    )
    return _with_cabling(report, found) if found else report


def verify_files(
    plan: Plan,
    texts: Mapping[str, str],
    tables: Mapping[str, str] | None = None,
    present: Collection[str] | None = None,
    others: Iterable[str] = (),
) -> VerifyReport:
    """Check the cabling from saved outputs, by device name; no device is read.

    `texts` are those of `lldpctl -f json`, `tables` those of `show mac`; `present` as in `verify`.
    What is of no device of the plan is left out and told in a note, together with `others`, names
    of files that were not read for that. Raises: LldpError or FdbError for a text that is something
    else, RailwrightError when nothing is of a device of the plan.
    """
    saved = {"json": texts, "mac": tables or {}}
    named = [f"{name}.{end}" for end, of in saved.items() for name in of.keys() - plan.device]
    aside = sorted({*named, *others})
    if aside and not any(of.keys() & plan.device for of in saved.values()):
        raise RailwrightError(_aside(plan, aside))
    here = frozenset(plan.device) if present is None else frozenset(present)
    ours = {
        end: [(name, of[name]) for name in of if name in plan.device] for end, of in saved.items()
    }
    seen = Seen(
        heard={name: parse_neighbours(text, name) for name, text in ours["json"]},
        learned={name: fdb.parse(text, name) for name, text in ours["mac"]},
    )
    notes = (Note("cabling", "left-out", _aside(plan, aside)),) if aside else ()
    report = VerifyReport(plan.intent.cluster, (), {}, skipped=_skipped(plan, here), notes=notes)
    return _with_cabling(report, cabling.check(plan, seen, here))


def _aside(plan: Plan, files: Sequence[str]) -> str:
    """Return why files are left out."""
    reserved = {end.device for link in plan.links for end in (link.a, link.z)} - plan.device.keys()
    early = [name for name in files if name.rpartition(".")[0] in reserved]
    unknown = [name for name in files if name not in early]
    told = []
    if unknown:
        told.append(
            f"no device of this plan has the name of {_some(unknown)}: name every file after its "
            "device, such as su1-rail0-leaf.json"
        )
    if early:
        told.append(f"{_some(early)}: of a device that is reserved only")
    return "; ".join(told)


def _some(names: Sequence[str]) -> str:
    more = [f"{len(names) - _MOST_NAMED} more"] if len(names) > _MOST_NAMED else []
    return ", ".join([*map(spoken, names[:_MOST_NAMED]), *more])


def _with_cabling(report: VerifyReport, found: cabling.Cabling) -> VerifyReport:
    """Return a report with the cabling in front of the other checks."""
    return replace(
        report,
        findings=(*found.findings, *report.findings),
        counts={"cabling": found.links.ok + found.links.wrong, **report.counts},
        moves=found.moves,
        notes=(*found.notes, *report.notes),
        unverified=found.unverified,
        links=found.links,
    )


def _skipped(plan: Plan, here: Collection[str]) -> tuple[str, ...]:
    return tuple(device.name for device in reachable(plan) if device.name not in here)


def read(
    fleet: Fleet,
    devices: tuple[Device, ...],
    wanted: Collection[Check],
    present: Collection[str],
    done: Progress | None = None,
) -> FabricState:
    """Read what the wanted checks need, all devices at once."""
    plan = fleet.plan
    nodes = [device for device in devices if device.is_node]
    tracing = {node.name for node in nodes[:TRACED_NODES]} if "paths" in wanted else set()

    def look(session: Session, device: Device) -> SwitchState | NodeState:
        if device.is_switch:
            return _read_switch(session, plan, device, wanted)
        ways = traces.choose(plan, [device], present) if device.name in tracing else ()
        return _read_node(session, ways, wanted)

    needs_nodes = "cabling" in wanted or "paths" in wanted
    read_from = [one for one in devices if one.is_switch or (one.is_node and needs_nodes)]
    outcomes = fleet.run(read_from, look, done)
    return FabricState(
        switches={
            name: state for name, state in outcomes.items() if isinstance(state, SwitchState)
        },
        nodes={name: state for name, state in outcomes.items() if isinstance(state, NodeState)},
        errors={
            name: str(state)
            for name, state in outcomes.items()
            if isinstance(state, RailwrightError)
        },
    )


def checks(
    plan: Plan, state: FabricState, wanted: Collection[Check], present: Collection[str]
) -> dict[Check, Checked]:
    """Return what every wanted check but the cabling finds in what was read.

    Nothing is read here.
    """
    fibs = {name: switch.fib for name, switch in state.switches.items()}
    results: dict[Check, Checked] = {}
    if "bgp" in wanted:
        results["bgp"] = merged(
            verify_bgp.check(plan, plan.device[name], switch.bgp, present)
            for name, switch in state.switches.items()
        )
    if "routes" in wanted:
        results["routes"] = verify_routes.check_routes(plan, fibs, present)
    if "paths" in wanted:
        traced = {
            trace: hops for node in state.nodes.values() for trace, hops in node.traced.items()
        }
        results["paths"] = merged(
            (
                verify_routes.check_paths(plan, fibs, present),
                traces.check(plan, present, traced),
            )
        )
    if "roce" in wanted:
        results["roce"] = merged(
            verify_qos.check(plan, plan.device[name], switch.seen)
            for name, switch in state.switches.items()
            if switch.seen is not None
        )
    return results


def _seen(state: FabricState) -> Seen:
    heard = {name: switch.heard for name, switch in state.switches.items()}
    return Seen(
        heard=heard | {name: node.heard for name, node in state.nodes.items()},
        learned={
            name: switch.learned
            for name, switch in state.switches.items()
            if switch.learned is not None
        },
    )


def _read_switch(
    session: Session, plan: Plan, device: Device, wanted: Collection[Check]
) -> SwitchState:
    learning = "cabling" in wanted and _is_access(plan, device)
    parts, result = read_parts(session, _SWITCH_SCRIPT + (_MAC_SCRIPT if learning else ""))
    for name in ("routes", *(("lldp",) if "cabling" in wanted else ())):
        if name not in parts:
            raise CommandError(
                f"{session.name}: its {name} cannot be read: {result.error_text()}; try "
                "`ip -j -4 route show` and `sudo lldpctl -f json` on it"
            )
    seen = None
    if "roce" in wanted:
        platform = plan.platforms[device.platform].sonic_platform
        seen = observe(session, platform, device.hwsku or "", files=False)
    return SwitchState(
        bgp=bgp_states(parts.get("bgp", "")),
        fib=parse_routes(parts["routes"], session.name),
        heard=parse_neighbours(parts["lldp"], session.name) if "cabling" in wanted else {},
        seen=seen,
        learned=fdb.parse(parts["mac"], session.name) if "mac" in parts else None,
    )


def _is_access(plan: Plan, device: Device) -> bool:
    """Return whether a switch has management ports behind it whose MAC addresses are known."""
    links = plan.links_of.get(device.name, {}).values()
    return plan.intent.assets is not None and any(
        link.kind == "access" and link.z.device == device.name for link in links
    )


def _read_node(
    session: Session, ways: Iterable[traces.Trace], wanted: Collection[Check]
) -> NodeState:
    heard: Neighbours = {}
    if "cabling" in wanted:
        parts, result = read_parts(session, _NODE_SCRIPT)
        if "lldp" not in parts:
            raise CommandError(
                f"{session.name}: its neighbours cannot be read: {result.error_text()}; is lldpd "
                "installed and running there?"
            )
        heard = parse_neighbours(parts["lldp"], session.name)
    wanted_ways = tuple(ways)
    return NodeState(heard, traces.run(session, wanted_ways) if wanted_ways else {})
