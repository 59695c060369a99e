"""Verbs that need no device: init, validate, build, show, explain."""

import argparse
import csv
import json
import sys

from railwright.cli.console import (
    DIFFERENCE,
    DONE,
    ERROR,
    print_table,
    split_intent,
    warn,
)
from railwright.files import EXTRAS

PDF = ".pdf"


def init(arguments: argparse.Namespace) -> int:
    """Print a new intent."""
    from railwright import api

    text = api.scaffold(
        arguments.name, arguments.gpus, arguments.switch, arguments.node, arguments.design
    )
    print(text, end="")
    return DONE


def validate(arguments: argparse.Namespace) -> int:
    """Load, plan and check; with --yang also every emitted config_db."""
    from railwright import api

    loaded = api.load_plan(arguments.intent)
    warn(loaded.warnings)
    print(
        f"{arguments.intent}: valid, {len(loaded.plan.devices)} devices, "
        f"{len(loaded.plan.links)} links, {len(loaded.warnings)} warnings"
    )
    if arguments.yang is None:
        return DONE
    findings = api.validate_yang(loaded.plan, arguments.yang)
    for finding in findings:
        print(finding, file=sys.stderr)
    switches = len(loaded.plan.switches)
    bad = len({finding.device for finding in findings})
    print(f"{arguments.yang}: {switches - bad} of {switches} switch configurations valid")
    return ERROR if findings else DONE


def build(arguments: argparse.Namespace) -> int:
    """Write the artefacts, or with --check only say what would change."""
    from railwright import api

    extras = frozenset(name for name in EXTRAS if getattr(arguments, name))
    built = api.build(arguments.intent, arguments.out, dry_run=arguments.check, extras=extras)
    changes = built.changes
    print(built.summary, end="")
    if outdated := [] if arguments.pdf else [one for one in changes.removed if one.endswith(PDF)]:
        print(
            f"{built.folder}: {len(outdated)} PDF files of a former build "
            f"{'would be' if arguments.check else 'were'} removed, they are out of date; "
            "`build --pdf` writes them anew"
        )
    if not arguments.check:
        print(
            f"{built.folder}: {changes.total} files, {len(changes.added)} added, "
            f"{len(changes.changed)} changed, {len(changes.removed)} removed"
        )
        return DONE
    for sign, paths in (("+", changes.added), ("~", changes.changed), ("-", changes.removed)):
        for path in paths:
            print(f"{sign} {built.folder / path}")
    print(f"{built.folder}: {'would change' if changes else 'up to date'}")
    return DIFFERENCE if changes else DONE


def show(arguments: argparse.Namespace) -> int:
    """Print one table of the plan."""
    from railwright import api
    from railwright.plan.tables import TABLES as RENDERERS

    rows = list(RENDERERS[arguments.what](api.load_plan(arguments.intent).plan))
    if arguments.format == "json":
        print(json.dumps(rows, indent=1))
    elif arguments.format == "csv":
        writer = csv.DictWriter(sys.stdout, list(rows[0]) if rows else [], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        print_table(rows)
    return DONE


def explain(arguments: argparse.Namespace) -> int:
    """Print the derivation of one value."""
    from railwright import api
    from railwright.plan.explain import explain as derive

    intent, words = split_intent(arguments.words)
    loaded = api.load_plan(intent)
    host, *subject = words or ("",)
    found = derive(loaded.plan, host, tuple(subject))
    inputs = []
    for one in found.inputs:
        file, line = loaded.sources.place(one.path) if one.path else ("", 0)
        place = f"{file}:{line} {one.path}" if one.path else one.source
        inputs.append({"name": one.name, "value": one.value, "from": place or "plan"})
    if arguments.format == "json":
        print(
            json.dumps(
                {
                    "subject": found.subject,
                    "value": found.value,
                    "how": found.how,
                    "inputs": inputs,
                },
                indent=1,
            )
        )
        return DONE
    print(f"{found.subject} = {found.value}\n  {found.how}")
    for one_input in inputs:
        print(f"  {one_input['name']}: {one_input['value']}  [{one_input['from']}]")
    return DONE
