"""DKMS: building the modules of source packages for installed kernels, and saying what was built.

A build is the writing of stand-in modules; it fails for the reasons for which real ones fail.
"""

import json
import os
import subprocess
from typing import Any

from . import grub, kmods
from .machine import Machine, ToolError, say

SOURCES = "usr/src"
_CONFIG = "railwright.json"
_TREE = "var/lib/dkms"


def dkms(machine: Machine, argv: list[str]) -> int:
    """Run dkms: status, add, build, install, remove, autoinstall."""
    command, *words = argv or ["status"]
    name, version, kernel, everywhere = _arguments(words)
    if command == "status":
        for line in status(machine):
            if line.startswith(f"{name}/" if name else ""):
                say(line.replace("/", ", ", 1) if _is_old(machine) else line)
        return 0
    if command == "autoinstall":
        for one, number in added(machine):
            install(machine, one, number, kernel or machine.kernel)
        return 0
    if not name or not version:
        raise ToolError("Error! Arguments <module> and <module-version> are not specified.", 1)
    if command == "add":
        machine.path(f"{_TREE}/{name}/{version}").mkdir(parents=True, exist_ok=True)
        say(f"Creating symlink /var/lib/dkms/{name}/{version}/source -> /usr/src/{name}-{version}")
    elif command in ("build", "install"):
        for one in grub.kernels(machine) if everywhere else [kernel or machine.kernel]:
            install(machine, name, version, one)
    elif command in ("remove", "unbuild", "uninstall"):
        wanted = [] if everywhere else [kernel or machine.kernel]
        remove(machine, name, version, wanted)
    else:
        raise ToolError(f"Error! Unknown action specified: {command}", 1)
    return 0


def _is_old(machine: Machine) -> bool:
    """Return whether this is DKMS before version 3, which writes a comma after the name."""
    return machine.text("usr/share/railwright-standin/dkms").startswith("2.")


def _arguments(words: list[str]) -> tuple[str, str, str, bool]:
    name = version = kernel = ""
    everywhere = False
    rest = iter(words)
    for word in rest:
        if word == "-m":
            name = next(rest, "")
        elif word == "-v":
            version = next(rest, "")
        elif word == "-k":
            kernel = next(rest, "").split("/")[0]
        elif word == "--all":
            everywhere = True
        elif not word.startswith("-"):
            name = word
    if "/" in name:
        name, _, version = name.partition("/")
    return name, version, kernel, everywhere


def added(machine: Machine) -> list[tuple[str, str]]:
    """Return name and version of every module that was added."""
    top = machine.path(_TREE)
    return sorted((one.parent.name, one.name) for one in top.glob("*/*") if one.is_dir())


def status(machine: Machine) -> list[str]:
    """Return the lines of `dkms status`: built modules by kernel, others as added."""
    lines = []
    for name, version in added(machine):
        built = sorted(machine.path(f"{_TREE}/{name}/{version}").glob("*/x86_64/installed"))
        lines += [f"{name}/{version}, {one.parts[-3]}, x86_64: installed" for one in built]
        if not built:
            lines.append(f"{name}/{version}: added")
    return lines


def install(machine: Machine, name: str, version: str, kernel: str) -> None:
    """Build and install a module for a kernel. Raises: ToolError as dkms ends."""
    mark = machine.path(f"{_TREE}/{name}/{version}/{kernel}/x86_64/installed")
    source = machine.path(f"{SOURCES}/{name}-{version}/{_CONFIG}")
    if mark.exists():
        return
    if not source.is_file():
        raise ToolError(
            f"Error! Could not find module source directory.\nDirectory: "
            f"/usr/src/{name}-{version} does not exist.",
            2,
        )
    if not machine.path(f"lib/modules/{kernel}/build").exists():
        raise ToolError(
            f"Error! Your kernel headers for kernel {kernel} cannot be found at /lib/modules/"
            f"{kernel}/build or /lib/modules/{kernel}/source.\nPlease install the linux-headers-"
            f"{kernel} package or use the --kernelsourcedir option to tell DKMS where it's "
            "located.",
            21,
        )
    say("Building module:\nCleaning build area...")
    say(f"'make' -j8 KERNEL_UNAME={kernel} modules......")
    log = f"var/lib/dkms/{name}/{version}/build/make.log"
    if machine.has("dkms-fails") or machine.has(f"dkms-fails:{name}"):
        machine.write(
            log,
            f"DKMS make.log for {name}-{version} for kernel {kernel} (x86_64)\n"
            "error: implicit declaration of function\nmake: *** Error 2\n",
        )
        raise ToolError(
            f"Error! Bad return status for module build on kernel: {kernel} (x86_64)\n"
            f"Consult /{log} for more information.",
            10,
        )
    modules: dict[str, str] = json.loads(source.read_text())["modules"]
    folder = machine.path(f"lib/modules/{kernel}/updates/dkms")
    folder.mkdir(parents=True, exist_ok=True)
    for module, number in modules.items():
        target = folder / f"{module.replace('_', '-') if name == 'nvidia' else module}.ko"
        target.write_bytes(kmods.module_file(module, number, kernel))
        say(f"Installing to /lib/modules/{kernel}/updates/dkms/{target.name}")
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
    depmod(machine, kernel)


def remove(machine: Machine, name: str, version: str, wanted: list[str]) -> None:
    """Remove what was built of a module, everywhere when no kernel is named."""
    top = machine.path(f"{_TREE}/{name}/{version}")
    source = machine.path(f"{SOURCES}/{name}-{version}/{_CONFIG}")
    modules: dict[str, Any] = json.loads(source.read_text())["modules"] if source.exists() else {}
    for mark in sorted(top.glob("*/x86_64/installed")):
        kernel = mark.parts[-3]
        if wanted and kernel not in wanted:
            continue
        for module in modules:
            for spelled in (module, module.replace("_", "-")):
                place = f"lib/modules/{kernel}/updates/dkms/{spelled}.ko"
                machine.path(place).unlink(missing_ok=True)
        mark.unlink()
        mark.parent.rmdir()
        mark.parent.parent.rmdir()
        depmod(machine, kernel)
    if not wanted and top.is_dir():
        for path in sorted(top.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        top.rmdir()


def depmod(machine: Machine, kernel: str) -> None:
    """Let kmod index the modules of a kernel."""
    argv = ["/usr/sbin/depmod", "-b", str(machine.root), kernel]
    subprocess.run(argv, check=False, env={**os.environ, "LC_ALL": "C"}, capture_output=True)  # noqa: S603
