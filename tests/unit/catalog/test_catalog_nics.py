"""The NICs behind a server's ports: known wherever it has ports, and sourced."""

import pytest

from railwright.catalog import loader
from railwright.catalog.model import NicModel

NODES = loader.node_names()


def nics(name: str) -> list[NicModel]:
    node = loader.node(name)
    return [nic for nic in (node.rail_nic, node.frontend_nic) if nic]


@pytest.mark.parametrize("name", NODES)
def test_nics_are_known_where_there_are_ports_and_only_there(name: str) -> None:
    node = loader.node(name)
    assert (node.rail_nic is not None) == bool(node.nics)
    assert (node.frontend_nic is not None) == bool(node.frontend)


@pytest.mark.parametrize("name", NODES)
def test_what_is_said_of_a_nic_has_a_source(name: str) -> None:
    for nic in nics(name):
        assert "MTU" in nic.source or "ASSUMED" in nic.source
        assert len(nic.source) > 80


@pytest.mark.parametrize("name", NODES)
def test_a_nic_carries_jumbo_frames_and_some_of_eight_priorities(name: str) -> None:
    for nic in nics(name):
        assert 9000 <= nic.max_mtu_bytes <= 9978
        assert 1 <= nic.lossless_priorities <= 8


def test_a_nic_is_the_same_in_every_server() -> None:
    facts = {
        (nic.model, *nic.model_dump(exclude={"model", "source"}).values())
        for name in NODES
        for nic in nics(name)
    }
    assert len({model for model, *_ in facts}) == len(facts)


def test_pci_device_ids_tell_nics_apart() -> None:
    ids = {nic.model: nic.pci_device_id for name in NODES for nic in nics(name)}
    assert ids == {"ConnectX-7": "1021", "ConnectX-8": "1023", "BlueField-3": "a2dc"}


def test_the_nics_of_known_servers() -> None:
    assert [nic.model for nic in nics("dgx-h100")] == ["ConnectX-7", "ConnectX-7"]
    assert [nic.model for nic in nics("hgx-b300")] == ["ConnectX-8", "BlueField-3"]


@pytest.mark.parametrize("name", [name for name in NODES if name != "dgx-h100"])
def test_a_nic_that_is_assumed_is_an_assumption_of_the_server(name: str) -> None:
    assumed = [nic.model for nic in nics(name) if nic.source.startswith("ASSUMED")]
    for model in assumed:
        assert any(model in one for one in loader.node(name).assumptions)
