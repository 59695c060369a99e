"""The part of /sys that stands for hardware: PCI devices, NICs, RDMA devices and loaded modules.

It becomes the upper layer of an overlay of the kernel's own /sys, so what is written there stays
on the node and is gone at the next boot, as from a real device.
"""

import os
import re
import shutil
import struct
from pathlib import Path
from typing import Any

from .kmods import HARDWARE_MODULES, load
from .machine import LIVE, Machine, ToolError

NETS = "devices/virtual/net"
_HIDDEN = ("bus/pci", "class/infiniband", "class/net", "devices/pci0000:00", "module")
"""Folders of which only what is written here shows."""

_RENAMES = re.compile(
    r'[^#]*SUBSYSTEM=="infiniband".*KERNELS=="(?P<address>[^"]+)"'
    r'.*RUN\+="\S*rdma dev set %k name (?P<name>\w+)"'
)
_PRIORITIES = range(8)
_NP = {"cnp_802p_prio": "6", "cnp_dscp": "48", "min_time_between_cnps": "4"}
_RP = {
    "clamp_tgt_rate": "0",
    "clamp_tgt_rate_after_time_inc": "1",
    "dce_tcp_g": "1019",
    "dce_tcp_rtt": "1",
    "initial_alpha_value": "1023",
    "rate_reduce_monitor_period": "4",
    "rate_to_set_on_first_cnp": "0",
    "rpg_ai_rate": "5",
    "rpg_byte_reset": "32767",
    "rpg_gd": "11",
    "rpg_hai_rate": "50",
    "rpg_max_rate": "0",
    "rpg_min_dec_fac": "50",
    "rpg_min_rate": "1",
    "rpg_threshold": "1",
    "rpg_time_reset": "300",
}
_COUNTERS = ("port_rcv_data", "port_xmit_data", "port_rcv_errors", "symbol_error", "link_downed")
_HW_COUNTERS = (
    "np_cnp_sent",
    "np_ecn_marked_roce_packets",
    "out_of_sequence",
    "packet_seq_err",
    "local_ack_timeout_err",
    "rp_cnp_handled",
    "rx_icrc_encapsulated",
)
_EXPRESS, _AER, _ACS = 0x60, 0x100, 0x148
_READ_512, _GEN5_X16 = 2 << 12 | 1 << 5, 16 << 4 | 5
_ACS_CAN, _ACS_ON = 0x1F, 0x1D


def prepare(machine: Machine, top: str) -> None:
    """Write the folder of an overlay for a boot: hardware first, then the modules it loads."""
    for place in _HIDDEN:
        folder = machine.path(f"{top}/{place}")
        folder.mkdir(parents=True, exist_ok=True)
        os.setxattr(folder, "trusted.overlay.opaque", b"y")
    if machine.has("secure-boot") or machine.path("sys/firmware/efi").is_dir():
        _secure_boot(machine, top)
    write_devices(machine, top)
    names = machine.path(f"sys/{NETS}").iterdir()
    ports = {one["port"]: one for one in machine.nics()}
    for name in sorted(one.name for one in names):
        if name not in ports:
            link(machine.path(f"{top}/class/net/{name}"), f"../../{NETS}/{name}")
    machine.save("names", rdma_names(machine), volatile=True)
    for wanted in boot_modules(machine):
        try:
            load(machine, wanted, f"{top}/module")
        except ToolError as error:
            with machine.path("run/railwright-standin/boot.log").open("a") as log:
                log.write(f"{error}\n")
    write_nics(machine, top)


def rdma_names(machine: Machine) -> dict[str, str]:
    """Return the names that rules of udev give RDMA devices, by PCI address."""
    found = {}
    for path in sorted(machine.path("etc/udev/rules.d").glob("*.rules")):
        for line in path.read_text().splitlines():
            rule = _RENAMES.match(line)
            if rule:
                found[rule["address"]] = rule["name"]
    return found


def boot_modules(machine: Machine) -> list[str]:
    """Return the modules that a boot asks for: of the hardware, then of modules-load.d."""
    vendors = {one["vendor"] for one in _devices(machine)}
    wanted = [name for vendor in sorted(vendors) for name in HARDWARE_MODULES.get(vendor, ())]
    blocked = _blocked(machine)
    wanted = [name for name in wanted if name not in blocked]
    for folder in ("usr/lib/modules-load.d", "etc/modules-load.d"):
        for path in sorted(machine.path(folder).glob("*.conf")):
            lines = (line.strip() for line in path.read_text().splitlines())
            wanted += [line.replace("-", "_") for line in lines if line and line[0] not in "#;"]
    return list(dict.fromkeys(wanted))


