"""Addresses of extra links: whose they are already."""

from collections.abc import Iterator, Mapping
from itertools import islice

from netaddr import IPAddress, IPNetwork

from railwright.intent.model import Intent
from railwright.plan import identity
from railwright.plan.addressing import ADDRESSES_PER_PORT, POOLS
from railwright.plan.bits import dotted
from railwright.plan.checks import pools
from railwright.plan.fabric import Fabric
from railwright.plan.identity import FIRST_POD, LeafId, SpineId
from railwright.plan.shape import Network

TRIED = 4096  # /31s of a pool that are looked at for a free one


def refusal(
    intent: Intent,
    fabrics: Mapping[Network, Fabric],
    network: Network,
    prefix: IPNetwork,
    used: Mapping[str, str],
) -> str:
    """Return why an extra link of a network cannot have a /31, nothing when it can.

    `used` are the /31s of other extra links with the places of their overrides. In the pool of
    the network's links a /31 is free when no link of the capacity has it.
    """
    what = _owner(intent, fabrics, network, prefix, used)
    if not what:
        return ""
    key = str(POOLS[network].links)
    pool = getattr(intent.pools, key)
    some = (
        IPNetwork(f"{dotted(number)}/31")
        for number in range(int(pool.first), int(pool.last), ADDRESSES_PER_PORT)
    )
    free = next(
        (
            f" such as {one}"
            for one in islice(some, TRIED)
            if not _owner(intent, fabrics, network, one, used)
        ),
        "",
    )
    return f"{prefix} {what}; choose a free /31 of pools.{key}{free}, or one outside all pools"


def _owner(
    intent: Intent,
    fabrics: Mapping[Network, Fabric],
    network: Network,
    prefix: IPNetwork,
    used: Mapping[str, str],
) -> str:
    """Return to whom a /31 belongs, in words, nothing when it is free."""
    if owner := used.get(str(prefix)):
        return f"is the prefix of {owner}"
    links = POOLS[network].links
    for key in pools.POOLS:
        pool = getattr(intent.pools, key)
        if pool is None or not _meet(pool, prefix):
            continue
        if key != links:
            return f"is in pools.{key} ({pool}), which is for other addresses"
        for fabric in fabrics.values():
            if POOLS[fabric.shape.network].links != key:
                continue
            if owner := _link_of(fabric, prefix):
                return f"is the prefix of a link of {owner}, deployed or reserved"
    for place, one in enumerate(intent.pools.excluded):
        if _meet(one.prefix, prefix):
            return f"is in pools.excluded[{place}] ({one.reason})"
    taken = (place for place, address in _services(intent) if IPAddress(address) in prefix)
    return next((f"has the address of {place}" for place in taken), "")


def _meet(one: IPNetwork, other: IPNetwork) -> bool:
    return bool(one.first <= other.last and other.first <= one.last)


def _link_of(fabric: Fabric, prefix: IPNetwork) -> str:
    """Return the lower end of the link of a fabric that a /31 of its pool belongs to, if any.

    The fields of the address name the link that would have it; it is that link's if such a link
    is in the capacity and has this address.
    """
    shape, where = fabric.shape, fabric.addressing
    number, wanted = int(prefix.first), str(prefix)
    fields = where.leaf_links.numbers(number)
    leaf = LeafId(fields["pod"] if shape.core else FIRST_POD, fields["su"], fields["leaf"])
    uplink = fields["uplink"] // ADDRESSES_PER_PORT
    if (
        1 <= leaf.pod <= shape.pods
        and 1 <= leaf.su <= shape.sus
        and leaf.leaf < shape.leaves_per_su
        and uplink < shape.uplinks_per_leaf
        and where.link_pair(leaf, uplink).prefix == wanted
    ):
        return identity.name_of_leaf(shape, leaf)
    if not shape.spines:
        return ""
    fields = where.spine_links.numbers(number)
    spine = SpineId(fields["pod"] if shape.core else FIRST_POD, fields["group"], fields["spine"])
    uplink = fields["uplink"] // ADDRESSES_PER_PORT
    plate = fabric.faceplates["spine"]
    if (
        1 <= spine.pod <= shape.pods
        and spine.group < shape.groups
        and 1 <= spine.index <= shape.spines
        and uplink < max(len(plate.up), len(plate.border))
        and where.core_pair(spine, uplink).prefix == wanted
    ):
        return identity.name_of_spine(shape, spine)
    return ""


def _services(intent: Intent) -> Iterator[tuple[str, str]]:
    """Yield the addresses of services, with their places."""
    services = intent.services
    for key, addresses in (
        ("dns_servers", services.dns_servers),
        ("ntp_servers", services.ntp_servers),
        ("syslog_servers", services.syslog_servers),
        ("tacacs.servers", services.tacacs.servers if services.tacacs else ()),
    ):
        for place, address in enumerate(addresses):
            yield f"services.{key}[{place}]", address
