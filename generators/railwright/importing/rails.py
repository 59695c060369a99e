"""Which NIC is whose: every GPU's nearest one becomes its rail, in the order of GPUs."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from railwright.errors import Problem
from railwright.importing.addresses import Port
from railwright.importing.lspci import Function
from railwright.importing.topo import NEARNESS, SAVE_AGAIN, Topology

FAR = NEARNESS.index("SYS")
NEAR = NEARNESS.index("PXB")
"""Up to here traffic stays below the processor."""


@dataclass(frozen=True, slots=True)
class Rail:
    """A rail: its first GPU, that GPU's function, the NIC's ports in order and its processor."""

    gpu: int
    gpu_function: Function
    ports: tuple[Port, ...]
    numa: int


@dataclass(frozen=True, slots=True)
class Matched:
    """Rails in order, the ports of other cards, and what was assumed."""

    rails: tuple[Rail, ...]
    others: tuple[Port, ...]
    assumptions: tuple[str, ...]


Cards = Mapping[str, tuple[Port, ...]]


def match(
    topo: Topology, gpus: Sequence[Function], ports: Mapping[str, Port]
) -> tuple[Matched, list[Problem]]:
    """Return the rails of as many GPUs as the topology has; nothing where they cannot be told."""
    cards = _cards(ports)
    problems: list[Problem] = []
    nearest = dict(_nearest(topo, cards, problems))
    shares = _shares(topo, nearest, cards, problems)
    chosen = {gpu: card for card, of in shares.items() for gpu in of[:1]}
    problems += _uneven(topo, shares, cards)
    if problems:
        return Matched((), (), ()), problems
    used, assumptions = _used({gpu: cards[card] for gpu, card in chosen.items()})
    rails = []
    for gpu in sorted(chosen):
        numa = _numa(topo, gpu, gpus[gpu], used[gpu][0].function, problems)
        rails.append(Rail(gpu, gpus[gpu], used[gpu], numa))
    problems += _planes(topo, rails)
    taken = set(chosen.values())
    others = tuple(one for card, of in cards.items() if card not in taken for one in of)
    levels = {gpu: _level(topo, gpu, cards[card]) for gpu, card in chosen.items()}
    found = Matched(tuple(rails), others, (*assumptions, *_said(levels, nearest, chosen)))
    return found, problems


def _cards(ports: Mapping[str, Port]) -> Cards:
    """Return the ports of every card in the order of addresses, virtual functions left out."""
    found: dict[str, list[Port]] = defaultdict(list)
    for one in sorted(ports.values(), key=lambda one: one.function.address):
        if not one.function.virtual:
            found[one.function.card].append(one)
    return {card: tuple(of) for card, of in found.items()}


def _level(topo: Topology, gpu: int, ports: Sequence[Port]) -> int:
    return min(topo.nearness.get((gpu, one.rdma), FAR) for one in ports)


def _nearest(
    topo: Topology, cards: Cards, problems: list[Problem]
) -> Iterator[tuple[int, frozenset[str]]]:
    """Yield the nearest cards of every GPU; of several models only the most frequent one."""
    found: dict[int, frozenset[str]] = {}
    for gpu in topo.gpus:
        levels = {card: _level(topo, gpu, ports) for card, ports in cards.items()}
        best = min(levels.values(), default=FAR)
        if best == FAR:
            what = (
                f"GPU{gpu} has no near NIC, all are {NEARNESS[FAR]}: its NIC is missing or has no "
                f"driver; mend that and {SAVE_AGAIN}"
            )
            problems.append(topo.saved.problem(topo.lines.get(gpu, 0), what))
        else:
            found[gpu] = frozenset(card for card, level in levels.items() if level == best)
    models = Counter(_model(cards[card]) for near in found.values() for card in near)
    for gpu, near in found.items():
        most = max((_model(cards[card]) for card in near), key=lambda one: (models[one], one))
        yield gpu, frozenset(card for card in near if _model(cards[card]) == most)


def _model(ports: Sequence[Port]) -> str:
    return ports[0].function.device_id or ports[0].function.device


def _shares(
    topo: Topology, nearest: Mapping[int, frozenset[str]], cards: Cards, problems: list[Problem]
) -> dict[str, list[int]]:
    """Return the GPUs of every card: those with the same nearest cards share them evenly."""
    groups: dict[frozenset[str], list[int]] = defaultdict(list)
    for gpu, near in nearest.items():
        groups[near].append(gpu)
    found: dict[str, list[int]] = {}
    for near, gpus in groups.items():
        each, rest = divmod(len(gpus), len(near))
        if rest or not each or any(card in found for card in near):
            names = ", ".join(f"GPU{gpu}" for gpu in gpus)
            nics = " and ".join(_name(cards[card]) for card in sorted(near))
            what = (
                f"{names}: nearest to {nics}, which cannot be shared out evenly among GPUs; a NIC "
                "may be missing, else write the profile by hand"
            )
            problems.append(topo.saved.problem(topo.lines.get(gpus[0], 0), what))
            continue
        for index, card in enumerate(sorted(near)):
            found[card] = gpus[index * each : (index + 1) * each]
    return found


def _name(ports: Sequence[Port]) -> str:
    return f"{ports[0].rdma} ({ports[0].function.address})"


def _uneven(topo: Topology, shares: Mapping[str, list[int]], cards: Cards) -> Iterator[Problem]:
    """Yield what keeps rails from being the same number of consecutive GPUs each."""
    sizes = Counter(len(gpus) for gpus in shares.values())
    usual = sizes.most_common(1)[0][0] if sizes else 0
    for card, gpus in sorted(shares.items()):
        line = topo.lines.get(gpus[0], 0)
        names = " and ".join(f"GPU{gpu}" for gpu in gpus)
        if len(gpus) != usual:
            what = (
                f"{names} claim one NIC, {_name(cards[card])}, where others have {usual} "
                "each; a NIC may be missing, else write the profile by hand"
            )
            yield topo.saved.problem(line, what)
        elif gpus != list(range(gpus[0], gpus[0] + len(gpus))):
            what = f"{names} share the NIC {_name(cards[card])} but do not follow one another"
            yield topo.saved.problem(line, f"{what}; write the profile by hand")


def _used(cards: Mapping[int, tuple[Port, ...]]) -> tuple[dict[int, tuple[Port, ...]], list[str]]:
    """Return the ports in use of rail cards: all, or those up where each card has as many.

    InfiniBand ports beside Ethernet ones are left out.
    """
    ethernet = {gpu: tuple(one for one in of if one.function.ethernet) for gpu, of in cards.items()}
    if not any(ethernet.values()):
        names = ", ".join(of[0].rdma for of in cards.values())
        said = (
            f"rail ports ({names}) are InfiniBand as saved; they have to be made Ethernet "
            "(LINK_TYPE_P1=2 with mlxconfig)"
        )
        return dict(cards), [said]
    found = {gpu: ethernet[gpu] or cards[gpu] for gpu in cards}
    up = {gpu: tuple(one for one in of if one.is_up) for gpu, of in found.items()}
    counts = {len(of) for of in up.values()}
    if counts in ({0}, {len(of) for of in found.values()}) or len(counts) > 1:
        return found, []
    down = sorted(one.rdma for gpu, of in found.items() for one in of if one not in up[gpu])
    return up, [f"rail ports without link are taken as unused: {', '.join(down)}"]


def _planes(topo: Topology, rails: Sequence[Rail]) -> Iterator[Problem]:
    """Yield rails with another number of ports than most, or with ports that are no neighbours."""
    usual = Counter(len(rail.ports) for rail in rails).most_common(1)[0][0] if rails else 0
    for rail in rails:
        first = int(rail.ports[0].function.address[-1])
        functions = [int(one.function.address[-1]) for one in rail.ports]
        names = ", ".join(one.rdma for one in rail.ports)
        what = None
        if len(rail.ports) != usual:
            what = f"{len(rail.ports)} ports ({names}), where other rails have {usual}"
        elif functions != list(range(first, first + len(functions))):
            what = f"ports that are no consecutive PCI functions ({names})"
        if what:
            text = f"GPU{rail.gpu}: its NIC has {what}; write the profile by hand"
            yield topo.saved.problem(topo.lines.get(rail.gpu, 0), text)


def _numa(
    topo: Topology, gpu: int, function: Function, nic: Function, problems: list[Problem]
) -> int:
    """Return the processor of a rail: as the NIC says, else as the GPU does."""
    of_gpu = topo.numa.get(gpu)
    of_gpu = function.numa if of_gpu is None else of_gpu
    numa = of_gpu if nic.numa is None else nic.numa
    line = topo.lines.get(gpu, 0)
    if numa is None:
        what = f"GPU{gpu}: neither its NUMA affinity nor a NUMANode says which processor it is on"
        problems.append(topo.saved.problem(line, f"{what}; save lspci as root"))
    elif of_gpu not in {None, numa}:
        what = f"GPU{gpu} is on NUMA node {of_gpu}, its NIC at {nic.address} on {numa}"
        problems.append(topo.saved.problem(line, f"{what}; save all files on the same server"))
    return numa or 0


def _said(
    levels: Mapping[int, int], nearest: Mapping[int, frozenset[str]], chosen: Mapping[int, str]
) -> Iterator[str]:
    """Yield what the topology leaves open about the rails."""
    if far := [gpu for gpu, level in levels.items() if level > NEAR]:
        worst = NEARNESS[max(levels.values())]
        names = ", ".join(f"GPU{gpu}" for gpu in sorted(far))
        yield (
            f"traffic of {names} passes a processor on its way to the NIC (up to {worst}); confirm "
            "that no nearer slot is free"
        )
    if alike := [gpu for gpu in sorted(chosen) if len(nearest[gpu]) > 1]:
        names = ", ".join(f"GPU{gpu}" for gpu in alike)
        yield f"{names} have several NICs equally near, which are shared out in PCI order"
