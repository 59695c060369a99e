"""Reading and writing the databases, and what all commands have in common, on a real redis."""

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from railwright.lab.box import configdb
from railwright.lab.box.context import LOCK, ROOT_VARIABLE
from railwright.lab.box.resp import RedisError
from tests.unit.lab.box.conftest import START_S, Notices, Switch
from tests.unit.lab.box.sample import leaf

PYTHON = Path("/usr/bin/python3")


def test_rows_read_back_as_written(switch: Switch) -> None:
    assert switch.config() == leaf()
    redis = switch.connect()
    assert redis.run("GET", configdb.INITIALIZED) == "1"
    assert redis.run("HGETALL", "INTERFACE|Ethernet0") == ["NULL", "NULL"]
    assert redis.run("HGET", "SWITCH_HASH|GLOBAL", "ecmp_hash@") == "SRC_IP,DST_IP,L4_SRC_PORT"
    assert configdb.read_row(redis, "NTP_KEY", "7") == leaf()["NTP_KEY"]["7"]
    assert configdb.read_row(redis, "NTP_KEY", "8") == {}
    assert list(switch.config()) == sorted(leaf())


def test_errors_of_redis_come_out_of_transactions_too(switch: Switch) -> None:
    redis = switch.connect()
    with pytest.raises(RedisError, match="WRONGTYPE"):
        redis.atomically([("SET", "a", "1"), ("HGET", "a", "b")])
    assert redis.run("GET", "a") == "1"


def test_cfggen_reads_and_writes(switch: Switch) -> None:
    assert json.loads(switch.ok("sonic-cfggen", "-d", "--print-data")) == leaf()
    table = json.loads(switch.ok("sonic-cfggen", "-d", "--var-json", "PORT"))
    assert table == leaf()["PORT"]
    row = json.loads(switch.ok("sonic-cfggen", "-d", "--var-json", "PORT", "-K", "Ethernet8"))
    assert row == {"Ethernet8": leaf()["PORT"]["Ethernet8"]}
    assert switch.ok("sonic-cfggen", "-d", "--var-json", "NONE") == ""
    name = "DEVICE_METADATA.localhost.hwsku"
    assert switch.ok("sonic-cfggen", "-d", "-v", name) == "ACS-SN5600\n"
    assert switch.ok("sonic-cfggen", "-d", "-v", "DEVICE_METADATA['localhost']['x']") == "\n"
    assert switch.run("sonic-cfggen", "-d", "-v", "PORT|length").returncode == 3
    path = switch.file("more.json", {"NTP_SERVER": {"10.9.0.9": {}}})
    switch.ok("sonic-cfggen", "-j", path, "-a", '{"VERSIONS": {"X": {"a": "b"}}}', "--write-to-db")
    after = switch.config()
    assert "10.9.0.9" in after["NTP_SERVER"]
    assert after["VERSIONS"]["X"] == {"a": "b"}


def test_db_cli_prints_like_the_real_one(switch: Switch) -> None:
    notices = Notices(switch)
    cli = ("sonic-db-cli", "CONFIG_DB")
    assert switch.ok(*cli, "hget", "PORT|Ethernet0", "mtu") == "9100\n"
    assert switch.ok(*cli, "hget", "PORT|Ethernet0", "none") == "\n"
    assert switch.ok(*cli, "hgetall", "SNMP|CONTACT") == "{'Contact': 'noc'}\n"
    assert switch.ok(*cli, "HGETALL", "NONE") == "{}\n"
    assert sorted(switch.ok(*cli, "keys", "SNMP|*").split()) == ["SNMP|CONTACT", "SNMP|LOCATION"]
    assert switch.ok(*cli, "exists", "SNMP|CONTACT") == "1\n"
    assert switch.ok(*cli, "hexists", "SNMP|CONTACT", "Contact") == "True\n"
    assert switch.ok(*cli, "get", configdb.INITIALIZED) == "1\n"
    assert notices.all() == []
    assert switch.ok(*cli, "hset", "SNMP|CONTACT", "Contact", "it's us") == "0\n"
    assert switch.ok(*cli, "hgetall", "SNMP|CONTACT") == "{'Contact': \"it's us\"}\n"
    assert switch.ok(*cli, "del", "SNMP|CONTACT", "SNMP|LOCATION") == "2\n"
    assert [notice["rows"] for notice in notices.all()] == [
        ["SNMP|CONTACT"],
        ["SNMP|CONTACT", "SNMP|LOCATION"],
    ]
    assert switch.ok("sonic-db-cli", "STATE_DB", "hset", "A|b", "c", "d") == "1\n"
    assert switch.connect(6).run("HGET", "A|b", "c") == "d"
    assert notices.all() == []
    assert switch.ok(*cli, "hget", configdb.INITIALIZED, "a").startswith("WRONGTYPE ")
    assert switch.ok("sonic-db-cli", "PING") == "PONG\n"
    done = switch.run("sonic-db-cli", "NO_DB", "get", "a")
    assert (done.returncode, done.stderr) == (1, "Invalid database name input : 'NO_DB'\n")


def test_show(switch: Switch) -> None:
    version = switch.ok("show", "version")
    assert "SONiC Software Version: SONiC.SONiC-OS-master.20260823.1\n" in version
    assert "Distribution: Debian 12.5\n" in version
    summary = switch.ok("show", "platform", "summary")
    assert summary in version
    assert "HwSKU: ACS-SN5600\nASIC: mellanox\n" in summary
    running = json.loads(switch.ok("show", "runningconfiguration", "all"))
    assert running.pop("bgpraw") == ""
    assert running == leaf()


