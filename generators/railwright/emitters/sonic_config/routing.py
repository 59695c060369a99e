"""BGP_NEIGHBOR, STATIC_ROUTE and SWITCH_HASH: one session per link, one route per leaf."""

from railwright.emitters.sonic_config.view import SwitchView
from railwright.plan.model import BgpSession
from railwright.sonic.configdb import ConfigDb, Row, row_key
from railwright.sonic.tables import Rows

KEEPALIVE_S = 3
HOLDTIME_S = 10
"""Timers of SONiC data-centre fabrics (sonic-mgmt's minigraphs); links down end sessions at once,
so they only matter for a peer that dies without its link."""

VRF = "default"
ECMP_HASH_FIELDS = ("SRC_IP", "DST_IP", "IP_PROTOCOL", "L4_SRC_PORT", "L4_DST_PORT")
"""The five-tuple. RoCEv2 varies the UDP source port per queue pair; SONiC has no field for the
queue pair itself (sonic-hash.yang), and MAC or VLAN never differ on a routed link."""


def tables(view: SwitchView) -> ConfigDb:
    """Return the sessions of deployed links, a leaf's own block, and the hash where supported."""
    found: ConfigDb = {"BGP_NEIGHBOR": _neighbors(view), "STATIC_ROUTE": _blocks(view)}
    if view.platform.features.switch_hash:
        found["SWITCH_HASH"] = {"GLOBAL": {"ecmp_hash": list(ECMP_HASH_FIELDS)}}
    return found


def _neighbors(view: SwitchView) -> Rows:
    sessions = view.plan.sessions_of.get(view.device.name, ())
    return dict(_neighbor(view.device.name, session) for session in sessions)


def _neighbor(device: str, session: BgpSession) -> tuple[str, Row]:
    """Return one neighbour: key and row.

    Without `asn` a neighbour is unusable and without `name` FRR refuses the whole push, although
    YANG calls both optional; `name` is the peer's name in DEVICE_NEIGHBOR_METADATA.
    """
    link = session.link
    near, far, asn = link.a, link.z, session.asn_z
    if link.a.device != device:
        near, far, asn = link.z, link.a, session.asn_a
    return far.address, {
        "admin_status": "up",
        "asn": str(asn),
        "holdtime": str(HOLDTIME_S),
        "keepalive": str(KEEPALIVE_S),
        "local_addr": near.address,
        "name": far.device,
        "nhopself": "0",
        "rrclient": "0",
    }


def _blocks(view: SwitchView) -> Rows:
    """Return the leaf's address block as one advertised blackhole.

    Host /31s are connected routes, which bgpcfgd does not advertise; a static route it does.
    `advertise` is always written: YANG's default is false, an absent field means true.
    """
    return {
        row_key(VRF, subnet.prefix): {"advertise": "true", "blackhole": "true"}
        for subnet in view.plan.subnets
        if subnet.kind == "leaf_block" and subnet.owner == view.device.name
    }
