"""The Kea configuration against what switches relay, and against the real server."""

import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path
from typing import Any

import pytest

from railwright.emitters.naming_services import kea
from railwright.emitters.sonic_config import intended
from railwright.plan.model import Plan
from tests.unit.emitters.naming_files import Variant, rendered

ASSETS = """\
device,serial,eth0_mac,bmc_mac,oob0_mac
gpu0001,S-1,02:00:5e:10:00:01,02:00:5e:10:01:01,
gpu0128,S-128,,02:00:5e:10:01:80,
mgmt01,M-1,02:00:5e:10:02:01,02:00:5e:10:03:01,02:00:5e:10:04:01
mgmt02,M-2,02:00:5e:10:02:02,02:00:5e:10:03:02,02:00:5e:10:04:02
spine1,,02:00:5e:10:05:01,,
"""
Json = dict[str, Any]


@pytest.fixture(scope="module")
def plan(variant: Variant) -> Plan:
    return variant()


@pytest.fixture(scope="module")
def scanned(variant: Variant) -> Plan:
    return variant(rows=ASSETS)


def emitted(plan: Plan) -> Json:
    document = json.loads(rendered(plan)["dhcp/kea-dhcp4.conf"])
    assert list(document) == ["Dhcp4"]
    found: Json = document["Dhcp4"]
    return found


def reservations(config: Json) -> Iterator[tuple[Json, Json]]:
    for subnet in config["subnet4"]:
        for row in subnet["reservations"]:
            yield subnet, row


def subnet_of(config: Json, prefix: str) -> Json:
    found: Json = next(one for one in config["subnet4"] if one["subnet"] == prefix)
    return found


def options(subnet: Json) -> dict[str, str]:
    return {one["name"]: one["data"] for one in subnet["option-data"]}


def relayed(plan: Plan) -> dict[str, IPv4Network]:
    """Return what the relays of the switches' own configuration send: circuit to subnet."""
    found = {}
    for device in plan.switches:
        config = intended(plan, device)
        host = str(config["DEVICE_METADATA"]["localhost"]["hostname"])
        addresses = dict(
            key.split("|") for key in config.get("VLAN_INTERFACE", {}) if key.count("|") == 1
        )
        for key in config.get("VLAN_MEMBER", {}):
            vlan, port = key.split("|")
            if config["VLAN"][vlan].get("dhcp_servers"):
                alias = config["PORT"][port]["alias"]
                found[f"{host}:{alias}"] = IPv4Interface(addresses[vlan]).network
    return found


def test_circuits_are_what_the_switches_relays_send(plan: Plan) -> None:
    sent = relayed(plan)
    known = [(row["circuit-id"], subnet["subnet"]) for subnet, row in reservations(emitted(plan))]
    assert len(known) == len(set(known)) == 430
    for circuit, prefix in known:
        assert re.fullmatch(r"'[a-z0-9-]+:[A-Za-z0-9/]+'", circuit)
        assert sent[circuit.strip("'")] == IPv4Network(prefix)


@pytest.mark.parametrize(
    ("circuit", "address", "name"),
    [
        ("'inband1-leaf:etp1'", "10.48.1.10", "gpu0001"),
        ("'oob1-leaf:thousandE1'", "10.64.1.10", "gpu0001-bmc"),
        ("'oob4-leaf:thousandE32'", "10.64.4.41", "gpu0128-bmc"),
    ],
)
def test_a_port_gives_an_address_and_a_name(
    plan: Plan, circuit: str, address: str, name: str
) -> None:
    rows = [row for _, row in reservations(emitted(plan)) if row["circuit-id"] == circuit]
    assert rows == [{"circuit-id": circuit, "ip-address": address, "hostname": name}]


def test_every_management_address_is_reserved_but_those_beside_the_servers(plan: Plan) -> None:
    wanted = {
        place.address
        for device in plan.devices
        for place in (device.management, device.bmc, device.oob)
        if place
    }
    got = Counter(row["ip-address"] for _, row in reservations(emitted(plan)))
    assert set(got.values()) == {1}
    missing = wanted - set(got)
    servers = [device for device in plan.devices if device.role == "management_node"]
    assert missing == {
        place.address
        for device in servers
        for place in (device.management, device.bmc, device.oob)
        if place
    }
    assert set(got) <= wanted


def test_subnets_are_sound(plan: Plan) -> None:
    subnets = emitted(plan)["subnet4"]
    assert [one["subnet"] for one in subnets] == sorted(
        (one["subnet"] for one in subnets), key=IPv4Network
    )
    assert len({one["id"] for one in subnets}) == len(subnets)
    for one in subnets:
        network = IPv4Network(one["subnet"])
        assert 0 < one["id"] < 2**32 - 1
        assert IPv4Address(options(one)["routers"]) in network
        assert "pools" not in one
        assert all(IPv4Address(row["ip-address"]) in network for row in one["reservations"])
        for relay in one.get("relay", {}).get("ip-addresses", ()):
            assert relay == options(one)["routers"]


def test_subnet_numbers_outlive_growth(plan: Plan, variant: Variant) -> None:
    small = variant(("count: 128", "count: 70\n    capacity: 128"))
    numbers = {one["subnet"]: one["id"] for one in emitted(plan)["subnet4"]}
    for one in emitted(small)["subnet4"]:
        assert numbers[one["subnet"]] == one["id"]


def test_each_network_is_told_the_servers_it_can_reach(plan: Plan) -> None:
    config = emitted(plan)
    inband = options(subnet_of(config, "10.48.1.0/24"))
    oob = options(subnet_of(config, "10.64.1.0/24"))
    assert inband["domain-name-servers"] == inband["ntp-servers"] == "10.50.1.10, 10.50.2.10"
    assert oob["domain-name-servers"] == oob["ntp-servers"] == "10.66.1.11, 10.66.2.11"
    assert inband["domain-name"] == oob["domain-name"] == "h100-1024.example.net"
    assert config["interfaces-config"] == {"interfaces": ["eth0", "oob0"]}


