"""In-band and out-of-band management: access switches with VLANs, joined by routed uplinks.

A subnet never spans two access switches. Subnets are packed onto switches in a fixed order of
kinds, each onto the first switch with enough ports left, so a switch of a row serves its BMCs and
PDUs; the packing follows from the capacity alone.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from netaddr import IPNetwork

from railwright.catalog.model import SwitchPlatform
from railwright.errors import IntentError, Problem, refuse
from railwright.intent.model import Intent, Lengths
from railwright.intent.networks import InbandNetwork, OobNetwork
from railwright.naming import network_leaf_name
from railwright.plan import addressing, cabling, identity, ports
from railwright.plan import management as mgmt
from railwright.plan.clos import Splits
from railwright.plan.fabric import Contribution, Fabric
from railwright.plan.identity import LeafId
from railwright.plan.management import ManagementAddressing, Population
from railwright.plan.model import Link, LinkEnd, Svi
from railwright.plan.shape import FabricShape

Name = Literal["inband", "oob"]
FIRST_VLAN = 101  # VLANs are local to their switch
MTU_BYTES = 1500
_PER_SUBNET = {
    mgmt.PDU: "pdus_per_subnet",
    **dict.fromkeys(
        (mgmt.COMPUTE_SWITCH, mgmt.STORAGE_SWITCH, mgmt.MANAGEMENT_SWITCH, mgmt.OOB_ODD_LEAF),
        "switches_per_subnet",
    ),
}


@dataclass(frozen=True, slots=True)
class Occupant:
    """Who uses an access port: a device and its port, deployed or reserved."""

    device: str
    port: str
    deployed: bool


@dataclass(frozen=True, slots=True)
class Packed:
    """One subnet on its switch (numbered from 1): its first port, its VLAN, its members.

    `first_member` counts from 0 within the kind, `block` from 1.
    """

    kind: int
    block: int
    first_member: int
    members: int
    switch: int
    first_port: int
    vlan: int


def settings(intent: Intent, name: Name) -> InbandNetwork | OobNetwork:
    """Return what the intent says of a management network."""
    return intent.networks.inband if name == "inband" else intent.networks.oob


def pack(populations: tuple[Population, ...], name: Name, ports_per_switch: int) -> list[Packed]:
    """Return every subnet's place.

    The management port of an odd OOB leaf hangs on an even one and the other way round, so that
    no switch has the same subnet on eth0 and on a VLAN. Raises: IntentError with every kind whose
    subnets are larger than a switch.
    """
    if problems := list(_too_large(populations, name, ports_per_switch)):
        raise IntentError(problems)
    free: list[int] = []
    vlans: list[int] = []
    packed = []
    for population in populations:
        if population.network != name:
            continue
        switch = 0
        used: Counter[int] = Counter()
        for block in range(1, population.blocks + 1):
            first = (block - 1) * population.per_subnet
            members = min(population.per_subnet, population.reserved - first)
            # What had no room for an equal subnet has none now; the last one may be smaller.
            start = switch if members == population.per_subnet else 0
            if population.spread:
                switch = _least_used(members, free, used)
                used[switch] += 1
            else:
                switch = _switch_for(population.kind, members, free, start)
            while len(free) <= switch:
                free.append(ports_per_switch)
                vlans.append(FIRST_VLAN)
            packed.append(
                Packed(
                    kind=population.kind,
                    block=block,
                    first_member=first,
                    members=members,
                    switch=switch + 1,
                    first_port=ports_per_switch - free[switch],
                    vlan=vlans[switch],
                )
            )
            free[switch] -= members
            vlans[switch] += 1
    return packed


def _switch_for(kind: int, members: int, free: list[int], start: int) -> int:
    """Return the first switch from `start` (from 0) with enough ports that may serve this kind."""
    step = 1
    first = 0
    if kind in {mgmt.MANAGEMENT_SWITCH, mgmt.OOB_ODD_LEAF}:
        step, first = 2, int(kind == mgmt.OOB_ODD_LEAF)
    for number in range(max(first, start), len(free), step):
        if free[number] >= members:
            return number
    beyond = len(free)
    return beyond if (beyond - first) % step == 0 else beyond + 1


def _least_used(members: int, free: list[int], used: Counter[int]) -> int:
    """Return the switch with enough ports that serves the fewest subnets of this kind."""
    able = (number for number, left in enumerate(free) if left >= members)
    return min(able, key=lambda number: (used[number], number), default=len(free))


def _too_large(
    populations: tuple[Population, ...], name: Name, ports_per_switch: int
) -> Iterator[Problem]:
    """Yield one problem per kind whose subnets are larger than a switch."""
    for one in populations:
        members = min(one.per_subnet, one.reserved)
        if one.network == name and members > ports_per_switch:
            yield Problem(
                f"networks.{name}.{_PER_SUBNET.get(one.kind, 'nodes_per_subnet')}",
                f"a subnet of {members} {mgmt.KIND_NAMES[one.kind].replace('_', ' ')} needs as "
                f"many ports on one access switch, which has {ports_per_switch} for hosts; give "
                f"at most {ports_per_switch} or choose a larger switch",
            )


def host_ports(platform: SwitchPlatform) -> int:
    """Return how many ports of an access switch are for hosts: those of its slowest speed."""
    slowest = min((port.speed_gbps for port in platform.aux_ports), default=0)
    return sum(port.speed_gbps == slowest for port in platform.aux_ports)


def fabric(
    intent: Intent,
    name: Name,
    platforms: Mapping[str, SwitchPlatform],
    switches: int,
    live: frozenset[int],
) -> Fabric:
    """Return the fabric of so many access switches; `live` (from 1) serve somebody.

    Raises: IntentError when the platforms cannot be joined or the pool is too small.
    """
    wanted = settings(intent, name)
    leaf, spine = platforms["leaf"], platforms["spine"]
    fast = _uplink_gbps(leaf, spine, name, wanted.spines)
    _check_speed(leaf, _speed(intent, name), name)
    borders = wanted.border.uplinks_per_spine if wanted.border else 0
    if switches + borders > len(spine.cages):
        raise refuse(
            f"networks.{name}.spine",
            f"{switches} access switches and {borders} border uplinks need as many cages on every "
            f"spine, {spine.name} has {len(spine.cages)}; choose a larger spine, or leave out "
            f"networks.{name}.leaf and build this network apart",
        )
    shape = replace(
        _shape(leaf, name, wanted.spines, _speed(intent, name), fast),
        sus=switches,
        sus_deployed=max(live, default=0),
        spare_cages_spine=len(spine.cages) - switches - borders,
    )
    unsplit = next(mode for mode in spine.breakouts if mode.ports == 1 and mode.speed_gbps == fast)
    pools = {
        "management_links": intent.pools.management_links,
        "loopbacks": intent.pools.loopbacks,
    }
    return Fabric(
        shape=shape,
        addressing=addressing.assign(shape, pools, borders=borders),
        faceplates={
            "leaf": ports.access_faceplate(leaf, host_ports(leaf), wanted.spines),
            "spine": ports.spine_faceplate(spine, shape, Splits(unsplit, unsplit), borders=borders),
        },
        platforms={"leaf": leaf, "spine": spine},
        mtu_bytes=MTU_BYTES,
        idle=frozenset(
            LeafId(identity.FIRST_POD, number, 0)
            for number in range(1, switches + 1)
            if number not in live
        ),
    )


def _shape(
    leaf: SwitchPlatform, name: Name, spines: int, host_gbps: int, uplink_gbps: int
) -> FabricShape:
    """Return the shape of a network with one access switch that has one uplink to each spine."""
    hosts = host_ports(leaf)
    uplink_ports = sum(port.speed_gbps == uplink_gbps for port in leaf.aux_ports)
    return FabricShape(
        network=name,
        design="access",
        rails=1,
        planes=1,
        shared_leaf=False,
        isolated_rails=False,
        pods=1,
        sus=1,
        sus_deployed=1,
        nodes_per_su=hosts,
        hosts_per_leaf=hosts,
        leaves_per_su=1,
        uplinks_per_leaf=spines,
        groups=1,
        spines=spines,
        links_per_pair=1,
        asked_oversubscription=0.0,
        effective_oversubscription=hosts * host_gbps / (spines * uplink_gbps),
        nic_speed_gbps=host_gbps,
        uplink_speed_gbps=uplink_gbps,
        spare_cages_leaf=uplink_ports - spines,
        spare_cages_spine=0,
    )


def _speed(intent: Intent, name: Name) -> int:
    return intent.networks.inband.speed_gbps if name == "inband" else mgmt.OOB_GBPS


def _check_speed(leaf: SwitchPlatform, speed_gbps: int, name: Name) -> None:
    """Raise IntentError when the hosts' ports of an access switch cannot run at a speed."""
    slowest = min(leaf.aux_ports, key=lambda port: port.speed_gbps)
    able = (slowest.speed_gbps, *slowest.lower_speeds_gbps)
    if speed_gbps not in able:
        raise refuse(
            f"networks.{name}.leaf",
            f"the host ports of {leaf.name} run at {', '.join(f'{one}G' for one in able)}, not "
            f"{speed_gbps}G; choose another access switch or speed",
        )


