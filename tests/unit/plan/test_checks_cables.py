"""Cables that cannot be ordered and modules that cannot be used: what the user is told."""

from typing import Any

import pytest

from railwright.catalog import loader as catalog
from railwright.errors import Problem, refuse
from railwright.intent.model import Intent
from railwright.plan.bom.of_plan import bom
from railwright.plan.build import build
from railwright.plan.cables.cages import cage_kind
from railwright.plan.cables.causes import cause_of
from railwright.plan.cables.media import LinkKind, Shelf
from railwright.plan.checks.cables import check_cables
from railwright.plan.grown import at_capacity, grown
from railwright.plan.model import Plan
from tests.unit.plan.made import ALL_NETWORKS, made, planned

FLOOR: dict[str, Any] = {"floor": {"rows": 2}}


def pin(part: str, network: str = "compute", at: str = "leaf") -> dict[str, Any]:
    """Return one module that the intent prescribes."""
    return {"network": network, "at": at, "part": part, "reason": "in stock"}


def found(*changes: dict[str, Any]) -> list[Problem]:
    return list(check_cables(planned(*changes)))


@pytest.mark.parametrize("floor", [{}, FLOOR])
def test_nothing_is_wrong_with_a_usual_cluster(floor: dict[str, Any]) -> None:
    assert found(ALL_NETWORKS, floor) == []


def test_without_a_floor_each_network_is_warned_of_once() -> None:
    wrong = found(ALL_NETWORKS, {"lengths": {"access_m": 91}, "cabling": {"prefer": ["DAC"]}})
    assert [(one.path, one.severity) for one in wrong] == [
        ("cabling.prefer", "warning"),
        ("cabling.prefer", "warning"),
        ("cabling.prefer", "warning"),
        ("lengths", "warning"),
    ]
    assert wrong[-1].what == (
        "gpu0001:bmc, oob links of 1G between GPU nodes (dgx-h100), PDUs or others and leaves "
        "(as4630-54pe): up to 91.0 m are needed, the longest there is has 90 m (CAT6A); shorten "
        "them, or add longer parts to the catalog"
    )


def test_on_a_floor_it_is_an_error_with_all_links_and_the_longest() -> None:
    plan = planned(ALL_NETWORKS, FLOOR, {"cabling": {"media": {"CAT6A": 2}}})
    wrong = list(check_cables(plan))
    (now,) = wrong  # the same trouble at full capacity is not told twice
    assert (now.path, now.severity) == ("cabling.media.CAT6A", "error")
    missing = [link.id for link in plan.links if link.id not in (plan.fitted or {})]
    assert now.what.startswith(
        f"{missing[0]} and {len(missing) - 1} more, oob links of 1G between GPU nodes (dgx-h100), "
        "PDUs or others and leaves (as4630-54pe): "
    )
    assert "CAT6A may be 2 m long and no other medium reaches that far; allow " in now.what


