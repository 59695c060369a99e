"""The package mirror: real apt, gpg and HTTP, with a maker's server of tiny packages."""

import fcntl
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ansible import mirror_vendor
from tests.ansible.mirror_vendor import Bench, serving, tree, vendor

NEEDED = ("apt-get", "apt-cache", "dpkg-deb", "dpkg-scanpackages", "gpg", "gpg-agent", "gpgv")
pytestmark = pytest.mark.skipif(
    any(shutil.which(name) is None for name in NEEDED), reason=f"needs {', '.join(NEEDED)}"
)


@pytest.fixture
def bench(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with mirror_vendor.bench(root, tmp_path_factory.mktemp("m")) as made:
        yield made


def debs(bench: Bench) -> set[str]:
    pool = bench.mirror / "pool/debian-12"
    return {path.name.split("_")[0] for path in pool.glob("*.deb")}


def apt(home: Path, url: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run the apt of a node that knows the mirror and its key, and nothing else."""
    root = home / "node"
    for name in ("lists/partial", "archives/partial", "etc"):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "status").touch()
    signed = f"[signed-by={home}/mirror/key.asc]"
    (root / "etc/sources.list").write_text(f"deb {signed} {url}/debian-12-one/ ./\n")
    places = {
        "Dir": root,
        "Dir::Etc": root / "etc",
        "Dir::State": root,
        "Dir::State::status": root / "status",
        "Dir::Cache": root,
        "Dir::Cache::archives": root / "archives",
        "Debug::NoLocking": "true",
        "APT::Sandbox::User": "root",
        "APT::Update::Error-Mode": "any",
    }
    given = [f"-o{name}={value}" for name, value in places.items()]
    return subprocess.run(
        ["apt-get", *given, *words], capture_output=True, text=True, check=False, timeout=60
    )


def test_a_node_that_trusts_only_the_mirror_gets_all_it_needs(bench: Bench) -> None:
    first = bench.converge()
    assert first["changed"]
    names = ["driver 1:580.1~rc1+b-1", "library 2.0", "system 5", "hpcx.tbz"]
    assert first["fetch"] == names
    assert first["diff"]["prepared"] == "".join(f"+ {name}\n" for name in names)
    with serving(bench.mirror) as (url, _):
        assert apt(bench.home, url, "update").returncode == 0
        words = ("--yes", "--download-only", "install", "driver=1:580.1~rc1+b-1")
        done = apt(bench.home, url, *words)
        assert done.returncode == 0, done.stderr
        assert apt(bench.home, url, "--print-uris", "install", "unasked").returncode != 0
    got = {path.name.split("_")[0] for path in (bench.home / "node/archives").glob("*.deb")}
    assert got == {"driver", "library", "system"}
    assert (bench.mirror / "artefacts/hpcx.tbz").read_bytes() == b"h" * 5000
    assert (bench.home / "key").stat().st_mode & 0o777 == 0o700


def test_a_second_run_asks_no_server_and_changes_nothing(bench: Bench) -> None:
    bench.converge()
    asked, before = len(bench.maker.served.asked), tree(bench.home)
    again = bench.converge()
    assert again == {"changed": False, "fetch": [], "removed": [], "diff": {"prepared": ""}}
    assert len(bench.maker.served.asked) == asked
    assert tree(bench.home) == before


def test_check_mode_says_what_would_be_fetched_and_writes_nothing(bench: Bench) -> None:
    would = bench.converge(check=True)
    assert would["changed"]
    assert "library 2.0" in would["fetch"]
    assert not (bench.mirror).exists()
    assert not (bench.home / "key").exists()
    bench.converge()
    before = tree(bench.home)
    assert not bench.converge(check=True)["changed"]
    assert bench.converge(check=True, packages={"unasked": "1"})["fetch"] == ["unasked 1"]
    assert tree(bench.home) == before


def test_an_upgrade_fetches_what_is_new_and_going_back_fetches_nothing(bench: Bench) -> None:
    bench.converge()
    bench.maker.package("driver", "1:590.1-1", "library (>= 2)")
    bench.maker.publish()
    up = bench.converge(release="two", packages={"driver": "1:590.1-1"})
    assert up["fetch"] == ["driver 1:590.1-1"]
    assert up["removed"] == []
    index = (bench.mirror / "debian-12-two/Packages").read_text()
    assert "590.1" in index
    assert "580.1" not in index
    asked = len(bench.maker.served.asked)
    back = bench.converge()
    assert (back["changed"], back["fetch"]) == (True, [])
    assert len(bench.maker.served.asked) == asked
    assert "580.1" in (bench.mirror / "debian-12-one/Packages").read_text()
    assert not bench.converge()["changed"]


def test_what_neither_the_release_in_use_nor_the_one_before_needs_is_removed(bench: Bench) -> None:
    bench.converge()
    bench.converge(release="two", packages={"library": "2.0"}, artefacts=[])
    assert debs(bench) == {"driver", "library", "system"}
    gone = bench.converge(release="three", packages={"unasked": "1"}, artefacts=[])
    assert debs(bench) == {"library", "unasked"}
    assert {name.split("_")[0] for name in gone["removed"]} >= {"driver", "system", "hpcx.tbz"}
    assert not (bench.mirror / "artefacts/hpcx.tbz").exists()


def test_an_open_version_stays_until_a_refresh(bench: Bench) -> None:
    bench.converge()
    bench.maker.package("system", "6")
    bench.maker.publish()
    assert not bench.converge()["changed"]
    assert bench.converge(refresh=True)["fetch"] == ["system 6"]
    index = (bench.mirror / "debian-12-one/Packages").read_text()
    assert "Version: 6\n" in index
    assert not bench.converge(refresh=True)["changed"]


def test_a_server_that_breaks_off_is_asked_for_the_rest(bench: Bench) -> None:
    bench.maker.served.cut["/files/hpcx.tbz"] = 1234
    assert bench.converge()["changed"]
    assert bench.maker.served.ranges("/files/hpcx.tbz") == ["", "bytes=1234-"]
    assert (bench.mirror / "artefacts/hpcx.tbz").read_bytes() == b"h" * 5000


def test_a_damaged_file_is_noticed_and_replaced(bench: Bench) -> None:
    bench.converge()
    deb = next((bench.mirror / "pool/debian-12").glob("library_*"))
    deb.write_bytes(b"x" * deb.stat().st_size)
    assert bench.converge()["fetch"] == ["library 2.0"]
    assert not bench.converge()["changed"]


def test_a_lost_key_is_made_again_and_the_index_signed_with_it(bench: Bench) -> None:
    bench.converge()
    public = (bench.mirror / "key.asc").read_text()
    shutil.rmtree(bench.home / "key")
    again = bench.converge()
    assert (again["changed"], again["fetch"]) == (True, [])
    assert (bench.mirror / "key.asc").read_text() != public
    with serving(bench.mirror) as (url, _):
        assert apt(bench.home, url, "update").returncode == 0


def test_a_second_run_at_the_same_time_is_refused(bench: Bench) -> None:
    bench.converge()
    with (bench.mirror / ".work/lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(bench.module.MirrorError, match="being built by another run; wait"):
            bench.converge()


def test_a_package_comes_from_where_the_release_says(bench: Bench) -> None:
    with vendor(bench.home / "other", bench.maker.key) as other:
        other.package("library", "9")
        other.package("system", "9")
        other.publish()
        release = other.folder / "repo/Release"
        text = release.read_text().replace("Origin: Maker", "Origin: Other")
        release.write_text(text)
        signed = mirror_vendor.gpg(other.key.home, "--clearsign", given=text.encode())
        (other.folder / "repo/InRelease").write_bytes(signed)
        rules = (("lib*", "Maker", 990), ("lib*", "*", -1), ("sys*", "Other", -1))
        text = "\n".join(
            f"Package: {name}\nPin: release o={origin}\nPin-Priority: {priority}\n"
            for name, origin, priority in rules
        )
        both = [bench.maker.repository(), other.repository(name="other")]
        result = bench.converge(repositories=both, preferences=text, artefacts=[])
    assert result["fetch"] == ["driver 1:580.1~rc1+b-1", "library 2.0", "system 5"]


def test_the_servers_own_sources_and_pins_have_no_say(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = bench.home / "apt.conf"
    folder = bench.home / "of-the-node"
    folder.mkdir()
    (folder / "none.list").write_text("deb [trusted=yes] http://127.0.0.1:9/ ./\n")
    (folder / "never.pref").write_text("Package: *\nPin: release o=*\nPin-Priority: -1\n")
    settings.write_text(
        f'Dir::Etc::sourcelist "/dev/null";\nDir::Etc::sourceparts "{folder}";\n'
        f'Dir::Etc::preferencesparts "{folder}";\nAPT::Install-Recommends "true";\n'
    )
    monkeypatch.setenv("APT_CONFIG", str(settings))
    assert "system 5" in bench.converge()["fetch"]
