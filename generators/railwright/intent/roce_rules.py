"""Rules between the keys of one network's traffic classes: every broken one, with its place."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from railwright.intent.written import KeyPath, dotted

if TYPE_CHECKING:
    from railwright.intent.roce import Ecn, Roce

PRIORITIES = range(8)  # of IEEE 802.1Q: as many queues and priority groups
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
ONLY_DYNAMIC = ("pattern_mtu_bytes", "small_packet_percent", "shared_pool_ratio")


class Finding(NamedTuple):
    """A broken rule: where below the traffic classes, and what is wrong there."""

    path: KeyPath
    what: str


def broken(roce: "Roce") -> Iterator[Finding]:
    """Yield everything that cannot hold together; keys are valid each on its own."""
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


def _dscps(roce: "Roce") -> Iterator[Finding]:
    """Yield the DSCPs that two classes take, at the later one."""
    owner: dict[int, KeyPath] = {roce.data_dscp: ("data_dscp",)}
    for path, dscp in _dscps_after_data(roce):
        first = owner.setdefault(dscp, path)
        if first == path:
            continue
        if path == ("cnp_dscp",):
            yield Finding(
                (), f"data_dscp and cnp_dscp are both {dscp}; CNPs need a DSCP of their own"
            )
        else:
            what = f"DSCP {dscp} is also that of {_owner(first)}"
            yield Finding(path, f"{what}; a DSCP has one class, so take it from one of them")


def _dscps_after_data(roce: "Roce") -> Iterator[tuple[KeyPath, int]]:
    yield ("cnp_dscp",), roce.cnp_dscp
    if roce.second:
        yield ("second", "dscp"), roce.second.dscp
    for index, one in enumerate(roce.lossy):
        for place, dscp in enumerate(one.dscps):
            yield ("lossy", index, "dscps", place), dscp


def _priorities(roce: "Roce") -> Iterator[Finding]:
    """Yield the priorities that two classes take, and that none is left for everything else."""
    owner: dict[int, KeyPath] = {roce.priority: ("priority",)}
    later = list(_priorities_after_data(roce))
    free = sorted(set(PRIORITIES) - {roce.priority, *(priority for _, priority in later)})
    for path, priority in later:
        first = owner.setdefault(priority, path)
        if first == path:
            continue
        if path == ("cnp_priority",):
            yield Finding(
                (),
                f"priority and cnp_priority are both {priority}; "
                "CNPs must ride a priority without PFC",
            )
        else:
            why = f"{_effect(path, first)}; {_left(free)}"
            yield Finding(path, f"{priority} is also that of {_owner(first)}; {why}")
    if not free:
        yield Finding(
            (),
            f"lossy takes the last of the {len(PRIORITIES)} priorities; everything else needs "
            "one too; remove a class",
        )


def _priorities_after_data(roce: "Roce") -> Iterator[tuple[KeyPath, int]]:
    yield ("cnp_priority",), roce.cnp_priority
    if roce.second:
        yield ("second", "priority"), roce.second.priority
    for index, one in enumerate(roce.lossy):
        yield ("lossy", index, "priority"), one.priority


def _effect(path: KeyPath, first: KeyPath) -> str:
    """Return why two classes cannot share a priority."""
    if path[0] == "second" and first == ("cnp_priority",):
        return "CNPs must ride a priority without PFC"
    if path[0] == "lossy" and first in (("priority",), ("second", "priority")):
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
            (),
            f"pfc_priorities leaves out {priority}, a lossless class that would lose packets; "
            "add it or remove pfc_priorities",
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
    owner = {dscp: path for path, dscp in _dscps_after_data(roce)} | {
        roce.data_dscp: ("data_dscp",)
    }
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
                ("headroom",),
                f"{key} is given, but the traditional model takes headroom from a table; "
                f"remove {key} or model",
            )


def _slope(path: KeyPath, ecn: "Ecn") -> Iterator[Finding]:
    """Yield what is wrong with the thresholds of a marking slope."""
    for unit in ("bytes", "percent"):
        low, high = getattr(ecn, f"kmin_{unit}"), getattr(ecn, f"kmax_{unit}")
        if (low is None) != (high is None):
            given, missing = ("kmin", "kmax") if high is None else ("kmax", "kmin")
            yield Finding(
                path,
                f"{given}_{unit} is given without {missing}_{unit}; a marking slope needs both",
            )
        elif low is not None and high < low:
            yield Finding(path, f"kmax_{unit} ({high}) is below kmin_{unit} ({low})")
    given_in = [
        unit
        for unit in ("bytes", "percent")
        if any(getattr(ecn, f"{end}_{unit}") is not None for end in ("kmin", "kmax"))
    ]
    if len(given_in) > 1:
        key = "kmin_percent" if ecn.kmin_percent is not None else "kmax_percent"
        yield Finding(path, f"{key} is given beside bytes; give thresholds in bytes or as shares")


def _watchdog(roce: "Roce") -> Iterator[Finding]:
    poll_ms = roce.watchdog.poll_ms
    for name in ("detection_ms", "restoration_ms"):
        time_ms = getattr(roce.watchdog, name)
        if time_ms is not None and poll_ms is not None and time_ms < poll_ms:
            yield Finding(
                ("watchdog",),
                f"{name} ({time_ms}) is below poll_ms ({poll_ms}); "
                "a storm cannot be seen between two looks; raise it or lower poll_ms",
            )
