"""MAC addresses as an access switch has learned them: what `show mac` prints.

Forms: sonic-utilities scripts/fdbshow (columns No., Vlan, MacAddress, Port, Type, right-aligned by
tabulate, and a last line with the number of entries; a heading per ASIC where there are several),
and STATE_DB as JSON, rows `FDB_TABLE|Vlan50:<mac>` with a `port`, plain or below `value` as
`sonic-db-dump` prints them.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from railwright.errors import RailwrightError
from railwright.sonic.masking import printable

Learned = Mapping[str, frozenset[str]]
"""MAC addresses (`aa:bb:...`, lower case) by port."""

_MAC = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}")
_TABLE = "FDB_TABLE"
_TOTAL = "Total number of entries"


class FdbError(RailwrightError):
    """A text is not a table of learned MAC addresses."""


def parse(text: str, source: str) -> dict[str, frozenset[str]]:
    """Return the MAC addresses by port in what `show mac` printed; `source` names it in messages.

    Raises: FdbError when the text is something else.
    """
    found: dict[str, set[str]] = {}
    rows = _rows_of_json(text, source) if text.lstrip().startswith("{") else _rows(text, source)
    for port, mac in rows:
        found.setdefault(port, set()).add(mac.lower())
    return {port: frozenset(macs) for port, macs in found.items()}


def _rows(text: str, source: str) -> Iterator[tuple[str, str]]:
    if _TOTAL not in text:
        raise FdbError(f"{source}: not the output of `show mac`: it has no line {_TOTAL!r}")
    for line in text.splitlines():
        words = line.split()
        if len(words) == 5 and words[0].isdigit() and _MAC.fullmatch(words[2]):
            yield words[3], words[2]


def _rows_of_json(text: str, source: str) -> Iterator[tuple[str, str]]:
    try:
        rows: Any = orjson.loads(text)
    except orjson.JSONDecodeError as err:
        raise FdbError(
            f"{source}: not a table of MAC addresses (line {err.lineno}: {err.msg}); save what "
            "`show mac` prints"
        ) from err
    for key, row in rows.items():
        table, _, rest = key.partition("|")
        mac = rest.partition(":")[2]
        if table != _TABLE or not _MAC.fullmatch(mac):
            continue
        fields = row.get("value", row) if isinstance(row, dict) else None
        if not isinstance(fields, dict) or not isinstance(fields.get("port", ""), str):
            raise FdbError(
                f"{source}: not a table of MAC addresses: row {printable(key)!r} is no object "
                "whose `port` is a text; save what `show mac` prints"
            )
        if "port" in fields:
            yield fields["port"], mac
