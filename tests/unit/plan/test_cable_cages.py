"""Which cage a port is behind, on switches, servers and PDUs."""

from typing import Any

import pytest

from railwright.plan.cables.cages import Cages
from railwright.plan.model import Plan
from tests.unit.plan.made import ALL_NETWORKS, planned


def cages_of(plan: Plan) -> Cages:
    return Cages(plan.intent, plan.node_models, plan.built)


@pytest.fixture(scope="module")
def cages() -> Cages:
    return cages_of(planned(ALL_NETWORKS))


@pytest.mark.parametrize(
    ("device", "port", "expected"),
    [
        ("gpu0001", "rail0", ("OSFP4", 2, "OSFP-RHS", 2)),
        ("gpu0001", "rail3", ("OSFP4", 1, "OSFP-RHS", 2)),
        ("gpu0001", "storage0", ("SLOT2P2", 1, "QSFP112", 1)),
        ("gpu0001", "eth0", ("SLOT3P1", 1, "QSFP28", 1)),
        ("gpu0001", "bmc", ("bmc", 1, "RJ45", 1)),
        ("storage01", "storage1", ("FE1", 1, "QSFP112", 1)),
        ("mgmt01", "oob0", ("oob0", 1, "RJ45", 1)),
        ("pdu01", "eth0", ("eth0", 1, "RJ45", 1)),
        ("su1-rail0-leaf", "Ethernet0", ("1", 1, "OSFP-IHS", 2)),
        ("su1-rail0-leaf", "Ethernet4", ("1", 2, "OSFP-IHS", 2)),
        ("su1-rail0-leaf", "Ethernet256", ("33", 1, "OSFP-IHS", 1)),
        ("su1-rail0-leaf", "eth0", ("eth0", 1, "RJ45", 1)),
        ("inband1-leaf", "Ethernet0", ("1", 1, "SFP28", 1)),
        ("inband1-leaf", "Ethernet192", ("49", 1, "QSFP28", 1)),
        ("oob1-leaf", "Ethernet0", ("1", 1, "RJ45", 1)),
        ("oob1-leaf", "Ethernet52", ("53", 1, "QSFP28", 1)),
    ],
)
def test_the_cage_of_a_port(
    cages: Cages, device: str, port: str, expected: tuple[str, int, str, int]
) -> None:
    found = cages.of(device, port)
    assert found
    assert (found.label, found.place, found.kind.form_factor, found.kind.ports) == expected


def test_reserved_devices_have_cages_too(cages: Cages) -> None:
    assert cages.of("gpu0040", "rail7") == cages.of("gpu0001", "rail7")


def test_what_is_not_in_the_plan_has_none(cages: Cages) -> None:
    assert cages.of("edge", "") is None
    assert cages.of("gpu0001", "rail8") is None


def test_every_link_ends_in_two_cages() -> None:
    plan = planned(ALL_NETWORKS)
    cages = cages_of(plan)
    for link in plan.links:
        assert cages.of(link.a.device, link.a.port)
        assert bool(cages.of(link.z.device, link.z.port)) == (link.kind != "border")


@pytest.mark.parametrize(
    ("model", "nics", "expected"),
    [
        ("hgx-b300", 400, [("NIC0", 1, 2), ("NIC0", 2, 2)]),
        ("hgx-h100-2x200g", 200, [("NIC0P1", 1, 1), ("NIC0P2", 1, 1)]),
    ],
)
def test_planes_share_a_cage_or_have_one_each(
    model: str, nics: int, expected: list[tuple[str, int, int]]
) -> None:
    gpu: dict[str, Any] = {"nodes": {"gpu": {"model": model, "count": 8}}}
    plan = planned(gpu)
    assert {link.speed_gbps for link in plan.links if link.kind == "host"} == {nics}
    cages = cages_of(plan)
    found = [cages.of("gpu0001", f"rail0p{plane}") for plane in (0, 1)]
    assert [(one.label, one.place, one.kind.ports) for one in found if one] == expected
