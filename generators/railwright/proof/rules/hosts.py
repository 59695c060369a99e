"""Switch and node: both ends of every host link, each read back from its own files."""

from dataclasses import dataclass

from railwright.emitters.node_config.roce import FOLDER
from railwright.plan.model import Link
from railwright.proof.model import Finding
from railwright.proof.nodes import NETWORKS, Nic, Node, nic_of
from railwright.proof.rows import number, place, subnet_of
from railwright.proof.scene import Scene, shown
from railwright.proof.sheet import (
    ADDRESSES,
    CABLE,
    CLASSES,
    CNP,
    MTU,
    NODE,
    PAUSE,
    SPEED,
)
from railwright.proof.switches import MAPS, Classes, Switch
from railwright.sonic.tables import SHARED

DSCP = "dscp_to_tc_map"
FRAME_BYTES = 18
"""Ethernet header and check sequence, which a switch port's MTU counts in on some chips."""


def check(scene: Scene) -> None:
    """Compare every deployed link of a server with both of its ends read back."""
    agreed: set[tuple[bytes, int, bool]] = set()
    for link in scene.plan.links:
        if link.kind != "host" or not link.deployed:
            continue
        node, switch = scene.nodes.get(link.a.device), scene.switches.get(link.z.device)
        if node is None or switch is None:
            continue
        one = _Host(scene, link, node, switch, agreed)
        one.check_addresses()
        one.check_size()
        path = f"{FOLDER}/{link.a.port}.env"
        if link.network in scene.plan.qos and path in node.files:
            one.check_roce(path, nic_of(node.files[path]))


