"""Finding, reading and refusing catalog entries."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from railwright.catalog import loader
from railwright.catalog.loader import CatalogDataError, UnknownModelError
from railwright.errors import RailwrightError


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return an empty catalog folder that the loader uses instead of its own."""
    for cached in (loader.switch, loader.node, loader._files):
        cached.cache_clear()
    monkeypatch.setattr(loader, "DATA", tmp_path)
    (tmp_path / "switches").mkdir()
    (tmp_path / "nodes").mkdir()
    yield tmp_path
    for cached in (loader.switch, loader.node, loader._files):
        cached.cache_clear()


def test_names_are_the_file_stems_in_order() -> None:
    assert loader.switch_names() == tuple(sorted(loader.switch_names()))
    assert {"sn5600", "7060x6-64pe", "dbmvtx9180", "cx864e-n"} <= set(loader.switch_names())
    assert {"dgx-h100", "hgx-h100", "storage-server"} <= set(loader.node_names())


def test_an_entry_is_read_once() -> None:
    assert loader.switch("sn5600") is loader.switch("sn5600")
    assert loader.node("dgx-h100") is loader.node("dgx-h100")


def test_an_unknown_switch_lists_the_names_and_suggests_the_nearest() -> None:
    with pytest.raises(UnknownModelError) as caught:
        loader.switch("SN560")
    assert str(caught.value) == (
        "no switch model 'SN560' in the catalog; did you mean 'sn5600'? "
        f"it has {', '.join(loader.switch_names())}"
    )


def test_an_unknown_node_without_a_near_name_just_lists_them() -> None:
    with pytest.raises(UnknownModelError) as caught:
        loader.node("quantum")
    assert str(caught.value) == (
        f"no node model 'quantum' in the catalog; it has {', '.join(loader.node_names())}"
    )
    assert isinstance(caught.value, RailwrightError)


@pytest.mark.parametrize(
    "name", ["../nodes/dgx-h100", "/etc/passwd", "sn5600.yml", "", ".", "..", "sn5600\0"]
)
def test_a_name_cannot_lead_out_of_the_folder(name: str) -> None:
    with pytest.raises(UnknownModelError):
        loader.switch(name)


def test_an_empty_catalog_says_so(data: Path) -> None:
    with pytest.raises(UnknownModelError, match="it has none"):
        loader.switch("sn5600")


def test_a_wrong_field_is_named_with_its_file(data: Path) -> None:
    source = Path(loader.__file__).parent / "data" / "nodes" / "dgx-h100.yml"
    entry = yaml.safe_load(source.read_text())
    entry["gpus"] = "eight"
    entry["colour"] = "green"
    (data / "nodes" / "box.yml").write_text(yaml.safe_dump(entry))
    with pytest.raises(CatalogDataError) as caught:
        loader.node("box")
    assert str(caught.value).startswith("box.yml: ")
    assert "gpus: " in str(caught.value)
    assert "colour: " in str(caught.value)


def test_a_server_needs_neither_gpus_nor_network_cards(data: Path) -> None:
    entry = {"name": "box", "vendor": "v", "model": "m"}
    (data / "nodes" / "box.yml").write_text(yaml.safe_dump(entry | {"source": "test"}))
    node = loader.node("box")
    assert (node.gpus, node.planes, node.bmc_speed_gbps) == (0, 1, 1)
    assert (node.nics, node.frontend, node.inband) == ((), (), None)


def test_the_former_name_of_the_access_role_is_refused(data: Path) -> None:
    source = Path(loader.__file__).parent / "data" / "switches" / "as4630-54pe.yml"
    entry = yaml.safe_load(source.read_text())
    entry["roles"] = {"oob_switch": entry["roles"]["access"]}
    (data / "switches" / "box.yml").write_text(yaml.safe_dump(entry))
    with pytest.raises(CatalogDataError, match="'leaf', 'spine' or 'access'"):
        loader.switch("box")


@pytest.mark.parametrize("text", ["{unclosed", "!!python/object/apply:os.getcwd []", "- 1"])
def test_a_file_that_is_no_entry_is_refused(data: Path, text: str) -> None:
    (data / "switches" / "box.yml").write_text(text)
    with pytest.raises(CatalogDataError, match=r"^box\.yml: "):
        loader.switch("box")
