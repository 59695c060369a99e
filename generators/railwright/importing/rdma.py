"""`ibdev2netdev`: which network interface an RDMA device is, and with `-v` at which PCI address."""

import re
from dataclasses import dataclass

from railwright.errors import Problem
from railwright.importing.lspci import normal
from railwright.importing.saved import Saved, shown

SAVE_AGAIN = "save the whole output of `ibdev2netdev -v`"

_LINE = re.compile(
    r"(?:(?P<pci>[0-9A-Fa-f:]{7,16}\.[0-7])\s+)?(?P<rdma>[A-Za-z][\w-]{0,63})\s(?:[^=>]*\s)?"
    r"port\s+(?P<port>\d{1,2})\s+(?:\(\w+\s*\)\s+)?==>\s+(?P<net>[\w.@:-]{1,32})\s+"
    r"\((?P<state>\w+)\)"
)
_PATH = re.compile(
    r"(?:en|ib)(?:P(?P<domain>\d{1,5}))?p(?P<bus>\d{1,3})s(?P<slot>\d{1,2})(?:f(?P<function>[0-7]))?"
    r"(?:np\d+|d\d+)?"
)


@dataclass(frozen=True, slots=True)
class RdmaPort:
    """An RDMA device with its interface.

    `address` is its PCI address, where it was printed or the interface is named by it.
    """

    rdma: str
    net: str
    is_up: bool
    address: str | None
    line: int


def parse(saved: Saved) -> tuple[tuple[RdmaPort, ...], list[Problem]]:
    """Return the RDMA devices in the order of the file, and what is wrong with it."""
    problems: list[Problem] = []
    found: dict[str, RdmaPort] = {}
    for number, line in saved.numbered():
        text = line.strip()
        if not text:
            continue
        match = _LINE.fullmatch(text)
        if match is None:
            what = f"{shown(text)} is no line `mlx5_0 port 1 ==> eth0 (Up)`; {SAVE_AGAIN}"
            problems.append(saved.problem(number, what))
        elif match["rdma"] in found:
            what = f"{match['rdma']} is there twice, first in line {found[match['rdma']].line}"
            problems.append(saved.problem(number, f"{what}; {SAVE_AGAIN}"))
        else:
            found[match["rdma"]] = RdmaPort(
                match["rdma"],
                match["net"],
                match["state"].lower() == "up",
                normal(match["pci"]) if match["pci"] else named_address(match["net"]),
                number,
            )
    if not found and not problems:
        what = f"has no RDMA device; load the NICs' driver (mlx5_ib) and {SAVE_AGAIN}"
        problems.append(saved.problem(0, what))
    return tuple(found.values()), problems


def named_address(net: str) -> str | None:
    """Return the PCI address in an interface's name (`enp24s0f1np1`: 0000:18:00.1), if it has one.

    Such names count in tens and leave out function 0 of a device that has no other.
    """
    match = _PATH.fullmatch(net)
    if match is None:
        return None
    domain, bus = int(match["domain"] or 0), int(match["bus"])
    return normal(f"{domain:04x}:{bus:02x}:{int(match['slot']):02x}.{match['function'] or 0}")
