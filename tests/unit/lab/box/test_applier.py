"""The applier's parts without a switch: events, LLDP, STATE_DB, and the services on fakes."""

import fnmatch
import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import pytest

from railwright.lab.box import applier, configdb, lldp, state
from railwright.lab.box.interfaces import Kernel, Link
from railwright.lab.box.resp import Redis
from railwright.lab.box.services import Applied, Services
from railwright.lab.box.subscription import Event, events, split

Config = dict[str, Any]
PEER = "10.1.0.1"
LEAF: Config = {
    "DEVICE_METADATA": {
        "localhost": {"hostname": "leaf1", "bgp_asn": "65101", "type": "LeafRouter"}
    },
    "PORT": {"Ethernet0": {"admin_status": "up", "alias": "etp1", "description": "to spine1"}},
    "INTERFACE": {"Ethernet0": {}, "Ethernet0|10.1.0.0/31": {}},
    "LOOPBACK_INTERFACE": {"Loopback0": {}, "Loopback0|10.255.0.1/32": {}},
    "BGP_NEIGHBOR": {PEER: {"asn": "65000", "name": "spine1", "local_addr": "10.1.0.0"}},
}


def array(*words: str) -> bytes:
    return b"*%d\r\n" % len(words) + b"".join(
        b"$%d\r\n%s\r\n" % (len(word.encode()), word.encode()) for word in words
    )


class TestEvents:
    def test_messages_are_split_wherever_the_stream_was_cut(self) -> None:
        whole = array("pmessage", "p", "c", "hset") + array("message", "c", "grün")
        whole += b"*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n"
        for cut in range(len(whole)):
            first, rest = split(whole[:cut])
            second, left = split(rest + whole[cut:])
            assert first + second == [
                ["pmessage", "p", "c", "hset"],
                ["message", "c", "grün"],
                ["subscribe", "c", "1"],
            ]
            assert left == b""

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            (["pmessage", "p", "__keyspace@4__:PORT|Ethernet0", "hset"], "set PORT|Ethernet0"),
            (["pmessage", "p", "__keyspace@4__:PORT|Ethernet0", "hdel"], "set PORT|Ethernet0"),
            (["pmessage", "p", "__keyspace@4__:A|b|c", "del"], "del A|b|c"),
            (["pmessage", "p", "__keyspace@4__:CONFIG_DB_INITIALIZED", "set"], ""),
            (["message", "c", '{"event": "reload", "rows": ["A|b"]}'], "reload "),
            (["message", "c", '{"event": "rows", "rows": ["A|b", 7]}'], "check A|b"),
            (["message", "c", '{"event": "sync", "id": "1-2"}'], "sync 1-2"),
            (["message", "c", '{"event": "else"}'], ""),
            (["message", "c", "[]"], ""),
            (["message", "c", "{"], ""),
            (["subscribe", "c", "1"], ""),
        ],
    )
    def test_a_message_means(self, words: list[str], expected: str) -> None:
        assert "".join(f"{event.kind} {event.subject}" for event in events(words)) == expected


class TestLldp:
    def test_names_come_from_metadata_alias_and_description(self) -> None:
        lines = lldp.commands(LEAF, {"lo", "eth0", "Ethernet0"}, interval_s=2)
        assert lines == [
            'configure system hostname "leaf1"',
            "configure lldp portidsubtype ifname",
            "configure lldp tx-interval 2",
            'configure ports eth0 lldp portidsubtype local "eth0"',
            'configure ports Ethernet0 lldp portidsubtype local "etp1" description "to spine1"',
        ]

    def test_without_configuration_the_name_is_sonic(self) -> None:
        assert lldp.commands({}, {"Ethernet0"}) == [
            'configure system hostname "sonic"',
            "configure lldp portidsubtype ifname",
        ]

    def test_ports_without_alias_or_link_and_the_management_address(self) -> None:
        config: Config = {
            "PORT": {"Ethernet8": {}, "Ethernet16": {}},
            "MGMT_PORT": {"eth0": {"alias": "mgmt"}},
            "MGMT_INTERFACE": {"eth0|2001:db8::1/64": {}, "eth0|192.0.2.11/24": {}},
        }
        assert lldp.commands(config, {"eth0", "Ethernet8"})[2:] == [
            'configure ports eth0 lldp portidsubtype local "mgmt"',
            "configure system ip management pattern 192.0.2.11",
            'configure ports Ethernet8 lldp portidsubtype local "Ethernet8"',
        ]

    def test_no_description_can_end_its_quotes(self) -> None:
        port = {"Ethernet0": {"alias": "a", "description": "x\" 'y'\nconfigure system z"}}
        line = lldp.commands({"PORT": port}, {"Ethernet0"})[-1]
        assert line.endswith("description 'x\"  y  configure system z'")


