"""The catalog entries an intent names: switch platforms by network and role, server models."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from railwright.catalog import loader as catalog
from railwright.catalog.loader import UnknownModelError
from railwright.catalog.model import NodeModel, SwitchPlatform
from railwright.errors import IntentError, Problem
from railwright.intent.model import Intent
from railwright.plan.ports import RoleKey
from railwright.plan.shape import Network
from railwright.plan.stack import unknown


@dataclass(frozen=True, slots=True)
class Parts:
    """The platforms of every planned network by `leaf`, `spine`, `superspine`; server models."""

    platforms: Mapping[Network, Mapping[str, SwitchPlatform]]
    models: Mapping[str, NodeModel]


@dataclass(frozen=True, slots=True)
class _Wanted:
    network: Network
    key: str
    name: str
    role: RoleKey

    @property
    def path(self) -> str:
        return f"networks.{self.network}.{self.key}"


def load(intent: Intent) -> Parts:
    """Return the parts of an intent. Raises: IntentError with every wrong name at once."""
    problems: list[Problem] = []
    platforms: dict[Network, dict[str, SwitchPlatform]] = {}
    for wanted in _switches(intent):
        try:
            platform = catalog.switch(wanted.name)
        except UnknownModelError as err:
            problems.append(Problem(wanted.path, str(err)))
            continue
        platforms.setdefault(wanted.network, {})[wanted.key] = platform
        if wanted.role not in platform.roles:
            able = " or ".join(_what(role) for role in sorted(platform.roles)) or "a calculation"
            problems.append(
                Problem(
                    wanted.path,
                    f"{platform.name} cannot be {_what(wanted.role)}, only {able}; choose "
                    "another platform",
                )
            )
    models: dict[str, NodeModel] = {}
    for path, name in _servers(intent):
        try:
            models[name] = catalog.node(name)
        except UnknownModelError as err:
            problems.append(Problem(path, str(err)))
    problems.extend(unknown(intent.stack))
    if problems:
        raise IntentError(problems)
    _defaults(intent, platforms)
    return Parts(platforms, models)


def _what(role: RoleKey) -> str:
    return "an access switch" if role == "access" else f"a {role}"


def _switches(intent: Intent) -> Iterator[_Wanted]:
    networks = intent.networks
    compute, storage = networks.compute, networks.storage
    yield from _named("compute", "leaf", compute.leaf, "leaf")
    yield from _named("compute", "spine", compute.spine, "spine")
    yield from _named("compute", "superspine", compute.superspine, "spine")
    if storage:
        yield from _named("storage", "leaf", storage.leaf, "leaf")
        yield from _named("storage", "spine", storage.spine, "spine")
    yield from _named("inband", "leaf", networks.inband.leaf, "access")
    yield from _named("inband", "spine", networks.inband.spine, "spine")
    yield from _named("oob", "leaf", networks.oob.leaf, "access")
    yield from _named("oob", "spine", networks.oob.spine, "spine")


def _named(network: Network, key: str, name: str | None, role: RoleKey) -> Iterator[_Wanted]:
    if name is not None:
        yield _Wanted(network, key, name, role)


def _servers(intent: Intent) -> Iterator[tuple[str, str]]:
    nodes = intent.nodes
    yield "nodes.gpu.model", nodes.gpu.model
    for place, other in enumerate(nodes.gpu.other_models):
        yield f"nodes.gpu.other_models[{place}].model", other.model
    if nodes.storage:
        yield "nodes.storage.model", nodes.storage.model
    if nodes.management:
        yield "nodes.management.model", nodes.management.model


def _defaults(intent: Intent, platforms: dict[Network, dict[str, SwitchPlatform]]) -> None:
    """Fill in what the intent leaves to defaults: spines as the leaves, super-spines as spines."""
    compute = platforms["compute"]
    design = intent.networks.compute.design
    if design != "rail-only":
        compute.setdefault("spine", compute["leaf"])
    if design == "three-tier":
        compute.setdefault("superspine", compute["spine"])
    if "storage" in platforms:
        platforms["storage"].setdefault("spine", platforms["storage"]["leaf"])
