"""Names that may be given once: devices, groups of devices and the cluster."""

from collections.abc import Iterator

from railwright import naming
from railwright.errors import Problem
from railwright.intent.nodes import Nodes
from railwright.plan import identity
from railwright.plan.groups import HOST, SWITCH, groups
from railwright.plan.model import Plan

ANSIBLE_WORDS = ("all", "ungrouped", "localhost")


def check_cluster(plan: Plan) -> Iterator[Problem]:
    """Yield a problem for a cluster that is called as a device or a group of devices.

    The cluster is a group of its own in Ansible, which has one name space for all of them.
    """
    name = plan.intent.cluster
    sus = (f"su{number}" for number in range(1, plan.shape.sus + 1))
    taken = {group for device in plan.devices for group in groups(device)}
    if name in taken.union(ANSIBLE_WORDS, (SWITCH, HOST), sus) or name in device_names(plan):
        yield Problem(
            "cluster",
            f"{name!r} is also the name of a device or of a group of devices; choose another "
            "name, such as that of the site",
        )


def device_names(plan: Plan) -> Iterator[str]:
    """Yield the names of all devices, reserved ones included."""
    for shape in plan.fabrics.values():
        for leaf in identity.leaves(shape):
            yield identity.name_of_leaf(shape, leaf)
        for spine in identity.spines(shape):
            yield identity.name_of_spine(shape, spine)
        for core in identity.superspines(shape):
            yield identity.name_of_superspine(shape, core)
    yield from reserved_hosts(plan.intent.nodes)


def reserved_hosts(nodes: Nodes) -> Iterator[str]:
    """Yield the names of all hosts and PDUs, reserved ones included."""
    for population, name_of in (
        (nodes.gpu, naming.gpu_node_name),
        (nodes.storage, naming.storage_node_name),
        (nodes.management, naming.management_node_name),
        (nodes.pdus, naming.pdu_name),
    ):
        for number in range(1, (population.reserved if population else 0) + 1):
            yield name_of(number)
