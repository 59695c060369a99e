"""What the plan assumes and the user must be shown."""

from collections.abc import Iterator, Mapping

from railwright.catalog.loader import ethernet
from railwright.catalog.model import NodeModel, SwitchPlatform
from railwright.intent.model import Intent
from railwright.plan.fabric import Fabric
from railwright.plan.model import Headroom, HeadroomKey
from railwright.plan.shape import Network


def of_plan(
    intent: Intent,
    platforms: Mapping[str, SwitchPlatform],
    models: Mapping[str, NodeModel],
    fabrics: Mapping[Network, Fabric],
    rooms: Mapping[HeadroomKey, Headroom],
) -> Iterator[str]:
    """Yield every assumption in words: lengths, odd breakouts, bounds, catalog entries."""
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
    yield from _bounds(rooms)
    for platform in platforms.values():
        yield from (f"{platform.name}: {text}" for text in platform.assumptions)
    for model in models.values():
        yield from (f"{model.name}: {text}" for text in model.assumptions)


def _bounds(rooms: Mapping[HeadroomKey, Headroom]) -> Iterator[str]:
    """Yield the platforms and speeds whose headroom no vendor gives, and what bounds assume."""
    for speed_gbps in sorted({key.speed_gbps for key in rooms}):
        response = ethernet().response(speed_gbps)
        if response and response.assumed:
            yield (
                f"headroom bound at {speed_gbps}G: a peer is assumed to stop sending after "
                f"{response.quanta} pause quanta, because the standard's number for this speed was "
                "not available; it decides no buffer that a vendor gives"
            )
    bounded = {
        (key.platform, key.hwsku, key.speed_gbps)
        for key, room in rooms.items()
        if room.method == "bound"
    }
    for platform, hwsku, speed_gbps in sorted(bounded):
        yield (
            f"{platform}: the lossless table of HWSKU {hwsku} has no row for {speed_gbps}G, so its "
            "headroom is a bound from first principles: confirm with the vendor"
        )
