"""What is read back means what a switch or a node would make of it."""

import pytest
from bench.mutations import chance

from railwright.api import load_plan
from railwright.plan.deadlock.graph import of_plan
from railwright.proof.agreement import agree
from railwright.proof.nodes import Node, firmware_of, meaning, nic_of
from railwright.proof.rows import interface_address, is_true, metres, number, span, subnet_of
from railwright.proof.sessions import graph_of
from railwright.proof.switches import Switch
from tests.unit.proof import fabric

JUNK = ("", "x", "|", "-1", "3-", "0x1", "NULL", "1,2", "a/b", "::/129", "10.0.0.0/99", "9" * 40)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", 12),
        ("-2", -2),
        ("", None),
        ("0x1", None),
        ("٣", None),
        ("1.5", None),
        ("9" * 5000, None),
    ],
)
def test_number(text: str, expected: int | None) -> None:
    assert number(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3", [3]), ("3-4", [3, 4]), ("4-3", []), ("", []), ("a-b", []), ("0-99999999", [])],
)
def test_span(text: str, expected: list[int]) -> None:
    assert list(span(text)) == expected


@pytest.mark.parametrize(("said", "expected"), [("true", True), ("True", False), ("", False)])
def test_only_one_word_is_true(said: str, expected: bool) -> None:
    assert is_true({"blackhole": said}, "blackhole") is expected


def test_json_that_is_nested_too_deeply_is_read_as_none() -> None:
    deep = "[" * 100_000 + "]" * 100_000

    assert meaning("etc/x.json", deep.encode()) == {"": "no JSON, or nested too deeply"}
    assert firmware_of(deep) == {}


@pytest.mark.parametrize(("text", "expected"), [("40m", 40), ("0m", 0), ("40", None), ("m", None)])
def test_metres(text: str, expected: int | None) -> None:
    assert metres(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.0.0.5/31", "10.0.0.4/31"),
        ("10.0.0.5/0", "0.0.0.0/0"),
        ("fd00::5/127", "fd00::4/127"),
        ("10.0.0.5/33", "10.0.0.5/33"),
        ("here/31", "here/31"),
    ],
)
def test_subnet_of(text: str, expected: str) -> None:
    assert subnet_of(text) == expected


def test_addresses_have_one_spelling() -> None:
    assert interface_address("FD00:0::1/127") == "fd00::1/127"
    assert interface_address("FD00::1") == "fd00::1"
    assert interface_address("10.0.0.1/31") == "10.0.0.1/31"


def _switch(**tables: dict[str, dict[str, str | list[str]]]) -> Switch:
    return Switch("one", dict(tables))


def test_a_row_of_one_group_wins_over_one_of_a_range() -> None:
    switch = _switch(
        BUFFER_PG={"Ethernet0|3": {"profile": "own"}, "Ethernet0|2-4": {"profile": "range"}}
    )

    assert switch.groups("Ethernet0") == {2: "range", 3: "own", 4: "range"}
    assert switch.range_key("BUFFER_PG", "Ethernet0", 3) == "Ethernet0|3"
    assert switch.range_key("BUFFER_PG", "Ethernet0", 4) == "Ethernet0|2-4"
    assert switch.range_key("BUFFER_PG", "Ethernet0", 7) == "Ethernet0|7"


def test_absent_fields_have_the_defaults_of_sonic() -> None:
    lane = _switch(PORT={"Ethernet0": {"speed": "400000", "lanes": "1, 2"}}).lane("Ethernet0")

    assert lane is not None
    assert (lane.up, lane.mtu_bytes, lane.lanes, lane.fec) == (False, 9100, "1,2", "")


def test_a_reference_to_nothing_means_nothing() -> None:
    switch = _switch(
        QUEUE={"Ethernet0|3": {"scheduler": "gone", "wred_profile": "gone"}},
        BUFFER_QUEUE={"Ethernet0|3": {"profile": "gone"}},
        PORT_QOS_MAP={"Ethernet0": {"dscp_to_tc_map": "gone"}},
    )

    service, classes = switch.service("Ethernet0", 3), switch.classes("Ethernet0")
    assert (service.scheduler, service.slope, service.buffer) == ("", None, "")
    assert classes is not None
    assert (classes.queue(26), classes.group(26), classes.paused) == (None, None, frozenset())


@pytest.mark.parametrize(
    ("model", "profile", "computed"),
    [("dynamic", "NULL", True), ("traditional", "NULL", None), ("dynamic", "0", None)],
)
def test_headroom_is_computed_only_in_the_dynamic_model(
    model: str, profile: str, computed: bool | None
) -> None:
    room = _switch(DEVICE_METADATA={"localhost": {"buffer_model": model}}).room(profile)

    assert (room and room.computed) == computed


@pytest.mark.parametrize(
    ("enabled", "ecn", "marks"),
    [("true", "ecn_all", True), ("false", "ecn_all", False), ("true", "ecn_red", False)],
)
def test_marking_needs_green_packets(enabled: str, ecn: str, marks: bool) -> None:
    switch = _switch(
        QUEUE={"Ethernet0|3": {"wred_profile": "w"}},
        WRED_PROFILE={"w": {"wred_green_enable": enabled, "ecn": ecn}},
    )

    slope = switch.service("Ethernet0", 3).slope

    assert slope is not None
    assert (slope.marks, slope.percent) == (marks, 100)


