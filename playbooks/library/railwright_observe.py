#!/usr/bin/python3
"""Look at this host once: files, packages, units, modules, PCI devices, checks; change nothing.

Runs on targets with the standard library alone. What is looked at is asked for, and found where
the system keeps it; comparing it with what is wanted is the controller's business.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
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
      - C(files), C(links), C(folders) are absolute paths; C(packages), C(units), C(modules) names.
      - C(owners) are names given to M(railwright_files), whose memory is read with the state of
        the files it names.
      - C(checks) are programs, C({name, argv}), that print JSON; C(kernel) is the release that
        modules are looked up for on disk, the running one if it is empty.
      - C(pci) and C(dkms) say whether those are listed.
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
PCI_VENDORS = ("0x15b3", "0x10de")
UNIT_KEYS = {
    "LoadState": "load",
    "ActiveState": "active",
    "SubState": "sub",
    "UnitFileState": "enabled",
    "Result": "result",
}
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


def rpm_packages() -> tuple[dict[str, dict[str, str]], bool]:
    """Return every package that rpm knows; locks of `dnf versionlock` count as held."""
    locks = (text("/etc/dnf/plugins/versionlock.list") or "").splitlines()
    found = {}
    for line in output("rpm", "-qa", "--qf", "%{NAME}\\t%{EVR}\\n").splitlines():
        name, version = line.split("\t")
        lock = re.compile(rf"{re.escape(name)}-(\d+:)?\d")
        held = any(lock.match(one) for one in locks)
        found[name] = {"version": version, "status": "held" if held else "installed"}
    return found, False


def packages(names: list[str]) -> dict[str, Any]:
    """Return `packages` and `packaging`."""
    kind = "apt" if shutil.which("dpkg-query") else "dnf"
    known, interrupted = apt_packages() if kind == "apt" else rpm_packages()
    of = {
        status: sorted(name for name, one in known.items() if one["status"] == status)
        for status in ("broken", "held")
    }
    asked = {*names, *of["broken"], *of["held"]}
    return {
        "packages": {name: known[name] for name in sorted(asked & known.keys())},
        "packaging": {"kind": kind, "interrupted": interrupted, **of},
    }


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
    return any(Path(one).exists() for one in ("/run/reboot-required", "/var/run/reboot-required"))


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
        **packages(request.get("packages", [])),
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