def _blocked(machine: Machine) -> set[str]:
    blocked = set()
    for path in machine.path("etc/modprobe.d").glob("*.conf"):
        for words in map(str.split, path.read_text().splitlines()):
            if words[:1] == ["blacklist"] and len(words) > 1:
                blocked.add(words[1].replace("-", "_"))
    return blocked


def _secure_boot(machine: Machine, top: str) -> None:
    name = "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
    target = machine.path(f"{top}/firmware/efi/efivars/{name}")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(bytes((6, 0, 0, 0, machine.has("secure-boot"))))


def _devices(machine: Machine) -> list[dict[str, Any]]:
    raw = machine.hardware()
    return [*raw["bridges"], *raw["gpus"], *raw["nics"]]


def write_devices(machine: Machine, top: str) -> None:
    """Write every PCI device below the bridges above it."""
    for one in _devices(machine):
        folder = device_folder(machine, top, one)
        folder.mkdir(parents=True, exist_ok=True)
        vendor, device, kind = one["vendor"], one["device"], one["class"]
        values = {
            "vendor": f"0x{vendor}",
            "device": f"0x{device}",
            "class": f"0x{kind}",
            "subsystem_vendor": f"0x{vendor}",
            "subsystem_device": "0x0041",
            "numa_node": str(one["numa"]),
            "current_link_speed": "32.0 GT/s PCIe",
            "current_link_width": "16",
            "max_link_speed": "32.0 GT/s PCIe",
            "max_link_width": "16",
            "enable": "1",
        }
        for name, value in values.items():
            (folder / name).write_text(f"{value}\n")
        (folder / "config").write_bytes(config_space(one))
        place = folder.relative_to(machine.path(top))
        link(machine.path(f"{top}/bus/pci/devices/{one['address']}"), f"../../../{place}")


def device_folder(machine: Machine, top: str, one: dict[str, Any]) -> Path:
    """Return the folder of a PCI device."""
    first = (one["above"] or [one["address"]])[0]
    way = "/".join((*one["above"], one["address"]))
    return machine.path(f"{top}/devices/pci{first[:7]}/{way}")


def config_space(one: dict[str, Any]) -> bytes:
    """Return 4096 bytes of configuration: header, PCI Express, AER, and ACS on bridges."""
    space = bytearray(4096)
    is_bridge = one["class"].startswith("0604")
    struct.pack_into("<HHHH", space, 0, int(one["vendor"], 16), int(one["device"], 16), 6, 0x10)
    space[9:12] = bytes.fromhex(one["class"])[::-1]
    space[0x0E] = is_bridge
    space[0x34] = _EXPRESS
    port_type = 6 if is_bridge else 0  # downstream port of a switch, end point
    struct.pack_into("<BBH", space, _EXPRESS, 0x10, 0, 2 | port_type << 4)
    struct.pack_into("<H", space, _EXPRESS + 8, _READ_512)
    struct.pack_into("<I", space, _EXPRESS + 0xC, _GEN5_X16)
    struct.pack_into("<H", space, _EXPRESS + 0x12, _GEN5_X16)
    struct.pack_into("<I", space, _AER, 1 | 1 << 16 | (_ACS if is_bridge else 0) << 20)
    if is_bridge:
        struct.pack_into("<IHH", space, _ACS, 0xD | 1 << 16, _ACS_CAN, _ACS_ON)
    return bytes(space)


def write_nics(machine: Machine, top: str) -> None:
    """Write interfaces and RDMA devices of the NICs, as far as their driver is loaded."""
    is_loaded = machine.path(f"{top}/module/mlx5_core").is_dir()
    is_ofed = bool(machine.text(f"{top}/module/mlx5_core/version"))
    has_rdma = machine.path(f"{top}/module/mlx5_ib").is_dir()
    for one in machine.nics():
        folder = device_folder(machine, top, one)
        _interface(machine, top, folder, one, is_ofed=is_ofed)
        if is_loaded:
            machine.path(f"{top}/bus/pci/drivers/mlx5_core").mkdir(parents=True, exist_ok=True)
            up = "../" * (len(one["above"]) + 3)
            link(folder / "driver", f"{up}bus/pci/drivers/mlx5_core")
        if has_rdma:
            _rdma(machine, top, folder, one, is_ofed=is_ofed)


