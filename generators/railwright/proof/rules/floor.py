"""Cable and plan: where cables really end, and whether headroom holds at their real length."""

from collections.abc import Iterator
from math import isfinite

from railwright.emitters.node_config.roce import FOLDER
from railwright.plan.headroom.engine import Question, answer
from railwright.plan.model import Device, Headroom, Link, Plan, Port
from railwright.plan.qos import roce_of
from railwright.proof.model import End, Finding, FloorLink
from railwright.proof.nodes import nic_of
from railwright.proof.scene import Scene
from railwright.proof.sheet import CABLE, ENDS, FLOOR

TOLERANCE_M = 0.01
"""Lengths are compared as they are ordered; a shorter cable than planned needs less headroom."""


def check(scene: Scene) -> None:
    """Compare every deployed link with the floor; nothing where no floor is given."""
    if scene.floor is None:
        return
    for link in scene.plan.links:
        if link.deployed:
            _check_link(scene, link, scene.floor.get(link.id))
    for name in sorted(scene.floor.keys() - {link.id for link in scene.plan.links}):
        found = _ends(scene.floor[name].a, scene.floor[name].z)
        effect = "a cable that no link plans: take it out, or plan its link"
        where, other = f"floor: cable of {name}", "plan: links"
        scene.sheet.differ(Finding(FLOOR, ENDS, where, found, other, "(absent)", effect))


def _check_link(scene: Scene, link: Link, real: FloorLink | None) -> None:
    other = f"plan: link {link.id}"
    where = f"floor: cable of {link.id}"
    scene.sheet.count(FLOOR, ENDS, 2)
    scene.sheet.count(FLOOR, CABLE)
    if real is None:
        expected = _ends(End(link.a.device, link.a.port), End(link.z.device, link.z.port))
        effect = "the link is missing: its ports stay down"
        scene.sheet.differ(Finding(FLOOR, ENDS, where, "(absent)", other, expected, effect))
        return
    for have, planned in zip(_turned(link, real), (link.a, link.z), strict=True):
        if have != (planned.device, planned.port):
            effect = (
                f"the ports at its ends have addresses, lengths and AS numbers for others than "
                f"each other; move it to {_end(End(planned.device, planned.port))}"
            )
            found, expected = _end(have), _end(End(planned.device, planned.port))
            scene.sheet.differ(Finding(FLOOR, ENDS, where, found, other, expected, effect))
    found, expected = f"{real.length_m:g} m", f"{link.length.length_m:g} m"
    if not isfinite(real.length_m) or real.length_m <= 0:
        effect = "no cable has this length, and nothing is proven for it: measure it"
        scene.sheet.differ(Finding(FLOOR, CABLE, where, found, other, expected, effect))
        return
    if real.length_m > link.length.length_m + TOLERANCE_M:
        effect = _effect(scene.plan, link, real.length_m)
        scene.sheet.differ(Finding(FLOOR, CABLE, where, found, other, expected, effect))
    scene.sheet.differ(*_told(scene, link, real.length_m))


def _turned(link: Link, real: FloorLink) -> tuple[End, End]:
    """Return the ends of a cable in the order of its link: a list may have them the other way."""
    a, z = End(link.a.device, link.a.port), End(link.z.device, link.z.port)
    straight, turned = (real.a == a) + (real.z == z), (real.a == z) + (real.z == a)
    return (real.z, real.a) if turned > straight else (real.a, real.z)


def _told(scene: Scene, link: Link, length_m: float) -> Iterator[Finding]:
    """Yield the NIC that was told a shorter cable than there is, from what its node's file says."""
    node, path = scene.nodes.get(link.a.device), f"{FOLDER}/{link.a.port}.env"
    if link.kind != "host" or node is None or path not in node.files:
        return
    told_m = nic_of(node.files[path]).cable_m
    if told_m is not None and length_m > told_m + TOLERANCE_M:
        effect = "the NIC has headroom for a shorter cable: what is in flight after it pauses its "
        yield Finding(
            FLOOR,
            CABLE,
            f"floor: cable of {link.id}",
            f"{length_m:g} m",
            node.place(path, "CABLE_LENGTH_M"),
            f"{told_m:g} m",
            f"{effect}switch may be dropped",
        )


def _ends(a: End, z: End) -> str:
    return f"{_end(a)} - {_end(z)}"


def _end(end: End) -> str:
    return f"{end.device} {end.port}".rstrip()


def _effect(plan: Plan, link: Link, length_m: float) -> str:
    """Return what a longer cable does to the headroom of the switch ports at its ends."""
    if link.network not in plan.qos or link.kind == "border":
        return "the cable is longer than planned; nothing on it is lossless"
    found = [one for end in (link.a, link.z) for one in _at(plan, link, end.device, length_m)]
    return "; ".join(found) or "the cable is longer than planned"


def _at(plan: Plan, link: Link, name: str, length_m: float) -> Iterator[str]:
    device = plan.device.get(name)
    if device is None or not device.is_switch:
        return
    port = next(one for one in plan.ports[name] if one.name == link.end(name).port)
    planned = plan.port_headroom(device, port)
    needed = _needed(plan, device, port, planned, length_m)
    where = f"{name} {port.name}"
    if needed is None:
        yield f"no headroom of {where} is known for this length"
    elif needed.xoff_bytes > planned.xoff_bytes:
        yield (
            f"{where} needs an xoff of {needed.xoff_bytes} bytes and has {planned.xoff_bytes}: "
            "packets in flight are dropped"
        )
    else:
        yield f"the {planned.xoff_bytes} bytes of xoff of {where} still hold it"


def _needed(
    plan: Plan, device: Device, port: Port, planned: Headroom, length_m: float
) -> Headroom | None:
    roce = roce_of(plan.intent, device.network) if device.network else None
    if roce is None:
        return None
    found = answer(
        Question(
            plan.platforms[device.platform],
            device.hwsku,
            port.speed_gbps,
            port.lanes.count(",") + 1,
            length_m,
            planned.mtu_bytes,
            roce.headroom.pattern_mtu_bytes,
            roce.headroom.small_packet_percent,
            shared_pool=roce.headroom.shared_pool_ratio is not None,
            model=roce.headroom.model,
        )
    )
    return found if isinstance(found, Headroom) else None
