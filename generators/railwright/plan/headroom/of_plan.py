"""The headroom of every kind of lossless port in a plan."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from railwright.catalog.model import SwitchPlatform
from railwright.errors import Problem
from railwright.intent.model import Intent
from railwright.intent.roce import Roce
from railwright.plan.fabric import Fabric
from railwright.plan.headroom.engine import Question, Refusal, answer, buffer_model
from railwright.plan.model import Device, Headroom, HeadroomKey, Link, Role
from railwright.plan.qos import roce_of
from railwright.plan.shape import Network


def compute(
    intent: Intent,
    devices: Mapping[str, Device],
    links: Iterable[Link],
    platforms: Mapping[str, SwitchPlatform],
    fabrics: Mapping[Network, Fabric],
    networks: Collection[Network],
) -> tuple[dict[HeadroomKey, Headroom], list[Problem]]:
    """Return the headroom of every kind of lossless port in use, and what is missing.

    Only links of `networks`, those that carry RDMA, need any.
    """
    found: dict[HeadroomKey, Headroom] = {}
    problems: dict[tuple[str, HeadroomKey], Problem] = {}
    settings = {network: roce_of(intent, network) for network in networks}
    lanes = _lanes(fabrics, networks)
    for link, device, port in _switch_ends(links, devices):
        roce = settings.get(link.network)
        if roce is None:
            continue
        key = HeadroomKey(
            link.network,
            device.platform,
            device.hwsku or "",
            link.speed_gbps,
            lanes[link.network, device.role, port],
            link.length.length_m,
        )
        if key in found:
            continue
        mtu_bytes = fabrics[link.network].mtu_bytes
        room = answer(question_of(platforms[device.platform], key, mtu_bytes, roce))
        if isinstance(room, Headroom):
            found[key] = room
            continue
        path = _path(room, device, link, devices, intent)
        problems.setdefault((path, key), Problem(path, room.what))
    return found, list(problems.values())


def _lanes(
    fabrics: Mapping[Network, Fabric], networks: Collection[Network]
) -> dict[tuple[Network, Role, str], int]:
    """Return how many lanes each port of a role has."""
    return {
        (name, role, slot.name): slot.lanes.count(",") + 1
        for name in networks
        for role, plate in fabrics[name].faceplates.items()
        for slot in (*plate.down, *plate.up, *plate.border, *plate.spares)
    }


def _switch_ends(
    links: Iterable[Link], devices: Mapping[str, Device]
) -> Iterator[tuple[Link, Device, str]]:
    """Yield every link with each switch at an end of it, and its port there."""
    for link in links:
        for end in (link.a, link.z):
            device = devices.get(end.device)
            if device is not None and device.hwsku is not None:
                yield link, device, end.port


def question_of(platform: SwitchPlatform, key: HeadroomKey, mtu_bytes: int, roce: Roce) -> Question:
    """Return what to ask about a kind of port under its network's settings."""
    settings = roce.headroom
    return Question(
        platform=platform,
        hwsku=key.hwsku,
        speed_gbps=key.speed_gbps,
        lanes=key.lanes,
        length_m=key.length_m,
        mtu_bytes=mtu_bytes,
        pattern_mtu_bytes=settings.pattern_mtu_bytes,
        small_packet_percent=settings.small_packet_percent,
        shared_pool=settings.shared_pool_ratio is not None,
        model=buffer_model(platform, roce),
    )


def _path(
    refusal: Refusal, device: Device, link: Link, devices: Mapping[str, Device], intent: Intent
) -> str:
    """Return the field of the intent that mends what was refused."""
    if refusal.fault == "length":
        if _is_measured(link, intent):
            return "floor"
        return f"lengths.{_length_key(link, devices, intent)}"
    if refusal.fault == "model":
        section = "roce" if link.network == "compute" else f"networks.{link.network}.roce"
        return f"{section}.headroom.model"
    return f"networks.{device.network}.{device.role}"


def _is_measured(link: Link, intent: Intent) -> bool:
    """Return whether a link is as long as the floor makes it: neither assumed nor given."""
    given = any(one.id == link.id and one.length_m for one in intent.overrides.links)
    return intent.floor is not None and not link.length.assumed and not given


def _length_key(link: Link, devices: Mapping[str, Device], intent: Intent) -> str:
    if link.kind == "host":
        return "host_m"
    upper = devices.get(link.z.device)
    is_core = link.kind == "border" or (upper is not None and upper.role == "superspine")
    return "core_m" if is_core and intent.lengths.core_m is not None else "fabric_m"
