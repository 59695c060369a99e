"""Published count tables, reproduced: every row names its source.

Rows of platforms that the catalog has are built as whole plans, the others as shapes of synthetic
boxes that have nothing but a radix. Where a source contradicts itself the test says so and holds
the number that its other tables agree on.
"""

from collections import Counter
from pathlib import Path

import pytest

from railwright import api
from railwright.catalog import loader as catalog
from railwright.catalog.model import Asic, Breakout, Cage, Features, Sku, SwitchPlatform
from railwright.errors import IntentError
from railwright.intent.networks import ComputeNetwork
from railwright.intent.nodes import GpuNodes
from railwright.plan.build import build
from railwright.plan.model import Plan
from railwright.plan.shape import FabricShape
from railwright.plan.topology import Demand, shape_of
from tests.invariants.strategies import intent_of, make

RAILS = 8
SOURCE = "synthetic: a radix and nothing else"
CX864E = "cx864e-n"  # 64 cages of 800G or 2 x 400G
R32, R64 = "sn4700", "sn5400"  # 32 and 64 cages of 400G


def box(radix: int, *modes: tuple[int, int]) -> SwitchPlatform:
    """Return a switch of `radix` cages that split into `ports` x `speed_gbps`."""
    return SwitchPlatform(
        name=f"radix-{radix}",
        vendor="none",
        model=f"{radix} cages",
        nos="sonic",
        sonic_platform="none",
        asic=Asic(vendor="vs", family="none", capacity_gbps=0, updater_name="vs", source=SOURCE),
        cages=tuple(
            Cage(number + 1, f"Ethernet{8 * number}", f"{8 * number}-{8 * number + 7}", 1, "")
            for number in range(radix)
        ),
        breakouts=tuple(
            Breakout(
                mode=f"{ports}x{speed}G",
                ports=ports,
                speed_gbps=speed,
                alias_suffixes=("",) * ports,
                source=SOURCE,
            )
            for ports, speed in modes
        ),
        skus=(Sku(name="none", cages={}, source=SOURCE),),
        roles={},
        features=Features(
            pfc_to_pg_map=False,
            global_dscp_map=False,
            switch_hash=False,
            ecn_counters=False,
            source=SOURCE,
        ),
        source=SOURCE,
    )


def demand(leaf: SwitchPlatform | str, nodes: int, **more: object) -> Demand:
    """Return the demand of so many nodes with eight 400G rails, all switches of one platform."""
    platform = catalog.switch(leaf) if isinstance(leaf, str) else leaf
    design = str(more.get("design", "rail-optimized"))
    wanted: dict[str, object] = {
        "network": "compute",
        "design": design,
        "at": "networks.compute",
        "hosts_at": "nodes.gpu.capacity",
        "per_su_key": "nodes_per_su",
        "hosts": nodes,
        "deployed": nodes,
        "rails": RAILS,
        "planes": 1,
        "nic_gbps": 400,
        "leaf": platform,
        "spine": None if design == "rail-only" else platform,
        "superspine": platform if design == "three-tier" else None,
        "isolated_rails": design == "rail-isolated",
    }
    return Demand(**(wanted | more))  # type: ignore[arg-type]  # a dictionary of its fields


def host_links(shape: FabricShape, nodes: int) -> int:
    return nodes * shape.rails * shape.planes


def fabric_links(shape: FabricShape) -> int:
    return shape.total_leaves * shape.uplinks_per_leaf


def counts(plan: Plan) -> tuple[int, int, int, int]:
    """Return leaves, spines, host links and fabric links of a whole plan."""
    roles = Counter(device.role for device in plan.devices)
    kinds = Counter(link.kind for link in plan.links)
    return roles["leaf"], roles["spine"], kinds["host"], kinds["fabric"]


def refused(wanted: Demand) -> bool:
    try:
        shape_of(wanted)
    except IntentError:
        return True
    return False


UFM_CABLES = 4  # table 4 counts the fabric manager's cables with the nodes'


