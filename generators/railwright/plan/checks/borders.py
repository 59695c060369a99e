"""Routers outside the plan: names and ASNs that the plan itself uses, and what one router is."""

from collections.abc import Iterator, Mapping

from railwright.errors import Problem
from railwright.intent.networks import Border
from railwright.plan import asn
from railwright.plan.border import border_of
from railwright.plan.checks.clashes import device_names
from railwright.plan.model import Plan
from railwright.plan.shape import Network

# Source: IANA, Special-Purpose AS Numbers (RFC 7607, RFC 6793, RFC 7300); 0 and 2^32-1 are out
# of the range of the type.
RESERVED_ASNS = {23_456: "AS_TRANS", 65_535: "the last 16-bit ASN"}


def check_borders(plan: Plan) -> Iterator[Problem]:
    """Yield what is wrong with the routers that spines have uplinks to."""
    borders = {name: one for name in plan.fabrics if (one := border_of(plan.intent, name))}
    if not borders:
        return
    taken = frozenset(device_names(plan))
    for network, border in borders.items():
        at = f"networks.{network}.border"
        if border.router in taken:
            yield Problem(
                f"{at}.router",
                f"{border.router!r} is the name of a device of this plan, deployed or reserved; "
                "a border router is outside it: give another name",
            )
        owner = asn.owner(border.peer_asn, plan.intent.pools.asn_base, plan.fabrics.values())
        if owner:
            yield Problem(
                f"{at}.peer_asn",
                f"{border.peer_asn} is the ASN of {owner}, deployed or reserved, which would "
                "refuse every route that crossed it; give the router's own ASN or move "
                "pools.asn_base",
            )
        if border.peer_asn in RESERVED_ASNS:
            what = RESERVED_ASNS[border.peer_asn]
            yield Problem(f"{at}.peer_asn", f"{border.peer_asn} is {what}, which no router may use")
    yield from _disagreeing(borders)


def _disagreeing(borders: Mapping[Network, Border]) -> Iterator[Problem]:
    """Yield a warning for a router that is said to have two ASNs."""
    first: dict[str, Network] = {}
    for network, border in borders.items():
        other = first.setdefault(border.router, network)
        if borders[other].peer_asn != border.peer_asn:
            yield Problem(
                f"networks.{network}.border.peer_asn",
                f"router {border.router!r} has ASN {border.peer_asn} here and "
                f"{borders[other].peer_asn} in networks.{other}.border; give one ASN, or each "
                "router a name of its own",
                "warning",
            )
