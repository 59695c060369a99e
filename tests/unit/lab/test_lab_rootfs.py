"""The recipe and the cache of the root file system; nothing is downloaded here."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from railwright.lab import requirements, rootfs
from railwright.lab.distribution import DEBIAN, DISTRIBUTIONS, Distribution
from railwright.lab.errors import LabError
from railwright.lab.rootfs import Recipe, apt_options, cached, ensure, sources_from

SOURCES = ("deb http://mirror/debian bookworm main",)
RECIPE = Recipe("bookworm", ("systemd", "frr"), SOURCES, ("A::B 1",))

LISTED = """\
http://mirror/debian/ bookworm main Debian
http://mirror/debian/ bookworm contrib Debian
http://mirror/debian-security/ bookworm-security main Debian
http://mirror/debian/ trixie main Debian
https://packages.example.com/ bookworm main Example
https://packages.example.com/ nodistro main $(ORIGIN)
"""

DUMP = """\
APT "";
Acquire::http::Proxy "http://proxy:3128";
Acquire::https::Proxy "";
Acquire::Check-Valid-Until "false";
Acquire::Languages "en";
DPkg::Pre-Install-Pkgs:: "/usr/sbin/dpkg-preconfigure --apt || true";
"""


def test_only_debians_own_archives_of_this_release_are_taken() -> None:
    assert sources_from(LISTED, DEBIAN) == (
        "deb http://mirror/debian/ bookworm main",
        "deb http://mirror/debian/ bookworm contrib",
        "deb http://mirror/debian-security/ bookworm-security main",
    )
    assert sources_from("", DEBIAN) == ()


def test_every_distribution_has_a_tree_of_its_own() -> None:
    trees = {Recipe(one.suite, one.packages).digest for one in DISTRIBUTIONS.values()}
    assert len(trees) == len(DISTRIBUTIONS) == 3
    listed = "http://mirror/ubuntu/ jammy-updates main Ubuntu\nhttp://ppa/ jammy main LP-PPA\n"
    ubuntu = DISTRIBUTIONS["ubuntu-22.04"]
    assert sources_from(listed, ubuntu) == ("deb http://mirror/ubuntu/ jammy-updates main",)


def test_download_settings_are_taken_and_hooks_are_not() -> None:
    assert apt_options(DUMP) == (
        'Acquire::http::Proxy "http://proxy:3128"',
        'Acquire::Check-Valid-Until "false"',
        'Acquire::Languages "none"',
    )


def test_the_cache_key_follows_the_packages_and_not_the_mirror() -> None:
    assert replace(RECIPE, sources=("deb http://other bookworm main",)).digest == RECIPE.digest
    assert replace(RECIPE, packages=("systemd",)).digest != RECIPE.digest


def test_the_build_command() -> None:
    command = RECIPE.command(Path("/cache/x"))
    assert command[:3] == ["setpriv", "--pdeathsig", "KILL"]
    assert "--include=systemd,frr" in command
    assert "--aptopt=A::B 1" in command
    assert command[-3:] == ["bookworm", "/cache/x", "deb http://mirror/debian bookworm main"]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Replace the build by a Python program; the target is its argument."""
    monkeypatch.setattr(requirements, "check_build", lambda: None)

    def install(program: str) -> None:
        class Fake:
            def __init__(self, of: Distribution, keyring: Path | None) -> None:
                assert (of, keyring) == (DEBIAN, None)

            def command(self, target: Path) -> list[str]:
                return [sys.executable, "-c", program, str(target)]

        monkeypatch.setattr(rootfs, "recipe", Fake)

    return install


MAKE = "import os, sys; os.makedirs(sys.argv[1] + '/etc')"


def test_a_tree_is_built_once(tmp_path: Path, fake: Callable[[str], None]) -> None:
    fake(MAKE)
    said: list[str] = []
    assert cached(tmp_path) is None
    tree = ensure(tmp_path, {}, said.append)
    assert (tree / "etc").is_dir()
    assert cached(tmp_path) == tree
    fake("raise SystemExit(1)")
    assert ensure(tmp_path, {}, said.append) == tree
    assert len(said) == 1


def test_a_failed_build_leaves_no_tree_and_says_why(
    tmp_path: Path, fake: Callable[[str], None]
) -> None:
    fake(f"{MAKE}; sys.exit('no route to mirror')")
    with pytest.raises(LabError, match=r"could not be built: (?s:.*)no route to mirror"):
        ensure(tmp_path, {}, lambda _: None)
    assert cached(tmp_path) is None
    assert [path for path in (tmp_path / "rootfs").iterdir()] == []


def test_what_a_killed_build_left_is_removed(tmp_path: Path, fake: Callable[[str], None]) -> None:
    leftover = tmp_path / "rootfs" / ".building-0123" / "etc"
    leftover.mkdir(parents=True)
    fake(MAKE)
    tree = ensure(tmp_path, {}, lambda _: None)
    assert [path for path in (tmp_path / "rootfs").iterdir()] == [tree]


def test_proxies_reach_the_build(tmp_path: Path, fake: Callable[[str], None]) -> None:
    fake(f"{MAKE}; open(sys.argv[1] + '/proxy', 'w').write(os.environ['http_proxy'])")
    tree = ensure(tmp_path, {"http_proxy": "http://proxy:3128"}, lambda _: None)
    assert (tree / "proxy").read_text() == "http://proxy:3128"


def test_a_path_that_no_overlay_can_have(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="an overlay cannot be mounted"):
        ensure(tmp_path / "a:b", {}, lambda _: None)
