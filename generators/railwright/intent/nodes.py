"""The populations of hosts: how many exist now and how many the design reserves room for."""

from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from railwright.intent.types import CatalogName, Count, IntentModel, NodeRange


class Population(IntentModel):
    """A number of equal devices: `count` deployed now, `capacity` reserved."""

    count: Annotated[Count, Field(description="How many are deployed now.")]
    capacity: Annotated[
        Count | None,
        Field(
            description="How many the design reserves; growing up to it renumbers nothing. "
            "Default: count."
        ),
    ] = None

    @property
    def reserved(self) -> int:
        """Return the number every name, address and port is computed for."""
        return self.count if self.capacity is None else self.capacity

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.capacity is not None and self.capacity < self.count:
            raise ValueError(
                f"capacity ({self.capacity}) is below count ({self.count}); "
                "raise capacity or lower count"
            )
        return self


class OtherModel(IntentModel):
    """GPU nodes of another model than the rest."""

    nodes: Annotated[NodeRange, Field(description="Numbers of these nodes: one, or first-last.")]
    model: Annotated[
        CatalogName,
        Field(description="Their node profile, a catalog name.", examples=["hgx-h100-4nic"]),
    ]


class GpuNodes(Population):
    """The GPU nodes."""

    model: Annotated[
        CatalogName,
        Field(description="Node profile, a catalog name.", examples=["dgx-h100"]),
    ]
    other_models: Annotated[
        tuple[OtherModel, ...],
        Field(max_length=64, strict=False, description="Nodes that are of another model."),
    ] = ()

    @model_validator(mode="after")
    def _apart(self) -> Self:
        ranges = sorted(one.nodes for one in self.other_models)
        for (first, last), (start, end) in pairwise(ranges):
            if start <= last:
                raise ValueError(
                    f"other_models name node {start} twice ({first}-{last} and {start}-{end}); "
                    "let the ranges lie apart"
                )
        for _, last in ranges:
            if last > self.reserved:
                raise ValueError(
                    f"other_models name node {last}, but the capacity is {self.reserved}; "
                    "raise capacity or shorten the range"
                )
        return self

    def model_of(self, number: int) -> str:
        """Return the profile of node `number` (from 1)."""
        for other in self.other_models:
            if other.nodes[0] <= number <= other.nodes[1]:
                return other.model
        return self.model

    @property
    def model_paths(self) -> dict[str, str]:
        """Return the intent's key that first names each profile, the usual one first."""
        paths = {self.model: "nodes.gpu.model"}
        for place, other in enumerate(self.other_models):
            paths.setdefault(other.model, f"nodes.gpu.other_models[{place}].model")
        return paths

    @property
    def models(self) -> tuple[str, ...]:
        """Return every profile in use, the usual one first, each once."""
        return tuple(self.model_paths)


class StorageNodes(Population):
    """The storage servers."""

    model: Annotated[CatalogName, Field(description="Server profile, a catalog name.")] = (
        "storage-server"
    )


class ManagementNodes(Population):
    """The management servers; they answer DHCP requests that access switches relay."""

    model: Annotated[CatalogName, Field(description="Server profile, a catalog name.")] = (
        "management-server"
    )


class Pdus(Population):
    """The power distribution units with a network port."""


class Nodes(IntentModel):
    """The populations of hosts."""

    gpu: GpuNodes
    storage: StorageNodes | None = None
    management: ManagementNodes | None = None
    pdus: Pdus | None = None
