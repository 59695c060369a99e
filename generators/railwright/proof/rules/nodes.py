"""Node and plan: RoCE settings, addresses and packet sizes of every server's data ports."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil

from railwright.emitters.node_config.nccl import CONFIG as NCCL
from railwright.emitters.node_config.nccl import JOBS as VARIABLES
from railwright.emitters.node_config.roce import FIRMWARE, FOLDER
from railwright.intent.roce import Roce
from railwright.plan.model import Link, Plan, Port
from railwright.plan.nodes_roce import NicSettings, settings
from railwright.plan.qos import roce_of, roce_path
from railwright.plan.shape import Network
from railwright.proof.model import Finding
from railwright.proof.nodes import Node, firmware_of
from railwright.proof.scene import Scene, shown
from railwright.proof.sheet import ADDRESSES, HOST, ROCE

LOSSY = "RDMA data of the node is not lossless, or its pauses stop something else"
LATE = "senders slow down too late, or not at all"
JOBS = "queue pairs of jobs ride another class than the fabric protects"
UNREACHED = "nobody reaches the port at its planned address"
SLOW = "the link stays down, unless the switch is changed alike: then it is not as planned"
SIZE = "packets are dropped on the way, or smaller than they may be"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One value of a node's file: its key, the planned value, where the intent decides it."""

    key: str
    value: str
    setting: str
    effect: str


def check(scene: Scene) -> None:
    """Compare the files of every server with the plan."""
    shared = {one: tuple(_shared(scene.plan, one)) for one in scene.plan.qos}
    jobs, others = tuple(_jobs(scene.plan)), tuple(_others(scene.plan))
    for device in scene.plan.nodes:
        node = scene.nodes.get(device.name)
        if node is None:
            continue
        links = scene.plan.links_of.get(device.name, {})
        for port in scene.plan.ports[device.name]:
            if link := links.get(port.name):
                _interface(scene, node, port, link)
        firmware = firmware_of(node.text(FIRMWARE))
        for one in settings(scene.plan, device):
            path = f"{FOLDER}/{one.port.interface}.env"
            wanted: tuple[Wanted, ...] = (
                *shared[one.network],
                *_own(one, links[one.port.interface]),
            )
            _compare(scene, node.place(path), node.settings(path), wanted)
            place = f"{node.place(FIRMWARE)} {one.port.interface}"
            _compare(scene, place, firmware.get(one.port.interface, {}), _firmware(scene, one))
        if device.role == "gpu_node":
            _compare(scene, node.place(NCCL), node.settings(NCCL), jobs)
            _compare(scene, node.place(VARIABLES), node.settings(VARIABLES), others)


def _interface(scene: Scene, node: Node, port: Port, link: Link) -> None:
    """Compare the addresses and the packet size of one data port."""
    for section, key, want, effect in (
        ("Network", "Address", _planned(scene.plan, link), UNREACHED),
        ("Link", "MTUBytes", [str(port.mtu_bytes)], SIZE),
    ):
        have = node.values(port.name, section, key)
        scene.sheet.count(HOST, ADDRESSES)
        if sorted(set(have)) != sorted(want):
            other = f"plan: link {link.id}"
            place = node.network_place(port.name, section, key)
            finding = Finding(HOST, ADDRESSES, place, shown(have), other, shown(want), effect)
            scene.sheet.differ(finding)


def _planned(plan: Plan, link: Link) -> list[str]:
    """Return a port's addresses with the length of their subnet."""
    prefixes = [(link.a.address, link.prefix)]
    if plan.dual:
        twin = plan.dual.address(link.a.address), plan.dual.prefix(link.prefix)
        if twin[0] and twin[1]:
            prefixes.append((twin[0], twin[1]))
    return [f"{address}/{prefix.rpartition('/')[2]}" for address, prefix in prefixes]


