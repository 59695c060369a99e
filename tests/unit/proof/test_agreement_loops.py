"""Routes as configured: what makes circles or cuts blocks off is found, and for what it is."""

from collections.abc import Callable

import pytest

from railwright.plan.deadlock.graph import of_plan
from railwright.proof.model import Finding
from railwright.proof.sessions import graph_of
from railwright.proof.switches import Switch
from tests.unit.proof import fabric
from tests.unit.proof.fabric import Configs, after, of

LEAF, OTHER, SPINE = "su1-rail0-leaf", "su2-rail0-leaf", "spine1"
PLAN, LOOPS = "switch - plan", "routes without a loop"
BLOCK = fabric.plan().block_of[LEAF].prefix


def found(change: Callable[[Configs], object]) -> list[Finding]:
    return of(after(switches=change), PLAN, LOOPS)


def uplinks(name: str) -> list[tuple[str, str, str]]:
    """Return (port, spine, spine's port) of a leaf's cabled links to spines."""
    return [
        (link.end(name).port, link.peer(name).device, link.peer(name).port)
        for link in fabric.plan().links_of[name].values()
        if link.kind == "fabric" and link.deployed
    ]


def test_sessions_as_configured_are_those_of_the_plan() -> None:
    plan = fabric.plan()
    switches = {name: Switch(name, config) for name, config in fabric.configs().items()}
    for network in plan.fabrics:
        read, planned = graph_of(plan, network, switches), of_plan(plan, network)
        assert read.devices == planned.devices
        assert {frozenset(one) for one in read.pairs} == {frozenset(one) for one in planned.pairs}
        assert {name: set(own) for name, own in read.origins.items()} == {
            name: set(own) for name, own in planned.origins.items()
        }


@pytest.mark.parametrize(
    ("kind", "status", "times"),
    [
        ("LeafRouter", "enabled", 1),
        ("LeafRouter", "disabled", 0),
        ("ToRRouter", "disabled", 1),
        ("SpineRouter", "disabled", 0),
    ],
)
def test_own_as_number_is_allowed_as_the_switch_allows_it(
    kind: str, status: str, times: int
) -> None:
    configs = fabric.configs()
    configs[SPINE]["DEVICE_METADATA"]["localhost"]["type"] = kind
    configs[SPINE]["BGP_BBR"] = {"all": {"status": status}}
    switches = {name: Switch(name, config) for name, config in configs.items()}
    assert graph_of(fabric.plan(), "compute", switches).devices[SPINE].allowas_in == times


def test_spines_that_accept_their_own_as_number_are_a_circle() -> None:
    def change(configs: Configs) -> None:
        for name, config in configs.items():
            if name.startswith("spine"):
                config["BGP_BBR"] = {"all": {"status": "enabled"}}

    assert any(one.expected == "no circle" for one in found(change))


@pytest.mark.parametrize(
    ("table", "group"), [("VLAN_MEMBER", "Vlan7"), ("PORTCHANNEL_MEMBER", "PortChannel7")]
)
def test_a_switched_port_between_switches_is_found(table: str, group: str) -> None:
    port = uplinks(LEAF)[0][0]

    def change(configs: Configs) -> None:
        configs[LEAF].setdefault(table, {})[f"{group}|{port}"] = {}

    (one,) = found(change)
    assert one.place == f"switches/{LEAF}/config_db.json {table}|{group}|{port}"
    assert one.expected == "a routed port"


def test_a_prefix_of_two_switches_names_both() -> None:
    def change(configs: Configs) -> None:
        configs[OTHER]["STATIC_ROUTE"][BLOCK] = {"advertise": "true", "blackhole": "true"}

    (twice,) = [one for one in found(change) if one.found == f"{BLOCK} is advertised by {OTHER}"]
    assert OTHER in twice.place
    assert twice.other_place.startswith(f"switches/{LEAF}/config_db.json STATIC_ROUTE|")
    assert twice.expected == f"advertised by {LEAF} alone"


def block_key(configs: Configs) -> str:
    return next(key for key in configs[LEAF]["STATIC_ROUTE"] if key.endswith(BLOCK))


def test_a_block_that_nobody_advertises_is_found() -> None:
    def gone(configs: Configs) -> None:
        del configs[LEAF]["STATIC_ROUTE"][block_key(configs)]

    def silent(configs: Configs) -> None:
        configs[LEAF]["STATIC_ROUTE"][block_key(configs)]["advertise"] = "false"

    for change in (gone, silent):
        (one,) = [each for each in found(change) if "nobody" in each.found]
        assert one.found == f"{BLOCK} is advertised by nobody"
        assert one.place.startswith(f"switches/{LEAF}/config_db.json STATIC_ROUTE|")
        assert one.expected == f"advertised by {LEAF}"


def test_a_block_that_another_switch_advertises_instead_names_both() -> None:
    def change(configs: Configs) -> None:
        del configs[LEAF]["STATIC_ROUTE"][block_key(configs)]
        configs[OTHER]["STATIC_ROUTE"][BLOCK] = {"advertise": "true", "blackhole": "true"}

    said = {one.found for one in found(change)}
    assert said == {f"{BLOCK} is advertised by {OTHER}"}


def test_ports_that_are_shut_are_not_put_down_to_as_numbers() -> None:
    """Two leaves that no spine has in common: their routes would have to cross two spines."""
    first, second = uplinks(LEAF), uplinks(OTHER)
    spines = sorted({spine for _, spine, _ in first})
    assert len(spines) > 1

    def change(configs: Configs) -> None:
        for name, links, kept in ((LEAF, first, spines[0]), (OTHER, second, spines[1])):
            for port, spine, _ in links:
                if spine != kept:
                    configs[name]["PORT"][port]["admin_status"] = "down"

    lost = found(change)
    assert lost
    assert not any("AS number" in one.effect for one in lost)
    assert any(f"{LEAF} - {spines[1]}" in one.effect for one in lost)


def test_an_as_number_that_keeps_routes_away_is_named() -> None:
    """Sessions agree on the number at both ends, so that they come up."""
    asn = fabric.plan().device[LEAF].asn
    other = str(fabric.plan().device[OTHER].asn)

    def change(configs: Configs) -> None:
        configs[LEAF]["DEVICE_METADATA"]["localhost"]["bgp_asn"] = other
        for config in configs.values():
            for row in config["BGP_NEIGHBOR"].values() if "BGP_NEIGHBOR" in config else ():
                if row.get("asn") == str(asn):
                    row["asn"] = other

    assert any("own AS number" in one.effect for one in found(change))
