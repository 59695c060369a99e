"""One switch as the table builders see it: the device, its platform and its cabled ports."""

from dataclasses import dataclass

from railwright.catalog.model import SwitchPlatform
from railwright.plan.model import Device, Link, LinkEnd, Plan, Port


@dataclass(frozen=True, slots=True)
class CabledPort:
    """A port with a link, deployed or reserved for growth; `peer` is the far end."""

    port: Port
    link: Link
    own: LinkEnd
    peer: LinkEnd

    @property
    def name(self) -> str:
        """Return the SONiC name of the port."""
        return self.port.name


@dataclass(frozen=True, slots=True)
class SwitchView:
    """Everything one switch's configuration is made of. `ports` includes the spare ones."""

    plan: Plan
    device: Device
    platform: SwitchPlatform
    ports: tuple[Port, ...]
    cabled: tuple[CabledPort, ...]


def view_of(plan: Plan, device: Device) -> SwitchView:
    """Return the view of a switch of the plan."""
    links = plan.links_of.get(device.name, {})
    ports = plan.ports[device.name]
    return SwitchView(
        plan=plan,
        device=device,
        platform=plan.platforms[device.platform],
        ports=ports,
        cabled=tuple(
            _cabled(device.name, port, links[port.name]) for port in ports if port.name in links
        ),
    )


def _cabled(device: str, port: Port, link: Link) -> CabledPort:
    if link.a.device == device:
        return CabledPort(port, link, own=link.a, peer=link.z)
    return CabledPort(port, link, own=link.z, peer=link.a)
