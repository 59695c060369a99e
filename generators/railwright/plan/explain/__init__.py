"""Why a value is what it is: the derivation of any planned number, with its inputs.

Layouts and shapes are those the plan was built with, so an explanation cannot drift from the value
it explains.
"""

from collections.abc import Mapping
from typing import TypeVar

from railwright.plan.explain import (
    deadlock,
    devices,
    dscp,
    fabric,
    headroom,
    places,
    ports,
    software,
    spread,
)
from railwright.plan.explain.derivation import Derivation, ExplainError, Input, PortPlace
from railwright.plan.model import Device, Plan
from railwright.plan.shape import Network

__all__ = ["FABRIC", "Derivation", "ExplainError", "Input", "explain"]

FABRIC = "fabric"
NETWORKS: Mapping[str, Network] = {
    FABRIC: "compute",
    "compute": "compute",
    "storage": "storage",
    "inband": "inband",
    "oob": "oob",
}
OF_A_NETWORK = {**fabric.SUBJECTS, **spread.OF_A_NETWORK, **deadlock.OF_A_NETWORK}
OF_A_DEVICE = {
    **devices.SUBJECTS,
    **places.SUBJECTS,
    **spread.OF_A_DEVICE,
    **software.SUBJECTS,
}
OF_A_PORT = {**ports.SUBJECTS, **headroom.SUBJECTS, **dscp.SUBJECTS, **spread.OF_A_PORT}
_NETWORK = f"`{FABRIC} {'|'.join(OF_A_NETWORK)}`"
_DEVICE = f"`HOST {'|'.join(OF_A_DEVICE)}`"
_PORT = f"`HOST PORT {'|'.join(OF_A_PORT)}`"
OTHER_THAN_A_NETWORK = f"{_DEVICE}, {_PORT}"
OTHER_THAN_A_DEVICE = f"{_PORT}, {_NETWORK}"
OTHER_THAN_A_PORT = f"{_DEVICE}, {_NETWORK}"
_T = TypeVar("_T")


def explain(plan: Plan, host: str, subject: tuple[str, ...]) -> Derivation:
    """Return the derivation of `subject` on `host`: a device, a network or `fabric` (compute).

    Subjects: of a network `spines`, `uplinks`, `sus`, `superspines`, `bisection`, `ecmp`,
    `deadlock`; of a device `asn`, `loopback`, `mgmt_address`, `bmc_address`, `oob_address`,
    `block`, `place`, `power`, `ecmp`; of a server `kernel`, `driver`, `fabric_manager`, `cuda`,
    `ofed`, `nccl`, `gdrcopy`, `dcgm`, `hpcx`, `container_toolkit`; of a port `PORT address`,
    `peer`, `length`, `lanes`, `xoff`, `xon`, `size`, `headroom`, `cable_length`, `dscp`, `ecmp`.
    Raises: ExplainError naming what exists.
    """
    if (network := NETWORKS.get(host)) is not None:
        act = _choose(OF_A_NETWORK, subject, host, OTHER_THAN_A_NETWORK)
        if network not in plan.built:
            planned = ", ".join(plan.built)
            raise ExplainError(f"{host} has no switches in this plan; planned networks: {planned}")
        return act(plan, host, plan.built[network])
    device = plan.device.get(host)
    if device is None:
        raise ExplainError(
            f"no device {host!r} in this plan; `railwright show devices` lists them. Networks are "
            + ", ".join(NETWORKS)
        )
    if (place := _port(plan, device, subject)) is not None:
        return _choose(OF_A_PORT, subject[1:], place.subject, OTHER_THAN_A_PORT)(place)
    return _choose(OF_A_DEVICE, subject, host, OTHER_THAN_A_DEVICE)(plan, device)


def _port(plan: Plan, device: Device, subject: tuple[str, ...]) -> PortPlace | None:
    """Return the port a subject begins with, None where it is about the device itself.

    Raises: ExplainError for a port that does not exist or is spare.
    """
    name = subject[0] if subject else ""
    port = next((one for one in plan.ports[device.name] if one.name == name), None)
    link = plan.links_of.get(device.name, {}).get(name)
    if link is not None:
        return PortPlace(plan, device, name, port, link)
    if port is not None:
        raise ExplainError(f"{device.name} {name} is a spare port: nothing is planned on it")
    if len(subject) > 1:
        raise ExplainError(f"{device.name} has no port {name!r}")
    return None


def _choose(table: Mapping[str, _T], subject: tuple[str, ...], what: str, others: str) -> _T:
    if len(subject) == 1 and subject[0] in table:
        return table[subject[0]]
    given = " ".join(subject) or "nothing"
    raise ExplainError(
        f"{what}: cannot explain {given!r}; choose one of {', '.join(table)}, or explain {others}"
    )
