"""What the playbooks ask about nodes: what to look at, what to do, whether to restart.

Every function takes a `Node` and the way to run a module on it, and returns a result for Ansible.
Nothing here knows Ansible: a module is run by the function that is handed in.
"""

import base64
import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from railwright.api import load_plan
from railwright.emitters.node_config import ROLES, base_apt, base_dnf
from railwright.errors import RailwrightError
from railwright.files import OutputFile
from railwright.nodes import (
    answer,
    attempt,
    busy,
    doubts,
    preflight,
    public_keys,
    restart,
    steps,
    text,
)
from railwright.nodes.answer import Values
from railwright.nodes.model import Difference, Observed, RestartReason, RoleWork, Wanted
from railwright.nodes.request import request
from railwright.nodes.wanted import Site, of_device
from railwright.plan.stack import mirror_of, stack_of

Execute = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""Runs a module with its arguments on the node and returns its result; it does not raise for one
that failed. In check mode it runs it in check mode."""

MIRROR_KEY = "railwright_mirror_key"
"""What was read of the mirror's public key, and below what the makers' keys are."""
KEYS = "railwright_makers_keys"
UNTOUCHED = "railwright_untouched"
"""The roles of which there is nothing on the node and nothing is wanted; no run changes that."""
DISTURB = "railwright_disturb_jobs"
EVERYTHING = frozenset({"all", "tagged", "nodes"})
"""Tags that ask for every part of the play."""
YES, NO = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0", ""})
ROUNDS = 3
"""How often a role looks, at most: some things can only be looked at once others are there."""
GIVE_KEY = "use a mirror (stack.source) or a substitute (RAILWRIGHT_UPSTREAM), or give the key's \
text as railwright_given, by its path on the nodes"


@dataclass(frozen=True, slots=True)
class Node:
    """One node in one run of a play.

    `variables` are its variables in Ansible, facts included; `run` tells this run from another,
    whose facts say nothing; `check` is check mode.
    """

    intent: Path
    host: str
    variables: Mapping[str, Any]
    run: str
    execute: Execute
    check: bool = False

    @property
    def fresh(self) -> Observed | None:
        """Return what this run has seen of the node since it was last changed, None if nothing."""
        return self._fact(answer.FACT)

    @property
    def untouched(self) -> Collection[str]:
        """Return the roles that this run need not look at again, however much it changed."""
        return frozenset((self._fact(UNTOUCHED) or {}).get("roles", ()))

    @property
    def disturbs(self) -> bool:
        """Return whether jobs may be disturbed. Raises: RailwrightError for neither yes nor no."""
        given = self.variables.get(DISTURB) or False
        if (word := str(given).lower()) not in YES | NO:
            raise RailwrightError(f"{DISTURB} is {given!r}; give true or false")
        return word in YES

    @property
    def parts(self) -> Collection[str]:
        """Return the roles that this run's tags ask for, and `restart` where they do."""
        asked = frozenset(self.variables.get("ansible_run_tags") or ["all"])
        every = frozenset((*ROLES, busy.RESTART))
        found = every if asked & EVERYTHING else every & asked
        return found - frozenset(self.variables.get("ansible_skip_tags") or ())

    def _fact(self, name: str) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] = self.variables.get("ansible_facts", {}).get(name) or {}
        return found if found.get("run") == self.run else None

    @property
    def wanted(self) -> Wanted:
        """Return what the node is to be. Raises: RailwrightError for no node of the plan."""
        plan = load_plan(self.intent).plan
        device = plan.device.get(self.host)
        if device is None or not device.is_node:
            raise RailwrightError(f"{self.host} is no node of {self.intent}")
        return of_device(plan, device, self._site)

    @property
    def _site(self) -> Site:
        values = self.variables
        return Site(
            given={
                **(values.get(KEYS) or {}).get("given", {}),
                **(values.get("railwright_given") or {}),
            },
            checksums=values.get("railwright_checksums") or {},
            upstream=values.get("railwright_upstream_url") or "",
            key=self._key,
            silent=self._silent,
        )

    @property
    def _silent(self) -> str:
        """Return why the mirror's key is not known, empty where its host answered."""
        read = self.variables.get(MIRROR_KEY) or {}
        if not read.get("unreachable"):
            return ""
        host = self.variables.get("railwright_mirror_host", "the mirror's host")
        return f"{host}, which has the mirror's public key, did not answer ({read.get('msg', '')})"

    @property
    def _key(self) -> str:
        """Return the public key of the one source: the mirror's, or that of a substitute."""
        if mirror_of(load_plan(self.intent).plan) is not None:
            read = self.variables.get(MIRROR_KEY) or {}
            return base64.b64decode(read.get("content") or "").decode(errors="replace")
        path = self.variables.get("railwright_upstream_key")
        try:
            return Path(path).read_text() if path else ""
        except OSError as err:
            raise RailwrightError(f"{path}: cannot be read: {err.strerror}") from err


