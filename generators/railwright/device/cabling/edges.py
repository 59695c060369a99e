"""Cables as they are: which port is joined to which, from what every port claims to hear."""

from collections.abc import Mapping
from dataclasses import dataclass

from railwright.device.cabling.evidence import Evidence
from railwright.device.cabling.model import End


@dataclass(frozen=True, slots=True)
class Edges:
    """`partner` holds every cable in both directions.

    `deaf` are ends that are heard but hear nothing, though their device was read. `conflicts` are
    groups of ports whose claims contradict each other, `locked` the ports that are not judged
    because of it.
    """

    partner: Mapping[End, End]
    deaf: frozenset[End]
    conflicts: tuple[tuple[End, ...], ...]
    locked: frozenset[End]


def join(evidence: Evidence) -> Edges:
    """Return the cables.

    Two ports that hear each other are joined. One that is heard by a single port and hears nothing
    itself is joined to that, in one direction. Everything else is a conflict.
    """
    claims = dict(evidence.claims)
    _settle_vague(claims, evidence.vague)
    partner = {end: far for end, far in claims.items() if claims.get(far) == end}
    claimants: dict[End, list[End]] = {}
    loose = {end: far for end, far in claims.items() if end not in partner}
    for end, far in loose.items():
        claimants.setdefault(far, []).append(end)
    deaf: set[End] = set()
    groups: list[set[End]] = [
        {end, *(one for one in heard if one not in partner)} for end, heard in evidence.torn.items()
    ]
    torn = frozenset(end for group in groups for end in group)
    for end, far in loose.items():
        clean = far not in claims and len(claimants[far]) == 1 and end not in claimants
        if clean and far not in torn and end not in torn:
            partner[end], partner[far] = far, end
            if not far.at and far.device in evidence.read and far not in evidence.silenced:
                deaf.add(far)
        else:
            groups.append({end, far})
    conflicts = _merged(groups)
    locked = frozenset(end for group in conflicts for end in group if end not in partner)
    return Edges(partner, frozenset(deaf), conflicts, locked)


def _settle_vague(claims: dict[End, End], vague: Mapping[End, str]) -> None:
    """Let a port that hears an unknown port of its peer hear the one port of it that hears it."""
    found: dict[End, list[End]] = {}
    for end, far in claims.items():
        if vague.get(far) == end.device:
            found.setdefault(far, []).append(end)
    for end, heard in found.items():
        if len(heard) == 1:
            claims[end] = heard[0]


def _merged(groups: list[set[End]]) -> tuple[tuple[End, ...], ...]:
    """Return groups that share an end as one, sorted."""
    owner: dict[End, set[End]] = {}
    for group in groups:
        whole = set(group)
        for end in group:
            if end in owner:
                whole |= owner[end]
        for end in whole:
            owner[end] = whole
    distinct = {id(group): tuple(sorted(group)) for group in owner.values()}
    return tuple(sorted(distinct.values()))
