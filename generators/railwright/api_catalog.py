"""What the CLI asks the catalog: its entries, one of them, and a node profile from saved output."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import yaml
from pydantic import TypeAdapter, ValidationError

from railwright.catalog import loader
from railwright.catalog.model import CatalogModel, NicModel, NodeModel
from railwright.errors import RailwrightError
from railwright.importing import text
from railwright.importing.node import imported
from railwright.importing.profile import Known
from railwright.importing.saved import read
from railwright.intent.types import CatalogName

LIKE = "hgx-h100"
"""The server whose box and cages are assumed where the user names none."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entry: the names there are, and how one is read."""

    names: Callable[[], tuple[str, ...]]
    load: Callable[[str], CatalogModel]


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "switch": Kind(loader.switch_names, loader.switch),
        "node": Kind(loader.node_names, loader.node),
        "rack": Kind(loader.rack_names, loader.rack),
        "stack": Kind(loader.stack_names, loader.stack),
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the catalog."""

    kind: str
    name: str
    model: CatalogModel

    @property
    def title(self) -> str:
        """Return what the thing is called by its maker, `` for what has no maker."""
        made = (getattr(self.model, key, "") for key in ("vendor", "model"))
        return " ".join(word for word in made if word)


def entries(kind: str | None = None) -> tuple[Entry, ...]:
    """Return all entries, or those of a kind. Raises: CatalogDataError for a broken file."""
    return tuple(
        Entry(one, name, KINDS[one].load(name))
        for one in ([kind] if kind else KINDS)
        for name in KINDS[one].names()
    )


def entry(name: str) -> Entry:
    """Return the entry of a name. Raises: UnknownModelError with the names there are."""
    for kind, of in KINDS.items():
        if name in of.names():
            return Entry(kind, name, of.load(name))
    known = [one for of in KINDS.values() for one in of.names()]
    raise loader.UnknownModelError(" or ".join(KINDS), name, known)


def import_node(
    name: str, topo: Path, lspci: Path, ibdev2netdev: Path, like: str | None = None
) -> str:
    """Return the text of a node profile made from saved output.

    Raises: SavedOutputError with all that is wrong with the files; RailwrightError for a name that
    cannot be one or is taken, UnknownModelError for an unknown `like`.
    """
    try:
        TypeAdapter(CatalogName).validate_python(name)
    except ValidationError as err:
        what = err.errors()[0]["msg"].removeprefix("Value error, ")
        raise RailwrightError(f"name of the profile: {what}") from None
    if name in loader.node_names():
        raise RailwrightError(f"the catalog has a node model {name!r}; choose another name")
    server = loader.node(like or LIKE)
    if not server.nics:
        raise RailwrightError(f"--like {server.name} is no GPU node; name a model with rails")
    known = Known(server, known_nics(server))
    model = imported(name, read(topo), read(lspci), read(ibdev2netdev), known)
    return _checked(text.render(model), model)


def write_new(path: Path, content: str) -> None:
    """Write a file that is not there yet, whole or not at all.

    Raises: RailwrightError where there is another one or it cannot be written.
    """
    try:
        if path.exists():
            if path.is_file() and path.read_bytes() == content.encode():
                return
            raise RailwrightError(f"{path}: exists already; remove it or name another file")
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as temporary:
            temporary.write(content.encode())
        try:
            Path(temporary.name).chmod(0o644)
            path.hardlink_to(temporary.name)  # fails where somebody else was faster
        finally:
            Path(temporary.name).unlink()
    except OSError as err:
        raise RailwrightError(f"{path}: cannot be written: {err.strerror or err}") from None


def known_nics(like: NodeModel) -> tuple[tuple[str, NicModel], ...]:
    """Return the NICs of the catalog, those of `like` first, those that are assumed last."""
    servers = [like, *(loader.node(name) for name in loader.node_names())]
    found = [
        (server.name, nic)
        for server in servers
        for nic in (server.rail_nic, server.frontend_nic)
        if nic is not None
    ]
    return tuple(sorted(found, key=lambda one: one[1].source.startswith("ASSUMED")))


def _checked(written: str, model: NodeModel) -> str:
    """Return the text, which reads as the model. Raises: RailwrightError if it does not."""
    try:
        again = NodeModel.model_validate(yaml.safe_load(written))
    except (yaml.YAMLError, ValidationError):
        again = None
    if again != model:
        raise RailwrightError("the profile cannot be written as YAML; rename the saved files")
    return written
