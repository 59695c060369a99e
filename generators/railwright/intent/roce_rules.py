"""Rules between the keys of one network's traffic classes: every broken one, with its place."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from railwright.intent.types import Finding
from railwright.intent.written import KeyPath, dotted

if TYPE_CHECKING:
    from railwright.intent.roce import Ecn, Roce

PRIORITIES = range(8)  # of IEEE 802.1Q: as many traffic classes, queues and priority groups
ROUTING_DSCPS = (48,)  # network control: BGP's (RFC 4594)
DEFAULT_CLASS = "default"
DATA_CLASS = "rdma"
SECOND_CLASS = "rdma2"
CNP_CLASS = "cnp"
_OWN_NAMES = (DEFAULT_CLASS, DATA_CLASS, SECOND_CLASS, CNP_CLASS)
_OWNERS: Mapping[KeyPath, str] = {
    ("data_dscp",): "RDMA data (data_dscp)",
    ("cnp_dscp",): "CNPs (cnp_dscp)",
    ("priority",): "RDMA data (priority)",
    ("cnp_priority",): "CNPs (cnp_priority)",
}
_LOSSLESS: tuple[KeyPath, ...] = (
    ("data_dscp",),
    ("priority",),
    ("second", "dscp"),
    ("second", "priority"),
)
ONLY_DYNAMIC = ("pattern_mtu_bytes", "small_packet_percent", "shared_pool_ratio")

_Taken = tuple[KeyPath, int]  # where the intent says it, and the DSCP or priority


def broken(roce: "Roce") -> Iterator[Finding]:
    """Yield everything that cannot hold together; keys are valid each on its own."""
    yield from _routing(roce)
    yield from _dscps(roce)
    yield from _priorities(roce)
    yield from _names(roce)
    yield from _paused(roce)
    yield from _trimmed(roce)
    yield from _headroom(roce)
    yield from _slope(("ecn",), roce.ecn)
    if roce.second:
        yield from _slope(("second", "ecn"), roce.second.ecn)
    yield from _watchdog(roce)


def _routing(roce: "Roce") -> Iterator[Finding]:
    """Yield the lossless classes that would take routing protocols with them."""
    for path, dscp in _taken_dscps(roce):
        if _pauses_routing(path, dscp):
            yield Finding(
                path,
                f"DSCP {dscp} is that of routing protocols: BGP would ride the paused queue and "
                "lose its sessions in a long pause; give RDMA another DSCP",
            )


def _pauses_routing(path: KeyPath, dscp: int) -> bool:
    return path in _LOSSLESS and dscp in ROUTING_DSCPS


def _dscps(roce: "Roce") -> Iterator[Finding]:
    """Yield the DSCPs that two classes take, at the later one.

    One that no lossless class may have is told once, with those.
    """
    allowed = (one for one in _taken_dscps(roce) if not _pauses_routing(*one))
    for path, dscp, first in _twice(allowed):
        why = (
            "CNPs need a DSCP of their own"
            if {path, first} == {("data_dscp",), ("cnp_dscp",)}
            else "a DSCP has one class, so take it from one of them"
        )
        yield Finding(path, f"DSCP {dscp} is also that of {_owner(first)}; {why}")


def _twice(taken: Iterable[_Taken]) -> Iterator[tuple[KeyPath, int, KeyPath]]:
    """Yield what is taken again: where, what, and where it is taken first."""
    owner: dict[int, KeyPath] = {}
    for path, number in taken:
        first = owner.setdefault(number, path)
        if first != path:
            yield path, number, first


def _taken_dscps(roce: "Roce") -> Iterator[_Taken]:
    yield from _written_last(roce, (("data_dscp",), roce.data_dscp), (("cnp_dscp",), roce.cnp_dscp))
    if roce.second:
        yield ("second", "dscp"), roce.second.dscp
    for index, one in enumerate(roce.lossy):
        for place, dscp in enumerate(one.dscps):
            yield ("lossy", index, "dscps", place), dscp


def _written_last(roce: "Roce", *taken: _Taken) -> list[_Taken]:
    """Return keys with defaults first: a clash is told at a key that somebody wrote."""
    return sorted(taken, key=lambda one: one[0][0] in roce.model_fields_set)


def _priorities(roce: "Roce") -> Iterator[Finding]:
    """Yield the priorities that two classes take, and that none is left for everything else."""
    taken = tuple(_taken_priorities(roce))
    free = sorted(set(PRIORITIES) - {priority for _, priority in taken})
    for path, priority, first in _twice(taken):
        what = f"{priority} is also that of {_owner(first)}"
        yield Finding(path, f"{what}; {_effect(path, first)}; {_left(free)}")
    if not free:
        yield Finding(
            ("lossy",),
            f"takes the last of the {len(PRIORITIES)} priorities; everything else needs one too; "
            "remove a class",
        )


def _taken_priorities(roce: "Roce") -> Iterator[_Taken]:
    cnp: _Taken = ("cnp_priority",), roce.cnp_priority
    yield from _written_last(roce, (("priority",), roce.priority), cnp)
    if roce.second:
        yield ("second", "priority"), roce.second.priority
    for index, one in enumerate(roce.lossy):
        yield ("lossy", index, "priority"), one.priority


def _effect(path: KeyPath, first: KeyPath) -> str:
    """Return why two classes cannot share a priority."""
    is_paused = path in _LOSSLESS or first in _LOSSLESS
    if is_paused and ("cnp_priority",) in (path, first):
        return "CNPs must ride a priority without PFC"
    if is_paused and path[0] == "lossy":
        return "PFC on a lossy class would pause RDMA for traffic that may be dropped"
    return "a priority is one queue, and every class needs its own"


def _owner(path: KeyPath) -> str:
    return _OWNERS.get(path) or dotted(path)


def _left(free: list[int]) -> str:
    return f"free: {', '.join(map(str, free))}" if free else "none is free: remove a class"


def _names(roce: "Roce") -> Iterator[Finding]:
    named: dict[str, KeyPath] = {}
    for index, one in enumerate(roce.lossy):
        path: KeyPath = ("lossy", index, "name")
        first = named.setdefault(one.name, path)
        if one.name in _OWN_NAMES:
            own = ", ".join(_OWN_NAMES)
            yield Finding(path, f"{one.name!r} is taken, as are {own}; choose another name")
        elif first != path:
            yield Finding(path, f"{one.name!r} is also {dotted(first)}; choose another name")


def _paused(roce: "Roce") -> Iterator[Finding]:
    """Yield what is wrong with the priorities that are to be paused."""
    if roce.pfc_priorities is None:
        return
    lossless = {roce.priority} | ({roce.second.priority} if roce.second else set())
    lossy = {one.priority: one.name for one in roce.lossy}
    wanted = f"lossless are {', '.join(map(str, sorted(lossless)))}"
    for index, priority in enumerate(roce.pfc_priorities):
        path: KeyPath = ("pfc_priorities", index)
        if priority in roce.pfc_priorities[:index]:
            yield Finding(path, f"{priority} is there twice; name every priority once")
        elif priority in lossless:
            continue
        elif priority == roce.cnp_priority:
            yield Finding(
                path,
                f"{priority} is cnp_priority; CNPs must never be paused, so remove it ({wanted})",
            )
        elif priority in lossy:
            yield Finding(
                path,
                f"{priority} is that of lossy class {lossy[priority]!r}; PFC on a lossy queue "
                f"pauses senders for traffic that may be dropped, so remove it ({wanted})",
            )
        else:
            yield Finding(path, f"{priority} is that of no lossless class; remove it ({wanted})")
    for priority in sorted(lossless - set(roce.pfc_priorities)):
        yield Finding(
            ("pfc_priorities",),
            f"leaves out {priority}, a lossless class that would lose packets; add it or remove "
            "pfc_priorities",
        )


def _trimmed(roce: "Roce") -> Iterator[Finding]:
    trimming = roce.trimming
    if trimming is None:
        return
    classes = {one.priority: one for one in roce.lossy}
    into = classes.get(trimming.priority)
    if into is None:
        known = ", ".join(f"{one.name} has {number}" for number, one in sorted(classes.items()))
        yield Finding(
            ("trimming", "priority"),
            f"{trimming.priority} is that of no lossy class; trimmed packets need the queue of "
            f"one in lossy ({known or 'there is none: add one'})",
        )
    owner = {dscp: path for path, dscp in _taken_dscps(roce)}
    if trimming.dscp in owner and (into is None or trimming.dscp not in into.dscps):
        yield Finding(
            ("trimming", "dscp"),
            f"DSCP {trimming.dscp} is also that of {_owner(owner[trimming.dscp])}, whose queue "
            "trimmed packets would ride on the next switch; give them a DSCP of their own",
        )


def _headroom(roce: "Roce") -> Iterator[Finding]:
    if roce.headroom.model != "traditional":
        return
    for key in ONLY_DYNAMIC:
        if key in roce.headroom.model_fields_set:
            yield Finding(
                ("headroom", key),
                "is for the dynamic model; the traditional one takes headroom from a table; "
                f"remove {key} or model",
            )


def _slope(path: KeyPath, ecn: "Ecn") -> Iterator[Finding]:
    """Yield what is wrong with the thresholds of a marking slope.

    Thresholds in both units are told once, at a share: no threshold is missing as well.
    """
    given = {
        key
        for key in ("kmin_bytes", "kmax_bytes", "kmin_percent", "kmax_percent")
        if getattr(ecn, key) is not None
    }
    shares = sorted((key for key in given if key.endswith("percent")), reverse=True)
    is_mixed = bool(shares) and len(shares) < len(given)
    if is_mixed:
        what = "is given beside bytes; give thresholds in bytes or as shares"
        yield Finding((*path, shares[0]), what)
    for unit in ("bytes", "percent"):
        low, high = f"kmin_{unit}", f"kmax_{unit}"
        if {low, high} <= given:
            least, most = getattr(ecn, low), getattr(ecn, high)
            if most < least:
                yield Finding((*path, high), f"{most} is below {low} ({least})")
        elif not is_mixed and (alone := given & {low, high}):
            (key,) = alone
            (other,) = {low, high} - alone
            what = f"is given without {other}; a marking slope needs both"
            yield Finding((*path, key), what)


def _watchdog(roce: "Roce") -> Iterator[Finding]:
    poll_ms = roce.watchdog.poll_ms
    for name in ("detection_ms", "restoration_ms"):
        time_ms = getattr(roce.watchdog, name)
        if time_ms is not None and poll_ms is not None and time_ms < poll_ms:
            yield Finding(
                ("watchdog", name),
                f"{time_ms} is below poll_ms ({poll_ms}); a storm cannot be seen between two "
                "looks; raise it or lower poll_ms",
            )
