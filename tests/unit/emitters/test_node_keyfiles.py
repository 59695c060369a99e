"""NetworkManager's profiles say what systemd-networkd's files say, in every network and family."""

import configparser
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_interface
from typing import NamedTuple
from uuid import UUID

import pytest

from railwright.emitters import node_config
from railwright.emitters.node_config import host_network, keyfiles
from railwright.emitters.node_config.networkd import route, section
from railwright.intent.stack import Stack, System
from railwright.plan.model import Plan
from tests.unit.plan.made import ALL_NETWORKS, planned

IPV6 = {"pools": {"ipv6": "fd00:1024::/48"}}
SVI = {"networks": {"compute": {"attachment": "svi"}}}
NO_BORDER = {"networks": {"storage": {"border": None}}}
PROFILES = "etc/NetworkManager/system-connections/railwright-"
NETWORKS = "etc/systemd/network/50-railwright-"
MAIN = "254"

RAIL0 = """\
[connection]
id=railwright-rail0
uuid=@
type=ethernet
interface-name=rail0
autoconnect=true
autoconnect-priority=100
autoconnect-retries=0

[ethernet]
mtu=9000

[ipv4]
method=manual
address1=10.16.1.1/31
never-default=true
ignore-auto-dns=true
route1=10.16.0.0/16,10.16.1.0,0
route1_options=src=10.16.1.1
route2=10.16.0.0/12,10.16.1.0,0
route2_options=table=100,src=10.16.1.1
routing-rule1=priority 1000 from 10.16.1.1/32 table 100

[ipv6]
method=disabled
"""


class Route(NamedTuple):
    to: str
    table: str
    metric: str
    kind: str
    source: str
    ways: frozenset[tuple[str, str]]


class Rule(NamedTuple):
    family: int
    priority: str
    source: str
    to: str
    table: str
    suppress: str


class Meaning(NamedTuple):
    mtus: set[tuple[str, str]]
    addresses: set[tuple[str, str]]
    routes: set[Route]
    rules: set[Rule]


def version(text: str) -> int:
    return ip_interface(text).version


def files(plan: Plan, node: str, os: System) -> dict[str, str]:
    stack = Stack(release="2026.07", os=os)
    chosen = replace(plan, intent=plan.intent.model_copy(update={"stack": stack}))
    tree = node_config.files(chosen, chosen.device[node], "host_network")
    return {one.path: one.content.decode() for one in tree}


def blocks(text: str) -> Iterator[tuple[str, dict[str, list[str]]]]:
    for block in text.strip().split("\n\n"):
        head, *lines = block.splitlines()
        found: dict[str, list[str]] = defaultdict(list)
        for line in lines:
            key, _, value = line.partition("=")
            found[key].append(value)
        yield head.strip("[]"), found


def of_networkd(tree: dict[str, str]) -> Meaning:
    meaning = Meaning(set(), set(), set(), set())
    for path, text in tree.items():
        if not path.startswith(NETWORKS):
            continue
        name = path.removeprefix(NETWORKS).removesuffix(".network")
        for kind, has in blocks(text):

            def one(key: str, default: str, has: dict[str, list[str]] = has) -> str:
                return has[key][0] if key in has else default

            if kind == "Link" and "MTUBytes" in has:
                meaning.mtus.add((name, one("MTUBytes", "")))
            if kind == "Network":
                meaning.addresses.update((name, each) for each in has["Address"])
            if kind == "Route":
                several = [tuple(way.split("@")) for way in has.get("MultiPathRoute", [])]
                alone = [(one("Gateway", ""), name)] if "Type" not in has else []
                to = one("Destination", "")
                meaning.routes.add(
                    Route(
                        to,
                        one("Table", MAIN),
                        one("Metric", "0" if version(to) == 4 else "1024"),
                        one("Type", "unicast"),
                        one("PreferredSource", ""),
                        frozenset((gateway, port) for gateway, port in several or alone),
                    )
                )
            if kind == "RoutingPolicyRule":
                source, to = one("From", ""), one("To", "")
                family = int(one("Family", f"ipv{version(source or to or '::')}")[-1])
                meaning.rules.add(
                    Rule(
                        family,
                        one("Priority", ""),
                        source,
                        to,
                        one("Table", ""),
                        one("SuppressPrefixLength", ""),
                    )
                )
    return meaning


