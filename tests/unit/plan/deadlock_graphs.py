"""Small session graphs for tests: fabrics as planned, and the ways in which they can be spoilt."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import combinations
from random import Random

from railwright.plan.deadlock.graph import BORDER, DEFAULT_ROUTE, SessionGraph, Speaker, paired

SPINES = 100
CORE = 900
OUTSIDE = 999


def graph(
    devices: Mapping[str, Speaker],
    pairs: Iterable[tuple[str, str]],
    *,
    default: Iterable[str] = (),
) -> SessionGraph:
    """Return a graph whose leaves have a block, a blackhole for it and one host each."""
    leaves = [name for name, speaker in devices.items() if speaker.role == "leaf"]
    origins = {name: (f"block-of-{name}",) for name in leaves}
    for name in default:
        origins[name] = (*origins.get(name, ()), DEFAULT_ROUTE)
    return SessionGraph(
        network="compute",
        devices=dict(devices),
        pairs=paired((a, f"to-{z}", z, f"to-{a}") for a, z in pairs),
        origins=origins,
        hosts={name: ("host",) for name in leaves},
        blackhole=frozenset(leaves),
    )


def clos(leaves: int, spines: int) -> SessionGraph:
    """Return two tiers as planned: an ASN per leaf, one for all spines."""
    lower = {f"leaf{n}": Speaker(n, "leaf") for n in range(1, leaves + 1)}
    upper = {f"spine{n}": Speaker(SPINES, "spine") for n in range(1, spines + 1)}
    return graph(lower | upper, ((a, z) for a in lower for z in upper))


def bordered(leaves: int, spines: int, *, originated: bool) -> SessionGraph:
    """Return two tiers with a router outside, which sends a default route or is sent to."""
    inside = clos(leaves, spines)
    upper = [name for name in inside.devices if name.startswith("spine")]
    return graph(
        {**inside.devices, "border": Speaker(OUTSIDE, BORDER)},
        [*inside.pairs, *((name, "border") for name in upper)],
        default=upper if originated else ["border"],
    )


def pods(count: int, leaves: int, spines: int, superspines: int) -> SessionGraph:
    """Return three tiers as planned: a set of super-spines for each spine of a pod."""
    devices: dict[str, Speaker] = {}
    pairs: list[tuple[str, str]] = []
    for pod in range(1, count + 1):
        for number in range(1, leaves + 1):
            devices[f"pod{pod}-leaf{number}"] = Speaker(10 * pod + number, "leaf")
        for number in range(1, spines + 1):
            spine = f"pod{pod}-spine{number}"
            devices[spine] = Speaker(SPINES * pod, "spine")
            pairs += [(f"pod{pod}-leaf{leaf}", spine) for leaf in range(1, leaves + 1)]
            pairs += [(spine, f"core{number}-{core}") for core in range(1, superspines + 1)]
    devices |= {
        f"core{number}-{core}": Speaker(CORE, "superspine")
        for number in range(1, spines + 1)
        for core in range(1, superspines + 1)
    }
    return graph(devices, pairs)


def with_asns(known: SessionGraph, asns: Mapping[str, int]) -> SessionGraph:
    """Return a graph some of whose devices have other ASNs."""
    devices = {
        name: speaker._replace(asn=asns.get(name, speaker.asn))
        for name, speaker in known.devices.items()
    }
    return replace(known, devices=devices)


def with_allowas(known: SessionGraph, role: str, times: int = 1) -> SessionGraph:
    """Return a graph whose devices of a role accept paths with their own ASN."""
    devices = {
        name: speaker._replace(allowas_in=times) if speaker.role == role else speaker
        for name, speaker in known.devices.items()
    }
    return replace(known, devices=devices)


def with_links(known: SessionGraph, *pairs: tuple[str, str]) -> SessionGraph:
    """Return a graph with more links."""
    more = paired((a, f"to-{z}", z, f"to-{a}") for a, z in pairs)
    return replace(known, pairs={**known.pairs, **more})


def own_asn_per_spine(known: SessionGraph) -> SessionGraph:
    """Return a graph that breaks the ASN rule: every spine has an ASN of its own."""
    names = [name for name, speaker in known.devices.items() if speaker.role == "spine"]
    return with_asns(known, {name: 500 + place for place, name in enumerate(names)})


def scattered(seed: int) -> SessionGraph:
    """Return a sparse graph of any shape, an ASN for each device, default routes at some."""
    random = Random(seed)  # noqa: S311 (tests that can be repeated)
    names = [f"s{n}" for n in range(random.randint(3, 9))]
    pairs = [pair for pair in combinations(names, 2) if random.random() < 0.3]
    devices = {name: Speaker(n, "leaf") for n, name in enumerate(names)}
    return graph(devices, pairs, default=[name for name in names if random.random() < 0.2])
