"""Every data file of the catalog is complete and consistent in itself."""

from collections import Counter

import pytest

from railwright.catalog import loader
from railwright.catalog.model import Buffers, ComputeNic, FrontEndNic, Sku, SwitchPlatform
from railwright.catalog.ports import cage_lanes, default_mode, numbers, split

SWITCHES = loader.switch_names()
NODES = loader.node_names()
SKUS = [(name, sku.name) for name in SWITCHES for sku in loader.switch(name).skus]
BUFFERS = [(name, key) for name in SWITCHES for key in loader.switch(name).buffers]
ACCESS = [name for name in SWITCHES if "access" in loader.switch(name).roles]
FABRICS = [name for name in SWITCHES if loader.switch(name).asic.vendor != "vs"]
DYNAMIC = [name for name in FABRICS if loader.switch(name).dynamic]
GPU_NODES = [name for name in NODES if loader.node(name).gpus]


def _repeated(values: list[str] | list[int]) -> list[str | int]:
    return [value for value, count in Counter[str | int](values).items() if count > 1]


def _sku(name: str, hwsku: str) -> tuple[SwitchPlatform, Sku]:
    platform = loader.switch(name)
    return platform, next(sku for sku in platform.skus if sku.name == hwsku)


@pytest.mark.parametrize("name", [*SWITCHES, *NODES])
def test_an_entry_is_named_after_its_file_and_has_a_source(name: str) -> None:
    entry = loader.switch(name) if name in SWITCHES else loader.node(name)
    assert entry.name == name
    assert len(entry.source) > 20


@pytest.mark.parametrize("name", SWITCHES)
def test_every_part_of_a_switch_has_a_source(name: str) -> None:
    platform = loader.switch(name)
    sources = [platform.asic.source, platform.features.source]
    sources += [one.source for one in platform.breakouts]
    sources += [one.source for one in platform.skus]
    sources += [one.source for one in platform.buffers.values()]
    sources += [platform.wred.source] if platform.wred else []
    sources += [platform.dynamic.source] if platform.dynamic else []
    assert all(source.strip() for source in sources)


def test_only_the_virtual_switch_takes_no_role() -> None:
    without = [loader.switch(name) for name in SWITCHES if not loader.switch(name).roles]
    assert [(one.name, one.skus, one.cages) for one in without] == [("vs", (), ())]


@pytest.mark.parametrize("name", FABRICS)
def test_a_switch_has_ports_and_its_cages_count_from_one(name: str) -> None:
    platform = loader.switch(name)
    assert platform.cages or platform.aux_ports
    assert [cage.cage for cage in platform.cages] == list(range(1, len(platform.cages) + 1))


@pytest.mark.parametrize("name", SWITCHES)
def test_lanes_are_distinct_and_every_cage_has_a_run_of_equally_many(name: str) -> None:
    platform = loader.switch(name)
    cages = [cage_lanes(one) for one in platform.cages]
    aux = [lane for port in platform.aux_ports for lane in numbers(port.lanes)]
    assert _repeated([*(lane for lanes in cages for lane in lanes), *aux]) == []
    assert len({len(lanes) for lanes in cages}) <= 1
    assert all(lanes == tuple(range(lanes[0], lanes[0] + len(lanes))) for lanes in cages)
    assert not cages or min(lanes[0] for lanes in cages) in (0, 1)


@pytest.mark.parametrize("name", SWITCHES)
def test_names_and_panel_indices_are_distinct(name: str) -> None:
    platform = loader.switch(name)
    cages, aux = platform.cages, platform.aux_ports
    assert _repeated([*(one.name for one in cages), *(one.name for one in aux)]) == []
    assert _repeated([*(one.panel_index for one in cages), *(one.panel_index for one in aux)]) == []