def makers_keys(intent: Path, given: Collection[str], cache: Path, execute: Execute) -> Values:
    """Return the public keys that nodes need of packages' makers, by path on the nodes.

    Each is downloaded once by the controller into `cache`, and only taken with a fingerprint of
    the release. Paths that are `given` are left out. Raises: RailwrightError.
    """
    plan = load_plan(intent).plan
    stack = stack_of(plan)
    if stack is None or mirror_of(plan) is not None:
        return {"changed": False, "given": {}}
    sources = base_apt if stack.is_apt else base_dnf
    found = {}
    for path, repository in sources.keys(plan, stack).items():
        if path in given or repository is None or repository.key_url is None:
            continue
        url, wanted = repository.key_url, repository.fingerprints
        file = cache / f"{hashlib.sha256(url.encode()).hexdigest()[:16]}.asc"
        if public_keys.refusal(_content(file), wanted):
            result = _download(url, file, execute)
            if result.get("failed"):
                said = result.get("msg", "")
                raise RailwrightError(f"{url} cannot be downloaded: {said}; {GIVE_KEY}")
        if why := public_keys.refusal(_content(file), wanted):
            raise RailwrightError(f"the key at {url} is not taken, {why}; {GIVE_KEY}")
        found[path] = public_keys.armored(_content(file))
    return {"changed": False, "given": found}


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _download(url: str, file: Path, execute: Execute) -> Values:
    folder = {"path": str(file.parent), "state": "directory", "mode": "0700"}
    made = execute("ansible.builtin.file", folder)
    if made.get("failed"):
        return made
    return execute("ansible.builtin.get_url", {"url": url, "dest": str(file), "force": True})


def survey(node: Node) -> Values:
    """Look at the whole node; refuse what must not be touched, predict restarts."""
    wanted = node.wanted
    observed = _look(node, wanted)
    jobs = () if node.disturbs else busy.troubles(wanted, observed, node.parts)
    found = (*wanted.faults, *preflight.troubles(wanted, observed))
    if found or (jobs and not node.check):
        return answer.failed(f"{node.host} was left as it is:", [*found, *jobs])
    reasons = restart.predicted(wanted, observed)
    absent = [role for role in observed["settled"] if role not in wanted.roles]
    return {
        "changed": False,
        "restart": [str(one) for one in reasons],
        "busy": [str(one) for one in jobs],
        "msg": "\n".join((answer.prediction(reasons, observed), *map(str, jobs))),
        "ansible_facts": {
            answer.FACT: dict(observed),
            UNTOUCHED: {"run": node.run, "roles": absent},
        },
    }


