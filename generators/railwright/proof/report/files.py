"""`report/lossless.{html,md,json}`: everything proven of a plan, rendered three times."""

from collections.abc import Iterator

from railwright.files import OutputFile
from railwright.plan.deadlock.proof import prove as prove_routing
from railwright.plan.lossless.ecmp import spreads
from railwright.plan.lossless.proof import prove as prove_switches
from railwright.plan.model import Plan
from railwright.proof.agreement import agree_built
from railwright.proof.report import as_json, markdown, webpage
from railwright.proof.report.collect import Proofs, document
from railwright.proof.report.document import Document
from railwright.proof.report.page import page

NAME = "report/lossless"


def files(plan: Plan) -> Iterator[OutputFile]:
    """Yield the report of a plan with lossless networks."""
    yield from rendered(document(plan, prove(plan)))


def prove(plan: Plan) -> Proofs:
    """Return everything that is proven of a plan."""
    return Proofs(
        switches=prove_switches(plan),
        deadlock=tuple(prove_routing(plan, network) for network in plan.qos),
        ecmp=tuple(one for network in plan.qos for one in spreads(plan, network)),
        agreement=agree_built(plan),
    )


def rendered(found: Document) -> Iterator[OutputFile]:
    """Yield a document as a web page, as Markdown and as JSON."""
    seen = page(found)
    yield OutputFile(f"{NAME}.html", webpage.text(seen).encode())
    yield OutputFile(f"{NAME}.md", markdown.text(seen).encode())
    yield OutputFile(f"{NAME}.json", as_json.dumps(found))
