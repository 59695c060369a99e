"""A substitute for the repositories of packages' makers."""

from pathlib import Path

import pytest

from railwright.errors import RailwrightError
from railwright.nodes.model import Wanted
from railwright.nodes.upstream import Upstream, load
from railwright.nodes.wanted import Site, at_site, of_device
from tests.unit.emitters.node_stacks import stacked

SHA256 = "0123456789abcdef" * 4


def written(folder: Path, text: str) -> Path:
    path = folder / "upstream.yml"
    path.write_text(text)
    return path


def test_it_names_url_key_and_checksums(tmp_path: Path) -> None:
    text = f"url: http://10.0.0.1:8000/vendors/\nkey: key.asc\nchecksums: {{a.tbz: {SHA256}}}\n"
    found = load(written(tmp_path, text))
    assert found == Upstream(
        "http://10.0.0.1:8000/vendors", f"{tmp_path}/key.asc", {"a.tbz": SHA256}
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("url: [", "this is no YAML"),
        ("- a", "file: give a mapping"),
        ("urls: x", "urls: unknown; use url, key, checksums"),
        ("url: ftp://x\nkey: k", "url: give http://"),
        ("url: http://x/{{ y }}\nkey: k", "url: give http://"),
        ("url: http://x", "key: give the path"),
        ("url: http://x\nkey: k\nchecksums: {a: 12}", "checksums: give SHA-256"),
    ],
)
def test_anything_else_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RailwrightError) as caught:
        load(written(tmp_path, text))
    assert str(caught.value).startswith(f"{tmp_path}/upstream.yml: {message}")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RailwrightError, match=r"nowhere\.yml: cannot be read: No such file"):
        load(tmp_path / "nowhere.yml")


def test_sources_and_archives_move_and_nothing_else_does(wanted: Wanted) -> None:
    site = Site(upstream="http://10.0.0.1/v")
    base, hpcx = (at_site(wanted.roles[name], site, wanted.stack) for name in ("base", "hpcx"))
    texts = {file.path: file.content.decode() for file in base.files}
    sources = texts["etc/railwright/apt.sources.d/railwright.sources"]
    assert "URIs: http://10.0.0.1/v/developer.download.nvidia.com/compute/cuda/" in sources
    assert "https://" not in sources
    assert all("Signed-By: /etc/apt/keyrings/" in one for one in sources.split("\n\n"))
    before = {file.path: file.content for file in wanted.roles["base"].files}
    moved = [one.path for one in base.files if before[one.path] != one.content]
    preferences = "etc/apt/preferences.d/railwright.pref"
    assert sorted(moved) == [preferences, "etc/railwright/apt.sources.d/railwright.sources"]
    # Makers are told by their host, and there is only one now; what has a name is still told.
    assert b'Pin: origin "linux.mellanox.com"' in before[preferences]
    assert "Pin: origin" not in texts[preferences]
    assert "Pin: release o=NVIDIA" in texts[preferences]
    assert "Package: nvidia-open\nPin: version " in texts[preferences]
    assert hpcx.archives[0].url.startswith("http://10.0.0.1/v/content.mellanox.com/hpc/")


def test_checksums_of_the_site_win_and_given_texts_become_files(wanted: Wanted) -> None:
    archive = wanted.roles["hpcx"].archives[0]
    site = Site(given={"/etc/key.asc": "TEXT"}, checksums={archive.name: SHA256})
    assert at_site(wanted.roles["hpcx"], site, wanted.stack).archives[0].sha256 == SHA256
    path = wanted.roles["base"].given[0]
    with_key = at_site(wanted.roles["base"], Site(key="KEY"), wanted.stack)
    assert ("KEY", 0o644) in {
        (one.content.decode(), one.mode) for one in with_key.files if f"/{one.path}" == path
    }


def test_what_asks_the_mirror_is_not_told_otherwise_by_a_substitute() -> None:
    plan = stacked(source="mirror")
    device = plan.device["gpu0001"]
    site = Site(upstream="http://10.0.0.1/v", key="KEY")
    found, usual = (of_device(plan, device, one).roles["base"] for one in (site, Site(key="KEY")))
    assert found.files == usual.files


@pytest.mark.parametrize("os", ["debian-12", "ubuntu-24.04", "rocky-9"])
def test_every_system_asks_the_substitute_alone(os: str) -> None:
    plan = stacked(os=os)
    site = Site(upstream="http://10.0.0.1/v", key="KEY")
    base = of_device(plan, plan.device["gpu0001"], site).roles["base"]
    texts = {one.path: one.content.decode() for one in base.files}
    moved = {path: text for path, text in texts.items() if "http://10.0.0.1/v/" in text}
    assert [path.rpartition(".")[2] for path in moved] == ["repo" if os == "rocky-9" else "sources"]
    assert "https://" not in "".join(moved.values())
