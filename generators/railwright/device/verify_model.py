"""What a live check yields: findings with stable ids, and the report over all of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from railwright.device.cabling.model import LinkCounts, Move, Unverified
from railwright.device.drift import EXIT_DIFFERENT, EXIT_ERROR, EXIT_SAME
from railwright.naming import spans

Check = Literal["cabling", "bgp", "routes", "paths", "roce"]

SCHEMA = "railwright/verify"
SCHEMA_VERSION = 2

_MOST_SHOWN = 5  # spans of links that were not verified, in the text for people


@dataclass(frozen=True, slots=True)
class VerifyFinding:
    """One fault: `id` is the same in every run that finds the same fault.

    `place` is the port, peer, prefix or row within the device; `text` is complete by itself. A
    fault of the cabling has a `kind`, the planned `links` that are wrong because of it, the `ports`
    it concerns as (device, port), and a `key` of its own for the id.
    """

    check: Check
    device: str
    place: str
    text: str
    kind: str = ""
    links: tuple[str, ...] = ()
    ports: tuple[tuple[str, str], ...] = ()
    key: str = ""

    @property
    def id(self) -> str:
        """Return the stable name of the fault."""
        return f"{self.check}:{self.key or f'{self.device}:{self.place}'}"


@dataclass(frozen=True, slots=True)
class Note:
    """Something that is told and not judged; `kind` and `links` as in a finding."""

    check: Check
    kind: str
    text: str
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What the checks found.

    `counts` says how many things each check judged, so that nothing found differs from nothing
    looked at; `moves` are what mends the cabling, in order; `notes` say what is told but not
    judged, `unverified` which links nobody can see, `links` what became of all of them (None when
    the cabling was not checked); `errors` are devices that could not be read, `skipped` those that
    are not here.
    """

    cluster: str
    findings: tuple[VerifyFinding, ...]
    counts: Mapping[Check, int]
    moves: tuple[Move, ...] = ()
    errors: Mapping[str, str] | None = None
    skipped: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    unverified: tuple[Unverified, ...] = ()
    links: LinkCounts | None = None

    @property
    def exit_code(self) -> int:
        """Return 1 if a device could not be read, else 2 with findings, else 0."""
        if self.errors:
            return EXIT_ERROR
        return EXIT_DIFFERENT if self.findings else EXIT_SAME

    def text(self) -> str:
        """Return the report for people."""
        lines = [f"{finding.id}: {finding.text}" for finding in self.findings]
        lines += [f"move: {move.text}" for move in self.moves]
        lines += [f"note: {note.text}" for note in self.notes]
        lines += [_unverified_text(one) for one in self.unverified]
        lines += [f"error: {message}" for message in (self.errors or {}).values()]
        if self.skipped:
            lines.append(f"skipped, not here: {spans(self.skipped)}")
        lines += self._sums()
        return "\n".join(lines) + "\n"

    def _sums(self) -> Iterator[str]:
        """Yield one line per check: how much was looked at and how much is wrong."""
        for check, count in self.counts.items():
            if check == "cabling" and self.links:
                sums = self.links
                moves = len(self.moves)
                mend = "; 1 move mends it" if moves == 1 else f"; {moves} moves mend it"
                yield (
                    f"{self.cluster} cabling: {sums.links} links: {sums.ok} right, {sums.wrong} "
                    f"wrong, {sums.unverified} not verified{mend if moves else ''}"
                )
                continue
            wrong = sum(finding.check == check for finding in self.findings)
            yield f"{self.cluster} {check}: {count} checked, {wrong} wrong"

    def json(self) -> str:
        """Return the report as JSON, schema `railwright/verify` version 2."""
        moves: dict[str, list[str]] = {}
        for move in self.moves:
            moves.setdefault(move.fault, []).append(move.id)
        value: dict[str, Any] = {
            "schema": SCHEMA,
            "version": SCHEMA_VERSION,
            "cluster": self.cluster,
            "exit_code": self.exit_code,
            "checks": dict(self.counts),
            "cabling": self.links.values() if self.links else None,
            "findings": [_finding_values(one, moves.get(one.id, [])) for one in self.findings],
            "moves": [move.values() for move in self.moves],
            "notes": [
                {
                    "check": note.check,
                    "kind": note.kind,
                    "links": list(note.links),
                    "text": note.text,
                }
                for note in self.notes
            ],
            "unverified": [
                {"reason": one.reason, "count": len(one.links), "links": list(one.links)}
                for one in self.unverified
            ],
            "errors": dict(self.errors or {}),
            "skipped": list(self.skipped),
        }
        return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n"


def _finding_values(finding: VerifyFinding, moves: list[str]) -> dict[str, Any]:
    """Return a finding as JSON has it; those of the cabling say more."""
    value: dict[str, Any] = {
        "id": finding.id,
        "check": finding.check,
        "device": finding.device,
        "place": finding.place,
        "text": finding.text,
    }
    if finding.kind:
        value |= {
            "kind": finding.kind,
            "links": list(finding.links),
            "ports": [{"device": device, "port": port} for device, port in finding.ports],
            "moves": moves,
        }
    return value


def _unverified_text(one: Unverified) -> str:
    names = spans(one.links).split(", ")
    more = [f"and {len(names) - _MOST_SHOWN} more"] if len(names) > _MOST_SHOWN else []
    shown = ", ".join([*names[:_MOST_SHOWN], *more])
    count = f"{len(one.links)} link{'' if len(one.links) == 1 else 's'}"
    return f"not verified: {count}, {one.reason}: {shown}"


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
