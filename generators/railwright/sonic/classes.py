"""What a change does to traffic: the harm classes and the rules that assign them, as data.

The first rule of a table that fits decides. A change no rule fits counts as a config reload, the
safe assumption. Facts come from SONiC's updater (patch_sorter.py), its daemons and recorded runs.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from railwright.sonic.changes import Change
from railwright.sonic.configdb import ConfigDb, key_parts

Subject = Literal["port", "peer", "vlan", "device"]
Test = Literal["always", "port_up", "goes_down"]


class ChangeClass(IntEnum):
    """How a switch takes a change, in rising order of harm."""

    HITLESS = 0
    PORT_BOUNCE = 1
    BGP_RESET = 2
    SERVICE_RESTART = 3
    CONFIG_RELOAD = 4
    REBOOT = 5

    @property
    def text(self) -> str:
        """Return the class in words: `port bounce`."""
        return self.name.lower().replace("_", " ").replace("bgp", "BGP")


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table of harms.

    `fields` empty means every field; `kinds` empty means add, remove and change; `rows` says
    whether the rule is for whole rows, single fields or both. `subject` is what is hit.
    """

    harm: ChangeClass
    reason: str
    source: str
    fields: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    rows: Literal["row", "field", "both"] = "both"
    subject: Subject = "device"
    when: Test = "always"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A change with its class; `name` is the port, peer or VLAN hit, empty for the device."""

    change: Change
    harm: ChangeClass
    subject: Subject
    name: str
    reason: str
    source: str


_SORTER = "SONiC generic_config_updater/patch_sorter.py"
_BGPCFGD = "SONiC bgpcfgd managers_bgp.py and recorded live changes"
_VLANMGR = "SONiC vlanmgr.cpp and portsorch.cpp"
_RELAY = "the updater restarts the DHCP relay; forwarding is untouched"
_START = "rendered when the BGP container starts (bgpd.main.conf.j2)"
_LIVE = "applied live by its daemon; no port or session is touched"

HITLESS, PORT_BOUNCE, BGP_RESET, SERVICE_RESTART, CONFIG_RELOAD, REBOOT = ChangeClass


def _fields(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _hitless(source: str, reason: str = _LIVE) -> tuple[Rule, ...]:
    return (Rule(HITLESS, reason, source),)


_BOUNCES = (
    Rule(
        PORT_BOUNCE,
        "the updater shuts the port, changes the row and opens the port again",
        f"{_SORTER} (RequiredValueIdentifier)",
        subject="port",
        when="port_up",
    ),
    Rule(HITLESS, "the port is down or not a port", _SORTER, subject="port"),
)
_PORT = (
    Rule(
        CONFIG_RELOAD,
        "lanes, breakout or the set of ports change; live changes leave ports down",
        "SONiC issues 23822, 7781, 7782, 6720",
        rows="row",
    ),
    Rule(
        CONFIG_RELOAD,
        "the port is rebuilt together with everything that refers to it",
        f"{_SORTER} (CreateOnlyFilter)",
        fields=_fields("lanes index subport"),
        subject="port",
    ),
    Rule(
        PORT_BOUNCE,
        "the port is shut",
        "SONiC orchagent portsorch",
        fields=_fields("admin_status"),
        subject="port",
        when="goes_down",
    ),
    Rule(
        HITLESS,
        _LIVE,
        "SONiC orchagent portsorch; mtu without link loss is assumed",
        fields=_fields("admin_status description alias mtu dhcp_rate_limit pfc_asym tpid"),
        subject="port",
    ),
    Rule(
        PORT_BOUNCE,
        "the link trains again (speed, FEC, autonegotiation or signal settings)",
        "SONiC orchagent portsorch",
        subject="port",
        when="port_up",
    ),
    Rule(HITLESS, "the port is down", "SONiC orchagent portsorch", subject="port"),
)
_NEIGHBOR = (
    Rule(HITLESS, "a new session; others stay", _BGPCFGD, kinds=_fields("add"), rows="row"),
    Rule(BGP_RESET, "the session is removed", _BGPCFGD, rows="row", subject="peer"),
    Rule(
        BGP_RESET,
        "the session is shut",
        _BGPCFGD,
        fields=_fields("admin_status"),
        subject="peer",
        when="goes_down",
    ),
    Rule(HITLESS, "a session opens", _BGPCFGD, fields=_fields("admin_status"), subject="peer"),
    Rule(
        BGP_RESET,
        "the session is deleted and added again (create-only field)",
        f"{_SORTER} (CreateOnlyFilter)",
        subject="peer",
    ),
)
_ADDRESS = (
    Rule(HITLESS, "a new address; others stay", _BGPCFGD, kinds=_fields("add")),
    Rule(
        BGP_RESET,
        "the port loses its address: its session, or the node behind it, is cut off",
        "recorded: interface-address-removed-live",
        subject="port",
    ),
)
_ROUTE = (
    Rule(HITLESS, "a new route is advertised at once", _BGPCFGD, kinds=_fields("add"), rows="row"),
    Rule(BGP_RESET, "the advertised prefix is withdrawn or moves", "recorded: static-route cases"),
)
_PROFILE = (
    Rule(HITLESS, _LIVE, "SONiC orchagent bufferorch", rows="row"),
    Rule(
        HITLESS,
        _LIVE,
        "gcu_field_operation_validators.conf.json",
        fields=_fields("dynamic_th xoff packet_discard_action"),
    ),
    Rule(
        CONFIG_RELOAD,
        "sizes and pools of a profile in use change only when buffers are set up again",
        "gcu_field_operation_validators.conf.json",
    ),
)
_METADATA = (
    Rule(REBOOT, "another platform", "device identity", fields=_fields("platform"), rows="field"),
    Rule(HITLESS, _LIVE, "hostcfgd", fields=_fields("hostname timezone deployment_id")),
    Rule(
        HITLESS,
        "used only for new sessions or new watchdog rows",
        "bgpcfgd, pfcwd start_default",
        fields=_fields("default_bgp_status default_pfcwd_status"),
    ),
    Rule(
        SERVICE_RESTART,
        f"{_START}; a change in place is ignored",
        "recorded: local-asn-live",
        fields=_fields(
            "bgp_asn bgp_router_id docker_routing_config_mode frr_mgmt_framework_config "
            "suppress-fib-pending bgp_adv_lo_prefix_as_128 zebra_nexthop nexthop_group"
        ),
    ),
    Rule(
        SERVICE_RESTART,
        "the buffer daemon and orchagent start in this mode",
        "SONiC issue SW-PR#1975",
        fields=_fields("buffer_model synchronous_mode create_only_config_db_buffers"),
    ),
    Rule(
        CONFIG_RELOAD,
        "decides hash seed, templates and drivers at start",
        "switch.json.j2, buffers_config.j2, syncd start",
    ),
)
_LOOPBACK = (
    Rule(
        SERVICE_RESTART,
        f"router id and network statement are {_START}",
        "recorded: loopback0-v4-added-live, loopback0-v4-removed-live",
    ),
)
_VLAN_SUBNET = (
    Rule(
        SERVICE_RESTART,
        f"its network statement is {_START}",
        "recorded: vlan-added-live, vlan-interface-removed-live",
    ),
)
_VLAN_MEMBER = (
    Rule(
        HITLESS,
        "a port joins; the other members stay",
        _VLANMGR,
        kinds=_fields("add"),
        rows="row",
        subject="port",
    ),
    Rule(
        PORT_BOUNCE,
        "the port leaves the VLAN: the host behind it is cut off, the other members stay",
        _VLANMGR,
        rows="row",
        subject="port",
    ),
    Rule(
        CONFIG_RELOAD,
        "ignored live: both daemons skip a member they have",
        _VLANMGR,
        fields=_fields("tagging_mode"),
        subject="port",
    ),
)
_MEMBERSHIP = (
    Rule(
        PORT_BOUNCE,
        "the member port changes its forwarding",
        "SONiC orchagent portsorch",
        subject="port",
    ),
)
_VLAN = (
    Rule(HITLESS, "a VLAN matters only through members and addresses", _VLANMGR, rows="row"),
    Rule(
        BGP_RESET,
        "the VLAN no longer routes: its hosts lose their gateway, and go on switching",
        f"{_VLANMGR} (setHostVlanAdminState)",
        fields=_fields("admin_status"),
        subject="vlan",
        when="goes_down",
    ),
    Rule(
        BGP_RESET,
        "the bridge of all VLANs goes down and up, and hosts must learn the gateway anew",
        f"{_VLANMGR} (setHostVlanMac)",
        fields=_fields("mac"),
    ),
    Rule(
        HITLESS,
        _RELAY,
        "SONiC generic_config_updater/services_validator.py (vlan_validator)",
        fields=_fields("dhcp_servers"),
    ),
    Rule(
        HITLESS,
        _LIVE,
        _VLANMGR,
        fields=_fields("admin_status mtu alias description dhcpv6_servers"),
        subject="vlan",
    ),
)
_COMPUTED = "sonic-swss cfgmgr/buffermgrdyn.cpp and buffer_headroom_mellanox.lua"
_LOSSLESS_DEFAULT = (
    Rule(
        HITLESS,
        "the switch computes its pools again, live",
        _COMPUTED,
        fields=_fields("over_subscribe_ratio"),
    ),
    Rule(
        SERVICE_RESTART,
        "used for headroom computed from then on; ports keep theirs until the daemon restarts",
        _COMPUTED,
    ),
)
_FEATURE = (
    Rule(HITLESS, "no restart", "hostcfgd", fields=_fields("auto_restart high_mem_alert")),
    Rule(SERVICE_RESTART, "a service is started or stopped", "hostcfgd"),
)
_MANAGEMENT = (
    Rule(SERVICE_RESTART, "the management interface is set up again", "interfaces-config.service"),
)
_SESSION_OPTIONS = (
    Rule(BGP_RESET, "peers take the new options by a new session", "frrcfgd", subject="device"),
)

_RULES: dict[str, tuple[Rule, ...]] = {
    "DEVICE_METADATA": _METADATA,
    "PORT": _PORT,
    "BREAKOUT_CFG": _PORT[:1],
    "INTERFACE": _ADDRESS,
    "PORTCHANNEL_INTERFACE": _ADDRESS,
    "VLAN_SUB_INTERFACE": _ADDRESS,
    "LOOPBACK_INTERFACE": _LOOPBACK,
    "VLAN_INTERFACE": _VLAN_SUBNET,
    "VLAN": _VLAN,
    "VLAN_MEMBER": _VLAN_MEMBER,
    "PORT_STORM_CONTROL": _hitless("SONiC orchagent policerorch"),
    "DHCP_RELAY": _hitless(
        "SONiC generic_config_updater/services_validator.py (dhcp_validator)", _RELAY
    ),
    "PORTCHANNEL_MEMBER": _MEMBERSHIP,
    "BGP_NEIGHBOR": _NEIGHBOR,
    "STATIC_ROUTE": _ROUTE,
    "BUFFER_PROFILE": _PROFILE,
    "BUFFER_POOL": (
        Rule(
            CONFIG_RELOAD,
            "the updater never touches pools; buffers are set up again at start",
            "gcu_field_operation_validators.conf.json",
        ),
    ),
    "DEFAULT_LOSSLESS_BUFFER_PARAMETER": _LOSSLESS_DEFAULT,
    "LOSSLESS_TRAFFIC_PATTERN": _LOSSLESS_DEFAULT[1:],
    "SWITCH_TRIMMING": _hitless("SONiC orchagent switchorch"),
    "FEATURE": _FEATURE,
    "MGMT_PORT": _MANAGEMENT,
    "MGMT_INTERFACE": _MANAGEMENT,
    "MGMT_VRF_CONFIG": _MANAGEMENT,
    "KDUMP": (Rule(REBOOT, "crash memory is reserved at boot", "SONiC kdump HLD"),),
}
PORT_DOWN_TABLES = _fields(
    "PORT_QOS_MAP QUEUE BUFFER_PG BUFFER_QUEUE "
    "BUFFER_PORT_INGRESS_PROFILE_LIST BUFFER_PORT_EGRESS_PROFILE_LIST"
)
"""Tables whose rows the updater changes only while their port is down (patch_sorter.py)."""
_RULES |= dict.fromkeys(PORT_DOWN_TABLES, _BOUNCES)
_RULES |= dict.fromkeys(
    _fields(
        "DSCP_TO_TC_MAP DOT1P_TO_TC_MAP TC_TO_QUEUE_MAP TC_TO_PRIORITY_GROUP_MAP TC_TO_DSCP_MAP "
        "MAP_PFC_PRIORITY_TO_QUEUE PFC_PRIORITY_TO_PRIORITY_GROUP_MAP SCHEDULER WRED_PROFILE "
        "PFC_WD CABLE_LENGTH"
    ),
    _hitless(f"{_SORTER}: not among the tables that need the port down"),
)
_RULES |= dict.fromkeys(
    _fields(
        "NTP NTP_SERVER NTP_KEY SYSLOG_SERVER SYSLOG_CONFIG SYSLOG_CONFIG_FEATURE "
        "DNS_NAMESERVER DNS_OPTIONS SNMP SNMP_COMMUNITY SNMP_USER TACPLUS TACPLUS_SERVER AAA "
        "FLEX_COUNTER_TABLE CRM LOGGER BANNER_MESSAGE PASSW_HARDENING SSH_SERVER "
        "AUTO_TECHSUPPORT AUTO_TECHSUPPORT_FEATURE DEVICE_NEIGHBOR DEVICE_NEIGHBOR_METADATA "
        "BGP_DEVICE_GLOBAL"
    ),
    _hitless("management plane and counters"),
)
_RULES |= {
    "SWITCH_HASH": _hitless("SONiC orchagent switchorch", "flows move to other links; none is lost")
}
_RULES |= dict.fromkeys(
    _fields(
        "BGP_GLOBALS BGP_GLOBALS_AF BGP_GLOBALS_AF_NETWORK BGP_PEER_GROUP BGP_PEER_GROUP_AF "
        "BGP_NEIGHBOR_AF BGP_PEER_RANGE BGP_AGGREGATE_ADDRESS BGP_MONITORS ROUTE_REDISTRIBUTE"
    ),
    _SESSION_OPTIONS,
)
_NAMED_LAST = frozenset({"BGP_NEIGHBOR", "VLAN_MEMBER", "PORTCHANNEL_MEMBER"})
_UNKNOWN = Rule(CONFIG_RELOAD, "no rule says how a switch takes this change live", "assumed")


def classify(changes: Iterable[Change], running: ConfigDb) -> tuple[Verdict, ...]:
    """Return every change with its class, in the given order.

    `running` says which ports are up now, since a port that is down cannot bounce.
    """
    return tuple(_verdict(change, running) for change in changes)


def worst(verdicts: Iterable[Verdict]) -> ChangeClass:
    """Return the most harmful class among the verdicts; hitless if there are none."""
    return max((verdict.harm for verdict in verdicts), default=ChangeClass.HITLESS)


def rules_of(table: str) -> tuple[Rule, ...]:
    """Return the rules of a table in order; empty if the table has none."""
    return _RULES.get(table, ())


def updater_bounces(verdicts: Iterable[Verdict]) -> frozenset[str]:
    """Return the ports that the updater shuts and opens again while it applies the changes."""
    return frozenset(
        verdict.name
        for verdict in verdicts
        if verdict.harm is PORT_BOUNCE and verdict.change.table in PORT_DOWN_TABLES
    )


def _verdict(change: Change, running: ConfigDb) -> Verdict:
    rule = next(_fitting(change, running), _UNKNOWN)
    name = "" if rule.subject == "device" else _subject_name(change)
    return Verdict(change, rule.harm, rule.subject, name, rule.reason, rule.source)


def _fitting(change: Change, running: ConfigDb) -> Iterator[Rule]:
    shape = "row" if change.field is None else "field"
    for rule in rules_of(change.table):
        if rule.rows not in {"both", shape}:
            continue
        if rule.kinds and change.kind not in rule.kinds:
            continue
        if rule.fields and change.field not in rule.fields:
            continue
        if _holds(rule.when, change, running):
            yield rule


def _holds(test: Test, change: Change, running: ConfigDb) -> bool:
    if test == "port_up":
        return _port_is_up(_subject_name(change), running)
    if test == "goes_down":
        # An absent admin_status means down for a port and up for a session.
        return change.intended != "up" and (change.intended is not None or change.table == "PORT")
    return True


def _port_is_up(port: str, running: ConfigDb) -> bool:
    return running.get("PORT", {}).get(port, {}).get("admin_status") == "up"


def _subject_name(change: Change) -> str:
    """Return what a row is about: its first key part, or its last in the tables named.

    Members are keyed by their group first, peers may be keyed by their VRF first.
    """
    parts = key_parts(change.key)
    return parts[-1] if change.table in _NAMED_LAST else parts[0]
