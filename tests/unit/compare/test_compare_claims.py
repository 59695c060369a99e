"""Claims against the arithmetic that is published about these designs."""

from decimal import Decimal
from typing import Any

import pytest

from railwright.compare.claims import claims
from railwright.compare.claims.model import Basis, Claim, Evidence, saving
from railwright.compare.claims.money import Book

NO_BOOK = Book({}, "dgx-h100")


@pytest.fixture(scope="module")
def found() -> dict[str, Claim]:
    return {one.id: one for one in claims(NO_BOOK)}


def values(claim: Claim) -> dict[str, Any]:
    return {one.name: None if one.value is None else round(one.value, 2) for one in claim.evidence}


def test_every_claim_names_itself_its_source_and_its_arithmetic(found: dict[str, Claim]) -> None:
    assert len(found) == 11
    for claim in found.values():
        assert claim.source
        assert claim.text
        assert all(one.formula or one.basis == "cited" for one in claim.evidence)
        assert all(one.source for one in claim.evidence if one.basis != "computed")


def test_verdicts(found: dict[str, Claim]) -> None:
    assert {name: claim.verdict for name, claim in found.items()} == {
        "24-switches": "holds in part",
        "rail-group-of-32": "holds in part",
        "one-tier-32-to-128": "holds in part",
        "rail-only-75": "holds in part",
        "7-to-1": "undecided",
        "4-nics": "holds",
        "memory-5": "undecided",
        "no-dpu-5": "undecided",
        "ethernet-10": "holds in part",
        "storage-400-gb": "undecided",
        "100000-gpus-120-mw": "holds",
    }


def test_rail_only_saves_75_percent_only_against_three_tiers(found: dict[str, Claim]) -> None:
    """Against two tiers -66.7, -66.7, -40 and -50 %; against three -80 and -67 %."""
    claim = found["rail-only-75"]
    assert values(claim) == {
        "switches against two tiers at 1:1": 66.67,
        "modules in switches against two tiers at 1:1": 66.67,
        "modules, with those of NICs against two tiers at 1:1": 40,
        "modules, with those of DGX H100, where two rails share one, against two tiers at 1:1": 50,
        "fibre jumpers against two tiers at 1:1": 50,
        "switches against three tiers at 1:1": 80,
        "ends of links, in ports of 400G against three tiers at 1:1": 66.67,
    }
    formulas = [one.formula for one in claim.evidence]
    assert formulas[:3] == [
        "(24 - 8) / 24",
        "(1,536 - 512) / 1,536",
        "(2,560 - 1,536) / 2,560",
    ]
    assert formulas[4:] == ["(2,048 - 1,024) / 2,048", "(40 - 8) / 40", "(6,144 - 2,048) / 6,144"]
    assert claim.only == ("switches against three tiers at 1:1",)


def test_one_hop_is_within_an_su_only(found: dict[str, Claim]) -> None:
    claim = found["24-switches"]
    assert [one.value for one in claim.evidence] == [24, 1, 3]
    assert [one.holds for one in claim.evidence] == [True, True, False]
    assert claim.notes[0].startswith("0 cages of a leaf and 0 of a spine are left")


def test_rail_groups_follow_the_radix(found: dict[str, Claim]) -> None:
    groups = found["rail-group-of-32"].evidence
    assert [one.value for one in groups] == [32, 64]
    assert [one.formula for one in groups] == [
        "64 ports of 400G - 32 to spines",
        "128 ports of 400G - 64 to spines",
    ]


def test_one_tier_for_128_nodes_takes_128_ports(found: dict[str, Claim]) -> None:
    claim = found["one-tier-32-to-128"]
    assert [one.value for one in claim.evidence] == [32, 64, 128]
    assert claim.only == ("most nodes with leaves of 64 x 800G",)


def test_seven_to_one_is_cited_and_only_its_wiring_is_planned(found: dict[str, Claim]) -> None:
    """At leaves of 64 nodes even wiring gives 5.33, of 112 exactly 7."""
    claim = found["7-to-1"]
    assert [round(one.value or 0, 2) for one in claim.evidence] == [1, 7, 6.86, 7, 5.33]
    assert [one.basis for one in claim.evidence] == ["cited"] * 2 + ["computed"] * 3
    assert claim.verdict_text == "undecided: it is cited, and no plan can confirm it"
    assert [one.what for one in claim.evidence[:2]] == [
        "inside a pod of 3,072 GPUs",
        "between 8 such pods",
    ]
    assert claim.evidence[2].formula == "48 x 800G / 7 x 800G at each of 256 spines"


