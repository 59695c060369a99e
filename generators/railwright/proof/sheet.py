"""Where the rules write down what they compared and what differs, and how that becomes a matrix.

One wrong value is seen from many ports and many peers; each is one finding here.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from railwright.proof.model import Agreement, Finding, Pair, Row

PLAN: Pair = "switch - plan"
NODE: Pair = "switch - node"
FABRIC: Pair = "leaf - spine"
HOST: Pair = "node - plan"
FLOOR: Pair = "cable - plan"

CLASSES = "classes of packets"
PAUSE = "pause and watchdog"
HEADROOM = "headroom"
QUEUES = "queues and marking"
PORTS = "ports"
ADDRESSES = "addresses"
SESSIONS = "BGP sessions"
LOOPS = "routes without a loop"
REST = "everything else owned"
CNP = "congestion notifications"
MTU = "packet sizes"
SPEED = "speed and FEC"
CABLE = "cable length"
ROCE = "RoCE settings"
ENDS = "ends of cables"

SUBJECTS: tuple[tuple[Pair, str], ...] = (
    *((PLAN, one) for one in (CLASSES, PAUSE, HEADROOM, QUEUES, PORTS, ADDRESSES, SESSIONS)),
    *((PLAN, one) for one in (LOOPS, REST)),
    *((NODE, one) for one in (CLASSES, PAUSE, CNP, MTU, SPEED, CABLE, ADDRESSES)),
    *((FABRIC, one) for one in (SPEED, MTU, CLASSES, PAUSE, ADDRESSES, SESSIONS)),
    *((HOST, one) for one in (ROCE, ADDRESSES, REST)),
    *((FLOOR, one) for one in (ENDS, CABLE)),
)
"""The lines of the matrix, in order; a line without anything to compare shows zero."""


NAMED = 4
"""Places of one finding that are written out."""


@dataclass(frozen=True, slots=True)
class _Difference:
    """What makes findings the same, wherever they were seen."""

    found: str
    expected: str
    effect: str


class Sheet:
    """What was compared and what differs, line by line."""

    def __init__(self) -> None:
        self._compared: Counter[tuple[Pair, str]] = Counter()
        self._found: dict[tuple[Pair, str], dict[Finding, None]] = {one: {} for one in SUBJECTS}
        self._places: set[str] = set()

    def __len__(self) -> int:
        """Return how many findings there are."""
        return sum(map(len, self._found.values()))

    def count(self, pair: Pair, subject: str, number: int = 1) -> None:
        """Write down that `number` values were compared."""
        self._compared[pair, subject] += number

    def differ(self, *findings: Finding) -> None:
        """Write down findings; one seen before stays one."""
        for one in findings:
            self._found[one.pair, one.subject][one] = None
            self._places.update((one.place, one.other_place))

    def explains(self, *places: str) -> bool:
        """Return whether a finding names one of these places."""
        return not self._places.isdisjoint(places)

    def agreement(self, without: frozenset[tuple[Pair, str]] = frozenset()) -> Agreement:
        """Return the matrix, less the lines that nobody was asked to look at."""
        return Agreement(
            tuple(
                Row(pair, subject, self._compared[pair, subject], _joined(found))
                for (pair, subject), found in self._found.items()
                if (pair, subject) not in without
            )
        )


def _joined(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings with those joined that differ only in one of their places."""
    by_place: dict[tuple[str, _Difference], list[Finding]] = {}
    for one in findings:
        by_place.setdefault((one.place, _difference(one)), []).append(one)
    by_other: dict[tuple[str, _Difference], list[Finding]] = {}
    for group in by_place.values():
        others = _and_more([one.other_place for one in group])
        first = _moved(group[0], group[0].place, others)
        by_other.setdefault((others, _difference(first)), []).append(first)
    return tuple(
        _moved(group[0], _and_more([one.place for one in group]), group[0].other_place)
        for group in by_other.values()
    )


def _difference(one: Finding) -> _Difference:
    return _Difference(one.found, one.expected, one.effect)


def _moved(one: Finding, place: str, other_place: str) -> Finding:
    return Finding(one.pair, one.subject, place, one.found, other_place, one.expected, one.effect)


def _and_more(places: list[str]) -> str:
    """Return some places as one text, without repeating the file they are in."""
    files = {one.partition(" ")[0] for one in places}
    named = places[:NAMED]
    if len(files) == 1:
        named = [named[0], *(one.partition(" ")[2] or one for one in named[1:])]
    text = ", ".join(named)
    return text if len(places) <= NAMED else f"{text} and {len(places) - NAMED} more"
