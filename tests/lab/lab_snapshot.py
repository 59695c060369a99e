"""What a lab's devices are at one moment, read from kernel, FRR and CONFIG_DB, to be compared."""

import json
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from railwright.lab import boot, state
from railwright.lab.state import LabFolder
from railwright.lab.status import status
from tests.lab.site_tools import Site

SYSFS = "grep -H . /sys/class/net/*/ifindex /sys/class/net/*/operstate /sys/class/net/*/carrier_"
Place = tuple[str, str]
"""A device and one of its ports, or one of its BGP peers."""
Rows = Mapping[str, Mapping[str, Any]]
"""CONFIG_DB of one switch: rows by table and key."""


@dataclass(frozen=True)
class Interface:
    """A network device: `carrier_changes` counts how often it came up or went down."""

    index: int
    carrier_changes: int
    is_up: bool


@dataclass(frozen=True)
class BgpPeer:
    """A session that is up: how often it was established and lost, and since when it is."""

    established: int
    dropped: int
    since_epoch_s: int

    def is_same(self, other: "BgpPeer") -> bool:
        """Return whether this is still the same session; FRR rounds its age to the second."""
        same_counts = (self.established, self.dropped) == (other.established, other.dropped)
        return same_counts and abs(self.since_epoch_s - other.since_epoch_s) <= 1


@dataclass(frozen=True)
class Snapshot:
    """Everything that growth could disturb."""

    devices: frozenset[str]
    interfaces: Mapping[Place, Interface]
    addresses: frozenset[tuple[str, str, str]]
    peers: Mapping[Place, BgpPeer]
    configurations: Mapping[str, Rows]


def take(site: Site) -> Snapshot:
    """Return the state of all devices that are up or bare."""
    names = [one.name for one in status(site.cluster).devices]
    switches = [name for name in names if site.plan.device[name].is_switch]
    return Snapshot(
        devices=frozenset(names),
        interfaces={
            (name, port): one for name in names for port, one in _interfaces(site, name).items()
        },
        addresses=frozenset(
            (name, port, address) for name in names for port, address in _addresses(site, name)
        ),
        peers={(name, peer): one for name in switches for peer, one in _peers(site, name).items()},
        configurations={name: running(site, name) for name in switches},
    )


def inside(site: Site, switch: str, *argv: str) -> str:
    """Run a command in a switch, as its root, and return what it printed."""
    first = boot.first_process(switch, LabFolder(state.RUN_FOLDER, site.cluster))
    done = site.run(["nsenter", "-t", str(first), "-m", "-u", "-n", "-p", *argv])
    assert done.code == 0, done.out
    return done.out


def running(site: Site, switch: str) -> Rows:
    """Return a switch's CONFIG_DB."""
    rows: Rows = json.loads(inside(site, switch, "sonic-cfggen", "-d", "--print-data"))
    return rows


def changed_rows(old: Rows, new: Rows) -> dict[str, tuple[list[str], list[str]]]:
    """Return (rows added, rows changed) by table; rows that went are not expected."""
    found = {}
    for table in old.keys() | new.keys():
        before, after = old.get(table, {}), new.get(table, {})
        assert not before.keys() - after.keys(), (table, before.keys() - after.keys())
        added = sorted(after.keys() - before.keys())
        changed = sorted(key for key in before if before[key] != after[key])
        if added or changed:
            found[table] = (added, changed)
    return found


class Pings:
    """Pings that run while something else happens; use as a context, then ask for `lost`."""

    def __init__(self, site: Site, device: str, ways: list[tuple[str, str]]) -> None:
        """Take (source, destination) of every way, both addresses."""
        space = f"rw-{site.cluster}-{device}"
        self._commands = [
            ["ip", "netns", "exec", space, "ping", "-q", "-i", "0.2", "-I", source, destination]
            for source, destination in ways
        ]
        self._running: list[subprocess.Popen[str]] = []
        self.lost: list[int] = []
        self.sent: list[int] = []

    def __enter__(self) -> "Pings":
        for command in self._commands:
            self._running.append(
                subprocess.Popen(
                    command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
                )
            )
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._running:
            one.send_signal(signal.SIGINT)  # as Ctrl-C, after which it tells what came back
        for one in self._running:
            text = one.communicate(timeout=20)[0]
            words = next(line for line in text.splitlines() if "transmitted" in line).split()
            self.sent.append(int(words[0]))
            self.lost.append(int(words[0]) - int(words[3]))


def _interfaces(site: Site, device: str) -> dict[str, Interface]:
    found: dict[str, dict[str, str]] = {}
    for line in site.on(device, "sh", "-c", f"{SYSFS}changes").out.splitlines():
        path, _, value = line.partition(":")
        *_, port, name = path.split("/")
        found.setdefault(port, {})[name] = value
    return {
        port: Interface(
            int(values["ifindex"]), int(values["carrier_changes"]), values["operstate"] == "up"
        )
        for port, values in found.items()
    }


def _addresses(site: Site, device: str) -> list[tuple[str, str]]:
    rows = json.loads(site.on(device, "ip", "-j", "address").out)
    return [
        (row["ifname"], f"{one['local']}/{one['prefixlen']}")
        for row in rows
        for one in row["addr_info"]
        if one["scope"] == "global"
    ]


def _peers(site: Site, switch: str) -> dict[str, BgpPeer]:
    rows = json.loads(inside(site, switch, "vtysh", "-c", "show bgp neighbors json"))
    return {
        peer: BgpPeer(
            row["connectionsEstablished"],
            row["connectionsDropped"],
            row["bgpTimerUpEstablishedEpoch"],
        )
        for peer, row in rows.items()
        if row["bgpState"] == "Established"
    }
