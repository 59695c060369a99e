"""Node profiles: a rail is the way out of one GPU, on its processor, whatever it is called."""

import re
from collections import Counter

import pytest

from railwright.catalog import loader

GPU_NODES = [name for name in loader.node_names() if loader.node(name).gpus]
ADDRESS = re.compile(r"[0-9a-f]{4}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]")


def bus(address: str) -> int:
    """Return the bus of an address, domains apart."""
    domain, number, _ = address.split(":")
    return int(domain, 16) << 16 | int(number, 16)


@pytest.mark.parametrize("name", loader.node_names())
def test_addresses_are_whole_and_lower_case(name: str) -> None:
    node = loader.node(name)
    addresses = [nic.pci for nic in node.nics] + [nic.gpu_pci for nic in node.nics]
    addresses += [port.pci for port in node.frontend]
    assert all(ADDRESS.fullmatch(one) for one in addresses if one)


@pytest.mark.parametrize("name", GPU_NODES)
def test_rails_follow_the_order_of_gpus(name: str) -> None:
    """GPUs are numbered as PCI counts them, and rails as GPUs are."""
    nics = loader.node(name).nics
    assert [nic.gpu for nic in nics] == sorted(nic.gpu for nic in nics)
    known = [bus(nic.gpu_pci) for nic in nics if nic.gpu_pci]
    assert known == sorted(set(known))


@pytest.mark.parametrize("name", GPU_NODES)
def test_a_rail_is_known_from_gpu_to_nic_or_not_at_all(name: str) -> None:
    nics = loader.node(name).nics
    assert len({(nic.pci is None, nic.gpu_pci is None) for nic in nics}) == 1
    assert (nics[0].pci is None) == (nics[0].gpu_pci is None)


@pytest.mark.parametrize("name", GPU_NODES)
def test_the_nearest_nic_of_a_gpu_is_its_rails(name: str) -> None:
    """Below one PCIe switch bus numbers are close together."""
    nics = [nic for nic in loader.node(name).nics if nic.pci and nic.gpu_pci]
    for rail in nics:
        at = bus(rail.gpu_pci or "")
        nearest = min(nics, key=lambda one: abs(bus(one.pci or "") - at))
        assert nearest.rail == rail.rail


@pytest.mark.parametrize("name", GPU_NODES)
def test_processors_have_as_many_rails_each_and_a_front_end_port(name: str) -> None:
    node = loader.node(name)
    rails = Counter(nic.numa for nic in node.nics)
    assert len(set(rails.values())) == 1
    assert [nic.numa for nic in node.nics] == sorted(nic.numa for nic in node.nics)
    assert {port.numa for port in node.frontend} == set(rails)


@pytest.mark.parametrize("name", GPU_NODES)
def test_ports_of_a_rail_nic_have_names_and_functions_of_their_own(name: str) -> None:
    """The further planes of a NIC are its next functions, and most drivers' next names."""
    node = loader.node(name)
    names = [
        f"mlx5_{int(nic.rdma.removeprefix('mlx5_')) + plane}"
        for nic in node.nics
        for plane in range(node.planes)
    ]
    names += [port.rdma for port in node.frontend]
    assert len(set(names)) == len(names)
    assert all(int(nic.pci[-1]) + node.planes <= 8 for nic in node.nics if nic.pci)


def test_the_buses_of_oracles_shape() -> None:
    node = loader.node("oci-h100")
    buses = [(nic.gpu_pci or "")[5:7] + "/" + (nic.pci or "")[5:7] for nic in node.nics]
    assert buses == ["0f/0c", "2d/2a", "44/41", "5b/58", "89/86", "a8/a5", "c0/bd", "d8/d5"]
    assert [nic.rdma for nic in node.nics] == [f"mlx5_{n}" for n in (0, 3, 5, 7, 9, 12, 14, 16)]
    assert any("mlx5_2 and mlx5_11" in one for one in node.assumptions)


def test_what_a_generic_board_leaves_open_is_empty() -> None:
    node = loader.node("hgx-h100")
    assert {(nic.pci, nic.gpu_pci) for nic in node.nics} == {(None, None)}
