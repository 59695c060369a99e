"""Stand-in packages and their servers: what dpkg, gpgv and kmod themselves read of them."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from railwright.catalog.stack_model import System
from railwright.lab.errors import LabError
from railwright.lab.standin import contents, debs, factory, pins, repository, serve, upstream
from railwright.lab.standin.debs import Deb, Item
from railwright.lab.standin.node.kmods import module_file, read_info
from railwright.lab.standin.own_versions import OWN_VERSIONS
from railwright.lab.standin.pins import Pin

STATUS = """\
Package: lldpd
Status: install ok installed
Priority: optional
Installed-Size: 598
Architecture: amd64
Version: 1.0.16-1+deb12u1
Depends: libc6 (>= 2.34)
Conffiles:
 /etc/lldpd.conf 0123
Description: neighbours
 by LLDP

Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.36-9
"""


def output(*argv: str | Path) -> str:
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def all_pins() -> list[Pin]:
    return pins_of("debian-12")


def pins_of(system: System) -> list[Pin]:
    stacks = (release.systems[system] for release in pins.releases(system))
    return [pin for stack in stacks for pin in pins.pins(stack)]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package servers, built for a root file system of two packages."""
    for tool in ("gpg", "gpgv", "dpkg-deb"):
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool}")
    top = tmp_path_factory.mktemp("upstream")
    rootfs = top / "rootfs"
    (rootfs / "var/lib/dpkg").mkdir(parents=True)
    (rootfs / "var/lib/dpkg/status").write_text(STATUS)
    return upstream.ensure(top, rootfs, "debian-12", lambda _: None)


def test_dpkg_reads_a_package(tmp_path: Path) -> None:
    deb = Deb(
        "tool",
        "1:2.0-1",
        fields={"Depends": "libc6"},
        items=(Item("usr/bin/tool", b"#!/bin/sh\n", 0o755), Item("usr/bin/other", link="tool")),
        scripts={"postinst": "#!/bin/sh\nexit 0\n"},
    )
    assert deb.file_name == "tool_2.0-1_amd64.deb"
    path = tmp_path / deb.file_name
    path.write_bytes(debs.build(deb))
    assert output("dpkg-deb", "-f", path, "Package", "Version", "Depends").splitlines() == [
        "Package: tool",
        "Version: 1:2.0-1",
        "Depends: libc6",
    ]
    listed = output("dpkg-deb", "-c", path)
    assert "-rwxr-xr-x 0/0" in listed
    assert "./usr/bin/other -> tool" in listed
    assert "postinst" in output("dpkg-deb", "-I", path)


def test_equal_packages_have_equal_files() -> None:
    first, second = (Deb("a", "1", items=(Item("x", b"y"),)) for _ in range(2))
    assert debs.build(first) == debs.build(second)


def test_every_pinned_package_is_built_by_its_maker(built: Path, all_pins: list[Pin]) -> None:
    for pin in all_pins:
        url = pin.system.repositories[pin.repository].url
        folder = upstream.folder_of(built / upstream.WWW, url)
        version = (pin.version or "*").split(":")[-1]
        assert list(folder.rglob(f"{pin.package}_{version}_*.deb")), (pin.package, url)
    makers = {pin.package: pin.repository for pin in all_pins}
    own = pins.own_repository(all_pins[0].system)
    assert makers["chrony"] == own
    assert own not in {makers["nvidia-open"], makers["mft"], makers["nvidia-container-toolkit"]}
    assert makers["nvidia-open"] != makers["mft"]


def test_versions_of_releases_sort_as_the_releases(all_pins: list[Pin]) -> None:
    versions = [pin.version or "" for pin in all_pins if pin.package == "nvidia-open"]
    assert len(versions) > 1
    for older, newer in pairwise(versions):
        output("dpkg", "--compare-versions", older, "lt", newer)


def test_repositories_are_signed_by_the_lab_alone(built: Path, tmp_path: Path) -> None:
    keyring = tmp_path / "key.gpg"
    output("gpg", "--batch", "--dearmor", "--output", keyring, built / upstream.KEY)
    signed = sorted((built / upstream.WWW).rglob("InRelease"))
    assert len(signed) > 3
    for path in signed:
        output("gpgv", "--keyring", keyring, path)
        output(
            "gpgv", "--keyring", keyring, path.with_name("Release.gpg"), path.with_name("Release")
        )
    assert not list(built.rglob("*private*"))


def test_an_index_describes_what_is_there(built: Path) -> None:
    index = next(iter((built / upstream.WWW).rglob("Packages")))
    root = index.parent
    while not (root / "pool").is_dir() and "dists" in root.parts:
        root = root.parent
    names = [
        line.split(": ")[1]
        for line in index.read_text().splitlines()
        if line.startswith("Filename: ")
    ]
    assert names
    for name in names:
        output("dpkg-deb", "-I", root / name)


def test_the_packages_of_the_root_file_system_keep_their_fields(tmp_path: Path) -> None:
    (tmp_path / "var/lib/dpkg").mkdir(parents=True)
    (tmp_path / "var/lib/dpkg/status").write_text(STATUS)
    found = upstream.installed(tmp_path)["lldpd"]
    assert found.version == "1.0.16-1+deb12u1"
    assert found.fields["Depends"] == "libc6 (>= 2.34)"
    assert found.fields["Installed-Size"] == "598"
    assert "Conffiles" not in found.control()


