"""`config`, `TSA` and `TSB` as processes on a real redis."""

import json
from typing import Any

import pytest

from railwright.lab.box import configdb
from railwright.lab.box.defaults import image_defaults
from tests.unit.lab.box.conftest import Notices, Switch
from tests.unit.lab.box.sample import leaf


def test_reload_replaces_everything_and_tells(switch: Switch) -> None:
    notices = Notices(switch)
    target = leaf()
    del target["SNMP_USER"]
    target["PORT"]["Ethernet0"]["mtu"] = "9000"
    switch.connect().run("HSET", "VLAN|Vlan7", "vlanid", "7")
    switch.ok("config", "reload", "-y", "-f", switch.file("target.json", target))
    after = switch.config()
    assert after["PORT"] == {
        **target["PORT"],
        **{name: row for name, row in after["PORT"].items() if name not in target["PORT"]},
    }
    assert "Vlan7" not in after["VLAN"]
    assert "SNMP_USER" not in after
    assert after["KDUMP"]["config"] == {
        **image_defaults("LeafRouter")["KDUMP"]["config"],
        **target["KDUMP"]["config"],
    }
    (notice,) = notices.all()
    assert notice["event"] == "reload"
    assert "PORT|Ethernet0" in notice["rows"]
    assert switch.connect().run("GET", configdb.INITIALIZED) == "1"
    switch.ok("config", "reload", "-y", "-n", switch.file("target.json", target))
    assert [notice["event"] for notice in notices.all()] == ["rows"]


def test_reload_uses_the_image_defaults_of_the_box(switch: Switch) -> None:
    image = switch.root / "etc/sonic/init_cfg.json"
    image.write_text(json.dumps({"SYSTEM_DEFAULTS": {"other": {"status": "disabled"}}}))
    try:
        switch.ok("config", "reload", "-y", switch.file("target.json", leaf()))
    finally:
        image.unlink()
    expected = leaf()
    expected["SYSTEM_DEFAULTS"]["other"] = {"status": "disabled"}
    assert switch.config() == expected


def test_a_refused_reload_touches_nothing(switch: Switch) -> None:
    notices = Notices(switch)
    broken = leaf()
    broken["PORT"]["Ethernet0"]["mtu"] = "1"
    done = switch.run("config", "reload", "-y", switch.file("broken.json", broken))
    assert done.returncode == 1
    assert done.stderr.endswith("Aborted!\n")
    unmodelled = switch.file("unmodelled.json", {**leaf(), "MY_TABLE": {"a": {}}})
    done = switch.run("config", "reload", "-y", unmodelled)
    assert "missing yang models: dict_keys(['MY_TABLE'])" in done.stderr
    foreign = leaf()
    foreign["VERSIONS"]["DATABASE"]["VERSION"] = "version_202405_01"
    done = switch.run("config", "reload", "-y", switch.file("foreign.json", foreign))
    assert (done.returncode, done.stderr[:27]) == (3, "not implemented in the lab:")
    done = switch.run("config", "reload", "-y", str(switch.root / "absent.json"))
    assert done.returncode == 1
    assert switch.config() == leaf()
    assert notices.all() == []


def test_the_default_file_goes_unchecked_only_with_force(switch: Switch) -> None:
    broken = leaf()
    broken["PORT"]["Ethernet0"]["mtu"] = "1"
    switch.file("etc/sonic/config_db.json", broken)
    assert switch.run("config", "reload", "-y").returncode == 1
    assert switch.config() == leaf()
    switch.ok("config", "reload", "-y", "-f")
    assert switch.config()["PORT"]["Ethernet0"]["mtu"] == "1"


def test_questions_are_asked_without_yes(switch: Switch) -> None:
    path = switch.file("more.json", {"NTP_SERVER": {"10.9.0.9": {}}})
    done = switch.run("config", "load", path, answer="n\n")
    assert (done.returncode, done.stderr) == (1, "Aborted!\n")
    assert done.stdout == f"Load config from the file(s) {path} ? [y/N]: "
    assert switch.config() == leaf()
    assert switch.run("config", "load", path, answer="y\n").returncode == 0
    assert "10.9.0.9" in switch.config()["NTP_SERVER"]
    assert switch.run("config", "reload", path).stderr == "Aborted!\n"
    assert switch.run("config", "save").stderr == "Aborted!\n"
    assert not (switch.root / "etc/sonic/config_db.json").exists()


