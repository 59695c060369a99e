"""LLDP as SONiC sets it up: lldpcli lines from DEVICE_METADATA and PORT.

Facts: sonic-buildimage 086b03bd70, dockers/docker-lldp (lldpd.conf.j2, lldpmgrd): the system name
is the hostname, the port id TLV is the alias (the name if there is none), the port description is
PORT.description. lldpmgrd waits for the port to come up before it sets alias and description; here
they are set as soon as the link exists.
"""

from collections.abc import Collection, Iterator

from .bgp_lines import Tables, addresses, localhost, natural, text
from .interfaces import MANAGEMENT_PORT

UNCONFIGURED_NAME = "sonic"
"""The hostname of a switch that nobody has configured."""


def hostname(config: Tables) -> str:
    """Return the system name a switch with this CONFIG_DB announces."""
    return text(localhost(config), "hostname") or UNCONFIGURED_NAME


def commands(config: Tables, links: Collection[str], interval_s: int = 0) -> list[str]:
    """Return the lldpcli lines for the ports among `links` (device names).

    Args:
        config: CONFIG_DB.
        links: network devices that exist.
        interval_s: seconds between two announcements; 0 keeps the daemon's own (30).
    """
    lines = [f"configure system hostname {_quoted(hostname(config))}"]
    lines.append("configure lldp portidsubtype ifname")
    if interval_s:
        lines.append(f"configure lldp tx-interval {interval_s}")
    lines += _management_lines(config, links)
    ports = config.get("PORT", {})
    for name in sorted(ports, key=natural):
        if name not in links:
            continue
        alias = text(ports[name], "alias") or name
        line = f"configure ports {name} lldp portidsubtype local {_quoted(alias)}"
        if description := text(ports[name], "description"):
            line += f" description {_quoted(description)}"
        lines.append(line)
    return lines


def _management_lines(config: Tables, links: Collection[str]) -> Iterator[str]:
    if MANAGEMENT_PORT not in links:
        return
    alias = text(config.get("MGMT_PORT", {}).get(MANAGEMENT_PORT, {}), "alias") or MANAGEMENT_PORT
    yield f"configure ports {MANAGEMENT_PORT} lldp portidsubtype local {_quoted(alias)}"
    own = [address for name, address in addresses(config, "MGMT_INTERFACE")]
    if own:
        first = min(own, key=lambda address: address.version)
        yield f"configure system ip management pattern {first.ip}"


def _quoted(value: str) -> str:
    """Return a value as one word of lldpcli, which knows quotes but no way to escape them."""
    if '"' not in value:
        return f'"{value}"'
    return "'" + value.replace("'", " ") + "'"
