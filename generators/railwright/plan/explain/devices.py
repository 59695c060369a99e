"""Why a device has its ASN, its loopback, its management addresses and its block."""

from collections.abc import Callable, Iterator, Mapping
from ipaddress import IPv4Address
from types import MappingProxyType
from typing import Literal

from railwright.plan import management as mgmt
from railwright.plan.addressing import POOLS, FabricAddressing
from railwright.plan.asn import (
    LARGEST_LEAF,
    LARGEST_POD,
    LARGEST_SU,
    NETWORK_DIGIT,
    NETWORK_PLACE,
    POD_PLACE,
    PRIVATE,
    SU_PLACE,
)
from railwright.plan.bits import Layout
from railwright.plan.explain.derivation import (
    Derivation,
    ExplainError,
    Input,
    capacity,
    fields,
    twin,
)
from railwright.plan.management import KIND_NAMES, Population
from railwright.plan.model import Device, Management, Plan, Role

ManagementPool = Literal["inband", "oob"]
POPULATION_KEYS = {
    mgmt.GPU_NODE: "gpu",
    mgmt.STORAGE_NODE: "storage",
    mgmt.MANAGEMENT_NODE: "management",
    mgmt.PDU: "pdus",
}
DIGITS = (
    ("network", NETWORK_PLACE, len(NETWORK_DIGIT)),
    ("pod", POD_PLACE, LARGEST_POD + 1),
    ("SU", SU_PLACE, LARGEST_SU + 1),
    ("leaf", 1, LARGEST_LEAF + 1),
)
"""The decimal digits of an ASN above its base: name, place value and how many numbers they hold."""


