"""The one thing emitters yield: a file with its path and bytes, not yet written anywhere."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OutputFile:
    """One artefact below `build/<cluster>/`; `path` is relative with `/` separators."""

    path: str
    content: bytes
    mode: int = 0o644
