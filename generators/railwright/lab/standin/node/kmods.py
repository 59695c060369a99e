"""Kernel modules as files: ELF objects with a .modinfo section, which kmod's own tools read."""

import hashlib
import struct
from pathlib import Path

from .machine import LIVE, Machine, ToolError

HARDWARE_MODULES = {
    "15b3": ("ib_core", "ib_uverbs", "mlx5_core", "mlx5_ib"),
    "10de": ("nvidia", "nvidia_modeset", "nvidia_uvm"),
}
"""Modules that a device of a vendor loads where they are installed, in this order."""

NEEDS = {
    "nvidia_peermem": ("nvidia", "ib_core"),
    "nvidia_modeset": ("nvidia",),
    "nvidia_uvm": ("nvidia",),
    "gdrdrv": ("nvidia",),
    "mlx5_ib": ("mlx5_core", "ib_core"),
    "ib_uverbs": ("ib_core",),
    "rdma_cm": ("ib_core",),
    "rdma_ucm": ("rdma_cm",),
    "ib_umad": ("ib_core",),
}
_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_IDENT = b"\x7fELF\x02\x01\x01" + bytes(9)
_RELOCATABLE, _X86_64 = 1, 62


def module_file(name: str, version: str, kernel: str, *, signed: bool = False) -> bytes:
    """Return a module's file. A module of the kernel's own has no version."""
    fields = {
        "license": "GPL",
        "name": name,
        "vermagic": f"{kernel} SMP preempt mod_unload modversions",
        "srcversion": hashlib.sha256(f"{name} {version or kernel}".encode())
        .hexdigest()[:23]
        .upper(),
        "depends": ",".join(NEEDS.get(name, ())),
    }
    if version:
        fields["version"] = version
    if signed:
        fields["intree"] = "Y"
    info = b"".join(f"{key}={value}".encode() + b"\0" for key, value in fields.items())
    return _elf({".modinfo": info})


def _elf(sections: dict[str, bytes]) -> bytes:
    """Return a relocatable object with these sections; names come last."""
    names = b"\0" + b"".join(name.encode() + b"\0" for name in (*sections, ".shstrtab"))
    body, table = b"", [bytes(_SECTION.size)]
    for name, content in (*sections.items(), (".shstrtab", names)):
        place = _HEADER.size + len(body)
        kind = 3 if name == ".shstrtab" else 1  # SHT_STRTAB, SHT_PROGBITS
        where = names.index(name.encode() + b"\0")
        table.append(_SECTION.pack(where, kind, 0, 0, place, len(content), 0, 0, 1, 0))
        body += content
    body += bytes(-(_HEADER.size + len(body)) % 8)
    header = _HEADER.pack(
        _IDENT,
        _RELOCATABLE,
        _X86_64,
        1,
        0,
        0,
        _HEADER.size + len(body),
        0,
        _HEADER.size,
        0,
        0,
        _SECTION.size,
        len(table),
        len(table) - 1,
    )
    return header + body + b"".join(table)


def read_info(path: Path) -> dict[str, str]:
    """Return the fields of a module's file."""
    content = path.read_bytes()
    start = content.find(b"license=")
    fields = {}
    for one in content[start:].split(b"\0"):
        name, equals, value = one.decode(errors="replace").partition("=")
        if not equals:
            break
        fields[name] = value
    return fields


def installed(machine: Machine, kernel: str) -> dict[str, Path]:
    """Return the modules of a kernel by name; `updates/` wins over its own, as in depmod."""
    top = machine.path(f"lib/modules/{kernel}")
    found: dict[str, Path] = {}
    for path in sorted(top.rglob("*.ko"), key=lambda one: "updates" in one.parts):
        found[path.stem.replace("-", "_")] = path
    return found


def loaded(machine: Machine) -> set[str]:
    """Return the names of the modules that are loaded."""
    top = machine.path("sys/module")
    return {one.name for one in top.iterdir()} if top.is_dir() else set()


def may_load(machine: Machine, name: str) -> str:
    """Return why a module that is installed cannot be loaded, empty when it can."""
    found = installed(machine, machine.kernel).get(name)
    if found is None:
        return f"FATAL: Module {name} not found in directory /lib/modules/{machine.kernel}"
    info = read_info(found)
    if machine.has("secure-boot") and "intree" not in info:
        return f"could not insert '{name}': Key was rejected by service"
    if name == "nvidia" and not machine.gpus():
        return f"could not insert '{name}': No such device"
    if machine.has(f"module-fails:{name}"):
        return f"could not insert '{name}': Unknown symbol in module, or unknown parameter"
    return ""


def load(machine: Machine, name: str, top: str = f"{LIVE}/module") -> list[str]:
    """Load a module and what it needs; return the names of the new ones.

    Raises: ToolError as modprobe says it.
    """
    name = name.replace("-", "_")
    if machine.path(f"{top}/{name}").is_dir():
        return []
    if reason := may_load(machine, name):
        raise ToolError(f"modprobe: {'ERROR: ' if 'insert' in reason else ''}{reason}")
    new: list[str] = []
    for need in NEEDS.get(name, ()):
        new += load(machine, need, top)
    info = read_info(installed(machine, machine.kernel)[name])
    for field in ("version", "srcversion"):
        if field in info:
            machine.write(f"{top}/{name}/{field}", f"{info[field]}\n")
    machine.write(f"{top}/{name}/initstate", "live\n")
    machine.write(f"{top}/{name}/refcnt", "0\n")
    return [*new, name]


def users_of(machine: Machine, name: str) -> list[str]:
    """Return the loaded modules that need this one."""
    return sorted(one for one in loaded(machine) if name in NEEDS.get(one, ()))


def unload(machine: Machine, name: str) -> None:
    """Unload a module. Raises: ToolError when it is not loaded or others need it."""
    name = name.replace("-", "_")
    folder = machine.path(f"{LIVE}/module/{name}")
    if not folder.is_dir():
        raise ToolError(f"rmmod: ERROR: Module {name} is not currently loaded")
    if users := users_of(machine, name):
        raise ToolError(f"rmmod: ERROR: Module {name} is in use by: {' '.join(users)}")
    for one in folder.iterdir():
        one.unlink()
    folder.rmdir()
