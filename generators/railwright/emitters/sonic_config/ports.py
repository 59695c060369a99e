"""PORT and BREAKOUT_CFG: every data port of the box, cabled or not."""

from collections.abc import Iterator
from itertools import groupby

from railwright.catalog.model import Cage, Sku, SwitchPlatform
from railwright.catalog.ports import default_mode, split
from railwright.emitters.sonic_config.view import CabledPort, SwitchView
from railwright.plan.fec import has_rs_fec
from railwright.plan.model import Port
from railwright.sonic.configdb import ConfigDb, Row
from railwright.sonic.tables import Rows, comma_list, up_down
from railwright.units import mbps

TPID = "0x8100"  # IEEE 802.1Q tag, the value of every stock port_config.ini


def tables(view: SwitchView) -> ConfigDb:
    """Return PORT (spare ports admin down) and BREAKOUT_CFG (one row a cage)."""
    cabled = {one.name: one for one in view.cabled}
    ports: Rows = {
        port.name: _port_row(port, _description(cabled.get(port.name))) for port in view.ports
    }
    return {"PORT": ports, "BREAKOUT_CFG": dict(_breakouts(view))}


def _description(cabled: CabledPort | None) -> str:
    """Return the far end as `device:port`, which also is the link's identity."""
    if cabled is None:
        return "spare"
    peer = cabled.peer
    return f"{peer.device}:{peer.port}" if peer.port else peer.device


def _port_row(port: Port, description: str) -> Row:
    row: Row = {
        "admin_status": up_down(up=port.enabled),
        "alias": port.alias,
        "description": description,
        "index": str(port.index),
        "lanes": port.lanes,
        "mtu": str(port.mtu_bytes),
        "speed": str(mbps(port.speed_gbps)),
        "subport": str(port.subport),
        "tpid": TPID,
    }
    autoneg = port.autoneg
    if has_rs_fec(port.speed_gbps, port.lanes.count(",") + 1):
        row["fec"] = "rs"
        autoneg = autoneg or "off"  # as on every cage, so that both ends of an uplink agree
    if autoneg is not None:
        row["autoneg"] = autoneg
    if not port.fixed:
        row["pfc_asym"] = "off"
    return row


def _breakouts(view: SwitchView) -> Iterator[tuple[str, Row]]:
    sku = next(sku for sku in view.platform.skus if sku.name == view.device.hwsku)
    cages = {cage.name: cage for cage in view.platform.cages}
    cage_ports = (port for port in view.ports if not port.fixed)
    by_cage = sorted(cage_ports, key=lambda port: (port.cage, port.subport))
    for parent, group in groupby(by_cage, key=lambda port: port.parent):
        mode = _mode(view.platform, sku, cages[parent], tuple(group))
        yield parent, {"brkout_mode": mode}


def _mode(platform: SwitchPlatform, sku: Sku, cage: Cage, ports: tuple[Port, ...]) -> str:
    """Return the platform's text for the way a cage is split, the HWSKU's own where it fits.

    Count and speed usually decide; lanes tell apart modes such as `1x400G` and `1x400G(4)`.
    """
    modes = [
        one.mode
        for one in platform.breakouts
        if (one.ports, one.speed_gbps) == (len(ports), ports[0].speed_gbps)
    ]
    if len(modes) > 1:
        default = default_mode(sku, cage)
        lanes = [port.lanes for port in ports]
        modes = sorted(modes, key=lambda mode: mode != default)
        modes = [mode for mode in modes if _lanes(platform, cage, mode) == lanes]
    return modes[0]


def _lanes(platform: SwitchPlatform, cage: Cage, mode: str) -> list[str]:
    return [comma_list(port.lanes) for port in split(platform, cage, mode)]
