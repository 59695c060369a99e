"""Every switch by name with its place in its network, reserved ones included."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from railwright.intent.model import Intent
from railwright.plan import asn, identity
from railwright.plan.fabric import Fabric
from railwright.plan.model import Role
from railwright.plan.shape import Network


@dataclass(frozen=True, slots=True)
class SwitchPlace:
    """A switch of the capacity: where it is, as links carry it, and its planned ASN."""

    network: Network
    role: Role
    asn: int
    pod: int | None = None
    su: int | None = None
    rail: int | None = None
    plane: int | None = None


def switches(intent: Intent, fabrics: Mapping[Network, Fabric]) -> dict[str, SwitchPlace]:
    """Return the place of every switch that the capacity holds."""
    base = intent.pools.asn_base
    return {name: place for fabric in fabrics.values() for name, place in _of(fabric, base)}


def unknown(name: str, places: Mapping[str, SwitchPlace]) -> str:
    """Return what to say of a device that is no switch of the plan."""
    close = get_close_matches(name, places, n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return (
        f"{name!r} is no switch of this plan, deployed or reserved; {hint}`railwright show "
        "devices` lists those that are deployed"
    )


def _of(fabric: Fabric, base: int) -> Iterator[tuple[str, SwitchPlace]]:
    shape, network = fabric.shape, fabric.shape.network
    compute = network == "compute"
    for leaf in identity.leaves(shape):
        yield (
            identity.name_of_leaf(shape, leaf),
            SwitchPlace(
                network,
                "leaf",
                asn.leaf_asn(base, network, leaf),
                pod=shape.pod_name(leaf.pod),
                su=leaf.su if compute else None,
                rail=shape.rail_of(leaf.leaf) if compute else None,
                plane=identity.plane_name(shape, shape.plane_of(leaf.leaf)),
            ),
        )
    for spine in identity.spines(shape):
        plane, rail = identity.group_place(shape, spine.group)
        number = asn.spine_asn(base, network, spine)
        pod = shape.pod_name(spine.pod)
        yield (
            identity.name_of_spine(shape, spine),
            SwitchPlace(network, "spine", number, pod, None, rail, plane),
        )
    for core in identity.superspines(shape):
        number = asn.superspine_asn(base, shape, core)
        plane = identity.plane_name(shape, core.set // shape.spines)
        yield (
            identity.name_of_superspine(shape, core),
            SwitchPlace(network, "superspine", number, plane=plane),
        )
