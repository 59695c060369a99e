"""Names that would be too long for DNS."""

from collections.abc import Iterator

from railwright.errors import Problem
from railwright.plan import host_names
from railwright.plan.model import Plan

# Source: RFC 1035, section 2.3.4: 255 octets with length bytes, so 253 characters; a label has 63.
NAME_CHARS = 253
LABEL_CHARS = 63


def check_names(plan: Plan) -> Iterator[Problem]:
    """Yield a problem if the domain leaves no room for the longest name."""
    domain = plan.intent.services.domain or ""
    if len(domain) <= NAME_CHARS - LABEL_CHARS - 1:
        return
    longest = max((one.name for one in host_names.of_plan(plan)), key=len)
    room = NAME_CHARS - len(longest) - 1
    if len(domain) > room:
        yield Problem(
            "services.domain",
            f"has {len(domain)} characters, but names as long as {longest} leave room for {room}; "
            "choose a shorter domain",
        )
