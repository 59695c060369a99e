"""Claims about money: undecided without a price book, except where prices are public."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from railwright.catalog import loader as catalog
from railwright.catalog.claims_model import PublicOffer
from railwright.compare.claims import designs
from railwright.compare.claims.model import Claim, Evidence, cited
from railwright.plan.model import Plan

WITHIN_PERCENT = 1
"""How far from "about 5 %" a share may be."""


@dataclass(frozen=True, slots=True)
class Book:
    """Prices by part in one currency, and which part a GPU node is."""

    prices: Mapping[str, Decimal]
    node: str
    source: str = ""

    @classmethod
    def of(cls, plan: Plan | None) -> Self:
        """Return the price book of a plan, an empty one where there is none."""
        if plan is None or plan.intent.prices is None:
            return cls({}, plan.intent.nodes.gpu.model if plan else designs.NODE)
        book = plan.intent.prices
        prices = {row.part: row.price for row in book.rows}
        return cls(prices, plan.intent.nodes.gpu.model, f"{book.file}, {book.currency}")


def memory(book: Book) -> Claim:
    """Return whether half the memory saves about as much of a server as is said."""
    said = catalog.said().memory
    return Claim(
        id="memory-5",
        text=f"1 TB of memory in place of 2 TB saves about {said.percent:g} % of a server",
        source=said.source,
        evidence=(_share(book, "memory-2tb", "memory-1tb", said.percent), _needed(said.percent)),
    )


def no_dpu(book: Book) -> Claim:
    """Return whether a server without a DPU is about as much cheaper as is said."""
    said = catalog.said().no_dpu
    return Claim(
        id="no-dpu-5",
        text=f"no DPU in a server saves about {said.percent:g} % of it",
        source=said.source,
        evidence=(_share(book, "dpu", "dpu-replacement", said.percent), _needed(said.percent)),
    )


def _share(book: Book, old: str, new: str, percent: float) -> Evidence:
    """Return the share of a server's price that one part in place of another saves."""
    node = book.node
    names = (old, new, node)
    missing = [name for name in names if name not in book.prices]
    if missing:
        return Evidence(
            what="saving",
            against="the whole server",
            formula=f"(price of {old} - price of {new}) / price of {node}",
            value=None,
            unit="%",
            source=f"no price of {', '.join(missing)}",
        )
    before, after, server = (float(book.prices[name]) for name in names)
    share = 100 * (before - after) / server
    return Evidence(
        what="saving",
        against="the whole server",
        formula=f"({before:,g} - {after:,g}) / {server:,g}",
        value=share,
        unit="%",
        holds=abs(share - percent) <= WITHIN_PERCENT,
        source=book.source,
    )


def _needed(percent: float) -> Evidence:
    """Return the price at which the claim would be true of a server of public price."""
    node = catalog.published().node_usd
    return Evidence(
        what=f"difference that {percent:g} % of a server would be",
        formula=f"{percent:g} % x {node.value:,}",
        value=node.value * percent / 100,
        unit="USD",
        source=node.source,
    )


def ten_percent() -> Claim:
    """Return in which reading, and at which public price, the network is within the share."""
    said, public = catalog.said().ethernet, catalog.published()
    return Claim(
        id="ethernet-10",
        text=f"an Ethernet network basically does not exceed {said.percent:g} % of the above",
        source=said.source,
        evidence=tuple(
            one for price in public.switches_usd for one in _readings(price, said.percent)
        ),
        notes=(
            "the sources are of different years and clusters: an order of magnitude",
            *(cited("share of the network", one) for one in public.network_shares),
        ),
    )


def _readings(switch: PublicOffer, most_percent: float) -> Iterator[Evidence]:
    """Yield the network's share in every reading, with switches at one of their prices."""
    public, found = catalog.published(), designs.two_tiers(leaf=designs.LEAF_400G)
    node, link, cluster = public.node_usd, public.link_usd, public.cluster
    links, switches = sum(found.compute.links.values()), found.compute.all_switches
    network = switches * switch.value + links * link.value
    per_gpu = network / found.gpus
    infiniband = cluster.network_usd / cluster.gpus

    paid = (node.source, switch.source, link.source)

    def reading(what: str, formula: str, value: float, sources: tuple[str, ...]) -> Evidence:
        return Evidence(
            what=f"{what}, switches at {switch.value:,} ({switch.what})",
            formula=formula,
            value=value,
            unit="%",
            holds=value <= most_percent,
            source="; ".join(dict.fromkeys(sources)),
        )

    yield reading(
        "share of compute hardware",
        f"({switches} x {switch.value:,} + {links:,} x {link.value:,}) / "
        f"({found.nodes} x {node.value:,} + {network:,})",
        100 * network / (found.nodes * node.value + network),
        paid,
    )
    yield reading(
        "share of everything a cluster costs",
        f"{per_gpu:,.0f} / ({cluster.cluster_usd:,} / {cluster.gpus:,}) per GPU",
        100 * per_gpu / (cluster.cluster_usd / cluster.gpus),
        (*paid[1:], cluster.source),
    )
    yield reading(
        "how much InfiniBand costs more",
        f"({infiniband:,.0f} - {per_gpu:,.0f}) / {per_gpu:,.0f} per GPU",
        100 * (infiniband - per_gpu) / per_gpu,
        (*paid[1:], cluster.source),
    )
