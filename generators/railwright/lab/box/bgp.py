"""What SONiC's BGP manager does with CONFIG_DB, as a state machine that yields vtysh lines.

It answers like bgpcfgd in `separated` mode (sonic-buildimage 086b03bd70), quirks included, because
they decide what a push really changes: a neighbour waits for the ASN, the type, Loopback0 and its
own `local_addr`; of an existing neighbour only `admin_status` is applied; VLAN subnets, router-id
and the local ASN are read once, when the BGP container starts.
"""

import ipaddress
from collections.abc import Callable, Iterable, Mapping

from . import bgp_lines, static_routes
from .bgp_lines import Fields, Tables, localhost, text

INTERFACE_TABLES = (
    "INTERFACE",
    "LOOPBACK_INTERFACE",
    "VLAN_INTERFACE",
    "PORTCHANNEL_INTERFACE",
    "VLAN_SUB_INTERFACE",
)
DEPENDENCIES = ("DEVICE_METADATA", *INTERFACE_TABLES)
"""Tables whose rows only make other rows possible; every change of them wakes the waiting ones."""
UNSUPPORTED_TABLES = (
    "BGP_ALLOWED_PREFIXES",
    "BGP_INTERNAL_NEIGHBOR",
    "BGP_MONITORS",
    "BGP_PEER_RANGE",
    "BGP_SENTINELS",
    "BGP_VOQ_CHASSIS_NEIGHBOR",
    "PREFIX_LIST",
    "SRV6_MY_LOCATORS",
    "SRV6_MY_SIDS",
)
"""Tables a real BGP manager acts on and this one does not; a row in them is reported."""

CHASSIS_TYPE = "SpineRouter"
"""The one `type` that makes the platform library take a fixed switch for part of a chassis."""

IDF_STATES = ("unisolated", "isolated_withdraw_all", "isolated_no_export")
IDF_TYPES = ("SpineRouter", "LowerSpineRouter", "UpperSpineRouter")

Rows = Mapping[str, Mapping[str, Fields]]


