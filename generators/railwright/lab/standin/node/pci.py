"""lspci and setpci over the configuration space in /sys, which is a file there."""

import re
import struct
from pathlib import Path

from .machine import Machine, ToolError, say

_NAMES = {
    ("15b3", "1021"): ("Mellanox Technologies", "MT2910 Family [ConnectX-7]"),
    ("10de", "2330"): ("NVIDIA Corporation", "GH100 [H100 SXM5 80GB]"),
    ("10de", "22a3"): ("NVIDIA Corporation", "GH100 [H100 NVSwitch]"),
    ("1000", "c030"): ("Broadcom / LSI", "PEX890xx PCIe Gen 5 Switch"),
    ("8086", "352a"): ("Intel Corporation", "Device 352a"),
}
_CLASSES = {
    "0200": "Ethernet controller",
    "0207": "Infiniband controller",
    "0302": "3D controller",
    "0604": "PCI bridge",
    "0680": "Bridge",
}
_SIZES = {"b": 1, "w": 2, "l": 4}
_REGISTERS = {"VENDOR_ID": (0, 2), "DEVICE_ID": (2, 2), "COMMAND": (4, 2), "STATUS": (6, 2)}
_CAPABILITIES = {"EXP": (0x10, 0), "ACS": (0, 0xD), "AER": (0, 1)}
_REGISTER = re.compile(
    r"(?:(E?CAP)_(\w+?)(?:\+(?:0x)?([0-9a-f]+))?|([0-9a-f]+)|([A-Z]\w+))(?:\.([bwl]))?"
    r"(?:=(?:0x)?([0-9a-f]+)(?::(?:0x)?([0-9a-f]+))?)?",
    re.IGNORECASE,
)
_ACS_NAMES = (
    "SrcValid",
    "TransBlk",
    "ReqRedir",
    "CmpltRedir",
    "UpstreamFwd",
    "EgressCtrl",
    "DirectTrans",
)


def addresses(machine: Machine, wanted: str = "", kinds: str = "") -> list[str]:
    """Return the PCI addresses that a slot (`18:00.0`) and vendor:device filter leave."""
    folder = machine.path("sys/bus/pci/devices")
    found = sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []
    slot = wanted if wanted.count(":") == 2 or not wanted else f"0000:{wanted}"
    vendor, _, device = kinds.partition(":")
    return [
        one
        for one in found
        if one.startswith(slot)
        and (not vendor or machine.text(f"{folder}/{one}/vendor")[2:] == vendor.lower())
        and (not device or machine.text(f"{folder}/{one}/device")[2:] == device.lower())
    ]


def space(machine: Machine, address: str) -> Path:
    """Return the file with a device's configuration space."""
    return machine.path(f"sys/bus/pci/devices/{address}/config")


def capability(content: bytes, name: str) -> int | None:
    """Return where a capability is (`EXP`, `ACS`), None for a device without it."""
    plain, extended = _CAPABILITIES.get(name.upper(), (0, 0))
    place = content[0x34] if plain else 0x100
    while place:
        if plain:
            number, following = content[place], content[place + 1]
        else:
            (word,) = struct.unpack_from("<I", content, place)
            number, following = word & 0xFFFF, word >> 20
        if number and number == (plain or extended):
            return place
        place = following
    return None


def setpci(machine: Machine, argv: list[str]) -> int:
    """Read and write registers of devices: `-s SLOT REGISTER[=VALUE[:MASK]]`."""
    slot, kinds, registers = _selection(argv, "setpci")
    if not registers or not (slot or kinds):
        raise ToolError("setpci: No operation specified. Try `setpci --help' for more information.")
    found = addresses(machine, slot, kinds)
    if not found:
        raise ToolError('setpci: Warning: No devices selected for "' + registers[0] + '".', 0)
    for register in registers:
        for address in found:
            _register(space(machine, address), address, register)
    return 0


def _selection(argv: list[str], tool: str) -> tuple[str, str, list[str]]:
    slot = kinds = ""
    rest: list[str] = []
    words = iter(argv)
    for word in words:
        if word in ("-s", "-d"):
            value = next(words, "")
            slot, kinds = (value, kinds) if word == "-s" else (slot, value)
        elif word.startswith("-s"):
            slot = word[2:]
        elif word.startswith("-d"):
            kinds = word[2:]
        elif not word.startswith("-") or tool == "lspci":
            rest.append(word)
    return slot, kinds, rest


