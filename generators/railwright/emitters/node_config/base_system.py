"""Time and names: where a server gets the time from, what it calls itself and its servers."""

from collections.abc import Iterator

from railwright.emitters.node_config.networkd import file
from railwright.emitters.node_config.state import Link, Unit
from railwright.emitters.node_config.storage_client import (
    servers,
    storage_addresses,
    storage_name,
)
from railwright.files import OutputFile
from railwright.plan.model import Device, Plan
from railwright.plan.stack import NodeStack

ZONES = "/usr/share/zoneinfo"
CHRONY = """\
driftfile /var/lib/chrony/drift
makestep 1.0 3
rtcsync
"""
HOSTS = """\
127.0.0.1 localhost
::1 localhost ip6-localhost ip6-loopback
ff02::1 ip6-allnodes
ff02::2 ip6-allrouters
"""
CLOUD_INIT = "manage_etc_hosts: false\n"
RIVALS = ("systemd-timesyncd",)
"""What Debian and Ubuntu come with to keep the time; chrony is not installed beside it."""


def files(plan: Plan, device: Device, stack: NodeStack) -> Iterator[OutputFile]:
    """Yield the files of time and names.

    The cluster's names are in DNS: thousands of lines on thousands of nodes would change with
    every node. What has to be there without DNS is the server itself, the management servers, and
    one name for all storage addresses of each file server, of which a mount tries every one.
    """
    yield file("etc/hosts", HOSTS + "".join(_hosts(plan, device, stack)))
    yield file("etc/cloud/cloud.cfg.d/99-railwright.cfg", CLOUD_INIT)
    if stack.is_apt:
        yield file("etc/timezone", f"{plan.intent.services.timezone}\n")
    sources = "".join(f"server {one} iburst\n" for one in plan.intent.services.ntp_servers)
    if sources:
        yield file(
            "etc/chrony/chrony.conf" if stack.is_apt else "etc/chrony.conf", sources + CHRONY
        )


def links(plan: Plan) -> tuple[Link, ...]:
    """Return the link that is the time zone."""
    return (Link("/etc/localtime", f"{ZONES}/{plan.intent.services.timezone}"),)


def units(plan: Plan, stack: NodeStack) -> tuple[Unit, ...]:
    """Return the daemon that keeps the time, where the site has servers of it."""
    if not plan.intent.services.ntp_servers:
        return ()
    return (Unit("chrony.service" if stack.is_apt else "chronyd.service"),)


def absent(stack: NodeStack) -> tuple[str, ...]:
    """Return the packages that must go before the daemon that keeps the time can be installed."""
    return RIVALS if stack.is_apt else ()


def _hosts(plan: Plan, device: Device, stack: NodeStack) -> Iterator[str]:
    others = [one for one in plan.nodes if one.role == "management_node" and one != device]
    for one in (device, *others):
        yield f"{one.management.address} {' '.join(_names(plan, one.name))}\n"
    if device.role == "gpu_node":
        for server in servers(stack.choices):
            for address in storage_addresses(plan, server):
                yield f"{address} {storage_name(server)}\n"


def _names(plan: Plan, name: str) -> Iterator[str]:
    """Yield the full name, which has to be first, and the short one."""
    domain = plan.intent.services.domain
    if domain is not None:
        yield f"{name}.{domain}"
    yield name
