"""One switch as the table builders see it: the device, its platform and its cabled ports."""

from dataclasses import dataclass

from railwright.catalog.model import SwitchPlatform
from railwright.intent.roce import Roce
from railwright.plan.ipv6 import DUAL_NETWORKS, Dual
from railwright.plan.model import Device, Link, LinkEnd, Plan, Port, QosClass
from railwright.plan.qos import roce_of


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

    @property
    def is_trusted(self) -> bool:
        """Return whether the far end is ours: a router outside may not pause us nor be lossless."""
        return self.link.kind != "border"

    @property
    def is_routed(self) -> bool:
        """Return whether the port has an address of its own, and is no member of a VLAN."""
        return self.link.vlan is None


@dataclass(frozen=True, slots=True)
class SwitchView:
    """Everything one switch's configuration is made of. `ports` includes the spare ones."""

    plan: Plan
    device: Device
    platform: SwitchPlatform
    ports: tuple[Port, ...]
    cabled: tuple[CabledPort, ...]

    @property
    def classes(self) -> tuple[QosClass, ...]:
        """Return the traffic classes of the switch's network; none where it carries no RDMA."""
        network = self.device.network
        return self.plan.qos.get(network, ()) if network else ()

    @property
    def roce(self) -> Roce:
        """Return the settings those classes come from. Raises: KeyError without classes."""
        settings = self.device.network and roce_of(self.plan.intent, self.device.network)
        if not settings:
            raise KeyError(f"{self.device.name} carries no RDMA")
        return settings

    @property
    def dual(self) -> Dual | None:
        """Return the IPv6 twins of this switch's addresses, None where it has none."""
        return self.plan.dual if self.device.network in DUAL_NETWORKS else None


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