def test_a_mac_address_is_asked_before_the_port(scanned: Plan) -> None:
    config = emitted(scanned)
    assert config["host-reservation-identifiers"] == ["hw-address", "circuit-id"]
    assert config["ip-reservations-unique"] is False
    rows = [row for _, row in reservations(config) if row["hostname"] == "gpu0001-bmc"]
    assert rows == [
        {
            "hw-address": "02:00:5e:10:01:01",
            "ip-address": "10.64.1.10",
            "hostname": "gpu0001-bmc",
            "user-context": {"serial": "S-1"},
        },
        {
            "circuit-id": "'oob1-leaf:thousandE1'",
            "ip-address": "10.64.1.10",
            "hostname": "gpu0001-bmc",
            "user-context": {"serial": "S-1"},
        },
    ]


@pytest.mark.parametrize(
    ("prefix", "names"),
    [
        ("10.50.1.0/24", ["mgmt01"]),
        ("10.50.2.0/24", ["mgmt02"]),
        ("10.66.1.0/24", ["mgmt01-bmc", "mgmt01-oob0"]),
        ("10.66.2.0/24", ["mgmt02-bmc", "mgmt02-oob0"]),
    ],
)
def test_without_a_relay_only_a_mac_address_identifies(
    plan: Plan, scanned: Plan, prefix: str, names: list[str]
) -> None:
    before, after = (subnet_of(emitted(one), prefix) for one in (plan, scanned))
    assert before["reservations"] == []
    assert "relay" not in before
    assert before["comment"].endswith(
        f"not relayed; {len(names)} without an identity: add their MAC addresses to the assets file"
    )
    assert [row["hostname"] for row in after["reservations"]] == names
    assert all("hw-address" in row for row in after["reservations"])
    assert after["comment"].endswith("not relayed")


def test_identities_are_unique_within_a_subnet(scanned: Plan) -> None:
    seen = Counter(
        (subnet["id"], row.get("hw-address") or row["circuit-id"])
        for subnet, row in reservations(emitted(scanned))
    )
    assert set(seen.values()) == {1}


def test_without_access_switches_macs_are_all_there_is(variant: Variant) -> None:
    rows = "device,bmc_mac\ngpu0003,02:00:5e:10:00:03\n"
    config = emitted(variant(intent="examples/lab-small", rows=rows))
    assert [row["hostname"] for _, row in reservations(config)] == ["gpu0003-bmc"]
    assert config["ip-reservations-unique"] is True
    assert config["interfaces-config"] == {"interfaces": ["*"]}
    comments = [one["comment"] for one in config["subnet4"]]
    assert comments
    assert all("behind switches that are not planned" in one for one in comments)


def test_without_oob_switches_servers_listen_in_band_alone(variant: Variant) -> None:
    config = emitted(variant(("  oob: { leaf: as4630-54pe, spine: sn3700c }", "  oob: {}")))
    assert config["interfaces-config"] == {"interfaces": ["eth0"]}
    bmcs = subnet_of(config, "10.66.2.0/24")
    assert "behind switches that are not planned; 1 without" in bmcs["comment"]
    assert options(bmcs)["domain-name-servers"] == "10.50.1.10, 10.50.2.10"


def test_an_alias_too_long_for_the_relay_is_no_identity(variant: Variant) -> None:
    plan = variant(("inband: { leaf: sn3420", "inband: { leaf: as7326-56x"))
    found = {row["circuit-id"] for _, row in reservations(emitted(plan))}
    assert "'inband1-leaf:twentyfiveGigE9'" in found
    assert "'inband1-leaf:twentyfiveGigE10'" not in found
    assert all(len(one.strip("'").partition(":")[2]) <= kea.LONGEST_ALIAS for one in found)
    comment = subnet_of(emitted(plan), "10.48.1.0/24")["comment"]
    assert "relayed; 2" in comment
    assert "without an identity" in comment


def test_an_override_moves_the_reservation(variant: Variant) -> None:
    override = (
        "\noverrides:\n  addresses:\n    - device: gpu0001\n      which: bmc\n"
        "      address: 10.64.1.200\n      reason: fixed in its firmware\n\nfloor:"
    )
    config = emitted(variant(("\nfloor:", override)))
    rows = [row for _, row in reservations(config) if row["hostname"] == "gpu0001-bmc"]
    assert [row["ip-address"] for row in rows] == ["10.64.1.200"]


@pytest.mark.parametrize("kind", ["plan", "scanned"])
def test_the_real_server_accepts_it(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server = shutil.which("kea-dhcp4", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if server is None:
        pytest.skip("no kea-dhcp4 here (Debian package kea-dhcp4-server)")
    config = emitted(request.getfixturevalue(kind))
    config["interfaces-config"] = {"interfaces": []}  # those of a management server
    version = subprocess.run([server, "-v"], capture_output=True, text=True, check=True).stdout
    if tuple(map(int, version.strip().split(".")[:2])) < (2, 6):
        del config["stash-agent-options"]
    path = tmp_path / "kea-dhcp4.conf"
    path.write_text(json.dumps({"Dhcp4": config}))
    done = subprocess.run([server, "-t", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    broken = json.loads(path.read_text())
    broken["Dhcp4"]["subnet4"][0]["reservations"][0]["ip-address"] = "192.0.2.1"
    path.write_text(json.dumps(broken))
    done = subprocess.run([server, "-t", path], capture_output=True, text=True, check=False)
    assert done.returncode != 0
