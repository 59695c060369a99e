"""Which parts join which cages: form factors, splits, interfaces, reach and preference."""

from typing import Any

import pytest

from railwright.catalog import loader as catalog
from railwright.intent.cabling import Cabling
from railwright.plan.cables.cages import CageKind, cage_kind
from railwright.plan.cables.media import LinkKind, Plug, Shelf, Way
from railwright.units import Medium

FINNED = "OSFP-IHS"
FLAT = "OSFP-RHS"
LEAF_800 = cage_kind("leaf", "cx864e-n", FINNED, 1)
LEAF_2X400 = cage_kind("leaf", "cx864e-n", FINNED, 2)
LEAF_4X200 = cage_kind("leaf", "cx864e-n", FINNED, 4)
SPINE_800 = cage_kind("spine", "cx864e-n", FINNED, 1)
DGX = cage_kind("gpu", "dgx-h100", FLAT, 2)
HGX = cage_kind("gpu", "hgx-h100", FLAT, 1)
QSFP = cage_kind("gpu", "other", "QSFP112", 1)


def shelf(**cabling: Any) -> Shelf:
    return Shelf(catalog.optics(), Cabling.model_validate(cabling))


def kind(speed_gbps: int, a: CageKind, z: CageKind | None) -> LinkKind:
    return LinkKind("compute", speed_gbps, a, z)


def first(needed_m: float, *kinds: LinkKind, **cabling: Any) -> Way | None:
    return shelf(**cabling).first(dict.fromkeys(kinds, needed_m))


def chosen(needed_m: float, one: LinkKind, **cabling: Any) -> tuple[str, str, int, str | None]:
    """Return medium, part, strands and the module at the lower end of the best way."""
    way = first(needed_m, one, **cabling)
    assert way
    choice = way.cables[one]
    place = choice.place_of(needed_m)
    assert place is not None
    return way.medium, choice.parts[place], choice.strands, way.plugs[one.a].module


@pytest.mark.parametrize(
    ("needed_m", "expected"),
    [
        (0.4, ("DAC", "MCP4Y10-N00A", 1, None)),
        (2.0, ("DAC", "MCP4Y10-N002", 1, None)),
        (2.01, ("MMF", "MFP7E10-N003", 2, "MMA4Z00-NS")),
        (10.5, ("MMF", "MFP7E10-N015", 2, "MMA4Z00-NS")),
        (50.0, ("MMF", "MFP7E10-N050", 2, "MMA4Z00-NS")),
        (50.01, ("SMF", "MFP7E30-N100", 2, "MMS4X00-NS")),
        (100.01, ("SMF", "OS2-MPO12-APC-120M", 2, "MMS4X00-NM")),
        (501.0, ("SMF", "OS2-LC-DUPLEX-700M", 2, "MMS4X50-NM")),
    ],
)
def test_an_800g_link_takes_the_shortest_reach_that_does(
    needed_m: float, expected: tuple[str, str, int, str | None]
) -> None:
    assert chosen(needed_m, kind(800, LEAF_800, SPINE_800)) == expected


def test_nothing_reaches_beyond_two_kilometres() -> None:
    assert first(2001, kind(800, LEAF_800, SPINE_800)) is None


def test_a_twin_port_module_is_two_straight_jumpers_to_two_nodes() -> None:
    one = kind(400, DGX, LEAF_2X400)
    way = first(9.0, one)
    assert way
    assert way.plugs == {DGX: Plug("MMA4Z00-NS-FLT"), LEAF_2X400: Plug("MMA4Z00-NS")}
    assert (way.cables[one].strands, way.cables[one].tails, way.splits) == (1, 1, False)


def test_finned_modules_never_go_into_servers() -> None:
    finned = {one.sku for one in catalog.optics().transceivers if one.form_factor == FINNED}
    for cage, other in ((DGX, LEAF_2X400), (HGX, LEAF_2X400), (QSFP, LEAF_2X400)):
        ways = shelf().ways(frozenset({kind(400, cage, other)}))
        modules = {way.plugs[cage].module for way in ways} - {None}
        assert modules
        assert not modules & finned
        assert {way.plugs[other].module for way in ways} - {None} <= finned


def test_a_shared_server_cage_cannot_take_a_cable_with_fixed_ends() -> None:
    assert chosen(1.0, kind(400, DGX, LEAF_2X400))[0] == "MMF"
    assert chosen(1.0, kind(400, HGX, LEAF_2X400))[:2] == ("DAC", "MCP7Y00-N001")
    assert chosen(1.0, kind(400, QSFP, LEAF_2X400))[:2] == ("DAC", "MCP7Y10-N001")


def test_a_copper_splitter_needs_one_kind_of_plug_at_all_tails() -> None:
    mixed = (kind(400, HGX, LEAF_2X400), kind(400, QSFP, LEAF_2X400))
    way = first(1.0, *mixed)
    assert way
    assert way.medium == "MMF"
    assert way.plugs[HGX].module == "MMA4Z00-NS400"
    assert way.plugs[QSFP].module == "MMA1Z00-NS400"


def test_four_ports_of_a_twin_module_are_two_fibre_splitters() -> None:
    far = cage_kind("gpu", "hgx-h100-2x200g", "QSFP112", 1)
    one = kind(200, far, LEAF_4X200)
    way = first(9.0, one)
    assert way
    choice = way.cables[one]
    assert (way.splits, choice.tails, choice.whole) == (True, 2, False)
    assert choice.parts[choice.place_of(9.0) or 0] == "MFP7E20-N010"
    assert way.plugs == {far: Plug("MMA1Z00-NS400"), LEAF_4X200: Plug("MMA4Z00-NS")}