@pytest.mark.parametrize(
    ("sus", "nodes", "leaves", "spines", "cables_with_ufm", "leaf_spine"),
    [
        pytest.param(1, 31, 8, 4, 252, 256, id="NVIDIA SuperPOD H100 table 4, 1 SU"),
        pytest.param(2, 63, 16, 8, 508, 512, id="NVIDIA SuperPOD H100 table 4, 2 SU"),
        # Ports need 12 spines; 12 does not divide 32 uplinks, 16 does.
        pytest.param(3, 95, 24, 16, 764, 768, id="NVIDIA SuperPOD H100 table 4, 3 SU"),
        pytest.param(4, 127, 32, 16, 1020, 1024, id="NVIDIA SuperPOD H100 table 4, 4 SU"),
        pytest.param(2, 64, 16, 8, 516, 512, id="NVIDIA SuperPOD B200 larger sizes, 2 SU"),
        pytest.param(4, 128, 32, 16, 1028, 1024, id="NVIDIA SuperPOD B200 larger sizes, 4 SU"),
    ],
)
def test_nvidia_64_port_switches(
    sus: int, nodes: int, leaves: int, spines: int, cables_with_ufm: int, leaf_spine: int
) -> None:
    """64 x 400G switches, SUs of 32 nodes, cabled whole even where a node slot is empty."""
    plan = build(make(ComputeNetwork(leaf=R64, nodes_per_su=32), nodes, nodes))
    assert counts(plan) == (leaves, spines, cables_with_ufm - UFM_CABLES, leaf_spine)
    assert plan.shape.sus == sus


@pytest.mark.parametrize(
    ("nodes", "leaves", "spines", "cables_800g"),
    [
        pytest.param(64, 16, 8, 512, id="NVIDIA SuperPOD B300 on Spectrum-4, 1 SU"),
        pytest.param(128, 32, 16, 1024, id="NVIDIA SuperPOD B300 on Spectrum-4, 2 SU"),
    ],
)
def test_nvidia_dual_plane(nodes: int, leaves: int, spines: int, cables_800g: int) -> None:
    """Every GPU has 2 x 400G on two planes; the source counts cables of 800G."""
    gpu = GpuNodes(model="hgx-b300", count=nodes)
    plan = build(intent_of(ComputeNetwork(leaf="sn5600", nodes_per_su=64), gpu))
    assert counts(plan) == (leaves, spines, 2 * cables_800g, cables_800g)


@pytest.mark.parametrize(
    ("sus", "leaves", "spines", "cables"),
    [
        pytest.param(1, 8, 4, 576, id="NVIDIA SuperPOD B300 XDR, 1 SU"),
        pytest.param(2, 16, 8, 1152, id="NVIDIA SuperPOD B300 XDR, 2 SU"),
    ],
)
def test_nvidia_xdr(sus: int, leaves: int, spines: int, cables: int) -> None:
    """Q3400: 144 ports of 800G, SUs of 72 nodes."""
    shape = shape_of(demand(box(144, (1, 800)), sus * 72, nic_gbps=800))
    assert (shape.sus, shape.nodes_per_su) == (sus, 72)
    assert (shape.total_leaves, shape.total_spines) == (leaves, spines)
    assert (host_links(shape, sus * 72), fabric_links(shape)) == (cables, cables)


@pytest.mark.parametrize(
    ("leaf", "servers", "gpus"),
    [
        pytest.param(R32, 16, 128, id="Juniper JVD stripe, 32x400G leaf"),
        pytest.param(R64, 32, 256, id="Juniper JVD stripe, 64x400G leaf"),
        pytest.param(CX864E, 64, 512, id="Juniper JVD stripe, 64x800G leaf"),
    ],
)
def test_juniper_largest_stripe(leaf: str, servers: int, gpus: int) -> None:
    """At 1:1 half of a leaf's ports face servers; one more server per stripe does not fit."""
    shape = shape_of(demand(leaf, 2 * servers))
    assert (shape.nodes_per_su, shape.nodes_per_su * RAILS) == (servers, gpus)
    assert shape.effective_oversubscription == 1.0
    assert refused(demand(leaf, 2 * servers, nodes_per_su=servers + 1))