def test_load_merges_without_a_check(switch: Switch) -> None:
    notices = Notices(switch)
    data = {
        "PORT": {"Ethernet0": {"mtu": 1}},
        "NTP_SERVER": {"ntp.example.net": None, "10.9.0.4": {}},
        "DNS_NAMESERVER": None,
        "MY_TABLE": {"a": {}},
        "VLAN": {},
    }
    switch.ok("config", "load", "-y", switch.file("more.json", data))
    expected = leaf()
    expected["PORT"]["Ethernet0"]["mtu"] = "1"
    del expected["NTP_SERVER"]["ntp.example.net"], expected["DNS_NAMESERVER"]
    expected["MY_TABLE"] = {"a": {}}
    assert switch.config() == expected
    (notice,) = notices.all()
    rows = ["DNS_NAMESERVER|10.9.0.53", "MY_TABLE|a", "NTP_SERVER|10.9.0.4"]
    rows += ["NTP_SERVER|ntp.example.net", "PORT|Ethernet0"]
    assert notice == {"event": "rows", "rows": rows}
    assert "doesn't exist" in switch.ok("config", "load", "-y", str(switch.root / "absent.json"))


def test_apply_patch_writes_step_by_step(switch: Switch) -> None:
    edit = {"op": "replace", "path": "/PORT_QOS_MAP/Ethernet0/pfc_enable", "value": "3,4"}
    path = switch.file("patch.json", [edit, {"op": "remove", "path": "/NTP_SERVER/10.9.0.4/key"}])
    notices = Notices(switch)
    dry = switch.ok("config", "apply-patch", "--dry-run", path)
    assert dry.startswith("** DRY RUN EXECUTION **\n")
    assert switch.config() == leaf()
    assert notices.all() == []
    out = switch.ok("config", "apply-patch", path, "-v")
    assert "The localhost patch was converted into 4 changes:" in out
    assert out.endswith("Patch applied successfully.\n")
    expected = leaf()
    expected["PORT_QOS_MAP"]["Ethernet0"]["pfc_enable"] = "3,4"
    del expected["NTP_SERVER"]["10.9.0.4"]["key"]
    assert switch.config() == expected
    assert [notice["rows"] for notice in notices.all()] == [
        ["NTP_SERVER|10.9.0.4"],
        ["PORT|Ethernet0"],
        ["PORT_QOS_MAP|Ethernet0"],
        ["PORT|Ethernet0"],
    ]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ([{"op": "replace", "path": "/BUFFER_POOL/in_pool/size", "value": "1"}], "is illegal"),
        ({"PORT": {}}, "Invalid patch format in file"),
        ([{"op": "remove", "path": "/PORT/Ethernet9/mtu"}], "member 'Ethernet9' not found"),
    ],
)
def test_a_refused_patch_ends_with_the_usage(switch: Switch, data: Any, text: str) -> None:
    done = switch.run("config", "apply-patch", switch.file("patch.json", data))
    assert done.returncode == 2
    assert done.stderr.startswith("Failed to apply patch due to: ")
    assert "\n\nError: " in done.stderr
    assert text in done.stderr
    assert switch.config() == leaf()


def test_numbers_are_written_and_then_complained_about(switch: Switch) -> None:
    edit = [{"op": "replace", "path": "/PORT/Ethernet0/mtu", "value": 9000}]
    done = switch.run("config", "apply-patch", switch.file("patch.json", edit))
    assert done.returncode == 2
    assert "still some parts not updated" in done.stderr
    assert switch.config()["PORT"]["Ethernet0"]["mtu"] == "9000"


def test_a_switch_that_cannot_do_a_speed_refuses_it(switch: Switch) -> None:
    switch.connect(6).run("HSET", "PORT_TABLE|Ethernet0", "supported_speeds", "400000")
    edit = [{"op": "replace", "path": "/PORT/Ethernet0/speed", "value": "200000"}]
    done = switch.run("config", "apply-patch", switch.file("patch.json", edit))
    assert "Modification of PORT table is illegal" in done.stderr


