"""`containerlab.clab.yml`: the deployed switches and nodes as a topology for containerlab.

Facts: containerlab's topology schema and its pages on the kinds `sonic-vs` and `linux` (v0.79):
eth0 is containerlab's own; `sonic-vs` takes data interfaces as eth1, eth2, ... and `linux` takes
any name of an interface that the kernel does.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from railwright.emitters.interop.reasons import held, left_out
from railwright.emitters.interop.table import FOLDER
from railwright.emitters.interop.wires import Wire, Wires
from railwright.files import OutputFile
from railwright.naming import natural_key
from railwright.plan.model import Plan

NAME: Final = "containerlab.clab.yml"
SWITCH_KIND, SWITCH_IMAGE = "sonic-vs", "docker-sonic-vs:latest"
NODE_KIND, NODE_IMAGE = "linux", "debian:stable-slim"


def emit(wires: Wires) -> Iterator[OutputFile]:
    """Yield `containerlab.clab.yml`."""
    yield OutputFile(f"{FOLDER}/{NAME}", ("\n".join(_lines(wires)) + "\n").encode())


def _lines(wires: Wires) -> Iterator[str]:
    plan = wires.plan
    yield f"# Links that are not here: {left_out(wires, NAME)}; left-out.csv says why."
    yield "# ethN of a switch is its Nth port; the labels of a link say which ports it joins."
    yield f"name: {json.dumps(plan.intent.cluster)}"
    yield "topology:"
    yield "  kinds:"
    yield f"    {SWITCH_KIND}: {{image: {json.dumps(SWITCH_IMAGE)}}}"
    yield f"    {NODE_KIND}: {{image: {json.dumps(NODE_IMAGE)}}}"
    yield "  nodes:"
    for device in plan.devices:
        if device.is_switch or device.is_node:
            kind = SWITCH_KIND if device.is_switch else NODE_KIND
            labels = f"{{role: {device.role}, platform: {json.dumps(device.platform)}}}"
            yield f"    {json.dumps(device.name)}: {{kind: {kind}, labels: {labels}}}"
    yield from _links(plan, held(wires, NAME))


def _links(plan: Plan, joined: Iterator[Wire]) -> Iterator[str]:
    interfaces = {device.name: _interfaces(plan, device.name) for device in plan.switches}
    yield "  links:"
    for wire in joined:
        link = wire.link
        ends = ", ".join(
            f"{{node: {json.dumps(end.device)}, interface: "
            f"{json.dumps(interfaces.get(end.device, {}).get(end.port, end.port))}}}"
            for end in (link.a, link.z)
        )
        ports = f"a-port: {json.dumps(link.a.port)}, z-port: {json.dumps(link.z.port)}"
        yield "    - type: veth"
        yield f"      endpoints: [{ends}]"
        labels = f"link: {json.dumps(link.id)}, network: {link.network}, {ports}"
        yield f"      labels: {{{labels}}}"


def _interfaces(plan: Plan, switch: str) -> Mapping[str, str]:
    """Return the interface in the container by port: all ports counted, so that growth moves none.

    The order is that of the names: Ethernet0 is eth1.
    """
    ports = sorted((port.name for port in plan.ports[switch]), key=natural_key)
    return {port: f"eth{number}" for number, port in enumerate(ports, 1)}
