"""A server's RoCE settings as files: one per RDMA port, one of firmware, those of jobs.

`etc/railwright/roce/<interface>.env` has `KEY=value` lines of the fixed keys of `port_lines`, for
systemd's `EnvironmentFile=` and for a shell alike; `etc/railwright/nic-firmware.json` the firmware
parameters of every port; `etc/nccl.conf` and `etc/railwright/rdma-jobs.env` the variables of jobs
on GPU nodes. Equal ports of equal servers have equal texts, which are rendered once.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

import orjson

from railwright.emitters.node_config.networkd import file
from railwright.files import OutputFile
from railwright.plan.model import Device, Plan
from railwright.plan.nodes_roce import NicSettings, firmware, flags, jobs, nccl, settings

FOLDER = "etc/railwright/roce"
FIRMWARE = "etc/railwright/nic-firmware.json"
JOBS = "etc/railwright/rdma-jobs.env"
NCCL = "etc/nccl.conf"

_KEPT = 1024
"""Texts that are remembered: a few per model of server, length of cable and interface."""
_ROCE_V2 = 2


def files(plan: Plan, device: Device) -> Iterator[OutputFile]:
    """Yield a server's RoCE files; nothing for one without RDMA ports."""
    found = settings(plan, device)
    if found:
        yield from map(_port_file, found)
        yield _firmware_file(found)
    if device.role == "gpu_node":
        yield _variables(NCCL, tuple(nccl(plan).items()))
        yield _variables(JOBS, tuple(jobs(plan).items()))


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
def _firmware_file(ports: tuple[NicSettings, ...]) -> OutputFile:
    found = [
        {
            "interface": one.port.interface,
            "model": one.port.model,
            "pci": one.port.pci,
            "parameters": firmware(one),
        }
        for one in ports
    ]
    return OutputFile(FIRMWARE, orjson.dumps({"ports": found}, option=orjson.OPT_INDENT_2) + b"\n")


@lru_cache(maxsize=_KEPT)
def _variables(path: str, values: tuple[tuple[str, int], ...]) -> OutputFile:
    return file(path, "".join(f"{key}={value}\n" for key, value in values))
