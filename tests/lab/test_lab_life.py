"""A real lab: it comes up as planned, can be used, resumes, and leaves nothing behind."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from railwright.lab import boot, lifecycle
from railwright.lab.errors import LabError
from railwright.lab.lifecycle import LabOptions
from railwright.lab.network import namespace
from railwright.lab.process import by_network, kill
from railwright.lab.state import LabFolder
from railwright.plan.model import Plan
from tests.lab.lab_remains import look
from tests.lab.lab_tools import CLUSTER, CONTROLLER, ENVIRONMENT, EXECUTE, Lab, wait_until

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("lab_host")]

LLDP_WAIT_S = 20.0


@pytest.fixture(scope="module")
def lab(
    lab_plan: Plan, lab_intent: Path, lab_cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lab]:
    base = tmp_path_factory.mktemp("lab")
    before = look(CLUSTER, base)
    options = LabOptions(cache=lab_cache, nodes=1, base=base)
    try:
        done = lifecycle.up(lab_plan, options, lambda _: None)
        assert done.network_made
        yield Lab(options, lab_intent, before)
    finally:
        lifecycle.down(CLUSTER, lambda _: None, base)
        assert look(CLUSTER, base) == before


def test_every_device_is_up(lab: Lab, lab_plan: Plan) -> None:
    now = lab.status()
    assert now.is_whole, now.text()
    assert {one.name: one.condition for one in now.devices} == {
        "gpu0001": "booted",
        "gpu0002": "bare",
        "spine1": "booted",
        "spine2": "booted",
        "su1-rail0-leaf": "booted",
        "su1-rail1-leaf": "booted",
    }
    assert all(one.generation for one in now.devices if one.kind == "switch")
    assert now.devices[0].address == lab_plan.devices[0].management.address


def test_up_again_changes_nothing(lab: Lab, lab_plan: Plan) -> None:
    said: list[str] = []
    done = lifecycle.up(lab_plan, lab.options, said.append)
    assert not done
    assert said == []


def test_another_lab_of_the_same_name_is_refused(lab: Lab, lab_plan: Plan) -> None:
    other = LabOptions(cache=lab.options.cache, nodes=2, base=lab.options.base)
    with pytest.raises(LabError, match="made from another intent or with another --nodes"):
        lifecycle.up(lab_plan, other, lambda _: None)


def test_a_namespace_of_somebody_else_is_never_taken(lab: Lab, lab_plan: Plan) -> None:
    elsewhere = LabOptions(cache=lab.options.cache, nodes=1, base=lab.options.base / "elsewhere")
    with pytest.raises(LabError, match="exists and belongs to no lab"):
        lifecycle.up(lab_plan, elsewhere, lambda _: None)
    assert lab.status().is_whole
    (elsewhere.base / "host.json").unlink(missing_ok=True)
    elsewhere.base.rmdir()


def test_a_switch_is_logged_in_to_and_answers_as_a_box(lab: Lab) -> None:
    out = lab.ssh("admin@10.21.3.10", "sudo sonic-cfggen -d --print-data")
    config = json.loads(out)
    assert config["DEVICE_METADATA"]["localhost"]["hwsku"] == "ACS-SN5600"
    assert len(config["PORT"]) == 65
    assert "mellanox" in lab.ssh("admin@10.21.3.10", "cat /etc/sonic/sonic_version.yml")
    assert json.loads(lab.ssh("admin@10.21.3.10", "sudo vtysh -c 'show bgp summary json'")) == {}


def test_a_node_runs_systemd_and_its_rails_wait_for_configuration(lab: Lab) -> None:
    state_of = "systemctl is-system-running --wait"
    assert lab.ssh("root@10.20.1.10", state_of).strip() == "running"
    rows = json.loads(lab.ssh("root@10.20.1.10", "ip -j address"))
    rails = {row["ifname"]: row for row in rows if row["ifname"].startswith("rail")}
    assert set(rails) == {"rail0", "rail1"}
    assert not [row for row in rails.values() if row["addr_info"] or row["mtu"] != 1500]


def test_a_node_cannot_change_the_host(lab: Lab) -> None:
    before = Path("/proc/sys/vm/swappiness").read_text()
    attempts = (
        "sysctl -w vm.swappiness=99",
        "date -s 2001-01-01",
        "echo 1 > /sys/class/net/lo/mtu",
        "ip link add host0 type veth peer name host1 netns 1",
    )
    for attempt in attempts[:3]:
        assert lab.ssh("root@10.20.1.10", f"{attempt} >/dev/null 2>&1; echo $?").strip() != "0"
    assert Path("/proc/sys/vm/swappiness").read_text() == before
    assert time.gmtime().tm_year > 2001
    assert lab.ssh("root@10.20.1.10", "sysctl -w net.ipv4.ip_forward=0").strip()


def test_systemd_networkd_configures_a_rail(lab: Lab, lab_plan: Plan) -> None:
    link = lab_plan.links_of["gpu0001"]["rail0"]
    own, leaf = link.end("gpu0001").address, link.peer("gpu0001").address
    network = (
        "[Match]\nName=rail0\n[Link]\nMTUBytes=9000\n"
        f"[Network]\nLinkLocalAddressing=no\nConfigureWithoutCarrier=yes\nAddress={own}/31\n"
        f"[Route]\nDestination=10.16.0.0/16\nGateway={leaf}\nTable=100\n"
        f"[RoutingPolicyRule]\nFrom={own}\nTable=100\nPriority=1000\n"
    )
    lab.ssh(
        "root@10.20.1.10",
        f"printf '%s' '{network}' > /etc/systemd/network/50-rail0.network"
        " && systemctl start systemd-networkd"
        " && /lib/systemd/systemd-networkd-wait-online -i rail0:degraded --timeout 20",
    )
    table = lab.ssh(
        "root@10.20.1.10", "ip route show table 100; ip rule; cat /sys/class/net/rail0/mtu"
    )
    assert f"10.16.0.0/16 via {leaf} dev rail0" in table
    assert f"1000:\tfrom {own} lookup 100" in table
    assert table.endswith("\n9000\n")


def test_bare_nodes_answer(lab: Lab) -> None:
    assert lab.execute("ping", "-c", "1", "-W", "2", "10.20.1.11").returncode == 0


def test_switches_see_their_planned_neighbours(lab: Lab, lab_plan: Plan) -> None:
    """Before any configuration: ports are up from the factory, and LLDP names the far port."""
    leaf = lab_plan.device["su1-rail0-leaf"]
    expected = {
        port: link.peer(leaf.name).port
        for port, link in lab_plan.links_of[leaf.name].items()
        if link.kind == "fabric"
    }
    seen: dict[str, str] = {}
    deadline = time.monotonic() + LLDP_WAIT_S
    while time.monotonic() < deadline and not expected.items() <= seen.items():
        out = lab.ssh(f"admin@{leaf.management.address}", "sudo lldpctl -f json0")
        rows = json.loads(out)["lldp"][0].get("interface", [])
        seen = {row["name"]: row["port"][0]["descr"][0]["value"] for row in rows}
        time.sleep(0.5)
    assert expected.items() <= seen.items()


def test_exec_passes_environment_exit_status_and_signals(lab: Lab) -> None:
    done = lab.execute("sh", "-c", "echo $ANSIBLE_INVENTORY; cat $RAILWRIGHT_ONLY; exit 7")
    assert done.returncode == 7
    lines = done.stdout.splitlines()
    assert lines[0] == str(lab.intent)
    assert sorted(lines[1:]) == ["gpu0001", "spine1", "spine2", "su1-rail0-leaf", "su1-rail1-leaf"]
    with subprocess.Popen(
        [sys.executable, "-c", EXECUTE, str(lab.options.base), str(lab.intent), "sleep", "60"],
        env=ENVIRONMENT,
    ) as running:
        inode = boot.network_inodes([CONTROLLER])[CONTROLLER]
        wait_until(lambda: bool(by_network([inode])[inode]))
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=5) == -signal.SIGTERM


def test_the_controller_has_no_way_out(lab: Lab) -> None:
    routes = lab.execute("ip", "-j", "route").stdout
    assert not [route for route in json.loads(routes) if route["dst"] == "default"]
    links = json.loads(lab.execute("ip", "-j", "link").stdout)
    own = re.compile(r"lo|mgmt[0-9a-f]{8}|p[0-9a-f]{12}")
    assert [link["ifname"] for link in links if not own.fullmatch(link["ifname"])] == []
    assert len(links) > 2


def test_a_rebooted_node_keeps_its_disk_and_is_another_boot(lab: Lab) -> None:
    first = lab.ssh("root@10.20.1.10", "touch /root/kept; cat /proc/sys/kernel/random/boot_id")
    folder = LabFolder(lab.options.base, CLUSTER)
    process = boot.first_process("gpu0001", folder)
    lab.execute("sh", "-c", REBOOT)
    wait_until(
        lambda: (
            boot.first_process("gpu0001", folder) not in (None, process)
            and boot.is_ready("gpu0001", "node", folder)
        )
    )
    again = lab.ssh("root@10.20.1.10", "ls /root/kept; cat /proc/sys/kernel/random/boot_id")
    assert again.splitlines()[0] == "/root/kept"
    assert again.splitlines()[1] != first.strip()


REBOOT = (
    "ssh -F none -i $RAILWRIGHT_SSH_KEY -o UserKnownHostsFile=$RAILWRIGHT_KNOWN_HOSTS"
    " root@10.20.1.10 systemctl reboot"
)


def test_up_boots_what_has_ended_as_new(lab: Lab, lab_plan: Plan) -> None:
    folder = LabFolder(lab.options.base, CLUSTER)
    lab.ssh("admin@10.21.3.12", "sudo touch /etc/sonic/mark")
    outermost = folder.started("spine1")
    assert outermost is not None
    assert kill([outermost]) == ()
    space = namespace(CLUSTER, "spine1")
    wait_until(lambda: not boot.processes([space])[space])
    assert [one.name for one in lab.status().devices if one.condition == "down"] == ["spine1"]
    done = lifecycle.up(lab_plan, lab.options, lambda _: None)
    assert (done.booted, done.network_made) == (("spine1",), False)
    assert lab.status().is_whole
    assert "mark" not in lab.ssh("admin@10.21.3.12", "ls /etc/sonic")


def test_a_daemon_that_ended_is_reported(lab: Lab) -> None:
    lab.ssh("admin@10.21.3.13", "sudo pkill -x -KILL bgpd; sleep 0.2")
    spine = next(one for one in lab.status().devices if one.name == "spine2")
    assert (spine.condition, spine.missing) == ("degraded", ("bgpd",))
