"""From a plan and its proofs to the document."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

import orjson

from railwright import __version__
from railwright.plan.deadlock.model import DeadlockProof
from railwright.plan.lossless.ecmp import Spread
from railwright.plan.lossless.model import KindProof
from railwright.plan.model import Plan
from railwright.proof.model import Agreement
from railwright.proof.report import switchports, traffic
from railwright.proof.report.claims import claims, statement
from railwright.proof.report.document import SCHEMA, VERSION, Document, worst

GRANTED = (
    "Cables are no longer than planned.",
    "Whatever is cabled to a lossless port stops within the response time that its headroom "
    "counts, as IEEE 802.1Qbb demands; servers are set up as their files say.",
    "Switch chips share their buffers as SONiC's buffer model describes: a priority group pauses "
    "at its dynamic threshold, alpha times what is free of the shared buffer.",
    "Servers do not forward: what a port receives is never sent on by the server behind it.",
    "Routes are those that BGP computes from the configured sessions and ASNs; nobody adds routes "
    "by hand.",
    "The figures are arithmetic on the configuration and on published facts of chips. Nothing "
    "here was measured on hardware.",
)
"""What every proof takes for granted, whatever the plan."""

_NO_CONFIGURATION = {"assets", "prices", "as_built", "language"}
"""Keys that no configuration depends on: serial numbers, costs, what was ticked off, words."""


@dataclass(frozen=True, slots=True)
class Proofs:
    """The results that the report puts together."""

    switches: tuple[KindProof, ...]
    deadlock: tuple[DeadlockProof, ...]
    ecmp: tuple[Spread, ...]
    agreement: Agreement


def document(plan: Plan, proofs: Proofs) -> Document:
    """Return the document of a plan."""
    ports = tuple(switchports.ports(plan, proofs.switches))
    made = tuple(claims(ports, proofs.switches, proofs.deadlock, proofs.agreement))
    return Document(
        schema=SCHEMA,
        version=VERSION,
        railwright=__version__,
        intent_sha256=fingerprint(plan),
        cluster=plan.intent.cluster,
        description=plan.intent.description or "",
        verdict=worst(one.verdict for one in made),
        statement=statement(made, ports, proofs.switches),
        claims=made,
        classes=tuple(traffic.classes(plan)),
        trimming=tuple(traffic.trimming(plan)),
        nics=tuple(traffic.nics(plan)),
        jobs=traffic.jobs(plan),
        ports=ports,
        switches=proofs.switches,
        watchdogs=tuple(switchports.watchdogs(plan, proofs.switches)),
        deadlock=proofs.deadlock,
        ecmp=proofs.ecmp,
        agreement=proofs.agreement,
        granted=GRANTED,
        assumptions=tuple(_assumptions(plan)),
        warnings=tuple(f"{one.path}: {one.what}" for one in plan.warnings),
    )


def fingerprint(plan: Plan) -> str:
    """Return the SHA-256 of a plan's intent as understood, without what configures nothing."""
    intent = plan.intent.model_dump(mode="json", exclude=_NO_CONFIGURATION)
    return sha256(orjson.dumps(intent, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _assumptions(plan: Plan) -> Iterator[str]:
    """Yield what the plan assumes, without what is of platforms that carry no lossless traffic."""
    carrying = {one.platform for one in plan.switches if one.network in plan.qos}
    others = tuple(f"{name}:" for name in plan.platforms if name not in carrying)
    yield from (text for text in plan.assumptions if not text.startswith(others))
