"""Facts of Ethernet standards that hold for every platform."""

from typing import Annotated

from pydantic import Field

from railwright.catalog.model import CatalogModel


class PauseResponse(CatalogModel):
    """How long a station may go on sending after a pause arrived, in pause quanta.

    `assumed` says that the number was not found in the standard for this speed.
    """

    speed_gbps: Annotated[int, Field(ge=1)]
    quanta: Annotated[int, Field(ge=1)]
    assumed: bool = False
    source: str


class Ethernet(CatalogModel):
    """Constants of frames, cables and pauses.

    `frame_overhead_bytes` is what a frame has around its IP packet, `wire_overhead_bytes` the
    preamble before and the gap after a frame.
    """

    propagation_ns_per_m: float
    pause_quantum_bits: int
    frame_overhead_bytes: int
    wire_overhead_bytes: int
    pfc_frame_bytes: int
    responses: tuple[PauseResponse, ...]
    source: str

    def response(self, speed_gbps: int) -> PauseResponse | None:
        """Return the response time at a speed, None where none is known."""
        return next((one for one in self.responses if one.speed_gbps == speed_gbps), None)
