"""The package mirror over time: releases side by side, open versions, damage, a site's own."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ansible import mirror_vendor
from tests.ansible.mirror_vendor import Bench, serving, tree
from tests.ansible.test_mirror import NEEDED

pytestmark = pytest.mark.skipif(
    any(shutil.which(name) is None for name in NEEDED), reason=f"needs {', '.join(NEEDED)}"
)
TWO: dict[str, Any] = {"release": "two", "packages": {"unasked": "1"}, "artefacts": []}
"""Wishes of another release."""


@pytest.fixture
def bench(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with mirror_vendor.bench(root, tmp_path_factory.mktemp("m")) as made:
        yield made


def index(bench: Bench, release: str = "one") -> str:
    return (bench.mirror / f"debian-12-{release}/Packages").read_text()


def own(bench: Bench, name: str, version: str, depends: str = "") -> Path:
    return bench.maker.package(name, version, depends, to=bench.home / "own/debian-12")


def links(bench: Bench) -> set[str]:
    return {path.name for path in bench.mirror.iterdir() if path.is_symlink()}


def update(bench: Bench, release: str) -> "subprocess.CompletedProcess[str]":
    """Read the index as a node of that release does, which trusts the mirror alone."""
    home = bench.home / f"node-{release}"
    (home / "lists/partial").mkdir(parents=True, exist_ok=True)
    (home / "status").touch()
    with serving(bench.mirror) as (url, _):
        signed = f"[signed-by={bench.mirror}/key.asc]"
        (home / "sources").write_text(f"deb {signed} {url}/debian-12-{release}/ ./\n")
        places = {
            "Dir": home,
            "Dir::Etc::sourcelist": home / "sources",
            "Dir::State": home,
            "Dir::State::status": home / "status",
            "Debug::NoLocking": "true",
            "APT::Sandbox::User": "root",
            "APT::Update::Error-Mode": "any",
        }
        given = [f"-o{name}={value}" for name, value in places.items()]
        return subprocess.run(
            ["apt-get", *given, "update"], capture_output=True, text=True, check=False, timeout=60
        )


def test_nodes_of_the_release_before_have_a_source_until_there_is_a_third(bench: Bench) -> None:
    bench.converge()
    bench.converge(**TWO)
    assert links(bench) == {"debian-12-one", "debian-12-two"}
    assert "Package: driver" in index(bench)
    assert "Package: driver" not in index(bench, "two")
    for release in ("one", "two"):
        assert update(bench, release).returncode == 0
    assert not bench.converge(**TWO)["changed"]
    removed = bench.converge(**{**TWO, "release": "three"})["removed"]
    assert links(bench) == {"debian-12-two", "debian-12-three"}
    assert "debian-12-one" in removed
    assert len(list((bench.mirror / "indices/debian-12").iterdir())) == 2


def test_what_was_gone_back_to_is_the_release_in_use(bench: Bench) -> None:
    bench.converge()
    bench.converge(**TWO)
    assert bench.converge()["changed"]
    bench.converge(**{**TWO, "release": "three"})
    assert links(bench) == {"debian-12-one", "debian-12-three"}
    assert "Package: driver" in index(bench)


def test_other_systems_keep_what_they_have(bench: Bench) -> None:
    """What one system does not need any more goes, whatever lies there for another one."""
    ubuntu: dict[str, Any] = {
        "system": "ubuntu-24.04",
        "name": "ubuntu-24.04-one",
        "packages": {"system": "5"},
    }
    other = [bench.maker.artefact("other.tar", b"o")]
    bench.converge(**ubuntu, artefacts=other)
    before = tree(bench.mirror / "pool/ubuntu-24.04")
    for number in ("one", "two", "three"):
        last = bench.converge(**{**TWO, "release": number})
    assert tree(bench.mirror / "pool/ubuntu-24.04") == before != {}
    assert (bench.mirror / "artefacts/other.tar").read_bytes() == b"o"
    assert links(bench) == {"debian-12-two", "debian-12-three", "ubuntu-24.04-one"}
    assert "debian-12-one" in last["removed"]
    assert not bench.converge(**ubuntu, artefacts=other)["changed"]
    assert "other.tar" in bench.converge(**ubuntu, artefacts=[])["removed"]


def test_open_versions_stay_when_something_else_is_wanted(bench: Bench) -> None:
    wanted = {"driver": "1:580.1~rc1+b-1", "system": None}
    bench.converge(packages=wanted)
    for name in ("system", "library"):  # one is wanted, the other comes with the driver
        bench.maker.package(name, "6")
    bench.maker.publish()
    more = bench.converge(packages={**wanted, "unasked": None})
    assert more["fetch"] == ["unasked 1"]
    assert "warnings" not in more
    assert index(bench).count("Version: 6\n") == 0
    again = bench.converge(packages={**wanted, "unasked": None}, refresh=True)
    assert again["fetch"] == ["library 6", "system 6"]
    # What is another release's has no say.
    bench.maker.package("system", "7")
    bench.maker.publish()
    assert bench.converge(release="two", packages={"system": None})["fetch"] == ["system 7"]


def test_an_open_version_that_is_gone_is_another_one_and_said(bench: Bench) -> None:
    wanted = {"library": None, "system": None}
    bench.converge(packages=wanted, artefacts=[])
    (bench.maker.folder / "repo/system_5.deb").unlink()
    for name in wanted:
        bench.maker.package(name, "6")
    bench.maker.publish()
    more = bench.converge(packages={**wanted, "unasked": None}, artefacts=[])
    assert more["fetch"] == ["system 6", "unasked 1"]
    assert more["warnings"] == [
        "versions that the release leaves open are others now: system 6 instead of 5 (not in the "
        "repositories any more)"
    ]


def test_open_versions_that_do_not_go_with_the_rest_are_taken_anew(bench: Bench) -> None:
    wanted = {"library": None, "system": None}
    bench.converge(packages=wanted, artefacts=[])
    for name in wanted:
        bench.maker.package(name, "6")
    bench.maker.package("tool", "1", "library (>= 6)")
    bench.maker.publish()
    more = bench.converge(packages={**wanted, "tool": "1"}, artefacts=[])
    assert more["fetch"] == ["library 6", "system 6", "tool 1"]
    (said,) = more["warnings"]
    assert "library 6 instead of 2.0, system 6 instead of 5 (" in said
    assert "tool : Depends: library (>= 6)" in said


@pytest.mark.parametrize("name", ["Packages", "Packages.gz", "Release", "InRelease", "Release.gpg"])
def test_a_damaged_index_is_made_again(bench: Bench, name: str) -> None:
    bench.converge()
    bench.converge(**TWO)
    for release in ("one", "two"):  # the one before as well
        path = bench.mirror / f"debian-12-{release}" / name
        path.write_bytes(b"x" + path.read_bytes()[1:])
        assert bench.converge(check=True, **TWO)["changed"]
        mended = bench.converge(**TWO)
        assert (mended["changed"], mended["fetch"]) == (True, [])
        assert update(bench, release).returncode == 0
        assert not bench.converge(**TWO)["changed"]
    (bench.mirror / "debian-12-two" / name).unlink()
    assert bench.converge(**TWO)["changed"]
    assert (bench.mirror / "debian-12-two" / name).exists()


def test_a_damaged_public_key_is_written_again(bench: Bench) -> None:
    bench.converge()
    public = (bench.mirror / "key.asc").read_text()
    (bench.mirror / "key.asc").write_text("junk")
    assert bench.converge()["changed"]
    assert (bench.mirror / "key.asc").read_text() == public
    assert not bench.converge()["changed"]


def test_a_new_key_signs_the_release_before_too(bench: Bench) -> None:
    bench.converge()
    bench.converge(**TWO)
    shutil.rmtree(bench.home / "key")
    assert bench.converge(**TWO)["changed"]
    for release in ("one", "two"):
        assert update(bench, release).returncode == 0


def pooled(bench: Bench, name: str) -> Path:
    (path,) = (bench.mirror / "pool/debian-12").glob(f"{name}_*")
    return path


def spoil(path: Path) -> None:
    path.write_bytes(b"x" * path.stat().st_size)


@pytest.mark.parametrize("spoiled", [spoil, Path.unlink])
def test_what_the_release_before_lacks_is_fetched(
    bench: Bench, spoiled: Callable[[Path], None]
) -> None:
    mine = own(bench, "site-tool", "3")
    bench.converge()
    bench.converge(**TWO)
    mine_there = pooled(bench, "site-tool")
    for path in (pooled(bench, "library"), bench.mirror / "artefacts/hpcx.tbz", mine_there):
        before = path.read_bytes()
        spoiled(path)
        would = bench.converge(check=True, **TWO)
        mended = bench.converge(**TWO)
        assert (mended["changed"], len(mended["fetch"])) == (True, 1)
        assert mended["fetch"] == would["fetch"]
        assert "warnings" not in mended
        assert path.read_bytes() == before
        assert not bench.converge(**TWO)["changed"]
    assert mine_there.read_bytes() == mine.read_bytes()
    asked = len(bench.maker.served.asked)
    assert bench.converge()["fetch"] == []
    assert len(bench.maker.served.asked) == asked


def test_a_release_before_that_cannot_be_whole_is_not_served(bench: Bench) -> None:
    bench.converge()
    bench.converge(**TWO)
    (bench.maker.folder / "repo/library_2.0.deb").unlink()
    spoil(pooled(bench, "library"))
    mended = bench.converge(**TWO)
    assert (mended["changed"], mended["fetch"]) == (True, [])
    (said,) = mended["warnings"]
    assert said.startswith("release one is not served any more: library 2.0: http://127.0.0.1")
    assert "answers 404 File not found; run with it to have it again" in said
    assert links(bench) == {"debian-12-two"}
    assert update(bench, "two").returncode == 0
    assert not bench.converge(**TWO)["changed"]


def test_a_package_of_the_site_that_is_gone_ends_the_release_before(bench: Bench) -> None:
    mine = own(bench, "site-tool", "3")
    bench.converge()
    mine.unlink()
    pooled(bench, "site-tool").unlink()
    said = f"release one is not served any more: {mine} is gone; run with it to have it again"
    assert bench.converge(**TWO)["warnings"] == [said]
    assert links(bench) == {"debian-12-two"}


def test_an_archive_with_other_bytes_ends_the_release_before(bench: Bench) -> None:
    """One name, one file: the release before would be served with what it does not want."""
    bench.converge()
    other = {**TWO, "artefacts": [bench.maker.artefact("hpcx.tbz", b"other")]}
    said = [
        "release one is not served any more: another hpcx.tbz is wanted now; run with it to have "
        "it again"
    ]
    # The options of a run write the first archive anew, so its server is told the second again.
    wishes = bench.wishes(**other)
    assert bench.module.work(wishes, check=True)["warnings"] == said
    assert links(bench) == {"debian-12-one"}
    bench.maker.artefact("hpcx.tbz", b"other")
    assert bench.module.work(wishes, check=False)["warnings"] == said
    assert links(bench) == {"debian-12-two"}
    assert (bench.mirror / "artefacts/hpcx.tbz").read_bytes() == b"other"
    assert not bench.module.work(wishes, check=False)["changed"]


def test_an_index_that_is_made_again_vouches_for_no_package(bench: Bench) -> None:
    bench.converge()
    bench.converge(**TWO)
    mirror = bench.module.Mirror(bench.wishes(**TWO))
    mirror.load()
    spoil(pooled(bench, "library"))
    (bench.mirror / "debian-12-one/InRelease").unlink()
    mirror.remember(mirror.entries[0])
    mirror.load()
    assert all(mirror.serves(one) for one in mirror.entries)
    in_use, before = mirror.entries
    assert mirror.whole(in_use)
    assert not mirror.whole(before)


def test_a_snapshot_that_is_past_its_date_is_read_where_the_release_says_so(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = bench.home / "apt.conf"  # those of this host may take what has expired
    settings.write_text('Dir::Etc::parts "/nowhere";\nDir::Etc::main "/dev/null";\n')
    monkeypatch.setenv("APT_CONFIG", str(settings))
    bench.maker.publish(head="Valid-Until: Thu, 08 Jan 2026 00:00:00 UTC\n")
    message = bench.refused()
    assert "is expired" in message
    snapshot = bench.maker.repository(check_valid_until=False)
    assert bench.converge(repositories=[snapshot])["changed"]


def test_a_sites_own_packages_are_in_the_index_with_what_they_need(bench: Bench) -> None:
    wanted = {"driver": "1:580.1~rc1+b-1", "gdrdrv-dkms": "2.6-1"}
    message = bench.refused(packages=wanted)
    assert "gdrdrv-dkms 2.6-1; correct the release or its repositories; " in message
    assert f"what you build yourself goes to {bench.home}/own/debian-12" in message
    own(bench, "gdrdrv-dkms", "2.6-1", "unasked")
    own(bench, "site-tool", "1:3")
    assert bench.converge(check=True, packages=wanted)["changed"]
    first = bench.converge(packages=wanted)
    assert {"gdrdrv-dkms 2.6-1", "unasked 1", "site-tool 1:3"} <= set(first["fetch"])
    assert not bench.converge(packages=wanted)["changed"]
    assert update(bench, "one").returncode == 0
    pool = bench.mirror / "pool/debian-12"
    for name in ("gdrdrv-dkms_2.6-1", "site-tool_1.3"):
        source = bench.home / f"own/debian-12/{name}.deb"
        (copy,) = pool.glob(f"{name.split('_')[0]}_*")
        assert copy.read_bytes() == source.read_bytes()
        assert not copy.is_symlink()
    assert f"Filename: pool/{copy.name}\n" in index(bench)
    # One more version, and one that is taken away again.
    own(bench, "site-tool", "1:4")
    assert bench.converge(packages=wanted)["fetch"] == ["site-tool 1:4"]
    assert index(bench).count("Package: site-tool\n") == 2
    (bench.home / "own/debian-12/site-tool_1.3.deb").unlink()
    gone = bench.converge(packages=wanted)
    assert [name for name in gone["removed"] if name.startswith("site-tool")] == [
        next(name for name in gone["removed"] if "_3_all" in name)
    ]
    assert "Version: 1:3" not in index(bench)


def test_a_site_may_build_what_a_maker_has(bench: Bench) -> None:
    mine = own(bench, "library", "2.0", "system")
    bench.converge()
    (copy,) = (bench.mirror / "pool/debian-12").glob("library_*")
    assert copy.read_bytes() == mine.read_bytes()
    assert index(bench).count("Package: library\n") == 1


def test_a_newer_package_of_the_site_takes_the_place_of_an_open_version(bench: Bench) -> None:
    wanted = {"library": None}
    bench.converge(packages=wanted, artefacts=[])
    own(bench, "library", "2.0+site1", "unasked")
    more = bench.converge(packages=wanted, artefacts=[])
    assert more["fetch"] == ["library 2.0+site1", "unasked 1"]
    assert "warnings" not in more  # the site asked for it
    assert "Version: 2.0\n" not in index(bench)


def test_own_packages_are_told_apart_by_their_bytes(bench: Bench) -> None:
    path = own(bench, "site-tool", "3")
    bench.converge()
    bench.converge(**TWO)
    os.utime(path, (1, 1))
    assert not bench.converge(**TWO)["changed"]
    asked = len(bench.maker.served.asked)
    assert bench.converge()["fetch"] == []
    assert len(bench.maker.served.asked) == asked
    size, noted = path.stat().st_size, path.stat()
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    os.utime(path, ns=(noted.st_atime_ns, noted.st_mtime_ns))
    assert path.stat().st_size == size
    assert bench.converge()["fetch"] == ["site-tool 3"]


def test_own_packages_that_cannot_be_trusted_or_read_are_refused(bench: Bench) -> None:
    path = own(bench, "site-tool", "3")
    path.chmod(0o664)
    remedy = f"see that its packages are yours, then: chown root {path}; chmod go-w {path}"
    assert bench.refused() == f"{path} can be written by others than root; {remedy}"
    path.chmod(0o644)
    path.parent.chmod(0o777)
    assert f"{path.parent} can be written by others than root" in bench.refused()
    path.parent.chmod(0o755)
    path.parent.parent.chmod(0o775)
    assert f"{path.parent.parent} can be written by others than root" in bench.refused()
    path.parent.parent.chmod(0o755)
    if os.geteuid() == 0:
        os.chown(path, 65534, 0)
        assert f"{path} can be written by others than root" in bench.refused()
        os.chown(path, 0, 0)
    second = path.with_name("again.deb")
    shutil.copyfile(path, second)
    assert f"{second} and {path} are both site-tool 3; keep one of them" in bench.refused()
    second.unlink()
    second.symlink_to(path)
    assert f"{second} is no file or folder of its own" in bench.refused()
    second.unlink()
    second.write_bytes(b"x" * 100)
    assert f"{second} is no package: " in bench.refused()
    second.unlink()
    assert bench.converge()["changed"]


def test_no_archive_is_read_from_the_servers_own_files(bench: Bench) -> None:
    one = {**bench.maker.artefact("a.tar", b"a"), "url": "/etc/passwd"}
    assert "only http and https are read" in bench.refused(artefacts=[one])
