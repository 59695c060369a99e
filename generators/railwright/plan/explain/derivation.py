"""What an explanation is made of: a value, how it follows, and its inputs with their places."""

from collections.abc import Iterator
from dataclasses import dataclass

from railwright.errors import RailwrightError
from railwright.intent.overrides import LengthOverride, LinkOverride
from railwright.plan.bits import Layout
from railwright.plan.model import Device, Link, Plan, Port
from railwright.plan.shape import Network


class ExplainError(RailwrightError):
    """Nothing by that name can be explained; the text lists what can."""


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a derivation: an intent field (`path`), a catalog fact or a plan value."""

    name: str
    value: str
    path: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Derivation:
    """A value, how it follows, and from what."""

    subject: str
    value: str
    how: str
    inputs: tuple[Input, ...]


@dataclass(frozen=True, slots=True)
class PortPlace:
    """A port with a link, and its device; `port` is None for management ports (eth0, bmc)."""

    plan: Plan
    device: Device
    name: str
    port: Port | None
    link: Link

    @property
    def subject(self) -> str:
        """Return how the port is called in a derivation."""
        return f"{self.device.name} {self.name}"

    @property
    def is_upper(self) -> bool:
        """Return whether the device is the link's upper end."""
        return self.device.name == self.link.z.device


@dataclass(frozen=True, slots=True)
class ExtraLink:
    """A link that the intent adds to the design, and where it says so."""

    path: str
    override: LinkOverride


def extra_link(where: PortPlace) -> ExtraLink | None:
    """Return the override that a port's link comes from, None for a link of the design."""
    for number, override in enumerate(where.plan.intent.overrides.links):
        if override.id == where.link.id:
            return ExtraLink(f"overrides.links[{number}]", override)
    return None


@dataclass(frozen=True, slots=True)
class BuiltLength:
    """What the intent says of the length of a link's cable as built, and where."""

    path: str
    override: LengthOverride


def built_length(where: PortPlace) -> BuiltLength | None:
    """Return the override that gives the length of a port's cable, None where the plan does.

    It may name another link of the same splitter.
    """
    wanted = where.plan.intent.overrides.lengths
    served = {where.link.id, *_on_one_splitter(where)} if wanted else frozenset[str]()
    for number, override in enumerate(wanted):
        if override.link in served:
            return BuiltLength(f"overrides.lengths[{number}].length_m", override)
    return None


def _on_one_splitter(where: PortPlace) -> Iterator[str]:
    """Yield the links that share a splitter cable with that of a port."""
    fitted, upper = where.plan.fitted or {}, where.link.z.device
    own = fitted.get(where.link.id)
    if own and own.shared:
        for link in where.plan.links_of[upper].values():
            other = fitted.get(link.id)
            if other and link.z.device == upper and other.shared == own.shared:
                yield link.id


def is_above_spines(where: PortPlace) -> bool:
    """Return whether a link's lower end is a spine."""
    upper = where.plan.device.get(where.link.z.device)
    return where.link.kind == "border" or (upper is not None and upper.role == "superspine")


def length_input(where: PortPlace) -> Input:
    """Return the length of a port's cable with the key of the intent it comes from."""
    value = f"{where.link.length.length_m:g} m"
    extra = extra_link(where)
    if extra and extra.override.length_m is not None:
        return Input("length", value, f"{extra.path}.length_m")
    if built := built_length(where):
        return Input("length", value, built.path)
    if not where.link.length.assumed:
        return Input("length", value, "floor")
    kind, lengths = where.link.kind, where.plan.intent.lengths
    key = {"host": "host_m", "access": "access_m"}.get(kind, "fabric_m")
    if is_above_spines(where) and lengths.core_m is not None:
        key = "core_m"
    return Input("length", value, f"lengths.{key}")


def rejected(candidates: tuple[str, ...]) -> str:
    """Return the candidates a rule turned down, in words."""
    return "Rejected: " + ("; ".join(candidates) or "none")


def capacity(plan: Plan, network: Network) -> Iterator[Input]:
    """Yield the populations that a routed network is sized for."""
    nodes = plan.intent.nodes
    yield Input("capacity", f"{nodes.gpu.reserved} nodes", "nodes.gpu.capacity")
    if network == "storage":
        for key, servers in (("storage", nodes.storage), ("management", nodes.management)):
            if servers:
                yield Input(f"{key} servers", str(servers.reserved), f"nodes.{key}.capacity")


def fields(layout: Layout, address: int) -> str:
    """Return what the bit fields of an address hold: `rail 3, su 2, port 10`."""
    used = zip(layout.names, layout.widths, strict=True)
    numbers = layout.numbers(address)
    return ", ".join(f"{name} {numbers[name]}" for name, width in used if width)


def twin(plan: Plan, what: str) -> Iterator[Input]:
    """Yield the IPv6 twin of an address or prefix of a dual-stack plan."""
    dual = plan.dual
    found = (dual.prefix(what) if "/" in what else dual.address(what)) if dual else None
    if found:
        yield Input("IPv6, at the same place of the pool's /64", found, "pools.ipv6")
