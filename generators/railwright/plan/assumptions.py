"""What the plan assumes and the user must be shown."""

from collections.abc import Iterator, Mapping

from railwright.catalog import loader as catalog
from railwright.catalog.model import NodeModel, SwitchPlatform
from railwright.intent.floor import Floor
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
    yield from _placed(intent, intent.floor, fabrics) if intent.floor else _lengths(intent, fabrics)
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
    if (chosen := intent.stack) is not None:
        release = catalog.stack(chosen.release)
        for text in (*release.assumptions, *release.systems[chosen.os].assumptions):
            yield f"software {release.name} on {chosen.os}: {text}"


def _lengths(intent: Intent, fabrics: Mapping[Network, Fabric]) -> Iterator[str]:
    """Yield the lengths that hold as long as nothing is placed."""
    lengths = intent.lengths
    core = "" if lengths.core_m is None else f", {lengths.core_m:g} m for core links"
    access = "" if not fabrics.keys() & {"inband", "oob"} else f", {lengths.access_m:g} m to access"
    yield (
        f"cable lengths: {lengths.host_m:g} m for host links, {lengths.fabric_m:g} m for "
        f"fabric links{core}{access}, until racks are placed"
    )


def _placed(intent: Intent, floor: Floor, fabrics: Mapping[Network, Fabric]) -> Iterator[str]:
    """Yield what lengths and loads on the floor rest on beside the floor itself."""
    given = catalog.geometry()
    trays = f", trays {given.tray_height_m:g} m above the floor"
    aisles = [
        f"{name} aisles {width_m:g} m wide"
        for name, said_m, width_m in (
            ("cold", floor.cold_aisle_m, given.cold_aisle_m),
            ("hot", floor.hot_aisle_m, given.hot_aisle_m),
        )
        if said_m is None
    ]
    yield (
        f"cable lengths follow from the floor with {given.lateral_m:g} m sideways to the box at "
        f"each end, {given.service_loop_m:g} m of service loop at each end of a cable that leaves "
        f"its rack and {given.slack_percent:g} % of slack"
        f"{trays if floor.tray_height_m is None else ''}"
        f"{''.join(f', {one}' for one in aisles)}: usual values, not measured"
    )
    yield from given.assumptions
    if any(plate.border for one in fabrics.values() for plate in one.faceplates.values()):
        lengths = intent.lengths
        length_m = lengths.fabric_m if lengths.core_m is None else lengths.core_m
        yield f"cable lengths: {length_m:g} m to routers outside the plan, whose place is not known"
    for name in dict.fromkeys((floor.rack, floor.network_rack or floor.rack)):
        yield from catalog.rack(name).assumptions
    for size in catalog.tray_fill().cables:
        if size.assumed:
            yield (
                f"tray load: {', '.join(size.media)} cables {size.diameter_mm:g} mm thick and "
                f"{size.kg_per_m:g} kg/m"
            )


def _bounds(rooms: Mapping[HeadroomKey, Headroom]) -> Iterator[str]:
    """Yield the platforms and speeds whose headroom no vendor gives, and what bounds assume."""
    for speed_gbps in sorted({key.speed_gbps for key in rooms}):
        response = catalog.ethernet().response(speed_gbps)
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
