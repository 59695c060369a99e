"""Whether the headroom of a kind of switch fits, and how much more would.

A group needs its headroom only while it is paused. So where groups share one headroom pool, a sum
above it means that not all ports can be paused at once without loss: an over-subscription that
somebody may accept, with a reason. Where every group has headroom of its own, a sum above what
there is cannot be configured at all, and nobody can accept it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from railwright.catalog.model import SwitchPlatform
from railwright.intent.roce import Roce
from railwright.plan.headroom.engine import answer
from railwright.plan.headroom.formula import LANES_OF_A_DOUBLE_PORT
from railwright.plan.headroom.of_plan import question_of
from railwright.plan.lossless.model import Fit, Kind, Mix, Verdict
from railwright.plan.lossless.pools import (
    PRIORITIES,
    Budget,
    beyond_bytes,
    budget_of,
    group_cost,
)
from railwright.plan.model import Headroom, HeadroomKey

MOST_PORTS = 4096
MOST_M = 10_000
"""Ports and metres beyond which nothing is said to limit them: more than any switch has, and the
longest cable that an intent may name."""
LOSSY_CLASSES = 2  # the default class and CNPs: so many priorities cannot be lossless


Rooms = dict[HeadroomKey, Headroom | None]


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of switch with what its budget depends on.

    `known` remembers what ports need under these settings, None where that is not known; cases of
    one plan may share it.
    """

    kind: Kind
    platform: SwitchPlatform
    roce: Roce
    mtu_bytes: int
    known: Rooms = field(default_factory=dict, compare=False, repr=False)

    @property
    def budget(self) -> Budget:
        """Return what the switch has for headroom and what its ports need."""
        return budget_of(self.kind, self.platform, self.roce)


def fit_of(case: Case, budget: Budget, *, quick: bool = False) -> Fit:
    """Return whether the headroom of a kind of switch fits; `budget` is that of `case`.

    `quick` leaves out what would still fit, which is found by trying.
    """
    verdict, why, accept_ratio = _judge(case, budget)
    known = budget.limit_bytes is not None and not quick
    return Fit(
        verdict=verdict,
        need_bytes=budget.need_bytes,
        limit_bytes=budget.limit_bytes,
        buffer_bytes=budget.buffer_bytes,
        shared_bytes=budget.shared_bytes,
        ratio=budget.ratio,
        bound_ratio=_bound_ratio(case.kind, budget),
        accept_ratio=accept_ratio,
        pausing_ports=pausing_ports(case.kind, budget),
        more_ports=_more_ports(case) if known else None,
        more_classes=_more_classes(case) if known else None,
        longest_m=_longest_m(case) if known else None,
        terms=budget.terms,
        why=why,
        source=budget.source,
    )


