"""One node with stand-in hardware: drivers from packages, a restart, services, faults."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from railwright import api
from railwright.catalog import loader
from railwright.catalog.stack_model import Group, System
from railwright.emitters.node_config import base_apt
from railwright.lab import boot, lifecycle
from railwright.lab.lifecycle import LabOptions
from railwright.lab.standin import factory
from railwright.lab.state import LabFolder
from railwright.plan.model import Plan
from railwright.plan.stack import stack_of
from tests.lab import lab_tools
from tests.lab.lab_remains import look
from tests.lab.lab_tools import wait_until

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("lab_host")]

CLUSTER, NODE = "rw-standin", "gpu0001"
RELEASE = "2026.07"
SYSTEM: System = "debian-12"
STACK = f"stack:\n  release: '{RELEASE}'\n  os: {SYSTEM}\n"
GROUPS: tuple[Group, ...] = ("base", "ofed.doca", "nvidia_driver", "fabricmanager", "gpudirect")
NIC, GPU = "0000:18:00.0", "0000:1b:00.0"
BOOT_S = 30.0
KEYRING = "/etc/apt/keyrings/lab.asc"


class Node:
    """The node; commands run in all of its namespaces."""

    def __init__(self, folder: LabFolder, plan: Plan) -> None:
        self.folder = folder
        self.stack = stack_of(plan)
        self.system = loader.stack(RELEASE).systems[SYSTEM]

    def run(self, command: str) -> str:
        first = boot.first_process(NODE, self.folder)
        argv = ["nsenter", f"--target={first}", "--all", "--root"]
        done = subprocess.run(
            [*argv, "bash", "-c", f"cd /; {command}"],
            check=False,
            capture_output=True,
            text=True,
            cwd="/",
        )
        return done.stdout + done.stderr

    def boot_id(self) -> str | None:
        """Return the identity of the running boot, read from outside.

        A command inside would be stopped by the node's own shutdown, and its parent with it.
        """
        first = boot.first_process(NODE, self.folder)
        try:
            return Path(f"/proc/{first}/root/run/boot-id").read_text()
        except OSError:
            return None

    def restart(self) -> None:
        before = self.boot_id()
        self.run("systemctl reboot")

        def is_back() -> bool:
            return self.boot_id() not in {None, before}

        wait_until(is_back, BOOT_S)
        wait_until(lambda: boot.is_ready(NODE, "node", self.folder), BOOT_S)
        self.run("systemctl is-system-running --wait")

    def active(self, unit: str) -> str:
        return self.run(f"systemctl is-active {unit}").strip()

    def fault(self, name: str) -> None:
        self.run(
            f"mkdir -p /etc/railwright-standin/faults; touch /etc/railwright-standin/faults/{name}"
        )

    def install(self, *groups: Group) -> str:
        wanted: dict[str, str | None] = dict(self.system.kernel.packages)
        for group in groups:
            wanted |= self.system.packages[group]
        words = [
            name if version is None else f"{name}={version}" for name, version in wanted.items()
        ]
        return self.run(
            "DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "
            f"{' '.join(words)} 2>&1; echo status $?"
        )


@pytest.fixture(scope="module")
def node(
    lab_intent: Path, lab_cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Node]:
    base = tmp_path_factory.mktemp("standin")
    text = lab_intent.read_text().replace(f"cluster: {lab_tools.CLUSTER}", f"cluster: {CLUSTER}")
    intent = base / "cluster.yml"
    intent.write_text(text.replace("count: 2", "count: 1") + STACK)
    plan = api.load_plan(intent).plan
    labs = base / "labs"
    before = look(CLUSTER, labs)
    try:
        lifecycle.up(plan, LabOptions(cache=lab_cache, nodes=1, base=labs), lambda _: None)
        yield Node(LabFolder(labs, CLUSTER), plan)
    finally:
        lifecycle.down(CLUSTER, lambda _: None, labs)
        assert look(CLUSTER, labs) == before


def test_a_bare_node_has_hardware_and_an_old_kernel(node: Node) -> None:
    assert node.run("cat /proc/sys/kernel/osrelease").strip() == factory.KERNELS[SYSTEM]
    assert factory.KERNELS[SYSTEM] in node.run("cat /proc/cmdline")
    assert node.run("cat /etc/apt/sources.list /etc/apt/sources.list.d/*").count("deb") == 0
    assert node.run("readlink -f /sys/class/net/rail0/device").strip().endswith(NIC)
    assert "rail0" in node.run(f"ls /sys/bus/pci/devices/{NIC}/net")
    assert node.run(f"cat /sys/bus/pci/devices/{GPU}/vendor").strip() == "0x10de"
    assert node.run("modinfo -F vermagic mlx5_core").startswith(factory.KERNELS[SYSTEM])
    assert node.run("systemctl is-system-running").strip() == "running"
    assert node.run("touch /sys/class/x 2>&1; findmnt -no OPTIONS /sys").count("ro") >= 1


def test_the_controller_serves_signed_packages(node: Node) -> None:
    found = json.loads(node.folder.upstream.read_text())
    node.run(
        f"mkdir -p {Path(KEYRING).parent}; echo '{Path(found['key']).read_text()}' > {KEYRING}"
    )
    lines = [
        f"deb [signed-by={KEYRING}] {found['url']}/{one.url.split('://')[1]} {one.suite} "
        + " ".join(one.components)
        for one in node.system.repositories.values()
    ]
    node.run(f"echo '{chr(10).join(lines)}' > /etc/apt/sources.list")
    assert node.stack is not None
    rules = base_apt.preferences(node.stack, moved=True)
    node.run(f"echo '{rules}' > /etc/apt/preferences.d/lab.pref")
    said = node.run("apt-get update 2>&1; echo status $?")
    assert "status 0" in said, said
    assert "W:" not in said
    assert "0 upgraded" in node.run("apt-get --simulate dist-upgrade")


def test_drivers_are_built_and_wait_for_the_restart(node: Node) -> None:
    said = node.install(*GROUPS)
    assert "status 0" in said, said
    for name, version in node.system.dkms.items():
        if f"/usr/src/{name}-" in said:
            row = f"{name}/{version}, {node.system.kernel.release}, x86_64: installed"
            assert row in node.run("dkms status")
    node.run("systemctl enable nvidia-fabricmanager")
    assert "failed" in node.run("systemctl start nvidia-fabricmanager")
    assert node.active("nvidia-fabricmanager") == "failed"
    assert "couldn't communicate with the NVIDIA driver" in node.run("nvidia-smi")
    assert node.run("cat /proc/sys/kernel/osrelease").strip() == factory.KERNELS[SYSTEM]


def test_the_restart_loads_them(node: Node) -> None:
    node.run("echo nvidia-peermem > /etc/modules-load.d/peermem.conf")
    node.restart()
    assert node.run("cat /proc/sys/kernel/osrelease").strip() == node.system.kernel.release
    for name in ("nvidia", "nvidia_peermem", "mlx5_core"):
        version = node.system.modules[name]
        assert node.run(f"cat /sys/module/{name}/version").strip() == version
        assert node.run(f"modinfo -F version {name}").strip() == version
    for unit in ("nvidia-fabricmanager", "nvidia-persistenced", "openibd", "chrony"):
        assert node.active(unit) == "active", unit
    assert node.run("nvidia-smi -L").count("NVIDIA H100") == 8
    assert node.run("systemctl is-system-running").strip() == "running"


def test_what_is_written_to_devices_is_lost_at_the_restart(node: Node) -> None:
    place = "/sys/class/net/rail0/ecn/roce_np/cnp_dscp"
    node.run(f"echo 46 > {place}; mlnx_qos -i rail0 --pfc 0,0,0,1,0,0,0,0")
    assert node.run(f"cat {place}").strip() == "46"
    assert "enabled     0   0   0   1" in node.run("mlnx_qos -i rail0")
    node.restart()
    assert node.run(f"cat {place}").strip() == "48"
    assert "enabled     0   0   0   0" in node.run("mlnx_qos -i rail0")


def test_the_command_line_is_the_boot_loaders(node: Node) -> None:
    node.run("mkdir -p /etc/default/grub.d")
    node.run("echo 'GRUB_CMDLINE_LINUX=\"iommu=pt\"' > /etc/default/grub.d/50.cfg; update-grub")
    assert "iommu=pt" not in node.run("cat /proc/cmdline")
    node.restart()
    assert "iommu=pt" in node.run("cat /proc/cmdline").split()


def test_a_gpu_off_the_bus(node: Node) -> None:
    node.fault(f"gpu-missing:{GPU}")
    node.restart()
    assert "No such file" in node.run(f"ls /sys/bus/pci/devices/{GPU}")
    assert node.run("nvidia-smi -L").count("NVIDIA H100") == 7
    assert node.active("nvidia-fabricmanager") == "failed"
