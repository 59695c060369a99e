"""Faults that a seed always begins with on switches: one fault of each kind people fear most."""

import random

from bench.mutation.model import Mutator
from bench.mutation.switch import Change, of_tables
from bench.mutation.values import OF_EIGHT

from railwright.sonic.configdb import ConfigDb

PFC_SETS = ("", "0", "2", "3", "4", "2,3", "3,4", "0,1,2,3,4,5,6,7")


def wrong_map_entry(
    config: ConfigDb, table: str, rng: random.Random
) -> tuple[str, str, str] | None:
    """Send one entry of a map of classes to another number."""
    key = rng.choice(sorted(config[table]))
    row = config[table][key]
    if not row:
        return None
    field = rng.choice(sorted(row))
    old = row[field]
    row[field] = rng.choice(sorted({*"01234567"} - {str(old)}))
    return key, field, f"{old} -> {row[field]}"


def swapped_dscps(config: ConfigDb, table: str, rng: random.Random) -> tuple[str, str, str] | None:
    """Swap the classes of two DSCPs."""
    key = rng.choice(sorted(config[table]))
    row = config[table][key]
    one = rng.choice(sorted(row))
    others = [other for other in sorted(row) if row[other] != row[one]]
    if not others:
        return None
    other = rng.choice(others)
    row[one], row[other] = row[other], row[one]
    return key, one, f"class swapped with that of DSCP {other}"


def missing_profile(
    config: ConfigDb, table: str, rng: random.Random
) -> tuple[str, str, str] | None:
    """Delete the lossless profile of a group: its row, or the group that asks for one."""
    keys = [
        key
        for key, row in sorted(config[table].items())
        if ("xoff" in row if table == "BUFFER_PROFILE" else row.get("profile") == "NULL")
    ]
    if not keys:
        return None
    key = rng.choice(keys)
    return key, "", f"{config[table].pop(key)} deleted"


def wrong_threshold(
    config: ConfigDb, table: str, rng: random.Random
) -> tuple[str, str, str] | None:
    """Begin or end marking elsewhere."""
    places = [
        (key, field)
        for key, row in sorted(config[table].items())
        for field in sorted(row)
        if field.endswith("_threshold")
    ]
    if not places:
        return None
    key, field = rng.choice(places)
    old = int(str(config[table][key][field]))
    new = rng.choice((old // 4, old * 4, old + 4096))
    config[table][key][field] = str(new)
    return key, field, f"{old} -> {new}"


def wrong_pfc(config: ConfigDb, table: str, rng: random.Random) -> tuple[str, str, str] | None:
    """Pause another set of priorities on a port."""
    keys = [key for key, row in sorted(config[table].items()) if "pfc_enable" in row]
    if not keys:
        return None
    key = rng.choice(keys)
    old = str(config[table][key]["pfc_enable"])
    new = rng.choice([one for one in PFC_SETS if one != old])
    config[table][key]["pfc_enable"] = new
    return key, "pfc_enable", f"{old} -> {new or 'none'}"


def _named(kind: str, change: Change, *tables: str) -> Mutator:
    return of_tables(kind, change, lambda config: [one for one in tables if one in config])


WRONG_MAP = _named("wrong map entry", wrong_map_entry, *sorted(OF_EIGHT))
SWAPPED_DSCPS = _named("swapped DSCPs", swapped_dscps, "DSCP_TO_TC_MAP")
MISSING_PROFILE = _named("missing lossless profile", missing_profile, "BUFFER_PROFILE", "BUFFER_PG")
WRONG_THRESHOLD = _named("wrong ECN threshold", wrong_threshold, "WRED_PROFILE")
WRONG_PFC = _named("wrong PFC set", wrong_pfc, "PORT_QOS_MAP")

MUTATORS: tuple[tuple[int, Mutator], ...] = (
    (1, WRONG_MAP),
    (1, SWAPPED_DSCPS),
    (1, MISSING_PROFILE),
    (1, WRONG_THRESHOLD),
    (1, WRONG_PFC),
)
