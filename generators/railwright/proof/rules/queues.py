"""Switch and plan: how every class's queue is served and marked."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from railwright.plan.marking import marking_of
from railwright.plan.model import Device, Port, QosClass
from railwright.proof.model import Finding
from railwright.proof.rows import place
from railwright.proof.rules.references import blamed, planned_name
from railwright.proof.scene import Scene, setting, shown
from railwright.proof.sheet import PLAN, QUEUES
from railwright.proof.switches import Service, Slope, Switch

NO_EGRESS = (
    "RDMA is dropped at egress: its queue has the limit of other packets, which may be smaller "
    "than what ingress admits"
)
NEVER = "PFC pauses senders before ECN could slow them down: the queue is never marked"

REFERS = {"scheduler": "SCHEDULER", "wred_profile": "WRED_PROFILE"}
"""Field of QUEUE -> the table it refers to."""


def check(scene: Scene) -> None:
    """Compare scheduling and marking of every port's queues with the plan's classes."""
    for device, switch in scene.read():
        for one in scene.classes(device):
            _check_class(scene, device, switch, one)


def _check_class(scene: Scene, device: Device, switch: Switch, one: QosClass) -> None:
    known: dict[int, bool] = {}
    rule = _Rule(scene, device, switch, one)
    for port, _ in scene.cabled(device):
        service = switch.service(port.name, one.priority)
        scene.sheet.count(PLAN, QUEUES, 4)
        if known.get(id(service)):
            continue
        findings = list(rule.compare(port, service))
        scene.sheet.differ(*findings)
        known[id(service)] = not findings


@dataclass(frozen=True, slots=True)
class _Rule:
    scene: Scene
    device: Device
    switch: Switch
    one: QosClass

    def compare(self, port: Port, service: Service) -> Iterator[Finding]:
        yield from self._blame(port, "scheduler", list(self._scheduling(port, service)))
        yield from self._buffer(port, service)
        if self.one.lossless:
            found = list(self._marking(port, service.slope))
            yield from self._blame(port, "wred_profile", found)

    def _blame(self, port: Port, field: str, found: list[Finding]) -> list[Finding]:
        """Return findings, or the one reference or missing row that leads to all of them."""
        row = "QUEUE", f"{port.name}|{self.one.priority}"
        if not found or not (reason := blamed(self.scene, self.switch, row, field, REFERS[field])):
            return found
        expected = reason.expected or found[0].expected
        return [replace(found[0], place=reason.where, found=reason.found, expected=expected)]

    def _buffer(self, port: Port, service: Service) -> Iterator[Finding]:
        """Yield a queue without a buffer, and a lossless one with that of another queue."""
        row = "BUFFER_QUEUE", f"{port.name}|{self.one.priority}"
        wanted = planned_name(self.scene, self.switch, row, "profile")
        if service.buffer and (not self.one.lossless or service.buffer == wanted):
            return
        reason = blamed(self.scene, self.switch, row, "profile", "BUFFER_PROFILE")
        yield self._finding(
            reason.where if reason else self._row_place("BUFFER_QUEUE", port, "profile"),
            reason.found if reason else shown(service.buffer),
            "priority",
            (reason and reason.expected) or "a profile of the egress buffer",
            NO_EGRESS
            if service.buffer
            else "the queue has no buffer of its own and may drop what ingress admitted",
        )

    def _scheduling(self, port: Port, service: Service) -> Iterator[Finding]:
        if not service.scheduler:
            yield self._finding(
                self._row_place("QUEUE", port, "scheduler"),
                "(absent)",
                "weight",
                self._served(),
                "the queue is served as the chip's default has it",
            )
            return
        field = "type" if service.strict != self.one.strict else "weight"
        if service.strict != self.one.strict or (
            not self.one.strict and service.weight != self.one.weight
        ):
            found = "STRICT" if service.strict else f"weight {service.weight}"
            yield self._finding(
                self._place("SCHEDULER", service.scheduler, field),
                found,
                "weight",
                self._served(),
                f"class {self.one.name} gets another share of every port than planned",
            )

    def _marking(self, port: Port, slope: Slope | None) -> Iterator[Finding]:
        if slope is None:
            where = self._row_place("QUEUE", port, "wred_profile")
            yield self._finding(where, "(absent)", "ecn", "a WRED profile", NEVER)
            return
        for field, said, is_right, usual in (
            ("wred_green_enable", slope.enabled, slope.is_enabled, "true"),
            ("ecn", slope.ecn, slope.is_green, "ecn_all"),
        ):
            if not is_right:
                where = self._place("WRED_PROFILE", slope.name, field)
                yield self._finding(where, shown(said), "ecn", usual, NEVER)
        wanted = marking_of(self.scene.plan, self.device, self.one)
        if wanted is None:
            return
        for field, have, want in (
            ("green_min_threshold", slope.kmin_bytes, wanted.kmin_bytes),
            ("green_max_threshold", slope.kmax_bytes, wanted.kmax_bytes),
            ("green_drop_probability", slope.percent, wanted.max_probability_percent),
        ):
            if have != want:
                yield self._finding(
                    self._place("WRED_PROFILE", slope.name, field),
                    shown(have),
                    "ecn",
                    str(want),
                    "marking begins, grows or ends elsewhere than proven against the pause",
                )

    def _served(self) -> str:
        return "STRICT" if self.one.strict else f"weight {self.one.weight}"

    def _row_place(self, table: str, port: Port, field: str) -> str:
        key = self.switch.range_key(table, port.name, self.one.priority)
        return self._place(table, key, field if key in self.switch.table(table) else None)

    def _place(self, table: str, key: str, field: str | None = None) -> str:
        return place(self.device.name, table, key, field)

    def _finding(self, where: str, found: str, field: str, expected: str, effect: str) -> Finding:
        other = f"{setting(self.device, field)} of class {self.one.name}"
        return Finding(PLAN, QUEUES, where, found, other, expected, effect)
