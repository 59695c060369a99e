"""The NIC operator's templates: what the switches say, for exactly the NICs of one network."""

import re
from typing import Any

import pytest
import yaml

from railwright.emitters import kubernetes
from railwright.emitters.kubernetes.manifests import Manifest, text
from railwright.plan.model import Plan
from railwright.plan.nodes_roce import firmware, settings
from tests.unit.plan.made import ALL_NETWORKS, compute_plan, planned

# What the operator's CRD demands of the fields that are used (NicConfigurationTemplate, v1alpha1).
PFC = re.compile(r"([01],){7}[01]")
PCI = re.compile(r"[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]")
QOS = {"trust": str, "pfc": str, "tos": int, "cableLen": int, "ecn": dict, "pauseFrames": dict}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(ALL_NETWORKS)


def written(plan: Plan) -> str:
    (file,) = (one for part in kubernetes.parts(plan) for one in part())
    assert file.path == "kubernetes/nic-configuration.yml"
    return file.content.decode()


def templates(plan: Plan) -> dict[str, Any]:
    documents = [one for one in yaml.safe_load_all(written(plan)) if one]
    return {one["metadata"]["name"]: one["spec"] for one in documents}


def raw(spec: Any) -> dict[str, str]:
    return {one["name"]: one["value"] for one in spec["template"]["rawNvConfig"]}


def test_there_is_one_per_network_of_the_gpu_nodes(plan: Plan) -> None:
    assert list(templates(plan)) == ["made-dgx-h100-compute", "made-dgx-h100-storage"]
    assert list(templates(compute_plan(8, leaf="cx864e-n"))) == ["made-dgx-h100-compute"]


def test_the_document_is_the_operators(plan: Plan) -> None:
    for one in yaml.safe_load_all(written(plan)):
        assert one["apiVersion"] == "configuration.net.nvidia.com/v1alpha1"
        assert one["kind"] == "NicConfigurationTemplate"
        spec = one["spec"]
        assert set(spec) == {"nodeSelector", "nicSelector", "template"}
        assert isinstance(spec["nicSelector"]["nicType"], str)
        assert all(PCI.fullmatch(address) for address in spec["nicSelector"]["pciAddresses"])
        assert spec["template"]["numVfs"] == 0
        assert spec["template"]["linkType"] == "Ethernet"
        qos = spec["template"]["roceOptimized"]["qos"]
        assert {key: type(value) for key, value in qos.items()} == QOS
        assert PFC.fullmatch(qos["pfc"])
        assert qos["pauseFrames"] == {"enabled": False}
        assert all(
            isinstance(value, str) and len(name) <= 64 and len(value) <= 128
            for name, value in raw(spec).items()
        )


def test_no_nic_is_matched_twice(plan: Plan) -> None:
    addresses = [
        address for spec in templates(plan).values() for address in _addresses(spec["nicSelector"])
    ]
    assert len(addresses) == len(set(addresses)) == 10


def _addresses(selector: Any) -> list[str]:
    return [f"{selector['nicType']} {address}" for address in selector["pciAddresses"]]


def test_templates_say_what_the_nodes_own_files_say(plan: Plan) -> None:
    found = templates(plan)
    for one in settings(plan, plan.device["gpu0001"]):
        spec = found[f"made-dgx-h100-{one.network}"]
        qos = spec["template"]["roceOptimized"]["qos"]
        assert spec["nicSelector"]["nicType"] == "1021"
        assert one.port.pci in spec["nicSelector"]["pciAddresses"]
        assert (qos["tos"], qos["cableLen"]) == (one.classes.tos, one.cable_m)
        assert qos["pfc"].split(",").index("1") == one.classes.pfc[0] == qos["ecn"]["priority"]
        own = {name: str(value) for name, value in firmware(one).items()}
        assert raw(spec).items() & own.items() == {
            (f"{name}_P{one.port.number}", own[f"{name}_P{one.port.number}"])
            for name in ("CNP_802P_PRIO", "CNP_DSCP", "ROCE_CC_PRIO_MASK")
        }


def test_the_operators_own_cnp_dscp_is_overridden_on_both_ports() -> None:
    for spec in templates(planned(ALL_NETWORKS, {"roce": {"cnp_dscp": 46}})).values():
        values = raw(spec)
        assert values["CNP_DSCP_P1"] == values["CNP_DSCP_P2"]
        assert values["CNP_DSCP_P1"] in ("46", "48")
    changed = templates(planned(ALL_NETWORKS, {"roce": {"cnp_dscp": 46, "cnp_priority": 5}}))
    assert raw(changed["made-dgx-h100-compute"])["CNP_DSCP_P1"] == "46"
    assert raw(changed["made-dgx-h100-compute"])["CNP_802P_PRIO_P1"] == "5"
    assert raw(changed["made-dgx-h100-storage"])["CNP_DSCP_P1"] == "48"


def test_without_dcqcn_the_operator_is_told_so() -> None:
    spec = templates(planned({"roce": {"dcqcn": False}}))["made-dgx-h100-compute"]
    assert raw(spec)["ROCE_CC_PRIO_MASK_P1"] == "0"
    assert spec["template"]["roceOptimized"]["qos"]["ecn"]["enabled"] is False


def test_what_the_operator_cannot_map_is_said() -> None:
    assert "Map DSCP" not in written(planned())
    assert (
        "# Map DSCP 10 to priority 3 on the compute ports of dgx-h100 yourself: the operator has "
        "no key for it.\n"
    ) in written(planned({"roce": {"data_dscp": 10}}))


def test_nics_that_cannot_be_told_apart_get_none_and_the_file_says_why() -> None:
    plan = planned({"nodes": {"gpu": {"model": "hgx-h100", "count": 8}}})
    assert templates(plan) == {}
    assert "# None for the compute network on hgx-h100: rails and front-end are both" in written(
        plan
    )


def test_nics_of_different_types_are_told_apart_without_addresses() -> None:
    leaf = {"leaf": "cx864e-n", "nodes_per_su": 8}
    plan = planned(
        {"nodes": {"gpu": {"model": "hgx-b300", "count": 8}}, "networks": {"compute": leaf}}
    )
    (spec,) = templates(plan).values()
    assert spec["nicSelector"] == {"nicType": "1023"}


def test_every_model_of_gpu_node_has_its_own_selector() -> None:
    some = [{"nodes": "3-4", "model": "hgx-h100"}]
    found = templates(planned({"nodes": {"gpu": {"count": 8, "other_models": some}}}))
    assert [spec["nodeSelector"] for spec in found.values()] == [
        {"railwright-node-model": "dgx-h100"}
    ]


def test_yaml_is_read_as_it_was_meant() -> None:
    manifest: Manifest = {
        "key": "no",
        "number": "0000:18:00.0",
        "list": ["1021", 'a"b', "1e3"],
        "nested": {"empty": "", "count": 3, "enabled": True},
        "rows": [{"name": "A", "value": "1"}, {"name": "B", "value": "null"}],
    }
    found = list(yaml.safe_load_all(text(["a head: with colon"], [manifest, manifest])))
    assert found == [manifest, manifest]
