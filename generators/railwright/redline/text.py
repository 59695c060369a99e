"""What handing in came to, for people."""

from collections.abc import Iterator, Sequence

from railwright.intent.as_built import STEPS, Mark, written
from railwright.intent.written import shown
from railwright.redline.merge import Conflict
from railwright.redline.model import Handed, Statement
from railwright.redline.outcome import Outcome, Progress
from railwright.redline.overrides import Redline

_DASH = "-"


def render(found: Outcome, files: Sequence[str], *, done: bool) -> str:
    """Return the report: progress first, then what needs a person, then what is written."""
    parts = [
        list(_progress(found.progress)),
        [_redline(one) for one in found.redlines],
        *map(list, _left_out(found)),
        [_sum(found, files, done=done)],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _progress(waves: Sequence[Progress]) -> Iterator[str]:
    """Yield a table of the waves in which anything changed."""
    changed = [one for one in waves if one.before != one.after]
    if not changed:
        return
    rows = [("wave", "cables", *STEPS)]
    for one in changed:
        cells = [_step(one.before[step], one.after[step]) for step in STEPS]
        rows.append((one.wave, str(one.cables), *cells))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [text.ljust(width) for text, width in zip(row, widths, strict=True)]
        yield "  ".join(cells).rstrip()


def _step(before: int, after: int) -> str:
    return str(after) if before == after else f"{before} -> {after}"


def _redline(one: Redline) -> str:
    said = f"redline: {one.link} {_said(one.mark)}"
    old, new = (_shown(override) for override in (one.old, one.override))
    match one.action:
        case "none":
            return f"{said}: as planned, no override changes"
        case "add":
            return f"{said}: adds to overrides.{one.kind}: {new}"
        case "remove":
            return f"{said}: as planned, removes from overrides.{one.kind}: {old}"
    return f"{said}: changes overrides.{one.kind}: {old} -> {new}"


def _shown(override: object) -> str:
    value = getattr(override, "port", None) or getattr(override, "length_m", None)
    shown = f"{value:g} m" if isinstance(value, float) else value
    return f"{shown} ({getattr(override, 'reason', '')})"


def _left_out(found: Outcome) -> Iterator[Iterator[str]]:
    merged = found.merged
    yield (
        f"refused: {one.key[0]} {_said(one.change.after)}, {one.change.place}: {one.why}"
        for one in found.refused
    )
    yield (
        f"conflict: {one.key[0]} {one.key[1]}: "
        + " against ".join(f"{_voice(voice.mark)}, {voice.place}" for voice in one.voices)
        for one in merged.conflicts
    )
    yield (
        f"stale: {_handed(one)}: the plan of this cable changed since this sheet (check "
        f"{one.check}) was made; look at the cable, mark it on a new one"
        for one in merged.stale
    )
    yield (f"unknown: {_handed(one)}: the plan has no such cable" for one in merged.unknown)
    yield (f"unsound: {one}; left out" for one in merged.unsound)
    yield (_behind(one) for one in merged.behind)
    yield (_beside(one) for one in merged.beside)
    yield (f"note: {one}" for one in found.notes)


def _handed(one: Handed) -> str:
    return f"{one.mark.cable} {_said(one.mark)}, {one.place}"


def _behind(one: Statement) -> str:
    return (
        f"note: {one.cable}, {one.place}: the record says {one.what}, which a sheet cannot take "
        "back; untick it on the page for phones if it is wrong"
    )


def _beside(one: Conflict) -> str:
    said = ", ".join(
        f"{_voice(voice.mark)} {shown(voice.mark.note)}, {voice.place}" for voice in one.voices
    )
    return f"note: {one.key[0]} {one.key[1]}: {said}: only the last is recorded"


def _said(mark: Mark) -> str:
    return f"{mark.what} {_voice(mark)}"


def _voice(mark: Mark) -> str:
    value = written(mark.value) or _DASH
    return f"{value} ({mark.by or _DASH}, {mark.at or _DASH})"


def _sum(found: Outcome, files: Sequence[str], *, done: bool) -> str:
    merged = found.merged
    counts = [f"{merged.marks} marks", f"{found.accepted} new"]
    for noun, number in (
        ("redlines refused", len(found.refused)),
        ("in conflict", len(merged.conflicts)),
        ("stale", len(merged.stale)),
        ("of unknown cables", len(merged.unknown)),
        ("unsound", len(merged.unsound)),
    ):
        if number:
            counts.append(f"{number} {noun}")
    text = f"{found.job.cluster}: {', '.join(counts)}; "
    if not files:
        return f"{text}nothing new"
    names = ", ".join(files)
    return f"{text}wrote {names}" if done else f"{text}--write would write {names}"
