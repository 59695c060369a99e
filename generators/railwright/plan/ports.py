"""Switch ports: which cage serves what, how it is split, and the port rows that follow.

Ports are a function of the shape (hence of capacity): cages towards hosts and lower switches
count from the front, uplink cages from the second half, so that both can grow without moving the
other. Ports that are no cages (`fixed`) are taken in the platform's order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from railwright.catalog.model import AuxPort, Breakout, Cage, Sku, SwitchPlatform
from railwright.catalog.ports import default_mode, find_mode, numbers, split
from railwright.plan.clos import Splits, cages_for
from railwright.plan.model import PortUse
from railwright.plan.shape import FabricShape


@dataclass(frozen=True, slots=True)
class Slot:
    """One logical port of a switch role before it belongs to a device; see `plan.model.Port`."""

    name: str
    alias: str
    cage: int
    parent: str
    index: int
    subport: int
    lanes: str
    speed_gbps: int
    use: PortUse
    fixed: bool = False
    autoneg: Literal["on", "off"] | None = "off"


@dataclass(frozen=True, slots=True)
class Faceplate:
    """Every port of one switch role: towards hosts or lower switches, upwards, outside, the rest.

    `unusual` lists the cages whose split is not the HWSKU's default.
    """

    hwsku: str
    down: tuple[Slot, ...]
    up: tuple[Slot, ...] = ()
    border: tuple[Slot, ...] = ()
    spares: tuple[Slot, ...] = ()
    unusual: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Use:
    """What some cages are for: so many ports of one mode, and where on the faceplate they are."""

    ports: int
    mode: Breakout
    use: PortUse
    second_half: bool = False


RoleKey = Literal["leaf", "spine", "access"]


def sku_of(platform: SwitchPlatform, role: RoleKey) -> Sku:
    """Return the HWSKU a role uses on a platform that can have the role."""
    wanted = platform.roles[role].hwsku
    return next(sku for sku in platform.skus if sku.name == wanted)


def leaf_faceplate(platform: SwitchPlatform, shape: FabricShape, splits: Splits) -> Faceplate:
    """Return the ports of a leaf: cages split for hosts, and uplink cages."""
    hosts = Use(shape.hosts_per_leaf, splits.host, "host")
    uplinks = Use(shape.uplinks_per_leaf, splits.uplink, "fabric", second_half=True)
    return _caged(platform, sku_of(platform, "leaf"), hosts, uplinks)


def spine_faceplate(
    platform: SwitchPlatform,
    shape: FabricShape,
    splits: Splits,
    core: Breakout | None = None,
    borders: int = 0,
) -> Faceplate:
    """Return the ports of a spine: towards the leaves from the front, then upwards and outside."""
    lowers = shape.sus * shape.leaves_per_su // max(shape.groups, 1)
    mode = find_mode(platform, splits.uplink.ports, splits.uplink.speed_gbps)
    up = core or _unsplit(platform, shape.uplink_speed_gbps)
    return _caged(
        platform,
        sku_of(platform, "spine"),
        Use(lowers * shape.links_per_pair, mode, "fabric"),
        Use(shape.core.uplinks_per_spine if shape.core else 0, up, "fabric", second_half=True),
        Use(borders, up, "border", second_half=True),
    )


def _unsplit(platform: SwitchPlatform, speed_gbps: int) -> Breakout:
    """Return the unsplit cage mode of a speed, the fastest where links of that speed are splits."""
    modes = [mode for mode in platform.breakouts if mode.ports == 1]
    fastest = max(modes, key=lambda mode: mode.speed_gbps)
    return next((mode for mode in modes if mode.speed_gbps == speed_gbps), fastest)


def superspine_faceplate(platform: SwitchPlatform, shape: FabricShape) -> Faceplate:
    """Return the ports of a super-spine: unsplit cages towards the pods, from the front."""
    assert shape.core is not None  # noqa: S101 (only fabrics of pods have super-spines)
    mode = find_mode(platform, 1, shape.core.speed_gbps)
    down = Use(shape.pods * shape.core.links_per_pair, mode, "fabric")
    none = Use(0, mode, "fabric")
    return _caged(platform, sku_of(platform, "spine"), down, none)


def access_faceplate(platform: SwitchPlatform, hosts: int, uplinks: int) -> Faceplate:
    """Return the ports of an access switch: fixed ports, the slowest for hosts, the fastest up."""
    ports = platform.aux_ports
    fastest = max(port.speed_gbps for port in ports)
    slowest = min(port.speed_gbps for port in ports)
    slow = [one for one in ports if one.speed_gbps == slowest]
    fast = [one for one in ports if one.speed_gbps == fastest and one.speed_gbps > slowest]
    taken = {one.name for one in (*slow[:hosts], *fast[:uplinks])}
    return Faceplate(
        hwsku=sku_of(platform, "access").name,
        down=tuple(fixed_slot(one, "access") for one in slow[:hosts]),
        up=tuple(fixed_slot(one, "fabric") for one in fast[:uplinks]),
        spares=tuple(fixed_slot(one, "spare") for one in ports if one.name not in taken),
    )


def fixed_slot(port: AuxPort, use: PortUse) -> Slot:
    """Return a port that is no cage; its place on the faceplate is its panel index."""
    return Slot(
        name=port.name,
        alias=port.alias,
        cage=port.panel_index,
        parent=port.name,
        index=port.panel_index,
        subport=0,
        lanes=",".join(map(str, numbers(port.lanes))),
        speed_gbps=port.speed_gbps,
        use=use,
        fixed=True,
        autoneg=port.autoneg,
    )


def _caged(
    platform: SwitchPlatform, sku: Sku, down: Use, up: Use, border: Use | None = None
) -> Faceplate:
    """Return the faceplate of a platform with cages; its fixed ports are spare."""
    modes: dict[str, str] = {}
    slots: list[tuple[Slot, ...]] = []
    left_over: list[Slot] = []
    for use in (down, up, *([border] if border else ())):
        cages = _take(platform, sku, use, modes.keys())
        modes |= {cage.name: use.mode.mode for cage in cages}
        ports = _slots(platform, cages, modes, use.use)
        slots.append(tuple(ports[: use.ports]))
        left_over += [replace(slot, use="spare") for slot in ports[use.ports :]]
    rest = [cage for cage in platform.cages if cage.name not in modes]
    modes |= {cage.name: default_mode(sku, cage) for cage in rest}
    return Faceplate(
        hwsku=sku.name,
        down=slots[0],
        up=slots[1],
        border=slots[2] if border else (),
        spares=(
            *left_over,
            *_slots(platform, rest, modes, "spare"),
            *(fixed_slot(one, "spare") for one in platform.aux_ports),
        ),
        unusual=tuple(
            cage.name for cage in platform.cages if modes[cage.name] != default_mode(sku, cage)
        ),
    )


def _take(platform: SwitchPlatform, sku: Sku, use: Use, taken: Iterable[str]) -> list[Cage]:
    """Return the cages of one use: of the HWSKU's own split first, then from its end of the box."""
    used = frozenset(taken)
    half = len(platform.cages) // 2
    free = sorted(
        (cage for cage in platform.cages if cage.name not in used),
        key=lambda cage: (
            default_mode(sku, cage) != use.mode.mode,
            use.second_half and cage.cage <= half,
            cage.cage,
        ),
    )
    return sorted(free[: cages_for(use.ports, use.mode)], key=lambda cage: cage.cage)


def _slots(
    platform: SwitchPlatform, cages: Sequence[Cage], modes: dict[str, str], use: PortUse
) -> list[Slot]:
    return [
        Slot(
            name=port.name,
            alias=port.alias,
            cage=cage.cage,
            parent=cage.name,
            index=cage.panel_index,
            subport=port.subport,
            lanes=",".join(map(str, port.lanes)),
            speed_gbps=port.speed_gbps,
            use=use,
        )
        for cage in cages
        for port in split(platform, cage, modes[cage.name])
    ]
