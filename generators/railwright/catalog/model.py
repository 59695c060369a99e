"""What the catalog knows about a switch platform or a node, as frozen models.

Nothing here is computed from a naming pattern: lanes, aliases and breakouts are read from the
data files, because real boxes break every pattern (see the `source:` of each entry).
"""

from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field


class CatalogModel(BaseModel):
    """Base of catalog entries: immutable, unknown keys rejected."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Cage(NamedTuple):
    """One front-panel cage: `[cage, name, lanes, panel_index, alias]` in the data file.

    `cage` is the faceplate number, `name` the SONiC parent port, `lanes` all its lanes in order
    (`17-24` or `17,18,...`), `panel_index` SONiC's PORT.index, `alias` the alias without breakout.
    """

    cage: int
    name: str
    lanes: str
    panel_index: int
    alias: str


class AuxPort(NamedTuple):
    """A data port that is used whole: `[name, lanes, panel_index, alias, speed_gbps]`.

    Two more columns may follow: `autoneg` is what the platform's port_config.ini says, None where
    it says nothing; `lower_speeds_gbps` are the other speeds its platform.json allows, fastest
    first.
    """

    name: str
    lanes: str
    panel_index: int
    alias: str
    speed_gbps: int
    autoneg: Literal["on", "off"] | None = None
    lower_speeds_gbps: tuple[int, ...] = ()


class Breakout(CatalogModel):
    """One way to split a cage; `mode` is the text of the platform's own platform.json."""

    mode: str
    ports: Annotated[int, Field(ge=1, le=8)]
    speed_gbps: Annotated[int, Field(ge=1)]
    alias_suffixes: tuple[str, ...]
    source: str


class Asic(CatalogModel):
    """The switching chip.

    `vendor` is SONiC's asic_type; `updater_name` is what SONiC's updater resolves this platform's
    HWSKUs to when it decides which edits it accepts. `buffer_slices` is the number of equal parts
    its packet buffer consists of, each with static thresholds of its own. `cell_bytes` is the
    unit in which headroom is handed out, None where nobody published it.
    """

    vendor: Literal["mellanox", "broadcom", "marvell-teralynx", "marvell-prestera", "vs"]
    family: str
    capacity_gbps: int
    updater_name: str
    buffer_slices: Annotated[int, Field(ge=1)] = 1
    cell_bytes: Annotated[int | None, Field(ge=1)] = None
    source: str


class Sku(CatalogModel):
    """One HWSKU: which breakout every cage has by default, keyed by cage ranges (`1-32`)."""

    name: str
    cages: dict[str, str]
    buffers: str | None = None
    source: str


class RoleChoice(CatalogModel):
    """Which HWSKU a role uses on this platform."""

    hwsku: str
    reason: str


class BufferPool(CatalogModel):
    """A row of BUFFER_POOL."""

    type: Literal["ingress", "egress", "both"]
    mode: Literal["static", "dynamic"]
    size_bytes: int | None = None
    xoff_bytes: int | None = None


class BufferProfile(CatalogModel):
    """A row of BUFFER_PROFILE."""

    pool: str
    size_bytes: int
    dynamic_th: int | None = None
    static_th_bytes: int | None = None


class LosslessRow(NamedTuple):
    """One row of the platform's pg_profile_lookup.ini, sizes in bytes."""

    speed_gbps: int
    length_m: int
    size_bytes: int
    xon_bytes: int
    xoff_bytes: int
    threshold: int
    xon_offset_bytes: int | None = None


