"""Compare the NICs of a node with /etc/railwright/nic-names.json: which port is where in PCI.

`nic_names.py --check [--json]` only looks: exit 0 as wanted, 2 a NIC or a driver is missing, 1
something went wrong. Names that the next start will give are pending. It changes nothing: names
are given by udev and systemd from the same plan.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from railwright.programs.node import FAILED, Difference, Machine, Pending, Report, TroubleError

NAMES = "/etc/railwright/nic-names.json"
PCI_DEVICES = "/sys/bus/pci/devices"
RENAMED = "restart; if it stays, build the initramfs anew, which has an older copy of the rules"
RESEAT = "look with `lspci -d 15b3:`, reseat the NIC and cut the power, or replace it"


@dataclass(frozen=True)
class Port:
    """One port of the plan; `rdma` is empty where its RDMA device keeps the kernel's name."""

    interface: str
    pci: str
    rdma: str


def ports_of(machine: Machine) -> list[Port]:
    """Return the ports whose place is known. Raises: TroubleError."""
    remedy = "lay it down again with `ansible-playbook playbooks/nodes.yml --tags nic_names`"
    text = machine.read(NAMES)
    if text is None:
        raise TroubleError(f"{NAMES} is missing", remedy)
    try:
        return [
            Port(str(one["interface"]), str(one["pci"]), str(one.get("rdma") or ""))
            for one in json.loads(text)["ports"]
            if one["pci"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise TroubleError(f"{NAMES} is none of ours", remedy) from None


def check(machine: Machine) -> Report:
    """Return the ports that are not where the plan has them, or have another name."""
    report, ports = Report(), ports_of(machine)
    planned = {one.interface: one.pci for one in ports}
    for one in ports:
        if not machine.path(f"{PCI_DEVICES}/{one.pci}").exists():
            _differ(report, one.interface, f"no NIC at {one.pci}", f"a NIC at {one.pci}", RESEAT)
            continue
        for kind, wanted in (("net", one.interface), ("infiniband", one.rdma)):
            if wanted:
                _name(machine, report, one, kind, wanted)
        here = machine.names(f"{PCI_DEVICES}/{one.pci}/net")
        for name in here:
            if name != one.interface and name in planned:
                report.warnings.append(
                    f"{one.pci} is {name}, which belongs to {planned[name]}: rails are swapped. "
                    f"Do not start jobs; {RENAMED}"
                )
    return report


def _name(machine: Machine, report: Report, port: Port, kind: str, wanted: str) -> None:
    """Compare the names that a device has in one class with the wanted one."""
    names = machine.names(f"{PCI_DEVICES}/{port.pci}/{kind}")
    words = "interface" if kind == "net" else "RDMA device"
    if not names:
        module = "mlx5_core" if kind == "net" else "mlx5_ib"
        remedy = f"load its driver with `modprobe {module}` and look at `dmesg`"
        _differ(report, f"{wanted} at {port.pci}", f"no {words}", f"{words} {wanted}", remedy)
    elif wanted not in names:
        running = ", ".join(names)
        report.pending.append(Pending(f"{words} at {port.pci}", running, wanted, "reboot"))


def _differ(report: Report, name: str, running: str, wanted: str, remedy: str) -> None:
    report.differences.append(Difference(name, running, wanted))
    report.warnings.append(f"{name}: {remedy}")


def main(arguments: Sequence[str], machine: Machine) -> int:
    """Do what the command line says and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="nic_names.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", required=True, help="say what differs")
    parser.add_argument("--json", action="store_true", help="say it as JSON")
    given = parser.parse_args(arguments)
    try:
        return check(machine).tell(as_json=given.json)
    except TroubleError as trouble:
        sys.stderr.write(f"{trouble}\n")
        return FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Machine()))
