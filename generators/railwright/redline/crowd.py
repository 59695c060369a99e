"""Plugs that several redlines claim one port for, found before anything is planned.

All redlines move at once: plugs may swap or go round in a circle. A plug whose redline is refused
stays where the plan has it, which may leave another one without the port that it would take.
"""

from collections.abc import Collection, Iterator, Mapping

from railwright.plan.model import Plan

Port = tuple[str, str]
"""A device and a port of it."""


class Crowd:
    """The ports of a plan and the links that end there."""

    def __init__(self, plan: Plan) -> None:
        self._at: dict[Port, str] = {}
        self._upper: dict[str, Port] = {}
        for link in plan.links:
            self._upper[link.id] = upper = link.z.device, link.z.port
            self._at[link.a.device, link.a.port] = link.id
            self._at[upper] = link.id

    def refused(self, wanted: Mapping[str, str]) -> Mapping[str, str]:
        """Return by link why its upper end cannot be at the port that it is said to be in.

        Of several plugs in one port all are refused: somebody has to look which one is there.
        """
        claims = {link: (self._upper[link][0], port) for link, port in wanted.items()}
        claimed: dict[Port, set[str]] = {}
        for link, port in claims.items():
            claimed.setdefault(port, set()).add(link)
        found: dict[str, str] = {}
        ports = set(claimed)
        while ports:
            wrong: dict[str, str] = {}
            for port in ports:
                wrong.update(self._crowded(port, claimed.get(port, set()), claims))
            for link in wrong:
                claimed[claims.pop(link)].discard(link)
            found.update(wrong)
            ports = {self._upper[link] for link in wrong}  # these stay where they are planned
        return dict(sorted(found.items()))

    def _crowded(
        self, port: Port, links: Collection[str], claims: Mapping[str, Port]
    ) -> Iterator[tuple[str, str]]:
        """Yield the links that cannot be at a port that they are said to be in, each with why."""
        name, owner = " ".join(port), self._at.get(port)
        stays = owner is not None and owner not in claims
        for link in links:
            if others := sorted({*links} - {link}):
                yield link, f"{name} is also said to be the port of {' and '.join(others)}"
            elif stays:
                yield link, f"{name} is the port of {owner}, which stays there"
