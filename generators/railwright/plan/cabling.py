"""Links: every NIC to its leaf, every leaf to its spines, pods to super-spines, as identities say.

Links that only the capacity holds are made too where one of their ends is deployed.
"""

from collections.abc import Iterator

from railwright.catalog.model import NodeModel
from railwright.intent.model import Intent, Lengths
from railwright.intent.networks import Border
from railwright.naming import gpu_node_name, rail_interface
from railwright.plan import identity
from railwright.plan.fabric import Fabric
from railwright.plan.identity import CoreId, LeafId
from railwright.plan.model import Length, Link, LinkEnd


def host_length(lengths: Lengths) -> Length:
    """Return the assumed length of a node's cable."""
    return Length(lengths.host_m, "default for host links (intent lengths.host_m)", assumed=True)


def fabric_length(lengths: Lengths) -> Length:
    """Return the assumed length of a leaf-spine cable."""
    return Length(
        lengths.fabric_m, "default for fabric links (intent lengths.fabric_m)", assumed=True
    )


def core_length(lengths: Lengths) -> Length:
    """Return the assumed length of a cable from a spine to a super-spine or border router."""
    if lengths.core_m is None:
        return fabric_length(lengths)
    return Length(lengths.core_m, "default for core links (intent lengths.core_m)", assumed=True)


def access_length(lengths: Lengths) -> Length:
    """Return the assumed length of a cable to a management access switch."""
    return Length(
        lengths.access_m, "default for access links (intent lengths.access_m)", assumed=True
    )


def gpu_links(intent: Intent, fabric: Fabric, models: dict[str, NodeModel]) -> Iterator[Link]:
    """Yield the link of every NIC port of every reserved node on a deployed leaf.

    Node n (from 1) is place (n-1) mod nodes_per_su of its SU; links of nodes beyond the count are
    reserved, not deployed.
    """
    shape, gpu = fabric.shape, intent.nodes.gpu
    length = host_length(intent.lengths)
    down = fabric.faceplates["leaf"].down
    rails_of = {
        name: tuple(nic.rail for nic in models[name].nics if nic.rail < shape.rails)
        for name in gpu.models
    }
    for node in range(1, min(gpu.reserved, shape.sus_deployed * shape.nodes_per_su) + 1):
        number, place = divmod(node - 1, shape.nodes_per_su)
        pod, su = number // shape.sus + 1, number % shape.sus + 1
        name = gpu_node_name(node)
        for plane in range(shape.planes):
            for rail in rails_of[gpu.model_of(node)]:
                leaf = LeafId(pod, su, plane if shape.shared_leaf else plane * shape.rails + rail)
                slot = place * shape.rails + rail if shape.shared_leaf else place
                pair = fabric.addressing.host_pair(leaf, rail, place)
                interface = rail_interface(rail, identity.plane_name(shape, plane))
                yield Link(
                    id=f"{name}:{interface}",
                    kind="host",
                    network="compute",
                    a=LinkEnd(name, interface, pair.lower),
                    z=LinkEnd(identity.name_of_leaf(shape, leaf), down[slot].name, pair.upper),
                    speed_gbps=shape.nic_speed_gbps,
                    prefix=pair.prefix,
                    length=length,
                    pod=shape.pod_name(pod),
                    su=su,
                    rail=rail,
                    plane=identity.plane_name(shape, plane),
                    deployed=node <= gpu.count,
                )


def fabric_links(fabric: Fabric, length: Length) -> Iterator[Link]:
    """Yield every leaf-spine link of deployed pods, parallel ones side by side.

    Uplink u of a leaf goes to spine u div k + 1 of its group; on the spine, leaf number l of the
    group takes ports l*k .. l*k+k-1, with k links per pair.
    """
    shape = fabric.shape
    if not shape.spines:
        return
    k = shape.links_per_pair
    up, down = fabric.faceplates["leaf"].up, fabric.faceplates["spine"].down
    per_group = shape.leaves_per_su // shape.groups
    compute = shape.network == "compute"
    for leaf in identity.leaves(shape):
        if leaf.pod > shape.pods_deployed:
            return
        group = shape.group_of(leaf.leaf)
        within = leaf.leaf % per_group if not shape.isolated_rails else 0
        number = (leaf.su - 1) * per_group + within
        name = identity.name_of_leaf(shape, leaf)
        deployed = fabric.has_leaf(leaf)
        for uplink, slot in enumerate(up):
            pair = fabric.addressing.link_pair(leaf, uplink)
            spine = identity.SpineId(leaf.pod, group, uplink // k + 1)
            far = down[number * k + uplink % k].name
            yield Link(
                id=f"{name}:{slot.name}",
                kind="fabric",
                network=shape.network,
                a=LinkEnd(name, slot.name, pair.lower),
                z=LinkEnd(identity.name_of_spine(shape, spine), far, pair.upper),
                speed_gbps=shape.uplink_speed_gbps,
                prefix=pair.prefix,
                length=length,
                pod=shape.pod_name(leaf.pod),
                su=leaf.su if compute else None,
                rail=shape.rail_of(leaf.leaf) if compute else None,
                plane=identity.plane_name(shape, shape.plane_of(leaf.leaf)),
                deployed=deployed,
            )


def core_links(fabric: Fabric, length: Length) -> Iterator[Link]:
    """Yield every spine to super-spine link of all pods, parallel ones side by side.

    A spine's uplink v goes to super-spine v div k + 1 of the set of its position; there, pod p
    takes ports (p-1)*k .. (p-1)*k+k-1.
    """
    shape = fabric.shape
    if shape.core is None:
        return
    k = shape.core.links_per_pair
    up, down = fabric.faceplates["spine"].up, fabric.faceplates["superspine"].down
    for spine in identity.spines(shape):
        name = identity.name_of_spine(shape, spine)
        plane, rail = identity.group_place(shape, spine.group)
        position = spine.group * shape.spines + spine.index - 1
        for uplink, slot in enumerate(up):
            pair = fabric.addressing.core_pair(spine, uplink)
            core = CoreId(position, uplink // k + 1)
            far = down[(spine.pod - 1) * k + uplink % k].name
            yield Link(
                id=f"{name}:{slot.name}",
                kind="fabric",
                network=shape.network,
                a=LinkEnd(name, slot.name, pair.lower),
                z=LinkEnd(identity.name_of_superspine(shape, core), far, pair.upper),
                speed_gbps=shape.core.speed_gbps,
                prefix=pair.prefix,
                length=length,
                pod=shape.pod_name(spine.pod),
                su=None,
                rail=rail,
                plane=plane,
                deployed=fabric.has_spine(spine),
            )


def border_links(fabric: Fabric, border: Border | None, length: Length) -> Iterator[Link]:
    """Yield the uplinks of every spine to the router outside, whose ports are not known."""
    shape = fabric.shape
    if border is None:
        return
    for spine in identity.spines(shape):
        name = identity.name_of_spine(shape, spine)
        for uplink, slot in enumerate(fabric.faceplates["spine"].border):
            pair = fabric.addressing.core_pair(spine, uplink)
            yield Link(
                id=f"{name}:{slot.name}",
                kind="border",
                network=shape.network,
                a=LinkEnd(name, slot.name, pair.lower),
                z=LinkEnd(border.router, "", pair.upper),
                speed_gbps=slot.speed_gbps,
                prefix=pair.prefix,
                length=length,
                pod=None,
                su=None,
                rail=None,
                deployed=True,
            )
