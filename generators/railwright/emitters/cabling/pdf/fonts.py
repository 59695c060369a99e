"""The fonts of PDF files: looked for before anything is drawn, embedded as subsets."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from railwright.catalog import loader as catalog
from railwright.catalog.physical_model import Font, FontFamily
from railwright.errors import RailwrightError
from railwright.intent.model import Language

_NAMES: dict[Language, str] = {"en": "English", "zh": "Chinese"}


class FontError(RailwrightError):
    """A font that PDF files need is missing or cannot be embedded."""


@dataclass(frozen=True, slots=True)
class Typeface:
    """The names under which ReportLab knows the two weights of a family.

    `thickened` says that there is one weight only, whose outlines are stroked for the bold one.
    """

    regular: str
    bold: str
    thickened: bool

    def has(self, character: str) -> bool:
        """Return whether a character can be printed."""
        font = pdfmetrics.getFont(self.regular)
        return isinstance(font, TTFont) and ord(character) in font.face.charToGlyph


def typeface(language: Language) -> Typeface:
    """Return what a language is printed with.

    Raises: FontError naming the files that are missing or no TrueType font, and their packages.
    """
    family = catalog.fonts().languages[language]
    if missing := list(_missing(family)):
        files = " and ".join(path for path, _ in missing)
        packages = " ".join(sorted({package for _, package in missing}))
        raise FontError(
            f"PDF files in {_NAMES[language]} (language: {language}) need {files}, which "
            f"{'is' if len(missing) == 1 else 'are'} not on this machine: apt install {packages}; "
            "or build without --pdf"
        )
    regular, bold = _registered(family.regular, language), _registered(family.bold, language)
    return Typeface(regular, bold, thickened=regular == bold)


def _missing(family: FontFamily) -> Iterator[tuple[str, str]]:
    found = {font.path: font.package for font in (family.regular, family.bold)}
    for path, package in found.items():
        if not Path(path).is_file():
            yield path, package


def _registered(font: Font, language: Language) -> str:
    try:
        return _register(font.path, font.number)
    except (TTFError, OSError) as err:
        raise FontError(
            f"{font.path}: cannot be embedded in PDF files in {_NAMES[language]}: {err}; "
            f"apt install --reinstall {font.package}"
        ) from err


@cache
def _register(path: str, number: int) -> str:
    name = f"{path}#{number}"
    pdfmetrics.registerFont(TTFont(name, path, subfontIndex=number))
    return name
