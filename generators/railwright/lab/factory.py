"""A switch as it leaves the factory: the platform's own files and a first CONFIG_DB.

Written from the catalog's facts in the formats of sonic-buildimage (device/*/*/platform.json,
hwsku.json, port_config.ini, pg_profile_lookup.ini; sonic_version.yml), so that what a push reads
from a box before it changes anything is there to be read.
"""

import json
from collections.abc import Iterator
from typing import Any

from railwright.catalog.model import AuxPort, Buffers, Cage, Sku, SwitchPlatform
from railwright.catalog.ports import SplitPort, cage_lanes, default_mode, numbers, split
from railwright.files import OutputFile
from railwright.lab.box.defaults import DATABASE_VERSION
from railwright.lab.network import MANAGEMENT_PORT, mac
from railwright.plan.model import Device, Plan
from railwright.units import mbps

BUILD_VERSION = "SONiC-OS-202505.lab0"
FACTORY_HOSTNAME = "sonic"
FACTORY_MTU_BYTES = 9100
_MBPS_PER_LANE_WITH_FEC = 50_000
"""SONiC's own rule: ports of 50G lanes and faster get Reed-Solomon FEC when they are split."""


def files(plan: Plan, device: Device) -> Iterator[OutputFile]:
    """Yield a switch's factory files, paths relative to its root directory."""
    platform = plan.platforms[device.platform]
    sku = next(sku for sku in platform.skus if sku.name == device.hwsku)
    folder = f"usr/share/sonic/device/{platform.sonic_platform}"
    yield OutputFile("etc/sonic/sonic_version.yml", version_text(platform).encode())
    yield OutputFile("etc/sonic/config_db.json", _json(config_db(platform, sku, device)))
    yield OutputFile(f"{folder}/default_sku", f"{sku.name} empty\n".encode())
    if platform.breakouts:
        yield OutputFile(f"{folder}/platform.json", _json(platform_json(platform)))
        yield OutputFile(f"{folder}/{sku.name}/hwsku.json", _json(hwsku_json(platform, sku)))
    ini = port_config_ini(platform, sku)
    yield OutputFile(f"{folder}/{sku.name}/port_config.ini", ini.encode())
    if (buffers := platform.buffers.get(sku.buffers or "")) is not None:
        table = f"{folder}/{sku.name}/pg_profile_lookup.ini"
        yield OutputFile(table, pg_profile_lookup(buffers).encode())


def version_text(platform: SwitchPlatform) -> str:
    """Return sonic_version.yml."""
    return (
        f"build_version: '{BUILD_VERSION}'\n"
        "debian_version: '12.0'\n"
        f"asic_type: {platform.asic.vendor}\n"
        "branch: '202505'\n"
        "release: '202505'\n"
    )


def platform_json(platform: SwitchPlatform) -> dict[str, Any]:
    """Return platform.json: every cage with the ways it can be split."""
    interfaces = {
        cage.name: {
            "index": _indices(cage.panel_index, len(cage_lanes(cage))),
            "lanes": ",".join(map(str, cage_lanes(cage))),
            "breakout_modes": {
                one.mode: [cage.alias + suffix for suffix in one.alias_suffixes]
                for one in platform.breakouts
            },
        }
        for cage in platform.cages
    }
    for port in platform.aux_ports:
        lanes = numbers(port.lanes)
        interfaces[port.name] = {
            "index": _indices(port.panel_index, len(lanes)),
            "lanes": ",".join(map(str, lanes)),
            "breakout_modes": {_aux_mode(port): [port.alias]},
        }
    return {"chassis": {"name": platform.model}, "interfaces": interfaces}


def hwsku_json(platform: SwitchPlatform, sku: Sku) -> dict[str, Any]:
    """Return hwsku.json: how every cage is split by default."""
    interfaces = {
        cage.name: {"default_brkout_mode": default_mode(sku, cage)} for cage in platform.cages
    }
    interfaces |= {
        port.name: {"default_brkout_mode": _aux_mode(port)} for port in platform.aux_ports
    }
    return {"interfaces": interfaces}


