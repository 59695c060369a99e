"""Ports that need not speak LLDP: learned MAC addresses against the assets file."""

import json
from pathlib import Path

import pytest

from railwright import api
from railwright.device.cabling.check import Cabling, check
from railwright.device.cabling.model import Seen
from railwright.device.clock import RealClock
from railwright.device.fdb import FdbError, parse
from railwright.device.fleet import Fleet
from railwright.device.lldp import Neighbour, Neighbours
from railwright.device.session import Session, Target
from railwright.device.verify import verify, verify_files
from railwright.device.verify_model import Check
from railwright.plan.model import Plan
from tests.unit.device.cabling_world import World, kinds, texts
from tests.unit.device.fakes import FakeSwitch

OOB, FAR_OOB = "oob1-leaf", "oob2-leaf"
ASSETS = {
    ("gpu0001", "bmc"): "02:00:00:00:00:01",
    ("gpu0002", "bmc"): "02:00:00:00:00:02",
    ("gpu0003", "bmc"): "02:00:00:00:00:03",
    ("pdu01", "eth0"): "02:00:00:00:00:11",
    ("storage01", "bmc"): "02:00:00:00:00:21",
}
CABLING: tuple[Check, ...] = ("cabling",)
Table = dict[str, frozenset[str]]


@pytest.fixture(scope="module")
def plan(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    folder = tmp_path_factory.mktemp("assets")
    text = (root / "intent/examples/lab-networks.yml").read_text()
    (folder / "cluster.yml").write_text(f"{text}\nassets: assets.csv\n")
    rows = [
        f"{device},{mac if port == 'eth0' else ''},{mac if port == 'bmc' else ''}"
        for (device, port), mac in ASSETS.items()
    ]
    (folder / "assets.csv").write_text("\n".join(["device,eth0_mac,bmc_mac", *rows]) + "\n")
    return api.load_plan(folder / "cluster.yml").plan


def as_planned(plan: Plan) -> dict[str, Table]:
    """Return what the access switches have learned when all is cabled right."""
    tables: dict[str, Table] = {OOB: {}, FAR_OOB: {}}
    for (device, port), mac in ASSETS.items():
        z = plan.links_of[device][port].z
        tables[z.device][z.port] = frozenset({mac})
    return tables


def checked(
    plan: Plan, tables: dict[str, Table], heard: dict[str, Neighbours] | None = None
) -> Cabling:
    neighbours = {**World.of(plan).heard(), **(heard or {})}
    return check(plan, Seen(neighbours, tables), frozenset(plan.device))


def reasons(found: Cabling) -> dict[str, tuple[str, ...]]:
    return {one.reason: one.links for one in found.unverified}


def test_what_is_learned_where_it_is_planned_is_right(plan: Plan) -> None:
    found = checked(plan, as_planned(plan))
    assert found.findings == ()
    hidden = {link for links in reasons(found).values() for link in links}
    assert hidden.isdisjoint(f"{device}:{port}" for device, port in ASSETS)
    assert found.links.ok + found.links.unverified == found.links.links


def test_what_nobody_can_see_is_unverified_with_its_reason(plan: Plan) -> None:
    tables = as_planned(plan)
    port = plan.links_of["gpu0002"]["bmc"].z.port
    del tables[OOB][port], tables[FAR_OOB]
    found = checked(plan, tables)
    assert found.findings == ()
    need = "a port that need not speak LLDP: "
    why = reasons(found)
    assert why[f"{need}no switch has learned its MAC address"] == ("gpu0002:bmc",)
    assert why[f"{need}its switch's MAC addresses were not read"] == ("storage01:bmc",)
    assert "mgmt01:bmc" in why[f"{need}the assets file has no MAC address of it"]
    assert set(why["the router is outside the plan"]) == {
        "storage-spine1:Ethernet128",
        "storage-spine2:Ethernet128",
    }


def test_bmcs_exchanged_at_their_switch(plan: Plan) -> None:
    tables = as_planned(plan)
    one, two = (plan.links_of[name]["bmc"].z.port for name in ("gpu0001", "gpu0002"))
    tables[OOB][one], tables[OOB][two] = tables[OOB][two], tables[OOB][one]
    found = checked(plan, tables)
    assert [one.id for one in found.findings] == ["cabling:node-swap:gpu0001:bmc+gpu0002:bmc"]
    assert "hears nothing" not in found.findings[0].text  # a BMC need not
    assert texts(found) == [f"at {OOB} swap the plugs in {one} (thousandE1) and {two} (thousandE2)"]


def test_a_bmc_at_another_port_may_have_another_plug_in_its_way(plan: Plan) -> None:
    """Nothing is known of what sits in the right port, so its plug comes out for this one."""
    tables = as_planned(plan)
    bmc, pdu = plan.links_of["gpu0001"]["bmc"].z.port, plan.links_of["pdu02"]["eth0"].z.port
    tables[OOB][pdu] = tables[OOB].pop(bmc)
    found = checked(plan, tables)
    assert kinds(found) == ["wrong-port"]
    (move,) = found.moves
    assert (move.action, move.device) == ("swap", OOB)
    assert {end.port for end in move.ends} == {bmc, pdu}
    assert move.far.count(None) == 1
    assert set(found.findings[0].links) == {"gpu0001:bmc", "pdu02:eth0"}


def test_a_bmc_at_another_switch(plan: Plan) -> None:
    tables = as_planned(plan)
    del tables[OOB][plan.links_of["gpu0001"]["bmc"].z.port]
    spare = next(port.name for port in plan.ports[FAR_OOB] if port.use == "spare" and port.fixed)
    tables[FAR_OOB][spare] = frozenset({ASSETS["gpu0001", "bmc"]})
    found = checked(plan, tables)
    assert kinds(found) == ["wrong-port"]
    assert "gpu0001:bmc" in found.findings[0].links


def test_an_address_that_ages_elsewhere_does_not_count(plan: Plan) -> None:
    tables = as_planned(plan)
    other = plan.links_of["gpu0002"]["bmc"].z.port
    tables[OOB][other] |= {ASSETS["gpu0001", "bmc"]}
    assert checked(plan, tables).findings == ()


def test_addresses_behind_an_uplink_do_not_count(plan: Plan) -> None:
    tables = as_planned(plan)
    uplink = next(name for name, one in plan.links_of[OOB].items() if one.kind == "fabric")
    del tables[OOB][plan.links_of["gpu0001"]["bmc"].z.port]
    tables[OOB][uplink] = frozenset({ASSETS["gpu0001", "bmc"]})
    assert checked(plan, tables).findings == ()


def test_two_known_addresses_at_one_port_contradict_each_other(plan: Plan) -> None:
    tables = as_planned(plan)
    one, two = (plan.links_of[name]["bmc"].z.port for name in ("gpu0001", "gpu0002"))
    pdu = plan.links_of["pdu02"]["eth0"].z.port
    tables[OOB][pdu] = tables[OOB].pop(one) | tables[OOB].pop(two)
    found = checked(plan, tables)
    assert kinds(found) == ["conflict"]
    assert found.moves == ()


def test_what_lldp_says_of_a_port_wins(plan: Plan) -> None:
    heard = World.of(plan).heard()[OOB]
    port = plan.links_of["gpu0001"]["bmc"].z.port
    heard[port] = (Neighbour("gpu0002", "bmc"),)
    found = checked(plan, {}, {OOB: heard})
    assert kinds(found) == ["wrong-port"]
    assert set(found.findings[0].links) == {"gpu0001:bmc", "gpu0002:bmc"}


def test_a_bmc_is_known_by_the_address_it_announces(plan: Plan) -> None:
    heard = World.of(plan).heard()[OOB]
    link = plan.links_of["gpu0001"]["bmc"]
    other = plan.links_of["gpu0002"]["bmc"]
    heard[link.z.port] = (Neighbour("idrac-7XK2", "02-00-00-00-00-01"),)
    heard[other.z.port] = (Neighbour("", "1", chassis="02:00:00:00:00:02"),)
    found = checked(plan, {}, {OOB: heard})
    assert found.findings == ()
    hidden = {link for links in reasons(found).values() for link in links}
    assert {"gpu0001:bmc", "gpu0002:bmc"}.isdisjoint(hidden)


def test_a_bmc_with_the_name_of_its_server_is_no_second_server(plan: Plan) -> None:
    heard = World.of(plan).heard()[OOB]
    port = plan.links_of["gpu0001"]["bmc"].z.port
    heard[port] = (Neighbour("gpu0001", "port-1", chassis="of the BMC"),)
    found = checked(plan, {}, {OOB: heard})
    assert found.findings == ()
    assert "gpu0001:bmc" in {link for links in reasons(found).values() for link in links}


def test_a_planned_device_behind_the_routers_port_is_wrong(plan: Plan) -> None:
    heard = World.of(plan).heard()
    for spine in ("storage-spine1", "storage-spine2"):
        heard[spine]["Ethernet128"] = (Neighbour("router-of-the-site", "et-0/0/1"),)
    assert checked(plan, {}, dict(heard)).findings == ()
    for spine, name in (("storage-spine1", "gpu0001"), ("storage-spine2", "gpu0002")):
        heard[spine]["Ethernet128"] = (Neighbour(name, "eth0"),)
    found = checked(plan, {}, dict(heard))
    assert kinds(found) == ["wrong-port", "wrong-port"]
    assert {link for one in found.findings for link in one.links} == {
        "gpu0001:eth0",
        "gpu0002:eth0",
        "storage-spine1:Ethernet128",
        "storage-spine2:Ethernet128",
    }


SHOW_MAC = """\
  No.    Vlan  MacAddress         Port           Type
-----  ------  -----------------  -------------  -------
    1     101  02:00:00:00:00:01  Ethernet0      Dynamic
    2     101  02:00:00:00:00:AB  Ethernet0      Static
    3     102  02:00:00:00:00:02  Ethernet1      Dynamic
    4     103  02:00:00:00:00:03  1000000000fff  Dynamic
Total number of entries 4
"""
STATE_DB = """{
  "FDB_TABLE|Vlan101:02:00:00:00:00:01": {"port": "Ethernet0", "type": "dynamic"},
  "FDB_TABLE|Vlan102:02:00:00:00:00:02": {"type": "hash", "ttl": -1,
    "value": {"port": "Ethernet1", "type": "dynamic"}},
  "FDB_TABLE|Vlan103:none": {"port": "Ethernet2"},
  "PORT_TABLE|Ethernet0": {"state": "ok"}
}"""


def test_the_tables_of_a_switch() -> None:
    assert parse(SHOW_MAC, "oob1-leaf") == {
        "Ethernet0": frozenset({"02:00:00:00:00:01", "02:00:00:00:00:ab"}),
        "Ethernet1": frozenset({"02:00:00:00:00:02"}),
        "1000000000fff": frozenset({"02:00:00:00:00:03"}),
    }
    assert parse(STATE_DB, "oob1-leaf") == {
        "Ethernet0": frozenset({"02:00:00:00:00:01"}),
        "Ethernet1": frozenset({"02:00:00:00:00:02"}),
    }
    assert parse("Total number of entries 0\n", "oob1-leaf") == {}
    assert parse("{}", "oob1-leaf") == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "show: command not found",
        "{ broken",
        "[]",
        '{"FDB_TABLE|Vlan1:02:00:00:00:00:01": 5}',
        '{"FDB_TABLE|Vlan1:02:00:00:00:00:01": {"value": "x"}}',
        '{"FDB_TABLE|Vlan1:02:00:00:00:00:01": {"port": 5}}',
    ],
)
def test_other_texts_are_no_tables(text: str) -> None:
    with pytest.raises(FdbError, match=r"^oob1-leaf: not "):
        parse(text, "oob1-leaf")


