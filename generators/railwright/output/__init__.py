"""Writing artefacts: only what differs, each file atomically, pruning what is no longer made.

A write streams: parts are rendered, compared and written by several processes at once, and no
process holds more than a batch of contents. Before a file is touched its path is claimed in the
folder's journal; the manifest of hashes is written last and the journal removed with it. So a
write that was killed anywhere is finished by the next one, and never looks unchanged.
"""

from railwright.output.journal import JOURNAL
from railwright.output.manifest import (
    MANIFEST,
    Inputs,
    OutputError,
    extras_of,
    read_manifest,
    sha256,
)
from railwright.output.writing import Changes, compare, unchanged, write

__all__ = [
    "JOURNAL",
    "MANIFEST",
    "Changes",
    "Inputs",
    "OutputError",
    "compare",
    "extras_of",
    "read_manifest",
    "sha256",
    "unchanged",
    "write",
]
