"""Every device's data ports, computed when asked for: half a million rows at 100,000 GPUs."""

from collections.abc import Iterator, Mapping

from railwright.catalog.model import NodeModel
from railwright.plan.fabric import Fabric
from railwright.plan.model import Device, Link, Port
from railwright.plan.ports import Slot
from railwright.plan.shape import Network

KEPT = 64  # devices whose ports are remembered, for code that asks port by port

LinksOf = Mapping[str, Mapping[str, Link]]


class PortTable(Mapping[str, tuple[Port, ...]]):
    """The ports of the plan's devices by name.

    A port is enabled when a deployed link ends there, reserved when a reserved one does, spare
    when none does.
    """

    def __init__(
        self,
        devices: Mapping[str, Device],
        links_of: LinksOf,
        fabrics: Mapping[Network, Fabric],
        models: Mapping[str, NodeModel],
        host_mtu_bytes: Mapping[Network, int],
    ) -> None:
        self._devices = devices
        self._links_of = links_of
        self._fabrics = fabrics
        self._models = models
        self._host_mtu_bytes = host_mtu_bytes
        self._recent: dict[str, tuple[Port, ...]] = {}

    def __getitem__(self, name: str) -> tuple[Port, ...]:
        """Return the ports of one device. Raises: KeyError for an unknown one."""
        if (found := self._recent.get(name)) is not None:
            return found
        device = self._devices[name]
        links = self._links_of.get(name, {})
        if device.is_switch:
            found = self._switch(device, links)
        else:
            found = tuple(self._host(device, links))
        if len(self._recent) >= KEPT:
            self._recent.pop(next(iter(self._recent)))
        self._recent[name] = found
        return found

    def __iter__(self) -> Iterator[str]:
        """Yield the devices' names in plan order."""
        return iter(self._devices)

    def __len__(self) -> int:
        """Return the number of devices."""
        return len(self._devices)

    def _switch(self, device: Device, links: Mapping[str, Link]) -> tuple[Port, ...]:
        assert device.network is not None  # noqa: S101 (a switch belongs to one network)
        fabric = self._fabrics[device.network]
        plate = fabric.faceplates[device.role]
        slots = (*plate.down, *plate.up, *plate.border, *plate.spares)
        rows = [
            _switch_port(device.name, slot, fabric.mtu_bytes, links.get(slot.name))
            for slot in slots
        ]
        return tuple(sorted(rows, key=lambda port: (port.fixed, port.cage, port.subport)))

    def _host(self, device: Device, links: Mapping[str, Link]) -> Iterator[Port]:
        """Yield a server's rail and storage interfaces, as far as they are cabled."""
        model = self._models.get(device.platform)
        if model is None:
            return
        cages = {nic.rail: nic.cage for nic in model.nics}
        fronts = {nic.port: nic.cage for nic in model.frontend}
        for name, link in links.items():
            if link.kind != "host":
                continue
            if link.network == "compute" and link.rail is not None:
                index, cage = link.rail, cages[link.rail]
            else:
                index = int(name[-1])
                cage = fronts[index]
            yield Port(
                device=device.name,
                name=name,
                alias=cage,
                cage=index,
                parent=cage,
                index=index,
                subport=0,
                lanes="",
                speed_gbps=link.speed_gbps,
                mtu_bytes=self._host_mtu_bytes[link.network],
                use="host",
                enabled=link.deployed,
            )


def _switch_port(device: str, slot: Slot, mtu_bytes: int, link: Link | None) -> Port:
    return Port(
        device=device,
        name=slot.name,
        alias=slot.alias,
        cage=slot.cage,
        parent=slot.parent,
        index=slot.index,
        subport=slot.subport,
        lanes=slot.lanes,
        speed_gbps=slot.speed_gbps if link is None else link.speed_gbps,
        mtu_bytes=mtu_bytes,
        use=link.kind if link else "spare",  # what it is for, also where an override moved it
        enabled=link is not None and link.deployed,
        fixed=slot.fixed,
        autoneg=slot.autoneg,
    )
