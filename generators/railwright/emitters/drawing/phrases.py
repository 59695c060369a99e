"""The words of drawings in the language of the sheets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from railwright.catalog import loader as catalog
from railwright.intent.model import Language

TAGS: Mapping[Language, str] = {"en": "en", "zh": "zh-Hans"}
"""Tags of languages as of BCP 47."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases by key, with their gaps filled."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """Return a phrase of the drawings, else one that all sheets have."""
        own = catalog.words("drawing", self.language)
        found = own[key] if key in own else catalog.words("common", self.language)[key]
        return found.format(**values) if values else found

    def counted(self, number: int, key: str) -> str:
        """Return how many there are of something."""
        return self(f"{key}_1" if number == 1 else key, n=grouped(number))

    def joined(self, parts: Iterable[str]) -> str:
        """Return parts of a sentence side by side, empty ones left out."""
        return self("comma").join(part for part in parts if part)

    def links(self, speeds: Mapping[int, int]) -> str:
        """Return links by speed: `4 x 800G + 1 x 400G`, fastest first."""
        rows = sorted(speeds.items(), reverse=True)
        return " + ".join(self("bundle", n=grouped(count), speed=speed) for speed, count in rows)


def grouped(number: int) -> str:
    """Return a number with its thousands apart."""
    return f"{number:,}"