def printed(table: Table) -> str:
    """Return what `show mac` prints."""
    rows = [
        f"    1     101  {mac}  {port}  Dynamic" for port, macs in table.items() for mac in macs
    ]
    return "\n".join([*rows, f"Total number of entries {len(rows)}", ""])


def test_saved_tables_count_like_read_ones(plan: Plan, tmp_path: Path) -> None:
    text = printed(as_planned(plan)[OOB])
    report = verify_files(plan, {OOB: json.dumps({"lldp": {}})}, {OOB: text})
    assert report.links is not None
    assert report.links.ok == text.count("Dynamic")
    switch = FakeSwitch(tmp_path / OOB, plan, plan.device[OOB])
    for name, content in (("lldp.json", '{"lldp": {}}'), ("routes.json", "[]"), ("mac.txt", text)):
        (switch.state / name).write_text(content)
    fleet = Fleet(plan, Only(switch), RealClock(), workers=1)
    live = verify(fleet, [plan.device[OOB]], CABLING)
    assert live.json() == report.json()


def test_a_switch_that_does_not_show_its_addresses_is_read_all_the_same(
    plan: Plan, tmp_path: Path
) -> None:
    switch = FakeSwitch(tmp_path / OOB, plan, plan.device[OOB])
    (switch.state / "lldp.json").write_text('{"lldp": {}}')
    (switch.state / "routes.json").write_text("[]")
    fleet = Fleet(plan, Only(switch), RealClock(), workers=1)
    live = verify(fleet, [plan.device[OOB]], CABLING)
    assert live.errors == {}
    why = {one.reason: one.links for one in live.unverified}
    need = "a port that need not speak LLDP: its switch's MAC addresses were not read"
    assert "gpu0001:bmc" in why[need]


class Only:
    """A way to one switch."""

    def __init__(self, switch: FakeSwitch) -> None:
        self.switch = switch

    def session(self, target: Target) -> Session:
        assert target.name == self.switch.device.name
        return self.switch
