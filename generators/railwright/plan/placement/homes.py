"""The rows of access switches: where most of what is cabled to them stands."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

Served = Sequence[tuple[str, Sequence[str]]]
"""Access switches in order, each with the device at every port that it keeps for one."""


def homes(
    served: Served, even: Mapping[str, int], hosts: Mapping[str, int], room_of: Sequence[int]
) -> dict[str, int]:
    """Return `even` with every access switch moved to its home row.

    `even` and `hosts` are the rows of switches and of everything else by name, `room_of` has the
    room of every row. An access switch goes to the room that most of its cables come from, and
    there to the row that most do; the lower one of equals. Access switches that follow in
    `served` do not count; one that only they use stays where it is.
    """
    moved = dict(even)
    unsettled = {access for access, _ in served}
    for access, devices in served:
        votes: Counter[int] = Counter()
        for device in devices:
            row = hosts.get(device)
            if row is None and device not in unsettled:
                row = moved.get(device)
            if row is not None:
                votes[row] += 1
        unsettled.discard(access)
        if votes and access in moved:
            moved[access] = _home(votes, room_of)
    return moved


def _home(votes: Mapping[int, int], room_of: Sequence[int]) -> int:
    """Return the row of most votes in the room of most votes."""
    rooms: Counter[int] = Counter()
    for row, count in votes.items():
        rooms[room_of[row]] += count
    room = _first(rooms, rooms)
    return _first((row for row in votes if room_of[row] == room), votes)


def _first(among: Iterable[int], votes: Mapping[int, int]) -> int:
    """Return the lowest one of those with the most votes."""
    return min(among, key=lambda one: (-votes[one], one))
