"""Every rule finds what it is for, says both places, and finds nothing in what is built."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from railwright.api import load_plan
from railwright.plan.model import Plan
from railwright.proof import agreement as agreement_module
from railwright.proof import sample
from railwright.proof.agreement import Emitted, agree, agree_built
from railwright.proof.sheet import SUBJECTS
from tests.unit.proof import fabric
from tests.unit.proof.fabric import Cables, Configs, Files, after, of

LEAF, SPINE, BORDER = "su1-rail0-leaf", "spine1", "storage-spine1"
PLAN, NODE, BOTH, HOST, FLOOR = (
    "switch - plan",
    "switch - node",
    "leaf - spine",
    "node - plan",
    "cable - plan",
)
EXAMPLES = (
    "classes-256",
    "lab-small",
    "lab-networks",
    "odd-30",
    "rail-256",
    "rail-only-32",
    "tor-64",
)
NIC = "etc/railwright/roce/rail0.env"
RAIL = "etc/systemd/network/50-railwright-rail0.network"


@pytest.mark.parametrize("example", EXAMPLES)
def test_what_is_built_agrees(example: str) -> None:
    plan = load_plan(fabric.ROOT / f"intent/examples/{example}.yml").plan

    agreement = agree_built(plan)

    assert agreement.findings == ()


EVERYTHING = """
roce:
  second: { dscp: 34, priority: 4 }
  lossy: [{ name: bulk, dscps: [8, 10], priority: 1 }]
  dcqcn: false
