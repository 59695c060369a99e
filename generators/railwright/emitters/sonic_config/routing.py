"""BGP_NEIGHBOR, STATIC_ROUTE and SWITCH_HASH: one session per link, one route per leaf."""

from railwright.emitters.sonic_config.view import SwitchView
from railwright.plan.border import border_of
from railwright.sonic.configdb import ConfigDb, Row, row_key
from railwright.sonic.tables import Rows, comma_list

KEEPALIVE_S = 3
HOLDTIME_S = 10
"""Timers of SONiC data-centre fabrics (sonic-mgmt's minigraphs); links down end sessions at once,
so they only matter for a peer that dies without its link."""

VRF = "default"
DEFAULT_ROUTE = "0.0.0.0/0"
DEFAULT_ROUTE_IPV6 = "::/0"
ECMP_HASH_FIELDS = ("SRC_IP", "DST_IP", "IP_PROTOCOL", "L4_SRC_PORT", "L4_DST_PORT")
"""The five-tuple. RoCEv2 varies the UDP source port per queue pair; SONiC has no field for the
queue pair itself (sonic-hash.yang), and MAC or VLAN never differ on a routed link."""


def tables(view: SwitchView) -> ConfigDb:
    """Return the sessions of deployed links, a leaf's own block, and the hash where supported."""
    found: ConfigDb = {
        "BGP_NEIGHBOR": _neighbors(view),
        "STATIC_ROUTE": {**_blocks(view), **_default(view)},
    }
    if view.platform.features.switch_hash:
        found["SWITCH_HASH"] = {"GLOBAL": {"ecmp_hash": list(ECMP_HASH_FIELDS)}}
    return found


def _neighbors(view: SwitchView) -> Rows:
    found: Rows = {}
    dual = view.dual
    for session in view.plan.sessions_of.get(view.device.name, ()):
        link = session.link
        near, far, asn = link.a, link.z, session.asn_z
        if link.a.device != view.device.name:
            near, far, asn = link.z, link.a, session.asn_a
        found[far.address] = _neighbor(near.address, far.device, asn)
        twins = (dual.address(near.address), dual.address(far.address)) if dual else (None, None)
        if twins[0] and twins[1]:  # an extra link outside the pools has none
            found[twins[1]] = _neighbor(twins[0], far.device, asn)
    return found


def _neighbor(local: str, peer: str, asn: int) -> Row:
    """Return the row of one neighbour.

    Without `asn` a neighbour is unusable and without `name` FRR refuses the whole push, although
    YANG calls both optional; `name` is the peer's name in DEVICE_NEIGHBOR_METADATA.
    """
    return {
        "admin_status": "up",
        "asn": str(asn),
        "holdtime": str(HOLDTIME_S),
        "keepalive": str(KEEPALIVE_S),
        "local_addr": local,
        "name": peer,
        "nhopself": "0",
        "rrclient": "0",
    }


def _blocks(view: SwitchView) -> Rows:
    """Return the leaf's address block as one advertised blackhole.

    Host /31s are connected routes, which bgpcfgd does not advertise; a static route it does.
    `advertise` is always written: YANG's default is false, an absent field means true. Where the
    block is the subnet of a VLAN, bgpcfgd advertises that itself.
    """
    block = view.plan.block_of.get(view.device.name)
    shared = {svi.prefix for svi in view.plan.svis_of.get(view.device.name, ())}
    if block is None or block.prefix in shared:
        return {}
    row: Row = {"advertise": "true", "blackhole": "true"}
    twin = view.dual.prefix(block.prefix) if view.dual else None
    return {row_key(VRF, prefix): row for prefix in (block.prefix, twin) if prefix}


def _default(view: SwitchView) -> Rows:
    """Return the default route of a spine that originates it: to the border router, advertised.

    One `advertise` is for all next hops: bgpcfgd tags the whole route (managers_static_rt.py).
    Redistribution of static routes takes default routes too.
    """
    border = border_of(view.plan.intent, view.device.network)
    if border is None or border.default_route != "originated":
        return {}
    ways = [one for one in view.cabled if one.link.kind == "border" and one.link.deployed]
    if not ways:
        return {}
    ports = [one.name for one in ways]
    hops = [one.peer.address for one in ways]
    found: Rows = {row_key(VRF, DEFAULT_ROUTE): _way_out(ports, hops)}
    if view.dual:
        twins = [view.dual.address(hop) or "" for hop in hops]
        found[row_key(VRF, DEFAULT_ROUTE_IPV6)] = _way_out(ports, twins)
    return found


def _way_out(ports: list[str], hops: list[str]) -> Row:
    """Return a static route over several links; both lists must have one entry per link."""
    return {"advertise": "true", "ifname": comma_list(ports), "nexthop": comma_list(hops)}
