"""The verb catalog: list what there is, show an entry, import a node profile."""

import argparse
import json

from railwright.cli.console import DONE, print_table


def list_entries(arguments: argparse.Namespace) -> int:
    """Print the kind, name and title of every entry, or of one kind."""
    from railwright import api_catalog

    print_table(
        [
            {"kind": one.kind, "name": one.name, "title": one.title or None}
            for one in api_catalog.entries(arguments.kind)
        ]
    )
    return DONE


def show(arguments: argparse.Namespace) -> int:
    """Print an entry with its sources and assumptions."""
    from railwright import api_catalog
    from railwright.cli import catalog_text

    entry = api_catalog.entry(arguments.name)
    if arguments.format == "json":
        print(json.dumps(entry.model.model_dump(mode="json"), indent=1))
    else:
        print(catalog_text.render(entry.kind, entry.name, entry.model), end="")
    return DONE


def import_node(arguments: argparse.Namespace) -> int:
    """Print or write the node profile that saved output makes."""
    from railwright import api_catalog

    text = api_catalog.import_node(
        arguments.name,
        arguments.topo,
        arguments.lspci,
        arguments.ibdev2netdev,
        arguments.like,
    )
    if arguments.out is None:
        print(text, end="")
        return DONE
    api_catalog.write_new(arguments.out, text)
    print(f"{arguments.out}: node profile {arguments.name}; confirm its assumptions")
    return DONE
