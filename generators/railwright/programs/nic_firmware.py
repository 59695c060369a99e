"""Compare the firmware parameters of NICs with /etc/railwright/nic-firmware.json, or set them.

`nic_firmware.py --check [--json]` only looks: exit 0 as wanted, 2 something differs, 1 something
went wrong. What is set but not in force yet is pending, with what it waits for: reset, reboot, or
cold (power has to be cut). `nic_firmware.py apply` sets what differs, for the next start.
`nic_firmware.py reset` restarts the firmware of NICs whose parameters only that loads: links go
down. NICs that take theirs when the node restarts are left to that.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from railwright.programs.node import (
    FAILED,
    IN_SYNC,
    Difference,
    Machine,
    Pending,
    Report,
    TroubleError,
    replace_file,
)

DESIRED = "/etc/railwright/nic-firmware.json"
REFUSED = "/var/lib/railwright/nic-firmware-refused.json"
"""Values that a NIC's firmware does not take, by PCI address and parameter."""
MLXCONFIG, MSTCONFIG = "mlxconfig", "mstconfig"
RESETS = {MLXCONFIG: "mlxfwreset", MSTCONFIG: "mstfwreset"}
PACKAGES = {
    MLXCONFIG: "install mft of DOCA-OFED or MLNX_OFED, or say `ofed: inbox` in the intent",
    MSTCONFIG: "install the package mstflint",
}
UNHIDES = "ADVANCED_PCI_SETTINGS"
"""While it is 0 firmware shows no MAX_ACC_OUT_READ and its like: it is set first, alone."""
MAY_REFUSE = ("MAX_ACC_OUT_READ",)
"""Parameters of which some firmware does not take the wanted value (0, automatic)."""
FIXED_TYPE = "LINK_TYPE"
"""Absent on cards that know nothing but Ethernet: nothing to warn of."""
WARM_LEVELS, REBOOT_LEVEL = (0, 3), 4
LAY_DOWN = "lay it down again with `ansible-playbook playbooks/nodes.yml --tags nic_firmware`"
ROW = re.compile(
    r"^[ \t]*(?:\*[ \t]*)?(?:RO[ \t]+)?([A-Z][A-Z0-9_]*(?:\[\d+\])?)"
    r"[ \t]{2,}(\S.*?)[ \t]{2,}(\S.*?)[ \t]{2,}(\S.*?)[ \t]*$",
    re.MULTILINE,
)
LEVEL = re.compile(r"^[ \t]*(\d):.*-[ \t]*(Not )?Supported", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Value:
    """One parameter as firmware has it, in its own words: in force, and after the next start."""

    current: str
    next: str


@dataclass(frozen=True)
class Device:
    """One NIC: `name` is its interfaces, `pci` the address its tools take."""

    name: str
    pci: str
    wanted: dict[str, int]


def rows(text: str) -> dict[str, Value]:
    """Return the parameters of the table `mlxconfig -e query` prints, by name.

    Its columns are default, current and next boot, two blanks or more apart; a row may begin with
    `*`; values are `255`, `True(1)`, `_256KB(1)` or `Array[0..7]`.
    """
    return {
        name: Value(current, following)
        for name, _, current, following in ROW.findall(text)
        if not name.startswith("Default")
    }


def number_of(text: str) -> int | None:
    """Return the number of a value: that in the brackets at its end, if it has them."""
    found = re.fullmatch(r"(?:.*\()?(0x[0-9a-fA-F]+|\d+)\)?", text.strip())
    return int(found.group(1), 0) if found else None


def remedy_of(text: str) -> str:
    """Return what loads parameters, of `mlxfwreset query`: reboot, reset or cold.

    A restart of the node is preferred: a reset fails while anything uses the driver (a mount of
    NFS over RDMA, nvidia_peermem).
    """
    levels = text.partition("Reset-types")[0]
    supported = {int(level) for level, missing in LEVEL.findall(levels) if not missing}
    if REBOOT_LEVEL in supported:
        return "reboot"
    return "reset" if supported & set(WARM_LEVELS) else "cold"


def devices_of(machine: Machine) -> tuple[str, list[Device]]:
    """Return the tool and the NICs of the desired state, ports of one card joined.

    Raises: TroubleError for a file that says nothing usable, or for a NIC that is not there.
    """
    text = machine.read(DESIRED)
    if text is None:
        raise TroubleError(f"{DESIRED} is missing", LAY_DOWN)
    try:
        found = json.loads(text)
        tool, ports = found.get("tool", MLXCONFIG), list(found["ports"])
        cards: dict[str, list[dict[str, Any]]] = {}
        for port in ports:
            cards.setdefault(_address(machine, port).rpartition(".")[0], []).append(port)
        devices = [_device(machine, card) for card in cards.values()]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise TroubleError(f"{DESIRED} is none of ours", LAY_DOWN) from None
    if tool not in PACKAGES:
        raise TroubleError(f"{DESIRED} says the tool {tool}, which is none", LAY_DOWN)
    return tool, devices


def _device(machine: Machine, ports: list[dict[str, Any]]) -> Device:
    wanted = {str(key): int(value) for port in ports for key, value in port["parameters"].items()}
    names = ", ".join(str(port["interface"]) for port in ports)
    return Device(names, min(_address(machine, port) for port in ports), wanted)


def _address(machine: Machine, port: dict[str, Any]) -> str:
    """Return a port's PCI address: the plan's, else that of its interface. Raises: TroubleError."""
    pci, interface = port["pci"], str(port["interface"])
    if pci is None:
        pci = machine.path(f"/sys/class/net/{interface}/device").resolve().name
    elif not re.fullmatch(r"[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]", str(pci)):
        raise ValueError(pci)
    if not machine.path(f"/sys/bus/pci/devices/{pci}").exists():
        what = f"{interface}: there is no NIC at {pci}"
        remedy = "reseat it and cut the power; until then run this node without it"
        raise TroubleError(what, remedy)
    return str(pci)


class Nic:
    """One NIC and the tool that reads and sets it."""

    def __init__(self, machine: Machine, tool: str, device: Device) -> None:
        self._machine = machine
        self._tool = tool
        self.device = device

    def values(self) -> dict[str, Value]:
        """Return its parameters, arrays with their elements. Raises: TroubleError."""
        found = self._query()
        arrays = [
            f"{one}{found[one].next[5:]}" for one in self.device.wanted if _is_array(found, one)
        ]
        return {**found, **self._query(*arrays)} if arrays else found

    def _query(self, *names: str) -> dict[str, Value]:
        argv = [self._tool, "-d", self.device.pci, "-e", "q", *names]
        found = rows(self._machine.succeed(argv, PACKAGES[self._tool]))
        if not found:
            what = f"`{' '.join(argv)}` shows no parameters"
            raise TroubleError(what, "update the NIC's firmware, or look at `dmesg` for it")
        return found

    def check(self) -> Report:
        """Return what differs and what is pending."""
        report, found, refused = Report(), self.values(), self._refused()
        remedy = ""
        for name, key, wanted in self._wanted(found, report):
            value, title = found[key], f"{self.device.name} {name}"
            if number_of(value.next) != wanted:
                if refused.get(name) == wanted:
                    text = f"{title}: firmware does not take {wanted}, it stays {value.next}"
                    report.warnings.append(text)
                else:
                    report.differences.append(Difference(title, value.next, str(wanted)))
            elif value.next != value.current:
                remedy = remedy or self._remedy()
                report.pending.append(Pending(title, value.current, value.next, remedy))
        return report

    def _wanted(
        self, found: dict[str, Value], report: Report | None = None
    ) -> Iterator[tuple[str, str, int]]:
        """Yield parameter, row and wanted number; what firmware lacks goes into the warnings."""
        hides = UNHIDES in found and number_of(found[UNHIDES].next) == 0
        for name, wanted in sorted(self.device.wanted.items()):
            if _is_array(found, name):
                elements = [one for one in found if one.startswith(f"{name}[")]
                yield from ((one, one, wanted) for one in elements)
            elif name in found:
                yield name, name, wanted
            elif report is not None and not name.startswith(FIXED_TYPE):
                why = f" while {UNHIDES} is 0" if hides and name in MAY_REFUSE else ""
                text = f"{self.device.name}: its firmware has no {name}{why}"
                report.warnings.append(text)

    def _remedy(self) -> str:
        tool = RESETS[self._tool]
        done = self._machine.run([tool, "-d", self.device.pci, "query"], PACKAGES[self._tool])
        return "cold" if done.code else remedy_of(done.out)

    def apply(self) -> list[str]:
        """Set what differs in one go, after what unhides the rest; return what was set."""
        done, found = [], self.values()
        if UNHIDES in self.device.wanted and UNHIDES in found:
            wanted = self.device.wanted[UNHIDES]
            if number_of(found[UNHIDES].next) != wanted:
                self._set({UNHIDES: wanted})
                done.append(f"{self.device.name} {UNHIDES}: {found[UNHIDES].next} -> {wanted}")
                found = self.values()
        changes = {
            key: wanted
            for _, key, wanted in self._wanted(found)
            if number_of(found[key].next) != wanted
        }
        return done + self._changed(found, self._set(changes))

    def _changed(self, found: dict[str, Value], changes: dict[str, int]) -> list[str]:
        return [
            f"{self.device.name} {name}: {found[name].next} -> {wanted}"
            for name, wanted in changes.items()
        ]

    def _set(self, changes: dict[str, int]) -> dict[str, int]:
        """Set parameters and return them, without those that firmware refuses and may refuse."""
        if not changes:
            return {}
        done = self._machine.run(self._set_command(changes), PACKAGES[self._tool])
        doubtful = {one: changes[one] for one in MAY_REFUSE if one in changes}
        if done.code and doubtful:
            rest = {name: value for name, value in changes.items() if name not in doubtful}
            self._refuse(doubtful)
            return self._set(rest)
        if done.code:
            remedy = "run as root; see whether the NIC's owner restricts it: `mlxprivhost query`"
            raise TroubleError(f"{self._tool} set: {done.words}", remedy)
        return changes

    def _set_command(self, changes: dict[str, int]) -> list[str]:
        pairs = [f"{name}={value}" for name, value in sorted(changes.items())]
        return [self._tool, "-d", self.device.pci, "--yes", "set", *pairs]

    def _refused(self) -> dict[str, int]:
        return _memory(self._machine).get(self.device.pci, {})

    def _refuse(self, changes: dict[str, int]) -> None:
        known = _memory(self._machine)
        known[self.device.pci] = {**known.get(self.device.pci, {}), **changes}
        text = json.dumps(known, indent=2, sort_keys=True) + "\n"
        replace_file(self._machine.path(REFUSED), text)

    def reset(self) -> list[str]:
        """Restart the firmware if parameters wait for that; return what was done.

        Raises: TroubleError where nothing but a cut of the power loads them.
        """
        report = self.check()
        remedy = report.pending[0].remedy if report.pending else ""
        if remedy == "reboot":
            return [f"{self.device.name}: left to the restart of the node, which loads it"]
        if remedy == "cold":
            what, way = (
                "a reset does not load these parameters",
                "cut the node's power and start it",
            )
            raise TroubleError(what, way)
        if not remedy:
            return []
        argv = [RESETS[self._tool], "-d", self.device.pci, "-y", "reset"]
        self._machine.succeed(argv, "stop what uses the NIC, or restart the node")
        return [f"{self.device.name}: firmware restarted"]


def _is_array(found: dict[str, Value], name: str) -> bool:
    return name in found and found[name].next.startswith("Array[")


def _memory(machine: Machine) -> dict[str, dict[str, int]]:
    try:
        found = json.loads(machine.read(REFUSED) or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def check(machine: Machine) -> Report:
    """Return how all NICs are, read side by side: each takes seconds."""
    tool, devices = devices_of(machine)
    whole = Report()
    with ThreadPoolExecutor(max_workers=max(len(devices), 1)) as pool:
        for report in pool.map(_checked, (Nic(machine, tool, one) for one in devices)):
            whole.add(report)
    return whole


def _checked(nic: Nic) -> Report:
    try:
        return nic.check()
    except TroubleError as trouble:
        return Report(troubles=[f"{nic.device.name}: {trouble}"])


def change(machine: Machine, verb: str) -> int:
    """Apply or reset one NIC after the other; one that fails keeps none from its turn."""
    tool, devices = devices_of(machine)
    code = IN_SYNC
    for nic in (Nic(machine, tool, one) for one in devices):
        try:
            done = nic.apply() if verb == "apply" else nic.reset()
            sys.stdout.writelines(f"{line}\n" for line in done)
        except TroubleError as trouble:
            sys.stderr.write(f"{nic.device.name}: {trouble}\n")
            code = FAILED
    return code


def main(arguments: Sequence[str], machine: Machine) -> int:
    """Do what the command line says and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="nic_firmware.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("verb", nargs="?", choices=["apply", "reset"], help="without: only look")
    parser.add_argument("--check", action="store_true", help="only say what differs")
    parser.add_argument("--json", action="store_true", help="say it as JSON")
    given = parser.parse_args(arguments)
    if given.check == bool(given.verb):
        parser.error("say --check, apply or reset")
    try:
        if given.verb:
            return change(machine, given.verb)
        return check(machine).tell(as_json=given.json)
    except TroubleError as trouble:
        sys.stderr.write(f"{trouble}\n")
        return FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Machine()))
