"""/etc/hosts: what must resolve while DNS does not.

`hosts` has the names one logs in to; `hosts.interfaces` adds those of rails and storage ports.
"""

from collections.abc import Container, Iterator
from functools import partial

from railwright.files import OutputFile, Part
from railwright.plan import host_names
from railwright.plan.host_names import HostName, Kind
from railwright.plan.model import Plan

LOGINS: tuple[Kind, ...] = ("management", "bmc", "leg")
LOCALHOST = ("127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback")


def parts(plan: Plan) -> Iterator[Part]:
    """Yield both files as parts."""
    yield partial(_hosts, plan)
    yield partial(_interfaces, plan)


def _hosts(plan: Plan) -> Iterator[OutputFile]:
    about = f"# {plan.intent.cluster}: hosts, BMCs, switches and PDUs."
    lines = (about, *LOCALHOST, *_lines(plan, host_names.of_plan(plan), LOGINS))
    yield OutputFile("hosts/hosts", "".join(f"{line}\n" for line in lines).encode())


def _interfaces(plan: Plan) -> Iterator[OutputFile]:
    about = f"# {plan.intent.cluster}: rails and storage ports of hosts; append to hosts."
    names = (
        name
        for device in host_names.in_order(plan)
        if device.is_node
        for name in host_names.of_device(plan, device)
    )
    lines = (about, *_lines(plan, names, ("interface",)))
    yield OutputFile("hosts/hosts.interfaces", "".join(f"{line}\n" for line in lines).encode())


def _lines(plan: Plan, names: Iterator[HostName], kinds: Container[Kind]) -> Iterator[str]:
    """Yield a line per address; the name with the domain is first, as the canonical one."""
    domain = plan.intent.services.domain
    for one in names:
        if one.kind in kinds:
            text = f"{one.name}.{domain} {one.name}" if domain else one.name
            yield f"{one.address} {text}"
            if twin := plan.dual.address(one.address) if plan.dual else None:
                yield f"{twin} {text}"
