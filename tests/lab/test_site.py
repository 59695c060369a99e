"""The whole road on a small live cluster: push, prove, push again, break it, mend it."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from railwright.plan.model import LinkEnd
from tests.lab.site_tools import PLAYBOOK, SECRET, Site, copied

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("lab_host")]

NODES = 2


@pytest.fixture(scope="module")
def intent(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(
        root / "intent/examples/lab-small.yml",
        tmp_path_factory.mktemp("site") / "site-test.yml",
        lambda text: text.replace("cluster: lab-small", "cluster: rw-site"),
    )


@pytest.fixture(scope="module")
def site(intent: Path, root: Path) -> Iterator[Site]:
    """The cluster brought up and converged once; every test leaves it converged."""
    site = Site(intent, root)
    try:
        up = site.railwright("lab", "up", str(intent), "--nodes", str(NODES))
        assert up.code == 0, up.out
        first = site.play()
        assert first.code == 0, first.out
        assert first.changed >= {device.name for device in site.plan.switches}
        assert SECRET not in first.out
        yield site
    finally:
        down = site.railwright("lab", "down", str(intent))
        assert down.code == 0, down.out


def test_the_second_run_changes_nothing(site: Site) -> None:
    done = site.play()
    assert done.code == 0, done.out
    assert done.recap
    assert done.changed == set()


def test_the_third_run_in_check_mode_reports_nothing(site: Site) -> None:
    done = site.play("--check", "--diff")
    assert done.code == 0, done.out
    assert done.changed == set()


def test_the_live_cluster_is_as_planned(site: Site) -> None:
    code, report = site.json("verify", str(site.intent), "--wait", "60")
    assert (code, report["findings"]) == (0, [])
    sessions = len(site.plan.sessions)
    assert report["checks"]["bgp"] == 2 * sessions
    assert report["checks"]["cabling"] > 0
    assert report["checks"]["paths"] > 0
    assert report["checks"]["roce"] > 0


def test_leaf_blocks_have_their_full_width_in_the_kernel(site: Site) -> None:
    shape = site.plan.shape
    block = next(one.prefix for one in site.plan.subnets if one.owner == "su2-rail1-leaf")
    routes = site.on("su1-rail1-leaf", "ip", "route", "show", block).out
    assert routes.count("nexthop") == shape.uplinks_per_leaf


@pytest.mark.parametrize("down", [None, 0, 1])
def test_rail_traffic_never_leaks(site: Site, down: int | None) -> None:
    node = "gpu0001"
    rails = range(site.plan.shape.rails)
    own = {rail: site.plan.links_of[node][f"rail{rail}"].a.address for rail in rails}
    if down is not None:
        site.on(node, "ip", "link", "set", f"rail{down}", "down")
    try:
        for source in rails:
            for other in site.plan.gpu_nodes[1:]:
                for rail in rails:
                    target = site.plan.links_of[other.name][f"rail{rail}"].a.address
                    route = site.on(node, "ip", "route", "get", target, "from", own[source]).out
                    assert f"dev rail{source} " in route or "RTNETLINK" in route, route
                    assert source != down or "RTNETLINK" in route, route
                    unbound = site.on(node, "ip", "route", "get", target).out
                    assert f"dev rail{rail} " in unbound or "RTNETLINK" in unbound, unbound
    finally:
        if down is not None:
            site.on(node, "ip", "link", "set", f"rail{down}", "up")
    mended = site.on(node, "ip", "route", "get", target, "from", own[source]).out
    assert f"dev rail{source} " in mended


def test_a_field_changed_by_hand_is_drift_and_the_next_run_mends_it(site: Site) -> None:
    row = "WRED_PROFILE|AZURE_LOSSLESS"
    site.config_db("su2-rail0-leaf", "hset", row, "green_min_threshold", "4096")
    code, report = site.json("drift", str(site.intent))
    assert code == 2
    (found,) = report["findings"]
    assert (found["device"], found["table"], found["field"]) == (
        "su2-rail0-leaf",
        "WRED_PROFILE",
        "green_min_threshold",
    )
    assert found["running"] == "4096"
    junit = site.live("drift", str(site.intent), "--format", "junit")
    assert junit.code == 2
    assert "green_min_threshold" in junit.out
    dry = site.play("--check", "--diff", "--tags", "switches")
    assert dry.changed == {"su2-rail0-leaf"}
    assert "green_min_threshold" in dry.out
    assert site.json("drift", str(site.intent))[0] == 2
    mended = site.play()
    assert mended.code == 0, mended.out
    assert mended.changed == {"su2-rail0-leaf"}
    assert site.json("drift", str(site.intent))[0] == 0


def test_a_file_removed_on_a_node_is_mended(site: Site) -> None:
    removed = site.inside(
        "sh",
        "-c",
        'exec ssh -F none -i "$RAILWRIGHT_SSH_KEY" -o UserKnownHostsFile="$RAILWRIGHT_KNOWN_HOSTS" '
        '-o BatchMode=yes root@$0 "rm /etc/systemd/network/50-railwright-rail0.network && '
        'networkctl reload"',
        site.plan.device["gpu0002"].management.address,
    )
    assert removed.code == 0, removed.out
    dry = site.play("--check", "--diff", "--tags", "nodes")
    assert dry.changed == {"gpu0002"}
    assert "50-railwright-rail0.network" in dry.out
    mended = site.play("--tags", "nodes")
    assert mended.code == 0, mended.out
    assert mended.changed == {"gpu0002"}
    assert "1000:" in site.on("gpu0002", "ip", "rule").out
    assert site.play("--tags", "nodes").changed == set()


def test_swapped_cables_are_named_at_both_ends(site: Site) -> None:
    leaf = "su1-rail0-leaf"
    links = site.plan.links_of[leaf]
    ports = [name for name, link in links.items() if link.kind == "fabric"][:2]
    far = [links[port].z for port in ports]
    places = {(leaf, port) for port in ports} | {(end.device, end.port) for end in far}
    _swap(site, leaf, ports, far[::-1])
    try:
        report = _cabling_until(site, places)
        assert _places(report) == places
        assert any(all(port in move["text"] for port in ports) for move in report["moves"]), report
    finally:
        _swap(site, leaf, ports, far)
    healed = site.live("verify", str(site.intent), "--wait", "60")
    assert healed.code == 0, healed.out


def _cabling_until(site: Site, places: set[tuple[str, str]]) -> Any:
    """Return the cabling report once it says how to mend these places.

    LLDP takes a few seconds, in which new links are dark.
    """
    for _ in range(40):
        code, report = site.json("verify", str(site.intent), "cabling", "--wait", "0")
        if places <= _places(report) and report["moves"]:
            assert code == 2
            return report
    pytest.fail(f"the swap was not found: {report}")


def _places(report: Any) -> set[tuple[str, str]]:
    """Return the ports that the findings of a report are about."""
    return {(end["device"], end["port"]) for one in report["findings"] for end in one["ports"]}


def _swap(site: Site, device: str, ports: list[str], far: list[LinkEnd]) -> None:
    """Plug the cables of two ports into these far ends, as a person in the aisle does."""
    for port in ports:
        done = site.on(device, "ip", "link", "delete", port)
        assert done.code == 0, done.out
    for port, end in zip(ports, far, strict=True):
        here, there = f"rw-{site.cluster}-{device}", f"rw-{site.cluster}-{end.device}"
        veth = ["type", "veth", "peer", "name", end.port, "netns", there, "mtu", "9100"]
        done = site.run(["ip", "link", "add", port, "netns", here, "mtu", "9100", *veth])
        assert done.code == 0, done.out


def test_a_dead_switch_is_reported_and_the_rerun_completes(site: Site, tmp_path: Path) -> None:
    changed = copied(
        site.intent,
        tmp_path / site.intent.name,
        lambda text: (
            text + "\nroce:\n  ecn: {kmin_bytes: 900000, kmax_bytes: 1800000}\n"
            "rollout: {max_fail_percentage: 50}\n"
        ),
    )
    _kill(site, "spine2")
    done = site.inside(PLAYBOOK, "-i", str(changed), "site.yml", "--tags", "switches")
    others = {device.name for device in site.plan.switches} - {"spine2"}
    assert done.code != 0
    assert done.recap["spine2"][1:] != (0, 0), done.out
    assert done.changed == others, done.out
    again = site.railwright("lab", "up", str(site.intent), "--nodes", str(NODES))
    assert again.code == 0, again.out
    rerun = site.inside(PLAYBOOK, "-i", str(changed), "site.yml", "--tags", "switches")
    assert rerun.code == 0, rerun.out
    assert rerun.changed == {"spine2"}
    back = site.play()
    assert back.code == 0, back.out
    assert back.changed == {device.name for device in site.plan.switches}


def _kill(site: Site, device: str) -> None:
    """End a switch as a power failure does: every process of it, at once."""
    pids = site.run(["ip", "netns", "pids", f"rw-{site.cluster}-{device}"], 20).out.split()
    assert pids
    site.run(["kill", "-9", *pids], 20)


def test_a_disruptive_change_is_refused_until_it_is_accepted(site: Site, tmp_path: Path) -> None:
    changed = copied(
        site.intent,
        tmp_path / site.intent.name,
        lambda text: text.replace("fabric_m: 10", "fabric_m: 90"),
    )
    refused = site.inside(PLAYBOOK, "-i", str(changed), "site.yml", "--tags", "switches")
    assert refused.code != 0
    assert refused.changed == set()
    assert "railwright_accept=" in refused.out
    assert re.search(r"gpu000\d|rail", refused.out)
    assert site.json("drift", str(site.intent))[0] == 0


def test_a_bad_intent_is_a_located_message(site: Site, tmp_path: Path) -> None:
    bad = copied(
        site.intent, tmp_path / "bad.yml", lambda text: text.replace("leaf: cx864e-n", "leaf: nope")
    )
    done = site.inside(PLAYBOOK, "-i", str(bad), "site.yml")
    assert done.code != 0
    assert re.search(r"bad\.yml:\d+: networks\.compute\.leaf: no switch model 'nope'", done.out)
    assert "no hosts matched" not in done.out


def test_a_changed_host_key_is_refused_for_that_switch_alone(site: Site, tmp_path: Path) -> None:
    script = """
import os, sys
lines = open(os.environ["RAILWRIGHT_KNOWN_HOSTS"]).read().splitlines()
names = [line.split(" ")[0] for line in lines]
keys = [line.split(" ", 1)[1] for line in lines]
wrong = next(n for n, name in enumerate(names) if sys.argv[1] in name.split(","))
keys[wrong] = keys[wrong - 1]
text = "".join(f"{name} {key}\\n" for name, key in zip(names, keys))
open(sys.argv[2], "w").write(text)
os.environ["RAILWRIGHT_KNOWN_HOSTS"] = sys.argv[2]
words = [sys.executable, "-m", "railwright", "drift", sys.argv[3], "--format", "json"]
os.execv(sys.executable, words)
"""
    address = site.plan.device["su1-rail1-leaf"].management.address
    done = site.inside(
        sys.executable, "-c", script, address, str(tmp_path / "known_hosts"), str(site.intent)
    )
    assert done.code == 1
    report = json.loads(done.out)
    errors = {one["device"]: one["notes"] for one in report["devices"] if one["status"] == "error"}
    assert list(errors) == ["su1-rail1-leaf"]
    assert "host key" in str(errors).lower()
