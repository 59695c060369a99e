"""Nothing is used twice: names, ports, addresses, ids, ASNs beyond their owners."""

from collections import Counter
from collections.abc import Iterator

from hypothesis import given

from railwright.intent.model import Intent
from railwright.plan.model import Device, Plan
from tests.invariants.plans import DRAWN, doubles, plan_of
from tests.invariants.strategies import intents


def addresses(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield every address with its owner: devices, gateways, both ends of routed links."""
    for device in plan.devices:
        if device.loopback:
            yield device.loopback, device.name
        for place in (device.management, device.bmc, device.oob):
            if place:
                yield place.address, device.name
    for svi in plan.svis:
        yield svi.gateway, svi.device
    for link in plan.links:
        if link.kind == "access":
            continue  # the member's address is the device's, the gateway's the SVI's
        yield link.a.address, link.a.device
        if link.vlan is None:
            yield link.z.address, link.z.device


@DRAWN
@given(intents())
def test_nothing_is_used_twice(intent: Intent) -> None:
    plan = plan_of(intent)
    used = [(end.device, end.port) for link in plan.links for end in (link.a, link.z) if end.port]
    assert doubles(used) == []
    assert doubles(address for address, _ in addresses(plan)) == []
    assert doubles(link.id for link in plan.links) == []
    assert doubles(device.name for device in plan.devices) == []
    assert doubles(subnet.prefix for subnet in plan.subnets if subnet.kind == "leaf_block") == []
    for name, ports in plan.ports.items():
        assert doubles(port.name for port in ports) == [], name
        lanes = [lane for port in ports for lane in port.lanes.split(",") if lane]
        assert doubles(lanes) == [], name
        assert doubles(port.alias for port in ports if port.lanes) == [], name


def owner(plan: Plan, device: Device) -> tuple[object, ...]:
    """Return who an ASN belongs to: a leaf, a pod's spine group, the core of a plane."""
    if device.role == "leaf":
        return (device.name,)
    if device.role == "superspine":
        return (device.network, device.role, device.plane)
    return (device.network, device.role, device.pod, device.plane, device.rail)


@DRAWN
@given(intents())
def test_every_asn_has_one_owner_and_every_owner_one_asn(intent: Intent) -> None:
    plan = plan_of(intent)
    assert all(device.asn is None for device in plan.devices if not device.is_switch)
    pairs = {(device.asn, owner(plan, device)) for device in plan.switches}
    assert None not in {asn for asn, _ in pairs}
    assert doubles(asn for asn, _ in pairs) == []
    assert doubles(who for _, who in pairs) == []


@DRAWN
@given(intents())
def test_indices_count_from_the_first(intent: Intent) -> None:
    """Hosts are numbered without a gap; a switch's number is its own within its kind."""
    plan = plan_of(intent)
    nodes = intent.nodes
    for role, population in (
        ("gpu_node", nodes.gpu),
        ("storage_node", nodes.storage),
        ("management_node", nodes.management),
        ("pdu", nodes.pdus),
    ):
        found = [device.index for device in plan.devices if device.role == role]
        assert found == list(range(1, (population.count if population else 0) + 1))
    leaves = Counter(
        (device.network, device.index) for device in plan.switches if device.role == "leaf"
    )
    assert set(leaves.values()) <= {1}
