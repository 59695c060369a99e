"""What the NICs of a server model cannot do is said where the intent asks for it."""

from dataclasses import replace
from typing import Any

from railwright.errors import Problem
from railwright.plan.checks.nics import check_nics
from railwright.plan.model import Plan
from tests.unit.plan.made import ALL_NETWORKS, planned


def found(plan: Plan) -> dict[str, Problem]:
    return {one.path: one for one in check_nics(plan)}


def with_nics(plan: Plan, model: str, which: str, **changes: Any) -> Plan:
    """Return a plan in which a server model's NICs are other ones."""
    known = plan.node_models[model]
    nic = getattr(known, which).model_copy(update=changes) if changes else None
    changed = known.model_copy(update={which: nic})
    return replace(plan, node_models={**plan.node_models, model: changed})


def test_nothing_is_said_of_nics_that_can() -> None:
    assert found(planned(ALL_NETWORKS)) == {}


def test_an_mtu_above_the_nics_is_refused() -> None:
    plan = with_nics(planned(ALL_NETWORKS), "dgx-h100", "rail_nic", max_mtu_bytes=8192)
    (problem,) = found(plan).values()
    assert (problem.path, problem.severity) == ("networks.compute.host_mtu_bytes", "error")
    assert problem.what == (
        "9000 bytes are more than the rail ports of dgx-h100 (ConnectX-7) take, 8192; lower "
        "host_mtu_bytes or choose another model"
    )


def test_more_paused_classes_than_the_nics_is_refused() -> None:
    def with_one_class(plan: Plan) -> Plan:
        return with_nics(plan, "storage-server", "frontend_nic", lossless_priorities=1)

    assert found(with_one_class(planned(ALL_NETWORKS))) == {}
    second = {"roce": {"second": {"dscp": 34, "priority": 4}}}
    plan = planned(ALL_NETWORKS, {"networks": {"storage": second}})
    (problem,) = found(with_one_class(plan)).values()
    assert (problem.path, problem.severity) == ("networks.storage.roce.second", "error")
    assert "2 lossless classes are more than" in problem.what
    assert "storage-server (ConnectX-7) can pause apart, 1;" in problem.what


def test_dcqcn_on_nics_without_is_refused_unless_it_is_off() -> None:
    plan = with_nics(planned(ALL_NETWORKS), "dgx-h100", "rail_nic", dcqcn=False)
    (problem,) = found(plan).values()
    assert (problem.path, problem.severity) == ("roce.dcqcn", "error")
    off = planned(ALL_NETWORKS, {"roce": {"dcqcn": False}})
    assert found(with_nics(off, "dgx-h100", "rail_nic", dcqcn=False)) == {}


def test_unknown_nics_are_a_warning_at_the_key_of_their_model() -> None:
    plan = planned(ALL_NETWORKS)
    for model, which, path in (
        ("dgx-h100", "rail_nic", "nodes.gpu.model"),
        ("storage-server", "frontend_nic", "nodes.storage.model"),
        ("management-server", "frontend_nic", "nodes.management.model"),
    ):
        (problem,) = found(with_nics(plan, model, which)).values()
        assert (problem.path, problem.severity) == (path, "warning")
        assert f"ports of {model}" in problem.what


def test_another_model_of_some_gpu_nodes_is_named_where_it_is_chosen() -> None:
    some = [{"nodes": "3-4", "model": "hgx-h100"}]
    plan = planned({"nodes": {"gpu": {"count": 8, "other_models": some}}})
    (problem,) = found(with_nics(plan, "hgx-h100", "rail_nic")).values()
    assert problem.path == "nodes.gpu.other_models[0].model"


def test_a_cable_longer_than_the_driver_takes_is_refused() -> None:
    plan = planned(ALL_NETWORKS)
    link = plan.links_of["gpu0001"]["rail0"]
    longer = replace(link, length=replace(link.length, length_m=1000.5))
    ends = {**plan.links_of, "gpu0001": {**plan.links_of["gpu0001"], "rail0": longer}}
    plan = replace(plan, links_of=ends)
    (problem,) = found(plan).values()
    assert (problem.path, problem.severity) == ("lengths.host_m", "error")
    assert problem.what.startswith("1001 m are more than the mlx5 driver of the rail ports")
    assert found(with_nics(plan, "dgx-h100", "rail_nic", cable_length=False)) == {}


def test_networks_without_rdma_ask_nothing_of_nics() -> None:
    plan = planned({"networks": ALL_NETWORKS["networks"], "nodes": ALL_NETWORKS["nodes"]})
    plan = replace(plan, qos={"compute": plan.qos["compute"]})
    assert found(with_nics(plan, "storage-server", "frontend_nic")) == {}
