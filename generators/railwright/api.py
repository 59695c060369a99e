"""The one way through the package: load, plan, check, emit, write.

The CLI, the Ansible plugins and the tests call these functions and nothing deeper.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from railwright import __version__, output
from railwright.errors import IntentError, Problem, RailwrightError
from railwright.files import templates
from railwright.output import Changes, Inputs

if TYPE_CHECKING:
    from railwright.compare.side_by_side import Compared
    from railwright.diff.model import Difference, Snapshot
    from railwright.files import Extra, OutputFile, Part
    from railwright.intent.written import Sources
    from railwright.plan.model import Plan
    from railwright.sonic.yang import YangFinding

SUMMARY = "report/summary.txt"


@dataclass(frozen=True)
class LoadedPlan:
    """A plan with the places its intent was read from and the warnings about it."""

    plan: "Plan"
    sources: "Sources"
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did: its folder, what changed there and the summary text."""

    folder: Path
    changes: Changes
    summary: str


@lru_cache(maxsize=4)
def load_plan(intent: Path) -> LoadedPlan:
    """Return the checked plan of an intent file; one plan per process and file.

    Raises: IntentError with every problem located.
    """
    from railwright.intent.loader import load, refusal
    from railwright.plan.build import build
    from railwright.plan.checks import check

    loaded = load(intent)
    try:
        plan = build(loaded.intent)
    except IntentError as err:
        raise refusal(map(loaded.sources.locate, err.problems)) from None
    problems = (*plan.warnings, *check(plan))
    found = tuple(loaded.sources.locate(problem) for problem in problems)
    if errors := [problem for problem in found if problem.severity == "error"]:
        raise refusal(errors)
    return LoadedPlan(replace(plan, warnings=problems), loaded.sources, found)


def artefacts(plan: "Plan") -> "Iterator[OutputFile]":
    """Yield every file that follows from the plan."""
    for part in _parts(plan):
        yield from part()


def build(
    intent: Path, out: Path, *, dry_run: bool = False, extras: "frozenset[Extra]" = frozenset()
) -> Built:
    """Write every artefact of an intent below `out`/<cluster>, or only compare (`dry_run`).

    `extras` are written besides, and those of the build before with them while neither the intent
    nor this package has changed. After a change what is not asked for again goes: it would be out
    of date. An unchanged build is recognised by its input hashes before anything heavy is imported.
    Raises: IntentError, OutputError, RailwrightError for a font that a PDF needs.
    """
    engine = _engine()
    if former := _former(intent, out, engine):
        folder, manifest = former
        known = output.extras_of(manifest)
        if extras <= known and output.unchanged(folder, manifest):
            summary = (folder / SUMMARY).read_text()
            return Built(folder, Changes((), (), (), len(manifest["files"])), summary)
        extras |= known
    from railwright.emitters import report

    loaded = load_plan(intent)
    inputs = Inputs(
        intent=intent.name,
        files={
            Path(name).relative_to(intent.parent).as_posix(): output.sha256(Path(name).read_bytes())
            for name in loaded.sources.files
        },
        engine=engine,
        extras=extras,
    )
    folder = out / loaded.plan.intent.cluster
    act = output.compare if dry_run else output.write
    changes = act(folder, _parts(loaded.plan, extras), inputs)
    return Built(folder, changes, report.text(loaded.plan))


def _parts(plan: "Plan", extras: "frozenset[Extra]" = frozenset()) -> "tuple[Part, ...]":
    """Return the artefacts as parts: what takes the longest comes first."""
    from railwright import emitters, proof

    return (*proof.parts(plan), *emitters.parts(plan, extras))


def _former(intent: Path, out: Path, engine: str) -> "tuple[Path, dict[str, Any]] | None":
    """Return the folder and the manifest of a build from these very inputs, None without one."""
    for path in sorted(out.glob(f"*/{output.MANIFEST}")):
        folder = path.parent
        try:
            manifest = output.read_manifest(folder)
        except output.OutputError:  # the writer says so if it is this cluster's folder
            continue
        if manifest is None or (manifest["intent"], manifest["engine"]) != (intent.name, engine):
            continue
        if _same_inputs(intent, manifest["inputs"]):
            return folder, manifest
    return None


def _same_inputs(intent: Path, recorded: dict[str, str]) -> bool:
    try:
        return all(
            output.sha256((intent.parent / name).read_bytes()) == digest
            for name, digest in recorded.items()
        )
    except OSError:
        return False


