"""Who has no route to whom in the healthy network: what wrong ASNs cost besides deadlocks."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from railwright.plan.deadlock.graph import BORDER, DEFAULT_ROUTE, SessionGraph
from railwright.plan.deadlock.routes import live, routes
from railwright.plan.deadlock.twins import components, reduced, twins

STANDING = 2
"""Of twins a sender and a destination; the others have the routes of one of them."""


class Unreached(NamedTuple):
    """A switch or border router without a route to a prefix that is advertised in its part."""

    listener: str
    prefix: str
    owner: str

    def describe(self) -> str:
        """Return it for people, as what follows `no route to`."""
        return f"{self.prefix} of {self.owner} from {self.listener}"


def unreached(graph: SessionGraph) -> Iterator[Unreached]:
    """Yield what some device that hosts or a router hang on has no route to.

    Everything that sessions join, however far, has to reach each other; twins are told apart
    only where they share an ASN.
    """
    for part in components(graph):
        uses = Counter(part.devices[name].asn for name in part.origins)
        apart = {name for name in part.origins if uses[part.devices[name].asn] > 1}
        known = reduced(part, STANDING, apart)
        up = live(known)
        first = {name: names[0] for name, names in twins(known, apart).items()}
        listeners = [name for name in known.devices if _listens(known, name)]
        for prefix, owners in up.origins.items():
            if prefix != DEFAULT_ROUTE and first[owners[0]] != owners[0]:
                continue  # its twin's prefix has the same fate
            found = routes(up, owners)
            for name in listeners:
                if not found.reaches(name) and _expects(known, name, prefix):
                    yield Unreached(name, prefix, owners[0])


def _listens(graph: SessionGraph, name: str) -> bool:
    own = graph.origins.get(name, ())
    return graph.devices[name].role == BORDER or any(prefix != DEFAULT_ROUTE for prefix in own)


def _expects(graph: SessionGraph, name: str, prefix: str) -> bool:
    """Return whether a device wants a route: routers outside have a default of their own."""
    return prefix != DEFAULT_ROUTE or graph.devices[name].role != BORDER