def of_profiles(tree: dict[str, str]) -> Meaning:
    meaning = Meaning(set(), set(), set(), set())
    several: dict[tuple[str, str, str], set[tuple[str, str]]] = defaultdict(set)
    for path, text in tree.items():
        if not path.startswith(PROFILES):
            continue
        profile = configparser.ConfigParser(interpolation=None)
        profile.read_string(text)
        name = profile["connection"]["interface-name"]
        if "mtu" in profile[profile["connection"]["type"]]:
            meaning.mtus.add((name, profile["ethernet"]["mtu"]))
        for family in (4, 6):
            section = profile[f"ipv{family}"]
            if section["method"] == "disabled":
                assert len(section) == 1
                continue
            assert section["method"] == "manual"
            for key, value in section.items():
                if key.startswith("address") and not ip_interface(value).ip.is_loopback:
                    meaning.addresses.add((name, value))
                if key.startswith("route") and key[5:].isdecimal():
                    to, gateway, metric = value.split(",")
                    assert version(to) == family
                    options = section.get(f"{key}_options", "")
                    has = dict(each.split("=") for each in options.split(",") if each)
                    table, kind = has.pop("table", MAIN), has.pop("type", "unicast")
                    source, weight = has.pop("src", ""), has.pop("weight", None)
                    assert not has
                    no_way = gateway in {"0.0.0.0", "::"}  # noqa: S104 (no address to listen on)
                    if weight:
                        assert weight == "1"
                        assert not source
                        several[to, table, metric].add((gateway, name))
                        continue
                    ways = [("" if no_way else gateway, name)] if kind == "unicast" else []
                    meaning.routes.add(Route(to, table, metric, kind, source, frozenset(ways)))
                if key.startswith("routing-rule"):
                    words = value.split()
                    has = dict(zip(words[::2], words[1::2], strict=True))
                    meaning.rules.add(
                        Rule(
                            family,
                            has.pop("priority"),
                            has.pop("from", ""),
                            has.pop("to", ""),
                            has.pop("table"),
                            has.pop("suppress_prefixlength", ""),
                        )
                    )
                    assert not has
    for (to, table, metric), parts in several.items():
        meaning.routes.add(Route(to, table, metric, "unicast", "", frozenset(parts)))
    return meaning


@pytest.mark.parametrize("node", ["gpu0001", "gpu0016", "storage01", "mgmt01"])
@pytest.mark.parametrize(
    "changes", [(), (IPV6,), (SVI, IPV6), (NO_BORDER,)], ids=["plain", "dual", "svi", "no-border"]
)
def test_profiles_mean_what_the_networkd_files_mean(
    node: str, changes: tuple[dict[str, object], ...]
) -> None:
    plan = planned(ALL_NETWORKS, *changes)
    wanted = of_networkd(files(plan, node, "debian-12"))
    found = of_profiles(files(plan, node, "rocky-9"))
    assert found == wanted
    assert len(wanted.addresses) >= 2
    assert wanted.routes
    assert wanted.rules


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(ALL_NETWORKS)


def test_both_storage_ports_are_ways_of_one_route(plan: Plan) -> None:
    routes = of_profiles(files(plan, "storage01", "rocky-9")).routes
    ways = {(one.to, one.table): len(one.ways) for one in routes if len(one.ways) > 1}
    assert ways == {("10.32.0.0/15", MAIN): 2, ("0.0.0.0/0", "210"): 2}


def test_a_rails_profile(plan: Plan) -> None:
    text = files(plan, "gpu0001", "rocky-9")[f"{PROFILES}rail0.nmconnection"]
    profile = configparser.ConfigParser(interpolation=None)
    profile.read_string(text)
    assert text.replace(profile["connection"]["uuid"], "@") == RAIL0


def test_profiles_are_roots_alone_and_the_rest_is_not_secret(plan: Plan) -> None:
    stack = Stack(release="2026.07", os="rocky-9")
    chosen = replace(plan, intent=plan.intent.model_copy(update={"stack": stack}))
    found = host_network.state(chosen, chosen.device["gpu0001"])
    modes = {one.path: one.mode for one in found.files}
    assert {mode for path, mode in modes.items() if path.endswith(".nmconnection")} == {0o600}
    assert {path for path, mode in modes.items() if mode == 0o644} == {
        "etc/NetworkManager/conf.d/50-railwright.conf",
        "etc/sysctl.d/60-railwright-rails.conf",
    }
    assert [unit.name for unit in found.units] == ["NetworkManager.service"]


def test_no_port_but_ours_keeps_its_settings_without_carrier(plan: Plan) -> None:
    text = files(plan, "mgmt01", "rocky-9")["etc/NetworkManager/conf.d/50-railwright.conf"]
    ports = "interface-name:=storage0,interface-name:=storage1,interface-name:=oob0"
    assert text == f"[device-railwright]\nmatch-device={ports}\nignore-carrier=yes\n"


def test_every_profile_has_an_identity_of_its_own(plan: Plan) -> None:
    found = []
    for node in ("gpu0001", "gpu0002"):
        for path, text in files(plan, node, "rocky-9").items():
            if path.startswith(PROFILES):
                profile = configparser.ConfigParser(interpolation=None)
                profile.read_string(text)
                found.append(UUID(profile["connection"]["uuid"]))
    assert len(set(found)) == len(found) == 2 * (1 + 8 + 2)
    assert {one.version for one in found} == {5}


def test_a_setting_without_translation_is_no_silent_loss() -> None:
    address = section("Network", Address="10.0.0.2/31")
    strange = route("10.0.0.0/8", Gateway="10.0.0.3", InitialCongestionWindow=20)
    with pytest.raises(KeyError, match="InitialCongestionWindow: not known to keyfiles"):
        keyfiles.files("made", "gpu0001", [("rail0", (address, strange))])
