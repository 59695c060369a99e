"""A node in a folder: its sysfs, its settings, and fake tools on PATH that keep state."""

import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from railwright.programs.node import Done, Machine
from tests.unit.programs import fake_tools

TOOLS = (
    *("mlnx_qos", "ethtool", "ip", "cma_roce_mode", "cma_roce_tos", "setpci", "mlxreg", "mstreg"),
    *("dcb", "mlxconfig", "mlxfwreset", "mstconfig", "mstfwreset"),
)
PCI = ("0000:18:00.0", "0000:40:00.0")
ABOVE = ("sys/devices/pci0000:15/0000:15:01.0/0000:16:00.0", "sys/devices/pci0000:37/0000:37:01.0")
ONE_AT_A_TIME = Lock()
READ_REQUEST_512 = 2 << 12
PORT = """\
INTERFACE={}
NETWORK=compute
SPEED_GBPS=400
FEC=rs
MTU_BYTES=9000
GLOBAL_PAUSE=off
DCBX=os
TRUST=dscp
PFC=0,0,0,1,0,0,0,0
DSCP_PRIORITY=24:0,25:0
CABLE_LENGTH_M=5
ROCE_VERSION=2
TOS=106
TRAFFIC_CLASS=106
ECN=1,1,1,1,1,1,1,1
CNP_DSCP=48
CNP_PRIORITY=6
"""
SITE = "BACKEND={}\nMAX_READ_REQUEST_BYTES=4096\nLOSSY_ACCELERATORS=off\n"


@dataclass(frozen=True)
class Quick(Machine):
    """A machine whose tools run in this process: a hundred starts of Python take seconds."""

    tools: Path = Path()

    def run(self, argv: Sequence[str], remedy: str) -> Done:
        self.tool(argv[0], remedy)
        with ONE_AT_A_TIME:
            ended = fake_tools.call(self.tools, argv[0], list(argv[1:]))
        return Done(ended.code, ended.out, ended.err)


@dataclass(frozen=True)
class Bench:
    """A node below `root`, its tools in `tools`."""

    root: Path
    tools: Path

    @property
    def machine(self) -> Machine:
        """Return the node as programs see it; its tools are called, not started."""
        return Quick(self.root, self.tools)

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.tools / "state.json").read_text())
        return found

    def change(self, **values: Any) -> None:
        text = json.dumps({**self.state, **values})
        (self.tools / "state.json").write_text(text)

    def port(self, interface: str = "rail0", **values: Any) -> None:
        """Change what the tools hold of a port."""
        ports = self.state["ports"]
        ports[interface].update(values)
        self.change(ports=ports)

    def calls(self, *tools: str) -> list[list[str]]:
        """Return the calls of tools so far; of all without a name."""
        return [one for one in self.state["log"] if not tools or one[0] in tools]

    def forget(self) -> None:
        self.change(log=[])

    def write(self, path: str, text: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def read(self, path: str) -> str:
        return (self.root / path).read_text().strip()

    def without(self, *tools: str) -> None:
        for one in tools:
            (self.tools / one).unlink()


def make(folder: Path, monkeypatch: pytest.MonkeyPatch, backend: str = "mlnx_qos") -> Bench:
    """Make a node as it is after boot: firmware's defaults on two rails."""
    bench = Bench(folder / "root", folder / "bin")
    bench.tools.mkdir(parents=True)
    _tools(bench)
    ports = {f"rail{number}": _boot() for number in range(2)}
    bench.tools.joinpath("state.json").write_text(
        json.dumps(
            {
                "root": str(bench.root),
                "log": [],
                "ports": ports,
                "cm": {"mode": "1", "tos": "0"},
                "registers": {
                    "roce_adp_retrans_field_select": 1,
                    "roce_tx_window_field_select": 1,
                    "roce_slow_restart_field_select": 0,
                    "roce_adp_retrans_en": 1,
                    "roce_tx_window_en": 0,
                    "roce_slow_restart_en": 1,
                },
                "dcb": {"pfc": [False] * 8, "delay": 7, "dcbx": {}, "app": []},
                "acs": {},
                "stuck": [],
                "cards": {},
                "hidden": {},
                "refuses": [],
                "reset_level": 3,
            }
        )
    )
    for number, pci in enumerate(PCI):
        _nic(bench, number, pci)
        bench.write(f"etc/railwright/roce/rail{number}.env", PORT.format(f"rail{number}"))
    bench.write("etc/railwright/roce.conf", SITE.format(backend))
    bench.write("proc/1/comm", "systemd")
    (bench.root / "run").mkdir()
    monkeypatch.setenv("PATH", f"{bench.tools}:/usr/bin:/bin")
    return bench


def _boot() -> dict[str, Any]:
    return {
        "dcbx": "Firmware",
        "trust": "pcp",
        "pfc": ["0"] * 8,
        "map": [dscp >> 3 for dscp in range(64)],
        "cable": "7",
        "buffers": True,
        "pause": "on",
        "fec": "RS",
    }


def _tools(bench: Bench) -> None:
    text = Path(__file__).with_name("fake_tools.py").read_text()
    for name in TOOLS:
        path = bench.tools / name
        path.write_text(f"#!{sys.executable} -IS\n{text}")
        path.chmod(0o755)


def _nic(bench: Bench, number: int, pci: str) -> None:
    """Make a NIC as the kernel of DOCA shows it, below its bridges."""
    device = f"{ABOVE[number]}/{pci}"
    bench.write(f"{device}/vendor", "0x15b3\n")
    bench.write(f"{device}/class", "0x020000\n")
    (bench.root / device / "config").write_bytes(_config())
    (bench.root / device / f"net/rail{number}").mkdir(parents=True)
    (bench.root / device / f"infiniband/mlx5_{number}").mkdir(parents=True)
    _link(bench, f"sys/bus/pci/devices/{pci}", device)
    net, rdma = f"sys/class/net/rail{number}", f"sys/class/infiniband/mlx5_{number}"
    bench.write(f"{net}/mtu", "1500\n")
    bench.write(f"{net}/speed", "400000\n")
    bench.write(f"{net}/ecn/roce_np/cnp_dscp", "0\n")
    bench.write(f"{net}/ecn/roce_np/cnp_802p_prio", "0\n")
    for side in ("np", "rp"):
        for priority in range(8):
            bench.write(f"{net}/ecn/roce_{side}/enable/{priority}", "0\n")
    bench.write(f"{rdma}/tc/1/traffic_class", "")
    _link(bench, f"{net}/device", device)
    _link(bench, f"{rdma}/device", device)


def _config() -> bytes:
    """Return a configuration space: power management at 0x40, PCIe at 0x60."""
    config = bytearray(256)
    config[0x34] = 0x40
    config[0x40:0x42] = bytes((0x01, 0x60))
    config[0x60:0x62] = bytes((0x10, 0x00))
    config[0x68:0x6A] = READ_REQUEST_512.to_bytes(2, "little")
    return bytes(config)


def _link(bench: Bench, path: str, target: str) -> None:
    link = bench.root / path
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(bench.root / target)


def lose_nic(bench: Bench, number: int) -> None:
    """Take a NIC off the bus."""
    shutil.rmtree(bench.root / ABOVE[number] / PCI[number])
    for path in (
        f"sys/class/net/rail{number}/device",
        f"sys/class/infiniband/mlx5_{number}/device",
        f"sys/bus/pci/devices/{PCI[number]}",
    ):
        (bench.root / path).unlink()
    shutil.rmtree(bench.root / f"sys/class/net/rail{number}")
    shutil.rmtree(bench.root / f"sys/class/infiniband/mlx5_{number}")
