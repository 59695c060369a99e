"""Who loses what, and for how long: harm in terms of GPUs, rails and links instead of tables.

The times are estimates for planning a window. Each says what it rests on, and none is measured on
the customer's hardware.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from railwright.naming import natural_key
from railwright.plan.model import Device, Link, Plan
from railwright.plan.shape import Network
from railwright.sonic.classes import ChangeClass, Verdict


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long something is gone, in seconds, and what the number rests on."""

    seconds: int
    basis: str


OUTAGE: Mapping[ChangeClass, Estimate] = MappingProxyType(
    {
        ChangeClass.PORT_BOUNCE: Estimate(
            60,
            "assumed: three updater writes of 1 s and link training; links over 40 s after a flap "
            "are reported (sonic-buildimage#20381)",
        ),
        ChangeClass.BGP_RESET: Estimate(
            30, "assumed: stock connect timer of 10 s, then route exchange"
        ),
        ChangeClass.SERVICE_RESTART: Estimate(
            120, "assumed: container restart, all sessions down, then route exchange"
        ),
        ChangeClass.CONFIG_RELOAD: Estimate(
            300, "assumed: every service restarts and every port trains again"
        ),
        ChangeClass.REBOOT: Estimate(600, "assumed: boot, then as after a config reload"),
    }
)
"""Planning estimates by class; a hitless change has none."""

_ATTACHED = frozenset({"host", "access"})
"""Kinds of links with a host, a BMC or a management port at the other end."""
_NETWORK_TEXTS: Mapping[Network, str] = MappingProxyType(
    {"storage": "storage", "inband": "in-band management", "oob": "out-of-band management"}
)


@dataclass(frozen=True, slots=True)
class Impact:
    """What one class of changes on one switch costs.

    `nodes` are the devices attached to the links that are down, whose ids are `links`. On the
    compute network they lose one rail each (`rails`), so `gpus` GPUs cannot exchange data
    meanwhile (over one of their planes, where there are several). Spines lose no GPU, only
    capacity.
    """

    device: str
    harm: ChangeClass
    ports: tuple[str, ...]
    links: tuple[str, ...]
    nodes: tuple[str, ...]
    rails: tuple[int, ...]
    gpus: int
    estimate: Estimate
    text: str


def impacts(
    plan: Plan, device: Device, verdicts: Iterable[Verdict], method_harm: ChangeClass
) -> tuple[Impact, ...]:
    """Return what the changes of one switch cost, most harmful first; empty if all is hitless.

    `method_harm` is what the way of applying does to the whole switch (a config reload stops
    everything, whatever the single changes would do); above port and session level it swallows
    the rest.
    """
    by_class: dict[ChangeClass, set[str]] = defaultdict(set)
    everything = max([method_harm, *(v.harm for v in verdicts)])
    links = _cabled(plan, device)
    if everything >= ChangeClass.SERVICE_RESTART:
        return (_impact(plan, device, everything, links),)
    ports_of_peers = {link.peer(device.name).address: port for port, link in links.items()}
    for verdict in verdicts:
        if verdict.harm > ChangeClass.HITLESS:
            by_class[verdict.harm] |= set(_ports(verdict, links, ports_of_peers))
    return tuple(
        _impact(plan, device, harm, {port: links[port] for port in by_class[harm]})
        for harm in sorted(by_class, reverse=True)
        if by_class[harm]
    )


def _cabled(plan: Plan, device: Device) -> dict[str, Link]:
    links = plan.links_of.get(device.name, {})
    return {port: link for port, link in links.items() if link.deployed}


def _ports(
    verdict: Verdict, links: Mapping[str, Link], ports_of_peers: Mapping[str, str]
) -> Iterator[str]:
    if verdict.subject == "device":
        yield from links
        return
    if verdict.subject == "vlan":
        yield from (port for port, link in links.items() if f"Vlan{link.vlan}" == verdict.name)
        return
    port = ports_of_peers.get(verdict.name) if verdict.subject == "peer" else verdict.name
    if port is not None and port in links:
        yield port


