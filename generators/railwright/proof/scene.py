"""What the rules look at: a plan, what was read back of every device, and the sheet they fill."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from railwright.plan.model import Device, Link, Plan, Port, QosClass
from railwright.proof.model import FloorLink, NodeFiles
from railwright.proof.nodes import Node
from railwright.proof.sheet import Sheet
from railwright.proof.switches import Switch
from railwright.sonic.configdb import ConfigDb


class Emits(Protocol):
    """What a plan's own emitters write."""

    def config(self, device: Device) -> ConfigDb:
        """Return a switch's configuration."""

    def files(self, device: Device) -> NodeFiles:
        """Return a server's files."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything there is to compare; devices that could not be read back are absent.

    `emitted` is what the plan's own emitters write; `scope` names the devices to be there.
    """

    plan: Plan
    switches: Mapping[str, Switch]
    nodes: Mapping[str, Node]
    floor: Mapping[str, FloorLink] | None
    sheet: Sheet
    emitted: Emits
    scope: frozenset[str]

    @property
    def is_whole(self) -> bool:
        """Return whether every switch of the plan is in scope."""
        return all(device.name in self.scope for device in self.plan.switches)

    def read(self) -> Iterator[tuple[Device, Switch]]:
        """Yield every switch of the plan that was read back."""
        for device in self.plan.switches:
            switch = self.switches.get(device.name)
            if switch is not None:
                yield device, switch

    def classes(self, device: Device) -> tuple[QosClass, ...]:
        """Return the traffic classes of a switch's network; none where it carries no RDMA."""
        return self.plan.qos.get(device.network, ()) if device.network else ()

    def cabled(self, device: Device) -> Iterator[tuple[Port, Link]]:
        """Yield a switch's ports with a link, deployed or reserved for growth."""
        links = self.plan.links_of.get(device.name, {})
        for port in self.plan.ports[device.name]:
            if port.name in links:
                yield port, links[port.name]


def is_trusted(link: Link) -> bool:
    """Return whether the far end is ours, so that it may pause us and be lossless."""
    return link.kind != "border"


def lossless(classes: tuple[QosClass, ...]) -> tuple[QosClass, ...]:
    """Return the classes that PFC protects."""
    return tuple(one for one in classes if one.lossless)


def setting(device: Device, field: str) -> str:
    """Return where the intent decides a setting of a network's classes: `plan: roce.priority`."""
    return f"plan: {'' if device.network == 'compute' else 'networks.storage.'}roce.{field}"


def shown(value: object) -> str:
    """Return a value for people; nothing is `(absent)`."""
    if value is None or value == "":
        return "(absent)"
    if isinstance(value, frozenset | set | tuple | list):
        return ",".join(map(str, sorted(value))) or "none"
    return str(value)
