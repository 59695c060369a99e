"""The report for scripts."""

from typing import Any

import orjson

from railwright.proof.report.document import Document

_OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


def dumps(document: Document) -> bytes:
    """Return the document as JSON: the field names are the keys, bytes and metres are numbers."""
    return orjson.dumps(document, default=_fields, option=_OPTIONS)


def _fields(value: Any) -> Any:
    """Return a named tuple with its names; orjson knows everything else in a document."""
    return value._asdict()
