"""What the words OLD and NEW name: an intent file, a build folder or a git revision."""

from pathlib import Path

from railwright.diff import revision
from railwright.diff.revision import Revision

INTENT_SUFFIXES = frozenset({".yml", ".yaml"})


def parse(text: str) -> Path | Revision:
    """Return the file or folder of that name, else the revision it means.

    What looks like an intent file stays a path, so that its absence is reported as such.
    Raises: RevisionError.
    """
    path = Path(text)
    if path.exists() or (":" not in text and path.suffix in INTENT_SUFFIXES):
        return path
    return revision.parse(text)
