"""The lab that is cabled wrongly: configured, brought into a world, listened to, verified."""

import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench.miscabled.hearing import Ears, Heard
from bench.miscabled.look import RAILWRIGHT, Look, railwright, report_of, saved, words
from bench.miscabled.model import SiteError, World

from railwright.api import load_plan
from railwright.device.lldp import parse
from railwright.emitters import node_config
from railwright.lab import boot, lifecycle, recable, rootfs, strangers
from railwright.lab.errors import LabError
from railwright.lab.lifecycle import LabOptions
from railwright.lab.recable import Socket
from railwright.lab.state import LabFolder
from railwright.plan.model import Device, Plan

BGP_S = 90.0
SETTLE_S = 60.0
POLL_S = 0.3
AT_ONCE = 4
PORT_ID = ("lldpcli", "configure", "lldp", "portidsubtype")
TX_HOLD = ("configure", "lldp", "tx-hold", "2")
"""So that what is gone is forgotten after two intervals."""


@dataclass(frozen=True)
class Site:
    """A running lab with all its servers booted and everything configured."""

    intent: Path
    plan: Plan
    folder: LabFolder
    tree: Path
    say: Callable[[str], None]

    @property
    def booted(self) -> frozenset[str]:
        """Return the names of the devices that run."""
        return frozenset(
            one.name for one in self.plan.devices if boot.first_process(one.name, self.folder)
        )

    def configure(self) -> None:
        """Give every device its own name, addresses and LLDP settings, as a roll-out does."""
        done = self.inside("push", str(self.intent))
        if done.returncode:
            raise SiteError(f"push: exit status {done.returncode}\n{done.stdout}{done.stderr}")
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(self._configure_node, filter(self._is_up, self.plan.nodes)))
        for switch in self.plan.switches:
            strangers.inside(self.folder, switch.name, "lldpcli", *TX_HOLD)

    def _is_up(self, device: Device) -> bool:
        return device.name in self.booted

    def _configure_node(self, node: Device) -> None:
        root = Path(f"/proc/{boot.first_process(node.name, self.folder)}/root")
        for role in node_config.ROLES:
            for file in node_config.files(self.plan, node, role):
                target = root / file.path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(file.content)
        # in a file: lldpd stays paused for good when another lldpcli comes while its own one runs
        lines = ("configure lldp tx-interval 1", " ".join(TX_HOLD))
        (root / "etc/lldpd.d/lab.conf").write_text("".join(f"{line}\n" for line in lines))
        units = ("systemd-networkd", "lldpd")
        strangers.inside(self.folder, node.name, "systemctl", "restart", *units)

    def make(self, old: World, new: World) -> None:
        """Bring the lab from one world into another and wait until its LLDP shows it."""
        for name, _ in sorted(old.strangers.items() - new.strangers.items()):
            strangers.send_away(self.folder, name)
        for name, announces in sorted(new.strangers.items() - old.strangers.items()):
            strangers.settle(self.folder, name, announces, self.tree)
        anew = set(recable.recable(self.folder, new.mates))
        for port in old.muted - new.muted - anew:
            strangers.unmute(self.folder, port)
        for port in (new.muted - old.muted) | (new.muted & anew):
            strangers.mute(self.folder, port)
        for device in sorted(old.by_mac ^ new.by_mac):
            kind = "macaddress" if device in new.by_mac else "ifname"
            strangers.inside(self.folder, device, *PORT_ID, kind)
        for device in old.names.keys() - new.names.keys():
            strangers.rename(self.folder, device, device)
        self.wait(new)

    def wait(self, world: World) -> None:
        """Wait until every planned port hears what is plugged into it, and nothing else.

        Raises: SiteError when LLDP does not show the cabling in time.
        """
        wanted = Ears(self.plan, self.booted).hearing(world)
        deadline = time.monotonic() + SETTLE_S
        while True:
            for device, name in world.names.items():
                # a switch announces its own name again whenever one of its ports comes back
                strangers.rename(self.folder, device, name)
            heard = self.heard()
            wrong = [one for one, said in wanted.items() if heard.get(one, ()) != said]
            if not wrong:
                return
            if time.monotonic() > deadline:
                said = (f"{one} hears {heard.get(one, ())}, not {wanted[one]}" for one in wrong)
                raise SiteError("LLDP does not show the cables:\n  " + "\n  ".join(said))
            time.sleep(POLL_S)

    def heard(self) -> Heard:
        """Return what the ports of all booted devices hear."""
        found: dict[Socket, tuple[tuple[str, str], ...]] = {}
        for name, text in self.texts().items():
            for port, neighbours in parse(text, name).items():
                said = sorted((one.system, one.port) for one in neighbours)
                found[Socket(name, port)] = tuple(said)
        return found

    def texts(self) -> dict[str, str]:
        """Return what `lldpctl -f json` prints on every booted device."""
        names = sorted(self.booted)

        def read(name: str) -> str:
            return strangers.inside(self.folder, name, "lldpctl", "-f", "json")

        with ThreadPoolExecutor(AT_ONCE) as pool:
            return dict(zip(names, pool.map(read, names), strict=True))

    def as_made(self) -> World:
        """Return the world without any fault."""
        return World(recable.as_made(self.folder))

    def look(self, world: World) -> Look:
        """Return what verify says of the devices, and of LLDP outputs saved here."""
        start = time.perf_counter()
        live = report_of(self.inside(*words(self.intent), "--wait", "0"))
        wall_s = time.perf_counter() - start
        with saved(self.texts()) as folder:
            again = report_of(self.inside(*words(self.intent), "--lldp", str(folder)))
        return Look(live, again, wall_s)

    def rest(self) -> str:
        """Return what is wrong besides cables, empty if all has recovered."""
        done = self.inside("verify", str(self.intent), "bgp", "--wait", f"{BGP_S:.0f}")
        return f"BGP has not recovered:\n{done.stdout}{done.stderr}" if done.returncode else ""

    def inside(self, *argv: str) -> "subprocess.CompletedProcess[str]":
        """Run a verb inside the lab."""
        return railwright("lab", "exec", str(self.intent), "--", *RAILWRIGHT, *argv)


def raised(intent: Path, cache: Path, say: Callable[[str], None]) -> Site:
    """Bring a lab up with all its GPU nodes, as it was made and configured.

    Raises: LabError when the lab cannot run, SiteError when it cannot be configured.
    """
    plan = load_plan(intent).plan
    options = LabOptions(cache=cache, nodes=len(plan.gpu_nodes))
    lifecycle.up(plan, options, say)
    folder = LabFolder(options.base, plan.intent.cluster)
    if recable.is_moved(folder):
        raise LabError(
            "the lab that runs was cabled by somebody; take it down: railwright lab down"
        )
    site = Site(intent, plan, folder, rootfs.ensure(cache, {}, say), say)
    say("configuring")
    site.configure()
    return site
