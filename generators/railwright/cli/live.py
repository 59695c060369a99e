"""Verbs that reach devices, real or in the lab: lab."""

import argparse
import os
import sys
from pathlib import Path
from typing import NoReturn

from railwright.cli.console import DONE, ERROR
from railwright.errors import RailwrightError


def _say(line: str) -> None:
    if sys.stderr.isatty() or not os.environ.get("CI"):
        print(line, file=sys.stderr, flush=True)


def lab_check(_: argparse.Namespace) -> int:
    """Say whether this host can run a lab."""
    from railwright.lab import requirements, state

    state.RUN_FOLDER.mkdir(parents=True, exist_ok=True)
    requirements.check(state.RUN_FOLDER)
    print("this host can run a lab")
    return DONE


def lab_up(arguments: argparse.Namespace) -> int:
    """Bring the lab up, or what is missing of it."""
    from railwright import api
    from railwright.lab.lifecycle import LabOptions, up

    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "railwright"
    proxies = {
        name: os.environ[name] for name in ("http_proxy", "https_proxy") if name in os.environ
    }
    options = LabOptions(cache=cache, nodes=arguments.nodes, proxies=proxies)
    done = up(api.load_plan(arguments.intent).plan, options, _say)
    print(
        f"{done.cluster}: {len(done.booted)} devices booted"
        if done
        else f"{done.cluster}: was up already"
    )
    return DONE


def lab_status(arguments: argparse.Namespace) -> int:
    """Report every device of the lab."""
    from railwright.lab.status import status

    found = status(_cluster(arguments.intent))
    print(found.json() if arguments.format == "json" else found.text(), end="")
    return DONE if found.is_whole else ERROR


def lab_exec(arguments: argparse.Namespace) -> NoReturn:
    """Become a command inside the lab."""
    from railwright.lab.execute import run

    words = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    if not words:
        raise RailwrightError("lab exec needs a command: railwright lab exec INTENT -- COMMAND ...")
    run(_cluster(arguments.intent), words, arguments.intent, os.environ)


def lab_down(arguments: argparse.Namespace) -> int:
    """Take the lab down, whatever state it is in."""
    from railwright.lab.lifecycle import down

    cluster = _cluster(arguments.intent)
    print(f"{cluster}: {'down' if down(cluster, _say) else 'was down already'}")
    return DONE


def _cluster(intent: Path) -> str:
    from railwright import api

    return api.load_plan(intent).plan.intent.cluster
