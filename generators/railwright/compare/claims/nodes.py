"""Claims about servers: their bandwidth, and what very many of them draw."""

from railwright.catalog import loader as catalog
from railwright.compare.claims import designs
from railwright.compare.claims.model import Claim, Evidence, saving
from railwright.compare.model import Measures
from railwright.errors import RailwrightError

STORAGE_SERVER = "storage-server"
BITS_PER_BYTE = 8
HOUSED_NODE = "dgx-h100"


def four_nics() -> Claim:
    """Return whether four NICs in place of eight halve a node's bandwidth, and what they save."""
    said = catalog.said().fewer_nics
    old, new = designs.two_tiers(), designs.two_tiers(designs.FEWER_NICS)
    before, after = _per_node_gbps(old), _per_node_gbps(new)
    against = f"{said.nics} NICs"
    return Claim(
        id="4-nics",
        text=f"{said.fewer} NICs of {designs.NIC_GBPS}G per node in place of {said.nics} halve its "
        f"{said.gbps:,} Gb/s to {said.fewer_gbps:,}",
        source=said.source,
        evidence=(
            Evidence(
                what="bandwidth of a node",
                against=f"{before:,g} Gb/s with {against}",
                formula=_host_links(new),
                value=after,
                unit="Gb/s",
                holds=(before, after) == (said.gbps, said.fewer_gbps),
            ),
            saving("switches", against, old.compute.all_switches, new.compute.all_switches),
            saving(
                "modules",
                against,
                sum(old.compute.modules.values()),
                sum(new.compute.modules.values()),
            ),
        ),
        notes=("two GPUs then share a NIC, and every GPU has half the bandwidth to other nodes",),
    )


def _per_node_gbps(found: Measures) -> float:
    links = found.compute.links.items()
    return sum(speed * many for (kind, speed), many in links if kind == "host") / found.nodes


def _host_links(found: Measures) -> str:
    hosts = [(speed, many) for (kind, speed), many in found.compute.links.items() if kind == "host"]
    return f"{' + '.join(f'{many} x {speed}G' for speed, many in hosts)} / {found.nodes} nodes"


def storage() -> Claim:
    """Return what both readings take: all storage servers together, or each of them.

    The storage server of the catalog is assumed, so what its ports carry decides nothing.
    """
    said = catalog.said().storage
    ports = catalog.node(STORAGE_SERVER).frontend
    speed = max(speed for port in ports for speed in port.speeds_gbps)
    most, servers = said.most_gbytes_per_s, said.servers
    return Claim(
        id="storage-400-gb",
        text=f"{servers} storage servers give {said.least_gbytes_per_s} to {most} GB/s",
        source=said.source,
        evidence=(
            Evidence(
                what=f"ports of {speed}G per server, for {most} GB/s of all together",
                formula=f"{most} x {BITS_PER_BYTE} / {speed} / {servers}",
                value=most * BITS_PER_BYTE / speed / servers,
            ),
            Evidence(
                what=f"ports of {speed}G per server, for {most} GB/s of each",
                formula=f"{most} x {BITS_PER_BYTE} / {speed}",
                value=most * BITS_PER_BYTE / speed,
            ),
            Evidence(
                what=f"what the ports of {servers} servers carry",
                formula=f"{servers} x {len(ports)} x {speed} Gb/s / {BITS_PER_BYTE}",
                value=servers * len(ports) * speed / BITS_PER_BYTE,
                unit="GB/s",
                source=f"{STORAGE_SERVER} of the catalog, whose ports are assumed",
                basis="assumed",
            ),
        ),
        notes=("what drives and file systems of a server give is not known here",),
    )


def hundred_thousand() -> Claim:
    """Return whether so many GPUs can draw as much as is said; decided by data sheets only."""
    said, node = catalog.said().power, catalog.node(HOUSED_NODE)
    if node.chassis is None:
        raise RailwrightError(f"{HOUSED_NODE} has no power in the catalog; give it a chassis")
    power_w, assumed = node.chassis.max_power_w, node.chassis.assumed
    nodes = said.gpus // node.gpus
    return Claim(
        id="100000-gpus-120-mw",
        text=f"{said.gpus:,} GPUs can draw {said.power_mw} MW or more",
        source=said.source,
        evidence=(
            Evidence(
                what=f"nodes alone ({node.vendor} {node.model}), at most",
                formula=f"{nodes:,} x {power_w:,} W",
                value=nodes * power_w / 1_000_000,
                unit="MW",
                holds=None if assumed else nodes * power_w >= said.power_mw * 1_000_000,
                basis="assumed" if assumed else "computed",
            ),
        ),
        notes=(
            "the most that nodes draw, which a supply has to give; jobs may draw less",
            "switches, storage and cooling come on top",
        ),
    )
