"""Which changes of the intent would make headroom fit, found by trying them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from railwright.plan.headroom.engine import buffer_model
from railwright.plan.lossless.fit import Case, fit_of, sized


def with_headroom(case: Case, **settings: int | str | None) -> Case | None:
    """Return a kind of switch under other settings of `roce.headroom`, None if it has no headroom.

    `settings` are fields of the intent's Headroom. Ports whose headroom is the same now may differ
    then by their cables: all are taken to have the longest, so what is said to fit does.
    """
    changed = _under(case, settings)
    mix = [sized(changed, one, one.key) for one in case.kind.mix]
    known = tuple(one for one in mix if one is not None)
    if len(known) < len(mix):
        return None
    model = buffer_model(case.platform, changed.roce)
    return replace(changed, kind=replace(case.kind, mix=known, model=model))


def _under(case: Case, settings: Mapping[str, int | str | None]) -> Case:
    headroom = case.roce.headroom.model_copy(update=settings)
    return replace(case, roce=case.roce.model_copy(update={"headroom": headroom}), known={})


def works(case: Case | None) -> bool:
    """Return whether the headroom of a kind of switch fits, or is over its pool as accepted."""
    return case is not None and fit_of(case, case.budget, quick=True).verdict != "failed"


def lower_ratio(cases: Sequence[Case], ratio: int) -> int | None:
    """Return the largest `shared_pool_ratio` below `ratio` that works for all, None if none does.

    `cases` are the kinds of switches of one network.
    """
    for lower in range(ratio - 1, 0, -1):
        if all(works(with_headroom(case, shared_pool_ratio=lower)) for case in cases):
            return lower
    return None


def works_unshared(cases: Sequence[Case]) -> bool:
    """Return whether all kinds of switches work when every port has headroom of its own."""
    return all(works(with_headroom(case, shared_pool_ratio=None)) for case in cases)


def works_with_one_class(case: Case) -> bool:
    """Return whether a kind of switch works with a single lossless class."""
    return works(replace(case, kind=replace(case.kind, lossless_classes=1)))


def covering_percent(cases: Sequence[Case]) -> int | None:
    """Return the `small_packet_percent` from which xoff of every port reaches its bound.

    None where a switch takes headroom from a table, or where none works. `cases` are the kinds of
    switches of one network.
    """
    if any(case.kind.model != "dynamic" for case in cases):
        return None
    for percent in range(cases[0].roce.headroom.small_packet_percent + 1, 101):
        if all(_covers(case, small_packet_percent=percent) for case in cases):
            return percent
    return None


def default_model_covers(cases: Sequence[Case]) -> bool:
    """Return whether xoff of every port reaches its bound in the platforms' own buffer models."""
    return all(_covers(case, model=None) for case in cases)


def _covers(case: Case, **settings: int | str | None) -> bool:
    """Return whether a kind of switch works and every length of cable is covered."""
    if not works(with_headroom(case, **settings)):
        return False
    changed = _under(case, settings)
    found = (sized(changed, one, key) for one in case.kind.mix for key in one.keys)
    return all(one is not None and not one.short_bytes for one in found)