def test_four_nics_halve_the_bandwidth(found: dict[str, Claim]) -> None:
    claim = found["4-nics"]
    assert claim.evidence[0].value == 1600
    assert claim.evidence[0].formula == "512 x 400G / 128 nodes"
    assert claim.evidence[0].against == "3,200 Gb/s with 8 NICs"
    assert [one.formula for one in claim.evidence[1:]] == [
        "(24 - 12) / 24",
        "(2,560 - 1,280) / 2,560",
    ]


def test_ethernet_is_a_tenth_of_hardware_at_one_public_price_of_switches(
    found: dict[str, Claim],
) -> None:
    """39.68 million of nodes, 1.728 or 2.4 of switches, 2.62 of links: 9.9 or 11.2 %."""
    evidence = found["ethernet-10"].evidence
    shares, wholes, more = (evidence[at::3] for at in range(3))
    for one, switches in zip(shares, (1.728, 2.4), strict=True):
        network = switches + 2.62144
        assert one.value == pytest.approx(100 * network / (39.68 + network))
    assert [one.value for one in wholes] == pytest.approx([6.8, 7.85], abs=0.05)
    assert [one.value for one in more] == pytest.approx([47.1, 27.5], abs=0.05)
    assert [one.holds for one in shares] == [True, False]
    assert [one.holds for one in (*wholes, *more)] == [True, True, False, False]
    assert all(one.source for one in evidence)


def test_400_gbytes_take_two_ports_or_sixteen(found: dict[str, Claim]) -> None:
    """Storage servers are assumed in the catalog: what theirs carry decides nothing."""
    claim = found["storage-400-gb"]
    assert [one.value for one in claim.evidence] == [2, 16, 400]
    assert [one.basis for one in claim.evidence] == ["computed", "computed", "assumed"]
    assert claim.verdict_text == "undecided: it rests on an assumption"


def test_power_of_100000_gpus(found: dict[str, Claim]) -> None:
    assert found["100000-gpus-120-mw"].evidence[0].value == 127.5


def test_without_prices_the_formula_is_shown_and_nothing_is_made_up(
    found: dict[str, Claim],
) -> None:
    for name, parts in (
        ("memory-5", "memory-2tb, memory-1tb, dgx-h100"),
        ("no-dpu-5", "dpu, dpu-replacement, dgx-h100"),
    ):
        share, needed = found[name].evidence
        assert share.value is None
        assert share.holds is None
        assert share.source == f"no price of {parts}"
        assert needed.value == 15_500
        assert needed.holds is None


@pytest.mark.parametrize(
    ("less", "verdict"), [(1000, "holds"), (800, "holds"), (780, "does not hold")]
)
def test_a_price_book_decides(less: int, verdict: str) -> None:
    prices = {
        "memory-2tb": Decimal(1000 + less),
        "memory-1tb": Decimal(1000),
        "hgx-h100": Decimal(20_000),
    }
    claim = {one.id: one for one in claims(Book(prices, "hgx-h100", "prices.csv, EUR"))}["memory-5"]
    assert claim.verdict == verdict
    assert claim.evidence[0].value == pytest.approx(less / 200)
    assert claim.evidence[0].source == "prices.csv, EUR"


def test_a_verdict_follows_from_the_evidence_alone() -> None:
    def claim(*holds: bool | None) -> Claim:
        each = [Evidence(f"e{at}", "1", 1, holds=one) for at, one in enumerate(holds)]
        return Claim("id", "text", "source", tuple(each))

    assert claim(True, None).verdict_text == "holds"
    assert claim(False, None).verdict_text == "does not hold"
    assert claim(None).verdict_text == "undecided: nothing here decides it"
    assert claim(False, True, True).verdict_text == "holds only for e1; e2"
    assert claim(True, True).only == ()


@pytest.mark.parametrize(
    ("basis", "why"),
    [
        ("cited", "it is cited, and no plan can confirm it"),
        ("assumed", "it rests on an assumption"),
    ],
)
def test_what_is_not_computed_decides_nothing(basis: Basis, why: str) -> None:
    with pytest.raises(ValueError, match=f"e is {basis}: it cannot decide"):
        Evidence("e", "1", 1, holds=True, basis=basis)
    beside = Evidence("e", "1", 1, basis=basis)
    decides = Evidence("f", "1", 1, holds=False)
    assert Claim("id", "text", "source", (beside,)).verdict_text == f"undecided: {why}"
    assert Claim("id", "text", "source", (beside, decides)).verdict == "does not hold"


def test_a_saving_decides_only_where_a_claim_says_how_much() -> None:
    assert saving("x", "y", 4, 1, least_percent=75).holds is True
    assert saving("x", "y", 4, 2, least_percent=75).holds is False
    assert saving("x", "y", 4, 5).value == -25
    assert saving("x", "y", 4, 5).holds is None
