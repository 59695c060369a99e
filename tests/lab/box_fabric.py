"""A few switches as namespaces, with what runs inside a box: redis, FRR, lldpd, the applier."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

import railwright.lab.box as box_package

BINARIES = ("ip", "unshare", "nsenter", "redis-server", "vtysh", "lldpd", "lldpcli")
FRR = Path("/usr/lib/frr")
PYTHON = "/usr/bin/python3"

PREPARE = """
set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/frr /run/redis /run/lldpd /run/railwright
chown frr:frr /run/frr
mount -t tmpfs tmpfs /var/tmp
mount -t tmpfs tmpfs /etc/frr
: > /etc/frr/frr.conf
echo 'service integrated-vtysh-config' > /etc/frr/vtysh.conf
chown -R frr:frrvty /etc/frr
hostname sonic
ip link set lo up
for daemon in zebra staticd bgpd; do /usr/lib/frr/$daemon -d > /dev/null 2>&1; done
"""

FRR_ONLY = f"{PREPARE}\nexec sleep infinity"

REDIS = """
redis-server --port 0 --unixsocket /run/redis/redis.sock --save '' --appendonly no \
    --dir /run/redis --daemonize yes --logfile /run/redis/log > /dev/null
"""

WHOLE = f"""
{PREPARE}
{REDIS}
lldpd
exec python3 -m box.applier --set-hostname --lldp-interval-s 1 --poll-s 0.5 --log "$LOG"
"""

HOST = "ip link set lo up; exec sleep infinity"

WRITE = """
import json, sys
from box import configdb, resp
redis = resp.Redis("/run/redis/redis.sock", 4)
event, data = json.load(sys.stdin)
if event == "reload":
    configdb.flush(redis)
configdb.merge(redis, data, event)
"""


def missing() -> str:
    """Return why the switches cannot run here, empty if they can."""
    if os.geteuid() != 0:
        return "needs root"
    absent = [name for name in BINARIES if shutil.which(name) is None]
    absent += [
        str(FRR / name) for name in ("zebra", "staticd", "bgpd") if not (FRR / name).exists()
    ]
    absent += [] if Path(PYTHON).exists() else [PYTHON]
    return f"not installed: {', '.join(absent)}" if absent else ""


def eventually(check: Callable[[], Any], timeout_s: float = 20.0) -> Any:
    """Return the first true value of `check`; fail with its last value after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while not (value := check()):
        assert time.monotonic() < deadline, f"still {value!r} after {timeout_s} s"
        time.sleep(0.1)
    return value


def _run(command: Iterable[str], given: str = "") -> str:
    done = subprocess.run(
        list(command), input=given, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, f"{done.args}: {done.stderr or done.stdout}"
    return done.stdout


class Switch:
    """One switch: a network namespace of its own, and private mount, UTS and process namespaces."""

    def __init__(self, name: str, namespace: str, folder: Path, init: str) -> None:
        self.name = name
        self._folder = folder
        self.log = folder / f"{name}.log"
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "PYTHONPATH": str(folder),
            "LOG": str(self.log),
        }
        isolate = ("unshare", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc")
        self._process = subprocess.Popen(
            ["nsenter", f"--net=/run/netns/{namespace}", *isolate, "sh", "-c", init],
            env=environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._environment = environment
        self._init_pid = 0

    @property
    def init_pid(self) -> int:
        """The process number of the switch's first process, seen from outside."""
        if not self._init_pid:
            pid = self._process.pid
            children = Path(f"/proc/{pid}/task/{pid}/children")
            self._init_pid = int(eventually(lambda: children.read_text().split())[0])
        return self._init_pid

    def run(self, *command: str, given: str = "") -> str:
        """Run a command inside and return its output."""
        inside = ["nsenter", "-t", str(self.init_pid), "-m", "-u", "-n", "-p"]
        settings = [f"{name}={value}" for name, value in self._environment.items()]
        return _run([*inside, "env", "-i", *settings, *command], given)

    def write(self, data: dict[str, Any], event: str = "rows") -> None:
        """Merge tables into CONFIG_DB (event `reload`: replace it) and wait for the effect."""
        self.run(PYTHON, "-c", WRITE, given=json.dumps([event, data]))
        self.run(PYTHON, "-m", "box.applier", "--wait")

    def patch(self, *operations: dict[str, Any]) -> None:
        """Change CONFIG_DB with the switch's own `config apply-patch`; wait for the effect."""
        self.run("sh", "-c", "cat > /run/patch.json", given=json.dumps(operations))
        self.run(PYTHON, "-IS", str(self._folder / "config"), "apply-patch", "/run/patch.json")
        self.run(PYTHON, "-m", "box.applier", "--wait")

    def state(self, key: str, field: str) -> str:
        """Return a field of STATE_DB."""
        return self.run(
            "redis-cli", "-s", "/run/redis/redis.sock", "-n", "6", "HGET", key, field
        ).strip()

    def hops(self, prefix: str) -> int:
        """Return how many next hops the kernel has for a prefix."""
        family = "-6" if ":" in prefix else "-4"
        routes = json.loads(self.run("ip", family, "-json", "route", "show", prefix) or "[]")
        return sum(len(route.get("nexthops", [route])) for route in routes)

    def ended(self, limit_s: float) -> bool:
        """Return whether the first process, the applier, ends by itself within `limit_s`."""
        return self._process.wait(limit_s) == 0

    def stop(self) -> None:
        """End every process of the switch."""
        self._process.kill()
        self._process.wait(10)


class Fabric:
    """Switches and the links between their ports; use as a context."""

    def __init__(
        self,
        folder: Path,
        links: Iterable[tuple[str, str, str, str]] = (),
        others: Iterable[str] = (),
        init: str = WHOLE,
        hosts: Iterable[str] = (),
    ) -> None:
        """Take `(switch, port, switch, port)` per link, and the names of unlinked switches.

        Those of them that are `hosts` run nothing.
        """
        self._folder, self._init, self._hosts = folder, init, frozenset(hosts)
        self._links = list(links)
        self._names = sorted({*others, *(link[at] for link in self._links for at in (0, 2))})
        self._prefix = f"rwbox{os.getpid()}-"
        self.switches: dict[str, Switch] = {}

    def __enter__(self) -> "Fabric":
        source = Path(next(iter(box_package.__path__)))
        shutil.copytree(source, self._folder / "box", ignore=shutil.ignore_patterns("__pycache__"))
        (self._folder / "config").symlink_to("box/launcher.py")
        try:
            lines = [f"netns add {self._prefix}{name}" for name in self._names]
            for one, port, other, peer in self._links:
                lines.append(
                    f"link add {port} mtu 9216 netns {self._prefix}{one} type veth "
                    f"peer name {peer} mtu 9216 netns {self._prefix}{other}"
                )
            _run(["ip", "-batch", "-"], "\n".join(lines) + "\n")
            for name in self._names:
                namespace = f"{self._prefix}{name}"
                init = HOST if name in self._hosts else self._init
                self.switches[name] = Switch(name, namespace, self._folder, init)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for switch in self.switches.values():
            switch.stop()
        for name in self._names:
            subprocess.run(["ip", "netns", "del", f"{self._prefix}{name}"], check=False)


def require_lab() -> None:
    """Skip the calling test with the reason; fail where REQUIRE_LAB says the lab must run."""
    if reason := missing():
        if os.environ.get("REQUIRE_LAB") == "1":
            pytest.fail(f"REQUIRE_LAB=1, but the lab {reason}")
        pytest.skip(f"the lab {reason}")