def test_show_interfaces_status(switch: Switch) -> None:
    config = leaf()
    del config["PORTCHANNEL_MEMBER"], config["PORTCHANNEL_INTERFACE"], config["PORTCHANNEL"]
    config["VLAN_MEMBER"] = {"Vlan100|Ethernet0": {"tagging_mode": "tagged"}}
    configdb.replace_all(switch.connect(), config, "rows")
    applied = switch.connect(0)
    row = {"lanes": "0,1", "speed": "400000", "mtu": "9100", "pfc_asym": "off", "alias": "etp0"}
    for port, more in (
        ("Ethernet8", {"oper_status": "down", "admin_status": "down"}),
        ("Ethernet0", {"oper_status": "up", "admin_status": "up", "fec": "rs"}),
    ):
        for field, value in {**row, **more}.items():
            applied.run("HSET", f"PORT_TABLE:{port}", field, value)
    state = switch.connect(6)
    state.run("HSET", "PORT_TABLE|Ethernet0", "speed", "100000")
    state.run("HSET", "TRANSCEIVER_INFO|Ethernet8", "type", "DAC")
    assert switch.ok("show", "interfaces", "status").splitlines() == [
        "Interface  Lanes  Speed   MTU  FEC  Alias    Vlan  Oper  Admin  Type  Asym PFC",
        "---------  -----  -----  ----  ---  -----  ------  ----  -----  ----  --------",
        "Ethernet0    0,1   100G  9100   rs   etp0   trunk    up     up   N/A       off",
        "Ethernet8    0,1   400G  9100  N/A   etp0  routed  down   down   DAC       off",
    ]
    one = switch.ok("show", "interfaces", "status", "Ethernet8").splitlines()
    assert [line.split()[0] for line in one[2:]] == ["Ethernet8"]


@pytest.mark.parametrize(
    "words",
    [
        ("config", "bgp", "shutdown", "all"),
        ("config",),
        ("config", "reload", "-y", "-l", "x"),
        ("config", "apply-patch", "-f", "SONICYANG", "x"),
        ("config", "apply-patch", "-i", "/PORT", "x"),
        ("config", "interface", "speed", "Ethernet0", "100000"),
        ("show", "ip", "bgp", "summary"),
        ("show", "version", "--verbose"),
        ("sonic-db-cli", "CONFIG_DB", "FLUSHDB"),
        ("sonic-db-cli", "-n", "asic0", "CONFIG_DB", "get", "a"),
        ("TSA", "chassis"),
    ],
    ids=" ".join,
)
def test_anything_else_is_not_implemented(switch: Switch, words: tuple[str, ...]) -> None:
    done = switch.run(*words)
    assert done.returncode == 3
    assert done.stderr.startswith("not implemented in the lab: ")
    assert switch.config() == leaf()


@pytest.mark.parametrize(
    "words",
    [
        ("config", "apply-patch"),
        ("config", "apply-patch", "a", "b"),
        ("config", "load", "--nonsense"),
    ],
    ids=" ".join,
)
def test_wrong_command_lines_end_with_the_usage(switch: Switch, words: tuple[str, ...]) -> None:
    done = switch.run(*words)
    assert done.returncode == 2
    assert done.stderr.startswith(f"Usage: {words[0]} {words[1]} [OPTIONS]\n")


def test_writers_wait_for_each_other(switch: Switch) -> None:
    path = switch.file("more.json", {"NTP_SERVER": {"10.9.0.9": {}}})
    with (switch.root / LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        writer = subprocess.Popen(
            [sys.executable, "-IS", str(switch.commands / "config"), "load", "-y", path],
            env={ROOT_VARIABLE: str(switch.root)},
            stdout=subprocess.DEVNULL,
        )
        with pytest.raises(subprocess.TimeoutExpired):
            writer.wait(0.5)
        assert switch.config() == leaf()
        assert json.loads(switch.ok("sonic-cfggen", "-d", "--print-data")) == leaf()
    assert writer.wait(START_S) == 0
    assert "10.9.0.9" in switch.config()["NTP_SERVER"]


def test_patches_at_the_same_time_all_arrive(switch: Switch) -> None:
    writers = []
    for number in range(6):
        edit = {"op": "add", "path": f"/SYSLOG_SERVER/10.9.1.{number}", "value": {}}
        path = switch.file(f"patch{number}.json", [edit])
        writers.append(
            subprocess.Popen(
                [sys.executable, "-IS", str(switch.commands / "config"), "apply-patch", path],
                env={ROOT_VARIABLE: str(switch.root)},
                stdout=subprocess.DEVNULL,
            )
        )
    assert [writer.wait() for writer in writers] == [0] * len(writers)
    assert len(switch.config()["SYSLOG_SERVER"]) == 1 + len(writers)


@pytest.mark.skipif(
    os.geteuid() != 0 or not PYTHON.exists(), reason="needs root, to become somebody else"
)
@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("config", "Root privileges are required for this operation\n"),
        ("TSA", "Root priveleges are needed for this operation\n"),
    ],
)
def test_changes_need_root(switch: Switch, command: str, text: str) -> None:
    switch.root.chmod(0o755)
    done = subprocess.run(
        [str(PYTHON), "-IS", str(switch.commands / command)],
        env={},
        user=65534,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, text)


def test_without_redis_there_is_a_message(tmp_path: Path, box: Switch) -> None:
    done = Switch(tmp_path, box.commands).run("sonic-cfggen", "-d", "--print-data")
    assert done.returncode == 1
    assert done.stderr.startswith("Unable to connect to redis: ")
