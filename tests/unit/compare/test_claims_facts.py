"""Claims as data: who says what, and verdicts that change when something else is said."""

from typing import Any

import pytest

from railwright.catalog import loader
from railwright.catalog.claims_model import PublicPods, PublicPrice, Published, Said
from railwright.compare.claims import claims
from railwright.compare.claims.model import Claim
from railwright.compare.claims.money import Book

NO_BOOK = Book({}, "hgx-h100")
CHASSIS = loader.node("dgx-h100").chassis


def found(name: str) -> Claim:
    return {one.id: one for one in claims(NO_BOOK)}[name]


def say(patch: pytest.MonkeyPatch, claim: str, **numbers: Any) -> None:
    """Let a claim say other numbers."""
    said: Said = loader.said()
    one = getattr(said, claim).model_copy(update=numbers)
    patch.setattr(loader, "said", lambda: said.model_copy(update={claim: one}))


def publish(patch: pytest.MonkeyPatch, **figures: Any) -> None:
    """Let others publish other figures."""
    published: Published = loader.published()
    patch.setattr(loader, "published", lambda: published.model_copy(update=figures))


@pytest.mark.parametrize(
    ("name", "claim", "numbers", "holds"),
    [
        ("24-switches", "boxes", {"spines": 9}, [False, True, False]),
        ("24-switches", "boxes", {"switches_on_the_way": 3}, [True, False, True]),
        ("rail-group-of-32", "rail_group", {"servers": 64}, [False, True]),
        ("rail-group-of-32", "rail_group", {"servers": 48}, [False, False]),
        ("one-tier-32-to-128", "one_tier", {"most_nodes": 129}, [False, False, False]),
        ("one-tier-32-to-128", "one_tier", {"most_nodes": 32}, [True, True, True]),
        ("rail-only-75", "rail_only", {"percent": 66}, [True, True, *[False] * 3, True, True]),
        ("rail-only-75", "rail_only", {"percent": 81}, [False] * 7),
        ("4-nics", "fewer_nics", {"fewer_gbps": 2400}, [False]),
        ("ethernet-10", "ethernet", {"percent": 5}, [False] * 6),
        ("100000-gpus-120-mw", "power", {"power_mw": 128}, [False]),
    ],
)
def test_another_claim_has_another_verdict(
    name: str,
    claim: str,
    numbers: dict[str, Any],
    holds: list[bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    say(monkeypatch, claim, **numbers)
    assert [one.holds for one in found(name).evidence if one.holds is not None] == holds


def test_public_prices_decide_the_share_of_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    before = found("ethernet-10")
    publish(monkeypatch, node_usd=PublicPrice(value=620_000, source="a test"))
    after = found("ethernet-10")
    assert [one.holds for one in before.evidence[::3]] == [True, False]
    assert [one.holds for one in after.evidence[::3]] == [True, True]
    assert "a test" in after.evidence[0].source


@pytest.mark.parametrize("ratio", [1, 3, 7])
def test_no_citation_decides_who_runs_what(ratio: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pods = PublicPods(gpus=24_576, pod_gpus=3072, pod_ratio=1, core_ratio=ratio, source="a test")
    publish(monkeypatch, pods=pods)
    claim = found("7-to-1")
    assert claim.evidence[1].value == ratio
    assert claim.evidence[1].source == "a test"
    assert claim.verdict == "undecided"


def test_an_assumed_power_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert CHASSIS is not None
    assumed = CHASSIS.model_copy(update={"assumed": True})
    node = loader.node("dgx-h100").model_copy(update={"chassis": assumed})
    real = loader.node
    monkeypatch.setattr(loader, "node", lambda name: node if name == "dgx-h100" else real(name))
    claim = found("100000-gpus-120-mw")
    assert claim.verdict_text == "undecided: it rests on an assumption"
    assert claim.evidence[0].value == 127.5


def test_everybody_who_says_something_is_named() -> None:
    parts = {**dict(loader.said()), **dict(loader.published())}
    named = [
        one for part in parts.values() for one in (part if isinstance(part, tuple) else [part])
    ]
    assert len(named) >= 18
    assert all(len(one.source.strip()) > 5 for one in named)
