"""Links whose cables are as long as they were built, not as long as they were planned."""

from railwright.intent.overrides import Overrides
from railwright.plan.cables.fit import BuiltLength
from railwright.plan.overrides.model import AT, Named, Overridden


def apply(overrides: Overrides, found: Overridden) -> None:
    """Note how long the cables of links are; what they are cabled with is found later."""
    named = Named("lengths", found.links, overrides.links, "give its length_m there")
    for number, override in enumerate(overrides.lengths):
        link, what = named.link(number, override.link)
        if link is None:
            found.refuse(f"{AT}.lengths[{number}].link", what)
        else:
            found.built[link.id] = BuiltLength(number, link.id, override.length_m)