def halls(tray_m: float, **nodes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return two rooms so far apart, and the nodes in them."""
    rooms = [{"name": "hall1", "rows": 2}, {"name": "hall2", "rows": 2, "tray_m": tray_m}]
    return {"floor": {"rooms": rooms}}, {"nodes": nodes}


@pytest.mark.parametrize(("count", "when"), [(20, "at full capacity: "), (40, ""), (100, "")])
def test_what_only_the_capacity_lacks_is_an_error_at_once(count: int, when: str) -> None:
    """Nodes 33 to 64 are in two rooms, in reach of none but single-mode modules."""
    gpu = {"count": count, "capacity": 100}
    flat = {"cabling": {"modules": [pin("MMA4Z00-NS-FLT", at="gpu")]}}
    per_su = {"networks": {"compute": {"nodes_per_su": 32}}}
    far, near = halls(45, gpu=gpu), halls(2, gpu=gpu)
    (one,) = found(*far, per_su, flat)
    assert (one.path, one.severity) == ("cabling.modules[0].part", "error")
    assert one.what.startswith(f"{when}gpu0033:rail")
    assert "(400G-SR4) cables may be 50 m long, 58.1 m are needed; " in one.what
    assert found(*near, per_su, flat) == found(*far, per_su) == []


def test_the_capacity_is_planned_once(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = planned(ALL_NETWORKS, FLOOR, {"cluster": "once"})
    built: list[Intent] = []

    def counted(intent: Intent) -> Plan:
        built.append(intent)
        return build(intent)

    monkeypatch.setattr("railwright.plan.build.build", counted)
    assert list(check_cables(plan)) == []
    assert all(line.reserved is not None for line in bom(plan).lines)
    assert at_capacity(plan) is at_capacity(plan)
    assert built == [grown(plan.intent)]


def test_what_has_all_its_links_is_not_planned_again(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = planned({"nodes": {"gpu": {"count": 3, "capacity": 8}}}, FLOOR)
    monkeypatch.delattr("railwright.plan.build.build")
    assert list(check_cables(plan)) == []
    assert at_capacity(plan) is plan


@pytest.mark.parametrize(
    ("floor", "severity", "more"),
    [
        (FLOOR, "error", ""),
        (
            {},
            "warning",
            "; until this is mended the bill of materials cannot say what is reserved",
        ),
    ],
)
def test_a_capacity_that_cannot_be_planned_says_why(
    floor: dict[str, Any], severity: str, more: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = planned(ALL_NETWORKS, floor, {"cluster": "barred"})

    def barred(_: Intent) -> Plan:
        raise refuse("nodes.gpu.capacity", "too many; choose fewer")

    monkeypatch.setattr("railwright.plan.build.build", barred)
    (one,) = check_cables(plan)
    assert (one.path, one.severity) == ("nodes.gpu.capacity", severity)
    assert one.what == f"at full capacity: too many; choose fewer{more}"
    assert {line.reserved for line in bom(plan).lines} == {None}


def test_rooms_too_far_apart_name_the_access_switch_and_what_helps() -> None:
    oob = {"networks": {"oob": {"leaf": "as4630-54pe", "spine": "sn3700c"}}}
    nodes = {"gpu": {"count": 96}, "pdus": {"count": 84}}
    two = {"networks": {"compute": {"nodes_per_su": 48}}}
    (one,) = found(*halls(75, **nodes), oob, two)
    assert (one.path, one.severity) == ("floor", "error")
    assert "the longest there is has 90 m (CAT6A): " in one.what
    assert one.what.endswith(
        " is in hall2, its access switch oob1-leaf in hall1; put fewer rooms into one cluster, "
        "build the oob network apart, or choose subnets that fill whole switches and end where "
        "rooms do (networks.oob.nodes_per_subnet, networks.oob.pdus_per_subnet or "
        "networks.oob.switches_per_subnet)"
    )
    filled = {"networks": {"oob": {"nodes_per_subnet": 48}}}
    (less,) = found(*halls(75, **nodes), oob, two, filled)
    assert "GPU nodes" not in less.what
    assert "networks.oob.nodes_per_subnet" not in less.what
    assert found(*halls(60, **nodes), oob, two) == []


def test_an_access_switch_in_the_same_room_wants_closer_racks() -> None:
    wide = {"floor": {"rows": 6, "rack_pitch_m": 5, "hot_aisle_m": 20, "cold_aisle_m": 20}}
    oob = {"networks": {"oob": {"leaf": "as4630-54pe", "spine": "sn3700c"}}}
    (one,) = found(wide, oob, {"nodes": {"pdus": {"count": 100}}})
    assert (one.path, one.severity) == ("floor", "error")
    assert (
        " are both in room1; let racks stand closer, or fewer of them share a switch (" in one.what
    )


def test_a_model_without_known_cages_is_named_at_its_key() -> None:
    intent = made(ALL_NETWORKS)
    bare = cage_kind("leaf", "as4630-54pe", None, 1)
    server = cage_kind("gpu", "dgx-h100", "RJ45", 1)
    shelf = Shelf(catalog.optics(), intent.cabling)
    cause = cause_of(intent, shelf, {LinkKind("oob", 1, server, bare): 5.0})
    assert (cause.path, cause.text) == (
        "networks.oob.leaf",
        "oob links of 1G between GPU nodes (dgx-h100) and leaves (as4630-54pe): the catalog does "
        "not say which cages as4630-54pe has; choose another model, or add its cages to the "
        "catalog",
    )


def test_cages_that_nothing_joins_are_named_at_the_upper_switch() -> None:
    intent = made(ALL_NETWORKS)
    a = cage_kind("gpu", "dgx-h100", "OSFP-RHS", 2)
    z = cage_kind("leaf", "sn4600", "QSFP56", 1)
    shelf = Shelf(catalog.optics(), intent.cabling)
    cause = cause_of(intent, shelf, {LinkKind("storage", 200, a, z): 5.0})
    assert cause.path == "networks.storage.leaf"
    assert cause.what == (
        "no parts of the catalog join OSFP-RHS cages used as 2 ports and QSFP56 cages at 200G"
    )


@pytest.mark.parametrize("floor", [{}, FLOOR])
@pytest.mark.parametrize(
    ("module", "key", "text"),
    [
        (pin("MMA4Z00-NS", at="gpu"), "part", "the fins are too high"),
        (pin("MMA4Z00-NS400", at="gpu"), "part", "is for 400G; cages of GPU nodes (dgx-h100) are"),
        (pin("MMA4Z00-NX"), "part", "did you mean MMA4Z00-NS?"),
        (pin("no-such-part"), "part", "choose one of them or add it to the catalog"),
        (pin("MFP7E10-N010"), "part", "no module 'MFP7E10-N010' in the catalog"),
        (pin("MMA4Z00-NS", at="superspine"), "at", "no superspine has links of the compute"),
        (pin("MMA1B00-C100D", "inband", "gpu"), "part", "are used as 25G; what fits: MMA2P00-AS"),
    ],
)
def test_a_module_that_goes_nowhere_is_refused(
    module: dict[str, Any], key: str, text: str, floor: dict[str, Any]
) -> None:
    (one,) = found(ALL_NETWORKS, floor, {"cabling": {"modules": [module]}})
    assert (one.path, one.severity) == (f"cabling.modules[0].{key}", "error")
    assert text in one.what


@pytest.mark.parametrize("floor", [{}, FLOOR])
def test_modules_that_do_not_understand_one_another_are_refused(floor: dict[str, Any]) -> None:
    modules = [pin("MMS4X00-NM"), pin("MMA4Z00-NS-FLT", at="gpu")]
    wrong = found(ALL_NETWORKS, floor, {"cabling": {"modules": modules}})
    assert {(one.path, one.severity) for one in wrong} == {("cabling.modules[0].part", "error")}
    assert (
        "MMA4Z00-NS-FLT (400G-SR4) and MMS4X00-NM (400G-DR4) do not understand one another; "
        "MMA4Z00-NS and MMA4Z00-NS-FLT would do" in wrong[0].what
    )


def test_a_module_that_reaches_less_than_is_needed_is_refused() -> None:
    wide = {"floor": {"rows": 2, "rack_pitch_m": 5, "hot_aisle_m": 20, "cold_aisle_m": 20}}
    modules = {"cabling": {"modules": [pin("MMA4Z00-NS")]}}
    assert found(wide) == []
    wrong = found(wide, modules)
    assert {one.path for one in wrong} == {"cabling.modules[0].part"}
    assert all("cables may be 50 m long" in one.what for one in wrong)
