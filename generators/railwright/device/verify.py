"""Live checks of the whole fabric: one look at every switch and node, then pure comparisons."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from railwright.device import traces, verify_bgp, verify_lldp, verify_qos, verify_routes
from railwright.device.errors import CommandError
from railwright.device.fib import Fib
from railwright.device.fib import parse as parse_routes
from railwright.device.fleet import Fleet
from railwright.device.inventory import reachable
from railwright.device.lldp import Neighbours
from railwright.device.lldp import parse as parse_neighbours
from railwright.device.observe import Observation, bgp_states, observe
from railwright.device.parts import read_parts
from railwright.device.rollout import Progress
from railwright.device.session import Session
from railwright.device.verify_model import Check, Checked, VerifyReport, merged
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

_SWITCH_SCRIPT = """
part bgp quiet sudo vtysh -c 'show bgp summary json'
part routes ip -j -4 route show
part lldp sudo lldpctl -f json
"""
_NODE_SCRIPT = "part lldp lldpctl -f json"


@dataclass(frozen=True, slots=True)
class SwitchState:
    """What was read from one switch; `seen` only when its configuration was asked for."""

    bgp: Mapping[str, str]
    fib: Fib
    heard: Neighbours
    seen: Observation | None


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
    results = checks(plan, state, wanted, here)
    states = {name: switch.bgp for name, switch in state.switches.items()}
    outside = verify_bgp.outside(plan, states) if "bgp" in wanted else ""
    return VerifyReport(
        cluster=plan.intent.cluster,
        findings=tuple(finding for found in results.values() for finding in found.findings),
        counts={name: found.count for name, found in results.items()},
        moves=verify_lldp.moves(plan, _heard(state)) if "cabling" in wanted else (),
        errors=state.errors,
        skipped=tuple(device.name for device in reachable(plan) if device.name not in here),
        notes=(outside,) if outside else (),
    )


def verify_files(plan: Plan, texts: Mapping[str, str]) -> VerifyReport:
    """Check the cabling from saved `lldpctl -f json` outputs, by device name; no device is read.

    Raises: LldpError for a text that is something else, RailwrightError for an unknown device.
    """
    if unknown := sorted(texts.keys() - plan.device.keys()):
        raise RailwrightError(
            f"no device of this plan is called {', '.join(unknown)}; name every file after its "
            "device, such as su1-rail0-leaf.json"
        )
    heard = {name: parse_neighbours(text, name) for name, text in texts.items()}
    found = verify_lldp.check(plan, heard, plan.device.keys())
    return VerifyReport(
        cluster=plan.intent.cluster,
        findings=found.findings,
        counts={"cabling": found.count},
        moves=verify_lldp.moves(plan, heard),
    )


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
    """Return what every wanted check finds in what was read; nothing is read here."""
    fibs = {name: switch.fib for name, switch in state.switches.items()}
    results: dict[Check, Checked] = {}
    if "cabling" in wanted:
        results["cabling"] = verify_lldp.check(plan, _heard(state), present)
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


def _heard(state: FabricState) -> dict[str, Neighbours]:
    heard = {name: switch.heard for name, switch in state.switches.items()}
    return heard | {name: node.heard for name, node in state.nodes.items()}


def _read_switch(
    session: Session, plan: Plan, device: Device, wanted: Collection[Check]
) -> SwitchState:
    parts, result = read_parts(session, _SWITCH_SCRIPT)
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