class TestState:
    def test_sessions_are_listed_with_state_and_kind(self) -> None:
        peers = {
            "10.1.0.1": {"state": "Established", "remoteAs": 65000, "localAs": 65101},
            "10.1.0.3": {"state": "Idle (Admin)", "remoteAs": 65101},
        }
        summary = json.dumps({"ipv4Unicast": {"as": 65101, "peers": peers}})
        assert state.neighbor_rows(summary) == {
            "NEIGH_STATE_TABLE|10.1.0.1": {"state": "Established", "peerType": "e-BGP"},
            "NEIGH_STATE_TABLE|10.1.0.3": {"state": "Idle (Admin)", "peerType": "i-BGP"},
        }

    @pytest.mark.parametrize("text", ["", "{}", "% Unknown command"])
    def test_no_answer_is_no_session(self, text: str) -> None:
        assert state.neighbor_rows(text) == {}

    def test_ports_are_up_when_their_link_runs(self) -> None:
        links = {"Ethernet0": Link("Ethernet0", up=True, oper_up=True)}
        rows = state.port_rows(["Ethernet0", "Ethernet8"], links)
        assert rows["PORT_TABLE|Ethernet0"]["netdev_oper_status"] == "up"
        assert rows["PORT_TABLE|Ethernet8"]["netdev_oper_status"] == "down"

    def test_only_differences_are_written(self) -> None:
        old = {"A|1": {"x": "1"}, "A|2": {"x": "2"}, "A|3": {"x": "3"}}
        new = {"A|1": {"x": "1"}, "A|2": {"x": "9"}, "A|4": {}}
        assert state.changes(old, new) == (["A|3"], {"A|2": {"x": "9"}, "A|4": {}})


