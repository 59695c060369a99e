"""What claims about GPU clusters say, and published figures to compare them with.

Nothing here is a fact about this product's plans: it is what others say, with who says it.
"""

from typing import Annotated

from pydantic import Field

from railwright.catalog.model import CatalogModel

Count = Annotated[int, Field(ge=1)]
Percent = Annotated[float, Field(gt=0, le=100)]


class Quoted(CatalogModel):
    """Something that somebody says; `source` is who, and where."""

    source: Annotated[str, Field(min_length=1)]


class BoxesSaid(Quoted):
    """How many switches so many GPUs take, and how many lie between two GPUs of a rail."""

    gpus: Count
    leaves: Count
    spines: Count
    switches_on_the_way: Count


class RailGroupSaid(Quoted):
    """How many servers a rail group has."""

    servers: Count


class OneTierSaid(Quoted):
    """How many nodes can do with one tier."""

    least_nodes: Count
    most_nodes: Count


class PercentSaid(Quoted):
    """A share or a saving."""

    percent: Percent


class RatioSaid(Quoted):
    """Bandwidth down over bandwidth up."""

    ratio: Annotated[float, Field(ge=1)]


class FewerNicsSaid(Quoted):
    """NICs of a node and their bandwidth, all of them and fewer."""

    nics: Count
    fewer: Count
    gbps: Count
    fewer_gbps: Count


class StorageSaid(Quoted):
    """What so many storage servers give, in bytes."""

    servers: Count
    least_gbytes_per_s: Count
    most_gbytes_per_s: Count


class PowerSaid(Quoted):
    """What so many GPUs draw."""

    gpus: Count
    power_mw: Count


class Said(CatalogModel):
    """Every claim in numbers."""

    boxes: BoxesSaid
    rail_group: RailGroupSaid
    one_tier: OneTierSaid
    rail_only: PercentSaid
    oversubscription: RatioSaid
    fewer_nics: FewerNicsSaid
    memory: PercentSaid
    no_dpu: PercentSaid
    ethernet: PercentSaid
    storage: StorageSaid
    power: PowerSaid


class PublicPrice(Quoted):
    """A public price in US dollars."""

    value: Count


class PublicOffer(PublicPrice):
    """One of several prices of the same thing; `what` tells them apart."""

    what: str


class PublicCluster(Quoted):
    """What a whole cluster costs in US dollars, and its network of that."""

    gpus: Count
    cluster_usd: Count
    network_usd: Count


class PublicRange(Quoted):
    """A published share or saving, from the least to the most."""

    least_percent: Percent
    most_percent: Percent


class PublicPods(Quoted):
    """A cluster of pods: oversubscription inside a pod and between pods."""

    gpus: Count
    pod_gpus: Count
    pod_ratio: Annotated[float, Field(ge=1)]
    core_ratio: Annotated[float, Field(ge=1)]


class Published(CatalogModel):
    """Public prices and figures of others.

    `node_usd` is the price of a node with its NICs, `switches_usd` are prices of a switch of
    64 x 400G, `link_usd` is that of a link with both modules and the fibre.
    """

    node_usd: PublicPrice
    switches_usd: Annotated[tuple[PublicOffer, ...], Field(min_length=1)]
    link_usd: PublicPrice
    cluster: PublicCluster
    network_shares: tuple[PublicRange, ...]
    rail_only_savings: tuple[PublicRange, ...]
    pods: PublicPods