def pausing_ports(kind: Kind, budget: Budget) -> int:
    """Return how many ports may pause at once, whichever they are: the costliest count first."""
    if budget.limit_bytes is None:
        return 0
    left, ports = budget.limit_bytes, 0
    for cost, number in sorted(_costs(kind, budget), reverse=True):
        able = min(number, left // cost)
        ports += able
        left -= able * cost
        if able < number:
            break
    return ports


def _costs(kind: Kind, budget: Budget) -> list[tuple[int, int]]:
    """Return what a port takes of the headroom with all its lossless classes, and how many do."""
    classes, shares = kind.lossless_classes, budget.shares_headroom
    return [(group_cost(one, shares_headroom=shares) * classes, one.ports) for one in kind.mix]


def _bound_ratio(kind: Kind, budget: Budget) -> float | None:
    """Return the ratio by the first-principles bound, None where a port has none."""
    if not budget.limit_bytes or not all(one.bound_bytes for one in kind.mix):
        return None
    needs = sum(one.bound_bytes * one.ports for one in kind.mix) * kind.lossless_classes
    return needs / budget.limit_bytes


def _judge(case: Case, budget: Budget) -> tuple[Verdict, str, float | None]:
    """Return the verdict, its reason, and the ratio that somebody may accept if there is one."""
    kind, ratio = case.kind, budget.ratio
    if ratio is None:
        return "unproven", "what this switch has for headroom is not known", None
    figures = f"{budget.need_bytes} bytes wanted of {budget.limit_bytes}, {ratio:.2f}:1"
    if broken := _impossible(case, budget, ratio):
        return "failed", f"{figures}, {broken}", None
    if ratio <= 1:
        return "proven", f"{figures}: all {kind.ports} ports may pause at once", None
    figures = f"{figures}: {pausing_ports(kind, budget)} of {kind.ports} ports may pause at once"
    if (bound := _bound_ratio(kind, budget)) is not None:
        figures = f"{figures}; {bound:.2f}:1 by the first-principles bound on full frames"
    accept = case.roce.headroom.accept
    if accept and ratio <= accept.ratio:
        return "accepted", f"{figures}; accepted up to {accept.ratio:g}:1: {accept.reason}", ratio
    return "failed", figures, ratio


def _impossible(case: Case, budget: Budget, ratio: float) -> str:
    """Return why no switch can be configured like this, whatever is accepted; empty if one can."""
    if budget.least_shared_bytes is not None and budget.least_shared_bytes <= 0:
        return "and nothing is left for the shared buffer"
    if ratio > 1 and not budget.shares_headroom:
        return "but every group reserves its own"
    if ratio > 1 and pausing_ports(case.kind, budget) < 1:
        return "so not even one port may pause"
    return _full_port(case, budget)


def _full_port(case: Case, budget: Budget) -> str:
    """Return why one port alone takes more of a shared headroom pool than its chip lets it.

    Source: sonic-swss cfgmgr/buffer_check_headroom_mellanox.lua. Its other limit,
    max_headroom_size, is known to the box alone and cannot be checked here; the switch refuses
    what exceeds it.
    """
    facts = case.platform.dynamic
    if facts is None or case.kind.model != "dynamic" or not budget.shares_headroom:
        return ""
    for one in case.kind.mix:
        units = 2 if one.key.lanes == LANES_OF_A_DOUBLE_PORT else 1
        cells = facts.port_max_shp_cells + units * facts.port_reserved_shp_cells
        most = cells * facts.cell_bytes
        needs = beyond_bytes((replace(one, ports=1),)) * case.kind.lossless_classes
        if needs > most:
            return (
                f"but one {one.key.speed_gbps}G port at {one.key.length_m:g} m wants {needs} bytes "
                f"of the shared headroom, of which a port may take {most}"
            )
    return ""


def _fits(case: Case) -> bool:
    budget = case.budget
    if budget.limit_bytes is None or budget.need_bytes > budget.limit_bytes:
        return False
    left = budget.least_shared_bytes
    return (left is None or left > 0) and not _full_port(case, budget)


def _most(fits: Callable[[int], bool], highest: int) -> int:
    """Return the largest number up to `highest` that fits, 0 if none; what fits less fits."""
    low, high = 0, 1
    while high <= highest and fits(high):
        low, high = high, high * 2
    high = min(high, highest + 1)
    while high - low > 1:
        middle = (low + high) // 2
        if fits(middle):
            low = middle
        else:
            high = middle
    return low


def _more_ports(case: Case) -> int | None:
    """Return how many more ports with the largest headroom fit."""
    kind = case.kind
    largest = max(kind.mix, key=lambda one: (one.xoff_bytes, one.size_bytes))
    is_double = largest.key.lanes == LANES_OF_A_DOUBLE_PORT

    def fits(number: int) -> bool:
        more = replace(
            kind,
            mix=(*kind.mix, replace(largest, ports=number)),
            cabled_ports=kind.cabled_ports + number,
            wide_ports=kind.wide_ports + (number if is_double else 0),
        )
        return _fits(replace(case, kind=more))

    found = _most(fits, MOST_PORTS)
    return None if found >= MOST_PORTS else found


def _more_classes(case: Case) -> int:
    """Return how many more lossless classes fit, up to what eight priorities have room for."""
    now = case.kind.lossless_classes

    def fits(number: int) -> bool:
        return _fits(replace(case, kind=replace(case.kind, lossless_classes=now + number)))

    return _most(fits, max(0, PRIORITIES - LOSSY_CLASSES - now))


def _longest_m(case: Case) -> float | None:
    """Return the longest cable that all links between switches may have, 0 where none fits."""
    if not any(one.use == "fabric" for one in case.kind.mix):
        return None

    def fits(length_m: int) -> bool:
        mix = [_as_long(case, one, length_m) for one in case.kind.mix]
        known = tuple(one for one in mix if one is not None)
        return len(known) == len(mix) and _fits(replace(case, kind=replace(case.kind, mix=known)))

    found = _most(fits, MOST_M)
    return None if found >= MOST_M else float(found)


def _as_long(case: Case, one: Mix, length_m: int) -> Mix | None:
    """Return the ports with cables of another length, None where no headroom is known for it."""
    if one.use != "fabric":
        return one
    return sized(case, one, one.key._replace(length_m=float(length_m)))


def sized(case: Case, one: Mix, key: HeadroomKey) -> Mix | None:
    """Return ports that are all `key`, as the settings of `case` size them; None: not known."""
    if key not in case.known:
        found = answer(question_of(case.platform, key, case.mtu_bytes, case.roce))
        case.known[key] = found if isinstance(found, Headroom) else None
    room = case.known[key]
    if room is None:
        return None
    return replace(
        one,
        key=key,
        xon_bytes=room.xon_bytes,
        xoff_bytes=room.xoff_bytes,
        size_bytes=room.size_bytes,
        threshold=room.threshold,
        bound_bytes=room.bound_bytes,
        lengths_m=(key.length_m,),
    )
