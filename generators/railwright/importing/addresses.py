"""Which PCI function every RDMA device is.

That is printed by `ibdev2netdev -v`, or is in the interface's name, or follows from the order:
without rules of a site, drivers number RDMA devices mlx5_0, mlx5_1, ... as PCI counts functions.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from railwright.errors import Problem
from railwright.importing.lspci import Function
from railwright.importing.rdma import SAVE_AGAIN, RdmaPort
from railwright.importing.saved import Saved

_NUMBERED = re.compile(r"mlx5_(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Port:
    """A port of a NIC: its RDMA device, PCI function, and whether its link is up."""

    rdma: str
    function: Function
    is_up: bool


def ports(
    rdma: Sequence[RdmaPort], functions: Sequence[Function], ibdev: Saved, lspci: Saved
) -> tuple[Mapping[str, Port], list[str], list[Problem]]:
    """Return the ports by RDMA device, what was assumed, and which of them cannot be told.

    Bonds have no function of their own and are left out.
    """
    nics = {one.address: one for one in functions if one.kind == "nic"}
    single = [one for one in rdma if "bond" not in one.rdma]
    problems: list[Problem] = []
    if not nics:
        what = "has no NIC of vendor 15b3 (Mellanox); save it on a GPU node with its NICs"
        return {}, [], [lspci.problem(0, what)]
    for one in single:
        if one.address is not None and one.address not in nics:
            what = f"{one.rdma} ({one.net}) is at {one.address}, where {lspci.name} has no NIC"
            problems.append(ibdev.problem(one.line, f"{what}; save both on the same server"))
    ordered = _by_order(single, list(nics.values()))
    known = {one.rdma: one.address or ordered.get(one.rdma) for one in single}
    for one in single:
        if known[one.rdma] is None:
            what = f"the PCI address of {one.rdma} ({one.net}) cannot be told; {SAVE_AGAIN}"
            problems.append(ibdev.problem(one.line, what))
    problems += _twice(single, known, ibdev)
    assumed = [one.rdma for one in single if one.address is None and one.rdma in ordered]
    found = {
        one.rdma: Port(one.rdma, nics[address], one.is_up)
        for one in single
        if (address := known[one.rdma]) is not None and address in nics
    }
    return found, _assumptions(rdma, assumed), problems


def _by_order(rdma: Sequence[RdmaPort], nics: Sequence[Function]) -> dict[str, str]:
    """Return addresses by the order of numbers, none where what is known contradicts it.

    Virtual functions come and go, so with one of them there is no order to rely on.
    """
    numbers = {one.rdma: _NUMBERED.fullmatch(one.rdma) for one in rdma}
    if not all(numbers.values()) or any(one.virtual for one in nics):
        return {}
    found = sorted(numbers, key=lambda name: int(name.removeprefix("mlx5_")))
    if found != [f"mlx5_{index}" for index in range(len(nics))]:
        return {}
    ordered = dict(zip(found, (one.address for one in nics), strict=True))
    agrees = all(one.address in {None, ordered[one.rdma]} for one in rdma)
    return ordered if agrees else {}


def _twice(
    rdma: Sequence[RdmaPort], known: Mapping[str, str | None], ibdev: Saved
) -> list[Problem]:
    before: dict[str, str] = {}
    problems = []
    for one in rdma:
        address = known[one.rdma]
        if address is not None and address in before:
            what = f"{one.rdma} and {before[address]} are both at {address}; {SAVE_AGAIN}"
            problems.append(ibdev.problem(one.line, what))
        elif address is not None:
            before[address] = one.rdma
    return problems


def _assumptions(rdma: Sequence[RdmaPort], ordered: Sequence[str]) -> list[str]:
    found = []
    if ordered:
        found.append(
            f"the PCI addresses of {', '.join(ordered)} follow from the order of their numbers; "
            "confirm on a node with 'ls -l /sys/class/infiniband/*/device'"
        )
    if bonds := [one.rdma for one in rdma if "bond" in one.rdma]:
        found.append(
            f"{', '.join(bonds)} is a bond, whose ports are not in the profile: railwright uses "
            "storage and front-end ports unbonded"
        )
    return found
