"""PORT and BREAKOUT_CFG: every data port of the box, cabled or not."""

from collections.abc import Iterator
from itertools import groupby

from railwright.catalog.model import AuxPort, Cage, Sku, SwitchPlatform
from railwright.catalog.ports import default_mode, numbers, split
from railwright.emitters.sonic_config.view import CabledPort, SwitchView
from railwright.plan.model import Port
from railwright.sonic.configdb import ConfigDb, Row
from railwright.sonic.tables import Rows, comma_list, up_down
from railwright.units import mbps

TPID = "0x8100"  # IEEE 802.1Q tag, the value of every stock port_config.ini
FEC_FROM_GBPS_PER_LANE = 50
"""Lane speed from which SONiC itself sets RS-FEC (sonic-config-engine portconfig.py)."""


def tables(view: SwitchView) -> ConfigDb:
    """Return PORT (spare and auxiliary ports admin down) and BREAKOUT_CFG (one row a cage)."""
    cabled = {one.name: one for one in view.cabled}
    ports: Rows = {
        port.name: _port_row(port, _description(cabled.get(port.name))) for port in view.ports
    }
    mtu_bytes = view.plan.intent.networks.compute.mtu_bytes
    ports |= {aux.name: _aux_row(aux, mtu_bytes) for aux in view.platform.aux_ports}
    return {"PORT": ports, "BREAKOUT_CFG": dict(_breakouts(view))}


def _description(cabled: CabledPort | None) -> str:
    """Return the far end as `device:port`, which also is the link's identity."""
    return f"{cabled.peer.device}:{cabled.peer.port}" if cabled else "spare"


def _port_row(port: Port, description: str) -> Row:
    row: Row = {
        "admin_status": up_down(up=port.enabled),
        "alias": port.alias,
        "autoneg": "off",
        "description": description,
        "index": str(port.index),
        "lanes": port.lanes,
        "mtu": str(port.mtu_bytes),
        "pfc_asym": "off",
        "speed": str(mbps(port.speed_gbps)),
        "subport": str(port.subport),
        "tpid": TPID,
    }
    if port.speed_gbps >= FEC_FROM_GBPS_PER_LANE * (port.lanes.count(",") + 1):
        row["fec"] = "rs"
    return row


def _aux_row(aux: AuxPort, mtu_bytes: int) -> Row:
    row: Row = {
        "admin_status": "down",
        "alias": aux.alias,
        "description": "spare",
        "index": str(aux.panel_index),
        "lanes": comma_list(numbers(aux.lanes)),
        "mtu": str(mtu_bytes),
        "speed": str(mbps(aux.speed_gbps)),
        "subport": "0",
        "tpid": TPID,
    }
    if aux.autoneg is not None:
        row["autoneg"] = aux.autoneg
    return row


def _breakouts(view: SwitchView) -> Iterator[tuple[str, Row]]:
    sku = next(sku for sku in view.platform.skus if sku.name == view.device.hwsku)
    cages = {cage.name: cage for cage in view.platform.cages}
    by_cage = sorted(view.ports, key=lambda port: (port.cage, port.subport))
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
