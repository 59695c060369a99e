"""Where apt nodes get packages from, and that apt understands it as it is meant."""

import hashlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from railwright.catalog import loader
from railwright.emitters.node_config import base_apt
from railwright.nodes.wanted import Site, of_device
from railwright.plan.stack import stack_of
from tests.unit.emitters.node_stacks import OLDER, RELEASE, role, stacked, texts

SOURCES = "etc/railwright/apt.sources.d/railwright.sources"
CONFIG = "etc/apt/apt.conf.d/95railwright"
PREFERENCES = "etc/apt/preferences.d/railwright.pref"
NOT_INSTALLED = "(none)"
needs_apt = pytest.mark.skipif(not shutil.which("apt-cache"), reason="apt is not installed")


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
        "URIs": f"http://{address}:8081/debian-12-{RELEASE}/",
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


@needs_apt
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
    names = {name for name, _ in (*debian, *nvidia)}
    both = {
        "Debian": [Deb(*one) for one in debian],
        "NVIDIA": [Deb(*one) for one in nvidia],
    }
    assert Apt(tmp_path, text, both).candidates(*sorted(names)) == {
        kernel: system.kernel.packages[kernel],
        "linux-image-999-amd64": NOT_INSTALLED,
        "linux-image-amd64": NOT_INSTALLED,
        "bzip2": "1",
        "nvidia-open": str(driver),
        "kernel-mft-dkms": NOT_INSTALLED,
        library: str(driver),
        "libnccl-x": "2",
    }


@needs_apt
@pytest.mark.parametrize(
    ("os", "version", "names"),
    [
        (
            "debian-12",
            "580.173.02-1",
            (
                "libegl-nvidia0",
                "libgles-nvidia1",
                "libglx-nvidia0",
                "libnvidia-vksc-core",
                "libxnvctrl0",
                "nvidia-egl-icd",
                "nvidia-xconfig",
            ),
        ),
        ("ubuntu-24.04", "580.173.02-1ubuntu1", ("libnvsdm", "libxnvctrl0", "nvidia-imex")),
    ],
)
def test_all_of_the_driver_comes_in_its_version(
    tmp_path: Path, os: str, version: str, names: tuple[str, ...]
) -> None:
    """Those that no release names are in exactly one version with those that it does."""
    chain = zip(names, (*names[1:], "libnvidia-ml1"), strict=True)
    packages = [
        Deb(name, made, f"{needs} (= {made})")
        for name, needs in chain
        for made in (version, version.replace("580.173.02", "610.43.02"))
    ]
    packages += [Deb("libnvidia-ml1", version), Deb("libnvidia-ml1", "610.43.02-1")]
    toolkit = [Deb("libnvidia-container1", one) for one in ("1.19.1-1", "1.20.0-1")]
    toolkit += [Deb("nvidia-container-runtime", one) for one in ("3.1-1", "3.2-1")]
    text = texts(stacked(os=os), "base")[PREFERENCES]
    apt = Apt(tmp_path, text, {"NVIDIA": packages, "nvidia.github.io": toolkit})
    assert apt.candidates(*names) == dict.fromkeys(names, version)
    assert apt.install(f"{names[0]}={version}") == {
        **dict.fromkeys(names, version),
        "libnvidia-ml1": version,
    }
    # What has a version of its own is not of the driver, whatever its name.
    assert base_apt.WANTED not in apt.priorities("nvidia-container-runtime").values()
    assert apt.priorities("libnvidia-container1")["1.20.0-1"] != base_apt.WANTED


