"""ASNs tell network, pod, SU and leaf in their decimal digits."""

import pytest

from railwright.errors import IntentError
from railwright.intent.model import ComputeNetwork
from railwright.plan.asn import LARGEST, check_base, leaf_asn, spine_asn
from railwright.plan.build import build
from tests.invariants.strategies import POOLS, make

BASE = 4_200_000_000


def test_digits() -> None:
    assert leaf_asn(BASE, "compute", 1, 2, 3) == 4_200_100_203
    assert spine_asn(BASE, "compute", 25) == 4_202_500_000
    assert leaf_asn(BASE, "storage", 1, 6, 0) == 4_210_100_600


@pytest.mark.parametrize(("pod", "su", "leaf"), [(100, 1, 0), (1, 1000, 0), (1, 1, 100)])
def test_numbers_beyond_the_digits_are_errors(pod: int, su: int, leaf: int) -> None:
    with pytest.raises(ValueError, match="do not fit the ASN digits"):
        leaf_asn(BASE, "compute", pod, su, leaf)


@pytest.mark.parametrize(
    ("base", "severity", "text"),
    [
        (LARGEST - 100_207, None, ""),
        (LARGEST - 100_206, "error", f"give at most {LARGEST - 100_207}"),
        (4_200_000_000 - 100_001, "warning", "belong to the public Internet"),
        (1, "warning", "this capacity takes the ASNs 100001 to 100208"),
    ],
)
def test_the_base_is_checked_against_the_whole_capacity(
    base: int, severity: str | None, text: str
) -> None:
    pools = POOLS.model_copy(update={"asn_base": base})
    intent = make(ComputeNetwork(leaf="cx864e-n"), 1, 128, pools)
    shape = build(make(ComputeNetwork(leaf="cx864e-n"), 1, 128)).shape
    found = list(check_base(base, shape, 1))
    assert [one.severity for one in found] == ([severity] if severity else [])
    assert all(text in one.what for one in found)
    if severity == "error":
        with pytest.raises(IntentError, match="give at most"):
            build(intent)
    else:
        assert build(intent).warnings == tuple(found)
