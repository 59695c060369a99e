"""`railwright headroom`: the plan's headroom engine as a calculator for one port."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from railwright.cli.console import DONE, print_table
from railwright.errors import RailwrightError

if TYPE_CHECKING:
    from railwright.catalog.model import SwitchPlatform
    from railwright.plan.headroom.engine import Question
    from railwright.plan.model import Headroom

DEFAULT_PATTERN_MTU = 1024
"""Size of lossless packets in SONiC's own LOSSLESS_TRAFFIC_PATTERN."""
SIZES = {
    "speed_gbps": (1, 1600),
    "lanes": (1, 8),
    "length_m": (0, 100_000),
    "mtu": (68, 9216),
    "pattern_mtu": (64, 9216),
    "small_packets": (0, 100),
}
"""Smallest and largest value of each option; PORT.mtu and the pattern are as SONiC limits them."""


def headroom(arguments: argparse.Namespace) -> int:
    """Print the headroom of one port."""
    from railwright.catalog.find import find
    from railwright.plan.headroom.engine import Refusal, answer

    platform, hwsku = find(arguments.platform)
    if hwsku and arguments.hwsku not in (None, hwsku):
        raise RailwrightError(
            f"{hwsku} is an HWSKU itself; leave out --hwsku or give {platform.name} --hwsku "
            f"{arguments.hwsku}"
        )
    _check(arguments)
    question = _question(arguments, platform, hwsku or arguments.hwsku)
    found = answer(question)
    if isinstance(found, Refusal):
        raise RailwrightError(found.what)
    record = _record(question, found)
    if arguments.format == "json":
        print(json.dumps(record, indent=1))
        return DONE
    print_table(
        [
            {"field": name, "value": _text(value)}
            for name, value in record.items()
            if name not in {"terms", "source"}
        ]
    )
    for kind in ("xoff", "bound"):
        terms = [one for one in _terms(found) if one["of"] == kind]
        if terms:
            print(f"\n{kind}, in bytes")
            print_table([{"term": one["name"], "bytes": str(one["bytes"])} for one in terms])
    print(f"\nsource: {found.source}")
    return DONE


def _check(arguments: argparse.Namespace) -> None:
    """Raise RailwrightError for a number that no port has."""
    for name, (smallest, largest) in SIZES.items():
        value = getattr(arguments, name)
        if value is None:
            continue
        # "not inside" also catches what is no number
        if not smallest <= value <= largest or (name == "length_m" and value == 0):
            flag = f"--{name.replace('_', '-')}"
            lower = f"above {smallest} and" if name == "length_m" else f"{smallest} to"
            raise RailwrightError(
                f"{flag} {value:g} is not possible; give {lower} "
                f"{'at most ' if name == 'length_m' else ''}{largest}"
            )


def _question(
    arguments: argparse.Namespace, platform: "SwitchPlatform", hwsku: str | None
) -> "Question":
    from railwright.plan.headroom.engine import Question, default_model

    model = arguments.model or default_model(platform)
    pattern, small = arguments.pattern_mtu, arguments.small_packets
    pattern = DEFAULT_PATTERN_MTU if pattern is None else pattern
    if model == "traditional":
        _warn_of_pattern(arguments, platform)
    elif pattern > arguments.mtu:
        raise RailwrightError(
            f"lossless packets of {pattern} bytes are above the MTU of the port, {arguments.mtu} "
            f"bytes; give --pattern-mtu {arguments.mtu} or less"
        )
    return Question(
        platform=platform,
        hwsku=_hwsku(platform, hwsku),
        speed_gbps=arguments.speed_gbps,
        lanes=_lanes(platform, arguments.speed_gbps, arguments.lanes),
        length_m=arguments.length_m,
        mtu_bytes=arguments.mtu,
        pattern_mtu_bytes=pattern,
        small_packet_percent=50 if small is None else small,
        shared_pool=arguments.shared_pool,
        model=model,
    )