def _compare(scene: Scene, place: str, have: Mapping[str, str], wanted: tuple[Wanted, ...]) -> None:
    scene.sheet.count(HOST, ROCE, len(wanted))
    for one in wanted:
        if have.get(one.key, "") != one.value:
            scene.sheet.differ(
                Finding(
                    HOST,
                    ROCE,
                    f"{place} {one.key}",
                    shown(have.get(one.key)),
                    f"plan: {one.setting}",
                    shown(one.value),
                    one.effect,
                )
            )


def _roce(plan: Plan, network: Network) -> Roce:
    roce = roce_of(plan.intent, network)
    if roce is None:
        raise KeyError(f"{network} carries no RDMA")
    return roce


def _shared(plan: Plan, network: Network) -> Iterator[Wanted]:
    """Yield what the classes of the intent mean for a NIC, worked out here once more."""
    roce, path = _roce(plan, network), roce_path(network)
    lossless = {one.priority for one in plan.qos[network] if one.lossless}
    flags = ",".join(str(int(priority in lossless)) for priority in range(8))
    tos = str(roce.data_dscp * 4 + roce.ecn_codepoint)
    yield Wanted("TRUST", "dscp", f"{path}.data_dscp", LOSSY)
    yield Wanted("TOS", tos, f"{path}.data_dscp, ecn_codepoint", LOSSY)
    yield Wanted("PFC", flags, f"{path}.priority", LOSSY)
    yield Wanted("CNP_DSCP", str(roce.cnp_dscp), f"{path}.cnp_dscp", LATE)
    yield Wanted("CNP_PRIORITY", str(roce.cnp_priority), f"{path}.cnp_priority", LATE)
    if not roce.dcqcn:
        yield Wanted("ECN", ",".join("0" * 8), f"{path}.dcqcn", LATE)


def _own(one: NicSettings, link: Link) -> Iterator[Wanted]:
    yield Wanted("MTU_BYTES", str(one.mtu_bytes), f"networks.{one.network}", SIZE)
    speed = str(link.speed_gbps)
    yield Wanted("SPEED_GBPS", speed, f"networks.{one.network}", SLOW)
    if one.cable_m is not None:
        want = str(ceil(link.length.length_m))
        effect = "the NIC has headroom for another cable than the planned one"
        yield Wanted("CABLE_LENGTH_M", want, f"link {link.id}", effect)


def _firmware(scene: Scene, one: NicSettings) -> tuple[Wanted, ...]:
    roce, path = _roce(scene.plan, one.network), roce_path(one.network)
    suffix = f"_P{one.port.number}"
    return (
        Wanted(f"CNP_DSCP{suffix}", str(roce.cnp_dscp), f"{path}.cnp_dscp", LATE),
        Wanted(f"CNP_802P_PRIO{suffix}", str(roce.cnp_priority), f"{path}.cnp_priority", LATE),
        Wanted(f"DCBX_WILLING{suffix}", "0", f"{path}.data_dscp", LOSSY),
    )


def _others(plan: Plan) -> Iterator[Wanted]:
    for key in ("UCX_IB_TRAFFIC_CLASS", "NVSHMEM_IB_TRAFFIC_CLASS"):
        yield _job_class(plan, key)


def _job_class(plan: Plan, key: str) -> Wanted:
    roce = plan.intent.roce
    tos = str(roce.data_dscp * 4 + roce.ecn_codepoint)
    return Wanted(key, tos, "roce.data_dscp, ecn_codepoint", JOBS)


def _jobs(plan: Plan) -> Iterator[Wanted]:
    roce = plan.intent.roce
    for key in ("NCCL_IB_TC", "NCCL_GIN_IB_TC"):
        yield _job_class(plan, key)
    pairs = str(roce.qps_per_connection)
    effect = "flows of jobs spread over fewer or more paths than planned"
    yield Wanted("NCCL_IB_QPS_PER_CONNECTION", pairs, "roce.qps_per_connection", effect)
