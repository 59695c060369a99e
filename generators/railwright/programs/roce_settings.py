"""What one port is to be set to, as its file says, and what a setting is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from railwright.programs.node import Machine, TroubleError, settings_of

FOLDER = "/etc/railwright/roce"
SITE = "/etc/railwright/roce.conf"
BACKENDS = ("mlnx_qos", "dcb")
PRIORITIES = range(8)
DSCPS = range(64)
DSCPS_PER_PRIORITY_SHIFT = 3
"""Trusting DSCP, mlx5 takes priority DSCP >> 3 unless told otherwise."""
LAY_DOWN = "lay its files down again with `ansible-playbook playbooks/nodes.yml --tags roce`"


class LackingError(Exception):
    """A setting that this NIC, its firmware or its driver does not have, in words."""


@dataclass(frozen=True)
class Site:
    """What holds for all ports: tools of DOCA and MLNX_OFED (`mlnx_qos`), or of the kernel.

    `read_request_bytes` is the PCIe maximum read request; `lossy_accelerators` is off or empty.
    """

    backend: str
    read_request_bytes: int | None
    lossy_accelerators: str


@dataclass(frozen=True)
class Port:
    """One port; what is None or empty stays as it is. Tuples of eight are by priority, 0 first."""

    interface: str
    speed_gbps: int | None
    fec: str
    mtu_bytes: int | None
    pause: str
    dcbx: str
    trust: str
    pfc: tuple[int, ...]
    dscp_priority: dict[int, int]
    cable_m: int | None
    roce_version: int | None
    tos: int | None
    traffic_class: int | None
    ecn: tuple[int, ...]
    cnp_dscp: int | None
    cnp_priority: int | None

    def priority(self, dscp: int) -> int:
        """Return the priority that a DSCP is to have."""
        return self.dscp_priority.get(dscp, dscp >> DSCPS_PER_PRIORITY_SHIFT)


@dataclass(frozen=True)
class Setting:
    """One thing that can be read and set.

    `read` returns it as `wanted` would be said. Raises: TroubleError, or LackingError where the
    NIC does not have it.
    """

    name: str
    wanted: str
    read: Callable[[], str]
    set: Callable[[], None]


def interfaces(machine: Machine) -> list[str]:
    """Return the interfaces that have a file."""
    names = machine.names(FOLDER)
    return [one[: -len(".env")] for one in names if one.endswith(".env") and one[0] != "."]


def site_of(machine: Machine) -> Site:
    """Return what holds for all ports. Raises: TroubleError."""
    text = machine.read(SITE)
    if text is None:
        raise TroubleError(f"{SITE} is missing", LAY_DOWN)
    values = settings_of(text)
    backend = values.get("BACKEND", "")
    if backend not in BACKENDS:
        what = f"{SITE} says BACKEND={backend}, which is none of {', '.join(BACKENDS)}"
        raise TroubleError(what, LAY_DOWN)
    size = _number(values, "MAX_READ_REQUEST_BYTES", SITE)
    return Site(backend, size, values.get("LOSSY_ACCELERATORS", ""))


def port_of(machine: Machine, interface: str) -> Port:
    """Return what a port is to be set to. Raises: TroubleError."""
    path = f"{FOLDER}/{interface}.env"
    text = machine.read(path)
    if text is None:
        raise TroubleError(f"{path} is missing: {interface} has no settings", LAY_DOWN)
    values = settings_of(text)
    return Port(
        interface=interface,
        speed_gbps=_number(values, "SPEED_GBPS", path),
        fec=values.get("FEC", ""),
        mtu_bytes=_number(values, "MTU_BYTES", path),
        pause=values.get("GLOBAL_PAUSE", ""),
        dcbx=values.get("DCBX", ""),
        trust=values.get("TRUST", ""),
        pfc=_flags(values, "PFC", path),
        dscp_priority=_exceptions(values.get("DSCP_PRIORITY", ""), path),
        cable_m=_number(values, "CABLE_LENGTH_M", path),
        roce_version=_number(values, "ROCE_VERSION", path),
        tos=_number(values, "TOS", path),
        traffic_class=_number(values, "TRAFFIC_CLASS", path),
        ecn=_flags(values, "ECN", path),
        cnp_dscp=_number(values, "CNP_DSCP", path),
        cnp_priority=_number(values, "CNP_PRIORITY", path),
    )


def _number(values: dict[str, str], key: str, path: str) -> int | None:
    text = values.get(key, "")
    if text and not (text.isascii() and text.isdecimal()):
        raise TroubleError(f"{path} says {key}={text}, which is no number", LAY_DOWN)
    return int(text) if text else None


def _flags(values: dict[str, str], key: str, path: str) -> tuple[int, ...]:
    text = values.get(key, "")
    found = text.split(",") if text else []
    if found and (len(found) != len(PRIORITIES) or set(found) - {"0", "1"}):
        raise TroubleError(f"{path} says {key}={text}, which are not eight flags", LAY_DOWN)
    return tuple(map(int, found))


def _exceptions(text: str, path: str) -> dict[int, int]:
    found = {}
    for one in text.split(",") if text else ():
        dscp, _, priority = one.partition(":")
        is_number = dscp.isdecimal() and priority.isdecimal()
        if not is_number or int(dscp) not in DSCPS or int(priority) not in PRIORITIES:
            raise TroubleError(
                f"{path} says DSCP_PRIORITY={text}: {one} is no DSCP:priority", LAY_DOWN
            )
        found[int(dscp)] = int(priority)
    return found


def joined(flags: tuple[int, ...]) -> str:
    """Return eight flags as tools take them: `0,0,0,1,0,0,0,0`."""
    return ",".join(map(str, flags))


def exceptions_text(priorities: dict[int, int]) -> str:
    """Return the DSCPs whose priority is not DSCP >> 3 as `24:0,25:0`, `none` without any."""
    other = [
        f"{dscp}:{priority}"
        for dscp, priority in sorted(priorities.items())
        if priority != dscp >> DSCPS_PER_PRIORITY_SHIFT
    ]
    return ",".join(other) or "none"
