"""A node profile from saved outputs: the known servers come out as the catalog has them."""

import re
from pathlib import Path

import pytest
import yaml

from railwright import api_catalog
from railwright.catalog import loader
from railwright.catalog.model import NodeModel
from railwright.errors import RailwrightError
from railwright.plan import nodes_roce
from railwright.plan.build import build
from tests.unit.importing.files import (
    DATA,
    NAMES,
    Files,
    changed,
    files_of,
    model_of,
    paths_of,
)
from tests.unit.plan.made import made


@pytest.fixture
def dgx() -> Files:
    return files_of("dgx")


@pytest.fixture
def oci() -> Files:
    return files_of("oci")


def test_a_dgx_is_the_catalogs_dgx(dgx: Files) -> None:
    found, catalog = model_of(dgx, "dgx-h100"), loader.node("dgx-h100")
    assert found.nics == catalog.nics
    assert found.frontend == catalog.frontend
    assert (found.gpus, found.planes) == (8, 1)
    assert found.rail_nic
    assert found.rail_nic.pci_device_id == "1021"


def test_an_oci_h100_is_the_catalogs_but_for_what_no_file_says(oci: Files) -> None:
    found, catalog = model_of(oci, "oci-h100"), loader.node("oci-h100")
    assert found.nics == catalog.nics
    assert [port.rdma for port in found.frontend] == [port.rdma for port in catalog.frontend]
    assert found.planes == catalog.planes == 2


def test_what_the_files_do_not_say_is_assumed(dgx: Files) -> None:
    said = "\n".join(model_of(dgx).assumptions)
    for word in ("cages", "8U", "400G", "in-band port", "BMC", "mlx5_1, mlx5_7"):
        assert word in said
    assert "hgx-h100" in said


def test_the_source_is_the_files_with_their_checksums(dgx: Files) -> None:
    source = model_of(dgx).source
    assert re.findall(r"(\w+)\.txt \(sha256 [0-9a-f]{64}\)", source) == list(NAMES)


@pytest.mark.parametrize("like", [None, "dgx-h100", "oci-h100", "hgx-h100-4nic", "hgx-b300"])
@pytest.mark.parametrize("server", ["dgx", "oci"])
def test_a_written_profile_reads_as_it_was_and_names_no_folder(
    server: str, like: str | None
) -> None:
    text = api_catalog.import_node("mine", *paths_of(server), like)
    model = NodeModel.model_validate(yaml.safe_load(text))
    assert model.name == "mine"
    assert str(DATA) not in text
    assert max(map(len, text.splitlines())) <= 120


def test_a_cluster_of_imported_nodes_can_be_planned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in loader.DATA.iterdir():
        if one.name != "nodes":
            (tmp_path / one.name).symlink_to(one)
    (tmp_path / "nodes").mkdir()
    text = api_catalog.import_node("mine", *paths_of("dgx"), "dgx-h100")
    (tmp_path / "nodes" / "mine.yml").write_text(text)
    monkeypatch.setattr(loader, "DATA", tmp_path)
    loader._files.cache_clear()
    try:
        plan = build(made({"nodes": {"gpu": {"model": "mine", "count": 8}}}))
        rails = nodes_roce.settings(plan, plan.device["gpu0001"])
        assert [one.port.pci for one in rails][:2] == ["0000:18:00.0", "0000:40:00.0"]
    finally:
        loader._files.cache_clear()


def test_ids_alone_names_alone_and_short_addresses_say_the_same(dgx: Files) -> None:
    wanted = model_of(dgx)
    names = changed(dgx, "lspci", r" \[[0-9a-f]{4}\]$", "")
    ids = changed(dgx, "lspci", r"^((?:Class|Vendor|Device):\t).*\[([0-9a-f]{4})\]$", r"\1\2")
    short = changed(dgx, "lspci", r"^(Slot:\t)0000:", r"\1")
    for files in (names, ids, short):
        assert model_of(files).nics == wanted.nics
        assert model_of(files).frontend == wanted.frontend


def test_tabs_spaces_colours_and_prompts_are_the_same_to_topo(dgx: Files) -> None:
    wanted = model_of(dgx).nics
    plain = re.sub(r"\x1b\[\d*m", "", dgx["topo"])
    for text in (plain, plain.expandtabs(8), re.sub(r"[\t ]+", " ", plain), "\n\n" + plain):
        assert model_of(dgx | {"topo": text}).nics == wanted
    assert model_of(dgx | {"topo": plain.replace("\n", "\r\n")}).nics == wanted


def test_older_drivers_name_the_nics_themselves(dgx: Files) -> None:
    text = dgx["topo"].partition("NIC Legend")[0]
    old = re.sub(r"NIC(\d+)", r"mlx5_\1", text)
    assert model_of(dgx | {"topo": old}).nics == model_of(dgx).nics


def test_addresses_follow_from_the_order_where_nothing_else_says_them(dgx: Files) -> None:
    files = changed(dgx, "ibdev2netdev", r"==> \w+", "==> eth")
    found = model_of(files)
    assert found.nics == model_of(dgx).nics
    assert any("follow from the order of their numbers" in one for one in found.assumptions)