def _impact(plan: Plan, device: Device, harm: ChangeClass, links: Mapping[str, Link]) -> Impact:
    ports = tuple(sorted(links, key=natural_key))
    hosts = [links[port] for port in ports if links[port].kind in _ATTACHED]
    gpus = _gpus(plan, hosts)
    return Impact(
        device=device.name,
        harm=harm,
        ports=ports,
        links=tuple(links[port].id for port in ports),
        nodes=tuple(link.peer(device.name).device for link in hosts),
        rails=_rails(hosts),
        gpus=gpus,
        estimate=OUTAGE[harm],
        text=_text(plan, device, harm, ports, hosts, gpus),
    )


def _rails(hosts: Iterable[Link]) -> tuple[int, ...]:
    return tuple(sorted({link.rail for link in hosts if link.rail is not None}))


def _gpus(plan: Plan, hosts: Iterable[Link]) -> int:
    """Return how many GPUs these links serve: those that share the NIC of a rail of a node.

    A GPU counts once, however many planes of its NIC are down.
    """
    served = {(link.a.device, link.rail) for link in hosts if link.network == "compute"}
    return sum(_gpus_of(plan, node, rail) for node, rail in served if node in plan.device)


def _gpus_of(plan: Plan, node: str, rail: int | None) -> int:
    model = plan.node_model(plan.device[node])
    nics = [nic for nic in model.nics if nic.rail == rail]
    return len(nics) * model.gpus // max(len(model.nics), 1)


def _text(
    plan: Plan,
    device: Device,
    harm: ChangeClass,
    ports: tuple[str, ...],
    hosts: list[Link],
    gpus: int,
) -> str:
    seconds = OUTAGE[harm].seconds
    parts = [f"{device.name}: {harm.text}, {len(ports)} cabled port{_s(len(ports))}, {seconds} s"]
    if hosts:
        parts.append(_attached_text(device, hosts, gpus))
    kinds = [plan.links_of[device.name][port].kind for port in ports]
    if fabric := kinds.count("fabric"):
        parts.append(_fabric_text(plan, device, fabric))
    if border := kinds.count("border"):
        parts.append(f"{border} link{_s(border)} to outside routers {_are(border)} down")
    return "; ".join(parts)


def _attached_text(device: Device, hosts: list[Link], gpus: int) -> str:
    names = list(dict.fromkeys(link.peer(device.name).device for link in hosts))
    shown = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
    if hosts[0].network != "compute":
        many = f"{len(names)} devices, " if len(names) > 1 else ""
        return f"{_NETWORK_TEXTS[hosts[0].network]} is cut off for {many}{shown}"
    rails = ", ".join(map(str, _rails(hosts)))
    planes = ", ".join(map(str, sorted({link.plane for link in hosts if link.plane is not None})))
    plane = f"plane {planes} of " if planes else ""
    return f"{plane}rail {rails} is lost for {shown} ({gpus} GPU{_s(gpus)})"


def _fabric_text(plan: Plan, device: Device, fabric: int) -> str:
    links = plan.links_of.get(device.name, {}).values()
    fabric_links = [link for link in links if link.deployed and link.kind == "fabric"]
    total = len(fabric_links)
    peers = _peers_text(plan, device, fabric_links)
    if fabric == total:
        return f"all {total} links to {peers} are down"
    return f"{fabric} of {total} links to {peers} {_are(fabric)} down, the others carry on"


def _peers_text(plan: Plan, device: Device, links: list[Link]) -> str:
    """Return what the far ends of fabric links are: `spines`, or `switches` where they differ."""
    roles = {plan.device[link.peer(device.name).device].role for link in links}
    names = {"leaf": "leaves", "spine": "spines", "superspine": "super-spines"}
    return names[roles.pop()] if len(roles) == 1 else "switches"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _s(count: int) -> str:
    return "" if count == 1 else "s"