class Buffers(CatalogModel):
    """The traditional buffer model a SKU ships: pools, profiles and the lossless lookup table.

    Where a pool has `xoff_bytes`, the headroom that ports share, its `size_bytes` includes it: the
    sizes shipped for Tomahawk 5 come within 1 % of the whole chip, and Teralynx's ingress and
    lossy pools add up to its egress pool, so that neither leaves room for an xoff beside them.
    `ingress_lossy_profile` serves the lossy priority groups; `egress_lossless_profile` and
    `egress_lossy_profile` serve the queues. The profile lists are those of every port and empty
    where the platform ships none. `assumed` says that it is another platform's.
    """

    pools: dict[str, BufferPool]
    profiles: dict[str, BufferProfile]
    lossless_pool: str
    ingress_lossy_profile: str
    egress_lossless_profile: str
    egress_lossy_profile: str
    ingress_profile_list: tuple[str, ...] = ()
    egress_profile_list: tuple[str, ...] = ()
    lossless_rows: tuple[LosslessRow, ...]
    assumed: bool = False
    source: str


class DynamicBuffers(CatalogModel):
    """The dynamic buffer model: what the switch's own daemon computes headroom from.

    The arithmetic's constants are those of ASIC_TABLE, `_kib` in units of 1024 bytes; `pools`,
    `profiles` and the lists are those of the platform's template for this model, where pools
    without a size are computed by the switch. `mmu_bytes` is the whole packet buffer.
    `keeps_descriptors` says that the chip sets buffer aside for the descriptors of modified
    packets in place of copies at the egress, as from SN6000 on (sonic-swss
    cfgmgr/buffer_pool_mellanox.lua).
    """

    asic_key: str
    cell_bytes: int
    pipeline_latency_kib: float
    mac_phy_delay_kib: float
    peer_response_time_kib: float
    port_reserved_shp_cells: int
    port_max_shp_cells: int
    default_threshold: int
    mmu_bytes: int | None
    keeps_descriptors: bool = False
    pools: dict[str, BufferPool]
    profiles: dict[str, BufferProfile]
    lossless_pool: str
    ingress_lossy_profile: str
    egress_lossless_profile: str
    egress_lossy_profile: str
    ingress_profile_list: tuple[str, ...] = ()
    egress_profile_list: tuple[str, ...] = ()
    source: str


class Wred(CatalogModel):
    """ECN thresholds the platform ships, bytes per port queue."""

    kmin_bytes: int
    kmax_bytes: int
    max_probability_percent: int
    source: str


class Features(CatalogModel):
    """What the platform's image supports and does.

    `stock_queues` is how many queues of a port its templates give a buffer, from queue 0 on: 7
    where it includes SONiC's own (files/build_templates/buffers_config.j2).
    `reclaims_when_down` says that the traditional buffer manager removes the lossless group of an
    admin-down port, and writes it again under the same name when the port comes up.
    """

    pfc_to_pg_map: bool
    global_dscp_map: bool
    switch_hash: bool
    ecn_counters: bool
    packet_trimming: bool = False
    stock_queues: Annotated[int, Field(ge=1, le=8)] = 7
    reclaims_when_down: bool = False
    source: str


class PowerSupplies(CatalogModel):
    """The power supplies of a box: how many it has and how many of them it needs to run."""

    count: Annotated[int, Field(ge=1)]
    needed: Annotated[int, Field(ge=1)]


class Chassis(CatalogModel):
    """A box as a rack sees it.

    `max_power_w` is the most it draws with every module in place, `weight_kg` what it weighs
    installed. `assumed` says that some of it is a guess, which the entry's assumptions spell out.
    """

    rack_units: Annotated[int, Field(ge=1)]
    max_power_w: Annotated[int, Field(ge=1)]
    weight_kg: Annotated[float, Field(gt=0)]
    power_supplies: PowerSupplies
    assumed: bool = False
    source: str


class NodeCages(CatalogModel):
    """The cages behind some ports of a server.

    `ports` is how many ports of the NICs share one cage; the names of such ports end in P1, P2.
    """

    form_factor: str
    ports: Annotated[int, Field(ge=1, le=2)] = 1
    source: str


