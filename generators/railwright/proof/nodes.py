"""A node's files read back: variables, parameters and the sections of systemd.network files.

Comments, blank lines and the order of keys mean nothing in any of them.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from railwright.proof.model import NodeFiles
from railwright.proof.rows import number
from railwright.units import mbps

NETWORKS = "etc/systemd/network/50-railwright-{}.network"
KEYFILES = "etc/NetworkManager/system-connections/railwright-{}.nmconnection"
KEYS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("Network", "Address"): ("address1", r"address\d+"),
    ("Route", "Gateway"): ("route1", r"route\d+"),
    ("Link", "MTUBytes"): ("mtu", "mtu"),
}
"""What NetworkManager calls a setting of systemd.network: for places, and as a pattern."""
NO_GATEWAY = ("", "0.0.0.0", "::")  # noqa: S104 (nothing listens)
COMMENTS = "#;"
UNITS = (
    ".network",
    ".nmconnection",
    ".link",
    ".service",
    ".timer",
    ".mount",
    ".automount",
    ".socket",
)
SECTIONED = ("etc/systemd/", "etc/NetworkManager/")
VARIABLES = ("etc/nccl.conf", "etc/railwright/roce.conf")
PROGRAM, IN_ANY_ORDER = ".py", "etc/lldpd.d/"
FOR_PEOPLE = "Description"
"""The key of texts that nothing depends on."""

Section = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Nic:
    """The RoCE settings of one port: what it sends, which priority it uses and what it obeys.

    `dscp` is -1 where the file has no ToS byte. `exceptions` are the DSCPs with another priority
    than DSCP >> 3; `slowed` the priorities that answer congestion.
    """

    trust: str
    dscp: int
    exceptions: Mapping[int, int]
    paused: frozenset[int]
    slowed: frozenset[int]
    global_pause: str
    cnp_dscp: int
    cnp_priority: int | None
    speed_mbps: int | None
    fec: str
    cable_m: int | None

    def priority(self, dscp: int) -> int:
        """Return the priority of a DSCP, trust in DSCP given."""
        return self.exceptions.get(dscp, dscp >> 3)


@dataclass(frozen=True, slots=True)
class Node:
    """One node as its files say."""

    name: str
    files: NodeFiles
    _read: dict[str, list[Section]] = field(default_factory=dict)

    def place(self, path: str, key: str = "") -> str:
        """Return `nodes/<node>/<path> KEY`, the place of a node's value."""
        return f"nodes/{self.name}/{path} {key}".rstrip()

    def sections(self, path: str) -> list[Section]:
        """Return the sections of a systemd file, none if it is missing."""
        if path not in self._read:
            self._read[path] = sections(self.text(path))
        return self._read[path]

    def text(self, path: str) -> str:
        """Return a file's text, empty if it is missing."""
        return self.files.get(path, b"").decode(errors="replace")

    def settings(self, path: str) -> Mapping[str, str]:
        """Return the variables of a file of `KEY=value` lines, none if it is missing."""
        return _settings(self.files.get(path, b""))

    def values(self, interface: str, section: str, key: str) -> list[str]:
        """Return all values of a key in an interface's sections of one name, in order.

        Section and key are those of systemd.network, also where NetworkManager has the interface.
        """
        if (path := KEYFILES.format(interface)) in self.files:
            return list(_of_keyfile(self.sections(path), section, key))
        return [
            value
            for name, pairs in self.sections(NETWORKS.format(interface))
            if name == section
            for one, value in pairs
            if one == key
        ]

    def network_place(self, interface: str, section: str, key: str) -> str:
        """Return the place of an interface's setting in the file of who configures it here."""
        if (path := KEYFILES.format(interface)) in self.files:
            return self.place(path, KEYS[section, key][0])
        return self.place(NETWORKS.format(interface), key)


def _of_keyfile(found: list[Section], section: str, key: str) -> Iterator[str]:
    """Yield the values of a keyfile that a setting of systemd.network has."""
    pattern = KEYS[section, key][1]
    for _, pairs in found:
        for name, value in pairs:
            if not re.fullmatch(pattern, name):
                continue
            if key != "Gateway":
                yield value
            elif (gateway := value.split(",")[1:2]) and gateway[0] not in NO_GATEWAY:
                yield gateway[0]


def settings(text: str) -> dict[str, str]:
    """Return the `KEY=value` lines of a text; of a key given twice the last counts."""
    found = {}
    for line in _lines(text):
        key, separator, value = line.partition("=")
        if separator:
            found[key.strip()] = value.strip().strip("\"'")
    return found


