"""A real lldpd that missed the ports of a switch: the applier finds it and mends it once."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.lab.box_fabric import Fabric, Switch, eventually, require_lab

pytestmark = pytest.mark.lab

PORTS = ("Ethernet0", "Ethernet8")
LINKS = [("leaf", port, "spine", port) for port in PORTS]
MEND_S = 60.0
"""The second look comes 16 s after the change; the rest is room for a busy machine."""
REST_S = 42
"""Longer than the looks that are still due after the mending, and two for the dark link."""


def config(name: str) -> dict[str, Any]:
    """Return the CONFIG_DB of a switch with two ports."""
    rows = {port: {"admin_status": "up", "alias": f"etp{port[8:]}"} for port in PORTS}
    return {"DEVICE_METADATA": {"localhost": {"hostname": name}}, "PORT": rows}


@pytest.fixture(scope="module")
def fabric(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Switch]]:
    require_lab()
    with Fabric(tmp_path_factory.mktemp("lldp"), LINKS) as running:
        for name, switch in running.switches.items():
            switch.run("sh", "-c", "until [ -e /run/railwright/applied ]; do sleep 0.1; done")
            switch.write(config(name), "reload")
        yield running.switches


def interfaces(switch: Switch, what: str) -> dict[str, dict[str, Any]]:
    """Return what lldpd says of its ports."""
    told = json.loads(switch.run("lldpcli", "-f", "json0", "show", what))
    return {each["name"]: each for each in told["lldp"][0].get("interface", [])}


def heard(switch: Switch) -> set[str]:
    """Return the port names by which the other end is known."""
    ports = interfaces(switch, "neighbors").values()
    return {port["port"][0]["id"][0]["value"] for port in ports}


def lldpd(switch: Switch) -> str:
    """Return the process number of lldpd."""
    return switch.run("cat", "/run/lldpd.pid").strip()


def bounce(switch: Switch, port: str) -> None:
    """Take a port down and up by hand, as a cable that is pulled and plugged."""
    switch.run("ip", "link", "set", port, "down")
    switch.run("ip", "link", "set", port, "up")


def end(switch: Switch) -> None:
    """End lldpd, which takes its socket away last."""
    wait = "while [ -e /run/lldpd.socket ]; do sleep 0.1; done"
    switch.run("sh", "-c", f"kill $(cat /run/lldpd.pid); {wait}")


def test_an_lldpd_that_knows_no_port_is_mended(fabric: dict[str, Switch]) -> None:
    leaf, spine = fabric["leaf"], fabric["spine"]
    aliases = {"etp0", "etp8"}
    for switch in fabric.values():
        eventually(partial(lambda each: heard(each) == aliases, switch))
    end(leaf)
    leaf.run("lldpd", "-L", "", "-I", "eth0")
    eventually(lambda: interfaces(leaf, "statistics") == {})
    eventually(lambda: heard(spine) == set())
    blind = lldpd(leaf)
    bounce(spine, "Ethernet0")
    eventually(lambda: lldpd(leaf) not in {"", blind}, MEND_S)
    eventually(lambda: heard(leaf) == aliases)
    eventually(lambda: heard(spine) == aliases)
    assert "lldpd is silent on Ethernet0 Ethernet8" in leaf.log.read_text()


def test_a_dark_link_is_no_reason_to_start_it_anew(fabric: dict[str, Switch]) -> None:
    leaf, spine = fabric["leaf"], fabric["spine"]
    eventually(lambda: len(interfaces(leaf, "statistics")) == len(PORTS), MEND_S)
    warnings = leaf.log.read_text().count("is silent on")
    end(spine)
    eventually(lambda: heard(leaf) == set())
    before = lldpd(leaf)
    bounce(spine, "Ethernet8")
    leaf.run("sleep", str(REST_S))
    assert lldpd(leaf) == before
    assert leaf.log.read_text().count("is silent on") == warnings