@needs_apt
@pytest.mark.parametrize("release", [OLDER, RELEASE])
def test_the_mirror_counts_whatever_a_node_has(tmp_path: Path, release: str) -> None:
    """Also for libraries that no release names: going back takes them along."""
    versions = loader.stack(release).versions
    driver = str(loader.stack(release).systems["debian-12"].packages["nvidia_driver"]["libcuda1"])
    ours, theirs = ("2510.0.11-1", "2604.0.1-1")
    mirror = [
        Deb("ibverbs-providers", ours, f"libibumad3 (= {ours})"),
        Deb("libibumad3", ours),
        Deb("nvidia-driver-libs", driver, f"libnvidia-eglcore (= {driver})"),
        Deb("libnvidia-eglcore", driver),
        # Of a site's own, say: the release's version counts all the same, asked for by name or not.
        Deb("libnvidia-eglcore", "998.1-1", "nowhere"),
        Deb("linux-image-amd64", "6.1"),
        Deb("linux-image-999-amd64", "999"),
    ]
    installed = [
        Deb("libibumad3", theirs),
        Deb("ibverbs-providers", theirs, f"libibumad3 (= {theirs})"),
        Deb("libnvidia-eglcore", "999.1-1"),
        Deb("nvidia-driver-libs", "999.1-1", "libnvidia-eglcore (= 999.1-1)"),
    ]
    text = texts(stacked(release=release, source="mirror"), "base")[PREFERENCES]
    apt = Apt(tmp_path, text, {"railwright": mirror}, installed)
    assert versions.driver in driver
    assert apt.install(f"ibverbs-providers={ours}", f"nvidia-driver-libs={driver}") == {
        one.name: one.version for one in mirror[:4]
    }
    kernels = ("linux-image-999-amd64", "linux-image-amd64")
    assert apt.candidates(*kernels) == dict.fromkeys(kernels, NOT_INSTALLED)


@needs_apt
def test_packages_can_be_installed_from_a_substitute(tmp_path: Path) -> None:
    """All makers are on one host there, so a maker's host tells nothing."""
    plan = stacked()
    site = Site(upstream="http://10.0.0.1/v", key="KEY")
    base = of_device(plan, plan.device["gpu0001"], site).roles["base"]
    (text,) = (one.content.decode() for one in base.files if one.path == PREFERENCES)
    doca = [
        Deb("ibverbs-providers", "2510.0.11-1", "libibumad3"),
        Deb("libibumad3", "2510.0.11-1"),
        Deb("dkms", "1"),
    ]
    assert Apt(tmp_path, text, {"": doca}).install("ibverbs-providers=2510.0.11-1", "dkms") == {
        one.name: one.version for one in doca
    }


@needs_apt
def test_a_node_whose_clock_is_behind_takes_the_mirrors_index_alone(tmp_path: Path) -> None:
    """Its clock is set by what it gets from there; for others apt's usual ten seconds hold."""
    config = texts(stacked(source="mirror"), "base")[CONFIG]
    ahead = time.strftime(DATE, time.gmtime(time.time() + 400 * 86400))
    for name, taken in (("railwright", True), ("Debian", False)):
        apt = Apt(tmp_path / name, "", {name: [Deb("chrony", "4")]}, dates={name: ahead})
        assert not apt.update(), "apt takes any date here"
        assert apt.update(config) is taken
    assert "Max-FutureTime" not in texts(stacked(), "base")[CONFIG]


@needs_apt
def test_a_snapshot_is_read_though_its_index_has_expired(tmp_path: Path) -> None:
    repositories = loader.stack(OLDER).systems["debian-12"].repositories
    snapshots = {one.url + one.suite for one in repositories.values() if not one.check_valid_until}
    assert snapshots == {
        f"https://snapshot.debian.org/archive/{archive}/20260131T000000Z/bookworm-{suite}"
        for archive, suite in (("debian", "updates"), ("debian-security", "security"))
    }
    found = stanzas(texts(stacked(release=OLDER), "base")[SOURCES])
    for one in found:
        asked = one.get("Check-Valid-Until")
        assert asked == ("no" if one["URIs"] + one["Suites"] in snapshots else None)
    apt = Apt(
        tmp_path, "", {"Debian": [Deb("a", "1")]}, valid_until="Thu, 01 Jan 2026 00:00:00 UTC"
    )
    assert not apt.update()
    source = tmp_path / "etc/apt/sources.list.d/a.sources"
    source.parent.mkdir()
    lines = {"Types": "deb", "URIs": f"file:{tmp_path}/0", "Suites": "./", "Trusted": "yes"}
    lines["Check-Valid-Until"] = "no"
    source.write_text("".join(f"{name}: {value}\n" for name, value in lines.items()))
    (tmp_path / "etc/apt/sources.list").unlink()
    assert apt.update()


DATE = "%a, %d %b %Y %H:%M:%S UTC"


