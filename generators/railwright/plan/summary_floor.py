"""The summary's lines about racks, power, cables, modules and what is to be ordered."""

from collections import Counter
from collections.abc import Iterator, Sequence

from railwright.plan.bom.of_plan import deployed
from railwright.plan.bom.parts import adapters
from railwright.plan.cables.many import MOST_CABLES
from railwright.plan.cables.model import Cable
from railwright.plan.model import Plan
from railwright.plan.placement import power
from railwright.plan.placement.model import FloorPlan

_W_PER_KW = 1000
_NONE = "nothing fits"


def lines(plan: Plan) -> Iterator[str]:
    """Yield the lines; racks and power only with a floor."""
    if plan.floor and plan.floor.racks:
        yield from _floor(plan.floor)
    cables = [one for one in plan.cabled.cables if one.deployed]
    yield from _cables(cables)
    if len(cables) > MOST_CABLES:
        yield (
            f"sheets       {len(cables)} cables are more than {MOST_CABLES}: workbooks, phone "
            "pages, labels and files for other tools are written by `build --sheets`, PDF files "
            "by `build --sheets --pdf`"
        )
    known = adapters()
    parts = Counter(one.part for one in plan.cabled.modules if one.deployed)
    for what, own in (("modules", parts.keys() - known), ("adapters", parts.keys() & known)):
        if own:
            words = ", ".join(f"{parts[part]} {part}" for part in sorted(own))
            yield f"{what:<12} {sum(parts[part] for part in own)}: {words}"
    yield f"bom          {_bom(plan)}"


def _floor(floor: FloorPlan) -> Iterator[str]:
    kinds = Counter(one.kind for one in floor.racks)
    rows = sorted({one.row for one in floor.racks}, key=[row.name for row in floor.rows].index)
    words = ", ".join(f"{many} {kind}" for kind, many in sorted(kinds.items()))
    used = sum(one.deployed for one in floor.racks)
    yield f"racks        {used} of {len(floor.racks)} in rows {', '.join(rows)}: {words}"
    rooms = power.of_rooms(floor)
    now_kw = sum(one.it_w for one in rooms) / _W_PER_KW
    full_kw = sum(one.capacity_w for one in rooms) / _W_PER_KW
    air = sum(one.airflow_m3_per_h for one in rooms)
    fullest = max(power.of_racks(floor), key=lambda one: one.worst_w / (one.limit_w or 1))
    yield (
        f"power        {now_kw:.1f} kW, {full_kw:.1f} kW at full capacity, cooled by {air:.0f} m3 "
        f"of air per hour; with a feed lost {fullest.name} is the fullest rack, "
        f"{fullest.worst_w / _W_PER_KW:.1f} of {(fullest.limit_w or 0) / _W_PER_KW:.1f} kW on "
        "another feed"
    )


def _cables(cables: Sequence[Cable]) -> Iterator[str]:
    """Yield how many cables of every medium there are, and how long they are."""
    for medium in sorted({one.medium or _NONE for one in cables}):
        own = [one.length_m for one in cables if (one.medium or _NONE) == medium]
        span = f"{min(own):g} to {max(own):g} m" if min(own) < max(own) else f"{own[0]:g} m"
        yield f"cables       {len(own)} x {medium}, {span}, {sum(own):.0f} m in all"


def _bom(plan: Plan) -> str:
    """Return what the bill of materials costs, and for how many parts no price is known."""
    found = deployed(plan)
    ordered = [line for line in found.lines if line.order]
    if plan.intent.prices is None:
        return f"{len(ordered)} part numbers; the intent names no price book"
    if not found.currency:
        return f"{len(ordered)} part numbers; the price book has no row"
    priced = len(ordered) - len(found.missing)
    text = f"{found.total} {found.currency} for {priced} of {len(ordered)} part numbers"
    return f"{text}, {len(found.missing)} without a price" if found.missing else text
