"""INTERFACE and LOOPBACK_INTERFACE: the addresses of the switch's own interfaces."""

from railwright.emitters.sonic_config.view import SwitchView
from railwright.sonic.configdb import ConfigDb, row_key
from railwright.sonic.tables import Rows

LOOPBACK = "Loopback0"
"""The loopback bgpcfgd takes the router id from and advertises (bgpd.main.conf.j2)."""
P2P_LENGTH = 31
HOST_LENGTH = 32
P2P_LENGTH_IPV6 = 127
HOST_LENGTH_IPV6 = 128


def tables(view: SwitchView) -> ConfigDb:
    """Return a bare row and a /31 for every routed port, reserved ones included, and the loopback.

    With their IPv6 twins where the network is dual stack; an extra link outside the pools has
    none. YANG demands the bare parent row before an address row.
    """
    interfaces: Rows = {}
    dual = view.dual
    for one in (one for one in view.cabled if one.is_routed):
        interfaces[one.name] = {}
        interfaces[row_key(one.name, f"{one.own.address}/{P2P_LENGTH}")] = {}
        if twin := dual.address(one.own.address) if dual else None:
            interfaces[row_key(one.name, f"{twin}/{P2P_LENGTH_IPV6}")] = {}
    own = view.device.loopback or ""
    loopback: Rows = {LOOPBACK: {}, row_key(LOOPBACK, f"{own}/{HOST_LENGTH}"): {}}
    if dual:
        loopback[row_key(LOOPBACK, f"{dual.address(own)}/{HOST_LENGTH_IPV6}")] = {}
    return {"INTERFACE": interfaces, "LOOPBACK_INTERFACE": loopback}
