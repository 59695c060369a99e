"""A server's data ports for NetworkManager: the settings of systemd.network files as keyfiles.

What NetworkManager does in its own way (1.42, of Rocky 9.2, is the first that can do all of it):

- A profile belongs to one port, so a route over both storage ports is one route of equal weight
  per port; NetworkManager joins those of the same table and metric, and what is left of them when
  a port goes.
- Metrics are always written down: without, each port would get another one, and equal IPv6 routes
  would not be joined.
- Unreachable routes and the rules of no one port are those of a profile for `lo`.
"""

from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from uuid import NAMESPACE_URL, uuid5

from railwright.emitters.node_config.networkd import Section
from railwright.files import OutputFile

SYSTEMS = frozenset({"rocky-9"})
"""Operating systems whose network NetworkManager configures."""
UNIT = "NetworkManager.service"
FOLDER = "etc/NetworkManager/system-connections"
CONFIGURATION = "etc/NetworkManager/conf.d/50-railwright.conf"
SECRET_MODE = 0o600
"""NetworkManager takes no keyfile that others than root can read."""

FAMILIES = (4, 6)
DEFAULT_METRIC = {4: 0, 6: 1024}
"""What the kernel gives a route without a metric."""
NO_GATEWAY = {4: "0.0.0.0", 6: "::"}  # noqa: S104 (nothing listens)
LOOPBACK = {4: "127.0.0.1/8", 6: "::1/128"}
EQUAL_WEIGHT = "1"
FIRST_CHOICE = "100"
"""Before the profiles an installer made, which have 0."""
FOR_EVER = "0"

ROUTE_OPTIONS = (("Table", "table"), ("PreferredSource", "src"), ("Type", "type"))
ROUTE_SETTINGS = {"Destination", "Gateway", "Metric", "MultiPathRoute"} | {
    key for key, _ in ROUTE_OPTIONS
}
RULE_WORDS = (
    ("Priority", "priority"),
    ("From", "from"),
    ("To", "to"),
    ("Table", "table"),
    ("SuppressPrefixLength", "suppress_prefixlength"),
)
RULE_SETTINGS = {"Family"} | {key for key, _ in RULE_WORDS}


def files(
    cluster: str, host: str, interfaces: Sequence[tuple[str, tuple[Section, ...]]]
) -> tuple[OutputFile, ...]:
    """Return a profile per interface, and that all keep their settings without carrier."""
    ports = ",".join(f"interface-name:={name}" for name, _ in interfaces if name != "lo")
    carrier = f"[device-railwright]\nmatch-device={ports}\nignore-carrier=yes\n"
    profiles = (
        OutputFile(
            f"{FOLDER}/railwright-{name}.nmconnection",
            "\n".join(_profile(f"{cluster}/{host}/{name}", name, sections)).encode(),
            SECRET_MODE,
        )
        for name, sections in interfaces
    )
    return (*((OutputFile(CONFIGURATION, carrier.encode()),) if ports else ()), *profiles)


def _profile(identity: str, name: str, sections: Sequence[Section]) -> Iterator[str]:
    """Yield the sections of a profile; `identity` makes its UUID, the same in every run."""
    kind = "loopback" if name == "lo" else "ethernet"
    yield _text(
        "connection",
        ("id", f"railwright-{name}"),
        ("uuid", str(uuid5(NAMESPACE_URL, f"railwright:{identity}"))),
        ("type", kind),
        ("interface-name", name),
        ("autoconnect", "true"),
        ("autoconnect-priority", FIRST_CHOICE),
        ("autoconnect-retries", FOR_EVER),
    )
    mtu = [("mtu", value) for one in sections for key, value in one.settings if key == "MTUBytes"]
    yield _text(kind, *mtu)
    for family in FAMILIES:
        yield _text(f"ipv{family}", *_family(family, name, sections))


def _family(family: int, name: str, sections: Sequence[Section]) -> Iterator[tuple[str, str]]:
    """Yield the settings of one address family."""
    addresses = [LOOPBACK[family]] if name == "lo" else []
    addresses += [
        value
        for one in sections
        if one.name == "Network"
        for key, value in one.settings
        if key == "Address" and _version(value) == family
    ]
    if not addresses:
        yield "method", "disabled"
        return
    yield "method", "manual"
    for number, address in enumerate(addresses, start=1):
        yield f"address{number}", address
    yield "never-default", "true"
    yield "ignore-auto-dns", "true"
    routes = (one for one in sections if one.name == "Route" and _of_route(one) == family)
    for number, one in enumerate(routes, start=1):
        route, options = _route(family, name, one)
        yield f"route{number}", route
        if options:
            yield f"route{number}_options", options
    rules = (one for one in sections if one.name == "RoutingPolicyRule")
    words = [_rule(one) for one in rules if _of_rule(one) == family]
    for number, rule in enumerate(words, start=1):
        yield f"routing-rule{number}", rule


def _route(family: int, interface: str, one: Section) -> tuple[str, str]:
    """Return the way of a route and its options: of several ways, that over `interface`."""
    settings = _settings(one, ROUTE_SETTINGS)
    options = [f"{word}={settings[key]}" for key, word in ROUTE_OPTIONS if key in settings]
    ways = {
        port: gateway
        for key, value in one.settings
        if key == "MultiPathRoute"
        for gateway, _, port in (value.partition("@"),)
    }
    gateway = ways[interface] if ways else settings.get("Gateway", NO_GATEWAY[family])
    if ways:
        options.append(f"weight={EQUAL_WEIGHT}")
    metric = settings.get("Metric", DEFAULT_METRIC[family])
    return f"{settings['Destination']},{gateway},{metric}", ",".join(options)


def _rule(one: Section) -> str:
    """Return a rule as `ip rule add` takes it; its family is that of the section it is in."""
    settings = _settings(one, RULE_SETTINGS)
    return " ".join(f"{word} {settings[key]}" for key, word in RULE_WORDS if key in settings)


def _of_route(one: Section) -> int:
    return _version(dict(one.settings)["Destination"])


def _of_rule(one: Section) -> int:
    settings = dict(one.settings)
    if family := settings.get("Family"):
        return int(family.removeprefix("ipv"))
    return _version(settings.get("From") or settings["To"])


def _settings(one: Section, known: set[str]) -> dict[str, str]:
    """Return the settings of a section. Raises: KeyError for one that has no translation."""
    found = dict(one.settings)
    if unknown := sorted(set(found) - known):
        raise KeyError(f"[{one.name}] {', '.join(unknown)}: not known to keyfiles")
    return found


def _version(address: str) -> int:
    return ip_network(address, strict=False).version


def _text(name: str, *settings: tuple[str, str]) -> str:
    return "".join((f"[{name}]\n", *(f"{key}={value}\n" for key, value in settings)))
