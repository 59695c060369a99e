"""`lspci -vmm`: GPUs and NICs with their addresses, ids and processors.

A record per device, `Key:<tab>value` per line, an empty line after each. `-D` writes the domain,
which is otherwise left out where it is 0000; `-nn` writes ids behind the names, `-n` instead.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from railwright.errors import Problem
from railwright.importing.saved import Saved, shown

SAVE_AGAIN = "save the whole output of `lspci -Dvmmnn`"
KEYS = ("Class", "Vendor", "Device")
VIRTUAL = "virtual function"

_LINE = re.compile(r"([A-Za-z][A-Za-z ]{0,31}):\s*(.*)")
_SLOT = re.compile(r"(?:([0-9a-f]{4,8}):)?([0-9a-f]{2}):([01][0-9a-f])\.([0-7])")
_SHORT = re.compile(r"(?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[01][0-9a-f]\.[0-7]\s.+")
_ID = re.compile(r"(?:^|\[)([0-9a-f]{4})\]?$")
_NODE = re.compile(r"\d{1,3}")

Kind = Literal["gpu", "nic", "other"]
_VENDORS = {"10de": "nvidia", "15b3": "mellanox"}
_GPU_CLASSES = {"0302": "3d controller", "0300": "vga compatible controller"}
_ETHERNET = {"0200": "ethernet controller"}
_NIC_CLASSES = _ETHERNET | {"0207": "infiniband controller", "0280": "network controller"}


@dataclass(frozen=True, slots=True, order=True)
class Function:
    """A PCI function: address `0000:18:00.0`, NUMA node where known, its line in the file.

    `device_id` is None where only names were saved; `virtual` is a virtual function of a NIC.
    """

    address: str
    kind: Kind
    device: str
    device_id: str | None
    numa: int | None
    ethernet: bool
    virtual: bool
    line: int

    @property
    def card(self) -> str:
        """Return the address without the function, which all ports of a card share."""
        return self.address.rpartition(".")[0]


def parse(saved: Saved) -> tuple[tuple[Function, ...], list[Problem]]:
    """Return the functions in order of their addresses, and what is wrong with the file."""
    problems: list[Problem] = []
    found: dict[str, Function] = {}
    for line, record in _records(saved, problems):
        address = _address(record["Slot"])
        if address is None:
            what = f"Slot {shown(record['Slot'])} is no PCI address (domain:bus:device.function)"
            problems.append(saved.problem(line, f"{what}; {SAVE_AGAIN}"))
        elif lacking := [key for key in KEYS if key not in record]:
            what = f"the record of {record['Slot']} has no {', '.join(lacking)}; {SAVE_AGAIN}"
            problems.append(saved.problem(line, what))
        elif address in found:
            before = found[address].line
            what = f"{address} is there twice, first in line {before}; save one output, not several"
            problems.append(saved.problem(line, what))
        else:
            found[address] = _function(address, record, line)
    if not found and not problems:
        problems.append(saved.problem(0, f"has no device; {SAVE_AGAIN}"))
    return tuple(sorted(found.values(), key=_in_order)), problems


def normal(text: str) -> str | None:
    """Return an address with its domain, None for what is no address."""
    return _address(text.lower())


def _records(saved: Saved, problems: list[Problem]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield records with the line of their Slot; add to `problems` lines that are of none."""
    at, record = 0, dict[str, str]()
    for number, line in (*saved.numbered(), (saved.end, "")):
        match = _LINE.fullmatch(line.strip())
        if _SHORT.fullmatch(line):
            what = f"is output without -vmm ({shown(line.strip())}); {SAVE_AGAIN}"
            problems.append(saved.problem(number, what))
            return
        if match is None and line.strip():
            what = f"{shown(line.strip())} is no line `Key: value`; {SAVE_AGAIN}"
            problems.append(saved.problem(number, what))
            continue
        if match is None or match[1] == "Slot":
            if record:
                yield at, record
            at, record = number, {}
        if match is not None:
            if match[1] != "Slot" and not record:
                what = f"{shown(line.strip())} is of no device; a record begins with Slot"
                problems.append(saved.problem(number, f"{what}; {SAVE_AGAIN}"))
                continue
            record.setdefault(match[1], match[2].strip())


def _function(address: str, record: dict[str, str], line: int) -> Function:
    kind: Kind = "other"
    if _is(record["Vendor"], "10de") and _in(record["Class"], _GPU_CLASSES):
        kind = "gpu"
    elif _is(record["Vendor"], "15b3") and _in(record["Class"], _NIC_CLASSES):
        kind = "nic"
    node = record.get("NUMANode", "")
    return Function(
        address=address,
        kind=kind,
        device=record["Device"],
        device_id=_id(record["Device"]),
        numa=int(node) if _NODE.fullmatch(node) else None,
        ethernet=_in(record["Class"], _ETHERNET),
        virtual=VIRTUAL in record["Device"].lower(),
        line=line,
    )


def _address(slot: str) -> str | None:
    match = _SLOT.fullmatch(slot)
    if match is None:
        return None
    return f"{match[1] or '0000'}:{match[2]}:{match[3]}.{match[4]}"


def _in_order(one: Function) -> tuple[int, str]:
    domain = one.address.partition(":")[0]
    return len(domain), one.address


def _id(text: str) -> str | None:
    match = _ID.search(text)
    return match[1] if match else None


def _is(vendor: str, wanted: str) -> bool:
    found = _id(vendor)
    return found == wanted if found else vendor.lower().startswith(_VENDORS[wanted])


def _in(text: str, classes: dict[str, str]) -> bool:
    found = _id(text)
    return found in classes if found else text.lower() in classes.values()
