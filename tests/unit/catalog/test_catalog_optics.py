"""The parts of the catalog: every one can be used, none contradicts another."""

from itertools import pairwise

import pytest

from railwright.catalog import loader
from railwright.catalog.physical_model import Assembly, Jumper, Transceiver

OPTICS = loader.optics()
CAGES = OPTICS.form_factors.accepts
STOCKED = (*OPTICS.jumpers, *OPTICS.assemblies)


def test_no_part_number_is_used_twice() -> None:
    assert OPTICS.repeated() == []


@pytest.mark.parametrize("one", STOCKED, ids=lambda one: str(one.name))
def test_lengths_stand_in_order(one: Jumper | Assembly) -> None:
    lengths = [stock.length_m for stock in one.lengths]
    assert lengths
    assert all(shorter < longer for shorter, longer in pairwise(lengths))


@pytest.mark.parametrize("one", OPTICS.transceivers, ids=lambda one: str(one.sku))
def test_every_module_goes_into_a_cage_and_has_a_cable(one: Transceiver) -> None:
    assert any(one.form_factor in taken for taken in CAGES.values())
    cables = [
        cable
        for cable in OPTICS.jumpers
        if cable.fibre == one.fibre and cable.tails == 1 and one.connector in cable.connectors
    ]
    sockets = [cable for cable in OPTICS.assemblies if one.connector in (cable.near, cable.far)]
    assert cables or sockets
    if one.splits > 1:
        assert any(
            cable.tails == one.splits and one.connector in cable.connectors
            for cable in OPTICS.jumpers
            if cable.fibre == one.fibre
        )


def test_modules_of_one_interface_use_one_fibre_connector_and_speed() -> None:
    known: dict[str, tuple[str, str, int]] = {}
    for one in OPTICS.transceivers:
        same = one.fibre, one.connector, one.port_speed_gbps
        assert known.setdefault(one.interface, same) == same


def test_ends_of_cables_and_adapters_go_into_cages() -> None:
    ends = {end for one in OPTICS.assemblies for end in (one.near, one.far)}
    taken = {form for forms in CAGES.values() for form in forms}
    assert ends <= taken
    assert all(one.cage in taken and one.takes in CAGES for one in OPTICS.adapters)


def test_every_cage_takes_what_it_is_called_after() -> None:
    assert all(cage in taken for cage, taken in CAGES.items())


def test_finned_and_flat_modules_do_not_meet() -> None:
    assert CAGES["OSFP-IHS"] == ("OSFP-IHS",)
    assert CAGES["OSFP-RHS"] == ("OSFP-RHS",)
    reasons = OPTICS.form_factors.refusals
    for pair in reasons:
        cage, form_factor = pair.split()
        assert form_factor not in CAGES[cage]
    assert "fins" in reasons["OSFP-RHS OSFP-IHS"]


@pytest.mark.parametrize("name", loader.switch_names())
def test_every_port_of_a_switch_has_a_known_cage(name: str) -> None:
    platform = loader.switch(name)
    if not platform.roles:
        assert platform.cage_type is None
        return
    if platform.cages:
        assert platform.cage_type in CAGES
    assert {port.speed_gbps for port in platform.aux_ports} == platform.aux_types.keys()
    assert set(platform.aux_types.values()) <= CAGES.keys()


@pytest.mark.parametrize("name", loader.node_names())
def test_every_port_of_a_server_has_a_known_cage(name: str) -> None:
    model = loader.node(name)
    assert (model.rail_cages is not None) == bool(model.nics)
    assert (model.frontend_cages is not None) == bool(model.frontend)
    for cages in (model.rail_cages, model.frontend_cages):
        assert cages is None or cages.form_factor in CAGES
    assert model.inband is None or model.inband.form_factor in CAGES


def test_two_ports_share_a_cage_of_dgx_h100() -> None:
    """Four flat cages for eight rails: NVIDIA DGX H100 User Guide."""
    model = loader.node("dgx-h100")
    assert model.rail_cages
    assert (model.rail_cages.form_factor, model.rail_cages.ports) == ("OSFP-RHS", 2)
    assert sorted({nic.cage[:-2] for nic in model.nics}) == ["OSFP1", "OSFP2", "OSFP3", "OSFP4"]


@pytest.mark.parametrize("one", STOCKED, ids=lambda one: str(one.name))
def test_placeholders_say_that_they_are(one: Jumper | Assembly) -> None:
    if one.vendor == "generic":
        assert one.assumed
    if one.assumed:
        assert "ASSUMED" in one.source
