"""The software of a plan's nodes: the release the intent names, as the site's choices make it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from railwright.catalog import loader
from railwright.catalog.loader import UnknownModelError
from railwright.catalog.stack_model import Group, StackRelease, System, SystemStack
from railwright.errors import Problem
from railwright.intent.stack import Stack
from railwright.plan.model import Device, Plan

OFED_NAMES = {"doca": "DOCA-OFED", "mlnx": "MLNX_OFED", "inbox": "NIC driver of the kernel"}
FIRMWARE: Group = "nic_firmware.ofed"
FIRMWARE_MLNX: Group = "nic_firmware.mlnx"


@dataclass(frozen=True, slots=True)
class NodeStack:
    """The site's choices, the release and its part for the nodes' operating system.

    `system` holds only what the chosen NIC driver has: its repositories, modules and packages.
    """

    choices: Stack
    release: StackRelease
    system: SystemStack

    def packages(self, group: Group) -> dict[str, str | None]:
        """Return the packages of a group with their versions, none for a group it lacks."""
        return self.system.packages.get(group, {})

    def version(self, what: str) -> str:
        """Return a version in words: of a field of `Versions`, of `kernel` or of `ofed`."""
        if what == "kernel":
            return self.system.kernel.release
        versions = self.release.versions
        if what != "ofed":
            return str(getattr(versions, what))
        number = {"doca": versions.doca, "mlnx": versions.mlnx_ofed}.get(self.choices.ofed)
        return " ".join(one for one in (OFED_NAMES[self.choices.ofed], number) if one)

    @property
    def is_apt(self) -> bool:
        """Return whether the system installs with apt (else with dnf)."""
        return is_apt(self.choices.os)


def is_apt(system: System) -> bool:
    """Return whether an operating system installs with apt (else with dnf)."""
    return not system.startswith("rocky")


def stack_of(plan: Plan) -> NodeStack | None:
    """Return the software of the plan's nodes, None where the intent has no `stack`.

    Raises: UnknownModelError, KeyError only for intents that `unknown` has not passed.
    """
    choices = plan.intent.stack
    if choices is None:
        return None
    release = loader.stack(choices.release)
    return NodeStack(choices, release, chosen(choices.release, choices.os, choices.ofed))


def unknown(choices: Stack | None) -> Iterator[Problem]:
    """Yield why the release or its system does not exist, each with what does."""
    if choices is None:
        return
    try:
        release = loader.stack(choices.release)
    except UnknownModelError as err:
        yield Problem("stack.release", f"{err} (docs/stacks.md)")
        return
    if choices.os not in release.systems:
        yield Problem(
            "stack.os",
            f"release {release.name} is not for {choices.os}, only for "
            f"{', '.join(sorted(release.systems))}; choose one of them or another release",
        )


@cache
def chosen(release: str, system: System, ofed: str) -> SystemStack:
    """Return what `of_choice` does of a release of the catalog."""
    return of_choice(loader.stack(release).systems[system], ofed)


def of_choice(whole: SystemStack, ofed: str) -> SystemStack:
    """Return a release on a system as it is with the NIC driver `ofed`: doca, mlnx or inbox."""
    modules, dkms = whole.modules, whole.dkms
    if ofed != "doca":
        modules = {name: one for name, one in modules.items() if name not in whole.of_nic}
        dkms = {name: one for name, one in dkms.items() if name not in whole.of_nic}
    if ofed == "mlnx":
        modules, dkms = modules | whole.mlnx_modules, dkms | whole.mlnx_dkms
    return whole.model_copy(
        update={
            "packages": _folded(whole, ofed),
            "repositories": {
                name: one for name, one in whole.repositories.items() if one.ofed in {None, ofed}
            },
            "modules": modules,
            "dkms": dkms,
        }
    )


def _folded(whole: SystemStack, ofed: str) -> dict[Group, dict[str, str | None]]:
    """Return the groups of packages with those of the NIC driver folded into their role's."""
    ending = f".{ofed}"
    folded = dict(whole.packages)
    for group in whole.packages:
        if group.startswith("storage_client.") and group.endswith(ending):
            above: Group = next(one for one in whole.packages if f"{one}{ending}" == group)
            folded[above] = whole.packages[above] | whole.packages[group]
    if ofed == "mlnx" and FIRMWARE_MLNX in whole.packages:
        folded[FIRMWARE] = whole.packages[FIRMWARE_MLNX]
    return folded


def mirror_of(plan: Plan) -> Device | None:
    """Return the server that has the packages, None where nodes get them from their makers."""
    choices = plan.intent.stack
    if choices is None or choices.source == "vendor":
        return None
    return next((one for one in plan.nodes if one.role == "management_node"), None)
