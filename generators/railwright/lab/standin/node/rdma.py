"""RDMA devices as tools list them: ibv_devinfo, ibv_devices, show_gids, ibdev2netdev, rdma."""

import json
import os
import subprocess
from collections.abc import Iterator
from typing import Any

from . import sysfs
from .machine import Machine, ToolError, say

_REAL = "/usr/lib/railwright-standin/real"
_MTUS = (4096, 2048, 1024, 512, 256)
_ROCE_HEADERS_BYTES = 58
_ADDRESSES = ("/usr/sbin/ip", "-json", "address")


def devices(machine: Machine) -> list[dict[str, Any]]:
    """Return the ports of NICs that have an RDMA device, in its order."""
    found = [
        one
        for one in machine.nics()
        if machine.path(f"sys/class/infiniband/{one['rdma']}").exists()
    ]
    return sorted(found, key=lambda one: (len(one["rdma"]), one["rdma"]))


def interface(machine: Machine, port: str) -> dict[str, Any]:
    """Return an interface as `ip -json address` has it."""
    done = subprocess.run(_ADDRESSES, check=True, capture_output=True, text=True)  # noqa: S603
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    empty = {"mtu": 1500, "operstate": "DOWN", "addr_info": []}
    return next((row for row in rows if row["ifname"] == port), empty)


def path_mtu(mtu_bytes: int) -> int:
    """Return the RDMA path MTU of an interface's MTU."""
    return next((one for one in _MTUS if one + _ROCE_HEADERS_BYTES <= mtu_bytes), 256)


def gids(machine: Machine, nic: dict[str, Any]) -> Iterator[tuple[int, str, str, str]]:
    """Yield index, GID, IPv4 address and version: every address twice, v1 before v2."""
    index = 0
    for one in interface(machine, nic["port"])["addr_info"]:
        is_v4 = one["family"] == "inet"
        gid = _mapped(one["local"]) if is_v4 else _long(one["local"])
        for version in ("v1", "v2"):
            yield index, gid, one["local"] if is_v4 else "", version
            index += 1


def _mapped(address: str) -> str:
    a, b, c, d = map(int, address.split("."))
    return f"0000:0000:0000:0000:0000:ffff:{a:02x}{b:02x}:{c:02x}{d:02x}"


def _long(address: str) -> str:
    head, _, tail = address.partition("::")
    first, last = head.split(":") if head else [], tail.split(":") if tail else []
    middle = ["0"] * (8 - len(first) - len(last))
    return ":".join(f"{int(one, 16):04x}" for one in (*first, *middle, *last))


def show_gids(machine: Machine, argv: list[str]) -> int:
    """Print the GID table as show_gids does."""
    say("DEV\tPORT\tINDEX\tGID\t\t\t\t\tIPv4  \t\tVER\tDEV")
    say("---\t----\t-----\t---\t\t\t\t\t------------  \t---\t---")
    count = 0
    for nic in devices(machine):
        if argv and nic["rdma"] != argv[0]:
            continue
        for index, gid, address, version in gids(machine, nic):
            say(f"{nic['rdma']}\t1\t{index}\t{gid}\t{address}\t{version}\t{nic['port']}")
            count += 1
    say(f"n_gids_found={count}")
    return 0


def ibdev2netdev(machine: Machine, argv: list[str]) -> int:
    """Print which interface every RDMA device has."""
    for nic in devices(machine):
        state = "Up" if interface(machine, nic["port"])["operstate"] == "UP" else "Down"
        head = f"{nic['address']} {nic['rdma']} ({nic['model']})" if "-v" in argv else nic["rdma"]
        say(f"{head} port 1 ==> {nic['port']} ({state})")
    return 0


def ibv_devices(machine: Machine, _: list[str]) -> int:
    """List RDMA devices."""
    say("    device          \t   node GUID\n    ------          \t----------------")
    for nic in devices(machine):
        say(f"    {nic['rdma']:<16}\t{nic['guid'].replace(':', '')}")
    return 0


