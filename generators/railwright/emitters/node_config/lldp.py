"""LLDP on a node: its inventory name and the interface's own name, so that cabling can be read."""

from collections.abc import Iterator

from railwright.files import OutputFile
from railwright.plan.model import Device, Plan

CONFIG = """\
configure system hostname {name}
configure lldp portidsubtype ifname
configure system interface pattern {pattern}
"""


def tree(plan: Plan, device: Device) -> Iterator[OutputFile]:
    """Yield lldpd's configuration: system name, port id by interface name, data ports only."""
    pattern = ",".join(port.name for port in plan.ports[device.name])
    yield OutputFile(
        "etc/lldpd.d/railwright.conf", CONFIG.format(name=device.name, pattern=pattern).encode()
    )
