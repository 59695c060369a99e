"""A switch model by any name that it goes by."""

from typing import NamedTuple

from railwright.catalog.loader import switch, switch_names
from railwright.catalog.model import SwitchPlatform
from railwright.errors import RailwrightError


class AmbiguousNameError(RailwrightError):
    """A name that several switch models go by; the text lists them."""


class Found(NamedTuple):
    """A switch model, and the HWSKU where the name was that of one."""

    platform: SwitchPlatform
    hwsku: str | None = None


def find(name: str) -> Found:
    """Return the switch of a catalog name, SONiC platform name or HWSKU name.

    Raises: UnknownModelError with the names there are; AmbiguousNameError.
    """
    if name in switch_names():
        return Found(switch(name))
    found = [
        Found(platform, hwsku)
        for platform in map(switch, switch_names())
        for hwsku, one in (
            (None, platform.sonic_platform),
            *((sku.name, sku.name) for sku in platform.skus),
        )
        if one == name
    ]
    if len(found) > 1:
        models = " and ".join(one.platform.name for one in found)
        kind = "HWSKU" if found[0].hwsku else "SONiC platform"
        raise AmbiguousNameError(f"{name!r} is the {kind} of {models}; give one of these names")
    return found[0] if found else Found(switch(name))
