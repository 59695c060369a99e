"""Node and plan: where its NICs are in PCI, and the addresses of others that its files have."""

from collections.abc import Iterator

from railwright.emitters.node_config.nic_names import PLACES, RULES
from railwright.emitters.node_config.roce import FIRMWARE
from railwright.emitters.node_config.storage_client import NVME_UNIT, storage_name
from railwright.plan.model import Device
from railwright.plan.nodes_ports import data_ports
from railwright.proof.model import Finding
from railwright.proof.node_files import (
    LINKS,
    LISTENS,
    TARGET,
    devices_of,
    hosts_of,
    link_of,
    mounts_of,
    rules_of,
)
from railwright.proof.nodes import Node
from railwright.proof.scene import Scene, shown
from railwright.proof.sheet import ADDRESSES, HOST

HOSTS = "etc/hosts"
NVME = f"etc/systemd/system/{NVME_UNIT}"
SWAPPED = "another NIC gets the name: its address, its class and its cable are of another port"
NOWHERE = "the node looks for another where nobody is"
OPEN = "the exporter answers on another network, or not at all"
UNKNOWN = "the mount fails: nobody has this name"


def check(scene: Scene) -> None:
    """Compare the places of NICs and the addresses in every node's files with the plan."""
    if scene.plan.intent.stack is None:
        return
    storage = {storage_name(one.name): frozenset(_storage(scene, one)) for one in scene.plan.nodes}
    inband = {one.name: frozenset({one.management.address}) for one in scene.plan.nodes}
    for device in scene.plan.nodes:
        if node := scene.nodes.get(device.name):
            _nics(scene, node, device)
            _others(scene, node, storage | inband)
            _mounts(scene, node, storage)
            _listeners(scene, node, device)


def _storage(scene: Scene, device: Device) -> Iterator[str]:
    """Yield a server's addresses on the storage network: the plan's, and as it is set up."""
    for link in scene.plan.links_of.get(device.name, {}).values():
        if link.network != "storage":
            continue
        node = scene.nodes.get(device.name)
        here = node.values(link.a.port, "Network", "Address") if node else []
        if node is None or any(one.partition("/")[0] == link.a.address for one in here):
            yield link.a.address


def _nics(scene: Scene, node: Node, device: Device) -> None:
    """Compare every file that says where a port is with the platform's profile."""
    for port in data_ports(scene.plan, device):
        if port.pci is None:
            continue
        for path in (PLACES, FIRMWARE):
            found = devices_of(node.files.get(path, b"")).get(port.interface)
            if path in node.files:
                have = found.pci if found else ""
                _compare(scene, node.place(path, port.interface), have, port.pci, SWAPPED)
        link = f"etc/systemd/network/10-railwright-{port.interface}.link"
        if link in node.files:
            have, name = link_of(node.files[link])
            _compare(scene, node.place(link, "Path"), have, port.pci, SWAPPED)
            _compare(scene, node.place(link, "Name"), name, port.interface, SWAPPED)
        if RULES in node.files:
            have = rules_of(node.files[RULES]).get(port.pci, "")
            given = devices_of(node.files.get(PLACES, b"")).get(port.interface)
            wanted = given.rdma if given else port.rdma
            _compare(scene, node.place(RULES, port.pci), have, wanted, SWAPPED)
    known = {one.interface for one in data_ports(scene.plan, device)}
    for path in sorted(node.files):
        if (link_file := LINKS.fullmatch(path)) and link_file[1] not in known:
            _compare(scene, node.place(path, "Name"), link_file[1], "", SWAPPED)


def _others(scene: Scene, node: Node, known: dict[str, frozenset[str]]) -> None:
    """Compare the names of the hosts file with the plan's addresses."""
    for name, addresses in hosts_of(node.files.get(HOSTS, b"")).items():
        wanted = known.get(name)
        if wanted is not None:
            where = node.place(HOSTS, name)
            _compare(scene, where, shown(frozenset(addresses)), shown(wanted), NOWHERE)


def _mounts(scene: Scene, node: Node, storage: dict[str, frozenset[str]]) -> None:
    """Check that mounts lead to servers over the storage network, which marks what they send."""
    names = hosts_of(node.files.get(HOSTS, b""))
    for mount in mounts_of(node.files):
        where = node.place(mount.path, "What")
        wanted = mount.server if mount.server in storage and mount.server in names else ""
        _compare(scene, where, mount.server, wanted, UNKNOWN)
    every = frozenset().union(*storage.values())
    for address in TARGET.findall(node.text(NVME)):
        wanted = address if address in every else ""
        _compare(scene, node.place(NVME, address), address, wanted, NOWHERE)


def _listeners(scene: Scene, node: Node, device: Device) -> None:
    """Check that exporters answer on the node's in-band address."""
    for path in sorted(node.files):
        if path.startswith("etc/systemd/system/") and path.endswith((".conf", ".service")):
            for address in LISTENS.findall(node.text(path)):
                wanted = device.management.address
                _compare(scene, node.place(path, "ExecStart"), address, wanted, OPEN)


def _compare(scene: Scene, where: str, have: str, wanted: str, effect: str) -> None:
    scene.sheet.count(HOST, ADDRESSES)
    if have != wanted:
        there = f"plan: device {where.split('/')[1]}", shown(wanted)
        scene.sheet.differ(Finding(HOST, ADDRESSES, where, shown(have), *there, effect))
