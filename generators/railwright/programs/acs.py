"""Switch access control (ACS) off on the PCIe bridges above GPUs and NICs, or look.

With ACS every packet between a GPU and its NIC goes up to the root complex, which halves its speed
and more. `acs.py off` switches it off, which lasts until the next start; `acs.py --check [--json]`
only looks: exit 0 all off, 2 on somewhere, 1 something went wrong. Not for hosts of virtual
machines: there ACS is what separates them.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence

from railwright.programs.node import FAILED, IN_SYNC, Difference, Machine, Report, TroubleError

PCI_DEVICES = "/sys/bus/pci/devices"
ENDS = (("0x10de", "0x03"), ("0x15b3", "0x02"))
"""Vendor and class of GPUs of NVIDIA and network controllers of Mellanox."""
CONTROL = "ECAP_ACS+0x6.w"
OFF = "0000"
ADDRESS = re.compile(r"[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]")
INSTALL = "install the package pciutils"


def bridges(machine: Machine) -> list[str]:
    """Return the addresses of all bridges above GPUs and NICs, in order."""
    found: set[str] = set()
    for address in machine.names(PCI_DEVICES):
        vendor = machine.read(f"{PCI_DEVICES}/{address}/vendor") or ""
        kind = machine.read(f"{PCI_DEVICES}/{address}/class") or ""
        if any(vendor == one and kind.startswith(other) for one, other in ENDS):
            above = machine.path(f"{PCI_DEVICES}/{address}").resolve().parts[:-1]
            found.update(part for part in above if ADDRESS.fullmatch(part))
    return sorted(found)


def controls(machine: Machine) -> Iterator[tuple[str, str]]:
    """Yield every bridge that has ACS with what it controls, `0000` for nothing."""
    for address in bridges(machine):
        done = machine.run(["setpci", "-s", address, CONTROL], INSTALL)
        if done.code == 0 and re.fullmatch(r"[0-9a-f]{4}", done.out.strip()):
            yield address, done.out.strip()  # others have no ACS


def check(machine: Machine) -> Report:
    """Return the bridges where ACS is on."""
    on = [(address, value) for address, value in controls(machine) if value != OFF]
    return Report([Difference(f"{address} ACS", value, OFF) for address, value in on])


def switch_off(machine: Machine) -> int:
    """Switch ACS off and make sure that it is."""
    before = check(machine).differences
    for one in before:
        address = one.name.partition(" ")[0]
        machine.run(["setpci", "-s", address, f"{CONTROL}={OFF}"], INSTALL)
    left = check(machine).differences
    sys.stdout.writelines(f"{one.name}: {one.running} -> {OFF}\n" for one in before)
    if left:
        names = ", ".join(one.name.partition(" ")[0] for one in left)
        raise TroubleError(f"ACS is still on at {names}", "switch it off in the node's BIOS")
    return IN_SYNC


def main(arguments: Sequence[str], machine: Machine) -> int:
    """Do what the command line says and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="acs.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("verb", nargs="?", choices=["off"], help="without: only look")
    parser.add_argument("--check", action="store_true", help="only say where it is on")
    parser.add_argument("--json", action="store_true", help="say it as JSON")
    given = parser.parse_args(arguments)
    if given.check == bool(given.verb):
        parser.error("say --check or off")
    try:
        return switch_off(machine) if given.verb else check(machine).tell(as_json=given.json)
    except TroubleError as trouble:
        sys.stderr.write(f"{trouble}\n")
        return FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Machine()))