def _warn_of_pattern(arguments: argparse.Namespace, platform: "SwitchPlatform") -> None:
    """Say which of the given options only the dynamic model knows; the others do the work."""
    given = [
        flag
        for flag, is_given in (
            ("--pattern-mtu", arguments.pattern_mtu is not None),
            ("--small-packets", arguments.small_packets is not None),
            ("--shared-pool", arguments.shared_pool),
        )
        if is_given
    ]
    if given:
        where = "" if arguments.model else f", the model of {platform.name}"
        print(
            f"warning: {', '.join(given)} changes nothing in the model traditional{where}: a "
            f"table has one row per speed and length"
            f"{'; give --model dynamic' if platform.dynamic else ''}",
            file=sys.stderr,
        )


def _hwsku(platform: "SwitchPlatform", wanted: str | None) -> str | None:
    """Return the HWSKU asked for, else that of leaves, else the first there is."""
    names = [sku.name for sku in platform.skus]
    if wanted is None:
        choice = platform.roles.get("leaf")
        return choice.hwsku if choice else next(iter(names), None)
    if wanted not in names:
        raise RailwrightError(
            f"{platform.name} has no HWSKU {wanted!r}; it has {', '.join(names) or 'none'}"
        )
    return wanted


def _lanes(platform: "SwitchPlatform", speed_gbps: int, wanted: int | None) -> int:
    """Return the lanes asked for, else those of every port of a speed.

    Raises: RailwrightError for a port that the platform has not, or if lanes have to be given.
    """
    from railwright.catalog.ports import lane_counts, speeds

    known = speeds(platform)
    if not known:
        if wanted is None:
            raise RailwrightError(f"{platform.name} has no ports of its own; give --lanes")
        return wanted
    possible = lane_counts(platform, speed_gbps, lowered=True)
    if not possible:
        have = ", ".join(f"{one}G" for one in known)
        raise RailwrightError(f"no port of {platform.name} runs at {speed_gbps}G; it has {have}")
    usual = lane_counts(platform, speed_gbps) or possible
    if wanted is None and len(usual) == 1:
        return usual[0]
    if wanted in possible:
        return wanted
    over = " or ".join(map(str, possible if wanted else usual))
    lanes = "lane" if over == "1" else "lanes"
    given = f", not over {wanted}" if wanted else ""
    raise RailwrightError(
        f"ports of {platform.name} run at {speed_gbps}G over {over} {lanes}{given}; give --lanes "
        f"{over}"
    )


def _record(question: "Question", found: "Headroom") -> dict[str, object]:
    """Return the answer under SONiC's names, sizes in bytes."""
    is_dynamic = question.model == "dynamic"
    return {
        "platform": question.platform.name,
        "hwsku": question.hwsku,
        "model": question.model,
        "method": found.method,
        "speed_gbps": found.speed_gbps,
        "lanes": found.lanes,
        "length_m": found.length_m,
        "mtu": found.mtu_bytes,
        "pattern_mtu": question.pattern_mtu_bytes if is_dynamic else None,
        "small_packets": question.small_packet_percent if is_dynamic else None,
        "shared_pool": question.shared_pool if is_dynamic else None,
        "cable_m": found.cable_m,
        "xon": found.xon_bytes,
        "xoff": found.xoff_bytes,
        "size": found.size_bytes,
        "xon_offset": found.xon_offset_bytes,
        "threshold": found.threshold,
        "bound": found.bound_bytes or None,
        "source": found.source,
        "assumed": found.assumed,
        "terms": _terms(found),
    }


def _terms(found: "Headroom") -> list[dict[str, str | float]]:
    """Return the addends of xoff, where the switch computes it, and of the bound on it."""
    return [
        {"of": kind, "name": one.name, "bytes": round(one.bytes, 3)}
        for kind, terms in (("xoff", found.terms), ("bound", found.bound_terms))
        for one in terms
    ]


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return None if value is None else str(value)
