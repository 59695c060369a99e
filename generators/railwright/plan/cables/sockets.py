"""What a plug goes into: a cage, one of the sockets of the module in it, or one tail of a splitter.

Sockets of a switch's cage are `17/1` and `17/2`, those of a server as its maker prints them,
`OSFP4P2`. Where a splitter's tails are more than the sockets, `17/1b` is the second of the first.
"""

from string import ascii_lowercase

from railwright.plan.cables.cages import PortCage

_SERVERS = frozenset({"gpu", "storage", "management"})


def whole(cage: PortCage, strand: int) -> str:
    """Return the socket of one of several cables side by side, `strand` counted from 1."""
    return f"{cage.label}/{strand}"


def own(cage: PortCage) -> str:
    """Return the socket of a cable that one port has to itself."""
    if cage.kind.ports == 1:
        return cage.label
    between = "P" if cage.kind.owner in _SERVERS else "/"
    return f"{cage.label}{between}{cage.place}"


def number(cage: PortCage, count: int) -> int:
    """Return which of the `count` sockets in its cage a port is behind, from 1; 0 for only one."""
    return (cage.place - 1) // _tails(cage, count) + 1 if count > 1 else 0


def split(cage: PortCage, count: int) -> str:
    """Return the socket of a splitter's single end, in a cage with `count` of them."""
    at = number(cage, count)
    return f"{cage.label}/{at}" if at else cage.label


def tail(cage: PortCage, count: int) -> str:
    """Return how a splitter's tail names the port of the split cage that it serves."""
    if count < 2:
        return own(cage)
    place = (cage.place - 1) % _tails(cage, count)
    return f"{split(cage, count)}{ascii_lowercase[place]}"


def _tails(cage: PortCage, count: int) -> int:
    return max(cage.kind.ports // count, 1)
