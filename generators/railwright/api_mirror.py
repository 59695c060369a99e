"""What the playbook of the package mirror asks: what it holds, and the files that serve it."""

import base64
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from railwright.api import load_plan
from railwright.catalog.stack_model import Artefact
from railwright.emitters import mirror
from railwright.emitters.node_config import ROLES, base_apt, base_dnf, state
from railwright.emitters.node_config.places import artefact_name, index_name, mirror_url
from railwright.errors import RailwrightError
from railwright.plan.model import Device, Plan
from railwright.plan.stack import NodeStack, mirror_of, stack_of


def contents(intent: Path, host: str, upstream: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of module `railwright_mirror` for the server that has the mirror.

    `upstream` has `url`, `key` (a path on this controller) and `checksums` (by file name), each
    of which may be missing or empty.
    Raises: IntentError; RailwrightError for another host, a key that cannot be read or an archive
    without a checksum.
    """
    plan, stack, _ = _server(intent, host)
    given = _upstream(upstream)
    packages, archives = _wanted(plan, stack)
    want = mirror.contents(stack, packages, archives, given)
    place = {"unit": mirror.UNIT, "address": mirror_url(plan), "root": mirror.ROOT}
    return {**asdict(want), **place, "name": index_name(stack), **_rules(stack, given)}


def _rules(stack: NodeStack, upstream: mirror.Upstream) -> dict[str, str]:
    """Return what a node that asks the makers itself is told, so that the mirror takes the same."""
    if stack.is_apt:
        return {"preferences": base_apt.preferences(stack, moved=bool(upstream.url))}
    repositories = {
        name: one.model_copy(update={"url": mirror.through(one.url, upstream)})
        for name, one in stack.system.repositories.items()
    }
    return {"repo_files": base_dnf.repositories(repositories)}


def server_files(intent: Path, host: str) -> list[dict[str, str]]:
    """Return the files that serve the mirror, as module `railwright_files` takes them.

    Raises: as `contents`.
    """
    _, stack, device = _server(intent, host)
    return [
        {
            "path": f"/{file.path}",
            "content": base64.b64encode(file.content).decode(),
            "mode": f"{file.mode:04o}",
        }
        for file in mirror.server(stack, device)
    ]


def _server(intent: Path, host: str) -> tuple[Plan, NodeStack, Device]:
    plan = load_plan(intent).plan
    stack, device = stack_of(plan), mirror_of(plan)
    if stack is None or device is None:
        raise RailwrightError(f"{intent} has no mirror; set `stack.source: mirror` for one")
    if device.name != host:
        raise RailwrightError(f"the mirror of {intent} is on {device.name}, not on {host}")
    return plan, stack, device


def _wanted(plan: Plan, stack: NodeStack) -> tuple[dict[str, str | None], dict[str, Artefact]]:
    """Return the packages and the archives, by file name, that any node wants."""
    known = {artefact_name(one): one for one in stack.system.artefacts.values()}
    packages: dict[str, str | None] = {}
    archives: dict[str, Artefact] = {}
    for device in plan.nodes:
        for role in ROLES:
            if found := state(plan, device, role):
                archives |= {one.name: known[one.name] for one in found.archives}
                for one in found.packages:
                    packages[one.name] = one.version or packages.get(one.name)
    return packages, archives


def _upstream(given: Mapping[str, Any]) -> mirror.Upstream:
    path = str(given.get("key") or "")
    try:
        key = Path(path).read_text(encoding="ascii") if path else ""
    except OSError as err:
        raise RailwrightError(f"{path}: cannot be read: {err.strerror}; see `upstream`") from None
    except UnicodeDecodeError:
        raise RailwrightError(f"{path}: no armored key (text); gpg --armor --export") from None
    sums = {str(name): str(value) for name, value in (given.get("checksums") or {}).items()}
    return mirror.Upstream(str(given.get("url") or ""), key, sums)