@pytest.mark.parametrize("name", SWITCHES)
def test_fixed_ports_of_one_speed_are_alike_and_lower_speeds_are_lower(name: str) -> None:
    ports = loader.switch(name).aux_ports
    shapes = {(port.speed_gbps, len(numbers(port.lanes)), port.lower_speeds_gbps) for port in ports}
    assert len(shapes) == len({port.speed_gbps for port in ports})
    for port in ports:
        speeds = (port.speed_gbps, *port.lower_speeds_gbps)
        assert speeds == tuple(sorted(set(speeds), reverse=True))
        assert speeds[-1] > 0


@pytest.mark.parametrize("name", ACCESS)
def test_an_access_switch_names_every_port_once_and_fits_its_chip(name: str) -> None:
    platform = loader.switch(name)
    assert not platform.cages
    ports = platform.aux_ports
    assert [port.panel_index for port in ports] == list(range(1, len(ports) + 1))
    assert _repeated([port.alias for port in ports]) == []
    assert sum(port.speed_gbps for port in ports) == platform.asic.capacity_gbps


@pytest.mark.parametrize(
    ("name", "mode"),
    [(name, one.mode) for name in SWITCHES for one in loader.switch(name).breakouts],
)
def test_a_breakout_uses_every_lane_and_repeats_no_name_or_alias(name: str, mode: str) -> None:
    platform = loader.switch(name)
    breakout = next(one for one in platform.breakouts if one.mode == mode)
    assert mode.startswith(f"{breakout.ports}x{breakout.speed_gbps}G")
    assert len(breakout.alias_suffixes) == breakout.ports
    by_cage = {cage: split(platform, cage, mode) for cage in platform.cages}
    for cage, children in by_cage.items():
        assert tuple(lane for port in children for lane in port.lanes) == cage_lanes(cage)
    ports = [port for children in by_cage.values() for port in children]
    aux = platform.aux_ports
    assert _repeated([*(port.alias for port in ports), *(port.alias for port in aux)]) == []
    assert _repeated([*(port.name for port in ports), *(port.name for port in aux)]) == []


@pytest.mark.parametrize(("name", "hwsku"), SKUS)
def test_a_hwsku_splits_every_cage_once_within_the_capacity(name: str, hwsku: str) -> None:
    platform, sku = _sku(name, hwsku)
    covered = [cage for ranges in sku.cages for cage in numbers(ranges)]
    assert sorted(covered) == [cage.cage for cage in platform.cages]
    ports = [
        port for cage in platform.cages for port in split(platform, cage, default_mode(sku, cage))
    ]
    assert sum(port.speed_gbps for port in ports) <= platform.asic.capacity_gbps


@pytest.mark.parametrize(("name", "hwsku"), SKUS)
def test_the_buffers_of_a_hwsku_exist(name: str, hwsku: str) -> None:
    platform, sku = _sku(name, hwsku)
    assert sku.buffers is None or sku.buffers in platform.buffers


@pytest.mark.parametrize("name", FABRICS)
def test_the_hwsku_of_every_role_exists_and_a_fabric_role_has_buffers(name: str) -> None:
    platform = loader.switch(name)
    assert platform.roles
    for role, choice in platform.roles.items():
        _, sku = _sku(name, choice.hwsku)
        assert choice.reason
        assert role == "access" or (sku.buffers and platform.wred)


@pytest.mark.parametrize(("name", "key"), BUFFERS)
def test_buffers_refer_to_what_exists(name: str, key: str) -> None:
    buffers = loader.switch(name).buffers[key]
    assert buffers.lossless_pool in buffers.pools
    assert {profile.pool for profile in buffers.profiles.values()} <= buffers.pools.keys()
    used = {
        buffers.ingress_lossy_profile,
        buffers.egress_lossless_profile,
        buffers.egress_lossy_profile,
        *buffers.ingress_profile_list,
        *buffers.egress_profile_list,
    }
    assert used == buffers.profiles.keys()


def test_every_switch_of_nvidia_computes_and_no_other() -> None:
    vendors = {name: loader.switch(name).asic.vendor for name in FABRICS}
    assert [name for name in FABRICS if vendors[name] == "mellanox"] == DYNAMIC


