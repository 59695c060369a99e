"""The FRR configuration text that SONiC's BGP container renders from CONFIG_DB, as pure functions.

Facts: sonic-buildimage 086b03bd70, dockers/docker-fpm-frr/frr (start-up, policy, peer-group and
instance templates) and files/build_templates/constants.yml.j2 (the numbers). Every function returns
vtysh lines for the configuration mode of the FRR that SONiC ships; `frr8` adapts them to the one
in a lab switch.
"""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any

Fields = Mapping[str, Any]
"""One CONFIG_DB row: field -> text, or -> list of text for a leaf-list."""
Tables = Mapping[str, Mapping[str, Fields]]
"""Rows by table and key; the parts of a key are joined by `|`."""
Interface = ipaddress.IPv4Interface | ipaddress.IPv6Interface

# constants.yml.j2, bgp: section
MAXIMUM_PATHS = 514
TRAFFIC_SHIFT_COMMUNITY = "12345:12345"
INTERNAL_MATCH_TAG = 201
DROP_COMMUNITY = "5060:12345"
LOCAL_ANCHOR_COMMUNITY = "12345:555"
ANCHOR_COMMUNITY = "12345:666"
ANCHOR_CONTRIBUTING_COMMUNITY = "12345:777"
GRACEFUL_RESTART_TIME_S = 240
SELECT_DEFER_TIME_S = 45
CONNECT_RETRY_TIME_S = 10
# FRR's own defaults: the instance template names timers only where a row differs
DEFAULT_KEEPALIVE_S = 60
DEFAULT_HOLDTIME_S = 180

DISAGGREGATED_TYPES = frozenset({"lowerspinerouter", "upperspinerouter", "fabricspinerouter"})
"""Switch types (lower case) whose start-up lines may name a confederation."""

FAMILIES = (("V4", "ip", "ipv4"), ("V6", "ipv6", "ipv6"))
"""Suffix of names, word of `match`/`prefix-list` lines, and address family."""


def text(row: Fields, field: str, default: str = "") -> str:
    """Return a field as one line of text, so that no value can smuggle in a second line."""
    value = row.get(field, default)
    return " ".join(str(value).split())


def number(row: Fields, field: str, default: int) -> int:
    """Return a field as a number: `default` if absent, 0 if it is not one (as the templates do)."""
    if field not in row:
        return default
    try:
        return int(str(row[field]))
    except ValueError:
        return 0


def localhost(tables: Tables) -> Fields:
    """Return the row DEVICE_METADATA|localhost, empty if there is none."""
    return tables.get("DEVICE_METADATA", {}).get("localhost", {})


def local_asn(tables: Tables) -> str:
    """Return the switch's own ASN as text, empty while it is not configured."""
    asn = text(localhost(tables), "bgp_asn")
    return "" if asn.lower() in {"none", "null"} else asn