def test_what_is_built_is_built_once(built: Path) -> None:
    again = upstream.ensure(built.parents[1], built.parents[1] / "rootfs", "debian-12", pytest.fail)
    assert again == built


@pytest.mark.parametrize("url", ["https:///x", "https://h/../../../etc/x", "x"])
def test_an_address_that_leads_elsewhere_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(LabError, match="not an address"):
        upstream.folder_of(tmp_path, url)


def test_a_dkms_package_builds_the_modules_that_the_release_names(all_pins: list[Pin]) -> None:
    pin = next(one for one in all_pins if one.package == "nvidia-kernel-open-dkms")
    assert contents.dkms_name(pin) == ("nvidia", pin.system.dkms["nvidia"])
    deb = contents.deb(pin, OWN_VERSIONS["debian-12"])
    source = next(item for item in deb.items if item.path.endswith("railwright.json"))
    assert f'"nvidia_peermem": "{pin.system.modules["nvidia"]}"'.encode() in source.content
    assert "dkms" in deb.fields["Depends"].split(", ")


def test_packages_of_one_product_depend_on_their_own_version(all_pins: list[Pin]) -> None:
    pin = next(one for one in all_pins if one.package == "nvidia-open")
    needs = contents.deb(pin, OWN_VERSIONS["debian-12"]).fields["Depends"].split(", ")
    assert f"nvidia-kernel-open-dkms (= {pin.version})" in needs


def test_kmod_reads_a_module(tmp_path: Path) -> None:
    path = tmp_path / "nvidia.ko"
    path.write_bytes(module_file("nvidia", "580.1", "6.1.0-1-amd64"))
    info = read_info(path)
    assert info["version"] == "580.1"
    assert "version" not in _info(tmp_path, module_file("mlx5_core", "", "6.1.0-1-amd64"))
    if shutil.which("modinfo") is None:
        pytest.skip("needs modinfo")
    for field in ("version", "srcversion", "vermagic"):
        assert output("modinfo", "-F", field, path).strip() == info[field]


def _info(folder: Path, content: bytes) -> dict[str, str]:
    (folder / "other.ko").write_bytes(content)
    return read_info(folder / "other.ko")


@pytest.mark.parametrize("system", factory.KERNELS)
def test_the_factory_kernel_is_older_than_every_release(system: System) -> None:
    kernels = {pin.system.kernel.release for pin in pins_of(system)}
    assert kernels
    for kernel in kernels:
        output("dpkg", "--compare-versions", factory.KERNELS[system], "lt", kernel)


@pytest.mark.parametrize("system", OWN_VERSIONS)
def test_the_packages_of_a_kernel_need_each_other(system: System) -> None:
    """A kernel whose modules or common headers are packages of their own has them with it."""
    for release in pins.releases(system):
        stack = release.systems[system]
        made = {
            pin.package: contents.deb(pin, OWN_VERSIONS[system])
            for pin in pins.pins(stack)
            if pin.package in stack.kernel.packages
        }
        image, headers, modules = (
            f"linux-{part}-{stack.kernel.release}" for part in ("image", "headers", "modules")
        )
        having = [
            name
            for name, deb in made.items()
            if any(item.path.endswith("/mlx5_core.ko") for item in deb.items)
        ]
        assert having == [modules if modules in made else image]
        assert modules not in made or made[image].fields["Depends"].startswith(f"{modules} (=")
        assert made[made[headers].fields["Depends"].split(" (=")[0]].architecture == "all"


@pytest.fixture
def write_failing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise LabError("no signature")

    monkeypatch.setattr(repository, "write", fail)
    return fail


@pytest.mark.usefixtures("write_failing")
def test_a_failed_build_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "var/lib/dpkg").mkdir(parents=True)
    (tmp_path / "var/lib/dpkg/status").write_text(STATUS)
    with pytest.raises(LabError, match="no signature"):
        upstream.ensure(tmp_path / "cache", tmp_path, "debian-12", lambda _: None)
    assert list((tmp_path / "cache/standin").iterdir()) == []


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """A server of one file of ten bytes; its address."""
    (tmp_path / "file").write_bytes(b"0123456789")
    handler = partial(serve.Handler, directory=str(tmp_path))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/file"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("wanted", "content"),
    [("bytes=4-", b"456789"), ("bytes=0-3", b"0123"), ("", b"0123456789")],
)
def test_a_download_goes_on_where_it_ended(served: str, wanted: str, content: bytes) -> None:
    request = Request(served, headers={"Range": wanted} if wanted else {})  # noqa: S310
    with urlopen(request, timeout=10) as answer:  # noqa: S310 (its own server)
        assert answer.status == (206 if wanted else 200)
        assert answer.read() == content


def test_what_is_behind_the_end_is_refused(served: str) -> None:
    request = Request(served, headers={"Range": "bytes=10-"})  # noqa: S310
    with pytest.raises(HTTPError) as caught:
        urlopen(request, timeout=10)  # noqa: S310
    assert caught.value.code == 416
    caught.value.close()
