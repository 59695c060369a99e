"""A lab that runs and a plan that has grown: what to add without touching what is there.

The wiring of a lab is recorded when it is made. A new cable ends on a port that so far led into
the void; the end in the void becomes the other end of the cable, so to the switch it is as if
somebody plugged the cable in. Nothing here touches the kernel.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from railwright.lab.network import End, Pair, Wiring

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Growth:
    """What to run, in order: `create` and `links` on the host, `plugged` inside the void.

    `inside` holds the lines to run inside a namespace, by its name.
    """

    create: tuple[str, ...]
    links: tuple[str, ...]
    plugged: tuple[str, ...]
    inside: Mapping[str, tuple[str, ...]]


def growth(old: Wiring, new: Wiring) -> Growth | None:
    """Return what turns one lab into the other, None when it takes more than additions."""
    added = frozenset(new.all_namespaces) - frozenset(old.all_namespaces)
    if not set(old.all_namespaces) <= set(new.all_namespaces):
        return None
    kept = set(old.pairs) & set(new.pairs)
    spare = {pair.a: pair.z for pair in old.pairs if pair not in kept}
    if any(end.namespace != old.void for end in spare.values()):
        return None
    links, plugged = [], []
    for pair in new.pairs:
        if pair in kept:
            continue
        running, fresh = _sides(pair, added)
        if fresh is None:
            return None
        if running is None or running.namespace in {new.controller, new.void}:
            links.append(pair.line)
        elif (loose := spare.pop(running, None)) is not None:
            plugged.append(f"link set dev {loose.name} {fresh.words} name {fresh.name}")
        else:
            return None
    inside = {name: _more(old.inside.get(name, ()), lines) for name, lines in new.inside.items()}
    if spare or any(lines is None for lines in inside.values()):
        return None
    return Growth(
        create=tuple(f"netns add {name}" for name in new.all_namespaces if name in added),
        links=tuple(links),
        plugged=tuple(plugged),
        inside={name: lines for name, lines in inside.items() if lines},
    )


def record(wiring: Wiring) -> dict[str, object]:
    """Return a wiring as plain values, for a file."""
    return {"format": FORMAT, **asdict(wiring)}


def recorded(raw: Mapping[str, Any]) -> Wiring | None:
    """Return the wiring of a record, None for one that another version wrote."""
    if raw.get("format") != FORMAT:
        return None
    return Wiring(
        controller=raw["controller"],
        void=raw["void"],
        namespaces=raw["namespaces"],
        pairs=tuple(Pair(End(**pair["a"]), End(**pair["z"])) for pair in raw["pairs"]),
        inside={name: tuple(lines) for name, lines in raw["inside"].items()},
    )


def _sides(pair: Pair, added: frozenset[str]) -> tuple[End | None, End | None]:
    """Return the end in a namespace that is there already, and one in a new one; None without."""
    here = [end for end in (pair.a, pair.z) if end.namespace not in added]
    new = [end for end in (pair.a, pair.z) if end.namespace in added]
    return next(iter(here), None), next(iter(new), None)


def _more(old: Iterable[str], new: Iterable[str]) -> tuple[str, ...] | None:
    """Return the lines that only the new side has, None when the old side has others."""
    known, lines = set(old), tuple(new)
    if not known <= set(lines):
        return None
    return tuple(line for line in lines if line not in known)
