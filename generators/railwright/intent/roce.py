"""RoCEv2 traffic classes: the one place that switches and NICs are both configured from."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from railwright.intent.overrides import Reason
from railwright.intent.roce_rules import broken
from railwright.intent.types import (
    ClassName,
    Dscp,
    EcnCodepoint,
    IntentModel,
    Percent,
    Priority,
    QueueBytes,
    refuse,
)

SharePercent = Annotated[float, Field(ge=0.01, le=100, allow_inf_nan=False)]


class Ecn(IntentModel):
    """Where a lossless queue is marked; without thresholds, where its switch platform says."""

    kmin_bytes: Annotated[
        QueueBytes | None,
        Field(
            description="Queue depth at which marking begins. Default: as the platform ships it."
        ),
    ] = None
    kmax_bytes: Annotated[
        QueueBytes | None,
        Field(
            description="Queue depth from which every packet is marked. Default: as the platform "
            "ships it."
        ),
    ] = None
    kmin_percent: Annotated[
        SharePercent | None,
        Field(
            description="kmin as a share of the buffer that the switch's lossless ports share. "
            "Default: none."
        ),
    ] = None
    kmax_percent: Annotated[
        SharePercent | None,
        Field(description="kmax as a share of the same buffer. Default: none."),
    ] = None
    max_probability_percent: Annotated[
        Percent | None,
        Field(
            description="Share of packets marked just below kmax. Default: as the platform ships "
            "it."
        ),
    ] = None


class Watchdog(IntentModel):
    """PFC watchdog; times default to the stock rule by port count."""

    action: Annotated[
        Literal["drop", "forward", "alert"],
        Field(
            description="What happens to a queue that is paused for too long: its packets are "
            "dropped or forwarded; alert only reports it."
        ),
    ] = "drop"
    detection_ms: Annotated[
        int | None,
        Field(ge=100, le=5000, description="Pause that counts as a storm. Default: stock rule."),
    ] = None
    restoration_ms: Annotated[
        int | None,
        Field(ge=100, le=60000, description="Calm that ends a storm. Default: stock rule."),
    ] = None
    poll_ms: Annotated[
        int | None,
        Field(ge=100, le=1000, description="Time between two looks. Default: stock rule."),
    ] = None


class LosslessClass(IntentModel):
    """A second lossless class beside RDMA data."""

    dscp: Annotated[Dscp, Field(description="DSCP of its packets.", examples=[34])]
    priority: Annotated[
        Priority, Field(description="Lossless priority, queue and PG.", examples=[4])
    ]
    weight: Annotated[Percent, Field(description="DWRR weight of its queue.")] = 20
    ecn: Ecn = Ecn()


class LossyClass(IntentModel):
    """A class of traffic that may be dropped, with a queue of its own."""

    name: Annotated[ClassName, Field(description="Name of the class.", examples=["bulk"])]
    dscps: Annotated[
        tuple[Dscp, ...],
        Field(min_length=1, max_length=64, strict=False, description="DSCPs it takes."),
    ]
    priority: Annotated[Priority, Field(description="Priority and queue.", examples=[1])]
    weight: Annotated[Percent, Field(description="DWRR weight of its queue.")] = 10


class AcceptedRatio(IntentModel):
    """Headroom beyond the pool that ports share, accepted by somebody."""

    ratio: Annotated[
        float,
        Field(
            gt=1,
            le=16,
            allow_inf_nan=False,
            description="Largest accepted ratio of headroom to the pool it shares.",
            examples=[1.5],
        ),
    ]
    reason: Annotated[Reason, Field(examples=["vendor's figures"])]


class Headroom(IntentModel):
    """How much of a switch is set aside for packets in flight after a pause."""

    model: Annotated[
        Literal["dynamic", "traditional"] | None,
        Field(
            description="dynamic: the switch computes headroom by SONiC's formula; traditional: "
            "the platform's own table. Default: dynamic where the platform computes."
        ),
    ] = None
    pattern_mtu_bytes: Annotated[
        int,
        Field(ge=64, le=9216, description="Packet size of lossless traffic; dynamic model only."),
    ] = 1024
    small_packet_percent: Annotated[
        int,
        Field(ge=0, le=100, description="Share of 64-byte packets in it; dynamic model only."),
    ] = 50
    shared_pool_ratio: Annotated[
        int | None,
        Field(
            ge=1,
            le=16,
            description="Ports share one headroom pool, which is this many times smaller than "
            "their sum; dynamic model only. Default: every port has its own headroom.",
        ),
    ] = None
    accept: Annotated[
        AcceptedRatio | None,
        Field(description="Headroom beyond the pool, which is refused without this."),
    ] = None


class Trimming(IntentModel):
    """Packet trimming: a packet that finds its lossy queue full goes on without its payload."""

    size_bytes: Annotated[int, Field(ge=64, le=4096, description="What is left of it.")] = 256
    dscp: Annotated[
        Dscp,
        Field(
            description="DSCP of trimmed packets; it joins those of the class of `priority`.",
            examples=[50],
        ),
    ]
    priority: Annotated[
        Priority, Field(description="Their priority and queue, one of a lossy class.", examples=[1])
    ]


class Roce(IntentModel):
    """RoCEv2 traffic classes of switches and NICs."""

    data_dscp: Annotated[Dscp, Field(description="DSCP of RDMA data.")] = 26
    ecn_codepoint: Annotated[
        EcnCodepoint, Field(description="ECN bits the nodes send: ECT(0) is 2, ECT(1) is 1.")
    ] = 2
    priority: Annotated[Priority, Field(description="Lossless priority, queue and PG.")] = 3
    cnp_dscp: Annotated[
        Dscp,
        Field(
            description="DSCP of congestion notifications. 48 is that of routing protocols too, "
            "which then ride the same strict queue."
        ),
    ] = 48
    cnp_priority: Annotated[
        Priority, Field(description="Strict priority of CNPs; never paused.")
    ] = 6
    pfc_priorities: Annotated[
        tuple[Priority, ...] | None,
        Field(
            strict=False,
            max_length=8,
            description="Priorities that PFC pauses, to be checked. Default: those of the "
            "lossless classes.",
        ),
    ] = None
    lossless_weight: Annotated[Percent, Field(description="DWRR weight of the lossless queue.")] = (
        60
    )
    lossy_weight: Annotated[Percent, Field(description="DWRR weight of the default queue.")] = 40
    second: Annotated[
        LosslessClass | None, Field(description="A second lossless class beside RDMA data.")
    ] = None
    lossy: Annotated[
        tuple[LossyClass, ...],
        Field(max_length=5, strict=False, description="Lossy classes beside the default one."),
    ] = ()
    dcqcn: Annotated[
        bool, Field(description="Whether NICs slow down on marks (DCQCN); PFC stays either way.")
    ] = True
    qps_per_connection: Annotated[
        int,
        Field(ge=1, le=128, description="Queue pairs per NCCL connection: flows for ECMP."),
    ] = 4
    ecn: Ecn = Ecn()
    headroom: Headroom = Headroom()
    watchdog: Watchdog = Watchdog()
    trimming: Annotated[
        Trimming | None,
        Field(
            description="Packet trimming, where the platform can: a packet that finds its lossy "
            "queue full goes on without its payload."
        ),
    ] = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        refuse(self, broken(self))
        return self


class StorageRoce(Roce):
    """Traffic classes of the storage network; its lossless class is not that of compute."""

    data_dscp: Annotated[Dscp, Field(description="DSCP of RDMA data.")] = 18
    priority: Annotated[Priority, Field(description="Lossless priority, queue and PG.")] = 2
