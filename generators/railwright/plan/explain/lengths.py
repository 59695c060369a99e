"""Why a cable on the floor is as long as it is: its places, its way, what is ordered."""

from railwright.plan.cables.route import Ways, spots_of
from railwright.plan.explain.derivation import Input, PortPlace


def measured_inputs(where: PortPlace) -> tuple[Input, ...]:
    """Return what a measured length follows from, nothing for one that is assumed or given."""
    plan, link = where.plan, where.link
    fitting = (plan.fitted or {}).get(link.id)
    if plan.floor is None or fitting is None or link.kind == "border":
        return ()
    spots = spots_of(plan.floor)
    a, z = spots.get(link.a.device), spots.get(link.z.device)
    if a is None or z is None or link.length.assumed or _is_given(where):
        return ()
    strands = f"{fitting.strands} x " if fitting.strands > 1 else ""
    modules = " and ".join(one for one in (fitting.a_module, fitting.z_module) if one)
    return (
        Input("from", f"{link.a.device} in {a}", "floor"),
        Input("to", f"{link.z.device} in {z}", "floor"),
        *(Input(one.name, f"{one.length_m:.2f} m") for one in Ways(plan.floor).terms(a, z)),
        Input("needed", f"{fitting.computed_m:.2f} m", source=plan.floor.geometry.source),
        Input("medium", fitting.medium, "cabling.prefer"),
        Input("ordered", f"{strands}{fitting.part}, {fitting.length_m:g} m"),
        *([Input("modules", modules)] if modules else []),
    )


def _is_given(where: PortPlace) -> bool:
    """Return whether the intent says how long the link's cable is."""
    links = where.plan.intent.overrides.links
    return any(one.id == where.link.id and one.length_m is not None for one in links)