def ibv_devinfo(machine: Machine, argv: list[str]) -> int:
    """Print RDMA devices with their ports."""
    wanted = argv[argv.index("-d") + 1] if "-d" in argv else ""
    found = [one for one in devices(machine) if wanted in ("", one["rdma"])]
    if not found:
        raise ToolError(
            f"IB device '{wanted}' wasn't found" if wanted else "No IB devices found", 255
        )
    for nic in found:
        row = interface(machine, nic["port"])
        mtu = path_mtu(row["mtu"])
        is_up = row["operstate"] == "UP"
        number = {4096: 5, 2048: 4, 1024: 3, 512: 2, 256: 1}[mtu]
        say(f"hca_id:\t{nic['rdma']}")
        for name, value in (
            ("transport:\t\t", "InfiniBand (0)"),
            ("fw_ver:\t\t\t", nic["firmware"]),
            ("node_guid:\t\t", nic["guid"]),
            ("sys_image_guid:\t\t", nic["guid"]),
            ("vendor_id:\t\t", "0x02c9"),
            ("vendor_part_id:\t\t", str(int(nic["device"], 16))),
            ("hw_ver:\t\t\t", "0x0"),
            ("board_id:\t\t", nic["board_id"]),
            ("phys_port_cnt:\t\t", "1"),
        ):
            say(f"\t{name}{value}")
        say("\t\tport:\t1")
        for name, value in (
            ("state:\t\t\t", "PORT_ACTIVE (4)" if is_up else "PORT_DOWN (1)"),
            ("max_mtu:\t\t", "4096 (5)"),
            ("active_mtu:\t\t", f"{mtu} ({number})"),
            ("sm_lid:\t\t\t", "0"),
            ("port_lid:\t\t", "0"),
            ("port_lmc:\t\t", "0x00"),
            ("link_layer:\t\t", "Ethernet"),
        ):
            say(f"\t\t\t{name}{value}")
        say()
    return 0


def rdma(machine: Machine, argv: list[str]) -> int:
    """Do what `rdma link|dev show` does; the lab's kernel has no RDMA of its own."""
    words = [word for word in argv if not word.startswith("-")]
    as_json = any(word.startswith("-j") or word == "-json" for word in argv)
    if words[:1] not in (["link"], ["dev"]):
        os.execv(f"{_REAL}/rdma", ["rdma", *argv])  # noqa: S606 (a list of words)
    if words[:2] == ["dev", "set"] and words[3:4] == ["name"]:
        sysfs.rename_rdma(machine, words[2], words[4])
        return 0
    rows = []
    for index, nic in enumerate(devices(machine)):
        row = interface(machine, nic["port"])
        is_up = row["operstate"] == "UP"
        rows.append(
            {
                "ifindex": index,
                "ifname": nic["rdma"],
                "port": 1,
                "state": "ACTIVE" if is_up else "DOWN",
                "physical_state": "LINK_UP" if is_up else "DISABLED",
                "netdev": nic["port"],
                "netdev_index": row.get("ifindex", 0),
            }
            if words[0] == "link"
            else {
                "ifindex": index,
                "ifname": nic["rdma"],
                "node_type": "ca",
                "fw": nic["firmware"],
                "node_guid": nic["guid"],
                "sys_image_guid": nic["guid"],
            }
        )
    rows = [row for row in rows if len(words) < 3 or str(row["ifname"]) == words[2].split("/")[0]]
    if as_json:
        say(json.dumps(rows))
        return 0
    for found in rows:
        tail = " ".join(
            f"{key} {value}"
            for key, value in found.items()
            if key not in ("ifindex", "ifname", "port")
        )
        where = f"{found['ifname']}/1" if words[0] == "link" else found["ifname"]
        say(f"{words[0] if words[0] == 'link' else found['ifindex']} {where} {tail}")
    return 0
