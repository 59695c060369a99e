"""Debian 12's FRR (8.4.4) instead of SONiC's own build (10.5): the differences, in one place.

Everything else SONiC renders is valid in both, word for word.
"""

import re
from collections.abc import Iterable, Iterator

MAXIMUM_PATHS = 256
"""Debian builds with --enable-multipath=256 and refuses a higher number; it is the default too."""

_NO_PATTERNS = (
    # whole objects, each removed by the words that name it
    (re.compile(r"(router bgp \d+)(?: .*)?"), r"no \1"),
    (re.compile(r"(route-map \S+) (?:permit|deny) \d+"), r"no \1"),
    (re.compile(r"((?:ip|ipv6) prefix-list \S+) .+"), r"no \1"),
    (re.compile(r"(bgp community-list standard \S+) .+"), r"no \1"),
    (re.compile(r"((?:ip|ipv6) protocol bgp) .+"), r"no \1"),
    # single lines
    (re.compile(r"((?:ip|ipv6) route .+)"), r"no \1"),
)


def translate(lines: Iterable[str]) -> Iterator[str]:
    """Yield SONiC's lines as FRR 8.4.4 in a lab switch takes them.

    - `maximum-paths` above the build's limit becomes that limit.
    - Next-hop groups in the kernel are switched off: 8.4.4 leaves a returned member out of the
      group after a link flap, while its own tables call the route installed.
    - The kernel may have no dummy device, so Loopback0 is `lo`.
    """
    for line in lines:
        words = line.split()
        if words[:1] == ["maximum-paths"]:
            paths = min(int(words[1]), MAXIMUM_PATHS)
            yield re.sub(r"\d+", str(paths), line, count=1)
        elif line == "zebra nexthop kernel enable":
            yield "no zebra nexthop kernel enable"
        elif words[1:2] == ["route"] and words[-1] == "Loopback0":
            yield line.removesuffix("Loopback0") + "lo"
        else:
            yield line


def removals(running: str) -> list[str]:
    """Return the lines that take a running configuration back to an empty one.

    Args:
        running: the text of `show running-config`.
    """
    lines: dict[str, None] = {}
    for line in running.splitlines():
        for pattern, replacement in _NO_PATTERNS:
            if pattern.fullmatch(line):
                lines[pattern.sub(replacement, line)] = None
    # BGP goes first: while it runs, it would act on every single removal
    return sorted(lines, key=lambda line: not line.startswith("no router bgp"))
