"""RoCEv2 traffic classes: what switches are configured from and NICs have to agree with."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from railwright.intent.types import (
    Dscp,
    EcnCodepoint,
    IntentModel,
    Percent,
    Priority,
    QueueBytes,
)


class Ecn(IntentModel):
    """ECN marking thresholds of the lossless queue, per port."""

    kmin_bytes: Annotated[QueueBytes, Field(description="Queue depth at which marking begins.")] = (
        1_048_576
    )
    kmax_bytes: Annotated[
        QueueBytes, Field(description="Queue depth from which every packet is marked.")
    ] = 2_097_152
    max_probability_percent: Annotated[
        Percent, Field(description="Share of packets marked just below kmax_bytes.")
    ] = 5

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.kmax_bytes < self.kmin_bytes:
            raise ValueError(
                f"kmax_bytes ({self.kmax_bytes}) is below kmin_bytes ({self.kmin_bytes})"
            )
        return self


class Watchdog(IntentModel):
    """PFC watchdog; times default to the stock rule by port count."""

    action: Annotated[
        Literal["drop", "forward", "alert"],
        Field(description="What happens to a queue that is paused for too long."),
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

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for name in ("detection_ms", "restoration_ms"):
            time_ms = getattr(self, name)
            if time_ms is not None and self.poll_ms is not None and time_ms < self.poll_ms:
                raise ValueError(
                    f"{name} ({time_ms}) is below poll_ms ({self.poll_ms}); "
                    "a storm cannot be seen between two looks; raise it or lower poll_ms"
                )
        return self


class Roce(IntentModel):
    """RoCEv2 traffic classes of switches; NICs have to be set alike (report/qos.csv)."""

    data_dscp: Annotated[Dscp, Field(description="DSCP of RDMA data.")] = 26
    ecn_codepoint: Annotated[
        EcnCodepoint, Field(description="ECN bits the nodes send: ECT(0) is 2, ECT(1) is 1.")
    ] = 2
    priority: Annotated[Priority, Field(description="Lossless priority, queue and PG.")] = 3
    cnp_dscp: Annotated[Dscp, Field(description="DSCP of congestion notifications.")] = 48
    cnp_priority: Annotated[
        Priority, Field(description="Strict priority of CNPs; never paused.")
    ] = 6
    lossless_weight: Annotated[Percent, Field(description="DWRR weight of the lossless queue.")] = (
        60
    )
    lossy_weight: Annotated[Percent, Field(description="DWRR weight of the default queue.")] = 40
    ecn: Ecn = Ecn()
    watchdog: Watchdog = Watchdog()

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if self.data_dscp == self.cnp_dscp:
            raise ValueError(
                f"data_dscp and cnp_dscp are both {self.data_dscp}; CNPs need a DSCP of their own"
            )
        if self.priority == self.cnp_priority:
            raise ValueError(
                f"priority and cnp_priority are both {self.priority}; "
                "CNPs must ride a priority without PFC"
            )
        return self


class StorageRoce(Roce):
    """Traffic classes of the storage network; its lossless class is not that of compute."""

    data_dscp: Annotated[Dscp, Field(description="DSCP of RDMA data.")] = 18
    priority: Annotated[Priority, Field(description="Lossless priority, queue and PG.")] = 2