def test_rails_are_in_the_order_of_gpus_not_of_nics(dgx: Files) -> None:
    """The NICs of GPU0 and GPU1 are swapped, as some boards have it."""
    swapped = changed(dgx, "topo", "NIC0: mlx5_0", "NIC0: mlx5_3")
    swapped = changed(swapped, "topo", "NIC3: mlx5_3", "NIC3: mlx5_0")
    found = model_of(swapped)
    assert [nic.rdma for nic in found.nics[:3]] == ["mlx5_3", "mlx5_0", "mlx5_4"]
    assert [nic.gpu for nic in found.nics] == list(range(8))


def test_gpus_may_share_a_nic(dgx: Files) -> None:
    """Without every second NIC, GPUs are next to their neighbour's."""
    files = dict(dgx)
    gone = {1: 0, 3: 2, 5: 4, 7: 6}  # GPU: the one whose NIC it shares
    rows = {line.split("\t")[0]: line.split("\t") for line in files["topo"].splitlines()}
    nic_of = {0: 0, 1: 3, 2: 4, 3: 5, 4: 6, 5: 9, 6: 10, 7: 11}
    for gpu, other in gone.items():
        for one, level in ((nic_of[gpu], "NODE"), (nic_of[other], "PXB")):
            rows[f"GPU{gpu}"][9 + one] = level
            rows[f"NIC{one}"][1 + gpu] = level
    text = "\n".join(
        "\t".join(rows.get(line.split("\t")[0], [line])) for line in files["topo"].splitlines()
    )
    found = model_of(files | {"topo": text})
    assert [(nic.rail, nic.gpu, nic.rdma) for nic in found.nics] == [
        (0, 0, "mlx5_0"),
        (1, 2, "mlx5_4"),
        (2, 4, "mlx5_6"),
        (3, 6, "mlx5_10"),
    ]
    assert found.gpus == 8


def test_second_ports_without_link_are_unused(oci: Files) -> None:
    lines = []
    for line in oci["ibdev2netdev"].splitlines():
        second = re.match(r"0000:\w\w:00\.1 ", line)
        lines.append(
            line.replace("(ACTIVE)", "(DOWN)").replace("(Up)", "(Down)") if second else line
        )
    found = model_of(oci | {"ibdev2netdev": "\n".join(lines)})
    assert found.planes == 1
    assert {nic.speed_gbps for nic in found.nics} == {400}
    assert any("without link are taken as unused" in one for one in found.assumptions)


def test_virtual_functions_are_nobodys_rail(oci: Files) -> None:
    record = (
        "\nSlot:\t0c:00.2\nClass:\tEthernet controller\nVendor:\tMellanox Technologies\n"
        "Device:\tConnectX Family mlx5Gen Virtual Function\nNUMANode:\t0\n"
    )
    line = "0000:0c:00.2 mlx5_18 (MT4126 - NA)  fw 28.39 port 1 (ACTIVE) ==> vf0 (Up)\n"
    files = oci | {
        "lspci": oci["lspci"] + record,
        "ibdev2netdev": oci["ibdev2netdev"] + line,
    }
    assert model_of(files).nics == model_of(oci).nics


def test_the_processor_is_the_gpus_where_lspci_does_not_say_it(dgx: Files) -> None:
    files = changed(dgx, "lspci", r"^NUMANode:\t.*\n", "")
    found = model_of(files)
    assert found.nics == model_of(dgx).nics
    assert [port.numa for port in found.frontend] == [0, 1]


def test_far_nics_are_rails_with_a_warning(dgx: Files) -> None:
    """In virtual machines everything is a host bridge away."""
    found = model_of(changed(dgx, "topo", "PXB\t", "PHB\t"))
    assert found.nics == model_of(dgx).nics
    assert any("passes a processor" in one and "PHB" in one for one in found.assumptions)


@pytest.mark.parametrize(
    ("name", "like", "what"),
    [
        ("../evil", None, "must be a catalog name"),
        ("dgx-h100", None, "the catalog has a node model 'dgx-h100'; choose another name"),
        ("mine", "storage-server", "--like storage-server is no GPU node; name a model with rails"),
        ("mine", "dgx-h10", "did you mean 'dgx-h100'?"),
    ],
)
def test_names_that_are_none(name: str, like: str | None, what: str) -> None:
    with pytest.raises(RailwrightError, match=re.escape(what)):
        api_catalog.import_node(name, *paths_of("dgx"), like)


def test_another_file_is_not_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "mine.yml"
    api_catalog.write_new(target, "a\n")
    api_catalog.write_new(target, "a\n")
    with pytest.raises(RailwrightError, match="exists already"):
        api_catalog.write_new(target, "b\n")
    assert target.read_text() == "a\n"
    assert [one.name for one in tmp_path.iterdir()] == ["mine.yml"]
    with pytest.raises(RailwrightError, match="cannot be written: No such file"):
        api_catalog.write_new(tmp_path / "nowhere" / "mine.yml", "a\n")
