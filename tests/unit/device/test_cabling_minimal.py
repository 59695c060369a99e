"""Fewest moves, compared with trying everything; and chains too long to try everything."""

import random
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import pytest

from railwright.device.cabling import chains, swaps
from railwright.device.cabling.chains import Chain, Parallel, moves_of, pair_up, walk
from railwright.device.cabling.model import End

Cables = frozenset[frozenset[End]]
Class = tuple[list[End], list[End]]


def end(device: str, port: object) -> End:
    return End(device, str(port))


def is_right(cables: Cables, classes: Sequence[Class]) -> bool:
    """Return whether every class is joined within itself and nothing else is cabled."""
    joined = {one: other for cable in cables for one in cable for other in cable - {one}}
    wanted = {one for lower, upper in classes for one in (*lower, *upper)}
    return joined.keys() == wanted and all(
        joined[one] in upper for lower, upper in classes for one in lower
    )


def after_one_move(cables: Cables, ports: Sequence[End]) -> Iterator[Cables]:
    """Yield what one swap, move, new cable or removed cable leads to."""
    cable_of = {one: cable for cable in cables for one in cable}
    for one, other in combinations(ports, 2):
        here, there = cable_of.get(one), cable_of.get(other)
        if here is None and there is None:
            yield cables | {frozenset((one, other))}
        elif here == there:
            yield cables - {frozenset((one, other))}
        else:
            moved = {
                (cable - {port}) | {target}
                for cable, port, target in ((here, one, other), (there, other, one))
                if cable is not None
            }
            yield (cables - {cable for cable in (here, there) if cable is not None}) | moved


def fewest(cables: Cables, classes: Sequence[Class], ports: Sequence[End]) -> int:
    """Return the fewest moves, by trying all of them in turn."""
    waiting = deque([(cables, 0)])
    seen = {cables}
    while waiting:
        now, moves = waiting.popleft()
        if is_right(now, classes):
            return moves
        for then in after_one_move(now, ports):
            if then not in seen:
                seen.add(then)
                waiting.append((then, moves + 1))
    pytest.fail("no way to mend it")