def port_config_ini(platform: SwitchPlatform, sku: Sku) -> str:
    """Return port_config.ini, the ports of the HWSKU as columns."""
    rows = [("# name", "lanes", "alias", "index", "speed")]
    for cage, port in _default_ports(platform, sku):
        lanes = ",".join(map(str, port.lanes))
        speed = str(mbps(port.speed_gbps))
        rows.append((port.name, lanes, port.alias, str(cage.panel_index), speed))
    for aux in platform.aux_ports:
        speed = str(mbps(aux.speed_gbps))
        rows.append((aux.name, aux.lanes, aux.alias, str(aux.panel_index), speed))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    padded = (" ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join(padded) + "\n"


def pg_profile_lookup(buffers: Buffers) -> str:
    """Return pg_profile_lookup.ini: lossless sizes in bytes by speed in Mb/s and cable length."""
    offsets = any(row.xon_offset_bytes is not None for row in buffers.lossless_rows)
    lines = ["# PG lossless profiles."]
    lines.append("# speed cable size xon xoff threshold" + (" xon_offset" if offsets else ""))
    for row in buffers.lossless_rows:
        fields = [mbps(row.speed_gbps), f"{row.length_m}m", row.size_bytes, row.xon_bytes]
        fields += [row.xoff_bytes, row.threshold]
        if row.xon_offset_bytes is not None:
            fields.append(row.xon_offset_bytes)
        lines.append(" ".join(map(str, fields)))
    return "\n".join(lines) + "\n"


def config_db(platform: SwitchPlatform, sku: Sku, device: Device) -> dict[str, Any]:
    """Return the first CONFIG_DB: the SKU's default ports, enabled, and the management address.

    Ports are enabled so that LLDP shows the cabling before the first push.
    """
    ports = {
        port.name: _port_row(port, cage.panel_index) for cage, port in _default_ports(platform, sku)
    }
    ports |= {aux.name: _aux_row(aux) for aux in platform.aux_ports}
    management = device.management
    key = f"{MANAGEMENT_PORT}|{management.address}/{management.prefix_length}"
    metadata = {
        "hostname": FACTORY_HOSTNAME,
        "hwsku": sku.name,
        "mac": mac(device.name),
        "platform": platform.sonic_platform,
    }
    return {
        "DEVICE_METADATA": {"localhost": metadata},
        "MGMT_INTERFACE": {key: {"gwaddr": management.gateway}},
        "VERSIONS": {"DATABASE": {"VERSION": DATABASE_VERSION}},
        "MGMT_PORT": {MANAGEMENT_PORT: {"admin_status": "up", "alias": MANAGEMENT_PORT}},
        "PORT": ports,
    }


def _port_row(port: SplitPort, panel_index: int) -> dict[str, str]:
    row = {
        "admin_status": "up",
        "alias": port.alias,
        "index": str(panel_index),
        "lanes": ",".join(map(str, port.lanes)),
        "mtu": str(FACTORY_MTU_BYTES),
        "speed": str(mbps(port.speed_gbps)),
        "subport": str(port.subport),
    }
    if mbps(port.speed_gbps) >= _MBPS_PER_LANE_WITH_FEC * len(port.lanes):
        row["fec"] = "rs"
    return dict(sorted(row.items()))


def _aux_row(port: AuxPort) -> dict[str, str]:
    row = {
        "admin_status": "up",
        "alias": port.alias,
        "index": str(port.panel_index),
        "lanes": port.lanes,
        "mtu": str(FACTORY_MTU_BYTES),
        "speed": str(mbps(port.speed_gbps)),
    }
    if port.autoneg is not None:
        row["autoneg"] = port.autoneg
    return dict(sorted(row.items()))


def _default_ports(platform: SwitchPlatform, sku: Sku) -> Iterator[tuple[Cage, SplitPort]]:
    for cage in platform.cages:
        for port in split(platform, cage, default_mode(sku, cage)):
            yield cage, port


def _indices(panel_index: int, lanes: int) -> str:
    return ",".join([str(panel_index)] * lanes)


def _aux_mode(port: AuxPort) -> str:
    return f"1x{port.speed_gbps}G"


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=4, sort_keys=True) + "\n").encode()
