"""INTERFACE and LOOPBACK_INTERFACE: the addresses of the switch's own interfaces."""

from railwright.emitters.sonic_config.view import SwitchView
from railwright.sonic.configdb import ConfigDb, row_key
from railwright.sonic.tables import Rows

LOOPBACK = "Loopback0"
"""The loopback bgpcfgd takes the router id from and advertises (bgpd.main.conf.j2)."""
P2P_LENGTH = 31
HOST_LENGTH = 32


def tables(view: SwitchView) -> ConfigDb:
    """Return a bare row and a /31 for every cabled port, reserved ones included, and the loopback.

    YANG demands the bare parent row before an address row.
    """
    interfaces: Rows = {}
    for one in view.cabled:
        interfaces[one.name] = {}
        interfaces[row_key(one.name, f"{one.own.address}/{P2P_LENGTH}")] = {}
    loopback: Rows = {
        LOOPBACK: {},
        row_key(LOOPBACK, f"{view.device.loopback}/{HOST_LENGTH}"): {},
    }
    return {"INTERFACE": interfaces, "LOOPBACK_INTERFACE": loopback}
