"""Symmetry of pods: parts that only super-spines join, of which a few stand for all.

Two pods are alike when counting through their devices in order pairs them up with the same roles,
loop checks, kinds of prefixes and links, to the very same super-spines. Swapping them turns every
route of the network into another one of it, as swapping twins does.
"""

from collections import Counter
from collections.abc import Iterator, Set

from railwright.plan.deadlock.graph import SessionGraph
from railwright.plan.deadlock.twins import ENOUGH, components, within

CORE = "superspine"


def pods_of(graph: SessionGraph, devices: Set[str]) -> Iterator[SessionGraph]:
    """Yield the pods that some devices are in, as networks of their own; none without any core."""
    core = _core(graph)
    for pod in components(within(graph, graph.devices.keys() - core)) if core else ():
        if devices & pod.devices.keys():
            yield pod


def _core(graph: SessionGraph) -> set[str]:
    return {name for name, speaker in graph.devices.items() if speaker.role == CORE}


def fewer_pods(graph: SessionGraph, keep: int = ENOUGH) -> SessionGraph:
    """Return the network with at most so many pods of a kind.

    ENOUGH is as for twins: a failure of two devices or pairs touches two pods, and a turn over a
    super-spine and its destination involve three.
    """
    core = _core(graph)
    if not core:
        return graph
    uses = Counter(speaker.asn for speaker in graph.devices.values())
    seen: Counter[object] = Counter()
    dropped: set[str] = set()
    for pod in components(within(graph, graph.devices.keys() - core)):
        kind = _kind(graph, pod, uses)
        seen[kind] += 1
        if seen[kind] > keep:
            dropped |= pod.devices.keys()
    return within(graph, graph.devices.keys() - dropped) if dropped else graph


def _kind(graph: SessionGraph, pod: SessionGraph, uses: Counter[int]) -> tuple[object, ...]:
    """Return what two pods have in common exactly when they are alike."""
    place = {name: number for number, name in enumerate(pod.devices)}
    own_uses = Counter(speaker.asn for speaker in pod.devices.values())
    first: dict[int, int] = {}
    rows: list[object] = []
    for name, number in place.items():
        speaker, own = pod.devices[name], graph.origins.get(name, ())
        is_local = uses[speaker.asn] == own_uses[speaker.asn]
        rows.append(
            (
                speaker.role,
                speaker.allowas_in,
                # An ASN of the pod alone is whatever its counterpart is, another is itself.
                (is_local, first.setdefault(speaker.asn, number) if is_local else speaker.asn),
                tuple(sorted(place[peer] for peer in pod.neighbours[name])),
                tuple(peer for peer in graph.neighbours[name] if peer not in place),
                tuple(prefix for prefix in own if prefix in graph.fallbacks),
                sum(prefix not in graph.fallbacks for prefix in own),
                name in graph.blackhole,
            )
        )
    return tuple(rows)
