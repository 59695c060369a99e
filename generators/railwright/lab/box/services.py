"""A lab switch's services: what interfaces, FRR, LLDP and STATE_DB have been made of CONFIG_DB.

They do for the box what portmgrd, intfmgrd, bgpcfgd and lldpmgrd do for a switch. A reload is a
restart of those services: FRR's configuration is taken away first, so all sessions reset.
"""

import json
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from . import configdb, interfaces, lldp, state
from .bgp import BgpManager
from .resp import Redis
from .subscription import Event

LOG = logging.getLogger("applier")

FRR_WAIT_S = 30.0
REMEMBERED_SYNCS = 32


class Tools(Protocol):
    """What the services need of the switch; `system.System` is the real one."""

    lldp_interval_s: int

    def links_json(self) -> str:
        """Return `ip -json address`."""

    def ip_batch(self, lines: tuple[str, ...]) -> None:
        """Run `ip -batch` lines."""

    def kernel(self) -> interfaces.Kernel:
        """Return which devices can be made here."""

    def lldp(self, lines: list[str]) -> None:
        """Run lldpcli lines."""

    def lldp_restart(self) -> None:
        """Start lldpd anew."""

    def lldp_statistics(self) -> str:
        """Return what lldpd counted on the ports it knows."""

    def hostname(self, name: str) -> None:
        """Name the switch."""

    def sysctls(self) -> None:
        """Set the kernel's forwarding options."""

    def frr_wait(self, limit_s: float) -> bool:
        """Wait until FRR answers."""

    def frr_identity(self) -> tuple[int, ...]:
        """Return numbers that change when FRR was started anew."""

    def frr_reset(self) -> None:
        """Take FRR's configuration away."""

    def frr_configure(self, lines: Iterable[str]) -> None:
        """Run configuration lines."""

    def show(self, daemon: str, command: str) -> str:
        """Return a daemon's answer."""


@dataclass(slots=True)
class Applied:
    """What the marker file says: how many changes were applied, and which syncs were answered."""

    path: Path
    generation: int = 0
    syncs: list[str] = field(default_factory=list)

    def advance(self, syncs: Iterable[str]) -> None:
        """Count one more change and write the file, whole or not at all."""
        self.generation += 1
        self.syncs = [*self.syncs, *syncs][-REMEMBERED_SYNCS:]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_name(self.path.name + ".new")
        new.write_text(json.dumps({"generation": self.generation, "syncs": self.syncs}) + "\n")
        new.replace(self.path)


class Mirror:
    """Rows of one database that belong to the applier, written only where they change."""

    def __init__(self, redis: Redis, patterns: Iterable[str]) -> None:
        """Own the rows whose names match `patterns`; what an earlier run left is removed."""
        self._redis = redis
        self._patterns = tuple(patterns)
        self._rows: state.Rows | None = None

    def show(self, rows: state.Rows) -> None:
        """Make the database hold these rows; fields that others add to them stay."""
        if self._rows is None:
            names = [name for each in self._patterns for name in self._redis.run("KEYS", each)]
            self._rows = {name: {} for name in names}
        gone, changed = state.changes(self._rows, rows)
        commands: list[tuple[str, ...]] = [("DEL", name) for name in gone]
        for name, row in changed.items():
            if row:
                commands.append(("HSET", name, *(part for pair in row.items() for part in pair)))
        if commands:
            self._redis.pipeline(commands)
        self._rows = rows


