"""Drifts of live nodes, generated from what the roles want there, made and looked for.

    python -m tests.lab.node_drifts INTENT --seed 7 --count 20

makes that many in a running lab of converged nodes, asks a run in check mode for them, mends them
with a real one, and says whether all three were exact.
"""

import argparse
import random
import re
import shlex
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from railwright.emitters import node_config
from railwright.emitters.node_config.state import RoleState
from railwright.plan.model import Plan
from railwright.plan.nodes_ports import data_ports
from tests.lab.site_tools import Done, Site

TASK = re.compile(r"^(?:TASK|RUNNING HANDLER) \[(?:(\w+) : )?")
STATUS = re.compile(r"^(ok|changed|skipping|failed|fatal|unreachable): \[(\S+?)\]")
UNTOUCHED = ("base:package", "host_network:unit", "ofed:package")
"""Kinds left alone: without kernel or NIC driver packages a node needs a restart to be mended, and
without networkd it cannot be reached."""


REMOVE = "apt-get -qq -y remove "


@dataclass(frozen=True, order=True)
class Drift:
    """One change by hand on one node: the role that finds it, its name there, the command."""

    host: str
    role: str
    name: str
    command: str


def possible(host: str, role: str, state: RoleState) -> Iterator[Drift]:
    """Yield every drift that can be made of what a role wants."""
    for file in state.files:
        path = shlex.quote(f"/{file.path}")
        for command in (f"rm {path}", f"echo '# by hand' >> {path}", f"chmod 0602 {path}"):
            yield Drift(host, role, f"/{file.path}", command)
    for unit in state.units:
        if unit.masked or f"{role}:unit" in UNTOUCHED:
            continue
        if unit.running:
            yield Drift(host, role, unit.name, f"systemctl stop {shlex.quote(unit.name)}")
        if unit.enabled and unit.running:
            yield Drift(host, role, unit.name, f"systemctl disable {shlex.quote(unit.name)}")
    if f"{role}:package" not in UNTOUCHED:
        for package in state.packages:
            yield Drift(host, role, package.name, f"{REMOVE}{shlex.quote(package.name)}")
    for link in state.links:
        path = shlex.quote(link.path)
        yield Drift(host, role, link.path, f"ln -sfn /opt/elsewhere {path}")


def of_settings(plan: Plan, host: str) -> Iterator[Drift]:
    """Yield every drift that the tools of NICs can make of the settings of a node's ports."""
    for port in data_ports(plan, plan.device[host]):
        name = port.interface
        commands = {
            "trust": f"mlnx_qos -i {name} --trust pcp",
            "PFC": f"mlnx_qos -i {name} --pfc 0,0,0,0,0,1,0,0",
            "cable length": f"mlnx_qos -i {name} --cable_len 77",
            "RDMA-CM ToS": f"cma_roce_tos -d {port.rdma} -t 0",
        }
        for what, command in commands.items():
            yield Drift(host, "roce", f"{name} {what}", f"{command} > /dev/null")


def generate(
    plan: Plan, alone: Mapping[str, Collection[str]], seed: int, count: int
) -> tuple[Drift, ...]:
    """Return `count` drifts on some hosts, at most one of each name, the same for a seed.

    `alone` are the packages of every host that nothing else there needs: only they are removed.
    No package is removed whose role has another drift on that host.
    """
    chance = random.Random(seed)  # noqa: S311 (no secret)
    all_of_them = [
        drift
        for host in alone
        for role in node_config.ROLES
        if (state := node_config.state(plan, plan.device[host], role))
        for drift in possible(host, role, state)
        if not drift.command.startswith(REMOVE) or drift.name in alone[host]
    ]
    all_of_them += (drift for host in alone for drift in of_settings(plan, host))
    chance.shuffle(all_of_them)
    found: list[Drift] = []
    for drift in all_of_them:
        same = [one for one in found if (one.host, one.role) == (drift.host, drift.role)]
        removes = drift.command.startswith(REMOVE) or any(
            one.command.startswith(REMOVE) for one in same
        )
        if any(one.name == drift.name for one in same) or (same and removes):
            continue
        found.append(drift)
        if len(found) == count:
            break
    return tuple(sorted(found))