def _interface(
    machine: Machine, top: str, folder: Path, one: dict[str, Any], *, is_ofed: bool
) -> None:
    """Write an interface of a PCI device; its numbers are the kernel's own."""
    port = one["port"]
    target = folder / "net" / port
    target.mkdir(parents=True, exist_ok=True)
    own = machine.path(f"sys/{NETS}/{port}")
    for path in own.iterdir() if own.is_dir() else ():
        if path.name != "speed":
            link(target / path.name, f"/sys/{NETS}/{port}/{path.name}")
    link(target / "device", "../..")
    _put(target / "speed", str(one["speed_gbps"] * 1000))
    place = target.relative_to(machine.path(top))
    link(machine.path(f"{top}/class/net/{port}"), f"../../{place}")
    if is_ofed:
        for part, values in (("roce_np", _NP), ("roce_rp", _RP)):
            for priority in _PRIORITIES:
                _put(target / f"ecn/{part}/enable/{priority}", "1")
            for name, value in values.items():
                _put(target / f"ecn/{part}/{name}", value)


def _rdma(machine: Machine, top: str, folder: Path, one: dict[str, Any], *, is_ofed: bool) -> None:
    target = folder / "infiniband" / one["rdma"]
    for other in target.parent.iterdir() if target.parent.is_dir() else ():
        if other != target:  # it was renamed
            shutil.rmtree(other)
            machine.path(f"{top}/class/infiniband/{other.name}").unlink(missing_ok=True)
    values = {
        "fw_ver": running_firmware(machine, one),
        "board_id": one["board_id"],
        "hca_type": "MT4129",
        "hw_rev": "0x0",
        "node_type": "1: CA",
        "node_desc": f"{machine.text('etc/hostname')} {one['rdma']}",
        "node_guid": one["guid"],
        "sys_image_guid": one["guid"],
        "ports/1/state": "4: ACTIVE",
        "ports/1/phys_state": "5: LinkUp",
        "ports/1/link_layer": "Ethernet",
        "ports/1/rate": f"{one['speed_gbps']} Gb/sec (4X NDR)",
        "ports/1/lid": "0x0",
        "ports/1/gid_attrs/ndevs/0": one["port"],
        "ports/1/gid_attrs/types/0": "IB/RoCE v1",
        "ports/1/gid_attrs/ndevs/1": one["port"],
        "ports/1/gid_attrs/types/1": "RoCE v2",
    }
    values |= {f"ports/1/counters/{name}": "0" for name in _COUNTERS}
    values |= {f"ports/1/hw_counters/{name}": "0" for name in _HW_COUNTERS}
    if is_ofed:
        values["tc/1/traffic_class"] = ""
    for name, value in values.items():
        _put(target / name, value)
    link(target / "device", "../..")
    place = target.relative_to(machine.path(top))
    link(machine.path(f"{top}/class/infiniband/{one['rdma']}"), f"../../{place}")


def running_firmware(machine: Machine, one: dict[str, Any]) -> str:
    """Return the firmware that a NIC runs."""
    found: str = machine.load("firmware").get(one["address"], {}).get("version", one["firmware"])
    return found


def reset_nics(machine: Machine) -> None:
    """Give the NICs' volatile settings their defaults, as a reload of the driver does."""
    machine.forget("qos")
    machine.forget("cma")
    write_nics(machine, LIVE)


def rename_rdma(machine: Machine, old: str, new: str) -> None:
    """Give an RDMA device another name. Raises: ToolError as `rdma dev set` says it."""
    nic = machine.nic(old)
    if nic is None or nic["rdma"] != old:
        raise ToolError("Error: device not found")
    if machine.path(f"{LIVE}/class/infiniband/{new}").exists():
        raise ToolError("kernel answers: File exists")
    machine.put("names", nic["address"], new, volatile=True)
    write_nics(machine, LIVE)


def link(path: Path, target: str) -> None:
    """Make a symbolic link, another one's place taken."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def _put(path: Path, value: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{value}\n" if value else "")