@lru_cache(maxsize=1024)  # equal ports of equal nodes have equal files
def nic_of(content: bytes) -> Nic:
    """Return what a port's RoCE file says."""
    values = _settings(content)
    tos, cnp = number(values.get("TOS", "")), number(values.get("CNP_DSCP", ""))
    speed_gbps = number(values.get("SPEED_GBPS", ""))
    return Nic(
        trust=values.get("TRUST", ""),
        dscp=-1 if tos is None else tos >> 2,
        exceptions=dict(_exceptions(values.get("DSCP_PRIORITY", ""))),
        paused=_flags(values.get("PFC", "")),
        slowed=_flags(values.get("ECN", "")),
        global_pause=values.get("GLOBAL_PAUSE", ""),
        cnp_dscp=-1 if cnp is None else cnp,
        cnp_priority=number(values.get("CNP_PRIORITY", "")),
        speed_mbps=None if speed_gbps is None else mbps(speed_gbps),
        fec=values.get("FEC", ""),
        cable_m=number(values.get("CABLE_LENGTH_M", "")),
    )


def _flags(text: str) -> frozenset[int]:
    """Return the priorities set in eight flags, `0,0,0,1,0,0,0,0`."""
    return frozenset(place for place, flag in enumerate(text.split(",")) if flag.strip() == "1")


def _exceptions(text: str) -> Iterator[tuple[int, int]]:
    for one in text.split(","):
        dscp, _, priority = one.partition(":")
        if (left := number(dscp)) is not None and (right := number(priority)) is not None:
            yield left, right


@lru_cache(maxsize=1024)
def _settings(content: bytes) -> Mapping[str, str]:
    return settings(content.decode(errors="replace"))


def sections(text: str) -> list[Section]:
    """Return the sections of an ini text as (name, settings), settings in their order."""
    found: list[tuple[str, list[tuple[str, str]]]] = []
    pairs: list[tuple[str, str]] = []
    for line in _lines(text):
        if line[0] == "[" and line[-1] == "]":
            pairs = []
            found.append((line[1:-1], pairs))
        else:
            key, _, value = line.partition("=")
            pairs.append((key.rstrip(), value.lstrip()))
    return [(name, tuple(own)) for name, own in found]


def meaning(path: str, content: bytes) -> dict[str, str]:
    """Return what a file says as a flat mapping of places in it to values, for comparing.

    Settings by name, JSON by path, sections by name and number. Sections of one name are put in
    order, since none of those we write depends on it; a file of another kind is its lines, whose
    order `in_order` tells.
    """
    text = content.decode(errors="replace")
    if path.endswith(".json"):
        try:
            return dict(_flat("", json.loads(text)))
        except (json.JSONDecodeError, RecursionError):
            return {"": "no JSON, or nested too deeply"}
    if path.startswith(SECTIONED) or path.endswith(UNITS):
        return dict(_numbered(sections(text)))
    if _is_variables(path):
        return settings(text)
    counted = Counter(_said(path, text))
    return {line: "set" if times == 1 else f"set {times} times" for line, times in counted.items()}


def in_order(path: str, content: bytes) -> list[str]:
    """Return the lines of a file whose order counts, nothing for a file of another kind."""
    is_of_keys = path.endswith((".json", *UNITS)) or path.startswith(SECTIONED)
    if is_of_keys or _is_variables(path) or path.startswith(IN_ANY_ORDER):
        return []
    return _said(path, content.decode(errors="replace"))


def _is_variables(path: str) -> bool:
    return path.endswith(".env") or path in VARIABLES or path.startswith("etc/sysctl.d/")


def _said(path: str, text: str) -> list[str]:
    """Return the lines that say something: of a program with their indent, and its comments."""
    if path.endswith(PROGRAM):
        return [line.rstrip() for line in text.splitlines() if line.strip()]
    return _lines(text)


@lru_cache(maxsize=1024)  # servers of one model with equal cables have equal files
def firmware_of(text: str) -> Mapping[str, Mapping[str, str]]:
    """Return the firmware parameters of every interface, none for a text that is none of ours."""
    try:
        ports = json.loads(text)["ports"]
        return {
            one["interface"]: {key: str(value) for key, value in one["parameters"].items()}
            for one in ports
        }
    except (json.JSONDecodeError, RecursionError, KeyError, TypeError, AttributeError):
        return {}


def _numbered(found: list[Section]) -> Iterator[tuple[str, str]]:
    numbers: dict[str, int] = {}
    for name, pairs in sorted((name, sorted(pairs, key=_key)) for name, pairs in found):
        numbers[name] = number = numbers.get(name, 0) + 1
        said = (f"{key}={value}" for key, value in pairs if key != FOR_PEOPLE)
        yield f"[{name}] {number}", " ".join(said)


def _key(pair: tuple[str, str]) -> str:
    return pair[0]


def _flat(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _flat(f"{path}.{key}" if path else str(key), one)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _flat(f"{path}[{number}]", one)
    else:
        yield path, json.dumps(value)


def _lines(text: str) -> list[str]:
    """Return the lines that say something, without the blanks around them."""
    stripped = map(str.strip, text.splitlines())
    return [line for line in stripped if line and line[0] not in COMMENTS]
