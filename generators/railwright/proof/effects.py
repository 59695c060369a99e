"""What a difference from the plan leads to, in plain words, by table and field."""

from collections.abc import Mapping

from railwright.proof.rows import number
from railwright.sonic.changes import Change

EFFECTS: Mapping[str, str] = {
    "BGP_NEIGHBOR": "a session behaves in another way than planned, or does not come up",
    "BREAKOUT_CFG": "a cage is split in another way than its ports say",
    "BUFFER_PG": "packets of these groups have other headroom than planned",
    "BUFFER_POOL": "the buffer is divided in another way than proven",
    "BUFFER_PORT_EGRESS_PROFILE_LIST": "the port draws on other egress buffers than proven",
    "BUFFER_PORT_INGRESS_PROFILE_LIST": "the port draws on other ingress buffers than proven",
    "BUFFER_PROFILE": "ports and queues that use it have other limits than proven",
    "BUFFER_QUEUE": "packets of these queues have another limit than proven",
    "CABLE_LENGTH": "the switch takes headroom for another cable than the planned one",
    "DEFAULT_LOSSLESS_BUFFER_PARAMETER": "the switch computes other headroom than planned",
    "DEVICE_METADATA": "the switch takes itself for something else than planned",
    "DEVICE_NEIGHBOR": "tools on the switch look for another neighbour at this port",
    "DEVICE_NEIGHBOR_METADATA": "tools on the switch take a neighbour for something else",
    "DSCP_TO_TC_MAP": "packets of these DSCPs ride another class than planned",
    "INTERFACE": "a port has an address that nobody planned, or lacks one",
    "LOOPBACK_INTERFACE": "the switch is known by another address than planned",
    "LOSSLESS_TRAFFIC_PATTERN": "the switch computes headroom for other packets than planned",
    "MAP_PFC_PRIORITY_TO_QUEUE": "a pause stops another queue than the one it is for",
    "PFC_PRIORITY_TO_PRIORITY_GROUP_MAP": "a pause is sent for another group than the full one",
    "PFC_WD": "a queue that is paused for ever is freed later, or never",
    "PORT": "the port runs in another way than its link needs",
    "PORT_QOS_MAP": "the port makes something else of packets and pauses than planned",
    "PORT_STORM_CONTROL": "a flood on the VLAN is stopped earlier or later than planned",
    "QUEUE": "a queue is served or marked in another way than planned",
    "SCHEDULER": "classes get another share of every port than planned",
    "STATIC_ROUTE": "addresses are advertised, or packets routed, in another way than proven",
    "SWITCH_HASH": "flows are spread over links in another way than planned",
    "SWITCH_TRIMMING": "packets without room are cut in another way than planned",
    "TC_TO_PRIORITY_GROUP_MAP": "packets enter a group with other headroom than planned",
    "TC_TO_QUEUE_MAP": "packets leave by another queue than planned",
    "VLAN": "the subnet of these ports is another than planned",
    "VLAN_INTERFACE": "hosts have no gateway, or another one than planned",
    "VLAN_MEMBER": "the port is on another subnet than planned",
    "WRED_PROFILE": "marking begins, grows or ends elsewhere than proven against the pause",
}
"""What follows from a difference in a table; where more is known, a rule says it."""

FIELDS: Mapping[tuple[str, str], str] = {
    ("DEVICE_METADATA", "type"): "the type decides which routes BGP accepts back, and the seed of "
    "the ECMP hash",
    ("DEVICE_METADATA", "buffer_model"): "headroom is computed by the switch, or no longer",
    ("PORT", "fec"): "the link comes up only if its other end has the same, and not as planned",
    ("PORT", "autoneg"): "the link comes up only if its other end has the same, and not as planned",
    ("PORT", "pfc_asym"): "pauses are sent for other priorities than they are obeyed for",
    ("PORT", "description"): "the port says another neighbour than it has",
}
OTHERWISE = "the switch is managed in another way than planned"


SMALLER: Mapping[tuple[str, str], str] = {
    ("BUFFER_POOL", "xoff"): "RDMA is dropped: the headroom that ports have in common is smaller "
    "than proven",
    ("BUFFER_PROFILE", "static_th"): "RDMA is dropped at egress: its queues may hold less than "
    "what ingress admits",
}
"""What follows where RDMA relies on a number that is smaller than planned."""


def effect_of(change: Change) -> str:
    """Return what a difference in a row or a field leads to."""
    where = change.table, change.field or ""
    if where in SMALLER and _is_of_rdma(change) and _is_smaller(change):
        return SMALLER[where]
    return FIELDS.get(where) or EFFECTS.get(change.table, OTHERWISE)


def _is_of_rdma(change: Change) -> bool:
    """Return whether a pool has headroom, or a profile is that of lossless queues."""
    return change.table == "BUFFER_POOL" or change.key.startswith("egress_lossless")


def _is_smaller(change: Change) -> bool:
    """Return whether a number is less than planned, or is none."""
    running, intended = change.running, change.intended
    have = number(running) if isinstance(running, str) else None
    want = number(intended) if isinstance(intended, str) else None
    return want is not None and (have is None or have < want)
