"""Headroom against the shared headroom pool of a switch: how many ports can pause at once."""

from collections.abc import Iterator

from railwright.errors import Problem
from railwright.plan.headroom import buffers_of
from railwright.plan.model import Device, Plan


def check_headroom_fit(plan: Plan) -> Iterator[Problem]:
    """Yield a warning per kind of switch whose ports' headroom exceeds the pool they share.

    The pool's `xoff` is what the platform reserves for packets in flight after a pause; a sum
    above it means that not every port can pause at the same time without loss.
    """
    seen: set[tuple[str | None, str, str]] = set()
    for device in plan.switches:
        kind = (device.network, device.role, device.platform)
        if kind in seen or device.network not in plan.qos:
            continue
        seen.add(kind)
        buffers = buffers_of(plan.platforms[device.platform], device.hwsku or "")
        pool_bytes = buffers.pools[buffers.lossless_pool].xoff_bytes if buffers else None
        need_bytes = headroom_bytes(plan, device)
        if pool_bytes and need_bytes > pool_bytes:
            yield Problem(
                f"networks.{device.network}.{device.role}",
                f"{need_bytes} bytes of headroom on a {device.network} {device.role} "
                f"({device.platform}, "
                f"{device.hwsku}) share a pool of {pool_bytes}: {need_bytes / pool_bytes:.2f}:1, "
                "so not all ports can pause at once without loss; shorter cables need less",
                "warning",
            )


def headroom_bytes(plan: Plan, device: Device) -> int:
    """Return the xoff of all cabled ports of a switch, reserved ones included."""
    return sum(
        plan.port_headroom(device, port).xoff_bytes
        for port in plan.ports[device.name]
        if port.use != "spare"
    )
