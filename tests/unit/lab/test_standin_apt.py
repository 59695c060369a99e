"""What apt makes of the stand-in packages: with a node's settings, and left alone.

Packages that no release names show whether versions and repositories are settled for all of a
product, on a node as well as in the lab.
"""

import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from railwright.catalog import loader
from railwright.catalog.stack_model import StackRelease, System
from railwright.emitters.node_config import ROLES, base_apt, state
from railwright.lab.standin import pins, serve, upstream
from railwright.lab.standin.unpinned import COMPANIONS, NEWER_DRIVER, unpinned
from railwright.plan.model import Plan
from tests.unit.emitters.node_stacks import stack_for, stacked, texts

PREFERENCES = "etc/apt/preferences.d/railwright.pref"
NODE = "gpu0001"
SYSTEM: System = "debian-12"
DRIVER_LIBRARIES = COMPANIONS["nvidia-driver-libs"]
NEEDED = ("apt-get", "gpg", "gpgv")
CHOICES = [
    ("2026.01", "doca"),
    ("2026.07", "doca"),
    ("2026.01", "mlnx"),
    ("2026.01", "inbox"),
    ("2026.07", "inbox"),
]
pytestmark = pytest.mark.skipif(
    any(shutil.which(name) is None for name in NEEDED), reason=f"needs {', '.join(NEEDED)}"
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package servers, for a root file system without a package of its own."""
    top = tmp_path_factory.mktemp("upstream")
    (top / "rootfs/var/lib/dpkg").mkdir(parents=True)
    text = "Package: base-files\nStatus: install ok installed\nArchitecture: amd64\nVersion: 12\n"
    (top / "rootfs/var/lib/dpkg/status").write_text(text)
    return upstream.ensure(top, top / "rootfs", SYSTEM, lambda _: None)


@pytest.fixture(scope="module")
def proxy(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The makers' servers behind a proxy, and below /all/ of it as copies; its address."""
    folder = tmp_path_factory.mktemp("proxy")
    (folder / "http:").symlink_to(built / upstream.WWW)  # a proxy is asked for whole addresses
    (folder / "all").symlink_to(built / upstream.WWW)
    handler = partial(serve.Handler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Apt:
    """apt of a node on which nothing is installed, with the sources of a plan.

    `moved` asks copies of all makers' servers on one host instead of their own.
    """

    def __init__(self, root: Path, plan: Plan, proxy: str, *, moved: bool = False) -> None:
        self.root, self.plan = root, plan
        for folder in ("etc/apt/preferences.d", "var/lib/apt/lists/partial", "var/lib/dpkg"):
            (root / folder).mkdir(parents=True)
        (root / "var/cache/apt/archives/partial").mkdir(parents=True)
        (root / "var/lib/dpkg/status").touch()
        pinned = texts(plan, "base")[PREFERENCES]
        if moved:
            pinned = base_apt.preferences(stack_for(plan), moved=True)
        (root / PREFERENCES).write_text(pinned)
        sources = texts(plan, "base")["etc/railwright/apt.sources.d/railwright.sources"]
        # Signatures are not what this is about: see the mirror's tests.
        lines = [
            line.replace("https://", f"{proxy}/all/" if moved else "http://")
            for line in sources.splitlines()
            if not line.startswith("Signed-By:")
        ]
        text = "\n".join(lines).replace("Types: deb", "Types: deb\nTrusted: yes")
        (root / "etc/apt/sources.list.d").mkdir()
        (root / "etc/apt/sources.list.d/railwright.sources").write_text(f"{text}\n")
        places = {
            "Dir": root,
            "Dir::State::status": root / "var/lib/dpkg/status",
            "Acquire::http::Proxy": "DIRECT" if moved else proxy,
            "APT::Architecture": "amd64",
            "APT::Architectures": "amd64",
            "APT::Install-Recommends": "false",
            "APT::Sandbox::User": "root",
            "APT::Update::Error-Mode": "any",
            "Debug::NoLocking": "true",
        }
        self.options = [f"-o{name}={value}" for name, value in places.items()]
        done = self("update")
        assert done.returncode == 0, done.stderr

    def __call__(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["apt-get", *self.options, "--quiet", "--yes", *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def installs(self, *words: str) -> dict[str, str]:
        """Return the versions it would install, by package. AssertionError if it refuses."""
        done = self("--simulate", "install", *words)
        assert done.returncode == 0, done.stdout + done.stderr
        rows = [line.split() for line in done.stdout.splitlines() if line.startswith("Inst ")]
        return {row[1]: row[2].strip("(") for row in rows}

    def wanted(self) -> dict[str, str | None]:
        """Return all packages that the roles of the GPU node name."""
        found: dict[str, str | None] = {}
        for role in ROLES:
            wants = state(self.plan, self.plan.device[NODE], role)
            for one in wants.packages if wants else ():
                found[one.name] = one.version or found.get(one.name)
        return found


def words(packages: dict[str, str | None]) -> list[str]:
    return [f"{name}={one}" if one else name for name, one in sorted(packages.items())]


@pytest.mark.parametrize("moved", [False, True], ids=["makers", "copies"])
@pytest.mark.parametrize(("release", "ofed"), CHOICES)
def test_a_node_gets_the_release_and_what_it_needs_in_its_versions(
    tmp_path: Path, proxy: str, release: str, ofed: str, moved: bool
) -> None:
    apt = Apt(tmp_path, stacked(release=release, ofed=ofed), proxy, moved=moved)
    wanted = apt.wanted()
    found = apt.installs(*words(wanted))
    assert wanted.keys() <= found.keys()
    assert {name: found[name] for name, one in wanted.items() if one} == {
        name: one for name, one in wanted.items() if one
    }
    for name in DRIVER_LIBRARIES:
        assert found[name] == wanted["nvidia-driver-libs"]
    assert found["libibumad3"] == found["libibverbs1"] == found["librdmacm1"] == found["rdma-core"]
    assert not [name for name, one in found.items() if one.startswith(NEWER_DRIVER)]


def test_apt_left_alone_takes_what_is_newest(tmp_path: Path, proxy: str) -> None:
    """The stand-ins show what is not settled: they would not if they had nothing newer."""
    apt = Apt(tmp_path, stacked(), proxy)
    (tmp_path / PREFERENCES).unlink()
    assert apt.installs("nvidia-open")["nvidia-open"].startswith(NEWER_DRIVER)
    version = apt.wanted()["nvidia-driver-libs"]
    refused = apt("--simulate", "install", f"nvidia-driver-libs={version}")
    assert refused.returncode
    assert "libnvidia-eglcore" in refused.stdout


def names(built: Path, url: str) -> set[str]:
    folder = upstream.folder_of(built / upstream.WWW, url)
    return {path.name for path in folder.rglob("*.deb")}


def test_libraries_lie_where_the_packages_do_that_need_them(built: Path) -> None:
    for release in pins.releases(SYSTEM):
        system = release.systems[SYSTEM]
        driver = system.packages["nvidia_driver"]["nvidia-driver-libs"]
        cuda = names(built, system.repositories["cuda"].url)
        for name in DRIVER_LIBRARIES:
            assert {f"{name}_{driver}_amd64.deb", f"{name}_{NEWER_DRIVER}-1_amd64.deb"} <= cuda
        doca = system.packages["ofed.doca"]["rdma-core"]
        there = names(built, system.repositories["doca"].url)
        assert f"libibumad3_{doca}_amd64.deb" in there
        own = names(built, system.repositories[pins.own_repository(system)].url)
        assert [name for name in own if name.startswith("libibumad3_")]
        assert not [name for name in own if name.startswith("libnvidia-eglcore_")]


def with_mlnx() -> StackRelease:
    return next(one for one in pins.releases(SYSTEM) if "ofed.mlnx" in one.systems[SYSTEM].packages)


def test_packages_of_a_nic_driver_lie_where_its_nodes_ask(built: Path) -> None:
    system = with_mlnx().systems[SYSTEM]
    place = {(pin.group, pin.package): pin.repository for pin in pins.pins(system)}
    assert place["ofed.doca", "rdma-core"] == place["nic_firmware.ofed", "mft"] == "doca"
    assert place["ofed.mlnx", "rdma-core"] == place["nic_firmware.mlnx", "mft"] == "mlnx-ofed"
    assert place["ofed.inbox", "rdma-core"] == pins.own_repository(system)
    mlnx = system.packages["ofed.mlnx"]["rdma-core"]
    there = names(built, system.repositories["mlnx-ofed"].url)
    assert f"libibumad3_{mlnx}_amd64.deb" in there


def test_modules_are_those_of_the_nic_driver_and_of_the_newer_driver() -> None:
    system = with_mlnx().systems[SYSTEM]
    found = {
        pin.group: pin.system.dkms["mlnx-ofed-kernel"]
        for pin in pins.pins(system)
        if pin.package == "mlnx-ofed-kernel-dkms"
    }
    assert found == {
        "ofed.doca": system.dkms["mlnx-ofed-kernel"],
        "ofed.mlnx": system.mlnx_dkms["mlnx-ofed-kernel"],
    }
    newer = [
        one for one in unpinned(with_mlnx(), SYSTEM) if one.package == "nvidia-kernel-open-dkms"
    ]
    assert [(one.version, one.system.dkms["nvidia"]) for one in newer] == [
        (f"{NEWER_DRIVER}-1", NEWER_DRIVER)
    ]
    assert newer[0].system.modules["nvidia"] == NEWER_DRIVER


def test_the_newer_driver_is_newer_than_every_release() -> None:
    for name in loader.stack_names():
        driver = loader.stack(name).versions.driver
        subprocess.run(["dpkg", "--compare-versions", driver, "lt", NEWER_DRIVER], check=True)
