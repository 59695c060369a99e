"""Bare nodes to converged GPU workers: once, again, drifted, upgraded and back, each shown live."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from railwright.catalog import loader
from railwright.catalog.stack_model import StackRelease
from tests.lab import node_drifts
from tests.lab.lab_host import eventually
from tests.lab.node_drifts import on_node
from tests.lab.site_tools import Done, Site, copied

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("lab_host")]

NODES = 1
LONG_S = 1500
BOOT_S = 90
APT = "apt-get -qq -y"
FAULTS = "/etc/railwright-standin/faults"
PREDICTED = re.compile(r"will restart: ([^\"\n]*)")


@pytest.fixture(
    scope="module",
    params=[
        "debian-12",
        pytest.param("ubuntu-22.04", marks=pytest.mark.nightly),
        pytest.param("ubuntu-24.04", marks=pytest.mark.nightly),
    ],
)
def intent(
    request: pytest.FixtureRequest, root: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Begin with the older release, so that the newer one is an upgrade."""
    return copied(
        root / "tests/lab/nodes.yml",
        tmp_path_factory.mktemp("nodes") / "nodes.yml",
        lambda text: text.replace('"2026.07"', '"2026.01"').replace("debian-12", request.param),
    )


@pytest.fixture(scope="module")
def site(intent: Path, root: Path) -> Iterator[Site]:
    site = Site(intent, root)
    try:
        up = site.railwright("lab", "up", str(intent), "--nodes", str(NODES), timeout_s=900)
        assert up.code == 0, up.out
        yield site
    finally:
        down = site.railwright("lab", "down", str(intent))
        assert down.code == 0, down.out


def hosts(site: Site) -> list[str]:
    """Return the nodes that run."""
    return [one.name for one in site.plan.nodes if one.index <= NODES]


def boots(site: Site) -> dict[str, str]:
    """Return the identity of every node's boot."""
    script = "cat /proc/sys/kernel/random/boot_id"
    return {host: on_node(site, host, script).out.strip() for host in hosts(site)}


def nodes(site: Site, *options: str) -> Done:
    return site.play("--tags", "mirror,nodes", *options, timeout_s=LONG_S)


