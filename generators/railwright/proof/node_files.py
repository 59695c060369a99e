"""Files of a node's software read back: names of NICs, variables of jobs, hosts, mounts."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from railwright.proof.model import NodeFiles
from railwright.proof.nodes import sections

LINKS = re.compile(r"etc/systemd/network/10-railwright-(.+)\.link")
MOUNT = re.compile(r"etc/systemd/system/[^/]+\.mount")
LISTENS = re.compile(r"(?:--web\.listen-address=|--address )([0-9.]+):\d+")
RULE = re.compile(r'KERNELS=="([^"]+)".* name (\S+)"')
TARGET = re.compile(r"--traddr=(\S+)")
PCI = "pci-"


@dataclass(frozen=True, slots=True)
class Device:
    """One NIC port as files of names and of firmware say: PCI address and RDMA device."""

    pci: str
    rdma: str


@dataclass(frozen=True, slots=True)
class Mount:
    """One file system of another node, and the name it is mounted by."""

    path: str
    server: str


@lru_cache(maxsize=1024)  # servers of one model have equal files
def devices_of(content: bytes) -> Mapping[str, Device]:
    """Return the ports of a JSON file by interface; none for a text that is none of ours."""
    try:
        return {
            str(one["interface"]): Device(str(one["pci"]), str(one.get("rdma", "")))
            for one in json.loads(content)["ports"]
        }
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return {}


@lru_cache(maxsize=1024)
def link_of(content: bytes) -> tuple[str, str]:
    """Return PCI address and name of a `.link` file, empty where it says none."""
    found = {
        f"{section}.{key}": value
        for section, pairs in sections(content.decode(errors="replace"))
        for key, value in pairs
    }
    return found.get("Match.Path", "").removeprefix(PCI), found.get("Link.Name", "")


@lru_cache(maxsize=1024)
def rules_of(content: bytes) -> Mapping[str, str]:
    """Return the RDMA devices that udev's rules name, by PCI address."""
    return dict(RULE.findall(content.decode(errors="replace")))


@lru_cache(maxsize=1024)
def adapters_of(text: str) -> tuple[str, ...]:
    """Return the devices of a list of NCCL or UCX: `=mlx5_0:1:0,mlx5_3:1:1`, ports left out."""
    names = text.removeprefix("=").split(",")
    return tuple(one.partition(":")[0] for one in names if one)


@lru_cache(maxsize=1024)
def hosts_of(content: bytes) -> Mapping[str, tuple[str, ...]]:
    """Return the addresses of a hosts file by name, in its order."""
    found: dict[str, tuple[str, ...]] = {}
    for line in content.decode(errors="replace").splitlines():
        address, *names = line.partition("#")[0].split() or [""]
        for name in names:
            found[name] = (*found.get(name, ()), address)
    return found


def mounts_of(files: NodeFiles) -> Iterator[Mount]:
    """Yield the network file systems of a node."""
    for path in sorted(files):
        if MOUNT.fullmatch(path):
            found = {
                key: value
                for section, pairs in sections(files[path].decode(errors="replace"))
                for key, value in pairs
                if section == "Mount"
            }
            server, separator, _ = found.get("What", "").partition(":")
            if separator:
                yield Mount(path, server)
