"""Which cables are tied together."""

from collections import Counter
from dataclasses import replace

from railwright.intent.cabling import Cabling
from railwright.plan.cables.bundles import Bundles
from railwright.plan.model import Length, Link, LinkEnd
from railwright.units import Medium

RACKS = {"gpu0001": "A01", "leaf1": "A05", "leaf2": "A05", "spine1": "B05", "mgmt01": "A05"}


def link(a: str, z: str, kind: str = "host", name: str = "") -> Link:
    made = Link(
        id=name or f"{a}:{z}",
        kind="host",
        network="compute",
        a=LinkEnd(a, "p", ""),
        z=LinkEnd(z, "p", ""),
        speed_gbps=400,
        prefix="",
        length=Length(1.0, "", assumed=True),
        pod=None,
        su=1,
        rail=0,
        deployed=True,
    )
    return replace(made, kind=kind)  # type: ignore[arg-type] # one of the kinds, by the tests


def bundles(racks: dict[str, str] = RACKS, extra: frozenset[str] = frozenset()) -> Bundles:
    return Bundles(Cabling(fibres_per_bundle=3, coppers_per_bundle=2), racks, extra)


def test_a_bundle_is_full_and_the_next_begins() -> None:
    made = bundles()
    names = [made.of(link("gpu0001", "leaf1"), "MMF") for _ in range(7)]
    assert Counter(names) == {
        "A01-A05/compute/1": 3,
        "A01-A05/compute/2": 3,
        "A01-A05/compute/3": 1,
    }
    assert names == sorted(names)


def test_copper_and_fibre_never_share_one_and_every_bundle_has_its_number() -> None:
    made = bundles()
    media: tuple[Medium, ...] = ("MMF", "DAC", "MMF", "DAC", "AEC", "SMF", "AOC")
    names = [made.of(link("gpu0001", "leaf1"), medium).rpartition("/")[2] for medium in media]
    assert names == ["1", "2", "1", "2", "3", "1", "4"]


def test_two_leaves_of_one_rack_are_one_way() -> None:
    made = bundles()
    first, second = (made.of(link("gpu0001", leaf), "MMF") for leaf in ("leaf1", "leaf2"))
    assert first == second == "A01-A05/compute/1"


def test_kinds_of_links_are_counted_apart() -> None:
    made = bundles()
    assert made.of(link("leaf1", "spine1", "fabric"), "MMF") == "A05-B05/compute-fabric/1"
    assert made.of(link("mgmt01", "spine1"), "MMF") == "A05-B05/compute/1"
    assert made.of(link("spine1", "edge", "border"), "MMF") == "B05-edge/compute-border/1"
    upwards = replace(link("leaf1", "spine1", "fabric"), su=None)
    assert made.of(upwards, "MMF") == "A05-B05/compute-core/1"


def test_access_cables_go_by_switch() -> None:
    made = bundles()
    assert made.of(link("gpu0001", "leaf1", "access"), "CAT6A") == "A01-leaf1/1"
    assert made.of(link("gpu0001", "leaf2", "access"), "CAT6A") == "A01-leaf2/1"


def test_extra_links_move_nobody() -> None:
    made = bundles(extra=frozenset({"more"}))
    extra = made.of(link("leaf1", "spine1", "fabric", "more"), "MMF")
    assert extra == "A05-B05/compute-extra/1"
    assert made.of(link("leaf1", "spine1", "fabric"), "MMF") == "A05-B05/compute-fabric/1"


def test_without_a_floor_devices_take_the_place_of_racks() -> None:
    made = bundles({})
    assert made.of(link("gpu0001", "leaf1"), "MMF") == "leaf1/compute/1"
    assert made.of(link("gpu0002", "leaf1"), "MMF") == "leaf1/compute/1"
    assert made.of(link("leaf1", "spine1", "fabric"), "MMF") == "leaf1-spine1/compute-fabric/1"
    assert made.of(link("gpu0001", "oob1-leaf", "access"), "CAT6A") == "oob1-leaf/1"
