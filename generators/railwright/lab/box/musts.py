"""Rules between fields, rows and tables that the YANG models state as `must`, one function each.

Every rule yields (key, field, reason) for what it finds wrong in its table; reasons are worded as
in the models where those word them. Source: sonic-buildimage src/sonic-yang-models.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .schema import InvalidConfigError, Schema

Config = Mapping[str, Mapping[str, Mapping[str, Any]]]
Fault = tuple[str, str, str]
Rule = Callable[[Config], Iterator[Fault]]
PLAIN = "Must condition not satisfied."


def check_musts(schema: Schema, config: Config) -> None:
    """Raise InvalidConfigError for the first rule that `config` breaks."""
    for table, rules in RULES.items():
        if table not in config:
            continue
        for rule in rules:
            for key, field, reason in rule(config):
                place = schema.shape(table, key).place(key, field)
                raise InvalidConfigError(reason, table, place)


def _number(row: Mapping[str, Any], field: str) -> int | None:
    return int(row[field]) if field in row else None


def _wred_thresholds(config: Config) -> Iterator[Fault]:
    for key, row in config["WRED_PROFILE"].items():
        for color in ("green", "yellow", "red"):
            low, high = (_number(row, f"{color}_{end}_threshold") for end in ("min", "max"))
            # a max without a min compares with nothing, which is false in XPath
            if high is not None and (low is None or high < low):
                text = "max threshold must be greater than or equal to min threshold"
                yield key, f"{color}_max_threshold", f"{color.capitalize()} {text}"


def _scheduler_rates(config: Config) -> Iterator[Fault]:
    for key, row in config["SCHEDULER"].items():
        cir, pir, cbs, pbs = (_number(row, name) for name in ("cir", "pir", "cbs", "pbs"))
        if pir is not None and not cir:
            yield key, "pir", "pir can't be configured without cir."
        elif pir is not None and cir is not None and pir < cir:
            yield key, "pir", "pir must be greater than or equal to cir"
        if cbs is not None and not cir:
            yield key, "cbs", "cbs can't be configured without cir."
        if pbs is not None and not pir:
            yield key, "pbs", "pbs can't be configured without pir."
        elif pbs is not None and cbs is not None and pbs < cbs:
            yield key, "pbs", "pbs must be greater than or equal to cbs"


def _watchdog(config: Config) -> Iterator[Fault]:
    rows = config["PFC_WD"]
    for key, row in rows.items():
        for field in row:
            if (field == "POLL_INTERVAL") != (key == "GLOBAL"):
                yield key, field, PLAIN
        if key == "GLOBAL" or "GLOBAL" not in rows:
            continue
        poll = _number(rows["GLOBAL"], "POLL_INTERVAL")
        for field in ("detection_time", "restoration_time"):
            time = _number(row, field)
            if time is not None and (poll is None or time < poll):
                yield key, field, f"{field} must be greater than or equal to POLL_INTERVAL"


def _bare_row(table: str, example: str) -> Rule:
    reason = f"Must condition not satisfied, Try adding {example}"

    def rule(config: Config) -> Iterator[Fault]:
        for key in config[table]:
            name, bar, _ = key.partition("|")
            if bar and name not in config[table]:
                yield key, "name", reason

    return rule


def _family(table: str) -> Rule:
    def rule(config: Config) -> Iterator[Fault]:
        for key, row in config[table].items():
            family = "IPv6" if ":" in key else "IPv4"
            if row.get("family", family) != family:
                yield key, "family", PLAIN

    return rule


def _vlan_number(config: Config) -> Iterator[Fault]:
    for key, row in config["VLAN"].items():
        if str(row.get("vlanid", key.removeprefix("Vlan"))) != key.removeprefix("Vlan"):
            yield key, "vlanid", "The vlanid must correspond to the VLAN name"


def _vlan_member_ports(config: Config) -> Iterator[Fault]:
    bundled = {key.partition("|")[2] for key in config.get("PORTCHANNEL_MEMBER", {})}
    untagged: set[str] = set()
    for key, row in config["VLAN_MEMBER"].items():
        port = key.partition("|")[2]
        if port in bundled:
            yield key, "port", "Port is a member of a port channel."
        if port in config.get("INTERFACE", {}):
            yield key, "port", "Port is a router interface."
        if row.get("tagging_mode") == "untagged":
            if port in untagged:
                yield key, "port", "Port can be untagged in at most one VLAN."
            untagged.add(port)


def _gateway_family(config: Config) -> Iterator[Fault]:
    for key, row in config["MGMT_INTERFACE"].items():
        gateway = row.get("gwaddr")
        if gateway is None or (":" in gateway) != (":" in key):
            yield key, "ip_prefix", PLAIN


def _management_vrf(table: str) -> Rule:
    def rule(config: Config) -> Iterator[Fault]:
        row = config.get("MGMT_VRF_CONFIG", {}).get("vrf_global", {})
        if row.get("mgmtVrfEnabled") == "true":
            return
        for key, fields in config[table].items():
            if fields.get("vrf") == "mgmt":
                yield key, "vrf", f"{PLAIN} Try enable Management VRF."

    return rule


def _syslog_source(config: Config) -> Iterator[Fault]:
    for key, row in config["SYSLOG_SERVER"].items():
        source = row.get("source")
        if source is not None and not any(mark in source and mark in key for mark in ".:"):
            yield key, "source", PLAIN


def _snmp_user(config: Config) -> Iterator[Fault]:
    for key, row in config["SNMP_USER"].items():
        level = row["SNMP_USER_TYPE"]
        for kind, words, on in (
            ("AUTH", ("SHA", "MD5", "HMAC-SHA-2"), level != "noAuthNoPriv"),
            ("ENCRYPTION", ("DES", "AES"), level == "Priv"),
        ):
            chosen = row.get(f"SNMP_USER_{kind}_TYPE", "")
            if chosen not in words if on else chosen:
                yield key, f"SNMP_USER_{kind}_TYPE", PLAIN
            password = row.get(f"SNMP_USER_{kind}_PASSWORD")
            if password is not None and (len(password) < 8 if on else password):
                yield key, f"SNMP_USER_{kind}_PASSWORD", PLAIN


def _tacacs_passkey(config: Config) -> Iterator[Fault]:
    passkey = config.get("TACPLUS", {}).get("global", {}).get("passkey")
    for key, row in config["AAA"].items():
        if key == "authentication" and "tacacs+" in row.get("login", "") and not passkey:
            yield key, "", PLAIN


def _pool_percentage(config: Config) -> Iterator[Fault]:
    model = config.get("DEVICE_METADATA", {}).get("localhost", {}).get("buffer_model")
    for key, row in config["BUFFER_POOL"].items():
        if "percentage" not in row:
            continue
        if "size" in row:
            yield key, "percentage", "Percentage should not be configured along with size"
        if model != "dynamic":
            yield key, "percentage", "Percentage must be configured in dynamic buffer model"


def _suppress_fib(config: Config) -> Iterator[Fault]:
    for key, row in config["DEVICE_METADATA"].items():
        enabled = row.get("suppress-fib-pending") == "enabled"
        if enabled and row.get("synchronous_mode", "enable") != "enable":
            text = "ASIC synchronous mode must be enabled in order to enable suppress FIB pending"
            yield key, "suppress-fib-pending", f"{text} feature"


def _one_all(config: Config) -> Iterator[Fault]:
    for key, row in config["PORT"].items():
        for field in ("adv_speeds", "adv_interface_types"):
            values = str(row.get(field, "")).split(",")
            if "all" in values and len(values) > 1:
                yield key, "", PLAIN


def _crm_thresholds(config: Config) -> Iterator[Fault]:
    for key, row in config["CRM"].items():
        for field in row:
            if not field.endswith("_threshold_type"):
                continue
            name = field.removesuffix("_threshold_type")
            low, high = (_number(row, f"{name}_{end}_threshold") for end in ("low", "high"))
            if high is not None and (low is None or high <= low):
                text = "high_threshold should be more than low_threshold"
                yield key, f"{name}_high_threshold", text
            percent = row[field].lower() == "percentage"
            if percent and (low is None or high is None or max(low, high) >= 100):
                yield key, field, PLAIN


def _neighbor_asn(config: Config) -> Iterator[Fault]:
    for key, row in config["BGP_NEIGHBOR"].items():
        if "|" not in key and _number(row, "asn") == 0:
            yield key, "asn", "ASN must be greater than 0"


def _control_plane_acl(config: Config) -> Iterator[Fault]:
    for key, row in config["ACL_TABLE"].items():
        if row.get("type") == "CTRLPLANE" and not row.get("services"):
            yield key, "", PLAIN


def _control_plane_rule(config: Config) -> Iterator[Fault]:
    for key, row in config["ACL_RULE"].items():
        table = config.get("ACL_TABLE", {}).get(key.partition("|")[0], {})
        if table.get("type") == "CTRLPLANE" and "PACKET_ACTION" not in row:
            yield key, "", PLAIN


RULES: Mapping[str, tuple[Rule, ...]] = {
    "DEVICE_METADATA": (_suppress_fib,),
    "PORT": (_one_all,),
    "INTERFACE": (
        _bare_row("INTERFACE", "PORT: {}, Example: 'Ethernet0': {}"),
        _family("INTERFACE"),
    ),
    "LOOPBACK_INTERFACE": (_family("LOOPBACK_INTERFACE"),),
    "VLAN": (_vlan_number,),
    "VLAN_MEMBER": (_vlan_member_ports,),
    "VLAN_INTERFACE": (
        _bare_row("VLAN_INTERFACE", "Vlan<vlanid>: {}, Example: 'Vlan100': {}"),
        _family("VLAN_INTERFACE"),
    ),
    "MGMT_INTERFACE": (_gateway_family,),
    "NTP": (_management_vrf("NTP"),),
    "SYSLOG_SERVER": (_management_vrf("SYSLOG_SERVER"), _syslog_source),
    "GNMI": (_management_vrf("GNMI"),),
    "TELEMETRY": (_management_vrf("TELEMETRY"),),
    "SNMP_USER": (_snmp_user,),
    "AAA": (_tacacs_passkey,),
    "CRM": (_crm_thresholds,),
    "ACL_TABLE": (_control_plane_acl,),
    "ACL_RULE": (_control_plane_rule,),
    "BGP_NEIGHBOR": (_neighbor_asn,),
    "WRED_PROFILE": (_wred_thresholds,),
    "SCHEDULER": (_scheduler_rates,),
    "BUFFER_POOL": (_pool_percentage,),
    "PFC_WD": (_watchdog,),
}
