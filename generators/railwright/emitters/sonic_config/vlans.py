"""VLAN, VLAN_MEMBER and VLAN_INTERFACE: the ports of a switch that share a subnet."""

from collections.abc import Iterator

from railwright.emitters.sonic_config.view import SwitchView
from railwright.sonic.configdb import ConfigDb, Row, row_key
from railwright.sonic.tables import Rows
from railwright.units import kbps

FLOODED = ("broadcast", "unknown-multicast", "unknown-unicast")
"""What a VLAN floods (sonic-storm-control.yang)."""
MOST_KBPS = 100_000_000
"""The largest limit that can be set, a quarter of a 400G port (sonic-storm-control.yang)."""


def tables(view: SwitchView) -> ConfigDb:
    """Return every VLAN with its untagged members and its routed interface.

    Reserved members and subnets have their rows from the first day: bgpcfgd advertises a VLAN's
    subnet only if it is there when the BGP container starts. VLAN_INTERFACE needs a bare row
    before an address row.
    """
    vlans: Rows = {}
    interfaces: Rows = {}
    for svi in view.plan.svis_of.get(view.device.name, ()):
        name = f"Vlan{svi.vlan}"
        mtu = str(view.ports[0].mtu_bytes)
        row: Row = {"admin_status": "up", "mtu": mtu, "vlanid": str(svi.vlan)}
        if svi.relay:
            row["dhcp_servers"] = list(svi.relay)
        vlans[name] = row
        length = svi.prefix.rpartition("/")[2]
        interfaces[name] = {}
        interfaces[row_key(name, f"{svi.gateway}/{length}")] = {}
        if view.dual:
            twin = view.dual.prefix(svi.prefix) or ""
            length = twin.rpartition("/")[2]
            interfaces[row_key(name, f"{view.dual.address(svi.gateway)}/{length}")] = {}
    members: Rows = {
        row_key(f"Vlan{one.link.vlan}", one.name): {"tagging_mode": "untagged"}
        for one in view.cabled
        if not one.is_routed
    }
    found: ConfigDb = {
        "PORT_STORM_CONTROL": dict(_storm_control(view)),
        "VLAN": vlans,
        "VLAN_INTERFACE": interfaces,
        "VLAN_MEMBER": members,
    }
    if any("dhcp_servers" in row for row in vlans.values()):
        # The image runs the relay by itself only on device types that mean a top-of-rack switch
        # (source: sonic-buildimage files/build_templates/init_cfg.json.j2).
        found["FEATURE"] = {"dhcp_relay": {"state": "enabled"}}
    return found


def _storm_control(view: SwitchView) -> Iterator[tuple[str, Row]]:
    """Yield the limits of flooding on the NICs' ports of a leaf whose hosts share a VLAN."""
    share = view.plan.intent.networks.compute.storm_control_percent / 100
    for one in view.cabled:
        if one.link.kind == "host" and not one.is_routed:
            most = min(round(kbps(one.link.speed_gbps) * share), MOST_KBPS)
            limit: Row = {"kbps": str(most)}
            for kind in FLOODED:
                yield row_key(one.name, kind), limit
