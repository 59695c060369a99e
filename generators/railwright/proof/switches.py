"""A switch's config_db read back as what it means: per port its classes, buffers and link.

References are followed as the switch follows them, so that a row nobody refers to means nothing
here and a reference to a row that is missing means that nothing is configured. Ports mostly share
their rows: what a row means is worked out once per switch.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from railwright.proof.rows import (
    NO_ROW,
    field_number,
    interface_address,
    metres,
    number,
    number_map,
    numbers,
    span,
    text,
)
from railwright.sonic.configdb import KEY_SEPARATOR, ConfigDb, FieldValue, Row

LOCALHOST = "localhost"
NO_PROFILE = frozenset({"", "0", "NULL"})
MAPS = {
    "dscp_to_tc_map": "DSCP_TO_TC_MAP",
    "tc_to_queue_map": "TC_TO_QUEUE_MAP",
    "tc_to_pg_map": "TC_TO_PRIORITY_GROUP_MAP",
    "pfc_to_queue_map": "MAP_PFC_PRIORITY_TO_QUEUE",
    "pfc_to_pg_map": "PFC_PRIORITY_TO_PRIORITY_GROUP_MAP",
}
"""Field of PORT_QOS_MAP -> the table it refers to."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A row of PORT as far as the link is concerned; an absent field has SONiC's default."""

    up: bool
    speed_mbps: int | None
    lanes: str
    mtu_bytes: int | None
    fec: str
    autoneg: str


@dataclass(frozen=True, slots=True)
class Classes:
    """What a PORT_QOS_MAP row makes of packets and pauses.

    `maps` is the content of each map by the field that refers to it, `names` the maps' names; a
    map that the row does not name or that is missing is empty.
    """

    names: Mapping[str, str]
    maps: Mapping[str, Mapping[int, int]]
    paused: frozenset[int]
    watched: frozenset[int]

    def tc(self, dscp: int) -> int | None:
        """Return the traffic class of a DSCP."""
        return self.maps["dscp_to_tc_map"].get(dscp)

    def queue(self, dscp: int) -> int | None:
        """Return the queue of a DSCP."""
        return self.maps["tc_to_queue_map"].get(-1 if (tc := self.tc(dscp)) is None else tc)

    def group(self, dscp: int) -> int | None:
        """Return the priority group of a DSCP."""
        return self.maps["tc_to_pg_map"].get(-1 if (tc := self.tc(dscp)) is None else tc)


@dataclass(frozen=True, slots=True)
class Room:
    """A priority group's headroom as its profile says; `computed` where the switch computes it."""

    profile: str
    computed: bool
    size_bytes: int | None = None
    xon_bytes: int | None = None
    xoff_bytes: int | None = None
    xon_offset_bytes: int | None = None
    threshold: int | None = None
    threshold_field: str = ""
    pool: str = ""
    pool_mode: str = ""
    pool_type: str = ""


@dataclass(frozen=True, slots=True)
class Slope:
    """A WRED profile: `enabled` and `ecn` as they are written, and its green slope."""

    name: str
    enabled: str
    ecn: str
    kmin_bytes: int | None
    kmax_bytes: int | None
    percent: int | None

    @property
    def is_enabled(self) -> bool:
        """Return whether green packets are marked at all."""
        return self.enabled.lower() == "true"

    @property
    def is_green(self) -> bool:
        """Return whether the mode marks green packets: without policers every packet is green."""
        return self.ecn in GREEN_ECN

    @property
    def marks(self) -> bool:
        """Return whether packets are marked."""
        return self.is_enabled and self.is_green


@dataclass(frozen=True, slots=True)
class Service:
    """How a queue is served: its scheduler, marking and buffer profile (empty: none)."""

    scheduler: str
    strict: bool
    weight: int | None
    slope: Slope | None
    buffer: str