def drawn(rng: random.Random) -> tuple[dict[End, End], list[Class], list[End]]:
    """Return random cables between the ports of a few classes and some spare ports."""
    classes: list[Class] = []
    for number in range(rng.randint(1, 3)):
        size = rng.choice([1, 1, 2, 2, 3])
        if sum(len(lower) for lower, _ in classes) + size > 4:
            break
        lower = [end(f"leaf{rng.randint(0, 1)}", f"{number}.{place}") for place in range(size)]
        upper = [end(f"spine{number % 2}", f"{number}.{place}") for place in range(size)]
        classes.append((lower, upper))
    spares = [end("leaf0", "spare"), end("spine0", "spare")][: rng.randint(0, 2)]
    ports = [one for lower, upper in classes for one in (*lower, *upper)] + spares
    mixed = rng.sample(ports, len(ports))
    joined: dict[End, End] = {}
    for place in range(rng.randint(0, len(ports) // 2)):
        one, other = mixed[2 * place : 2 * place + 2]
        joined[one], joined[other] = other, one
    return joined, classes, ports


def wrong_part(
    joined: Mapping[End, End], classes: Sequence[Class]
) -> tuple[dict[End, End], list[Parallel]]:
    """Return the wrong cables, and the ports of every class that have no right one."""
    side = {
        one: (number, place)
        for number, both in enumerate(classes)
        for place, ends in enumerate(both)
        for one in ends
    }

    def right(one: End) -> bool:
        here, there = side.get(one), side.get(joined.get(one, end("", "")))
        return here is not None and there is not None and here == (there[0], 1 - there[1])

    open_ones = []
    for lower, upper in classes:
        planned = dict(zip(lower, upper, strict=True))
        lows, ups = [x for x in lower if not right(x)], [x for x in upper if not right(x)]
        exact = [(one, planned[one]) for one in lows if planned[one] in ups]
        rest = [one for one in lows if planned[one] not in ups]
        free = [one for one in ups if one not in dict(exact).values()]
        pairs = exact + list(zip(rest, free, strict=True))
        if pairs:
            open_ones.append(Parallel(*zip(*pairs, strict=True)))
    return {one: other for one, other in joined.items() if not right(one)}, open_ones


def same_device(one: End, other: End) -> int:
    return 0 if one.device == other.device else 20


def mended(
    joined: Mapping[End, End], chain: Chain, pair: Mapping[End, End]
) -> tuple[dict[End, End], int]:
    """Do what a chain asks for; return the cables and how many moves it was."""
    now = dict(joined)
    done, results = swaps.exchanges(chain, same_device)
    for one, other in done:
        far, other_far = now.pop(one, None), now.pop(other, None)
        assert (far, other_far) != (None, None)
        for port, target in ((other, far), (one, other_far)):
            if target is not None:
                now[port], now[target] = target, port
    moves = len(done)
    for a, z in results:
        if a is None or z is None:
            continue
        if pair.get(a) == z and now.get(a) is None:
            now[a], now[z] = z, a
            moves += 1
        elif pair.get(a) != z:
            assert now.pop(a) == z
            del now[z]
            moves += 1
    return now, moves


@pytest.mark.parametrize("seed", range(150))
def test_no_way_takes_fewer_moves(seed: int) -> None:
    joined, classes, ports = drawn(random.Random(seed))  # noqa: S311
    edges, open_ones = wrong_part(joined, classes)
    pair = pair_up(edges, open_ones)
    now: Mapping[End, End] = joined
    total = 0
    for chain in walk(edges, pair):
        now, moves = mended(now, chain, pair)
        assert moves == moves_of(chain, pair)
        total += moves
    assert is_right(frozenset(frozenset(one) for one in now.items()), classes)
    start = frozenset(frozenset(one) for one in joined.items())
    assert total == fewest(start, classes, ports)


def rotated(count: int, device: str, rng: random.Random | None = None) -> Chain:
    """Return a chain of `count` cables with all ports of one side at one device."""
    near = [end(device, number) for number in range(count)]
    far = [
        end(f"far{number if rng is None else rng.randint(0, 5)}", number) for number in range(count)
    ]
    slots = [one for both in zip(near, far, strict=True) for one in both]
    return Chain(tuple(slots), (True,) * count)


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("count", [2, 5, 7, 8, 40])
def test_a_chain_at_one_device_is_mended_there(count: int, side: int) -> None:
    chain = rotated(count, "leaf")
    slots = chain.slots[side:] + chain.slots[:side]
    if side:  # the same cables, the device on their other side
        slots = tuple(
            one
            for place in range(0, 2 * count, 2)
            for one in (chain.slots[place + 1], chain.slots[place])
        )
    done, _ = swaps.exchanges(Chain(slots, chain.cables), same_device)
    assert len(done) == count - 1
    assert {one.device for both in done for one in both} == {"leaf"}


@pytest.mark.parametrize("seed", range(20))
def test_long_chains_over_many_devices_are_mended(seed: int) -> None:
    """Closed ones, and paths that begin at an empty port and end in a spare one or not."""
    rng = random.Random(seed)  # noqa: S311
    count = rng.randint(8, 30)
    ports = [end(f"d{rng.randint(0, 4)}", number) for number in range(2 * count)]
    rng.shuffle(ports)
    edges: dict[End, End] = {}
    pair: dict[End, End] = {}
    first = 0 if seed % 3 == 0 else 1  # an empty port first
    for place in range(first, 2 * count - 1, 2):
        edges[ports[place]], edges[ports[place + 1]] = ports[place + 1], ports[place]
    for place in range(1 - first, 2 * count - (seed % 3), 2):
        one, other = ports[place], ports[(place + 1) % (2 * count)]
        pair[one], pair[other] = other, one
    now: Mapping[End, End] = edges
    for chain in walk(edges, pair):
        assert len(chain.cables) > swaps.MOST_SEARCHED
        now, moves = mended(now, chain, pair)
        assert moves == moves_of(chain, pair)
    assert {one: now[one] for one in pair} == pair
    assert now.keys() == pair.keys()


def test_a_search_finds_exchanges_at_one_device_among_many() -> None:
    """Of four cables two pairs share a device; the rest has to go between devices."""
    near = [end("a", 0), end("b", 1), end("b", 2), end("a", 3)]
    far = [end(f"f{number}", number) for number in range(4)]
    chain = Chain(tuple(one for both in zip(near, far, strict=True) for one in both), (True,) * 4)
    done, _ = swaps.exchanges(chain, same_device)
    assert sum(one.device == other.device for one, other in done) == 2


def test_links_beyond_trying_everything_are_split_where_they_meet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Pairs of plugs exchanged between two bundles of parallel links: one swap a pair, each way."""
    monkeypatch.setattr(chains, "MOST_TRIED", 0)
    rng = random.Random(5)  # noqa: S311
    size = 12
    bundles = [
        ([end("leaf", f"{one}.{x}") for x in range(size)], [end(one, x) for x in range(size)])
        for one in ("spine1", "spine2")
    ]
    mixed = [rng.sample(upper, size) for _, upper in bundles][::-1]
    joined = {
        one: other
        for (lower, _), upper in zip(bundles, mixed, strict=True)
        for pair in zip(lower, upper, strict=True)
        for one, other in (pair, pair[::-1])
    }
    edges, open_ones = wrong_part(joined, bundles)
    pair = pair_up(edges, open_ones)
    now: Mapping[End, End] = joined
    total = 0
    for chain in walk(edges, pair):
        now, moves = mended(now, chain, pair)
        total += moves
    assert is_right(frozenset(frozenset(one) for one in now.items()), bundles)
    assert total == size