@pytest.mark.parametrize("name", DYNAMIC)
def test_dynamic_buffers_refer_to_what_exists(name: str) -> None:
    facts = loader.switch(name).dynamic
    assert facts
    assert facts.lossless_pool in facts.pools
    assert {profile.pool for profile in facts.profiles.values()} <= facts.pools.keys()
    used = {
        facts.ingress_lossy_profile,
        facts.egress_lossless_profile,
        facts.egress_lossy_profile,
        *facts.ingress_profile_list,
        *facts.egress_profile_list,
    }
    assert used == facts.profiles.keys()
    # the switch computes the rest from the one size it is given
    sized = {name: pool.size_bytes for name, pool in facts.pools.items() if pool.size_bytes}
    assert sized == {"egress_lossless_pool": facts.mmu_bytes}


@pytest.mark.parametrize("name", DYNAMIC)
def test_both_models_of_a_platform_share_profiles_and_buffer(name: str) -> None:
    platform = loader.switch(name)
    facts = platform.dynamic
    assert facts
    for buffers in platform.buffers.values():
        assert buffers.profiles == facts.profiles
        assert buffers.pools.keys() == facts.pools.keys()
        assert buffers.pools["egress_lossless_pool"].size_bytes == facts.mmu_bytes
        assert buffers.ingress_profile_list == facts.ingress_profile_list
        assert buffers.egress_profile_list == facts.egress_profile_list


@pytest.mark.parametrize(("name", "key"), BUFFERS)
def test_shared_headroom_is_part_of_its_pool(name: str, key: str) -> None:
    for pool in loader.switch(name).buffers[key].pools.values():
        assert (pool.xoff_bytes or 0) < (pool.size_bytes or 1)


@pytest.mark.parametrize(("name", "key"), BUFFERS)
def test_no_queue_threshold_is_below_the_egress_pool(name: str, key: str) -> None:
    platform = loader.switch(name)
    buffers = platform.buffers[key]
    profile = buffers.profiles[buffers.egress_lossless_profile]
    pool = buffers.pools[profile.pool]
    assert pool.type == "egress"
    if profile.static_th_bytes is not None:
        assert profile.static_th_bytes * platform.asic.buffer_slices >= (pool.size_bytes or 0)


@pytest.mark.parametrize(("name", "key"), BUFFERS)
def test_a_trimming_queue_profile_is_in_no_port_list(name: str, key: str) -> None:
    platform = loader.switch(name)
    for one in (platform.buffers[key], platform.dynamic):
        if one and platform.features.packet_trimming:
            assert one.egress_lossy_profile not in one.egress_profile_list
            assert one.egress_lossy_profile != one.ingress_lossy_profile


@pytest.mark.parametrize("name", SWITCHES)
def test_trimming_is_where_the_updater_accepts_it(name: str) -> None:
    platform = loader.switch(name)
    accepted = loader.updater().asic(platform.asic.updater_name).packet_discard_action
    assert platform.features.packet_trimming == (accepted is not None)


@pytest.mark.parametrize(("name", "key"), BUFFERS)
def test_a_profile_has_exactly_one_kind_of_threshold(name: str, key: str) -> None:
    for profile in loader.switch(name).buffers[key].profiles.values():
        assert (profile.dynamic_th is None) != (profile.static_th_bytes is None)


@pytest.mark.parametrize(("name", "key"), BUFFERS)
def test_headroom_never_shrinks_with_length_or_speed(name: str, key: str) -> None:
    buffers = loader.switch(name).buffers[key]
    assert _repeated([f"{row.speed_gbps}G {row.length_m}m" for row in buffers.lossless_rows]) == []
    for rows in (_by_speed(buffers).values(), _by_length(buffers).values()):
        for values in rows:
            assert values == sorted(values)


def _by_speed(buffers: Buffers) -> dict[int, list[int]]:
    table: dict[int, list[int]] = {}
    for row in sorted(buffers.lossless_rows, key=lambda row: row.length_m):
        table.setdefault(row.speed_gbps, []).append(row.xoff_bytes)
    return table


