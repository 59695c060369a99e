"""Bundles whose cables come in several waves: how many come now, and in which wave the next."""

from collections import Counter
from collections.abc import Iterator, Mapping

from railwright.emitters.cabling.job import Job

Shares = Mapping[tuple[str, str], str]
"""What is to be said of a bundle on the sheet of a wave, nothing where all of it is there."""


def shares(job: Job) -> Shares:
    """Return `4/16 → 5-su1-rail1` by bundle and wave; without an arrow in the last wave of one."""
    return dict(_shares(job))


def _shares(job: Job) -> Iterator[tuple[tuple[str, str], str]]:
    waves_of: dict[str, list[tuple[str, int]]] = {}
    for wave, pulls in job.waves.items():
        for bundle, count in Counter(pull.cable.bundle for pull in pulls).items():
            waves_of.setdefault(bundle, []).append((wave, count))
    for bundle, parts in waves_of.items():
        if len(parts) > 1:
            total = sum(count for _, count in parts)
            following = [*(f" → {wave}" for wave, _ in parts[1:]), ""]
            for (wave, count), then in zip(parts, following, strict=True):
                yield (bundle, wave), f"{count}/{total}{then}"
