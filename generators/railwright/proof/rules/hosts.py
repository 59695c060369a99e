"""Switch and node: both ends of every host link, each read back from its own files."""

from dataclasses import dataclass

from railwright.emitters.node_config.roce import FOLDER
from railwright.plan.model import Link
from railwright.proof.model import Finding
from railwright.proof.nodes import Nic, Node, nic_of
from railwright.proof.rows import number, place, subnet_of
from railwright.proof.rules.references import (
    DSCP,
    as_planned,
    blamed,
    leaving,
    map_place,
    paused_place,
    ranges,
)
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
from railwright.proof.switches import Classes, Switch
from railwright.sonic.tables import SHARED
from railwright.units import MBPS_PER_GBPS

DSCPS = range(64)
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
        where = self.node.network_place(interface, "Network", "Address")
        if {subnet_of(one) for one in ours} != {subnet_of(one) for one in theirs}:
            effect = "node and switch are on different subnets and do not reach each other"
            self._differ(ADDRESSES, (where, shown(ours)), self._interface(theirs), effect)
        if gateways - {one.partition("/")[0] for one in theirs}:
            where = self.node.network_place(interface, "Route", "Gateway")
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
                where = self.node.network_place(self.link.a.port, "Link", "MTUBytes")
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
        said = self.node.settings(path)
        speed = None if lane.speed_mbps is None else f"{lane.speed_mbps / MBPS_PER_GBPS:g}G"
        speed_said = said.get("SPEED_GBPS", "")
        ours = f"{speed_said}G" if nic.speed_mbps is not None else speed_said
        for key, field, have, there in (
            ("SPEED_GBPS", "speed", ours, speed),
            ("FEC", "fec", nic.fec, lane.fec),
        ):
            if shown(have) != shown(there):
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
        if nic.dscp < 0:
            effect = "the NIC marks RDMA data as nobody planned: it is dropped in congestion"
            here = self.node.place(path, "TOS"), self._said(path, "TOS", nic.dscp)
            where = map_place(self.switch, classes, nic.dscp)
            self._differ(CLASSES, here, (where, "a ToS byte whose DSCP is paused"), effect)
        elif queue not in classes.paused or group not in classes.paused:
            effect = "RDMA data of the node is dropped in congestion: its queue is not lossless"
            here = self.node.place(path, "TOS"), self._said(path, "TOS", nic.dscp)
            to = f"queue {shown(queue)}, group {shown(group)}"
            where = self._paused(classes, nic.dscp)
            self._differ(CLASSES, here, (where, to), effect)
        if nic.trust != "dscp":
            effect = "the NIC chooses priorities by another mark than the switch"
            other = place(self.switch.name, "PORT_QOS_MAP", self.link.z.port, DSCP)
            here = self.node.place(path, "TRUST"), shown(nic.trust)
            self._differ(CLASSES, here, (other, "dscp"), effect)
        self._priorities(path, nic, classes)

    def _said(self, path: str, key: str, dscp: int) -> str:
        """Return a DSCP as a file says it, the text itself where it means none."""
        return f"DSCP {dscp}" if dscp >= 0 else shown(self.node.settings(path).get(key))

    def _priorities(self, path: str, nic: Nic, classes: Classes) -> None:
        """Check that a pause stops the same packets in the NIC and in the switch."""
        wrong: dict[tuple[str, int, int | None], list[int]] = {}
        for dscp in DSCPS:
            have, to_queue = nic.priority(dscp), classes.queue(dscp)
            if have != to_queue and not classes.paused.isdisjoint({have, to_queue}):
                key = "TOS" if dscp == nic.dscp else "DSCP_PRIORITY"
                wrong.setdefault((key, have, to_queue), []).append(dscp)
        for (key, have, to_queue), dscps in wrong.items():
            names = ranges(dscps)
            effect = (
                f"the NIC stops packets of DSCP {names} at a pause of priority {have}, which the "
                "switch does not send for them"
                if have in classes.paused
                else f"the NIC goes on with packets of DSCP {names} when the switch pauses their "
                "queue: they are dropped"
            )
            here = self.node.place(path, key), f"DSCP {names} in priority {have}"
            where = self._paused(classes, dscps[0])
            self._differ(CLASSES, here, (where, f"queue {shown(to_queue)}"), effect)

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
        left = leaving(self.scene, self.switch, self.link.z.port, nic.cnp_dscp)
        where = left[1] if left else map_place(self.switch, classes, nic.cnp_dscp)
        if not strict or queue in classes.paused:
            effect = "CNPs wait behind data, and senders slow down too late"
            to = f"queue {shown(queue)}, which is {'paused' if strict else 'not strict'}"
            here = self.node.place(path, "CNP_DSCP"), self._said(path, "CNP_DSCP", nic.cnp_dscp)
            at = self._paused(classes, nic.cnp_dscp) if strict else self._served(queue, where)
            self._differ(CNP, here, (at, to), effect)
        if nic.cnp_priority != queue:
            effect = "the NIC sends CNPs in another priority than the switch serves them in"
            here = self.node.place(path, "CNP_PRIORITY"), shown(nic.cnp_priority)
            self._differ(CNP, here, (where, f"queue {shown(queue)}"), effect)

    def _paused(self, classes: Classes, dscp: int) -> str:
        return paused_place(self.scene, self.switch, self.link.z.port, classes, dscp)

    def _served(self, queue: int | None, mapped: str) -> str:
        """Return why a queue is not strict: its scheduler, unless the way to it is not as planned.

        `mapped` is the map to name where the scheduler is as planned.
        """
        port, planned = self.link.z.port, as_planned(self.scene, self.switch)
        if queue is None or not planned.service(port, queue).strict:
            return mapped
        row = "QUEUE", f"{port}|{queue}"
        if reason := blamed(self.scene, self.switch, row, "scheduler", "SCHEDULER"):
            return reason.where
        name = self.switch.service(port, queue).scheduler
        return place(self.switch.name, "SCHEDULER", name, "type")

    def _differ(
        self, subject: str, here: tuple[str, str], there: tuple[str, str], effect: str
    ) -> None:
        """Write down what the node says (`here`: place, value) and what the switch says."""
        self.scene.sheet.differ(Finding(NODE, subject, *here, *there, effect))
