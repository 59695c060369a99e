"""The BGP sessions that configurations really make, as the graph that the deadlock proof judges."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from railwright.plan.border import border_of
from railwright.plan.deadlock.graph import (
    ALLOWAS_IN,
    BORDER,
    DEFAULT_ROUTE,
    SessionGraph,
    Speaker,
    paired,
)
from railwright.plan.model import Plan
from railwright.plan.shape import Network
from railwright.proof.rows import is_true, subnet_of, text
from railwright.proof.switches import Neighbour, Switch

NOBODY = ""
"""The port of a router outside the plan."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Who has an address, and on which port."""

    device: str
    port: str


def graph_of(plan: Plan, network: Network, switches: Mapping[str, Switch]) -> SessionGraph:
    """Return the sessions of one network as its switches are configured.

    A session needs rows at both ends that name each other's address and AS number, and ports that
    are up. What a border router sends is what the plan says, as it is not ours to read.
    """
    ours = {
        one.name: switches[one.name]
        for one in plan.switches
        if one.network == network and one.name in switches
    }
    owners = {
        address: where
        for name, switch in ours.items()
        for address, where in _addresses(name, switch)
    }
    roles = {one.name: one.role for one in plan.switches}
    speakers = {
        name: Speaker(switch.asn or 0, roles[name], _allowas_in(switch))
        for name, switch in ours.items()
    }
    routers = _routers(ours, owners)
    sessions = _Sessions(ours, owners)
    links = [*sessions.between(), *sessions.to_routers(frozenset(routers))]
    shared = {name for name, switch in ours.items() if switch.table("VLAN_INTERFACE")}
    return SessionGraph(
        network=network,
        devices={**speakers, **routers},
        pairs=paired(links),
        origins={**dict(_origins(ours)), **_received(plan, network, routers)},
        blackhole=frozenset(_blackholes(ours)) | shared,
        svi=bool(shared),
    )


def _allowas_in(switch: Switch) -> int:
    """Return how often a switch may find its own ASN in a path.

    Source: sonic-buildimage dockers/docker-fpm-frr/frr/bgpd/templates/general/peer-group.conf.j2
    and src/sonic-bgpcfgd/bgpcfgd/managers_bbr.py (`allowas-in 1` with BGP_BBR|all enabled).
    """
    kind = text(switch.metadata, "type")
    is_bbr = text(switch.row("BGP_BBR", "all"), "status") == "enabled"
    return ALLOWAS_IN.get(kind, 1 if is_bbr else 0)


def _addresses(name: str, switch: Switch) -> Iterator[tuple[str, _Place]]:
    for key in switch.table("INTERFACE"):
        port, _, address = key.partition("|")
        if address and ":" not in address:
            yield address.partition("/")[0], _Place(name, port)


def _routers(ours: Mapping[str, Switch], owners: Mapping[str, _Place]) -> dict[str, Speaker]:
    """Return the neighbours that are no switches of this network, by name."""
    found: dict[str, Speaker] = {}
    for switch in ours.values():
        for address, one in _neighbours(switch):
            if address not in owners and one.name not in ours and one.asn is not None:
                found[one.name] = Speaker(one.asn, BORDER)
    return found


def _neighbours(switch: Switch) -> Iterator[tuple[str, Neighbour]]:
    for address in switch.table("BGP_NEIGHBOR"):
        one = switch.neighbour(address)
        if one is not None and one.up and ":" not in address:
            yield address, one


@dataclass(frozen=True, slots=True)
class _Sessions:
    ours: Mapping[str, Switch]
    owners: Mapping[str, _Place]

    def between(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield the sessions between two of our switches, each once."""
        for name, switch in self.ours.items():
            for address, one in _neighbours(switch):
                far, near = self.owners.get(address), self.owners.get(one.local)
                if far is None or near is None or near.device != name or name > far.device:
                    continue
                if self._is_up(near, far, address, one):
                    yield near.device, near.port, far.device, far.port

    def _is_up(self, near: _Place, far: _Place, address: str, one: Neighbour) -> bool:
        here, there = self.ours[near.device], self.ours[far.device]
        back = there.neighbour(one.local)
        return (
            back is not None
            and back.up
            and back.local == address
            and (one.asn, back.asn) == (there.asn, here.asn)
            and all(
                (lane := switch.lane(place.port)) is not None and lane.up
                for switch, place in ((here, near), (there, far))
            )
        )

    def to_routers(self, routers: frozenset[str]) -> Iterator[tuple[str, str, str, str]]:
        """Yield the sessions to routers outside, whose ports are not known."""
        for name, switch in self.ours.items():
            for address, one in _neighbours(switch):
                near = self.owners.get(one.local)
                if address not in self.owners and one.name in routers and near is not None:
                    yield name, near.port, one.name, NOBODY


def _origins(ours: Mapping[str, Switch]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the prefixes that each switch advertises as its own."""
    for name, switch in ours.items():
        own = dict.fromkeys(prefix for prefix, _, _ in advertised(switch))
        if own:
            yield name, tuple(own)


def advertised(switch: Switch) -> Iterator[tuple[str, str, str]]:
    """Yield every IPv4 prefix that a switch advertises as its own, with the table and key of it."""
    for key, row in switch.table("STATIC_ROUTE").items():
        if text(row, "advertise").lower() != "false" and ":" not in key:
            yield key.rpartition("|")[2], "STATIC_ROUTE", key
    for key in switch.table("VLAN_INTERFACE"):
        if "|" in key and ":" not in key:
            yield subnet_of(key.rpartition("|")[2]), "VLAN_INTERFACE", key


def _received(
    plan: Plan, network: Network, routers: Mapping[str, Speaker]
) -> dict[str, tuple[str, ...]]:
    border = border_of(plan.intent, network)
    if border is None or border.default_route != "received":
        return {}
    return {name: (DEFAULT_ROUTE,) for name in routers}


def _blackholes(ours: Mapping[str, Switch]) -> Iterator[str]:
    """Yield the switches all of whose own prefixes are blackholes behind their hosts."""
    for name, switch in ours.items():
        rows = switch.table("STATIC_ROUTE")
        own = [row for key, row in rows.items() if not key.endswith(f"|{DEFAULT_ROUTE}")]
        if own and all(is_true(row, "blackhole") for row in own):
            yield name
