"""Why nothing joins some links: what is against it, at which key of the intent, what helps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from railwright.intent.cabling import Cabling, Media
from railwright.intent.model import Intent
from railwright.plan.cables.cages import CageKind
from railwright.plan.cables.media import LinkKind, Shelf, Way, ends_of
from railwright.plan.model import Link
from railwright.plan.placement.model import FloorPlan
from railwright.plan.shape import Network

_PLURALS = {
    "gpu": "GPU nodes",
    "storage": "storage servers",
    "management": "management servers",
    "leaf": "leaves",
    "spine": "spines",
    "superspine": "super-spines",
}
_ROLES = {"leaf", "spine", "superspine"}
_LONGEST_M = 10_000.0
_NAMED = 3  # kinds of boxes in one sentence


@dataclass(frozen=True, slots=True)
class Cause:
    """What stands against some kinds of links, at which key of the intent.

    Links of one network with the same `path` and `root` have the same trouble, which one remedy
    ends. `needed_m` is the longest cable among those asked about, `offered_m` the longest there
    is, None where length is not the matter.
    """

    path: str
    root: str
    kinds: tuple[LinkKind, ...]
    what: str
    remedy: str
    needed_m: float
    offered_m: float | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what links with the same trouble have in common."""
        return self.path, self.kinds[0].network, self.root

    @property
    def text(self) -> str:
        """Return the cause for people."""
        return f"{about(self.kinds)}: {self.what}; {self.remedy}"

    def joined(self, other: "Cause") -> "Cause":
        """Return this trouble and the same one of other links: what the longest cable says."""
        longer = self if self.needed_m >= other.needed_m else other
        return replace(longer, kinds=tuple(dict.fromkeys((*self.kinds, *other.kinds))))


def cause_of(intent: Intent, shelf: Shelf, longest_m: Mapping[LinkKind, float]) -> Cause:
    """Return why no way is long enough for links that share cages, given what each kind needs."""
    for kind in longest_m:
        for end in ends_of(kind):
            if end.form_factor is None:
                return _unknown(intent, kind, end, longest_m[kind])
    kinds, cabling = frozenset(longest_m), intent.cabling
    anything = Shelf(shelf.optics, _relaxed(cabling))
    if way := anything.first(longest_m):
        return _forbidden(cabling, way, longest_m)
    free = cabling.model_copy(update={"modules": ()})
    if cabling.modules and (way := Shelf(shelf.optics, free).first(longest_m)):
        return _prescribed(intent, shelf, way, longest_m, _too_short(shelf.ways(kinds), longest_m))
    if short := _too_short(anything.ways(kinds), longest_m):
        return _beyond(short, longest_m[short[0]])
    return _apart(intent, longest_m)


def whose(end: CageKind) -> str:
    """Return what the cages of a kind are part of: `GPU nodes (dgx-h100)`."""
    return f"{_PLURALS[end.owner]} ({end.platform})" if end.owner else "PDUs"


def about(kinds: Iterable[LinkKind]) -> str:
    """Return what links of some kinds of one network are called."""
    every = list(kinds)
    speeds = _either(f"{speed}G" for speed in sorted({one.speed_gbps for one in every}))
    near = _either(_some(whose(one.a) for one in every))
    far = _either(_some(whose(one.z) if one.z else "routers outside the plan" for one in every))
    return f"{every[0].network} links of {speeds} between {near} and {far}"


def _some(words: Iterable[str]) -> list[str]:
    """Return words, each once; the first ones where they are many."""
    every = list(dict.fromkeys(words))
    return every if len(every) <= _NAMED else [*every[: _NAMED - 1], "others"]


def _either(words: Iterable[str]) -> str:
    """Return words as a choice, each once: `A, B or C`."""
    *some, last = dict.fromkeys(words)
    return f"{', '.join(some)} or {last}" if some else last


def at_switch(cause: Cause, link: Link, floor: FloorPlan) -> Cause:
    """Return the cause of an access link with where its ends are, and what can be done.

    `link` is the one that needs the longest cable. Other links do not hang on one switch that the
    intent could put elsewhere: their cause stays as it is.
    """
    if cause.path != "floor" or link.kind != "access":
        return cause
    device, switch = link.a.device, link.z.device
    rooms = [_room(floor, one) for one in (device, switch)]
    keys = _either(f"networks.{link.network}.{_per_subnet(one.a)}" for one in cause.kinds)
    if rooms[0] == rooms[1]:
        where = f"{device} and its access switch {switch} are both in {rooms[0]}"
        remedy = f"let racks stand closer, or fewer of them share a switch ({keys})"
    else:
        where = f"{device} is in {rooms[0]}, its access switch {switch} in {rooms[1]}"
        remedy = (
            f"put fewer rooms into one cluster, build the {link.network} network apart, or choose "
            f"subnets that fill whole switches and end where rooms do ({keys})"
        )
    return replace(cause, what=f"{cause.what}: {where}", remedy=remedy)


def _room(floor: FloorPlan, device: str) -> str:
    """Return the room of a server, a switch or a PDU whose cable is measured."""
    place = floor.places.get(device)
    return floor.rack[place.rack if place else floor.rack_of_pdu[device]].room


def _per_subnet(end: CageKind) -> str:
    """Return the key that says how many devices of an owner are on one access switch."""
    if end.owner is None:
        return "pdus_per_subnet"
    return "switches_per_subnet" if end.owner in _ROLES else "nodes_per_subnet"