def _register(path: Path, address: str, text: str) -> None:
    found = _REGISTER.fullmatch(text)
    if found is None:
        raise ToolError(f"setpci: Unable to parse register {text}")
    kind, name, offset, number, word, width, value, mask = found.groups()
    content = bytearray(path.read_bytes())
    size = _SIZES[(width or "b").lower()]
    if kind:
        base = capability(bytes(content), name)
        if base is None:
            label = "Extended capability" if kind.upper() == "ECAP" else "Capability"
            raise ToolError(f"setpci: {address}: {label} {name.upper()} not found.")
        place = base + int(offset or "0", 16)
    elif number:
        place = int(number, 16)
    else:
        place, size = _REGISTERS.get(word.upper(), (0, 0))
        if not size:
            raise ToolError(f'setpci: Unknown register "{word}".')
    old = int.from_bytes(content[place : place + size], "little")
    if value is None:
        say(f"{old:0{size * 2}x}")
        return
    bits = int(mask, 16) if mask else (1 << size * 8) - 1
    new = (old & ~bits) | (int(value, 16) & bits)
    content[place : place + size] = new.to_bytes(size, "little")
    path.write_bytes(content)


def lspci(machine: Machine, argv: list[str]) -> int:
    """List devices: plain, `-n`, `-nn`, `-D`, `-vmm`, and `-vv` with what tools look for."""
    slot, kinds, flags = _selection(argv, "lspci")
    letters = "".join(flag.lstrip("-") for flag in flags)
    for address in addresses(machine, slot, kinds):
        shown = address if "D" in letters or not address.startswith("0000:") else address[5:]
        if "m" in letters:
            _records(machine, address, shown, numeric="n" in letters)
            continue
        say(f"{shown} {_title(machine, address, letters.count('n'))}")
        if "v" in letters:
            _details(machine, address)
    return 0


def _words(machine: Machine, address: str) -> tuple[str, str, str]:
    top = f"sys/bus/pci/devices/{address}"
    vendor, device, kind = (
        machine.text(f"{top}/{one}")[2:] for one in ("vendor", "device", "class")
    )
    return vendor, device, kind


def _title(machine: Machine, address: str, numeric: int) -> str:
    vendor, device, kind = _words(machine, address)
    maker, model = _NAMES.get((vendor, device), (f"Vendor {vendor}", f"Device {device}"))
    if numeric == 1:
        return f"{kind[:4]}: {vendor}:{device}"
    what = _CLASSES.get(kind[:4], "Class " + kind[:4])
    if numeric:
        return f"{what} [{kind[:4]}]: {maker} {model} [{vendor}:{device}]"
    return f"{what}: {maker} {model}"


def _records(machine: Machine, address: str, shown: str, *, numeric: bool) -> None:
    vendor, device, kind = _words(machine, address)
    maker, model = _NAMES.get((vendor, device), (f"Vendor {vendor}", f"Device {device}"))
    what = _CLASSES.get(kind[:4], "Class " + kind[:4])
    values = (kind[:4], vendor, device) if numeric else (what, maker, model)
    say(f"Slot:\t{shown}")
    for name, value in zip(("Class", "Vendor", "Device"), values, strict=True):
        say(f"{name}:\t{value}")
    say(f"NUMANode:\t{machine.text(f'sys/bus/pci/devices/{address}/numa_node')}\n")


def _details(machine: Machine, address: str) -> None:
    content = space(machine, address).read_bytes()
    base = capability(content, "EXP")
    if base is not None:
        (control,) = struct.unpack_from("<H", content, base + 8)
        say(f"\tCapabilities: [{base:02x}] Express (v2), MSI 00")
        say(f"\t\tDevCtl:\tMaxPayload 256 bytes, MaxReadReq {128 << (control >> 12 & 7)} bytes")
        say("\t\tLnkCap:\tPort #0, Speed 32GT/s, Width x16, ASPM not supported")
        say("\t\tLnkSta:\tSpeed 32GT/s, Width x16")
    place = capability(content, "ACS")
    if place is not None:
        can, on = struct.unpack_from("<HH", content, place + 4)
        say(f"\tCapabilities: [{place:x} v1] Access Control Services")
        for title, bits in (("ACSCap", can), ("ACSCtl", on)):
            flags = (
                f"{name}{'+' if bits >> at & 1 else '-'}" for at, name in enumerate(_ACS_NAMES)
            )
            say(f"\t\t{title}:\t{' '.join(flags)}")
    say()