"""


@pytest.mark.parametrize("leaf", ["sn5600", "7060x6-64pe"])
@pytest.mark.parametrize("attachment", ["routed", "svi"])
def test_what_is_built_agrees_with_every_feature(
    leaf: str, attachment: str, tmp_path: Path
) -> None:
    text = fabric.SMALL.read_text(encoding="utf-8")
    for old, new in (
        ("leaf: cx864e-n\n", f"leaf: {leaf}\n    attachment: {attachment}\n"),
        ("default_route: received", "default_route: originated"),
        ("  management_links:", '  ipv6: "fd00:1024::/48"\n  management_links:'),
    ):
        assert old in text
        text = text.replace(old, new)
    intent = tmp_path / "everything.yml"
    intent.write_text(text + (EVERYTHING if leaf == "sn5600" else ""), encoding="utf-8")

    agreement = agree_built(load_plan(intent).plan)

    assert agreement.findings == ()


def test_every_subject_has_its_line_and_something_to_compare() -> None:
    agreement = after()

    assert [(row.pair, row.subject) for row in agreement.rows] == list(SUBJECTS)
    assert all(row.compared for row in agreement.rows)
    assert agreement.findings == ()


def _set(device: str, table: str, key: str, field: str, value: str) -> Callable[[Configs], None]:
    def change(configs: Configs) -> None:
        assert configs[device][table][key].get(field) != value
        configs[device][table][key][field] = value

    return change


def _delete(device: str, table: str, key: str, field: str = "") -> Callable[[Configs], None]:
    def change(configs: Configs) -> None:
        rows = configs[device][table]
        del (rows[key] if field else rows)[field or key]

    return change


WRONG_ON_SWITCHES = [
    (
        _set(LEAF, "DSCP_TO_TC_MAP", "AZURE", "26", "0"),
        (PLAN, "classes of packets"),
        "DSCP_TO_TC_MAP|AZURE 26",
        ("0", "3"),
    ),
    (
        _set(LEAF, "TC_TO_QUEUE_MAP", "AZURE", "3", "1"),
        (PLAN, "classes of packets"),
        "TC_TO_QUEUE_MAP|AZURE 3",
        ("1", "3"),
    ),
    (
        _set(LEAF, "TC_TO_PRIORITY_GROUP_MAP", "AZURE", "3", "0"),
        (PLAN, "classes of packets"),
        "TC_TO_PRIORITY_GROUP_MAP|AZURE 3",
        ("0", "3"),
    ),
    (
        _set(LEAF, "TC_TO_PRIORITY_GROUP_MAP", "AZURE", "0", "3"),
        (PLAN, "classes of packets"),
        "TC_TO_PRIORITY_GROUP_MAP|AZURE 0",
        ("3", "one without headroom"),
    ),
    (
        _delete(LEAF, "DSCP_TO_TC_MAP", "AZURE"),
        (PLAN, "classes of packets"),
        "DSCP_TO_TC_MAP|AZURE",
        ("(absent)", "3"),
    ),
    (
        _delete(LEAF, "PORT_QOS_MAP", "Ethernet4", "dscp_to_tc_map"),
        (PLAN, "classes of packets"),
        "PORT_QOS_MAP|Ethernet4 dscp_to_tc_map",
        ("(absent)", "AZURE"),
    ),
    (
        _set(LEAF, "PORT_QOS_MAP", "Ethernet0", "pfc_enable", "4"),
        (PLAN, "pause and watchdog"),
        "PORT_QOS_MAP|Ethernet0 pfc_enable",
        ("4", "3"),
    ),
    (
        _set(LEAF, "PORT_QOS_MAP", "Ethernet0", "pfcwd_sw_enable", "3,6"),
        (PLAN, "pause and watchdog"),
        "PORT_QOS_MAP|Ethernet0 pfcwd_sw_enable",
        ("3,6", "3"),
    ),
    (
        _set(LEAF, "MAP_PFC_PRIORITY_TO_QUEUE", "AZURE", "3", "4"),
        (PLAN, "pause and watchdog"),
        "MAP_PFC_PRIORITY_TO_QUEUE|AZURE 3",
        ("4", "3"),
    ),
    (
        _delete(LEAF, "PFC_WD", "Ethernet0"),
        (PLAN, "pause and watchdog"),
        "PFC_WD|Ethernet0",
        ("(absent)", "a watchdog"),
    ),
    (
        _set(LEAF, "PFC_WD", "Ethernet0", "detection_time", "5000"),
        (PLAN, "pause and watchdog"),
        "PFC_WD|Ethernet0 detection_time",
        ("5000", "600"),
    ),
    (
        _set(LEAF, "BUFFER_PROFILE", "pg_lossless_400000_5m_profile", "xoff", "100000"),
        (PLAN, "headroom"),
        "BUFFER_PROFILE|pg_lossless_400000_5m_profile xoff",
        ("100000", "129920"),
    ),
    (
        _delete(LEAF, "BUFFER_PROFILE", "pg_lossless_400000_5m_profile"),
        (PLAN, "headroom"),
        "BUFFER_PROFILE|pg_lossless_400000_5m_profile",
        ("(absent)", "xoff 129920"),
    ),
    (
        _set(LEAF, "BUFFER_PG", "Ethernet0|3", "profile", "ingress_lossy_profile"),
        (PLAN, "headroom"),
        "BUFFER_PG|Ethernet0|3 profile",
        ("ingress_lossy_profile", "pg_lossless_400000_5m_profile"),
    ),
    (
        _delete(LEAF, "BUFFER_PG", "Ethernet0|3"),
        (PLAN, "headroom"),
        "BUFFER_PG|Ethernet0|3",
        ("(absent)", "pg_lossless_400000_5m_profile"),
    ),
    (
        _set(LEAF, "CABLE_LENGTH", "AZURE", "Ethernet0", "0m"),
        (PLAN, "headroom"),
        "CABLE_LENGTH|AZURE Ethernet0",
        ("0m", "5m"),
    ),
    (
        _set(LEAF, "SCHEDULER", "scheduler.rdma", "weight", "6"),
        (PLAN, "queues and marking"),
        "SCHEDULER|scheduler.rdma weight",
        ("weight 6", "weight 60"),
    ),
    (
        _set(LEAF, "SCHEDULER", "scheduler.cnp", "type", "DWRR"),
        (PLAN, "queues and marking"),
        "SCHEDULER|scheduler.cnp type",
        ("weight 1", "STRICT"),
    ),
    (
        _set(LEAF, "WRED_PROFILE", "AZURE_LOSSLESS", "wred_green_enable", "false"),
        (PLAN, "queues and marking"),
        "WRED_PROFILE|AZURE_LOSSLESS wred_green_enable",
        ("false", "true"),
    ),
    (
        _delete(LEAF, "QUEUE", "Ethernet4|3", "wred_profile"),
        (PLAN, "queues and marking"),
        "QUEUE|Ethernet4|3 wred_profile",
        ("(absent)", "AZURE_LOSSLESS"),
    ),
    (
        _set(LEAF, "PORT", "Ethernet0", "speed", "200000"),
        (PLAN, "ports"),
        "PORT|Ethernet0 speed",
        ("200000", "400000"),
    ),
    (
        _delete(LEAF, "INTERFACE", "Ethernet0|10.80.1.0/31"),
        (PLAN, "addresses"),
        "INTERFACE|Ethernet0|10.80.1.0/31",
        ("(absent)", "10.80.1.0/31"),
    ),
    (
        _set(LEAF, "DEVICE_METADATA", "localhost", "bgp_asn", "4200100102"),
        (PLAN, "BGP sessions"),
        "DEVICE_METADATA|localhost bgp_asn",
        ("4200100102", "4200100100"),
    ),
    (
        _set(LEAF, "DEVICE_METADATA", "localhost", "type", "ToRRouter"),
        (PLAN, "everything else owned"),
        "DEVICE_METADATA|localhost type",
        ("ToRRouter", "LeafRouter"),
    ),
    (
        _set(LEAF, "BUFFER_POOL", "ingress_lossless_pool", "size", "1"),
        (PLAN, "everything else owned"),
        "BUFFER_POOL|ingress_lossless_pool size",
        None,
    ),
    (
        _set(LEAF, "PORT", "Ethernet256", "fec", "none"),
        (BOTH, "speed and FEC"),
        "PORT|Ethernet256 fec",
        ("none", "rs"),
    ),
    (
        _set(SPINE, "PORT", "Ethernet0", "mtu", "1500"),
        (BOTH, "packet sizes"),
        "PORT|Ethernet256 mtu",
        ("9100", "1500"),
    ),
    (
        _set(SPINE, "PORT_QOS_MAP", "Ethernet0", "pfc_enable", "4"),
        (BOTH, "pause and watchdog"),
        "PORT_QOS_MAP|Ethernet256 pfc_enable",
        ("3", "4"),
    ),
    (
        _set(LEAF, "DSCP_TO_TC_MAP", "AZURE", "26", "0"),
        (BOTH, "classes of packets"),
        "DSCP_TO_TC_MAP|AZURE 26",
        ("queue 0", "queue 3"),
    ),
]


@pytest.mark.parametrize(
    ("change", "line", "where", "values"),
    WRONG_ON_SWITCHES,
    ids=[f"{line[0]}: {where}" for _, line, where, _ in WRONG_ON_SWITCHES],
)
def test_wrong_value_on_a_switch_is_found_where_it_matters(
    change: Callable[[Configs], None],
    line: tuple[str, str],
    where: str,
    values: tuple[str, str] | None,
) -> None:
    agreement = after(switches=change)

    found = [one for one in of(agreement, *line) if one.place.endswith(where)]
    assert found
    assert all(one.effect for one in found)
    assert values is None or values in [(one.found, one.expected) for one in found]


def test_both_places_are_named() -> None:
    agreement = after(switches=_set(LEAF, "DSCP_TO_TC_MAP", "AZURE", "26", "0"))

    (on_plan,) = of(agreement, PLAN, "classes of packets")
    assert on_plan.place == f"switches/{LEAF}/config_db.json DSCP_TO_TC_MAP|AZURE 26"
    assert on_plan.other_place == "plan: roce.data_dscp"
    assert on_plan.effect == (
        "packets of class rdma are in traffic class 0, queue 0 and group 0: they are dropped in "
        "congestion"
    )


def test_a_value_that_many_ports_share_is_one_finding_a_pair() -> None:
    agreement = after(switches=_set(LEAF, "DSCP_TO_TC_MAP", "AZURE", "26", "0"))

    assert len(of(agreement, PLAN, "classes of packets")) == 1
    (at_spines,) = of(agreement, BOTH, "classes of packets")
    assert at_spines.other_place == ", ".join(
        f"switches/{spine}/config_db.json DSCP_TO_TC_MAP|AZURE 26" for spine in ("spine1", "spine2")
    )


def test_equal_findings_of_one_device_are_one_that_names_some() -> None:
    def delete(configs: Configs) -> None:
        for number in range(6):
            del configs["storage1-leaf"]["PFC_WD"][f"Ethernet{4 * number}"]

    (found,) = of(after(switches=delete), PLAN, "pause and watchdog")

    assert found.place == (
        "switches/storage1-leaf/config_db.json PFC_WD|Ethernet0, PFC_WD|Ethernet4, "
        "PFC_WD|Ethernet8, PFC_WD|Ethernet12 and 2 more"
    )


def test_what_a_rule_says_is_not_repeated_by_the_comparison() -> None:
    agreement = after(switches=_set(LEAF, "PORT_QOS_MAP", "Ethernet0", "pfc_enable", "4"))

    assert of(agreement, PLAN, "pause and watchdog")
    assert not of(agreement, PLAN, "everything else owned")


def test_a_foreign_session_is_found() -> None:
    def add(configs: Configs) -> None:
        configs[SPINE]["BGP_NEIGHBOR"]["192.0.2.1"] = {"asn": "1", "local_addr": "192.0.2.0"}

    (found,) = of(after(switches=add), PLAN, "BGP sessions")
    assert (found.found, found.expected) == ("AS 1", "(absent)")


def test_a_wrong_neighbour_is_found_from_both_sides() -> None:
    def swap(configs: Configs) -> None:
        rows = configs[LEAF]["BGP_NEIGHBOR"]
        rows[next(iter(rows))]["asn"] = "4200100999"

    agreement = after(switches=swap)

    (planned,) = of(agreement, PLAN, "BGP sessions")
    assert planned.found == "4200100999"
    (met,) = of(agreement, BOTH, "BGP sessions")
    assert met.other_place == f"switches/{SPINE}/config_db.json DEVICE_METADATA|localhost bgp_asn"


WRONG_ON_NODES = [
    ("TOS=106", "TOS=104", HOST, "RoCE settings", "TOS"),
    ("TOS=106", "TOS=42", NODE, "classes of packets", "TOS"),
    ("TRUST=dscp", "TRUST=pcp", NODE, "classes of packets", "TRUST"),
    ("PFC=0,0,0,1", "PFC=0,0,0,0", NODE, "pause and watchdog", "PFC"),
    ("GLOBAL_PAUSE=off", "GLOBAL_PAUSE=on", NODE, "pause and watchdog", "GLOBAL_PAUSE"),
    ("CNP_DSCP=48", "CNP_DSCP=46", NODE, "congestion notifications", "CNP_DSCP"),
    ("CNP_PRIORITY=6", "CNP_PRIORITY=5", NODE, "congestion notifications", "CNP_PRIORITY"),
    ("SPEED_GBPS=400", "SPEED_GBPS=200", NODE, "speed and FEC", "SPEED_GBPS"),
    ("FEC=rs", "FEC=", NODE, "speed and FEC", "FEC"),
    ("CABLE_LENGTH_M=3", "CABLE_LENGTH_M=30", NODE, "cable length", "CABLE_LENGTH_M"),
    ("CABLE_LENGTH_M=3", "CABLE_LENGTH_M=2", HOST, "RoCE settings", "CABLE_LENGTH_M"),
    ("DCBX=os", "DCBX=fw", HOST, "everything else owned", "DCBX"),
]


@pytest.mark.parametrize(
    ("old", "new", "pair", "subject", "key"),
    WRONG_ON_NODES,
    ids=[f"{pair} {new}" for _, new, pair, _, _ in WRONG_ON_NODES],
)
def test_wrong_value_of_a_nic_is_found(
    old: str, new: str, pair: str, subject: str, key: str
) -> None:
    def change(files: Files) -> None:
        fabric.replaced(files, "gpu0001", NIC, old, new)

    found = of(after(nodes=change), pair, subject)

    assert f"nodes/gpu0001/{NIC} {key}" in [one.place for one in found]


@pytest.mark.parametrize(
    ("path", "old", "new", "line"),
    [
        (RAIL, "MTUBytes=9000", "MTUBytes=9216", (NODE, "packet sizes")),
        (RAIL, "MTUBytes=9000", "MTUBytes=1500", (HOST, "addresses")),
        (RAIL, "Address=10.80.1.1/31", "Address=10.80.1.3/31", (NODE, "addresses")),
        (RAIL, "Gateway=10.80.1.0", "Gateway=10.80.1.9", (NODE, "addresses")),
        (RAIL, "Priority=1000", "Priority=1001", (HOST, "everything else owned")),
        ("etc/nccl.conf", "NCCL_IB_TC=106", "NCCL_IB_TC=0", (HOST, "RoCE settings")),
        ("etc/railwright/nic-firmware.json", "48", "4", (HOST, "RoCE settings")),
    ],
)
def test_wrong_file_of_a_node_is_found(
    path: str, old: str, new: str, line: tuple[str, str]
) -> None:
    def change(files: Files) -> None:
        fabric.replaced(files, "gpu0001", path, old, new)

    found = of(after(nodes=change), *line)

    assert any(one.place.startswith(f"nodes/gpu0001/{path}") for one in found)


def test_wrong_map_on_the_switch_is_found_from_its_nodes() -> None:
    agreement = after(switches=_set(LEAF, "DSCP_TO_TC_MAP", "AZURE", "48", "3"))

    (found,) = of(agreement, NODE, "congestion notifications")[:1]
    assert found.other_place == f"switches/{LEAF}/config_db.json DSCP_TO_TC_MAP|AZURE 48"
    assert found.expected == "queue 3, which is not strict"


def test_a_missing_node_file_and_a_foreign_one_are_found() -> None:
    def change(files: Files) -> None:
        del files["gpu0001"]["etc/nccl.conf"]
        files["gpu0002"]["etc/systemd/network/50-railwright-rail9.network"] = b"[Match]\n"

    places = {one.place: one.found for one in after(nodes=change).findings}

    assert places["nodes/gpu0001/etc/nccl.conf"] == "(absent)"
    assert places["nodes/gpu0002/etc/systemd/network/50-railwright-rail9.network"] == "a file"


def test_a_device_without_files_and_files_without_a_device_are_found() -> None:
    def change(configs: Configs) -> None:
        configs["leaf99"] = configs.pop(LEAF)

    found = of(after(switches=change), PLAN, "everything else owned")

    assert {one.place: one.expected for one in found} == {
        f"switches/{LEAF}/config_db.json": "its files",
        "switches/leaf99": "(absent)",
    }


def test_a_longer_cable_is_found_with_the_headroom_it_needs() -> None:
    def change(cables: Cables) -> None:
        cables["gpu0001:rail0"] = replace(cables["gpu0001:rail0"], length_m=40)

    found, _ = of(after(floor=change), FLOOR, "cable length")

    assert (found.found, found.expected) == ("40 m", "3 m")
    assert found.effect == (
        f"{LEAF} Ethernet0 needs an xoff of 147072 bytes and has 129920: packets in flight are "
        "dropped"
    )


def test_a_longer_cable_that_headroom_still_holds_is_said_to_be_held() -> None:
    def change(cables: Cables) -> None:
        cables["gpu0001:rail0"] = replace(cables["gpu0001:rail0"], length_m=4)

    found, _ = of(after(floor=change), FLOOR, "cable length")

    assert found.effect == f"the 129920 bytes of xoff of {LEAF} Ethernet0 still hold it"


def test_a_cable_beyond_every_length_known_is_said_to_be() -> None:
    def change(cables: Cables) -> None:
        cables["gpu0001:rail0"] = replace(cables["gpu0001:rail0"], length_m=5000)

    found, _ = of(after(floor=change), FLOOR, "cable length")

    assert found.effect == f"no headroom of {LEAF} Ethernet0 is known for this length"


def test_a_shorter_cable_is_no_finding() -> None:
    def change(cables: Cables) -> None:
        cables["gpu0001:rail0"] = replace(cables["gpu0001:rail0"], length_m=1)

    assert after(floor=change).findings == ()


def test_swapped_and_missing_cables_are_found() -> None:
    def change(cables: Cables) -> None:
        one, other = cables["gpu0001:rail0"], cables["gpu0002:rail0"]
        cables["gpu0001:rail0"] = replace(one, z=other.z)
        cables["gpu0002:rail0"] = replace(other, z=one.z)
        del cables["gpu0003:rail1"]

    found = of(after(floor=change), FLOOR, "ends of cables")

    assert [(one.other_place, one.found, one.expected) for one in found] == [
        ("plan: link gpu0001:rail0", f"{LEAF} Ethernet4", f"{LEAF} Ethernet0"),
        ("plan: link gpu0002:rail0", f"{LEAF} Ethernet0", f"{LEAF} Ethernet4"),
        ("plan: link gpu0003:rail1", "(absent)", "gpu0003 rail1 - su2-rail1-leaf Ethernet0"),
    ]


def test_nobody_has_looked_at_the_floor() -> None:
    agreement = agree_built(fabric.plan())

    assert {row.pair for row in agreement.rows} == {PLAN, NODE, BOTH, HOST}


def test_what_is_rendered_is_not_counted_as_equal_to_itself() -> None:
    built, read = agree_built(fabric.plan()), after()

    assert "everything else owned" in {row.subject for row in read.rows}
    assert "everything else owned" not in {row.subject for row in built.rows}
    rest = sum(row.compared for row in read.rows if row.subject == "everything else owned")
    floor = sum(row.compared for row in read.rows if row.pair == FLOOR)
    assert rest > 0
    whole = sum(row.compared for row in read.rows)
    assert sum(row.compared for row in built.rows) == whole - rest - floor


def test_text_for_people_is_no_finding() -> None:
    agreement = after(switches=_set(LEAF, "PORT", "Ethernet0", "description", "by hand"))

    assert agreement.findings == ()


COMPUTING = "storage1-leaf"


@pytest.mark.parametrize(
    ("table", "field", "value", "expected"),
    [
        ("LOSSLESS_TRAFFIC_PATTERN", "mtu", "4096", "1024"),
        ("LOSSLESS_TRAFFIC_PATTERN", "mtu", "0", "1024"),
        ("LOSSLESS_TRAFFIC_PATTERN", "small_packet_percentage", "0", "50"),
        ("LOSSLESS_TRAFFIC_PATTERN", "small_packet_percentage", "many", "50"),
        ("LOSSLESS_TRAFFIC_PATTERN", "small_packet_percentage", "101", "50"),
        ("DEFAULT_LOSSLESS_BUFFER_PARAMETER", "over_subscribe_ratio", "2", "0"),
    ],
)
def test_what_a_switch_computes_headroom_from_is_compared(
    table: str, field: str, value: str, expected: str
) -> None:
    agreement = after(switches=_set(COMPUTING, table, "AZURE", field, value))

    found = {one.place.partition(" ")[2]: one for one in of(agreement, PLAN, "headroom")}
    assert found[f"{table}|AZURE {field}"].expected == expected


def test_headroom_that_a_switch_will_compute_is_that_of_the_plan() -> None:
    agreement = after(switches=_set(COMPUTING, "CABLE_LENGTH", "AZURE", "Ethernet0", "300m"))

    found = [one for one in of(agreement, PLAN, "headroom") if "computed" in one.found]
    assert [one.effect for one in found] == ["the switch computes other headroom than proven"]


def test_no_headroom_is_computed_in_the_traditional_model() -> None:
    place = ("DEVICE_METADATA", "localhost", "buffer_model")
    agreement = after(switches=_set(COMPUTING, *place, "traditional"))

    assert {one.found for one in of(agreement, PLAN, "headroom")} == {"NULL"}


def _border_port() -> str:
    return next(
        link.a.port
        for link in fabric.plan().links
        if link.kind == "border" and link.deployed and link.a.device == BORDER
    )


def test_a_router_outside_may_not_pause_us() -> None:
    port = _border_port()

    def trust(configs: Configs) -> None:
        rows = configs[BORDER]["PORT_QOS_MAP"]
        rows[port] = dict(next(row for row in rows.values() if "pfc_enable" in row))

    found = of(after(switches=trust), PLAN, "pause and watchdog")

    assert [(one.place.partition(" ")[2], one.found, one.expected) for one in found] == [
        (f"PORT_QOS_MAP|{port} pfc_enable", "2", "none"),
        (f"PORT_QOS_MAP|{port} pfcwd_sw_enable", "2", "none"),
    ]


def test_a_router_outside_may_not_be_lossless() -> None:
    def trust(configs: Configs) -> None:
        configs[BORDER]["DSCP_TO_TC_MAP"]["AZURE_OUTSIDE"]["18"] = "2"

    (found,) = of(after(switches=trust), PLAN, "classes of packets")

    assert (found.place.partition(" ")[2], found.found, found.expected) == (
        "DSCP_TO_TC_MAP|AZURE_OUTSIDE 18",
        "2",
        "a lossy one",
    )


def test_headroom_that_no_plan_counts_is_found() -> None:
    port = _border_port()

    def give(configs: Configs) -> None:
        configs[BORDER]["BUFFER_PG"][f"{port}|2"] = {"profile": "NULL"}

    (found,) = of(after(switches=give), PLAN, "headroom")

    where = f"BUFFER_PG|{port}|2 profile"
    assert (found.place.partition(" ")[2], found.found, found.expected) == (where, "NULL", "none")


def _replanned(plan: Plan, name: str, asn: int) -> Plan:
    """Return the plan with another AS number of a switch, emitted everywhere alike."""
    sessions = tuple(
        replace(
            one,
            asn_a=asn if one.link.a.device == name else one.asn_a,
            asn_z=asn if one.link.z.device == name else one.asn_z,
        )
        for one in plan.sessions
    )
    devices = tuple(replace(one, asn=asn) if one.name == name else one for one in plan.devices)
    return replace(plan, devices=devices, sessions=sessions)


def test_as_number_given_twice_agrees_everywhere_and_is_found() -> None:
    other = fabric.plan().device["su2-rail0-leaf"].asn
    assert other is not None

    agreement = agree_built(_replanned(fabric.plan(), LEAF, other))

    assert {(one.pair, one.subject) for one in agreement.findings} == {
        (PLAN, "routes without a loop")
    }
    assert any(one.place.startswith(f"switches/{LEAF}/") for one in agreement.findings)


def test_spine_with_an_as_number_of_its_own_agrees_everywhere_and_is_found() -> None:
    agreement = agree_built(_replanned(fabric.plan(), SPINE, 4_290_000_000))

    found = of(agreement, PLAN, "routes without a loop")
    assert len(found) == len(agreement.findings)
    assert any("AS 4290000000" in one.found for one in found)
    assert any(one.expected == "no circle" for one in found)


def test_leaf_with_another_as_number_that_nobody_has_is_no_finding() -> None:
    agreement = agree_built(_replanned(fabric.plan(), LEAF, 4_290_000_000))

    assert agreement.findings == ()


def test_of_a_large_plan_some_of_each_kind_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = load_plan(fabric.ROOT / "intent/examples/rail-2048.yml").plan
    monkeypatch.setattr(sample, "MOST_LINKS", 10)

    agreement = agree_built(plan)

    assert agreement.findings == ()
    chosen = sample.devices(plan)
    assert (agreement.compared_devices, agreement.devices) == (len(chosen), len(plan.devices))
    assert {plan.device[name].role for name in chosen} == {one.role for one in plan.devices}
    assert len(chosen) < len(plan.devices)


def test_what_is_left_out_is_no_finding_and_proves_no_routes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = frozenset({LEAF, SPINE, "gpu0001"})
    monkeypatch.setattr(agreement_module, "devices", lambda _: few)

    agreement = agree_built(fabric.plan())

    assert agreement.findings == ()
    assert agreement.compared_devices == len(few)
    lines = {f"{row.pair}: {row.subject}": row.compared for row in agreement.rows}
    assert lines[f"{PLAN}: routes without a loop"] == 0
    assert lines[f"{BOTH}: speed and FEC"] == 4


def test_of_a_usual_plan_every_device_is_compared() -> None:
    agreement = agree_built(fabric.plan())

    assert 0 < agreement.compared_devices == agreement.devices


def test_emitted_spares_rendering_again() -> None:
    plan = fabric.plan()
    emitted = Emitted(plan)
    device = plan.device[LEAF]

    assert emitted.config(device) is emitted.config(device)
    assert emitted.files(plan.device["gpu0001"]) is emitted.files(plan.device["gpu0001"])


def test_nothing_read_back_is_every_device_missing() -> None:
    plan = fabric.plan()

    agreement = agree(plan, {}, {})

    missing = {one.place for one in agreement.findings}
    assert f"switches/{LEAF}/config_db.json" in " ".join(missing)
    assert len(of(agreement, HOST, "everything else owned")) >= 1