class Services:
    """CONFIG_DB as last seen, and everything that was made of it."""

    def __init__(
        self, redis: Redis, state_db: Redis, appl_db: Redis, tools: Tools, applied: Applied
    ) -> None:
        """Take the connections to CONFIG_DB, STATE_DB and APPL_DB; nothing happens yet."""
        self._redis = redis
        self._state_db = Mirror(state_db, state.STATE_PATTERNS)
        self._appl_db = Mirror(appl_db, state.APPL_PATTERNS)
        self._tools = tools
        self._applied = applied
        self._config: configdb.Config = {}
        self._links: dict[str, interfaces.Link] = {}
        self._known: frozenset[int] = frozenset()
        self._manager = BgpManager({})
        self._frr: tuple[int, ...] = ()
        self._watch = lldp.Watch(tools.lldp_interval_s)

    def start(self, syncs: Iterable[str] = ()) -> None:
        """(Re)start all services from CONFIG_DB as it is now."""
        old, self._config = self._config, configdb.read(self._redis)
        LOG.info("start: %d tables", len(self._config))
        self._tools.sysctls()
        self._links = interfaces.parse_links(self._tools.links_json())
        self._known = self._indices()
        if old:
            self._tools.ip_batch(interfaces.plan_management(old, self._config, self._links).lines)
        self._apply_links(None)
        self._tools.lldp_restart()
        self._start_frr()
        self._announce()
        self._watch.restarted(time.monotonic())
        self.poll()
        self._applied.advance(syncs)

    def handle(self, events: list[Event]) -> None:
        """Apply what happened, in the order in which it happened."""
        syncs = [event.subject for event in events if event.kind == "sync"]
        if any(event.kind == "reload" for event in events):
            self.start(syncs)
            return
        deleted, written = self._changes(events)
        if deleted or written:
            self._apply_rows(deleted, written)
        if deleted or written or syncs:
            self._applied.advance(syncs)

    def poll(self) -> None:
        """Bring STATE_DB and APPL_DB up to date, and FRR and lldpd back in step.

        FRR is configured again if it was started anew, lldpd is started anew if it misses ports.
        """
        identity = self._tools.frr_identity()
        if identity != self._frr and all(identity):
            LOG.warning("FRR was started anew")
            self._start_frr()
        ports = self._config.get("PORT", {})
        summary = self._tools.show("bgpd", "show bgp summary json")
        self._state_db.show(
            state.neighbor_rows(summary) | state.port_rows(ports.keys(), self._links)
        )
        self._appl_db.show(state.applied_port_rows(ports, self._links))
        self._mend_lldp()

    def links_changed(self) -> None:
        """Look at the kernel's devices again; one that is new gets its configuration."""
        self._watch.changed(time.monotonic())
        self._links = interfaces.parse_links(self._tools.links_json())
        new = {name for name, link in self._links.items() if link.index not in self._known}
        self._known = self._indices()
        if new:
            LOG.info("new devices: %s", " ".join(sorted(new)))
            self._apply_links(new)
            self._announce()
        self.poll()

    def _changes(self, events: list[Event]) -> tuple[list[str], dict[str, dict[str, Any]]]:
        """Return removed rows and rows as they are now.

        A row that was removed and made again is in both: for a BGP neighbour that is another thing
        than an edit in place, which has no effect.
        """
        touched: dict[str, bool] = {}
        for event in events:
            if event.kind in {"set", "del", "check"}:
                touched[event.subject] = touched.get(event.subject, False) or event.kind == "del"
        replies = self._redis.pipeline([("HGETALL", name) for name in touched]) if touched else []
        deleted: list[str] = []
        written: dict[str, dict[str, Any]] = {}
        for (name, removed), flat in zip(touched.items(), replies, strict=True):
            table, _, key = name.partition("|")
            old = self._config.get(table, {}).get(key)
            if removed or (old is not None and not flat):
                deleted.append(name)
            if not flat:
                continue
            row = configdb.decode(zip(flat[::2], flat[1::2], strict=True))
            if removed or row != old:
                written.setdefault(table, {})[key] = row
        return deleted, written

    def _apply_rows(self, deleted: list[str], written: dict[str, dict[str, Any]]) -> None:
        old = {table: dict(rows) for table, rows in self._config.items()}
        for name in deleted:
            table, _, key = name.partition("|")
            self._config.get(table, {}).pop(key, None)
        for table, rows in written.items():
            self._config.setdefault(table, {}).update(rows)
        keys = [*deleted, *(f"{table}|{key}" for table, rows in written.items() for key in rows)]
        tables = {key.partition("|")[0] for key in keys}
        # tables only: a row's name can be a secret, as an SNMP community is
        LOG.info("%d rows of %s", len(keys), " ".join(sorted(tables)))
        self._links = interfaces.parse_links(self._tools.links_json())
        if tables & {"MGMT_INTERFACE", "MGMT_VRF_CONFIG"}:
            self._tools.ip_batch(interfaces.plan_management(old, self._config, self._links).lines)
        if devices := interfaces.affected(keys):
            self._apply_links(devices)
        self._configure_frr(self._manager.update(deleted, written))
        if tables & {"PORT", "DEVICE_METADATA", "MGMT_INTERFACE", "MGMT_PORT"}:
            self._announce()
        self.poll()

    def _apply_links(self, only: set[str] | None) -> None:
        plan = interfaces.plan(self._config, self._links, only, self._tools.kernel())
        self._tools.ip_batch(plan.lines)
        if only is None:
            for note in plan.notes:
                LOG.warning("%s", note)
        if plan.lines:
            self._links = interfaces.parse_links(self._tools.links_json())

    def _indices(self) -> frozenset[int]:
        """Return what tells the devices just looked at from those made since, under any name.

        Looking again after a change does not count: a port that came meanwhile is still to be
        configured.
        """
        return frozenset(link.index for link in self._links.values())

    def _announce(self) -> None:
        self._tools.hostname(lldp.hostname(self._config))
        self._tools.lldp(lldp.commands(self._config, self._links, self._tools.lldp_interval_s))

    def _mend_lldp(self) -> None:
        now_s = time.monotonic()
        if not self._watch.is_due(now_s):
            return
        ports = [*self._config.get("PORT", {}), interfaces.MANAGEMENT_PORT]
        found = [self._links[name] for name in ports if name in self._links]
        up = {link.name: link.index for link in found if link.oper_up}
        silent = self._watch.look(now_s, up, lldp.sent(self._tools.lldp_statistics()))
        if silent:
            LOG.warning("lldpd is silent on %s and is started anew", " ".join(silent))
            self._tools.lldp_restart()
            self._announce()

    def _start_frr(self) -> None:
        if not self._tools.frr_wait(FRR_WAIT_S):
            return
        self._frr = self._tools.frr_identity()
        self._tools.frr_reset()
        self._manager = BgpManager(self._config)
        self._configure_frr([*self._manager.startup, *self._manager.initial])

    def _configure_frr(self, lines: list[str]) -> None:
        for warning in self._manager.warnings:
            LOG.warning("bgp: %s", warning)
        self._manager.warnings.clear()
        if lines:
            self._tools.frr_configure(lines)
