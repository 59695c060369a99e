"""Validation errors in the product's own words: what is wrong, what was given, what is allowed."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from railwright.errors import Problem
from railwright.intent import schema
from railwright.intent.written import KeyPath, Written, is_secret, shown, shown_key
from railwright.intent.yaml_lines import scalar

_NOUNS = {
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping of keys",
}
_SECRET_REFERENCE = "{secret: NAME}, the name of a secret and never its value"  # noqa: S105


def translate(err: ValidationError, root: Written, *, complete: bool = True) -> tuple[Problem, ...]:
    """Return one located problem per validation error of the intent written in `root`.

    A missing key is left out where an unknown key beside it is its likely misspelling, and
    everywhere if the intent was not read completely. A list is not also too short for the items
    of it that are wrong.
    """
    errors: list[Mapping[str, Any]] = list(err.errors(include_url=False))
    misspelt = {
        (*error["loc"][:-1], suggestion)
        for error in errors
        if error["type"] == "extra_forbidden"
        and (suggestion := _suggestion(error["loc"])) is not None
    }
    lists = {error["loc"][:place] for error in errors for place in range(len(error["loc"]))}
    return tuple(
        _problem(error, root)
        for error in errors
        if (error["type"] != "missing" or (complete and error["loc"] not in misspelt))
        and (error["type"] != "too_short" or error["loc"] not in lists)
    )


def _problem(error: Mapping[str, Any], root: Written) -> Problem:
    path: KeyPath = error["loc"]
    match error["type"]:
        case "missing":
            return root.at(path, missing(path))
        case "extra_forbidden":
            place = root.deepest(path)
            return root.at(path[:-1], _unknown(path)).at(place.file, place.line)
        case "value_error":
            what = str(error["ctx"]["error"])
            # The text of a rule between keys begins with the key it is about.
            place = root.deepest((*path, what.partition(" ")[0]))
            return root.at(path, what).at(place.file, place.line)
    return root.at(path, _mismatch(path, error["input"]))


def missing(path: KeyPath) -> str:
    """Return what to say of a key that is not there but has to be."""
    wanted = schema.at(path)
    if wanted.get("type") == "object":
        return f"is missing; add it with {', '.join(wanted['required'])}"
    if "description" not in wanted:
        return "is missing; add it"
    example = "".join(f"; such as {example}" for example in wanted.get("examples", ())[:1])
    return f"is missing; add it ({wanted['description'].rstrip('.')}{example})"


def _unknown(path: KeyPath) -> str:
    allowed = f"allowed: {', '.join(_allowed(path))}"
    if is_secret(path[:-1]):
        return f"unknown key; {allowed}"
    key = str(path[-1])
    what = f"unknown key '{shown_key(key)}'; "
    if (suggestion := _suggestion(path)) is not None:
        return f"{what}did you mean '{suggestion}'? {allowed}"
    if (place := schema.sections().get(key)) is not None:
        where = ".".join(map(str, place)) or "the top level"
        return f"{what}it belongs in {where}; {allowed}"
    return f"{what}{allowed}"


def _allowed(path: KeyPath) -> Iterable[str]:
    return tuple(schema.at(path[:-1]).get("properties", ()))


def _suggestion(path: KeyPath) -> str | None:
    """Return the allowed key that the unknown key at `path` most likely means."""
    word = str(path[-1])[:64].lower().replace("-", "_")
    longer = [key for key in _allowed(path) if key.startswith(f"{word}_")]
    close = difflib.get_close_matches(word, _allowed(path), n=1, cutoff=0.7)
    return next(iter((*longer, *close)), None)


def _mismatch(path: KeyPath, given: Any) -> str:
    wanted = schema.at(path)
    expected = _expected(wanted)
    if given is None:
        return f"is empty; give {expected}{'' if _is_required(path) else ' or remove the key'}"
    if is_secret(path):
        return f"must be {expected}; what was given is not shown"
    return f"must be {expected}, got {shown(given)}{_hint(wanted, given)}"


def _is_required(path: KeyPath) -> bool:
    return isinstance(path[-1], int) or path[-1] in schema.at(path[:-1]).get("required", ())


def _expected(wanted: schema.Schema) -> str:
    """Return what a schema allows, in words: `a whole number from 1 to 64`."""
    if "enum" in wanted:
        return f"one of {', '.join(map(str, wanted['enum']))}"
    if schema.is_secret(wanted):
        return _SECRET_REFERENCE
    limits = ""
    if "exclusiveMinimum" in wanted:
        limits = f" above {wanted['exclusiveMinimum']} and at most {wanted['maximum']}"
    elif "minimum" in wanted:
        limits = f" from {wanted['minimum']} to {wanted['maximum']}"
    elif "maxLength" in wanted:
        least = f"{wanted['minLength']} to" if "minLength" in wanted else "at most"
        limits = f" of {least} {wanted['maxLength']} characters"
    elif "maxItems" in wanted:
        limits = f" of {wanted.get('minItems', 0)} to {wanted['maxItems']} items"
    return _NOUNS[wanted["type"]] + limits


def _hint(wanted: schema.Schema, given: Any) -> str:
    """Return what to do about a value of the wrong type, if that is plain."""
    kind = wanted["type"]
    is_number = isinstance(given, int | float)
    if kind == "string" and is_number:
        return "; put it in quotes"
    if kind in ("integer", "number") and isinstance(given, str):
        read = scalar(given)
        return "; remove the quotes" if isinstance(read, int | float) else ""
    if kind == "object" and isinstance(given, str):
        return "; write 'key: value' lines below it"
    if kind == "array" and isinstance(given, str):
        return "; put it in [ ]"
    if "enum" in wanted and isinstance(given, str):
        choices = [str(choice) for choice in wanted["enum"]]
        close = difflib.get_close_matches(given[:64].lower().replace("_", "-"), choices, n=1)
        return "".join(f"; did you mean '{choice}'?" for choice in close)
    return ""
