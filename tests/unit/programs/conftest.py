"""A node to run programs against."""

from pathlib import Path

import pytest

from tests.unit.programs import made_node


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> made_node.Bench:
    return made_node.make(tmp_path, monkeypatch)


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> made_node.Bench:
    made = made_node.make(tmp_path, monkeypatch, "dcb")
    made.without("mlnx_qos", "cma_roce_mode", "cma_roce_tos", "mlxreg")
    for number, pci in enumerate(made_node.PCI):
        folder = f"sys/kernel/debug/mlx5/{pci}/cc_params"
        for name in ("np_cnp_dscp", "np_cnp_prio_mode", "np_cnp_prio"):
            made.write(f"{folder}/{name}", "0\n")
        ports = f"sys/kernel/config/rdma_cm/mlx5_{number}/ports/1"
        made.write(f"{ports}/default_roce_mode", "IB/RoCE v1\n")
        made.write(f"{ports}/default_roce_tos", "0\n")
    return made
