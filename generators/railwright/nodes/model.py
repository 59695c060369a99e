"""What was seen on a node, what differs from the plan and what is to be done about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from railwright.emitters.node_config.state import RoleState
from railwright.plan.stack import NodeStack

Observed = Mapping[str, Any]
"""What the module `railwright_observe` returns; its code lists the keys."""

Kind = Literal["file", "package", "unit", "link", "archive", "check"]
Subject = Literal["kernel", "module", "packages", "firmware", "name"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a node is not touched, or not as it should be after it was: the fact and the remedy."""

    what: str
    remedy: str

    def __str__(self) -> str:
        """Return both in one line."""
        return f"{self.what}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a node is to be: every role's state in order, and what its hardware has to have.

    `stack` is None where only the network is configured. `nics` are PCI addresses by interface,
    as far as the catalog knows them; `gpus` is how many there are, None where nobody counts.
    `arguments` are those of the kernel. `missing` are files whose text was not given. `faults` are
    what forbids a run before the node was looked at.
    """

    host: str
    roles: Mapping[str, RoleState]
    stack: NodeStack | None = None
    arguments: tuple[str, ...] = ()
    nics: Mapping[str, str] = field(default_factory=dict)
    gpus: int | None = None
    missing: tuple[str, ...] = ()
    faults: tuple[Trouble, ...] = ()

    @property
    def modules(self) -> dict[str, str | None]:
        """Return the kernel modules of all roles with their versions."""
        found: dict[str, str | None] = {}
        for state in self.roles.values():
            for name, version in state.modules:
                found[name] = version or found.get(name)
        return found

    @property
    def has_mirror(self) -> bool:
        """Return whether software comes from the cluster's own mirror."""
        return self.stack is not None and self.stack.choices.source == "mirror"

    @property
    def is_apt(self) -> bool:
        """Return whether packages come by apt; they do where the intent says nothing of them."""
        return self.stack is None or self.stack.is_apt


@dataclass(frozen=True, slots=True)
class Step:
    """One module to run on the node with its arguments.

    `previews` says that it tells in check mode exactly what it would change (with a diff); others
    are not run there. `remedy` is what to do where it fails, in one line.
    """

    module: str
    arguments: Mapping[str, Any]
    previews: bool = False
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as wanted; `running` and `wanted` are for people.

    `waits` says that only a restart of the node settles it.
    """

    kind: Kind
    name: str
    running: str
    wanted: str
    waits: bool = False

    def __str__(self) -> str:
        """Return `name: running -> wanted`."""
        return f"{self.name}: {self.running} -> {self.wanted}"


@dataclass(frozen=True, slots=True)
class RoleWork:
    """What one role has to do on one node.

    `differences` and `waiting` are empty for a node in sync. `steps` are in their order.
    `pending` is what has not taken effect yet (an interrupted run): paths, and marks without a
    slash.
    """

    differences: tuple[Difference, ...]
    waiting: tuple[Difference, ...]
    steps: tuple[Step, ...]
    pending: tuple[str, ...]

    def __bool__(self) -> bool:
        """Return whether there is something to do now."""
        return bool(self.differences or self.pending)


@dataclass(frozen=True, slots=True)
class RestartReason:
    """Why a node has to restart: `what` differs between what runs and what is installed.

    `about` is the kind of thing that `what` is. `cold` says that power has to be cut, which no
    reboot does. One that is not `sure` may turn out to be none: `installed` alone says why.
    """

    what: str
    running: str
    installed: str
    about: Subject
    cold: bool = False
    sure: bool = True

    def __str__(self) -> str:
        """Return the reason in one line."""
        if not self.sure:
            return f"{self.what}: {self.installed}"
        return f"{self.what}: {self.running} runs, {self.installed} is to"
