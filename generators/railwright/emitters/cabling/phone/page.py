"""The page as bytes: markup, style, scripts and data in one file, with a policy that names them.

Nothing of the data is evaluated: scripts read it from an element that is no script, and put it
into the page as text.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from html import escape
from string import Template
from typing import Any

import orjson

from railwright.catalog import loader as catalog
from railwright.emitters.cabling.phone.data import colours
from railwright.files import templates
from railwright.ink import ink_on
from railwright.intent.model import Language

SCRIPTS = (
    *("raw", "marks", "data", "search", "store"),
    *("dom", "state", "actions", "name"),
    *("list", "card", "redline", "plate", "places", "conflicts", "exchange", "help", "scan", "app"),
)
"""The files of the script in the order they are joined in: each needs only those before it."""

_LANGUAGES: Mapping[Language, str] = {"en": "en", "zh": "zh-Hans"}
_POLICY = (
    "default-src 'none'; script-src '{script}'; style-src '{style}'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)


def page(cluster: str, revision: str, language: Language, data: Mapping[str, Any]) -> bytes:
    """Return the page with its data."""
    words = catalog.words("phone", language)
    title = f"{words['title']} {cluster} {revision}"
    skeleton, style, script = _parts()
    # One pass over the skeleton: what is put in is never looked at again.
    filled = Template(skeleton).substitute(
        language=_LANGUAGES[language],
        title=escape(title),
        policy=_POLICY.format(script=_source(script), style=_source(style)),
        noscript=escape(words["noscript"]),
        style=style,
        script=script,
        data=embedded(data),
    )
    return filled.encode()


def embedded(data: Mapping[str, Any]) -> str:
    """Return data as JSON that no parser of HTML takes for markup, whatever texts it has."""
    return orjson.dumps(data).replace(b"<", b"\\u003c").decode()


def chips() -> Iterator[str]:
    """Yield the style of every colour of cables: class `c0` is the first."""
    for number, colour in enumerate(colours()):
        yield f".c{number}{{--chip:{colour.hex};--ink:{ink_on(colour.hex)}}}\n"


@cache
def _parts() -> tuple[str, str, str]:
    """Return the skeleton, the style and the script."""
    folder = templates() / "cabling"
    scripts = [(folder / "phone" / f"{name}.js").read_text("utf-8") for name in SCRIPTS]
    skeleton = (folder / "phone.html").read_text("utf-8")
    style = (folder / "phone.css").read_text("utf-8") + "".join(chips())
    return skeleton, f"\n{style}", "\n'use strict';\n" + "".join(scripts)


def _source(text: str) -> str:
    """Return how a content security policy names an inline script or style."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