def _asn(plan: Plan, device: Device) -> Derivation:
    if device.asn is None:
        raise ExplainError(f"{device.name} is a host and has no ASN")
    for number, override in enumerate(plan.intent.overrides.asns):
        if override.device == device.name:
            path = f"overrides.asns[{number}].asn"
            return Derivation(
                f"{device.name} asn",
                str(device.asn),
                f"overridden: {override.reason}",
                (Input("ASN", str(override.asn), path),),
            )
    base = plan.intent.pools.asn_base
    digits = [
        Input(name, _digit(plan, name, (device.asn - base) // place % numbers))
        for name, place, numbers in DIGITS
    ]
    return Derivation(
        f"{device.name} asn",
        str(device.asn),
        "base + digits NPPSSSLL: network, pod (0 joins the pods), SU (0 for the pod's spines), "
        "leaf within the SU or spine group; "
        + ("RFC 6996 private range, " if device.asn in PRIVATE else "")
        + "RFC 7938 one ASN per leaf and one per spine group",
        (Input("base", str(base), "pools.asn_base"), *digits),
    )


def _digit(plan: Plan, name: str, number: int) -> str:
    if name != "network":
        return str(number)
    network = next(network for network, digit in NETWORK_DIGIT.items() if digit == number)
    return f"{network} = {number}"


def _loopback(plan: Plan, device: Device) -> Derivation:
    if device.loopback is None or device.network is None:
        raise ExplainError(f"{device.name} is a host and has no loopback")
    where = plan.built[device.network].addressing
    layout = _loopbacks(where, device.role)
    return Derivation(
        f"{device.name} loopback",
        f"{device.loopback}/32",
        f"{layout.describe()}; networks and tiers (leaf 0, spine 1, super-spine 2) have parts of "
        "the pool of their own",
        (
            Input("pool", str(layout.pool), "pools.loopbacks"),
            Input("place", fields(layout, int(IPv4Address(device.loopback)))),
            *twin(plan, device.loopback),
            *_sizes(plan, device),
        ),
    )


def _loopbacks(where: FabricAddressing, role: Role) -> Layout:
    if role == "leaf":
        return where.leaf_loopbacks
    return where.spine_loopbacks if role == "spine" else where.superspine_loopbacks


def _sizes(plan: Plan, device: Device) -> Iterator[Input]:
    """Yield what a switch's network is sized for."""
    if device.network in {"compute", "storage"}:
        yield from capacity(plan, "storage" if device.network == "storage" else "compute")
    elif device.network is not None:
        yield Input("access switches", str(plan.fabrics[device.network].total_leaves))


def _management(plan: Plan, device: Device) -> Derivation:
    pool: ManagementPool = "inband" if device.is_node else "oob"
    return _member(plan, device, "mgmt_address", device.management, pool)


def _bmc(plan: Plan, device: Device) -> Derivation:
    if device.bmc is None:
        raise ExplainError(f"{device.name} has no BMC in the plan")
    return _member(plan, device, "bmc_address", device.bmc, "oob")


def _oob(plan: Plan, device: Device) -> Derivation:
    if device.oob is None:
        raise ExplainError(
            f"{device.name} has no leg on OOB beside its BMC; only management servers do"
        )
    return _member(plan, device, "oob_address", device.oob, "oob")


def _member(
    plan: Plan, device: Device, subject: str, place: Management, pool: ManagementPool
) -> Derivation:
    """Return the derivation of an address on a management network."""
    subject = f"{device.name} {subject}"
    value = f"{place.address}/{place.prefix_length} via {place.gateway}"
    which = "bmc" if place is device.bmc else "management"
    for number, override in enumerate(plan.intent.overrides.addresses):
        if (override.device, override.which, override.address) == (
            device.name,
            which,
            place.address,
        ):
            path = f"overrides.addresses[{number}]"
            return Derivation(
                subject,
                value,
                f"overridden within its subnet: {override.reason}",
                (
                    Input("address", override.address, f"{path}.address"),
                    Input("subnet", place.subnet, f"pools.{pool}"),
                ),
            )
    layout = plan.management.layouts[pool]
    numbers = layout.numbers(int(IPv4Address(place.address)))
    population = plan.management.populations[pool, numbers["kind"]]
    number = (numbers["block"] - 1) * population.per_subnet + numbers["member"] - mgmt.FIRST_MEMBER
    return Derivation(
        subject,
        value,
        f"block n div {population.per_subnet} + 1, member n mod {population.per_subnet} + "
        f"{mgmt.FIRST_MEMBER} for number n from 0 of its kind; {layout.describe()}; the gateway is "
        f".{mgmt.GATEWAY}",
        (
            Input("pool", str(layout.pool), f"pools.{pool}"),
            Input("kind", f"{KIND_NAMES[population.kind]} = {population.kind}"),
            Input("members per subnet", str(population.per_subnet), _per_subnet(population)),
            _reserved(population),
            _numbered(population, number, device),
        ),
    )


def _numbered(population: Population, number: int, device: Device) -> Input:
    """Return a member's number as people count: hosts from 1, switches as they are listed."""
    if population.kind in POPULATION_KEYS:
        name = device.role.replace("_", " ").removesuffix("gpu ")
        second = number >= device.index
        return Input(f"{name}, from 1{', after all BMCs' * second}", str(number + 1))
    return Input("switch, from 0: leaves, spines, super-spines", str(number))


def _per_subnet(population: Population) -> str:
    if population.kind == mgmt.PDU:
        return "networks.oob.pdus_per_subnet"
    if population.kind in POPULATION_KEYS:
        return f"networks.{population.network}.nodes_per_subnet"
    return "networks.oob.switches_per_subnet"


def _reserved(population: Population) -> Input:
    key = POPULATION_KEYS.get(population.kind)
    return Input("reserved", str(population.reserved), f"nodes.{key}.capacity" if key else "")


def _block(plan: Plan, device: Device) -> Derivation:
    block = plan.block_of.get(device.name)
    if block is None:
        raise ExplainError(f"{device.name} originates no block; only leaves of routed hosts do")
    layout = plan.built[block.network].addressing.hosts
    assert layout is not None  # noqa: S101 (a block is cut from it)
    pool = POOLS[block.network].hosts
    first = int(IPv4Address(block.prefix.partition("/")[0]))
    return Derivation(
        f"{device.name} block",
        block.prefix,
        f"{layout.describe()}; the block is every address of one leaf",
        (
            Input("pool", str(layout.pool), f"pools.{pool}"),
            Input("place", fields(layout, first)),
            *twin(plan, block.prefix),
            *capacity(plan, block.network),
        ),
    )


SUBJECTS: Mapping[str, Callable[[Plan, Device], Derivation]] = MappingProxyType(
    {
        "asn": _asn,
        "loopback": _loopback,
        "mgmt_address": _management,
        "bmc_address": _bmc,
        "oob_address": _oob,
        "block": _block,
    }
)
