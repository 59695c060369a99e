"""CRM and FLEX_COUNTER_TABLE: what the switch watches and counts about itself."""

from railwright.emitters.sonic_config.view import SwitchView
from railwright.sonic.configdb import ConfigDb, Row

CRM_POLLING_S = 300
CRM_LOW_PERCENT = 70
CRM_HIGH_PERCENT = 85
"""Stock thresholds (sonic-buildimage files/build_templates/init_cfg.json.j2)."""

CRM_RESOURCES = (
    "ipv4_route",
    "ipv4_nexthop",
    "ipv4_neighbor",
    "nexthop_group",
    "nexthop_group_member",
)
"""The chip tables a routed IPv4 fabric fills; the image watches the others by itself."""

COUNTERS = (
    "BUFFER_POOL_WATERMARK",
    "PFCWD",
    "PG_DROP",
    "PG_WATERMARK",
    "PORT",
    "PORT_BUFFER_DROP",
    "QUEUE",
    "QUEUE_WATERMARK",
    "RIF",
)
"""Counter groups of a lossless fabric; on in stock images, owned here so that none is lost."""

ECN_COUNTERS = ("WRED_ECN_PORT", "WRED_ECN_QUEUE")
"""Packets marked by ECN; off in stock images."""


def tables(view: SwitchView) -> ConfigDb:
    """Return resource thresholds and the counter groups this platform can poll."""
    groups = COUNTERS + (ECN_COUNTERS if view.platform.features.ecn_counters else ())
    return {
        "CRM": {"Config": _crm()},
        "FLEX_COUNTER_TABLE": {group: {"FLEX_COUNTER_STATUS": "enable"} for group in groups},
    }


def _crm() -> Row:
    row: Row = {"polling_interval": str(CRM_POLLING_S)}
    for resource in CRM_RESOURCES:
        row[f"{resource}_high_threshold"] = str(CRM_HIGH_PERCENT)
        row[f"{resource}_low_threshold"] = str(CRM_LOW_PERCENT)
        row[f"{resource}_threshold_type"] = "percentage"
    return row