def alone(site: Site, hosts: Sequence[str]) -> dict[str, frozenset[str]]:
    """Return the packages of every host that can be removed without removing another."""
    found = {}
    for host in hosts:
        device = site.plan.device[host]
        states = [node_config.state(site.plan, device, role) for role in node_config.ROLES]
        names = sorted({one.name for state in states if state for one in state.packages})
        words = " ".join(map(shlex.quote, names))
        script = (
            f"for one in {words}; do "
            '[ "$(apt-get -s remove $one | grep -c ^Remv)" != 1 ] || echo $one; done'
        )
        found[host] = frozenset(on_node(site, host, script).out.split())
    return found


def make(site: Site, drifts: Sequence[Drift]) -> None:
    """Make the drifts, all those of a host in one login."""
    for host in sorted({one.host for one in drifts}):
        script = "set -e\n" + "\n".join(one.command for one in drifts if one.host == host)
        done = on_node(site, host, script)
        assert done.code == 0, done.out


def on_node(site: Site, host: str, script: str) -> Done:
    """Run a shell script on a node, as root."""
    ssh = (
        'exec ssh -F none -i "$RAILWRIGHT_SSH_KEY" -o UserKnownHostsFile="$RAILWRIGHT_KNOWN_HOSTS" '
        '-o BatchMode=yes "root@$0" "$1"'
    )
    address = site.plan.device[host].management.address
    return site.inside("sh", "-c", ssh, address, script)


def reported(out: str) -> dict[tuple[str, str], str]:
    """Return the diff of every (host, role) that a run reports as changed."""
    found: dict[tuple[str, str], str] = {}
    role, lines = "", list[str]()
    for line in out.splitlines():
        if task := TASK.match(line):
            role, lines = task[1] or "", []
        elif status := STATUS.match(line):
            if status[1] == "changed":
                key = (status[2], role)
                found[key] = found.get(key, "") + "\n".join(lines)
            lines = []
        else:
            lines.append(line)
    return found


def missing(drifts: Sequence[Drift], out: str) -> list[str]:
    """Return what a run in check mode does not report, or reports without cause."""
    found = reported(out)
    wanted = {(one.host, one.role) for one in drifts}
    wrong = [f"{host} {role}: reported without cause" for host, role in found.keys() - wanted]
    for one in drifts:
        text = found.get((one.host, one.role))
        if text is None or one.name not in text:
            wrong.append(f"{one.host} {one.role} {one.name}: not reported ({one.command})")
    return sorted(wrong)


def round_trip(site: Site, drifts: Sequence[Drift]) -> list[str]:
    """Make drifts, look for them, mend them, look again; return everything that was not exact."""
    make(site, drifts)
    looked = site.play("--check", "--diff", "--tags", "nodes", timeout_s=900)
    wrong = missing(drifts, looked.out)
    if looked.code:
        wrong.append(f"the run in check mode ended with {looked.code}:\n{looked.out[-3000:]}")
    touched = {one.host for one in drifts}
    for what, expected in (("mending", touched), ("after mending", set[str]())):
        done = site.play("--tags", "nodes", timeout_s=900)
        if done.code or done.changed != expected:
            wrong.append(f"{what}: rc {done.code}, changed {sorted(done.changed)}")
            wrong += [] if done.code == 0 else [done.out[-3000:]]
    return wrong


def main() -> int:
    """Run as a program against a running lab."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("intent", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=20)
    options = parser.parse_args()
    site = Site(options.intent, Path.cwd())
    up = site.railwright("lab", "status", str(options.intent)).out
    hosts = [one.name for one in site.plan.nodes if re.search(rf"^{one.name} +booted", up, re.M)]
    drifts = generate(site.plan, alone(site, hosts), options.seed, options.count)
    for one in drifts:
        sys.stdout.write(f"{one.host} {one.role}: {one.command}\n")
    wrong = round_trip(site, drifts)
    sys.stdout.write("\n".join(wrong or [f"{len(drifts)} drifts: all found, nothing else"]) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