def converge(node: Node, role: str) -> Values:
    """Bring one role of a node into its state; say what was different.

    `paths`, `packages`, `units` are what changed, for handlers. In check mode nothing is run that
    does not only show. A role that the plan no longer wants is undone.
    """
    if role not in ROLES:
        raise RailwrightError(f"there is no role {role!r}; choose one of {', '.join(ROLES)}")
    observed = node.fresh
    if observed is not None and role in observed["settled"]:
        return answer.converged(())
    if role in node.untouched:
        return answer.converged(())
    wanted = node.wanted
    if observed is None:
        observed = _look(node, wanted, [role])
    work = steps.work(wanted, role, observed)
    if not work:
        if found := doubts.doubts(wanted, role, observed):
            return answer.failed(f"{role} on {node.host} is not right:", found)
        return answer.converged(())
    act = _preview(node, role, work) if node.check else _carry_out(node, wanted, role, work)
    return act | {"packaging": observed["packaging"]["kind"]}


def confirm(node: Node, role: str) -> Values:
    """Note on the node that the files of a role have taken effect."""
    if node.check:
        return {"changed": False}
    return node.execute("railwright_files", {"owner": role, "confirm": True})


def reasons(node: Node) -> Values:
    """Return why the node has to restart now; in check mode, why it surely would have to.

    Fails where it must not. What it is to restart for is written down on the node.
    """
    wanted = node.wanted
    observed = node.fresh or _look(node, wanted)
    if node.check:
        found = restart.predicted(wanted, observed)
        return _to_restart([one for one in found if one.sure], observed)
    if not restart.reasons(wanted, observed):
        return _to_restart((), observed) | _written(node, observed, ())
    observed = _look(node, wanted)  # jobs may have begun since the first look
    found = restart.reasons(wanted, observed)
    values = _to_restart(found, observed)
    if refusal := _refusal(node, wanted, observed, found):
        return values | refusal
    return values | _written(node, observed, attempt.note(found, observed["boot_id"]))


def restarted(node: Node, boot_id: str, reset: str = "") -> Values:
    """Look at a node that was restarted: it booted, and nothing is left to do.

    `reset` is what went wrong with resets of NICs before that.
    """
    wanted = node.wanted
    observed = _look(node, wanted)
    facts = {"ansible_facts": {answer.FACT: dict(observed)}}
    if observed["boot_id"] == boot_id:
        return facts | answer.failed(f"{node.host} did not restart; see its console", ())
    reasons = restart.reasons(wanted, observed)
    left: list[object] = list(reasons)
    for role in wanted.roles:
        work = steps.work(wanted, role, observed)
        left += [*work.differences, *work.waiting, *doubts.doubts(wanted, role, observed)]
    forgotten = {} if reasons else _written(node, observed, ())
    if left:
        head = f"{node.host} restarted, and this is still not as it should be:"
        return facts | answer.failed(
            head, [*left, *answer.advice(reasons, reset), *answer.warnings(observed)]
        )
    return facts | {"changed": False} | forgotten


def _to_restart(found: Collection[RestartReason], observed: Observed) -> Values:
    return {
        "changed": False,
        "reasons": [str(one) for one in found],
        "resets": list(restart.resets(observed)),
        "boot_id": observed["boot_id"],
        "ansible_facts": {answer.FACT: dict(observed)},
    }


def _refusal(
    node: Node, wanted: Wanted, observed: Observed, found: Collection[RestartReason]
) -> Values:
    """Return why a node that has to restart must not, empty where it may."""
    host, forbids = node.host, wanted.stack is not None and wanted.stack.choices.reboot == "never"
    if absent := doubts.missing(wanted, observed):
        return answer.failed(
            f"{host} is not restarted, as what it would start is not there:", absent
        )
    if cold := [one for one in found if one.cold]:
        return answer.failed(f"{host} needs more than a restart, {answer.COLD}:", cold)
    if forbids:
        head = f"{host} has to restart, which stack.reboot forbids; restart it by hand:"
        return answer.failed(head, found)
    if not node.disturbs and (jobs := busy.troubles(wanted, observed)):
        return answer.failed(f"{host} has to restart, and is at work:", jobs)
    if attempt.in_vain(found, observed):
        resets = [answer.RESET] if restart.resets(observed) else []
        head = f"{host} restarted for this already, {answer.IN_VAIN}:"
        return answer.failed(head, [*found, *resets])
    return {}


