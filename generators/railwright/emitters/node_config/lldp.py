"""LLDP on a node: its inventory name and the interface's own name, so that cabling can be read."""

from railwright.emitters.node_config.state import Package, RoleState, Unit
from railwright.files import OutputFile
from railwright.plan.model import Device, Plan

CONFIG = """\
configure system hostname {name}
configure lldp portidsubtype ifname
configure system interface pattern {pattern}
"""


def state(plan: Plan, device: Device) -> RoleState:
    """Return lldpd with its configuration: system name, interface names as port ids, data ports."""
    pattern = ",".join(port.name for port in plan.ports[device.name])
    text = CONFIG.format(name=device.name, pattern=pattern)
    return RoleState(
        files=(OutputFile("etc/lldpd.d/railwright.conf", text.encode()),),
        packages=(Package("lldpd"),),
        units=(Unit("lldpd.service"),),
    )
