"""The management plane: eth0, time, logs, names, SNMP and logins."""

from railwright.emitters.sonic_config.view import SwitchView
from railwright.intent.model import Services
from railwright.sonic.configdb import ConfigDb, row_key
from railwright.sonic.tables import Rows

PORT = "eth0"


def tables(view: SwitchView) -> ConfigDb:
    """Return the management tables; secret-bearing rows (community, passkey) are not among them."""
    services = view.plan.intent.services
    return {
        **_interface(view),
        **_ntp(services),
        **_dns(services),
        **_logins(services),
        "SNMP": _snmp(view),
        # No `vrf`: only without it the switch routes logs out of eth0 whatever the fabric
        # advertises (source: files/image_config/interfaces/interfaces.j2).
        "SYSLOG_SERVER": {
            server: {"port": "514", "protocol": "udp"} for server in services.syslog_servers
        },
    }


def _interface(view: SwitchView) -> ConfigDb:
    """Return eth0 with its address.

    No management VRF: the image keeps eth0's default route in a table of its own, asked after
    the main one, and the fabric has no default route that could take its place.
    """
    management = view.device.management
    address = f"{management.address}/{management.prefix_length}"
    return {
        "MGMT_INTERFACE": {row_key(PORT, address): {"gwaddr": management.gateway}},
        "MGMT_PORT": {PORT: {"admin_status": "up", "alias": PORT}},
        "MGMT_VRF_CONFIG": {"vrf_global": {"mgmtVrfEnabled": "false"}},
    }


def _ntp(services: Services) -> ConfigDb:
    """Return the time servers, asked from eth0; nothing without servers."""
    if not services.ntp_servers:
        return {}
    servers: Rows = {
        server: {"association_type": "server", "iburst": "on"} for server in services.ntp_servers
    }
    return {
        "NTP": {
            "global": {
                "admin_state": "enabled",
                "dhcp": "disabled",
                "server_role": "disabled",
                "src_intf": PORT,
                "vrf": "default",
            }
        },
        "NTP_SERVER": servers,
    }


def _dns(services: Services) -> ConfigDb:
    """Return the name servers.

    No search domain: DNS_OPTIONS has a model only from 202511 on, and there none that can be
    stored (sonic-buildimage pull request 27529); a table without a model aborts a reload.
    """
    return {"DNS_NAMESERVER": {server: {} for server in services.dns_servers}}


def _snmp(view: SwitchView) -> Rows:
    """Return location and contact; always a location, because the image would invent one.

    Source: dockers/docker-snmp/snmp_yml_to_configdb.py writes `public` where it is absent.
    """
    intent = view.plan.intent
    snmp = intent.services.snmp
    rows: Rows = {"LOCATION": {"Location": (snmp and snmp.location) or intent.cluster}}
    if snmp and snmp.contact:
        rows["CONTACT"] = {"Contact": snmp.contact}
    return rows


def _logins(services: Services) -> ConfigDb:
    """Return who may log in: local users, or TACACS+ and local users when no server answers.

    Local login is written out, so that another way added by hand shows as drift. The image asks
    the highest priority first (sonic-host-services hostcfgd), so the first server of the intent
    gets the highest number. A rejected login is not tried locally (no failthrough).
    """
    if services.tacacs is None:
        return {"AAA": {"authentication": {"login": "local"}}}
    servers = services.tacacs.servers
    return {
        "AAA": {"authentication": {"failthrough": "false", "login": "tacacs+,local"}},
        "TACPLUS_SERVER": {
            server: {"priority": str(len(servers) - place), "tcp_port": "49"}
            for place, server in enumerate(servers)
        },
    }
