"""What the plan assumes and the user must be shown."""

from collections.abc import Iterator, Mapping

from railwright.catalog.model import NodeModel, SwitchPlatform
from railwright.intent.model import Intent
from railwright.plan.ports import Faceplate


def of_plan(
    intent: Intent,
    platforms: Mapping[str, SwitchPlatform],
    node_model: NodeModel,
    faceplates: Mapping[str, Faceplate],
) -> Iterator[str]:
    """Yield every assumption in words: lengths, breakouts no HWSKU ships, catalog entries."""
    lengths = intent.lengths
    yield (
        f"cable lengths: {lengths.host_m:g} m for host links, {lengths.fabric_m:g} m for "
        "fabric links, until racks are placed"
    )
    compute = intent.networks.compute
    for role, faceplate in faceplates.items():
        name = compute.leaf if role == "leaf" else compute.spine or compute.leaf
        if faceplate.unusual:
            first, last = faceplate.unusual[0], faceplate.unusual[-1]
            yield (
                f"{role} breakout: {len(faceplate.unusual)} cages ({first} to {last}) are not "
                f"split as HWSKU {faceplate.hwsku} of {name} ships them: confirm on hardware"
            )
    for platform in platforms.values():
        yield from (f"{platform.name}: {text}" for text in platform.assumptions)
    yield from (f"{node_model.name}: {text}" for text in node_model.assumptions)
