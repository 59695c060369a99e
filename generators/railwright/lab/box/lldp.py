"""LLDP as SONiC sets it up: lldpcli lines from DEVICE_METADATA and PORT.

Facts: sonic-buildimage 086b03bd70, dockers/docker-lldp (lldpd.conf.j2, lldpmgrd): the system name
is the hostname, the port id TLV is the alias (the name if there is none), the port description is
PORT.description. lldpmgrd waits for the port to come up before it sets alias and description; here
they are set as soon as the link exists.

lldpd before 1.0.18 asks the kernel for all links on the socket on which it also hears of changes:
a change that arrives during the answer ends it early. The links that are missing then, or whose
coming up was lost, stay silent until they change once more, and `lldpcli update` looks only at what
lldpd already knows. `Watch` finds such ports.
"""

import json
from collections.abc import Collection, Iterator, Mapping

from .bgp_lines import Tables, addresses, localhost, natural, text
from .interfaces import MANAGEMENT_PORT

UNCONFIGURED_NAME = "sonic"
"""The hostname of a switch that nobody has configured."""

DAEMON_INTERVAL_S = 30
"""Seconds between two announcements where nobody set another."""
WATCH_SPARE_S = 6.0
"""What a busy machine may take longer than two announcements."""
WATCH_TRIES = 3
"""How often one silent port may be the reason to start lldpd anew before it is left alone."""
WATCH_PATIENCE = 6
"""How often the pause doubles while lldpd does not answer."""


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


def sent(statistics: str) -> dict[str, int] | None:
    """Return how many announcements left each port that lldpd knows; None without an answer.

    Args:
        statistics: output of `lldpcli -f json0 show statistics`.
    """
    try:
        ports = json.loads(statistics)["lldp"][0].get("interface", [])
        return {port["name"]: int(port["tx"][0]["tx"]) for port in ports}
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


class Watch:
    """Looks for ports that are up and that lldpd is silent on.

    It looks twice after links have changed, more than two announcements apart, and then rests until
    they change again: a switch at rest costs nothing. A dark link is not silent, since lldpd
    announces on it whether or not anybody answers.
    """

    def __init__(self, interval_s: int) -> None:
        """Take the seconds between two announcements, 0 for lldpd's own; it starts at rest."""
        self._apart_s = 2 * (interval_s or DAEMON_INTERVAL_S) + WATCH_SPARE_S
        self._due_s: float | None = None
        self._again = False
        self._before: dict[str, tuple[int, int]] | None = None
        self._tries: dict[str, int] = {}
        self._unanswered = 0

    def changed(self, now_s: float) -> None:
        """Links changed: look at them, or look once more at the end of what is under way."""
        if self._due_s is None:
            self._due_s = now_s + self._apart_s
        else:
            self._again = True

    def restarted(self, now_s: float) -> None:
        """Forget what was counted: lldpd was started anew, and counts from zero."""
        self._before, self._again, self._unanswered = None, False, 0
        self._due_s = now_s + self._apart_s

    def is_due(self, now_s: float) -> bool:
        """Return whether `look` wants to be called now."""
        return self._due_s is not None and now_s >= self._due_s

    def look(
        self, now_s: float, up: Mapping[str, int], counts: Mapping[str, int] | None
    ) -> tuple[str, ...]:
        """Return the ports for which lldpd is to be started anew, usually none.

        Args:
            now_s: a clock that only goes forward.
            up: ports that are up, with the kernel's number of each.
            counts: announcements of each port that lldpd knows, as `sent` returns them.
        """
        if counts is None:  # a busy machine, or no lldpd at all, which is no reason to start one
            self._unanswered = min(self._unanswered + 1, WATCH_PATIENCE)
            self._before = None
            self._due_s = now_s + self._apart_s * 2**self._unanswered
            return ()
        self._unanswered = 0
        seen = {name: (index, counts.get(name, 0)) for name, index in up.items()}
        before, self._before = self._before, seen
        if before is None:
            self._due_s = now_s + self._apart_s
            return ()
        silent = {name for name, what in seen.items() if before.get(name) == what}
        talking = (seen.keys() & before.keys()) - silent
        self._tries = {name: at for name, at in self._tries.items() if name not in talking}
        again, self._again = self._again, False
        self._before, self._due_s = None, None
        wanted = sorted(name for name in silent if self._tries.get(name, 0) < WATCH_TRIES)
        if wanted:
            self._tries |= {name: self._tries.get(name, 0) + 1 for name in wanted}
            longest = max(self._tries[name] for name in wanted)
            self._due_s = now_s + self._apart_s * 2**longest
        elif again:
            self._due_s = now_s + self._apart_s
        return tuple(wanted)


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
