"""Switch and plan: every DSCP in its queue and group, pauses only for what is lossless."""

from collections.abc import Iterator
from dataclasses import dataclass

from railwright.intent.roce_rules import CNP_CLASS, DATA_CLASS, DEFAULT_CLASS, SECOND_CLASS
from railwright.plan.model import Device, Port, QosClass
from railwright.proof.model import Finding
from railwright.proof.rows import place
from railwright.proof.rules.references import DSCP, GROUP, QUEUE, Blamed, blamed, map_place
from railwright.proof.scene import Scene, is_trusted, lossless, setting, shown
from railwright.proof.sheet import CLASSES, PAUSE, PLAN
from railwright.proof.switches import MAPS, Classes, Switch

FIELDS = {
    CNP_CLASS: "cnp_dscp",
    DATA_CLASS: "data_dscp",
    DEFAULT_CLASS: "priority",
    SECOND_CLASS: "second",
}
"""The setting of the intent that decides a class; the others are those of `lossy`."""
BITS = {"pfc_enable": "paused", "pfcwd_sw_enable": "watched"}


def check(scene: Scene) -> None:
    """Compare what ports make of packets and pauses with the plan's classes."""
    for device, switch in scene.read():
        if classes := scene.classes(device):
            _Ports(scene, device, switch, classes).check()


@dataclass(frozen=True, slots=True)
class _Fate:
    """What is to become of one DSCP: its queue, None where any lossy one will do."""

    dscp: int
    one: QosClass
    queue: int | None
    is_lossless: bool


