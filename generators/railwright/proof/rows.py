"""Reading CONFIG_DB rows: what a text means, and how messages name the place it stands at."""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address, IPv6Interface
from socket import inet_aton, inet_ntoa

from railwright.sonic.changes import place_of
from railwright.sonic.configdb import FieldValue, Row
from railwright.sonic.normalise import MOST_INDEX

IPV4_BITS = 32
MOST_DIGITS = 20
"""Decimal digits of the largest number of 64 bits."""
NO_ROW: Mapping[str, FieldValue] = {}


def place(device: str, table: str, key: str, field: str | None = None) -> str:
    """Return `switches/<device>/config_db.json TABLE|key field`, the place of a switch's value."""
    return f"switches/{device}/config_db.json {place_of(table, key, field)}"


def text(row: Mapping[str, FieldValue], field: str, default: str = "") -> str:
    """Return a field as one text, lists joined by commas."""
    value = row.get(field, default)
    return value if isinstance(value, str) else ",".join(value)


def number(value: str) -> int | None:
    """Return a decimal number, None for any other text and for one that no field can hold."""
    digits = value.removeprefix("-")
    if len(digits) > MOST_DIGITS or not digits.isascii():
        return None
    return int(value) if digits.isdecimal() else None


def field_number(
    row: Mapping[str, FieldValue], field: str, default: int | None = None
) -> int | None:
    """Return a field as a number, `default` where it is absent, None where it is none."""
    return number(text(row, field)) if field in row else default


def is_true(row: Mapping[str, FieldValue], field: str) -> bool:
    """Return whether a boolean field says `true`; absent means false, and so does `True`."""
    # sonic-swss qosorch.cpp convertBool and bgpcfgd compare with this very text.
    return text(row, field) == "true"


def numbers(value: str) -> frozenset[int]:
    """Return the numbers of a comma list; what is none is left out."""
    found = (number(one.strip()) for one in value.split(","))
    return frozenset(one for one in found if one is not None)


@lru_cache(maxsize=1024)  # few spans, many rows
def span(value: str) -> range:
    """Return the numbers of `3` or `3-4`; none for any other text or a number above 63."""
    first, _, last = value.partition("-")
    low, high = number(first), number(last or first)
    if low is None or high is None or high > MOST_INDEX:
        return range(0)
    return range(low, high + 1)


def number_map(row: Row | None) -> dict[int, int]:
    """Return a map row (`{"26": "3"}`) as numbers."""
    found: dict[int, int] = {}
    for field in row or ():
        key, value = number(field), field_number(row or {}, field)
        if key is not None and value is not None:
            found[key] = value
    return found


def metres(value: str) -> int | None:
    """Return the length that `40m` stands for, None for another text."""
    return number(value[:-1]) if value.endswith("m") else None


def interface_address(value: str) -> str:
    """Return an address, with or without length, in its one spelling; other text as it is."""
    if ":" not in value:
        return value
    try:
        return str(IPv6Interface(value) if "/" in value else IPv6Address(value))
    except (AddressValueError, ValueError):
        return value


def subnet_of(value: str) -> str:
    """Return the subnet of an address with length; a text that is none stays as it is."""
    address, _, length = value.partition("/")
    if ":" in value or not length.isdecimal() or int(length) > IPV4_BITS:
        try:
            return str(IPv6Interface(value).network)
        except (AddressValueError, ValueError):
            return value
    try:
        shift = IPV4_BITS - int(length)  # a large plan asks a million times
        first = int.from_bytes(inet_aton(address)) >> shift << shift
    except OSError:
        return value
    return f"{inet_ntoa(first.to_bytes(4))}/{length}"
