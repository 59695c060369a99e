"""Text that goes into spreadsheets and CSV files which people open in spreadsheets."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the start of a formula. Source: OWASP, CSV injection."""
_QUOTE = "'"


def escaped(text: str) -> str:
    """Return text that no spreadsheet evaluates: with a quote before it where it would."""
    return _QUOTE + text if text.startswith(_FORMULA) else text


def unescaped(text: str) -> str:
    """Return what `escaped` was given."""
    plain = text.removeprefix(_QUOTE)
    return plain if plain is not text and plain.startswith(_FORMULA) else text
