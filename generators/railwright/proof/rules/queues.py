"""Switch and plan: how every class's queue is served and marked."""

from collections.abc import Iterator
from dataclasses import dataclass

from railwright.plan.marking import marking_of
from railwright.plan.model import Device, Port, QosClass
from railwright.proof.model import Finding
from railwright.proof.rows import place
from railwright.proof.scene import Scene, setting, shown
from railwright.proof.sheet import PLAN, QUEUES
from railwright.proof.switches import Service, Slope, Switch

NEVER = "PFC pauses senders before ECN could slow them down: the queue is never marked"


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
        if not service.scheduler:
            yield self._finding(
                self._row_place("QUEUE", port, "scheduler"),
                "(absent)",
                "weight",
                self._served(),
                "the queue is served as the chip's default has it",
            )
        else:
            yield from self._scheduling(service)
        if not service.buffer:
            yield self._finding(
                self._row_place("BUFFER_QUEUE", port, "profile"),
                "(absent)",
                "priority",
                "a profile of the egress buffer",
                "the queue has no buffer of its own and may drop what ingress admitted",
            )
        if self.one.lossless:
            yield from self._marking(port, service.slope)

    def _scheduling(self, service: Service) -> Iterator[Finding]:
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
            yield self._finding(where, "no WRED profile", "ecn", "one", NEVER)
            return
        if not slope.marks:
            where = self._place("WRED_PROFILE", slope.name, "wred_green_enable")
            yield self._finding(where, "off, or not for green packets", "ecn", "true", NEVER)
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
