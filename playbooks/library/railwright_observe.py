#!/usr/bin/python3
"""Look at this host once: files, packages, units, modules, PCI devices, checks; change nothing.

Runs on targets with the standard library alone. What is looked at is asked for, and found where
the system keeps it; comparing it with what is wanted is the controller's business.
"""

from __future__ import annotations

import grp
import hashlib
import json
import os
import pwd
import re
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = """
module: railwright_observe
short_description: Look at a host without changing it
description:
  - Reports the operating system, the boot, and of what O(request) names the state of files,
    packages, units, links, kernel modules, PCI devices and the answers of check programs.
options:
  request:
    description:
      - C(files), C(links), C(folders) are absolute paths; C(units), C(modules) names.
      - C(packages) are versions by name, null for any; of a package with several versions
        installed the one asked for is reported if it is among them, else the last installed.
      - C(users) are numbers by name, of accounts that are to be there.
      - C(owners) are names given to M(railwright_files), whose memory is read with the state of
        the files it names.
      - C(checks) are programs, C({name, argv}), that print JSON; C(kernel) is the release that
        modules are looked up for on disk, the running one if it is empty.
      - C(pci) and C(dkms) say whether those are listed, C(busy) whether the processes are that
        have GPUs or RDMA devices open.
    type: dict
    required: true
  state_dir:
    description: Folder for the memory of all owners.
    type: path
    default: /var/lib/railwright
"""

RETURN = """
observed:
  description: What was found; a key for everything that was asked for.
  type: dict
  returned: always
"""

COMMAND_S = 60
CHECK_S = 300
SECURE_BOOT = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
"""One variable of the firmware: four bytes of attributes, then 1 where only signed code runs."""
REBOOT = ("/run/reboot-required", "/var/run/reboot-required")
PCI_VENDORS = ("0x15b3", "0x10de")
UNIT_KEYS = {
    "LoadState": "load",
    "ActiveState": "active",
    "SubState": "sub",
    "UnitFileState": "enabled",
    "Result": "result",
}
LOCKS = "/etc/dnf/plugins/versionlock.list"
LOCKS_OWNER = "base"
"""Who lays down the versions that dnf keeps; where it did, they hold nothing against itself."""
DEVICE = re.compile(r"/dev/(?:nvidia\d+|infiniband/uverbs\d+)")
DEVICE_FOLDERS = ("/dev", "/dev/infiniband")
NAME_LENGTH = 15
"""Of a process's name (proc(5), comm)."""
SERVICES = frozenset(
    one[:NAME_LENGTH]
    for one in ("nvidia-persistenced", "nv-fabricmanager", "nv-hostengine", "dcgm", "dcgm-exporter")
)
"""What has devices open on every node with the stack, whether or not somebody uses them."""
DPKG_SETTLED = "nci"
"""dpkg's second letter of a package that is not installed, removed but configured, installed."""
DKMS_LINE = re.compile(
    r"(?P<name>[^,/]+)(?:/|, )(?P<version>[^,:]+)"
    r"(?:, (?P<kernel>[^,:]+), [^,:]+)?: (?P<state>[a-z]+)"
)
"""A line of `dkms status`, with `/` since version 3; a module that is only added has no kernel."""


