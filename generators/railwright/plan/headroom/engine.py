"""One answer to "how much headroom does this port need", for the plan and the calculator."""

from dataclasses import dataclass
from math import ceil
from typing import Literal

from railwright.catalog.loader import ethernet
from railwright.catalog.model import Buffers, DynamicBuffers, LosslessRow, SwitchPlatform
from railwright.intent.roce import Roce
from railwright.plan.headroom.bound import Bound, bound, cell_bytes_of
from railwright.plan.headroom.formula import PAUSE_QUANTA, LosslessPort, Pattern, headroom
from railwright.plan.headroom.table import alike, buffers_of, lengths_of, row_of
from railwright.plan.model import Headroom

BufferModel = Literal["dynamic", "traditional"]
Fault = Literal["model", "table", "speed", "length"]


@dataclass(frozen=True, slots=True)
class Question:
    """A lossless port: where it is, how fast and how far, and what it carries.

    `length_m` is above 0. The pattern and `shared_pool` count in the dynamic model only; `model`
    None asks for the platform's own.
    """

    platform: SwitchPlatform
    hwsku: str | None
    speed_gbps: int
    lanes: int
    length_m: float
    mtu_bytes: int
    pattern_mtu_bytes: int = 1024
    small_packet_percent: int = 50
    shared_pool: bool = False
    model: BufferModel | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no headroom for a port: what is missing of which kind, and what to do."""

    what: str
    fault: Fault


def buffer_model(platform: SwitchPlatform, roce: Roce) -> BufferModel:
    """Return which of SONiC's buffer models a switch runs: the intent's, else the platform's."""
    return roce.headroom.model or default_model(platform)


def default_model(platform: SwitchPlatform) -> BufferModel:
    """Return the model of a platform where nobody asks for one: dynamic where it computes."""
    return "dynamic" if platform.dynamic else "traditional"


def answer(question: Question) -> Headroom | Refusal:
    """Return the headroom of a port as its switch will use it, or why there is none.

    The switch's formula in the dynamic model, else the platform's table, else, where that has no
    row for the speed and there is no formula either, the first-principles bound.
    """
    platform, speed_gbps = question.platform, question.speed_gbps
    limit = bound(platform, speed_gbps, question.length_m, question.mtu_bytes)
    if (question.model or default_model(platform)) == "traditional":
        buffers = buffers_of(platform, question.hwsku) if question.hwsku else None
        return _traditional(question, buffers, limit) if buffers else _no_table(question)
    if platform.dynamic is None:
        return Refusal(
            f"{platform.name} has no dynamic buffer model: its switches do not compute headroom; "
            "choose the model traditional",
            "model",
        )
    if limit is None or speed_gbps not in PAUSE_QUANTA:
        return _unknown_speed(question)
    return _by_formula(question, platform.dynamic, limit)


def _traditional(question: Question, buffers: Buffers, limit: Bound | None) -> Headroom | Refusal:
    platform, speed_gbps = question.platform, question.speed_gbps
    if row := row_of(buffers, speed_gbps, question.length_m):
        return _by_table(question, buffers, row, limit)
    if lengths_of(buffers, speed_gbps):
        return _too_long(question, buffers)
    if platform.dynamic:
        return Refusal(
            f"the lossless table of {_place(question)} has no row for {speed_gbps}G; choose the "
            "model dynamic, in which the switch computes its headroom",
            "model",
        )
    like = alike(buffers, speed_gbps, question.length_m)
    worst = bound(platform, speed_gbps, question.length_m, question.mtu_bytes, smallest=True)
    if limit is None or worst is None or like is None:
        return _unknown_speed(question)
    return _by_bound(question, buffers, like, limit, worst)