def test_two_splitters_cannot_face_each_other() -> None:
    other = cage_kind("spine", "cx864e-n", FINNED, 4)
    assert shelf().ways(frozenset({kind(200, LEAF_4X200, other)})) == ()


def test_unlike_cages_meet_in_their_optical_interface() -> None:
    other = cage_kind("leaf", "sn5400", "QSFP-DD", 1)
    assert chosen(9.0, kind(400, HGX, other)) == ("SMF", "MFP7E30-N010", 1, "MMS4X00-NS400")


def test_an_older_module_goes_into_a_newer_cage() -> None:
    a, z = cage_kind("gpu", "x", "QSFP112", 1), cage_kind("leaf", "sn4600", "QSFP56", 1)
    assert chosen(9.0, kind(200, a, z))[2:] == (1, "MMA1T00-VS")
    assert chosen(2.4, kind(200, a, z))[:2] == ("DAC", "MCP1650-V02AE26")


def test_a_newer_module_does_not_go_into_an_older_cage() -> None:
    a, z = cage_kind("gpu", "x", "QSFP28", 1), cage_kind("leaf", "sn4600", "QSFP56", 1)
    assert shelf().ways(frozenset({kind(200, a, z)})) == ()


def test_an_adapter_lets_a_small_plug_into_a_large_cage() -> None:
    a, z = cage_kind("gpu", "dgx-h100", "QSFP28", 1), cage_kind("leaf", "sn3420", "SFP28", 1)
    for needed_m, module in ((2.0, None), (9.0, "MMA2P00-AS")):
        way = first(needed_m, kind(25, a, z))
        assert way
        assert way.plugs == {a: Plug(module, "MAM1Q00A-QSA28"), z: Plug(module)}


def test_outside_the_plan_only_our_module_and_jumper_are_known() -> None:
    spine = cage_kind("spine", "sn4600", "QSFP56", 1)
    one = LinkKind("storage", 200, spine, None)
    way = first(2.0, one)
    assert way
    assert (way.medium, way.plugs) == ("MMF", {spine: Plug("MMA1T00-VS")})


def test_copper_pairs_join_sockets() -> None:
    a, z = cage_kind(None, "pdu", "RJ45", 1), cage_kind("leaf", "as4630-54pe", "RJ45", 1)
    assert chosen(17.7, kind(1, a, z))[:2] == ("CAT6A", "CAT6A-20M")
    assert first(90.5, kind(1, a, z)) is None


def test_a_module_with_a_socket_takes_copper_pairs_into_a_small_cage() -> None:
    a, z = cage_kind("gpu", "x", "RJ45", 1), cage_kind("leaf", "sn3420", "SFP28", 1)
    way = first(17.7, kind(1, a, z))
    assert way
    assert (way.medium, way.plugs) == ("CAT6A", {a: Plug(), z: Plug("MC3208411-T")})
    assert first(2.0, kind(25, a, z)) is None


def test_media_can_be_limited_forbidden_and_preferred() -> None:
    one = kind(800, LEAF_800, SPINE_800)
    assert chosen(1.6, one, media={"DAC": 1.5})[0] == "MMF"
    assert chosen(1.6, one, media={"DAC": None})[0] == "MMF"
    assert chosen(9.0, one, prefer=["SMF", "MMF"])[0] == "SMF"
    assert first(9.0, one, media={"MMF": 7, "SMF": 7}) is None
    assert chosen(6.9, one, media={"MMF": 7, "SMF": 7})[1] == "MFP7E10-N007"


def test_a_prescribed_module_is_used_where_it_fits_and_no_cable_with_fixed_ends() -> None:
    pin = {"network": "compute", "at": "leaf", "part": "MMS4X00-NM", "reason": "in stock"}
    one = kind(800, LEAF_800, SPINE_800)
    assert chosen(1.0, one, modules=[pin]) == ("SMF", "MFP7E30-N003", 2, "MMS4X00-NM")
    access = cage_kind("leaf", "sn3420", "SFP28", 1)
    server = cage_kind("gpu", "hgx-h100", "SFP28", 1)
    assert chosen(1.0, kind(25, server, access), modules=[pin])[0] == "DAC"


def test_ways_do_not_depend_on_the_order_of_links() -> None:
    one, other = kind(400, HGX, LEAF_2X400), kind(400, QSFP, LEAF_2X400)
    assert shelf().ways(frozenset({one, other})) == shelf().ways(frozenset({other, one}))


@pytest.mark.parametrize(
    ("medium", "serves"),
    [("DAC", True), ("CAT6A", True), ("ACC", False), ("AEC", False), ("AOC", False)],
)
def test_electronics_in_a_cable_run_at_its_own_speed(medium: Medium, serves: bool) -> None:
    """Passive copper for 800G also joins 400G ports; a cable with a chip in its ends does not."""
    (cable,) = (one for one in catalog.optics().assemblies if one.name == "MCP4Y10")
    only = cable.model_copy(update={"medium": medium})
    optics = catalog.optics().model_copy(update={"assemblies": (only,)})
    found = Shelf(optics, Cabling(prefer=(medium,)))
    whole = cage_kind("leaf", "other", FINNED, 1)
    for speed_gbps, expected in ((800, True), (400, serves), (1600, False)):
        way = found.first({kind(speed_gbps, whole, SPINE_800): 1.0})
        assert (way is not None) == expected