def _uplink_gbps(leaf: SwitchPlatform, spine: SwitchPlatform, name: Name, spines: int) -> int:
    """Return the speed of uplinks: the leaf's fastest ports, which a spine's cage must offer."""
    fastest = max((port.speed_gbps for port in leaf.aux_ports), default=0)
    if not any(mode.ports == 1 and mode.speed_gbps == fastest for mode in spine.breakouts):
        offered = sorted({mode.speed_gbps for mode in spine.breakouts if mode.ports == 1})
        raise refuse(
            f"networks.{name}.spine",
            f"the uplinks of {leaf.name} are {fastest}G, unsplit cages of {spine.name} offer "
            f"{', '.join(f'{speed}G' for speed in offered) or 'nothing'}; choose platforms that "
            "share a speed",
        )
    uplinks = sum(port.speed_gbps == fastest for port in leaf.aux_ports)
    if spines > uplinks or host_ports(leaf) == len(leaf.aux_ports):
        able = 0 if host_ports(leaf) == len(leaf.aux_ports) else uplinks
        raise refuse(
            f"networks.{name}.spines",
            f"{spines} spines, but {leaf.name} has {able} uplink ports; give at most {able} or "
            "choose another access switch",
        )
    return fastest


def live_switches(
    packed: list[Packed], occupants: Mapping[int, Sequence[Occupant]]
) -> frozenset[int]:
    """Return the switches (from 1) that serve at least one deployed occupant."""
    return frozenset(
        one.switch for one in packed if any(member.deployed for member in _members(one, occupants))
    )