def _engine() -> str:
    """Return a hash of the package itself: code, catalog and templates."""
    package = Path(__file__).parent
    roots = [package, templates()]
    parts = [
        f"{path.relative_to(root).as_posix()}:{output.sha256(path.read_bytes())}"
        for root in roots
        for path in sorted(root.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]
    return output.sha256("\n".join(parts).encode())


@dataclass(frozen=True, slots=True)
class Host:
    """One inventory host: its groups and its variables, plain values only."""

    name: str
    groups: tuple[str, ...]
    variables: dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Inventory:
    """The hosts of a plan: those that are here, those that are not, variables of all."""

    present: tuple[Host, ...]
    absent: tuple[str, ...]
    variables: dict[str, Any]


def inventory(intent: Path, only: str | None, upstream: str | None = None) -> Inventory:
    """Return the devices of an intent; `only` names a file that lists the hosts that are here.

    `upstream` names a file that says where vendors' repositories are read instead of there.
    Raises: IntentError, RailwrightError when one of the files cannot be read.
    """
    from railwright.nodes.upstream import Upstream, load
    from railwright.plan.groups import groups
    from railwright.plan.stack import mirror_of

    plan = load_plan(intent).plan
    here = None if only is None else _lines(Path(only))
    access = plan.intent.access
    mirror = mirror_of(plan)
    source = load(Path(upstream)) if upstream else Upstream()
    hosts = tuple(
        Host(
            device.name,
            groups(device),
            {
                "ansible_host": device.management.address,
                "ansible_user": access.switch_user if device.is_switch else access.node_user,
            },
        )
        for device in plan.devices
        if device.is_switch or device.is_node
    )
    return Inventory(
        present=tuple(host for host in hosts if here is None or host.name in here),
        absent=tuple(host.name for host in hosts if here is not None and host.name not in here),
        variables={
            "railwright_intent": str(intent.resolve()),
            "railwright_version": __version__,
            "railwright_cluster": plan.intent.cluster,
            "railwright_max_fail_percentage": plan.intent.rollout.max_fail_percentage,
            "railwright_parallel_nodes": plan.intent.rollout.parallel_nodes,
            "railwright_checksums": source.checksums,
            **({"railwright_upstream_url": source.url} if upstream else {}),
            **({"railwright_upstream_key": source.key} if upstream else {}),
            **({"railwright_mirror_host": mirror.name} if mirror else {}),
        },
    )


def _lines(path: Path) -> frozenset[str]:
    try:
        return frozenset(path.read_text().split())
    except OSError as err:
        raise RailwrightError(f"{path}: cannot be read: {err.strerror}") from err


def scaffold(cluster: str | None, gpus: int, switch: str, node: str, design: str) -> str:
    """Return the commented text of a new intent, every default shown.

    Raises: RailwrightError for unknown models, IntentError for impossible numbers.
    """
    from railwright.catalog import loader
    from railwright.intent.scaffold import scaffold as text

    return text(
        cluster=cluster,
        gpus=gpus,
        switch=switch,
        node=node,
        design=design,
        gpus_per_node=loader.node(node).gpus,
        known_switches=loader.switch_names(),
        known_nodes=loader.node_names(),
    )


def validate_yang(plan: "Plan", models: Path) -> "list[YangFinding]":
    """Validate every switch configuration against the YANG models of an image.

    Secrets are replaced by placeholders. Raises: RailwrightError without models or yanglint.
    """
    from railwright.emitters.sonic_config import intended, required_secrets, secrets
    from railwright.sonic.yang import ModelSet

    configs = {}
    for device in plan.switches:
        slots = required_secrets(plan, device)
        configs[device.name] = secrets.merge(
            intended(plan, device), slots, secrets.placeholders(slots)
        )
    return ModelSet.load(models).validate(configs)


def diff(old: str, new: str) -> "Difference":
    """Return what separates two designs; each word is an intent, a build folder or a revision.

    Raises: IntentError with the problems of the side that cannot be planned, RailwrightError for
    a word that names nothing.
    """
    from railwright.diff.compare import compare

    return compare(_snapshot(old), _snapshot(new))


def _snapshot(text: str) -> "Snapshot":
    from railwright.diff import folder, revision, snapshot, sources

    source = sources.parse(text)
    if isinstance(source, revision.Revision):
        with revision.laid_out(source) as intent:
            plan = load_plan(intent).plan
    elif source.is_dir():
        return folder.of_folder(source)
    else:
        plan = load_plan(source).plan
    return snapshot.of_plan(text, plan)


def compare(intents: Sequence[Path], *, claims: bool = False) -> "Compared":
    """Return designs side by side, the first being what the others are measured against.

    With `claims` also what is claimed about such designs; those about money take their prices
    from the first intent. Raises: IntentError for an intent that cannot be planned.
    """
    from railwright.compare.side_by_side import compared

    plans = [load_plan(intent).plan for intent in intents]
    return compared(intents, plans, with_claims=claims)