class FakeRedis:
    """Hashes in a dict, with the few commands the applier uses."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, str]] = {}

    def run(self, *command: str) -> Any:
        name, *words = command
        if name == "KEYS":
            return [key for key in self.rows if fnmatch.fnmatchcase(key, words[0])]
        if name == "HGETALL":
            return [part for pair in self.rows.get(words[0], {}).items() for part in pair]
        if name == "DEL":
            return [self.rows.pop(key, None) for key in words]
        assert name == "HSET"
        self.rows.setdefault(words[0], {}).update(zip(words[1::2], words[2::2], strict=True))
        return None

    def pipeline(self, commands: Iterable[Iterable[str]]) -> list[Any]:
        return [self.run(*command) for command in commands]

    def load(self, config: Config) -> None:
        """Merge tables, as `config load` does."""
        for table, rows in config.items():
            for key, row in rows.items():
                self.rows.setdefault(f"{table}|{key}", {}).update(configdb.encode(row))


class FakeTools:
    """A switch with one port, that writes down what it is told."""

    lldp_interval_s = 0

    def __init__(self) -> None:
        self.told: list[str] = []
        self.identity = (1, 2, 3)
        self.ready = True
        self.statistics = ""
        self.links: list[Config] = [
            {"ifname": "lo", "ifindex": 1, "flags": ["UP"]},
            {"ifname": "Ethernet0", "ifindex": 2, "flags": []},
        ]

    def links_json(self) -> str:
        return json.dumps(self.links)

    def ip_batch(self, lines: Iterable[str]) -> None:
        self.told += [f"ip {line}" for line in lines]

    def kernel(self) -> Kernel:
        return Kernel("ifb")

    def lldp(self, lines: Iterable[str]) -> None:
        self.told += [f"lldp {line}" for line in lines]

    def lldp_restart(self) -> None:
        self.told.append("lldp restart")

    def lldp_statistics(self) -> str:
        self.told.append("lldp statistics")
        return self.statistics

    def hostname(self, name: str) -> None:
        self.told.append(f"hostname {name}")

    def sysctls(self) -> None:
        self.told.append("sysctls")

    def frr_wait(self, limit_s: float) -> bool:
        return self.ready and limit_s > 0

    def frr_identity(self) -> tuple[int, ...]:
        return self.identity

    def frr_reset(self) -> None:
        self.told.append("reset")

    def frr_configure(self, lines: Iterable[str]) -> None:
        self.told += [f"frr {line.strip()}" for line in lines]

    def show(self, daemon: str, command: str) -> str:
        assert (daemon, command) == ("bgpd", "show bgp summary json")
        return json.dumps({"ipv4Unicast": {"peers": {PEER: {"state": "Active"}}}})

    def new(self, word: str) -> list[str]:
        """Return what was said since the last question, of one program."""
        told, self.told = self.told, []
        return [line for line in told if line.startswith(word)]


class Box:
    """Services on a fake switch that was configured and started."""

    def __init__(self, folder: Path, config: Config) -> None:
        self.redis, self.state_db, self.appl_db = FakeRedis(), FakeRedis(), FakeRedis()
        self.tools = FakeTools()
        self.marker = folder / "run" / "applied"
        self.services = self.new_services()
        self.redis.load(config)
        self.services.start()

    def new_services(self) -> Services:
        """Return what a new process of the applier would have."""
        config_db, state_db, appl_db = (
            cast(Redis, each) for each in (self.redis, self.state_db, self.appl_db)
        )
        return Services(config_db, state_db, appl_db, self.tools, Applied(self.marker))

    def applied(self) -> Config:
        """Return the marker."""
        return cast(Config, json.loads(self.marker.read_text()))


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path, LEAF)


class TestServices:
    def test_start_sets_up_everything_and_counts_one(self, box: Box) -> None:
        told = box.tools.told
        assert told.index("sysctls") < told.index("ip link set dev Ethernet0 up")
        assert told.index("reset") < told.index("frr router bgp 65101")
        assert f"frr neighbor {PEER} remote-as 65000" in told
        assert "hostname leaf1" in told
        assert box.applied() == {"generation": 1, "syncs": []}
        assert box.state_db.rows[f"NEIGH_STATE_TABLE|{PEER}"]["state"] == "Active"
        assert box.state_db.rows["PORT_TABLE|Ethernet0"]["netdev_oper_status"] == "down"

    def test_a_write_reaches_only_what_it_is_about(self, box: Box) -> None:
        box.tools.told.clear()
        box.redis.load({"BGP_NEIGHBOR": {PEER: {"admin_status": "down"}}})
        box.services.handle([Event("set", f"BGP_NEIGHBOR|{PEER}")])
        assert box.tools.told == [
            "frr router bgp 65101",
            "frr bgp suppress-fib-pending",
            f"frr neighbor {PEER} shutdown",
            "frr exit",
        ]
        assert box.applied()["generation"] == 2

    def test_a_write_without_a_change_and_other_tables_do_nothing(self, box: Box) -> None:
        box.tools.told.clear()
        box.services.handle([Event("set", f"BGP_NEIGHBOR|{PEER}")])
        assert box.applied()["generation"] == 1
        box.redis.load({"QUEUE": {"Ethernet0|3": {"scheduler": "s"}}})
        box.services.handle([Event("set", "QUEUE|Ethernet0|3")])
        assert box.tools.told == []
        assert box.applied()["generation"] == 2

    @pytest.mark.parametrize("asn", ["65009", "65000"], ids=["changed", "same"])
    def test_removed_and_made_again_in_one_batch_is_not_an_edit(self, box: Box, asn: str) -> None:
        box.redis.load({"BGP_NEIGHBOR": {PEER: {"asn": asn}}})
        box.tools.told.clear()
        row = f"BGP_NEIGHBOR|{PEER}"
        box.services.handle([Event("del", row), Event("set", row), Event("check", row)])
        frr = box.tools.new("frr")
        gone = frr.index(f"frr no neighbor {PEER}")
        assert gone < frr.index(f"frr neighbor {PEER} remote-as {asn}")

    def test_a_row_that_is_gone_is_found_by_a_check_alone(self, box: Box) -> None:
        box.redis.run("DEL", f"BGP_NEIGHBOR|{PEER}")
        box.tools.told.clear()
        box.services.handle([Event("check", f"BGP_NEIGHBOR|{PEER}")])
        assert f"frr no neighbor {PEER}" in box.tools.new("frr")

    def test_a_port_taken_down_by_hand_stays_down_while_others_change(self, box: Box) -> None:
        box.tools.links[1]["flags"] = []
        box.tools.told.clear()
        box.redis.load({"LOOPBACK_INTERFACE": {"Loopback0|10.255.0.9/32": {}}})
        box.services.handle([Event("set", "LOOPBACK_INTERFACE|Loopback0|10.255.0.9/32")])
        added = [f"ip address add 10.255.0.{at}/32 dev lo" for at in (1, 9)]
        assert box.tools.new("ip") == added

    def test_a_device_made_anew_is_configured_like_a_port_plugged_in(self, box: Box) -> None:
        box.tools.told.clear()
        box.services.links_changed()
        assert box.tools.new("ip") == []
        box.tools.links[1] = {"ifname": "Ethernet0", "ifindex": 9, "flags": []}
        box.services.links_changed()
        assert "ip link set dev Ethernet0 up" in box.tools.new("ip")

    def test_a_device_made_while_another_is_configured_is_not_forgotten(
        self, box: Box, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def plugged_in_anew(_: Iterable[str]) -> None:
            box.tools.links[1] = {"ifname": "Ethernet0", "ifindex": 10, "flags": []}

        box.tools.links[1] = {"ifname": "Ethernet0", "ifindex": 9, "flags": []}
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(box.tools, "ip_batch", plugged_in_anew)
            box.services.links_changed()
        box.services.links_changed()
        assert "ip link set dev Ethernet0 up" in box.tools.new("ip")

    def test_a_reload_takes_everything_away_first_and_answers_the_sync(self, box: Box) -> None:
        box.tools.told.clear()
        box.redis.rows = {}
        box.redis.load({**LEAF, "BGP_NEIGHBOR": {}})
        box.services.handle([Event("set", "QUEUE|x"), Event("reload"), Event("sync", "7")])
        told = box.tools.new("")
        assert told.index("reset") < told.index("frr router bgp 65101")
        assert not [line for line in told if "remote-as" in line]
        assert box.applied() == {"generation": 2, "syncs": ["7"]}

    def test_a_reload_with_another_management_address_moves_eth0(self, box: Box) -> None:
        eth0 = {"ifname": "eth0", "ifindex": 5, "flags": ["UP"]}
        own = [{"local": "192.0.2.11", "prefixlen": 24, "scope": "global"}]
        box.tools.links.append({**eth0, "addr_info": own})
        for address in ("192.0.2.11/24", "192.0.2.12/24"):
            box.tools.told.clear()
            box.redis.rows = {}
            box.redis.load({**LEAF, "MGMT_INTERFACE": {f"eth0|{address}": {"gwaddr": "192.0.2.1"}}})
            box.services.handle([Event("reload")])
        assert [line for line in box.tools.new("ip") if "eth0" in line] == [
            "ip address add 192.0.2.12/24 dev eth0",
            "ip address del 192.0.2.11/24 dev eth0",
        ]

    def test_frr_started_anew_gets_its_configuration_again(self, box: Box) -> None:
        box.tools.told.clear()
        box.services.poll()
        assert box.tools.told == []
        box.tools.identity = (1, 2, 0)  # bgpd is gone
        box.services.poll()
        assert box.tools.told == []
        box.tools.identity = (1, 2, 4)
        box.services.poll()
        assert "frr router bgp 65101" in box.tools.new("frr")

    def test_lldpd_is_started_anew_and_told_again_when_it_misses_a_port_that_is_up(
        self, box: Box, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def poll_at(now_s: float) -> list[str]:
            monkeypatch.setattr("railwright.lab.box.services.time.monotonic", lambda: now_s)
            box.services.poll()
            return box.tools.new("lldp")

        soon = time.monotonic() + 300
        box.tools.links[1] |= {"flags": ["UP"], "operstate": "UP"}
        box.services.links_changed()
        box.tools.told.clear()
        box.tools.statistics = '{"lldp": [{}]}'
        assert poll_at(soon) == ["lldp statistics"]
        assert poll_at(soon + 1) == []
        told = poll_at(soon + 300)
        assert told[:2] == ["lldp statistics", "lldp restart"]
        assert any("configure ports Ethernet0" in line for line in told[2:])
        assert poll_at(soon + 301) == []

    def test_sessions_that_disappear_leave_state_db(self, box: Box) -> None:
        box.tools.show = lambda daemon, command: "{}"  # type: ignore[method-assign]
        box.services.poll()
        assert f"NEIGH_STATE_TABLE|{PEER}" not in box.state_db.rows

    def test_a_new_process_removes_what_the_last_one_left(self, box: Box) -> None:
        box.state_db.rows |= {"PORT_TABLE|Ethernet99": {"state": "ok"}, "OTHER|x": {"y": "z"}}
        box.state_db.rows["PORT_TABLE|Ethernet0"] = {"supported_speeds": "400000"}
        box.appl_db.rows["PORT_TABLE:Ethernet99"] = {"alias": "x"}
        box.new_services().start()
        assert "PORT_TABLE|Ethernet99" not in box.state_db.rows
        assert "PORT_TABLE:Ethernet99" not in box.appl_db.rows
        assert box.state_db.rows["OTHER|x"] == {"y": "z"}
        assert box.state_db.rows["PORT_TABLE|Ethernet0"] == {
            "supported_speeds": "400000",
            "netdev_oper_status": "down",
            "admin_status": "down",
            "state": "ok",
        }

    def test_appl_db_shows_ports_with_defaults_and_the_state_of_their_link(self, box: Box) -> None:
        assert box.appl_db.rows == {
            "PORT_TABLE:Ethernet0": {
                "admin_status": "up",
                "alias": "etp1",
                "description": "to spine1",
                "mtu": "9100",
                "oper_status": "down",
            }
        }
        box.tools.links[1] |= {"flags": ["UP"], "operstate": "UP"}
        box.services.links_changed()
        assert box.appl_db.rows["PORT_TABLE:Ethernet0"]["oper_status"] == "up"

    def test_without_frr_the_rest_is_applied_and_bgp_when_it_comes(self, tmp_path: Path) -> None:
        box = Box(tmp_path, {})
        box.tools.ready, box.tools.identity = False, (0, 0, 0)
        box.redis.load(LEAF)
        box.services.handle([Event("reload")])
        assert "frr router bgp 65101" not in box.tools.told
        assert "ip link set dev Ethernet0 up" in box.tools.new("")
        box.tools.ready, box.tools.identity = True, (4, 5, 6)
        box.services.poll()
        assert "frr router bgp 65101" in box.tools.new("frr")


class TestCommandLine:
    @pytest.mark.parametrize(
        ("text", "address"),
        [
            ("/run/redis/redis.sock", "/run/redis/redis.sock"),
            ("127.0.0.1:6379", ("127.0.0.1", 6379)),
            ("/odd:path", "/odd:path"),
        ],
    )
    def test_redis_is_a_path_or_host_and_port(self, text: str, address: applier.Address) -> None:
        assert applier.address_of(text) == address

    def test_waiting_in_vain_says_so(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        nobody = ["--redis", str(tmp_path / "none"), "--marker", str(tmp_path / "marker")]
        assert applier.main([*nobody, "--wait", "--timeout-s", "0.1"]) == 1
        told = "not applied within 0.1 s; see the log of the applier\n"
        assert capsys.readouterr().err == told