@dataclass(frozen=True, slots=True)
class _Host:
    """One link; `agreed` are the pairs of settings and classes found to agree before."""

    scene: Scene
    link: Link
    node: Node
    switch: Switch
    agreed: set[tuple[bytes, int, bool]]

    def check_addresses(self) -> None:
        """Compare the subnets of both ends, and the node's gateways with the switch's addresses."""
        interface, sheet = self.link.a.port, self.scene.sheet
        ours = self.node.values(interface, "Network", "Address")
        theirs = self._switch_addresses()
        gateways = set(self.node.values(interface, "Route", "Gateway"))
        sheet.count(NODE, ADDRESSES, len(ours) + len(gateways))
        where = self.node.place(NETWORKS.format(interface), "Address")
        if {subnet_of(one) for one in ours} != {subnet_of(one) for one in theirs}:
            effect = "node and switch are on different subnets and do not reach each other"
            self._differ(ADDRESSES, (where, shown(ours)), self._interface(theirs), effect)
        if gateways - {one.partition("/")[0] for one in theirs}:
            where = self.node.place(NETWORKS.format(interface), "Gateway")
            effect = "the node sends to a gateway that nobody has"
            self._differ(ADDRESSES, (where, shown(gateways)), self._interface(theirs), effect)

    def _switch_addresses(self) -> frozenset[str]:
        if self.link.vlan is None:
            return self.switch.addresses(self.link.z.port)
        member = f"Vlan{self.link.vlan}|{self.link.z.port}"
        joined = member in self.switch.table("VLAN_MEMBER")
        return self.switch.addresses(f"Vlan{self.link.vlan}") if joined else frozenset()

    def _interface(self, addresses: frozenset[str]) -> tuple[str, str]:
        if self.link.vlan is None:
            return place(self.switch.name, "INTERFACE", self.link.z.port), shown(addresses)
        where = place(self.switch.name, "VLAN_INTERFACE", f"Vlan{self.link.vlan}")
        return where, shown(addresses)

    def check_size(self) -> None:
        """Compare the largest packet of the node with what the switch port takes."""
        lane = self.switch.lane(self.link.z.port)
        sizes = self.node.values(self.link.a.port, "Link", "MTUBytes")
        self.scene.sheet.count(NODE, MTU)
        most = (lane.mtu_bytes if lane else None) or 0
        for one in sizes:
            if (number(one) or 0) + FRAME_BYTES > most:
                where = self.node.place(NETWORKS.format(self.link.a.port), "MTUBytes")
                there = place(self.switch.name, "PORT", self.link.z.port, "mtu")
                effect = "the switch drops the node's largest packets"
                self._differ(MTU, (where, one), (there, str(most)), effect)

    def check_roce(self, path: str, nic: Nic) -> None:
        """Compare the node's RoCE settings of the port with what the switch makes of them."""
        self._speed(path, nic)
        self._cable(path, nic)
        sheet = self.scene.sheet
        sheet.count(NODE, CLASSES, 3)
        sheet.count(NODE, PAUSE, 3)
        sheet.count(NODE, CNP, 2)
        classes = self.switch.classes(self.link.z.port)
        if classes is None:
            return  # a port without a row is a difference from the plan
        queue = classes.queue(nic.cnp_dscp)
        strict = queue is not None and self.switch.service(self.link.z.port, queue).strict
        key = self.node.files[path], id(classes), strict
        if key not in self.agreed:
            before = len(self.scene.sheet)
            self._data(path, nic, classes)
            self._pauses(path, nic, classes)
            self._notifications(path, nic, classes, strict=strict)
            if len(self.scene.sheet) == before:
                self.agreed.add(key)

    def _speed(self, path: str, nic: Nic) -> None:
        lane = self.switch.lane(self.link.z.port)
        self.scene.sheet.count(NODE, SPEED, 2)
        if lane is None:
            return
        for key, field, have, there in (
            ("SPEED_GBPS", "speed", nic.speed_mbps, lane.speed_mbps),
            ("FEC", "fec", nic.fec, lane.fec),
        ):
            if have != there:
                other = place(self.switch.name, "PORT", self.link.z.port, field)
                effect = "the link stays down: both ends must have the same"
                where = self.node.place(path, key)
                self._differ(SPEED, (where, shown(have)), (other, shown(there)), effect)

    def _cable(self, path: str, nic: Nic) -> None:
        if nic.cable_m is None:
            return
        self.scene.sheet.count(NODE, CABLE)
        switch_m = self.switch.cable_m(self.link.z.port)
        if switch_m is None or nic.cable_m > switch_m:
            other = place(self.switch.name, "CABLE_LENGTH", SHARED, self.link.z.port)
            found = None if switch_m is None else f"{switch_m}m"
            effect = "the node has headroom for a longer cable than the switch"
            where = self.node.place(path, "CABLE_LENGTH_M")
            self._differ(CABLE, (where, f"{nic.cable_m}m"), (other, shown(found)), effect)

    def _data(self, path: str, nic: Nic, classes: Classes) -> None:
        """Check that the node's data is lossless on the switch, and in the same priority."""
        queue, group = classes.queue(nic.dscp), classes.group(nic.dscp)
        if queue not in classes.paused or group not in classes.paused:
            effect = "RDMA data of the node is dropped in congestion: its queue is not lossless"
            here = self.node.place(path, "TOS"), f"DSCP {nic.dscp}"
            to = f"queue {shown(queue)}, group {shown(group)}"
            self._differ(CLASSES, here, (self._map_place(classes, nic.dscp), to), effect)
        if nic.trust != "dscp":
            effect = "the NIC chooses priorities by another mark than the switch"
            other = place(self.switch.name, "PORT_QOS_MAP", self.link.z.port, DSCP)
            here = self.node.place(path, "TRUST"), shown(nic.trust)
            self._differ(CLASSES, here, (other, "dscp"), effect)
        for key, dscp in (("TOS", nic.dscp), *(("DSCP_PRIORITY", one) for one in nic.exceptions)):
            have, to_queue = nic.priority(dscp), classes.queue(dscp)
            if have != to_queue and not classes.paused.isdisjoint({have, to_queue}):
                effect = f"a pause for DSCP {dscp} stops another priority of the NIC"
                here = self.node.place(path, key), f"DSCP {dscp} in priority {have}"
                there = self._map_place(classes, dscp), f"queue {shown(to_queue)}"
                self._differ(CLASSES, here, there, effect)

    def _pauses(self, path: str, nic: Nic, classes: Classes) -> None:
        other = place(self.switch.name, "PORT_QOS_MAP", self.link.z.port, "pfc_enable")
        there = (other, shown(classes.paused))
        if nic.paused != classes.paused:
            effect = "one end pauses what the other does not stop, and packets are dropped"
            here = self.node.place(path, "PFC"), shown(nic.paused)
            self._differ(PAUSE, here, there, effect)
        if nic.global_pause != "off":
            effect = "global pause excludes PFC: nothing is lossless"
            here = self.node.place(path, "GLOBAL_PAUSE"), shown(nic.global_pause)
            self._differ(PAUSE, here, there, effect)
        if nic.slowed and not classes.paused <= nic.slowed:
            effect = "the NIC does not slow down for a class that is marked"
            here = self.node.place(path, "ECN"), shown(nic.slowed)
            self._differ(PAUSE, here, there, effect)

    def _notifications(self, path: str, nic: Nic, classes: Classes, *, strict: bool) -> None:
        queue = classes.queue(nic.cnp_dscp)
        where = self._map_place(classes, nic.cnp_dscp)
        if not strict or queue in classes.paused:
            effect = "CNPs wait behind data, and senders slow down too late"
            to = f"queue {shown(queue)}, which is {'paused' if strict else 'not strict'}"
            here = self.node.place(path, "CNP_DSCP"), f"DSCP {nic.cnp_dscp}"
            self._differ(CNP, here, (where, to), effect)
        if nic.cnp_priority != queue:
            effect = "the NIC sends CNPs in another priority than the switch serves them in"
            here = self.node.place(path, "CNP_PRIORITY"), shown(nic.cnp_priority)
            self._differ(CNP, here, (where, f"queue {shown(queue)}"), effect)

    def _map_place(self, classes: Classes, dscp: int) -> str:
        return place(self.switch.name, MAPS[DSCP], classes.names[DSCP], str(dscp))

    def _differ(
        self, subject: str, here: tuple[str, str], there: tuple[str, str], effect: str
    ) -> None:
        """Write down what the node says (`here`: place, value) and what the switch says."""
        self.scene.sheet.differ(Finding(NODE, subject, *here, *there, effect))
