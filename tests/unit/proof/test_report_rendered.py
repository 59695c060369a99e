"""The three renderings: the same content, escaped, self-contained, the same every time."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from railwright.plan.model import Plan
from railwright.proof.model import Agreement, Row
from railwright.proof.report import as_json, markdown, webpage
from railwright.proof.report.blocks import Bar, Prose, Section, Segment, table
from railwright.proof.report.collect import document
from railwright.proof.report.document import SCHEMA, VERSION, Document
from railwright.proof.report.files import rendered
from railwright.proof.report.page import Page, page
from tests.unit.plan.made import compute_plan
from tests.unit.proof import report_made as made

HOSTILE = "<script>alert(1)</script> | *b* `c` [d](e) & $f$ _g_ {{ 7 * 7 }}"
VOID = {"meta", "rect", "link", "br", "hr", "img", "input"}


class Reader(HTMLParser):
    """Checks that elements are closed in order; keeps tags, attributes and the text shown."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.shown: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.shown.append(" ")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.shown.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.shown).split())


@pytest.fixture(scope="module")
def plan() -> Plan:
    return compute_plan(16)


@pytest.fixture(scope="module")
def failing(plan: Plan) -> Document:
    fit = replace(made.FIT, verdict="failed", need_bytes=30 << 20, ratio=1.2, why="too much")
    proofs = made.proofs(
        plan,
        switches=(made.kind_proof(plan, fit=fit),),
        deadlock=(replace(made.DEADLOCK, verdict="failed", cycle=made.CYCLE),),
        agreement=Agreement((Row("switch - plan", "DSCP map", 64, (made.FINDING,)),)),
    )
    return document(plan, proofs)


def files(found: Document) -> dict[str, str]:
    return {file.path: file.content.decode() for file in rendered(found)}


def html_of(found: Document) -> Reader:
    return Reader(webpage.text(page(found)))


def test_three_files_the_same_every_time(plan: Plan) -> None:
    first, again = (files(document(plan, made.proofs(plan))) for _ in range(2))
    assert list(first) == [f"report/lossless.{kind}" for kind in ("html", "md", "json")]
    assert first == again


def test_a_page_loads_nothing(plan: Plan) -> None:
    reader = html_of(document(plan, made.proofs(plan)))
    names = {tag for tag, _ in reader.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "form", "base"}
    used = [attributes for _, attributes in reader.tags]
    assert not any({"src", "srcset", "style", "onclick"} & set(one) for one in used)
    assert all((one.get("href") or "#").startswith("#") for one in used)
    policy = next(one["content"] for one in used if "http-equiv" in one)
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"
    assert "url(" not in webpage.text(page(document(plan, made.proofs(plan))))


def test_links_lead_to_sections_and_ids_are_unique(plan: Plan) -> None:
    reader = html_of(document(plan, made.proofs(plan)))
    ids = [one["id"] for _, one in reader.tags if "id" in one]
    sections = [one["id"] for tag, one in reader.tags if tag == "section"]
    links = [one["href"] for tag, one in reader.tags if tag == "a"]
    assert len(set(ids)) == len(ids)
    assert len(sections) == 13
    assert links == ["#report", *(f"#{one}" for one in sections)]
    assert [one["id"] for tag, one in reader.tags if tag == "main"] == ["report"]


def test_readers_who_do_not_see_are_told_what_is_where(failing: Document) -> None:
    reader = html_of(failing)
    assert reader.tags[[tag for tag, _ in reader.tags].index("a")][1]["class"] == "skip"
    scrolling = [one for _, one in reader.tags if "tabindex" in one and one.get("id") != "report"]
    assert all(one.get("role") == "region" and one.get("aria-label") for one in scrolling)
    labels = [one["aria-label"] for tag, one in reader.tags if tag == "table"]
    assert len(labels) > 10
    assert len(set(labels)) == len(labels)
    assert "Agreement: subject, switch - plan" in labels
    titles = {one["aria-labelledby"] for tag, one in reader.tags if tag == "section"}
    assert titles == {one["id"] for tag, one in reader.tags if tag == "h2"}
    assert not re.search(r"<th[^>]*></th>", webpage.text(page(failing)))


def test_what_is_signed_is_named(plan: Plan) -> None:
    found = document(plan, made.proofs(plan))
    assert re.fullmatch(r"[0-9a-f]{64}", found.intent_sha256)
    shown = html_of(found).text
    assert f"railwright {found.railwright} renders" in shown
    assert found.intent_sha256 in shown
    other = compute_plan(24)
    assert document(other, made.proofs(other)).intent_sha256 != found.intent_sha256


def test_the_page_shows_verdict_claims_and_figures(plan: Plan) -> None:
    found = document(plan, made.proofs(plan))
    shown = html_of(found).text
    assert "Proven Headroom covers what is in flight" in shown
    for claim in found.claims:
        assert claim.title in shown
        assert claim.says in shown
    for row in found.ports:
        assert f"{row.xoff_bytes:,}" in shown
    for text in (*found.granted, *found.assumptions, *found.warnings):
        assert " ".join(text.split()) in shown


