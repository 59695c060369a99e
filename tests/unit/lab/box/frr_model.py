"""A model of FRR's configuration: takes vtysh lines, gives `show running-config` lines.

It knows the statements SONiC uses, refuses what FRR refuses (a neighbour attribute before the
neighbour, a value left out, a second ASN), and prints in the order of FRR 10, without `!`, `exit`,
hostname and logging lines, as the recorded cases do.
"""

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

RouteMapKey = tuple[str, int]
ROUTE_MAP_ORDER = ("match", "call", "on-match", "set")
NEIGHBOR_ORDER = ("remote-as", "peer-group", "description", "shutdown", "timers", "timers connect")
AF_ORDER = ("soft-reconfiguration", "allowas-in", "route-map in", "route-map out", "activate")
GLOBAL_ORDER = (
    "bgp router-id",
    "bgp suppress-fib-pending",
    "bgp log-neighbor-changes",
    "no bgp ebgp-requires-policy",
    "no bgp default ipv4-unicast",
    "bgp graceful-restart restart-time",
    "bgp graceful-restart select-defer-time",
    "bgp graceful-restart",
    "bgp graceful-restart preserve-fw-state",
    "bgp bestpath as-path multipath-relax",
)
SILENT = ("zebra ", "no zebra ", "hostname ", "maximum-paths ")


@dataclass
class Router:
    """The `router bgp` instance."""

    asn: str
    options: dict[str, str] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)
    neighbors: dict[str, dict[str, str]] = field(default_factory=dict)
    originated: dict[str, dict[str, str]] = field(default_factory=lambda: {"ipv4": {}, "ipv6": {}})
    per_family: dict[str, dict[str, dict[str, str]]] = field(
        default_factory=lambda: {"ipv4": {}, "ipv6": {}}
    )


