"""Addresses that are in use elsewhere: none of them may be planned."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from ipaddress import IPv4Address

from railwright import naming
from railwright.errors import Problem
from railwright.plan import management as mgmt
from railwright.plan.model import Plan
from railwright.plan.tables import addresses

SHOWN = 3
_HOSTS = {
    mgmt.GPU_NODE: (naming.gpu_node_name, "gpu"),
    mgmt.STORAGE_NODE: (naming.storage_node_name, "storage"),
    mgmt.MANAGEMENT_NODE: (naming.management_node_name, "management"),
    mgmt.PDU: (naming.pdu_name, "pdus"),
}


def check_excluded(plan: Plan) -> Iterator[Problem]:
    """Yield one problem per excluded prefix that the plan takes or reserves an address of."""
    excluded = plan.intent.pools.excluded
    if not excluded:
        return
    used = sorted({**dict(_reserved(plan)), **_used(plan)}.items())
    numbers = [number for number, _ in used]
    for place, one in enumerate(excluded):
        first = bisect_left(numbers, int(one.prefix.first))
        last = bisect_right(numbers, int(one.prefix.last))
        if first == last:
            continue
        users = [user for _, user in used[first : min(last, first + SHOWN)]]
        more = f" and {last - first - SHOWN} more" if last - first > SHOWN else ""
        yield Problem(
            f"pools.excluded[{place}].prefix",
            f"{one.prefix} ({one.reason}) would be used by {', '.join(users)}{more}; move the "
            "pool, or pin the address with overrides.addresses",
        )


def _used(plan: Plan) -> dict[int, str]:
    """Return the addresses of deployed devices and the gateways of their subnets, with users."""
    gateways = {
        _number(subnet.gateway): f"the gateway of {subnet.prefix}"
        for subnet in plan.subnets
        if subnet.gateway
    }
    rows = {_number(str(row["address"])): row for row in addresses(plan)}
    return gateways | {number: f"{row['device']} {row['port']}" for number, row in rows.items()}


def _reserved(plan: Plan) -> Iterator[tuple[int, str]]:
    """Yield the addresses that more hosts, within the capacity, will take."""
    for link in plan.links:
        if not link.deployed and link.kind == "host":
            yield _number(link.a.address), f"{link.a.device} {link.a.port} (reserved)"
    for (network, kind), population in plan.management.populations.items():
        for number in range(population.reserved if kind in _HOSTS else 0):
            name, port, deployed = _host(plan, network, kind, number)
            if not deployed:
                member = plan.management.member(population.network, kind, number)
                yield _number(member.address), f"{name} {port} (reserved)"


def _host(plan: Plan, network: str, kind: int, number: int) -> tuple[str, str, bool]:
    """Return name, port and whether it is deployed of a host's address `number` (from 0) of a kind.

    A management server has two on OOB, its BMC and its leg.
    """
    name_of, key = _HOSTS[kind]
    population = getattr(plan.intent.nodes, key)
    port = "bmc" if network == "oob" and kind != mgmt.PDU else "eth0"
    if network == "oob" and kind == mgmt.MANAGEMENT_NODE:
        number, leg = divmod(number, mgmt.OOB_PER_SERVER)
        port = naming.OOB_LEG if leg else port
    return name_of(number + 1), port, number < population.count


def _number(address: str) -> int:
    return int(IPv4Address(address))
