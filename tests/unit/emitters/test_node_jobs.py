"""What jobs find on a GPU node: NCCL, UCX, MPI, the topology of virtual machines, HPC-X."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree

from railwright.catalog import loader
from railwright.emitters import node_config
from railwright.emitters.node_config import nccl
from railwright.emitters.node_config.state import Link
from railwright.plan.nodes_ports import data_ports
from tests.unit.emitters.node_stacks import OLDER, RELEASE, role, stacked, texts, values
from tests.unit.plan.made import ALL_NETWORKS, planned

CONF, ENV = "etc/nccl.conf", "etc/railwright/rdma-jobs.env"
TOPOLOGY = "etc/railwright/nccl-topology.xml"
RAILS = [f"mlx5_rail{rail}" for rail in range(8)]


def conf(**stack: Any) -> dict[str, str]:
    return values(texts(stacked(**stack), "nccl")[CONF])


def test_the_whole_file_of_the_usual_node() -> None:
    hca = ",".join(f"mlx5_rail{rail}:1:{rail}" for rail in range(8))
    assert texts(stacked(), "nccl")[CONF] == (
        "NCCL_CROSS_NIC=2\n"
        "NCCL_DEBUG=WARN\n"
        "NCCL_GIN_IB_TC=106\n"
        "NCCL_IB_ADDR_FAMILY=AF_INET\n"
        "NCCL_IB_ADDR_RANGE=10.16.0.0/12\n"
        f"NCCL_IB_HCA=={hca}\n"
        "NCCL_IB_PCI_RELAXED_ORDERING=2\n"
        "NCCL_IB_QPS_PER_CONNECTION=4\n"
        "NCCL_IB_RETRY_CNT=7\n"
        "NCCL_IB_TC=106\n"
        "NCCL_IB_TIMEOUT=22\n"
        "NCCL_IGNORE_CPU_AFFINITY=1\n"
        "NCCL_NET_GDR_LEVEL=PXB\n"
        "NCCL_NET_PLUGIN=none\n"
        "NCCL_SOCKET_IFNAME==storage0,storage1\n"
    )


def test_without_a_stack_there_are_the_networks_values() -> None:
    plan = planned(ALL_NETWORKS)
    found = {one.path: one.content.decode() for one in nccl.files(plan, plan.device["gpu0002"])}
    assert found == {
        CONF: "NCCL_GIN_IB_TC=106\nNCCL_IB_QPS_PER_CONNECTION=4\nNCCL_IB_TC=106\n",
        ENV: "NVSHMEM_IB_TRAFFIC_CLASS=106\nUCX_IB_TRAFFIC_CLASS=106\n",
    }
    built = {one.path for one in node_config.emit_device(plan, plan.device["gpu0002"])}
    assert {f"nodes/gpu0002/{path}" for path in found} <= built
    assert list(nccl.files(plan, plan.device["storage01"])) == []


def test_an_older_nccl_gets_no_rails() -> None:
    assert loader.stack(OLDER).versions.nccl < "2.30"
    assert conf(release=OLDER)["NCCL_IB_HCA"] == "=" + ",".join(f"{one}:1" for one in RAILS)


def test_no_front_end_port_is_among_the_rails_and_no_rail_in_the_bootstrap() -> None:
    found = conf()
    assert "storage" not in found["NCCL_IB_HCA"]
    assert "rail" not in found["NCCL_SOCKET_IFNAME"]


def test_without_front_end_ports_anything_but_rails_bootstraps() -> None:
    found = conf_of({"networks": {"storage": None}, "nodes": {"storage": None}})
    assert found["NCCL_SOCKET_IFNAME"].startswith("^")
    assert "rail" in found["NCCL_SOCKET_IFNAME"].lstrip("^").split(",")


def conf_of(*changes: dict[str, Any]) -> dict[str, str]:
    return values(texts(stacked(*changes), "nccl")[CONF])


def test_rings_stay_on_a_rail_where_no_way_leads_across() -> None:
    only = {"networks": {"compute": {"design": "rail-only", "nodes_per_su": None}}}
    assert conf_of(only)["NCCL_CROSS_NIC"] == "0"


def test_peermem_and_virtual_machines() -> None:
    assert "NCCL_DMABUF_ENABLE" not in conf()
    assert conf(gpudirect="peermem")["NCCL_DMABUF_ENABLE"] == "0"
    assert conf(host="vm")["NCCL_IB_PCI_RELAXED_ORDERING"] == "1"
    assert conf(host="vm")["NCCL_TOPO_FILE"] == f"/{TOPOLOGY}"
    for host in ("bare-metal", "vm-host"):
        assert "NCCL_TOPO_FILE" not in conf(host=host)
        assert TOPOLOGY not in texts(stacked(host=host), "nccl")


def test_ucx_has_the_rails_and_mpi_the_front_end() -> None:
    found = values(texts(stacked(), "nccl")[ENV])
    assert found["UCX_NET_DEVICES"].split(",") == [f"{one}:1" for one in RAILS]
    assert found["OMPI_MCA_btl_tcp_if_include"] == "storage0,storage1"
    assert (
        found["UCX_IB_TRAFFIC_CLASS"] == found["NVSHMEM_IB_TRAFFIC_CLASS"] == conf()["NCCL_IB_TC"]
    )


def test_rdma_names_are_the_catalogs_where_pci_addresses_are_unknown() -> None:
    plan = stacked({"nodes": {"gpu": {"model": "hgx-h100"}}})
    found = values(texts(plan, "nccl")[CONF])
    assert found["NCCL_IB_HCA"].split(",")[0] == "=mlx5_0:1:0"
    assert node_config.state(plan, plan.device["gpu0001"], "nic_names") is None


def test_the_topology_has_each_gpu_beside_its_nic() -> None:
    plan = stacked(host="vm")
    root = ElementTree.fromstring(texts(plan, "nccl")[TOPOLOGY])
    assert (root.tag, root.get("version")) == ("system", "1")
    model = plan.node_models["dgx-h100"]
    pairs = {(nic.numa, nic.gpu_pci, nic.pci) for nic in model.nics}
    found = set()
    bridges = []
    for processor in root:
        for bridge in processor:
            gpu, nic = bridge
            assert (gpu.get("class"), nic.get("class")) == ("0x030200", "0x020000")
            found.add((int(processor.get("numaid", "")), gpu.get("busid"), nic.get("busid")))
            bridges.append(bridge.get("busid"))
    assert found == pairs
    assert len(set(bridges)) == len(bridges) == 8


def test_a_virtual_machine_of_unknown_addresses_has_no_topology() -> None:
    plan = stacked({"nodes": {"gpu": {"model": "hgx-h100"}}}, host="vm")
    assert TOPOLOGY not in texts(plan, "nccl")
    assert "NCCL_TOPO_FILE" not in values(texts(plan, "nccl")[CONF])


def test_planes_are_functions_of_their_nic() -> None:
    plan = planned(
        {"nodes": {"gpu": {"model": "hgx-b300"}}, "networks": {"compute": {"leaf": "cx864e-n"}}}
    )
    ports = data_ports(plan, plan.device["gpu0001"])
    by_rail = defaultdict(list)
    for one in ports:
        by_rail[one.rail].append((one.plane, one.rdma))
    assert by_rail[1] == [(0, "mlx5_2"), (1, "mlx5_3")]


def test_equal_nodes_share_their_texts() -> None:
    plan = stacked()
    contents = {
        id(one.content)
        for node in plan.gpu_nodes
        for one in node_config.files(plan, node, "nccl")
        if one.path == CONF
    }
    assert len(plan.gpu_nodes) > 1
    assert len(contents) == 1


@pytest.mark.parametrize("release", [RELEASE, OLDER])
def test_hpcx_is_unpacked_beside_other_versions_and_linked(release: str) -> None:
    wanted = loader.stack(release).systems["debian-12"].artefacts["hpcx"]
    state = role(stacked(release=release), "hpcx")
    (archive,) = state.archives
    assert (archive.url, archive.sha256) == (wanted.url, wanted.sha256)
    assert archive.name == Path(wanted.url).name
    assert archive.folder == f"/opt/{wanted.folder}"
    assert state.links == (Link("/opt/hpcx", archive.folder),)
    profile = texts(stacked(), "hpcx")["etc/profile.d/railwright-hpcx.sh"]
    assert "/opt/hpcx/modulefiles" in profile


def test_with_a_mirror_hpcx_comes_from_it() -> None:
    plan = stacked(source="mirror")
    (archive,) = role(plan, "hpcx").archives
    address = plan.device["mgmt01"].management.address
    assert archive.url == f"http://{address}:8080/artefacts/{archive.name}"
