"""ASNs tell network, pod, SU and leaf in their decimal digits."""

import pytest

from railwright.plan.asn import leaf_asn, spine_asn

BASE = 4_200_000_000


def test_digits() -> None:
    assert leaf_asn(BASE, "compute", 1, 2, 3) == 4_200_100_203
    assert spine_asn(BASE, "compute", 25) == 4_202_500_000
    assert leaf_asn(BASE, "storage", 1, 6, 0) == 4_210_100_600


@pytest.mark.parametrize(("pod", "su", "leaf"), [(100, 1, 0), (1, 1000, 0), (1, 1, 100)])
def test_numbers_beyond_the_digits_are_errors(pod: int, su: int, leaf: int) -> None:
    with pytest.raises(ValueError, match="do not fit the ASN digits"):
        leaf_asn(BASE, "compute", pod, su, leaf)
