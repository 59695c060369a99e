"""The groups a device belongs to: the same for Ansible plays, `--limit` and Nornir."""

from railwright.naming import rail_interface
from railwright.plan.model import Device

SWITCH = "switch"
HOST = "host"


def groups(device: Device) -> tuple[str, ...]:
    """Return a device's groups: its role, its SU, for a leaf its rail, and switch or host."""
    names: list[str] = [device.role]
    if device.is_switch:
        names += [SWITCH, f"{device.network}_switch"]
    elif device.is_node:
        names.append(HOST)
    if device.su is not None:
        names.append(f"su{device.su}" if device.pod is None else f"pod{device.pod}_su{device.su}")
    if device.rail is not None:
        names.append(rail_interface(device.rail))
    if device.plane is not None:
        names.append(f"plane{device.plane}")
    return tuple(names)
