"""What makes a mark sound, for the page: it has no rules of its own, it is told the importer's."""

from collections.abc import Mapping
from typing import Any

from railwright.intent import as_built

FORMAT = "railwright-marks"
VERSION = 1
REASONED: tuple[as_built.What, ...] = ("port", "length_m")
"""What nobody says of a cable without a reason."""


def of() -> Mapping[str, Any]:
    """Return the rules as values for JSON; patterns are to match the whole of a text."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "steps": list(as_built.STEPS),
        "whats": list(as_built.WHATS),
        "reasoned": list(REASONED),
        "name_chars": as_built.NAME_CHARS,
        "note_chars": as_built.NOTE_CHARS,
        "longest_m": as_built.LONGEST_M,
        "most_after": as_built.MOST_AFTER,
        "patterns": {
            "id": as_built.MARK_ID.pattern,
            "cable": as_built.CABLE.pattern,
            "check": as_built.CHECK.pattern,
            "port": as_built.PORT.pattern,
            "at": as_built.AT.pattern,
        },
    }