def test_what_a_nic_is_told() -> None:
    nic = nic_of(b"TOS=106\nPFC=0,0,0,1,0,0,0,0\nDSCP_PRIORITY=8:1,24:0\nCNP_DSCP=48\n")

    assert (nic.dscp, nic.paused, nic.cnp_dscp) == (26, frozenset({3}), 48)
    assert [nic.priority(dscp) for dscp in (26, 24, 8)] == [3, 0, 1]


def test_a_file_that_says_nothing_is_a_nic_without_settings() -> None:
    nic = nic_of(b"")

    assert (nic.dscp, nic.paused, nic.trust, nic.speed_mbps) == (-1, frozenset(), "", None)


@pytest.mark.parametrize(
    ("path", "one", "other"),
    [
        ("x.env", b"A=1\nB=2\n", b"# by hand\n\nB = 2\nA='1'\n"),
        ("x.json", b'{"a": [1, {"b": "c"}]}', b'{\n"a":[1,{"b":"c"}]}'),
        ("x.network", b"[A]\nx=1\ny=2\n[B]\nz=3\n", b"; note\n[B]\nz=3\n\n[A]\ny=2\nx=1\n"),
        ("x.network", b"[A]\nDescription=a\n", b"[A]\nDescription=b\n"),
    ],
)
def test_layout_means_nothing(path: str, one: bytes, other: bytes) -> None:
    assert meaning(path, one) == meaning(path, other)


@pytest.mark.parametrize(
    ("path", "one", "other"),
    [
        ("x.env", b"A=1\n", b"A=2\n"),
        ("x.json", b'{"a": 1}', b'{"a": "1"}'),
        ("x.json", b'{"a": 1}', b"{"),
        ("x.network", b"[A]\nx=1\n[A]\nx=2\n", b"[A]\nx=1\n[A]\nx=1\n"),
        ("x.network", b"[A]\nx=1\nx=2\n", b"[A]\nx=2\nx=1\n"),
        ("etc/lldpd.d/x.conf", b"a b\n", b"a c\n"),
    ],
)
def test_what_files_say_differs(path: str, one: bytes, other: bytes) -> None:
    assert meaning(path, one) != meaning(path, other)


def test_places_of_a_node_name_the_file_and_the_key() -> None:
    assert Node("gpu1", {}).place("etc/nccl.conf", "A") == "nodes/gpu1/etc/nccl.conf A"
    assert Node("gpu1", {}).place("etc/nccl.conf") == "nodes/gpu1/etc/nccl.conf"


@pytest.mark.parametrize("example", ["lab-networks", "odd-30", "rail-256", "multi-plane-512"])
def test_sessions_read_back_are_those_of_the_plan(example: str) -> None:
    plan = load_plan(fabric.ROOT / f"intent/examples/{example}.yml").plan
    emitted = {one.name: Switch(one.name, fabric.read_back(plan, one)) for one in plan.switches}

    for network in plan.qos:
        planned, configured = of_plan(plan, network), graph_of(plan, network, emitted)
        assert configured.devices == planned.devices
        assert _sessions(configured.pairs) == _sessions(planned.pairs)
        assert {name: set(own) for name, own in configured.origins.items()} == {
            name: set(own) for name, own in planned.origins.items() if name in planned.devices
        }
        assert configured.blackhole == planned.blackhole


def _sessions(pairs: object) -> dict[frozenset[str], int]:
    assert isinstance(pairs, dict)
    return {frozenset(pair): len(ports) for pair, ports in pairs.items()}


def test_a_session_needs_both_ends() -> None:
    plan, configs = fabric.plan(), fabric.configs()
    rows = configs["spine1"]["BGP_NEIGHBOR"]
    del rows[next(key for key, row in rows.items() if row["name"] == "su1-rail0-leaf")]

    graph = graph_of(plan, "compute", {name: Switch(name, one) for name, one in configs.items()})

    assert "spine1" not in graph.neighbours["su1-rail0-leaf"]
    assert "spine2" in graph.neighbours["su1-rail0-leaf"]


@pytest.mark.parametrize("seed", range(5))
def test_any_text_is_compared_without_a_crash(seed: int) -> None:
    rng = chance(seed)
    configs, files = fabric.configs(), fabric.files()
    for _ in range(40):
        tables = configs[rng.choice(sorted(configs))]
        rows = tables[rng.choice(sorted(tables))]
        key = rng.choice(sorted(rows) or [""])
        row = rows.pop(key, {})
        rows[rng.choice((key, key, key, f"{key}|x", rng.choice(JUNK)))] = {
            field: rng.choice((value, value, rng.choice(JUNK), [rng.choice(JUNK)]))
            for field, value in row.items()
        }
        tree = files[rng.choice(sorted(files))]
        path = rng.choice(sorted(tree))
        content = bytearray(tree[path])
        content[rng.randrange(len(content))] = rng.randrange(256)
        tree[path] = bytes(content)

    assert agree(fabric.plan(), configs, files).findings
