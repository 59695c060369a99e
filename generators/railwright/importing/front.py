"""The storage and front-end ports of a server: two of the ports that are no rails."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from railwright.importing.addresses import Port
from railwright.importing.topo import NEARNESS, Topology

PORTS = 2
"""A server has two, port 0 and port 1, to two switches."""
_SAME_PROCESSOR = NEARNESS.index("NODE")


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """The ports in use, each with its processor, and what was assumed of them."""

    ports: tuple[tuple[Port, int], ...]
    assumptions: tuple[str, ...]


def choose(topo: Topology, others: Sequence[Port]) -> FrontEnd:
    """Return one port of each of two cards, of two processors where there are such.

    Of a card's ports Ethernet comes before InfiniBand, one with link before one without, the
    first before the second.
    """
    assumptions: list[str] = []
    placed = [(one, _numa(topo, one, assumptions)) for one in others if not one.function.virtual]
    placed.sort(key=lambda one: _rank(one[0]))
    best: dict[str, tuple[Port, int]] = {}
    for port, numa in placed:
        best.setdefault(port.function.card, (port, numa))
    cards = sorted(best.values(), key=lambda one: (_rank(one[0])[:2], one[0].function.address))
    found = _of_two_processors(cards)[:PORTS]
    if len(found) < PORTS:
        more = [one for one in placed if one not in found]
        found += more[: PORTS - len(found)]
        if len(found) == PORTS:
            assumptions.append("both storage and front-end ports are on one card")
        else:
            assumptions.append(
                f"the files have {len(found) or 'no'} of two storage and front-end ports; a "
                "cluster with a storage network needs both"
            )
    found.sort(key=lambda one: (one[1], one[0].function.address))
    left = sorted(one.rdma for one, _ in placed if all(one is not port for port, _ in found))
    if left:
        assumptions.append(f"ports that the cluster does not use: {', '.join(left)}")
    if idle := [one.rdma for one, _ in found if not one.function.ethernet]:
        assumptions.append(
            f"{', '.join(idle)} is InfiniBand as saved; it has to be made Ethernet "
            "(LINK_TYPE_P1=2 with mlxconfig)"
        )
    return FrontEnd(tuple(found), tuple(assumptions))


def _rank(one: Port) -> tuple[bool, bool, str]:
    return not one.function.ethernet, not one.is_up, one.function.address


def _of_two_processors(cards: Sequence[tuple[Port, int]]) -> list[tuple[Port, int]]:
    """Return the cards with the first of every processor in front."""
    first: Mapping[int, tuple[Port, int]] = {numa: (one, numa) for one, numa in reversed(cards)}
    return [*first.values()][::-1] + [one for one in cards if first[one[1]] != one]


def _numa(topo: Topology, port: Port, assumptions: list[str]) -> int:
    """Return the processor of a port: as lspci says, else that of the GPUs beside it."""
    if port.function.numa is not None:
        return port.function.numa
    beside = {
        numa
        for gpu in topo.gpus
        if topo.nearness.get((gpu, port.rdma), len(NEARNESS)) <= _SAME_PROCESSOR
        and (numa := topo.numa.get(gpu)) is not None
    }
    if len(beside) == 1:
        return beside.pop()
    assumptions.append(
        f"{port.rdma} is taken to be on NUMA node 0, which no file says; confirm on a node with "
        f"'cat /sys/class/infiniband/{port.rdma}/device/numa_node'"
    )
    return 0
