"""The claim about oversubscription: at which tier it is cited, and what wiring makes of it."""

from railwright.catalog import loader as catalog
from railwright.catalog.claims_model import PublicPods
from railwright.compare.claims import designs
from railwright.compare.claims.model import Claim, Evidence
from railwright.compare.model import Measures


def seven_to_one() -> Claim:
    """Return at which tier a hyperscaler is said to have a ratio, and what it is here.

    How others wire their network cannot be computed, so nothing decides this claim.
    """
    said, pods = catalog.said().oversubscription, catalog.published().pods
    return Claim(
        id="7-to-1",
        text=f"a hyperscaler runs its fabric oversubscribed {said.ratio:g}:1",
        source=said.source,
        evidence=(
            _cited(f"inside a pod of {pods.pod_gpus:,} GPUs", pods.pod_ratio, pods),
            _cited(f"between {pods.gpus // pods.pod_gpus} such pods", pods.core_ratio, pods),
            _pods(pods, said.ratio),
            _leaves(designs.oversubscribed(said.ratio), said.ratio),
            _leaves(designs.oversubscribed(said.ratio, nodes_per_su=64), said.ratio),
        ),
        notes=("what is planned here shows what even wiring makes of it, not who runs it",),
    )


def _cited(what: str, ratio: float, pods: PublicPods) -> Evidence:
    return Evidence(
        what=what, formula="", value=ratio, unit=":1", source=pods.source, basis="cited"
    )


def _pods(pods: PublicPods, ratio: float) -> Evidence:
    """Return what even wiring makes of a ratio between pods of that size."""
    shape = designs.pods(pods.gpus, pods.pod_gpus, ratio)
    core = shape.core
    assert core is not None  # noqa: S101 (there are several pods)
    down = shape.sus * shape.leaves_per_su * shape.links_per_pair
    return Evidence(
        what=f"planned here, at most {ratio:g}:1 between pods",
        formula=f"{down} x {shape.uplink_speed_gbps}G / {core.uplinks_per_spine} x "
        f"{core.speed_gbps}G at each of {shape.total_spines} spines",
        value=core.effective_oversubscription,
        unit=":1",
    )


def _leaves(found: Measures, ratio: float) -> Evidence:
    """Return what even wiring makes of a ratio at the leaves."""
    figures, spines = found.figures, found.compute.switches["spine"]
    leaves = found.compute.switches["leaf"]
    uplinks = found.compute.links["fabric", 800] // leaves
    return Evidence(
        what=f"planned here, at most {ratio:g}:1 at leaves for {figures.nodes_per_su} nodes",
        formula=f"{figures.nodes_per_su} x 400G / {uplinks} x 800G over {spines} spines",
        value=figures.oversubscription,
        unit=":1",
    )
