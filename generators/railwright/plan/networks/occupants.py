"""Who is cabled to the management access switches, in the order of their addresses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from railwright.intent.model import Intent
from railwright.naming import (
    OOB_LEG,
    gpu_node_name,
    management_node_name,
    pdu_name,
    storage_node_name,
)
from railwright.naming import network_leaf_name as leaf_name
from railwright.naming import network_spine_name as spine_name
from railwright.plan import identity
from railwright.plan import management as mgmt
from railwright.plan.fabric import Fabric
from railwright.plan.networks.access import Occupant

ETH0 = "eth0"
BMC = "bmc"


@dataclass(frozen=True, slots=True)
class Switches:
    """How many access switches and spines a management network has, reserved ones included.

    `live` are the numbers (from 1) of access switches that serve somebody.
    """

    leaves: int = 0
    spines: int = 0
    live: frozenset[int] = frozenset()


def switch_counts(routed: tuple[int, int], inband: Switches, oob: Switches) -> dict[int, int]:
    """Return how many switches of every kind have a management port.

    `routed` are the numbers of compute and of storage switches.
    """
    others = inband.leaves + inband.spines + oob.spines
    return {
        mgmt.COMPUTE_SWITCH: routed[0],
        mgmt.STORAGE_SWITCH: routed[1],
        mgmt.MANAGEMENT_SWITCH: others + oob.leaves // 2,
        mgmt.OOB_ODD_LEAF: (oob.leaves + 1) // 2,
    }


def management_number(number: int, inband: Switches, oob: Switches) -> tuple[int, int]:
    """Return the kind and the number (from 0) of management switch `number`.

    Switches count from 0: in-band leaves, in-band spines, OOB leaves, OOB spines.
    """
    before = inband.leaves + inband.spines
    if number < before:
        return mgmt.MANAGEMENT_SWITCH, number
    number -= before
    if number >= oob.leaves:
        return mgmt.MANAGEMENT_SWITCH, before + number - oob.leaves
    if number % 2 == 0:  # oob1-leaf, oob3-leaf, ...
        return mgmt.OOB_ODD_LEAF, number // 2
    return mgmt.MANAGEMENT_SWITCH, before + oob.spines + number // 2


def inband(intent: Intent) -> dict[int, list[Occupant]]:
    """Return the occupants of in-band ports by kind."""
    return {
        mgmt.GPU_NODE: list(_gpu(intent, ETH0)),
        mgmt.MANAGEMENT_NODE: list(_management(intent, ETH0)),
        mgmt.STORAGE_NODE: list(_storage(intent, ETH0)),
    }


def oob(
    intent: Intent,
    compute: Fabric,
    storage: Fabric | None,
    inband_switches: Switches,
    oob_switches: Switches,
) -> dict[int, list[Occupant]]:
    """Return the occupants of out-of-band ports by kind."""
    numbered: dict[int, dict[int, Occupant]] = {mgmt.MANAGEMENT_SWITCH: {}, mgmt.OOB_ODD_LEAF: {}}
    for number, occupant in enumerate(_management_switches(inband_switches, oob_switches)):
        kind, place = management_number(number, inband_switches, oob_switches)
        numbered[kind][place] = occupant
    return {
        mgmt.GPU_NODE: list(_gpu(intent, BMC)),
        mgmt.PDU: list(_pdus(intent)),
        mgmt.COMPUTE_SWITCH: list(_switches(compute)),
        mgmt.STORAGE_SWITCH: list(_switches(storage)) if storage else [],
        mgmt.MANAGEMENT_NODE: list(_management(intent, BMC, OOB_LEG)),
        mgmt.STORAGE_NODE: list(_storage(intent, BMC)),
        **{kind: [table[place] for place in sorted(table)] for kind, table in numbered.items()},
    }


def _gpu(intent: Intent, port: str) -> Iterator[Occupant]:
    gpu = intent.nodes.gpu
    for number in range(1, gpu.reserved + 1):
        yield Occupant(gpu_node_name(number), port, number <= gpu.count)


def _management(intent: Intent, *ports: str) -> Iterator[Occupant]:
    if nodes := intent.nodes.management:
        for number in range(1, nodes.reserved + 1):
            for port in ports:
                yield Occupant(management_node_name(number), port, number <= nodes.count)


def _storage(intent: Intent, port: str) -> Iterator[Occupant]:
    if nodes := intent.nodes.storage:
        for number in range(1, nodes.reserved + 1):
            yield Occupant(storage_node_name(number), port, number <= nodes.count)


def _pdus(intent: Intent) -> Iterator[Occupant]:
    if pdus := intent.nodes.pdus:
        for number in range(1, pdus.reserved + 1):
            yield Occupant(pdu_name(number), ETH0, number <= pdus.count)


def _switches(fabric: Fabric) -> Iterator[Occupant]:
    """Yield a routed fabric's switches as they are numbered: leaves, spines, super-spines."""
    shape = fabric.shape
    for leaf in identity.leaves(shape):
        yield Occupant(identity.name_of_leaf(shape, leaf), ETH0, fabric.has_leaf(leaf))
    for spine in identity.spines(shape):
        yield Occupant(identity.name_of_spine(shape, spine), ETH0, fabric.has_spine(spine))
    for core in identity.superspines(shape):
        yield Occupant(identity.name_of_superspine(shape, core), ETH0, deployed=True)


def _management_switches(inband_switches: Switches, oob_switches: Switches) -> Iterator[Occupant]:
    networks: Sequence[tuple[str, Switches]] = (("inband", inband_switches), ("oob", oob_switches))
    for network, switches in networks:
        for number in range(1, switches.leaves + 1):
            yield Occupant(leaf_name(network, number), ETH0, number in switches.live)
        for number in range(1, switches.spines + 1):
            yield Occupant(spine_name(network, number), ETH0, deployed=True)