@dataclass(frozen=True, slots=True)
class Guard:
    """A row of PFC_WD."""

    action: str
    detection_ms: int | None
    restoration_ms: int | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A row of BGP_NEIGHBOR."""

    asn: int | None
    local: str
    name: str
    up: bool


@dataclass(slots=True)
class Switch:
    """One switch as its configuration says; everything is read when first asked for."""

    name: str
    config: ConfigDb
    _rooms: dict[str, Room | None] = field(default_factory=dict)
    _classes: dict[tuple[tuple[str, str], ...], Classes] = field(default_factory=dict)
    _services: dict[tuple[tuple[str, str], ...], Service] = field(default_factory=dict)
    _lanes: dict[str, Lane | None] = field(default_factory=dict)
    _tables: "_PerPort | None" = None

    def table(self, name: str) -> Mapping[str, Row]:
        """Return the rows of a table, none if it is missing."""
        return self.config.get(name) or {}

    def row(self, table: str, key: str) -> Mapping[str, FieldValue]:
        """Return a row, an empty one if it is missing."""
        return self.table(table).get(key) or NO_ROW

    @property
    def metadata(self) -> Mapping[str, FieldValue]:
        """Return DEVICE_METADATA|localhost."""
        return self.row("DEVICE_METADATA", LOCALHOST)

    @property
    def asn(self) -> int | None:
        """Return the switch's own AS number."""
        return number(text(self.metadata, "bgp_asn"))

    @property
    def buffer_model(self) -> str:
        """Return the buffer model; absent means traditional (docker-orchagent/buffermgrd.sh)."""
        return text(self.metadata, "buffer_model", "traditional")

    def lane(self, port: str) -> Lane | None:
        """Return a port's link settings, None without a row."""
        if port not in self._lanes:
            row = self.table("PORT").get(port)
            self._lanes[port] = None if row is None else _lane(row)
        return self._lanes[port]

    def classes(self, port: str) -> Classes | None:
        """Return what a port makes of packets, None without a row."""
        row = self.table("PORT_QOS_MAP").get(port)
        if row is None:
            return None
        key = _identity(row)
        if (found := self._classes.get(key)) is None:
            found = self._classes[key] = self._read_classes(row)
        return found

    def _read_classes(self, row: Row) -> Classes:
        names = {one: text(row, one) for one in MAPS}
        return Classes(
            names=names,
            maps={
                one: number_map(self.table(table).get(names[one])) for one, table in MAPS.items()
            },
            paused=numbers(text(row, "pfc_enable")),
            watched=numbers(text(row, "pfcwd_sw_enable")),
        )

    def groups(self, port: str) -> Mapping[int, str]:
        """Return the buffer profile of each priority group of a port, by name."""
        return self._per_port.groups.get(port, {})

    def grouped_ports(self) -> Iterable[tuple[str, Mapping[int, str]]]:
        """Return every port that has priority groups, with the profile of each."""
        return self._per_port.groups.items()

    def room(self, profile: str) -> Room | None:
        """Return the headroom behind a profile's name, None where there is no such profile."""
        if profile not in self._rooms:
            self._rooms[profile] = self._read_room(profile)
        return self._rooms[profile]

    def _read_room(self, profile: str) -> Room | None:
        if profile in NO_PROFILE:
            computed = profile == "NULL" and self.buffer_model == "dynamic"
            return Room(profile, computed=True) if computed else None
        row = self.table("BUFFER_PROFILE").get(profile)
        if row is None:
            return None
        pool = self.row("BUFFER_POOL", text(row, "pool"))
        mode = text(pool, "mode")
        return Room(
            profile,
            computed=False,
            size_bytes=field_number(row, "size"),
            xon_bytes=field_number(row, "xon", 0),
            xoff_bytes=field_number(row, "xoff", 0),
            xon_offset_bytes=field_number(row, "xon_offset", 0),
            threshold=field_number(row, f"{mode}_th"),
            threshold_field=f"{mode}_th",
            pool=text(row, "pool"),
            pool_mode=mode,
            pool_type=text(pool, "type"),
        )

    def service(self, port: str, queue: int) -> Service:
        """Return how a port's queue is served."""
        queue_row = self._per_port.queues.get(port, {}).get(queue, NO_ROW)
        buffer_row = self._per_port.queue_buffers.get(port, {}).get(queue, NO_ROW)
        key = (*_identity(queue_row), *_identity(buffer_row))
        if (found := self._services.get(key)) is None:
            found = self._services[key] = self._read_service(queue_row, buffer_row)
        return found

    def _read_service(
        self, queue: Mapping[str, FieldValue], buffer: Mapping[str, FieldValue]
    ) -> Service:
        name, profile = text(queue, "scheduler"), text(buffer, "profile")
        scheduler = self.row("SCHEDULER", name)
        return Service(
            scheduler=name if name in self.table("SCHEDULER") else "",
            strict=text(scheduler, "type") == "STRICT",
            weight=field_number(scheduler, "weight", 1),
            slope=self._slope(text(queue, "wred_profile")),
            buffer=profile if profile in self.table("BUFFER_PROFILE") else "",
        )

    def _slope(self, name: str) -> Slope | None:
        row = self.table("WRED_PROFILE").get(name)
        if row is None:
            return None
        return Slope(
            name,
            enabled=text(row, "wred_green_enable"),
            ecn=text(row, "ecn"),
            kmin_bytes=field_number(row, "green_min_threshold"),
            kmax_bytes=field_number(row, "green_max_threshold"),
            percent=field_number(row, "green_drop_probability", 100),
        )

    def range_key(self, table: str, port: str, one: int) -> str:
        """Return the key, as it is written, of the row for a queue or group of a port.

        A row of one number wins over one of a range; without any it is that of one number.
        """
        single = f"{port}{KEY_SEPARATOR}{one}"
        rows = self.table(table)
        if single in rows:
            return single
        spans = (key for key in rows if key.startswith(f"{port}{KEY_SEPARATOR}"))
        return next((key for key in spans if one in span(key.rpartition("|")[2])), single)

    def cable_m(self, port: str) -> int | None:
        """Return the cable length that the switch takes a port to have."""
        for row in self.table("CABLE_LENGTH").values():
            if port in row:
                return metres(text(row, port))
        return None

    def guard(self, port: str) -> Guard | None:
        """Return a port's watchdog, None without a row."""
        row = self.table("PFC_WD").get(port)
        if row is None:
            return None
        return Guard(
            text(row, "action"),
            field_number(row, "detection_time"),
            field_number(row, "restoration_time"),
        )

    def addresses(self, interface: str) -> frozenset[str]:
        """Return the addresses of a port, a VLAN or a loopback, with their lengths."""
        return self._per_port.addresses.get(interface, frozenset())

    def neighbour(self, address: str) -> Neighbour | None:
        """Return the BGP neighbour at an address, None without a row."""
        row = self.table("BGP_NEIGHBOR").get(address)
        if row is None:
            return None
        status = text(self.metadata, "default_bgp_status", "up")
        return Neighbour(
            asn=number(text(row, "asn")),
            local=interface_address(text(row, "local_addr")),
            name=text(row, "name"),
            up=text(row, "admin_status", status) == "up",
        )

    @property
    def _per_port(self) -> "_PerPort":
        if self._tables is None:
            self._tables = _PerPort(self.config)
        return self._tables