def natural(value: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key under which `Vlan9` comes before `Vlan10`."""
    parts = (part for part in re.split(r"(\d+)", value) if part)
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)


def addresses(tables: Tables, table: str) -> Iterator[tuple[str, Interface]]:
    """Yield interface name and address of every well-formed `name|prefix` row, in natural order."""
    for key in sorted(tables.get(table, {}), key=natural):
        name, bar, prefix = key.partition("|")
        if not bar:
            continue
        try:
            yield name, ipaddress.ip_interface(prefix)
        except ValueError:
            continue


def loopback_address(tables: Tables, version: int) -> Interface | None:
    """Return the last Loopback0 address of an IP version, as the start-up template picks it."""
    found = None
    for name, address in addresses(tables, "LOOPBACK_INTERFACE"):
        if name == "Loopback0" and address.version == version:
            found = address
    return found


def loopback_v6_network(tables: Tables) -> ipaddress.IPv6Network | None:
    """Return what is originated for Loopback0's IPv6 address: its /64, or /128 if asked for."""
    address = loopback_address(tables, 6)
    if address is None:
        return None
    as_host = text(localhost(tables), "bgp_adv_lo_prefix_as_128") == "true"
    return ipaddress.IPv6Network((str(address.ip), 128 if as_host else 64), strict=False)


def vlan_subnets(tables: Tables) -> list[tuple[int, ipaddress.IPv4Network | ipaddress.IPv6Network]]:
    """Return sequence number and subnet of every VLAN_INTERFACE address outside a VNET."""
    rows = tables.get("VLAN_INTERFACE", {})
    found = []
    for index, (name, address) in enumerate(addresses(tables, "VLAN_INTERFACE"), start=1):
        if "vnet_name" not in rows.get(name, {}):
            found.append((index * 5, address.network))
    return found


def startup_lines(tables: Tables) -> list[str]:
    """Return what zebra, staticd and bgpd are given when the BGP container starts."""
    lines = ["zebra nexthop kernel enable", "zebra nexthop-group keep 1"]
    if hostname := text(localhost(tables), "hostname"):
        lines.append(f"hostname {hostname}")
    lines += ["ip nht resolve-via-default", "ipv6 nht resolve-via-default"]
    if not localhost(tables):  # the start-up template cannot be rendered without it
        return lines
    if (lo_v6 := loopback_v6_network(tables)) is not None:
        lines.append(f"ipv6 route {lo_v6} Loopback0")
    lines += _prefix_lists(tables)
    if asn := local_asn(tables):
        lines += [f"router bgp {asn}", *_instance(tables), "exit"]
    return lines


def _prefix_lists(tables: Tables) -> Iterator[str]:
    if (lo_v4 := loopback_address(tables, 4)) is not None:
        yield f"ip prefix-list PL_LoopbackV4 permit {lo_v4.ip}/32"
    if (lo_v6 := loopback_v6_network(tables)) is not None:
        yield f"ipv6 prefix-list PL_LoopbackV6 permit {lo_v6}"
    for sequence, subnet in vlan_subnets(tables):
        word, family = ("ip", "IPV4") if subnet.version == 4 else ("ipv6", "IPV6")
        yield f"{word} prefix-list LOCAL_VLAN_{family}_PREFIX seq {sequence} permit {subnet}"


def _instance(tables: Tables) -> Iterator[str]:
    """Yield the body of `router bgp`: global options, router-id and originated networks."""
    metadata = localhost(tables)
    kind = text(metadata, "type")
    if kind.lower() in DISAGGREGATED_TYPES:
        yield from _confederation(tables.get("BGP_DEVICE_GLOBAL", {}).get("CONFED", {}))
    yield from (
        " bgp log-neighbor-changes",
        " bgp suppress-fib-pending",
        " no bgp default ipv4-unicast",
        " no bgp ebgp-requires-policy",
        " bgp bestpath as-path multipath-relax",
    )
    if kind == "ToRRouter":
        yield from (
            f" bgp graceful-restart restart-time {GRACEFUL_RESTART_TIME_S}",
            " bgp graceful-restart",
            " bgp graceful-restart preserve-fw-state",
            f" bgp graceful-restart select-defer-time {SELECT_DEFER_TIME_S}",
        )
    lo_v4 = loopback_address(tables, 4)
    router_id = text(metadata, "bgp_router_id") or (str(lo_v4.ip) if lo_v4 is not None else "")
    if router_id:
        yield f" bgp router-id {router_id}"
    originated = [f"{lo_v4.ip}/32"] if lo_v4 is not None else []
    if (lo_v6 := loopback_v6_network(tables)) is not None:
        originated.append(str(lo_v6))
    originated += [str(subnet) for _, subnet in vlan_subnets(tables)]
    for _, _, family in FAMILIES:
        yield f" address-family {family}"
        yield from (
            f"  network {network}"
            for network in originated
            if (":" in network) == (family == "ipv6")
        )
        yield f"  maximum-paths {MAXIMUM_PATHS}"
        yield " exit-address-family"


def _confederation(row: Fields) -> Iterator[str]:
    if asn := text(row, "asn"):
        yield f" bgp confederation identifier {asn}"
    if peers := text(row, "peers"):
        yield f" bgp confederation peers {peers.replace(';', ' ')}"


def policy_lines(kind: str) -> list[str]:
    """Return the route-maps of general peers for a switch of type `kind`."""
    lines = [
        "ip prefix-list DEFAULT_IPV4 permit 0.0.0.0/0",
        "ipv6 prefix-list DEFAULT_IPV6 permit ::/0",
    ]
    lines += [
        "bgp community-list standard allow_list_default_community permit no-export",
        f"bgp community-list standard allow_list_default_community permit {DROP_COMMUNITY}",
        "route-map FROM_BGP_PEER_V6 permit 1",
        " on-match next",
        " set ipv6 next-hop prefer-global",
    ]
    for suffix, _, _ in FAMILIES:
        lines += [
            f"route-map ALLOW_LIST_DEPLOYMENT_ID_0_{suffix} permit 65535",
            f" set community {DROP_COMMUNITY} additive",
            f"route-map FROM_BGP_PEER_{suffix} permit 10",
            f" call ALLOW_LIST_DEPLOYMENT_ID_0_{suffix}",
            " on-match next",
            f"route-map FROM_BGP_PEER_{suffix} permit 11",
            " match community allow_list_default_community",
            f"route-map FROM_BGP_PEER_{suffix} permit 100",
            f"route-map TO_BGP_PEER_{suffix} permit 100",
            " call CHECK_IDF_ISOLATION",
        ]
    lines += ["route-map CHECK_IDF_ISOLATION permit 10"]
    return [*lines, *(_anchor_lines() if kind == "UpperSpineRouter" else ()), "exit"]


def _anchor_lines() -> Iterator[str]:
    """Yield the anchor-route policies that only an UpperSpineRouter has."""
    for name, community in (
        ("ANCHOR_ROUTE_COMMUNITY", ANCHOR_COMMUNITY),
        ("LOCAL_ANCHOR_ROUTE_COMMUNITY", LOCAL_ANCHOR_COMMUNITY),
        ("ANCHOR_CONTRIBUTING_ROUTE_COMMUNITY", ANCHOR_CONTRIBUTING_COMMUNITY),
    ):
        yield f"bgp community-list standard {name} permit {community}"
    yield "route-map TAG_ANCHOR_COMMUNITY permit 10"
    yield f" set community {LOCAL_ANCHOR_COMMUNITY} {ANCHOR_COMMUNITY} additive"
    for suffix, word, _ in FAMILIES:
        yield f"route-map SELECTIVE_ROUTE_DOWNLOAD_{suffix} deny 10"
        yield " match community LOCAL_ANCHOR_ROUTE_COMMUNITY"
        yield f"route-map SELECTIVE_ROUTE_DOWNLOAD_{suffix} permit 1000"
        yield f"route-map TO_BGP_PEER_{suffix} permit 50"
        yield f" match {word} address prefix-list ANCHOR_CONTRIBUTING_ROUTES"
        yield f" set community {ANCHOR_CONTRIBUTING_COMMUNITY} additive"
        yield " on-match next"
        yield f"route-map TO_BGP_PEER_{suffix} permit 60"
        yield " set comm-list LOCAL_ANCHOR_ROUTE_COMMUNITY delete"
        yield " on-match next"


def peer_group_lines(asn: str, kind: str, bbr_enabled: bool) -> list[str]:
    """Return the peer groups PEER_V4 and PEER_V6 of general peers."""
    own_as_allowed = kind == "ToRRouter" or (kind == "LeafRouter" and bbr_enabled)
    lines = [f"router bgp {asn}", " neighbor PEER_V4 peer-group", " neighbor PEER_V6 peer-group"]
    for suffix, _, family in FAMILIES:
        lines.append(f" address-family {family}")
        if own_as_allowed:
            lines.append(f"  neighbor PEER_{suffix} allowas-in 1")
        lines += [
            f"  neighbor PEER_{suffix} soft-reconfiguration inbound",
            f"  neighbor PEER_{suffix} route-map FROM_BGP_PEER_{suffix} in",
            f"  neighbor PEER_{suffix} route-map TO_BGP_PEER_{suffix} out",
        ]
        if kind == "UpperSpineRouter":
            lines.append(f"  table-map SELECTIVE_ROUTE_DOWNLOAD_{suffix}")
        lines.append(" exit-address-family")
    return [*lines, "exit"]


def neighbor_lines(address: str, row: Fields, default_status: str) -> list[str]:
    """Return the lines of one general peer (an IPv4 or IPv6 address), inside `router bgp`.

    A row without `asn` or `name` gives lines that FRR refuses, as on a switch; the others of the
    batch still take effect.
    """
    own = f"neighbor {address}"
    lines = [f" {own} remote-as {text(row, 'asn')}", f" {own} description {text(row, 'name')}"]
    keepalive_s = number(row, "keepalive", DEFAULT_KEEPALIVE_S)
    holdtime_s = number(row, "holdtime", DEFAULT_HOLDTIME_S)
    if (keepalive_s, holdtime_s) != (DEFAULT_KEEPALIVE_S, DEFAULT_HOLDTIME_S):
        lines.append(f" {own} timers {keepalive_s} {holdtime_s}")
    lines.append(f" {own} timers connect {CONNECT_RETRY_TIME_S}")
    if text(row, "admin_status", default_status) == "down":
        lines.append(f" {own} shutdown")
    suffix, family = ("V6", "ipv6") if ":" in address else ("V4", "ipv4")
    lines += [f" address-family {family}", f"  {own} peer-group PEER_{suffix}"]
    if number(row, "rrclient", 0):
        lines.append(f"  {own} route-reflector-client")
    if number(row, "nhopself", 0):
        lines.append(f"  {own} next-hop-self")
    return [*lines, f"  {own} activate", " exit-address-family"]


def isolation_lines(isolated: bool) -> list[str]:
    """Return the route-map entries of traffic shift away (TSA), or their removal (TSB)."""
    lines = []
    for suffix, word, _ in FAMILIES:
        name = f"TO_BGP_PEER_{suffix}"
        if not isolated:
            lines += [
                f"no route-map {name} {entry}" for entry in ("permit 20", "permit 30", "deny 40")
            ]
            continue
        lines += [
            f"route-map {name} permit 20",
            f" match {word} address prefix-list PL_Loopback{suffix}",
            f" set community {TRAFFIC_SHIFT_COMMUNITY}",
            f"route-map {name} permit 30",
            f" match tag {INTERNAL_MATCH_TAG}",
            f" set community {TRAFFIC_SHIFT_COMMUNITY}",
            f"route-map {name} deny 40",
        ]
    return [*lines, "exit"] if isolated else lines


def weighted_ecmp_lines(enabled: bool) -> list[str]:
    """Return the lines that switch weighted ECMP on or off for general peers."""
    word = (
        "set extcommunity bandwidth num-multipaths" if enabled else "no set extcommunity bandwidth"
    )
    lines = []
    for suffix, _, _ in FAMILIES:
        lines += [f"route-map TO_BGP_PEER_{suffix} permit 100", f" {word}", "exit"]
    return lines


def downstream_isolation_lines(state: str) -> list[str]:
    """Return the lines of `idf_isolation_state`: unisolated or one of the two ways of isolating."""
    name = "route-map CHECK_IDF_ISOLATION"
    if state == "unisolated":
        entries = ("permit 1", "permit 2", "permit 3", "deny 4")
        removals = [f"no {name} {entry}" for entry in entries]
        return [*removals, f"{name} permit 10", " no set community no-export additive", "exit"]
    shift = f" set community {TRAFFIC_SHIFT_COMMUNITY}"
    lines = [f"{name} permit 1", " match ip address prefix-list PL_LoopbackV4", shift]
    lines += [f"{name} permit 2", " match ipv6 address prefix-list PL_LoopbackV6", shift]
    lines += [f"{name} permit 3", f" match tag {INTERNAL_MATCH_TAG}", shift]
    if state == "isolated_withdraw_all":
        lines += [f"{name} deny 4", f"{name} permit 10", " no set community no-export additive"]
    else:
        lines += [f"no {name} deny 4", f"{name} permit 10", " set community no-export additive"]
    return [*lines, "exit"]


def redistribution_lines(asn: str, enabled: bool) -> list[str]:
    """Return the lines that advertise static routes with tag 1, or stop doing so."""
    route_map = "route-map STATIC_ROUTE_FILTER"
    lines = [f"{route_map} permit 10", " match tag 1"] if enabled else []
    lines.append(f"router bgp {asn}")
    for _, _, family in FAMILIES:
        word = "redistribute" if enabled else "no redistribute"
        lines += [
            f" address-family {family}",
            f"  {word} static {route_map}",
            " exit-address-family",
        ]
    lines.append("exit")
    return lines if enabled else [*lines, f"no {route_map}"]


def aggregate_lines(asn: str, prefix: str, row: Fields, removed: bool = False) -> list[str]:
    """Return the lines that set an aggregate and its prefix lists, or remove them."""
    no = "no " if removed else ""
    command = f"{no}aggregate-address {prefix}"
    for flag in ("summary-only", "as-set"):
        if not removed and text(row, flag) == "true":
            command += f" {flag}"
    word, family, longest = ("ipv6", "ipv6", 128) if ":" in prefix else ("ip", "ipv4", 32)
    lines = [f"router bgp {asn}", f" address-family {family}", f"  {command}"]
    lines += [" exit-address-family", "exit"]
    if name := text(row, "aggregate-address-prefix-list"):
        lines.append(f"{no}{word} prefix-list {name} permit {prefix}")
    if name := text(row, "contributing-address-prefix-list"):
        lines.append(f"{no}{word} prefix-list {name} permit {prefix} le {longest}")
    return lines
