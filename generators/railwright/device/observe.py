"""What one switch is and runs now, read in a single command."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import yaml

from railwright.device.errors import CommandError
from railwright.device.parts import read_parts
from railwright.device.session import Session
from railwright.sonic.configdb import ConfigDb, loads

WORK_FOLDER = "/tmp/railwright"  # noqa: S108 - made with mode 700, never taken over from others
"""Where a push keeps its files on the switch (see push_box)."""

# $1 and $2 are the planned platform and HWSKU; nothing else enters the script.
_SCRIPT = f"""
part config sudo sonic-cfggen -d --print-data
part version quiet cat /etc/sonic/sonic_version.yml
part bgp quiet sudo vtysh -c 'show bgp summary json'
part phase quiet sh -c 'cat {WORK_FOLDER}/phase {WORK_FOLDER}/drained; true'
if [ "$3" = files ]; then
  base=/usr/share/sonic/device/$1
  part platform.json quiet cat "$base/platform.json"
  part hwsku.json quiet cat "$base/$2/hwsku.json"
  part port_config.ini quiet cat "$base/$2/port_config.ini"
  part pg_profile_lookup.ini quiet cat "$base/$2/pg_profile_lookup.ini"
fi
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What only the box knows. Texts are empty where the box does not say."""

    hostname: str
    platform: str
    hwsku: str
    mac: str
    database_version: str
    build_version: str
    asic_type: str
    management: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Observation:
    """One look at a switch; its text leaves out the configuration, which holds secrets.

    `running` is CONFIG_DB as stored; `sessions` maps BGP peer addresses to FRR's state text;
    `phase` is what an interrupted push left: nothing, or the words `applying` (and the peers that
    were up), `undoing` and `drained`; `files` are the platform's own files that exist, by base
    name.
    """

    running: ConfigDb = field(repr=False)
    facts: Facts
    sessions: Mapping[str, str]
    phase: str
    files: Mapping[str, str]

    @property
    def established(self) -> frozenset[str]:
        """Return the peers whose session is up."""
        return frozenset(peer for peer, state in self.sessions.items() if state == "Established")


def observe(session: Session, platform: str, hwsku: str, *, files: bool) -> Observation:
    """Return a look at a switch; `files` asks for the platform's own files of this HWSKU too.

    Raises: CommandError when the configuration cannot be read or understood, and what
    `Session.run` raises.
    """
    words = (platform, hwsku, "files" if files else "state")
    parts, result = read_parts(session, _SCRIPT, words)
    if "config" not in parts:
        raise CommandError(
            f"{session.name}: the running configuration cannot be read (`sudo sonic-cfggen -d "
            f"--print-data`: {result.error_text()}); is this a SONiC switch whose database runs, "
            "and may the user call it with sudo?"
        )
    running = loads(parts["config"], f"{session.name}: running configuration")
    return Observation(
        running=running,
        facts=_facts(running, parts.get("version", "")),
        sessions=bgp_states(parts.get("bgp", "")),
        phase=parts.get("phase", "").strip(),
        files={name: text for name, text in parts.items() if "." in name},
    )


def bgp_states(text: str) -> dict[str, str]:
    """Return the state of every IPv4 peer in the output of `show bgp summary json`.

    FRR nests the peers below `ipv4Unicast`; a switch without sessions prints `{}` or nothing.
    """
    try:
        summary: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    family = summary.get("ipv4Unicast", summary) if isinstance(summary, dict) else {}
    peers = family.get("peers", {}) if isinstance(family, dict) else {}
    return {
        peer: str(row.get("state", ""))
        for peer, row in (peers.items() if isinstance(peers, dict) else ())
        if isinstance(row, dict)
    }


def _facts(running: ConfigDb, version: str) -> Facts:
    metadata = running.get("DEVICE_METADATA", {}).get("localhost", {})
    image = _version(version)
    database = running.get("VERSIONS", {}).get("DATABASE", {}).get("VERSION", "")
    return Facts(
        hostname=str(metadata.get("hostname", "")),
        platform=str(metadata.get("platform", "")),
        hwsku=str(metadata.get("hwsku", "")),
        mac=str(metadata.get("mac", "")),
        database_version=str(database),
        build_version=str(image.get("build_version", "")),
        asic_type=str(image.get("asic_type", "")),
        management=tuple(
            key.split("|")[1].partition("/")[0]
            for key in running.get("MGMT_INTERFACE", {})
            if key.count("|") == 1
        ),
    )


def _version(text: str) -> Mapping[str, Any]:
    try:
        read = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    return read if isinstance(read, dict) else {}
