"""A server's RoCE settings as files: one per RDMA port, one of firmware, those of jobs.

`state` is what keeps them: our program, which a unit runs when the node starts, another when a
port appears, and a timer every quarter of an hour to say what drifted.

`etc/railwright/roce/<interface>.env` has `KEY=value` lines of the fixed keys of `port_lines`, for
systemd's `EnvironmentFile=` and for a shell alike; `etc/railwright/nic-firmware.json` the firmware
parameters of every port. Equal ports of equal servers have equal texts, which are rendered once.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

import orjson

from railwright.emitters.node_config.networkd import file
from railwright.emitters.node_config.programs import path_of, program
from railwright.emitters.node_config.state import Check, RoleState, Unit
from railwright.files import OutputFile
from railwright.plan.model import Device, Plan
from railwright.plan.nodes_roce import (
    HostKind,
    NicSettings,
    firmware,
    flags,
    nic_firmware,
    settings,
)
from railwright.plan.stack import stack_of

FOLDER = "etc/railwright/roce"
SITE = "etc/railwright/roce.conf"
UNITS = "etc/systemd/system"
SERVICE = "railwright-roce.service"
PROGRAM = "roce_port"
DRIVERS = ("mlx5_core", "mlx5_ib")
METRICS = "/var/lib/prometheus/node-exporter/railwright_roce.prom"
"""Where node_exporter of Debian and Ubuntu reads texts of others."""
READ_REQUEST_BYTES = 4096
"""PCIe maximum read request: with the 512 that firmware starts with 400G is not reached."""
FIRMWARE = "etc/railwright/nic-firmware.json"

_RUN = f"/usr/bin/python3 {path_of(PROGRAM)}"
_UNIT_TEXTS: Mapping[str, str] = {
    SERVICE: f"""\
[Unit]
Description=RoCE settings of all RDMA ports
Wants=sys-kernel-config.mount
After=openibd.service systemd-modules-load.service sys-kernel-config.mount
After=systemd-networkd.service NetworkManager.service
Before=slurmd.service kubelet.service
StartLimitIntervalSec=300
StartLimitBurst=5

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart={_RUN} apply --all
Restart=on-failure
RestartSec=10

[Install]
WantedBy=multi-user.target
""",
    # A port's RDMA device comes after its interface, and gets its name later still: it tries again.
    "railwright-roce-port@.service": f"""\
[Unit]
Description=RoCE settings of %I
BindsTo=sys-subsystem-net-devices-%i.device
Wants=sys-kernel-config.mount
After=sys-subsystem-net-devices-%i.device
After=openibd.service systemd-modules-load.service sys-kernel-config.mount
StartLimitIntervalSec=300
StartLimitBurst=5

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart={_RUN} apply %I
Restart=on-failure
RestartSec=10

[Install]
WantedBy=sys-subsystem-net-devices-%i.device
""",
    # What differs is what the check is for: the unit has not failed then.
    "railwright-roce-check.service": f"""\
[Unit]
Description=Compare the RoCE settings of all RDMA ports
After={SERVICE}

[Service]
Type=oneshot
ExecStart={_RUN} --check --metrics {METRICS}
SuccessExitStatus=2
""",
    "railwright-roce-check.timer": """\
[Unit]
Description=Compare the RoCE settings of all RDMA ports every quarter of an hour

[Timer]
OnCalendar=*:00/15
RandomizedDelaySec=60

