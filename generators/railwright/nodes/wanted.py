"""What a node is to be, from the plan and from what is only known when a run begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from railwright.emitters import node_config
from railwright.emitters.node_config import base_apt, base_dnf
from railwright.emitters.node_config.base_kernel import kernel_arguments
from railwright.emitters.node_config.state import Archive, RoleState
from railwright.files import OutputFile
from railwright.nodes.model import Trouble, Wanted
from railwright.plan.model import Device, Plan
from railwright.plan.nodes_roce import settings
from railwright.plan.stack import NodeStack, stack_of

SOURCES = (f"{base_apt.SOURCES}/", f"{base_dnf.SOURCES}/")
"""Where files name the repositories of packages' makers."""
ANSWER = "see that it runs and takes log-ins, then run this again"


@dataclass(frozen=True, slots=True)
class Site:
    """What no intent says.

    `given` are texts of files by path. `checksums` (SHA-256 by the file's name) win over those of
    the release. Below `upstream`, if it is given, is `<host>/<path>` of every vendor's URL, signed
    by `key` alone. `silent` says why the key is not known, where somebody did not answer.
    """

    given: Mapping[str, str] = field(default_factory=dict)
    checksums: Mapping[str, str] = field(default_factory=dict)
    upstream: str = ""
    key: str = ""
    silent: str = ""

    def text(self, path: str) -> str | None:
        """Return the text of a file that has to be given, None where it was not."""
        return self.given.get(path) or self.key or None


def of_device(plan: Plan, device: Device, site: Site) -> Wanted:
    """Return what a server is to be. Raises: KeyError for a switch."""
    stack = stack_of(plan)
    states = {role: node_config.state(plan, device, role) for role in node_config.ROLES}
    roles = {role: state for role, state in states.items() if state is not None}
    model = plan.node_model(device)
    ports = (one.port for one in settings(plan, device))
    missing = tuple(
        path for state in roles.values() for path in state.given if site.text(path) is None
    )
    silent = bool(missing and site.silent)
    return Wanted(
        host=device.name,
        roles={role: at_site(state, site, stack) for role, state in roles.items()},
        stack=stack,
        arguments=kernel_arguments(plan, device),
        nics={port.interface: port.pci for port in ports if port.pci is not None},
        gpus=model.gpus if device.role == "gpu_node" else None,
        missing=() if silent else missing,
        faults=(Trouble(site.silent, ANSWER),) if silent else (),
    )


def at_site(state: RoleState, site: Site, stack: NodeStack | None) -> RoleState:
    """Return a role's state with the files that were given, checksums and sources of the site."""
    texts = {path: site.text(path) for path in state.given}
    given = (OutputFile(path.lstrip("/"), text.encode()) for path, text in texts.items() if text)
    files = (_file(one, site.upstream, state.given, stack) for one in state.files)
    archives = tuple(_archive(one, site) for one in state.archives)
    return replace(state, files=(*files, *given), archives=archives)


def _file(
    file: OutputFile, upstream: str, keys: Sequence[str], stack: NodeStack | None
) -> OutputFile:
    """Return a file that names repositories with those of the substitute, all with its key."""
    if not upstream:
        return file
    if file.path == base_apt.PREFERENCES and stack and stack.choices.source == "vendor":
        return replace(file, content=base_apt.preferences(stack, moved=True).encode())
    if not file.path.startswith(SOURCES):
        return file
    text = _moved(file.content.decode(), upstream)
    if file.path.endswith(".sources") and keys:
        records = text.rstrip("\n").split("\n\n")
        signed = (
            one if "\nSigned-By:" in one else f"{one}\nSigned-By: {keys[0]}" for one in records
        )
        text = "\n\n".join(signed) + "\n"
    return replace(file, content=text.encode())


def _archive(archive: Archive, site: Site) -> Archive:
    return replace(
        archive,
        url=_moved(archive.url, site.upstream),
        sha256=site.checksums.get(archive.name, archive.sha256),
    )


def _moved(text: str, upstream: str) -> str:
    return text.replace("https://", f"{upstream.rstrip('/')}/") if upstream else text
