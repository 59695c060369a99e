"""The verb that takes in what technicians hand in: redline."""

import argparse
from pathlib import Path

from railwright.cli.console import DIFFERENCE, DONE, split_intent
from railwright.errors import RailwrightError


def redline(arguments: argparse.Namespace) -> int:
    """Merge files into the intent; exit 2 when that changes it or leaves anything out."""
    from railwright import api_redline
    from railwright.redline import document, text

    intent, words = split_intent(arguments.words)
    if not words:
        raise RailwrightError("name what was handed in: exports (.json), workbooks (.xlsx), .csv")
    found = api_redline.redline(intent, [Path(word) for word in words], write=arguments.write)
    outcome = found.outcome
    changes = bool(found.files) and not arguments.write
    code = DIFFERENCE if changes or outcome.left_out else DONE
    written = bool(found.files) and arguments.write
    if arguments.format == "json":
        print(document.render(outcome, found.files, code, written=written), end="")
    else:
        print(text.render(outcome, found.files, done=written), end="")
    return code