@dataclass(frozen=True, slots=True)
class _Ports:
    scene: Scene
    device: Device
    switch: Switch
    classes: tuple[QosClass, ...]

    def check(self) -> None:
        fates = {trusted: tuple(self._fates(trusted=trusted)) for trusted in (True, False)}
        known: set[tuple[int, bool]] = set()
        sheet = self.scene.sheet
        for port, link in self.scene.cabled(self.device):
            trusted = is_trusted(link)
            found = self.switch.classes(port.name)
            if found is None:
                sheet.differ(self._no_row(port))
                continue
            sheet.count(PLAN, CLASSES, 2 * len(fates[trusted]))
            key = id(found), trusted
            if key not in known:
                findings = tuple(self._packets(port, found, fates[trusted]))
                sheet.differ(*findings)
                # What is wrong with a port's own row is said of every port that has such a row.
                if not any("PORT_QOS_MAP" in one.place for one in findings):
                    known.add(key)
            sheet.differ(*self._pauses(port, found, trusted=trusted))
            sheet.count(PLAN, PAUSE, len(BITS))

    def _no_row(self, port: Port) -> Finding:
        return Finding(
            PLAN,
            CLASSES,
            place(self.device.name, "PORT_QOS_MAP", port.name),
            "(absent)",
            f"plan: classes of {self.device.network}",
            "the classes' maps",
            "the port takes all packets as one class and is never paused",
        )

    def _fates(self, *, trusted: bool) -> Iterator[_Fate]:
        """Yield what is to become of every DSCP; from outside, none may be lossless."""
        for one in self.classes:
            is_lossless = one.lossless and trusted
            queue = one.priority if trusted or not one.lossless else None
            for dscp in one.dscps:
                yield _Fate(dscp, one, queue, is_lossless)

    def _packets(self, port: Port, found: Classes, fates: tuple[_Fate, ...]) -> Iterator[Finding]:
        """Yield where packets go wrong, at the map to blame: the first that leaves the plan."""
        priorities = {one.priority for one in lossless(self.classes)}
        for fate in fates:
            tc, queue, group = found.tc(fate.dscp), found.queue(fate.dscp), found.group(fate.dscp)
            # TC, queue and priority have the same number in every plan.
            is_mapped = tc == fate.queue or (fate.queue is None and tc not in {None, *priorities})
            if fate.queue is None:
                is_right = queue is not None and queue not in priorities
            else:
                is_right = queue == fate.queue
            is_lossy = group is not None and group not in priorities
            is_grouped = group == fate.queue if fate.is_lossless else is_lossy
            if not is_mapped and not (is_right and is_grouped):
                yield self._packet(port, found, fate, DSCP)
                continue
            if not is_right:
                yield self._packet(port, found, fate, QUEUE)
            if not is_grouped:
                yield self._packet(port, found, fate, GROUP)

    def _packet(self, port: Port, found: Classes, fate: _Fate, wrong: str) -> Finding:
        value = {DSCP: found.tc, QUEUE: found.queue, GROUP: found.group}[wrong](fate.dscp)
        wanted = self._wanted(fate, wrong)
        reason = self._blamed(port, wrong) or Blamed(
            map_place(self.switch, found, fate.dscp, wrong), shown(value), wanted
        )
        return Finding(
            PLAN,
            CLASSES,
            reason.where,
            reason.found,
            setting(self.device, _field(fate.one)),
            reason.expected or wanted,
            f"packets of class {fate.one.name} are in {_where(found, fate, wrong)}"
            f"{self._harm(found, fate)}",
        )

    def _blamed(self, port: Port, field: str) -> Blamed | None:
        return blamed(self.scene, self.switch, ("PORT_QOS_MAP", port.name), field, MAPS[field])

    def _harm(self, found: Classes, fate: _Fate) -> str:
        paused = {one.priority for one in lossless(self.classes)}
        if fate.is_lossless:
            return ": they are dropped in congestion"
        if fate.queue is None:
            return ": a router outside fills what only our own nodes may"
        if fate.one.strict:
            return ": they wait behind data, and senders slow down too late"
        if found.queue(fate.dscp) in paused:
            rides = "best effort rides" if fate.one.name == DEFAULT_CLASS else "they ride"
            return f": {rides} the paused queue, stops with RDMA and fills its headroom"
        return ""

    def _wanted(self, fate: _Fate, wrong: str) -> str:
        if fate.queue is None:
            return "a lossy one"
        if wrong == GROUP and not fate.is_lossless:
            return "one without headroom"
        return str(fate.queue)

    def _pauses(self, port: Port, found: Classes, *, trusted: bool) -> Iterator[Finding]:
        wanted = frozenset(one.priority for one in lossless(self.classes)) if trusted else None
        for field, what in BITS.items():
            have = found.paused if field == "pfc_enable" else found.watched
            if have != (wanted or frozenset()):
                where = place(self.device.name, "PORT_QOS_MAP", port.name, field)
                yield self._pause(where, shown(have), shown(wanted or frozenset()), _bits(what))
        for priority in sorted(wanted or ()):
            yield from self._pause_maps(port, found, priority)

    def _pause_maps(self, port: Port, found: Classes, priority: int) -> Iterator[Finding]:
        platform = self.scene.plan.platforms[self.device.platform]
        fields = ["pfc_to_queue_map"]
        if platform.features.pfc_to_pg_map:
            fields.append("pfc_to_pg_map")
        for field in fields:
            have = found.maps[field].get(priority)
            if have == priority:
                continue
            reason = self._blamed(port, field) or Blamed(
                place(self.device.name, MAPS[field], found.names[field], str(priority)),
                shown(have),
                str(priority),
            )
            effect = f"a pause of priority {priority} stops another queue, and this one goes on"
            expected = reason.expected or str(priority)
            yield self._pause(reason.where, reason.found, expected, effect)

    def _pause(self, where: str, found: str, wanted: str, effect: str) -> Finding:
        return Finding(PLAN, PAUSE, where, found, setting(self.device, "priority"), wanted, effect)


def _field(one: QosClass) -> str:
    """Return which setting decides a class's DSCPs and priority."""
    return FIELDS.get(one.name, "lossy")


def _where(found: Classes, fate: _Fate, wrong: str) -> str:
    """Return where packets end, as far as the map to blame decides it."""
    tc, queue, group = found.tc(fate.dscp), found.queue(fate.dscp), found.group(fate.dscp)
    if wrong != DSCP:
        what, number = ("queue", queue) if wrong == QUEUE else ("group", group)
        return f"no {what}" if number is None else f"{what} {number}"
    if tc is None:
        return "no traffic class"
    return f"traffic class {tc}, queue {shown(queue)} and group {shown(group)}"


def _bits(what: str) -> str:
    if what == "paused":
        return "what is lossless is not paused, or what is lossy is"
    return "a queue that is paused for ever is not freed"
