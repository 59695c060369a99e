"""Cabling: which media may be used, which modules must be, spares, labels and bundles.

The default lengths of media are our choice from the usual classes of reach, not those of a part:
at 100G a lane passive copper is sold up to 2 m and as a splitter up to 3 m, linear active copper
up to 5 m, retimed up to 7 m (NVIDIA's and other makers' lists of 800G cables); active optical
cables are offered up to 30 m, beyond which modules and jumpers are usual; 100 m is the most that
short-reach optics of any speed do over OM4, 10 km what long-reach ones do over single-mode fibre
(IEEE 802.3 SR and LR classes); 90 m is the permanent link of structured cabling (ISO/IEC 11801,
TIA-568). Every one can be given in the intent.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from railwright.intent.types import CatalogName, IntentModel, LengthM, Said
from railwright.units import Medium

LabelFormat = Literal["tia-606", "grid", "names"]
Owner = Literal["gpu", "storage", "management", "leaf", "spine", "superspine"]


def _once(media: tuple[Medium, ...]) -> tuple[Medium, ...]:
    for place, medium in enumerate(media):
        if medium in media[:place]:
            raise ValueError(f"names {medium} twice; give every medium once, the best one first")
    return media


class Media(IntentModel):
    """The longest cable of each medium, in metres; the catalog's reach holds besides."""

    DAC: Annotated[LengthM | None, Field(description="Passive copper.")] = 3.0
    ACC: Annotated[LengthM | None, Field(description="Active copper, linear.")] = 5.0
    AEC: Annotated[LengthM | None, Field(description="Active copper, retimed.")] = 7.0
    AOC: Annotated[LengthM | None, Field(description="Active optical cable.")] = 30.0
    MMF: Annotated[LengthM | None, Field(description="Multi-mode fibre.")] = 100.0
    SMF: Annotated[LengthM | None, Field(description="Single-mode fibre.")] = 10_000.0
    CAT6A: Annotated[LengthM | None, Field(description="Copper pairs, RJ45.")] = 90.0

    def longest_m(self, medium: Medium) -> float | None:
        """Return the longest cable of a medium, None where it may not be used."""
        found: float | None = getattr(self, medium)
        return found


class ModuleChoice(IntentModel):
    """A module that must be used where several would do."""

    network: Annotated[
        Literal["compute", "storage", "inband", "oob"], Field(description="The network.")
    ]
    at: Annotated[Owner, Field(description="What the module is plugged into.")]
    part: Annotated[CatalogName, Field(description="Its part number.", examples=["MMA4Z00-NS400"])]
    reason: Annotated[Said, Field(description="Why; shown in the report.")]


class Spares(IntentModel):
    """Spare parts, percent of each part number, rounded up."""

    modules_percent: Annotated[float, Field(ge=0, le=100, description="Transceivers.")] = 2.0
    cables_percent: Annotated[float, Field(ge=0, le=100, description="Cables and jumpers.")] = 2.0
    switches_percent: Annotated[float, Field(ge=0, le=100, description="Switches.")] = 0.0


class Cabling(IntentModel):
    """How cables are chosen, labelled, bundled and stocked."""

    media: Media = Media()
    prefer: Annotated[
        tuple[Medium, ...],
        Field(
            min_length=1,
            max_length=7,
            strict=False,
            description="Media in order of preference. Default: the shortest reach first.",
        ),
        AfterValidator(_once),
    ] = ("CAT6A", "DAC", "ACC", "AEC", "MMF", "AOC", "SMF")
    modules: Annotated[
        tuple[ModuleChoice, ...],
        Field(max_length=100, strict=False, description="Modules that must be used."),
    ] = ()
    spares: Spares = Spares()
    labels: Annotated[
        LabelFormat,
        Field(
            description="tia-606: rack-unit:port / far end; grid: rack-unit-port; names: "
            "device:port."
        ),
    ] = "tia-606"
    fibres_per_bundle: Annotated[
        int, Field(ge=1, le=144, description="Optical cables of one bundle at most.")
    ] = 24
    coppers_per_bundle: Annotated[
        int, Field(ge=1, le=144, description="Copper cables of one bundle at most.")
    ] = 12
