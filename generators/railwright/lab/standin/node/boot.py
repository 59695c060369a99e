"""What happens before the first process of a node runs: firmware, boot loader, kernel, drivers."""

import os

from . import dkms, firmware, grub, sysfs
from .machine import Machine

RUN = "run/railwright-standin"


def boot(machine: Machine, top: str = f"{RUN}/sys") -> None:
    """Write the command line, the kernel's name and the upper layer of /sys of this boot.

    The file systems of the boot are mounted by who calls; here only their contents are made.
    """
    kernel, line = grub.chosen(machine)
    machine.write(f"{RUN}/osrelease", f"{kernel}\n")
    machine.write(f"{RUN}/cmdline", f"{line}\n")
    host = os.uname().release
    if kernel and host != kernel:  # tools that ask `uname` for the kernel find the one that runs
        sysfs.link(machine.path(f"usr/lib/modules/{host}"), kernel)
    if kernel and not machine.path(f"usr/lib/modules/{kernel}/modules.dep.bin").exists():
        dkms.depmod(machine, kernel)
    firmware.restarted(machine)
    sysfs.prepare(machine, top)
