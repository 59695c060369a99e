"""What handing in came to, for programs: one JSON document, schema in docs/redline.md."""

from typing import Any

import orjson

from railwright.intent.as_built import STEPS, Mark
from railwright.redline.merge import Change, Conflict
from railwright.redline.model import Handed, Place
from railwright.redline.outcome import Outcome, Progress
from railwright.redline.overrides import Override

SCHEMA = "railwright/redline"
SCHEMA_VERSION = 1


def render(found: Outcome, files: tuple[str, ...], exit_code: int, *, written: bool) -> str:
    """Return the document; every list is complete."""
    value = document(found, files, exit_code, written=written)
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n"


def document(
    found: Outcome, files: tuple[str, ...], exit_code: int, *, written: bool
) -> dict[str, Any]:
    """Return the document as plain values."""
    merged = found.merged
    return {
        "schema": SCHEMA,
        "version": SCHEMA_VERSION,
        "cluster": found.job.cluster,
        "revision": found.job.revision,
        "exit_code": exit_code,
        "written": written,
        "files": list(files),
        "marks": {"handed_in": merged.marks, "new": found.accepted},
        "changes": [_change(one) for one in found.changes.values()],
        "redlines": [
            {
                "action": one.action,
                "list": one.kind,
                "link": one.link,
                "old": _override(one.old),
                "new": _override(one.override),
                "mark": _mark(one.mark),
            }
            for one in found.redlines
        ],
        "refused": [{"why": one.why, **_change(one.change)} for one in found.refused],
        "conflicts": [_conflict(one) for one in merged.conflicts],
        "stale": [_handed(one) for one in merged.stale],
        "unknown": [_handed(one) for one in merged.unknown],
        "behind": [
            {"cable": one.cable, "what": one.what, "by": one.by, "at": one.at, **_place(one.place)}
            for one in merged.behind
        ],
        "beside": [_conflict(one) for one in merged.beside],
        "unsound": [str(one) for one in merged.unsound],
        "notes": list(found.notes),
        "waves": [_wave(one) for one in found.progress],
    }


def _conflict(one: Conflict) -> dict[str, Any]:
    voices = [{**_mark(voice.mark), **_place(voice.place)} for voice in one.voices]
    return {"cable": one.key[0], "what": one.key[1], "marks": voices}


def _mark(mark: Mark) -> dict[str, Any]:
    names = ("id", "cable", "what", "value", "by", "at", "note")
    return {name: getattr(mark, name) for name in names}


def _place(place: Place) -> dict[str, str]:
    return {"from": str(place)}


def _handed(one: Handed) -> dict[str, Any]:
    return {**_mark(one.mark), "check": one.check, **_place(one.place)}


def _change(one: Change) -> dict[str, Any]:
    before = None if one.before is None else _mark(one.before)
    return {"before": before, "after": _mark(one.after), **_place(one.place)}


def _override(override: Override | None) -> dict[str, Any] | None:
    return override.model_dump() if override else None


def _wave(one: Progress) -> dict[str, Any]:
    value: dict[str, Any] = {"wave": one.wave, "cables": one.cables}
    for step in STEPS:
        value[step] = {"before": one.before[step], "after": one.after[step]}
    return value
