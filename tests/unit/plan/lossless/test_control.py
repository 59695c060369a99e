"""The strict queue: CNPs by timer or by packets, whichever is less, and what rides it too."""

from dataclasses import replace
from typing import Any

import pytest

from railwright.plan.lossless.control import path_mtu
from railwright.plan.lossless.model import Control
from tests.unit.plan.lossless.proofs import by_name, reference
from tests.unit.plan.made import ALL_NETWORKS, planned

LEAF, SPINE = "compute leaf", "compute spine"
BY_PACKETS = 100 * 98 / 4178  # a CNP for each full packet, with all that is on the wire


def control(name: str, **roce: Any) -> dict[int, Control]:
    return {one.speed_gbps: one for one in by_name(reference("cx864e-n", **roce))[name].control}


def test_no_more_cnps_than_data_packets() -> None:
    assert control(LEAF)[400].load_percent == pytest.approx(BY_PACKETS)
    assert control(SPINE)[800].load_percent == pytest.approx(BY_PACKETS)


def test_few_nics_send_a_cnp_every_four_microseconds_each() -> None:
    # 64 NICs below an uplink: 98 bytes every 4 us is 0.196 Gb/s
    assert control(LEAF)[800].load_percent == pytest.approx(100 * 64 * 0.196 / 800)


def test_nics_that_are_not_known_may_answer_every_packet() -> None:
    plan = reference("cx864e-n")
    known = plan.node_models["dgx-h100"]
    unknown = {"dgx-h100": known.model_copy(update={"rail_nic": None})}
    found = by_name(replace(plan, node_models=unknown))[LEAF].control
    assert [one.load_percent for one in found] == [pytest.approx(BY_PACKETS)] * 2
    assert found[0].why.startswith("how often the NICs send CNPs is not known; a CNP for every")


def test_the_fastest_nic_of_a_network_counts() -> None:
    plan = reference("cx864e-n")
    known = plan.node_models["dgx-h100"]
    assert known.rail_nic
    slower = known.rail_nic.model_copy(update={"cnp_interval_us": 400.0})
    other = known.model_copy(update={"rail_nic": slower})
    alone = by_name(replace(plan, node_models={"dgx-h100": other}))[LEAF].control[1]
    assert alone.load_percent == pytest.approx(64 * 0.00196 / 8)
    mixed = by_name(replace(plan, node_models={"dgx-h100": other, "more": known}))[LEAF].control[1]
    assert mixed.load_percent == pytest.approx(100 * 64 * 0.196 / 800)


def test_without_dcqcn_there_are_no_cnps() -> None:
    found = control(LEAF, dcqcn=False)[400]
    assert (found.load_percent, found.why) == (0.0, "NICs send no CNPs: dcqcn is off")


@pytest.mark.parametrize(("dscp", "others"), [(48, ("BGP",)), (49, ())])
def test_bgp_rides_along_on_its_dscp_only(dscp: int, others: tuple[str, ...]) -> None:
    assert control(SPINE, cnp_dscp=dscp)[800].others == others


def test_no_bgp_where_nothing_is_joined() -> None:
    plan = planned({"networks": {"compute": {"design": "rail-only"}}})
    assert by_name(plan)[LEAF].control[0].others == ()


@pytest.mark.parametrize(
    ("mtu", "path"), [(9000, 4096), (4192, 4096), (4191, 2048), (1500, 1024), (576, 256)]
)
def test_the_path_mtu_is_the_largest_that_fits(mtu: int, path: int) -> None:
    assert path_mtu(mtu) == path


def test_each_network_has_its_own_mtu() -> None:
    changes = {"networks": {"storage": {"host_mtu_bytes": 1500}}}
    found = by_name(planned(ALL_NETWORKS, changes))["storage leaf"].control[0]
    assert "data packet of 1024 bytes" in found.why
