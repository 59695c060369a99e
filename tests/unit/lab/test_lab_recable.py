"""Moving plugs, as values; the kernel's part is in tests/lab."""

from hypothesis import given
from hypothesis import strategies as st

from railwright.lab.recable import Mates, Socket, exchanged, joined, pulled

SOCKETS = [Socket(device, port) for device in ("leaf", "spine", "node") for port in "abcd"]
A, Z, B, Y = SOCKETS[:4]
TWO = {A: Z, Z: A, B: Y, Y: B}

sockets = st.sampled_from(SOCKETS)


@st.composite
def mates(draw: st.DrawFn) -> dict[Socket, Socket]:
    """Return any cables between the sockets, some of which stay empty."""
    order = draw(st.permutations(SOCKETS))
    count = draw(st.integers(0, len(SOCKETS) // 2))
    pairs = zip(order[0 : 2 * count : 2], order[1 : 2 * count : 2], strict=True)
    return {one: other for a, z in pairs for one, other in ((a, z), (z, a))}


def is_sound(cables: Mates) -> bool:
    """Return whether every cable has two ends that know each other."""
    return all(cables.get(other) == one != other for one, other in cables.items())


def test_two_plugs_change_places() -> None:
    assert exchanged(TWO, A, B) == {A: Y, Y: A, B: Z, Z: B}


def test_a_plug_moves_to_an_empty_socket() -> None:
    assert exchanged({A: Z, Z: A}, Z, B) == {A: B, B: A}


def test_both_plugs_of_one_cable_may_change_places() -> None:
    assert exchanged(TWO, A, Z) == TWO


def test_pulling_takes_both_ends_away() -> None:
    assert pulled(TWO, Z) == {B: Y, Y: B}


def test_joining_pulls_what_was_there() -> None:
    assert joined(TWO, A, B) == {A: B, B: A}


def test_nothing_happens_to_empty_sockets() -> None:
    assert pulled(TWO, SOCKETS[4]) == TWO
    assert exchanged(TWO, SOCKETS[4], SOCKETS[5]) == TWO


@given(mates(), sockets, sockets)
def test_exchanging_twice_changes_nothing(
    cables: dict[Socket, Socket], a: Socket, z: Socket
) -> None:
    once = exchanged(cables, a, z)
    assert is_sound(once)
    assert len(once) == len(cables)
    assert exchanged(once, a, z) == cables


@given(mates(), sockets, sockets)
def test_every_change_leaves_whole_cables(
    cables: dict[Socket, Socket], a: Socket, z: Socket
) -> None:
    assert is_sound(pulled(cables, a))
    if a != z:
        assert is_sound(joined(cables, a, z))
        assert joined(cables, a, z)[a] == z
