"""Switches with another ASN than the planned one.

Nothing here asks whether an ASN is unique: some reuse is sound, and what a reuse breaks is found
by the proof of the whole network. Only what no session could run with is refused.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from railwright.errors import Problem
from railwright.intent.model import Intent
from railwright.intent.overrides import AsnOverride
from railwright.plan.asn import PRIVATE
from railwright.plan.border import border_of
from railwright.plan.checks.borders import RESERVED_ASNS
from railwright.plan.overrides.model import AT, Overridden
from railwright.plan.overrides.switches import SwitchPlace, unknown

PRIVATE_16 = range(64_512, 65_535)
"""The 16-bit ASNs for private use (RFC 6996)."""


def apply(
    intent: Intent, found: Overridden, places: Mapping[str, SwitchPlace]
) -> Mapping[str, int]:
    """Give switches the ASNs that were chosen; return every switch's ASN, reserved ones' too."""
    numbers = {name: place.asn for name, place in places.items()}
    changed: dict[str, int] = {}
    for number, override in enumerate(intent.overrides.asns):
        path, name = f"{AT}.asns[{number}]", override.device
        if name not in places:
            found.refuse(f"{path}.device", unknown(name, places))
        elif name in changed:
            first = f"{AT}.asns[{changed[name]}]"
            found.refuse(f"{path}.device", f"{name} is overridden twice, first in {first}")
        elif reason := _unusable(intent, override, places[name]):
            found.refuse(f"{path}.asn", reason)
        else:
            found.warnings += _public(f"{path}.asn", override.asn)
            numbers[name] = override.asn
        changed.setdefault(name, number)
    if changed:
        found.problems += _met(found, changed, numbers)
        found.devices = tuple(
            replace(one, asn=numbers[one.name]) if one.name in changed and one.is_switch else one
            for one in found.devices
        )
    return numbers


def _unusable(intent: Intent, override: AsnOverride, place: SwitchPlace) -> str:
    """Return why a switch cannot have an ASN, nothing when it can."""
    asn, border = override.asn, border_of(intent, place.network)
    if asn == place.asn:
        return f"{asn} is what the plan gives it anyway; remove the override"
    if asn in RESERVED_ASNS:
        return f"{asn} is {RESERVED_ASNS[asn]}, which no switch may use; give another one"
    if border and asn == border.peer_asn:
        return (
            f"{asn} is the ASN of {border.router}, whose routes {override.device} would refuse; "
            "give another one"
        )
    return ""


def _public(path: str, asn: int) -> Iterator[Problem]:
    """Yield a warning about an ASN that belongs to somebody."""
    if asn not in PRIVATE and asn not in PRIVATE_16:
        yield Problem(
            path,
            f"{asn} belongs to the public Internet; RFC 6996 keeps {PRIVATE_16[0]} to "
            f"{PRIVATE_16[-1]} and {PRIVATE[0]} to {PRIVATE[-1]} for private use",
            "warning",
        )


def _met(
    found: Overridden, changed: Mapping[str, int], numbers: Mapping[str, int]
) -> Iterator[Problem]:
    """Yield a problem per override that gives both ends of a planned link one ASN.

    Such a session would be iBGP, which passes on nothing that it learned.
    """
    told: set[int] = set()
    for link in found.links:
        if link.kind != "fabric" or numbers[link.a.device] != numbers[link.z.device]:
            continue
        for end in (link.a, link.z):
            place = changed.get(end.device)
            if place is None or place in told:
                continue
            told.add(place)
            peer = link.peer(end.device)
            yield Problem(
                f"{AT}.asns[{place}].asn",
                f"{numbers[end.device]} is also the ASN of {peer.device}, the neighbour of "
                f"{end.device} at {end.port}, and eBGP needs two; give another one",
            )