[Install]
WantedBy=timers.target
""",
}
_KEPT = 1024
"""Texts that are remembered: a few per model of server, length of cable and interface."""
_ROCE_V2 = 2


def state(plan: Plan, device: Device) -> RoleState | None:
    """Return what sets a server's RDMA ports and watches them, None without such ports or stack.

    The ports' own units are started by the kernel's devices; `railwright-roce.service` sets all
    ports of a start without them.
    """
    stack, found = stack_of(plan), settings(plan, device)
    if stack is None or not found:
        return None
    ports = tuple(one.port.interface for one in found)
    return RoleState(
        files=(
            *map(_port_file, found),
            _site_file(stack.choices.ofed),
            program(PROGRAM),
            *(file(f"{UNITS}/{name}", text) for name, text in sorted(_UNIT_TEXTS.items())),
        ),
        units=(
            Unit(SERVICE, needs=DRIVERS),
            *(Unit(f"railwright-roce-port@{one}.service", running=None) for one in ports),
            Unit("railwright-roce-check.timer"),
            Unit("lldpad.service", enabled=False, running=False, masked=True),
            Unit("lldpad.socket", enabled=False, running=False, masked=True),
        ),
        checks=(Check("roce", (path_of(PROGRAM), "--check", "--json")),),
    )


def files(plan: Plan, device: Device) -> Iterator[OutputFile]:
    """Yield a server's RoCE files; nothing for one without RDMA ports."""
    found = settings(plan, device)
    if found:
        yield from map(_port_file, found)
    if (parameters := firmware_file(plan, device)) is not None:
        yield parameters


def port_lines(one: NicSettings) -> Mapping[str, str]:
    """Return the values of one port by key, in the order of the file.

    A key without a value leaves that setting as it is. Lists of eight are by priority, 0 first.
    """
    own = one.classes
    return {
        "INTERFACE": one.port.interface,
        "NETWORK": one.network,
        "SPEED_GBPS": str(one.speed_gbps),
        "FEC": "rs" if one.rs_fec else "",
        "MTU_BYTES": str(one.mtu_bytes),
        "GLOBAL_PAUSE": "off",
        "DCBX": "os",
        "TRUST": "dscp",
        "PFC": flags(own.pfc),
        "DSCP_PRIORITY": ",".join(f"{dscp}:{priority}" for dscp, priority in own.dscp_priority),
        "CABLE_LENGTH_M": "" if one.cable_m is None else str(one.cable_m),
        "ROCE_VERSION": str(_ROCE_V2),
        "TOS": str(own.tos),
        "TRAFFIC_CLASS": "" if own.traffic_class is None else str(own.traffic_class),
        "ECN": flags(own.ecn_priorities),
        "CNP_DSCP": str(own.cnp_dscp),
        "CNP_PRIORITY": str(own.cnp_priority),
    }


@lru_cache(maxsize=_KEPT)
def _port_file(one: NicSettings) -> OutputFile:
    text = "".join(f"{key}={value}\n" for key, value in port_lines(one).items())
    return file(f"{FOLDER}/{one.port.interface}.env", text)


@lru_cache(maxsize=_KEPT)
def _site_file(ofed: str) -> OutputFile:
    """Return what holds for all ports: nothing is lost on them, so nothing has to be made up."""
    backend = "dcb" if ofed == "inbox" else "mlnx_qos"
    text = f"BACKEND={backend}\nMAX_READ_REQUEST_BYTES={READ_REQUEST_BYTES}\n"
    return file(SITE, f"{text}LOSSY_ACCELERATORS=off\n")


def firmware_file(plan: Plan, device: Device) -> OutputFile | None:
    """Return what a server's NICs start with, None for a server without RDMA ports."""
    found, stack = settings(plan, device), stack_of(plan)
    if not found:
        return None
    return _firmware_file(found, *((stack.choices.host, stack.choices.ofed) if stack else ()))


@lru_cache(maxsize=_KEPT)
def _firmware_file(
    ports: tuple[NicSettings, ...], host: HostKind | None = None, ofed: str = ""
) -> OutputFile:
    found = [
        {
            "interface": one.port.interface,
            "model": one.port.model,
            "pci": one.port.pci,
            "parameters": nic_firmware(one, host) if host else firmware(one),
        }
        for one in ports
    ]
    tool = {"tool": "mstconfig" if ofed == "inbox" else "mlxconfig"} if ofed else {}
    text = orjson.dumps({**tool, "ports": found}, option=orjson.OPT_INDENT_2) + b"\n"
    return OutputFile(FIRMWARE, text)
