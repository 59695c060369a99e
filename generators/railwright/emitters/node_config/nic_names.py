"""Names of interfaces and RDMA devices by PCI address, wherever the platform's are known.

Kernels number devices as they find them, so that one dead NIC renames all behind it. An interface
takes its name from a `.link` file of systemd, its RDMA device the same with the driver's prefix;
our program compares what is there with the plan.
"""

from collections.abc import Iterable

import orjson

from railwright.emitters.node_config.networkd import FOLDER, file
from railwright.emitters.node_config.programs import path_of, program
from railwright.emitters.node_config.state import Check, RoleState
from railwright.files import OutputFile
from railwright.plan.model import Device, Plan
from railwright.plan.nodes_ports import data_ports
from railwright.plan.stack import stack_of

PROGRAM = "nic_names"
PLACES = "etc/railwright/nic-names.json"
RULES = "etc/udev/rules.d/70-railwright-rdma-names.rules"
LINK = """\
[Match]
Path=pci-{pci}

[Link]
Name={interface}
"""
RULE = (
    'ACTION=="add", SUBSYSTEM=="infiniband", KERNELS=="{pci}", KERNEL!="{rdma}", '
    'RUN+="{tool} dev set %k name {rdma}"\n'
)


def state(plan: Plan, device: Device) -> RoleState | None:
    """Return the names of a server's ports; None where no PCI address is known."""
    stack = stack_of(plan)
    known = [(one.interface, one.pci, one.rdma) for one in data_ports(plan, device) if one.pci]
    if stack is None or not known:
        return None
    links = (link_file(interface, pci) for interface, pci, _ in known)
    tool = "/usr/bin/rdma" if stack.is_apt else "/usr/sbin/rdma"
    return RoleState(
        files=(*links, _rules(known, tool), _places(known), program(PROGRAM)),
        checks=(Check(PROGRAM, (path_of(PROGRAM), "--check", "--json")),),
    )


def link_file(interface: str, pci: str) -> OutputFile:
    """Return the file that names the interface behind a PCI address."""
    text = LINK.format(interface=interface, pci=pci)
    return file(f"{FOLDER}/10-railwright-{interface}.link", text)


def _rules(known: Iterable[tuple[str, str, str]], tool: str) -> OutputFile:
    rules = (RULE.format(pci=pci, rdma=rdma, tool=tool) for _, pci, rdma in known)
    return file(RULES, "".join(rules))


def _places(known: Iterable[tuple[str, str, str]]) -> OutputFile:
    ports = [{"interface": name, "pci": pci, "rdma": rdma} for name, pci, rdma in known]
    return OutputFile(PLACES, orjson.dumps({"ports": ports}, option=orjson.OPT_INDENT_2) + b"\n")
