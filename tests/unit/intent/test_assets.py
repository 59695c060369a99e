"""The assets file: rows that are understood, where it may lie, who reads it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from railwright import api
from railwright.errors import IntentError
from railwright.intent import assets
from railwright.intent.loader import load

ROOT = Path(__file__).parents[3]


def intent(folder: Path, named: str = "assets.csv") -> Path:
    """Write an intent that names an assets file, and return its path."""
    text = (ROOT / "intent/examples/lab-small.yml").read_text(encoding="utf-8")
    path = folder / "cluster.yml"
    path.write_text(f"{text}\nassets: {named}\n", encoding="utf-8")
    return path


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Path]:
    yield intent(tmp_path)
    api.load_plan.cache_clear()


def test_rows_are_read_with_their_lines() -> None:
    text = "serial, DEVICE ,bmc_mac\r\nS-1,gpu0001,02:00:5E:10:00:01\r\n\r\n,gpu0002,\r\n,,\r\n"
    found, problems = assets.parse(text, "assets.csv")
    assert problems == ()
    assert found.rows == (
        assets.Asset("gpu0001", "S-1", {"bmc": "02:00:5e:10:00:01"}, 2),
        assets.Asset("gpu0002", None, {}, 4),
    )
    assert found.of["gpu0002"].line == 4


@pytest.mark.parametrize(
    "text",
    ["02:00:5e:10:00:0a", "02-00-5E-10-00-0A", "0200.5e10.000a", "02005E10000A"],
)
def test_a_mac_address_is_read_in_every_usual_spelling(text: str) -> None:
    found, problems = assets.parse(f"device,eth0_mac\ngpu0001,{text}\n", "a.csv")
    assert problems == ()
    assert found.rows[0].macs == {"eth0": "02:00:5e:10:00:0a"}


@pytest.mark.parametrize(
    "text", ["02:00-5e:10:00:0a", "03:00:5e:10:00:0a", "ff:ff:ff:ff:ff:ff", "0" * 12, "2" * 11]
)
def test_what_no_port_can_have_is_refused(text: str) -> None:
    found, problems = assets.parse(f"device,eth0_mac\ngpu0001,{text}\n", "a.csv")
    assert found.rows == ()
    assert [(one.file, one.line, one.path) for one in problems] == [("a.csv", 2, "eth0_mac")]


def test_a_rejected_row_does_not_hide_later_ones() -> None:
    text = "device,bmc_mac\ngpu0001,zz\ngpu0002,02:00:5e:10:00:02\ngpu0002,\n"
    found, problems = assets.parse(text, "a.csv")
    assert [row.device for row in found.rows] == ["gpu0002"]
    assert [one.line for one in problems] == [2, 4]


def test_the_file_is_an_input_of_the_build(cluster: Path, tmp_path: Path) -> None:
    (tmp_path / "assets.csv").write_text("device,bmc_mac\ngpu0001,02:00:5e:10:00:01\n")
    first = api.build(cluster, tmp_path / "out")
    assert first.changes.added
    assert not api.build(cluster, tmp_path / "out").changes.changed
    api.load_plan.cache_clear()
    (tmp_path / "assets.csv").write_text("device,bmc_mac\ngpu0001,02:00:5e:10:00:02\n")
    assert api.build(cluster, tmp_path / "out").changes.changed == ("dhcp/kea-dhcp4.conf",)


def test_the_path_counts_from_the_file_that_names_it(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "assets.csv").write_text("device,serial\ngpu0001,S-1\n")
    (site / "boxes.yml").write_text("assets: assets.csv\n")
    text = (ROOT / "intent/examples/lab-small.yml").read_text(encoding="utf-8")
    path = tmp_path / "cluster.yml"
    path.write_text(f"{text}\ninclude: [site/boxes.yml]\n", encoding="utf-8")
    loaded = load(path)
    assert loaded.intent.assets is not None
    assert loaded.intent.assets.of["gpu0001"].serial == "S-1"
    assert str(site / "assets.csv") in loaded.sources.files


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "assets.csv").write_text("device\ngpu0001\n")
    (inner / "assets.csv").symlink_to(tmp_path / "assets.csv")
    with pytest.raises(IntentError, match="stays below this file's folder"):
        load(intent(inner))


def test_a_file_beyond_the_limit_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "MAX_FILE_BYTES", 16)
    (tmp_path / "assets.csv").write_text("device,serial\ngpu0001,S-1\n")
    with pytest.raises(IntentError, match="larger than 16 bytes; give every device one row"):
        load(intent(tmp_path))


def test_an_intent_without_assets_has_none(tmp_path: Path) -> None:
    assert load(intent(tmp_path, "")).intent.assets is None


def test_a_device_that_is_only_reserved_may_have_its_row(tmp_path: Path) -> None:
    path = intent(tmp_path)
    text = path.read_text(encoding="utf-8").replace("count: 8", "count: 4\n    capacity: 8")
    path.write_text(text, encoding="utf-8")
    (tmp_path / "assets.csv").write_text("device,bmc_mac\ngpu0008,02:00:5e:10:00:08\n")
    plan = api.load_plan(path).plan
    assert "gpu0008" not in plan.device
    assert not [one for one in plan.warnings if one.severity == "error"]
