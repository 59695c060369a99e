"""Verbs that reach devices, real or in the lab: push, drift, verify, lab."""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from railwright.cli.console import DIFFERENCE, DONE, ERROR, split_intent
from railwright.errors import RailwrightError

if TYPE_CHECKING:
    from railwright.api_live import Selection
    from railwright.plan.model import Plan

ONLY = "RAILWRIGHT_ONLY"
_CABLING = "cabling"


def push(arguments: argparse.Namespace) -> int:
    """Survey all switches, then apply wave by wave; --dry-run stops after the survey."""
    from railwright import api_live

    accept = api_live.accepted(arguments.accept)
    with api_live.fleet(arguments.intent, api_live.login(os.environ)) as way:
        switches = _selection(way.plan, arguments.limit).switches
        if not switches:
            raise RailwrightError("no switch is selected, and push changes switches only")
        values = api_live.secrets(way.plan, os.environ)
        found = api_live.survey(way, switches, values, accept, "--accept ")
        plain = api_live.surveyed_values(found)
        for one in plain["switches"].values():
            print(one["msg"])
            for line in one.get("impacts", ()):
                print(f"  {line}")
        for number, wave in enumerate(plain["waves"], 1):
            print(f"wave {number}: {wave}")
        changes = any(one.get("changed") for one in plain["switches"].values())
        broken = bool(found.unreachable) or any(
            one.get("failed") for one in plain["switches"].values()
        )
        if arguments.dry_run:
            if found.stop:
                print(found.stop, file=sys.stderr)
            return ERROR if broken or found.stop else DIFFERENCE if changes else DONE
        for result in api_live.push(way, found, values, accept):
            one = api_live.result_values(result)
            if one["changed"] or one["failed"]:
                print(f"done: {one['msg']}" if not one["failed"] else one["msg"])
            broken = broken or one["failed"]
    return ERROR if broken else DONE


def drift(arguments: argparse.Namespace) -> int:
    """Compare; exit 2 when an owned value differs."""
    from railwright import api_live
    from railwright.device.drift_format import FORMATS

    with api_live.fleet(arguments.intent, api_live.login(os.environ)) as way:
        chosen = _selection(way.plan, arguments.limit)
        report = api_live.drift(way, chosen, api_live.secrets(way.plan, os.environ))
    print(FORMATS[arguments.format](report), end="")
    return report.exit_code


def verify(arguments: argparse.Namespace) -> int:
    """Check the live cluster, or saved LLDP outputs; exit 2 on findings."""
    from railwright import api_live

    intent, names = split_intent(arguments.words)
    if arguments.lldp is not None:
        return _verify_saved(intent, names, arguments)
    with api_live.fleet(intent, api_live.login(os.environ)) as way:
        devices = _selection(way.plan, arguments.limit).devices
        report = api_live.verify(way, devices, _only(), names, arguments.wait)
    print(report.json() if arguments.format == "json" else report.text(), end="")
    return report.exit_code


def _verify_saved(intent: Path, names: Sequence[str], arguments: argparse.Namespace) -> int:
    from railwright import api
    from railwright.api_live import check_names
    from railwright.cli import saved
    from railwright.device.verify import verify_files

    check_names(names)
    if others := [name for name in names if name != _CABLING]:
        raise RailwrightError(
            f"--lldp DIR checks {_CABLING} alone, and {others[0]} needs the devices: leave out "
            f"{others[0]} or --lldp"
        )
    for option in ("limit", "wait"):
        if getattr(arguments, option) is not None:
            raise RailwrightError(
                f"--{option} is for devices that are asked; with --lldp DIR the files in DIR are "
                "all that is looked at, and once"
            )
    plan = api.load_plan(intent).plan
    found = saved.load(arguments.lldp, plan.device)
    report = verify_files(plan, found.texts, found.tables, _only(), found.others)
    print(report.json() if arguments.format == "json" else report.text(), end="")
    return report.exit_code


def _only() -> frozenset[str] | None:
    from railwright.cli.saved import text_of

    path = os.environ.get(ONLY)
    try:
        return None if path is None else frozenset(text_of(Path(path)).split())
    except RailwrightError as err:
        raise RailwrightError(f"{ONLY}: {err}") from err


def _selection(plan: "Plan", limit: str | None) -> "Selection":
    from railwright import api_live

    return api_live.select(plan, limit, _only())


def _say(line: str) -> None:
    if sys.stderr.isatty() or not os.environ.get("CI"):
        print(line, file=sys.stderr, flush=True)


def lab_check(_: argparse.Namespace) -> int:
    """Say whether this host can run a lab."""
    from railwright.lab import requirements, state

    with suppress(PermissionError):  # without root, the check itself says so
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
    return DONE if found.is_whole else DIFFERENCE


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
