"""What a lab switch reports in STATE_DB and APPL_DB: BGP sessions and ports.

Facts: sonic-buildimage 086b03bd70, src/sonic-bgpcfgd/bgpmon (NEIGH_STATE_TABLE); sonic-swss
e6b0c5b5d, portsyncd (STATE_DB PORT_TABLE) and portmgrd with orchagent (APPL_DB PORT_TABLE).
"""

import json
from collections.abc import Collection, Mapping

from .bgp_lines import Fields, text
from .interfaces import DEFAULT_MTU_BYTES, Link

Rows = dict[str, dict[str, str]]
"""Rows by their whole name in redis: `TABLE|key` in STATE_DB, `TABLE:key` in APPL_DB."""

STATE_PATTERNS = ("NEIGH_STATE_TABLE|*", "PORT_TABLE|*")
APPL_PATTERNS = ("PORT_TABLE:Ethernet*",)
"""Names of the rows that belong to the applier."""


def neighbor_rows(summary_json: str) -> Rows:
    """Return NEIGH_STATE_TABLE from the output of `show bgp summary json`, empty if unreadable."""
    try:
        summary = json.loads(summary_json or "{}")
    except ValueError:
        return {}
    rows: Rows = {}
    for family in ("ipv4Unicast", "ipv6Unicast"):
        section = summary.get(family, {})
        for address, peer in section.get("peers", {}).items():
            same = peer.get("remoteAs") == peer.get("localAs", section.get("as"))
            rows[f"NEIGH_STATE_TABLE|{address}"] = {
                "state": str(peer.get("state", "")),
                "peerType": "i-BGP" if same else "e-BGP",
            }
    return rows


def port_rows(ports: Collection[str], links: Mapping[str, Link]) -> Rows:
    """Return STATE_DB's PORT_TABLE for the ports of CONFIG_DB; one without a link is down."""
    rows: Rows = {}
    for name in ports:
        link = links.get(name)
        rows[f"PORT_TABLE|{name}"] = {
            "netdev_oper_status": "up" if link is not None and link.oper_up else "down",
            "admin_status": "up" if link is not None and link.up else "down",
            "state": "ok",
        }
    return rows


def applied_port_rows(ports: Mapping[str, Fields], links: Mapping[str, Link]) -> Rows:
    """Return APPL_DB's PORT_TABLE: the rows of CONFIG_DB with defaults, and the link's state."""
    rows: Rows = {}
    for name, fields in ports.items():
        link = links.get(name)
        rows[f"PORT_TABLE:{name}"] = {
            "admin_status": "down",
            "mtu": str(DEFAULT_MTU_BYTES),
            **{field: text(fields, field) for field in fields},
            "oper_status": "up" if link is not None and link.oper_up else "down",
        }
    return rows


def changes(old: Rows, new: Rows) -> tuple[list[str], Rows]:
    """Return keys to delete and rows to write so that a database holding `old` holds `new`."""
    gone = sorted(old.keys() - new.keys())
    return gone, {key: row for key, row in sorted(new.items()) if old.get(key) != row}