def test_replace_twice_changes_nothing_the_second_time(switch: Switch) -> None:
    target = leaf()
    target["SCHEDULER"]["scheduler.0"]["weight"] = "41"
    target["BGP_NEIGHBOR"]["10.0.0.1"]["asn"] = "65101"
    path = switch.file("target.json", target)
    assert switch.ok("config", "replace", path).endswith("Config replaced successfully.\n")
    assert switch.config() == target
    assert "localhost: Patch: []\n" in switch.ok("config", "replace", "-d", path)
    done = switch.run(
        "config", "replace", switch.file("target.json", {**target, "MY_TABLE": {"a": {}}})
    )
    assert (done.returncode, "without YANG models" in done.stderr) == (2, True)
    assert "Usage: config replace" in done.stderr


def test_checkpoint_and_rollback(switch: Switch) -> None:
    assert switch.ok("config", "list-checkpoints") == "[]\n"
    switch.ok("config", "checkpoint", "before")
    stored = switch.root / "etc/sonic/checkpoints/before.cp.json"
    assert json.loads(stored.read_text()) == leaf()
    switch.ok("config", "load", "-y", switch.file("more.json", {"NTP_SERVER": {"10.9.0.9": {}}}))
    assert json.loads(switch.ok("config", "list-checkpoints")) == ["before"]
    (entry,) = json.loads(switch.ok("config", "list-checkpoints", "--time"))
    assert entry["name"] == "before"
    switch.ok("config", "rollback", "-d", "before")
    assert switch.config() != leaf()
    switch.ok("config", "rollback", "before")
    assert switch.config() == leaf()
    switch.ok("config", "delete-checkpoint", "before")
    for verb in ("rollback", "delete-checkpoint"):
        done = switch.run("config", verb, "before")
        assert (done.returncode, done.stderr[-42:]) == (
            2,
            "Error: Checkpoint 'before' does not exist\n"[-42:],
        )
    assert switch.run("config", "checkpoint", "../x").returncode == 3


def test_save_writes_sorted_and_whole(switch: Switch) -> None:
    switch.ok("config", "save", "-y")
    path = switch.root / "etc/sonic/config_db.json"
    text = path.read_text()
    saved = json.loads(text)
    assert saved == leaf()
    assert list(saved["PORT"]) == [f"Ethernet{number}" for number in (0, 4, 8, 16, 20)]
    assert text.startswith('{\n    "AAA": {\n        "authentication"')
    switch.ok("config", "save", "-y")
    assert path.read_text() == text
    assert [each.name for each in path.parent.glob(".*")] == []
    other = switch.root / "other.json"
    switch.ok("config", "save", "-y", str(other))
    assert other.read_text() == text


def test_interfaces_are_shut_and_started(switch: Switch) -> None:
    switch.ok("config", "interface", "shutdown", "Ethernet0,Loopback0")
    after = switch.config()
    assert after["PORT"]["Ethernet0"]["admin_status"] == "down"
    assert after["LOOPBACK_INTERFACE"]["Loopback0"]["admin_status"] == "down"
    switch.ok("config", "interface", "startup", "Ethernet0")
    assert switch.config()["PORT"]["Ethernet0"]["admin_status"] == "up"
    done = switch.run("config", "interface", "startup", "Ethernet99")
    assert done.returncode == 2
    assert "Interface name is invalid" in done.stderr


def test_traffic_shifts_away_and_back(switch: Switch) -> None:
    advice = "Please execute 'sudo config save' to preserve System mode in"
    notices = Notices(switch)
    assert switch.ok("TSA") == (
        f"System Mode: Normal -> Maintenance\n{advice} Maintenance after reboot or config reload\n"
    )
    assert switch.config()["BGP_DEVICE_GLOBAL"]["STATE"]["tsa_enabled"] == "true"
    assert switch.ok("TSA").startswith("System is already in Maintenance\n")
    assert switch.ok("TSB").startswith("System Mode: Maintenance -> Normal\n")
    assert switch.ok("TSB").startswith("System is already in Normal mode\n")
    assert switch.config() == leaf()
    assert notices.all() == [{"event": "rows", "rows": ["BGP_DEVICE_GLOBAL|STATE"]}] * 2
