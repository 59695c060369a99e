#!/usr/bin/python3
"""Bring the units of this host into their states, all with one execution.

Runs on targets with the standard library alone.
"""

from __future__ import annotations

import subprocess
from typing import NamedTuple

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = """
module: railwright_units
short_description: Enable, mask, start, stop and restart systemd units
description:
  - Has systemd read its unit files again, then carries out what is asked for, in the order of the
    options. Nothing is looked up first; whoever calls it has seen that it is needed.
options:
  unmask: {description: Units to unmask., type: list, elements: str, default: []}
  mask: {description: Units to stop and mask., type: list, elements: str, default: []}
  enable: {description: Units to start at boot., type: list, elements: str, default: []}
  disable: {description: Units not to start at boot., type: list, elements: str, default: []}
  stop: {description: Units to stop., type: list, elements: str, default: []}
  start: {description: Units to start., type: list, elements: str, default: []}
  restart: {description: Units to restart., type: list, elements: str, default: []}
  try_restart:
    description: Units to restart if they run; those not there or masked are left out.
    type: list
    elements: str
    default: []
"""

RETURN = """
commands:
  description: What was run.
  type: list
  returned: always
"""

COMMAND_S = 600
VERBS = ("unmask", "mask", "enable", "disable", "stop", "start", "restart", "try_restart")

CANNOT_RUN = ("not-found", "masked")
"""Load states of units that do not run; `try-restart` of such fails with some versions of systemd
(249 of a masked unit) and not with others."""


class Failure(NamedTuple):
    """A unit that did not do as told, and what systemd says about it."""

    unit: str
    verb: str
    error: str


def systemctl(*words: str) -> tuple[int, str]:
    """Return exit status and what was said."""
    try:
        done = subprocess.run(  # noqa: S603 (no shell)
            ["systemctl", *words],  # noqa: S607 (where it is differs)
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=COMMAND_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return 1, f"did not end within {COMMAND_S} s"
    return done.returncode, (done.stderr or done.stdout).strip()


def words_of(verb: str) -> list[str]:
    """Return the words that stand before the units."""
    return ["mask", "--now"] if verb == "mask" else [verb.replace("_", "-")]


def shown(unit: str, what: str) -> str:
    """Return a property of a unit, in systemd's words."""
    return systemctl("show", "-p", what, "--value", "--", unit)[1] or "unknown"


def act(verb: str, units: list[str]) -> list[Failure]:
    """Carry out one verb on units; return those that failed.

    All at once first; only where that failed unit by unit, to find the one. Restarts are single
    from the beginning, so that none restarts twice.
    """
    if not verb.endswith("restart") and systemctl(*words_of(verb), "--", *units)[0] == 0:
        return []
    failures = []
    for unit in units:
        status, error = systemctl(*words_of(verb), "--", unit)
        if status == 0 or (verb == "try_restart" and shown(unit, "LoadState") in CANNOT_RUN):
            continue
        failures.append(Failure(unit, verb, f"{error} (result: {shown(unit, 'Result')})"))
    return failures


def main() -> None:
    """Run as a module."""
    names = {"type": "list", "elements": "str", "default": []}
    module = AnsibleModule(
        argument_spec={verb: dict(names) for verb in VERBS}, supports_check_mode=True
    )
    asked = [(verb, module.params[verb]) for verb in VERBS if module.params[verb]]
    commands = [" ".join(["systemctl", *words_of(verb), *units]) for verb, units in asked]
    if module.check_mode:
        module.exit_json(changed=True, commands=commands)
    status, error = systemctl("daemon-reload")
    failures = [] if status == 0 else [Failure("systemd", "daemon-reload", error)]
    for verb, units in asked:
        failures += act(verb, units)
    if failures:
        texts = [
            f"{one.unit} did not {one.verb.replace('_', '-')}: {one.error}" for one in failures
        ]
        module.fail_json(msg="; ".join(texts), units=sorted({one.unit for one in failures}))
    module.exit_json(changed=True, commands=commands)


if __name__ == "__main__":
    main()