def _written(node: Node, observed: Observed, files: Collection[OutputFile]) -> Values:
    """Write down what a node restarts for, or forget it; return what went wrong with that."""
    if not files and not attempt.is_noted(observed):
        return {}
    step = steps.lay_down(attempt.OWNER, tuple(files))
    result = node.execute(step.module, step.arguments)
    if not result.get("failed"):
        return {}
    head = f"{node.host} cannot keep what it restarts for:"
    return answer.failed(head, [text.trouble(step, result)])


def _look(node: Node, wanted: Wanted, roles: Collection[str] | None = None) -> Observed:
    """Return what is seen of the node. Raises: RailwrightError where looking failed."""
    asked = request(wanted, roles)
    if roles is None:
        asked["owners"] = sorted({*asked["owners"], attempt.OWNER})
    result = node.execute("railwright_observe", {"request": asked})
    if result.get("failed"):
        raise RailwrightError(f"{node.host} cannot be looked at: {result.get('msg', '')}")
    observed = {**result["observed"], "run": node.run, "settled": []}
    if roles is None:
        observed["settled"] = [role for role in ROLES if _is_settled(wanted, role, observed)]
    return observed


def _is_settled(wanted: Wanted, role: str, observed: Observed) -> bool:
    """Return whether a role has nothing to do and nothing to say."""
    return not steps.work(wanted, role, observed) and not doubts.doubts(wanted, role, observed)


def _preview(node: Node, role: str, work: RoleWork) -> Values:
    """Return what would be changed: files by the module that lays them down, the rest as lines."""
    results = [node.execute(one.module, one.arguments) for one in work.steps if one.previews]
    diff = [one for result in results for one in result.get("diff", ())]
    paths = {path for result in results for path in result.get("paths", ())} | {*work.pending}
    if broken := [one for one in results if one.get("failed")]:
        return answer.failed(f"{role} on {node.host}:", [broken[0].get("msg", "")])
    shown = [*diff, *steps.lines(work.differences, besides="file")]
    return answer.converged(work.differences, paths, changed=True) | {"diff": shown}


def _carry_out(node: Node, wanted: Wanted, role: str, work: RoleWork) -> Values:
    """Run the steps and look again, until nothing differs or nothing moves."""
    changed: list[Difference] = []
    paths = {*work.pending}
    diff: list[Values] = []
    for _ in range(ROUNDS):
        for step in work.steps:
            result = node.execute(step.module, step.arguments)
            paths |= {*result.get("paths", ())}
            diff += result.get("diff", ()) if step.previews else ()
            if result.get("failed"):
                head = f"{role} on {node.host}:"
                return answer.failed(head, [text.trouble(step, result)], changed=True)
        changed += [one for one in work.differences if one not in changed]
        observed = _look(node, wanted, [role])
        before, work = work, steps.work(wanted, role, observed)
        if not work.differences or work.differences == before.differences:
            break
    if left := _left(node, wanted, work, observed):
        head = f"{role} on {node.host}: still not as planned after it was set:"
        return answer.failed(head, [*left, *answer.warnings(observed)], changed=True)
    if found := doubts.doubts(wanted, role, observed):
        return answer.failed(f"{role} on {node.host} is not right:", found, changed=True)
    shown = [*diff, *steps.lines(changed, besides="file")]
    return answer.converged(changed, paths, changed=True) | {
        "diff": shown,
        "ansible_facts": answer.STALE,
    }


def _left(node: Node, wanted: Wanted, work: RoleWork, observed: Observed) -> list[Difference]:
    """Return what should be settled and is not.

    What check programs find counts on the kernel, with the drivers and by the names that are meant
    to be: until then it waits, like units, and is looked at after the restart. What one role sees
    may wait for what another's check program knows.
    """
    others = [one for one in work.differences if one.kind != "check"]
    if len(others) == len(work.differences) or restart.defers(wanted, observed):
        return others
    return others if restart.defers(wanted, _look(node, wanted)) else list(work.differences)