@dataclass(frozen=True)
class Deb:
    """A package of a test: its field `Depends` is `needs`."""

    name: str
    version: str
    needs: str = ""

    def stanza(self, *more: str) -> str:
        lines = [f"Package: {self.name}", f"Version: {self.version}", "Architecture: amd64"]
        lines += ["Maintainer: x", "Description: x", *more]
        lines += [f"Depends: {self.needs}"] if self.needs else []
        return "\n".join(lines) + "\n\n"


class Apt:
    """The real apt in a root of its own, with repositories by origin and installed packages."""

    def __init__(
        self,
        root: Path,
        preferences: str,
        repositories: Mapping[str, Sequence[Deb]],
        installed: Sequence[Deb] = (),
        *,
        dates: Mapping[str, str] = {},
        valid_until: str = "",
    ) -> None:
        for folder in ("etc/apt/preferences.d", "var/lib/apt/lists/partial", "var/lib/dpkg"):
            (root / folder).mkdir(parents=True)
        (root / "var/cache/apt/archives/partial").mkdir(parents=True)
        status = "".join(one.stanza("Status: install ok installed") for one in installed)
        (root / "var/lib/dpkg/status").write_text(status)
        (root / PREFERENCES).write_text(preferences)
        lines = []
        for number, (origin, packages) in enumerate(repositories.items()):
            place = root / str(number)
            place.mkdir()
            listed = "".join(
                one.stanza(f"Filename: ./{one.name}.deb", "Size: 1", f"SHA256: {'0' * 64}")
                for one in packages
            ).encode()
            (place / "Packages").write_bytes(listed)
            head = f"Origin: {origin}\nLabel: {origin}\n" if origin else ""
            head += f"Valid-Until: {valid_until}\n" if valid_until else ""
            date = dates.get(origin, "Thu, 01 Jan 2026 00:00:00 UTC")
            total = f"SHA256:\n {hashlib.sha256(listed).hexdigest()} {len(listed)} Packages\n"
            (place / "Release").write_text(f"{head}Date: {date}\n{total}")
            lines.append(f"deb [trusted=yes] file:{place} ./\n")
        (root / "etc/apt/sources.list").write_text("".join(lines))
        self.root = root

    def run(self, *words: str, config: str = "") -> "subprocess.CompletedProcess[str]":
        settings = self.root / "apt.conf"
        # Nothing of the machine that tests.
        own = f'Dir "{self.root}"; Dir::Etc::parts "/none"; Dir::Etc::main "/none";\n'
        own += f'Dir::State::status "{self.root}/var/lib/dpkg/status";\n'
        own += 'APT::Architecture "amd64"; APT::Architectures "amd64";\n'
        own += 'APT::Sandbox::User "root"; APT::Update::Error-Mode "any";\n'
        kept = [line for line in config.splitlines() if not line.startswith("Dir::")]
        settings.write_text(own + "\n".join(kept) + "\n")
        env = {**os.environ, "APT_CONFIG": str(settings), "LC_ALL": "C"}
        return subprocess.run(words, check=False, capture_output=True, text=True, env=env)

    def update(self, config: str = "") -> bool:
        return self.run("apt-get", "update", config=config).returncode == 0

    def candidates(self, *names: str) -> dict[str, str]:
        """Return what would be installed of each."""
        assert self.update()
        found: dict[str, str] = {}
        name = ""
        for line in self.run("apt-cache", "policy", *names).stdout.splitlines():
            if not line.startswith(" "):
                name = line.rstrip(":")
            elif line.strip().startswith("Candidate:"):
                found[name] = line.split(": ", 1)[1].strip()
        return found

    def priorities(self, name: str) -> dict[str, int]:
        """Return the priority of every version."""
        assert self.update()
        rows = re.findall(
            r"(?m)^ [ *]{3} (\S+) (-?\d+)$", self.run("apt-cache", "policy", name).stdout
        )
        assert rows
        return {version: int(priority) for version, priority in rows}

    def install(self, *words: str) -> dict[str, str]:
        """Return the versions of all that an installation would bring, as nodes do it."""
        assert self.update()
        how = ("apt-get", "-s", "-y", "--fix-broken", "--allow-downgrades", "install")
        done = self.run(*how, *words)
        assert done.returncode == 0, done.stdout + done.stderr
        return dict(re.findall(r"(?m)^Inst (\S+) (?:\[\S+\] )?\((\S+) ", done.stdout))