def model_path(intent: Intent, network: Network, end: CageKind) -> str:
    """Return the key of the intent that names the platform of a cage."""
    if end.owner in _ROLES:
        key = str(end.owner)
        named = getattr(getattr(intent.networks, network), key, None)
        if named is None:  # a spine as the leaves, a super-spine as the spines
            key = "leaf" if key == "spine" else "spine"
        return f"networks.{network}.{key}"
    if end.owner == "gpu":
        return intent.nodes.gpu.model_paths[end.platform]
    return f"nodes.{end.owner}.model" if end.owner else "nodes.pdus"


def _unknown(intent: Intent, kind: LinkKind, end: CageKind, needed_m: float) -> Cause:
    return Cause(
        model_path(intent, kind.network, end),
        end.platform,
        (kind,),
        f"the catalog does not say which cages {end.platform} has",
        "choose another model, or add its cages to the catalog",
        needed_m,
    )


def _too_short(
    ways: tuple[Way, ...], longest_m: Mapping[LinkKind, float]
) -> tuple[LinkKind, Way, float] | None:
    """Return the kind of link that the longest way is too short for, and how long that way is."""
    found: tuple[LinkKind, Way, float] | None = None
    for way in ways:
        for kind, needed_m in longest_m.items():
            offered_m = way.longest_m(kind)
            if offered_m < needed_m and (found is None or offered_m > found[2]):
                found = kind, way, offered_m
    return found


def _relaxed(cabling: Cabling) -> Cabling:
    """Return the cabling with every medium at any length."""
    media = Media(**dict.fromkeys(Media.model_fields, _LONGEST_M))
    others = tuple(one for one in Cabling().prefer if one not in cabling.prefer)
    return cabling.model_copy(update={"media": media, "prefer": (*cabling.prefer, *others)})


def _forbidden(cabling: Cabling, way: Way, longest_m: Mapping[LinkKind, float]) -> Cause:
    """Return the cause where the intent's own limits on media are it."""
    kind = max(longest_m, key=lambda one: longest_m[one])
    needed_m = longest_m[kind]
    length_m = min(one for one in way.cables[kind].lengths_m if one >= needed_m)
    limit_m = cabling.media.longest_m(way.medium)
    if way.medium not in cabling.prefer:
        path, what = "cabling.prefer", "none of the media that may be used reaches that far"
        remedy = f"add {way.medium}, which does"
    elif limit_m is None:
        path = f"cabling.media.{way.medium}"
        what = f"{way.medium} may not be used and no other medium reaches that far"
        remedy = "allow it, or let racks stand closer"
    else:
        path = f"cabling.media.{way.medium}"
        what = f"{way.medium} may be {limit_m:g} m long and no other medium reaches that far"
        remedy = f"allow {length_m:g} m of {way.medium}, or let racks stand closer"
    what = f"up to {needed_m:.1f} m are needed, {what}"
    return Cause(path, way.medium, (kind,), what, remedy, needed_m, limit_m)


def _prescribed(
    intent: Intent,
    shelf: Shelf,
    way: Way,
    longest_m: Mapping[LinkKind, float],
    short: tuple[LinkKind, Way, float] | None,
) -> Cause:
    """Return the cause where modules that the intent prescribes are it."""
    kind = max(longest_m, key=lambda one: longest_m[one])
    pinned = {
        end: [fit.module for fit in shelf.pinned(one.network, end, one.speed_gbps)]
        for one in longest_m
        for end in ends_of(one)
    }
    numbers = [
        number
        for number, one in enumerate(intent.cabling.modules)
        if any(module.sku == one.part for modules in pinned.values() for module in modules)
        and one.network == kind.network
    ]
    path = f"cabling.modules[{numbers[0]}].part" if numbers else "cabling.modules"
    parts = {one.sku: one.interface for modules in pinned.values() for one in modules}
    names = " and ".join(f"{sku} ({parts[sku]})" for sku in sorted(parts))
    if short:
        needed_m = longest_m[short[0]]
        what = f"with {names} cables may be {short[2]:g} m long, {needed_m:.1f} m are needed"
    elif len(parts) > 1:
        what = f"{names} do not understand one another"
    else:
        what = f"nothing that goes into the other ends understands {names}"
    others = sorted({plug.module for plug in way.plugs.values() if plug.module})
    remedy = f"{' and '.join(others) or way.medium} would do"
    offered_m = short[2] if short else None
    root = f"{names} up to {offered_m} m"
    return Cause(path, root, (kind,), what, remedy, longest_m[kind], offered_m)


def _beyond(short: tuple[LinkKind, Way, float], longest_m: float) -> Cause:
    kind, way, offered_m = short
    modules = sorted({plug.module for plug in way.plugs.values() if plug.module})
    by = f" ({way.medium}{' with ' if modules else ''}{' and '.join(modules)})"
    return Cause(
        "floor",
        f"{way.medium} up to {offered_m} m",
        (kind,),
        f"up to {longest_m:.1f} m are needed, the longest there is has {offered_m:g} m{by}",
        "let racks stand closer, or add longer parts to the catalog",
        longest_m,
        offered_m,
    )


def _apart(intent: Intent, longest_m: Mapping[LinkKind, float]) -> Cause:
    kind = next(iter(longest_m))
    upper = kind.z or kind.a
    forms = " and ".join(
        f"{end.form_factor} cages" + (f" used as {end.ports} ports" if end.ports > 1 else "")
        for end in ends_of(kind)
    )
    return Cause(
        model_path(intent, kind.network, upper),
        about((kind,)),
        (kind,),
        f"no parts of the catalog join {forms} at {kind.speed_gbps}G",
        "choose another platform, or add parts to the catalog",
        longest_m[kind],
    )
