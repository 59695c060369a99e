"""The verb that sets designs side by side: compare."""

import argparse

from railwright.cli.console import DONE
from railwright.errors import RailwrightError


def compare(arguments: argparse.Namespace) -> int:
    """Print designs side by side and, if asked, the claims; designs may be equal: exit 0."""
    from railwright import api
    from railwright.compare import document, text

    intents, claims = arguments.intents, arguments.claims
    if len(intents) < 2 and not claims:
        raise RailwrightError(
            f"compare needs two or more intents, got {len(intents)}; "
            "name the one to measure against first, or ask for --claims"
        )
    found = api.compare(intents, claims=claims)
    if arguments.format == "json":
        print(document.render(found), end="")
    else:
        print(text.render(found), end="")
    return DONE
