"""Boot loader commands, and what maintainer scripts and the lab itself ask for."""

from . import boot, dkms, firmware, grub
from .machine import Machine, ToolError, say


def update_grub(machine: Machine, _: list[str]) -> int:
    """Write the boot loader's menu."""
    grub.update(machine)
    return 0


def update_initramfs(machine: Machine, argv: list[str]) -> int:
    """Write initial RAM disks."""
    return grub.update_initramfs(machine, argv)


def main(machine: Machine, argv: list[str]) -> int:
    """Run one of the lab's own commands.

    `boot`, before the first process; `kernel RELEASE` and `gone RELEASE` after a kernel came or
    went; `headers RELEASE` after its headers came; `dkms NAME VERSION` after a source package
    came; `cold-cycle`: the next restart takes the power away.
    """
    command, *words = argv
    if command == "boot":
        boot.boot(machine)
    elif command == "kernel":
        grub.update_initramfs(machine, ["-c", "-k", words[0]])
        dkms.depmod(machine, words[0])
        grub.update(machine)
        headers(machine, words[0])
    elif command == "gone":
        grub.update_initramfs(machine, ["-d", "-k", words[0]])
        grub.update(machine)
    elif command == "headers":
        headers(machine, words[0])
    elif command == "dkms":
        dkms.dkms(machine, ["add", f"{words[0]}/{words[1]}"])
        build(machine, *words)
    elif command == "cold-cycle":
        firmware.cold_cycle(machine)
    else:
        raise ToolError(f"railwright-standin: no such command: {command}", 2)
    return 0


def headers(machine: Machine, kernel: str) -> None:
    """Build every DKMS module for a kernel whose headers are there."""
    if machine.path(f"lib/modules/{kernel}/build").exists():
        for name, version in dkms.added(machine):
            dkms.install(machine, name, version, kernel)


def build(machine: Machine, name: str, version: str) -> None:
    """Build a module for every kernel with headers, and for the running one, as packages do."""
    kernels = [
        one
        for one in grub.kernels(machine)
        if one == machine.kernel or machine.path(f"lib/modules/{one}/build").exists()
    ]
    for one in kernels:
        if machine.path(f"lib/modules/{one}/build").exists():
            dkms.install(machine, name, version, one)
        else:
            say(
                f"Module build for kernel {one} was skipped since the\n"
                "kernel headers for this kernel do not seem to be installed."
            )
