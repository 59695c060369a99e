"""One booted server with its planned network files, and a namespace behind each of its ports."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from netaddr import IPAddress

from railwright.emitters import node_config
from railwright.lab import boot, cgroup, keys, layers, requirements
from railwright.lab.boot import Start
from railwright.lab.process import kill
from railwright.lab.shell import run
from railwright.lab.state import LabFolder
from railwright.plan.model import Device, Link, Plan

NETWORKD = "systemd-networkd.service"
BOOT_S = 60.0
POOL_HOSTS = ("10.33.200.", "fd00:1024:0:4::c8")
"""Where other hosts of the storage network are, without the last digits."""
OUTSIDE = ("198.51.100.", "2001:db8::")
"""Where the world is, without the last digits: it is behind every way out."""


def eventually(check: Callable[[], bool], timeout_s: float = 20.0) -> None:
    """Wait until `check` holds; fail after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while not check():
        assert time.monotonic() < deadline, f"not within {timeout_s} s"
        time.sleep(0.2)


class Host:
    """A booted server; `behind` are the namespaces its ports lead to, by port."""

    def __init__(self, plan: Plan, device: Device, folder: LabFolder) -> None:
        """Prepare the server of a dual-stack plan with a border; `boot` starts it."""
        self.plan, self.device, self._folder = plan, device, folder
        prefix = f"rwhost{os.getpid()}-"
        self.namespace = f"{prefix}self"
        self.links = {
            port: link
            for port, link in plan.links_of[device.name].items()
            if link.kind == "host" and link.deployed
        }
        self.behind = {port: f"{prefix}{port}" for port in (*self.links, "eth0")}
        mount = requirements.here()
        assert mount is not None
        self._cgroup = mount / prefix.rstrip("-")

    def boot(self, rootfs: Path) -> None:
        """Wire the server, lay its planned files down and start it."""
        spaces = [self.namespace, *self.behind.values()]
        run(["ip", "-batch", "-"], lines=[f"netns add {name}" for name in spaces])
        for link in self.links.values():
            self.plug(link)
        self._plug_inband()
        identities = keys.ensure(
            self._folder.keys, {self.device.name: self.device.management.address}
        )
        layers.write_kind(self._folder, "node", rootfs, self.plan, identities)
        layers.write_device(self._folder, self.plan, self.device, identities)
        self._lay_down(self._folder.device(self.device.name) / "files")
        stack = layers.stack(self._folder, self.device, rootfs)
        group = self._cgroup / self.device.name
        start = Start(self.device.name, "node", self.namespace, stack, group)
        boot.boot(start, self._folder, BOOT_S)

    def stop(self) -> None:
        """End the server and remove what was made for it."""
        started = self._folder.started(self.device.name)
        if started is not None:
            kill([started])
        for name in (self.namespace, *self.behind.values()):
            subprocess.run(["ip", "netns", "del", name], check=False)
        cgroup.remove(self._cgroup)

    def plug(self, link: Link) -> None:
        """Cable a port: behind it are the leaf's address and everything beyond the leaf."""
        port, space = link.a.port, self.behind[link.a.port]
        run(
            ["ip", "-batch", "-"],
            lines=[
                f"link add {port} netns {self.namespace} type veth "
                f"peer name leaf mtu 9216 netns {space}"
            ],
        )
        own, leaf = self.twins(link.a.address), self.twins(link.z.address)
        lines = ["link set lo up", "link set leaf up"]
        lines += [f"address add {leaf[0]}/31 dev leaf", f"address add {leaf[1]}/127 dev leaf nodad"]
        for address in (*POOL_HOSTS, *OUTSIDE):
            lines.append(f"address replace {address}1 dev lo")
        lines += [f"route add default via {address}" for address in own]
        self.beyond(port, *lines)

    def _plug_inband(self) -> None:
        where = self.device.management
        space = self.behind["eth0"]
        pair = f"link add eth0 netns {self.namespace} type veth peer name leaf netns {space}"
        run(["ip", "-batch", "-"], lines=[pair])
        self.beyond(
            "eth0",
            "link set lo up",
            "link set leaf up",
            f"address add {where.gateway}/{where.prefix_length} dev leaf",
            f"address add {OUTSIDE[0]}1 dev lo",
            f"address add {self.service} dev lo",
        )

    @property
    def service(self) -> str:
        """Return an address of another subnet of the in-band network."""
        return str(IPAddress(self.plan.intent.pools.inband.last - 1))

    def twins(self, address: str) -> tuple[str, str]:
        """Return an address of a data port and its IPv6 twin."""
        assert self.plan.dual is not None
        return address, self.plan.dual.address(address) or ""

    def _lay_down(self, root: Path) -> None:
        for file in node_config.files(self.plan, self.device, "host_network"):
            target = root / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.content)
        wants = root / "etc/systemd/system/multi-user.target.wants"
        wants.mkdir(parents=True)
        (wants / NETWORKD).symlink_to(f"/lib/systemd/system/{NETWORKD}")

    def beyond(self, port: str, *lines: str) -> None:
        """Run `ip` lines in the namespace behind a port."""
        run(["ip", "-netns", self.behind[port], "-batch", "-"], lines=lines)

    def carrier(self, port: str, state: str) -> None:
        """Give a port carrier or take it away: `up` or `down`."""
        self.beyond(port, f"link set leaf {state}")
        if state == "up":  # the kernel forgets IPv6 addresses of what goes down
            own, leaf = (self.twins(end.address)[1] for end in self.ends(port))
            self.beyond(
                port,
                f"address replace {leaf}/127 dev leaf nodad",
                f"route replace default via {own}",
            )
            self.beyond(port, f"route replace default via {self.links[port].a.address}")

    def ends(self, port: str) -> tuple[Any, Any]:
        """Return both ends of a port's link, its own first."""
        return self.links[port].a, self.links[port].z

    def run(self, *argv: str) -> str:
        """Run a command on the server; return what it printed, also when it failed."""
        first = boot.first_process(self.device.name, self._folder)
        assert first is not None
        enter = ["nsenter", f"--target={first}", "--all", "--root"]
        done = subprocess.run(
            [*enter, *argv], check=False, capture_output=True, text=True, timeout=60
        )
        return done.stdout

    def wait_online(self) -> None:
        """Wait until networkd is done with all ports: addresses, routes and rules."""
        wait = "/usr/lib/systemd/systemd-networkd-wait-online --timeout=30"
        ports = " ".join(f"--interface={port}" for port in self.links)
        assert self.run("sh", "-c", f"{wait} {ports} && echo online") == "online\n"

    def way(self, address: str, source: str = "") -> str:
        """Return the port that packets to an address leave by, empty when there is no way."""
        words = ["from", source] if source else []
        found = json.loads(self.run("ip", "-json", "route", "get", address, *words) or "[]")
        return "".join(route.get("dev", "") for route in found)

    def ways(self, prefix: str) -> set[str]:
        """Return the ports that packets to many addresses, 1 to 30, leave by."""
        return {self.way(f"{prefix}{number}") for number in range(1, 31)}

    def answers(self, address: str, source: str) -> bool:
        """Return whether an address answers one from here."""
        words = ["ping", "-c1", "-W1", "-I", source, address]
        return ", 0% packet loss" in self.run(*words)

    def hears(self, port: str, source: str, address: str) -> bool:
        """Return whether the server answers somebody behind a port."""
        words = ["ip", "netns", "exec", self.behind[port], "ping", "-c1", "-W1", "-I", source]
        done = subprocess.run([*words, address], check=False, capture_output=True)
        return done.returncode == 0

    def state(self) -> list[str]:
        """Return all routes and rules but those of link-local addresses, sorted."""
        lines: list[str] = []
        for family in ("-4", "-6"):
            lines += self.run("ip", "-o", family, "route", "show", "table", "all").splitlines()
            lines += self.run("ip", "-o", family, "rule", "show").splitlines()
        return sorted(line for line in lines if "fe80" not in line and "ff00" not in line)


@contextmanager
def booted(plan: Plan, name: str, rootfs: Path, base: Path) -> Iterator[Host]:
    """Run a server of a plan, and leave nothing behind."""
    host = Host(plan, plan.device[name], LabFolder(base, "host"))
    try:
        host.boot(rootfs)
        yield host
    finally:
        host.stop()