@pytest.mark.parametrize("kind", ["html", "md"])
def test_a_failure_shows_its_cycle_and_both_sources(failing: Document, kind: str) -> None:
    written = html_of(failing).text if kind == "html" else files(failing)["report/lossless.md"]
    assert "Failed" in written
    assert "leaf2 - spine1 down and leaf1 - spine2 down" in written
    assert "leaf1 Ethernet256 " in written
    for text in (made.FINDING.expected, made.FINDING.other_place, made.FINDING.effect):
        assert text in written
    assert "1 of 64 differ" in written
    assert "headroom wanted beyond the pool: 5.00 MiB, 5.0%" in written


def hostile(plan: Plan) -> Document:
    finding = replace(made.FINDING, found=HOSTILE, effect=HOSTILE)
    rows = (Row("switch - plan", HOSTILE, 1, (finding,)),)
    intent = plan.intent.model_copy(update={"description": HOSTILE})
    told = replace(plan, intent=intent, assumptions=(HOSTILE,))
    return document(told, made.proofs(told, agreement=Agreement(rows)))


def test_html_shows_hostile_text_as_text(plan: Plan) -> None:
    reader = html_of(hostile(plan))
    assert "script" not in {tag for tag, _ in reader.tags}
    assert reader.text.count(HOSTILE) == 5


def test_markdown_shows_hostile_text_as_text(plan: Plan) -> None:
    written = files(hostile(plan))["report/lossless.md"]
    assert "<script>" not in written
    assert "{{ 7 \\* 7 }}" in written
    for line in written.splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) >= 3
    row = next(one for one in written.splitlines() if one.startswith("| switch - plan: "))
    assert len(re.findall(r"(?<!\\)\|", row)) == 5


@pytest.mark.parametrize(
    ("text", "first", "written"),
    [
        ("a|b", False, r"a\|b"),
        ("dbm_64x800G _x_", False, r"dbm_64x800G \_x\_"),
        ("<b>&amp;", False, "&lt;b&gt;&amp;amp;"),
        ("# title", True, r"\# title"),
        ("- item", True, r"\- item"),
        ("12. item", True, r"12\. item"),
        ("12 items", True, "12 items"),
        ("two\nlines", False, "two lines"),
        ("a\\", False, "a\\\\"),
    ],
)
def test_markdown_escapes(text: str, first: bool, written: str) -> None:
    assert markdown.escape(text, first=first) == written


def test_markdown_rows_have_the_columns_of_their_table(failing: Document) -> None:
    lines = files(failing)["report/lossless.md"].splitlines()
    columns = 0
    for line in lines:
        bars = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert not (columns and bars) or columns == bars
        columns = bars


def test_code_cannot_be_closed_from_inside() -> None:
    cycle = replace(made.CYCLE, hops=(replace(made.CYCLE.hops[0], why="``` # gone"),))
    plan = compute_plan(16)
    failed = replace(made.DEADLOCK, verdict="failed", cycle=cycle)
    written = files(document(plan, made.proofs(plan, deadlock=(failed,))))["report/lossless.md"]
    assert "''' # gone" in written
    assert written.count("```") % 2 == 0


@pytest.mark.parametrize("shares", [(100.0,), (33.3, 33.3, 33.4), (0.2, 99.8), (50.0, 0.5, 49.5)])
def test_bars_fill_their_width(shares: tuple[float, ...]) -> None:
    fills: Any = ("headroom", "free", "shared")
    segments = tuple(
        Segment(fill, "part", share, "text") for fill, share in zip(fills, shares, strict=False)
    )
    bar = Bar("bar", segments)
    drawn = list(webpage.drawn(bar))
    assert drawn[0].x == 0
    assert drawn[-1].x + drawn[-1].width == pytest.approx(1000, abs=0.2)
    for one, following in pairwise(drawn):
        assert one.x + one.width == pytest.approx(following.x, abs=0.2)
    section = Section("a", "b", (Prose("c"), table("d", [("e",)])))
    shown = markdown.text(Page("t", "proven", "s", (section,)))
    assert "| d |\n| --- |\n| e |" in shown


def test_json_has_the_documented_keys(failing: Document, root: Path) -> None:
    value = json.loads(as_json.dumps(failing))
    assert (value["schema"], value["version"]) == (SCHEMA, VERSION)
    documented = set(re.findall(r"`([a-z_0-9]+)`", (root / "docs/lossless.md").read_text()))
    assert keys_of(value) - documented == set()


def keys_of(value: Any) -> set[str]:
    """Return every key of fixed meaning; the names of parameters and variables are not."""
    if isinstance(value, list):
        return {key for one in value for key in keys_of(one)}
    if not isinstance(value, dict):
        return set()
    inner = {
        key
        for name, one in value.items()
        if name not in ("firmware", "jobs")
        for key in keys_of(one)
    }
    return inner | set(value)


def test_json_and_page_agree(failing: Document) -> None:
    value = json.loads(as_json.dumps(failing))
    assert value["verdict"] == "failed"
    assert [one["xoff_bytes"] for one in value["ports"]] == [
        one.xoff_bytes for one in failing.ports
    ]
    assert value["deadlock"][0]["cycle"]["hops"][0]["hop"] == {"tx": "spine1", "rx": "leaf1"}
    assert value["agreement"]["rows"][0]["findings"][0]["place"] == made.FINDING.place
    assert value["switches"][0]["fit"]["ratio"] == 1.2
