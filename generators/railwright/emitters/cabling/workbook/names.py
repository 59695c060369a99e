"""Names of sheets: at most 31 characters, none that Excel refuses, each one alone."""

import re
from hashlib import sha256

LONGEST = 31
"""Source: Microsoft, "Rename a worksheet", as are the characters that no name may have."""
_REFUSED = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_RESERVED = frozenset({"history"})
_DIGITS = 4


class Names:
    """Gives out names of sheets; what they are called is a function of the name asked for.

    A name that is too long or taken ends in a few digits of its hash instead, so that it stays
    the same when other sheets come.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set(_RESERVED)

    def give(self, wanted: str) -> str:
        """Return the name of a sheet that would be called `wanted`."""
        name = _REFUSED.sub("_", wanted).strip("'") or "_"
        salt = 0
        while len(name) > LONGEST or name.lower() in self._taken:
            name = _shortened(wanted, salt)
            salt += 1
        self._taken.add(name.lower())
        return name


def _shortened(wanted: str, salt: int) -> str:
    digest = sha256(f"{wanted}\n{salt}".encode()).hexdigest()[:_DIGITS]
    plain = _REFUSED.sub("_", wanted).strip("'")
    return f"{plain[: LONGEST - _DIGITS - 1]}~{digest}"
