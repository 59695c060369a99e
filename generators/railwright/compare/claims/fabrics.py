"""Claims about switches and modules: how many a fabric takes, and what one tier saves."""

from collections.abc import Callable, Iterator

from railwright.catalog import loader as catalog
from railwright.compare.claims import designs
from railwright.compare.claims.model import Claim, Evidence, cited, saving
from railwright.compare.model import Measures
from railwright.plan import clos

RADIXES = ("sn4700", "sn5400", "cx864e-n")  # 32 and 64 x 400G, 64 x 800G
WAYS = {1: "leaf", 3: "leaf + spine + leaf", 5: "leaf + spine + super-spine + spine + leaf"}


def boxes() -> Claim:
    """Return whether the GPUs take so many switches and those of a rail are one hop apart."""
    said, found = catalog.said().boxes, designs.two_tiers()
    leaves, spines = (found.compute.switches[role] for role in ("leaf", "spine"))
    near, far = found.figures.ways.same_rail_near, found.figures.ways.same_rail_far
    return Claim(
        id="24-switches",
        text=f"{said.gpus} H100 take {said.leaves + said.spines} switches of "
        f"{_cages(designs.LEAF)}, {said.leaves} leaves and {said.spines} spines; GPUs of a rail "
        "are one hop apart",
        source=said.source,
        evidence=(
            Evidence(
                what="switches",
                formula=f"{leaves} leaves + {spines} spines",
                value=leaves + spines,
                holds=(leaves, spines) == (said.leaves, said.spines),
            ),
            _hops(f"in an SU of {found.figures.nodes_per_su} nodes", near),
            _hops("between two SUs", far),
        ),
        notes=(
            f"{found.figures.spare_cages_leaf} cages of a leaf and "
            f"{found.figures.spare_cages_spine} of a spine are left",
        ),
    )


def _hops(where: str, switches: int) -> Evidence:
    return Evidence(
        what=f"switches on the way {where}",
        formula=WAYS[switches],
        value=switches,
        holds=switches == catalog.said().boxes.switches_on_the_way,
    )


def scalable_unit() -> Claim:
    """Return whether a rail group has as many servers as is said."""
    said = catalog.said().rail_group
    return Claim(
        id="rail-group-of-32",
        text=f"a rail group has {said.servers} servers",
        source=said.source,
        evidence=tuple(
            _su(designs.two_tiers(leaf=name), name, said.servers)
            for name in (designs.LEAF_400G, designs.LEAF)
        ),
    )


def _su(found: Measures, leaf: str, servers: int) -> Evidence:
    uplinks_gbps = sum(
        speed * many for (kind, speed), many in found.compute.links.items() if kind == "fabric"
    )
    uplinks = uplinks_gbps // designs.NIC_GBPS // found.compute.switches["leaf"]
    return Evidence(
        what=f"nodes per SU at 1:1 with leaves of {_cages(leaf)}",
        formula=f"{_most_nodes(leaf)} ports of {designs.NIC_GBPS}G - {uplinks} to spines",
        value=found.figures.nodes_per_su,
        holds=found.figures.nodes_per_su == servers,
    )


def _cages(name: str) -> str:
    platform = catalog.switch(name)
    fastest = max(mode.speed_gbps for mode in platform.breakouts if mode.ports == 1)
    return f"{len(platform.cages)} x {fastest}G"


def _most_nodes(name: str) -> int:
    """Return how many 400G NICs one switch serves without uplinks."""
    platform = catalog.switch(name)
    mode = clos.host_mode(platform, designs.NIC_GBPS, "networks.compute")
    return len(platform.cages) * mode.ports


def one_tier() -> Claim:
    """Return with which leaves one tier is enough for all the nodes that are said."""
    said = catalog.said().one_tier
    return Claim(
        id="one-tier-32-to-128",
        text=f"{said.least_nodes} to {said.most_nodes} nodes can do with one tier, a leaf per rail",
        source=said.source,
        evidence=tuple(
            Evidence(
                what=f"most nodes with leaves of {_cages(name)}",
                formula=f"{len(catalog.switch(name).cages)} cages x "
                f"{_most_nodes(name) // len(catalog.switch(name).cages)} x {designs.NIC_GBPS}G",
                value=_most_nodes(name),
                holds=_most_nodes(name) >= said.most_nodes,
            )
            for name in RADIXES
        ),
        notes=("traffic between rails then has no way but NVLink in the nodes (PXN)",),
    )


def rail_only() -> Claim:
    """Return whether rail-only saves up to what is said, and against what."""
    said = catalog.said().rail_only
    return Claim(
        id="rail-only-75",
        text=f"rail-only saves up to {said.percent:g} % of the network",
        source=said.source,
        evidence=(*_against_two_tiers(), *_against_three_tiers()),
        notes=(
            *(cited("network cost saved", one) for one in catalog.published().rail_only_savings),
            "with a price book, `railwright compare` of two intents has the saving in money",
        ),
    )


def _against_two_tiers() -> Iterator[Evidence]:
    old, new = designs.two_tiers(), designs.one_tier()
    yield _saving("switches", old, new, lambda one: one.compute.all_switches)
    yield _saving("modules in switches", old, new, _switch_modules)
    yield _saving("modules, with those of NICs", old, new, _modules)
    yield _saving(
        "modules, with those of DGX H100, where two rails share one,",
        designs.two_tiers(designs.SHARED_CAGES),
        designs.one_tier(designs.SHARED_CAGES),
        _modules,
    )
    yield _saving("fibre jumpers", old, new, lambda one: sum(one.compute.cables.values()))


def _against_three_tiers() -> Iterator[Evidence]:
    old, new = designs.three_tiers(), designs.one_tier()
    yield _saving("switches", old, new, lambda one: one.compute.all_switches)
    yield _saving("ends of links, in ports of 400G", old, new, _port_ends)


def _saving(what: str, old: Measures, new: Measures, of: Callable[[Measures], float]) -> Evidence:
    return saving(what, old.name, of(old), of(new), least_percent=catalog.said().rail_only.percent)


def _switch_modules(one: Measures) -> int:
    return one.compute.modules_at("switch")


def _modules(one: Measures) -> int:
    return sum(one.compute.modules.values())


def _port_ends(one: Measures) -> float:
    return one.compute.port_ends_400g
