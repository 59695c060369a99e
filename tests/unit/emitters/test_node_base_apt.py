"""Where apt nodes get packages from, and that apt understands it as it is meant."""

import shutil
import subprocess
from pathlib import Path

import pytest

from railwright.catalog import loader
from railwright.emitters.node_config import base_apt
from railwright.plan.stack import stack_of
from tests.unit.emitters.node_stacks import RELEASE, role, stacked, texts

SOURCES = "etc/railwright/apt.sources.d/railwright.sources"
CONFIG = "etc/apt/apt.conf.d/95railwright"
PREFERENCES = "etc/apt/preferences.d/railwright.pref"
NOT_INSTALLED = "(none)"


def stanzas(text: str) -> list[dict[str, str]]:
    """Return the stanzas of a deb822 text."""
    return [
        dict(line.split(": ", 1) for line in block.splitlines())
        for block in text.strip().split("\n\n")
    ]


def test_nodes_ask_the_releases_repositories_with_the_keys_they_were_given() -> None:
    plan = stacked()
    repositories = loader.stack(RELEASE).systems["debian-12"].repositories
    found = {one["URIs"]: one for one in stanzas(texts(plan, "base")[SOURCES])}
    assert set(found) == {one.url for one in repositories.values()}
    given = role(plan, "base").given
    assert given
    for name, one in repositories.items():
        key = f"/etc/apt/keyrings/railwright-{name}.asc"
        assert found[one.url].get("Signed-By") == (key if one.key_url else None)
        assert (key in given) == (one.key_url is not None)


def test_keys_say_where_each_comes_from() -> None:
    plan = stacked()
    stack = stack_of(plan)
    assert stack is not None
    found = base_apt.keys(plan, stack)
    assert tuple(sorted(found)) == role(plan, "base").given
    assert all(one is not None and one.key_url for one in found.values())


def test_with_a_mirror_nothing_else_is_asked() -> None:
    plan = stacked(source="mirror", mirror_port=8081)
    address = plan.device["mgmt01"].management.address
    (only,) = stanzas(texts(plan, "base")[SOURCES])
    assert only == {
        "Types": "deb",
        "URIs": f"http://{address}:8081/debian-12/",
        "Suites": "./",
        "Architectures": "amd64",
        "Signed-By": "/etc/apt/keyrings/railwright-mirror.asc",
    }
    assert role(plan, "base").given == ("/etc/apt/keyrings/railwright-mirror.asc",)
    assert f'Acquire::http::Proxy::{address} "DIRECT";' in texts(plan, "base")[CONFIG]
    whole = "".join(texts(plan, "base").values())
    assert "https://" not in whole


def test_apt_reads_no_other_sources_and_upgrades_nothing_by_itself() -> None:
    state = role(stacked(), "base")
    config = texts(stacked(), "base")[CONFIG]
    assert 'Dir::Etc::sourcelist "/dev/null";' in config
    assert 'Dir::Etc::sourceparts "/etc/railwright/apt.sources.d";' in config
    assert 'APT::Periodic::Enable "0";' in config
    assert "unattended-upgrades" in state.absent
    masked = {unit.name for unit in state.units if unit.masked}
    assert masked == {"apt-daily.timer", "apt-daily-upgrade.timer"}


def test_every_pinned_package_of_the_choices_has_a_pin_and_others_have_none() -> None:
    system = loader.stack(RELEASE).systems["debian-12"]
    for ofed, other in (("doca", "ofed.inbox"), ("inbox", "ofed.doca")):
        text = texts(stacked(ofed=ofed), "base")[PREFERENCES]
        pinned = {one["Package"] for one in stanzas(text) if one["Pin-Priority"] == "1001"}
        mine = {
            name
            for group in (f"ofed.{ofed}", "nvidia_driver", "fabricmanager", "nccl", "dcgm")
            for name, version in dict(system.packages)[group].items()  # type: ignore[index]
            if version
        }
        assert mine | set(system.kernel.packages) <= pinned
        theirs = {name for name, one in dict(system.packages)[other].items() if one}  # type: ignore[index]
        assert not (theirs - mine) & pinned


@pytest.mark.skipif(not shutil.which("apt-cache"), reason="apt is not installed")
def test_apt_takes_pinned_versions_and_no_other_kernels(tmp_path: Path) -> None:
    """One repository stands for Debian with newer versions of everything, one for NVIDIA."""
    system = loader.stack(RELEASE).systems["debian-12"]
    kernel = next(name for name in system.kernel.packages if name.startswith("linux-image"))
    driver = system.packages["nvidia_driver"]["nvidia-open"]
    newer = {kernel: "999", "linux-image-999-amd64": "999", "linux-image-amd64": "999"}
    debian = [(kernel, system.kernel.packages[kernel]), *newer.items(), ("bzip2", "1")]
    debian += [("nvidia-open", "999")]
    nvidia = [("nvidia-open", str(driver)), ("nvidia-open", "998"), ("kernel-mft-dkms", "999")]
    library = "libnvidia-eglcore"  # of the driver, and not named by the release
    nvidia += [(library, str(driver)), (library, "998"), ("libnccl-x", "1"), ("libnccl-x", "2")]
    text = texts(stacked(), "base")[PREFERENCES]
    found = candidates(tmp_path, text, {"Debian": debian, "NVIDIA": nvidia})
    assert found == {
        kernel: system.kernel.packages[kernel],
        "linux-image-999-amd64": NOT_INSTALLED,
        "linux-image-amd64": NOT_INSTALLED,
        "bzip2": "1",
        "nvidia-open": str(driver),
        "kernel-mft-dkms": NOT_INSTALLED,
        library: str(driver),
        "libnccl-x": "2",
    }


def candidates(
    root: Path, preferences: str, repositories: dict[str, list[tuple[str, str]]]
) -> dict[str, str]:
    """Return what apt would install of every package of some repositories, by their origins."""
    for folder in ("etc/apt/preferences.d", "var/lib/apt/lists/partial", "var/lib/dpkg"):
        (root / folder).mkdir(parents=True)
    (root / "var/cache/apt/archives/partial").mkdir(parents=True)
    (root / "var/lib/dpkg/status").touch()
    (root / PREFERENCES).write_text(preferences)
    lines = []
    for origin, packages in repositories.items():
        place = root / origin
        place.mkdir()
        (place / "Release").write_text(f"Origin: {origin}\nLabel: {origin}\n")
        (place / "Packages").write_text("".join(index_entry(*one) for one in packages))
        lines.append(f"deb [trusted=yes] file:{place} ./\n")
    (root / "etc/apt/sources.list").write_text("".join(lines))
    options = ["-o", f"Dir={root}", "-o", f"Dir::State::status={root}/var/lib/dpkg/status"]
    options += ["-o", "APT::Architecture=amd64", "-o", "APT::Sandbox::User=root"]
    subprocess.run(["apt-get", *options, "update"], check=True, capture_output=True)
    names = sorted({name for packages in repositories.values() for name, _ in packages})
    done = subprocess.run(
        ["apt-cache", *options, "policy", *names], check=True, capture_output=True, text=True
    )
    found: dict[str, str] = {}
    for line in done.stdout.splitlines():
        if not line.startswith(" "):
            name = line.rstrip(":")
        elif line.strip().startswith("Candidate:"):
            found[name] = line.split(": ", 1)[1].strip()
    return found


def index_entry(name: str, version: str) -> str:
    return (
        f"Package: {name}\nVersion: {version}\nArchitecture: amd64\nMaintainer: x\n"
        f"Filename: ./{name}_{version}.deb\nSize: 1\nSHA256: {'0' * 64}\nDescription: x\n\n"
    )
