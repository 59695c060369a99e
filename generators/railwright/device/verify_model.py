"""What a live check yields: findings with stable ids, and the report over all of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from railwright.device.drift import EXIT_DIFFERENT, EXIT_ERROR, EXIT_SAME
from railwright.naming import spans

Check = Literal["cabling", "bgp", "routes", "paths", "roce"]

SCHEMA = "railwright/verify"
SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class VerifyFinding:
    """One fault: `id` is the same in every run that finds the same fault.

    `place` is the port, peer, prefix or row within the device; `text` is complete by itself.
    """

    check: Check
    device: str
    place: str
    text: str

    @property
    def id(self) -> str:
        """Return the stable name of the fault."""
        return f"{self.check}:{self.device}:{self.place}"


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What the checks found.

    `counts` says how many things each check looked at, so that nothing found differs from nothing
    looked at; `moves` are the cable moves that mend the cabling; `notes` say what is told but not
    judged; `errors` are devices that could not be read, `skipped` those that are not here.
    """

    cluster: str
    findings: tuple[VerifyFinding, ...]
    counts: Mapping[Check, int]
    moves: tuple[str, ...] = ()
    errors: Mapping[str, str] | None = None
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """Return 1 if a device could not be read, else 2 with findings, else 0."""
        if self.errors:
            return EXIT_ERROR
        return EXIT_DIFFERENT if self.findings else EXIT_SAME

    def text(self) -> str:
        """Return the report for people."""
        lines = [f"{finding.id}: {finding.text}" for finding in self.findings]
        lines += [f"move: {move}" for move in self.moves]
        lines += [f"note: {note}" for note in self.notes]
        lines += [f"error: {message}" for message in (self.errors or {}).values()]
        if self.skipped:
            lines.append(f"skipped, not here: {spans(self.skipped)}")
        for check, count in self.counts.items():
            wrong = sum(finding.check == check for finding in self.findings)
            lines.append(f"{self.cluster} {check}: {count} checked, {wrong} wrong")
        return "\n".join(lines) + "\n"

    def json(self) -> str:
        """Return the report as JSON, schema `railwright/verify` version 1."""
        value: dict[str, Any] = {
            "schema": SCHEMA,
            "version": SCHEMA_VERSION,
            "cluster": self.cluster,
            "exit_code": self.exit_code,
            "checks": dict(self.counts),
            "findings": [
                {
                    "id": finding.id,
                    "check": finding.check,
                    "device": finding.device,
                    "place": finding.place,
                    "text": finding.text,
                }
                for finding in self.findings
            ],
            "moves": list(self.moves),
            "notes": list(self.notes),
            "errors": dict(self.errors or {}),
            "skipped": list(self.skipped),
        }
        return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n"


@dataclass(frozen=True, slots=True)
class Checked:
    """What one check returns: how many things it looked at, and what is wrong."""

    count: int
    findings: tuple[VerifyFinding, ...]


def merged(parts: Iterable[Checked]) -> Checked:
    """Return several results of one check as one."""
    collected = tuple(parts)
    return Checked(
        sum(part.count for part in collected),
        tuple(finding for part in collected for finding in part.findings),
    )
