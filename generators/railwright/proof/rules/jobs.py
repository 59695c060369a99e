"""Node, switch and plan: which NICs jobs use, and the class that their data rides in."""

from collections.abc import Iterator, Mapping

from railwright.emitters.node_config.nccl import CONFIG, JOBS
from railwright.emitters.node_config.nic_names import PLACES
from railwright.emitters.node_config.roce import FOLDER
from railwright.plan.model import Device, Link
from railwright.plan.nodes_ports import data_ports
from railwright.proof.model import Finding
from railwright.proof.node_files import adapters_of, devices_of
from railwright.proof.nodes import Node
from railwright.proof.rows import number
from railwright.proof.rules.references import paused_place
from railwright.proof.scene import Scene, shown
from railwright.proof.sheet import CLASSES, HOST, NODE, ROCE
from railwright.proof.switches import Classes

TRAFFIC_CLASSES = (
    (CONFIG, "NCCL_IB_TC"),
    (CONFIG, "NCCL_GIN_IB_TC"),
    (JOBS, "UCX_IB_TRAFFIC_CLASS"),
    (JOBS, "NVSHMEM_IB_TRAFFIC_CLASS"),
)
"""Whatever chooses the ToS byte of a queue pair on the rails."""
ADAPTERS = ((CONFIG, "NCCL_IB_HCA"), (JOBS, "UCX_NET_DEVICES"))
DSCP_SHIFT = 2
SOCKETS = "NCCL_SOCKET_IFNAME"


def check(scene: Scene) -> None:
    """Compare the jobs' variables of every GPU node with its ports and their switches."""
    if "compute" not in scene.plan.qos:
        return
    agreed: set[tuple[str, int]] = set()
    for device in scene.plan.gpu_nodes:
        if node := scene.nodes.get(device.name):
            rails = tuple(_rails(scene, device))
            for path, key in TRAFFIC_CLASSES:
                _class(scene, node, path, key, rails, agreed)
            _adapters(scene, node, device, rails)


def _rails(scene: Scene, device: Device) -> Iterator[Link]:
    for link in scene.plan.links_of.get(device.name, {}).values():
        if link.network == "compute" and link.deployed:
            yield link


def _class(
    scene: Scene,
    node: Node,
    path: str,
    key: str,
    rails: tuple[Link, ...],
    agreed: set[tuple[str, int]],
) -> None:
    """Check that a variable's class is that of the ports, and lossless at their switches."""
    said = node.settings(path).get(key, "")
    tos = number(said)
    where = node.place(path, key), shown(said)
    for link in rails:
        scene.sheet.count(NODE, CLASSES)
        scene.sheet.count(HOST, ROCE)
        port_file = f"{FOLDER}/{link.a.port}.env"
        ours = node.settings(port_file).get("TOS", "")
        if ours != said:
            effect = "jobs and connections of the same port ride different classes"
            there = node.place(port_file, "TOS"), shown(ours)
            scene.sheet.differ(Finding(HOST, ROCE, *where, *there, effect))
        switch = scene.switches.get(link.z.device)
        classes = switch.classes(link.z.port) if switch else None
        if switch is None or classes is None or (said, id(classes)) in agreed:
            continue
        if not _is_lossless(classes, tos):
            effect = "RDMA data of jobs is dropped in congestion: its queue is not lossless"
            dscp = -1 if tos is None else tos >> DSCP_SHIFT
            blamed = paused_place(scene, switch, link.z.port, classes, dscp)
            there = blamed, "a ToS byte whose DSCP is paused"
            scene.sheet.differ(Finding(NODE, CLASSES, *where, *there, effect))
        else:
            agreed.add((said, id(classes)))


def _is_lossless(classes: Classes, tos: int | None) -> bool:
    if tos is None:
        return False
    dscp = tos >> DSCP_SHIFT
    return classes.queue(dscp) in classes.paused and classes.group(dscp) in classes.paused


def _adapters(scene: Scene, node: Node, device: Device, rails: tuple[Link, ...]) -> None:
    """Check that jobs use all rails and nothing else, by the names that the node gives them."""
    if scene.plan.intent.stack is None:
        return
    named = _names(scene, node, device)
    wanted = {named[link.a.port] for link in rails if link.a.port in named}
    others = {name: port for port, name in named.items() if name not in wanted}
    for path, key in ADAPTERS:
        said = node.settings(path).get(key, "")
        found = adapters_of(said)
        scene.sheet.count(HOST, ROCE)
        is_exact = key != ADAPTERS[0][1] or said.startswith("=")
        if set(found) == wanted and is_exact:
            continue
        strange = [others[one] for one in found if one in others]
        effect = (
            f"jobs send over {shown(strange)}, which is no rail"
            if strange
            else "jobs leave rails dark, or look for NICs that are not there"
            if set(found) != wanted
            else "NCCL takes every name that begins like one of these, too"
        )
        there = f"plan: rails of {device.name}", shown(wanted)
        scene.sheet.differ(Finding(HOST, ROCE, node.place(path, key), shown(said), *there, effect))
    _sockets(scene, node, rails)


def _names(scene: Scene, node: Node, device: Device) -> Mapping[str, str]:
    """Return RDMA devices by interface: as the node names them, else as the plan assumes."""
    given = devices_of(node.files.get(PLACES, b""))
    return {
        one.interface: given[one.interface].rdma if one.interface in given else one.rdma
        for one in data_ports(scene.plan, device)
    }


def _sockets(scene: Scene, node: Node, rails: tuple[Link, ...]) -> None:
    """Check that jobs find each other over no rail: these lead to rails only."""
    said = node.settings(CONFIG).get(SOCKETS, "")
    scene.sheet.count(HOST, ROCE)
    ports = {link.a.port for link in rails}
    if said.startswith("^"):
        left_out = tuple(one for one in said[1:].split(",") if one)
        taken = sorted(port for port in ports if not port.startswith(left_out))
    else:
        exact, names = said.startswith("="), adapters_of(said)
        taken = sorted(
            port for port in ports if (port in names if exact else port.startswith(names or ("",)))
        )
    if taken:
        effect = "jobs look for each other over rails, which lead to no other node's processes"
        where, there = node.place(CONFIG, SOCKETS), f"plan: rails of {node.name}"
        wanted = "no rail"
        scene.sheet.differ(Finding(HOST, ROCE, where, shown(said), there, wanted, effect))