def restarted(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {host for host in before if before[host] != after[host]}


@dataclass(frozen=True)
class First:
    """The first run on bare nodes, and which of them it restarted."""

    done: Done
    restarted: set[str]


@pytest.fixture(scope="module")
def first(site: Site) -> First:
    before = boots(site)
    done = nodes(site)
    assert done.code == 0, done.out[-6000:]
    return First(done, restarted(before, boots(site)))


@pytest.fixture
def converged(site: Site, first: First) -> Site:
    """The cluster after its first run; every test leaves its nodes converged."""
    assert first.done.code == 0
    return site


def test_bare_nodes_converge_and_restart_once(site: Site, first: First) -> None:
    assert first.done.changed >= set(hosts(site))
    assert first.restarted == set(hosts(site))
    rows = on_node(site, "gpu0001", "nvidia-smi --query-gpu=driver_version --format=csv,noheader")
    assert set(rows.out.split()) == {site_release(site).versions.driver}
    assert len(rows.out.split()) == 8
    units = "nvidia-fabricmanager nvidia-persistenced nvidia-dcgm railwright-roce"
    active = on_node(site, "gpu0001", f"systemctl is-active {units}")
    assert active.out.split() == ["active"] * 4
    assert on_node(site, "gpu0001", "/usr/local/lib/railwright/roce_port.py --check").code == 0


def site_release(site: Site) -> StackRelease:
    assert site.plan.intent.stack is not None
    return loader.stack(site.plan.intent.stack.release)


def driver_source(site: Site) -> str:
    """Return the package that DKMS builds the driver's modules from."""
    assert site.plan.intent.stack is not None
    named = site_release(site).systems[site.plan.intent.stack.os].packages["nvidia_driver"]
    return next(name for name in named if "-dkms" in name)


def test_the_second_run_and_check_mode_change_nothing(converged: Site) -> None:
    second = nodes(converged)
    assert second.code == 0, second.out[-6000:]
    assert second.changed == set()
    looked = nodes(converged, "--check", "--diff")
    assert looked.code == 0, looked.out[-6000:]
    assert looked.changed == set()


def test_drifts_are_found_exactly_and_mended(converged: Site) -> None:
    alone = node_drifts.alone(converged, hosts(converged))
    drifts = node_drifts.generate(converged.plan, alone, seed=20, count=20)
    assert len(drifts) == 20
    assert node_drifts.round_trip(converged, drifts) == []


def limited(site: Site) -> Done:
    """Converge the GPU node alone, from the mirror as it is."""
    return site.play("--tags", "nodes", "--limit", "gpu0001", timeout_s=LONG_S)


def refused(site: Site, *said: str) -> None:
    """Show that a run ends with these words, in one place, and with nothing else failed."""
    done = limited(site)
    assert done.recap["gpu0001"][2] == 1, done.out[-4000:]
    text = " ".join(done.out.split())
    for words in said:
        assert words in text, done.out[-4000:]


def boot_with(site: Site, *faults: str) -> None:
    """Restart the GPU node by hand, with these faults of its hardware and no others."""
    before = boots(site)["gpu0001"]
    made = "".join(f"touch '{FAULTS}/{one}'; " for one in faults)
    on_node(site, "gpu0001", f"rm -rf {FAULTS}; mkdir {FAULTS}; {made}systemctl reboot")
    booted(site, before)


def booted(site: Site, before: str) -> None:
    """Wait until the GPU node answers after another boot than the one before."""

    def is_back() -> bool:
        now = on_node(site, "gpu0001", "cat /proc/sys/kernel/random/boot_id")
        return now.code == 0 and now.out.strip() not in {before, ""}

    eventually(is_back, BOOT_S)


def finished(site: Site) -> None:
    """Show that a run mends what is left, and that the next one has nothing to do."""
    mended = limited(site)
    assert mended.code == 0, mended.out[-4000:]
    assert limited(site).changed == set()


@pytest.mark.nightly
def test_a_mirror_that_does_not_answer(converged: Site) -> None:
    on_node(converged, "gpu0001", f"{APT} remove libnccl-dev")
    on_node(converged, "mgmt01", "systemctl stop railwright-mirror")
    refused(converged, "the package source cannot be read", "see that it answers from the node")
    on_node(converged, "mgmt01", "systemctl start railwright-mirror")
    finished(converged)


@pytest.mark.nightly
def test_an_archive_with_another_checksum(converged: Site) -> None:
    folder = "/var/lib/railwright-mirror/artefacts"
    on_node(converged, "gpu0001", "rm /opt/hpcx/.railwright")
    on_node(
        converged, "mgmt01", f"for one in {folder}/hpcx*; do cp $one $one.kept; echo >> $one; done"
    )
    refused(converged, "what was downloaded is not what the release pins")
    on_node(converged, "mgmt01", f"for one in {folder}/*.kept; do mv $one ${{one%.kept}}; done")
    finished(converged)


@pytest.mark.nightly
def test_dpkg_that_somebody_else_left_in_the_middle(converged: Site) -> None:
    on_node(converged, "gpu0001", f"{APT} remove libnccl-dev; echo > /var/lib/dpkg/updates/0001")
    refused(converged, "dpkg was interrupted", "dpkg --configure -a")
    on_node(converged, "gpu0001", "rm /var/lib/dpkg/updates/0001")
    finished(converged)


@pytest.mark.nightly
def test_a_package_that_is_held(converged: Site) -> None:
    """Nothing is touched: neither the package nor what would have gone with it."""
    older = converged.intent.read_text()
    on_node(converged, "gpu0001", "apt-mark hold libnccl2")
    try:
        converged.intent.write_text(older.replace('"2026.01"', '"2026.07"'))
        refused(converged, "libnccl2 is held at", "apt-mark unhold libnccl2")
    finally:
        converged.intent.write_text(older)
    on_node(converged, "gpu0001", "apt-mark unhold libnccl2")
    assert limited(converged).changed == set()


@pytest.mark.nightly
def test_a_full_disk(converged: Site) -> None:
    small = "mount -t tmpfs -o size=4k tmpfs /var/cache/apt/archives"
    on_node(converged, "gpu0001", f"{APT} remove libnccl-dev; {small}")
    refused(converged, "the disk is full", "make room on the node")
    on_node(converged, "gpu0001", "umount /var/cache/apt/archives")
    finished(converged)


@pytest.mark.nightly
def test_a_module_that_is_not_built_for_want_of_headers(converged: Site) -> None:
    headers = "/lib/modules/$(cat /proc/sys/kernel/osrelease)/build"
    without = f"{APT} remove {driver_source(converged)}; mv {headers} {headers}.away"
    on_node(converged, "gpu0001", without)
    refused(converged, "kernel module nvidia", "only as added", "then dkms install nvidia/")
    on_node(converged, "gpu0001", f"mv {headers}.away {headers}; dkms autoinstall")
    finished(converged)


@pytest.mark.nightly
def test_a_module_that_does_not_build(converged: Site) -> None:
    """The next run finishes the packages that the failed one left half installed."""
    fault = f"mkdir -p {FAULTS}; touch {FAULTS}/dkms-fails"
    on_node(converged, "gpu0001", f"{APT} remove {driver_source(converged)}; {fault}")
    refused(converged, "DKMS did not build a kernel module", "make.log")
    on_node(converged, "gpu0001", f"rm {FAULTS}/dkms-fails")
    finished(converged)


@pytest.mark.nightly
def test_a_fabric_manager_of_another_version_than_the_driver(converged: Site) -> None:
    stanza = "/^Package: nvidia-fabricmanager/,/^$/s/^Version: .*/Version: 570.1-1/"
    on_node(converged, "gpu0001", f"sed -i '{stanza}' /var/lib/dpkg/status")
    looked = converged.play("--tags", "nodes", "--limit", "gpu0001", "--check", "--diff")
    assert re.search(r"nvidia-fabricmanager\S*: 570\.1-1", looked.out), looked.out[-4000:]
    finished(converged)
    asked = "dpkg-query -W -f '${Version}' nvidia-fabricmanager"
    version = site_release(converged).versions.fabric_manager
    assert on_node(converged, "gpu0001", asked).out.startswith(version)


@pytest.mark.nightly
def test_hardware_that_is_not_as_in_the_profile(converged: Site) -> None:
    model = converged.plan.node_model(converged.plan.device["gpu0001"])
    nic, gpu = model.nics[1], model.nics[7]
    boot_with(converged, f"nic-missing:{nic.pci}", f"gpu-missing:{gpu.gpu_pci}", "secure-boot")
    refused(
        converged,
        f"rail1: no NIC at {nic.pci}",
        "7 of 8 GPUs are on the PCI bus",
        "cut the node's power",
        "Secure Boot is on",
    )
    boot_with(converged, "rails-swapped")
    refused(converged, "rails are swapped: put the cards or cables back")
    boot_with(converged)
    finished(converged)


@pytest.mark.nightly
def test_a_node_that_restarts_in_the_middle_of_a_run(converged: Site) -> None:
    """The others are converged, the lost one is named, and the next run finishes it."""
    before = boots(converged)["gpu0001"]
    on_node(converged, "gpu0001", f"{APT} remove libnccl-dev datacenter-gpu-manager-exporter")
    on_node(converged, "mgmt01", "rm /etc/hosts")
    later = "systemd-run --on-active=12 systemctl reboot"
    assert on_node(converged, "gpu0001", later).code == 0
    done = nodes(converged)
    assert done.recap["mgmt01"][1:] == (0, 0), done.out[-4000:]
    assert sum(done.recap["gpu0001"][1:]), done.out[-4000:]
    booted(converged, before)
    finished(converged)


@pytest.mark.nightly
@pytest.mark.parametrize("release", ["2026.07", "2026.01"])
def test_another_release_restarts_what_it_said_it_would(converged: Site, release: str) -> None:
    converged.intent.write_text(
        re.sub(r'release: "[0-9.]+"', f'release: "{release}"', converged.intent.read_text())
    )
    mirrored = converged.play("--tags", "mirror", timeout_s=LONG_S)
    assert mirrored.code == 0, mirrored.out[-6000:]
    looked = nodes(converged, "--check", "-v")
    assert looked.code == 0, looked.out[-6000:]
    before = boots(converged)
    done = nodes(converged, "-v")
    assert done.code == 0, done.out[-6000:]
    for out in (looked.out, done.out):
        assert said_to_restart(out) == restarted(before, boots(converged)) == set(hosts(converged))
    assert nodes(converged).changed == set()


def said_to_restart(out: str) -> set[str]:
    """Return the hosts that a run said would restart, before it changed anything."""
    found = re.findall(r"^ok: \[(\S+)\] => \{?(.*?)^\S", out, re.M | re.S)
    return {host for host, text in found if PREDICTED.search(text)}