def _lane(row: Row) -> Lane:
    return Lane(
        up=text(row, "admin_status") == "up",
        speed_mbps=field_number(row, "speed"),
        lanes=text(row, "lanes").replace(" ", ""),
        mtu_bytes=field_number(row, "mtu", 9100),  # sonic-swss cfgmgr/portmgr.h
        fec=text(row, "fec"),
        autoneg=text(row, "autoneg"),
    )


GREEN_ECN = frozenset({"ecn_green", "ecn_green_yellow", "ecn_green_red", "ecn_all"})
"""Values of WRED_PROFILE.ecn that mark green packets (sonic-wred-profile.yang)."""


class _PerPort:
    """The tables whose keys begin with a port, taken apart once."""

    def __init__(self, config: ConfigDb) -> None:
        self._config = config

    @cached_property
    def groups(self) -> Mapping[str, Mapping[int, str]]:
        return {
            port: {one: text(row, "profile") for one, row in rows.items()}
            for port, rows in self._ranges("BUFFER_PG").items()
        }

    @cached_property
    def queues(self) -> Mapping[str, Mapping[int, Row]]:
        return self._ranges("QUEUE")

    @cached_property
    def queue_buffers(self) -> Mapping[str, Mapping[int, Row]]:
        return self._ranges("BUFFER_QUEUE")

    @cached_property
    def addresses(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for port, address in self._address_keys():
            found.setdefault(port, set()).add(address)
        return {port: frozenset(addresses) for port, addresses in found.items()}

    def _address_keys(self) -> Iterator[tuple[str, str]]:
        for table in ("INTERFACE", "LOOPBACK_INTERFACE", "VLAN_INTERFACE"):
            for key in self._config.get(table) or ():
                port, _, address = key.partition("|")
                if address:
                    yield port, interface_address(address)

    def _ranges(self, table: str) -> dict[str, dict[int, Row]]:
        """Return rows by port and number; a row of one number wins over a row of a range."""
        found: dict[str, dict[int, Row]] = {}
        rows = self._config.get(table) or {}
        for key in (*(one for one in rows if "-" in one), *(one for one in rows if "-" not in one)):
            port, _, last = key.partition(KEY_SEPARATOR)
            if port not in found:
                found[port] = {}
            for one in span(last):
                found[port][one] = rows[key]
        return found


def _identity(row: Mapping[str, FieldValue]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (one, value if isinstance(value, str) else ",".join(value)) for one, value in row.items()
    )