def _by_length(buffers: Buffers) -> dict[int, list[int]]:
    table: dict[int, list[int]] = {}
    for row in sorted(buffers.lossless_rows, key=lambda row: row.speed_gbps):
        table.setdefault(row.length_m, []).append(row.xoff_bytes)
    return table


@pytest.mark.parametrize(
    ("name", "key", "speed_gbps"),
    [
        (name, sku.buffers, port.speed_gbps)
        for name in SWITCHES
        for sku in loader.switch(name).skus
        if sku.buffers and sku.name in {one.hwsku for one in loader.switch(name).roles.values()}
        for cage in loader.switch(name).cages[::16]
        for port in split(loader.switch(name), cage, default_mode(sku, cage))[:1]
    ],
)
def test_the_default_speeds_of_a_hwsku_in_use_have_headroom_at_5_and_40_m(
    name: str, key: str, speed_gbps: int
) -> None:
    rows = loader.switch(name).buffers[key].lossless_rows
    lengths = [row.length_m for row in rows if row.speed_gbps == speed_gbps]
    assert min(lengths) <= 5
    assert max(lengths) >= 40


@pytest.mark.parametrize("name", SWITCHES)
def test_ecn_marks_between_ordered_thresholds_that_fit_in_31_bits(name: str) -> None:
    wred = loader.switch(name).wred
    if wred:
        assert 0 < wred.kmin_bytes < wred.kmax_bytes < 2**31
        assert 0 < wred.max_probability_percent <= 100


@pytest.mark.parametrize("name", FABRICS)
def test_the_updater_knows_the_asic_of_every_fabric_switch(name: str) -> None:
    platform = loader.switch(name)
    known = platform.asic.updater_name in loader.updater().asics
    assert known or set(platform.roles) == {"access"}


@pytest.mark.parametrize("name", GPU_NODES)
def test_rails_are_consecutive_and_the_gpus_are_shared_out_evenly(name: str) -> None:
    node = loader.node(name)
    assert [nic.rail for nic in node.nics] == list(range(len(node.nics)))
    share = node.gpus // len(node.nics)
    assert share * len(node.nics) == node.gpus
    assert sorted(nic.gpu for nic in node.nics) == list(range(0, node.gpus, share))
    assert len({nic.speed_gbps for nic in node.nics}) == 1


@pytest.mark.parametrize("name", sorted(set(NODES) - set(GPU_NODES)))
def test_a_server_without_gpus_has_no_rails(name: str) -> None:
    node = loader.node(name)
    assert node.nics == ()
    assert node.planes == 1


@pytest.mark.parametrize("name", NODES)
def test_no_port_of_a_node_is_described_twice(name: str) -> None:
    node = loader.node(name)
    ports: tuple[ComputeNic | FrontEndNic, ...] = (*node.nics, *node.frontend)
    inband = [node.inband.cage] if node.inband else []
    assert _repeated([*(port.cage for port in ports), *inband]) == []
    assert _repeated([port.rdma for port in ports]) == []
    addresses = [*(port.pci for port in ports), *(nic.gpu_pci for nic in node.nics)]
    assert _repeated([one for one in addresses if one]) == []


@pytest.mark.parametrize("name", NODES)
def test_a_node_has_two_front_end_ports_on_two_cards_and_an_in_band_port(name: str) -> None:
    node = loader.node(name)
    assert [port.port for port in node.frontend] == [0, 1]
    assert [port.numa for port in node.frontend] == [0, 1]
    assert node.inband
    assert len(node.inband.source) > 20
    for speeds in [node.inband.speeds_gbps, *(port.speeds_gbps for port in node.frontend)]:
        assert speeds
        assert speeds == tuple(sorted(set(speeds), reverse=True))


@pytest.mark.parametrize("name", NODES)
def test_a_node_without_pci_addresses_says_so(name: str) -> None:
    node = loader.node(name)
    addresses = [*(nic.pci for nic in node.nics), *(nic.gpu_pci for nic in node.nics)]
    addresses += [port.pci for port in node.frontend]
    unknown = None in addresses
    assert not unknown or any("PCI addresses" in text for text in node.assumptions)