def text(path: str | Path) -> str | None:
    """Return a file's text without blanks around it, None without such a file."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None


def ran(*argv: str, timeout: int = COMMAND_S) -> subprocess.CompletedProcess | None:
    """Return what a program left; None without such a program and for one that does not end."""
    try:
        return subprocess.run(  # noqa: S603 (no shell)
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, "LC_ALL": "C"},
            timeout=timeout,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None


def output(*argv: str) -> str:
    """Return what a program printed, nothing where it cannot run."""
    done = ran(*argv)
    return done.stdout if done else ""


def system() -> dict[str, str]:
    """Return id and version of the operating system."""
    pairs = (line.partition("=") for line in (text("/etc/os-release") or "").splitlines())
    values = {key: value.strip("\"'") for key, _, value in pairs}
    return {"id": values.get("ID", ""), "version": values.get("VERSION_ID", "")}


def file_state(path: str) -> dict[str, Any] | None:
    """Return digest, mode and owner of a file, what else is there, or None for nothing."""
    try:
        status = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISREG(status.st_mode):
        return {
            "sha256": hashlib.sha256(Path(path).read_bytes()).hexdigest(),
            "mode": f"{stat.S_IMODE(status.st_mode):04o}",
            "owner": [status.st_uid, status.st_gid],
        }
    if stat.S_ISLNK(status.st_mode):
        return {"other": "link"}
    return {"other": "folder" if stat.S_ISDIR(status.st_mode) else "device"}


def link(path: str) -> str | None:
    """Return where a symbolic link points to, None where there is no link."""
    try:
        return str(Path(path).readlink())
    except OSError:
        return None


def memory(folder: Path, owner: str) -> dict[str, list[str]]:
    """Return what `railwright_files` remembers of an owner; a damaged memory counts as none."""
    try:
        values = json.loads(text(folder / f"{owner}.json") or "{}")
        return {key: sorted(values.get(key, [])) for key in ("paths", "pending")}
    except (ValueError, AttributeError, TypeError):
        return {"paths": [], "pending": []}


def dpkg_status(letters: str) -> str:
    """Return the state that dpkg's three letters stand for."""
    wanted, found, error = letters.ljust(3)[:3]
    if error != " " or found not in DPKG_SETTLED:
        return "broken"
    if found == "i":
        return "held" if wanted == "h" else "installed"
    return "config"


def apt_packages() -> tuple[dict[str, dict[str, str]], bool]:
    """Return every package that dpkg knows, and whether dpkg was interrupted."""
    form = "${Package}\\t${Version}\\t${db:Status-Abbrev}\\n"
    found = {}
    for line in output("dpkg-query", "-W", "-f", form).splitlines():
        name, version, letters = line.split("\t")
        if letters[1:2] != "n":
            found.setdefault(name, {"version": version, "status": dpkg_status(letters)})
    journal = Path("/var/lib/dpkg/updates")
    return found, journal.is_dir() and any(one.name.isdigit() for one in journal.iterdir())


def locks(state: Path) -> list[str]:
    """Return the versions that `dnf versionlock` keeps, but for those that are the plan's own."""
    if LOCKS in memory(state, LOCKS_OWNER)["paths"]:
        return []
    return (text(LOCKS) or "").splitlines()


def rpm_packages(wanted: dict[str, str | None], kept: list[str]) -> dict[str, dict[str, str]]:
    """Return every package that rpm knows; those with a version that is kept count as held."""
    installed: dict[str, list[tuple[int, str]]] = {}
    for line in output("rpm", "-qa", "--qf", "%{NAME}\\t%{EVR}\\t%{INSTALLTIME}\\n").splitlines():
        name, version, time = line.split("\t")
        installed.setdefault(name, []).append((int(time) if time.isdigit() else 0, version))
    found = {}
    for name, rows in installed.items():
        versions = [version for _, version in sorted(rows)]
        asked = wanted.get(name)
        lock = re.compile(rf"{re.escape(name)}-(\d+:)?\d")
        found[name] = {
            "version": asked if asked in versions else versions[-1],
            "status": "held" if any(lock.match(one) for one in kept) else "installed",
        }
    return found


def is_apt() -> bool:
    """Return whether packages are dpkg's here, not rpm's."""
    return shutil.which("dpkg-query") is not None


def packages(wanted: dict[str, str | None], state: Path) -> dict[str, Any]:
    """Return `packages` and `packaging`."""
    known, interrupted = apt_packages() if is_apt() else (rpm_packages(wanted, locks(state)), False)
    of = {
        status: sorted(name for name, one in known.items() if one["status"] == status)
        for status in ("broken", "held")
    }
    asked = {*wanted, *of["broken"], *of["held"]}
    kind = "apt" if is_apt() else "dnf"
    return {
        "packages": {name: known[name] for name in sorted(asked & known.keys())},
        "packaging": {"kind": kind, "interrupted": interrupted, **of},
    }