class BgpManager:
    """FRR's configuration as a function of what happened in CONFIG_DB since the container started.

    Attributes:
        startup: lines the daemons read when they start, rendered once.
        initial: vtysh lines for the rows present at that time.
        warnings: what a real manager would have written to syslog; the owner empties it.
    """

    def __init__(self, config: Tables) -> None:
        """Start the container with `config`, the whole of CONFIG_DB at that moment."""
        self.warnings: list[str] = []
        self.startup = bgp_lines.startup_lines(config)
        self._tables: dict[str, dict[str, Fields]] = {}
        self._local_addresses: frozenset[str] | None = None
        self._waiting: list[tuple[str, str, Fields]] = []
        self._peers: set[str] = set()
        self._routes: dict[str, static_routes.StaticRoute] = {}
        self._redistribution_waits = False
        self._aggregates: dict[str, Fields] = {}
        self._policies_current = False
        self._peer_groups_exist = False
        self._global = {"tsa_enabled": "false", "wcmp_enabled": "false"}
        self._global["idf_isolation_state"] = "unisolated"
        bbr = config.get("BGP_BBR", {}).get("all", {})
        self._bbr_enabled = text(bbr, "status") == "enabled"
        # A fixed switch has no chassis database: the manager cannot reach it and stops for good,
        # and the daemons keep only what they read at start.
        self._stopped = text(localhost(config), "type") == CHASSIS_TYPE
        if self._stopped:
            self.warnings.append(f"type {CHASSIS_TYPE}: no chassis database, BGP manager stopped")
        self.initial = self.update((), config)

    def update(self, deleted: Iterable[str], written: Rows) -> list[str]:
        """Return the vtysh lines for a change of CONFIG_DB while the container runs.

        Args:
            deleted: keys of removed rows, `TABLE|key`.
            written: rows as they are after the write (whole rows, not only changed fields). A row
                named in both was removed and then created anew.
        """
        if self._stopped:
            return []
        self._policies_current = False
        lines: list[str] = []
        self._local_addresses = None
        for name in deleted:
            table, _, key = name.partition("|")
            lines += self._delete(table, key)
        for table in DEPENDENCIES:
            for key, row in written.get(table, {}).items():
                self._tables.setdefault(table, {})[key] = dict(row)
        if self._redistribution_waits and self._asn:
            self._redistribution_waits = False
            lines += bgp_lines.redistribution_lines(self._asn, enabled=True)
        if any(written.get(table) for table in DEPENDENCIES):
            lines += self._retry()
        for table, handler in self._handlers().items():
            for key, row in written.get(table, {}).items():
                lines += self._offer(handler, table, key, dict(row))
        self.warnings += [
            f"{table}: rows are not acted on in the lab"
            for table in UNSUPPORTED_TABLES
            if written.get(table)
        ]
        return lines

    @property
    def _asn(self) -> str:
        return text(localhost(self._tables), "bgp_asn")

    def _handlers(self) -> dict[str, Callable[[str, Fields], list[str] | None]]:
        """Return the handler of each table; None from a handler means: not yet, keep the row."""
        return {
            "BGP_DEVICE_GLOBAL": self._set_global,
            "BGP_NEIGHBOR": self._set_neighbor,
            "STATIC_ROUTE": self._set_route,
            "BGP_AGGREGATE_ADDRESS": self._set_aggregate,
        }

    def _offer(
        self,
        handler: Callable[[str, Fields], list[str] | None],
        table: str,
        key: str,
        row: Fields,
    ) -> list[str]:
        lines = handler(key, row)
        if lines is None:
            self._waiting.append((table, key, row))
        return lines or []

    def _retry(self) -> list[str]:
        """Try waiting rows again, oldest first.

        Like the real queue it keeps the row as it was when it had to wait, and deleting a row does
        not take it out: a neighbour deleted while waiting still appears once it can.
        """
        waiting, self._waiting = self._waiting, []
        handlers = self._handlers()
        lines: list[str] = []
        for table, key, row in waiting:
            lines += self._offer(handlers[table], table, key, row)
        return lines

    def _delete(self, table: str, key: str) -> list[str]:
        self._tables.get(table, {}).pop(key, None)
        if table == "BGP_NEIGHBOR":
            return self._delete_neighbor(key)
        if table == "STATIC_ROUTE":
            return self._delete_route(key)
        if table == "BGP_AGGREGATE_ADDRESS":
            return self._delete_aggregate(key)
        if table == "BGP_DEVICE_GLOBAL":
            return self._set_global(key, {})
        return []

    # Neighbours

    def _set_neighbor(self, key: str, row: Fields) -> list[str] | None:
        address = self._default_vrf(key.rpartition("|")[2], "BGP_NEIGHBOR", key)
        if address is None:
            return []
        if address in self._peers:
            return self._change_admin_status(address, row)
        if not self._ready_for(address, row):
            return None
        metadata = localhost(self._tables)
        kind = text(metadata, "type")
        lines: list[str] = []
        if not self._policies_current:
            lines += bgp_lines.policy_lines(kind)
            lines += bgp_lines.peer_group_lines(self._asn, kind, self._bbr_enabled)
            if self._global["tsa_enabled"] == "true":
                lines += bgp_lines.isolation_lines(isolated=True)
            if self._global["idf_isolation_state"] != "unisolated":
                lines += bgp_lines.downstream_isolation_lines(self._global["idf_isolation_state"])
            self._policies_current = self._peer_groups_exist = True
        self._peers.add(address)
        default_status = text(metadata, "default_bgp_status", "up")
        return lines + self._in_bgp(bgp_lines.neighbor_lines(address, row, default_status))

    def _ready_for(self, address: str, row: Fields) -> bool:
        """Return whether everything a new neighbour depends on is in CONFIG_DB."""
        metadata = localhost(self._tables)
        if not self._asn or "type" not in metadata:
            return False
        if "Loopback0" not in self._tables.get("LOOPBACK_INTERFACE", {}):
            return False
        has_lo_v4 = bgp_lines.loopback_address(self._tables, 4) is not None
        if not has_lo_v4 and "bgp_router_id" not in metadata:
            self.warnings.append(
                "Loopback0 ipv4 address is not presented yet and bgp_router_id not configured"
            )
            return False
        if "local_addr" not in row:
            self.warnings.append(f"Peer {address}. Missing attribute 'local_addr'")
            return True
        return self._is_local(text(row, "local_addr"))

    def _is_local(self, written: str) -> bool:
        """Return whether an interface outside any VRF owns an address, however it is written."""
        try:
            address = str(ipaddress.ip_interface(written).ip)
        except ValueError:
            return False
        if self._local_addresses is None:
            self._local_addresses = frozenset(
                str(owned.ip)
                for table in INTERFACE_TABLES
                for name, owned in bgp_lines.addresses(self._tables, table)
                if (parent := self._tables[table].get(name)) is not None
                and not text(parent, "vrf_name")
                and not text(parent, "vnet_name")
            )
        return address in self._local_addresses

    def _change_admin_status(self, address: str, row: Fields) -> list[str]:
        """Apply the one field that can change on a neighbour FRR already has."""
        status = text(row, "admin_status")
        if status not in {"up", "down"}:
            self.warnings.append(f"Peer {address}: only 'admin_status' up or down can be changed")
            return []
        no = "no " if status == "up" else ""
        return self._in_bgp([f" {no}neighbor {address} shutdown"])

    def _delete_neighbor(self, key: str) -> list[str]:
        address = key.rpartition("|")[2]
        if address not in self._peers:
            self.warnings.append(f"Peer '{key}' has not been found")
            return []
        self._peers.discard(address)
        return self._in_bgp([f" no neighbor {address}"])

    def _in_bgp(self, lines: list[str]) -> list[str]:
        if not self._asn:
            self.warnings.append("bgp_asn is gone: the command cannot be addressed to an instance")
            return []
        return [f"router bgp {self._asn}", " bgp suppress-fib-pending", *lines, "exit"]

    def _default_vrf(self, name: str, table: str, key: str) -> str | None:
        """Return `name` if the row is one of the default VRF and `name` is an address or prefix."""
        vrf, bar, _ = key.partition("|")
        if bar and vrf != "default":
            self.warnings.append(f"{table}|{key}: VRFs do not exist in the lab")
            return None
        try:
            ipaddress.ip_interface(name)
        except ValueError:
            self.warnings.append(f"{table}|{key}: {name!r} is not an address")
            return None
        return name

    # Static routes

    def _set_route(self, key: str, row: Fields) -> list[str]:
        prefix = self._default_vrf(static_routes.split_key(key)[1], "STATIC_ROUTE", key)
        if prefix is None:
            return []
        if static_routes.handled_by_bfd(row):
            self._routes.pop(prefix, None)
            self.warnings.append(f"STATIC_ROUTE|{key}: not installed in the lab (bfd)")
            return []
        try:
            new = static_routes.parse(prefix, row)
        except static_routes.RouteError as error:
            self.warnings.append(str(error))
            return []
        old = self._routes.get(prefix, static_routes.StaticRoute((), new.tag))
        lines = static_routes.commands(prefix, old, new)
        if not self._routes:
            self._redistribution_waits = not self._asn
            if self._asn:
                lines += bgp_lines.redistribution_lines(self._asn, enabled=True)
        self._routes[prefix] = new
        return lines

    def _delete_route(self, key: str) -> list[str]:
        prefix = static_routes.split_key(key)[1]
        old = self._routes.get(prefix, static_routes.StaticRoute())
        lines = static_routes.commands(prefix, old, static_routes.StaticRoute((), old.tag))
        if self._routes.keys() == {prefix}:
            self._redistribution_waits = False
            if self._asn:
                lines += bgp_lines.redistribution_lines(self._asn, enabled=False)
        self._routes.pop(prefix, None)
        return lines

    # Aggregates

    def _set_aggregate(self, key: str, row: Fields) -> list[str] | None:
        if not self._asn:
            return None
        prefix = key.rpartition("|")[2]
        try:
            ipaddress.ip_network(prefix)
        except ValueError as error:
            self.warnings.append(f"invalid aggregate prefix {prefix}: {error}")
            return []
        if text(row, "bbr-required") == "true" and not self._bbr_enabled:
            self.warnings.append(f"BBR is disabled and required: aggregate {prefix} skipped")
            return []
        self._aggregates[prefix] = row
        return bgp_lines.aggregate_lines(self._asn, prefix, row)

    def _delete_aggregate(self, key: str) -> list[str]:
        prefix = key.rpartition("|")[2]
        row = self._aggregates.pop(prefix, None)
        if row is None or not self._asn:
            return []
        return bgp_lines.aggregate_lines(self._asn, prefix, row, removed=True)

    # Whole-device switches: isolation (TSA) and weighted ECMP

    def _set_global(self, key: str, row: Fields) -> list[str]:
        if key != "STATE":
            return []
        lines: list[str] = []
        tsa = text(row, "tsa_enabled", "false")
        if tsa in {"true", "false"} and tsa != self._global["tsa_enabled"]:
            self._global["tsa_enabled"] = tsa
            # The entries go into the outbound maps that the peer groups name. Without a peer group
            # there is none yet; the first neighbour then brings them.
            if self._peer_groups_exist:
                lines += bgp_lines.isolation_lines(isolated=tsa == "true")
        wcmp = text(row, "wcmp_enabled", "false")
        if wcmp in {"true", "false"} and wcmp != self._global["wcmp_enabled"]:
            self._global["wcmp_enabled"] = wcmp
            lines += bgp_lines.weighted_ecmp_lines(wcmp == "true")
        idf = text(row, "idf_isolation_state", "unisolated")
        if idf in IDF_STATES and idf != self._global["idf_isolation_state"]:
            self._global["idf_isolation_state"] = idf
            kind = text(localhost(self._tables), "type")
            if not kind or kind in IDF_TYPES:
                lines += bgp_lines.downstream_isolation_lines(idf)
        return lines
