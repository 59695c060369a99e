"""What the cables of a wave are for."""

import pytest

from railwright.plan.cables.waves import kind, wave
from railwright.plan.model import Plan
from tests.unit.plan.made import ALL_NETWORKS, planned


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(ALL_NETWORKS)


def test_the_kind_of_a_wave_is_that_of_its_links(plan: Plan) -> None:
    seen = set()
    for link in plan.links:
        of = kind(wave(link))
        seen.add(of)
        if link.network != "compute":
            assert of == link.network
        else:
            assert of == ("rail" if link.kind == "host" else "fabric")
    assert seen == {"oob", "fabric", "storage", "inband", "rail"}