@pytest.mark.parametrize(
    ("uplink_gbps", "total_tbps", "servers", "ratio"),
    [
        pytest.param(200, 12.8, 4, 1 / 1, id="Juniper ratio table, 200G uplinks, 4 servers"),
        pytest.param(400, 25.6, 4, 1 / 2, id="Juniper ratio table, 400G uplinks, 4 servers"),
        pytest.param(800, 51.2, 4, 1 / 4, id="Juniper ratio table, 800G uplinks, 4 servers"),
        pytest.param(200, 12.8, 8, 2 / 1, id="Juniper ratio table, 200G uplinks, 8 servers"),
        pytest.param(400, 25.6, 8, 1 / 1, id="Juniper ratio table, 400G uplinks, 8 servers"),
        pytest.param(800, 51.2, 8, 1 / 2, id="Juniper ratio table, 800G uplinks, 8 servers"),
    ],
)
def test_juniper_ratios(uplink_gbps: int, total_tbps: float, servers: int, ratio: float) -> None:
    """16 leaves of two stripes with 4 uplinks each; servers have eight 200G NICs."""
    leaf, spine = box(64, (1, 200), (1, uplink_gbps)), box(64, (1, uplink_gbps))
    shape = shape_of(
        demand(leaf, 2 * servers, spine=spine, nic_gbps=200, nodes_per_su=servers, ratio=ratio)
    )
    assert (shape.total_leaves, shape.uplinks_per_leaf) == (16, 4)
    assert fabric_links(shape) * shape.uplink_speed_gbps == round(total_tbps * 1000)
    assert shape.effective_oversubscription == ratio


@pytest.mark.parametrize(
    ("gpus", "stripes", "leaves", "printed"),
    [
        pytest.param(8192, 16, 128, 1024, id="Juniper scaling, 8192 GPUs (prints 1024 leaves)"),
        pytest.param(32768, 64, 512, 4096, id="Juniper scaling, 32768 GPUs (prints 4096 leaves)"),
    ],
)
def test_juniper_leaf_counts_are_errata(gpus: int, stripes: int, leaves: int, printed: int) -> None:
    """The page prints eight times what its own stripes of 512 GPUs and 8 leaves give."""
    nodes = gpus // RAILS
    two_tiers = gpus <= 8192  # R^2 / 2 of 128 ports
    assert refused(demand(CX864E, nodes)) != two_tiers
    shape = shape_of(demand(CX864E, nodes, design="rail-optimized" if two_tiers else "three-tier"))
    assert (shape.total_sus, shape.total_leaves) == (stripes, leaves)
    assert shape.total_leaves != printed
    if two_tiers:
        assert shape.total_spines == 64  # the spine count the page gives, which is right


def test_asterfusion_two_tiers() -> None:
    """Asterfusion CX864E-N guide: 64 nodes with 4 GPUs and NICs, 4 leaves, 2 spines, 16 links."""
    plan = build(make(ComputeNetwork(leaf=CX864E, rails=4), 64, 64))
    assert counts(plan) == (4, 2, 256, 128)
    assert plan.shape.links_per_pair == 16


def test_asterfusion_rail_only() -> None:
    """Asterfusion small-scale guide: 32 nodes with 4 NICs, four 32x400G leaves, no spine."""
    plan = build(make(ComputeNetwork(design="rail-only", leaf=R32, rails=4), 32, 32))
    assert counts(plan) == (4, 0, 128, 0)


@pytest.mark.parametrize(
    ("nodes", "leaves", "spines", "leaf_spine", "uplink_gbps", "k"),
    [
        pytest.param(32, 8, 2, 128, 800, 8, id="derived, 256 GPUs"),
        pytest.param(64, 8, 4, 256, 800, 8, id="derived, 512 GPUs"),
        pytest.param(128, 16, 8, 512, 800, 4, id="derived, 1024 GPUs, the reference"),
        # Not in the table, but one of the four sizes the market asks for.
        pytest.param(256, 32, 16, 1024, 800, 2, id="derived, 2048 GPUs"),
        pytest.param(1024, 128, 64, 8192, 400, 1, id="derived, 8192 GPUs, two-tier limit"),
    ],
)
def test_64_cages_of_800g(
    nodes: int, leaves: int, spines: int, leaf_spine: int, uplink_gbps: int, k: int
) -> None:
    plan = build(make(ComputeNetwork(leaf=CX864E), nodes, nodes))
    assert counts(plan) == (leaves, spines, nodes * RAILS, leaf_spine)
    assert (plan.shape.uplink_speed_gbps, plan.shape.links_per_pair) == (uplink_gbps, k)