def row(find: Callable[[Any], tuple], key: str | int) -> dict[str, int]:
    """Return the number by name of one row of passwd or group, nothing without such a row."""
    try:
        found = find(key)
    except KeyError:
        return {}
    return {found[0]: found[2]}


def accounts(users: dict[str, int]) -> dict[str, dict[str, int]]:
    """Return the users with these names or numbers, and the groups with these numbers."""
    found: dict[str, dict[str, int]] = {"users": {}, "groups": {}}
    for name, number in sorted(users.items()):
        found["users"] |= {**row(pwd.getpwuid, number), **row(pwd.getpwnam, name)}
        found["groups"] |= row(grp.getgrgid, number)
    return found


def device_of(process: Path) -> str | None:
    """Return a GPU or RDMA device that a process has open, None without any."""
    try:
        with os.scandir(process / "fd") as handles:
            targets = (link(one.path) or "" for one in handles)
            return next((one for one in targets if DEVICE.fullmatch(one)), None)
    except OSError:  # it has ended
        return None


def has_devices() -> bool:
    """Return whether this host has GPUs or RDMA devices that a process can open."""
    names = (f"{one}/{name}" for one in DEVICE_FOLDERS for name in children(Path(one)))
    return any(map(DEVICE.fullmatch, names))


def busy(proc: Path) -> list[dict[str, Any]]:
    """Return the processes that use GPUs or RDMA devices, but for the services of the stack."""
    found = []
    for pid in sorted(int(one.name) for one in proc.iterdir() if one.name.isdigit()):
        process = proc / str(pid)
        device = device_of(process)
        lines = (text(process / "status") or "").splitlines() if device else []
        status = dict(one.split(":\t", 1) for one in lines if ":\t" in one)
        if status and status["Name"] not in SERVICES:
            number = int(status["Uid"].split()[0])
            user = next(iter(row(pwd.getpwuid, number)), str(number))
            found.append({"pid": pid, "name": status["Name"], "user": user, "device": device})
    return found


def units(names: list[str]) -> dict[str, dict[str, str]]:
    """Return the state of units, by the names asked for."""
    if not names:
        return {}
    shown = output("systemctl", "show", "-p", ",".join(UNIT_KEYS), "--", *names)
    blocks = [dict(line.split("=", 1) for line in one.splitlines()) for one in shown.split("\n\n")]
    return {
        name: {short: block.get(key, "") for key, short in UNIT_KEYS.items()}
        for name, block in zip(names, blocks)  # noqa: B905 (Python 3.9)
    }


def module_state(name: str, kernel: str) -> dict[str, str | None]:
    """Return version and source version of a kernel module, loaded and on disk."""
    folder = Path("/sys/module") / name
    loaded = (text(folder / "version") or "") if folder.is_dir() else None
    of_kernel = ("-k", kernel) if kernel else ()
    on_disk: dict[str, str | None] = {}
    for field in ("version", "srcversion"):
        done = ran("modinfo", *of_kernel, "-F", field, name)
        on_disk[field] = done.stdout.strip() if done and done.returncode == 0 else None
    return {
        "loaded": loaded,
        "disk": on_disk["version"],
        "loaded_srcversion": text(folder / "srcversion"),
        "disk_srcversion": on_disk["srcversion"],
    }


def dkms() -> list[dict[str, str]]:
    """Return what DKMS has, a row per module and kernel."""
    if not shutil.which("dkms"):
        return []
    found = (DKMS_LINE.match(line) for line in output("dkms", "status").splitlines())
    return [{key: value or "" for key, value in one.groupdict().items()} for one in found if one]


def children(folder: Path) -> list[str]:
    """Return the names in a folder, none without it."""
    return sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []


def pci() -> list[dict[str, Any]]:
    """Return the NICs, GPUs and switches of NVIDIA on the PCI bus."""
    found = []
    root = Path("/sys/bus/pci/devices")
    for address in children(root):
        device = root / address
        vendor = text(device / "vendor")
        if vendor in PCI_VENDORS:
            words = [(text(device / key) or "")[2:] for key in ("vendor", "device", "class")]
            found.append(
                {
                    "address": address,
                    "vendor": words[0],
                    "device": words[1],
                    "class": words[2],
                    "numa": int(text(device / "numa_node") or -1),
                    "net": children(device / "net"),
                    "infiniband": children(device / "infiniband"),
                }
            )
    return found


def free_bytes() -> dict[str, int]:
    """Return the space that is left, by folder."""
    found = {}
    for folder in ("/", "/boot", "/var"):
        if Path(folder).is_dir():
            status = os.statvfs(folder)
            found[folder] = status.f_bavail * status.f_frsize
    return found


def check(argv: list[str]) -> dict[str, Any]:
    """Return the answer of a check program; `rc` is None where it is not there."""
    if not os.access(argv[0], os.X_OK):
        return {"rc": None, "out": None, "error": f"{argv[0]} is not there"}
    done = ran(*argv, timeout=CHECK_S)
    if done is None:
        return {"rc": 1, "out": None, "error": f"{argv[0]} did not end within {CHECK_S} s"}
    try:
        out = json.loads(done.stdout)
    except ValueError:
        out = None
    error = (done.stderr.strip().splitlines() or [""])[-1]
    return {"rc": done.returncode, "out": out, "error": error}


def secure_boot() -> bool | None:
    """Return whether only signed code runs; None where the firmware does not say."""
    try:
        return Path(SECURE_BOOT).read_bytes()[-1:] == b"\1"
    except OSError:
        return None


def needs_reboot() -> bool:
    """Return whether packages ask for a restart."""
    if any(Path(one).exists() for one in REBOOT):
        return True
    done = None if is_apt() else ran("dnf", "--cacheonly", "needs-restarting", "--reboothint")
    # Without that plugin dnf ends with 1 as well, and says something else.
    return done is not None and done.returncode == 1 and "Reboot is required" in done.stdout


def observe(request: dict[str, Any], state: Path) -> dict[str, Any]:
    """Return everything that is asked for."""
    remembered = {owner: memory(state, owner) for owner in request.get("owners", [])}
    paths = {*request.get("files", []), *(p for one in remembered.values() for p in one["paths"])}
    kernel = request.get("kernel") or ""
    return {
        "user": [os.geteuid(), os.getegid()],
        "os": system(),
        "architecture": os.uname().machine,
        "boot_id": text("/proc/sys/kernel/random/boot_id"),
        "kernel": text("/proc/sys/kernel/osrelease"),
        "cmdline": text("/proc/cmdline"),
        "reboot_required": needs_reboot(),
        "secure_boot": secure_boot(),
        **packages(request.get("packages", {}), state),
        "accounts": accounts(request.get("users", {})),
        "busy": busy(Path("/proc")) if request.get("busy") and has_devices() else [],
        "files": {path: file_state(path) for path in sorted(paths)},
        "memory": remembered,
        "units": units(request.get("units", [])),
        "links": {path: link(path) for path in request.get("links", [])},
        "folders": {path: Path(path).is_dir() for path in request.get("folders", [])},
        "modules": {name: module_state(name, kernel) for name in request.get("modules", [])},
        "dkms": dkms() if request.get("dkms") else [],
        "pci": pci() if request.get("pci") else [],
        "free_bytes": free_bytes(),
        "checks": {one["name"]: check(one["argv"]) for one in request.get("checks", [])},
    }


def main() -> None:
    """Run as a module."""
    module = AnsibleModule(
        argument_spec={
            "request": {"type": "dict", "required": True},
            "state_dir": {"type": "path", "default": "/var/lib/railwright"},
        },
        supports_check_mode=True,
    )
    try:
        found = observe(module.params["request"], Path(module.params["state_dir"]))
    except OSError as err:
        module.fail_json(msg=f"{err.filename}: {err.strerror}")
    module.exit_json(changed=False, observed=found)


if __name__ == "__main__":
    main()
