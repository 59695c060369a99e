"""What the plan assumes and the user must be shown."""

from collections.abc import Iterator, Mapping

from railwright.catalog.model import NodeModel, SwitchPlatform
from railwright.intent.model import Intent
from railwright.plan.fabric import Fabric
from railwright.plan.shape import Network


def of_plan(
    intent: Intent,
    platforms: Mapping[str, SwitchPlatform],
    models: Mapping[str, NodeModel],
    fabrics: Mapping[Network, Fabric],
) -> Iterator[str]:
    """Yield every assumption in words: lengths, breakouts no HWSKU ships, catalog entries."""
    lengths = intent.lengths
    core = "" if lengths.core_m is None else f", {lengths.core_m:g} m for core links"
    access = "" if not fabrics.keys() & {"inband", "oob"} else f", {lengths.access_m:g} m to access"
    yield (
        f"cable lengths: {lengths.host_m:g} m for host links, {lengths.fabric_m:g} m for "
        f"fabric links{core}{access}, until racks are placed"
    )
    for network, fabric in fabrics.items():
        for role, faceplate in fabric.faceplates.items():
            if faceplate.unusual:
                first, last = faceplate.unusual[0], faceplate.unusual[-1]
                where = role if network == "compute" else f"{network} {role}"
                yield (
                    f"{where} breakout: {len(faceplate.unusual)} cages ({first} to {last}) are "
                    f"not split as HWSKU {faceplate.hwsku} of {fabric.platforms[role].name} ships "
                    "them: confirm on hardware"
                )
    for platform in platforms.values():
        yield from (f"{platform.name}: {text}" for text in platform.assumptions)
    for model in models.values():
        yield from (f"{model.name}: {text}" for text in model.assumptions)
