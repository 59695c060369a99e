"""The management plane: eth0, time, logs, names, SNMP and logins."""

from netaddr import IPAddress

from railwright.emitters.sonic_config.view import SwitchView
from railwright.intent.model import Services
from railwright.plan.border import border_of
from railwright.sonic.configdb import ConfigDb, Row, row_key
from railwright.sonic.tables import Rows

PORT = "eth0"
VRF = "mgmt"


def tables(view: SwitchView) -> ConfigDb:
    """Return the management tables; secret-bearing rows (community, passkey) are not among them."""
    services = view.plan.switch_services
    in_vrf = has_management_vrf(view)
    return {
        **_interface(view),
        **_ntp(services, in_vrf=in_vrf),
        **_dns(services),
        **_logins(services, in_vrf=in_vrf),
        "SNMP": _snmp(view),
        "SYSLOG_SERVER": _logs(services, in_vrf=in_vrf),
    }


def has_management_vrf(view: SwitchView) -> bool:
    """Return whether eth0 is in a VRF of its own: on the switches that route OOB.

    There eth0 is a member of a network that the switch itself forwards: a connected route over
    eth0 would win over the one by BGP, and the chip has none that leaves by eth0 (source:
    sonic-swss fpmsyncd/routesync.cpp). SSH and SNMP listen in every VRF (files/image_config/sysctl/
    90-sonic.conf, l3mdev_accept).
    """
    return view.device.network == "oob"


def _logs(services: Services, *, in_vrf: bool) -> Rows:
    """Return the log collectors.

    Without a management VRF there is no `vrf`: only so the switch routes logs out of eth0
    whatever the fabric advertises (source: files/image_config/interfaces/interfaces.j2).
    """
    row: Row = {"port": "514", "protocol": "udp"}
    if in_vrf:
        row["vrf"] = VRF
    return dict.fromkeys(services.syslog_servers, row)


def _interface(view: SwitchView) -> ConfigDb:
    """Return eth0 with its address.

    Outside a management VRF the image keeps eth0's default route in a table of its own, asked
    after the main one.
    """
    management = view.device.management
    address = f"{management.address}/{management.prefix_length}"
    row: Row = {"gwaddr": management.gateway}
    enabled = "true" if has_management_vrf(view) else "false"
    if forced := _forced(view):
        row["forced_mgmt_routes"] = forced
    return {
        "MGMT_INTERFACE": {row_key(PORT, address): row},
        "MGMT_PORT": {PORT: {"admin_status": "up", "alias": PORT}},
        "MGMT_VRF_CONFIG": {"vrf_global": {"mgmtVrfEnabled": enabled}},
    }


def _forced(view: SwitchView) -> list[str]:
    """Return what a switch reaches over eth0 although its fabric has a default route.

    That one is in the main table and would take name lookups and logins out of the border (source:
    files/image_config/interfaces/interfaces.j2). The OOB network's own switches are not among
    them: there the fabric is the way to everything on OOB.
    """
    network = view.device.network
    if network == "oob" or border_of(view.plan.intent, network) is None:
        return []
    pool, services = view.plan.intent.pools.oob, view.plan.switch_services
    tacacs = services.tacacs.servers if services.tacacs else ()
    asked = {*services.dns_servers, *services.ntp_servers, *tacacs}
    beyond = sorted((one for one in asked if IPAddress(one) not in pool), key=IPAddress)
    return [str(pool), *(f"{one}/32" for one in beyond)]


def _ntp(services: Services, *, in_vrf: bool) -> ConfigDb:
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
                "vrf": VRF if in_vrf else "default",
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


def _logins(services: Services, *, in_vrf: bool) -> ConfigDb:
    """Return who may log in: local users, or TACACS+ and local users when no server answers.

    Local login is written out, so that another way added by hand shows as drift. The image asks
    the highest priority first (sonic-host-services hostcfgd), so the first server of the intent
    gets the highest number. A rejected login is not tried locally (no failthrough).
    """
    if services.tacacs is None:
        return {"AAA": {"authentication": {"login": "local"}}}
    servers = services.tacacs.servers
    where: Row = {"vrf": VRF} if in_vrf else {}
    return {
        "AAA": {"authentication": {"failthrough": "false", "login": "tacacs+,local"}},
        "TACPLUS_SERVER": {
            server: {"priority": str(len(servers) - place), "tcp_port": "49", **where}
            for place, server in enumerate(servers)
        },
    }
