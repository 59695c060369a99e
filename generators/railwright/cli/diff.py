"""The verb that compares two designs: diff."""

import argparse

from railwright.cli.console import DIFFERENCE, DONE


def diff(arguments: argparse.Namespace) -> int:
    """Print what changes from OLD to NEW; exit 2 when something that exists changes."""
    from railwright import api
    from railwright.diff import document, text

    found = api.diff(arguments.old, arguments.new)
    if arguments.format == "json":
        print(document.render(found), end="")
    else:
        print(text.render(found, everything=arguments.all), end="")
    return DIFFERENCE if found.result == "changes" else DONE