class FrrModel:
    """The running configuration of one switch; `refused` holds the lines it did not take."""

    def __init__(self) -> None:
        self.router: Router | None = None
        self.refused: list[str] = []
        self._lists: dict[tuple[str, str], dict[int, str]] = {}
        self._maps: dict[RouteMapKey, tuple[str, dict[str, str]]] = {}
        self._communities: dict[str, list[str]] = {}
        self._routes: set[str] = set()
        self._nht: list[str] = []
        self._context: tuple[str, ...] = ()

    def apply(self, lines: Iterable[str]) -> None:
        """Run lines as vtysh does: a line that the context does not know is tried one level up."""
        self._context = ()
        for line in lines:
            self._run(line.strip())

    def _run(self, line: str) -> None:
        if line.startswith(SILENT):
            return
        while True:
            if self._try(line):
                return
            if not self._context:
                self.refused.append(line)
                return
            self._context = self._context[:1] if len(self._context) > 1 else ()

    def _try(self, line: str) -> bool:
        if line in {"exit", "exit-address-family"}:
            self._context = self._context[:1] if self._context[1:] else ()
            return True
        if self._context[:1] == ("router",):
            if self._context[1:]:
                return self._in_family(line, self._context[1])
            return self._in_router(line)
        if self._context[:1] == ("map",):
            return self._in_route_map(line)
        return self._at_top(line)

    # Top level

    def _at_top(self, line: str) -> bool:
        for pattern, handler in (
            (r"(no )?(ip|ipv6) prefix-list (\S+) (?:seq (\d+) )?permit (.+)", self._prefix_list),
            (r"(no )?route-map (\S+)(?: (permit|deny) (\d+))?", self._route_map),
            (r"()bgp community-list standard (\S+) permit (\S+)", self._community_list),
            (r"(no )?((?:ip|ipv6) route \S+ .+)", self._static_route),
            (r"()((?:ip|ipv6) nht \S+)", self._tracking),
            (r"()router bgp (\d+)", self._router),
        ):
            if match := re.fullmatch(pattern, line):
                handler(*match.groups())
                return True
        return False

    def _prefix_list(self, no: str, word: str, name: str, sequence: str, rest: str) -> None:
        entries = self._lists.setdefault((word, name), {})
        if no:
            self._lists[word, name] = {at: text for at, text in entries.items() if text != rest}
        elif rest not in entries.values():
            entries[int(sequence or max(entries, default=0) + 5)] = rest

    def _route_map(self, no: str, name: str, action: str, sequence: str) -> None:
        if not no:
            self._context = ("map", name, sequence)
            self._maps.setdefault((name, int(sequence)), (action, {}))
        elif sequence:
            self._maps.pop((name, int(sequence)), None)
        else:
            self._maps = {key: value for key, value in self._maps.items() if key[0] != name}

    def _community_list(self, _no: str, name: str, value: str) -> None:
        entries = self._communities.setdefault(name, [])
        if value not in entries:
            entries.append(value)

    def _static_route(self, no: str, route: str) -> None:
        if no:
            self._routes.discard(route)
        else:
            self._routes.add(route)

    def _tracking(self, _no: str, line: str) -> None:
        if line not in self._nht:
            self._nht.append(line)

    def _router(self, _no: str, asn: str) -> None:
        if self.router is not None and self.router.asn != asn:
            self.refused.append(f"router bgp {asn}")
            return
        self.router = self.router or Router(asn)
        self._context = ("router",)

    def _in_route_map(self, line: str) -> bool:
        match = re.fullmatch(r"(no )?(match|call|on-match|set) ?(.*)", line)
        if not match:
            return False
        no, word, _ = match.groups()
        entry = self._maps[self._context[1], int(self._context[2])][1]
        topic = word if word in {"call", "on-match"} else " ".join(line.split()[: 3 if no else 2])
        if no:
            entry.pop(topic.removeprefix("no "), None)
        else:
            entry[topic] = line
        return True

    # router bgp

    def _in_router(self, line: str) -> bool:
        assert self.router is not None
        if match := re.fullmatch(r"address-family (ipv4|ipv6)", line):
            self._context = ("router", match[1])
            return True
        if line.startswith(("bgp ", "no bgp ")):
            key = line
            for stem in ("bgp router-id", "bgp graceful-restart restart-time"):
                key = stem if line.startswith(stem) else key
            if line.startswith("bgp graceful-restart select-defer-time"):
                key = "bgp graceful-restart select-defer-time"
            self.router.options[key] = line
            return True
        if match := re.fullmatch(r"no neighbor (\S+)", line):
            self.router.neighbors.pop(match[1], None)
            for family in self.router.per_family.values():
                family.pop(match[1], None)
            return True
        match = re.fullmatch(r"(no )?neighbor (\S+) ?(.*)", line)
        return match is not None and self._neighbor(line, *match.groups())

    def _neighbor(self, line: str, no: str, name: str, rest: str) -> bool:
        assert self.router is not None
        if rest == "peer-group":
            self.router.groups.add(name)
            return True
        word, _, value = rest.partition(" ")
        topic = "timers connect" if rest.startswith("timers connect") else word
        if word == "remote-as" and value:
            self.router.neighbors.setdefault(name, {})["remote-as"] = rest
        elif name not in self.router.neighbors or (word != "shutdown" and not value):
            self.refused.append(line)
        elif no:
            self.router.neighbors[name].pop(topic, None)
        else:
            self.router.neighbors[name][topic] = rest
        return True

    def _in_family(self, line: str, family: str) -> bool:
        assert self.router is not None
        originated = self.router.originated[family]
        if match := re.fullmatch(r"(no )?((?:network|aggregate-address) (\S+)(?: .*)?)", line):
            key = " ".join(match[2].split()[:2])
            originated.pop(key, None)
            if not match[1]:
                originated[key] = match[2]
            return True
        if match := re.fullmatch(r"(no )?(redistribute static route-map \S+)", line):
            originated.pop(match[2], None)
            if not match[1]:
                originated[match[2]] = match[2]
            return True
        match = re.fullmatch(r"neighbor (\S+) (.+)", line)
        return match is not None and self._family_neighbor(line, family, *match.groups())

    def _family_neighbor(self, line: str, family: str, name: str, rest: str) -> bool:
        assert self.router is not None
        if rest.startswith("peer-group "):
            self.router.neighbors.setdefault(name, {})["peer-group"] = rest
            return True
        if name not in self.router.neighbors and name not in self.router.groups:
            self.refused.append(line)
            return True
        words = rest.split()
        topic = f"route-map {words[2]}" if words[0] == "route-map" else words[0]
        self.router.per_family[family].setdefault(name, {})[topic] = rest
        return True

    # What `show running-config` prints

    def running(self) -> list[str]:
        """Return the running configuration in the recorded form."""
        return [
            *self._print_lists(),
            *self._print_maps(),
            *sorted(self._routes),
            *(self._print_router() if self.router else ()),
            *self._print_communities(),
            *self._nht,
        ]

    def _print_lists(self) -> Iterator[str]:
        for (word, name), entries in sorted(self._lists.items()):
            for sequence in sorted(entries):
                yield f"{word} prefix-list {name} seq {sequence} permit {entries[sequence]}"

    def _print_maps(self) -> Iterator[str]:
        for (name, sequence), (action, entry) in sorted(self._maps.items()):
            yield f"route-map {name} {action} {sequence}"
            for line in sorted(
                entry.values(), key=lambda line: ROUTE_MAP_ORDER.index(line.split()[0])
            ):
                yield f" {line}"

    def _print_communities(self) -> Iterator[str]:
        for name, values in sorted(self._communities.items()):
            for at, value in enumerate(values, start=1):
                yield f"bgp community-list standard {name} seq {at * 5} permit {value}"

    def _print_router(self) -> Iterator[str]:
        assert self.router is not None
        yield f"router bgp {self.router.asn}"
        for topic in GLOBAL_ORDER:
            if topic in self.router.options:
                yield f" {self.router.options[topic]}"
        for name in sorted(self.router.groups):
            yield f" neighbor {name} peer-group"
        for name in sorted(self.router.neighbors, key=ipaddress.ip_address):
            for line in self._attributes(name):
                yield f" neighbor {name} {line}"
        for family in ("ipv4", "ipv6"):
            body = list(self._print_family(family))
            if body:
                yield f" address-family {family} unicast"
                yield from body
                yield " exit-address-family"

    def _attributes(self, name: str) -> Iterator[str]:
        assert self.router is not None
        entry = self.router.neighbors[name]
        return (entry[topic] for topic in NEIGHBOR_ORDER if topic in entry)

    def _originated(self, family: str) -> Iterator[str]:
        assert self.router is not None
        lines = self.router.originated[family].values()
        for word in ("network", "aggregate-address", "redistribute"):
            yield from sorted((line for line in lines if line.startswith(word)), key=_by_prefix)

    def _print_family(self, family: str) -> Iterator[str]:
        assert self.router is not None
        yield from (f"  {line}" for line in self._originated(family))
        neighbors = self.router.per_family[family]
        for name in sorted(neighbors, key=_groups_first):
            for topic in AF_ORDER:
                # A switch whose ASN came late never said `no bgp default ipv4-unicast`: IPv4 is
                # then active by itself, and FRR does not print it.
                implied = topic == "activate" and family == "ipv4" and self._ipv4_by_default()
                if topic in neighbors[name] and not implied:
                    yield f"  neighbor {name} {neighbors[name][topic]}"

    def _ipv4_by_default(self) -> bool:
        assert self.router is not None
        return "no bgp default ipv4-unicast" not in self.router.options

    def neighbors(self) -> list[dict[str, object]]:
        """Return the lines of each neighbour, as the recorded `frr_neighbors`."""
        if self.router is None:
            return []
        found: list[dict[str, object]] = []
        for name in sorted(self.router.neighbors, key=ipaddress.ip_address):
            lines = list(self._attributes(name))
            for family in ("ipv4", "ipv6"):
                prefix = f"  neighbor {name} "
                lines += [
                    f"[{family} unicast] {line.removeprefix(prefix)}"
                    for line in self._print_family(family)
                    if line.startswith(prefix)
                ]
            found.append({"address": name, "lines": lines})
        return found

    def networks(self) -> list[str]:
        """Return what originates routes, as the recorded `frr_networks`."""
        if self.router is None:
            return []
        families = ("ipv4", "ipv6")
        return [f"[{name} unicast] {line}" for name in families for line in self._originated(name)]


def _by_prefix(line: str) -> tuple[int, int]:
    word = line.split()[1]
    if "/" not in word:
        return (0, 0)
    network = ipaddress.ip_network(word)
    return (int(network.network_address), network.prefixlen)


def _groups_first(name: str) -> tuple[int, int, str]:
    try:
        return (1, int(ipaddress.ip_address(name)), "")
    except ValueError:
        return (0, 0, name)
