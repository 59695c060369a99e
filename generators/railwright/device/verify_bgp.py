"""BGP sessions as planned: up, and none that nobody planned."""

from collections.abc import Collection, Mapping

from railwright.device.verify_model import Checked, VerifyFinding
from railwright.plan.model import Device, Plan

UP = "Established"


def check(
    plan: Plan, device: Device, states: Mapping[str, str], present: Collection[str]
) -> Checked:
    """Return what is wrong with one switch's sessions; `states` is FRR's state by peer address.

    Sessions with devices that are not `present` here are not expected, nor are those with routers
    outside the plan, which `outside` counts.
    """
    planned = {
        session.link.peer(device.name).address: session
        for session in plan.sessions_of.get(device.name, ())
        if session.link.peer(device.name).device in present
    }
    findings = []
    for address, session in planned.items():
        state = states.get(address, "absent")
        if state != UP:
            own, far = session.link.end(device.name), session.link.peer(device.name)
            text = f"session of {own.port} with {far.device} {far.port} is {state}, planned is up"
            findings.append(VerifyFinding("bgp", device.name, address, text))
    everyone = {
        session.link.peer(device.name).address for session in plan.sessions_of.get(device.name, ())
    }
    for address in sorted(states.keys() - everyone):
        text = f"session with {address} is {states[address]}, nobody planned it"
        findings.append(VerifyFinding("bgp", device.name, address, text))
    return Checked(len(planned), tuple(findings))


def outside(plan: Plan, states: Mapping[str, Mapping[str, str]]) -> str:
    """Return a note on the sessions with routers outside the plan; empty if there are none.

    `states` is FRR's state by peer address, by switch. Such a router is another's, and it need not
    be there yet: its sessions are told, not judged.
    """
    found = [
        states[session.link.a.device].get(session.link.z.address, "absent")
        for session in plan.sessions
        if session.link.kind == "border" and session.link.a.device in states
    ]
    if not found:
        return ""
    up = found.count(UP)
    return f"sessions with routers outside the plan are not judged: {up} of {len(found)} up"
