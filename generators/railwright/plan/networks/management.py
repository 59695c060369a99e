"""Both management networks together: they depend on each other's switches for eth0.

The number of OOB switches depends on how many management ports there are, their own included, so
it is found by repetition, which ends because more switches never need fewer ports.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from railwright.catalog.model import SwitchPlatform
from railwright.errors import IntentError, Problem
from railwright.intent.model import Intent
from railwright.plan import devices
from railwright.plan import management as mgmt
from railwright.plan.fabric import Contribution, Fabric
from railwright.plan.management import ManagementAddressing, Population
from railwright.plan.model import Device, Management
from railwright.plan.networks import access, occupants
from railwright.plan.networks.access import Name, Packed
from railwright.plan.networks.occupants import Switches
from railwright.plan.shape import FabricShape

NAMES: tuple[Name, ...] = ("inband", "oob")


@dataclass(frozen=True, slots=True)
class ManagementNetworks:
    """The addresses on both networks, and the switches of those that are planned."""

    populations: tuple[Population, ...]
    inband: Switches
    oob: Switches
    packed: Mapping[Name, list[Packed]] = field(default_factory=dict)

    def switches(self, name: Name) -> Switches:
        """Return the switches of one network."""
        return self.inband if name == "inband" else self.oob

    def place(self, name: Name, number: int) -> tuple[int, int]:
        """Return kind and number on OOB of a network's switch `number` (leaves, then spines)."""
        before = 0 if name == "inband" else self.inband.leaves + self.inband.spines
        return occupants.management_number(before + number, self.inband, self.oob)


def lay_out(
    intent: Intent,
    platforms: Mapping[Name, Mapping[str, SwitchPlatform]],
    compute: Fabric,
    storage: Fabric | None,
) -> ManagementNetworks:
    """Return who is where; `platforms` has the planned networks only.

    Raises: IntentError for a subnet larger than a switch.
    """
    routed = compute.shape, storage.shape if storage else None
    inband, oob, packed = _packed(intent, platforms, *routed)
    inband, oob = _live(intent, packed, compute, storage, inband, oob)
    members = _members(intent, *routed, inband, oob)
    return ManagementNetworks(members, inband, oob, packed)


def problems(
    intent: Intent,
    platforms: Mapping[Name, Mapping[str, SwitchPlatform]],
    compute: FabricShape,
    storage: FabricShape | None,
) -> Iterator[Problem]:
    """Yield what is wrong with both networks where the others are known by shape only."""
    try:
        inband, oob, packed = _packed(intent, platforms, compute, storage)
    except IntentError as err:
        yield from err.problems
        return
    members = _members(intent, compute, storage, inband, oob)
    networks = ManagementNetworks(members, inband, oob, packed)
    for act in (
        partial(mgmt.assign, intent, members),
        partial(fabrics, intent, platforms, networks),
    ):
        try:
            act()
        except IntentError as err:
            yield from err.problems


def _members(
    intent: Intent,
    compute: FabricShape,
    storage: FabricShape | None,
    inband: Switches,
    oob: Switches,
) -> tuple[Population, ...]:
    others = devices.switch_total(compute), devices.switch_total(storage) if storage else 0
    return mgmt.populations(intent, occupants.switch_counts(others, inband, oob))


def _packed(
    intent: Intent,
    platforms: Mapping[Name, Mapping[str, SwitchPlatform]],
    compute: FabricShape,
    storage: FabricShape | None,
) -> tuple[Switches, Switches, dict[Name, list[Packed]]]:
    """Return the switches of both networks and every subnet's place on them."""
    inband, oob = Switches(), Switches()
    packed: dict[Name, list[Packed]] = {}
    problems: list[Problem] = []
    for name in NAMES:
        if name not in platforms:
            continue
        spines = access.settings(intent, name).spines
        ports = access.host_ports(platforms[name]["leaf"])
        found = Switches(spines=spines)
        while True:
            pair = (found, oob) if name == "inband" else (inband, found)
            members = _members(intent, compute, storage, *pair)
            try:
                packed[name] = access.pack(members, name, ports)
            except IntentError as err:
                problems += err.problems
                break
            leaves = max(one.switch for one in packed[name])
            if leaves <= found.leaves:
                break
            found = replace(found, leaves=leaves)
        if name == "inband":
            inband = found
        else:
            oob = found
    if problems:
        raise IntentError(problems)
    return inband, oob, packed


def _live(
    intent: Intent,
    packed: Mapping[Name, list[Packed]],
    compute: Fabric,
    storage: Fabric | None,
    inband: Switches,
    oob: Switches,
) -> tuple[Switches, Switches]:
    """Return the switches with those marked that serve somebody; a live one is somebody too."""
    if "inband" in packed:
        live = access.live_switches(packed["inband"], occupants.inband(intent))
        inband = replace(inband, live=live)
    while "oob" in packed:
        users = occupants.oob(intent, compute, storage, inband, oob)
        live = access.live_switches(packed["oob"], users)
        if live == oob.live:
            break
        oob = replace(oob, live=live)
    return inband, oob


def fabrics(
    intent: Intent,
    platforms: Mapping[Name, Mapping[str, SwitchPlatform]],
    networks: ManagementNetworks,
) -> dict[Name, Fabric]:
    """Return the planned management fabrics. Raises: IntentError with the problems of both."""
    found: dict[Name, Fabric] = {}
    problems: list[Problem] = []
    for name in platforms:
        switches = networks.switches(name)
        try:
            found[name] = access.fabric(
                intent, name, platforms[name], switches.leaves, switches.live
            )
        except IntentError as err:
            problems += err.problems
    if problems:
        raise IntentError(problems)
    return found


def switch_devices(
    intent: Intent,
    name: Name,
    network: Fabric,
    networks: ManagementNetworks,
    where: ManagementAddressing,
) -> Iterator[Device]:
    """Yield the deployed switches of a management network."""

    def eth0(number: int) -> Management:
        return where.member("oob", *networks.place(name, number))

    return devices.switches(network, intent.pools.asn_base, eth0)


def contributions(
    intent: Intent,
    planned: Mapping[Name, Fabric],
    networks: ManagementNetworks,
    compute: Fabric,
    storage: Fabric | None,
    where: ManagementAddressing,
) -> Iterator[Contribution]:
    """Yield what the planned management networks add."""
    count = intent.nodes.management.count if intent.nodes.management else 0
    for name, network in planned.items():
        if name == "inband":
            users = occupants.inband(intent)
            places = range(count)
        else:
            users = occupants.oob(intent, compute, storage, networks.inband, networks.oob)
            places = range(mgmt.leg_number(1), mgmt.leg_number(1 + count), mgmt.OOB_PER_SERVER)
        relay = tuple(where.member(name, mgmt.MANAGEMENT_NODE, one).address for one in places)
        yield access.contribute(intent, network, networks.packed[name], users, where, relay)


def served(
    intent: Intent, networks: ManagementNetworks, compute: Fabric, storage: Fabric | None
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield every access switch with the device at each port it keeps, reserved ones included.

    In-band switches come first; a function of the capacity.
    """
    for name, packed in networks.packed.items():
        if name == "inband":
            users = occupants.inband(intent)
        else:
            users = occupants.oob(intent, compute, storage, networks.inband, networks.oob)
        yield from access.served(name, packed, users)
