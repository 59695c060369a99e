"""`show version | runningconfiguration all | interfaces status | platform summary`.

Forms of the output: sonic-utilities 691b1bbc4 show/main.py, show/platform.py, scripts/intfutil.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from . import configdb
from .configdb import Config
from .context import Box
from .errors import NotInLabError
from .resp import Redis
from .terminal import natural_key, right_aligned, say

STATUS_HEADER = (
    *("Interface", "Lanes", "Speed", "MTU", "FEC", "Alias"),
    *("Vlan", "Oper", "Admin", "Type", "Asym PFC"),
)
MISSING = "N/A"
Fields = Mapping[str, str]


def show(box: Box, args: Sequence[str]) -> None:
    """`show WHAT ...`."""
    words = " ".join(args)
    for name, command in COMMANDS.items():
        if words == name or words.startswith(f"{name} "):
            command(box, words.removeprefix(name).split())
            return
    raise NotInLabError(f"show {words}".rstrip())


def _version(box: Box, args: Sequence[str]) -> None:
    if args:
        raise NotInLabError(f"show version {' '.join(args)}")
    info = box.version
    now = datetime.now().astimezone()
    lines = (
        "",
        f"SONiC Software Version: SONiC.{info.get('build_version', MISSING)}",
        f"SONiC OS Version: {info.get('sonic_os_version', MISSING)}",
        f"Distribution: Debian {info.get('debian_version', MISSING)}",
        f"Kernel: {info.get('kernel_version', os.uname().release)}",
        f"Build commit: {info.get('commit_id', MISSING)}",
        f"Build date: {info.get('build_date', MISSING)}",
        f"Built by: {info.get('built_by', MISSING)}",
        "",
        *_platform_lines(box),
        f"Uptime: {now:%H:%M:%S} {_uptime()}",
        f"Date: {now:%a %d %b %Y %X}",
        "",
        "Docker images:",
        "REPOSITORY   TAG       IMAGE ID   SIZE",
        "",
    )
    say("\n".join(lines))


def _uptime() -> str:
    minutes = int(float(Path("/proc/uptime").read_text().split()[0])) // 60
    days, hours = divmod(minutes // 60, 24)
    load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
    return f"up {days} days, {hours:2}:{minutes % 60:02},  0 users,  load average: {load}"


def _platform_summary(box: Box, args: Sequence[str]) -> None:
    if args:
        raise NotInLabError(f"show platform summary {' '.join(args)}")
    say("\n".join(_platform_lines(box)))


def _platform_lines(box: Box) -> list[str]:
    metadata = configdb.read_row(box.connect("CONFIG_DB"), "DEVICE_METADATA", "localhost")
    flat = box.connect("STATE_DB").run("HGETALL", "CHASSIS_INFO|chassis 1")
    chassis = dict(zip(flat[::2], flat[1::2], strict=True))
    return [
        f"Platform: {metadata.get('platform', MISSING)}",
        f"HwSKU: {metadata.get('hwsku', MISSING)}",
        f"ASIC: {box.version.get('asic_type', MISSING)}",
        "ASIC Count: 1",
        f"Serial Number: {chassis.get('serial', MISSING)}",
        f"Model Number: {chassis.get('model', MISSING)}",
        f"Hardware Revision: {chassis.get('revision', MISSING)}",
    ]


def _running_configuration(box: Box, args: Sequence[str]) -> None:
    if args:
        raise NotInLabError(f"show runningconfiguration all {' '.join(args)}")
    config: dict[str, Any] = dict(configdb.read(box.connect("CONFIG_DB")))
    vtysh = shutil.which("vtysh")
    config["bgpraw"] = ""
    if vtysh and not box.in_test:
        command = [vtysh, "-c", "show running-config"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        config["bgpraw"] = done.stdout
    say(json.dumps(config, indent=4))


def _interfaces_status(box: Box, args: Sequence[str]) -> None:
    if len(args) > 1 or any(arg.startswith("-") or "," in arg for arg in args):
        raise NotInLabError(f"show interfaces status {' '.join(args)}")
    config = configdb.read(box.connect("CONFIG_DB"))
    if config.get("PORTCHANNEL_MEMBER"):
        raise NotInLabError("show interfaces status with port channels")
    ports = sorted(config.get("PORT", {}), key=natural_key)
    ports = [port for port in ports if not args or port == args[0]]
    applied = _rows(box.connect("APPL_DB"), [f"PORT_TABLE:{port}" for port in ports])
    state_db = box.connect("STATE_DB")
    states = _rows(state_db, [f"PORT_TABLE|{port}" for port in ports])
    optics = _rows(state_db, [f"TRANSCEIVER_INFO|{port}" for port in ports])
    members = {key.partition("|")[2] for key in config.get("VLAN_MEMBER", {})}
    rows = [
        _status_row(port, applied[index], states[index], optics[index], config, members)
        for index, port in enumerate(ports)
        if applied[index]
    ]
    say(right_aligned(STATUS_HEADER, rows))


def _status_row(
    port: str, applied: Fields, state: Fields, optics: Fields, config: Config, members: set[str]
) -> tuple[str, ...]:
    speed = applied.get("speed", MISSING)
    if applied.get("oper_status") == "up" and state.get("speed", MISSING) != MISSING:
        speed = state["speed"]
    mode = config["PORT"][port].get("mode", "trunk" if port in members else "routed")
    return (
        port,
        applied.get("lanes", MISSING),
        _speed_text(speed),
        applied.get("mtu", MISSING),
        applied.get("fec", MISSING),
        applied.get("alias", MISSING),
        mode,
        applied.get("oper_status", MISSING),
        applied.get("admin_status", MISSING),
        optics.get("type", MISSING),
        applied.get("pfc_asym", MISSING),
    )


def _speed_text(speed_mbps: str) -> str:
    if not speed_mbps.isdigit():
        return speed_mbps
    speed = int(speed_mbps)
    if speed < 1000:
        return f"{speed}M"
    return f"{speed / 1000:.1f}G" if speed % 1000 >= 100 else f"{speed / 1000:.0f}G"


def _rows(redis: Redis, names: Sequence[str]) -> list[dict[str, str]]:
    replies = redis.pipeline(("HGETALL", name) for name in names)
    return [dict(zip(flat[::2], flat[1::2], strict=True)) for flat in replies]


COMMANDS: Mapping[str, Callable[[Box, Sequence[str]], None]] = {
    "version": _version,
    "runningconfiguration all": _running_configuration,
    "interfaces status": _interfaces_status,
    "platform summary": _platform_summary,
}