def _members(one: Packed, occupants: Mapping[int, Sequence[Occupant]]) -> Sequence[Occupant]:
    return occupants[one.kind][one.first_member : one.first_member + one.members]


def served(
    name: Name, packed: list[Packed], occupants: Mapping[int, Sequence[Occupant]]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield every access switch of a network in order, with the device at each port it keeps."""
    found: dict[int, list[str]] = {}
    for one in packed:
        found.setdefault(one.switch, []).extend(
            member.device for member in _members(one, occupants)
        )
    for switch, devices in sorted(found.items()):
        yield network_leaf_name(name, switch), tuple(devices)


def contribute(
    intent: Intent,
    network: Fabric,
    packed: list[Packed],
    occupants: Mapping[int, Sequence[Occupant]],
    addresses: ManagementAddressing,
    relay: tuple[str, ...],
) -> Contribution:
    """Return the access links, uplinks and SVIs of a management network.

    `relay` are the DHCP servers; a VLAN that one of them is on hears it without a relay.
    """
    lengths, wanted = intent.lengths, settings(intent, _name(network))
    return Contribution(
        links=(
            *_access_links(network, packed, occupants, addresses, lengths),
            *cabling.fabric_links(network, cabling.fabric_length(lengths)),
            *cabling.border_links(network, wanted.border, cabling.core_length(lengths)),
        ),
        svis=tuple(_svis(network, packed, addresses, relay)),
    )


def _name(network: Fabric) -> Name:
    return "inband" if network.shape.network == "inband" else "oob"


def _access_links(
    network: Fabric,
    packed: list[Packed],
    occupants: Mapping[int, Sequence[Occupant]],
    addresses: ManagementAddressing,
    lengths: Lengths,
) -> Iterator[Link]:
    shape, name = network.shape, _name(network)
    length = cabling.access_length(lengths)
    down = network.faceplates["leaf"].down
    for one in packed:
        leaf = LeafId(identity.FIRST_POD, one.switch, 0)
        if not network.has_leaf(leaf):
            continue
        switch = identity.name_of_leaf(shape, leaf)
        for place, occupant in enumerate(_members(one, occupants)):
            where = addresses.member(name, one.kind, one.first_member + place)
            yield Link(
                id=f"{occupant.device}:{occupant.port}",
                kind="access",
                network=name,
                a=LinkEnd(occupant.device, occupant.port, where.address),
                z=LinkEnd(switch, down[one.first_port + place].name, where.gateway),
                speed_gbps=shape.nic_speed_gbps,
                prefix=where.subnet,
                length=length,
                pod=None,
                su=None,
                rail=None,
                vlan=one.vlan,
                deployed=occupant.deployed,
            )


def _svis(
    network: Fabric, packed: list[Packed], addresses: ManagementAddressing, relay: tuple[str, ...]
) -> Iterator[Svi]:
    name = _name(network)
    for one in packed:
        leaf = LeafId(identity.FIRST_POD, one.switch, 0)
        if not network.has_leaf(leaf):
            continue
        where = addresses.member(name, one.kind, one.first_member)
        subnet = IPNetwork(where.subnet)
        yield Svi(
            device=identity.name_of_leaf(network.shape, leaf),
            network=name,
            vlan=one.vlan,
            prefix=where.subnet,
            gateway=where.gateway,
            relay=() if any(server in subnet for server in relay) else relay,
        )