def _by_formula(question: Question, facts: DynamicBuffers, limit: Bound) -> Headroom:
    cable_m = ceil(question.length_m)
    sizes = headroom(
        facts,
        LosslessPort(question.speed_gbps, question.lanes, cable_m, question.mtu_bytes),
        Pattern(question.pattern_mtu_bytes, question.small_packet_percent),
        shared_pool=question.shared_pool,
    )
    return Headroom(
        speed_gbps=question.speed_gbps,
        lanes=question.lanes,
        length_m=question.length_m,
        mtu_bytes=question.mtu_bytes,
        cable_m=cable_m,
        size_bytes=sizes.size_bytes,
        xon_bytes=sizes.xon_bytes,
        xoff_bytes=sizes.xoff_bytes,
        threshold=facts.default_threshold,
        xon_offset_bytes=None,
        method="formula",
        bound_bytes=limit.xoff_bytes,
        source=facts.source,
        assumed=False,
        terms=sizes.terms,
        bound_terms=limit.terms,
    )


def _by_table(
    question: Question, buffers: Buffers, row: LosslessRow, limit: Bound | None
) -> Headroom:
    return Headroom(
        speed_gbps=question.speed_gbps,
        lanes=question.lanes,
        length_m=question.length_m,
        mtu_bytes=question.mtu_bytes,
        cable_m=row.length_m,
        size_bytes=row.size_bytes,
        xon_bytes=row.xon_bytes,
        xoff_bytes=row.xoff_bytes,
        threshold=row.threshold,
        xon_offset_bytes=row.xon_offset_bytes,
        method="table",
        bound_bytes=limit.xoff_bytes if limit else 0,
        source=buffers.source,
        assumed=buffers.assumed,
        bound_terms=limit.terms if limit else (),
    )


def _by_bound(
    question: Question, buffers: Buffers, like: LosslessRow, limit: Bound, worst: Bound
) -> Headroom:
    """Return the bound for the smallest packets in whole cells, all but xoff as in a like row.

    A row that reserves its xoff for itself reserves as much beside the bound; one that shares
    headroom reserves what it reserves.
    """
    cell = cell_bytes_of(question.platform) or 1
    xoff = ceil(worst.xoff_bytes / cell) * cell
    is_shared = like.size_bytes < like.xoff_bytes
    return Headroom(
        speed_gbps=question.speed_gbps,
        lanes=question.lanes,
        length_m=question.length_m,
        mtu_bytes=question.mtu_bytes,
        cable_m=ceil(question.length_m),
        size_bytes=like.size_bytes if is_shared else like.size_bytes - like.xoff_bytes + xoff,
        xon_bytes=like.xon_bytes,
        xoff_bytes=xoff,
        threshold=like.threshold,
        xon_offset_bytes=like.xon_offset_bytes,
        method="bound",
        bound_bytes=limit.xoff_bytes,
        source=f"ASSUMED: first-principles bound for 64-byte packets, because the table has no row "
        f"for {question.speed_gbps}G ({limit.source}); all but xoff as in its row for "
        f"{like.speed_gbps}G {like.length_m} m ({buffers.source})",
        assumed=True,
        terms=worst.terms,
        bound_terms=limit.terms,
    )


def _place(question: Question) -> str:
    name = question.platform.name
    return f"{name} ({question.hwsku})" if question.hwsku else name


def _no_table(question: Question) -> Refusal:
    has_formula = question.platform.dynamic is not None
    cannot = "has no model traditional" if has_formula else "cannot carry RDMA"
    return Refusal(
        f"{_place(question)} ships no lossless buffer table, so it {cannot}; choose "
        f"{'the model dynamic' if has_formula else 'another platform'}",
        "model" if has_formula else "table",
    )


def _unknown_speed(question: Question) -> Refusal:
    speeds = ", ".join(f"{one.speed_gbps}G" for one in ethernet().responses)
    return Refusal(
        f"how long a peer goes on sending at {question.speed_gbps}G after a pause is not known, so "
        f"neither is the headroom of {_place(question)}; known speeds are {speeds}",
        "speed",
    )


def _too_long(question: Question, buffers: Buffers) -> Refusal:
    known = ", ".join(f"{one} m" for one in lengths_of(buffers, question.speed_gbps))
    other = "the model dynamic" if question.platform.dynamic else "another platform"
    return Refusal(
        f"a {question.length_m:g} m cable at {question.speed_gbps}G is beyond the lossless table "
        f"of {_place(question)}, which has {known}; shorten the cable or choose {other}",
        "length",
    )