class SwitchPlatform(CatalogModel):
    """One switch model.

    `access` is the role of a switch that serves the in-band and out-of-band networks; super-spines
    take the role `spine`. `cage_type` is the form factor of its cages and `aux_types` that of its
    other ports by their native speed; `chassis` is None for a switch that is no box.
    """

    name: str
    vendor: str
    model: str
    nos: Literal["sonic"]
    sonic_platform: str
    asic: Asic
    cages: tuple[Cage, ...] = ()
    aux_ports: tuple[AuxPort, ...] = ()
    breakouts: tuple[Breakout, ...] = ()
    skus: tuple[Sku, ...]
    roles: dict[Literal["leaf", "spine", "access"], RoleChoice]
    buffers: dict[str, Buffers] = {}
    dynamic: DynamicBuffers | None = None
    wred: Wred | None = None
    features: Features
    chassis: Chassis | None = None
    cage_type: str | None = None
    aux_types: dict[int, str] = {}
    assumptions: tuple[str, ...] = ()
    source: str


class ComputeNic(NamedTuple):
    """One rail NIC: `[rail, pci, rdma, gpu, gpu_pci, numa, cage, speed_gbps]`.

    A NIC has as many ports as the model has planes: `speed_gbps` is that of one port, `pci` and
    `rdma` are those of the first. `gpu` is the first of the GPUs that share the NIC. The PCI
    addresses are None (`null` in the file) where they differ from vendor to vendor.
    """

    rail: int
    pci: str | None
    rdma: str
    gpu: int
    gpu_pci: str | None
    numa: int
    cage: str
    speed_gbps: int


class FrontEndNic(NamedTuple):
    """One storage and front-end port: `[port, pci, rdma, numa, cage, speeds_gbps]`.

    `speeds_gbps` are the speeds the port can run at, fastest first. `pci` is None where it differs
    from vendor to vendor.
    """

    port: int
    pci: str | None
    rdma: str
    numa: int
    cage: str
    speeds_gbps: tuple[int, ...]


class NicModel(CatalogModel):
    """The NIC behind some ports of a server, as far as lossless traffic is concerned.

    `lossless_priorities` is how many priorities can be paused apart; `driver` says which tools
    configure it; `cable_length` whether its headroom is set from the cable's length, of which
    the driver takes `longest_cable_m` at most. `cnp_interval_us` is the least time between two
    congestion notifications of a port by default, `pci_device_id` the device id of vendor 15b3.
    """

    model: str
    driver: Literal["mlx5"]
    max_mtu_bytes: int
    lossless_priorities: int
    dcqcn: bool
    cnp_interval_us: Annotated[float, Field(gt=0)]
    cable_length: bool
    longest_cable_m: Annotated[int, Field(ge=1)]
    pci_device_id: Annotated[str, Field(pattern="^[0-9a-f]{4}$")]
    source: str


class InbandPort(CatalogModel):
    """The port of the in-band management network; `speeds_gbps` as in `FrontEndNic`."""

    cage: str
    form_factor: str | None = None
    speeds_gbps: tuple[int, ...]
    source: str


class NodeModel(CatalogModel):
    """One server model: a GPU node with its rail NICs, or a storage or management server.

    `planes` is the number of ports of a rail NIC, each on a plane of its own. `rail_nic` and
    `frontend_nic` are None where nothing is known of them; without ports of that kind they are
    absent.
    """

    name: str
    vendor: str
    model: str
    gpus: Annotated[int, Field(ge=0)] = 0
    planes: Annotated[int, Field(ge=1)] = 1
    nics: tuple[ComputeNic, ...] = ()
    frontend: tuple[FrontEndNic, ...] = ()
    rail_nic: NicModel | None = None
    frontend_nic: NicModel | None = None
    rail_cages: NodeCages | None = None
    frontend_cages: NodeCages | None = None
    chassis: Chassis | None = None
    inband: InbandPort | None = None
    bmc_speed_gbps: Annotated[int, Field(ge=1)] = 1
    assumptions: tuple[str, ...] = ()
    source: str
