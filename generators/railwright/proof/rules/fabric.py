"""Leaf and spine: what both ends of a link between switches must have in common.

Both sides are read back; the plan only says which ports are cabled to each other.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from railwright.plan.model import Link, LinkEnd
from railwright.proof.model import Finding
from railwright.proof.rows import place, subnet_of
from railwright.proof.rules.references import DSCP, QUEUE, leaving, map_place, ranges
from railwright.proof.scene import Scene, shown
from railwright.proof.sheet import ADDRESSES, CLASSES, FABRIC, MTU, PAUSE, SESSIONS, SPEED
from railwright.proof.switches import Classes, Switch
from railwright.sonic.tables import up_down

DOWN = "the link stays down: both ends must have the same"
SHUT = "the link is down: one of its ends is shut"
SESSION = "the BGP session between the two does not come up"


def check(scene: Scene) -> None:
    """Compare both ends of every deployed link between two switches that were read back."""
    for link in scene.plan.links:
        if link.kind != "fabric" or not link.deployed:
            continue
        a, z = scene.switches.get(link.a.device), scene.switches.get(link.z.device)
        if a is not None and z is not None:
            _Link(scene, link, a, z).check()


@dataclass(frozen=True, slots=True)
class _Link:
    scene: Scene
    link: Link
    a: Switch
    z: Switch

    def check(self) -> None:
        sheet = self.scene.sheet
        sheet.differ(*self._lanes())
        if self.link.network in self.scene.plan.qos:
            sheet.differ(*self._classes())
        if self.link.vlan is None:
            sheet.differ(*self._addresses())
            sheet.count(FABRIC, SESSIONS, 4)
            sheet.differ(*self._session(self.a, self.link.a, self.z, self.link.z))
            sheet.differ(*self._session(self.z, self.link.z, self.a, self.link.a))

    def _lanes(self) -> Iterator[Finding]:
        a, z = self.a.lane(self.link.a.port), self.z.lane(self.link.z.port)
        self.scene.sheet.count(FABRIC, SPEED, 4)
        self.scene.sheet.count(FABRIC, MTU)
        if a is None or z is None:
            return  # a port without a row is a difference from the plan
        for subject, field, one, other, effect in (
            (SPEED, "speed", a.speed_mbps, z.speed_mbps, DOWN),
            (SPEED, "fec", a.fec, z.fec, DOWN),
            (SPEED, "autoneg", a.autoneg, z.autoneg, DOWN),
            (SPEED, "admin_status", up_down(up=a.up), up_down(up=z.up), SHUT),
            (MTU, "mtu", a.mtu_bytes, z.mtu_bytes, "one end drops packets the other sends"),
        ):
            if one != other:
                yield self._differ(subject, ("PORT", field), (one, other), effect)

    def _classes(self) -> Iterator[Finding]:
        a, z = self.a.classes(self.link.a.port), self.z.classes(self.link.z.port)
        self.scene.sheet.count(FABRIC, PAUSE)
        classes = self.scene.plan.qos[self.link.network]
        self.scene.sheet.count(FABRIC, CLASSES, len(classes))
        if a is None or z is None:
            return
        if a.paused != z.paused:
            effect = "one end pauses what the other does not stop, and packets are dropped"
            row = ("PORT_QOS_MAP", "pfc_enable")
            yield self._differ(PAUSE, row, (a.paused, z.paused), effect)
        if a.maps[DSCP] == z.maps[DSCP] and a.maps[QUEUE] == z.maps[QUEUE]:
            return
        for one in classes:
            by_queues: dict[tuple[int | None, int | None], list[int]] = {}
            for dscp in sorted(one.dscps):
                if a.queue(dscp) != z.queue(dscp):
                    by_queues.setdefault((a.queue(dscp), z.queue(dscp)), []).append(dscp)
            for dscps in by_queues.values():
                yield self._packets(one.name, dscps, a, z)

    def _packets(self, name: str, dscps: list[int], a: Classes, z: Classes) -> Finding:
        """Return what differs for DSCPs of one class that share their queues on both ends."""
        places = [self._map_places(dscp, a, z) for dscp in dscps]
        where, other = (_common(list(one)) for one in zip(*places, strict=True))
        return Finding(
            FABRIC,
            CLASSES,
            where,
            f"queue {shown(a.queue(dscps[0]))}",
            other,
            f"queue {shown(z.queue(dscps[0]))}",
            f"class {name} (DSCP {ranges(dscps)}) changes its queue from hop to hop: it is "
            "lossless on one and dropped or delayed on the other",
        )

    def _map_places(self, dscp: int, a: Classes, z: Classes) -> tuple[str, str]:
        """Return the first maps that leave the plan; an end that does not, its map of that kind."""
        ends = (self.a, self.link.a.port), (self.z, self.link.z.port)
        left = [leaving(self.scene, switch, port, dscp) for switch, port in ends]
        field = next((one[0] for one in left if one), DSCP)
        first, second = (
            one[1] if one else map_place(switch, classes, dscp, field)
            for one, (switch, _), classes in zip(left, ends, (a, z), strict=True)
        )
        return first, second

    def _addresses(self) -> Iterator[Finding]:
        ours, theirs = (
            switch.addresses(end.port)
            for switch, end in ((self.a, self.link.a), (self.z, self.link.z))
        )
        self.scene.sheet.count(FABRIC, ADDRESSES, len(ours))
        subnets = [{subnet_of(address) for address in one} for one in (ours, theirs)]
        if subnets[0] != subnets[1]:
            where = place(self.a.name, "INTERFACE", self.link.a.port)
            other = place(self.z.name, "INTERFACE", self.link.z.port)
            effect = "the two ends are on different subnets and do not reach each other"
            found, expected = shown(ours), f"the subnet of {shown(theirs)}"
            yield Finding(FABRIC, ADDRESSES, where, found, other, expected, effect)

    def _session(
        self, near: Switch, near_end: LinkEnd, far: Switch, far_end: LinkEnd
    ) -> Iterator[Finding]:
        """Yield how a switch's idea of its neighbour differs from what the neighbour is."""
        where = place(near.name, "BGP_NEIGHBOR", far_end.address)
        there = place(far.name, "DEVICE_METADATA", "localhost", "bgp_asn")
        have = near.neighbour(far_end.address)
        if have is None:
            found, expected = "(absent)", f"AS {shown(far.asn)}"
            yield Finding(FABRIC, SESSIONS, where, found, there, expected, SESSION)
            return
        if have.asn != far.asn:
            found, expected = shown(have.asn), shown(far.asn)
            yield Finding(FABRIC, SESSIONS, f"{where} asn", found, there, expected, SESSION)
        if all(have.local != one.partition("/")[0] for one in near.addresses(near_end.port)):
            there = place(near.name, "INTERFACE", near_end.port)
            found, expected = shown(have.local), shown(near.addresses(near_end.port))
            yield Finding(FABRIC, SESSIONS, f"{where} local_addr", found, there, expected, SESSION)

    def _differ(
        self, subject: str, row: tuple[str, str], values: tuple[object, object], effect: str
    ) -> Finding:
        table, field = row
        places = (place(end.device, table, end.port, field) for end in (self.link.a, self.link.z))
        where, other = places
        return Finding(FABRIC, subject, where, shown(values[0]), other, shown(values[1]), effect)


def _common(places: list[str]) -> str:
    """Return one place, or the row that several have in common."""
    if len(set(places)) == 1:
        return places[0]
    rows = {" ".join(one.split(" ")[:2]) for one in places}
    return ", ".join(sorted(rows))
