"""A node as values: what it looks like to `railwright_observe`, and what modules do to it."""

import base64
import copy
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from railwright.nodes.compare import marker
from railwright.nodes.model import Wanted
from railwright.nodes.packages import COMPLETE
from railwright.nodes.request import request

ROOT = [0, 0]
SPACE = 10**12
OLD_KERNEL = "6.1.0-1-amd64"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def file_state(content: bytes, mode: str = "0644") -> dict[str, Any]:
    return {"sha256": digest(content), "mode": mode, "owner": ROOT}


@dataclass
class Machine:
    """A node that obeys: `seen` is everything there is to see on it, `log` which modules ran."""

    wanted: Wanted
    seen: dict[str, Any]
    log: list[str] = field(default_factory=list)
    failing: dict[str, dict[str, Any]] = field(default_factory=dict)
    check: bool = False

    def execute(self, module: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Do what a module would do; those in `failing` end with their result instead."""
        name = module.rpartition(".")[2]
        self.log.append(name)
        if name in self.failing:
            return {"failed": True, **self.failing[name]}
        if name == "railwright_observe":
            return {"observed": self.look(arguments["request"])}
        if self.check:
            assert name == "railwright_files", f"{name} runs in check mode"
            return self.files(arguments, change=False)
        result: dict[str, Any] = getattr(self, name.removeprefix("railwright_"))(arguments)
        return result

    def look(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is asked for, as the module does."""
        seen = copy.deepcopy(self.seen)
        memory = {owner: seen["memory"].get(owner, EMPTY) for owner in asked["owners"]}
        paths = {*asked["files"], *(path for one in memory.values() for path in one["paths"])}
        names = {check["name"] for check in asked["checks"]}
        packages, people = seen["packages"], seen["accounts"]["users"]
        numbers = asked["users"].values()
        return seen | {
            "files": {path: seen["files"].get(path) for path in paths},
            "memory": memory,
            "accounts": {
                "users": {
                    name: uid
                    for name, uid in people.items()
                    if name in asked["users"] or uid in numbers
                },
                "groups": {
                    name: gid for name, gid in seen["accounts"]["groups"].items() if gid in numbers
                },
            },
            "busy": seen["busy"] if asked["busy"] else [],
            "packages": {name: packages[name] for name in asked["packages"] if name in packages},
            "units": {name: seen["units"].get(name, UNKNOWN) for name in asked["units"]},
            "links": {path: seen["links"].get(path) for path in asked["links"]},
            "folders": {path: path in seen["folders"] for path in asked["folders"]},
            "modules": {name: seen["modules"].get(name, ABSENT) for name in asked["modules"]},
            "checks": {name: seen["checks"].get(name, NOT_THERE) for name in names},
        }

    def files(self, arguments: Mapping[str, Any], *, change: bool = True) -> dict[str, Any]:
        owner = arguments["owner"]
        known = self.seen["memory"].get(owner, EMPTY)
        if arguments.get("confirm"):
            self.seen["memory"][owner] = {"paths": known["paths"], "pending": []}
            return {"changed": False, "paths": known["pending"]}
        if words := arguments.get("begin"):
            pending = sorted({*known["pending"], *words})
            if change:
                self.seen["memory"][owner] = {"paths": known["paths"], "pending": pending}
            return {"changed": pending != known["pending"], "paths": pending}
        new = {
            one["path"]: file_state(base64.b64decode(one["content"]), one["mode"])
            for one in arguments["files"]
        }
        paths = sorted({*known["paths"], *new})
        moved = [path for path in paths if self.seen["files"].get(path) != new.get(path)]
        pending = sorted({*known["pending"], *moved})
        if change:
            self.seen["files"] |= {path: new.get(path) for path in paths}
            self.seen["memory"][owner] = {"paths": sorted(new), "pending": pending}
            self._checks_of(new)
        return {"paths": pending, "diff": [{"after_header": path} for path in moved]}

    def _checks_of(self, files: Mapping[str, Any]) -> None:
        """Programs that are laid down can be run, and find their settings to be others."""
        for state in self.wanted.roles.values():
            for check in state.checks:
                if check.argv[0] in files and check.name not in self.seen["checks"]:
                    self.seen["checks"][check.name] = differing(check.name)

    def apt(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        for one in arguments.get("name", ()):  # without, it gets the source's index alone
            name, _, version = one.partition("=")
            if arguments["state"] == "absent":
                self.seen["packages"].pop(name, None)
            else:
                version = version or self.seen["packages"].get(name, {}).get("version", "1")
                self.seen["packages"][name] = {"version": version, "status": "installed"}
        for name, version in self.wanted.modules.items():
            self.seen["modules"].setdefault(name, dict(ABSENT))["disk"] = version or ""
        return {"changed": True}

    def file(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        if arguments["state"] == "link":
            self.seen["links"][arguments["path"]] = arguments["src"]
        return {"changed": True}

    def get_url(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        assert len(arguments["checksum"]) == len("sha256:") + 64
        return {"changed": True}

    def unarchive(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        assert arguments["dest"] == "/opt"
        return {"changed": True}

    def command(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        if COMPLETE in arguments["argv"]:
            self.seen["packaging"] |= {"interrupted": False, "broken": []}
        for state in self.wanted.roles.values():
            for check in state.checks:
                if check.argv[0] == arguments["argv"][0]:
                    report = self.seen["checks"][check.name]["out"]
                    waits = check.name == "nic_firmware"
                    pending = [
                        {**one, "next": one["wanted"], "remedy": "reboot"}
                        for one in report["differences"]
                        if waits
                    ]
                    self.seen["checks"][check.name] = in_sync(pending)
        return {"changed": True}

    def units(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        known = self.seen["units"]
        for verb, names in arguments.items():
            for name in names:
                unit = known.setdefault(name, dict(UNKNOWN))
                unit |= EFFECTS[verb]
        return {"changed": True}

    def restart(self) -> None:
        """Boot: what is installed runs then, and what is enabled is started."""
        stack = self.wanted.stack
        assert stack is not None
        self.seen["boot_id"] += "+"
        self.seen["kernel"] = stack.system.kernel.release
        self.seen["cmdline"] = " ".join(("quiet", *self.wanted.arguments))
        self.seen["reboot_required"] = False
        needs = {
            name
            for state in self.wanted.roles.values()
            for unit in state.units
            for name in unit.needs
        }
        for name in {*self.seen["modules"], *needs}:
            version = self.wanted.modules.get(name) or ""
            self.seen["modules"].setdefault(name, dict(ABSENT))["loaded"] = version
        for state in self.wanted.roles.values():
            for unit in state.units:
                if unit.enabled and unit.running and not unit.masked:
                    self.seen["units"].setdefault(unit.name, dict(UNKNOWN)).update(active="active")
        for name, one in self.seen["checks"].items():
            if name in AT_BOOT or not one["out"]["differences"]:
                self.seen["checks"][name] = in_sync([])


AT_BOOT = ("nic_names",)
"""Checks whose settings only a boot makes."""
EMPTY: dict[str, Any] = {"paths": [], "pending": []}
UNKNOWN = {"load": "not-found", "active": "inactive", "sub": "dead", "enabled": "", "result": ""}
ABSENT = {"loaded": None, "disk": None, "loaded_srcversion": None, "disk_srcversion": None}
NOT_THERE = {"rc": None, "out": None, "error": "not there"}
EFFECTS = {
    "enable": {"enabled": "enabled"},
    "disable": {"enabled": "disabled"},
    "mask": {"enabled": "masked", "active": "inactive"},
    "unmask": {"enabled": "disabled"},
    "start": {"active": "active"},
    "stop": {"active": "inactive"},
}


def in_sync(pending: list[dict[str, str]]) -> dict[str, Any]:
    return {"rc": 0, "out": {"differences": [], "pending": pending, "warnings": []}, "error": ""}


def differing(name: str) -> dict[str, Any]:
    found = {"name": f"{name} setting", "running": "0", "wanted": "1"}
    return {
        "rc": 2,
        "out": {"differences": [found], "pending": [], "warnings": [f"mend {name}"]},
        "error": "",
    }


def bare(wanted: Wanted) -> dict[str, Any]:
    """Return a node with its system and its hardware and nothing else."""
    gpus = [f"0000:1{number}:00.0" for number in range(wanted.gpus or 0)]
    nics = [
        pci_device(address, "15b3", "1021", "020000", name) for name, address in wanted.nics.items()
    ]
    return {
        "user": ROOT,
        "os": {"id": "debian", "version": "12"},
        "architecture": "x86_64",
        "boot_id": "boot",
        "kernel": OLD_KERNEL,
        "cmdline": "quiet",
        "reboot_required": False,
        "secure_boot": False,
        "accounts": {"users": {}, "groups": {}},
        "busy": [],
        "packages": {},
        "packaging": {"kind": "apt", "interrupted": False, "broken": [], "held": []},
        "files": {},
        "memory": {},
        "units": {},
        "links": {},
        "folders": [],
        "modules": {},
        "dkms": [],
        "pci": [*nics, *(pci_device(one, "10de", "2330", "030200") for one in gpus)],
        "free_bytes": {"/": SPACE, "/boot": SPACE, "/var": SPACE},
        "checks": {},
    }


def pci_device(address: str, vendor: str, device: str, kind: str, name: str = "") -> dict[str, Any]:
    return {
        "address": address,
        "vendor": vendor,
        "device": device,
        "class": kind,
        "numa": 0,
        "net": [name] if name else [],
        "infiniband": [],
    }


def converged(wanted: Wanted) -> dict[str, Any]:
    """Return a node that is exactly as wanted, written down from the roles' states alone."""
    seen = bare(wanted)
    assert wanted.stack is not None
    seen["kernel"] = wanted.stack.system.kernel.release
    seen["cmdline"] = " ".join(("quiet", *wanted.arguments))
    people = {one.name: one.uid for one in wanted.stack.choices.users}
    seen["accounts"] = {"users": people, "groups": dict(people)}
    for role, state in wanted.roles.items():
        files = {f"/{one.path}": file_state(one.content, f"{one.mode:04o}") for one in state.files}
        seen["files"] |= files
        seen["memory"][role] = {"paths": sorted(files), "pending": []}
        for archive in state.archives:
            done = marker(archive)
            seen["files"][f"/{done.path}"] = file_state(done.content)
            seen["folders"].append(archive.folder)
        for package in state.packages:
            version = package.version or "1.0"
            seen["packages"][package.name] = {"version": version, "status": "installed"}
        for unit in state.units:
            seen["units"][unit.name] = {
                "load": "loaded",
                "active": "active" if unit.running and not unit.masked else "inactive",
                "sub": "",
                "enabled": "masked" if unit.masked else "enabled" if unit.enabled else "disabled",
                "result": "success",
            }
            for name in unit.needs:
                seen["modules"].setdefault(name, module(""))
        seen["links"] |= {link.path: link.target for link in state.links}
        seen["checks"] |= {check.name: in_sync([]) for check in state.checks}
    seen["modules"] |= {name: module(version or "") for name, version in wanted.modules.items()}
    return seen


def module(version: str) -> dict[str, Any]:
    return {"loaded": version, "disk": version, "loaded_srcversion": "A", "disk_srcversion": "A"}


def looked_at(wanted: Wanted, seen: dict[str, Any]) -> dict[str, Any]:
    """Return what the module reports of the whole of a node."""
    return Machine(wanted, seen).look(request(wanted))
