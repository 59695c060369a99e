"""Switch and plan: headroom of every lossless group, cable lengths, watchdogs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from railwright.intent.roce import Roce
from railwright.plan.headroom.engine import Question, answer
from railwright.plan.model import Device, Headroom, Port
from railwright.plan.qos import roce_of
from railwright.plan.watchdog import times_of
from railwright.proof.model import Finding
from railwright.proof.rows import field_number, place, text
from railwright.proof.rules.references import as_planned, blamed
from railwright.proof.scene import Scene, is_trusted, lossless, setting, shown
from railwright.proof.sheet import HEADROOM, PAUSE, PLAN
from railwright.proof.switches import Room, Switch
from railwright.sonic.tables import SHARED
from railwright.units import MBPS_PER_GBPS

PATTERN = "LOSSLESS_TRAFFIC_PATTERN"
PARAMETER = "DEFAULT_LOSSLESS_BUFFER_PARAMETER"
RATIO = "over_subscribe_ratio"
PACKET_BYTES, PERCENT = range(1, 9217), range(101)  # sonic-lossless-traffic-pattern.yang
NO_GROUP = "packets in flight after a pause are dropped: the group has no headroom"


def check(scene: Scene) -> None:
    """Compare headroom and watchdogs of every port that can be paused with the plan."""
    for device, switch in scene.read():
        network = device.network
        roce = network and roce_of(scene.plan.intent, network)
        if roce and scene.classes(device):
            one = _Switch(scene, device, switch, roce, {})
            one.check_ports()
            if switch.buffer_model == "dynamic":
                one.check_pattern()


class _Told(NamedTuple):
    """What a switch that computes the headroom of a port is told of it."""

    speed_mbps: int
    lanes: int
    mtu_bytes: int
    cable_m: int


@dataclass(frozen=True, slots=True)
class _Switch:
    scene: Scene
    device: Device
    switch: Switch
    roce: Roce
    computed: dict[_Told, Headroom | None]

    def check_ports(self) -> None:
        sheet = self.scene.sheet
        priorities = [one.priority for one in lossless(self.scene.classes(self.device))]
        planned: dict[str, frozenset[int]] = {}
        for port, link in self.scene.cabled(self.device):
            if not is_trusted(link):
                continue
            planned[port.name] = frozenset(priorities)
            wanted = self.scene.plan.port_headroom(self.device, port)
            sheet.count(PLAN, HEADROOM, 1 + 5 * len(priorities) * port.enabled)
            sheet.differ(*self._cable(port, wanted))
            sheet.count(PLAN, PAUSE)
            sheet.differ(*self._guard(port))
            if port.enabled:  # the switch itself takes groups from ports that are down
                for priority in priorities:
                    sheet.differ(*self._group(port, priority, wanted))
        sheet.count(PLAN, HEADROOM, len(self.switch.table("PORT")))
        sheet.differ(*self._unplanned(planned))

    def _unplanned(self, planned: Mapping[str, frozenset[int]]) -> Iterator[Finding]:
        """Yield groups with headroom that no plan counts: spare and border ports, other groups."""
        for port, groups in self.switch.grouped_ports():
            own = planned.get(port, frozenset())
            for priority, profile in groups.items():
                room = None if priority in own else self.switch.room(profile)
                if room is not None and (room.computed or room.xoff_bytes):
                    yield self._finding(
                        self._group_place(port, priority),
                        profile,
                        f"plan: lossless groups of {self.device.name} {port}",
                        shown(own),
                        "headroom is taken that no proof counts, from what all ports share",
                    )

    def _cable(self, port: Port, wanted: Headroom) -> Iterator[Finding]:
        have = self.switch.cable_m(port.name)
        if have != wanted.cable_m:
            yield self._finding(
                place(self.device.name, "CABLE_LENGTH", SHARED, port.name),
                "(absent)" if have is None else f"{have}m",
                self._planned(port, wanted),
                f"{wanted.cable_m}m",
                "the switch takes headroom for another cable than the one that is planned",
            )

    def _guard(self, port: Port) -> Iterator[Finding]:
        have, want = self.switch.guard(port.name), times_of(self.scene.plan, self.device)
        other = setting(self.device, "watchdog")
        if have is None:
            where = place(self.device.name, "PFC_WD", port.name)
            effect = "a queue that is paused for ever is never freed"
            yield Finding(PLAN, PAUSE, where, "(absent)", other, "a watchdog", effect)
        elif want is not None:
            for field, one, wanted in (
                ("action", have.action, self.roce.watchdog.action),
                ("detection_time", have.detection_ms, want.detection_ms),
                ("restoration_time", have.restoration_ms, want.restoration_ms),
            ):
                if one != wanted:
                    where = place(self.device.name, "PFC_WD", port.name, field)
                    effect = "a queue that is paused for ever is freed later, or in another way"
                    yield Finding(PLAN, PAUSE, where, shown(one), other, str(wanted), effect)

    def _group(self, port: Port, priority: int, wanted: Headroom) -> Iterator[Finding]:
        profile = self.switch.groups(port.name).get(priority, "")
        room = self.switch.room(profile)
        if room is None:
            found = [self._no_room(port, priority, profile, wanted)]
        elif room.computed:
            found = list(self._computed(port, wanted))
        else:
            found = list(self._sizes(port, room, wanted))
        row = "BUFFER_PG", f"{port.name}|{priority}"
        if found and (reason := blamed(self.scene, self.switch, row, "profile", "BUFFER_PROFILE")):
            worst = next((one for one in found if one.place.endswith(" xoff")), found[0])
            effect = worst.effect if room and (room.computed or room.xoff_bytes) else NO_GROUP
            expected = reason.expected or f"xoff {wanted.xoff_bytes}"
            found = [self._finding(reason.where, reason.found, worst.other_place, expected, effect)]
        yield from found

    def _no_room(self, port: Port, priority: int, profile: str, wanted: Headroom) -> Finding:
        missing = profile not in {"", "NULL", "0"}
        where = (
            place(self.device.name, "BUFFER_PROFILE", profile)
            if missing
            else self._group_place(port.name, priority)
        )
        found = "(absent)" if missing else shown(profile)
        return self._finding(
            where, found, self._planned(port, wanted), f"xoff {wanted.xoff_bytes}", NO_GROUP
        )

    def _group_place(self, port: str, priority: int) -> str:
        key = self.switch.range_key("BUFFER_PG", port, priority)
        field = "profile" if key in self.switch.table("BUFFER_PG") else None
        return place(self.device.name, "BUFFER_PG", key, field)

    def _sizes(self, port: Port, room: Room, wanted: Headroom) -> Iterator[Finding]:
        if pool := self._pool(port, room, wanted):
            yield pool
            return
        for field, have, want in (
            ("size", room.size_bytes, wanted.size_bytes),
            ("xon", room.xon_bytes, wanted.xon_bytes),
            ("xoff", room.xoff_bytes, wanted.xoff_bytes),
            ("xon_offset", room.xon_offset_bytes, wanted.xon_offset_bytes or 0),
            ("threshold", room.threshold, wanted.threshold),
        ):
            if have != want:
                name = room.threshold_field if field == "threshold" else field
                yield self._finding(
                    place(self.device.name, "BUFFER_PROFILE", room.profile, name),
                    shown(have),
                    self._planned(port, wanted),
                    str(want),
                    _harm(field, have, want),
                )

    def _pool(self, port: Port, room: Room, wanted: Headroom) -> Finding | None:
        """Return what is wrong with the pool of a group, or with the reference to it."""
        other = self._planned(port, wanted)
        row = "BUFFER_PROFILE", room.profile
        reason = blamed(self.scene, self.switch, row, "pool", "BUFFER_POOL")
        if reason:
            expected = reason.expected or "a pool of ingress buffer"
            return self._finding(reason.where, reason.found, other, expected, NO_GROUP)
        if room.pool not in self.switch.table("BUFFER_POOL"):
            where = place(self.device.name, "BUFFER_POOL", room.pool)
            return self._finding(where, "(absent)", other, "a pool of ingress buffer", NO_GROUP)
        if room.pool_type not in {"ingress", "both"}:
            where = place(self.device.name, "BUFFER_POOL", room.pool, "type")
            return self._finding(where, shown(room.pool_type), other, "ingress or both", NO_GROUP)
        planned = as_planned(self.scene, self.switch).row("BUFFER_POOL", room.pool)
        mode = text(planned, "mode")
        if mode and room.pool_mode != mode:
            where = place(self.device.name, "BUFFER_POOL", room.pool, "mode")
            effect = "profiles of the pool have no threshold for this mode"
            return self._finding(where, shown(room.pool_mode), other, mode, effect)
        return None

    def _computed(self, port: Port, wanted: Headroom) -> Iterator[Finding]:
        """Yield where the switch will compute another headroom from what it is told."""
        lane, cable_m = self.switch.lane(port.name), self.switch.cable_m(port.name)
        if lane is None or not lane.speed_mbps or not lane.mtu_bytes or not cable_m:
            return  # each of these is a difference from the plan
        told = _Told(lane.speed_mbps, lane.lanes.count(",") + 1, lane.mtu_bytes, cable_m)
        if told not in self.computed:
            self.computed[told] = self._answer(told)
        have = self.computed[told]
        same = have is not None and (have.size_bytes, have.xon_bytes, have.xoff_bytes) == (
            wanted.size_bytes,
            wanted.xon_bytes,
            wanted.xoff_bytes,
        )
        if not same:
            yield self._finding(
                place(self.device.name, "CABLE_LENGTH", SHARED, port.name),
                "no headroom" if have is None else f"xoff {have.xoff_bytes} computed",
                self._planned(port, wanted),
                f"xoff {wanted.xoff_bytes}",
                "the switch computes other headroom than proven",
            )

    def _answer(self, told: _Told) -> Headroom | None:
        pattern = self.switch.row(PATTERN, SHARED)
        packet_bytes = field_number(pattern, "mtu") or 0
        small_percent = field_number(pattern, "small_packet_percentage")
        if packet_bytes not in PACKET_BYTES or small_percent is None:
            return None
        if small_percent not in PERCENT:
            return None
        found = answer(
            Question(
                self.scene.plan.platforms[self.device.platform],
                self.device.hwsku,
                told.speed_mbps // MBPS_PER_GBPS,
                told.lanes,
                told.cable_m,
                told.mtu_bytes,
                packet_bytes,
                small_percent,
                shared_pool=bool(field_number(self.switch.row(PARAMETER, SHARED), RATIO, 0)),
                model="dynamic",
            )
        )
        return found if isinstance(found, Headroom) else None

    def check_pattern(self) -> None:
        """Compare what a switch that computes headroom computes it from."""
        wanted = self.roce.headroom
        for table, field, want, key in (
            (PATTERN, "mtu", wanted.pattern_mtu_bytes, "pattern_mtu_bytes"),
            (
                PATTERN,
                "small_packet_percentage",
                wanted.small_packet_percent,
                "small_packet_percent",
            ),
            (PARAMETER, RATIO, wanted.shared_pool_ratio or 0, "shared_pool_ratio"),
        ):
            row = self.switch.row(table, SHARED)
            have = field_number(row, field, 0 if field == RATIO else None)
            self.scene.sheet.count(PLAN, HEADROOM)
            if have != want:
                self.scene.sheet.differ(
                    self._finding(
                        place(self.device.name, table, SHARED, field if row else None),
                        shown(have),
                        setting(self.device, f"headroom.{key}"),
                        str(want),
                        "the switch computes headroom for other packets, or shares it otherwise",
                    )
                )

    def _planned(self, port: Port, wanted: Headroom) -> str:
        return (
            f"plan: headroom of {port.speed_gbps}G over {wanted.length_m:g} m on {self.device.name}"
        )

    def _finding(self, where: str, found: str, other: str, expected: str, effect: str) -> Finding:
        return Finding(PLAN, HEADROOM, where, found, other, expected, effect)


def _harm(field: str, have: int | None, want: int) -> str:
    if field == "xoff" and (have or 0) < want:
        return f"up to {want - (have or 0)} bytes a port are dropped after each pause"
    return {
        "xoff": "headroom that is never needed is taken from the shared buffer",
        "threshold": "the group is paused earlier or later than marking is planned for",
        "size": "the group reserves another share of the buffer than planned",
    }.get(field, "a pause ends earlier or later than planned")
