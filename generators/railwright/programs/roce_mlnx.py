"""Settings of a port through the tools of DOCA and MLNX_OFED: mlnx_qos, cma_roce_*, mlxreg."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from railwright.programs.node import Machine, TroubleError
from railwright.programs.roce_kernel import (
    ecn_settings,
    forced_class,
    pci_address,
    rdma_device,
)
from railwright.programs.roce_settings import (
    DSCPS,
    LackingError,
    Port,
    Setting,
    exceptions_text,
    joined,
)

INSTALL_TOOLS = "install mlnx-tools of DOCA-OFED or MLNX_OFED, or say `ofed: inbox` in the intent"
INSTALL_MFT = "install mft of DOCA-OFED or MLNX_OFED (mstflint with the kernel's driver)"
ACCELERATORS = ("roce_adp_retrans_en", "roce_tx_window_en", "roce_slow_restart_en")
"""Fields of the register ROCE_ACCL that trade order and speed for loss (NVIDIA doRoCE)."""


@dataclass(frozen=True)
class Qos:
    """What `mlnx_qos -i` says of a port; `priorities` is empty while it trusts PCP."""

    dcbx: str
    trust: str
    pfc: tuple[int, ...]
    priorities: dict[int, int]
    cable_m: int | None


def qos_of(text: str) -> Qos:
    """Read the output of `mlnx_qos -i <interface>`.

    Lists of DSCPs wrap over several lines of one priority and end in a comma; rows about buffers
    are absent on some NICs; trust in PCP has no list.
    """
    dcbx = re.search(r"^DCBX mode:\s*(\w+)", text, re.MULTILINE)
    trust = re.search(r"^Priority trust state:\s*(\w+)", text, re.MULTILINE)
    pfc = re.search(r"^\s*enabled((?:\s+[01])+)\s*$", text, re.MULTILINE)
    cable = re.search(r"^Cable len:\s*(\d+)", text, re.MULTILINE)
    priorities = {
        int(dscp): int(priority)
        for priority, dscps in re.findall(r"^\s*prio:(\d+) dscp:([\d,\s]*?)$", text, re.MULTILINE)
        for dscp in re.findall(r"\d+", dscps)
    }
    return Qos(
        dcbx.group(1).lower() if dcbx else "",
        trust.group(1).lower() if trust else "",
        tuple(map(int, pfc.group(1).split())) if pfc else (),
        priorities,
        int(cable.group(1)) if cable else None,
    )


class MlnxPort:
    """One port by `mlnx_qos`; what it says is kept until something is set."""

    def __init__(self, machine: Machine, port: Port) -> None:
        self._machine = machine
        self._port = port
        self._qos: Qos | None = None

    def settings(self) -> Iterator[Setting]:
        """Yield the settings of the port, in the order to set them in."""
        port = self._port
        if port.dcbx:
            yield self._flag("DCBX owner", port.dcbx, "-d")
        if port.trust:
            yield self._flag("trust", port.trust, "--trust")
        if port.pfc:
            yield self._flag("PFC", joined(port.pfc), "--pfc")
        if port.trust == "dscp":
            wanted = {dscp: port.priority(dscp) for dscp in DSCPS}
            text = exceptions_text(wanted)
            yield Setting("priorities of DSCPs", text, self._map, self._set_map)
        if port.cable_m is not None:
            yield self._flag("cable length", f"{port.cable_m}", "--cable_len")
        yield from self._rdma_cm()
        yield from forced_class(self._machine, port)
        yield from ecn_settings(self._machine, port)

    def _flag(self, name: str, wanted: str, option: str) -> Setting:
        return Setting(name, wanted, lambda: self._said(name), lambda: self._set(option, wanted))

    def _said(self, name: str) -> str:
        found = self._look()
        cable = "" if found.cable_m is None else str(found.cable_m)
        said = {
            "DCBX owner": found.dcbx,
            "trust": found.trust,
            "PFC": joined(found.pfc),
            "cable length": cable,
        }[name]
        if not said:
            raise LackingError(f"mlnx_qos does not tell the {name}")
        return said

    def _look(self) -> Qos:
        if self._qos is None:
            argv = ["mlnx_qos", "-i", self._port.interface]
            self._qos = qos_of(self._machine.succeed(argv, INSTALL_TOOLS))
            if not self._qos.pfc:
                what = f"mlnx_qos says nothing of PFC on {self._port.interface}"
                raise TroubleError(what, "it takes network interfaces of mlx5 only")
        return self._qos

    def _set(self, option: str, value: str) -> None:
        self._qos = None
        self._machine.succeed(
            ["mlnx_qos", "-i", self._port.interface, option, value], INSTALL_TOOLS
        )

    def _map(self) -> str:
        trust, found = self._said("trust"), self._look()
        if trust != "dscp":
            return f"none while it trusts {trust}"
        return exceptions_text(found.priorities)

    def _set_map(self) -> None:
        have = self._look().priorities
        for dscp in DSCPS:
            if have.get(dscp) != (wanted := self._port.priority(dscp)):
                self._set("--dscp2prio", f"set,{dscp},{wanted}")

    def _rdma_cm(self) -> Iterator[Setting]:
        """Yield version and ToS of connections by RDMA-CM."""
        port = self._port
        if port.roce_version is None and port.tos is None:
            return
        device = rdma_device(self._machine, port.interface)
        target = ["-d", device, "-p", "1"]
        if port.roce_version is not None:
            argv = ["cma_roce_mode", *target]
            yield self._tool("RDMA-CM version", f"RoCE v{port.roce_version}", argv, "-m", "2")
        if port.tos is not None:
            argv = ["cma_roce_tos", *target]
            yield self._tool("RDMA-CM ToS", str(port.tos), argv, "-t", str(port.tos))

    def _tool(self, name: str, wanted: str, argv: list[str], *change: str) -> Setting:
        remedy = "install mlnx-tools, and load rdma_cm: `modprobe rdma_cm`"

        def read() -> str:
            return cm_of(self._machine.succeed(argv, remedy))

        def write() -> None:
            self._machine.succeed([*argv, *change], remedy)

        return Setting(name, wanted, read, write)


def cm_of(text: str) -> str:
    """Return what cma_roce_mode or cma_roce_tos says: `RoCE v2` or a number."""
    version = re.search(r"roce\s*v(\d)", text, re.IGNORECASE)
    return f"RoCE v{version.group(1)}" if version else text.strip()


def accelerators(machine: Machine, port: Port, tool: str) -> Iterator[Setting]:
    """Yield the NIC's help for lossy networks, to be off where nothing is lost."""
    address = pci_address(machine, port.interface)
    argv = [tool, "-d", address, "-y", "--reg_name", "ROCE_ACCL"]

    def read() -> str:
        done = machine.run([*argv, "--get"], INSTALL_MFT)
        if done.code:
            raise LackingError(f"{tool} does not tell ROCE_ACCL ({done.words})")
        on = [name for name, value in register_of(done.out).items() if value]
        return f"on: {', '.join(on)}" if on else "off"

    def change() -> None:
        found = register_of(machine.succeed([*argv, "--get"], INSTALL_MFT))
        values = ",".join(f"{name}=0" for name in found)
        machine.succeed([*argv, "--set", values], INSTALL_MFT)

    yield Setting("lossy accelerators", "off", read, change)


def register_of(text: str) -> dict[str, int]:
    """Return the accelerators that can be set, of the table `field | 0x00000001`."""
    rows = {
        name: int(value, 16)
        for name, value in re.findall(r"^\s*(\w+)\s*\|\s*(0x[0-9a-fA-F]+)", text, re.MULTILINE)
    }
    return {
        name: rows[name]
        for name in ACCELERATORS
        if name in rows and rows.get(name.replace("_en", "_field_select"), 1)
    }
