"""Links: NIC r of node n to leaf (SU, r), and every leaf to every spine, as identities say."""

from collections.abc import Iterator, Mapping

from railwright.intent.model import GpuNodes, Intent, Lengths
from railwright.naming import gpu_node_name, leaf_name, rail_interface, spine_name
from railwright.plan.addressing import Addressing
from railwright.plan.model import FabricShape, Length, Link, LinkEnd
from railwright.plan.ports import Faceplate


def host_length(lengths: Lengths) -> Length:
    """Return the assumed length of a node's cable."""
    return Length(lengths.host_m, "default for host links (intent lengths.host_m)", assumed=True)


def fabric_length(lengths: Lengths) -> Length:
    """Return the assumed length of a leaf-spine cable."""
    return Length(
        lengths.fabric_m, "default for fabric links (intent lengths.fabric_m)", assumed=True
    )


def connect(
    intent: Intent, shape: FabricShape, layouts: Addressing, faceplates: Mapping[str, Faceplate]
) -> Iterator[Link]:
    """Yield every link, host links first, deployed and reserved."""
    gpu, lengths = intent.nodes.gpu, intent.lengths
    leaf = faceplates["leaf"]
    yield from _host_links(shape, layouts, leaf, host_length(lengths), gpu)
    if "spine" in faceplates:
        yield from _fabric_links(shape, layouts, leaf, faceplates["spine"], fabric_length(lengths))


def _host_links(
    shape: FabricShape, addressing: Addressing, leaf: Faceplate, length: Length, gpu: GpuNodes
) -> Iterator[Link]:
    """Yield the link of every rail of every reserved node on a deployed leaf.

    Node n (from 1) is port (n-1) mod nodes_per_su of its SU; links of nodes beyond the count are
    reserved, not deployed.
    """
    last = min(gpu.reserved, shape.sus_deployed * shape.nodes_per_su)
    for node in range(1, last + 1):
        su, place = (node - 1) // shape.nodes_per_su + 1, (node - 1) % shape.nodes_per_su
        name = gpu_node_name(node)
        port = leaf.hosts[place].port.name
        for rail in range(shape.rails):
            pair = addressing.host_pair(su, rail, place)
            interface = rail_interface(rail)
            yield Link(
                id=f"{name}:{interface}",
                kind="host",
                network="compute",
                a=LinkEnd(name, interface, pair.lower),
                z=LinkEnd(leaf_name(None, su, rail), port, pair.upper),
                speed_gbps=shape.nic_speed_gbps,
                prefix=pair.prefix,
                length=length,
                pod=None,
                su=su,
                rail=rail,
                deployed=node <= gpu.count,
            )


def _fabric_links(
    shape: FabricShape, addressing: Addressing, leaf: Faceplate, spine: Faceplate, length: Length
) -> Iterator[Link]:
    """Yield every leaf-spine link of every reserved SU, parallel ones side by side.

    Uplink u of a leaf goes to spine u div k + 1; on the spine, leaf number l takes ports
    l*k .. l*k+k-1, with k links per pair.
    """
    k = shape.links_per_pair
    for su in range(1, shape.sus + 1):
        for rail in range(shape.rails):
            number = (su - 1) * shape.leaves_per_su + rail
            name = leaf_name(None, su, rail)
            for uplink, slot in enumerate(leaf.uplinks):
                pair = addressing.link_pair(su, rail, uplink)
                far = spine.uplinks[number * k + uplink % k].port.name
                yield Link(
                    id=f"{name}:{slot.port.name}",
                    kind="fabric",
                    network="compute",
                    a=LinkEnd(name, slot.port.name, pair.lower),
                    z=LinkEnd(spine_name(None, uplink // k + 1), far, pair.upper),
                    speed_gbps=shape.uplink_speed_gbps,
                    prefix=pair.prefix,
                    length=length,
                    pod=None,
                    su=su,
                    rail=rail,
                    deployed=su <= shape.sus_deployed,
                )
