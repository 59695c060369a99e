"""Members as boxes: size, planned power and weight from the catalog."""

from collections.abc import Iterable, Iterator, Mapping

from railwright.catalog.model import Chassis, NodeModel
from railwright.intent.model import Intent
from railwright.plan.fabric import Fabric
from railwright.plan.members import Member
from railwright.plan.placement.load import Box
from railwright.plan.shape import Network


def chassis_of(
    models: Mapping[str, NodeModel], fabrics: Mapping[Network, Fabric]
) -> dict[str, Chassis | None]:
    """Return the chassis of every platform in use, None where the catalog has none."""
    found = {name: model.chassis for name, model in models.items()}
    for fabric in fabrics.values():
        found |= {one.name: one.chassis for one in fabric.platforms.values()}
    return found


def boxes(
    intent: Intent, all_members: Iterable[Member], chassis: Mapping[str, Chassis | None]
) -> Iterator[tuple[Member, Box]]:
    """Yield every member that has a size, with its box, in order."""
    asked_w = intent.floor.node_power_w if intent.floor else None
    for member in all_members:
        body = chassis.get(member.platform)
        if body is None:
            continue
        planned_w = asked_w if member.role == "gpu_node" and asked_w else body.max_power_w
        yield (
            member,
            Box(
                name=member.name,
                role=member.role,
                platform=member.platform,
                height_u=body.rack_units,
                power_w=planned_w,
                weight_kg=body.weight_kg,
                supplies=body.power_supplies.count,
                needed=body.power_supplies.needed,
                deployed=member.deployed,
            ),
        )
