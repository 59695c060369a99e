"""What every shipped stack release has to fulfil, on every system and with every NIC driver."""

import re
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from railwright.catalog import loader
from railwright.catalog.loader import UnknownModelError
from railwright.catalog.stack_model import SystemStack
from railwright.plan.stack_rules import broken

ROOT = Path(__file__).parents[3]
NAMES = loader.stack_names()
SYSTEMS = [(name, system) for name in NAMES for system in loader.stack(name).systems]
DEBIAN_VERSION = re.compile(r"([0-9]+:)?[0-9][A-Za-z0-9.+~-]*")


def of(name: str, system: str) -> SystemStack:
    return next(one for key, one in loader.stack(name).systems.items() if key == system)


def test_there_are_two_releases_to_go_between() -> None:
    assert len(NAMES) >= 2
    with pytest.raises(UnknownModelError, match=r"did you mean '2026.07'\?"):
        loader.stack("2026.7")


@pytest.mark.parametrize("name", NAMES)
def test_a_release_is_named_after_its_file_and_has_every_system(name: str) -> None:
    release = loader.stack(name)
    assert release.name == name
    assert set(release.systems) == {"debian-12", "ubuntu-22.04", "ubuntu-24.04", "rocky-9"}
    assert {rule.rule for rule in release.constraints} == {
        "equal",
        "least",
        "below",
        "open_modules_only",
        "headers",
        "one_owner",
    }


@pytest.mark.parametrize("ofed", ["doca", "mlnx", "inbox"])
@pytest.mark.parametrize(("name", "system"), SYSTEMS)
def test_every_rule_of_a_release_holds(name: str, system: str, ofed: str) -> None:
    release = loader.stack(name)
    if ofed == "mlnx" and release.versions.mlnx_ofed is None:
        assert "ofed.mlnx" not in of(name, system).packages
        return
    (key,) = (one for one in release.systems if one == system)
    assert list(broken(release, key, ofed)) == []


@pytest.mark.parametrize(("name", "system"), SYSTEMS)
def test_a_system_has_every_group_and_pins_what_is_not_its_own(name: str, system: str) -> None:
    one = of(name, system)
    without = {group for group in one.packages if ".mlnx" in group or group == "nic_firmware.mlnx"}
    assert bool(without) == (loader.stack(name).versions.mlnx_ofed is not None)
    assert one.packages.keys() - without == {
        "base",
        "lldp",
        "ofed.doca",
        "ofed.inbox",
        "nic_firmware.ofed",
        "nic_firmware.inbox",
        "nvidia_driver",
        "fabricmanager",
        "gpudirect",
        "nccl",
        "hpcx",
        "container_toolkit",
        "container_toolkit.docker",
        "container_toolkit.containerd",
        "container_toolkit.podman",
        "dcgm",
        "exporters",
        "storage_client.nfs",
        "storage_client.nfs.doca",
        "storage_client.nvme",
        "storage_client.nvme.doca",
    }
    owned = [pattern for repository in one.repositories.values() for pattern in repository.only]
    assert owned
    for group, packages in one.packages.items():
        if group.partition(".")[0] in {"nvidia_driver", "fabricmanager", "nccl", "dcgm"}:
            assert all(packages.values()), group
        for version in filter(None, packages.values()):
            assert DEBIAN_VERSION.fullmatch(version), version


@pytest.mark.parametrize(("name", "system"), SYSTEMS)
def test_what_is_downloaded_is_checked(name: str, system: str) -> None:
    one = of(name, system)
    for archive in one.artefacts.values():
        assert archive.sha256
        assert urlsplit(archive.url).path.endswith(f"/{archive.folder}.tbz")
        assert archive.version in archive.url
    for key, repository in one.repositories.items():
        assert repository.url.startswith("https://")
        assert repository.url.endswith("/")
        assert repository.source
        if repository.key_url and not repository.fingerprints:
            # Nothing is taken from it until someone has looked: said to the user.
            assert any("fingerprint" in text for text in one.assumptions), key
        if repository.assumed:
            assert one.assumptions


@pytest.mark.parametrize(("name", "system"), SYSTEMS)
def test_modules_are_of_the_packages_that_bring_them(name: str, system: str) -> None:
    one, versions = of(name, system), loader.stack(name).versions
    assert one.modules["nvidia"] == one.modules["nvidia_peermem"] == versions.driver
    assert one.modules["gdrdrv"] == ".".join(versions.gdrcopy.split(".")[:2])
    rpm = system.startswith("rocky")
    built = one.packages["ofed.doca"]["mlnx-ofa_kernel-dkms" if rpm else "mlnx-ofed-kernel-dkms"]
    year, build = one.modules["mlx5_core"].split("-")
    assert built is not None
    assert built.startswith(f"{year}{'-' if rpm else '.'}OFED.{year}.{build}.1")
    assert set(one.of_nic) <= one.modules.keys() | one.dkms.keys()
    assert set(one.mlnx_modules) <= set(one.of_nic)
    assert set(one.mlnx_dkms) <= set(one.of_nic)


LIBRARIES = (
    "libegl-nvidia0",
    "libgles-nvidia2",
    "libglx-nvidia0",
    "libnvidia-eglcore",
    "libnvidia-vksc-core",
    "libnvsdm",
    "libxnvctrl0",
    "nvidia-imex",
    "nvidia-xconfig",
)
"""Packages of the driver that no release names (NVIDIA's CUDA repositories)."""


@pytest.mark.parametrize(("name", "system"), SYSTEMS)
def test_all_of_the_driver_comes_from_one_repository_in_one_version(name: str, system: str) -> None:
    one = of(name, system)
    if system.startswith("rocky"):
        assert one.driver_packages == ()
        return
    named = {*one.packages["nvidia_driver"], *one.packages["fabricmanager"], *LIBRARIES}
    for package in named:
        assert any(fnmatchcase(package, pattern) for pattern in one.driver_packages), package
        owners = [
            key
            for key, repository in one.repositories.items()
            if any(fnmatchcase(package, pattern) for pattern in repository.only)
        ]
        assert owners == ["cuda"], package


def test_releases_differ_in_all_that_an_upgrade_has_to_change() -> None:
    for older, newer in pairwise(loader.stack(name) for name in NAMES):
        for field in ("driver", "fabric_manager", "doca", "nccl", "dcgm", "hpcx"):
            assert getattr(older.versions, field) != getattr(newer.versions, field), field
        for system, one in older.systems.items():
            assert one.kernel.release != newer.systems[system].kernel.release
            assert one.artefacts["hpcx"].folder != newer.systems[system].artefacts["hpcx"].folder


ROWS = {
    "driver, fabric manager": "driver",
    "CUDA of the driver": "cuda",
    "DOCA-OFED": "doca",
    "MLNX_OFED": "mlnx_ofed",
    "NCCL": "nccl",
    "gdrcopy": "gdrcopy",
    "DCGM": "dcgm",
    "HPC-X": "hpcx",
    "container toolkit": "container_toolkit",
}


def test_the_documented_table_is_that_of_the_files() -> None:
    lines = (ROOT / "docs" / "stacks.md").read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("| | 20"))
    rows = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    releases = [loader.stack(name) for name in NAMES]
    wanted = [["", *NAMES], ["---"] * (len(NAMES) + 1)]
    wanted += [
        [title, *(str(getattr(one.versions, field) or "none") for one in releases)]
        for title, field in ROWS.items()
    ]
    wanted += [
        [f"kernel, {system}", *(of(one.name, system).kernel.release for one in releases)]
        for system in releases[0].systems
    ]
    assert rows == wanted
