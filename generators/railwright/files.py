"""Files as values, not yet written anywhere, and where the package keeps its templates."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args


@dataclass(frozen=True, slots=True)
class OutputFile:
    """One artefact below `build/<cluster>/`; `path` is relative with `/` separators."""

    path: str
    content: bytes
    mode: int = 0o644


Extra = Literal["pdf", "sheets"]
"""What is only written when asked for: PDF files; the sheets of very many cables."""
EXTRAS: tuple[Extra, ...] = get_args(Extra)

Part = Callable[[], Iterable[OutputFile]]
"""A share of the artefacts, rendered when called: by itself, in any order, in any process."""


def templates() -> Path:
    """Return the folder of templates: inside the wheel, else the checkout's."""
    packaged = Path(__file__).parent / "_templates"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "templates"