def test_the_reference_is_exactly_full(root: Path) -> None:
    """1024 GPUs: 16 leaves, 8 spines, 32 x 800G up from each leaf and not one spare cage."""
    plan = api.load_plan(root / "intent/cluster.yml").plan
    shape = plan.shape
    assert (shape.total_leaves, shape.total_spines, shape.nodes_per_su) == (16, 8, 64)
    assert (shape.hosts_per_leaf, shape.uplinks_per_leaf, shape.uplink_speed_gbps) == (64, 32, 800)
    assert (shape.spare_cages_leaf, shape.spare_cages_spine) == (0, 0)
    kinds = Counter(link.kind for link in plan.links if link.network == "compute")
    assert kinds == {"host": 1024, "fabric": 512}


@pytest.mark.parametrize(
    ("gpus", "leaves", "spines", "by_ports", "superspines", "pods"),
    [
        pytest.param(65_536, 1024, 1024, 512, 512, 32, id="derived, 65536 GPUs"),
        # Ports need 25 super-spines per set of 50 pods; 32 uplinks spread evenly over 32 only.
        pytest.param(102_400, 1600, 1600, 800, 1024, 50, id="derived, 102400 GPUs"),
    ],
)
def test_three_tiers(
    gpus: int, leaves: int, spines: int, by_ports: int, superspines: int, pods: int
) -> None:
    shape = shape_of(demand(CX864E, gpus // RAILS, design="three-tier"))
    assert shape.core is not None
    assert (shape.total_leaves, shape.total_spines, shape.pods) == (leaves, spines, pods)
    assert (shape.core.fewest_by_ports, shape.total_superspines) == (by_ports, superspines)
    assert shape.core.effective_oversubscription == 1.0
    lanes = shape.uplink_speed_gbps // 400
    assert fabric_links(shape) * lanes == gpus
    assert shape.total_spines * shape.core.uplinks_per_spine * lanes == gpus


def test_isolated_rails_save_a_tier() -> None:
    """65,536 GPUs, derived: eight two-tier fabrics of 1536 boxes instead of 2560, 40% less."""
    isolated = shape_of(demand(CX864E, 8192, design="rail-isolated"))
    tiers = shape_of(demand(CX864E, 8192, design="three-tier"))
    assert (isolated.total_leaves, isolated.total_spines) == (1024, 512)
    boxes = tiers.total_leaves + tiers.total_spines + tiers.total_superspines
    assert (isolated.total_leaves + isolated.total_spines, boxes) == (1536, 2560)


@pytest.mark.parametrize(
    ("leaf", "spine", "endpoints"),
    [
        pytest.param(box(64, (1, 400)), None, 2048, id="R^2/2, R=64"),
        pytest.param(catalog.switch(CX864E), None, 8192, id="R^2/2, R=128"),
        # Without 400G ports on the spines a leaf has 32 uplinks of 800G, hence 32 spines.
        pytest.param(
            box(64, (1, 800), (2, 400)), box(64, (1, 800)), 4096, id="whole 800G uplinks, 64 x 64"
        ),
    ],
)
def test_largest_two_tier_fabric(
    leaf: SwitchPlatform, spine: SwitchPlatform | None, endpoints: int
) -> None:
    """One node above the formula's maximum at 1:1 is refused."""
    upper = spine or leaf
    shape = shape_of(demand(leaf, endpoints // RAILS, spine=upper))
    assert shape.total_leaves * shape.hosts_per_leaf == endpoints
    assert refused(demand(leaf, endpoints // RAILS + 1, spine=upper))


@pytest.mark.parametrize("radix", [16, 32, 64])
def test_largest_three_tier_fabric(radix: int) -> None:
    """R^3/4 endpoints on 5G/R switches: G/(R/2) leaves, as many spines, G/R super-spines."""
    platform, endpoints = box(radix, (1, 400)), radix**3 // 4
    shape = shape_of(demand(platform, endpoints // RAILS, design="three-tier"))
    assert shape.total_leaves == shape.total_spines == endpoints // (radix // 2)
    assert shape.total_superspines == endpoints // radix
    assert refused(demand(platform, endpoints // RAILS + 1, design="three-tier"))


@pytest.mark.parametrize(
    ("asked", "uplinks", "effective", "leaves", "spines"),
    [
        pytest.param(1.0, 32, 1.00, 16, 8, id="derived, 1:1"),
        pytest.param(2.0, 16, 2.00, 16, 4, id="derived, 2:1"),
        # 10.67 uplinks are exact; 11 spread evenly over 11 spines only.
        pytest.param(3.0, 12, 2.67, 16, 3, id="derived, 3:1"),
        # 5 uplinks would do for 6.4:1 and need 5 spines.
        pytest.param(7.0, 6, 5.33, 16, 2, id="derived, 7:1"),
    ],
)
def test_oversubscription(
    asked: float, uplinks: int, effective: float, leaves: int, spines: int
) -> None:
    """128 nodes, 64 a leaf: 800G uplinks, the ratio reached, the switches it takes."""
    compute = ComputeNetwork(leaf=CX864E, nodes_per_su=64, oversubscription=asked)
    plan = build(make(compute, 128, 128))
    assert counts(plan) == (leaves, spines, 1024, leaves * uplinks)
    assert round(plan.shape.effective_oversubscription, 2) == effective


@pytest.mark.parametrize(
    ("asked", "down", "up", "spare"),
    [
        pytest.param(2.0, 84, 42, 1, id="derived, 2:1 is 84 + 42 and a spare cage"),
        pytest.param(3.0, 96, 32, 0, id="derived, 3:1 is 96 + 32"),
        pytest.param(7.0, 112, 16, 0, id="derived, 7:1 is 112 + 16"),
    ],
)
def test_exact_oversubscription(asked: float, down: int, up: int, spare: int) -> None:
    """The split of 128 ports of 400G that reaches the ratio exactly."""
    shape = shape_of(demand(CX864E, down, ratio=asked))
    lanes = shape.uplink_speed_gbps // 400
    assert (shape.hosts_per_leaf, shape.uplinks_per_leaf * lanes) == (down, up)
    assert (shape.effective_oversubscription, shape.spare_cages_leaf) == (asked, spare)


@pytest.mark.parametrize(
    ("leaf", "most"),
    [
        pytest.param(R32, 32, id="derived, 32x400G"),
        pytest.param(R64, 64, id="derived, 64x400G"),
        pytest.param(CX864E, 128, id="derived, 64 cages of 2x400G"),
    ],
)
def test_rail_only_limits(leaf: str, most: int) -> None:
    """As many nodes as a leaf has ports at NIC speed, which is where 32 to 128 nodes come from."""
    plan = build(make(ComputeNetwork(design="rail-only", leaf=leaf), most, most))
    assert counts(plan) == (RAILS, 0, most * RAILS, 0)
    assert refused(demand(leaf, most + 1, design="rail-only"))


def test_rail_only_saves_two_thirds_of_the_boxes() -> None:
    """1024 GPUs, derived: 8 switches against 24. 75% is not reached against two tiers."""
    flat = shape_of(demand(CX864E, 128, design="rail-only"))
    tiers = shape_of(demand(CX864E, 128))
    assert (flat.total_leaves, tiers.total_leaves + tiers.total_spines) == (8, 24)


def test_alibaba_hpn_pod() -> None:
    """HPN 7.0 (SIGCOMM 2024): 15 segments of 1024 GPUs, 2 x 200G, ToRs at 1.067:1.

    A ToR has 128 + 8 spare ports of 200G down, which is two cages, and 60 x 400G up; an aggregation
    switch has 120 x 400G down and keeps 8, four cages, for the core.
    """
    gpu = GpuNodes(model="hgx-h100-2x200g", count=1920)
    compute = ComputeNetwork(
        leaf=CX864E,
        nodes_per_su=128,
        oversubscription=16 / 15,
        spare_leaf_cages=2,
        spare_spine_cages=4,
    )
    plan = build(intent_of(compute, gpu))
    shape = plan.shape
    assert counts(plan) == (240, 120, 30_720, 14_400)
    assert (shape.sus, shape.leaves_per_su, shape.groups, shape.spines) == (15, 16, 2, 60)
    assert (shape.uplinks_per_leaf, shape.uplink_speed_gbps) == (60, 400)
    assert round(shape.effective_oversubscription, 3) == 1.067


def test_alibaba_hpn_core() -> None:
    """HPN 7.0: 15:1 towards the core, 960 uplinks of 400G a pod; here half as many of 800G."""
    shape = shape_of(
        demand(
            CX864E,
            2 * 1920,
            design="three-tier",
            planes=2,
            nic_gbps=200,
            nodes_per_su=128,
            sus_per_pod=15,
            ratio=16 / 15,
            pod_ratio=15.0,
            spare_leaf_cages=2,
        )
    )
    assert shape.core is not None
    assert (shape.pods, shape.sus, shape.groups * shape.spines) == (2, 15, 120)
    assert shape.core.uplinks_per_spine * shape.core.speed_gbps * 120 == 960 * 400
    assert shape.core.effective_oversubscription == 15.0


def test_tencent_astral_pod() -> None:
    """Astral (SIGCOMM 2025), derived: 65,536 GPUs, 1024 ToRs and 1024 aggregation switches.

    Eight rails and two planes are aggregated apart, which is rail-isolated; half of each
    aggregation switch is kept free for the core that joins them.
    """
    shape = shape_of(
        demand(
            CX864E,
            8192,
            design="rail-isolated",
            planes=2,
            nic_gbps=200,
            nodes_per_su=128,
            spare_spine_cages=32,
        )
    )
    assert (shape.total_leaves, shape.total_spines, shape.groups) == (1024, 1024, 16)
    assert (shape.hosts_per_leaf, shape.nic_speed_gbps) == (128, 200)
    assert (shape.uplinks_per_leaf, shape.uplink_speed_gbps) == (64, 400)
    assert shape.effective_oversubscription == 1.0


def test_meta_ratio_is_between_pods() -> None:
    """Meta's 24,576 GPUs, derived: 8 non-blocking pods of 3072, 7:1 above them, 439 x 400G each."""
    shape = shape_of(
        demand(CX864E, 3072, design="three-tier", sus_per_pod=6, pod_ratio=7.0, nodes_per_su=64)
    )
    assert shape.core is not None
    assert (shape.pods, shape.sus * shape.nodes_per_su * RAILS) == (8, 3072)
    assert shape.effective_oversubscription == 1.0
    assert 1.0 < shape.core.effective_oversubscription <= 7.0
    ports_400g = shape.spines * shape.core.uplinks_per_spine * shape.core.speed_gbps // 400
    assert ports_400g >= 439


def test_storage_of_the_reference() -> None:
    """Derived: 138 hosts with 2 x 200G on 64x200G boxes, 48 down and 16 up: 6 leaves, 2 spines."""
    shape = shape_of(
        demand("sn4600", 138, network="storage", rails=2, nic_gbps=200, ratio=3.0, nodes_per_su=48)
    )
    assert (shape.total_leaves, shape.total_spines) == (6, 2)
    assert (shape.uplinks_per_leaf, fabric_links(shape)) == (16, 96)


@pytest.mark.parametrize(
    ("leaves", "by_ports", "spines"),
    [
        (8, 4, 4),
        (16, 8, 8),
        (24, 12, 16),
        (32, 16, 16),
        (40, 20, 32),
        (48, 24, 32),
        (56, 28, 32),
        (64, 32, 32),
    ],
)
def test_spines_are_the_smallest_even_spread(leaves: int, by_ports: int, spines: int) -> None:
    """Of the divisors of a leaf's 32 uplinks, the smallest that 64 ports per spine allow."""
    shape = shape_of(demand(R64, 4 * leaves, nodes_per_su=32))
    assert (shape.total_leaves, shape.total_leaves * 32 // 64) == (leaves, by_ports)
    assert (shape.total_spines, shape.links_per_pair) == (spines, 32 // spines)
